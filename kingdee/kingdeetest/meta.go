package kingdeetest

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
	entries := []metaEntry{{Key: "FBillHead", Name: languages("单据头"), Fields: c.s.metaFields(t.head)}}
	for _, p := range t.parts {
		entries = append(entries, metaEntry{
			Key: p.key, ParentKey: "FBillHead", Name: languages(p.label()), Fields: c.s.metaFields(p.fields),
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

func (s *Server) metaFields(fields []*field) []metaField {
	out := []metaField{}
	for _, f := range fields {
		m := metaField{Key: f.key, Name: languages(f.label()), FieldName: f.key, IsViewVisible: true}
		if f.must {
			m.MustInput = 1
		}
		if t := s.tables[f.target]; t != nil {
			m.LookUpObjectFormID = t.ID
		}
		out = append(out, m)
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
