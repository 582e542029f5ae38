package workflow_test

import (
	"fmt"
	"testing"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/sync/workflow"
)

// TestSinkConforms: to a pipeline a workflow is a sink like any other.
func TestSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[doc]{
		Value: func(key string, n int) doc { return doc{key, fmt.Sprint("text ", n)} },
		Lacks: map[pipelinetest.Feature]string{
			pipelinetest.Conflict: "this target makes a second bill",
			pipelinetest.Throttle: "there is no client between that waits",
		},
		Open: func(t *testing.T) pipelinetest.SinkCase[doc] {
			e := newERP()
			e.limits = duijiesync.Limits{Rows: 10, FindRows: 20, Lanes: 3, SettleDelay: 10 * time.Millisecond}
			c := e.config()
			c.StepRetries = -1 // an outage of this suite is in real time
			sink, err := workflow.New(c)
			if err != nil {
				t.Fatal(err)
			}
			locked := func(f func()) {
				e.mu.Lock()
				defer e.mu.Unlock()
				f()
			}
			return pipelinetest.SinkCase[doc]{
				Sink: sink,
				Count: func(key string) (n int) {
					locked(func() { n = len(e.byNo(key)) })
					return n
				},
				Holds: func(key string, value doc) (holds bool) {
					locked(func() {
						for _, b := range e.byNo(key) {
							holds = b.doc == value && b.status == "C"
						}
					})
					return holds
				},
				Requests: func() (n int) {
					locked(func() { n = e.total })
					return n
				},
				LoseBefore:    func() { locked(func() { e.faults[call{"save", e.calls["save"] + 1}] = lostBefore }) },
				LoseAfter:     func() { locked(func() { e.faults[call{"save", e.calls["save"] + 1}] = lostAfter }) },
				Refuse:        func(key string) { locked(func() { e.refuse[key] = true }) },
				RefuseUnnamed: func(key string) { locked(func() { e.veto[key] = true }) },
				Remove: func(key string) {
					locked(func() {
						for _, b := range e.byNo(key) {
							delete(e.bills, b.id)
						}
					})
				},
				Down: func(down bool) { locked(func() { e.down = down }) },
			}
		},
	})
}
