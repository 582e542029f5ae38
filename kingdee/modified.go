package kingdee

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/window"
)

// ModifiedConfig says what a source of changes reads.
type ModifiedConfig[T any] struct {
	// SourceConfig says how rows become records; Key is required, Rescan has no
	// meaning here. Version, when nil, is the modification time in Unix milliseconds, where the
	// query asks for that field.
	SourceConfig[T]
	// Field is the modification time, "" = "FModifyDate". FCreateDate does not move
	// on updates.
	Field string
	// Start is where the first run begins; required while there is no checkpoint.
	Start time.Time
	// Overlap is how far each run looks back behind the one before, for records that
	// are shown late; 0 = 5 min, negative: none. What comes twice unchanged is
	// dropped by the ledger.
	Overlap time.Duration
	// SettleDelay is how far runs stay behind now; 0 = 1 min, negative: none.
	SettleDelay time.Duration
	// Skew is by how much the server's clock may be behind ours.
	Skew time.Duration
	// MaxSpan cuts what a run reads into spans of time; 0 = one span. The platform
	// names no limit; shorter spans are queries that end sooner.
	MaxSpan time.Duration
	// Gap has older spans read again, see window.Gap.
	Gap window.Gap
	// Zone is the zone of the server's times; nil = China's.
	Zone *time.Location
	// Clock tells the server's time; nil = our own. Signed calls need it right.
	Clock func(context.Context) (time.Time, error)
}

// NewModifiedSource makes a source of the records of a form that were created or
// changed since the run before. Each run reads one span of modification time
// that has ended, so that no record comes into it while it is read, and inside by
// primary key, so that those that leave it shift nothing. Deleted records are
// not seen, nor those without a modification time, as some that were imported:
// read these once with [NewSource].
//
// q is that of [NewSource]; its Filter narrows the source further. It must have
// no Order and no Top.
func NewModifiedSource[T any](c *Client, q Query, cfg ModifiedConfig[T], opts ...duijie.CallOption) (*window.Source[T], error) {
	if cfg.Field == "" {
		cfg.Field = "FModifyDate"
	}
	if cfg.Zone == nil {
		cfg.Zone = duijie.China
	}
	if err := checkField(cfg.Field); err != nil {
		return nil, err
	}
	if q.Top != 0 || cfg.Rescan {
		return nil, fmt.Errorf("kingdee: source of %s: Top and Rescan do not go with a source of changes: %w", cut(q.FormID), duijie.ErrInvalid)
	}
	base, err := NewSource(c, q, cfg.SourceConfig, opts...)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(base.fields, func(f string) bool { return strings.EqualFold(f, cfg.Field) })
	if cfg.Version == nil && at >= 0 {
		base.version = func(row []Cell) int64 { return cfg.millis(row[at]) }
	}
	if _, err := cfg.narrow(base.q, window.Span{}); err != nil {
		return nil, err
	}
	return &window.Source[T]{
		Name: q.FormID, Start: cfg.Start, Overlap: cfg.Overlap, SettleDelay: cfg.SettleDelay, Skew: cfg.Skew, Clock: cfg.Clock,
		MaxSpan: cfg.MaxSpan, Ends: window.EndsHalfOpen, Gap: cfg.Gap,
		Slice: func(span window.Span) duijiesync.Source[T] {
			slice := *base
			slice.q, _ = cfg.narrow(base.q, span) // went well above
			return &slice
		},
		Modified: func(rec duijiesync.Record[T]) time.Time {
			if cell, has := modelField(rec.Raw, cfg.Field); has {
				return time.UnixMilli(cfg.millis(cell))
			}
			return time.Time{}
		},
	}, nil
}

// narrow adds a span to the filter of a query: from <= Field < to, in the
// server's zone. Where its clocks are set back in between, the wall times of both
// hours are asked for.
func (cfg ModifiedConfig[T]) narrow(q Query, span window.Span) (Query, error) {
	_, before := span.From.In(cfg.Zone).Zone()
	_, behind := span.To.In(cfg.Zone).Zone()
	if back := time.Duration(before-behind) * time.Second; back > 0 {
		span.From, span.To = span.From.Add(-back), span.To.Add(back)
	}
	for _, end := range []struct {
		op string
		at time.Time
	}{{">=", span.From}, {"<", span.To}} {
		text, err := quote(end.at.In(cfg.Zone).Format(time.DateTime))
		if err != nil {
			return q, err
		}
		if q, err = q.narrowed(cfg.Field, end.op, text); err != nil {
			return q, err
		}
	}
	return q, nil
}

// millis is a modification time of a row in Unix milliseconds, 0 where it can
// not be read. A row's times come without a zone.
func (cfg ModifiedConfig[T]) millis(c Cell) int64 {
	t, err := c.Time()
	if err != nil || t.Time.IsZero() {
		return 0
	}
	wall := t.Time.In(duijie.China)
	return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), cfg.Zone).UnixMilli()
}
