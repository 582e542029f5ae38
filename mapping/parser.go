package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

var parserNames = map[string]bool{
	ParserObject: true, ParserTwoStage: true, ParserStringToArray: true, ParserArrayToString: true,
	ParserPairs: true, ParserKeyValue: true, ParserWorkflow: true,
}

// parser reshapes a value: it wraps it, or makes another one of it.
type parser struct {
	prefix, suffix string // of one that wraps
	reshape        func(Value) (Value, error)
}

// newParser compiles a parser of the field named target.
func newParser(p Parser, target string) (parser, error) {
	quoted := func(s string) string { return string(appendQuoted(nil, s)) }
	switch p.Name {
	case ParserObject:
		return parser{prefix: "{" + quoted(p.Params) + ":", suffix: "}"}, need(p.Params, "params")
	case ParserTwoStage:
		err := need(p.Params1, "params1")
		if err == nil {
			err = need(p.Params2, "params2")
		}
		return parser{prefix: "{" + quoted(p.Params1) + ":{" + quoted(p.Params2) + ":", suffix: "}}"}, err
	case ParserKeyValue:
		return parser{prefix: `[{"keyName":` + quoted(p.Params) + `,"keyValue":`, suffix: "}]"}, need(p.Params, "params")
	case ParserWorkflow:
		var suffix strings.Builder
		for _, m := range []struct {
			name  string
			value json.RawMessage
		}{{"view", p.View}, {"edit", p.Edit}, {"fieldId", p.FieldID}} {
			if len(m.value) == 0 {
				continue
			}
			v, err := ParseValue(m.value)
			if err != nil {
				return parser{}, fmt.Errorf("%s: %w", m.name, err)
			}
			suffix.WriteString(`,"` + m.name + `":`)
			suffix.Write(v.JSON())
		}
		return parser{prefix: `{"fieldName":` + quoted(target) + `,"fieldValue":`, suffix: suffix.String() + "}"}, nil
	case ParserStringToArray:
		return parser{reshape: splitter(p.Params)}, need(p.Params, "params")
	case ParserArrayToString:
		return parser{reshape: joiner(p.Params)}, nil
	case ParserPairs:
		return parser{reshape: pairs}, nil
	}
	return parser{}, fmt.Errorf("there is no parser %q", excerpt(p.Name))
}

func need(value, name string) error {
	if value == "" {
		return fmt.Errorf("the parser needs %s", name)
	}
	return nil
}

// wrap puts v between prefix and suffix.
func wrap(v Value, prefix, suffix string) Value {
	b := make([]byte, 0, len(prefix)+len(suffix)+len(v.s)+2)
	b = append(b, prefix...)
	b = v.AppendJSON(b)
	b = append(b, suffix...)
	kind := KindObject
	if prefix[0] == '[' {
		kind = KindArray
	}
	return Value{s: string(b), kind: kind}
}

func splitter(separator string) func(Value) (Value, error) {
	return func(v Value) (Value, error) {
		if v.kind == KindArray {
			return v, nil
		}
		if v.kind == KindObject {
			return Value{}, unfit("a text", v)
		}
		text := v.Text()
		b := []byte{'['}
		if strings.TrimSpace(text) != "" {
			for piece := range strings.SplitSeq(text, separator) {
				if len(b) > 1 {
					b = append(b, ',')
				}
				b = appendQuoted(b, piece)
			}
		}
		return Value{s: string(append(b, ']')), kind: KindArray}, nil
	}
}

func joiner(separator string) func(Value) (Value, error) {
	return func(v Value) (Value, error) {
		switch v.kind {
		case KindArray:
		case KindObject:
			return Value{}, unfit("an array", v)
		default:
			return v, nil
		}
		var b strings.Builder
		first := true
		for e := range v.Elements() {
			if e.kind == KindArray || e.kind == KindObject {
				return Value{}, fmt.Errorf("an element of the array is %s and can not be joined", e.kind)
			}
			if !first {
				b.WriteString(separator)
			}
			first = false
			b.WriteString(e.Text())
		}
		return TextValue(b.String()), nil
	}
}

// pairs turns an object into a list of its members; a key of digits becomes a
// number where JSON has one for it.
func pairs(v Value) (Value, error) {
	if v.kind != KindObject {
		return Value{}, unfit("an object", v)
	}
	var b bytes.Buffer
	b.WriteByte('[')
	for key, m := range v.Members() {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(`{"Key":`)
		if isDigits(key) && isNumber(key) {
			b.WriteString(key)
		} else {
			b.Write(appendQuoted(nil, key))
		}
		b.WriteString(`,"Value":`)
		b.Write(m.JSON())
		b.WriteByte('}')
	}
	b.WriteByte(']')
	return Value{s: b.String(), kind: KindArray}, nil
}
