package dingtalktest

import (
	"fmt"
	"strings"
	"time"
)

// FormKind is the type of a Yida form.
type FormKind string

// Kinds of forms.
const (
	Receipt FormKind = "receipt" // 普通表单, a plain form
	Process FormKind = "process" // 流程表单, an approval form
)

// Form is one Yida form.
type Form struct {
	UUID        string      // FORM-…; "" for one that is made up
	App         string      // appType; "" for the first application
	Title       string      // Chinese title
	EnglishName string      // English title; when set, titles of rows come as JSON in two languages
	Kind        FormKind    // "" means Receipt
	ProcessCode string      // TPROC--…; made up for a process form when ""
	Version     int         // version of the form's design
	Components  []Component // what the form is made of
	Approvers   []string    // userIds who decide one after the other; the default is [Server.UserID]
	Denied      []string    // userIds without rights on the form
	Managers    []string    // userIds with data management rights, which insertOrUpdate needs; nil means all
}

// Component is one component of a form.
type Component struct {
	ID       string      // textField_x
	Name     string      // componentName; "" means by the beginning of ID
	Label    string      // what the designer called it
	Alias    string      // its alias, "" for none
	Required bool        // a submission rule: refused when empty, unless rules are off
	Options  []Choice    // of radio, select, checkbox and cascade components
	Children []Component // of a TableField
}

// Choice is one option of a component.
type Choice struct {
	Value   string // what is written and comes back under …_id
	Text    string // what is shown in Chinese; "" means Value
	English string // what is shown with language en_US; "" means Text
}

// kinds tells a component's kind by the beginning of its id.
var kinds = map[string]string{
	"textField": "TextField", "textareaField": "TextareaField", "numberField": "NumberField", "rateField": "RateField", "radioField": "RadioField",
	"selectField": "SelectField", "checkboxField": "CheckboxField", "multiSelectField": "MultiSelectField", "cascadeSelectField": "CascadeSelectField",
	"dateField": "DateField", "cascadeDateField": "CascadeDateField", "cascadeDate": "CascadeDateField", "employeeField": "EmployeeField",
	"departmentSelectField": "DepartmentSelectField", "departmentField": "DepartmentSelectField", "countrySelectField": "CountrySelectField",
	"addressField": "AddressField", "citySelectField": "CitySelectField", "editorField": "EditorField", "linkField": "LinkField",
	"imageField": "ImageField", "attachmentField": "AttachmentField", "associationFormField": "AssociationFormField", "tableField": "TableField",
	"digitalSignatureField": "DigitalSignatureField", "serialNumberField": "SerialNumberField",
}

// form is a form with its rows.
type form struct {
	Form
	parts   map[string]*Component // by id, those in tables too
	parent  map[string]string     // table of a component in one
	aliases map[string]string     // alias to id
	rows    []*row
	byID    map[string]*row
	created time.Time
	busy    time.Time // until then a batch runs
	removes bool      // it is a batch that deletes
}

// AddForm adds a form and returns its formUuid. It panics over a form that can't
// be: a component of unknown kind, an id or alias used twice.
func (s *Server) AddForm(f Form) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addForm(f).UUID
}

func (s *Server) addForm(f Form) *form {
	if f.UUID == "" {
		f.UUID = "FORM-" + strings.ToUpper(randomHex(16))
	}
	if f.App == "" {
		f.App = s.apps[0].Type
	}
	if f.Kind == "" {
		f.Kind = Receipt
	}
	if f.Kind == Process && f.ProcessCode == "" {
		f.ProcessCode = "TPROC--" + strings.ToUpper(randomHex(16))
	}
	f.Version = max(f.Version, 1)
	if f.Kind == Process && len(f.Approvers) == 0 {
		f.Approvers = []string{DemoUser}
	}
	out := &form{
		Form: f, parts: map[string]*Component{}, parent: map[string]string{}, aliases: map[string]string{}, byID: map[string]*row{}, created: s.clock(),
	}
	out.Components = out.index(f.Components, "")
	if s.forms[f.UUID] != nil {
		panic(fmt.Sprintf("dingtalktest: form %s is there already", f.UUID))
	}
	s.forms[f.UUID] = out
	s.formOrder = append(s.formOrder, out)
	return out
}

