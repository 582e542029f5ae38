package jdy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/window"
)

// SourceConfig says how a list is read for a pipeline. In every field zero means
// the default.
type SourceConfig[T any] struct {
	// Key is the business key of a row or record. Default: its number (编码,
	// 单据编号), of a voucher its id. One that gives "" has the key "row:" and a hash of it.
	Key func(T) string
	// Version orders states of a record. Default: its modify_time in Unix
	// milliseconds, where the platform sends one.
	Version func(T) int64
	// Full reads the whole list each time, again until two passes agree, and leaves it to
	// the ledger to find what changed. Lists without a filter on modification time are
	// always read so; choose it too for master data whose filter the account set
	// ignores. Deleted and un-audited records vanish from windows without a word: see
	// the mirror and reconcile packages of sync, which read in full.
	Full bool
	// Start is where the first window begins; zero reads from the year 2000. Not
	// used with Full.
	Start time.Time
	// Overlap is how far each window reaches back behind the one before. The platform
	// was seen to show rows late: default 10 min; negative: none.
	Overlap time.Duration
	// SettleDelay is how far windows stay behind now. Default 1 min; negative: none.
	SettleDelay time.Duration
}

// defaultOverlap and firstWindow are what SourceConfig says.
const defaultOverlap = 10 * time.Minute

var firstWindow = time.Date(2000, 1, 1, 0, 0, 0, 0, duijie.China)

// NewSource makes a source of the rows of a list that match q.
//
// Where the list has a filter on modification time, each run reads what was
// modified since the last: closed windows, from their last page to the first, so that
// rows which leave a window shift none past the reading, with an overlap. Else, and
// with SourceConfig.Full, the whole list is read again until two passes agree.
// Where the list takes it, rows that are disabled are read too (enable = -1), unless
// q says otherwise. Windows of q's own are only for Full.
func NewSource[T any](c *Client, operation string, q Query, cfg SourceConfig[T]) (duijiesync.Source[T], error) {
	l, err := listerOf(c, operation, q, nil)
	if err != nil {
		return nil, err
	}
	number := ""
	if l.op.Path == voucherRecords.Path {
		number = voucherRecords.key()
	}
	return newSource(l, cfg, number)
}

// ListOf is a service that lists rows: a [Records], and what embeds one.
type ListOf[Row any] interface {
	Kind() RecordKind
	List(ctx context.Context, q Query, opts ...duijie.CallOption) (*duijie.Page[Row], error)

	api() *Client
}

// DetailOf is a service that reads whole records: a [Records], and what embeds one.
type DetailOf[Detail any] interface {
	Kind() RecordKind
	Get(ctx context.Context, id string, opts ...duijie.CallOption) (*Detail, error)

	api() *Client
}

// NewListSource makes a source of the rows of a service's list; see [NewSource].
//
// Sources and sinks are functions and not methods of services, so that a program that
// only calls the platform does not compile pipelines for each of its records.
func NewListSource[Row any](s ListOf[Row], q Query, cfg SourceConfig[Row]) (duijiesync.Source[Row], error) {
	kind := s.Kind()
	return newSource(newLister(s.api(), kind.list(), q, nil), cfg, kind.key())
}

// NewDetailSource makes a source of whole records of a service: it reads the list as
// [NewSource] does and each record by its id, one call a record. Records that are gone by
// then are left out.
func NewDetailSource[Detail any](s DetailOf[Detail], q Query, cfg SourceConfig[Detail]) (duijiesync.Source[Detail], error) {
	c, kind := s.api(), s.Kind()
	rows, err := newSource(newLister(c, kind.list(), q, nil), SourceConfig[item]{
		Full: cfg.Full, Start: cfg.Start, Overlap: cfg.Overlap, SettleDelay: cfg.SettleDelay,
	}, kind.key())
	if err != nil {
		return nil, err
	}
	return &detailSource[Detail]{client: c, kind: kind, rows: rows, rec: recorder[Detail]{client: c, cfg: cfg, number: kind.key()}}, nil
}

// item is a row as it came.
type item struct {
	Raw json.RawMessage `json:"-"`
}

func newSource[T any](l lister, cfg SourceConfig[T], number string) (duijiesync.Source[T], error) {
	l.query = l.query.clone()
	size, err := l.query.size()
	if err != nil {
		return nil, invalid(l.op.Path, err.Error())
	}
	for _, own := range []string{"page", "page_size"} {
		if _, set := l.query.Filter[own]; set {
			return nil, invalid(l.op.Path, own+" is the source's own: use PageSize")
		}
	}
	if l.query.Enable == "" && l.op.HasEnable {
		if _, own := l.query.Filter["enable"]; !own {
			l.query.Enable = "-1"
		}
	}
	windowed := !cfg.Full && l.op.Modified != Bounds{}
	ownWindow := !l.query.ModifiedFrom.IsZero() || !l.query.ModifiedTo.IsZero()
	if windowed && ownWindow {
		return nil, invalid(l.op.Path, "the source makes its windows itself: leave ModifiedFrom and ModifiedTo out, or set Full")
	}
	if _, err := l.query.filterFor(l.op); err != nil {
		return nil, err
	}
	rec := recorder[T]{client: l.client, cfg: cfg, number: number}
	list := func(l lister) paging.List[T] {
		return paging.List[T]{
			Name: l.op.Path, Size: size, Fetch: fetcher(l, rec), Decode: rec.decode,
			State: func(r duijiesync.Record[T]) string { return string(appendPlain(nil, r.Raw)) },
		}
	}
	switch {
	case windowed:
		return &window.Source[T]{
			Name: l.op.Path, Start: startOr(cfg.Start), Overlap: overlapOr(cfg.Overlap), SettleDelay: cfg.SettleDelay,
			Clock: func(context.Context) (time.Time, error) { return l.client.Now(), nil },
			Slice: func(span window.Span) duijiesync.Source[T] {
				slice := l
				slice.query.ModifiedFrom, slice.query.ModifiedTo = span.From, span.To
				return list(slice).ClosedWindow()
			},
		}, nil
	case !l.query.ModifiedTo.IsZero():
		return list(l).ClosedWindow(), nil
	}
	return list(l).DoublePass(), nil
}

