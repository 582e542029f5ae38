package mapping

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A time keeps its day in every zone, and what is no Unix time is not taken for one.
func TestTimesKeepTheirDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, record, template, typ, want string }{
		// the hour after midnight was skipped that day
		{"America/Sao_Paulo", `{"t":"2018-11-04"}`, "{{t|date}}", "", `"2018-11-04"`},
		{"America/Sao_Paulo", `{"t":"2018-11-04 00:30:00"}`, "{{t|datetime}}", "", `"2018-11-04 01:30:00"`},
		{"America/Sao_Paulo", `{"t":"2018-11-04 00:30:00"}`, "{{t|date}}", "", `"2018-11-04"`},
		{"Asia/Beirut", `{"t":"2022-03-27T00:00"}`, "{{t|date}}", "", `"2022-03-27"`},
		{"America/New_York", `{"t":"2024-03-10 02:30:00"}`, "{{t|datetime}}", "", `"2024-03-10 03:30:00"`},
		{"", `{"t":"1940-06-01"}`, "{{t|date}}", "", `"1940-06-01"`},
		{"", `{"t":"1919-04-13"}`, "{{t|date}}", "", `"1919-04-13"`},
		{"", `{"t":"2024-03-14T23:30:00Z"}`, "{{t|date}}", "", `"2024-03-15"`},
		{"", `{"t":"2024-03-14T23:30:00+0800"}`, "{{t|date}}", "", `"2024-03-14"`},
		{"", `{"t":1710403200}`, "{{t|datetime}}", "", `"2024-03-14 16:00:00"`},
		{"", `{"t":"1710403200999"}`, "{{t|timestamp}}", "any", `1710403200`},
		{"", `{"t":1710403200.000}`, "{t}", "datetime", `"2024-03-14 16:00:00"`},
		{"", `{"t":1710403200.5}`, "{t}", "datetime", `!`},
		{"", `{"t":17104032e2}`, "{t}", "datetime", `!`},
		{"", `{"t":"1710403200.5"}`, "{{t|date}}", "", `!`},
		{"", `{"t":true}`, "{{t|date}}", "", `!`},
		// digits that look like a date: numbers are Unix times, texts are neither
		{"", `{"t":"20240314"}`, "{{t|date}}", "", `!`},
		{"", `{"t":"20240314160000"}`, "{{t|date}}", "", `!`},
		{"", `{"t":20240314}`, "{t}", "date", `"1970-08-23"`},
		{"", `{"t":20240314}`, "{{t|timestamp}}", "any", `20240314`},
		{"", `{"t":20240314160000}`, "{{t|datetime}}", "", `"2611-05-24 05:29:20"`},
		{"", `{"t":"20240314"}`, "{t}", "date", `"20240314"`},
		{"", `{"t":"2024-02-30"}`, "{{t|date}}", "", `!`},
		{"", `{"t":"2024-03-14 24:00:00"}`, "{{t|date}}", "", `!`},
		{"", `{"t":"0000-00-00 00:00:00"}`, "{{t|date}}", "", ``},
		{"", `{"t":99999999}`, "{{t|date}}", "", `"1973-03-03"`},
	} {
		m, err := Compile(Spec{Zone: c.zone, Fields: []Field{{Target: "x", Template: c.template, Type: Type(c.typ)}}})
		require.NoError(t, err)
		r, err := m.MapJSON(t.Context(), nil, []byte(c.record))
		if c.want == "!" {
			if assert.Error(t, err, "%s: %s", c.record, r.JSON) {
				assert.Equal(t, CodeTypeConversion, code(t, err))
			}
			continue
		}
		require.NoError(t, err, c.record)
		if odd := strings.Contains(c.record, ":20240314"); assert.Equal(t, odd, len(r.Notes) == 1, "%s: %v", c.record, r.Notes) && odd {
			assert.Equal(t, CodeOddTime, r.Notes[0].Code)
			assert.Contains(t, r.Notes[0].Message, "STR_TO_DATE")
		}
		want := `{"x":` + c.want + `}`
		if c.want == "" {
			want = `{}`
		}
		assert.Equal(t, want, string(r.JSON), "%s %s", c.zone, c.record)
	}
}
