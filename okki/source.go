package okki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/window"
)

// SourceConfig says how a list is read for a pipeline. In every field zero means
// the default.
type SourceConfig[T any] struct {
	// Key is the business key of a row or record. Default: its id. Rows are told
	// apart by it: choose a number (product_no) only where no two records share one.
	// One that gives "" has the key "row:" and a hash of it.
	Key func(T) string
	// Version orders states of a record. Default: its update_time in Unix
	// milliseconds, where the platform sends one.
	Version func(T) int64
	// Full reads the whole list each time, again until two passes agree, and leaves it to
	// the ledger to find what changed. Lists without a window are always read so.
	// Deleted rows vanish from windows without a word: list them with Query.Removed, or
	// see the mirror and reconcile packages of sync, which read in full.
	Full bool
	// Start is where the first window begins; zero reads from 1970. Not used with Full.
	Start time.Time
	// Overlap is how far each window reaches back behind the one before. Default
	// 10 min; negative: none.
	Overlap time.Duration
	// SettleDelay is how far windows stay behind now. Default 1 min; negative: none.
	SettleDelay time.Duration
	// Parallel is how many records are read at the same time by a source of whole
	// records. Default 5.
	Parallel int
}

// defaultOverlap and firstWindow are what SourceConfig says.
const defaultOverlap = 10 * time.Minute

var firstWindow = time.Date(1970, 1, 1, 0, 0, 0, 0, duijie.China)

// NewSource makes a source of the rows of a list that match q.
//
// Where the list has a window, each run reads what was updated since the last: frozen
// windows of update time, read from their last page to the first, so that rows which
// leave a window shift none past the reading, with an overlap. Else, and with
// SourceConfig.Full, the whole list is read again until two passes agree. A window of
// q's own is only for Full.
func NewSource[T any](c *Client, operation string, q Query, cfg SourceConfig[T]) (duijiesync.Source[T], error) {
	l, err := c.lister(operation, q, nil)
	if err != nil {
		return nil, err
	}
	return newSource(l, cfg)
}

// ListOf is a service that lists rows: a [Lister], [Reader] or [Records], and what embeds
// one, as the services of a [Client] do.
type ListOf[Row any] interface {
	List(ctx context.Context, q Query, opts ...duijie.CallOption) (*duijie.Page[Row], error)

	lister(q Query, opts []duijie.CallOption) lister
}

// DetailOf is a service that lists rows and reads whole records: a [Reader] or
// [Records], and what embeds one.
type DetailOf[Detail any] interface {
	Kind() RecordKind
	Get(ctx context.Context, id int64, opts ...duijie.CallOption) (Detail, error)

	lister(q Query, opts []duijie.CallOption) lister
}

// NewListSource makes a source of the rows of a service's list; see [NewSource].
//
// Sources and sinks are functions and not methods of services, so that a program that
// only calls the platform does not compile pipelines for each of its records.
func NewListSource[Row any](s ListOf[Row], q Query, cfg SourceConfig[Row]) (duijiesync.Source[Row], error) {
	return newSource(s.lister(q, nil), cfg)
}

// NewDetailSource makes a source of whole records of a service: it reads the list as
// [NewSource] does and each record by its id, one call a record, several at the same
// time, in the order of the list. Records that are gone by then are left out.
func NewDetailSource[Detail any](s DetailOf[Detail], q Query, cfg SourceConfig[Detail]) (duijiesync.Source[Detail], error) {
	kind := s.Kind()
	if cfg.Parallel < 0 {
		return nil, invalid(kind.list().Path, "Parallel is below 0")
	}
	l := s.lister(q, nil)
	rows, err := newSource(l, SourceConfig[item]{Full: cfg.Full, Start: cfg.Start, Overlap: cfg.Overlap, SettleDelay: cfg.SettleDelay})
	if err != nil {
		return nil, err
	}
	return &detailSource[Detail]{client: l.client, kind: kind, rows: rows, rec: recorder[Detail]{list: l, cfg: cfg}, parallel: cfg.Parallel}, nil
}

// item is a row as it came.
type item struct {
	Raw json.RawMessage `json:"-"`
}

func newSource[T any](l lister, cfg SourceConfig[T]) (duijiesync.Source[T], error) {
	size, err := l.query.size(l.client.cfg)
	if err == nil && l.query.Cursor != "" {
		err = errors.New("a source takes no Cursor: it has checkpoints")
	}
	if err != nil {
		return nil, invalid(l.op.Path, err.Error())
	}
	if _, err := l.query.paramsFor(l.op); err != nil {
		return nil, err
	}
	windowed := !cfg.Full && l.op.Window
	ownWindow := !l.query.From.IsZero() || !l.query.To.IsZero()
	if windowed && (ownWindow || l.query.TimeType != 0 && l.query.TimeType != UpdateTime) {
		return nil, invalid(l.op.Path, "the source makes windows of update time itself: leave From, To and TimeType out, or set Full")
	}
	rec := recorder[T]{list: l, cfg: cfg}
	list := func(l lister) paging.List[T] {
		return paging.List[T]{Name: l.op.Path, Size: size, Fetch: fetcher(l, rec), Decode: rec.decode}
	}
	if !windowed {
		return list(l).DoublePass(), nil
	}
	start, overlap := cfg.Start, cfg.Overlap
	if start.IsZero() {
		start = firstWindow
	}
	if overlap == 0 {
		overlap = defaultOverlap
	}
	return &window.Source[T]{
		Name: l.op.Path, Start: start, Overlap: overlap, SettleDelay: cfg.SettleDelay,
		Clock: func(context.Context) (time.Time, error) { return l.client.Now(), nil },
		Slice: func(span window.Span) duijiesync.Source[T] {
			slice := l
			slice.query.From, slice.query.To = span.From, span.To
			return list(slice).ClosedWindow()
		},
	}, nil
}