// appendPlain appends JSON with its scalars as texts, so that a row whose types
// drift from answer to answer is the same row.
func appendPlain(b []byte, raw json.RawMessage) []byte {
	switch wire.First(raw) {
	case '{':
		for m := range wire.Walk(raw) {
			b = append(append(append(b, '{'), strings.TrimSpace(string(m.Key))...), ':')
			b = appendPlain(b, m.Value)
		}
		return append(b, '}')
	case '[':
		for item := range wire.Elements(raw) {
			b = appendPlain(append(b, '['), item)
		}
		return append(b, ']')
	}
	text := scalar(raw)
	switch text { // the platform mixes them
	case "true":
		text = "1"
	case "false":
		text = "0"
	}
	return strconv.AppendQuote(b, text)
}

func startOr(t time.Time) time.Time {
	if t.IsZero() {
		return firstWindow
	}
	return t
}

func overlapOr(d time.Duration) time.Duration {
	if d == 0 {
		return defaultOverlap
	}
	return d
}

// recorder makes records of rows.
type recorder[T any] struct {
	client *Client
	cfg    SourceConfig[T]
	number string // member; "" tries the usual ones
}

func (r recorder[T]) record(raw json.RawMessage) duijiesync.Record[T] {
	rec := duijiesync.Record[T]{Raw: raw}
	m := members(raw)
	rec.Key = scalar(m[r.number])
	if r.number == "" {
		rec.Key = firstOf(scalar(m["number"]), scalar(m["bill_no"]), scalar(m["id"]))
	}
	if at, err := duijie.ParseTime(scalar(m["modify_time"])); err == nil && !at.IsZero() {
		rec.Version = at.Time.UnixMilli()
	}
	if err := r.client.decode(raw, &rec.Value); err != nil {
		rec.Err = fmt.Errorf("jdy: a row does not fit %T: %w", rec.Value, err)
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

// fetcher fetches pages for package paging.
func fetcher[T any](l lister, r recorder[T]) func(context.Context, paging.At) (paging.Page[T], error) {
	return func(ctx context.Context, at paging.At) (paging.Page[T], error) {
		p, err := l.fetch(ctx, at.Page+1)
		if err != nil {
			return paging.Page[T]{}, err
		}
		out := paging.Page[T]{Total: p.count, Records: make([]duijiesync.Record[T], len(p.rows))}
		for i, row := range p.rows {
			out.Records[i] = r.record(row)
		}
		switch {
		case p.count >= 0: // the total says it
		case p.pages >= 0 && int64(p.page) < p.pages:
			out.More = paging.MoreYes
		case p.pages >= 0:
			out.More = paging.MoreNo
		}
		return out, nil
	}
}

// decode decodes the raw item of a dead letter.
func (r recorder[T]) decode(raw json.RawMessage) (T, error) {
	var v T
	if !json.Valid(raw) {
		return v, fmt.Errorf("jdy: the raw item is no JSON: %w", duijie.ErrMalformedAnswer)
	}
	return v, r.client.decode(raw, &v)
}

// detailSource reads the records behind the rows of another source.
type detailSource[T any] struct {
	client *Client
	kind   RecordKind
	rows   duijiesync.Source[item]
	rec    recorder[T]
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

func (s *detailSource[T]) batch(ctx context.Context, rows duijiesync.Batch[item]) (duijiesync.Batch[T], error) {
	out := duijiesync.Batch[T]{Checkpoint: rows.Checkpoint, Settled: rows.Settled}
	for _, row := range rows.Records {
		id := memberText(row.Raw, "id")
		if id == "" {
			out.Records = append(out.Records, duijiesync.Record[T]{
				Key: row.Key, Raw: row.Raw, Version: row.Version, Err: errors.New("jdy: the row has no id to read its record by"),
			})
			continue
		}
		raw, err := s.kind.fetch(ctx, s.client, "id", id, nil)
		if errors.Is(err, errEmptyRecord) {
			out.Records = append(out.Records, duijiesync.Record[T]{Key: row.Key, Raw: row.Raw, Version: row.Version, Err: err})
			continue // whether it is gone nobody said
		}
		if notFound(err) {
			continue // deleted since it was listed
		}
		if err != nil {
			return out, err
		}
		rec := s.rec.record(raw)
		if rec.Key == "" {
			rec.Key = row.Key
		}
		if rec.Version == 0 {
			rec.Version = row.Version
		}
		out.Records = append(out.Records, rec)
	}
	return out, nil
}

// Paging says how the source stays right while rows move. It implements
// duijiesync.Pager.
func (s *detailSource[T]) Paging() string {
	text := "each record by its id"
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
