package platforms

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// jdyLeft says of the kinds of operations that no scheme runs why not.
var jdyLeft = map[jdy.OperationKind]string{
	jdy.KindRead:   "a figure or settings: no rows that have a key",
	jdy.KindDetail: "one record by its id: a source half has no record to take it from, and lists are read instead",
	jdy.KindSave:   "the client has no type for the record, so its number, and by it a lost answer, could not be looked up",
	jdy.KindAction: "what it changes can not be looked up by a number, so a lost answer would stay in doubt",
	jdy.KindUpload: "a file, and no record",
}

// Each documented operation is run, or is of a kind that stands with its reason; each
// kind of record the client has a service for is a source and a target.
func TestJDYCatalogue(t *testing.T) {
	t.Parallel()
	client, _ := newJDY(t)
	c := JDY(client)
	services := reflect.ValueOf(client.Services)
	found := 0
	for i := range services.NumField() {
		k := services.Field(i).MethodByName("Kind")
		if !k.IsValid() {
			continue
		}
		kind, ok := k.Call(nil)[0].Interface().(jdy.RecordKind)
		require.True(t, ok)
		require.True(t, c.Match(qeasy.SideTarget, kind.Path), kind.Path)
		require.True(t, c.Match(qeasy.SideSource, kind.Path), kind.Path)
		require.Contains(t, c.APIs(), kind.Path)
		found++
	}
	require.Len(t, jdyKinds(client), found)
	lists, saves := 0, 0
	for _, o := range jdy.Operations() {
		_, posted := jdyPosts[o.Path]
		switch {
		case o.Kind == jdy.KindList || posted && o.Effect == duijie.EffectRead:
			require.True(t, c.Match(qeasy.SideSource, o.Path), "%s %s", o.Method, o.Path)
			lists++
		case o.Kind == jdy.KindSave && c.Match(qeasy.SideTarget, o.Path):
			saves++
		default:
			require.NotEmpty(t, jdyLeft[o.Kind], "%s %s is run, or it is said why not", o.Method, o.Path)
		}
	}
	require.Greater(t, lists, 100)
	require.GreaterOrEqual(t, saves, found)
	require.False(t, c.Match(qeasy.SideTarget, "/jdy/v2/sys/common_operate"))
	for path := range jdyPosts {
		o, known := jdy.LookupOperation(http.MethodPost, path)
		require.True(t, known && o.Effect == duijie.EffectRead, path)
		require.Contains(t, c.APIs(), path)
	}
}

func compileJDY(t *testing.T, client *jdy.Client, doc string) duijiesync.Source[json.RawMessage] {
	t.Helper()
	return compileSource(t, JDY(client), doc, qeasy.Config{ID: "id"})
}

