package pipelinetest

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// patience is how long the suites wait for something that must come.
var patience = 10 * time.Second

var labels atomic.Int64

// withoutLeak runs f and fails when goroutines that it started, or that those
// started, are still there a while later. It finds them by a label, which a
// goroutine inherits, so that tests side by side do not disturb each other. What
// net/http keeps for idle connections does not count.
func withoutLeak(t *testing.T, f func()) {
	t.Helper()
	label := "run " + strconv.FormatInt(labels.Add(1), 10) + "."
	pprof.Do(t.Context(), pprof.Labels("pipelinetest", label), func(context.Context) { f() })
	var left []string
	if !eventually(func() bool {
		left = labelled(label)
		return len(left) == 0
	}) {
		t.Errorf("%d goroutines are left behind:\n%s", len(left), strings.Join(left, "\n\n"))
	}
}

// labelled are the stacks of the goroutines with a label.
func labelled(label string) []string {
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		return []string{err.Error()}
	}
	var found []string
	for stack := range strings.SplitSeq(b.String(), "\n\n") {
		if strings.Contains(stack, strconv.Quote(label)) && !strings.Contains(stack, "net/http.(*persistConn)") &&
			!strings.Contains(stack, "net/http.(*Transport)") {
			found = append(found, stack)
		}
	}
	return found
}

// eventually asks until the answer is yes, or patience is over.
func eventually(ask func() bool) bool {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	pause := time.NewTicker(2 * time.Millisecond)
	defer pause.Stop()
	for !ask() {
		select {
		case <-deadline.C:
			return false
		case <-pause.C:
		}
	}
	return true
}
