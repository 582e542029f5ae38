package platforms

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// saveOption is a member of a save beside its Model.
type saveOption struct {
	name string
	set  func(s *kingdeeSave, v optionValue)
}

// optionValue is what a document gives an option.
type optionValue struct {
	s    *kingdeeSave
	at   *qeasy.Field
	text string
	list []string // nil where it is no list
}

func (v optionValue) flag() bool {
	b, err := strconv.ParseBool(v.text)
	if err != nil {
		v.s.badField(v.at, qeasy.CodeUnsupportedMember, "%s is true or false, not %q", v.at.Name, v.text)
	}
	return b
}

// names is a list, or a text parted by commas.
func (v optionValue) names(sep string) []string {
	list := v.list
	if list == nil {
		list = strings.Split(v.text, sep)
	}
	var out []string
	for _, n := range list {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// saveOptions are those the client has. Each is compared without regard to case.
var saveOptions = []saveOption{
	{kingdeeFormID, func(s *kingdeeSave, v optionValue) { s.formID = v.text }},
	{"Operation", func(s *kingdeeSave, v optionValue) {
		switch save := strings.EqualFold(v.text, "Save") || strings.EqualFold(v.text, "BatchSave"); {
		case s.draft && !strings.EqualFold(v.text, kingdeeDraft):
			s.badField(v.at, qeasy.CodeUnsupportedMember, "the operation %s is not that of the api %s", v.text, s.spec.API)
		case !s.draft && !save:
			s.badField(v.at, qeasy.CodeUnsupportedMember, "the operation %s is not run; Save and BatchSave are", v.text)
		}
	}},
	{"IsAutoSubmitAndAudit", func(s *kingdeeSave, v optionValue) {
		if s.audit = v.flag() || s.audit; s.audit && s.draft {
			s.badField(v.at, qeasy.CodeUnsupportedMember, "a draft (暂存) is not audited")
		}
	}},
	{"IsVerifyBaseDataField", func(s *kingdeeSave, v optionValue) { s.options.AllowUnknownReferences = !v.flag() }},
	{"NeedUpDateFields", func(s *kingdeeSave, v optionValue) { s.options.UpdateFields = v.names(",") }},
	{"NeedReturnFields", func(s *kingdeeSave, v optionValue) {
		s.options.ReturnFields = v.names(",")
		s.note(v.at.Path, v.at.Name, "what is returned is not kept")
	}},
	{"IsDeleteEntry", func(s *kingdeeSave, v optionValue) {
		if v.flag() {
			s.lines = kingdee.ReplaceLines
		}
	}},
	{kingdeeSubSystemID, func(s *kingdeeSave, v optionValue) { s.options.SubSystemID = v.text }},
	{"IsEntryBatchFill", func(s *kingdeeSave, v optionValue) { s.options.NoEntryBatchFill = !v.flag() }},
	{"ValidateFlag", func(s *kingdeeSave, v optionValue) { s.options.SkipValidation = !v.flag() }},
	{"NumberSearch", func(s *kingdeeSave, v optionValue) { s.options.ReferencesByID = !v.flag() }},
	{"IsAutoAdjustField", func(s *kingdeeSave, v optionValue) { s.options.AutoAdjustFields = v.flag() }},
	{"InterationFlags", func(s *kingdeeSave, v optionValue) { s.options.InteractionFlags = v.names(";") }},
	{"IgnoreInterationFlag", func(s *kingdeeSave, v optionValue) { s.options.StopAtInteraction = !v.flag() }},
	{"IsControlPrecision", func(s *kingdeeSave, v optionValue) { s.options.ControlPrecision = v.flag() }},
	{"ValidateRepeatJson", func(s *kingdeeSave, v optionValue) { s.options.RefuseRepeated = v.flag() }},
	{"Creator", func(s *kingdeeSave, v optionValue) { s.options.Creator = v.text }},
	{"BatchCount", func(s *kingdeeSave, v optionValue) {
		s.note(v.at.Path, v.at.Name, "left out: how many threads of the server work on a batch changes nothing that is written")
	}},
}

// optionNamed finds an option, nil where there is none.
func optionNamed(name string) *saveOption {
	at := slices.IndexFunc(saveOptions, func(o saveOption) bool { return strings.EqualFold(o.name, name) })
	if at < 0 {
		return nil
	}
	return &saveOptions[at]
}

// readOptions reads otherRequest, and the options between the fields of the record.
func (s *kingdeeSave) readOptions() {
	given := map[string]bool{}
	take := func(f *qeasy.Field, o *saveOption, v optionValue) {
		if given[o.name] {
			s.badField(f, qeasy.CodeUnsupportedMember, "%s is given twice", f.Name)
			return
		}
		given[o.name] = true
		v.s, v.at = s, f
		o.set(s, v)
	}
	for i := range s.spec.Other {
		f := &s.spec.Other[i]
		o := optionNamed(f.Name)
		switch {
		case blank(f):
			s.note(f.Path, f.Name, "it has no value and is left out")
		case o == nil:
			s.badField(f, qeasy.CodeUnknownMember, "a save has no option %s", f.Name)
		case s.spec.Fixed == nil && !fixedValue(f):
			s.badField(f, qeasy.CodeUnsupportedMember, "an option of a save is the same for all records")
		case s.spec.Fixed == nil:
			take(f, o, optionValue{text: f.Value}) // what is wrong is said of another field
		default:
			if raw, has := member(s.spec.Fixed, f.Name); has {
				take(f, o, valueOf(raw))
			}
		}
	}
	for i := range s.spec.Fields {
		f := &s.spec.Fields[i]
		o := optionNamed(f.Name)
		if o == nil {
			continue
		}
		s.strip = append(s.strip, f.Name)
		text, fixed := f.Constant()
		switch {
		case blank(f):
			s.note(f.Path, f.Name, "it has no value and is left out")
		case !fixed:
			s.badField(f, qeasy.CodeUnsupportedMember, "an option of a save is a constant")
		default:
			take(f, o, optionValue{text: text})
		}
	}
}

// fixedValue tells that no record changes a field.
func fixedValue(f *qeasy.Field) bool {
	if len(f.Children) > 0 {
		return !slices.ContainsFunc(f.Children, func(c qeasy.Field) bool { return !fixedValue(&c) })
	}
	_, ok := f.Constant()
	return ok || blank(f)
}

// valueOf is a member of the built otherRequest.
func valueOf(raw json.RawMessage) (v optionValue) {
	if wire.First(raw) == '[' {
		v.list = []string{}
		for item := range wire.Elements(raw) {
			text, _ := scalar(item)
			v.list = append(v.list, text)
		}
		return v
	}
	v.text, _ = scalar(raw)
	return v
}
