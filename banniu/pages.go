package banniu

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

// Pages reads all tasks that match q, page by page. A stretch of creation times
// longer than a day is cut into days. A task comes once, by its id, in the state it was
// met in first; a page may be empty.
//
// The platform documents no order, and a task that moves shifts others onto pages that
// were read: so each day, or the whole list, is read again until two readings agree on
// the tasks there are, up to five times, else it ends in duijie.ErrNoProgress. Effect: read. Limit: 100 rows a page.
func (p *Project) Pages(ctx context.Context, q TaskQuery, opts ...duijie.CallOption) duijie.Pages[Row] {
	return func(yield func(*duijie.Page[Row], error) bool) {
		q := q.settled(p.client.Now())
		seen := map[string]bool{}
		for _, part := range q.days(p.client.Now()) {
			for page, err := range pagesOf(ctx, p.taskList(part, opts), seen) {
				if !yield(page, err) || err != nil {
					return
				}
			}
		}
	}
}

// All reads all tasks that match q, with the guarantee of [Project.Pages].
func (p *Project) All(ctx context.Context, q TaskQuery, opts ...duijie.CallOption) iter.Seq2[Row, error] {
	return pager.All(p.Pages(ctx, q, opts...))
}

// days cuts a query whose window is longer than the platform takes. The parts
// overlap by a second, as nobody knows whether bounds belong to a window.
func (q TaskQuery) days(now time.Time) []TaskQuery {
	if q.CreatedFrom.IsZero() {
		return []TaskQuery{q}
	}
	end := q.CreatedTo
	if end.IsZero() {
		end = now
	}
	if end.Sub(q.CreatedFrom) <= maxWindow {
		return []TaskQuery{q}
	}
	var parts []TaskQuery
	for at := q.CreatedFrom; at.Before(end); at = at.Add(maxWindow - time.Second) {
		part := q
		part.CreatedFrom, part.CreatedTo = at, at.Add(maxWindow)
		if part.CreatedTo.After(end) {
			part.CreatedTo = end
		}
		parts = append(parts, part)
	}
	return parts
}

// Scan reads every task of the sheet by task.list.new, which counts its pages
// (工单列表): twice at least, until two readings agree, as [Project.Pages] does. Compare
// [Row.Modified] with what you have to see what changed; a source with SourceConfig.Full
// does. Effect: read. Limit: 200 rows a page.
func (p *Project) Scan(ctx context.Context, opts ...duijie.CallOption) iter.Seq2[Row, error] {
	return pager.All(pagesOf(ctx, p.scanList(0, opts), map[string]bool{}))
}

// Deleted reads the tasks in the recycle bin. Method recycle.task.list
// (回收站工单列表); read until two readings agree. Effect: read. Limit: 200 rows a page.
func (p *Project) Deleted(ctx context.Context, opts ...duijie.CallOption) iter.Seq2[Row, error] {
	return pager.All(pagesOf(ctx, p.recycleList(opts), map[string]bool{}))
}

// Users reads all users. Method user.list (用户列表); read until two readings agree. Effect:
// read.
func (c *Client) Users(ctx context.Context, opts ...duijie.CallOption) iter.Seq2[User, error] {
	size := c.cfg.listSize()
	list := paging.List[json.RawMessage]{
		Name: "user.list", Size: size,
		Fetch: fetcher(func(ctx context.Context, page int) (listed, error) { return c.userPage(ctx, page, size, opts) },
			func(raw json.RawMessage) duijiesync.Record[json.RawMessage] {
				return duijiesync.Record[json.RawMessage]{Key: readUser(raw).ID, Value: raw, Raw: raw}
			}),
	}
	return func(yield func(User, error) bool) {
		seen := map[string]bool{}
		for batch, err := range list.DoublePass().Read(ctx, "") {
			if err != nil {
				yield(User{}, err)
				return
			}
			for _, r := range batch.Records {
				if !seen[r.Key] && !yield(readUser(r.Value), nil) {
					return
				}
				seen[r.Key] = true
			}
		}
	}
}

// pagesOf reads a list until two readings agree, each row once.
func pagesOf(ctx context.Context, list paging.List[Row], seen map[string]bool) duijie.Pages[Row] {
	return func(yield func(*duijie.Page[Row], error) bool) {
		for batch, err := range list.DoublePass().Read(ctx, "") {
			if err != nil {
				yield(nil, err)
				return
			}
			page := &duijie.Page[Row]{Total: -1}
			for _, r := range batch.Records {
				if !seen[r.Key] {
					seen[r.Key] = true
					page.Items = append(page.Items, r.Value)
				}
			}
			if !yield(page, nil) {
				return
			}
		}
	}
}

