package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/internal/spell"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// formInstance is the parameter that names the instance an update is for.
const formInstance = "formInstanceId"

// yidaKnownWrites are the parameters of writes.
var yidaKnownWrites = []string{
	"appType", "systemToken", "userId", "language", "formUuid", "processCode", "departmentId", "processData", formInstance,
	"useLatestVersion", "noExecuteExpression", "searchCondition", "useAlias", "asynchronousExecution", "keepRunningAfterException",
}

// yidaWrite is a target half as it was understood.
type yidaWrite struct {
	findings
	d     dingtalkConnector
	spec  *qeasy.SinkSpec
	path  string
	form  string
	start dingtalk.ProcessSinkConfig[json.RawMessage]
	rules bool         // the form's rules run
	late  bool         // the newest design of the form is used for an update
	key   string       // component of the key, "" for none
	holds *qeasy.Field // what gives it its value
	named bool         // the instance is named
}

func (w *yidaWrite) is(list []string) bool { return slices.Contains(list, w.path) }

// update tells that instances are changed: one path makes and changes, by the method.
func (w *yidaWrite) update() bool { return w.is(yidaForms) && w.spec.Method == http.MethodPut }

// Sink starts approvals, and saves, upserts or changes form instances.
func (d dingtalkConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	if err := d.refused(qeasy.SideTarget, spec.API); err != nil {
		return nil, nil, err
	}
	w := &yidaWrite{d: d, spec: spec, path: dingtalkPath(spec.API), rules: true}
	w.start.SettleDelay = d.cfg.IndexLag
	for i := range spec.Other {
		if field := &spec.Other[i]; !d.setting(&w.findings, field) {
			w.parameter(field)
		}
	}
	switch method := spec.Method; {
	case method == http.MethodPost, w.update(), method == "":
	case method == http.MethodDelete:
		w.bad("/method", "", qeasy.CodeUnsupportedMember, "%s", noDelete)
	default:
		w.bad("/method", "", qeasy.CodeUnsupportedMember, "%s is called with POST, and with PUT to change instances", spec.API)
	}
	w.fields()
	w.autoCheck()
	if w.form == "" && d.cfg.App.FormUUID == "" {
		w.note("/otherRequest", "formUuid", "the form is that of the client's settings")
	}
	if err := w.err(); err != nil {
		return nil, nil, err
	}
	to, err := w.sink()
	return to, w.notes, err
}

// parameter reads a field of otherRequest.
func (w *yidaWrite) parameter(f *qeasy.Field) {
	text, fixed := f.Constant()
	if blank(f) {
		w.note(f.Path, f.Name, "it has no value and is left out")
		return
	}
	start := w.is(yidaStarts)
	switch {
	case f.Name == "formUuid":
		w.form = w.fixed(f, text, fixed)
	case f.Name == "processCode" && start:
		w.start.ProcessCode = w.fixed(f, text, fixed)
	case f.Name == "departmentId" && start:
		w.start.DepartmentID = w.fixed(f, text, fixed)
	case f.Name == "processData" && start:
		if err := wire.Unmarshal([]byte(w.fixed(f, text, fixed)), &w.start.Approvers); err != nil || len(w.start.Approvers) == 0 {
			w.badField(f, qeasy.CodeUnsupportedMember, `processData is a list of approvers: [{"key":"…","value":["userId"]}]`)
		}
	case f.Name == formInstance && w.update():
		w.named = true
	case f.Name == "useLatestVersion" && w.update():
		w.late = w.truth(f, text, fixed)
	case f.Name == "noExecuteExpression" && (w.is(yidaBatches) || w.is(yidaUpserts)):
		if w.rules = !w.truth(f, text, fixed); !w.rules && w.is(yidaBatches) {
			w.note(f.Path, f.Name, "rules do not run for rows that are saved together; for one that is saved alone they do")
		}
	case f.Name == "searchCondition" && w.is(yidaUpserts):
		w.condition(f)
	case f.Name == "useAlias" || f.Name == "asynchronousExecution" || f.Name == "keepRunningAfterException":
		if w.truth(f, text, fixed) {
			w.badField(f, qeasy.CodeUnsupportedMember, "%s", map[string]string{
				"useAlias":                  "values are written by component id, which are checked before they are sent",
				"asynchronousExecution":     "an answer before the work is done tells of no row what became of it",
				"keepRunningAfterException": "the answer does not tell which rows were passed over; a bad row is parted from the others here",
			}[f.Name])
		}
	default:
		w.unknownParameter(f, nil)
		if n := len(w.problems); n > 0 && w.problems[n-1].Path == f.Path {
			w.problems[n-1].Nearest = spell.Nearest(f.Name, yidaKnownWrites)
		}
	}
}

