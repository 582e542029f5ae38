package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// bench gathers what the cases find.
type bench struct {
	dir      string // of state files
	profiles string // folder for profiles, "" for none
	records  int
	rounds   int
	log      io.Writer
	million  string // state file whose ledger holds a million rows, "" without one
	files    int
	rows     []tableRow
	failures []error
}

// tableRow is one line of the table.
type tableRow struct {
	what, ours, hand, ratio, goal string
	verdict                       string
}

func (b *bench) logf(format string, args ...any) { fmt.Fprintf(b.log, format+"\n", args...) }

// add adds a line whose goal is reached or not; goal "" is none.
func (b *bench) add(what, ours, hand, ratio, goal string, reached bool) {
	row := tableRow{what: what, ours: ours, hand: hand, ratio: ratio, goal: goal, verdict: "yes"}
	switch {
	case goal == "":
		row.goal, row.verdict = "–", "–"
	case !reached:
		row.verdict = "**no**"
	}
	b.rows = append(b.rows, row)
	b.logf("%s: %s, hand-written %s, ratio %s, goal %s: %s", row.what, row.ours, row.hand, row.ratio, row.goal, row.verdict)
}

// must is add for a case about rows, which fails the run when it is not reached.
func (b *bench) must(what, ours, hand, goal string, reached bool) {
	b.add(what, ours, hand, "–", goal, reached)
	if !reached {
		b.failures = append(b.failures, errors.New(what+": "+ours+"; wanted: "+goal))
	}
}

func (b *bench) print(w io.Writer) {
	fmt.Fprintln(w, "| case | pipeline | hand-written | ratio | goal | reached |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|")
	for _, r := range b.rows {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", r.what, r.ours, r.hand, r.ratio, r.goal, r.verdict)
	}
}

// stateFile names a new state file.
func (b *bench) stateFile() string {
	b.files++
	name := fmt.Sprintf("%s/state-%d.db", b.dir, b.files)
	_ = os.Remove(name) // of an earlier run, where the folder was kept
	return name
}

func perRecord(d time.Duration, records int) float64 {
	return float64(d.Microseconds()) / float64(records)
}

func mb(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func times(ours, hand float64) string { return fmt.Sprintf("%.2f ×", ours/hand) }
