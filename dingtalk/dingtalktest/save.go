package dingtalktest

import (
	"slices"
	"strings"
)

const common = "appType* systemToken* userId* language "

func formOps() []operation {
	return []operation{
		{verb: "POST", path: "yida/forms/instances", versions: "12", scope: formWrite, body: common + "formUuid* formDataJson* useAlias:b", serve: (*call).save},
		{verb: "PUT", path: "yida/forms/instances", versions: "12", scope: formWrite, body: common + "formInstanceId* updateFormDataJson* useLatestVersion:b useAlias:b formUuid", serve: (*call).update},
		{verb: "GET", path: "yida/forms/instances/{id}", versions: "12", scope: formRead, query: common + "useAlias:b formUuid", serve: (*call).get},
		{verb: "DELETE", path: "yida/forms/instances", versions: "1", scope: formWrite, query: common + "formInstanceId*", serve: (*call).remove},
		{verb: "POST", path: "yida/forms/instances/insertOrUpdate", versions: "12", scope: formWrite, body: "appType* systemToken* userId* formUuid* searchCondition* formDataJson* noExecuteExpression:b useAlias:b env", serve: (*call).upsert},
		{verb: "GET", path: "yida/forms/innerTables/{id}", versions: "1", scope: formRead, query: "appType* systemToken* userId* formUuid* tableFieldId* pageNumber:n pageSize:n needRowId:b", serve: (*call).innerTable},
		{verb: "POST", path: "yida/forms/updateSubTable", versions: "2", scope: formWrite, body: common + "formInstanceId* tableFieldIds* updateFormDataJson* useLatestFormSchemaVersion:b noExecuteExpression:b useAlias:b formUuid", serve: (*call).updateTable},
		{verb: "POST", path: "yida/forms/updateSubTableByRowId", versions: "2", scope: formWrite, body: "appType* systemToken* userId* formInstanceId* tableFieldId* updateSubTableDataJson* formUuid useAlias:b useLatestFormSchemaVersion:b", serve: (*call).updateTableRows},
	}
}

// Permissions of Yida.
const (
	formRead     = "Yida.Form.Read"
	formWrite    = "Yida.Form.Write"
	processRead  = "Yida.Process.Read"
	processWrite = "Yida.Process.Write"
	taskRead     = "Yida.Task.Read"
	fileRead     = "Yida.Attachment.Read"
	appRead      = "Yida.App.Read"
)

// enter checks application, its token and the acting user.
func (c *call) enter() *Error {
	s := c.s
	var app *App
	for i := range s.apps {
		if s.apps[i].Type == c.str("appType") {
			app = &s.apps[i]
		}
	}
	switch {
	case app == nil:
		return refuse(codeNoApp, "应用不存在：%s", c.str("appType"))
	case app.Token != c.str("systemToken"):
		if s.keyNotMatch {
			return refuse(codeKeyMatch, "accessKey不匹配")
		}
		return refuse(codeAppToken, "授权信息不合法")
	}
	u := s.people.users[c.str("userId")]
	if u == nil {
		return refuse(codeNoUser, "用户不存在：%s", c.str("userId"))
	}
	if u.NoYida {
		return refuse(codeNoAccount, "账号未授权")
	}
	switch c.str("env") {
	case "", "vpc", "sgp_vpc":
		return nil
	}
	return refuse(codeParameter, "参数错误：env")
}

// enterForm is enter for calls that name their form.
func (c *call) enterForm() (*form, *Error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	return c.theForm()
}

func (c *call) theForm() (*form, *Error) {
	f := c.s.forms[c.str("formUuid")]
	if f == nil {
		return nil, refuse(codeNoForm, "表单不存在：%s", c.str("formUuid"))
	}
	if f.App != c.str("appType") {
		return nil, refuse(codeOtherForm, "formUuid不正确：%s", f.UUID)
	}
	return f, c.allowed(f)
}

