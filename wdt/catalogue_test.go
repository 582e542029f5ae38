package wdt

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

// chapter is the text of a chapter of the contract, by the beginnings of its
// heading and of the one behind it.
func chapter(t *testing.T, from, to string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(testutil.Contracts(t), "wdt.md"))
	require.NoError(t, err)
	_, text, found := strings.Cut(string(b), "\n"+from)
	require.True(t, found, from)
	text, _, found = strings.Cut(text, "\n"+to)
	require.True(t, found, to)
	return text
}

// cells are the rows of the tables of a chapter.
func cells(text string) (rows [][]string) {
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") {
			continue
		}
		row := strings.Split(strings.Trim(line, "|"), "|")
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		rows = append(rows, row)
	}
	return rows
}

var quoted = regexp.MustCompile("`([^`]+)`")

func code(cell string) string {
	if m := quoted.FindStringSubmatch(cell); m != nil {
		return m[1]
	}
	return ""
}

var spans = map[string]time.Duration{
	"-": 0, "60 min": time.Hour, "1 h": time.Hour, "1 d": 24 * time.Hour, "7 d": 7 * 24 * time.Hour, "30 d": 30 * 24 * time.Hour,
}

// The catalogue has the query methods of the contract, none missing, none extra,
// each as it is described there.
func TestQueriesAreTheContracts(t *testing.T) {
	t.Parallel()
	inContract := map[string]bool{}
	for _, row := range cells(chapter(t, "## 11. ", "## 12. ")) {
		name := code(row[0])
		if name == "" {
			continue
		}
		inContract[name] = true
		m, ok := LookupMethod(name)
		require.True(t, ok, name)
		require.Equal(t, duijie.EffectRead, m.Effect, name)
		require.True(t, m.Paged, name)
		require.Equal(t, row[1], m.What, name)

		list := strings.TrimPrefix(row[2], "data.")
		switch row[2] {
		case "data is the array":
			list = "[]"
			require.Equal(t, "total", m.TotalAt(), name)
		case "data":
			list = ""
		default:
			require.Equal(t, "data.total_count", m.TotalAt(), name)
		}
		require.Equal(t, list, m.List, name)

		var pairs []string
		for _, f := range m.Times {
			pairs = append(pairs, f.From+"/"+f.To)
		}
		slices.Sort(pairs)
		want := strings.Split(row[3], ", ")
		if row[3] == "-" {
			want = nil
		}
		slices.Sort(want)
		require.Equal(t, want, slices.Compact(pairs), name)

		window, known := spans[row[4]]
		require.True(t, known, "%s: %s", name, row[4])
		require.Equal(t, window, m.Window, name)

		most, advised := 1000, 200
		if number, isMost := strings.CutSuffix(row[5], "!"); isMost {
			n, err := strconv.Atoi(number)
			require.NoError(t, err)
			most = n
		} else if row[5] != "" {
			advised = 100 // the client's default for the order family
		}
		require.Equal(t, most, m.MaxPageSize, name)
		require.Equal(t, advised, m.PageSize, name)
		require.Equal(t, row[6] != "", m.OnQimen, name)
	}
	require.Len(t, inContract, 99)
	require.Len(t, queries, 99)
}

func TestWritesAreTheContracts(t *testing.T) {
	t.Parallel()
	_, text, found := strings.Cut(chapter(t, "## 11. ", "## 12. "), "Remaining documented methods are writes")
	require.True(t, found)
	var want, have []string
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		want = append(want, m[1])
	}
	for _, w := range writes {
		have = append(have, w.name)
	}
	slices.Sort(want)
	slices.Sort(have)
	require.Equal(t, want, have)
	for _, m := range Methods() {
		switch {
		case m.Write.Repeat == RepeatUpdates:
			require.Equal(t, duijie.EffectIdempotent, m.Effect, m.Name)
		case slices.Contains(have, m.Name):
			require.Equal(t, duijie.EffectWrite, m.Effect, m.Name)
		default:
			require.Zero(t, m.Write, m.Name)
		}
		if m.Write.Lookup != "" {
			lookup, ok := LookupMethod(m.Write.Lookup)
			require.True(t, ok, m.Name)
			require.NotEmpty(t, m.Write.Key, m.Name)
			if by := m.Write.LookupBy; by != "" {
				require.Contains(t, lookup.Filters, by, m.Name)
			}
		}
	}
}

