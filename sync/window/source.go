package window

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

// Errors of a reading.
var (
	// ErrNoStart: there is no checkpoint and Source.Start is not set, so nothing
	// says where the first run begins.
	ErrNoStart = errors.New("no checkpoint and no Start")
	// ErrTooMany: a slice holds more rows than the platform lets be read. A source
	// inside returns it, or the platform's fetch does, and the slice is halved.
	ErrTooMany = paging.ErrTooMany
	// ErrGranule: a slice of one granule still holds too many rows. Nothing is
	// passed over: ask for less (a filter), or split the source by another field.
	ErrGranule = errors.New("a slice of one granule holds too many rows")
	// ErrCheckpoint: the checkpoint is damaged or belongs to another source.
	// Nothing was read.
	ErrCheckpoint = paging.ErrCheckpoint
)

// Source reads what was modified since the last run, in closed windows of
// modification time, each cut into slices the platform takes. Fill the fields
// and give it to a pipeline; it holds no state and is safe for concurrent use.
//
// In every optional field zero means the default.
type Source[T any] struct {
	// Name is the list's name in the report, errors, events and checkpoints.
	Name string
	// Slice makes the source of the rows of one span; required. Any builder of
	// package paging will do, and any other source. It must not call the platform
	// itself, and is also called with the zero Span, to ask for its Paging.
	Slice func(Span) duijiesync.Source[T]

	// Start is where the first run begins; required while there is no checkpoint.
	// Later runs do not look at it: read older rows with [Source.Backfill].
	Start time.Time
	// Overlap is how far each window reaches back behind the one before, for rows
	// that the platform shows only some time after their modification time: up to
	// Overlap + SettleDelay late, none is lost. Default 5 min; negative: none.
	Overlap time.Duration
	// MaxOverlap bounds what gap insurance may widen the overlap to. Default: Overlap
	// + Gap.Depth. Lower it to take a widened overlap back.
	MaxOverlap time.Duration
	// SettleDelay is how far windows stay behind now. Default 1 min; negative: none.
	SettleDelay time.Duration
	// Skew is by how much the platform's clock may be behind ours; windows stay
	// behind now by that much more. With a Clock of the platform's own none is needed.
	Skew time.Duration
	// Clock tells the platform's time. Default: our own.
	Clock func(context.Context) (time.Time, error)

	// MaxSpan is the longest span the platform takes. Default: no limit.
	MaxSpan time.Duration
	// Granularity is what the platform's query resolves: times asked for are
	// multiples of it. Default 1 s.
	Granularity time.Duration
	// Ends says what the platform takes the two times of a span for.
	Ends Ends

	// Gap has older windows read again, for rows later than the overlap.
	Gap Gap
	// Modified is a record's modification time, for the lateness of what gap
	// insurance finds. nil: the beginning of its slice.
	Modified func(duijiesync.Record[T]) time.Time
}

// setup is a Source with its defaults.
type setup[T any] struct {
	*Source[T]
	grid                            grid
	overlap, maxOverlap, settle     time.Duration
	gapSpan, gapEvery, gapFirstWait time.Duration
	gapRuns                         int
}

func (s *Source[T]) setup() (*setup[T], error) {
	c := &setup[T]{Source: s}
	c.overlap = orNone(s.Overlap, 5*time.Minute)
	c.settle = orNone(s.SettleDelay, time.Minute)
	c.maxOverlap = max(cmp.Or(s.MaxOverlap, c.overlap+s.Gap.Depth), c.overlap)
	granule := cmp.Or(s.Granularity, time.Second)
	var wrong []string
	if s.Slice == nil {
		wrong = append(wrong, "Slice is missing")
	}
	if granule < 0 || s.MaxSpan < 0 || s.Skew < 0 || s.MaxOverlap < 0 || s.Ends > EndsClosed {
		wrong = append(wrong, "Granularity, MaxSpan, Skew or MaxOverlap is negative, or Ends unknown to this package")
		granule = max(granule, 1)
	}
	var fits bool
	if c.grid, fits = newGrid(granule, s.MaxSpan, s.Ends); !fits {
		wrong = append(wrong, fmt.Sprintf("MaxSpan %s has no room for a granule of %s (with ends %s)", s.MaxSpan, granule, s.Ends))
	}
	wrong = append(wrong, c.setGap(s.Gap, granule)...)
	if wrong != nil {
		return nil, s.errorf("%s: %w", strings.Join(wrong, "; "), duijie.ErrInvalid)
	}
	return c, nil
}

// end is the end of a window that has closed by now.
func (c *setup[T]) end(now time.Time) time.Time { return c.grid.floor(now.Add(-c.settle - c.Skew)) }

func orNone(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return max(d, 0)
}

func (s *Source[T]) errorf(format string, args ...any) error {
	name := ""
	if s.Name != "" {
		name = s.Name + ": "
	}
	return fmt.Errorf("duijie/sync/window: "+name+format, args...)
}

// Read implements duijiesync.Source.
func (s *Source[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		r := &reading[T]{ctx: ctx, yield: yield}
		if err := r.live(s, after); err != nil && !r.stopped {
			yield(duijiesync.Batch[T]{}, err)
		}
	}
}

// Paging says how the source stays right while rows move. It implements
// duijiesync.Pager.
func (s *Source[T]) Paging() string {
	c, err := s.setup()
	if err != nil {
		return err.Error()
	}
	behind := fmt.Sprintf("%s (settle delay)", c.settle)
	if s.Skew > 0 {
		behind += fmt.Sprintf(" − %s (skew of the clocks)", s.Skew)
	}
	text := fmt.Sprintf("windows of modification time from the checkpoint − %s (overlap) to now − %s, so rows shown up to %s late are not lost; %s",
		c.overlap, behind, c.overlap+c.settle, c.slices())
	if s.Gap.Depth > 0 {
		text += fmt.Sprintf("; gap insurance reads %s of the %s before again, newest first", c.gapSpan, s.Gap.Depth)
	}
	return c.named(text)
}

func (c *setup[T]) named(text string) string {
	if c.Name != "" {
		text = c.Name + ": " + text
	}
	if inner, ok := c.Slice(Span{}).(duijiesync.Pager); ok {
		text += "; inside a slice: " + inner.Paging()
	}
	return text
}

// slices describes the cutting.
func (c *setup[T]) slices() string {
	text := "one slice"
	if c.grid.max > 0 {
		text = fmt.Sprintf("slices of at most %s", c.MaxSpan)
	}
	text += ", halved where they hold too many rows, "
	switch c.Ends {
	case EndsUnknown:
		return text + fmt.Sprintf("overlapping by %s as the platform's ends are not known", c.grid.granule)
	default:
		return text + fmt.Sprintf("%s at %s", c.Ends, c.grid.granule)
	}
}

// DecodeRaw reads the raw item of a dead letter back, as the source inside
// does, else as JSON. It implements duijiesync.RawDecoder.
func (s *Source[T]) DecodeRaw(raw json.RawMessage) (T, error) {
	if s.Slice != nil {
		if inner, ok := s.Slice(Span{}).(duijiesync.RawDecoder[T]); ok {
			return inner.DecodeRaw(raw)
		}
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, s.errorf("%w", err)
	}
	return v, nil
}

var (
	_ duijiesync.Source[any]     = (*Source[any])(nil)
	_ duijiesync.Pager           = (*Source[any])(nil)
	_ duijiesync.RawDecoder[any] = (*Source[any])(nil)
)