func (c *call) allowed(f *form) *Error {
	for _, u := range f.Denied {
		if u == c.str("userId") {
			return refuse(codeDenied, "没有权限")
		}
	}
	return nil
}

// enterRow is enter for calls that name a row, and its form only beside aliases.
func (c *call) enterRow(id string) (*row, *Error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	if c.alias() && c.str("formUuid") == "" {
		return nil, c.missing("formUuid")
	}
	if c.str("formUuid") != "" {
		f, err := c.theForm()
		if err != nil {
			return nil, err
		}
		if c.s.live(f, id) == nil {
			return nil, noRow(id)
		}
	}
	r := c.s.find(c.str("appType"), id)
	if r == nil {
		return nil, noRow(id)
	}
	return r, c.allowed(r.form)
}

func noRow(id string) *Error { return refuse(codeNoRow, "数据不存在或已被删除：%s", id) }

func (c *call) save() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	if f.Kind == Process {
		return nil, refuse(codeProcess, "流程表单不能保存为普通表单数据")
	}
	r, err := c.create(f, c.str("formDataJson"), true)
	if err != nil {
		return nil, err
	}
	return result(r.id)
}

// create makes a row from what a call brought.
func (c *call) create(f *form, raw string, rules bool) (*row, *Error) {
	values, err := c.formData(f, raw, c.alias(), rules)
	if err == nil && rules {
		err = f.complete(values)
	}
	if err != nil {
		return nil, err
	}
	r := c.s.add(f, c.str("userId"), values, c.s.clock())
	kind := Created
	if f.Kind == Process {
		kind = Started
	}
	c.note(kind, r)
	return r, nil
}

// change lays new values over a row.
func (c *call) change(r *row, given Row) {
	c.s.write(r, c.str("userId"), func(v *version) { v.values = merged(v.values, given) })
	for _, id := range sortedKeys(given) {
		r.log = append(r.log, change{kind: "UPDATE", component: id, text: text(given[id]), user: c.str("userId"), at: c.s.clock()})
	}
	c.note(Updated, r)
}

func (c *call) update() (any, *Error) {
	r, err := c.enterRow(c.str("formInstanceId"))
	if err != nil {
		return nil, err
	}
	given, err := c.formData(r.form, c.str("updateFormDataJson"), c.alias(), true)
	if err == nil {
		err = r.form.complete(merged(r.now().values, given))
	}
	if err != nil {
		return nil, err
	}
	c.change(r, given)
	return nil, nil
}

func (c *call) get() (any, *Error) {
	r, err := c.enterRow(c.str("id"))
	if err != nil {
		return nil, err
	}
	originator := c.s.person(r.creator, "name", true)
	originator["departmentName"], originator["email"] = c.s.departmentName(r.dept), ""
	return Row{
		"originator": originator, "modifiedTimeGMT": c.s.gmt(r.now().modified), "formInstId": r.id,
		"formData": c.s.show(r.form.Components, r.now().values, c.view(true)),
	}, nil
}

func (c *call) remove() (any, *Error) {
	r, err := c.enterRow(c.str("formInstanceId"))
	if err != nil {
		return nil, err
	}
	c.delete(r)
	return nil, nil
}

func (c *call) delete(r *row) {
	c.note(Deleted, r)
	c.s.write(r, c.str("userId"), func(v *version) { v.gone = true })
}

