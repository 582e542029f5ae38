package dingtalk

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// shape is what the value of a component looks like when it is written.
type shape uint8

const (
	anything shape = iota
	aText
	aNumber
	aList
	aTable
	anObject
	readOnly
)

// shapes are the kinds of components by the beginning of their ids. Aliases, and
// kinds that are not here, are taken as they are.
var shapes = map[string]shape{
	"textField": aText, "textareaField": aText, "radioField": aText, "selectField": aText, "editorField": aText, "digitalSignatureField": aText,
	"numberField": aNumber, "rateField": aNumber, "dateField": aNumber,
	"checkboxField": aList, "multiSelectField": aList, "cascadeSelectField": aList, "cascadeDateField": aList, "employeeField": aList,
	"departmentSelectField": aList, "countrySelectField": aList, "citySelectField": aList, "linkField": aList, "imageField": aList,
	"attachmentField": aList, "associationFormField": aList, "departmentField": aList, "cascadeDate": aList, // the last two of old forms
	"addressField": anObject, "tableField": aTable, "serialNumberField": readOnly,
}

// kindOf is the kind of a component, "" for an alias. companion is what stands
// behind the id of a component in answers: "id" or "value".
func kindOf(id string) (name, companion string) {
	name, rest, ok := strings.Cut(id, "_")
	if !ok {
		return "", ""
	}
	if _, known := shapes[name]; !known {
		return "", ""
	}
	_, companion, _ = strings.Cut(rest, "_")
	if companion != "id" && companion != "value" {
		companion = ""
	}
	return name, companion
}

// EncodeForm makes the text of JSON that Yida takes as form data, of a [FormData], a
// struct whose JSON names are component ids (or aliases), or raw JSON. Numbers for text components
// become texts and texts for number components numbers, digit by digit; nulls are left
// out. What can not fit a component by its id is an error that names it and
// matches duijie.ErrInvalid.
func EncodeForm(data any) (string, error) {
	raw, err := wire.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("dingtalk: form data: %w: %w", err, duijie.ErrInvalid)
	}
	if wire.First(raw) != '{' {
		return "", invalid("form data", fmt.Sprintf("a %T is no object of component ids", data))
	}
	out, err := encodeObject(nil, raw, "")
	if err != nil {
		return "", err
	}
	return string(out), nil
}

func encodeObject(b []byte, object json.RawMessage, in string) ([]byte, error) {
	b = append(b, '{')
	first := true
	for m := range wire.Walk(object) {
		if string(m.Value) == "null" {
			continue
		}
		value, err := encodeValue(string(m.Key), m.Value)
		if err != nil {
			return nil, invalid("form data", in+string(m.Key)+": "+err.Error())
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		name, err := wire.Marshal(string(m.Key))
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// encodeValue checks a value against its component.
func encodeValue(id string, v json.RawMessage) (json.RawMessage, error) {
	kind, companion := kindOf(id)
	if companion != "" {
		return nil, fmt.Errorf("a name of answers only; write %s", strings.TrimSuffix(id, "_"+companion))
	}
	c := wire.First(v)
	switch shapes[kind] {
	case aText:
		if c == '[' || c == '{' {
			return nil, fmt.Errorf("want a text, found %s", wire.Excerpt(v))
		}
		if c != '"' {
			return json.RawMessage(strconv.Quote(string(v))), nil
		}
	case aNumber:
		return encodeNumber(v)
	case aList:
		if c != '[' {
			return nil, fmt.Errorf("want a list, also of one, found %s", wire.Excerpt(v))
		}
		if kind == "associationFormField" {
			return v, checkAssociations(v)
		}
	case anObject:
		if c != '{' && string(v) != `""` {
			return nil, fmt.Errorf("want an object, found %s", wire.Excerpt(v))
		}
	case aTable:
		return encodeTable(v)
	case readOnly:
		return nil, fmt.Errorf("Yida fills it by itself")
	}
	return v, nil
}

func encodeNumber(v json.RawMessage) (json.RawMessage, error) {
	text := scalar(v)
	switch {
	case string(v) == `""`:
		return v, nil
	case text == "" || text == "true" || text == "false":
		return nil, fmt.Errorf("want a number, found %s", wire.Excerpt(v))
	}
	d, err := duijie.ParseDecimal(text)
	if err != nil {
		return nil, fmt.Errorf("want a number, found %s", wire.Excerpt(v))
	}
	// Yida keeps numbers as doubles.
	f, err := strconv.ParseFloat(d.Canonical(), 64)
	kept, kerr := duijie.ParseDecimal(strconv.FormatFloat(f, 'g', -1, 64))
	if err != nil || kerr != nil || kept.Canonical() != d.Canonical() {
		return nil, fmt.Errorf("%s has more digits than a number of Yida keeps: put it into a text component", wire.Excerpt(v))
	}
	return wire.Marshal(d)
}

func checkAssociations(v json.RawMessage) error {
	for e := range wire.Elements(v) {
		if scalar(member(e, "instanceId")) == "" || scalar(member(e, "title")) == "" {
			return fmt.Errorf("an associated instance needs instanceId and title, or its link shows empty")
		}
	}
	return nil
}

func encodeTable(v json.RawMessage) (json.RawMessage, error) {
	if wire.First(v) != '[' {
		return nil, fmt.Errorf("want a list of rows, found %s", wire.Excerpt(v))
	}
	out, n := []byte{'['}, 0
	for row := range wire.Elements(v) {
		if wire.First(row) != '{' {
			return nil, fmt.Errorf("row %d is no object", n+1)
		}
		if n++; n > 1 {
			out = append(out, ',')
		}
		var err error
		if out, err = encodeObject(out, row, fmt.Sprintf("row %d: ", n)); err != nil {
			return nil, err
		}
	}
	if n > MaxTableRows {
		return nil, fmt.Errorf("%d rows, a sub-table takes %d", n, MaxTableRows)
	}
	return append(out, ']'), nil
}
