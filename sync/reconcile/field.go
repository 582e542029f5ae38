package reconcile

import (
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// Comparing says as what the values of a field are compared.
type Comparing uint8

// The ways to compare. A value that can not be read as what is asked for is
// compared as text, so that nothing unreadable passes for equal.
const (
	// Auto goes by the values: where a side has a number, the other one's text is
	// read as one (1.10 equals "1.1"), where a side has an instant, as one, where a
	// side has true or false, as such. Two texts are compared as texts: the codes
	// "007" and "7" differ.
	Auto Comparing = iota
	// AsText compares the literal texts: 1.10 and 1.1 differ.
	AsText
	// AsNumber reads both as numbers, texts too. An empty text is null.
	AsNumber
	// AsTime reads both as instants: see Layouts and Zone; numbers are epochs. An
	// empty text, 0 and "0000-00-00" are null.
	AsTime
	// AsBool reads both as true or false: the words in any case, 1 and 0.
	AsBool
)

// Field declares one field both sides have, and how it is compared.
type Field struct {
	// Name is what reports call it. Not empty, each once.
	Name string
	// As says how values are compared; the zero value goes by what they are.
	As Comparing
	// Ignore leaves the field out of the comparison.
	Ignore bool

	// Trim leaves blanks around texts out of account, FoldCase upper and lower case.
	Trim, FoldCase bool
	// EmptyIsNull takes an empty text, after Trim, for null.
	EmptyIsNull bool
	// AbsentIsNull takes a field a row does not have for null.
	AbsentIsNull bool

	// Layouts are how texts are read as instants, in the form of package time;
	// they come before those duijie.ParseTime reads.
	Layouts []string
	// Zone is the zone of texts without one. Default: duijie.China.
	Zone *time.Location
	// Granularity is the unit below which instants are cut off before they are
	// compared, for a side that stores less: time.Second, or 24 * time.Hour for
	// dates in Zone. 0 compares exactly.
	Granularity time.Duration

	// Equal, when set, decides alone. Texts come as they are, untrimmed. It must
	// hold two values that are the same for equal, and be safe for concurrent use.
	Equal func(source, target Value) bool
}

// Agrees tells whether the two sides' values of this field count as equal.
func (f *Field) Agrees(source, target Value) bool {
	if f.Ignore {
		return true
	}
	if f.Equal != nil {
		return f.Equal(source, target)
	}
	s, t := f.read(source), f.read(target)
	if s.empty() || t.empty() {
		return s.typ == t.typ
	}
	switch f.As {
	case AsText:
		return f.sameText(s, t)
	case AsNumber:
		if eq, ok := sameNumber(s, t); ok {
			return eq
		}
		return f.sameText(s, t)
	case AsTime:
		if eq, ok := f.sameTime(s, t); ok {
			return eq
		}
		return f.sameText(s, t)
	case AsBool:
		a, okA := s.truth(true)
		b, okB := t.truth(true)
		if okA && okB {
			return a == b
		}
		return f.sameText(s, t)
	}
	return f.auto(s, t)
}

func (v Value) empty() bool { return v.typ == TypeAbsent || v.typ == TypeNull }

// read applies what the field says about texts and about what is not there.
func (f *Field) read(v Value) Value {
	if v.typ == TypeText {
		if f.Trim {
			v.text = strings.TrimSpace(v.text)
		}
		if v.text == "" && (f.EmptyIsNull || f.As == AsNumber || f.As == AsTime) {
			return Null()
		}
	}
	if v.typ == TypeAbsent && f.AbsentIsNull {
		return Null()
	}
	if f.As == AsTime {
		if at, ok := f.instant(v); ok && at.IsZero() {
			return Null()
		}
	}
	if f.As == AsNumber && v.typ == TypeText && strings.TrimSpace(v.text) == "" {
		return Null()
	}
	return v
}

func (f *Field) auto(s, t Value) bool {
	switch {
	case s.typ == TypeText && t.typ == TypeText:
		return f.sameText(s, t)
	case s.typ == TypeTime || t.typ == TypeTime:
		eq, ok := f.sameTime(s, t)
		return ok && eq
	case s.typ == TypeNumber || t.typ == TypeNumber:
		eq, ok := sameNumber(s, t)
		return ok && eq
	}
	a, okA := s.truth(false)
	b, okB := t.truth(false)
	return okA && okB && a == b
}

func (f *Field) sameText(s, t Value) bool {
	a, b := s.String(), t.String()
	return a == b || f.FoldCase && strings.EqualFold(a, b)
}

// sameNumber compares numbers; false when one of them is none.
func sameNumber(s, t Value) (equal, ok bool) {
	a, okA := s.canonical()
	b, okB := t.canonical()
	return a == b, okA && okB
}

// canonical is the one text of a number. Numbers too long to be read back have
// it already.
func (v Value) canonical() (string, bool) {
	if d, ok := v.Decimal(); ok {
		return d.Canonical(), d.IsSet()
	}
	return v.text, v.typ == TypeNumber
}

// sameTime compares instants; false when one of them is none.
func (f *Field) sameTime(s, t Value) (equal, ok bool) {
	a, okA := f.instant(s)
	b, okB := f.instant(t)
	if !okA || !okB {
		return false, false
	}
	return f.cut(a).Equal(f.cut(b)), true
}

// instant reads a value as an instant, the zero time for an unset one.
func (f *Field) instant(v Value) (time.Time, bool) {
	switch v.typ {
	case TypeTime:
		return v.at, true
	case TypeText, TypeNumber:
		text := strings.TrimSpace(v.text)
		if v.typ == TypeText {
			for _, layout := range f.Layouts {
				if at, err := time.ParseInLocation(layout, text, f.zone()); err == nil {
					return at, true
				}
			}
		}
		at, err := duijie.ParseTimeIn(text, f.zone())
		return at.Time, err == nil
	}
	return time.Time{}, false
}

// cut takes off what is below the granularity, as the clocks of the zone show it.
func (f *Field) cut(t time.Time) time.Time {
	if f.Granularity <= 0 || t.IsZero() {
		return t
	}
	_, offset := t.In(f.zone()).Zone()
	shift := time.Duration(offset) * time.Second
	return t.UTC().Add(shift).Truncate(f.Granularity).Add(-shift)
}

func (f *Field) zone() *time.Location {
	if f.Zone == nil {
		return duijie.China
	}
	return f.Zone
}

// truth reads a value as true or false; digits only where they are asked for.
func (v Value) truth(digits bool) (value, ok bool) {
	if v.typ == TypeTime {
		return false, false
	}
	s := strings.TrimSpace(v.text)
	switch {
	case strings.EqualFold(s, "true"), digits && s == "1":
		return true, true
	case strings.EqualFold(s, "false"), digits && s == "0":
		return false, true
	}
	return false, false
}
