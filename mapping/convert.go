package mapping

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
)

var types = map[string]bool{
	"": true, "string": true, "int": true, "float": true, "bool": true, "date": true, "datetime": true,
	"object": true, "array": true, "any": true,
}

// convert makes a value that is set one of type t.
func (m *Mapper) convert(v Value, t Type) (Value, error) {
	switch t {
	case TypeAny:
		return v, nil
	case TypeString, TypeAuto:
		if v.kind == KindNumber || v.kind == KindBool {
			return TextValue(v.s), nil
		}
		return v, nil
	case TypeInt:
		return toInt(v)
	case TypeFloat:
		return toFloat(v)
	case TypeBool:
		return toBool(v)
	case TypeDate:
		return m.toTime(v, pipeDate)
	case TypeDateTime:
		return m.toTime(v, pipeDateTime)
	case TypeObject:
		if v.kind == KindObject {
			return v, nil
		}
		return Value{}, unfit("an object", v)
	case TypeArray:
		if v.kind == KindArray {
			return v, nil
		}
		return Value{}, unfit("an array", v)
	}
	return Value{}, fmt.Errorf("unknown type %q", string(t))
}

// unfit says what was wanted and what was found, without more of the record than
// the beginning of one scalar.
func unfit(want string, v Value) error {
	switch v.kind {
	case KindNumber, KindText, KindBool:
		return fmt.Errorf("want %s, found %q", want, short(v.Text()))
	}
	return fmt.Errorf("want %s, found %s", want, v.kind)
}

func toInt(v Value) (Value, error) {
	if v.kind != KindNumber && v.kind != KindText {
		return Value{}, unfit("a whole number", v)
	}
	text := strings.TrimSpace(v.Text())
	if digits := strings.TrimPrefix(text, "-"); len(digits) <= 18 && isDigits(digits) && (digits[0] != '0' || text == "0") {
		return numberValue(text), nil
	}
	d, err := duijie.ParseDecimal(text)
	if err != nil {
		return Value{}, unfit("a whole number", v)
	}
	n, exact := d.Int64()
	if !exact {
		return Value{}, unfit("a whole number of 64 bits", v)
	}
	return numberValue(strconv.FormatInt(n, 10)), nil
}

func isDigits(s string) bool { return s != "" && skipDigits(s, 0) == len(s) }

func toFloat(v Value) (Value, error) {
	switch v.kind {
	case KindNumber:
		return v, nil
	case KindText:
	default:
		return Value{}, unfit("a number", v)
	}
	text := strings.TrimSpace(v.Text())
	if isNumber(text) {
		return numberValue(text), nil
	}
	d, err := duijie.ParseDecimal(text)
	if err != nil {
		return Value{}, unfit("a number", v)
	}
	literal := d.Canonical()
	if !isNumber(literal) {
		return Value{}, unfit("a number", v)
	}
	return numberValue(literal), nil
}

func toBool(v Value) (Value, error) {
	switch v.kind {
	case KindBool:
		return v, nil
	case KindNumber:
		if d, err := duijie.ParseDecimal(v.s); err == nil {
			if d.IsZero() {
				return BoolValue(false), nil
			}
			if d.Equal(duijie.DecimalFromInt(1)) {
				return BoolValue(true), nil
			}
		}
	case KindText:
		switch text := strings.TrimSpace(v.Text()); {
		case text == "1" || strings.EqualFold(text, "true"):
			return BoolValue(true), nil
		case text == "" || text == "0" || strings.EqualFold(text, "false"):
			return BoolValue(false), nil
		}
	}
	return Value{}, unfit("true or false", v)
}

// toTime passes texts and formats Unix times. Short numbers in texts are rather
// dates such as 20240314 and pass.
func (m *Mapper) toTime(v Value, p pipe) (Value, error) {
	switch v.kind {
	case KindNumber:
	case KindText:
		text := strings.TrimSpace(v.Text())
		if !isDigits(text) || len(text) != 10 && len(text) != 13 {
			return v, nil
		}
	default:
		return Value{}, unfit("a time", v)
	}
	t, err := m.parseTime(strings.TrimSpace(v.Text()), v.kind)
	if err != nil {
		return Value{}, err
	}
	return TextValue(t.In(m.zone).Format(pipeLayouts[p])), nil
}
