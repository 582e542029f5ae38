package banniu

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Cells are compared by the type of their column: texts exactly, numbers by value.
func TestCellsAreCompared(t *testing.T) {
	t.Parallel()
	f := formOf(t)
	for _, tt := range []struct {
		column, cell, want string
		same               bool
	}{
		{"27963", `"1.10"`, "1.10", true},
		{"27963", `"1.10"`, "1.1", false}, // a text
		{"27963", `"2.0"`, "2", false},
		{"27963", `"007"`, "7", false},
		{"27963", `6901234567890`, "6901234567890", true}, // a number where a text is known
		{"27963", `7`, "007", false},
		{"27963", `"[ 1 ]"`, "[1]", false},
		{"27963", `""`, "", true},
		{"27963", `null`, "", true},
		{"27963", ``, "", true},
		{"27963", `"x"`, "", false},
		{"27963", ``, "0", false},
		{"27972", `"1.10"`, "1.1", true}, // a number column
		{"27972", `1.10`, "1.1", true},
		{"27972", `"12.5000"`, "12.5", true},
		{"27972", `"-2.0"`, "-2", true},
		{"27972", `"9007199254740993"`, "9007199254740992", false},
		{"27972", `"1.10."`, "1.1", false},
		{"27972", `"00.5"`, "0.5", false},
		{"27972", `""`, "0", false},
		{"27972", `1e1`, "10.0", true},
		{"27973", linesText, `[{"1913":"2.50","606":"Shirt"}]`, true}, // a sub-table, whose members have no order
		{"27973", linesText, `[{"1913":"2.5","606":"Shirt","607":""}]`, false},
		{"27973", linesText, `[{"1913":"2.50","606":"Shirt","607":"1"}]`, false},
		{"27973", linesText, `[{"1913":"2.50"}]`, false},
		{"27973", linesText, `[{"1913":"2.50","606":"Shirt"},{}]`, false},
		{"27973", linesText, `[`, false},
		{"27974", `"[ \"a==\", {\"id\":\"b\"} ]"`, `["a==","b"]`, true}, // attachments
		{"27974", `"[\"a==\"]"`, `["b"]`, false},
		{"99", `"1.10"`, "1.1", false}, // nobody knows its type
		{"99", `1.10`, "1.1", true},
		{"99", `true`, "true", true},
		{"99", `"[{\"a\": 1}]"`, `[{"a":1}]`, false},
	} {
		row := Row{"-1": json.RawMessage(`"5"`)}
		if tt.cell != "" {
			row[tt.column] = json.RawMessage(tt.cell)
		}
		found := foundRow(row, false, f, func() (Contents, error) { return Contents{tt.column: tt.want}, nil })
		require.Equal(t, tt.same, found.Match == duijiesync.Identical, "column %s: %s and %s", tt.column, tt.cell, tt.want)
		require.Equal(t, tt.same, len(found.Changes) == 0)
	}
	// Of a sub-table's number columns too.
	table := Column{Sons: []Column{{ID: "1913", Behavior: "2"}, {ID: "606", Behavior: "1"}}}
	require.True(t, table.same(json.RawMessage(linesText), `[{"606":"Shirt","1913":"2.5"}]`))
	require.False(t, table.same(json.RawMessage(`"[{\"606\":\"1.0\"}]"`), `[{"606":"1"}]`))
}

const linesText = `"[{\"606\": \"Shirt\", \"1913\": \"2.50\", \"607\": null}]"`
