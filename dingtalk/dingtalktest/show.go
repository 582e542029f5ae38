package dingtalktest

import (
	"strings"
)

// shownRows is the designer's limit on a sub-table's rows.
const shownRows = 50

// view says how values are read.
type view struct {
	alias, english, tables bool
}

func (c *call) view(tables bool) view {
	return view{alias: c.alias(), english: c.str("language") == "en_US", tables: tables}
}

// show is the reading form of a form's values, section 8: up to two keys for each
// component, the companion always under the raw id.
func (s *Server) show(list []Component, values Row, v view) Row {
	out := Row{}
	for i := range list {
		p := &list[i]
		key := p.ID
		if v.alias && p.Alias != "" {
			key = p.Alias
		}
		s.showOne(out, p, key, values[p.ID], v)
	}
	return out
}

func (s *Server) showOne(out Row, p *Component, key string, value any, v view) {
	companion := p.ID + "_id"
	empty := isEmpty(value)
	switch p.Name {
	case "TextField", "TextareaField", "EditorField":
		out[key] = text(value)
		return
	case "NumberField", "RateField":
		out[p.ID+"_value"] = text(value)
		if !empty {
			out[key] = value
		}
		return
	}
	if empty {
		return
	}
	switch p.Name {
	case "RadioField", "SelectField":
		out[key], out[companion] = p.shown(text(value), v), value
	case "CheckboxField", "MultiSelectField", "CascadeSelectField", "CitySelectField":
		ids, _ := texts(value)
		out[key], out[companion] = mapped(ids, func(id string) string { return p.shown(id, v) }), value
	case "EmployeeField":
		ids, _ := texts(value)
		out[key], out[companion] = mapped(ids, s.userName), value
	case "DepartmentSelectField":
		ids, _ := texts(value)
		out[key], out[companion] = mapped(ids, s.departmentName), value
	case "CountrySelectField":
		var codes []any
		for _, x := range value.([]any) {
			codes = append(codes, x.(Row)["value"])
		}
		ids, _ := texts(codes)
		out[key], out[companion] = mapped(ids, countryName), codes
	case "ImageField", "AttachmentField":
		out[key] = encodeText(value)
	case "AddressField":
		out[key], out[companion] = encodeText(value), encodeText(joinedAddress(value.(Row)))
	case "AssociationFormField":
		out[companion] = encodeText(encodeText(value))
	case "TableField":
		if v.tables {
			rows := value.([]any)
			if s.tablesCut {
				rows = rows[:min(len(rows), shownRows)]
			}
			out[key] = s.showTable(p, rows, v, false)
		}
	default:
		out[key] = value
	}
}

func (s *Server) showTable(p *Component, rows []any, v view, ids bool) []any {
	out := []any{}
	for _, x := range rows {
		cells := s.show(p.Children, x.(Row), v)
		if ids {
			cells["rowId"] = x.(Row)[rowID]
		}
		out = append(out, cells)
	}
	return out
}

// shown is the text of an option.
func (p *Component) shown(value string, v view) string {
	for _, o := range p.Options {
		if o.Value != value {
			continue
		}
		if v.english && o.English != "" {
			return o.English
		}
		if o.Text != "" {
			return o.Text
		}
	}
	return value
}

func mapped(ids []string, name func(string) string) []any {
	out := []any{}
	for _, id := range ids {
		out = append(out, name(id))
	}
	return out
}

func countryName(code string) string {
	names := map[string]string{"CN": "中国", "SG": "新加坡", "US": "美国", "JP": "日本"}
	if n, known := names[code]; known {
		return n
	}
	return code
}

// joinedAddress is an address in one text.
func joinedAddress(a Row) string {
	var b strings.Builder
	regions, _ := a["regionText"].([]any)
	for _, r := range regions {
		if o, isObject := r.(Row); isObject {
			b.WriteString(text(o["zh_CN"]))
		}
	}
	b.WriteString(text(a["address"]))
	return b.String()
}

// instanceValue is the designer's form of a row: a JSON array of all components
// in a string.
func (s *Server) instanceValue(f *form, values Row, v view) string {
	return encodeText(s.cells(f.Components, values, v, nil))
}

func (s *Server) cells(list []Component, values Row, v view, id any) []any {
	out := []any{}
	for i := range list {
		p := &list[i]
		cell := Row{
			"componentName": p.Name, "fieldId": p.ID, "fieldData": s.fieldData(p, values[p.ID], v), "options": []any{}, "format": nil,
			"listNum": nil, "rowId": id, "fieldDataUpdated": false, "dataVersion": nil, "dateType": nil, "formatControls": nil,
		}
		if id != nil {
			cell["dataVersion"] = 1
		}
		switch p.Name {
		case "TableField":
			cell["listNum"] = shownRows
		case "DateField":
			cell["format"] = "YYYY-MM-DD"
		}
		out = append(out, cell)
	}
	return out
}

