package platforms

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// fxiaokeTarget is a target half as it was understood.
type fxiaokeTarget struct {
	findings
	connector *fxiaokeConnector
	spec      *qeasy.SinkSpec
	update    bool

	data   *qeasy.Field
	wired  bool // the record stands in data.object_data, as the platform has it
	object string
	user   string
	cfg    fxiaoke.SinkConfig[json.RawMessage]
	holds  *qeasy.Field // what gives the key field its value
}

const fxID = "_id"

// read reads the half.
func (t *fxiaokeTarget) read() {
	for _, list := range [][]qeasy.Field{t.spec.Fields, t.spec.Other} {
		for i := range list {
			t.readField(&list[i])
		}
	}
	if t.data == nil {
		t.bad("/request", "data", qeasy.CodeUnsupportedMember, "data is missing: the record to write")
		return
	}
	record := t.readData()
	t.readKey(record)
	if t.object == "" {
		t.bad("/request", "dataObjectApiName", qeasy.CodeUnsupportedMember, "the object is missing")
	}
	if custom := fxiaoke.IsCustom(t.object); t.object != "" && custom != strings.HasPrefix(t.spec.API, "/cgi/crm/custom/") {
		t.note("/api", "", "%s is sent to the path of its kind, and not to this one: the platform refuses it here", t.object)
	}
	t.note(t.data.Path, "data", "which fields the object has is the enterprise's own: one it does not have stops the run when it is written")
}

// readField reads a member of the request.
func (t *fxiaokeTarget) readField(field *qeasy.Field) {
	text, fixed := field.Constant()
	switch field.Name {
	case "data":
		t.data = field
	case "dataObjectApiName":
		t.object = t.constant(field, text, fixed)
	case "triggerWorkFlow":
		t.cfg.TriggerWorkFlow = t.flag(field)
	case "triggerApprovalFlow":
		t.cfg.TriggerApprovalFlow = t.flag(field)
	case "currentOpenUserId":
		t.user = t.constant(field, text, fixed)
	case "includeDetailIds":
		t.note(field.Path, field.Name, "left out: the client asks for them where a record has details")
	case "hasSpecifyTime", "hasSpecifyCreatedBy", "igonreMediaIdConvert":
		if t.flag(field) {
			t.badField(field, qeasy.CodeUnsupportedMember, "%s is not run: leave it out, or false", field.Name)
		}
	default:
		t.unknownParameter(field, fxiaokeOwn)
	}
}

// readData reads data and gives the fields of the record.
func (t *fxiaokeTarget) readData() []qeasy.Field {
	if len(t.data.Children) == 0 || t.data.Type != "object" {
		t.badField(t.data, qeasy.CodeUnsupportedMember, "data is an object whose children are the fields of the record, or object_data, details and optionInfo")
		return nil
	}
	inner := qeasy.Find(t.data.Children, "object_data")
	if inner == nil {
		return t.readRecord(t.data.Children)
	}
	t.wired = true
	for i := range t.data.Children {
		switch field := &t.data.Children[i]; field.Name {
		case "object_data":
		case "details":
			t.readDetails(field)
		case "optionInfo":
			t.readRules(field)
		case "skipDataStatusValidate":
			if t.flag(field) {
				t.badField(field, qeasy.CodeUnsupportedMember, "locked records are not changed by a scheme: leave it out, or false")
			}
		default:
			t.unknownParameter(field, nil)
		}
	}
	return t.readRecord(inner.Children)
}

// readRecord reads the fields of the record.
func (t *fxiaokeTarget) readRecord(fields []qeasy.Field) []qeasy.Field {
	for i := range fields {
		field := &fields[i]
		text, fixed := field.Constant()
		switch {
		case field.Name == "dataObjectApiName" || field.Name == "object_describe_api_name":
			if name := t.constant(field, text, fixed); t.object != "" && name != "" && name != t.object {
				t.badField(field, qeasy.CodeUnsupportedMember, "%s and %s are two objects", t.object, name)
			} else if name != "" {
				t.object = name
			}
		case blank(field):
			t.note(field.Path, field.Name, "it has no value and is left out")
		case companion(field.Name):
			t.badField(field, qeasy.CodeUnsupportedMember, "it is the companion of another field, which the platform only reads")
		case t.update && field.Name == "owner":
			t.badField(field, qeasy.CodeUnsupportedMember, "an update can not change who owns a record")
		}
	}
	return fields
}

