package banniu

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
)

// Pages reads all tasks that match q, page by page. A stretch of creation times
// longer than a day is cut into days. A task comes once, by its id, in the state it was
// met in first; a page may be empty. A window that ends before it begins, as SettleDelay
// may leave one, holds nothing, and nothing is sent for it.
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

// days cuts a query whose window is longer than the platform takes; there are none of
// an empty one. The parts overlap by a second, as nobody knows whether bounds belong to
// a window.
func (q TaskQuery) days(now time.Time) []TaskQuery {
	if q.empty() {
		return nil
	}
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
	users := list{
		name: "user.list", size: size,
		fetch: func(ctx context.Context, page int) (listed, error) { return c.userPage(ctx, page, size, opts) },
		key:   func(raw json.RawMessage) string { return readUser(raw).ID },
		state: func(raw json.RawMessage) string { return string(raw) },
	}
	return func(yield func(User, error) bool) {
		for raw, err := range pager.All(users.pages(ctx)) {
			if err != nil {
				yield(User{}, err)
				return
			}
			if !yield(readUser(raw), nil) {
				return
			}
		}
	}
}

// pagesOf reads a list of tasks until two readings agree, each once that is not in seen.
func pagesOf(ctx context.Context, tasks list, seen map[string]bool) duijie.Pages[Row] {
	return func(yield func(*duijie.Page[Row], error) bool) {
		for raw, err := range tasks.pages(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			page := &duijie.Page[Row]{Total: -1}
			for _, item := range raw.Items {
				if key := tasks.keyOf(item); !seen[key] {
					seen[key] = true
					page.Items = append(page.Items, members(item))
				}
			}
			if !yield(page, nil) {
				return
			}
		}
	}
}

func taskKey(raw json.RawMessage) string { return Row(members(raw)).ID() }

// taskState tells two states of a task apart: its modification time, else all of it.
func taskState(raw json.RawMessage) string {
	return firstOf(scalar(members(raw)[ColumnModified]), string(raw))
}

// anyState: two readings agree on which tasks there are, whatever changes in them
// meanwhile. A task that leaves its place in a list is met twice or not at all, so that no
// other is passed over unseen; and who reads tasks to write to them is not held up by
// his own changes.
func anyState(json.RawMessage) string { return "" }

// taskList is task.list; readings agree on the tasks alone.
func (p *Project) taskList(q TaskQuery, opts []duijie.CallOption) list {
	size, err := q.size(p)
	return list{
		name: "task.list", size: max(size, 1), key: taskKey, state: anyState,
		fetch: func(ctx context.Context, page int) (listed, error) {
			if err != nil {
				return listed{}, invalid("task.list", err.Error())
			}
			return p.listPage(ctx, q, page, opts)
		},
	}
}

// scanList is task.list.new.
func (p *Project) scanList(size int, opts []duijie.CallOption) list {
	const method = "task.list.new"
	size, sizeErr := pageSize(size, p.client.cfg.scanSize())
	return list{
		name: method, size: max(size, 1), key: taskKey, state: taskState,
		fetch: func(ctx context.Context, page int) (listed, error) {
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
			l, err := readListed(method, e, page, false, size)
			l.paged = true
			return l, err
		},
	}
}

// recycleList is recycle.task.list. A task without an id is of no use there.
func (p *Project) recycleList(opts []duijie.CallOption) list {
	const method = "recycle.task.list"
	size := p.client.cfg.scanSize()
	return list{
		name: method, size: size, key: taskKey, state: taskState,
		fetch: func(ctx context.Context, page int) (listed, error) {
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
			l.paged = true
			for _, row := range l.rows {
				if err == nil && taskKey(row) == "" {
					err = malformed(method, fmt.Sprintf("page %d has a task without an id", page))
				}
			}
			return l, err
		},
	}
}
