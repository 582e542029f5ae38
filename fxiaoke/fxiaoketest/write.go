package fxiaoketest

import (
	"slices"
	"sync"
	"time"
)

// routes are the paths the fake serves beside the token calls. They are made once, on
// first use, because they come back to the table through their calls.
var routes = sync.OnceValue(func() map[string]func(*call) (map[string]any, *refusal) {
	out := map[string]func(*call) (map[string]any, *refusal){
		"/cgi/crm/custom/v2/data/findSimple":        func(c *call) (map[string]any, *refusal) { return c.findSimple(false) },
		"/cgi/crm/custom/v2/data/findOne":           func(c *call) (map[string]any, *refusal) { return c.findSimple(true) },
		"/cgi/crm/custom/data/invalid":              func(c *call) (map[string]any, *refusal) { return c.change(true, true, Invalidated, "idList") },
		"/cgi/crm/v2/object/lock":                   func(c *call) (map[string]any, *refusal) { return c.change(false, true, Locked, "dataIds") },
		"/cgi/crm/v2/object/unlock":                 func(c *call) (map[string]any, *refusal) { return c.change(false, true, Unlocked, "dataIds") },
		"/cgi/crm/v2/object/list":                   (*call).objectList,
		"/cgi/crm/v2/object/describe":               (*call).describe,
		"/cgi/crm/v2/generatorFileUploadCredential": (*call).uploadCredential,
		mediaUpload:              (*call).takeMedia,
		mediaDownload:            (*call).giveMedia,
		"/media/delete":          (*call).deleteMedia,
		"/cgi/user/getByMobile":  (*call).userByMobile,
		"/cgi/user/list":         func(c *call) (map[string]any, *refusal) { return c.userList("userList", false) },
		"/cgi/user/simpleList":   func(c *call) (map[string]any, *refusal) { return c.userList("userlist", true) },
		"/cgi/user/get":          (*call).userGet,
		"/cgi/department/list":   (*call).departmentList,
		"/cgi/department/detail": (*call).departmentDetail,
	}
	for base, custom := range map[string]bool{"/cgi/crm/v2/data/": false, "/cgi/crm/custom/v2/data/": true} {
		out[base+"query"] = func(c *call) (map[string]any, *refusal) { return c.query(custom) }
		out[base+"get"] = func(c *call) (map[string]any, *refusal) { return c.get(custom) }
		out[base+"create"] = func(c *call) (map[string]any, *refusal) { return c.create(custom) }
		out[base+"update"] = func(c *call) (map[string]any, *refusal) { return c.update(custom) }
		out[base+"invalid"] = func(c *call) (map[string]any, *refusal) {
			return c.change(custom, false, Invalidated, "object_data_id")
		}
		out[base+"recover"] = func(c *call) (map[string]any, *refusal) { return c.change(custom, false, Recovered, "idList") }
		out[base+"delete"] = func(c *call) (map[string]any, *refusal) { return c.change(custom, false, Deleted, "idList") }
		out[base+"changeOwner"] = func(c *call) (map[string]any, *refusal) { return c.changeOwner(custom) }
	}
	return out
})

// Paths lists the paths the fake serves.
func Paths() []string {
	out := []string{tokenBody, tokenHeader}
	for path := range routes() {
		out = append(out, path)
	}
	slices.Sort(out)
	return out
}

// written is the row a create or update sends.
func (c *call) written(custom bool) (*object, Row, *refusal) {
	if ref := c.prepare(); ref != nil {
		return nil, nil, ref
	}
	sent := row(c.data["object_data"])
	if sent == nil {
		return nil, nil, refuse(32000, "object_data is missing")
	}
	o, ref := c.family(text(sent["dataObjectApiName"]), custom, false)
	if ref != nil {
		return nil, nil, ref
	}
	r := cloneRow(sent)
	delete(r, "dataObjectApiName")
	for _, name := range []string{"last_modified_time", "last_modified_by", "version", "lock_status", "is_deleted", "tenant_id"} {
		delete(r, name)
	}
	return o, r, nil
}

