package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/wdt"
)

// TestFlags: mistakes end with exit status 2 before anything is called.
func TestFlags(t *testing.T) {
	w := newWorld(t, 2)
	s := w.settings(wdt.Direct, false)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-force"}, "flag provided but not defined: -force"},
		{[]string{"-plan=perhaps"}, "invalid boolean value"},
		{[]string{"-state"}, "flag needs an argument: -state"},
		{[]string{"shops"}, `takes no arguments, only flags: "shops"`},
		{[]string{"-plan", "now"}, `takes no arguments, only flags: "now"`},
		{[]string{"-since", "yesterday"}, "-since: "},
		{[]string{"-since", "2026-02-30 00:00:00"}, "-since: "},
	} {
		r := program(t, s, tt.args...)
		require.Equal(t, cli.ExitUsage, r.code, "%v: %v", tt.args, r)
		require.Contains(t, r.err, tt.want)
		require.Empty(t, r.out)
	}
	r := program(t, s, "-h")
	require.Equal(t, cli.ExitSettled, r.code)
	for _, flag := range []string{"-state", "-plan", "-replay", "-since", "-json"} {
		require.Contains(t, r.err, "  "+flag)
	}
	require.Zero(t, w.shops.Count("")+w.erp.Count(""))
	r = program(t, s, "-since", "2026-02-03 04:05:06")
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	require.Contains(t, r.out, "shops are always read whole; -since changes nothing here")
}

// TestStateFiles: a state that can not be used is named, and nothing is called.
func TestStateFiles(t *testing.T) {
	w, dir := newWorld(t, 2), t.TempDir()
	s := w.settings(wdt.Direct, false)
	path := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(path("notes.txt"), []byte(strings.Repeat("no database\n", 200)), 0o600))
	require.NoError(t, os.WriteFile(path("short.txt"), []byte("A=1\n"), 0o600))
	for _, tt := range []struct{ state, want string }{
		{path("missing/state.db"), "missing does not exist: create it first"},
		{dir, "is not a regular file"},
		{path("notes.txt"), "not a database"},
		{path("short.txt"), "not a database"},
		{path("notes.txt/state.db"), "not a"},
	} {
		r := program(t, s, "-state", tt.state)
		require.Equal(t, cli.ExitFailed, r.code, "%s: %v", tt.state, r)
		require.Contains(t, r.err, tt.want)
		require.Contains(t, r.err, tt.state)
	}
	notes, err := os.ReadFile(path("notes.txt"))
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("no database\n", 200), string(notes), "a file that is something else stays as it is")
	require.Zero(t, w.shops.Count("")+w.erp.Count(""))
}

// TestReadOnlyState: what can not be noted is not done.
func TestReadOnlyState(t *testing.T) {
	w, state := newWorld(t, 2), stateFile(t)
	s := w.settings(wdt.Direct, false)
	w.completes(t, s, state)
	calls := w.shops.Count("") + w.erp.Count("")
	require.NoError(t, os.Chmod(state, 0o400))
	if f, err := os.OpenFile(state, os.O_RDWR, 0); err == nil {
		_ = f.Close()
		t.Skip("this user may write read-only files")
	}
	r := program(t, s, "-state", state)
	require.Equal(t, cli.ExitFailed, r.code, "%v", r)
	require.Contains(t, r.err, "readonly")
	require.Equal(t, calls, w.shops.Count("")+w.erp.Count(""))
}

