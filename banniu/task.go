package banniu

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// TaskQuery selects tasks of a sheet. The zero value selects all.
type TaskQuery struct {
	// CreatedFrom and CreatedTo bound the creation time; the platform takes one day at a
	// time, and Pages and All cut longer stretches. Whether the bounds belong to it is
	// not known: those methods overlap by a second and yield a task once. There is no
	// filter on modification time.
	CreatedFrom, CreatedTo time.Time
	// SettleDelay keeps CreatedTo (now, where it is not set) so far behind now: the
	// platform fills in some cells of a fresh task hours later.
	SettleDelay time.Duration
	// Status selects tasks in one state; "" = all.
	Status TaskStatus
	// Conditions filter by cells, all of them together.
	Conditions []Condition
	// PageSize is the number of rows per call; 0 = the most, [Config.ListSize].
	PageSize int
	// Cursor is Next of a page List gave; Pages and All do not use it.
	Cursor string
	// ShortIsLast takes a page with fewer rows than asked for as the last, which one
	// client does, and saves a call for each reading. Default: only an empty page ends
	// a list, as nobody says that the platform fills its pages.
	ShortIsLast bool
}

// params are the parameters of one page of task.list.
func (q TaskQuery) params(p *Project, page, size int) Params {
	out := Params{"project_id": p.id, "page_num": page, "page_size": size}
	if !q.CreatedFrom.IsZero() {
		out["star_created"] = q.CreatedFrom // spelt so
	}
	if !q.CreatedTo.IsZero() {
		out["end_created"] = q.CreatedTo
	}
	if q.Status != "" {
		out["task_status"] = string(q.Status)
	}
	if len(q.Conditions) > 0 {
		out["condition_column"] = q.Conditions
	}
	return out
}

func (q TaskQuery) size(p *Project) (int, error) {
	return pageSize(q.PageSize, p.client.cfg.listSize())
}

// pageSize checks a size against the platform's.
func pageSize(size, most int) (int, error) {
	switch {
	case size == 0:
		return most, nil
	case size < 0 || size > most:
		return 0, fmt.Errorf("PageSize %d: 1 to %d are safe, raise Config.ListSize or ScanSize for more", size, most)
	}
	return size, nil
}

// List reads one page of tasks. Method task.list (工单列表). Next of the page
// leads on; a window of more than one day is refused. Pages read one by one lose rows
// while rows move: see [Project.Pages]. Effect: read. Limit: 100 rows a page.
func (p *Project) List(ctx context.Context, q TaskQuery, opts ...duijie.CallOption) (*duijie.Page[Row], error) {
	const method = "task.list"
	q = q.settled(p.client.Now())
	if !q.CreatedFrom.IsZero() && !q.CreatedTo.IsZero() && q.CreatedTo.Sub(q.CreatedFrom) > maxWindow {
		return nil, invalid(method, "the window is longer than one day: use Pages or All, which cut it")
	}
	page, err := cursorPage(q.Cursor)
	if err != nil {
		return nil, invalid(method, err.Error())
	}
	if q.empty() {
		return &duijie.Page[Row]{Total: -1}, nil
	}
	got, err := p.listPage(ctx, q, page, opts)
	if err != nil {
		return nil, err
	}
	return got.page(), nil
}

// settled moves the end of the query back behind the settle delay.
func (q TaskQuery) settled(now time.Time) TaskQuery {
	if end := now.Add(-q.SettleDelay); q.SettleDelay > 0 && (q.CreatedTo.IsZero() || q.CreatedTo.After(end)) {
		q.CreatedTo = end
	}
	return q
}

// empty: the window ends before it begins, so it holds nothing.
func (q TaskQuery) empty() bool {
	return !q.CreatedFrom.IsZero() && !q.CreatedTo.IsZero() && q.CreatedTo.Before(q.CreatedFrom)
}

func cursorPage(cursor string) (int, error) {
	if cursor == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("the cursor is none of this list")
	}
	return n, nil
}

// listed is one page as it came.
type listed struct {
	rows  []json.RawMessage
	no    int   // the one asked for, from 1
	pages int64 // in the whole list, -1 when not told
	total int64 // rows in the whole list, -1 when not told
	size  int   // rows a page holds
	// counted: the list is known to tell its total. Others are read to the end whatever
	// they call a total.
	counted bool
	// paged: the list is known to count its pages. What others say of pages is believed
	// only where it claims more.
	paged bool
	short bool // no page follows, as there are fewer rows than asked for
}

