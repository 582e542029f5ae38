package platforms

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// readAll reads a source as pipelines do, up to a number of batches.
func readAll(t *testing.T, src duijiesync.Source[json.RawMessage], after duijiesync.Checkpoint, batches int) (rows []string, at duijiesync.Checkpoint) {
	t.Helper()
	at = after
	for b, err := range src.Read(t.Context(), after) {
		require.NoError(t, err)
		for _, rec := range b.Records {
			require.NoError(t, rec.Err)
			rows = append(rows, string(rec.Value))
		}
		if b.Checkpoint != "" {
			at = b.Checkpoint
		}
		if batches--; batches == 0 {
			break
		}
	}
	return rows, at
}

func compileSource(t *testing.T, c qeasy.Connector, doc string, cfg qeasy.Config) duijiesync.Source[json.RawMessage] {
	t.Helper()
	cfg.Source = c
	scheme, err := qeasy.Compile(parse(t, qeasy.SideSource, doc), parse(t, qeasy.SideTarget, nothingTarget), cfg)
	require.NoError(t, err)
	src, _, err := c.Source(scheme.Source())
	require.NoError(t, err)
	return src
}

const customerColumns = `{"api":"executeBillQuery","effect":"QUERY","id":"FCUSTID","number":"Code","request":[
	{"field":"FCUSTID","value":"FCUSTID"},{"field":"Code","value":"FNumber"},{"field":"FUseOrgId_FNumber","value":"FUseOrgId.FNumber"}],
	"otherRequest":[{"field":"FormId","value":"BD_Customer"},{"field":"Limit","value":"%d"},{"field":"StartRow","value":"{{PAGINATION_START_ROW}}"},
	{"field":"FilterString","value":"%s"}]}`

// Columns become objects with their aliases; a customer that goes away between two pages
// shifts none past the reading, as it does in a loop that counts rows.
func TestColumnsWhileRowsMove(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	for i := 1; i <= 9; i++ {
		server.SeedCustomer(fmt.Sprintf("C%d", i), "客户")
	}
	naive := map[string]bool{}
	for start := 0; start < 9; start += 3 {
		page, err := client.Query(t.Context(), kingdee.Query{FormID: "BD_Customer", Fields: []string{"FNumber"}, Order: "FCUSTID ASC", Start: start, Limit: 3})
		require.NoError(t, err)
		for _, row := range page {
			naive[row[0].Text()] = true
		}
		if start == 0 {
			server.Remove("BD_Customer", "C1")
		}
	}
	require.False(t, naive["C4"], "counting rows loses the one that moved")

	src := compileSource(t, Kingdee(client, KingdeeConfig{}), fmt.Sprintf(customerColumns, 3, ""), qeasy.Config{})
	server.Before("ExecuteBillQuery", server.Count("ExecuteBillQuery")+2, func() { server.Remove("BD_Customer", "C2") })
	rows, _ := readAll(t, src, "", 0)
	require.Len(t, rows, 8)
	require.Regexp(t, `^\{"FCUSTID":\d+,"Code":"C2","FUseOrgId_FNumber":"100"\}$`, rows[0])
	require.Contains(t, rows[3], `"C5"`)
}

// A pull that is cut short goes on with its times; the next one begins where the last
// complete one began, less the overlap.
func TestPullResumes(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	for i := 1; i <= 9; i++ {
		server.SeedCustomer(fmt.Sprintf("C%d", i), "客户")
	}
	now := time.Now().Truncate(time.Second)
	src := compileSource(t, Kingdee(client, KingdeeConfig{}), fmt.Sprintf(customerColumns, 3, "(FModifyDate>='{{LAST_SYNC_TIME|dateTime}}') and FNumber <> 'C9'"),
		qeasy.Config{Since: now.Add(-time.Hour), Now: func() time.Time { return now }})
	rows, at := readAll(t, src, "", 2)
	require.Len(t, rows, 4)
	var state pullState
	require.NoError(t, json.Unmarshal([]byte(at), &state))
	require.True(t, state.Last.Equal(now.Add(-time.Hour)) && state.Now.Equal(now))
	began := now
	now = now.Add(time.Hour)
	rest, at := readAll(t, src, at, 0)
	require.Len(t, rest, 4)
	require.NotSubset(t, rows, rest[:1])
	state = pullState{}
	require.NoError(t, json.Unmarshal([]byte(at), &state))
	require.True(t, state.Last.Equal(began) && state.Now.IsZero(), at)

	p, ok := src.(*pull)
	require.True(t, ok)
	next, err := p.begin(at)
	require.NoError(t, err)
	require.True(t, next.Last.Equal(began.Add(-pullOverlap)) && next.Now.Equal(now))
	_, err = p.begin("{}")
	require.ErrorContains(t, err, "damaged")
}

