package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Progress observes a pipeline: one line that is rewritten on a terminal, a line
// now and then elsewhere.
func (e *Env) Progress() duijiesync.Observer {
	terminal := isTerminal(e.Out)
	var mu sync.Mutex
	var last time.Time
	due := func() bool {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		if !terminal && now.Sub(last) < time.Second {
			return false
		}
		last = now
		return true
	}
	return duijiesync.ObserverFunc(func(_ context.Context, event duijiesync.Event) {
		settled, ok := event.(duijiesync.BatchSettled)
		if !ok || !due() {
			return
		}
		r := settled.Report
		rate := float64(r.Read) / max(time.Since(r.Started).Seconds(), 0.001)
		line := fmt.Sprintf("%d read, %d created, %d updated, %d unchanged, %d refused, %d held, %d calls, %.0f records/s",
			r.Read, r.Created, r.Updated, r.Unchanged, r.Refused, r.Held, calls(r), rate)
		if terminal {
			e.Printf("\r\x1b[K  %s", line)
			return
		}
		e.Printf("  %s\n", line)
	})
}

// Logger logs what makes a run slow: repeated and throttled calls, a clock that is
// off, another run that is waited for. Errors end a run and are printed then.
func (e *Env) Logger() *slog.Logger {
	return slog.New(warnings{slog.NewTextHandler(e.Log, nil)})
}

type warnings struct{ slog.Handler }

func (warnings) Enabled(_ context.Context, level slog.Level) bool { return level == slog.LevelWarn }

func (e *Env) endProgress() {
	if isTerminal(e.Out) {
		e.Printf("\r\x1b[K")
	}
}

func isTerminal(w any) bool {
	if l, ok := w.(*locked); ok {
		w = l.w
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func calls(r duijiesync.Report) (n int64) {
	for _, ops := range r.Calls {
		for _, c := range ops {
			n += c
		}
	}
	return n
}

// printReport prints the table; with -json, also the JSON line.
func (e *Env) printReport(r *duijiesync.Report) {
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "  read\tcreated\tupdated\tunchanged\tskipped\trefused\theld\twaiting\tdead letters\n")
	fmt.Fprintf(w, "  %d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", r.Read, r.Created, r.Updated, r.Unchanged, r.Skipped, r.Refused, r.Held,
		r.Waiting, r.DeadLetters)
	_ = w.Flush()
	var ops []string
	for platform, counts := range r.Calls {
		for op, n := range counts {
			ops = append(ops, fmt.Sprintf("%s %s ×%d", platform, op, n))
		}
	}
	slices.Sort(ops)
	e.Printf("  calls: %s\n", strings.Join(ops, ", "))
	e.Printf("  throttled %d, repeated %d, settled from an earlier run %d, took %v\n",
		r.Throttled, r.Retries, r.Recovered, r.Ended.Sub(r.Started).Round(time.Millisecond))
	if r.Paging != "" {
		e.Printf("  paging: %s\n", r.Paging)
	}
}

// PrintJSON prints the report for programs, when they asked for it.
func (e *Env) PrintJSON(report any) error {
	if r, ok := report.(*duijiesync.Report); !e.JSON || ok && r == nil {
		return nil
	}
	line, err := json.Marshal(report)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Report, "%s\n", line)
	return err
}

func (e *Env) printDeadLetters(ctx context.Context, p Pipeline) error {
	const show = 10
	letters, err := p.DeadLetters(ctx, duijiesync.DeadLetterQuery{Limit: show + 1})
	if err != nil {
		return err
	}
	for i, d := range letters {
		if i == show {
			e.Printf("  … and more dead letters\n")
			break
		}
		what := d.Message
		if d.Field != "" {
			what = d.Field + ": " + what
		}
		e.Printf("  dead letter %s (%v, attempt %d): %s\n", d.Key, d.Reason, d.Attempts, what)
	}
	return nil
}

// ShowPlan prints what a run would do.
func (e *Env) ShowPlan(plan iter.Seq2[duijiesync.PlanItem, error]) error {
	const show = 20
	counts := map[duijiesync.Action]int{}
	shown := 0
	for item, err := range plan {
		if err != nil {
			return err
		}
		counts[item.Action]++
		if item.Action == duijiesync.ActionUnchanged {
			continue
		}
		if shown++; shown == show+1 {
			e.Printf("  … more of the same kind are only counted\n")
		}
		if shown > show && item.Action != duijiesync.ActionUpdate && item.Action != duijiesync.ActionRefuse {
			continue
		}
		e.Printf("  %-9s %s %s\n", item.Action, item.Key, item.Reason)
		for _, c := range item.Changes {
			e.Printf("            %s: %q → %q\n", c.Field, c.Old, c.New)
		}
	}
	e.Printf("plan: %d to create, %d to update, %d unchanged, %d left out, %d would be refused, %d held, %d waiting; nothing was written\n",
		counts[duijiesync.ActionCreate], counts[duijiesync.ActionUpdate], counts[duijiesync.ActionUnchanged],
		counts[duijiesync.ActionSkip], counts[duijiesync.ActionRefuse], counts[duijiesync.ActionHold], counts[duijiesync.ActionWait])
	if e.JSON {
		line, err := json.Marshal(counts)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.Report, "%s\n", line)
		return err
	}
	return nil
}
