package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/workflow"
)

// doc is a document of the source.
type doc struct{ No, Text string }

// bill is one of the target, with what this library did to it.
type bill struct {
	doc
	id, status string
	before     string // the status until changed, for readers that lag
	changed    time.Time
	effects    []string
}

type fault int

const (
	fine fault = iota
	lostBefore
	lostAfter
	late // the answer is lost, the effect comes later
	refuse
	throttle
	down
	forbidden
	crashBefore
	crashAfter
)

var faultNames = [...]string{"fine", "lost before", "lost after", "late", "refused", "throttled", "down", "forbidden", "crash before", "crash after"}

func (f fault) String() string { return faultNames[f] }

var (
	errCrash = errors.New("crash")
	errLost  = &duijie.APIError{Platform: "erp", Class: duijie.ClassUnavailable, OutcomeUnknown: true}
	failures = map[fault]error{
		refuse:    &duijie.APIError{Platform: "erp", Class: duijie.ClassRefused, Code: "R1", Message: "credit limit"},
		throttle:  &duijie.APIError{Platform: "erp", Class: duijie.ClassThrottled},
		down:      &duijie.APIError{Platform: "erp", Class: duijie.ClassUnavailable},
		forbidden: &duijie.APIError{Platform: "erp", Class: duijie.ClassPermission},
	}
)

// call names the n-th call of an operation.
type call struct {
	op string
	n  int
}

// erp keeps bills with statuses: A saved, B submitted, C audited, D un-audited,
// F closed, X rejected, Q nobody knows. It makes a second bill of what is created
// twice, and refuses a transition that does not fit the status.
type erp struct {
	mu     sync.Mutex
	bills  map[string]*bill
	next   int
	calls  map[string]int
	total  int
	faults map[call]fault
	always map[string]fault
	onCall map[call]func() // before the call
	poison map[string]bool // ids no audit takes, unnamed
	lag    time.Duration   // of Status behind the truth
	hidden time.Duration   // how long Find does not show a new bill
	made   map[string]time.Time
	at     map[call]time.Time
	dead   bool
	down   bool
	limits duijiesync.Limits
	refuse map[string]bool // numbers a save refuses, by name
	veto   map[string]bool // and without saying which
}

func newERP() *erp {
	return &erp{
		bills: map[string]*bill{}, calls: map[string]int{}, faults: map[call]fault{}, always: map[string]fault{},
		onCall: map[call]func(){}, poison: map[string]bool{}, made: map[string]time.Time{}, at: map[call]time.Time{},
		refuse: map[string]bool{}, veto: map[string]bool{}, limits: duijiesync.Limits{Rows: 100, SettleDelay: time.Second},
	}
}

// serve is one call: it suffers what is planned for it.
func (e *erp) serve(op string, effect func() error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dead {
		return errCrash
	}
	if e.down {
		return failures[down]
	}
	e.calls[op]++
	e.total++
	at := call{op, e.calls[op]}
	e.at[at] = time.Now()
	if f := e.onCall[at]; f != nil {
		f()
	}
	f, planned := e.faults[at]
	if !planned {
		f = e.always[op]
	}
	switch f {
	case lostBefore:
		return errLost
	case crashBefore:
		e.dead = true
		return errCrash
	case late:
		time.AfterFunc(3*time.Second, func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			_ = effect()
		})
		return errLost
	case refuse, throttle, down, forbidden:
		return failures[f]
	}
	err := effect()
	switch f {
	case lostAfter:
		return errLost
	case crashAfter:
		e.dead = true
		return errCrash
	}
	return err
}

func (e *erp) set(b *bill, status, effect string) {
	b.before, b.status, b.changed = b.status, status, time.Now()
	if effect != "" {
		b.effects = append(b.effects, effect)
	}
}

// Write saves.
func (e *erp) Write(_ context.Context, records []duijiesync.Record[doc]) (out []duijiesync.Outcome, err error) {
	err = e.serve("save", func() error {
		out = nil
		if slices.ContainsFunc(records, func(r duijiesync.Record[doc]) bool { return e.veto[r.Key] }) {
			return failures[refuse]
		}
		for _, r := range records {
			out = append(out, e.save(r.Target.ID, r.Value))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (e *erp) save(id string, d doc) duijiesync.Outcome {
	b := e.bills[id]
	switch {
	case e.refuse[d.No]:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "T2", Message: "this number is not wanted"}
	case id == "":
		e.next++
		id = fmt.Sprint("id", e.next)
		e.bills[id] = &bill{doc: d, id: id}
		e.made[id] = time.Now()
		e.set(e.bills[id], "A", "create")
		return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: id}
	case b == nil:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "404", Message: "no such bill"}
	case b.status != "A" && b.status != "D":
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "S1", Message: "status " + b.status + " can not be saved"}
	case d.Text == "bad":
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "T1", Field: "Text", Message: "bad text"}
	}
	b.Text = d.Text
	b.effects = append(b.effects, "update")
	return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: id}
}

