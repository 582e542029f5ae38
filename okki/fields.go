package okki

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Module is an area that has custom fields.
type Module string

// The modules.
const (
	ModuleCompany             Module = "company"
	ModuleProduct             Module = "product"
	ModuleLead                Module = "lead"
	ModuleOpportunity         Module = "opportunity"
	ModuleSupplier            Module = "supplier"
	ModulePurchaseOrder       Module = "purchaseOrder"
	ModuleCost                Module = "costInvoice"
	ModulePayment             Module = "paymentInvoice"
	ModuleOrder               Module = "invoices/order"
	ModuleQuotation           Module = "invoices/quotation"
	ModuleReceipt             Module = "invoices/receipt"
	ModuleReceiptRegistration Module = "invoices/receiptRegistration"
	ModuleOutbound            Module = "invoices/outbound"
	ModuleInbound             Module = "invoices/purchaseInbound"
	ModulePurchaseReturn      Module = "invoices/purchaseReturn"
)

// FieldType is what a field holds.
type FieldType int

// The types of fields.
const (
	FieldText           FieldType = 1
	FieldLongText       FieldType = 2
	FieldChoice         FieldType = 3 // one of a list, as text
	FieldDate           FieldType = 4
	FieldNumber         FieldType = 5
	FieldImage          FieldType = 6
	FieldMultipleChoice FieldType = 7 // a list of texts
	FieldAttachment     FieldType = 8
	FieldRelation       FieldType = 9
	FieldDateTime       FieldType = 10
	FieldFormula        FieldType = 11
	FieldRollUp         FieldType = 12
	FieldBoolean        FieldType = 13
	FieldStatus         FieldType = 17
	FieldStage          FieldType = 18
	FieldTimeRange      FieldType = 21
	FieldRichText       FieldType = 22
	FieldReference      FieldType = 23
	FieldAmount         FieldType = 24
	FieldURL            FieldType = 25
	FieldVideo          FieldType = 26
	FieldPercent        FieldType = 27 // 0.13 is 13 %
	FieldPhone          FieldType = 28
	FieldPerson         FieldType = 29
	FieldDepartment     FieldType = 30
	FieldCoordinates    FieldType = 31
	FieldObjectID       FieldType = 32
	FieldSetting        FieldType = 33
	FieldMessaging      FieldType = 34
	FieldNumberCode     FieldType = 35
)

// FieldDef is a field of a module: one of the system, or a custom one.
type FieldDef struct {
	ID       string          `json:"id"`           // digits for a custom field, else the member's name
	Name     string          `json:"name"`         // what people see
	System   bool            `json:"base"`         // one of the system
	Type     FieldType       `json:"field_type"`   // what it holds
	Choices  json.RawMessage `json:"ext_info"`     // of choices, as they came
	Required bool            `json:"require"`      // a push without it is refused
	Default  json.RawMessage `json:"default"`      // its default
	Disabled bool            `json:"disable_flag"` // no longer in use
	Line     bool            `json:"is_list"`      // a field of lines, not of the record
	GroupID  int64           `json:"group_id"`     // group it is shown in
	Raw      json.RawMessage `json:"-"`            // the field as it came
}

// Fields are the fields of a module, found by name. They do not change and are safe
// for concurrent use.
type Fields struct {
	defs []FieldDef
}

// Fields reads the fields of a module (字段). For companies and leads, params may say
// type: company or customer, lead or contact. Read them once and keep them.
// Effect: read.
func (c *Client) Fields(ctx context.Context, module Module, params Params, opts ...duijie.CallOption) (*Fields, error) {
	var defs []FieldDef
	if err := c.call(ctx, "GET", pathPrefix+string(module)+"/fields", params, nil, &defs, opts); err != nil {
		return nil, err
	}
	return NewFields(defs), nil
}

// NewFields makes Fields of definitions.
func NewFields(defs []FieldDef) *Fields { return &Fields{slices.Clone(defs)} }

// All are the fields as the platform orders them.
func (f *Fields) All() []FieldDef { return slices.Clone(f.defs) }