// Lists of POST are read whole, again until nothing moves: a row that leaves its page in
// between shifts none past the reading.
func TestJDYPostLists(t *testing.T) {
	t.Parallel()
	client, server := newJDY(t)
	for i := 1; i <= 25; i++ {
		server.Seed("cust/kf_1", jdytest.Row{"id": fmt.Sprint(1000 + i), "number": fmt.Sprintf("K%02d", i), "text": "值"})
	}
	server.Seed("cust/kf_1", jdytest.Row{"id": "2000", "number": "OTHER", "text": "别的"})
	custom := `{"api":"/jdy/v2/cust/list","effect":"QUERY","method":"POST","id":"number","request":[{"field":"biz_type","value":"kf_1"},
		{"field":"data","type":"object","children":[{"field":"text","value":"值"}]},{"field":"page_no","value":"{{PAGINATION_START_PAGE}}"},{"field":"page_size","value":"10"}]}`
	src := compileJDY(t, client, custom)
	require.Contains(t, pagingOf(src), "two passes")
	gone := false
	server.OnCall(func(op string, n int) {
		if op == "POST cust/list" && n == 2 && !gone {
			gone = true
			server.Remove("cust/kf_1", "K01")
		}
	})
	server.Inject(jdytest.Fault{Op: "POST cust/list", Call: 3, Kind: jdytest.CutAfter})
	rows, _ := readAll(t, src, "", 0)
	met := map[string]bool{}
	for _, row := range rows {
		met[textOf([]byte(row), "number")] = true
	}
	for i := 2; i <= 25; i++ {
		require.True(t, met[fmt.Sprintf("K%02d", i)], i)
	}
	require.False(t, met["OTHER"])
	require.Greater(t, server.Count("POST cust/list"), 3, "a read is tried again")

	server.Seed("fi/assistdetail_report", jdytest.Row{"explanation": "甲", "id": "1"}, jdytest.Row{"explanation": "乙", "id": "2"}, jdytest.Row{"explanation": "丙", "id": "3"})
	report := `{"api":"/jdy/v2/fi/assistdetail_report","effect":"QUERY","method":"POST","id":"explanation","request":[{"field":"assist_list","type":"array","children":[
		{"field":"id","value":"1"},{"field":"number","value":"1"},{"field":"type","value":"bd_customer"}]},{"field":"start_period","value":"202601"},{"field":"end_period","value":"202602"},{"field":"page_size","value":"2"}]}`
	rows, _ = readAll(t, compileJDY(t, client, report), "", 0)
	require.Len(t, rows, 3, "the last page comes again behind the end, and counts once")

	server.Seed("pm/bom_material", jdytest.Row{"bom_id": "B1", "material_number": "M1"}, jdytest.Row{"bom_id": "B2", "material_number": "M2"})
	boms := `{"api":"/jdy/v2/pm/bom_material","effect":"QUERY","method":"POST","id":"bom_id","request":[{"field":"bill_type","value":"mo_task_bill"},
		{"field":"material_entity","type":"array","children":[{"field":"material_id","value":"1"},{"field":"unit_id","value":"1"},{"field":"qty","type":"float","value":"1"},
		{"field":"plan_commit_date","value":"2026-01-01"},{"field":"plan_finish_date","value":"2026-01-02"}]}]}`
	rows, _ = readAll(t, compileJDY(t, client, boms), "", 0)
	require.Len(t, rows, 2)

	for doc, path := range map[string]string{
		`{"api":"/jdy/v2/cust/list","effect":"QUERY","id":"id","request":[{"field":"data","type":"object","children":[{"field":"a","value":"b"}]}]}`:                            "/request",
		`{"api":"/jdy/v2/cust/list","effect":"QUERY","id":"id","request":[{"field":"biz_type","value":"x"},{"field":"data","value":"{}"},{"field":"page_no","value":"2"}]}`:     "/request/2",
		`{"api":"/jdy/v2/cust/list","effect":"QUERY","id":"id","request":[{"field":"biz_type","value":"x"},{"field":"data","value":"{}"},{"field":"page_size","value":"all"}]}`: "/request/2",
	} {
		got := problems(t, parse(t, qeasy.SideSource, doc), parse(t, qeasy.SideTarget, nothingTarget), qeasy.Config{Source: JDY(client)})
		require.Equal(t, map[string]string{"source" + path: qeasy.CodeUnsupportedMember}, got, doc)
	}
}

// The recorded half of the platform runs; see TestTokenOfAnotherInstance.
func TestJDYSamples(t *testing.T) {
	t.Parallel()
	client, _ := newJDY(t)
	for _, name := range sampleNames(t, "src-jdy") {
		require.Nil(t, sampleProblems(t, qeasy.SideSource, sample(t, name), JDY(client)), name)
	}
}

// A process that dies behind a save finds the record by its key, be it the number or not,
// and saves none twice; lost answers and refusals beside it.
func TestJDYAfterCrash(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"{id}", "N{id}"} {
		client, server := newJDY(t)
		server.Inject(jdytest.Fault{Op: "POST bd/customer", Call: 2, Kind: jdytest.CutAfter})
		state := duijiesync.NewMemoryState()
		report := crashAndResume(t, func() *duijiesync.Pipeline[qeasy.Row, qeasy.Write] {
			p := pipelineTo(t, JDY(client), customerTargetOf(`{"field":"number","value":"`+number+`"},{"field":"name","value":"{name}"}`), customers(5)...)
			p.State = state
			p.Settle.Delay = 5 * time.Millisecond
			return p
		})
		require.Zero(t, report.Held+report.Refused, "%+v", report)
		for i := 1; i <= 5; i++ {
			no := fmt.Sprintf("C%d", i)
			if number != "{id}" {
				no = "N" + no
			}
			require.Equal(t, 1, server.Created("bd/customer", no), no)
		}
	}
}
