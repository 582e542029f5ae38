package platforms

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// Filters are parted where nothing else than and joins them.
func TestConjuncts(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string][]string{
		"a=1 and b=2":                          {"a=1 ", " b=2"},
		"a=1 AND (b=2 or c=3) and d='x and y'": {"a=1 ", " (b=2 or c=3) ", " d='x and y'"},
		"a between 1 and 2 and b='o''or'":      {"a between 1 and 2 ", " b='o''or'"},
		"Fand=1":                               {"Fand=1"},
		"a=1 or b=2":                           nil,
		"(a=1":                                 nil,
		"a='x":                                 nil,
		"a=1) and (b=2":                        nil,
	} {
		parts, ok := conjuncts(filter)
		require.Equal(t, want != nil, ok, filter)
		var got []string
		for _, p := range parts {
			got = append(got, p.text)
		}
		if ok {
			require.Equal(t, want, got)
		}
	}
}

// A filter on a modification time is read in closed windows of it, beside the rest as it
// is written; a record that is changed while it is read comes into a later window.
func TestModifiedWindows(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	now := time.Now().Truncate(time.Second)
	seed := func(no string, at time.Time) {
		server.Seed("BD_Customer", map[string]any{
			"FNumber": no, "FName": "客户", "FCreateOrgId": "100", "FUseOrgId": "100", "FModifyDate": at.In(duijie.China).Format("2006-01-02 15:04:05.000"),
		})
	}
	for i := 1; i <= 7; i++ {
		seed(fmt.Sprintf("C%d", i), now.Add(-time.Hour))
	}
	seed("OLD", now.Add(-72*time.Hour))
	seed("LATE", now.Add(-10*time.Second)) // within the minute that may still be under way
	filter := "FNumber <> 'C7'  and FModifyDate>='{{LAST_SYNC_TIME|dateTime}}' AND FModifyDate < '{{CURRENT_TIME|datetime}}' and FName='客户'"
	src := compileSource(t, Kingdee(client, KingdeeConfig{}), fmt.Sprintf(customerColumns, 3, filter), qeasy.Config{
		Since: now.Add(-24 * time.Hour), Now: func() time.Time { return now },
	})
	require.Contains(t, pagingOf(src), "windows of modification time")
	rows, at := readAll(t, src, "", 0)
	require.Len(t, rows, 6)
	now = now.Add(time.Hour)
	rows, _ = readAll(t, src, at, 0)
	require.Len(t, rows, 1)
	require.Contains(t, rows[0], `"LATE"`)

	r := &kingdeeRead{spec: sourceSpec(t, client, filter)}
	require.True(t, r.recognise(qeasy.Find(r.spec.Other, "FilterString")))
	require.Equal(t, "FNumber <> 'C7'  and FName='客户'", r.window.rest)
	for _, other := range []string{
		"FModifyDate>='{{LAST_SYNC_TIME|dateTime}}' or FNumber='C1'", "(FModifyDate>='{{LAST_SYNC_TIME|dateTime}}')",
		"FDate>='{{LAST_SYNC_TIME|dateTime}}'", "FModifyDate>='{{LAST_SYNC_TIME|date}}'", "FModifyDate>='{{LAST_SYNC_TIME|dateTime}}' and FDate<'{{CURRENT_TIME|date}}'",
		"FModifyDate>='{{LAST_SYNC_TIME|dateTime}}' and FApproveDate<'{{CURRENT_TIME|dateTime}}'", "not FModifyDate>='{{LAST_SYNC_TIME|dateTime}}'",
	} {
		r := &kingdeeRead{spec: sourceSpec(t, client, other)}
		require.False(t, r.recognise(qeasy.Find(r.spec.Other, "FilterString")), other)
	}
}

func sourceSpec(t *testing.T, client *kingdee.Client, filter string) *qeasy.SourceSpec {
	t.Helper()
	scheme, err := qeasy.Compile(parse(t, qeasy.SideSource, fmt.Sprintf(customerColumns, 3, filter)), parse(t, qeasy.SideTarget, nothingTarget),
		qeasy.Config{Source: Kingdee(client, KingdeeConfig{}), Since: time.Now()})
	require.NoError(t, err)
	return scheme.Source()
}

