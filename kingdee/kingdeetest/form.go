package kingdeetest

import (
	"fmt"
	"strings"
)

// Form describes one business object (业务对象) the server knows. Keys are
// compared without regard to case; answers use the case given here.
//
// A key in Fields or Required may carry marks: "FCreateOrgId{}" is a reference
// to base data, which saves must send as an object; "FPrice#" a decimal;
// "FDate@" a date; "FEntry[].FQty#" a field of the lines FEntry (单据体);
// "FFinance.FCurrId{}" a field of the sub-head FFinance (子单据头); "FEntry[]"
// alone lines that take any key, "FFinance.*" such a sub-head. Custom fields
// (F_xxx) are known everywhere without being listed. Status, dates and people (FDocumentStatus, FForbidStatus,
// FCreateDate, FModifyDate, FCreatorId, ...) belong to every form.
type Form struct {
	ID       string   // 表单标识, as "BD_Customer"
	Key      string   // primary key field of the head (内码), as "FCUSTID" or "FID"
	Number   string   // number field (编码 or 单据编号), as "FNumber" or "FBillNo"
	Name     string   // name field (名称), "" for bills
	Required []string // fields a Save must fill (必录)
	Fields   []string // extra known fields
	KeyText  bool     // the primary key is a text (a GUID), not a number
}

type kind byte

const (
	kindText kind = iota
	kindRef
	kindDecimal
	kindDate
	kindKey
	kindNumber
	kindStatus
	kindForbid
	kindCreated
	kindModified
	kindLineID
	kindCustom
)

// field is one known field.
type field struct {
	key    string
	part   *part // the lines or sub-head it lives in, nil for the head
	kind   kind
	must   bool
	target string // form a reference points to, where the server holds that form
}

// part is a set of lines or a sub-head.
type part struct {
	key    string
	lines  bool
	any    bool // takes any key
	fields []*field
	byKey  map[string]*field
}

// schema is a Form made ready for use.
type schema struct {
	Form
	head   []*field
	byKey  map[string]*field
	parts  []*part
	byPart map[string]*part
}

func newSchema(f Form) *schema {
	s := &schema{Form: f, byKey: map[string]*field{}, byPart: map[string]*part{}}
	s.addHead(f.Key, kindKey)
	s.addHead(f.Number, kindNumber)
	if f.Name != "" {
		s.addHead(f.Name, kindText)
	}
	s.addHead("FDocumentStatus", kindStatus)
	s.addHead("FForbidStatus", kindForbid)
	s.addHead("FCreateDate", kindCreated)
	s.addHead("FModifyDate", kindModified)
	for _, key := range []string{"FCreatorId{}", "FModifierId{}", "FApproverId{}", "FApproveDate@"} {
		s.add(key)
	}
	for _, key := range f.Fields {
		s.add(key)
	}
	for _, key := range f.Required {
		s.add(key).must = true
	}
	return s
}

func (s *schema) addHead(key string, k kind) {
	f := &field{key: key, kind: k}
	s.head = append(s.head, f)
	s.byKey[strings.ToLower(key)] = f
}

// add takes one marked key; a key that is known already keeps its marks.
func (s *schema) add(marked string) *field {
	where, key, inPart := strings.Cut(marked, ".")
	if !inPart && !strings.HasSuffix(marked, "[]") {
		return addTo(&s.head, s.byKey, nil, marked)
	}
	name, lines := strings.CutSuffix(where, "[]")
	p := s.byPart[strings.ToLower(name)]
	if p == nil {
		p = &part{key: name, lines: lines, byKey: map[string]*field{}}
		s.parts, s.byPart[strings.ToLower(name)] = append(s.parts, p), p
		if lines {
			id := &field{key: "FEntryID", part: p, kind: kindLineID}
			p.fields, p.byKey["fentryid"] = append(p.fields, id), id
		}
	}
	if !inPart || key == "*" {
		p.any = true
		return &field{}
	}
	return addTo(&p.fields, p.byKey, p, key)
}

func addTo(list *[]*field, byKey map[string]*field, p *part, marked string) *field {
	f := &field{key: strings.TrimRight(marked, "{}#@"), part: p}
	if known := byKey[strings.ToLower(f.key)]; known != nil {
		return known
	}
	switch {
	case strings.HasSuffix(marked, "{}"):
		f.kind, f.target = kindRef, refTarget(f.key)
	case strings.HasSuffix(marked, "#"):
		f.kind = kindDecimal
	case strings.HasSuffix(marked, "@"):
		f.kind = kindDate
	}
	*list, byKey[strings.ToLower(f.key)] = append(*list, f), f
	return f
}

// refTarget is the form behind a reference, for the forms the server starts with.
func refTarget(key string) string {
	key = strings.ToLower(key)
	switch {
	case strings.HasSuffix(key, "orgid"), strings.HasSuffix(key, "orgids"):
		return "org_organizations"
	case strings.HasSuffix(key, "currid"), strings.HasSuffix(key, "currencyid"):
		return "bd_currency"
	}
	switch key {
	case "fcustid", "fcustomerid":
		return "bd_customer"
	case "fmaterialid":
		return "bd_material"
	case "fsupplierid":
		return "bd_supplier"
	case "fstockid":
		return "bd_stock"
	}
	return ""
}

func isCustom(key string) bool { return len(key) > 2 && strings.EqualFold(key[:2], "F_") }

// keyValue is a primary key as the form's callers see it.
func (s *schema) keyValue(id int64) any {
	if s.KeyText {
		return keyText(id)
	}
	return id
}

func keyText(id int64) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", id) }

// title is the name of the object in messages.
func (s *schema) title() string {
	if t := titles[strings.ToLower(s.ID)]; t != "" {
		return t
	}
	return s.ID
}

// label is the name of a field in messages.
func label(key string) string {
	if l := labels[strings.ToLower(key)]; l != "" {
		return l
	}
	return key
}
