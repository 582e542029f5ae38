package mapping

import (
	"bytes"
	"encoding/json"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Types whose JSON is not what their fields suggest.
type (
	cents     int64 // marshals through its pointer
	loud      string
	Named     struct{ ID string }
	unwanted  struct{ Secret string }
	leftSide  struct{ Same, Left string }
	rightSide struct{ Same, Right string }
	renamed   struct {
		Code string `json:"inner_code"`
	}
	self struct {
		Name string  `json:"name"`
		Next *self   `json:"next,omitempty"`
		Kids []*self `json:"kids,omitempty"`
	}
	price struct {
		Net cents `json:"net"`
	}
)

func (c *cents) MarshalJSON() ([]byte, error) {
	return duijie.NewDecimal(int64(*c), 2).MarshalJSON()
}

func (l *loud) MarshalText() ([]byte, error) { return bytes.ToUpper([]byte(*l)), nil }

type hostileIn struct {
	Named    `json:"named"`
	unwanted `json:"-"`
	leftSide
	rightSide
	*renamed
	Code    string           `json:"code"`
	Big     *big.Int         `json:"big"`
	Float   *big.Float       `json:"bigfloat"`
	Rat     big.Rat          `json:"rat"`
	Cents   cents            `json:"cents"`
	Prices  []price          `json:"prices"`
	Loud    *loud            `json:"loud"`
	Loud2   loud             `json:"loud2"`
	Addr    netip.Addr       `json:"addr"`
	Quoted  string           `json:"quoted,string"`
	QDec    duijie.Decimal   `json:"qdec,string"` //nolint:staticcheck // the option means nothing here, and must stay so
	QInt    *int             `json:"qint,string"`
	QBool   bool             `json:"qbool,string"`
	QTime   time.Time        `json:"qtime,string"` //nolint:staticcheck // the option means nothing here, and must stay so
	Nil     []string         `json:"nil"`
	NilRows []price          `json:"nilrows"`
	Self    *self            `json:"self"`
	Map     map[int]price    `json:"map"`
	Strings map[string]price `json:"strings"`
	Any     any              `json:"any"`
	Omit    *price           `json:"omit,omitempty"`
	Zero    duijie.Time      `json:"zero,omitzero"`
	hidden  string           //nolint:unused // private fields are no JSON
	Array   [2]price         `json:"array"`
	Text    string           `json:"text"`
	U8      [2]uint8         `json:"u8"`
}

// A struct is read as its JSON, also where its types say otherwise.
func TestHostileStructsAreReadAsTheirJSON(t *testing.T) {
	t.Parallel()
	n, l := 7, loud("abc")
	full := hostileIn{
		Named: Named{ID: "n1"}, unwanted: unwanted{"secret"}, leftSide: leftSide{"l", "left"}, rightSide: rightSide{"r", "right"}, renamed: &renamed{"ic"},
		Code: "c", Big: big.NewInt(123), Float: big.NewFloat(1.5), Rat: *big.NewRat(1, 3), Cents: 1234, Prices: []price{{Net: 5}, {Net: 1999}},
		Loud: &l, Loud2: "low", Addr: netip.MustParseAddr("10.0.0.1"), Quoted: `a"b`, QDec: duijie.MustDecimal("1.50"), QInt: &n, QBool: true,
		QTime: time.Unix(1710403509, 0).UTC(), Self: &self{Name: "a", Next: &self{Name: "b", Kids: []*self{nil, {Name: "k"}}}},
		Map: map[int]price{1: {Net: 3}}, Strings: map[string]price{"x": {Net: 4}}, Any: &price{Net: 9}, Omit: &price{}, Text: "a\xffb\u2028<&>",
	}
	paths := []string{
		"named", "named.ID", "ID", "Secret", "unwanted", "Same", "Left", "Right", "inner_code", "code", "big", "bigfloat", "rat", "cents", "prices", "loud", "loud2", "addr",
		"quoted", "qdec", "qint", "qbool", "qtime", "nil", "nil.x", "nilrows.x", "self.name", "self.next.name", "self.next", "map", "map.1.net", "strings.x.net", "any.net", "any",
		"omit.net", "zero", "hidden", "array", "text", "u8",
	}
	for name, in := range map[string]hostileIn{"full": full, "empty": {Float: new(big.Float)}} {
		doc, err := json.Marshal(&in)
		require.NoError(t, err)
		for _, path := range paths {
			m, err := Compile(Spec{Fields: []Field{{Target: "x", Template: "{{" + path + "}}", Type: TypeAny}, {Target: "always", Const: json.RawMessage("1")}}})
			require.NoError(t, err)
			f, err := Transform[hostileIn, json.RawMessage](m, nil)
			want, wantErr := m.MapJSON(t.Context(), nil, doc)
			require.NoError(t, wantErr, path)
			if err != nil { // refused before anything runs
				assert.JSONEq(t, `{"always":1}`, string(want.JSON), "%s: %s refused: %v", name, path, err)
				continue
			}
			got, err := f(t.Context(), in)
			if assert.NoError(t, err, "%s: %s", name, path) {
				assert.JSONEq(t, string(want.JSON), string(got), "%s: %s", name, path)
			}
		}
	}
}

type (
	level    int // written as a word
	tidy     string
	hiddenTo struct{ Deep string }
	Base     struct {
		Code string `json:"base_code"`
	}
	hostileOut struct {
		*Base
		Level level          `json:"level"`
		Tidy  *tidy          `json:"tidy"`
		Big   *big.Int       `json:"big"`
		Cents cents          `json:"cents"`
		Dec   duijie.Decimal `json:"dec,string"` //nolint:staticcheck // the option means nothing here, and must stay so
		Addr  netip.Addr     `json:"addr"`
		Any   any            `json:"any"`
		Lines []struct {
			Qty duijie.Decimal `json:"qty"`
			Tag *tidy          `json:"tag"`
		} `json:"lines"`
	}
)

func (l *level) UnmarshalText(b []byte) error {
	*l = level(len(b))
	return nil
}

func (s *tidy) UnmarshalText(b []byte) error {
	*s = tidy(bytes.TrimSpace(b))
	return nil
}

// A struct is written as if the target's JSON was decoded into it.
func TestHostileStructsAreWrittenAsFromJSON(t *testing.T) {
	t.Parallel()
	text := func(target string, typ Type) Field {
		return Field{Target: target, Template: "{" + target + "}", Type: typ}
	}
	m, err := Compile(Spec{Fields: []Field{
		text("base_code", ""), text("level", ""), text("tidy", ""), text("big", "any"), text("cents", "any"), text("dec", "any"), text("addr", ""), text("any", "any"),
		{Target: "lines", Each: "lines", Children: []Field{
			{Target: "qty", Template: "{{lines.qty}}", Type: TypeAny}, {Target: "tag", Template: "{{lines.tag}}"},
		}},
	}})
	require.NoError(t, err)
	doc := []byte(`{"base_code":"b","level":"12","tidy":" x ","big":12345678901234567890123,"cents":7,"dec":"1.50","addr":"10.0.0.1","any":1.10,"lines":[{"qty":"2.0","tag":" y "},{"qty":3}]}`)
	target, err := m.MapJSON(t.Context(), nil, doc)
	require.NoError(t, err)
	var want hostileOut
	require.NoError(t, wire.Unmarshal(target.JSON, &want))
	f, err := Transform[json.RawMessage, hostileOut](m, nil)
	require.NoError(t, err)
	got, err := f(t.Context(), doc)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	type out struct {
		*hiddenTo
		Code string `json:"base_code"`
	}
	m, err = Compile(Spec{Fields: []Field{text("Deep", "")}})
	require.NoError(t, err)
	_, err = Transform[json.RawMessage, out](m, nil)
	var bad *SpecErrors
	require.ErrorAs(t, err, &bad, "encoding/json can not write there either")
	assert.Equal(t, "unknown_target", bad.Errors[0].Code)
}
