package banniu

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/window"
)

// SourceConfig says how a sheet is read for a pipeline. In every field zero means
// the default.
type SourceConfig[T any] struct {
	// Form decodes tasks into T; see [Form.Decode]. nil: T is [Row], or all its tags are
	// ids.
	Form *Form
	// Key is the business key of a task. Default: its id. One that gives "" has the id.
	Key func(T) string
	// Query narrows the tasks: Status, Conditions and PageSize. Its times are the
	// source's own.
	Query TaskQuery
	// Full reads the whole sheet each time and leaves it to the ledger to find what
	// changed: the platform has no filter on modification time, so this is the only way to
	// see changes. Without it each task is read once, some time after it was made.
	Full bool
	// Start is where the first window of creation times begins; required without Full.
	Start time.Time
	// Overlap is how far each window reaches back behind the one before. Default 1 s,
	// as nobody knows whether bounds belong to a window; negative: none.
	Overlap time.Duration
	// SettleDelay is how old a task is when it is read. The platform fills in some
	// cells later; one user waits 6 h. Default 1 min; negative: none.
	SettleDelay time.Duration
}

// NewSource makes a source of the tasks of a sheet.
//
// By default each run reads the tasks made since the last one: closed windows of
// creation times, cut to a day, with an overlap, and inside each window again until two
// readings agree on the tasks there are, as tasks may move between pages. With Full it reads the whole sheet
// (task.list.new, with filters task.list) until two readings agree on every task and its
// modification time, column "4". Deleted tasks are in neither: see [Project.LiveKeys].
//
// The version of a record is its modification time. A task that does not decode becomes
// a dead letter of its own.
func NewSource[T any](p *Project, cfg SourceConfig[T]) (duijiesync.Source[T], error) {
	const method = "task.list"
	if err := p.check(method, false); err != nil {
		return nil, err
	}
	q := cfg.Query
	if !q.CreatedFrom.IsZero() || !q.CreatedTo.IsZero() || q.SettleDelay != 0 || q.Cursor != "" {
		return nil, invalid(method, "the source makes its windows itself: leave CreatedFrom, CreatedTo, SettleDelay and Cursor out of Query")
	}
	if !cfg.Full && cfg.Start.IsZero() {
		return nil, invalid(method, "Start is missing: where the first window begins")
	}
	rec := recorder[T]{cfg: cfg}
	if _, err := rec.decode([]byte("{}")); err != nil {
		return nil, err // tags that name no column, once and not for each task
	}
	if cfg.Full {
		tasks := p.scanList(q.PageSize, nil)
		if q.Status != "" || len(q.Conditions) > 0 {
			tasks = p.taskList(q, nil) // whether task.list.new takes filters is not known
		}
		tasks.state = taskState // changes are what it is for
		return recordsOf(tasks, rec).DoublePass(), nil
	}
	if _, err := q.size(p); err != nil {
		return nil, invalid(method, err.Error())
	}
	return taskSource[T]{&window.Source[T]{
		Name: method, Start: cfg.Start, Overlap: orDuration(cfg.Overlap, time.Second), SettleDelay: cfg.SettleDelay, MaxSpan: maxWindow,
		Clock: func(context.Context) (time.Time, error) { return p.client.Now(), nil },
		Slice: func(span window.Span) duijiesync.Source[T] {
			part := q
			part.CreatedFrom, part.CreatedTo = span.From, span.To
			return recordsOf(p.taskList(part, nil), rec).DoublePass()
		},
	}}, nil
}

// taskSource is a source of windows of creation times, which package window takes
// for modification times.
type taskSource[T any] struct{ *window.Source[T] }

// Paging says how the source stays right while rows move. It implements
// duijiesync.Pager.
func (s taskSource[T]) Paging() string {
	return "task.list: closed windows of creation time, of a day at most, with " + max(s.Overlap, 0).String() +
		" overlap, " + max(orDuration(s.SettleDelay, time.Minute), 0).String() + " behind now; each read again until two passes agree on the tasks there are"
}

// recordsOf is a list of tasks as package paging reads it.
func recordsOf[T any](tasks list, rec recorder[T]) paging.List[T] {
	return paging.List[T]{
		Name: tasks.name, Size: tasks.size, Decode: rec.decode,
		State: func(r duijiesync.Record[T]) string { return tasks.state(r.Raw) },
		Fetch: func(ctx context.Context, at paging.At) (paging.Page[T], error) {
			l, err := tasks.fetch(ctx, at.Page+1)
			if err != nil {
				return paging.Page[T]{}, err
			}
			out := paging.Page[T]{Total: -1, Records: make([]duijiesync.Record[T], len(l.rows))}
			for i, raw := range l.rows {
				out.Records[i] = rec.record(raw)
			}
			switch more, less := l.more(); {
			case more:
				out.More = paging.MoreYes
			case less || l.short:
				out.More = paging.MoreNo
			}
			return out, nil
		},
	}
}

// recorder makes records of rows.
type recorder[T any] struct{ cfg SourceConfig[T] }

// record is a task as a record: its id, its value, and its modification time as version.
func (r recorder[T]) record(raw json.RawMessage) duijiesync.Record[T] {
	row := Row(members(raw))
	rec := duijiesync.Record[T]{Key: row.ID(), Raw: raw}
	if at := row.Modified(); !at.IsZero() {
		rec.Version = at.Time.UnixMilli()
	}
	if err := r.cfg.Form.Decode(row, &rec.Value); err != nil {
		rec.Err = err
		return rec
	}
	if r.cfg.Key != nil {
		rec.Key = firstOf(r.cfg.Key(rec.Value), rec.Key)
	}
	return rec
}

// decode decodes the raw item of a dead letter.
func (r recorder[T]) decode(raw json.RawMessage) (T, error) {
	var v T
	if !json.Valid(raw) {
		return v, fmt.Errorf("banniu: the raw item is no JSON: %w", duijie.ErrMalformedAnswer)
	}
	return v, r.cfg.Form.Decode(members(raw), &v)
}
