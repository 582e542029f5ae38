package platforms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// kingdeeOperation is a status operation as a target: its state is in FDocumentStatus,
// so that it is made once and looked up when its answer is lost.
type kingdeeOperation struct {
	api   string
	call  func(*kingdee.Client, context.Context, kingdee.StatusRequest) (*kingdee.StatusResult, error)
	done  []string // the statuses in which there is nothing left to do
	gone  bool     // done means that the record is not there
	doing string   // what is said of it
}

var kingdeeOperations = []kingdeeOperation{
	{
		api: "submit", done: []string{kingdee.StatusInAudit, kingdee.StatusAudited}, doing: "submitted (提交)",
		call: func(c *kingdee.Client, ctx context.Context, r kingdee.StatusRequest) (*kingdee.StatusResult, error) {
			return c.Submit(ctx, r)
		},
	},
	{
		api: "audit", done: []string{kingdee.StatusAudited}, doing: "audited (审核)",
		call: func(c *kingdee.Client, ctx context.Context, r kingdee.StatusRequest) (*kingdee.StatusResult, error) {
			return c.Audit(ctx, r)
		},
	},
	{
		api: "unAudit", done: []string{kingdee.StatusDraft, kingdee.StatusCreated, kingdee.StatusReopened}, doing: "taken back (反审核)",
		call: func(c *kingdee.Client, ctx context.Context, r kingdee.StatusRequest) (*kingdee.StatusResult, error) {
			return c.UnAudit(ctx, r)
		},
	},
	{
		api: "cancelAssign", done: []string{kingdee.StatusDraft, kingdee.StatusCreated, kingdee.StatusReopened}, doing: "taken out of approval (撤销)",
		call: func(c *kingdee.Client, ctx context.Context, r kingdee.StatusRequest) (*kingdee.StatusResult, error) {
			return c.CancelAssign(ctx, r)
		},
	},
	{
		api: "delete", gone: true, doing: "deleted (删除)",
		call: func(c *kingdee.Client, ctx context.Context, r kingdee.StatusRequest) (*kingdee.StatusResult, error) {
			return c.Delete(ctx, r)
		},
	},
}

// kingdeeStep finds a status operation, nil where it is none.
func kingdeeStep(api string) *kingdeeOperation {
	at := slices.IndexFunc(kingdeeOperations, func(o kingdeeOperation) bool { return strings.EqualFold(o.api, api) })
	if at < 0 {
		return nil
	}
	return &kingdeeOperations[at]
}

// kingdeeSteps runs a status operation, on one record of the target for each of the
// source.
type kingdeeSteps struct {
	client *kingdee.Client
	op     *kingdeeOperation
	form   kingdee.Form
	req    kingdee.StatusRequest // without the record
	field  string                // "Numbers" or "Ids", as the half spells it
	by     string                // the field key records are looked up by
}

// statusSink reads a half whose request names a record by Numbers or by Ids.
func (k *kingdeeConnector) statusSink(spec *qeasy.SinkSpec, op *kingdeeOperation) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	s := &kingdeeSave{k: k, spec: spec}
	t := &kingdeeSteps{client: k.client, op: op}
	for i := range spec.Other {
		s.statusField(t, &spec.Other[i], true)
	}
	for i := range spec.Fields {
		s.statusField(t, &spec.Fields[i], false)
	}
	s.readForm()
	switch {
	case t.field == "":
		s.bad("/request", "Numbers", qeasy.CodeUnsupportedMember, "the half names no record: give Numbers or Ids a value")
	case strings.EqualFold(t.field, "Ids"):
		t.by = s.form.Key
	default:
		t.by = s.form.Number
		if s.form.Org != "" && t.req.CreateOrgID == 0 && t.req.UseOrgID == 0 {
			s.note("/request", t.field, "a number that stands in several organisations is refused: name the organisation, or the records by Ids")
		}
	}
	if err := s.err(); err != nil {
		return nil, nil, err
	}
	t.form, t.req.FormID = s.form, s.formID
	s.note("/api", "", "a write, settled by the status: records are %s one by one, each looked up before and after a lost answer; one that is so already is left alone", op.doing)
	if op.gone {
		s.note("/api", "", "a record that is not there counts as deleted")
	}
	return t, s.notes, nil
}

