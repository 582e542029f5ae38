package wdttest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTablesNameDocumentedMembers: what a table speaks of stands in its rows, and
// every documented filter is a time, a control or a member that can match.
func TestTablesNameDocumentedMembers(t *testing.T) {
	t.Parallel()
	for _, tb := range tables {
		sh := shapeOf(tb.shapeName())
		require.NotNil(t, sh, tb.name)
		q := queryOf(t, tb.name)
		has := func(member string) bool {
			at, name := sh, member
			if list, inner, nested := strings.Cut(member, "."); nested {
				require.Contains(t, sh.lists, list, tb.name)
				at, name = &sh.lists[list].shape, inner
			}
			return at.known[name]
		}
		if tb.key != stockKey && tb.store == "" && tb.key != "" {
			require.True(t, has(tb.key), "%s: key %s", tb.name, tb.key)
			require.True(t, has(tb.id), "%s: id %s", tb.name, tb.id)
		}
		for name := range strings.FieldsSeq(tb.modified + " " + tb.created + " " + strings.ReplaceAll(tb.on, ",", " ")) {
			require.True(t, has(name), "%s: %s", tb.name, name)
		}
		for choice := range strings.SplitSeq(tb.timeType, ",") {
			if _, member, _ := strings.Cut(choice, ":"); member != "" && member != born {
				require.True(t, has(member), "%s: time_type %s", tb.name, member)
			}
		}
		for param, kind := range sh.params {
			if kind == "time" || controls[param] || usual(q, param) {
				continue
			}
			if !has(tb.member(param)) {
				require.Contains(t, unshown, param, "%s: a filter that finds nothing", tb.name)
			}
		}
	}
}

// unshown are filters that find rows seeded with a member the rows of their
// method do not document.
var unshown = []string{"shop_no", "description", "sender_name", "sender_mobile", "buyer_nick", "barcode", "short_name"}

func queryOf(t *testing.T, method string) *query {
	t.Helper()
	for i := range queries {
		if queries[i].name == method {
			return &queries[i]
		}
	}
	require.Fail(t, "not in the catalog: "+method)
	return nil
}

// TestEveryDocumentedMethodIsServed: 99 query methods, each seeded and found.
func TestEveryDocumentedMethodIsServed(t *testing.T) {
	t.Parallel()
	require.Len(t, queries, 99)
	for method, sh := range shapes() {
		if tableByName[method] == nil && len(sh.fields) > 0 {
			require.Equal(t, "sales.StockSync.calcStock", method)
		}
	}
}
