package jdy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

type documented struct {
	Title, Method, Path string
	Query, Body, Data   [][]any
	Envelope            string
}

func (d documented) has(list [][]any, name string) bool {
	return slices.ContainsFunc(list, func(m []any) bool { return m[0] == name })
}

// Every documented operation is known, by its name, with the parameters it takes.
func TestCatalogueIsTheContracts(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(testutil.Contracts(t), "jdy.endpoints.json"))
	require.NoError(t, err)
	var file struct{ Endpoints []documented }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Endpoints, 376)
	seen := map[string]bool{}
	for _, d := range file.Endpoints {
		key := d.Method + " " + d.Path
		o, ok := LookupOperation(d.Method, d.Path)
		require.True(t, ok, key)
		if !seen[key] {
			require.Equal(t, d.Title, o.Title)
		}
		seen[key] = true
		require.Equal(t, d.has(d.Query, "page"), o.Paged, key)
		require.Equal(t, d.has(d.Query, "modify_start_time"), o.Modified.From == "modify_start_time", key)
		require.Equal(t, d.has(d.Query, "create_start_time"), o.Created != Bounds{}, key)
		require.Equal(t, d.has(d.Query, "start_bill_date"), o.BillDate != Bounds{}, key)
		require.Equal(t, d.has(d.Query, "enable"), o.HasEnable, key)
		require.Equal(t, d.has(d.Query, "ids"), o.HasIDs, key)
		require.Equal(t, d.has(d.Query, "bill_no"), o.ByBillNo, key)
		if d.Method == "GET" {
			require.Equal(t, duijie.EffectRead, o.Effect, key)
			require.Equal(t, d.has(d.Data, "rows") && o.Kind != KindDetail, o.Kind == KindList, key)
		}
		if d.has(d.Body, "items") && o.Kind == KindSave {
			require.Equal(t, "items", o.Batch, key)
		}
	}
	require.Len(t, Operations(), len(seen))
}

// Only what is known to read is read with a POST.
func TestEffectsOfTheCatalogue(t *testing.T) {
	t.Parallel()
	var reading []string
	for _, o := range Operations() {
		require.NotZero(t, o.Kind, o.Path)
		require.NotEmpty(t, o.Module())
		require.Equal(t, o.Effect == duijie.EffectRead, o.Kind == KindRead || o.Kind == KindList || o.Kind == KindDetail)
		if o.Method == "POST" && o.Effect == duijie.EffectRead {
			reading = append(reading, strings.TrimPrefix(o.Path, pathPrefix))
		}
		require.Equal(t, operationOf(o.Method, o.Path).Title, o.Title)
	}
	require.Equal(t, []string{"cust/detail", "cust/list", "fi/assistdetail_report", "pm/bom_material"}, reading)
	require.Equal(t, duijie.EffectWrite, operationOf("DELETE", "/jdy/v2/bd/material_picture").Effect)
	require.Equal(t, duijie.EffectWrite, operationOf("POST", "/jdy/v2/unheard").Effect)
	require.Equal(t, duijie.EffectRead, operationOf("GET", "/jdy/v2/unheard").Effect)
	_, ok := LookupOperation("POST", "/jdy/v2/unheard")
	require.False(t, ok)
}
