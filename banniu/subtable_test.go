package banniu

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu/banniutest"
)

type lossyLine struct {
	Qty duijie.Decimal `banniu:"数量"`
}

type lossyGoods struct {
	Lines []lossyLine `banniu:"明细"`
}

const linesCell = `[{"0":77,"606":"Shirt","1913":3,"607":"1"},{"606":null,"1913":"2.50","9999":{"x":[1]}}]`

func linesRow(t testing.TB) Row {
	t.Helper()
	text, err := json.Marshal(linesCell)
	require.NoError(t, err)
	return Row{"-1": json.RawMessage(`"5"`), "27973": text}
}

// What no field names survives a change of a sub-table: known columns, unknown ones, and
// the ids of rows, as they were.
func TestSubTablesKeepWhatNoFieldNames(t *testing.T) {
	t.Parallel()
	f := formOf(t)
	type keeper struct {
		Lines []struct {
			Qty   duijie.Decimal `banniu:"数量"`
			Grade string         `banniu:"级,omitempty"`
			Row   Row
		} `banniu:"明细"`
	}
	var g keeper
	require.NoError(t, f.Decode(linesRow(t), &g))
	c, err := f.Encode(g)
	require.NoError(t, err)
	require.JSONEq(t, linesCell, c["27973"], "unchanged it is what was read")
	g.Lines[0].Qty, g.Lines[0].Grade = duijie.MustDecimal("7"), ""
	c, err = f.Encode(g)
	require.NoError(t, err)
	require.JSONEq(t, `[{"0":77,"606":"Shirt","1913":"7","607":"1"},{"606":null,"1913":"2.50","9999":{"x":[1]}}]`, c["27973"])
	require.Equal(t, "3", g.Lines[0].Row.Text("1913"), "the row that was read is not changed")
	// A new row holds its fields alone, and without rows the cell is cleared.
	g.Lines = append(g.Lines[:0:0], g.Lines[1])
	g.Lines[0].Row = nil
	c, err = f.Encode(g)
	require.NoError(t, err)
	require.JSONEq(t, `[{"1913":"2.50"}]`, c["27973"])
	c, err = f.Encode(keeper{})
	require.NoError(t, err)
	require.Equal(t, Contents{"27973": ""}, c)
	// Rows as they come, without a struct.
	rows, err := linesRow(t).SubRows("27973")
	require.NoError(t, err)
	c, err = f.Contents(map[string]any{"明细": rows})
	require.NoError(t, err)
	require.JSONEq(t, linesCell, c["27973"])
	_, err = f.Contents(map[string]any{"名称": rows})
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// What would lose columns of a sub-table is refused, unless it is asked for.
func TestSubTablesThatWouldLoseColumns(t *testing.T) {
	t.Parallel()
	f := formOf(t)
	var g lossyGoods
	require.NoError(t, f.Decode(linesRow(t), &g), "reading loses nothing")
	require.Equal(t, "3", g.Lines[0].Qty.String())
	_, err := f.Encode(g)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "品名 (606), 级 (607)")
	_, err = f.Contents(map[string]any{"明细": []map[string]any{{"品名": "Hat", "数量": 1}}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "级 (607)")
	c, err := f.Contents(map[string]any{"明细": []map[string]any{{"品名": "Hat", "数量": 1, "级": nil}}})
	require.NoError(t, err)
	require.JSONEq(t, `[{"606":"Hat","1913":"1","607":""}]`, c["27973"])
	type replacing struct {
		Lines []lossyLine `banniu:"明细,replace"`
	}
	c, err = f.Encode(replacing{Lines: []lossyLine{{duijie.MustDecimal("4")}}})
	require.NoError(t, err)
	require.JSONEq(t, `[{"1913":"4"}]`, c["27973"])
	_, err = f.Encode(struct {
		No string `banniu:"27963,replace"`
	}{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	// Without a Form nobody knows the other columns.
	type line struct {
		Qty int `banniu:"1913"`
	}
	var none *Form
	_, err = none.Encode(struct {
		Lines []line `banniu:"27973"`
	}{[]line{{1}}})
	require.ErrorContains(t, err, "without a Form")
}

// Over the wire: of a sub-table one cell is changed, and the others are there.
func TestASubTableIsChanged(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	p := c.Project("", "")
	form, err := p.Form(t.Context())
	require.NoError(t, err)
	type item struct {
		TaskID string `banniu:"-1"`
		Lines  []struct {
			Row
			Qty int `banniu:"数量"`
		} `banniu:"明细"`
	}
	id := s.TaskIDs(banniutest.DemoProject)[1]
	one, err := GetAs[item](t.Context(), p, form, fmt.Sprint(id))
	require.NoError(t, err)
	one.Lines[0].Qty = 9
	contents, err := form.Encode(one)
	require.NoError(t, err)
	require.NoError(t, p.Update(t.Context(), one.TaskID, contents, UpdateOptions{}))
	cells, _ := s.Task(banniutest.DemoProject, id)
	require.JSONEq(t, `[{"606":"货品 G0001","1913":"9"}]`, cells["27973"])
}
