package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/window"
)

// SourceConfig says how a form is read for a pipeline. In every field zero means
// the default.
type SourceConfig[T any] struct {
	// Process reads an approval form (流程表单); else a plain form.
	Process bool
	// Key is the text component that holds the business key. "" = the instance id,
	// which an instance without a value in it has too.
	Key string
	// Full reads the whole form each time, again until two passes agree, and leaves it to
	// the ledger to find what changed. It takes forms of up to [MaxWindowRows]. Deleted
	// instances vanish from windows without a word: see the mirror and reconcile packages
	// of sync, which read in full.
	Full bool
	// ByID lists ids and reads the instances behind them, two calls a page instead of
	// one. Take it where the search shows changed values late.
	ByID bool
	// Search reads a plain form with the older search ([Yida.SearchForms]), whose raw items
	// call some members otherwise: createdTimeGMT, serialNo, dataId. Not with ByID.
	Search bool
	// CutTables leaves sub-tables as lists show them. Otherwise those of 50 rows or more,
	// which lists cut, are completed as [Yida.CompleteTables] does: n rows cost n/50 calls, again where
	// a page is read again. With T = [Instance] its CutTables names those that may be short;
	// with another T an instance that has one is an error of its record.
	CutTables bool
	// Start is where the first window begins; zero reads from the year 2014. Not
	// used with Full.
	Start time.Time
	// Overlap is how far each window reaches back behind the one before, for rows the
	// index shows late: default 10 min; negative: none.
	Overlap time.Duration
	// SettleDelay is how far windows stay behind now. Default 1 min; negative: none.
	SettleDelay time.Duration
}

// defaultOverlap and firstWindow are what SourceConfig says.
const defaultOverlap = 10 * time.Minute

var firstWindow = time.Date(2014, 1, 1, 0, 0, 0, 0, duijie.China)

// NewSource makes a source of the instances of a form that match q. T is [Instance],
// or a type whose JSON names are component ids (see [Values.Decode]).
//
// Each run reads what was modified since the last, in windows of modification time to
// the millisecond that have ended, from their last page to the first: instances that
// change meanwhile leave the window and shift none past the reading. A window that holds
// more than Yida pages through is halved until it fits. The calls count against the
// monthly quota: a window of n rows costs about n/100 + 2 calls, and more where sub-tables
// of 50 rows and more are completed: see SourceConfig.CutTables. One that can not be
// read is an error of its record, which names it, and a replay of the dead letter reads it
// again; no record is silently short.
func NewSource[T any](y *Yida, q FormQuery, cfg SourceConfig[T]) (duijiesync.Source[T], error) {
	form, err := y.form(q.FormUUID, "source")
	if err == nil {
		err = y.err
	}
	if err != nil {
		return nil, err
	}
	if q.size() < 1 || q.size() > MaxPageSize {
		return nil, invalid(form, fmt.Sprintf("PageSize %d: the platform takes 1 to %d", q.PageSize, MaxPageSize))
	}
	if cfg.Search && (cfg.Process || cfg.ByID || q.NoTables) {
		return nil, invalid(form, "Search is of plain forms, and goes with neither ByID nor NoTables")
	}
	ownWindow := !q.ModifiedFrom.IsZero() || !q.ModifiedTo.IsZero()
	if !cfg.Full && (ownWindow || q.OrderBy != nil) {
		return nil, invalid(form, "the source makes its windows and their order itself: leave ModifiedFrom, ModifiedTo and OrderBy out, or set Full")
	}
	s := reader[T]{y: y, cfg: cfg, query: q}
	if cfg.Full {
		return s.list(q, form).DoublePass(), nil
	}
	overlap, start := cfg.Overlap, cfg.Start
	if overlap == 0 {
		overlap = defaultOverlap
	}
	if start.IsZero() {
		start = firstWindow
	}
	return &window.Source[T]{
		Name: form, Start: start, Overlap: overlap, SettleDelay: cfg.SettleDelay, Granularity: time.Millisecond,
		Clock: func(context.Context) (time.Time, error) { return y.client.Now(), nil },
		Slice: func(span window.Span) duijiesync.Source[T] {
			slice := q
			slice.ModifiedFrom, slice.ModifiedTo = span.From, span.To
			return s.list(slice, form).ClosedWindow()
		},
	}, nil
}

// reader makes records of instances.
type reader[T any] struct {
	y     *Yida
	cfg   SourceConfig[T]
	query FormQuery
}

func (s reader[T]) list(q FormQuery, name string) paging.List[T] {
	return paging.List[T]{
		Name: name, Size: q.size(), Cap: MaxWindowRows - 1, Decode: s.decode,
		Fetch: func(ctx context.Context, at paging.At) (paging.Page[T], error) {
			rows, total, err := s.fetch(ctx, q, at.Page+1)
			if errors.Is(err, ErrTooManyRows) {
				err = fmt.Errorf("%w: %w", paging.ErrTooMany, err)
			}
			if err != nil {
				return paging.Page[T]{}, err
			}
			records, err := s.records(ctx, rows)
			return paging.Page[T]{Total: total, Records: records}, err
		},
	}
}

