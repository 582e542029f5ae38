package kingdeetest

import (
	"maps"
	"slices"
	"strings"
)

// metaField is one field of a form in QueryBusinessInfo.
type metaField struct {
	Key                string
	Name               []any
	FieldName          string
	MustInput          int
	FieldType          int
	ElementType        int
	LookUpObjectFormID any `json:"LookUpObjectFormId"`
	Extends            any
	IsViewVisible      bool
}

// metaEntry is the head (FBillHead), a sub-head or a set of lines.
type metaEntry struct {
	Key       string
	ParentKey string
	Name      []any
	Fields    []metaField
}

// queryBusinessInfo serves QueryBusinessInfo (元数据): head, parts and operations.
func (c *call) queryBusinessInfo() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	if data.text("formid") == "" {
		return c.fail(issue{text: "业务对象标识不能为空", code: codeNoForm})
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	t := c.s.table(data.text("formid"))
	if t == nil {
		return c.unknownForm()
	}
	entries := []metaEntry{{Key: "FBillHead", Name: languages("单据头"), Fields: c.s.metaFields(t, nil, t.head)}}
	for _, p := range t.parts {
		entries = append(entries, metaEntry{
			Key: p.key, ParentKey: "FBillHead", Name: languages(p.label()), Fields: c.s.metaFields(t, p, p.fields),
		})
	}
	var operations []any
	for _, op := range t.operations() {
		operations = append(operations, map[string]any{"OperationNumber": op.Number, "OperationName": languages(op.title())})
	}
	return answered{result{
		ResponseStatus: c.status(nil, nil, nil),
		NeedReturnData: map[string]any{
			"Id": t.ID, "Name": languages(t.name()), "Entrys": entries, "Operations": operations,
		},
	}}
}

// operations are all operations of a form, as its metadata lists them.
func (t *table) operations() []Operation {
	out := []Operation{{Number: "View", Name: "查看"}}
	if !t.ReadOnly {
		out = append(out, []Operation{
			{Number: "Save", Name: "保存"}, {Number: "Draft", Name: "暂存"}, {Number: "Submit", Name: "提交"}, {Number: "Audit", Name: "审核"},
			{Number: "UnAudit", Name: "反审核"}, {Number: "CancelAssign", Name: "撤销"}, {Number: "Delete", Name: "删除"},
		}...)
	}
	if t.Name != "" {
		out = append(out, forbidOperations...)
	}
	return append(out, t.Operations...)
}

// metaFields lists the fields of the head (p nil) or of a part: the known ones,
// for a flex field one of its values under a key that no query takes, and the
// custom fields seen so far.
func (s *Server) metaFields(t *table, p *part, fields []*field) []metaField {
	out := []metaField{}
	add := func(f *field, key string) {
		m := metaField{Key: key, Name: languages(f.label()), FieldName: key, IsViewVisible: true}
		if f.must || p == nil && f.kind == kindNumber && t.Rule == "-" {
			m.MustInput = 1
		}
		if target := s.tables[f.target]; target != nil {
			m.LookUpObjectFormID = target.ID
		}
		out = append(out, m)
	}
	for _, f := range fields {
		add(f, f.key)
		if f.kind == kindFlex {
			add(f, strings.ToUpper(f.key)+"__FF100001")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.custom)) {
		if f := t.custom[name]; f.part == p {
			add(f, f.key)
		}
	}
	return out
}

// dataCentreList serves GetDataCenterList, which needs no login.
func (c *call) dataCentreList() any {
	type method struct {
		AuthenticationMethodType int
		Name                     string
	}
	type centre struct {
		ID                    string `json:"Id"`
		Number, Name, Version string
		GDCID                 string
		AuthenticationMethods []method
	}
	return []centre{{
		ID: c.s.account.AcctID, Number: "001", Name: "对接测试账套", Version: "9.0.0.0",
		AuthenticationMethods: []method{{1, "用户名密码"}},
	}}
}

// switchOrg serves SwitchOrg (切换组织): the organisation must exist.
func (c *call) switchOrg() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	number := data.text("orgnumber")
	t := c.s.table("ORG_Organizations")
	rec := t.find(number, 0)
	if rec == nil {
		return c.fail(noSuchNumber(number))
	}
	if c.sid != "" { // a signed call has no session to switch
		c.s.sessions.switchTo(c.sid, rec.id)
	}
	return answered{result{ResponseStatus: c.status([]entity{c.entity(t, rec, 0)}, nil, nil)}}
}
