package mysqltime

import (
	"strings"
	"testing"
)

// FuzzTexts feeds texts to everything that reads texts: nothing panics, and
// what is read lies in its range and prints to a text that reads the same.
func FuzzTexts(f *testing.F) {
	for _, s := range []string{
		"2024-3-5 8:9:7.5", "20240305080907", "1 8:9:7", "-838:59:59.999999", "2024年3月5日", "0000-00-00", "T", "-", "99999999999:1",
	} {
		f.Add(s, "%Y-%m-%d %T.%f", int64(20240305))
	}
	f.Add("10:11:12 PM", "%r %W %M %D %j %U %w %X %V", int64(-1))
	f.Add("%", "%", int64(1)<<62)
	f.Fuzz(func(t *testing.T, s, layout string, n int64) {
		for name, read := range map[string]func() (Value, bool){
			"ParseDateTime": func() (Value, bool) { return ParseDateTime(s) },
			"ParseTime":     func() (Value, bool) { return ParseTime(s) },
			"ParseEither":   func() (Value, bool) { return ParseEither(s) },
			"Parse":         func() (Value, bool) { return Parse(s, layout) },
			"number":        func() (Value, bool) { return NumberDateTime(n, 5, n%2 == 0, 3) },
			"number time":   func() (Value, bool) { return NumberEither(n, 5, n%2 == 0, 3) },
			"seconds":       func() (Value, bool) { return SecToTime(n, 5, n%2 == 0, 3) },
			"day":           func() (Value, bool) { return MakeDate(n%10000, n) },
		} {
			v, ok := read()
			if ok {
				check(t, name, v)
				use(t, v, s, layout, n)
			}
		}
	})
}

// check fails where a value is out of its range.
func check(t *testing.T, name string, v Value) {
	t.Helper()
	hours := uint16(23)
	if v.Kind == KindTime {
		hours = maxHour
	}
	if v.Kind < KindDate || v.Kind > KindTime || v.Month > 12 || v.Day > 31 || v.Hour > hours || v.Minute > 59 || v.Second > 59 ||
		v.Micro >= secondMicros || v.Decimals > 6 || v.Year > 9999 || v.Kind == KindTime && (v.Year|uint16(v.Month)|uint16(v.Day)) != 0 {
		t.Fatalf("%s: %#v", name, v)
	}
}

// use gives a value to all functions.
func use(t *testing.T, v Value, s, layout string, n int64) {
	t.Helper()
	_, _ = v.AppendFormat(nil, layout)
	_, _ = v.AppendTimeFormat(nil, layout)
	_, _, _ = v.Week(int(n))
	_, _ = v.Unix(shanghai)
	_, _, _ = v.Number()
	_, _, _ = TimeToSec(v)
	for u := Microsecond; u <= YearMonth; u++ {
		iv := NewInterval(n, u)
		if u.Composite() {
			iv, _ = ParseInterval(s, u)
		}
		if w, ok := v.Add(iv, n%3 == 0); ok {
			check(t, u.String(), w)
			_, _ = TimestampDiff(u, v, w)
		}
	}
	if d, ok := ParseSpan(s); ok {
		if w, ok := AddTime(v, d, true); ok {
			check(t, "SUBTIME", w)
		}
	}
	if w, ok := v.OnDate(NewDate(2024, 2, 29)); ok {
		check(t, "OnDate", w)
	}
	if v.Kind == KindDateTime && v.Valid() && v.Year > 0 {
		w, ok := ParseDateTime(strings.TrimSpace(v.Cut(6).String()))
		if !ok || w != v.Cut(6) {
			t.Fatalf("%s reads as %s", v.Cut(6), w)
		}
	}
}
