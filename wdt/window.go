package wdt

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"iter"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/window"
)

// WindowConfig says how a source moves through time. In every field but Start
// zero means the default.
type WindowConfig struct {
	// Start is where the first run begins; required while there is no checkpoint.
	Start time.Time
	// Times is the time windows are made of. Default: the modification time or, where
	// a method has no filter for that, the first of its Times: then a row that
	// changes later is not read again.
	Times TimeKind
	// Overlap is how far each window reaches back behind the one before, for rows
	// the platform shows late. Default 5 min, as its users do; on Qimen and
	// Enterprise 10 min more, by which our clock may be ahead of the platform's while
	// it takes our calls. Negative: none.
	Overlap time.Duration
	// SettleDelay is how far windows stay behind now. Default 1 min; negative: none.
	SettleDelay time.Duration
	// MaxSpan cuts slices shorter than the method's own span; a longer one is not
	// taken. Default: the method's, 30 days where it documents none.
	MaxSpan time.Duration
	// MaxRows is the number of rows above which a slice is halved, down to a
	// minute. Default 10,000; negative: never.
	MaxRows int64
	// Gap has older windows read again, for rows later than the overlap. Default: none.
	Gap window.Gap
}

// WindowSource reads what was modified since the last run, in closed windows cut
// to the method's span; each slice from the last page to the first, resumed at
// each page. See package sync/window for its fields, which may be changed before
// it is read, and its Backfill, which reads a past part of time.
type WindowSource[T any] = window.Source[T]

// windowed is a list with a window of times: what its slices have in common.
type windowed[T any] struct {
	client  *Client
	sel     selection
	times   TimeFilter
	span    time.Duration                    // the widest the method takes, 30 days where it does not say
	decode  func(json.RawMessage) (T, error) // nil: into a T
	key     func(T, json.RawMessage) string
	version func(T) int64
	opts    []duijie.CallOption
}

func newWindowed[T any](c *Client, sel selection, key func(T, json.RawMessage) string, version func(T) int64, opts []duijie.CallOption) (*windowed[T], error) {
	// The platform reads whole seconds.
	sel.from, sel.to = sel.from.Truncate(time.Second), sel.to.Add(time.Second-1).Truncate(time.Second)
	w := &windowed[T]{client: c, sel: sel, key: key, version: version, opts: opts}
	m := methods().find(sel.method)
	if m == nil {
		return nil, invalid(sel.method, "the catalogue does not list it, so its time members and its span are not known")
	}
	var known bool
	if w.times, known = m.timesOf(sel.times); !known {
		return nil, invalid(sel.method, "it has no filter for %s times", cmp.Or(sel.times, TimeModified))
	}
	if w.span = m.span(sel.params); w.span == 0 {
		w.span = month
	}
	return w, nil
}

// slice is the list of one part of time.
func (w *windowed[T]) slice(from, to time.Time) lister {
	sel := w.sel
	sel.params = maps.Clone(sel.params)
	if sel.params == nil {
		sel.params = filter{}
	}
	if w.times.Member != "" {
		sel.params[w.times.Member] = w.times.Value
	}
	sel.params.time(w.times.From, from).time(w.times.To, to)
	return w.client.lister(sel, w.opts)
}

func (w *windowed[T]) reading(l lister) *reading[T] {
	return &reading[T]{list: l, decode: w.decode, key: w.key, version: w.version, closed: true}
}

// shortest is the slice that is not halved any more for its number of rows or
// its slowness: all rows of a large import may carry one time.
const shortest = time.Minute

// settleTime is how long after its time a row may still come, where the platform
// is not known to be slower, and usualOverlap what windows overlap by.
const (
	settleTime   = time.Minute
	usualOverlap = 5 * time.Minute
)

// clockError is how far our clock and the platform's may be apart while it takes
// our calls: direct takes 120 s, TOP ten minutes; the enterprise edition does not say.
func (c *Client) clockError() time.Duration {
	if c.Gateway() == Direct {
		return 2 * time.Minute
	}
	return 10 * time.Minute
}

