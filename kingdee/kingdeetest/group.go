package kingdeetest

import (
	"encoding/json"
	"strings"
)

// groupForm is the id of the form that holds the groups (分组) of a form's field,
// as "BD_Customer.FGroup".
func groupForm(form, key string) string { return form + "." + key }

func groupOf(form, key string) Form {
	return Form{
		ID: groupForm(form, key), Title: "分组", Key: "FID", Number: "FNumber", Name: "FName", Rule: "-",
		Fields: keys("FParentId# FDescription"), Required: keys("FName"),
	}
}

// groups finds the groups a call means, and the form they belong to.
func (c *call) groups(form string, data params) (*table, *table, any) {
	t := c.s.table(form)
	if t == nil {
		return nil, nil, c.unknownForm()
	}
	key := data.text("groupfieldkey")
	for _, own := range t.groups {
		if key == "" || strings.EqualFold(own, key) {
			return t, c.s.table(groupForm(t.ID, own)), nil
		}
	}
	return nil, nil, c.fail(issue{text: "元数据中标识为" + key + "的分组字段不存在", code: codeNoSuchField})
}

// groupSave serves GroupSave (分组保存): a new group, or with GroupPkId a changed one.
func (c *call) groupSave() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	_, groups, refused := c.groups(c.params.text("formid"), data)
	if refused != nil {
		return refused
	}
	model := members{}
	if id := data.text("grouppkid"); id != "" && id != "0" {
		model = append(model, member{"FID", id})
	}
	parent, _ := parseKey(data.text("fparentid"))
	if parent != 0 && groups.findID(parent) == nil {
		return c.fail(issue{text: "上级分组[" + data.text("fparentid") + "]不存在", code: codeNotFound})
	}
	for name, key := range map[string]string{"fnumber": "FNumber", "fname": "FName", "fdescription": "FDescription"} {
		if text := data.text(name); text != "" {
			model = append(model, member{key, text})
		}
	}
	model = append(model, member{"FParentId", json.Number(plainText(parent))})
	b := &saver{s: c.s, t: groups, op: c.op, now: c.now, late: c.late, validate: true}
	rec, issues := b.store(model)
	if issues != nil {
		return c.fail(issues...)
	}
	done := []entity{c.entity(groups, rec, 0)}
	return answered{result{ResponseStatus: c.status(done, nil, nil), ID: rec.id}}
}

// groupDelete serves GroupDelete (分组删除): only groups without members and
// without groups below them.
func (c *call) groupDelete() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	t, groups, refused := c.groups(data.text("formid"), data)
	if refused != nil {
		return refused
	}
	recs, refused := c.recordsOf(groups, data, "grouppkids")
	if refused != nil {
		return refused
	}
	var done []entity
	var issues []issue
	for i, rec := range recs {
		if wrong := groupInUse(t, groups, rec); wrong != "" {
			issues = append(issues, issue{blank: true, text: "分组“" + rec.number + "”" + wrong, code: codeInvalid, row: i})
			continue
		}
		groups.remove(rec.id, c.late)
		c.s.note(c.op, groups, rec, Deleted, rec.status, c.now)
		done = append(done, c.entity(groups, rec, i))
	}
	return answered{result{ResponseStatus: c.status(done, nil, issues)}}
}

func groupInUse(t, groups *table, rec *record) string {
	for _, other := range groups.visible() {
		if parent, _ := parseKey(other.vals["FParentId"]); parent == rec.id {
			return "下有子分组，不允许删除！"
		}
	}
	for _, member := range t.visible() {
		if t.refersTo(member, strings.ToLower(groups.ID), rec.number) {
			return "下有资料，不允许删除！"
		}
	}
	return ""
}

// queryGroupInfo serves QueryGroupInfo (分组查询): all groups, or those of GroupPkIds.
func (c *call) queryGroupInfo() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	_, groups, refused := c.groups(data.text("formid"), data)
	if refused != nil {
		return refused
	}
	recs := groups.visible()
	if list, _ := data.texts("grouppkids"); data.text("grouppkids") != "" || len(list) > 0 {
		if recs, refused = c.recordsOf(groups, data, "grouppkids"); refused != nil {
			return refused
		}
	}
	out := []any{}
	for _, rec := range recs {
		row := map[string]any{"FID": rec.id, "FNumber": rec.number}
		for _, key := range []string{"FName", "FParentId", "FDescription"} {
			col, _ := groups.column(key)
			row[key] = jsonValue(groups.value(c.s, view{rec: rec}, col))
		}
		out = append(out, row)
	}
	return answered{result{ResponseStatus: c.status(nil, nil, nil), NeedReturnData: out}}
}
