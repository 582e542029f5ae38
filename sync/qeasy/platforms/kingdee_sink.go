package platforms

import (
	"encoding/json"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// kingdeeSave is a target half as it was understood.
type kingdeeSave struct {
	findings
	k    *kingdeeConnector
	spec *qeasy.SinkSpec

	formID  string
	form    kingdee.Form
	options kingdee.SaveOptions
	audit   bool // submit and audit what is saved
	draft   bool // store drafts
	lines   kingdee.LinePolicy
	strip   []string     // fields of the request that are options and no part of the model
	number  *qeasy.Field // the field of the request that is the form's number, nil for none
	orgs    []int64      // distributionOrg
}

// Sink saves records of a form. The request is one record (an element of Model), the
// options stand in otherRequest or between its fields.
func (k *kingdeeConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	if op := kingdeeStep(spec.API); op != nil {
		return k.statusSink(spec, op)
	}
	s := &kingdeeSave{k: k, spec: spec, lines: k.cfg.Lines, draft: strings.EqualFold(spec.API, kingdeeDraft)}
	s.readOptions()
	s.readAudit()
	s.readForm()
	s.readFields()
	s.readOrgs()
	if err := s.err(); err != nil {
		return nil, nil, err
	}
	sink, err := s.sink()
	if err != nil {
		return nil, nil, err
	}
	return sink, s.notes, nil
}

// readForm finds the form.
func (s *kingdeeSave) readForm() {
	if s.formID == "" {
		s.bad("/otherRequest", kingdeeFormID, qeasy.CodeUnsupportedMember, "the half has no FormId, so what it saves is not known")
		return
	}
	path := "/otherRequest"
	for _, list := range [][]qeasy.Field{s.spec.Other, s.spec.Fields} {
		for _, f := range list {
			if strings.EqualFold(f.Name, kingdeeFormID) {
				path = f.Path
			}
		}
	}
	form, known := s.k.forms[strings.ToLower(s.formID)]
	if !known || form.Key == "" || form.Number == "" {
		s.bad(path, kingdeeFormID, qeasy.CodeUnsupportedMember,
			"the primary key and the number of %s are not known, so its records could not be found again: give the form in KingdeeConfig.Forms", s.formID)
		return
	}
	s.form = form
	s.form.ID = s.formID // as the document spells it
}

// readFields looks at the fields of the record.
func (s *kingdeeSave) readFields() {
	for i := range s.spec.Fields {
		f := &s.spec.Fields[i]
		switch {
		case strings.EqualFold(f.Name, "Model"):
			s.badField(f, qeasy.CodeUnsupportedMember, "the request is one element of Model, without Model around it")
		case strings.EqualFold(f.Name, "parameters") || strings.EqualFold(f.Name, "data"):
			s.badField(f, qeasy.CodeUnknownMember, "the request is a record of the form, and not the call's own parameters")
		case s.form.Key != "" && strings.EqualFold(f.Name, s.form.Key) && !blank(f):
			s.badField(f, qeasy.CodeUnsupportedMember, "the primary key is found by the number, and put into updates")
		case s.form.Number != "" && strings.EqualFold(f.Name, s.form.Number) && !blank(f):
			s.number = f
			s.note(f.Path, f.Name, "records are looked up by it before they are written: a number that is there is updated and never created twice")
		}
	}
	switch {
	case s.form.ID == "" || s.number != nil:
	case s.audit:
		s.bad("/request", s.form.Number, qeasy.CodeUnsupportedMember,
			"a record without a number of its own is not audited: whether it was saved and only its audit was refused could not be found out; give %s a value", s.form.Number)
	default:
		s.note("/request", s.form.Number, "the server draws the numbers, so no record can be looked up: one whose answer was lost is held for a person")
	}
}

// readAudit reads autoCheck.
func (s *kingdeeSave) readAudit() {
	if s.spec.AutoCheck == nil {
		return
	}
	switch text, ok := scalar(s.spec.AutoCheck); {
	case wire.First(s.spec.AutoCheck) == 'n', text == "false", text == "0", ok && text == "":
		s.note("/autoCheck", "", "nothing is audited by it")
	case text == "true" || text == "1":
		s.audit = true
		s.note("/autoCheck", "", "records are submitted and audited behind their save")
	default:
		s.bad("/autoCheck", "", qeasy.CodeUnsupportedMember, "autoCheck is true or false")
	}
}

// sink makes the sink.
func (s *kingdeeSave) sink() (duijiesync.Sink[qeasy.Write], error) {
	if s.spec.Batch && s.spec.Rows > kingdee.BatchRows {
		s.note("/operation", "rows", "%d records go into a call: the vendor of the platform advises no more", kingdee.BatchRows)
	}
	if s.draft {
		s.note("/api", "", "drafts are stored one call each; one that somebody has saved since is left alone, and a change of it is refused")
	}
	if s.number == nil {
		rows := min(s.spec.Rows, kingdee.BatchRows)
		if s.draft {
			rows = 1
		}
		return &kingdeeNumberless{client: s.k.client, form: s.form, options: s.options, strip: s.strip, rows: rows, draft: s.draft}, nil
	}
	cfg := kingdee.SaveSinkConfig[json.RawMessage]{
		Form: s.form, Options: s.options, Org: s.k.cfg.Org, Lines: s.lines, CompareLines: s.compareLines(), Draft: s.draft,
	}
	var to targetSink
	var err error
	if s.audit && isBill(s.form) {
		bill := kingdee.BillSinkConfig[json.RawMessage]{
			SaveSinkConfig: cfg, Until: kingdee.BillAudited, TakeBack: s.k.cfg.TakeBack,
			StepFlags: cfg.Options.InteractionFlags, StopAtInteraction: cfg.Options.StopAtInteraction,
		}
		s.note("/otherRequest", "IsAutoSubmitAndAudit", "bills are saved, submitted and audited step by step, each looked up when its answer is lost")
		to, err = kingdee.NewBillSink(s.k.client, bill)
	} else {
		cfg.Options.AutoSubmitAndAudit = s.audit
		cfg.UnAudit = !s.draft && (s.audit || s.k.cfg.TakeBack)
		if cfg.UnAudit {
			s.note("/otherRequest", "IsAutoSubmitAndAudit", "audited records that have changed are taken back (反审核) before they are saved, and audited again")
		}
		to, err = kingdee.NewSaveSink(s.k.client, cfg)
	}
	if err == nil && len(s.orgs) > 0 {
		to, err = s.allocated(to)
	}
	if err != nil {
		return nil, err
	}
	keys, err := s.byKey(to)
	if err != nil {
		return nil, err
	}
	out := newKeyedSink(to, s.spec.Rows, s.strip, s.number.Name)
	out.fold = true
	out.known(&s.findings, s.spec, s.number, keys)
	return out, nil
}

// byKey finds records of which the number alone is known; nil where that may stand
// in several organisations and the half does not say for all records in which.
func (s *kingdeeSave) byKey(to targetSink) (duijiesync.Finder[json.RawMessage], error) {
	if s.form.Org == "" || s.k.cfg.Org != "" {
		return to, nil
	}
	for i := range s.spec.Fields {
		f := &s.spec.Fields[i]
		org, fixed := f.Constant()
		if strings.EqualFold(f.Name, s.form.Org) && fixed && org != "" && len(f.Parsers) == 1 && f.Table == nil &&
			f.Parsers[0].Name == "ConvertObjectParser" && strings.EqualFold(f.Parsers[0].Params, "FNumber") {
			return kingdee.NewSaveSink(s.k.client, kingdee.SaveSinkConfig[json.RawMessage]{Form: s.form, Org: org})
		}
	}
	return nil, nil //nolint:nilnil // there is none, and that is no mistake
}

// compareLines are the line fields by which a bill is known again: those that a
// query reads back as they are written.
func (s *kingdeeSave) compareLines() map[string][]string {
	out := map[string][]string{}
	for i := range s.spec.Fields {
		f := &s.spec.Fields[i]
		if f.Type != "array" || len(f.Children) == 0 || !isBill(s.form) {
			continue
		}
		var fields []string
		for j := range f.Children {
			c := &f.Children[j]
			name, ok := queriedAs(c)
			if !ok {
				continue
			}
			fields = append(fields, name)
		}
		if len(fields) > 0 {
			out[f.Name] = fields
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// queriedAs is the field key by which a query reads a scalar or a reference.
func queriedAs(f *qeasy.Field) (string, bool) {
	if blank(f) || len(f.Children) > 0 || f.Type == "array" || f.Type == "object" || !fieldKey(f.Name) {
		return "", false
	}
	switch {
	case len(f.Parsers) == 0:
		return f.Name, true
	case len(f.Parsers) == 1 && f.Parsers[0].Name == "ConvertObjectParser" && fieldKey(f.Parsers[0].Params):
		return f.Name + "." + f.Parsers[0].Params, true
	}
	return "", false
}

// fieldKey tells a key that a query can ask for; flex fields ("FAUXPROPID__FF100001")
// can not be.
func fieldKey(name string) bool {
	for i, c := range name {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (c < '0' || c > '9' || i == 0) {
			return false
		}
	}
	return name != "" && !strings.Contains(name, "__")
}
