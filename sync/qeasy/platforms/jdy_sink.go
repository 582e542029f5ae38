package platforms

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/jdy"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// Sink saves records of a kind; the request is one record.
func (j *jdyConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	var f findings
	k := j.kinds[spec.API]
	number := k.kind.Number
	if number == "" {
		number = "number"
	}
	step := k.kind.Step
	if step == "" {
		step = "operation_key"
	}
	var cfg jdy.SinkConfig[json.RawMessage]
	var strip []string
	numbered := false
	for i := range spec.Fields {
		field := &spec.Fields[i]
		text, fixed := field.Constant()
		switch {
		case blank(field):
		case field.Name == number:
			numbered = true
			f.note(field.Path, number, "records are looked up by it before they are saved: a number that is there is updated and never created twice")
		case field.Name == "id":
			f.badField(field, qeasy.CodeUnsupportedMember, "the id is found by %s, and put into updates", number)
		case field.Name == step:
			if !fixed || text != "audit" {
				f.badField(field, qeasy.CodeUnsupportedMember, "%s is the constant audit", step)
			}
			cfg.Audit, strip = true, append(strip, step)
		case field.Name == "ignore_warn":
			if !fixed || text != "true" && text != "false" {
				f.badField(field, qeasy.CodeUnsupportedMember, "ignore_warn is the constant true or false")
			}
			cfg.IgnoreWarn, strip = text == "true", append(strip, field.Name)
		case k.kind.External != "" && field.Name == k.kind.External:
			cfg.NoExternal = true
		default:
			jdyMember(&f, k.model, field)
		}
	}
	for i := range spec.Other {
		if field := &spec.Other[i]; !blank(field) {
			f.badField(field, qeasy.CodeUnknownMember, "the platform has no second set of parameters")
		} else {
			f.note(field.Path, field.Name, "it has no value and is left out")
		}
	}
	if !numbered {
		f.bad("/request", number, qeasy.CodeUnsupportedMember, "records can not be found again without %s: give it a value", number)
	}
	jdyAudit(&f, spec, &cfg)
	if k.kind.External != "" && !cfg.NoExternal && k.kind.External != number {
		f.note("/request", k.kind.External, "set to the record's %s: the platform keeps it unique", number)
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	to, err := jdy.NewSink(j.client, k.kind, cfg)
	if err != nil {
		return nil, nil, err
	}
	out := newKeyedSink(to, spec.Rows, strip, number)
	out.known(&f, spec, qeasy.Find(spec.Fields, number), to)
	return out, f.notes, nil
}

// jdyAudit reads autoCheck.
func jdyAudit(f *findings, spec *qeasy.SinkSpec, cfg *jdy.SinkConfig[json.RawMessage]) {
	if spec.AutoCheck != nil {
		switch text, ok := scalar(spec.AutoCheck); {
		case text == "true" || text == "1":
			cfg.Audit = true
		case wire.First(spec.AutoCheck) != 'n' && (!ok || text != "false" && text != "0" && text != ""):
			f.bad("/autoCheck", "", qeasy.CodeUnsupportedMember, "autoCheck is true or false")
		}
	}
	if cfg.Audit {
		f.note("/api", "", "records are audited, and audited ones that have changed are taken back (反审核) before they are saved")
	}
}

// jdyMember notes a field that the platform documents nowhere: it may ignore it.
func jdyMember(f *findings, model reflect.Type, field *qeasy.Field) {
	for i := range model.NumField() {
		name, _, _ := strings.Cut(model.Field(i).Tag.Get("json"), ",")
		if name == field.Name {
			return
		}
	}
	f.note(field.Path, field.Name, "not documented: the platform may ignore it")
}