func (f *form) index(list []Component, parent string) []Component {
	list = append([]Component(nil), list...)
	for i := range list {
		p := &list[i]
		if p.Name == "" {
			kind, _, _ := strings.Cut(p.ID, "_")
			p.Name = kinds[kind]
		}
		if checks[p.Name] == nil && p.Name != "TableField" || f.parts[p.ID] != nil || p.Alias != "" && f.aliases[p.Alias] != "" {
			panic(fmt.Sprintf("dingtalktest: form %s can't have component %q (%s, alias %q)", f.UUID, p.ID, p.Name, p.Alias))
		}
		f.parts[p.ID], f.parent[p.ID] = p, parent
		if p.Alias != "" {
			f.aliases[p.Alias] = p.ID
		}
		p.Children = f.index(p.Children, p.ID)
	}
	return list
}

// AddComponent adds a component to a form, as its designer would.
func (s *Server) AddComponent(formUUID string, p Component) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.mustForm(formUUID)
	old := f.Components
	f.parts, f.parent, f.aliases = map[string]*Component{}, map[string]string{}, map[string]string{}
	f.Components = f.index(append(append([]Component(nil), old...), p), "")
	f.Version++
}

func (s *Server) mustForm(uuid string) *form {
	f := s.forms[uuid]
	if f == nil {
		panic(fmt.Sprintf("dingtalktest: there is no form %q", uuid))
	}
	return f
}

// row is one instance of a form.
type row struct {
	id       string
	form     *form
	dataID   int64
	serial   string
	creator  string
	dept     string
	created  time.Time
	shows    time.Time // of a late commit: until then nobody sees it
	versions []version
	log      []change
	steps    []step // of a process
}

// version is what a row was from one moment on.
type version struct {
	at       time.Time // when it was written; zero: in the index from the start
	modified time.Time
	modifier string
	values   Row // as written, numbers as the platform keeps them; never changed
	gone     bool
	status   string // of a process
	result   string
	node     int // the approver whose turn it is
	task     int64
}

// change is one line of a row's change log.
type change struct {
	kind, component, text, user string
	at                          time.Time
}

// step is one line of a process's history.
type step struct {
	show, kind, action, exit, remark, user, activity string
	at                                               time.Time
	task, id                                         int64
}

func (r *row) now() *version { return &r.versions[len(r.versions)-1] }

// seen tells whether anybody sees the row yet.
func (s *Server) seen(r *row) bool { return !s.clock().Before(r.shows) }

// live is the row with an id, nil when it is gone or not there yet.
func (s *Server) live(f *form, id string) *row {
	r := f.byID[id]
	if r == nil || r.now().gone || !s.seen(r) {
		return nil
	}
	return r
}

// find is the row with an id, in whatever form of an application.
func (s *Server) find(app, id string) *row {
	for _, f := range s.formOrder {
		if f.App != app {
			continue
		}
		if r := s.live(f, id); r != nil {
			return r
		}
	}
	return nil
}

// indexed is the version of a row the index holds, nil for none.
func (s *Server) indexed(r *row) *version {
	if !s.seen(r) {
		return nil
	}
	until := s.clock().Add(-s.indexLag)
	for i := len(r.versions) - 1; i >= 0; i-- {
		v := &r.versions[i]
		if v.at.After(until) {
			continue
		}
		if v.gone {
			return nil
		}
		return v
	}
	return nil
}

func (s *Server) next() int64 { s.seq++; return s.seq }

// add makes a row.
func (s *Server) add(f *form, user string, values Row, at time.Time) *row {
	n := s.next()
	r := &row{form: f, dataID: 29459166000 + n, serial: fmt.Sprintf("FAKE%s%06d", at.In(china).Format("20060102"), n), creator: user, created: at, dept: "1"}
	r.id = instanceID(at, n)
	v := version{at: at, modified: at, modifier: user, values: values}
	if f.Kind == Process {
		r.id = uuid()
		v.status, v.task = "RUNNING", 29459148000+s.next()
		r.steps = []step{{show: "提交申请", kind: "NEW_PROCESS", action: "提交申请", exit: "submit", user: user, activity: "sid-restartevent", at: at, id: r.dataID}}
	}
	for _, p := range f.Components {
		if p.Name == "SerialNumberField" {
			values[p.ID] = r.serial
		}
	}
	r.versions = []version{v}
	r.log = []change{{kind: "CREATE", text: "1", user: user, at: at}}
	f.rows = append(f.rows, r)
	f.byID[r.id] = r
	return r
}

// write gives a row a new version.
func (s *Server) write(r *row, user string, f func(*version)) {
	v := *r.now()
	v.at, v.modified, v.modifier = s.clock(), s.clock(), user
	f(&v)
	r.versions = append(r.versions, v)
}