// statusField reads one field of the half.
func (s *kingdeeSave) statusField(t *kingdeeSteps, f *qeasy.Field, other bool) {
	text, fixed := f.Constant()
	constant := func() string {
		if !fixed {
			s.badField(f, qeasy.CodeUnsupportedMember, "%s is the same for all records", f.Name)
		}
		return text
	}
	number := func() int64 {
		n, err := strconv.ParseInt(constant(), 10, 64)
		if err != nil {
			s.badField(f, qeasy.CodeUnsupportedMember, "%s is the internal id (内码) of an organisation", f.Name)
		}
		return n
	}
	flag := func() bool {
		b, err := strconv.ParseBool(constant())
		if err != nil {
			s.badField(f, qeasy.CodeUnsupportedMember, "%s is true or false", f.Name)
		}
		return b
	}
	switch name := strings.ToLower(f.Name); {
	case blank(f):
		s.note(f.Path, f.Name, "it has no value and is left out")
	case name == "formid":
		s.formID = constant()
	case (name == "numbers" || name == "ids") && t.field != "":
		s.badField(f, qeasy.CodeUnsupportedMember, "%s is given beside %s", f.Name, t.field)
	case (name == "numbers" || name == "ids") && other:
		s.badField(f, qeasy.CodeUnsupportedMember, "%s names the record, and stands in the request", f.Name)
	case name == "numbers" || name == "ids":
		t.field = f.Name
	case name == "operation":
		if !strings.EqualFold(constant(), t.op.api) {
			s.badField(f, qeasy.CodeUnsupportedMember, "the operation %s is not that of the api %s", text, s.spec.API)
		}
	case name == "createorgid":
		t.req.CreateOrgID = number()
	case name == "useorgid":
		t.req.UseOrgID = number()
	case name == "selectedpostid" && t.op.api == "submit":
		t.req.SelectedPostID = number()
	case name == "networkctrl":
		t.req.NetworkCtrl = flag()
	case name == "interationflags":
		t.req.InteractionFlags = strings.Split(constant(), ";")
	case name == "ignoreinterationflag":
		t.req.StopAtInteraction = !flag()
	default:
		s.badField(f, qeasy.CodeUnknownMember, "%s has no parameter %s", s.spec.API, f.Name)
	}
}

// Limits is a record per call.
func (t *kingdeeSteps) Limits() duijiesync.Limits { return duijiesync.Limits{Rows: 1, FindRows: 100} }

// named is the number or id of the record a write is about.
func (t *kingdeeSteps) named(w qeasy.Write) (string, error) {
	raw, _ := member(w.Request, t.field)
	var all []string
	if wire.First(raw) == '[' {
		for item := range wire.Elements(raw) {
			text, _ := scalar(item)
			all = append(all, text)
		}
	} else if text, ok := scalar(raw); ok {
		all = []string{text}
	}
	switch {
	case len(all) != 1 || strings.TrimSpace(all[0]) == "" || strings.Contains(all[0], ","):
		return "", fmt.Errorf("%s names %d records: a record of the scheme is about one", t.field, len(all))
	case t.by == t.form.Key && strings.Trim(all[0], "0123456789") != "" && strings.ContainsAny(all[0], " '"):
		return "", fmt.Errorf("%s is no primary key: %q", t.field, all[0])
	}
	return all[0], nil
}

// kingdeeStatus is a record as a lookup by status finds it.
type kingdeeStatus struct {
	id, status string
	several    bool // more than one record has the number
}

// kingdeeStatuses reads the statuses of records by a field, folded to lower case.
func kingdeeStatuses(ctx context.Context, c *kingdee.Client, form kingdee.Form, by string, values []string) (map[string]kingdeeStatus, error) {
	filter := kingdee.In(by, values...)
	if by == form.Key {
		filter = kingdee.In(by, kingdeeKeys(values)...)
	}
	text, err := filter.Text()
	if err != nil {
		return nil, err
	}
	fields := []string{form.Key, "FDocumentStatus"}
	if by != form.Key {
		fields = append(fields, by)
	}
	rows, err := c.Query(ctx, kingdee.Query{FormID: form.ID, Fields: fields, Filter: text, Order: form.Key + " ASC"})
	if err != nil {
		return nil, err
	}
	out := map[string]kingdeeStatus{}
	for _, row := range rows {
		at := row[0].Text()
		if by != form.Key {
			at = row[2].Text()
		}
		at = strings.ToLower(strings.TrimRight(at, " "))
		_, several := out[at]
		out[at] = kingdeeStatus{row[0].Text(), row[1].Text(), several}
	}
	return out, nil
}

// kingdeeKeys are primary keys as filters write them.
func kingdeeKeys(ids []string) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
		if n, err := strconv.ParseInt(id, 10, 64); err == nil && strconv.FormatInt(n, 10) == id {
			out[i] = n
		}
	}
	return out
}

