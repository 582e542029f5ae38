package reconcile

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func num(s string) Value { return Number(duijie.MustDecimal(s)) }

func TestAgrees(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, duijie.China)
	newYork := time.FixedZone("", -4*3600)
	big := duijie.MustDecimal("9e64").Mul(duijie.MustDecimal("9e64"))
	for _, c := range []struct {
		name string
		f    Field
		a, b Value
		want bool
	}{
		{"numbers by value", Field{}, num("1.10"), num("1.1"), true},
		{"number and text", Field{}, num("1.10"), Text("1.1"), true},
		{"number and text with blanks", Field{}, Text(" 1.10 "), num("1.1"), true},
		{"exponent", Field{}, num("1e2"), num("100"), true},
		{"exponent in text", Field{}, Text("1E+2"), num("100.00"), true},
		{"zero and minus zero", Field{}, num("0.00"), num("-0"), true},
		{"other numbers", Field{}, num("1.10"), num("1.100000000000000001"), false},
		{"beyond float64", Field{}, num("9007199254740993"), num("9007199254740992"), false},
		{"longer than literals", Field{}, Number(big), Number(big.Add(duijie.MustDecimal("0.00"))), true},
		{"longer than literals, other", Field{}, Number(big), Number(big.Add(duijie.MustDecimal("0.01"))), false},
		{"number and word", Field{}, num("1"), Text("one"), false},
		{"number and empty text", Field{}, num("0"), Text(""), false},
		{"number and blank text", Field{}, num("0"), Text(" "), false},
		{"number and null", Field{}, num("0"), Null(), false},
		{"codes are no numbers", Field{}, Text("007"), Text("7"), false},
		{"texts as numbers", Field{As: AsNumber}, Text("1.10"), Text("1.1"), true},
		{"texts that are no numbers", Field{As: AsNumber}, Text("n/a"), Text("n/a"), true},
		{"texts that are no numbers, other", Field{As: AsNumber}, Text("n/a"), Text("N/A"), false},
		{"empty is null as a number", Field{As: AsNumber}, Text(" "), Null(), true},
		{"empty is not 0 as a number", Field{As: AsNumber}, Text(""), num("0"), false},
		{"literals", Field{As: AsText}, num("1.10"), num("1.1"), false},
		{"literal and text", Field{As: AsText}, num("1.10"), Text("1.10"), true},

		{"instants in zones", Field{}, Time(noon), Time(noon.In(newYork)), true},
		{"instant and text", Field{}, Time(noon), Text("2026-05-01 12:00:00"), true},
		{"instant and text with offset", Field{}, Time(noon), Text("2026-05-01T04:00:00Z"), true},
		{"instant and epoch", Field{}, Time(noon), Int(noon.UnixMilli()), true},
		{"two layouts", Field{As: AsTime}, Text("2026/5/1 12:00:00"), Text("2026-05-01T00:00:00-04:00"), true},
		{"texts are texts unless declared", Field{}, Text("2026/5/1 12:00:00"), Text("2026-05-01 12:00:00"), false},
		{"declared layout", Field{As: AsTime, Layouts: []string{"02.01.2006 15:04"}}, Text("01.05.2026 12:00"), Time(noon), true},
		{"declared zone", Field{As: AsTime, Zone: newYork}, Text("2026-05-01 00:00:00"), Time(noon), true},
		{"default zone", Field{As: AsTime}, Text("2026-05-01 00:00:00"), Time(noon), false},
		{"a second more", Field{}, Time(noon), Time(noon.Add(time.Second)), false},
		{"a nanosecond more", Field{}, Time(noon), Time(noon.Add(1)), false},
		{"seconds", Field{Granularity: time.Second}, Time(noon.Add(999 * time.Millisecond)), Time(noon), true},
		{"seconds are cut off, not rounded", Field{Granularity: time.Second}, Time(noon.Add(-1)), Time(noon), false},
		{"days of the zone", Field{As: AsTime, Granularity: 24 * time.Hour}, Time(noon), Text("2026-05-01"), true},
		{"days of the zone, early morning", Field{As: AsTime, Granularity: 24 * time.Hour}, Time(noon.Add(-11 * time.Hour)), Text("2026-05-01"), true},
		{"days of the zone, evening before", Field{As: AsTime, Granularity: 24 * time.Hour}, Time(noon.Add(-13 * time.Hour)), Text("2026-05-01"), false},
		{"zero dates are null", Field{As: AsTime}, Text("0000-00-00"), Null(), true},
		{"before 1970", Field{Granularity: time.Second}, Time(time.Unix(-5, 5e8)), Time(time.Unix(-5, 0)), true},

		{"true in words", Field{}, Bool(true), Text("True"), true},
		{"true and 1", Field{}, Bool(true), Int(1), false},
		{"true and 1 declared", Field{As: AsBool}, Bool(true), Int(1), true},
		{"false and 0 declared", Field{As: AsBool}, Text("0"), Bool(false), true},
		{"true and false", Field{As: AsBool}, Bool(true), Text("0"), false},
		{"words that are none", Field{As: AsBool}, Text("yes"), Bool(true), false},

		{"blanks", Field{}, Text("a "), Text("a"), false},
		{"blanks trimmed", Field{Trim: true}, Text("a　"), Text(" a"), true},
		{"case", Field{}, Text("A"), Text("a"), false},
		{"case folded", Field{FoldCase: true}, Text("ÄA"), Text("äa"), true},
		{"empty and null", Field{}, Text(""), Null(), false},
		{"empty as null", Field{EmptyIsNull: true}, Text(""), Null(), true},
		{"blank as null", Field{EmptyIsNull: true}, Text(" "), Null(), false},
		{"blank trimmed as null", Field{EmptyIsNull: true, Trim: true}, Text(" "), Null(), true},
		{"absent and null", Field{}, Value{}, Null(), false},
		{"absent as null", Field{AbsentIsNull: true}, Value{}, Null(), true},
		{"absent and empty", Field{AbsentIsNull: true, EmptyIsNull: true}, Value{}, Text(""), true},
		{"null and the word", Field{}, Null(), Text("null"), false},
		{"ignored", Field{Ignore: true}, Text("a"), num("1"), true},
		{"own rule", Field{Equal: func(s, _ Value) bool { return s.String() == "a" }}, Text("a"), Null(), true},
	} {
		require.Equal(t, c.want, c.f.Agrees(c.a, c.b), c.name)
		if c.f.Equal == nil {
			require.Equal(t, c.want, c.f.Agrees(c.b, c.a), c.name+", the other way round")
			require.True(t, c.f.Agrees(c.a, c.a), c.name+": equals itself")
		}
	}
}

