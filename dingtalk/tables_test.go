package dingtalk

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const innerTables = "GET yida/forms/innerTables/{id}"

// tabled is a fake whose lists cut sub-tables, with instances of so many lines each, by
// the key L-<lines>.
func tabled(t *testing.T, lines ...int) *dingtalktest.Server {
	t.Helper()
	srv := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithTablesCut(), dingtalktest.WithQPS(0))
	t.Cleanup(srv.Close)
	at := time.Now().Add(-24 * time.Hour)
	for _, form := range []string{dingtalktest.DemoPlainForm, longProcess} {
		if form == longProcess {
			f := dingtalktest.StockForm()
			f.UUID, f.Kind = longProcess, dingtalktest.Process
			srv.AddForm(f)
		}
		for _, n := range lines {
			srv.SeedInstance(form, dingtalktest.Instance{Created: at, Values: dingtalktest.Row{"textField_sku": fmt.Sprint("L-", n), "tableField_lines": linesOf(n)}})
		}
	}
	return srv
}

const longProcess = "FORM-LONGPROCESS"

func linesOf(n int) []dingtalktest.Row {
	rows := make([]dingtalktest.Row, n)
	for i := range rows {
		rows[i] = dingtalktest.Row{"textField_colour": "红", "numberField_pieces": i}
	}
	return rows
}

// order is a record with its lines.
type order struct {
	Code  string `json:"textField_sku"`
	Lines []struct {
		Pieces duijie.Decimal `json:"numberField_pieces_value"`
	} `json:"tableField_lines"`
}

func readRecords[T any](t *testing.T, src duijiesync.Source[T]) map[string]duijiesync.Record[T] {
	t.Helper()
	got := map[string]duijiesync.Record[T]{}
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range b.Records {
			got[r.Key] = r
		}
	}
	return got
}

// A source yields sub-tables of any length whole, whichever way it reads, and so does
// what it left in the dead letters; a list as it comes cuts them.
func TestSourceCompletesLongTables(t *testing.T) {
	t.Parallel()
	sizes := []int{0, 3, 49, 50, 51, 137, 500}
	for name, cfg := range map[string]SourceConfig[order]{
		"windows": {}, "ids": {ByID: true}, "full": {Full: true}, "process": {Process: true}, "process ids": {Process: true, ByID: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tabled(t, sizes...)
			y := fakeYida(t, srv, false)
			cfg.Key, cfg.SettleDelay = "textField_sku", -1
			q := FormQuery{FormUUID: dingtalktest.DemoPlainForm, PageSize: 4}
			if cfg.Process {
				q.FormUUID = longProcess
			}
			src, err := NewSource(y, q, cfg)
			require.NoError(t, err)
			got := readRecords(t, src)
			for _, n := range sizes {
				r := got[fmt.Sprint("L-", n)]
				require.NoError(t, r.Err)
				again, err := src.(duijiesync.RawDecoder[order]).DecodeRaw(r.Raw)
				require.NoError(t, err)
				for _, v := range []order{r.Value, again} {
					require.Len(t, v.Lines, n)
					for i, line := range v.Lines {
						require.Equal(t, fmt.Sprint(i), line.Pieces.String())
					}
				}
			}
			cfg.CutTables = true
			src, err = NewSource(y, q, cfg)
			require.NoError(t, err)
			for key, r := range readRecords(t, src) {
				if key == "L-0" || key == "L-3" || key == "L-49" || !strings.HasPrefix(key, "L-") {
					require.NoError(t, r.Err, key)
					continue
				}
				require.ErrorContains(t, r.Err, "tableField_lines", key)
				_, err := src.(duijiesync.RawDecoder[order]).DecodeRaw(r.Raw)
				require.ErrorContains(t, err, "tableField_lines", "a replay does not make it short")
			}
		})
	}
}

