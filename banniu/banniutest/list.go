package banniutest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

const (
	maxListPage = 100 // task.list and user.list: larger sizes are cut
	maxScanPage = 200 // task.list.new and recycle.task.list
	maxWindow   = 24 * time.Hour
)

// jsonNumber is v as a number where it is one.
func jsonNumber(v string) any {
	var n json.Number
	if err := json.Unmarshal([]byte(v), &n); err != nil {
		return v
	}
	return n
}

// projectOf finds the project a read is about.
func (c *call) projectOf() (*project, *refusal) {
	id := c.query.Get("project_id")
	if id == "" {
		return nil, refuse(c.s.codes.Parameter, "缺少参数project_id")
	}
	p := c.s.project(id)
	if p == nil {
		return nil, refuse(c.s.codes.Parameter, "项目%s不存在", id)
	}
	return p, nil
}

func (c *call) projectList() (any, *refusal) {
	rows := []any{}
	for _, p := range c.s.projects {
		rows = append(rows, map[string]any{"project_id": jsonNumber(p.ID), "name": p.Name, "app_id": jsonNumber(p.AppID)})
	}
	return rows, nil
}

// builtIn are the columns every sheet has.
var builtIn = []Column{
	{ID: 1, Name: "创建人"}, {ID: 2, Name: "执行人"}, {ID: 3, Name: "创建时间", Behavior: DateTime},
	{ID: 4, Name: "修改时间", Behavior: DateTime}, {ID: 5, Name: "状态"}, {ID: 8, Name: "完成人"},
	{ID: 9, Name: "完成时间", Behavior: DateTime},
}

func (c *call) columnList() (any, *refusal) {
	p, ref := c.projectOf()
	if ref != nil {
		return nil, ref
	}
	rows := []any{}
	for _, col := range builtIn {
		rows = append(rows, c.columnRow(col, 1))
	}
	for _, col := range p.Columns {
		rows = append(rows, c.columnRow(col, 0))
	}
	return rows, nil
}

func (c *call) columnRow(col Column, inside int) map[string]any {
	var id any = col.ID
	if c.s.numberCells {
		id = strconv.FormatInt(col.ID, 10)
	}
	row := map[string]any{
		"column_id": id, "name": col.Name, "column_type": "custom", "type": 1, "behavior_type": int(cmp.Or(col.Behavior, Text)),
		"is_inside": inside, "options": choiceRows(col.Options), "relation_options": choiceRows(col.Related), "son_column_bos": nil,
	}
	if len(col.Sons) > 0 {
		var sons []any
		for _, son := range col.Sons {
			sons = append(sons, c.columnRow(son, 0))
		}
		row["son_column_bos"] = sons
	}
	return row
}

func choiceRows(choices []Choice) any {
	if len(choices) == 0 {
		return nil
	}
	rows := make([]any, len(choices))
	for i, ch := range choices {
		rows[i] = map[string]any{"id": ch.ID, "title": ch.Title}
	}
	return rows
}

// pageOf reads page numbers: first page 1, size cut at the method's ceiling.
func (c *call) pageOf(page, size string, standard, ceiling int) (int, int, *refusal) {
	n, per := 1, standard
	for _, x := range []struct {
		text string
		into *int
	}{{page, &n}, {size, &per}} {
		if x.text == "" {
			continue
		}
		v, err := strconv.Atoi(x.text)
		if err != nil || v < 1 {
			return 0, 0, refuse(c.s.codes.Parameter, "分页参数错误")
		}
		*x.into = v
	}
	return n, min(per, ceiling), nil
}

// cut is page n of rows.
func cut[T any](rows []T, n, per int) []T {
	from := min((n-1)*per, len(rows))
	return rows[from:min(from+per, len(rows))]
}

// ordered are the tasks of a list in its order.
func (c *call) ordered(p *project, keep func(*task) bool) []*task {
	var all []*task
	for _, t := range p.tasks {
		if t.seen() && keep(t) {
			all = append(all, t)
		}
	}
	if c.s.newestFirst {
		slices.SortStableFunc(all, func(a, b *task) int {
			return cmp.Or(cmp.Compare(b.cells["4"], a.cells["4"]), cmp.Compare(b.id, a.id))
		})
	}
	if c.rotate && len(all) > 1 {
		first := all[0]
		all = append(all[1:], first)
		i := slices.Index(p.tasks, first)
		p.tasks = append(slices.Delete(p.tasks, i, i+1), first)
	}
	return all
}

func (c *call) rows(p *project, tasks []*task) []any {
	rows := []any{}
	for _, t := range tasks {
		rows = append(rows, c.s.row(p, t))
	}
	return rows
}