func (s *Server) fieldData(p *Component, value any, v view) Row {
	switch p.Name {
	case "TextField", "TextareaField", "NumberField", "RateField", "EditorField":
		return Row{"value": text(value)}
	case "TableField":
		lines := []any{}
		rows, _ := value.([]any)
		for _, x := range rows {
			lines = append(lines, s.cells(p.Children, x.(Row), v, x.(Row)[rowID]))
		}
		return Row{"totalCount": len(lines), "value": lines}
	}
	if isEmpty(value) {
		if p.Name == "DateField" {
			return Row{"value": nil}
		}
		return Row{}
	}
	switch p.Name {
	case "RadioField", "SelectField":
		return Row{"value": value, "text": p.shown(text(value), v)}
	case "EmployeeField":
		people := []any{}
		for _, id := range value.([]any) {
			people = append(people, Row{"key": id, "label": s.userName(text(id)), "avatar": "//img.example.com/a.jpg"})
		}
		return Row{"value": people}
	case "DateField":
		return Row{"value": text(value)}
	}
	return Row{"value": value}
}

// title is the title of a row: plain, or in two languages as JSON in a string.
func (s *Server) title(r *row) string {
	name := s.userName(r.creator)
	plain := name + "发起的" + r.form.Title
	if r.form.EnglishName == "" {
		return plain
	}
	english := name + "'s " + r.form.EnglishName
	return encodeText(Row{"type": "i18n", "zh_CN": plain, "en_US": english, "pureEn_US": english})
}

// person is a user as rows name one: the names stand under a name that differs
// between operations.
func (s *Server) person(id, namesIn string, typed bool) Row {
	names := Row{"nameInChinese": s.userName(id), "nameInEnglish": s.userName(id)}
	if typed {
		names["type"] = "i18n"
	}
	return Row{"userId": id, namesIn: names}
}

// hit is a row in one of its versions.
type hit struct {
	*row
	v *version
}

// queryRow is a row as advanced queries and ids/query answer it.
func (c *call) queryRow(h hit, how view, full bool) Row {
	s := c.s
	out := Row{
		"formInstanceId": h.id, "formUuid": h.form.UUID, "id": h.dataID, "version": h.form.Version, "title": s.title(h.row), "serialNumber": h.serial,
		"createTimeGMT": s.gmt(h.created), "modifiedTimeGMT": s.gmt(h.v.modified), "creatorUserId": h.creator, "modifier": h.v.modifier,
		"originator": s.person(h.creator, "name", false), "modifyUser": s.person(h.v.modifier, "name", false),
		"formData": s.show(h.form.Components, h.v.values, how),
	}
	if full {
		out["instanceValue"] = s.instanceValue(h.form, h.v.values, how)
	}
	return out
}

// searchRow is a row as search answers it: the same under other names.
func (c *call) searchRow(h hit, how view) Row {
	s := c.s
	return Row{
		"formInstanceId": h.id, "dataId": h.dataID, "formUuid": h.form.UUID, "modelUuid": "", "title": s.title(h.row), "serialNo": h.serial,
		"createdTimeGMT": s.gmt(h.created), "modifiedTimeGMT": s.gmt(h.v.modified), "originator": s.person(h.creator, "userName", true),
		"modifyUser": s.person(h.v.modifier, "userName", true), "formData": s.show(h.form.Components, h.v.values, how),
		"instanceValue": s.instanceValue(h.form, h.v.values, how), "version": h.form.Version, "creatorUserId": h.creator,
		"modifierUserId": h.v.modifier, "sequence": "",
	}
}

// processRow is a process as its operations answer it; deptIn is the name of the
// member for the originator's department.
func (c *call) processRow(h hit, how view, deptIn string) Row {
	s := c.s
	originator := s.person(h.creator, "name", true)
	originator[deptIn], originator["email"] = s.departmentName(h.dept), ""
	out := Row{
		"processInstanceId": h.id, "formUuid": h.form.UUID, "processCode": h.form.ProcessCode, "title": s.title(h.row), "version": h.form.Version,
		"createTimeGMT": s.gmt(h.created), "modifiedTimeGMT": s.gmt(h.v.modified), "instanceStatus": h.v.status, "originator": originator,
		"data": s.show(h.form.Components, h.v.values, how),
	}
	if h.v.result != "" {
		out["approvedResult"] = h.v.result
	}
	executors := []any{}
	if h.v.status == "RUNNING" {
		executors = append(executors, s.person(h.form.Approvers[h.v.node], "name", true))
	}
	out["actionExecutor"] = executors
	return out
}