// recorder makes records of rows.
type recorder[T any] struct {
	list lister
	cfg  SourceConfig[T]
}

func (r recorder[T]) record(raw json.RawMessage) duijiesync.Record[T] {
	rec := duijiesync.Record[T]{Raw: raw}
	if id := r.list.rowID(raw); id != "" {
		rec.Key = id
	}
	var at duijie.Time
	if r.list.client.decode(orNull(member(raw, "update_time")), &at) == nil && !at.IsZero() {
		rec.Version = at.Time.UnixMilli()
	}
	if err := r.list.client.decode(raw, &rec.Value); err != nil {
		rec.Err = fmt.Errorf("okki: a row does not fit %T: %w", rec.Value, err)
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

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// decode decodes the raw item of a dead letter.
func (r recorder[T]) decode(raw json.RawMessage) (T, error) {
	var v T
	if !json.Valid(raw) {
		return v, fmt.Errorf("okki: the raw item is no JSON: %w", duijie.ErrMalformedAnswer)
	}
	err := r.list.client.decode(raw, &v)
	return v, err
}

// fetcher fetches pages for package paging.
func fetcher[T any](l lister, r recorder[T]) func(context.Context, paging.At) (paging.Page[T], error) {
	return func(ctx context.Context, at paging.At) (paging.Page[T], error) {
		p, err := l.fetch(ctx, at.Page+1)
		if err != nil {
			return paging.Page[T]{}, err
		}
		out := paging.Page[T]{Total: p.total, Records: make([]duijiesync.Record[T], len(p.rows))}
		for i, row := range p.rows {
			out.Records[i] = r.record(row)
		}
		if l.op.array {
			out.More = paging.MoreNo
		}
		return out, nil
	}
}

// detailSource reads the records behind the rows of another source.
type detailSource[T any] struct {
	client   *Client
	kind     RecordKind
	rows     duijiesync.Source[item]
	rec      recorder[T]
	parallel int
}

// Read implements duijiesync.Source.
func (s *detailSource[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		for rows, err := range s.rows.Read(ctx, after) {
			var out duijiesync.Batch[T]
			if err == nil {
				out, err = s.batch(ctx, rows)
			}
			if err != nil {
				yield(duijiesync.Batch[T]{}, err)
				return
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

// batch reads the records of one page, in its order.
func (s *detailSource[T]) batch(ctx context.Context, rows duijiesync.Batch[item]) (duijiesync.Batch[T], error) {
	out := duijiesync.Batch[T]{Checkpoint: rows.Checkpoint, Settled: rows.Settled}
	for got := range inOrder(ctx, rows.Records, s.parallel, s.detail) {
		switch {
		case isAbsent(got.err): // deleted since it was listed
		case got.err != nil:
			return out, got.err
		default:
			out.Records = append(out.Records, got.value)
		}
	}
	return out, ctx.Err()
}

func (s *detailSource[T]) detail(ctx context.Context, row duijiesync.Record[item]) (duijiesync.Record[T], error) {
	id := idText(member(row.Raw, s.kind.ID))
	if id == "" {
		return duijiesync.Record[T]{
			Key: row.Key, Raw: row.Raw, Version: row.Version, Err: errors.New("okki: the row has no id to read its record by"),
		}, nil
	}
	raw, err := s.kind.fetch(ctx, s.client, s.kind.ID, id, nil)
	if errors.Is(err, errNoRecord) {
		return duijiesync.Record[T]{Key: row.Key, Raw: row.Raw, Version: row.Version, Err: err}, nil
	}
	if err != nil {
		return duijiesync.Record[T]{}, err
	}
	rec := s.rec.record(raw)
	if rec.Key == "" && s.rec.cfg.Key == nil {
		rec.Key = row.Key
	}
	if rec.Version == 0 {
		rec.Version = row.Version
	}
	return rec, nil
}

// Paging says how the source stays right while rows move. It implements
// duijiesync.Pager.
func (s *detailSource[T]) Paging() string {
	parallel := s.parallel
	if parallel == 0 {
		parallel = DefaultParallel
	}
	text := "each record by its id, " + strconv.Itoa(parallel) + " at a time"
	if p, ok := s.rows.(duijiesync.Pager); ok {
		text = p.Paging() + "; " + text
	}
	return text
}

// DecodeRaw reads the raw item of a dead letter back. It implements
// duijiesync.RawDecoder.
func (s *detailSource[T]) DecodeRaw(raw json.RawMessage) (T, error) { return s.rec.decode(raw) }

var (
	_ duijiesync.Source[any]     = (*detailSource[any])(nil)
	_ duijiesync.Pager           = (*detailSource[any])(nil)
	_ duijiesync.RawDecoder[any] = (*detailSource[any])(nil)
)
