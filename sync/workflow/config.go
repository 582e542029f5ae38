package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// ErrConfig tells that a workflow is put together wrongly. The error names
// everything that is.
var ErrConfig = errors.New("duijie/sync/workflow: not complete")

// StepSaved is the name of the first step, the save, in Outcome.Step and the
// ledger.
const StepSaved = "save"

// Step is one transition of documents.
type Step struct {
	// Name is what the ledger keeps, at most 47 bytes: "submit".
	Name string
	// From are the statuses it applies to, To is the one it leads to.
	From []string
	To   string
	// Do asks the target to do it for documents, given by their target ids. Its
	// answer is that of duijiesync.Sink.Write: an outcome for each id in the same order
	// (created, updated and unchanged all mean that it took effect), or an error
	// that speaks for all of them: duijie.ErrOutcomeUnknown, or duijie.ErrRefused,
	// ErrInvalid, ErrConflict or ErrNotFound when none took it because of at least one,
	// which is then found by bisecting. duijie.ErrRateLimited and ErrUnavailable are tried again;
	// any other error stops the run.
	Do func(ctx context.Context, ids []string) ([]duijiesync.Outcome, error)
	// Rows is the most ids in one call; 0 = 100.
	Rows int
}

// SaveSink saves documents and finds them by key: the first step, as a sink of
// its own. Its Find should compare contents; where it answers Exists, the step in
// the ledger tells whether these very contents were saved. After a crash it does
// not, and the document is updated once more.
type SaveSink[T any] interface {
	duijiesync.Sink[T]
	duijiesync.Finder[T]
}

// Config describes a workflow. Save, Status, Steps, Editable and Final are
// required; elsewhere zero means the default.
type Config[T any] struct {
	// Save writes the contents. Its limits are those of the workflow.
	Save SaveSink[T]
	// Status reads the statuses of documents by target id. Ids that are not there
	// are absent from the map.
	Status func(ctx context.Context, ids []string) (map[string]string, error)
	// StatusRows is the most ids in one call of Status; 0 = 100.
	StatusRows int

	// Steps lead from the save to Final, each status has at most one.
	Steps []Step
	// Undo leads back to an Editable status, for documents that change: un-audit
	// (反审核), take back (撤销). Without a way back, such a change is refused.
	Undo []Step
	// Editable are the statuses in which a document can be saved.
	Editable []string
	// Final is the status wanted.
	Final string
	// Beyond are statuses further than Final, where people may have moved a
	// document: closed, paid. It is left there as long as its contents are right.
	Beyond []string
	// Stopped are statuses nothing leads out of but a person, each with words for
	// the refusal: {"V": "voided"}.
	Stopped map[string]string

	// Check tells of a change that Save would refuse without asking the target. It is
	// asked before a document is taken back for the change, with its target id, and
	// is quick. nil: nothing is known before.
	Check func(rec duijiesync.Record[T]) error
	// RestoreRefused brings a document whose change is refused back to Final, after
	// it was undone for it. Default: it stays where the undoing left it, and the
	// dead letter says so.
	RestoreRefused bool
	// StepRetries is how often a step is repeated for documents that are locked or
	// while the target is busy; the waits are 1, 2, 4 ... seconds. Default 4; negative: never.
	StepRetries int
	// Settle says how the status is asked for after the answer to a step was lost.
	// Default: 3 times, the first after the save's SettleDelay, or 2 s.
	Settle duijiesync.SettlePolicy
}

// Sink is a workflow as the sink of a pipeline. It is safe for concurrent use.
type Sink[T any] struct {
	c     Config[T]
	table table
}

// What a Sink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*Sink[any])(nil)
	_ duijiesync.Finder[any] = (*Sink[any])(nil)
	_ duijiesync.Limited     = (*Sink[any])(nil)
	_ duijiesync.Closer      = (*Sink[any])(nil)
)

// New makes a sink of a workflow. It fails with [ErrConfig].
func New[T any](c Config[T]) (*Sink[T], error) {
	c.Steps, c.Undo = slices.Clone(c.Steps), slices.Clone(c.Undo)
	var wrong []error
	if c.Save == nil {
		wrong = append(wrong, errors.New("the save sink is missing (Save)"))
	}
	if c.Status == nil {
		wrong = append(wrong, errors.New("the function Status is missing: no step is made without knowing the status"))
	}
	t, errs := newTable(c.Steps, c.Undo, c.Editable, c.Final, c.Beyond, c.Stopped)
	if wrong = append(wrong, errs...); len(wrong) > 0 {
		return nil, fmt.Errorf("%w: %w", ErrConfig, errors.Join(wrong...))
	}
	for _, steps := range [][]Step{c.Steps, c.Undo} {
		for i := range steps {
			if steps[i].Rows <= 0 {
				steps[i].Rows = 100
			}
		}
	}
	if c.StatusRows <= 0 {
		c.StatusRows = 100
	}
	switch {
	case c.StepRetries == 0:
		c.StepRetries = 4
	case c.StepRetries < 0:
		c.StepRetries = 0
	}
	s := &Sink[T]{c: c, table: t}
	if s.c.Settle.Attempts <= 0 {
		s.c.Settle.Attempts = 3
	}
	if s.c.Settle.Delay <= 0 {
		s.c.Settle.Delay = 2 * time.Second
		if d := s.Limits().SettleDelay; d > 0 {
			s.c.Settle.Delay = d
		}
	}
	return s, nil
}

// Limits are those of the save.
func (s *Sink[T]) Limits() duijiesync.Limits {
	l, ok := s.c.Save.(duijiesync.Limited)
	if !ok {
		return duijiesync.Limits{}
	}
	limits := l.Limits()
	limits.Idempotent = false
	return limits
}

// Close closes the save sink, where it holds something.
func (s *Sink[T]) Close(ctx context.Context) error {
	if c, ok := s.c.Save.(duijiesync.Closer); ok {
		return c.Close(ctx)
	}
	return nil
}
