package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func numbers[T any](t *testing.T, seq func(func(T, error) bool), number func(T) string) []string {
	t.Helper()
	var out []string
	for item, err := range seq {
		require.NoError(t, err)
		out = append(out, number(item))
	}
	return out
}

func expected(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("C-%04d", i+1)
	}
	return out
}

func customerNumber(r CustomerRow) string { return r.Number }

func TestKeysetReadsAllOnce(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 25)
	for _, limit := range []int{0, 1, 2, 3, 7, 24, 25, 26, 10000} {
		all := c.Customers.All(t.Context(), CustomerQuery{Limit: limit})
		for range 2 { // each range starts anew
			require.Equal(t, expected(25), numbers(t, all, customerNumber), limit)
		}
	}
	filtered := c.Customers.All(t.Context(), CustomerQuery{Limit: 2, Filter: Or(Eq("FNumber", "C-0003"), Eq("FNumber", "C-0009"), Eq("FNumber", "C-0020")).String()})
	require.Equal(t, []string{"C-0003", "C-0009", "C-0020"}, numbers(t, filtered, customerNumber))
	for rec, err := range c.QueryAll(t.Context(), Query{FormID: "BD_Customer", Fields: []string{"FNumber", "FCreateOrgId.FNumber"}, Limit: 3, Top: 8}) {
		require.NoError(t, err)
		require.Equal(t, "100", rec.Text("FCreateOrgId.FNumber"))
		require.Len(t, rec, 2, "the key was not asked for")
	}
	top := numbers(t, c.QueryAll(t.Context(), Query{FormID: "BD_Customer", Fields: []string{"FNumber"}, Limit: 3, Top: 8}), func(r duijie.Record) string { return r.Text("FNumber") })
	require.Equal(t, expected(8), top)
}