// last tells whether the list surely ends with the page.
func (l listed) last() bool {
	switch rows := int64(len(l.rows)); {
	case l.counted && l.total >= 0:
		// Pages that would hold all are all there are only where they are as full as they
		// should be: where a platform cuts them, rows of the list stand behind.
		end := int64(l.no) * int64(l.size)
		return end >= l.total && (rows == 0 || rows == l.total-end+int64(l.size))
	case rows == 0 || l.short:
		return true
	case l.paged && l.pages > 0:
		return int64(l.no) >= l.pages
	}
	return false
}

// more is what the answer surely says of pages behind this one: that there are some, or
// none. A count of pages beside one of rows is believed only where it claims more.
func (l listed) more() (some, none bool) {
	return int64(l.no) < l.pages, l.paged && int64(l.no) == l.pages && l.total < 0
}

func (l listed) raw() *duijie.Page[json.RawMessage] {
	out := &duijie.Page[json.RawMessage]{Items: l.rows, Total: l.total}
	if !l.last() {
		out.Next = strconv.Itoa(l.no + 1)
	}
	return out
}

// page decodes the rows. One that is no object stays an empty row.
func (l listed) page() *duijie.Page[Row] {
	raw := l.raw()
	out := &duijie.Page[Row]{Next: raw.Next, Total: raw.Total, Items: make([]Row, len(raw.Items))}
	for i, item := range raw.Items {
		out.Items[i] = members(item)
	}
	return out
}

// listPage reads one page of task.list.
func (p *Project) listPage(ctx context.Context, q TaskQuery, page int, opts []duijie.CallOption) (listed, error) {
	const method = "task.list"
	if err := p.check(method, false); err != nil {
		return listed{}, err
	}
	size, err := q.size(p)
	if err != nil {
		return listed{}, invalid(method, err.Error())
	}
	e, err := p.client.send(ctx, known(method), q.params(p, page, size), nil, opts)
	if err != nil {
		return listed{}, err
	}
	return readListed(method, e, page, q.ShortIsLast, size)
}

func readListed(method string, e envelope, page int, shortIsLast bool, size int) (listed, error) {
	l := listed{no: page, size: size, pages: e.number("total_page_num"), total: e.number("total")}
	for row := range wire.Elements(e.result) {
		if wire.First(row) != '{' {
			return listed{}, malformed(method, "a row is no object: "+wire.Excerpt(row))
		}
		l.rows = append(l.rows, row)
	}
	l.short = shortIsLast && len(l.rows) < size
	return l, nil
}

func malformed(method, what string) error {
	return &duijie.APIError{Platform: platform, Op: method, Class: duijie.ClassUnavailable, Message: what, Err: duijie.ErrMalformedAnswer}
}

// Get reads one task. Method task.getTask (工单详情). Effect: read. Errors:
// duijie.ErrNotFound where the answer has no task; what the platform answers for a
// task that does not exist is not known, so ErrRefused may mean that too.
func (p *Project) Get(ctx context.Context, taskID string, opts ...duijie.CallOption) (Row, error) {
	raw, err := p.get(ctx, taskID, opts)
	if err != nil {
		return nil, err
	}
	return members(raw), nil
}

func (p *Project) get(ctx context.Context, taskID string, opts []duijie.CallOption) (json.RawMessage, error) {
	const method = "task.getTask"
	if err := p.check(method, false); err != nil {
		return nil, err
	}
	if !isID(taskID) {
		return nil, invalid(method, "a task id is a number")
	}
	e, err := p.client.send(ctx, known(method), Params{"project_id": p.id, "task_id": taskID}, nil, opts)
	if err != nil {
		return nil, err
	}
	raw := e.result
	if wire.First(raw) == '[' { // an array of one
		var all []json.RawMessage
		for item := range wire.Elements(raw) {
			all = append(all, item)
		}
		switch len(all) {
		case 0:
			raw = nil
		case 1:
			raw = all[0]
		default:
			return nil, malformed(method, fmt.Sprintf("%d tasks have the id %s", len(all), taskID))
		}
	}
	if id := Row(members(raw)).ID(); id == "" {
		return nil, &duijie.APIError{Platform: platform, Op: method, Class: duijie.ClassNotFound, Message: "no task " + taskID}
	} else if id != taskID {
		return nil, malformed(method, "asked for task "+taskID+", the answer is task "+id)
	}
	return raw, nil
}