// companion tells names of the values beside a field, which are read only; X__o, the text of
// the option "other", is written.
func companion(name string) bool {
	return slices.ContainsFunc([]string{"__r", "__l", "__v", "__p", "__e", "__relation_ids"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

func (t *fxiaokeTarget) readDetails(field *qeasy.Field) {
	switch {
	case blank(field):
		t.note(field.Path, field.Name, "it has no value and is left out")
		return
	case t.update:
		t.badField(field, qeasy.CodeUnsupportedMember, "the platform can not change the lines of a document with it: change them in their own object")
		return
	}
	for i := range field.Children {
		if lines := &field.Children[i]; lines.Type != "array" {
			t.badField(lines, qeasy.CodeUnsupportedMember, "details are lists of lines by the names of their objects")
		}
	}
	t.cfg.KeepDetails = t.connector.cfg.KeepDetails
	t.cfg.Details = func(r duijiesync.Record[json.RawMessage]) (map[string]any, error) {
		out := map[string]any{}
		all, _ := member(r.Value, "details")
		for m := range wire.Walk(all) {
			out[string(m.Key)] = m.Value
		}
		return out, nil
	}
	if t.cfg.KeepDetails {
		t.note(field.Path, field.Name, "lines go with a new record alone: those of one that is there stay as they are")
	} else {
		t.note(field.Path, field.Name, "lines go with a new record alone: one that is there and has changed is refused (FxiaokeConfig.KeepDetails updates its head)")
	}
}

func (t *fxiaokeTarget) readRules(field *qeasy.Field) {
	if t.update {
		t.badField(field, qeasy.CodeUnsupportedMember, "optionInfo is for new records")
		return
	}
	rules := &fxiaoke.OptionInfo{}
	for i := range field.Children {
		switch rule := &field.Children[i]; rule.Name {
		case "isDuplicateSearch":
			rules.IsDuplicateSearch = t.flag(rule)
		case "useValidationRule":
			rules.UseValidationRule = t.flag(rule)
		case "skipFuncValidate":
			rules.SkipFuncValidate = t.flag(rule)
		default:
			t.unknownParameter(rule, nil)
		}
	}
	t.cfg.Rules = rules
}

// unsearchable are fields whose values do not come back as they were written, or are
// the platform's.
var unsearchable = []string{
	fxID, "owner", "record_type", "life_status", "lock_status", "create_time", "created_by", "last_modified_time", "last_modified_by",
	"data_own_department", "version",
}

// readKey finds the field by which records are found again.
func (t *fxiaokeTarget) readKey(record []qeasy.Field) {
	id := qeasy.Find(record, fxID)
	switch {
	case id != nil && !blank(id) && !t.update:
		t.badField(id, qeasy.CodeUnsupportedMember, "the platform draws the _id of a new record, and its key field finds it again")
		return
	case id != nil && !blank(id):
		t.keyedBy(id)
		return
	}
	if wanted := t.connector.cfg.KeyField; wanted != "" {
		if field := qeasy.Find(record, wanted); field != nil && !blank(field) {
			t.keyedBy(field)
			return
		}
		t.bad(t.data.Path, wanted, qeasy.CodeUnsupportedMember, "data gives no value to %s (FxiaokeConfig.KeyField), by which records are found again", wanted)
		return
	}
	var found *qeasy.Field
	for i := range record {
		field := &record[i]
		if !t.spec.IsKey(field) || companion(field.Name) || slices.Contains(unsearchable, field.Name) {
			continue
		}
		if found == nil || !fxiaoke.IsCustom(found.Name) && fxiaoke.IsCustom(field.Name) {
			found = field
		}
	}
	if found == nil {
		t.bad(t.data.Path, "", qeasy.CodeUnsupportedMember,
			"no string field of data is the scheme's id, so the record could not be found again when an answer is lost: give one the id, or set FxiaokeConfig.KeyField")
		return
	}
	t.keyedBy(found)
}

func (t *fxiaokeTarget) keyedBy(field *qeasy.Field) {
	t.cfg.KeyField = field.Name
	t.holds = field
	if t.update {
		t.note(field.Path, field.Name, "records are looked up by it: one that is not there is refused and never created")
	} else {
		t.note(field.Path, field.Name, "records are looked up by it: one that is there is updated and never created twice; set it to be unique, so that the platform refuses a second one itself")
	}
}

// sink makes the sink.
func (t *fxiaokeTarget) sink() (*fxiaokeSink, error) {
	client, err := t.connector.as(t.user)
	if err != nil {
		return nil, err
	}
	t.cfg.Object, t.cfg.UpdateOnly, t.cfg.Model = t.object, t.update, t.model
	to, err := fxiaoke.NewSink(client, t.cfg)
	if err != nil {
		return nil, err
	}
	if t.spec.Batch {
		t.note("/operation", "rows", "the platform has no batch: the records of a call are sent one by one")
	}
	keyed := newKeyedSink(to, max(t.spec.Rows, 1), nil, t.cfg.KeyField)
	keyed.body = t.body
	keyed.number = func(body json.RawMessage) string { return textOf(t.recordOf(body), t.cfg.KeyField) }
	keyed.known(&t.findings, t.spec, t.holds, to)
	return &fxiaokeSink{keyedSink: keyed, client: client, object: t.object, key: t.cfg.KeyField}, nil
}

// body is data of a request, whose lists of lines have lines.
func (t *fxiaokeTarget) body(w qeasy.Write) (json.RawMessage, error) {
	data, _ := member(w.Request, "data")
	if wire.First(data) != '{' || wire.First(t.recordOf(data)) != '{' {
		return nil, fmt.Errorf("the request has no record in data: %w", duijie.ErrInvalid)
	}
	return data, nil
}

func (t *fxiaokeTarget) recordOf(data json.RawMessage) json.RawMessage {
	if !t.wired {
		return data
	}
	record, _ := member(data, "object_data")
	return record
}

// model is the record as it is written.
func (t *fxiaokeTarget) model(r duijiesync.Record[json.RawMessage]) (any, error) {
	return without(t.recordOf(r.Value), []string{"dataObjectApiName", "object_describe_api_name"})
}