func TestIteratorContract(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 9)
	all := c.Customers.All(t.Context(), CustomerQuery{Limit: 4})
	require.Zero(t, s.Count(""), "nothing is sent before the range")
	for _, err := range all {
		require.NoError(t, err)
		break
	}
	require.Equal(t, 1, s.Count(""), "break sends nothing more")
	s.Inject(kingdeetest.Fault{Op: "ExecuteBillQuery", Call: 2, Kind: kingdeetest.WAF})
	n, failed := 0, false
	for row, err := range all {
		require.False(t, failed, "an error is the last pair")
		if err != nil {
			failed = true
			require.Zero(t, row)
			continue
		}
		n++
	}
	require.True(t, failed)
	require.Equal(t, 3, n)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range c.Customers.All(ctx, CustomerQuery{}) {
		require.ErrorIs(t, err, context.Canceled)
	}
	page, err := c.Customers.List(t.Context(), CustomerQuery{Limit: 4})
	require.NoError(t, err)
	require.Equal(t, int64(-1), page.Total)
	rest := numbers(t, c.Customers.All(t.Context(), CustomerQuery{Limit: 4, Next: page.Next}), customerNumber)
	require.Equal(t, expected(9)[len(page.Items):], rest, "a saved cursor resumes")
	empty := numbers(t, c.Customers.All(t.Context(), CustomerQuery{Filter: "FNumber='none'"}), customerNumber)
	require.Empty(t, empty)
	for _, err := range c.Customers.All(t.Context(), CustomerQuery{Next: "rubbish"}) {
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

// A record deleted between two pages shifts offsets; keys stay where they are.
func TestKeysetStaysRightWhileRowsMove(t *testing.T) {
	t.Parallel()
	lost := func(read func(*Client) []string) int {
		c, s := newPair(t, SignHeaders)
		seedCustomers(s, 12)
		s.OnCall(func(op string, n int) {
			if op == "ExecuteBillQuery" && n == 2 {
				s.Remove("BD_Customer", "C-0001")
			}
		})
		got := map[string]bool{}
		for _, n := range read(c) {
			got[n] = true
		}
		missing := 0
		for _, n := range expected(12)[1:] {
			if !got[n] {
				missing++
			}
		}
		return missing
	}
	q := Query{FormID: "BD_Customer", Fields: []string{"FNumber"}, Limit: 5}
	number := func(r duijie.Record) string { return r.Text("FNumber") }
	require.Zero(t, lost(func(c *Client) []string { return numbers(t, c.QueryAll(t.Context(), q), number) }))
	q.Order = "FCUSTID ASC"
	require.Positive(t, lost(func(c *Client) []string { return numbers(t, c.QueryAll(t.Context(), q), number) }), "paging by offset loses a row on the same data")
}

type orderLine struct {
	Bill   string         `kingdee:"FBillNo"`
	ID     int64          `kingdee:"FID,key"`
	Line   int64          `kingdee:"FSaleOrderEntry_FEntryID"`
	Amount duijie.Decimal `kingdee:"FQty"`
}

func TestLinesAreNeverTorn(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	total := 0
	for bill := 1; bill <= 6; bill++ {
		lines := make([]map[string]any, bill*2%7+1)
		for i := range lines {
			lines[i] = map[string]any{"FQty": "1.50"}
		}
		total += len(lines)
		s.Seed("SAL_SaleOrder", map[string]any{"FID": 500 + bill, "FBillNo": fmt.Sprintf("S-%d", bill), "FSaleOrderEntry": lines})
	}
	for limit := 1; limit <= total+1; limit++ {
		seen := map[int64]bool{}
		for line, err := range QueryAs[orderLine](t.Context(), c, Query{FormID: "SAL_SaleOrder", Limit: limit}) {
			require.NoError(t, err)
			require.False(t, seen[line.Line], "line %d came twice at limit %d", line.Line, limit)
			seen[line.Line] = true
			require.True(t, line.Amount.Equal(duijie.MustDecimal("1.5")))
		}
		require.Len(t, seen, total, "limit %d", limit)
	}
}

func TestPagingMistakes(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 3)
	for name, q := range map[string]Query{
		"no key": {FormID: "MY_Form", Fields: []string{"FName"}}, "no form": {Fields: []string{"FName"}}, "no fields": {FormID: "BD_Customer"},
		"bad field": {FormID: "BD_Customer", Fields: []string{"FName,FNumber"}}, "twice": {FormID: "BD_Customer", Fields: []string{"FName", "FName"}},
		"limit": {FormID: "BD_Customer", Fields: []string{"FName"}, Limit: 10001}, "bad key": {FormID: "X", Key: "a b", Fields: []string{"FName"}},
		"start with key": {FormID: "BD_Customer", Fields: []string{"FName"}, Start: 1},
	} {
		for _, err := range c.QueryAll(t.Context(), q) {
			require.ErrorIs(t, err, duijie.ErrInvalid, name)
		}
	}
	require.Zero(t, s.Count(""), "found before any request")
	_, err := c.Query(t.Context(), Query{FormID: "BD_Customer", Fields: []string{"FNoSuchField"}})
	require.ErrorIs(t, err, duijie.ErrNotFound)
	require.ErrorContains(t, err, "FNoSuchField")
	_, err = c.Query(t.Context(), Query{FormID: "BD_NoSuchForm", Fields: []string{"FName"}})
	require.ErrorIs(t, err, duijie.ErrNotFound)
	require.ErrorContains(t, err, "FormId")

	// A server that ignores filter or start row would never end.
	stuck := mocked(t, SignHeaders, answerText(200, `[[5],[6]]`))
	for _, order := range []string{"", "FID ASC"} {
		var last error
		n := 0
		for _, err := range stuck.QueryAll(t.Context(), Query{FormID: "X", Key: "FID", Fields: []string{"FID"}, Limit: 2, Order: order}) {
			last, n = err, n+1
		}
		require.ErrorIs(t, last, duijie.ErrNoProgress, order)
		require.Less(t, n, 5)
	}
}