// Lists say which sub-tables may be cut, and complete them when told to, by alias too.
func TestListsSayAndComplete(t *testing.T) {
	t.Parallel()
	srv := tabled(t, 3, 50, 120)
	y := fakeYida(t, srv, false)
	where := []Condition{TextLike("textField_sku", "L-")}
	for name, list := range map[string]func(FormQuery) *List[Instance]{"forms": y.Forms, "search": y.SearchForms} {
		cut := 0
		for i, err := range list(FormQuery{FormUUID: dingtalktest.DemoPlainForm, Where: where}).All(t.Context()) {
			require.NoError(t, err)
			lines, err := i.Data.Table("tableField_lines")
			require.NoError(t, err)
			if i.Data.Text("textField_sku") == "L-3" {
				require.Nil(t, i.CutTables)
				continue
			}
			cut++
			require.Equal(t, []string{"tableField_lines"}, i.CutTables, name)
			require.Len(t, lines, 50)
			_, err = i.FormData()
			require.ErrorIs(t, err, duijie.ErrInvalid)
			all := []Instance{i}
			require.NoError(t, y.CompleteTables(t.Context(), "", all))
			require.Nil(t, all[0].CutTables)
			data, err := all[0].FormData()
			require.NoError(t, err)
			require.Len(t, data["tableField_lines"], map[string]int{"L-50": 50, "L-120": 120}[i.Data.Text("textField_sku")])
			delete(data, "associationFormField_vendor")
			require.NoError(t, y.UpdateForm(t.Context(), UpdateFormRequest{InstanceID: i.ID, Data: data}))
		}
		require.Equal(t, 2, cut)
	}
	srv.FlushIndex()
	for _, alias := range []bool{false, true} {
		q := FormQuery{FormUUID: dingtalktest.DemoPlainForm, WholeTables: true, UseAlias: alias, PageSize: 2}
		code, table, cell := "textField_sku", "tableField_lines", "numberField_pieces"
		if alias {
			code, table, cell = "Sku", "Lines", "Pieces"
		}
		n := 0
		for i, err := range y.Forms(q).All(t.Context()) {
			require.NoError(t, err)
			if i.Data.Text(code) != "L-120" {
				continue
			}
			n++
			require.Nil(t, i.CutTables)
			lines, err := i.Data.Table(table)
			require.NoError(t, err)
			require.Len(t, lines, 120)
			require.Equal(t, "119", lines[119].Text(cell))
			require.Equal(t, "119", lines[119].Text("numberField_pieces_value"))
		}
		require.Equal(t, 1, n)
	}
}

// A sub-table that can not be read is the record's own error, which names it; what fails
// as a whole ends the reading.
func TestTableThatCanNotBeRead(t *testing.T) {
	t.Parallel()
	srv := tabled(t, 3, 60)
	y := fakeYida(t, srv, false)
	q := FormQuery{FormUUID: dingtalktest.DemoPlainForm}
	src, err := NewSource(y, q, SourceConfig[order]{Key: "textField_sku", SettleDelay: -1})
	require.NoError(t, err)
	srv.Inject(dingtalktest.Fault{Op: innerTables, Times: -1, Kind: dingtalktest.Refusal, Error: &dingtalktest.Error{Status: 400, Code: "invalidState.form.dataDoesNotExistOrIsDeleted", Message: "gone"}})
	got := readRecords(t, src)
	require.NoError(t, got["L-3"].Err)
	require.ErrorContains(t, got["L-60"].Err, "tableField_lines")
	require.Len(t, got, 32, "the others are there")

	srv.ClearFaults()
	for _, kind := range []dingtalktest.FaultKind{dingtalktest.NoPermission, dingtalktest.ServerError} {
		srv.Inject(dingtalktest.Fault{Op: innerTables, Times: -1, Kind: kind})
		var last error
		for _, err := range src.Read(t.Context(), "") {
			last = err
		}
		require.ErrorContains(t, last, "tableField_lines", kind)
		srv.ClearFaults()
	}
}

