package qeasy

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping"
)

func TestKeyOfARecordInTheRequest(t *testing.T) {
	text := func(value string) Field {
		return Field{Name: "f", Type: "string", Value: value, HasValue: true}
	}
	for _, c := range []struct {
		id, value string
		want      bool
	}{
		{"shop_no", "{shop_no}", true},
		{"shop_no", "{{shop_no}}", true},
		{"{{bill}}-{{seq}}", "{bill}-{seq}", true},
		{"shop_no", "{shop_name}", false},
		{"shop_no", "S-{shop_no}", false},
		{"at", "{{at|date}}", false},
		{"shop_no", "_function upper('{{shop_no}}')", false},
		{"shop_no", "shop_no", false},
		{"", "", false},
	} {
		f := text(c.value)
		require.Equal(t, c.want, (&SinkSpec{ID: c.id}).IsKey(&f), "id %s, value %s", c.id, c.value)
	}
	number := text("{no}")
	number.Type = "int" // 007 would become 7
	parsed := text("{no}")
	parsed.Parsers = []mapping.Parser{{Name: "ConvertObjectParser"}}
	mapped := text("{no}")
	mapped.Table = &Table{ID: "t"}
	for _, f := range []Field{number, parsed, mapped} {
		require.False(t, (&SinkSpec{ID: "no"}).IsKey(&f))
	}
}

func TestKeyThatNoFieldGives(t *testing.T) {
	for name, source := range map[string]string{
		"random":             `{"api":"x","effect":"QUERY","id":"{random}"}`,
		"lines and template": `{"api":"x","effect":"QUERY","id":"{a}-{b}","beatFlat":["lines"]}`,
	} {
		require.Empty(t, compiledTarget(t, source).ID, name)
	}
	require.Equal(t, "no", compiledTarget(t, `{"api":"x","effect":"QUERY","id":"no","beatFlat":["lines"]}`).ID)
}

func compiledTarget(t *testing.T, source string) *SinkSpec {
	t.Helper()
	from, err := Parse(SideSource, []byte(source))
	require.NoError(t, err)
	to, err := Parse(SideTarget, []byte(`{"api":"y","effect":"EXECUTE","request":[{"field":"f","type":"string","value":"{no}"}]}`))
	require.NoError(t, err)
	s, err := Compile(from, to, Config{Source: plainConnector{}, Target: plainConnector{}})
	require.NoError(t, err)
	return s.Target()
}