// Old servers cut a page to 2000 rows whatever Limit says.
func TestPageCutByTheServer(t *testing.T) {
	t.Parallel()
	const total = 4500
	c := mocked(t, SignHeaders, func(r *http.Request) (*http.Response, error) {
		var in struct{ Data queryData }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			return nil, err
		}
		var after int
		_, _ = fmt.Sscanf(in.Data.FilterString.(string), "FID > %d", &after)
		after += in.Data.StartRow
		var rows [][]int
		for i := after + 1; i <= total && len(rows) < 2000; i++ {
			rows = append(rows, []int{i})
		}
		body, _ := json.Marshal(rows)
		return answerText(200, string(body))(r)
	})
	for _, order := range []string{"", "FName ASC"} {
		n := int64(0)
		for rec, err := range c.QueryAll(t.Context(), Query{FormID: "X", Key: "FID", Fields: []string{"FID"}, Limit: 10000, Order: order}) {
			require.NoError(t, err)
			n++
			require.Equal(t, fmt.Sprint(n), rec.Text("FID"))
		}
		require.EqualValues(t, total, n)
	}
}

type embedded struct {
	Name string `kingdee:"FName"`
}

type mixedRow struct {
	embedded
	ID      uint32          `kingdee:"FID,key"`
	Flag    bool            `kingdee:"FFlag"`
	Amount  duijie.Decimal  `kingdee:"FAmount"`
	Date    duijie.Time     `kingdee:"FDate"`
	Raw     json.RawMessage `kingdee:"FRaw"`
	Maybe   *string         `kingdee:"FMaybe"`
	Nothing *int64          `kingdee:"FNothing"`
	Any     any             `kingdee:"FAny"`
	Skipped float64
}