// The Qimen names and argument fields are those of chapters 5.2 and 5.3.
func TestQimenNamesAreTheContracts(t *testing.T) {
	t.Parallel()
	n := 0
	for _, row := range cells(chapter(t, "### 5.2 ", "### 5.3 ")) {
		for _, m := range quoted.FindAllStringSubmatch(row[1], -1) {
			if row[1] == "Qimen" || strings.HasPrefix(row[1], "not known") {
				continue
			}
			found, ok := LookupMethod(m[1])
			require.True(t, ok, m[1])
			require.Equal(t, m[1], found.QimenName)
			if direct := code(row[0]); direct != "" {
				require.Equal(t, direct, found.Name)
			}
			n++
		}
	}
	require.Equal(t, 12, n)
	fields := 0
	for _, row := range cells(chapter(t, "### 5.3 ", "## 6. ")) {
		for _, m := range quoted.FindAllStringSubmatch(row[0], -1) {
			found, ok := LookupMethod(m[1])
			require.True(t, ok, m[1])
			var want []string
			for _, f := range quoted.FindAllStringSubmatch(row[1], -1) {
				want = append(want, f[1])
			}
			require.Equal(t, want, found.Fields, m[1])
			fields++
		}
	}
	require.Equal(t, 19, fields)
	known, ok := LookupMethod("wms.StockSpec.search2")
	require.True(t, ok)
	require.False(t, known.OnQimen)
}

// The members of filters are those of chapter 12.
func TestFiltersAreTheContracts(t *testing.T) {
	t.Parallel()
	_, text, found := strings.Cut(chapter(t, "## 12. ", "## 13. "), "### ")
	require.True(t, found)
	member := regexp.MustCompile(`[a-z][a-z0-9_]*`)
	n := 0
	for block := range strings.SplitSeq(text, "\n### ") {
		head, body, _ := strings.Cut(block, "\n")
		m, ok := LookupMethod(code(head))
		require.True(t, ok, head)
		for line := range strings.SplitSeq(body, "\n") {
			list, isParams := strings.CutPrefix(line, "- request `params`: ")
			if !isParams || m.Effect != duijie.EffectRead {
				continue
			}
			n++
			var want []string
			for _, part := range regexp.MustCompile(`\*\*[^*]+\*\*`).Split(list, -1) {
				want = append(want, member.FindAllString(part, -1)...)
			}
			require.Equal(t, want, m.Filters, m.Name)
		}
	}
	require.Equal(t, 29, n)
}

func TestWhatDirectHides(t *testing.T) {
	t.Parallel()
	hidden := 0
	for _, m := range Methods() {
		if m.HiddenOnDirect {
			hidden++
			require.NotContains(t, m.Name, "SelfOrder")
		}
	}
	require.Positive(t, hidden)
	for name, want := range map[string]bool{
		tradeMethod: true, "sales.RawTrade.search": true, "wms.stockout.Sales.queryWithDetail": true, "aftersales.refund.Refund.search": true,
		"wms.stockin.Refund.queryWithDetail": true, "goods.ApiGoods.search": true,
		"sales.TradeQuery.querySelfOrderWithDetail": false, "goods.Goods.queryWithSpec": false, shopMethod: false,
		"wms.StockSpec.search2": false, "purchase.PurchaseOrder.queryWithDetail": false,
	} {
		m, ok := LookupMethod(name)
		require.True(t, ok)
		require.Equal(t, want, m.HiddenOnDirect, name)
	}
	require.True(t, Shop{PlatformID: 1}.HiddenOnDirect())
	require.True(t, Shop{PlatformID: 39}.HiddenOnDirect())
	require.False(t, Shop{PlatformID: 127}.HiddenOnDirect())
}