func (c *call) taskList() (any, *refusal) {
	p, ref := c.projectOf()
	if ref != nil {
		return nil, ref
	}
	n, per, ref := c.pageOf(c.query.Get("page_num"), c.query.Get("page_size"), 10, maxListPage)
	if ref != nil {
		return nil, ref
	}
	inWindow, ref := c.window()
	if ref != nil {
		return nil, ref
	}
	matches, ref := c.conditions(p)
	if ref != nil {
		return nil, ref
	}
	status := c.query.Get("task_status")
	if status != "" && !slices.Contains([]string{"0", "1", "2", "3", "4"}, status) {
		return nil, refuse(c.s.codes.Parameter, "task_status错误")
	}
	all := c.ordered(p, func(t *task) bool {
		return inWindow(t) && (status == "" || t.cells["5"] == status) && matches(t)
	})
	return c.rows(p, cut(all, n, per)), nil
}

// window is the filter of star_created and end_created.
func (c *call) window() (func(*task) bool, *refusal) {
	var bounds [2]time.Time
	for i, name := range []string{"star_created", "end_created"} {
		v := c.query.Get(name)
		if v == "" {
			continue
		}
		at, err := time.ParseInLocation(layout, v, China)
		if err != nil {
			return nil, refuse(c.s.codes.Parameter, "%s格式错误", name)
		}
		bounds[i] = at
	}
	star, end := bounds[0], bounds[1]
	if !star.IsZero() && !end.IsZero() && (end.Sub(star) > maxWindow || end.Before(star)) {
		return nil, refuse(c.s.codes.Parameter, "创建时间跨度不能超过1天")
	}
	exclusive := c.s.exclusiveEnd
	return func(t *task) bool {
		made := t.made.Truncate(time.Second)
		if !star.IsZero() && made.Before(star) {
			return false
		}
		return end.IsZero() || made.Before(end) || !exclusive && made.Equal(end)
	}, nil
}

func (c *call) taskListNew() (any, *refusal) {
	p, ref := c.projectOf()
	if ref != nil {
		return nil, ref
	}
	n, per, ref := c.pageOf(c.query.Get("page_num"), c.query.Get("page_size"), 50, maxScanPage)
	if ref != nil {
		return nil, ref
	}
	all := c.ordered(p, func(*task) bool { return true })
	return listed{c.rows(p, cut(all, n, per)), map[string]any{"total_page_num": pages(len(all), per), "page_num": n}}, nil
}

func pages(rows, per int) int { return (rows + per - 1) / per }

func (c *call) getTask() (any, *refusal) {
	p, ref := c.projectOf()
	if ref != nil {
		return nil, ref
	}
	id, err := strconv.ParseInt(c.query.Get("task_id"), 10, 64)
	if err != nil {
		return nil, refuse(c.s.codes.Parameter, "缺少参数task_id")
	}
	t := p.task(id)
	switch {
	case (t == nil || !t.seen()) && c.s.missingEmpty:
		return nil, nil
	case t == nil || !t.seen():
		return nil, refuse(c.s.codes.NoSuchTask, "工单%d不存在", id)
	case c.s.taskAsArray:
		return []any{c.s.row(p, t)}, nil
	}
	return c.s.row(p, t), nil
}

func (c *call) recycleList() (any, *refusal) {
	p := c.s.project(text(c.body["projectId"]))
	if p == nil || text(c.body["appId"]) != p.AppID {
		return nil, refuse(c.s.codes.Parameter, "projectId或appId错误")
	}
	n, per, ref := c.pageOf(text(c.body["pageNum"]), text(c.body["pageSize"]), 50, maxScanPage)
	if ref != nil {
		return nil, ref
	}
	rows := c.rows(p, cut(p.removed, n, per))
	return listed{rows, map[string]any{"total_page_num": pages(len(p.removed), per), "page_num": n}}, nil
}

func (c *call) userList() (any, *refusal) {
	n, per, ref := c.pageOf(text(c.body["pageNum"]), text(c.body["pageSize"]), 10, maxListPage)
	if ref != nil {
		return nil, ref
	}
	rows := []any{}
	for _, u := range cut(c.s.users, n, per) {
		rows = append(rows, map[string]any{"id": u.ID, "nick": u.Nick})
	}
	return listed{rows, map[string]any{"total": len(c.s.users), "page_num": n, "page_size": per}}, nil
}

func (c *call) sellers() (any, *refusal) {
	rows := []any{}
	for _, sh := range c.s.shops {
		rows = append(rows, map[string]any{"id": sh.ID, "title": sh.Title})
	}
	return rows, nil
}
