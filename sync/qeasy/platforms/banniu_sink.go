package platforms

import (
	"encoding/json"
	"strings"

	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// banniuTarget is a target half as it was understood.
type banniuTarget struct {
	findings
	connector *banniuConnector
	spec      *qeasy.SinkSpec
	create    bool

	inData             bool   // the entry stands in a list named data, as the platform has it
	project, app, user string // constants of the half
	contents, task     *qeasy.Field
	columns            []string // of contents, as the document names them
	// key is the column of contents that holds what a task is found by; own the column
	// the record's key is written into beside them. One of them is set for creates.
	key, own string
	// byKey: a task can be found by the key of its record alone.
	byKey bool
}

// read reads the half.
func (t *banniuTarget) read() {
	for _, list := range [][]qeasy.Field{t.spec.Fields, t.spec.Other} {
		for i := range list {
			if field := &list[i]; field.Name == "data" && t.spec.API == banniuBatch {
				t.readData(field)
			} else {
				t.readField(field)
			}
		}
	}
	if t.contents == nil {
		t.bad("/request", "contents", qeasy.CodeUnsupportedMember, "%s needs contents, an object of cells by their columns", t.spec.API)
	} else {
		t.readContents()
	}
	switch {
	case t.create:
		t.readKey()
	case t.task == nil || blank(t.task):
		t.bad("/request", "task_id", qeasy.CodeUnsupportedMember, "%s needs task_id: which task a record changes", t.spec.API)
	default:
		as := *t.task
		as.Type = "string" // whole numbers are the texts of their keys
		t.byKey = t.spec.IsKey(&as)
		t.note("/api", "", "written with task.batchUpdate, an outcome for each task; a task that is not there is refused")
	}
}

// readData reads the entry in the list of task.batchUpdate.
func (t *banniuTarget) readData(field *qeasy.Field) {
	if field.Value != "" && field.Type == "array" {
		t.badField(field, qeasy.CodeUnsupportedMember, "data is one entry for each record, and several records go in a call by operation: leave its value empty")
		return
	}
	t.inData = true
	for i := range field.Children {
		t.readField(&field.Children[i])
	}
}

func (t *banniuTarget) readField(field *qeasy.Field) {
	text, fixed := field.Constant()
	switch field.Name {
	case "project_id":
		t.project = t.constant(field, text, fixed)
	case "app_id":
		t.app = t.constant(field, text, fixed)
	case "user_id":
		t.user = t.constant(field, text, fixed)
	case "contents":
		t.contents = field
	case "task_id":
		t.task = field
		if t.create && !blank(field) {
			t.badField(field, qeasy.CodeUnsupportedMember, "the platform draws the id of a new task, and its key finds it again")
		}
	case "header":
		if blank(field) {
			t.note(field.Path, field.Name, "it is sent as null")
		} else {
			t.badField(field, qeasy.CodeUnsupportedMember, "nothing is known of what header does: clients send null")
		}
	default:
		t.unknownParameter(field, banniuCommon)
	}
}

func (t *banniuTarget) readContents() {
	if len(t.contents.Children) == 0 || t.contents.Type != "object" {
		t.badField(t.contents, qeasy.CodeUnsupportedMember, "contents is an object whose children are columns")
		return
	}
	named := false
	for i := range t.contents.Children {
		column := &t.contents.Children[i]
		switch {
		case column.Name == banniu.ColumnTaskID || column.Name == banniu.ColumnTaskNumber:
			t.badField(column, qeasy.CodeUnsupportedMember, "the task's own id can not be written")
			continue
		case blank(column) && !column.HasValue:
			t.note(column.Path, column.Name, "it has no value and is left out")
			continue
		case blank(column):
			t.note(column.Path, column.Name, "it is empty and left out; qeasy.Config.SendEmpty has it clear the cell")
		}
		named = named || !columnID(column.Name)
		t.columns = append(t.columns, column.Name)
	}
	if named {
		t.note(t.contents.Path, "contents", "columns that are named and not numbered are looked up in column.list before the first write")
	}
}

// readKey finds the column by which the tasks of a create are found again.
func (t *banniuTarget) readKey() {
	if wanted := strings.TrimSpace(t.connector.cfg.KeyColumn); wanted != "" {
		t.own, t.byKey = wanted, true
		for i := range t.fields() {
			if column := &t.contents.Children[i]; column.Name == wanted && !blank(column) {
				t.key, t.own, t.byKey = wanted, "", t.spec.IsKey(column)
			}
		}
		t.noteKey(wanted)
		return
	}
	for i := range t.fields() {
		if column := &t.contents.Children[i]; t.spec.IsKey(column) {
			t.key, t.byKey = column.Name, true
			t.noteKey(column.Name)
			return
		}
	}
	t.bad("/request/contents", "", qeasy.CodeUnsupportedMember,
		"no string column of contents is the scheme's id, so the task of a record could not be found again when an answer is lost: give one the id, or set BanniuConfig.KeyColumn")
}

func (t *banniuTarget) fields() []qeasy.Field {
	if t.contents == nil {
		return nil
	}
	return t.contents.Children
}

func (t *banniuTarget) noteKey(column string) {
	what := "records are looked up by column %s: a task that is there is updated and never created twice"
	if t.own != "" {
		what = "the record's key is written into column %s, by which its task is looked up: one that is there is updated and never created twice"
	}
	t.note("/api", "", what, column)
	t.note("/api", "", "tasks are created one by one, and looked up behind an answer that does not name them")
}

// sink makes the sink, and refuses ids that are none now and not by the first write.
func (t *banniuTarget) sink() (*banniuSink, error) {
	if t.spec.Batch && t.spec.Rows > banniuRows(t.create) {
		t.note("/operation", "rows", "%d records go into a call at most", banniuRows(t.create))
	}
	s := &banniuSink{half: t, sheet: t.connector.client.Project(t.project, t.app), rows: min(max(batchRows(t.spec), 1), banniuRows(t.create))}
	if _, err := s.make(anyColumn); err != nil {
		return nil, err
	}
	return s, nil
}

// anyColumn stands for a key column whose id is not known yet.
const anyColumn = "1"

// banniuRows is how many records a call takes.
func banniuRows(create bool) int {
	if create {
		return 20 // they go one by one; a lost process leaves so many in doubt
	}
	return 200
}

// batchRows is how many records the scheme lets into one call.
func batchRows(spec *qeasy.SinkSpec) int {
	if spec.Batch {
		return spec.Rows
	}
	return 1
}

// columnID tells the id of a column a tenant made from a name.
func columnID(name string) bool {
	return name != "" && name[0] != '0' && len(name) <= 19 && strings.Trim(name, "0123456789") == ""
}

// entry is the entry of a request.
func (t *banniuTarget) entry(request json.RawMessage) (json.RawMessage, error) {
	if !t.inData {
		return request, nil
	}
	data, _ := member(request, "data")
	return onlyEntry(data)
}
