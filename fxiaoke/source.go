package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/window"
)

// SourceConfig says how an object is read for a pipeline. In every field zero means
// the default.
type SourceConfig[T any] struct {
	// Key is the business key of a record. Default: its _id. One that gives "" has the
	// key "row:" and a hash of it.
	Key func(T) string
	// Version orders states of a record. Default: last_modified_time in milliseconds.
	Version func(T) int64
	// Full reads the whole object each time and leaves it to the ledger to find what
	// changed; deleted records are learnt of only so: see the mirror and reconcile packages of sync.
	Full bool
	// Start is where the first window begins; zero reads from the year 2000. Not used
	// with Full.
	Start time.Time
	// Overlap is how far each window reaches back behind the one before. Default 5 min;
	// negative: none.
	Overlap time.Duration
	// SettleDelay is how long windows stay behind now. Default 1 min; negative: none.
	SettleDelay time.Duration
	// IncludeRemoved has invalidated (作废) and deleted records come too, where the
	// platform lists them, which is not documented. They are left out otherwise.
	IncludeRemoved bool
}

var firstWindow = time.Date(2000, 1, 1, 0, 0, 0, 0, duijie.China)

// NewSource makes a source of the data of an object that match q.
//
// Each run reads what was modified since the last (last_modified_time): windows that have
// closed, with an overlap, paged by _id, so that rows which leave a window while it is read
// shift none past the reading and rows of one millisecond are not torn. With SourceConfig.Full it
// reads everything, by _id too. Lines of a document are an object of their own, and changing one
// need not touch the document: read both. What the acting employee may not see is missing
// without a word.
//
// Where our clock is ahead of the platform's, windows end by the platform's: each run begins with
// a call for one row, whose Date tells.
//
// Orders, Offset and Total of q do not apply.
func NewSource[T any](c *Client, q Query, cfg SourceConfig[T]) (duijiesync.Source[T], error) {
	if len(q.Orders) > 0 || q.Offset != 0 {
		return nil, invalid("source "+q.Object, "the source pages by _id: leave Orders and Offset out")
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	if !cfg.Full && slices.ContainsFunc(q.Filters, func(f Filter) bool { return f.Field == modifiedField }) {
		return nil, invalid("source "+q.Object, "the source makes its windows of last_modified_time itself: leave the filter out, or set Full")
	}
	q = projected[T](q)
	q.Total = false
	if len(q.Fields) > 0 {
		for _, name := range []string{"_id", modifiedField, "life_status", "is_deleted"} {
			if !slices.Contains(q.Fields, name) {
				q.Fields = append(q.Fields, name)
			}
		}
	}
	r := reader[T]{client: c, cfg: cfg}
	var src duijiesync.Source[T]
	if cfg.Full {
		src = r.keyset(q, true)
	} else {
		start := cfg.Start
		if start.IsZero() {
			start = firstWindow
		}
		src = &window.Source[T]{
			Name: q.Object, Start: start, Overlap: cfg.Overlap, SettleDelay: cfg.SettleDelay,
			// The filters are "at least" and "at most", and rows carry milliseconds.
			Granularity: time.Millisecond, Ends: window.EndsClosed,
			Clock: func(ctx context.Context) (time.Time, error) { return c.platformNow(ctx, q.Object) },
			Slice: func(span window.Span) duijiesync.Source[T] {
				slice := q.clone()
				slice.Filters = append(slice.Filters, Where(modifiedField, OpAtLeast, span.From), Where(modifiedField, OpAtMost, span.To))
				return r.keyset(slice, false)
			},
		}
	}
	if cfg.IncludeRemoved {
		return src, nil
	}
	return &withoutRemoved[T]{inner: src}, nil
}

// reader makes records of rows.
type reader[T any] struct {
	client *Client
	cfg    SourceConfig[T]
}

// keyset reads what matches q by _id.
func (r reader[T]) keyset(q Query, rescan bool) duijiesync.Source[T] {
	return paging.Keyset[T, string]{
		Name: q.Object, Size: q.size(), Compare: strings.Compare, Rescan: rescan, Decode: r.decode,
		Position: func(rec duijiesync.Record[T]) (string, bool) {
			id := scalar(memberOf(rec.Raw, "_id"))
			return id, id != ""
		},
		Fetch: func(ctx context.Context, after string, size int) (paging.Page[T], error) {
			at := q.behind(after)
			at.PageSize = size
			p, err := r.client.fetch(ctx, at, nil)
			if err != nil {
				return paging.Page[T]{}, err
			}
			page := paging.Page[T]{Total: -1, More: paging.MoreYes, Records: make([]duijiesync.Record[T], len(p.rows))}
			if p.last() {
				page.More = paging.MoreNo
			}
			for i, row := range p.rows {
				page.Records[i] = r.record(row)
			}
			return page, nil
		},
	}.Source()
}

func (r reader[T]) record(raw json.RawMessage) duijiesync.Record[T] {
	rec := duijiesync.Record[T]{Raw: slices.Clone(raw), Key: scalar(memberOf(raw, "_id"))}
	var modified wire.Int
	if modified.UnmarshalJSON(memberOf(raw, modifiedField)) == nil {
		rec.Version = int64(modified)
	}
	if err := decode(raw, &rec.Value); err != nil {
		rec.Err = fmt.Errorf("fxiaoke: a row does not fit %T: %w", rec.Value, err)
		return rec
	}
	if r.cfg.Key != nil {
		rec.Key = r.cfg.Key(rec.Value)
	}
	if r.cfg.Version != nil {
		rec.Version = r.cfg.Version(rec.Value)
	}
	return rec
}

// decode decodes the raw item of a dead letter.
func (r reader[T]) decode(raw json.RawMessage) (T, error) {
	var v T
	if err := decode(raw, &v); err != nil {
		return v, fmt.Errorf("fxiaoke: the raw item: %w", err)
	}
	return v, nil
}

// withoutRemoved leaves invalidated and deleted records out of what a source reads,
// checkpoints untouched.
type withoutRemoved[T any] struct{ inner duijiesync.Source[T] }

// Read implements duijiesync.Source.
func (s *withoutRemoved[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		for batch, err := range s.inner.Read(ctx, after) {
			batch.Records = slices.DeleteFunc(batch.Records, func(rec duijiesync.Record[T]) bool { return removedRow(rec.Raw) })
			if !yield(batch, err) {
				return
			}
		}
	}
}

// Paging says how the source stays right while rows move. It implements
// duijiesync.Pager.
func (s *withoutRemoved[T]) Paging() string {
	const removed = "invalidated and deleted rows are left out"
	if p, ok := s.inner.(duijiesync.Pager); ok {
		return p.Paging() + "; " + removed
	}
	return removed
}

// DecodeRaw reads the raw item of a dead letter back. It implements
// duijiesync.RawDecoder.
func (s *withoutRemoved[T]) DecodeRaw(raw json.RawMessage) (T, error) {
	return reader[T]{}.decode(raw)
}

var (
	_ duijiesync.Source[any]     = (*withoutRemoved[any])(nil)
	_ duijiesync.Pager           = (*withoutRemoved[any])(nil)
	_ duijiesync.RawDecoder[any] = (*withoutRemoved[any])(nil)
)