// truth reads a constant that is true or false.
func (w *yidaWrite) truth(f *qeasy.Field, text string, fixed bool) bool {
	switch strings.ToLower(w.fixed(f, text, fixed)) {
	case "true", "1", "y":
		return true
	case "false", "0", "n", "":
	default:
		w.badField(f, qeasy.CodeUnsupportedMember, "%s is true or false", f.Name)
	}
	return false
}

// condition reads what an upsert is found by: one equality with the value that the
// request gives the same component.
func (w *yidaWrite) condition(f *qeasy.Field) {
	where, err := yidaConditions(json.RawMessage(f.Value))
	if err != nil || len(where) != 1 || where[0].Operator != "eq" || where[0].ParentID != "" {
		w.badField(f, qeasy.CodeUnsupportedMember, "an upsert is found by one condition that a text component equals a value")
		return
	}
	value, _ := where[0].Value.(json.RawMessage)
	text, _ := scalar(value)
	field := qeasy.Find(w.spec.Fields, where[0].Key)
	switch {
	case w.d.cfg.Key != "" && w.d.cfg.Key != where[0].Key:
		w.badField(f, qeasy.CodeUnsupportedMember, "it asks for %s, and DingTalkConfig.Key is %s: make them agree", where[0].Key, w.d.cfg.Key)
	case field == nil || field.Value != text:
		w.badField(f, qeasy.CodeUnsupportedMember, "it asks %s for another value than the request gives it", where[0].Key)
	default:
		w.key = where[0].Key
		w.note(f.Path, f.Name, "taken over: the condition is made of the value of %s", w.key)
	}
}

// fields reads the form's data, and finds the component of the key.
func (w *yidaWrite) fields() {
	if w.d.cfg.Key != "" {
		w.key = w.d.cfg.Key
	}
	var derived *qeasy.Field
	for i := range w.spec.Fields {
		f := &w.spec.Fields[i]
		isKey := w.spec.IsKey(f)
		switch {
		case f.Name == formInstance && w.update():
			w.named = w.named || !blank(f)
		case blank(f):
			w.note(f.Path, f.Name, "it has no value: the component is not touched")
		case f.Name == w.key:
			w.holds = f
		case isKey && derived == nil && searchable(f.Name):
			derived = f
		}
	}
	switch {
	case w.update():
		if !w.named {
			w.bad("/otherRequest", formInstance, qeasy.CodeUnsupportedMember, "a change needs the id of the instance: give %s a value", formInstance)
		}
	case w.key == "" && derived != nil:
		w.key, w.holds = derived.Name, derived
	case w.key != "" && w.holds == nil:
		w.bad("/request", w.key, qeasy.CodeUnsupportedMember, "the request gives no value to the component that holds the key")
	case w.key != "" && !searchable(w.key):
		w.bad("/request", w.key, qeasy.CodeUnsupportedMember, "the key is looked up in a text component, textField_…")
	case w.key == "" && w.is(yidaUpserts):
		w.bad("/otherRequest", "searchCondition", qeasy.CodeUnsupportedMember, "nothing says by which component instances are found: give searchCondition, or DingTalkConfig.Key")
	}
}

// searchable tells text components, the only ones an exact text is found in.
func searchable(component string) bool {
	return strings.HasPrefix(component, "textField_") || strings.HasPrefix(component, "textareaField_")
}

// autoCheck is refused with what stands in for it.
func (w *yidaWrite) autoCheck() {
	text, _ := scalar(w.spec.AutoCheck)
	if w.spec.AutoCheck == nil || wire.First(w.spec.AutoCheck) == 'n' || text == "false" || text == "0" {
		return
	}
	w.bad("/autoCheck", "", qeasy.CodeUnsupportedMember, "an approval of Yida goes its way by itself once it is started, and a plain form has none: there is nothing to audit")
}