// settled is the time before which, by either clock, no row comes any more.
func (c *Client) settled() time.Time {
	return c.http.Now().Add(-settleTime - c.clockError()).Truncate(time.Second)
}

// source is the list as a source of window slices.
func (w *windowed[T]) source(cfg WindowConfig) *WindowSource[T] {
	if cfg.MaxSpan <= 0 || cfg.MaxSpan > w.span {
		cfg.MaxSpan = w.span
	}
	if cfg.MaxRows == 0 {
		cfg.MaxRows = 10_000
	}
	if cfg.Overlap == 0 && w.client.Gateway() != Direct {
		cfg.Overlap = usualOverlap + w.client.clockError()
	}
	src := &WindowSource[T]{
		Name: w.sel.method, Start: cfg.Start, Overlap: cfg.Overlap, SettleDelay: cfg.SettleDelay, MaxSpan: cfg.MaxSpan, Gap: cfg.Gap,
		Clock: func(context.Context) (time.Time, error) { return w.client.http.Now(), nil },
		Slice: func(span window.Span) duijiesync.Source[T] {
			s := &slice[T]{reading: w.reading(w.slice(span.From, span.To)), span: span.To.Sub(span.From), whole: cfg.MaxSpan}
			if cfg.MaxRows > 0 && s.span > shortest {
				s.cap = cfg.MaxRows
			}
			return s
		},
	}
	if w.version != nil {
		src.Modified = func(r duijiesync.Record[T]) time.Time { return time.UnixMilli(r.Version) }
	}
	return src
}

// slice is the source of one part of time. Where the platform takes it for too
// much, it says so, and is halved.
type slice[T any] struct {
	*reading[T]
	span, whole time.Duration
}

func (s *slice[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return s.readBy(ctx, after, func(ctx context.Context, at paging.At) (paging.Page[T], error) {
		page, err := s.fetch(ctx, at)
		if err != nil && ctx.Err() == nil && s.tooMuch(err) {
			err = errors.Join(paging.ErrTooMany, err)
		}
		return page, err
	})
}

func (s *slice[T]) Paging() string { return s.paging() }

// tooMuch tells that a shorter slice may do better: the platform refuses the
// width, or does not answer in time. For the latter a slice is halved four times
// at most, as the platform may as well be down.
func (s *slice[T]) tooMuch(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return false
	}
	if e.Class == duijie.ClassInvalid && e.Hint == hintWindow {
		return true
	}
	slow := errors.Is(err, context.DeadlineExceeded) || e.StatusCode == http.StatusGatewayTimeout ||
		strings.HasPrefix(e.SubCode, "isp.") && strings.Contains(e.SubCode, "timeout")
	return slow && s.span > shortest && s.span > s.whole/16
}

func keyOf[T any](key func(T) string) func(T, json.RawMessage) string {
	return func(v T, _ json.RawMessage) string { return key(v) }
}

// all reads a part of time of any length, slice by slice; a row comes again only
// when it is newer than before.
func (w *windowed[T]) all(ctx context.Context) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		src := w.source(WindowConfig{})
		to := w.sel.to
		if to.IsZero() {
			to = w.client.http.Now().Add(-settleTime).Truncate(time.Second)
		}
		type state struct {
			version int64
			sum     uint64
		}
		seen, seed := map[string]state{}, maphash.MakeSeed()
		for batch, err := range src.Backfill(w.sel.from, to).Read(ctx, "") {
			fresh := batch.Records[:0:0]
			for _, r := range batch.Records {
				now := state{r.Version, maphash.Bytes(seed, r.Raw)}
				before, met := seen[r.Key]
				if met && w.key != nil && (now.version < before.version || now == before) {
					continue // times are of whole seconds: a row may change within one
				}
				seen[r.Key] = now
				fresh = append(fresh, r)
			}
			batch.Records = fresh
			if !yield(batch, err) {
				return
			}
		}
	}
}