// triggered tells that a flow runs: both run unless the call says no.
func (c *call) triggered(name string) bool {
	v, sent := c.body[name]
	return !sent || flag(v)
}

// taken is the unique field whose value another record has.
func (o *object) taken(r Row, except string) string {
	for _, f := range o.Fields {
		if v := text(r[f.Name]); f.Unique && v != "" && slices.ContainsFunc(o.records, func(rec *record) bool {
			return rec.id != except && text(rec.row[f.Name]) == v
		}) {
			return f.Name
		}
	}
	return ""
}

// checkRefs refuses a reference to a record that is not there.
func (c *call) checkRefs(o *object, r Row) *refusal {
	for _, f := range o.Fields {
		if id := text(r[f.Name]); f.Type == "object_reference" && id != "" {
			if target := c.s.object(f.Target); target != nil && target.record(id) == nil {
				return refuse(320001001, "字段%s引用的数据不存在", f.Name)
			}
		}
	}
	return nil
}

func (c *call) create(custom bool) (map[string]any, *refusal) {
	o, r, ref := c.written(custom)
	if ref != nil {
		return nil, ref
	}
	delete(r, "_id")
	if !flag(c.body["hasSpecifyTime"]) {
		delete(r, "create_time")
	}
	if !flag(c.body["hasSpecifyCreatedBy"]) {
		delete(r, "created_by")
	}
	for _, f := range o.Fields {
		if f.Must && text(r[f.Name]) == "" {
			return nil, refuse(320001002, "%s为必填项", f.Label)
		}
	}
	if c.s.strict && r["owner"] == nil {
		return nil, refuse(320001002, "负责人为必填项")
	}
	if name := o.taken(r, ""); name != "" {
		return nil, refuse(320001003, "字段%s的值重复", name)
	}
	if ref := c.checkRefs(o, r); ref != nil {
		return nil, ref
	}
	rec := c.s.add(o, r, c.actor)
	if c.late > 0 {
		rec.shows = time.Now().Add(c.late)
	}
	if o.Approval && c.triggered("triggerApprovalFlow") {
		rec.row["life_status"] = "under_review"
	}
	details, ref := c.createDetails(o, rec)
	if ref != nil {
		o.records = slices.DeleteFunc(o.records, func(other *record) bool { return other == rec })
		return nil, ref
	}
	c.s.note(o.Name, Created, rec)
	out := map[string]any{}
	switch {
	case c.s.noDataID:
	case c.s.dataIDInside:
		out["data"] = map[string]any{"dataId": rec.id}
	default:
		out["dataId"] = rec.id
	}
	if flag(c.body["includeDetailIds"]) && len(details) > 0 {
		out["detailIds"] = details
	}
	return out, nil
}

// createDetails makes the lines that come with a master.
func (c *call) createDetails(o *object, rec *record) (map[string]any, *refusal) {
	sent := row(c.data["details"])
	for name := range sent {
		if d := c.s.object(name); d == nil || d.master(o.Name) == "" {
			return nil, refuse(32000, "%s is no detail of %s", name, o.Name)
		}
	}
	ids := map[string]any{}
	for name, lines := range sent {
		d := c.s.object(name)
		var made []any
		for _, line := range rows(lines) {
			r := cloneRow(line)
			r[d.master(o.Name)] = rec.id
			made = append(made, c.s.add(d, r, c.actor).id)
		}
		ids[name] = made
	}
	return ids, nil
}

