package kingdeetest

import (
	"fmt"
	"strings"
)

// Form describes one business object (业务对象) the server knows. Keys are
// compared without regard to case; answers use the case given here.
//
// Each entry of Fields is a key with marks behind it, and a title (标题) after a
// colon that messages use, as in "FEntry[].FStockID{BD_STOCK}*:仓库":
//
//	FPrice#        a decimal
//	FDate@         a date
//	FIsFree?       a yes or no
//	FDescription^  a text with languages (多语言)
//	FOrgId{}       a reference, which saves must send as an object
//	FUnit{BD_UNIT} a reference to that form
//	FGroup{group}  a reference to the form's own groups (分组), the form "BD_Customer.FGroup"
//	FDim{flex}     an object of flex values (维度, 辅助属性)
//	FState=A       a state the server keeps: A at first, changed by operations only
//	FList[]        alone in the head: lines (单据体) that take any key; in a line: a list stored as sent
//	FEntry[].FQty  a field of the lines FEntry
//	FFin.FCurr     a field of the sub-head FFin (子单据头); "FFin.*" one that takes any key
//
// A star at the end means required (必录), as being listed in Required does.
// Custom fields (F_xxx) are known everywhere without being listed, but marks give
// them a type. Status, dates and people (FDocumentStatus, FForbidStatus,
// FCreateDate, FModifyDate, FCreatorId, ...) belong to every form.
type Form struct {
	ID         string // 表单标识, as "BD_Customer"
	Title      string // 名称 in messages, "" for the ID
	Key        string // primary key field of the head (内码), as "FCUSTID" or "FID"
	Number     string // number field (编码 or 单据编号), as "FNumber" or "FBillNo"; "" for none
	NumberAlso string // a second key of the same number, as "FNumber" of employees
	Name       string // name field (名称), "" for bills
	Rule       string // 编码规则: what numbers drawn by the server start with; "" for letters of the ID, "-" for none
	Required   []string
	Fields     []string
	KeyText    bool // the primary key is a text (a GUID), not a number
	ReadOnly   bool // no Save: the records come from Seed, as those of STK_Inventory

	Org       string // the head field whose organisation the record works in, as "FSaleOrgId"
	Allocated bool   // 分配型: usable only where created or allocated, so that one number may stand in several organisations

	BillType   string            // 单据类型 of bills made by Push, as "XSCKD01_SYS"
	Entity     map[string]string // property names in View that are not the key without its F
	Operations []Operation       // operations of ExcuteOperation beyond Forbid and Enable
	Stock      []StockMove       // what auditing the bill does to 即时库存
	// Check is a business rule of the test, run last of a Save: a message refuses
	// the record, with MsgCode 11 and that field. It must not call the Server.
	Check func(Record) (field, message string)
}

// part is a set of lines or a sub-head.
type part struct {
	key    string
	title  string
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
	groups []string // keys of the fields that hold a group
}

// newSchema panics when a key or a mark makes no sense, because that is a
// mistake of the test.
func newSchema(f Form) *schema {
	s := &schema{Form: f, byKey: map[string]*field{}, byPart: map[string]*part{}}
	s.addHead(f.Key, kindKey)
	s.addHead(f.Number, kindNumber)
	s.addHead(f.NumberAlso, kindNumber)
	s.addHead(f.Name, kindName)
	s.addHead("FDocumentStatus", kindStatus)
	s.addHead("FForbidStatus", kindForbid)
	s.addHead("FCreateDate", kindCreated)
	s.addHead("FModifyDate", kindModified)
	for _, key := range []string{"FCreatorId{SEC_User}", "FModifierId{SEC_User}", "FApproverId{SEC_User}", "FApproveDate@"} {
		s.add(key)
	}
	for _, key := range f.Fields {
		s.add(key)
	}
	for _, key := range f.Required {
		s.add(key).must = true
	}
	for _, op := range f.Operations {
		s.add(op.mark())
	}
	return s
}

func (s *schema) addHead(key string, k kind) {
	if key == "" {
		return
	}
	f := &field{key: key, kind: k}
	s.head = append(s.head, f)
	s.byKey[strings.ToLower(key)] = f
}

// add takes one marked key; a key that is known already keeps its type, and is
// required when either place says so.
func (s *schema) add(marked string) *field {
	rest, title, _ := strings.Cut(marked, ":")
	where, key, inPart := strings.Cut(rest, ".")
	if !inPart && !strings.HasSuffix(rest, "[]") {
		return s.addTo(&s.head, s.byKey, nil, rest, title)
	}
	name, lines := strings.CutSuffix(where, "[]")
	p := s.byPart[strings.ToLower(name)]
	if p == nil {
		p = &part{key: name, lines: lines, byKey: map[string]*field{}}
		s.parts, s.byPart[strings.ToLower(name)] = append(s.parts, p), p
		if lines {
			id := &field{key: lineKey, part: p, kind: kindLineID}
			p.fields, p.byKey[strings.ToLower(lineKey)] = append(p.fields, id), id
		}
	}
	if !inPart || key == "*" {
		if key == "*" || title == "" {
			p.any = true
		}
		if title != "" {
			p.title = title
		}
		return &field{}
	}
	return s.addTo(&p.fields, p.byKey, p, key, title)
}

func (s *schema) addTo(list *[]*field, byKey map[string]*field, p *part, marked, title string) *field {
	f, err := parseMarks(marked)
	if err != "" {
		panic(fmt.Sprintf("kingdeetest: form %s: field %q: %s", s.ID, marked, err))
	}
	f.part, f.title = p, title
	if f.target == "group" {
		f.target = strings.ToLower(groupForm(s.ID, f.key))
		s.groups = append(s.groups, f.key)
	}
	if known := byKey[strings.ToLower(f.key)]; known != nil {
		known.must = known.must || f.must
		if title != "" {
			known.title = title
		}
		return known
	}
	*list, byKey[strings.ToLower(f.key)] = append(*list, f), f
	return f
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

// name is the name of the object in messages.
func (s *schema) name() string {
	if s.Title != "" {
		return s.Title
	}
	return s.ID
}

// label is the name of the lines or sub-head in messages.
func (p *part) label() string {
	if p.title != "" {
		return p.title
	}
	return p.key
}

// lines is the set of lines that makes the bill: the first one with typed
// fields, nil when the form has none.
func (s *schema) lines() *part {
	for _, p := range s.parts {
		if p.lines && len(p.fields) > 1 {
			return p
		}
	}
	return nil
}