// fetcher fetches pages for package paging.
func fetcher[T any](fetch func(ctx context.Context, page int) (listed, error), record func(json.RawMessage) duijiesync.Record[T]) func(context.Context, paging.At) (paging.Page[T], error) {
	return func(ctx context.Context, at paging.At) (paging.Page[T], error) {
		l, err := fetch(ctx, at.Page+1)
		if err != nil {
			return paging.Page[T]{}, err
		}
		out := paging.Page[T]{Total: -1, Records: make([]duijiesync.Record[T], len(l.rows))}
		for i, raw := range l.rows {
			out.Records[i] = record(raw)
		}
		switch {
		case l.counted: // of rows, as documented
			out.Total = l.total
		case int64(l.no) < l.pages:
			out.More = paging.MoreYes
		case int64(l.no) == l.pages && l.total < 0:
			out.More = paging.MoreNo
		}
		return out, nil
	}
}

// rowRecord is a task as a record: its id, its row, and its modification time as
// version.
func rowRecord(raw json.RawMessage) duijiesync.Record[Row] {
	row := Row(members(raw))
	return duijiesync.Record[Row]{Key: row.ID(), Value: row, Raw: raw, Version: version(row)}
}

func version(row Row) int64 {
	if at := row.Modified(); !at.IsZero() {
		return at.Time.UnixMilli()
	}
	return 0
}

// rowState tells two states of a task apart: its modification time, else all of it.
func rowState[T any](r duijiesync.Record[T]) string {
	m := members(r.Raw)
	if text := scalar(m[ColumnModified]); text != "" {
		return text
	}
	return string(r.Raw)
}

// oneState: two readings agree on which tasks there are, whatever changes in them
// meanwhile. A task that leaves its place in a list is met twice or not at all, so that no
// other is passed over unseen; and who reads tasks to write to them is not held up by
// his own changes.
func oneState[T any](duijiesync.Record[T]) string { return "" }

// taskList is task.list as package paging reads it; readings agree on the tasks alone.
func (p *Project) taskList(q TaskQuery, opts []duijie.CallOption) paging.List[Row] {
	size, err := q.size(p)
	return paging.List[Row]{
		Name: "task.list", Size: max(size, 1), ShortIsLast: q.ShortIsLast, State: oneState[Row],
		Fetch: fetcher(func(ctx context.Context, page int) (listed, error) {
			if err != nil {
				return listed{}, invalid("task.list", err.Error())
			}
			return p.listPage(ctx, q, page, opts)
		}, rowRecord),
	}
}

// scanList is task.list.new.
func (p *Project) scanList(size int, opts []duijie.CallOption) paging.List[Row] {
	const method = "task.list.new"
	size, sizeErr := pageSize(size, p.client.cfg.scanSize())
	return paging.List[Row]{
		Name: method, Size: max(size, 1), State: rowState[Row],
		Fetch: fetcher(func(ctx context.Context, page int) (listed, error) {
			if sizeErr != nil {
				return listed{}, invalid(method, sizeErr.Error())
			}
			if err := p.check(method, false); err != nil {
				return listed{}, err
			}
			e, err := p.client.send(ctx, known(method), Params{"project_id": p.id, "page_num": page, "page_size": size}, nil, opts)
			if err != nil {
				return listed{}, err
			}
			return readListed(method, e, page, false, size)
		}, rowRecord),
	}
}

// recycleList is recycle.task.list. A task without an id is of no use there.
func (p *Project) recycleList(opts []duijie.CallOption) paging.List[Row] {
	const method = "recycle.task.list"
	size := p.client.cfg.scanSize()
	return paging.List[Row]{
		Name: method, Size: size, State: rowState[Row],
		Fetch: fetcher(func(ctx context.Context, page int) (listed, error) {
			if err := p.check(method, true); err != nil {
				return listed{}, err
			}
			body := map[string]any{"projectId": p.client.cfg.id(p.id), "appId": p.client.cfg.id(p.appID)}
			for name, v := range pageBody(page, size) {
				body[name] = v
			}
			e, err := p.client.send(ctx, known(method), nil, body, opts)
			if err != nil {
				return listed{}, err
			}
			l, err := readListed(method, e, page, false, size)
			for _, row := range l.rows {
				if err == nil && Row(members(row)).ID() == "" {
					err = malformed(method, fmt.Sprintf("page %d has a task without an id", page))
				}
			}
			return l, err
		}, rowRecord),
	}
}