// Find compares the text.
func (e *erp) Find(_ context.Context, records []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	found := make([]duijiesync.Found, len(records))
	err := e.serve("find", func() error {
		for i, r := range records {
			for _, b := range e.bills {
				switch {
				case b.No != r.Key || time.Since(e.made[b.id]) < e.hidden:
				case r.Target.KeyOnly:
					found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: b.id}
				case b.Text == r.Value.Text:
					found[i] = duijiesync.Found{Match: duijiesync.Identical, TargetID: b.id}
				default:
					found[i] = duijiesync.Found{Match: duijiesync.Different, TargetID: b.id, Changes: []duijiesync.Change{{Field: "Text", Old: b.Text, New: r.Value.Text}}}
				}
			}
		}
		return nil
	})
	return found, err
}

func (e *erp) Limits() duijiesync.Limits { return e.limits }

func (e *erp) status(_ context.Context, ids []string) (map[string]string, error) {
	all := map[string]string{}
	err := e.serve("status", func() error {
		for _, id := range ids {
			b := e.bills[id]
			switch {
			case b == nil:
			case time.Since(b.changed) < e.lag && b.before == "":
			case time.Since(b.changed) < e.lag:
				all[id] = b.before
			default:
				all[id] = b.status
			}
		}
		return nil
	})
	return all, err
}

// step is a transition of the platform: row by row, refused as a whole when a
// bill is poisoned.
func (e *erp) step(op string, from []string, to string) workflow.Step {
	return workflow.Step{Name: op, From: from, To: to, Do: func(_ context.Context, ids []string) (out []duijiesync.Outcome, err error) {
		err = e.serve(op, func() error {
			out = nil
			if op == "audit" && slices.ContainsFunc(ids, func(id string) bool { return e.poison[id] }) {
				return failures[refuse]
			}
			for _, id := range ids {
				b := e.bills[id]
				switch {
				case b == nil:
					out = append(out, duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "404", Message: "no such bill"})
				case !slices.Contains(from, b.status):
					out = append(out, duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "S2", Message: op + " does not fit " + b.status})
				default:
					e.set(b, to, op)
					out = append(out, duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: id})
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		return out, nil
	}}
}

func (e *erp) config() workflow.Config[doc] {
	return workflow.Config[doc]{
		Save: e, Status: e.status,
		Steps:    []workflow.Step{e.step("submit", []string{"A", "D"}, "B"), e.step("audit", []string{"B"}, "C")},
		Undo:     []workflow.Step{e.step("unaudit", []string{"C"}, "D"), e.step("cancel", []string{"B"}, "A")},
		Editable: []string{"A", "D"}, Final: "C", Beyond: []string{"F"},
		Stopped: map[string]string{"X": "rejected by a person"},
	}
}

// put is a bill that was there before.
func (e *erp) put(no, text, status string) *bill {
	e.next++
	b := &bill{doc: doc{no, text}, id: fmt.Sprint("id", e.next), status: status}
	e.bills[b.id] = b
	return b
}

func (e *erp) byNo(no string) (all []*bill) {
	for _, b := range e.bills {
		if b.No == no {
			all = append(all, b)
		}
	}
	return all
}

// crashing is a State of a process that dies with its calls.
type crashing struct {
	duijiesync.State
	e *erp
}

func (c *crashing) alive() error {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if c.e.dead {
		return errCrash
	}
	return nil
}

func (c *crashing) Open(ctx context.Context, l duijiesync.Lease, b duijiesync.OpenBatch) (bool, error) {
	if err := c.alive(); err != nil {
		return false, err
	}
	return c.State.Open(ctx, l, b)
}

func (c *crashing) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	if err := c.alive(); err != nil {
		return err
	}
	return c.State.Settle(ctx, l, s)
}

func (c *crashing) Release(ctx context.Context, l duijiesync.Lease) error {
	if err := c.alive(); err != nil {
		return err
	}
	return c.State.Release(ctx, l)
}

func (e *erp) pipe(t *testing.T, state duijiesync.State, docs ...doc) *duijiesync.Pipeline[doc, doc] {
	t.Helper()
	return pipeOf(t, e.config(), &crashing{state, e}, docs...)
}

func pipeOf(t *testing.T, c workflow.Config[doc], state duijiesync.State, docs ...doc) *duijiesync.Pipeline[doc, doc] {
	t.Helper()
	sink, err := workflow.New(c)
	require.NoError(t, err)
	return &duijiesync.Pipeline[doc, doc]{
		Name: "bills", Transform: duijiesync.Same[doc], Sink: sink, State: state, MaxRefusedShare: 1,
		Source: duijiesync.SourceFunc[doc](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[doc], error] {
			return func(yield func(duijiesync.Batch[doc], error) bool) {
				var b duijiesync.Batch[doc]
				for _, d := range docs {
					b.Records = append(b.Records, duijiesync.Record[doc]{Key: d.No, Value: d})
				}
				yield(b, nil)
			}
		}),
	}
}

func letters(t *testing.T, state duijiesync.State) []duijiesync.DeadLetter {
	all, err := state.DeadLetters(t.Context(), "bills", duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	return all
}

func entryOf(t *testing.T, state duijiesync.State, no string) duijiesync.Entry {
	t.Helper()
	all, err := state.Ledger(t.Context(), "bills", []string{no})
	require.NoError(t, err)
	return all[no]
}