// upsert changes all rows a condition finds, or makes one.
func (c *call) upsert() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	if f.Kind == Process {
		return nil, refuse(codeProcess, "流程表单不能保存为普通表单数据")
	}
	if f.Managers != nil && !slices.Contains(f.Managers, c.str("userId")) {
		return nil, refuse(codeDenied, "没有数据管理权限")
	}
	rules := !c.flag("noExecuteExpression")
	match, err := c.conditions(f, c.str("searchCondition"), false)
	if err != nil {
		return nil, err
	}
	values, err := c.formData(f, c.str("formDataJson"), c.alias(), rules)
	if err != nil {
		return nil, err
	}
	var found []*row
	for _, r := range f.rows {
		v := c.s.indexed(r)
		if c.s.exactUpsert {
			v = r.now()
		}
		if v != nil && !r.now().gone && c.s.seen(r) && match(hit{r, v}) {
			found = append(found, r)
		}
	}
	ids := []any{}
	for _, r := range found {
		c.change(r, values)
		ids = append(ids, r.id)
	}
	if len(found) == 0 {
		r, err := c.create(f, c.str("formDataJson"), rules)
		if err != nil {
			return nil, err
		}
		ids = append(ids, r.id)
	}
	return result(ids)
}

// table finds the sub-table a call is about.
func (c *call) table(f *form, name string) (*Component, *Error) {
	id := name
	if c.alias() && f.aliases[name] != "" {
		id = f.aliases[name]
	}
	p := f.parts[id]
	if p == nil || p.Name != "TableField" {
		return nil, refuse(codeComponent, "组件已被删除：%s", name)
	}
	return p, nil
}

const maxInnerPage = 50

func (c *call) innerTable() (any, *Error) {
	r, err := c.enterRow(c.str("id"))
	if err != nil {
		return nil, err
	}
	p, err := c.table(r.form, c.str("tableFieldId"))
	if err != nil {
		return nil, err
	}
	page, size := c.num("pageNumber", 1), c.num("pageSize", 10)
	if page < 1 || size < 1 || size > maxInnerPage {
		return nil, refuse(codeRange, "参数校验失败pageSize")
	}
	rows, _ := r.now().values[p.ID].([]any)
	return Row{
		"totalCount": len(rows), "pageNumber": page, "data": c.s.showTable(p, cut(rows, page, size), c.view(true), c.flag("needRowId")),
	}, nil
}

// updateTable replaces whole tables.
func (c *call) updateTable() (any, *Error) {
	r, err := c.enterRow(c.str("formInstanceId"))
	if err != nil {
		return nil, err
	}
	given, err := c.formData(r.form, c.str("updateFormDataJson"), c.alias(), true)
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	for _, name := range strings.Split(c.str("tableFieldIds"), ",") {
		p, err := c.table(r.form, strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		named[p.ID] = true
	}
	for id := range given {
		if !named[id] {
			return nil, refuse(codeParameter, "参数错误：%s", id)
		}
	}
	c.change(r, given)
	return result(true)
}

// updateTableRows changes single rows of a table by their ids.
func (c *call) updateTableRows() (any, *Error) {
	r, err := c.enterRow(c.str("formInstanceId"))
	if err != nil {
		return nil, err
	}
	p, err := c.table(r.form, c.str("tableFieldId"))
	if err != nil {
		return nil, err
	}
	raw, broken := decode([]byte(c.str("updateSubTableDataJson")))
	lines, isList := raw.([]any)
	if broken != nil || !isList {
		return nil, refuse(codeFormat, "方法入参格式不正确：updateSubTableDataJson")
	}
	old, _ := r.now().values[p.ID].([]any)
	rows := append([]any{}, old...)
	for _, x := range lines {
		line, isRow := x.(Row)
		if !isRow {
			return nil, refuse(codeFormat, "方法入参格式不正确：updateSubTableDataJson")
		}
		cells := cloneRow(line)
		delete(cells, "rowId")
		given, err := c.s.values(r.form, p.ID, cells, c.alias())
		if err != nil {
			return nil, err
		}
		at := -1
		for i, o := range rows {
			if o.(Row)[rowID] == line["rowId"] {
				at = i
			}
		}
		if at < 0 {
			return nil, refuse(codeParameter, "参数错误：rowId %s", text(line["rowId"]))
		}
		rows[at] = merged(rows[at].(Row), given)
	}
	c.change(r, Row{p.ID: rows})
	return result(true)
}