// Find is the field with a name people see, of records or of lines, or with an id.
// Its error tells that there is none, or several, and matches duijie.ErrNotFound or
// duijie.ErrConflict. Disabled fields only count where no other has the name.
func (f *Fields) Find(name string, line bool) (FieldDef, error) {
	var found, disabled []FieldDef
	for _, d := range f.defs {
		switch {
		case d.Line != line || d.ID == "":
		case d.ID == name:
			return d, nil
		case d.Name != name:
		case d.Disabled:
			disabled = append(disabled, d)
		default:
			found = append(found, d)
		}
	}
	if len(found) == 0 {
		found = disabled
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return FieldDef{}, fmt.Errorf("okki: no field is called %q: %w", name, duijie.ErrNotFound)
	}
	return FieldDef{}, fmt.Errorf("okki: %d fields are called %q: use the id: %w", len(found), name, duijie.ErrConflict)
}

// Get is the value of a record's field by its name or id. raw is Raw of a row or
// record. The value is unset where the record does not have the field.
func (f *Fields) Get(raw json.RawMessage, name string) (Value, error) {
	return f.get(raw, name, false)
}

// GetLine is Get for a line of a record.
func (f *Fields) GetLine(raw json.RawMessage, name string) (Value, error) {
	return f.get(raw, name, true)
}

func (f *Fields) get(raw json.RawMessage, name string, line bool) (Value, error) {
	d, err := f.Find(name, line)
	if err != nil {
		return nil, err
	}
	return CustomField(raw, d.ID), nil
}

// Set puts a value into Extra of a push, under the id of the field with a name. A
// single choice is a text, a multiple one a list of texts.
func (f *Fields) Set(extra *duijie.Record, name string, value any) error {
	return f.set(extra, name, value, false)
}

// SetLine is Set for a line of a push.
func (f *Fields) SetLine(extra *duijie.Record, name string, value any) error {
	return f.set(extra, name, value, true)
}

func (f *Fields) set(extra *duijie.Record, name string, value any, line bool) error {
	d, err := f.Find(name, line)
	if err != nil {
		return err
	}
	if *extra == nil {
		*extra = duijie.Record{}
	}
	(*extra)[d.ID] = value
	return nil
}

// CustomField is the value of a field by its id. It stands at the top of a record, or
// under external_field_data, which is an object in some answers and a list in others;
// unset where it is nowhere.
func CustomField(raw json.RawMessage, id string) Value {
	if !json.Valid(raw) {
		return nil
	}
	if v := member(raw, id); v != nil {
		return Value(v)
	}
	external := member(raw, "external_field_data")
	if v := member(external, id); v != nil {
		return Value(v)
	}
	for item := range wire.Elements(external) {
		if memberText(item, "id") == id {
			return Value(member(item, "value"))
		}
	}
	return nil
}

// CustomFields are the ids of the custom fields at the top of a record, in its order.
func CustomFields(raw json.RawMessage) []string {
	var out []string
	if json.Valid(raw) {
		for m := range wire.Walk(raw) {
			if digits(string(m.Key)) {
				out = append(out, string(m.Key))
			}
		}
	}
	return out
}

// Value is the value of a field as it came: a text, a number, a list or null.
type Value json.RawMessage

// IsSet tells that there is a value: neither absent nor null, "" or [].
func (v Value) IsSet() bool {
	return len(v) > 0 && !nothing(json.RawMessage(v)) && !emptyList(json.RawMessage(v))
}

// Text is the value as text, a list's items with commas between; "" for none.
func (v Value) Text() string {
	text := ""
	for i, one := range v.List() {
		if i > 0 {
			text += ","
		}
		text += one
	}
	return text
}

// List is the value as a list of texts. One that is no list is its only item.
func (v Value) List() []string {
	if !v.IsSet() {
		return nil
	}
	if wire.First(v) != '[' {
		return []string{scalar(json.RawMessage(v))}
	}
	var out []string
	for item := range wire.Elements(json.RawMessage(v)) {
		out = append(out, scalar(item))
	}
	return out
}

// Decimal is the value as an exact number, unset for none.
func (v Value) Decimal() (duijie.Decimal, error) {
	var d duijie.Decimal
	if !v.IsSet() {
		return d, nil
	}
	err := decode(json.RawMessage(v), &d)
	return d, err
}

// Time is the value as a time, of China where it tells no zone; unset for none.
func (v Value) Time() (duijie.Time, error) {
	var t duijie.Time
	if !v.IsSet() {
		return t, nil
	}
	err := decode(json.RawMessage(v), &t)
	return t, err
}

// Bool is the value as a flag, false for none.
func (v Value) Bool() (bool, error) {
	var b bool
	if !v.IsSet() {
		return b, nil
	}
	err := decode(json.RawMessage(v), &b)
	return b, err
}