// sink makes what writes.
func (w *yidaWrite) sink() (duijiesync.Sink[qeasy.Write], error) {
	y := w.d.client.Yida()
	rows := max(w.spec.Rows, 1)
	w.note("/api", "", "version and application are those of the client's settings")
	switch {
	case w.update():
		return w.updates()
	case w.key == "":
		w.note("/request", "", "no text component is given the record's key, and DingTalkConfig.Key names none: a write whose answer is lost is held until somebody looks")
		return w.blind()
	}
	if w.is(yidaBatches) {
		w.note("/api", "", "rows of a batch that is refused are looked up and saved one by one, so that a bad one stands alone")
	}
	w.note("/request", w.key, "instances are looked up by it: a write whose answer is lost is settled by a search, after the index had time")
	var to targetSink
	var err error
	if w.is(yidaStarts) {
		w.start.FormUUID, w.start.Key, w.start.Update = w.form, w.key, w.d.cfg.Update
		if !w.start.Update {
			w.note("/api", "", "an approval that was started stays as it is when its record changes; DingTalkConfig.Update sets its values")
		}
		to, err = dingtalk.NewProcessSink(y, w.start)
	} else {
		to, err = dingtalk.NewFormSink(y, dingtalk.FormSinkConfig[json.RawMessage]{FormUUID: w.form, Key: w.key, Upsert: w.is(yidaUpserts), NoRules: !w.rules, SettleDelay: w.d.cfg.IndexLag})
	}
	if err != nil {
		return nil, err
	}
	keyed := newKeyedSink(to, rows, nil, w.key)
	keyed.known(&w.findings, w.spec, w.holds, to)
	return keyed, nil
}

// checker stops a run that writes to components the form lacks; nil where no form is named.
func (w *yidaWrite) checker() (*dingtalk.FormChecker, error) {
	if w.form == "" && w.d.cfg.App.FormUUID == "" {
		return nil, nil
	}
	if w.form == "" {
		w.form = w.d.cfg.App.FormUUID
	}
	return w.d.client.Yida().Checker(w.form)
}

func checked(ctx context.Context, c *dingtalk.FormChecker, data json.RawMessage) error {
	if c == nil {
		return nil
	}
	err := c.Check(ctx, data)
	if errors.Is(err, dingtalk.ErrNoComponent) {
		return duijiesync.Stop(err) // no record's fault
	}
	return err
}

// updates sets values of instances by their ids. Setting them twice is harmless.
func (w *yidaWrite) updates() (duijiesync.Sink[qeasy.Write], error) {
	y, late := w.d.client.Yida(), w.late
	check, err := w.checker()
	if err != nil {
		return nil, err
	}
	w.note("/request", "", "values are set absolutely, so what is in doubt is set again; an instance that is not there is refused")
	return duijiesync.Func(duijiesync.FuncConfig[qeasy.Write]{
		Lanes: 4, Idempotent: true, SettleDelay: dingtalk.IndexLag,
		Write: func(ctx context.Context, rec duijiesync.Record[qeasy.Write]) (duijiesync.Outcome, error) {
			id := textOf(rec.Value.Other, formInstance)
			if id == "" {
				id = textOf(rec.Value.Request, formInstance)
			}
			data, err := without(rec.Value.Request, []string{formInstance})
			if err == nil && strings.TrimSpace(id) == "" {
				err = fmt.Errorf("%s is empty: %w", formInstance, duijie.ErrInvalid)
			}
			if err == nil {
				err = checked(ctx, check, data)
			}
			if err == nil {
				err = y.UpdateForm(ctx, dingtalk.UpdateFormRequest{InstanceID: id, Data: data, LatestDesign: late})
			}
			return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: id}, err
		},
	}), nil
}

// blind writes without being able to look anything up.
func (w *yidaWrite) blind() (duijiesync.Sink[qeasy.Write], error) {
	y, process, form, cfg := w.d.client.Yida(), w.is(yidaStarts), w.form, w.start
	check, err := w.checker()
	if err != nil {
		return nil, err
	}
	return duijiesync.SinkFunc[qeasy.Write](func(ctx context.Context, rec duijiesync.Record[qeasy.Write]) (duijiesync.Outcome, error) {
		if rec.Target.ID != "" {
			return duijiesync.Outcome{}, fmt.Errorf("the instance %s was made already, and nothing says how to find it: %w", rec.Target.ID, duijie.ErrConflict)
		}
		err := checked(ctx, check, rec.Value.Request)
		if err != nil {
			return duijiesync.Outcome{}, err
		}
		var id string
		if process {
			id, err = y.StartProcess(ctx, dingtalk.StartProcessRequest{
				FormUUID: form, Data: rec.Value.Request, ProcessCode: cfg.ProcessCode, DepartmentID: cfg.DepartmentID, Approvers: cfg.Approvers,
			})
		} else {
			id, err = y.SaveForm(ctx, dingtalk.SaveFormRequest{FormUUID: form, Data: rec.Value.Request})
		}
		if err == nil && id == "" {
			err = errors.Join(errors.New("the answer names no instance"), duijie.ErrOutcomeUnknown)
		}
		return duijiesync.Outcome{TargetID: id}, err
	}), nil
}