func TestRowsBecomeStructs(t *testing.T) {
	t.Parallel()
	c := mocked(t, SignHeaders, answerText(200, `[["甲",1,"1",100.0000000000,"2025-03-07T08:09:10.72",{"a":[1]},"x",null,9007199254740993],[null,"2.0",false," ","",null,null,7,"t"]]`))
	var rows []mixedRow
	for row, err := range QueryAs[mixedRow](t.Context(), c, Query{FormID: "X"}) {
		require.NoError(t, err)
		rows = append(rows, row)
	}
	require.Len(t, rows, 2)
	require.Equal(t, "甲", rows[0].Name)
	require.True(t, rows[0].Flag)
	require.Equal(t, "100.0000000000", rows[0].Amount.String())
	require.Equal(t, "2025-03-07T08:09:10.72", rows[0].Date.String())
	require.Equal(t, int64(1741306150), rows[0].Date.Time.Unix())
	require.JSONEq(t, `{"a":[1]}`, string(rows[0].Raw))
	require.Equal(t, "x", *rows[0].Maybe)
	require.Nil(t, rows[0].Nothing)
	require.Equal(t, json.Number("9007199254740993"), rows[0].Any)
	require.EqualValues(t, 2, rows[1].ID)
	require.False(t, rows[1].Amount.IsSet())
	require.True(t, rows[1].Date.IsZero())
	require.Nil(t, rows[1].Maybe)
	require.EqualValues(t, 7, *rows[1].Nothing)

	for _, err := range QueryAs[struct {
		F float64 `kingdee:"F"`
	}](t.Context(), c, Query{FormID: "X"}) {
		require.ErrorContains(t, err, "duijie.Decimal")
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	for _, err := range QueryAs[int](t.Context(), c, Query{FormID: "X"}) {
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	narrow := mocked(t, SignHeaders, answerText(200, `[[1,2]]`))
	for _, err := range QueryAs[struct {
		F int `kingdee:"F,key"`
	}](t.Context(), narrow, Query{FormID: "X"}) {
		require.ErrorIs(t, err, duijie.ErrMalformedAnswer)
	}
	wrong := mocked(t, SignHeaders, answerText(200, `[["abc"]]`))
	for _, err := range QueryAs[struct {
		F int `kingdee:"F,key"`
	}](t.Context(), wrong, Query{FormID: "X"}) {
		require.ErrorContains(t, err, "row 0: field F")
	}
}

func TestView(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, ValidateUser)
	seedCustomers(s, 1)
	v, err := c.View(t.Context(), "BD_Customer", RecordKey{Number: "C-0001"})
	require.NoError(t, err)
	rec, err := v.Record()
	require.NoError(t, err)
	require.Equal(t, "C-0001", rec.Text("Number"))
	typed, err := ViewAs[struct{ Number string }](t.Context(), c, "BD_Customer", RecordKey{ID: "200001"})
	require.NoError(t, err)
	require.Equal(t, "C-0001", typed.Number)
	_, err = c.View(t.Context(), "BD_Customer", RecordKey{Number: "none"})
	require.ErrorIs(t, err, duijie.ErrNotFound)
	_, err = c.View(t.Context(), "BD_Customer", RecordKey{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Customers.Get(t.Context(), "none")
	require.ErrorIs(t, err, duijie.ErrNotFound)
}

func FuzzRows(f *testing.F) {
	f.Add([]byte(`[["甲",1,"1",100.00,"2025-03-07T08:09:10.72",{"a":[1]},"x",null,1]]`))
	f.Add([]byte(`[[{"Result":{"ResponseStatus":{"IsSuccess":false,"MsgCode":1}}}]]`))
	f.Add([]byte("[[[[{\"actionname\":\"showConfirm\",\"params\":[]}"))
	f.Add([]byte(`{"Result":{"ResponseStatus":null,"Result":{"Id":1}}}`))
	_, decode, err := decoderFor[mixedRow](Query{FormID: "X"})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		for s := anyShape; s <= loginShape; s++ {
			judged(s, 200, string(body))
			judged(s, 519, string(body))
		}
		var rows [][]Cell
		if json.Unmarshal(body, &rows) != nil {
			return
		}
		for i, row := range rows {
			if len(row) == 9 {
				_, _ = decode(i, row)
			}
		}
	})
}

// Some forms have texts as primary keys.
func TestTextKeys(t *testing.T) {
	t.Parallel()
	form := kingdeetest.Form{ID: "MY_Form", Key: "FGUID", Number: "FNumber", Name: "FName", KeyText: true}
	c, s := newPair(t, SignHeaders, kingdeetest.WithForms(form))
	for i := range 9 {
		s.Seed("MY_Form", map[string]any{"FNumber": fmt.Sprint("K", i), "FName": "x"})
	}
	got := numbers(t, c.QueryAll(t.Context(), Query{FormID: "MY_Form", Key: "FGUID", Fields: []string{"FNumber"}, Limit: 4}), func(r duijie.Record) string { return r.Text("FNumber") })
	require.Len(t, got, 9)
	sink, err := NewSaveSink(c, SaveSinkConfig[*Model]{Form: Form{ID: "MY_Form", Key: "FGUID", Number: "FNumber"}, UnAudit: true})
	require.NoError(t, err)
	model := NewModel().Set("FNumber", "K3").Set("FName", "y").Set("FCreateOrgId", Number("100")).Set("FOther", nil)
	rec := duijiesync.Record[*Model]{Key: "K3", Value: model}
	_, err = sink.Find(t.Context(), []duijiesync.Record[*Model]{rec})
	require.ErrorContains(t, err, "SaveSinkConfig.Compare")
	rec.Value = NewModel().Set("FNumber", "K3").Set("FName", "y")
	found, err := sink.Find(t.Context(), []duijiesync.Record[*Model]{rec})
	require.NoError(t, err)
	rec.Target.ID = found[0].TargetID
	out, err := sink.Write(t.Context(), []duijiesync.Record[*Model]{rec})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeUpdated, out[0].Kind, "%+v", out[0])
}

func TestCells(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal([]Cell{Cell("1.50"), nil, Cell(`" "`)})
	require.NoError(t, err)
	require.JSONEq(t, `[1.50,null," "]`, string(raw))
	require.Equal(t, "[1.50,null,\" \"]", string(raw))
	require.True(t, Cell(`" "`).IsBlank())
	n, err := Cell(`"12.000"`).Int()
	require.NoError(t, err)
	require.EqualValues(t, 12, n)
	_, err = Cell(`"x"`).Int()
	require.Error(t, err)
	var ref Reference
	require.NoError(t, json.Unmarshal([]byte(`{"FNUMBER":"1"}`), &ref))
	raw, err = json.Marshal(ref)
	require.NoError(t, err)
	require.JSONEq(t, `{"FNUMBER":"1"}`, string(raw))
	require.NoError(t, json.Unmarshal([]byte(`null`), &ref))
	require.True(t, ref.IsZero())
	require.Error(t, json.Unmarshal([]byte(`{"A":1,"B":2}`), &ref))
}