// TestPlan: a plan writes nothing, on either side or in the state, and is what
// the following run does.
func TestPlan(t *testing.T) {
	w, state := newWorld(t, 30), stateFile(t)
	s := w.settings(wdt.Direct, false)
	writes := func() int { return w.erp.Count("BatchSave") + w.erp.Count("UnAudit") + w.erp.Count("Save") }
	plan := func() map[string]int64 {
		before := writes()
		r := program(t, s, "-state", state, "-plan", "-json")
		require.Equal(t, cli.ExitSettled, r.code, "%v", r)
		require.Equal(t, before, writes(), "a plan writes nothing")
		require.Contains(t, r.err, "nothing was written")
		again := program(t, s, "-state", state, "-plan", "-json")
		require.Equal(t, r.out, again.out, "a plan leaves no trace in the state")
		var counts map[string]int64
		require.NoError(t, json.Unmarshal([]byte(r.out), &counts))
		return counts
	}
	run := func(want map[string]int64) {
		planned := plan()
		require.Equal(t, want, planned)
		r := program(t, s, "-state", state, "-json")
		rep := report(t, r)
		for action, member := range map[string]string{"create": "created", "update": "updated", "unchanged": "unchanged", "refuse": "refused"} {
			require.EqualValues(t, planned[action], rep[member], "%s: %v", action, r)
		}
	}
	run(map[string]int64{"create": 30})
	w.put(3, "店铺 3 (改名)", time.Now())
	w.put(31, "店铺 31", time.Now())
	r := program(t, s, "-state", state, "-plan")
	require.Regexp(t, `update +S0003 \n +FName: "店铺 3" → "店铺 3 \(改名\)"`, r.out, "what changes is shown field by field")
	require.Regexp(t, `create +S0031`, r.out)
	run(map[string]int64{"create": 1, "update": 1, "unchanged": 29})
	w.check(t)
	w.refuse(32)
	w.put(32, "店铺 32", time.Now())
	require.Equal(t, cli.ExitParked, program(t, s, "-state", state).code)
	run(map[string]int64{"refuse": 1, "unchanged": 31}) // known by now
}

// report is the JSON object of a run: the only line on stdout.
func report(t *testing.T, r result) map[string]any {
	t.Helper()
	require.Equal(t, 1, strings.Count(r.out, "\n"), "%v", r)
	require.True(t, strings.HasSuffix(r.out, "}\n"), "%v", r)
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.out), &object), "%v", r)
	for _, member := range []string{
		"pipeline", "read", "created", "updated", "unchanged", "skipped", "refused", "held", "dead_letters",
		"calls", "throttled", "retries", "paging", "checkpoint", "started", "ended",
	} {
		require.Contains(t, object, member)
	}
	return object
}

// TestJSON: with -json stdout holds one JSON object and nothing else, whatever
// happens to the run; people read on stderr.
func TestJSON(t *testing.T) {
	w, state := newWorld(t, 25), stateFile(t)
	w.refuse(9)
	s := w.settings(wdt.Qimen, true)
	r := program(t, s, "-state", state, "-json")
	require.Equal(t, cli.ExitParked, r.code, "%v", r)
	rep := report(t, r)
	require.Equal(t, name, rep["pipeline"])
	require.EqualValues(t, 25, rep["read"])
	require.EqualValues(t, 24, rep["created"])
	require.EqualValues(t, 1, rep["dead_letters"])
	calls, ok := rep["calls"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, fmt.Sprint(map[string]any{shopList: w.shops.Count(shopList)}), fmt.Sprint(calls["wdt"]))
	require.Contains(t, fmt.Sprint(calls["kingdee"]), "ValidateUser:1")
	require.Contains(t, r.err, "state: "+state)
	require.Contains(t, r.err, "dead letter S0009")
	started, err := time.Parse(time.RFC3339, fmt.Sprint(rep["started"]))
	require.NoError(t, err)
	ended, err := time.Parse(time.RFC3339, fmt.Sprint(rep["ended"]))
	require.NoError(t, err)
	require.False(t, ended.Before(started))

	r = program(t, s, "-state", state, "-json", "-replay")
	require.Equal(t, cli.ExitParked, r.code, "%v", r)
	require.EqualValues(t, 1, report(t, r)["refused"])
	r = program(t, s.with("KINGDEE_PASSWORD", "wrong-password"), "-state", stateFile(t), "-json")
	r.failed(t)
	require.EqualValues(t, 0, report(t, r)["created"])
	r = program(t, s.with("WDT_SID", ""), "-json")
	require.Equal(t, cli.ExitUsage, r.code)
	require.Empty(t, r.out, "no run, no report")
}