// Find tells records whose operation is done from those where it is left to do. Of
// those whose key alone is known nothing can be asked: they stay in doubt until
// they come again.
func (t *kingdeeSteps) Find(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Found, error) {
	out := make([]duijiesync.Found, len(records))
	var names []string
	at := map[int]string{}
	for i := range records {
		if target := records[i].Target; target.KeyOnly {
			if target.ID != "" {
				out[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: target.ID}
			}
			continue
		}
		name, err := t.named(records[i].Value)
		if err != nil {
			out[i].Err = err
			continue
		}
		names, at[i] = append(names, name), strings.ToLower(name)
	}
	if len(names) == 0 {
		return out, nil
	}
	read, err := kingdeeStatuses(ctx, t.client, t.form, t.by, names)
	if err != nil {
		return nil, err
	}
	for i, name := range at {
		now, there := read[name]
		out[i] = t.found(records[i].Target.ID, name, now, there)
	}
	return out, nil
}

func (t *kingdeeSteps) found(target, name string, now kingdeeStatus, there bool) duijiesync.Found {
	const field = "FDocumentStatus"
	switch {
	case t.op.gone && !there:
		// A key of the ledger, so that a record that was deleted is not one to be created.
		return duijiesync.Found{Match: duijiesync.Identical, TargetID: orText(target, name)}
	case !there:
		return duijiesync.Found{} // the platform refuses it with its words
	case now.several && t.req.CreateOrgID == 0 && t.req.UseOrgID == 0:
		return duijiesync.Found{TargetID: now.id, Match: duijiesync.Exists, Err: fmt.Errorf("several records of %s have the number %s: name the organisation", t.form.ID, name)}
	case slices.Contains(t.op.done, now.status):
		return duijiesync.Found{Match: duijiesync.Identical, TargetID: now.id}
	}
	return duijiesync.Found{
		Match: duijiesync.Different, TargetID: now.id,
		Changes: []duijiesync.Change{{Field: field, Old: now.status, New: t.op.api}},
	}
}

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Write makes the operation.
func (t *kingdeeSteps) Write(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	for i := range records {
		o, err := t.write(ctx, &records[i])
		if err != nil && i == 0 {
			return nil, err
		}
		if err != nil {
			o = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Message: err.Error()}
			if errors.Is(err, duijie.ErrOutcomeUnknown) {
				o.Kind = duijiesync.OutcomeUnknown
			}
		}
		out[i] = o
	}
	return out, nil
}

func (t *kingdeeSteps) write(ctx context.Context, rec *duijiesync.Record[qeasy.Write]) (duijiesync.Outcome, error) {
	target := rec.Target.ID
	refused := duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: target, Code: t.op.api}
	name, err := t.named(rec.Value)
	if err != nil {
		refused.Code, refused.Message = "number", err.Error()
		return refused, nil //nolint:nilerr // it speaks for this record alone
	}
	req := t.req
	req.Numbers = []string{name}
	if t.by == t.form.Key {
		req.Numbers, req.IDs = nil, []string{name}
	}
	res, err := t.op.call(t.client, ctx, req)
	switch {
	case errors.Is(err, kingdee.ErrAlreadyAudited):
		return duijiesync.Outcome{Kind: duijiesync.OutcomeUnchanged, TargetID: orText(target, name)}, nil
	case errors.Is(err, duijie.ErrNotFound) && statusOK(err): // the record, and not the service
		refused.Code, refused.Message = "not_found", err.Error()
		return refused, nil
	case err != nil:
		return duijiesync.Outcome{}, err
	case len(res.Errors) > 0:
		var words []string
		for _, e := range res.Errors {
			words = append(words, e.Message)
		}
		refused.Code, refused.Message = res.Code, strings.Join(words, "; ")
		return refused, nil
	case len(res.Missing) > 0 || len(res.Succeeded) == 0:
		refused.Message = "the platform passed over " + name + ": it is not there, or not to be seen"
		return refused, nil
	}
	return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: orText(target, res.Succeeded[0].ID)}, nil
}

// statusOK tells that the platform answered by its own envelope.
func statusOK(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return ok && e.StatusCode == http.StatusOK
}

// What kingdeeSteps is to a pipeline.
var (
	_ duijiesync.Sink[qeasy.Write]   = (*kingdeeSteps)(nil)
	_ duijiesync.Finder[qeasy.Write] = (*kingdeeSteps)(nil)
	_ duijiesync.Limited             = (*kingdeeSteps)(nil)
)