func TestValuesFromJSON(t *testing.T) {
	t.Parallel()
	var rec duijie.Record
	require.NoError(t, json.Unmarshal([]byte(`{"a":1.10,"b":"x","c":null,"d":{"e":true,"z":1,"y":[2]},"big":12345678901234567890.5}`), &rec))
	vs := Values(rec, "a", "b", "c", "d.e", "d", "no", "big")
	require.Equal(t, []Value{num("1.10"), Text("x"), Null(), Bool(true), Text(`{"e":true,"y":[2],"z":1}`), {}, num("12345678901234567890.5")}, vs)
	out, err := json.Marshal(vs)
	require.NoError(t, err)
	require.Equal(t, `[1.10,"x",null,true,"{\"e\":true,\"y\":[2],\"z\":1}",null,12345678901234567890.5]`, string(out))
	require.Equal(t, num("0.1"), ValueOf(0.1))
	require.Equal(t, Null(), ValueOf(time.Time{}))
	type status string
	n, five := (*int)(nil), 5
	for v, want := range map[any]Value{
		status("open"): Text("open"), uint8(7): Int(7), n: Null(), &five: Int(5), uint64(1 << 63): num("9223372036854775808"),
		float32(0.1): num("0.1"), struct{ B, A string }{"<", "&"}: Text(`{"A":"&","B":"<"}`), 1e300: {typ: typeInvalid, text: "x"},
	} {
		got := ValueOf(v)
		require.Equal(t, want.typ, got.typ, "%v", v)
		if want.typ != typeInvalid {
			require.Equal(t, want, got)
		}
	}
	require.Equal(t, typeInvalid, ValueOf(math.NaN()).typ)
	require.Equal(t, typeInvalid, ValueOf(func() {}).typ)
	d := duijie.MustDecimal("1e64")
	for range 5 {
		d = d.Mul(d)
	}
	require.Error(t, d.Err())
	require.Equal(t, typeInvalid, Number(d).typ)
}