// The recorded half of units asks for approval times, and reads the views in windows.
func TestUnitsAsPublished(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	id := server.SeedUnit("Pcs", "件")
	_, err := client.UnAudit(t.Context(), kingdee.StatusRequest{FormID: "BD_UNIT", IDs: []string{fmt.Sprint(id)}})
	require.NoError(t, err)
	for _, step := range []func() error{
		func() error {
			_, err := client.Submit(t.Context(), kingdee.StatusRequest{FormID: "BD_UNIT", Numbers: []string{"Pcs"}})
			return err
		},
		func() error {
			_, err := client.Audit(t.Context(), kingdee.StatusRequest{FormID: "BD_UNIT", Numbers: []string{"Pcs"}})
			return err
		},
	} {
		require.NoError(t, step())
	}
	now := time.Now()
	server.SeedUnit("New", "新")
	src := compileSource(t, Kingdee(client, KingdeeConfig{}), string(sample(t, "src-kingdee-unit-query-incremental.json")), qeasy.Config{
		Since: now.Add(-24 * time.Hour), Now: func() time.Time { return now.Add(10 * time.Minute) },
	})
	require.Contains(t, pagingOf(src), "View")
	rows, _ := readAll(t, src, "", 0)
	require.NotEmpty(t, rows)
	require.Contains(t, rows[0], `"FNumber":"Pcs"`)
	require.Contains(t, rows[0], `"Name":"件"`)
}

// Without field keys each record is read whole: the entity's names, one text for each
// language field, the id the scheme asks for. One that is gone by then is left out.
func TestViews(t *testing.T) {
	t.Parallel()
	client, server := newBooks(t)
	target := fmt.Sprintf(bill("{no}"), "false")
	_, err := pipelineTo(t, Kingdee(client, KingdeeConfig{}), target, row("1"), row("2"), row("3")).Run(t.Context())
	require.NoError(t, err)
	src := compileSource(t, Kingdee(client, KingdeeConfig{}), `{"api":"ExecuteBillQuery","type":"QUERY","id":"FId","number":"FBillNo","request":[
		{"field":"FilterString","value":"FBillNo like 'B%'"},{"field":"FieldKeys","type":"array","value":null,"parser":{"name":"ArrayToString","params":","}},
		{"field":"FormId","value":"STK_MISCELLANEOUS"}]}`, qeasy.Config{})
	server.Before("View", 2, func() { server.Remove("STK_MISCELLANEOUS", "B2") })
	rows, _ := readAll(t, src, "", 0)
	require.Len(t, rows, 2)
	var got struct {
		ID             json.Number `json:"FId"`
		Own            json.Number `json:"Id"`
		BillNo         string
		FBillNo        string
		StockOrgNumber string `json:"StockOrgId_Number"`
		StockOrgName   string `json:"StockOrgId_Name"`
		Entity         []map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(rows[0]), &got), rows[0])
	require.Equal(t, got.Own, got.ID)
	require.Equal(t, "B1", got.BillNo)
	require.Equal(t, "B1", got.FBillNo)
	require.Equal(t, "100", got.StockOrgNumber, rows[0])
	require.NotEmpty(t, got.StockOrgName)
	require.Len(t, got.Entity, 1)
	require.Equal(t, "A", got.Entity[0]["MATERIALID_Number"], rows[0])

	// A view that is refused is one bad record.
	server.Inject(kingdeetest.Fault{Op: "View", Call: 2, Kind: kingdeetest.Refused, Code: 11, Message: "异常"})
	bad := 0
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, rec := range b.Records {
			if rec.Err != nil {
				bad++
			}
		}
	}
	require.Equal(t, 1, bad)
}

// A view is part of a whole pipeline: what differs is written again, by the scheme's id.
func TestViewsInAPipeline(t *testing.T) {
	t.Parallel()
	from, server := newKingdee(t)
	to, books := newKingdee(t)
	for _, no := range []string{"C1", "C2", "C3"} {
		server.SeedCustomer(no, "客户"+no)
	}
	source := parse(t, qeasy.SideSource, `{"api":"ExecuteBillQuery","type":"QUERY","id":"Number","number":"Number","request":[{"field":"FieldKeys","value":""},{"field":"FormId","value":"BD_Customer"}]}`)
	target := `{"api":"batchSave","effect":"EXECUTE","request":[{"field":"FNumber","value":"{Number}"},{"field":"FName","value":"{Name}"},
		{"field":"FCreateOrgId","value":"{CreateOrgId_Number}","parser":{"name":"ConvertObjectParser","params":"FNumber"}},
		{"field":"FUseOrgId","value":"{UseOrgId_Number}","parser":{"name":"ConvertObjectParser","params":"FNumber"}}],"otherRequest":[{"field":"FormId","value":"BD_Customer"}]}`
	scheme, err := qeasy.Compile(source, parse(t, qeasy.SideTarget, target), qeasy.Config{Source: Kingdee(from, KingdeeConfig{}), Target: Kingdee(to, KingdeeConfig{})})
	require.NoError(t, err)
	p := scheme.Pipeline("views", duijiesync.NewMemoryState())
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Created, "%+v", report)
	rec, _ := books.Record("BD_Customer", "C2")
	require.JSONEq(t, `"客户C2"`, string(rec.Fields["FName"]))
	report, err = p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Unchanged, "%+v", report)
}
