package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Errors of a mirror. After any of them but one of the State nothing more is
// deleted; what was done before is stored.
var (
	// ErrMirror: the mirror is put together wrongly. The error names everything
	// that is missing.
	ErrMirror = errors.New("duijie/sync/mirror: mirror not complete")
	// ErrEmptySource: the source has no key at all, but the ledger has rows. Nothing
	// was deleted. Look whether the source's filter, account or permission is
	// right; who really wants the target emptied does it there.
	ErrEmptySource = errors.New("duijie/sync/mirror: the source is empty")
	// ErrTooManyGone: more rows than MaxShare or MaxCount allow would go. Nothing
	// was deleted. Look at [Mirror.Plan]; where it is right, raise the limit for one
	// run.
	ErrTooManyGone = errors.New("duijie/sync/mirror: too many records left the source")
	// ErrOpenBatches: a run of the pipeline died while it wrote. Nothing was
	// deleted. Run the pipeline, which settles what it left open, and then the mirror.
	ErrOpenBatches = errors.New("duijie/sync/mirror: the pipeline has open batches")
	// ErrPartitions: the pipeline has partitions that Partitions does not list. They
	// share one ledger, so the rows of the others would look gone. Nothing was
	// deleted. List them all, and have Keys yield the keys of them all.
	ErrPartitions = errors.New("duijie/sync/mirror: the pipeline has other partitions")
)

// Gone is a row to be taken out of the target, because its record left the
// source.
type Gone struct {
	Key      string
	TargetID string // as the ledger has it; the key itself where the sink told no id
	Step     string // last step known, as in duijiesync.Target
}

// Deleter takes rows out of the target: it deletes them, or forbids them (禁用)
// where [Mirror.Forbid] is set. One that implements duijiesync.Limited states how
// many rows it takes at a time and how long the target may be at work.
//
// The rows are named by id, so that doing it twice must do no harm.
type Deleter interface {
	// Delete returns one outcome per row, in the same order: OutcomeUpdated for a row
	// that is out now, OutcomeUnchanged for one that was out already,
	// OutcomeRefused with the platform's words, OutcomeRetryable for one that is
	// locked just now, OutcomeUnknown.
	//
	// Without outcomes the error speaks for all rows, as in duijiesync.Sink: one that
	// matches duijie.ErrOutcomeUnknown makes them unknown; duijie.ErrRefused,
	// ErrInvalid, ErrConflict or ErrNotFound means that none went because of at least
	// one bad row, which is then found by bisecting; any other stops the run.
	Delete(ctx context.Context, rows []Gone) ([]duijiesync.Outcome, error)
}

// Checker is a Deleter that can look rows up, which settles those whose answer was
// lost.
type Checker interface {
	// Remaining tells, in the same order, which rows are still in the target; those
	// that are forbidden are not, where that is the form.
	Remaining(ctx context.Context, rows []Gone) ([]bool, error)
}

// Mirror takes out of a pipeline's target what left its source. Fill the fields
// and call Run, after the pipeline's own run. In every optional field zero means
// the default.
type Mirror struct {
	// Name is the pipeline's name. At most 121 bytes here: the mirror keeps its runs
	// and notes in the State under this name and "/mirror".
	Name string
	// Partitions are all partitions of the pipeline. Default: one, "".
	Partitions []string
	// State is the pipeline's.
	State duijiesync.State
	// Keys yields the key of every record the source has; twice is no harm. An
	// error is the last pair. See [SourceKeys].
	Keys func(ctx context.Context) iter.Seq2[string, error]
	// Deleter is the way to the target.
	Deleter Deleter

	// Forbid says that Deleter forbids rows instead of deleting them: the ledger keeps
	// their ids, so that a record which comes back is an update.
	Forbid bool
	// Scans is how often the source is scanned in one run; only what is missing in
	// all scans goes. Default 2, or 1 where Exists is set. 1 alone trusts the source
	// never to skip a record while others move.
	Scans int
	// Exists is asked right before a batch is deleted whether the source has the
	// keys, one answer per key in the same order. Default: nobody is asked.
	Exists func(ctx context.Context, keys []string) ([]bool, error)

	// MaxShare stops a run, before anything is deleted, when more than this share of
	// the pipeline's rows in the target would go. Default 0.05; 1 or more: no limit.
	MaxShare float64
	// MinGone is how many may go whatever their share. Default 3; negative: none.
	MinGone int
	// MaxCount stops a run like MaxShare when more than so many would go. Default
	// 1000; negative: no limit.
	MaxCount int
	// MissingRuns is in how many runs of the mirror, one after the other, a key must
	// be missing before its row goes. Default 1: in this one.
	MissingRuns int
	// MissingFor is how long ago the first of those runs must be. Default: not at
	// all.
	MissingFor time.Duration

	// Forget removes what was deleted from the ledger. Default: it stays there as
	// EntryGone, so that one can see what went and when. It has no effect with Forbid.
	Forget bool
	// Settle says how a Checker is asked about rows whose answer was lost. Default:
	// 3 times, first after the Deleter's SettleDelay, else 2 s, doubling.
	Settle duijiesync.SettlePolicy
	// Lease is how the pipeline's leases are held. Default: 60 s, no waiting.
	Lease duijiesync.LeaseOptions
}

// settings are the fields with their defaults.
type settings struct {
	partitions            []string
	scans, rows, findRows int
	maxShare              float64
	minGone, maxCount     int64
	runs                  int64
	settle                duijiesync.SettlePolicy
}

func (m *Mirror) settings(plan bool) (settings, error) {
	var missing []error
	need := func(ok bool, what string) {
		if !ok {
			missing = append(missing, errors.New(what))
		}
	}
	need(m.Name != "" && len(m.Name) <= 128-len(notesSuffix), "Name must be 1 to 121 bytes")
	need(m.State != nil, "State is missing: the pipeline's")
	need(m.Keys != nil, "Keys is missing (SourceKeys makes it of a source)")
	need(m.Deleter != nil || plan, "Deleter is missing")
	if missing != nil {
		return settings{}, fmt.Errorf("%w: %w", ErrMirror, errors.Join(missing...))
	}
	var limits duijiesync.Limits
	if l, ok := m.Deleter.(duijiesync.Limited); ok {
		limits = l.Limits()
	}
	s := settings{
		partitions: slices.Clone(m.Partitions), scans: m.Scans,
		rows: or(limits.Rows, 100), findRows: or(limits.FindRows, 100),
		maxShare: or(m.MaxShare, 0.05), minGone: int64(max(or(m.MinGone, 3), 0)), maxCount: int64(or(m.MaxCount, 1000)),
		runs: int64(max(m.MissingRuns, 1)),
		settle: duijiesync.SettlePolicy{
			Attempts: or(m.Settle.Attempts, 3), Delay: or(m.Settle.Delay, or(limits.SettleDelay, 2*time.Second)),
		},
	}
	if s.scans <= 0 {
		s.scans = 2
		if m.Exists != nil {
			s.scans = 1
		}
	}
	if len(s.partitions) == 0 {
		s.partitions = []string{""}
	}
	slices.Sort(s.partitions)
	s.partitions = slices.Compact(s.partitions)
	return s, nil
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