// A sub-table that changes while its pages are read is read again; one that never comes
// to rest is not passed on.
func TestTableThatChangesWhileItIsRead(t *testing.T) {
	t.Parallel()
	for _, times := range []int{1, 100} {
		srv := tabled(t, 120)
		y := fakeYida(t, srv, false)
		i, err := y.FindForm(t.Context(), dingtalktest.DemoPlainForm, "textField_sku", "L-120")
		require.NoError(t, err)
		size := 120
		srv.OnCall(func(op string, n int) {
			if op == innerTables && n%2 == 0 && n/2 <= times { // a line goes between two pages
				size--
				srv.Change(dingtalktest.DemoPlainForm, i.ID, dingtalktest.Row{"tableField_lines": linesOf(size)})
			}
		})
		all := []Instance{*i}
		err = y.CompleteTables(t.Context(), "", all)
		if times > 1 {
			require.ErrorIs(t, err, duijie.ErrNoProgress)
			require.Equal(t, []string{"tableField_lines"}, all[0].CutTables)
			continue
		}
		require.NoError(t, err)
		lines, err := all[0].Data.Table("tableField_lines")
		require.NoError(t, err)
		require.Len(t, lines, 119)
	}
}

// Pages that come in any number but that asked for are no table.
func TestTableWhosePagesRepeat(t *testing.T) {
	t.Parallel()
	row := strings.Repeat(`{"textField_a":"x"},`, 50)
	for _, total := range []string{`"totalCount":120,`, ""} {
		s := newServer(t, func(int, seen) (int, string) {
			return 200, "{" + total + `"data":[` + strings.TrimSuffix(row, ",") + `]}`
		})
		c := newClient(t, s.URL, unpaced())
		all := []Instance{{ID: "F", CutTables: []string{"tableField_a"}}}
		require.ErrorIs(t, c.Yida().CompleteTables(t.Context(), "", all), duijie.ErrNoProgress)
		require.LessOrEqual(t, len(s.requests()), tableReads*tablePages)
	}
}

// counting tells how many sub-tables are read at once.
type counting struct{ now, most atomic.Int64 }

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "innerTables") {
		n := c.now.Add(1)
		defer c.now.Add(-1)
		for m := c.most.Load(); n > m && !c.most.CompareAndSwap(m, n); m = c.most.Load() {
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// Sub-tables are read side by side, but not all at once, and cost what the doc says.
func TestTablesAreReadInBoundedLanes(t *testing.T) {
	t.Parallel()
	sizes := make([]int, 30)
	for i := range sizes {
		sizes[i] = 60 + i
	}
	srv := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithTablesCut(), dingtalktest.WithQPS(0), dingtalktest.WithLatency(2*time.Millisecond))
	t.Cleanup(srv.Close)
	for _, n := range sizes {
		srv.Seed(dingtalktest.DemoPlainForm, dingtalktest.Row{"textField_sku": fmt.Sprint("L-", n), "tableField_lines": linesOf(n)})
	}
	seen := &counting{}
	c, err := NewClient(fakeYida(t, srv, false).client.cfg, quick(), unpaced(), duijie.WithHTTPClient(&http.Client{Transport: seen}))
	require.NoError(t, err)
	n := 0
	for i, err := range c.Yida().Forms(FormQuery{FormUUID: dingtalktest.DemoPlainForm, WholeTables: true}).All(t.Context()) {
		require.NoError(t, err)
		require.Nil(t, i.CutTables)
		n++
	}
	require.Equal(t, 60, n)
	require.LessOrEqual(t, seen.most.Load(), int64(4))
	require.Greater(t, seen.most.Load(), int64(1))
	require.Equal(t, 30*2, srv.Count(innerTables))
}

// The designer's format tells of a table that was cut below the limit that is known.
func TestTableShorterThanToldIsCut(t *testing.T) {
	t.Parallel()
	var i Instance
	require.NoError(t, i.UnmarshalJSON([]byte(`{"formInstanceId":"F","formData":{"tableField_a":[{"textField_b":"x"}],"tableField_c":[]},
		"instanceValue":"[{\"componentName\":\"TableField\",\"fieldId\":\"tableField_a\",\"fieldData\":{\"totalCount\":2,\"value\":[]}}]"}`)))
	require.Equal(t, []string{"tableField_a"}, i.CutTables)
}