// FieldKeys in the request: records have the keys by both of their names.
func TestFieldKeys(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	server.SeedCustomer("C1", "客户")
	src := compileSource(t, Kingdee(client, KingdeeConfig{}), `{"api":"ExecuteBillQuery","type":"QUERY","id":"FNumber","request":[
		{"field":"Limit","value":"{{PAGINATION_PAGE_SIZE}}"},{"field":"StartRow","value":"{{PAGINATION_START_ROW}}"},
		{"field":"TopRowCount","type":"int","value":"0"},{"field":"FilterString","value":null},
		{"field":"FieldKeys","type":"string","value":"FNumber, FUseOrgId.FNumber","parser":{"name":"ArrayToString","params":","}},
		{"field":"FormId","value":"BD_Customer"}]}`, qeasy.Config{})
	rows, _ := readAll(t, src, "", 0)
	require.Equal(t, []string{`{"FNumber":"C1","FUseOrgId.FNumber":"100","FUseOrgId_FNumber":"100"}`}, rows)
}

// What can not be run is refused with its place.
func TestKingdeeSourceRefuses(t *testing.T) {
	t.Parallel()
	client, _ := newKingdee(t)
	c := Kingdee(client, KingdeeConfig{})
	for _, one := range []struct{ doc, path, code string }{
		{`{"api":"executeBillQuery","id":"FNumber","request":[{"field":"FNumber","value":"FNumber"}],"otherRequest":[{"field":"FormId","value":"ECC_Shop"}]}`, "/otherRequest/0", qeasy.CodeUnsupportedMember},
		{`{"api":"executeBillQuery","id":"FNumber","request":[{"field":"FNumber","value":"FNumber"}]}`, "/otherRequest", qeasy.CodeUnsupportedMember},
		{`{"api":"executeBillQuery","id":"FNumber","request":[{"field":"Code","value":"FNumber"}],"otherRequest":[{"field":"FormId","value":"BD_Customer"}]}`, "/id", qeasy.CodeIDMissing},
		{`{"api":"executeBillQuery","id":"FNumber","request":[{"field":"FNumber","value":"FNumber"},{"field":"FName","value":""}],"otherRequest":[{"field":"FormId","value":"BD_Customer"}]}`, "/request/1", qeasy.CodeUnsupportedMember},
		{`{"api":"executeBillQuery","id":"FNumber","request":[{"field":"FNumber","value":"FNumber"}],"otherRequest":[{"field":"FormId","value":"BD_Customer"},{"field":"Depth","value":"2"}]}`, "/otherRequest/1", qeasy.CodeUnknownMember},
		{`{"api":"executeBillQuery","id":"FNumber","request":[{"field":"FNumber","value":"FNumber"}],"otherRequest":[{"field":"FormId","value":"BD_Customer"},{"field":"StartRow","value":"7"}]}`, "/otherRequest/1", qeasy.CodeUnsupportedMember},
		{`{"api":"ExecuteBillQuery","id":"FNumber","request":[{"field":"FieldKeys","value":"FNumber"},{"field":"FName","value":"FName"},{"field":"FormId","value":"BD_Customer"}]}`, "/request/1", qeasy.CodeUnknownMember},
	} {
		got := problems(t, parse(t, qeasy.SideSource, one.doc), parse(t, qeasy.SideTarget, nothingTarget), qeasy.Config{Source: c})
		require.Equal(t, map[string]string{"source" + one.path: one.code}, got, one.doc)
	}
	// Without field keys records are read by View; the recorded halves name forms of their own.
	for _, name := range []string{"src-kingdee-account-query.json", "src-kingdee-shop-query-noidcheck.json"} {
		got := problems(t, parse(t, qeasy.SideSource, string(sample(t, name))), parse(t, qeasy.SideTarget, nothingTarget), qeasy.Config{Source: c})
		require.Equal(t, map[string]string{"source/request/5": qeasy.CodeUnsupportedMember}, got, name)
	}
}

// A form the caller names is read by its key.
func TestFormsOfTheCaller(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t, kingdeetest.WithForms(kingdeetest.Form{ID: "ECC_Shop", Key: "FShopKey", Number: "FNumber", Fields: []string{"FNumber", "FName"}}))
	server.Seed("ECC_Shop", map[string]any{"FNumber": "S1", "FName": "店"})
	src := compileSource(t, Kingdee(client, KingdeeConfig{Forms: []kingdee.Form{{ID: "ECC_Shop", Key: "FShopKey", Number: "FNumber"}}}),
		`{"api":"executeBillQuery","id":"FNumber","request":[{"field":"FNumber","value":"FNumber"}],"otherRequest":[{"field":"FormId","value":"ECC_Shop"}]}`, qeasy.Config{})
	rows, _ := readAll(t, src, "", 0)
	require.Equal(t, []string{`{"FNumber":"S1"}`}, rows)
}