func (c *call) update(custom bool) (map[string]any, *refusal) {
	o, r, ref := c.written(custom)
	if ref != nil {
		return nil, ref
	}
	rec := o.record(text(r["_id"]))
	delete(r, "_id")
	delete(r, "create_time")
	_, ownerSent := r["owner"]
	switch {
	case rec == nil || rec.invalid():
		return nil, refuse(320001004, "数据不存在或已作废")
	case text(rec.row["lock_status"]) == "1" && !flag(c.data["skipDataStatusValidate"]):
		return nil, refuse(320001005, "数据已锁定，不能编辑")
	case ownerSent && c.s.strict:
		return nil, refuse(320001006, "负责人不能编辑")
	}
	delete(r, "owner")
	if name := o.taken(r, rec.id); name != "" {
		return nil, refuse(320001003, "字段%s的值重复", name)
	}
	if ref := c.checkRefs(o, r); ref != nil {
		return nil, ref
	}
	c.s.touch(rec, r, c.actor)
	if o.Approval && c.triggered("triggerApprovalFlow") {
		rec.row["life_status"] = "in_change"
	}
	c.s.note(o.Name, Updated, rec)
	return nil, nil
}

// change does what a list of ids is enough for. Nothing is changed unless all can be.
func (c *call) change(custom, both bool, kind EffectKind, member string) (map[string]any, *refusal) {
	if ref := c.prepare(); ref != nil {
		return nil, ref
	}
	o, ref := c.family(text(c.data["dataObjectApiName"]), custom, both)
	if ref != nil {
		return nil, ref
	}
	ids := texts(c.data[member])
	if one, ok := c.data[member].(string); ok && member == "object_data_id" {
		ids = []string{one}
	}
	if len(ids) == 0 {
		return nil, refuse(32000, "%s is missing", member)
	}
	var recs []*record
	for _, id := range ids {
		rec := o.record(id)
		switch {
		case rec == nil:
			return nil, refuse(320001004, "数据不存在或已作废")
		case (kind == Deleted || kind == Recovered) && !rec.invalid():
			return nil, refuse(320001007, "只有作废的数据可以操作")
		case kind == Invalidated && rec.invalid():
			return nil, refuse(320001008, "数据已作废")
		case kind == Invalidated && text(rec.row["lock_status"]) == "1":
			return nil, refuse(320001005, "数据已锁定，不能作废")
		}
		recs = append(recs, rec)
	}
	for _, rec := range recs {
		c.apply(o, rec, kind)
		c.s.note(o.Name, kind, rec)
	}
	return nil, nil
}

func (c *call) apply(o *object, rec *record, kind EffectKind) {
	switch kind {
	case Invalidated:
		c.s.touch(rec, Row{"life_status": "invalid"}, c.actor)
	case Recovered:
		c.s.touch(rec, Row{"life_status": "normal"}, c.actor)
	case Locked:
		c.s.touch(rec, Row{"lock_status": "1"}, c.actor)
	case Unlocked:
		c.s.touch(rec, Row{"lock_status": "0"}, c.actor)
	case Deleted:
		o.records = slices.DeleteFunc(o.records, func(r *record) bool { return r == rec })
	}
}

func (c *call) changeOwner(custom bool) (map[string]any, *refusal) {
	if ref := c.prepare(); ref != nil {
		return nil, ref
	}
	o, ref := c.family(text(c.data["dataObjectApiName"]), custom, false)
	if ref != nil {
		return nil, ref
	}
	list := rows(c.data["Data"])
	if len(list) == 0 {
		return nil, refuse(32000, "Data is missing")
	}
	for _, e := range list {
		owner := texts(e["ownerId"])
		if o.record(text(e["objectDataId"])) == nil || len(owner) != 1 || c.s.employeeOf(owner[0]) == "" {
			return nil, refuse(32000, "objectDataId or ownerId is error")
		}
	}
	for _, e := range list {
		rec := o.record(text(e["objectDataId"]))
		c.s.touch(rec, Row{"owner": []any{c.s.employeeOf(texts(e["ownerId"])[0])}}, c.actor)
		c.s.note(o.Name, OwnerChanged, rec)
	}
	return nil, nil
}
