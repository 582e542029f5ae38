package wdttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

// TestRowsHaveTheDocumentedShape compares a bare row of every method with the
// platform's own samples: each member it shows stands there with the same JSON
// type, and none of theirs is forgotten.
func TestRowsHaveTheDocumentedShape(t *testing.T) {
	t.Parallel()
	dir := testutil.Contracts(t)
	compared := 0
	for _, tb := range tables {
		if shapeOf(tb.name) == nil {
			continue
		}
		file := tb.name + ".json"
		if _, err := os.Stat(filepath.Join(dir, "samples", "wdt", file)); err != nil {
			continue
		}
		compared++
		t.Run(tb.name, func(t *testing.T) {
			t.Parallel()
			sample := membersOf(t, tb.name, decode(t, bytes.NewReader(testutil.Sample(t, "wdt", file))))
			s := New(fixed())
			seedOne(s, &tb)
			var got map[string]string
			if tb.name == "wms.stockin.PreStockin.search" {
				rows := render(s, tb.name, false)
				got = map[string]string{}
				note(got, "", rows[0])
			} else {
				got = membersOf(t, tb.name, sendDirect(t, s, ask{method: tb.name, body: windowFor(tb.name)}))
			}
			for member, kind := range got {
				if list, _, nested := strings.Cut(member, "."); nested && !told(sample, list) {
					continue // the sample's list is empty
				}
				require.Equal(t, sample[member], kind, member)
			}
			for member := range sample {
				if got[member] == "" && !strings.Contains(sample[member], "list") {
					require.Contains(t, unset, member[strings.LastIndexByte(member, '.')+1:], "%s is missing", member)
				}
			}
		})
	}
	require.Greater(t, compared, 20)
}

func told(sample map[string]string, list string) bool {
	for member := range sample {
		if strings.HasPrefix(member, list+".") {
			return true
		}
	}
	return false
}

// unset are members in milliseconds, which are left out while they have no time.
var unset = []string{
	"consign_time", "check_time", "stockin_time", "last_purchase_time", "trade_time", "pay_time", "stock_check_time", "modified", "created",
	"st_created", "created_time", "create_time", "spec_modified",
}

// seedOne seeds a row with one bare row in every list.
func seedOne(s *Server, tb *table) {
	sh := shapeOf(tb.name)
	s.Seed(tb.name, bareRow(sh.lists, Row{
		"platform_id": 127, "status": 110, "consign_time": noon, "warehouse_no": "W", "spec_no": "S",
	}, sh))
}

func bareRow(lists map[string]*sublist, r Row, sh *shape) Row {
	for name := range r {
		if !sh.known[name] {
			delete(r, name)
		}
	}
	for name, sub := range lists {
		if sub.seeded || sub.object {
			continue
		}
		r[name] = []Row{bareRow(sub.lists, Row{}, &sub.shape)}
	}
	return r
}

func render(s *Server, method string, qimen bool) []map[string]any {
	var out []map[string]any
	for _, r := range s.Rows(method) {
		b, _ := json.Marshal(shaped{row: r, shape: shapeOf(tableOf(method).shapeName()), manner: manner{qimen: qimen}}.render())
		v, _ := decodeJSON(b)
		out = append(out, v.(map[string]any))
	}
	return out
}

// windowFor is a filter whose times hold the fixed clock.
func windowFor(method string) string {
	filter := map[string]any{}
	for _, q := range queries {
		if q.name != method || q.times == "" || tableOf(method).on != "" {
			continue
		}
		from, to, _ := strings.Cut(strings.Split(q.times, ",")[0], "/")
		filter[from], filter[to] = "2025-10-09 11:30:00", "2025-10-09 12:00:00"
	}
	switch method {
	case refund:
		filter["modified_from"], filter["modified_to"] = "2025-10-09 11:30:00", "2025-10-09 12:00:00"
	case shipSync:
		filter["is_own_platform"] = true
	case "wms.stockout.Transfer.queryWithDetail":
		filter["start_time"], filter["end_time"] = "2025-10-09 11:30:00", "2025-10-09 12:00:00"
	case "wms.stockout.Sales.queryWithDetail":
		filter["status_type"], filter["status"] = 3, "110"
	case "wms.stockout.PurchaseReturn.queryWithDetail":
		filter["time_type"] = 3
	case "wms.stockout.OtherQuery.queryWithDetail":
		filter["time_type"] = 3
	}
	b, _ := json.Marshal([]any{filter})
	return string(b)
}

// membersOf tells the JSON type of every member of every row of an answer.
func membersOf(t *testing.T, method string, answer map[string]any) map[string]string {
	t.Helper()
	require.Equal(t, json.Number("0"), answer["status"], "%v", answer)
	i := slices.IndexFunc(queries, func(q query) bool { return q.name == method })
	rows := answer["data"]
	if data, ok := rows.(map[string]any); ok {
		rows = data[queries[i].list]
	}
	list, ok := rows.([]any)
	require.True(t, ok, "%v", answer)
	require.NotEmpty(t, list)
	out := map[string]string{}
	for _, r := range list {
		note(out, "", r.(map[string]any))
	}
	return out
}

func note(out map[string]string, path string, r map[string]any) {
	for k, v := range r {
		switch v := v.(type) {
		case []any:
			out[path+k] = "list"
			for _, e := range v {
				if inner, ok := e.(map[string]any); ok {
					note(out, path+k+".", inner)
				}
			}
		case map[string]any:
			note(out, path+k+".", v)
		case nil:
			out[path+k] = "null"
		default:
			out[path+k] = fmt.Sprintf("%T", v)
		}
	}
}