// fetch fetches a page of instances as they came.
func (s reader[T]) fetch(ctx context.Context, q FormQuery, page int) ([]json.RawMessage, int64, error) {
	whole, ids := queryAll, formIDs
	switch {
	case s.cfg.Process:
		whole, ids = processes, processIDs
	case s.cfg.Search:
		whole = searchForms
	case q.NoTables:
		whole = queryNoTables
	}
	if !s.cfg.ByID {
		return s.y.rows(ctx, whole, q, page)
	}
	list, total, err := s.y.rows(ctx, ids, q, page)
	if err != nil || len(list) == 0 {
		return nil, total, err
	}
	names := make([]string, len(list))
	for i, id := range list {
		names[i] = rawText(id)
	}
	read := s.y.ProcessesByID
	if !s.cfg.Process {
		read = func(ctx context.Context, ids []string, _ ...duijie.CallOption) ([]Instance, error) {
			return s.y.FormsByID(ctx, q.FormUUID, ids)
		}
	}
	found, err := read(ctx, names)
	if err != nil {
		return nil, total, err
	}
	byID := make(map[string]json.RawMessage, len(found))
	for _, i := range found {
		byID[i.ID] = i.Raw
	}
	rows := make([]json.RawMessage, 0, len(names))
	for _, id := range names {
		if raw, ok := byID[id]; ok { // else deleted since it was listed
			rows = append(rows, raw)
		}
	}
	return rows, total, nil
}

// records makes records of instances, with their sub-tables.
func (s reader[T]) records(ctx context.Context, rows []json.RawMessage) ([]duijiesync.Record[T], error) {
	out, instances := make([]duijiesync.Record[T], len(rows)), make([]Instance, len(rows))
	for n, raw := range rows {
		out[n] = duijiesync.Record[T]{Raw: raw, Key: firstOf(scalar(member(raw, "formInstanceId")), scalar(member(raw, "processInstanceId")))}
		instances[n], out[n].Err = readInstance(raw, s.y.zone())
	}
	var short []error
	if s.cfg.CutTables {
		short = make([]error, len(rows))
	} else {
		short = s.y.completeTables(ctx, s.query.FormUUID, instances, s.query.UseAlias && !s.cfg.ByID)
	}
	for n := range out {
		if err := short[n]; err != nil && !tableOnly(err) {
			return nil, err
		}
		s.fill(&out[n], instances[n], short[n])
	}
	return out, nil
}

// tableOnly tells errors that speak of one sub-table from those that stop the reading.
func tableOnly(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return errors.Is(err, duijie.ErrNoProgress) || errors.Is(err, duijie.ErrInvalid) || errors.Is(err, duijie.ErrMalformedAnswer)
	}
	return e.Class == duijie.ClassNotFound || ofRecord(e)
}

func (s reader[T]) fill(rec *duijiesync.Record[T], i Instance, short error) {
	if rec.Err != nil {
		return
	}
	rec.Raw = i.Raw
	if s.cfg.Key != "" {
		if rec.Key = i.Data.Text(s.cfg.Key); strings.TrimSpace(rec.Key) == "" {
			rec.Key = i.ID
		}
	}
	if !i.Modified.IsZero() {
		rec.Version = i.Modified.UnixMilli()
	}
	if rec.Err = short; rec.Err == nil {
		rec.Value, rec.Err = s.value(i)
	}
}

// value is an instance as the type of the pipeline, never with a table that may be short
// where nobody would see it.
func (s reader[T]) value(i Instance) (T, error) {
	var v T
	_, whole := any(&v).(*Instance)
	if len(i.CutTables) > 0 && (!s.cfg.CutTables || !whole) {
		return v, fmt.Errorf("dingtalk: instance %s: sub-table %s may be cut to %d rows: %w", i.ID, strings.Join(i.CutTables, ", "), tablePage, duijie.ErrInvalid)
	}
	return valueOf[T](i)
}

// valueOf is an instance as the type of a pipeline.
func valueOf[T any](i Instance) (T, error) {
	var v T
	if whole, ok := any(&v).(*Instance); ok {
		*whole = i
		return v, nil
	}
	return v, i.Data.Decode(&v)
}

// lettersTime is how long the sub-tables of one dead letter may take: a letter is read
// back without a context.
const lettersTime = 5 * time.Minute

// decode reads the raw item of a dead letter back, and the sub-tables that could not be
// read when it became one.
func (s reader[T]) decode(raw json.RawMessage) (T, error) {
	var v T
	i, err := readInstance(raw, s.y.zone())
	if err != nil {
		return v, err
	}
	if len(i.CutTables) > 0 && !s.cfg.CutTables {
		ctx, cancel := context.WithTimeout(context.Background(), lettersTime)
		defer cancel()
		list := []Instance{i}
		if err := s.y.completeTables(ctx, s.query.FormUUID, list, s.query.UseAlias && !s.cfg.ByID)[0]; err != nil {
			return v, err
		}
		i = list[0]
	}
	return s.value(i)
}
