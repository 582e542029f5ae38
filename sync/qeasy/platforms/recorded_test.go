package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/banniu/banniutest"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// The recorded halves of the goods update, on the day the article has: each task whose goods
// are known gets its barcode and nothing else, once, though an answer is lost and the process ends.
func TestGoodsUpdateWritesTheBarcodeAlone(t *testing.T) {
	t.Parallel()
	_, s := newBanniu(t)
	now := func() time.Time { return banniutest.DemoDay().Add(36 * time.Hour) }
	c, err := banniu.NewClient(banniu.Config{
		BaseURL: s.URL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret()), AccessToken: duijie.NewSecret(s.AccessToken()),
		ProjectID: banniutest.DemoProject, AppID: banniutest.DemoApp,
	}, append(unpaced(), duijie.WithClock(now))...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	goods, err := lookup.NewCollection()
	require.NoError(t, err)
	barcodes := banniutest.DemoGoods()
	for no, barcode := range barcodes {
		raw, err := json.Marshal(map[string]any{"id": no, "content": map[string]string{"goodsNo": no, "skuBarcode": barcode}})
		require.NoError(t, err)
		require.NoError(t, goods.Put(no, raw))
	}
	state := duijiesync.NewMemoryState()
	pipeline := func() *duijiesync.Pipeline[qeasy.Row, qeasy.Write] {
		both := Banniu(c, BanniuConfig{})
		scheme, err := qeasy.Compile(parse(t, qeasy.SideSource, string(sample(t, "src-banniu-task-list.json"))), parse(t, qeasy.SideTarget, string(sample(t, "tgt-banniu-task-update.json"))),
			qeasy.Config{Source: both, Target: both, Now: now, Lookups: map[string]mapping.Lookup{"a97d423e-52f5-3d6f-9f94-39a9f43f2bd5": goods}})
		require.NoError(t, err)
		p := scheme.Pipeline("goods", state)
		p.Settle = duijiesync.SettlePolicy{Delay: time.Millisecond}
		return p
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.Inject(banniutest.Fault{Method: "task.update", Call: 5, Kind: banniutest.CutAfter})
	s.OnCall(func(method string, n int) {
		if method == "task.update" && n == 40 {
			cancel()
		}
	})
	_, err = pipeline().Run(ctx)
	require.Error(t, err)
	s.OnCall(nil)
	p := pipeline()
	ran(t, p)
	again := ran(t, p)
	require.Zero(t, again.Created+again.Updated+again.Held)
	updated := map[int64]int{}
	for _, e := range s.Effects() {
		task, _ := s.Task(banniutest.DemoProject, e.Task)
		require.Equal(t, banniutest.Updated, e.Kind)
		require.Equal(t, banniutest.Cells{banniutest.DemoBarcode: barcodes[task[banniutest.DemoGoodsNo]]}, e.Cells)
		updated[e.Task]++
	}
	require.Len(t, updated, banniutest.DemoTasks-1, "all but the task whose goods nobody knows")
	for id, n := range updated {
		require.Equal(t, 1, n, id)
	}
	letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Contains(t, letters[0].Message, errNoContents.Error())
}

// The recorded half of the warehouse archive asks for what changed since the last pull, in
// windows that close, and makes records of the shape the article shows; rows move meanwhile.
func TestWarehouseArchiveIsReadAsRecorded(t *testing.T) {
	t.Parallel()
	c, s := newFxiaoke(t)
	s.Inject(fxiaoketest.Fault{Op: fxQueryCustom, Call: 2, Times: 2, Kind: fxiaoketest.RowsMove})
	s.Inject(fxiaoketest.Fault{Op: fxQueryCustom, Call: 4, Kind: fxiaoketest.Cut})
	target := `{"api":"写入空操作","effect":"EXECUTE","idCheck":true,"request":[{"field":"id","value":"{{_id}}"},{"field":"name","value":"{{name}}"},
		{"field":"location","type":"object","children":[{"field":"city","value":"{{city__c}}"}]},
		{"field":"capacityInfo","type":"object","children":[{"field":"totalCapacity","value":"{{total_capacity__c}}"},{"field":"currentStockLevel","value":"{{current_stock__c}}"}]}]}`
	var doc map[string]any
	require.NoError(t, json.Unmarshal(sample(t, "src-fxiaoke-query-nested.json"), &doc))
	doc["otherRequest"] = []any{map[string]any{"field": "currentOpenUserId", "value": s.OpenUserID()}} // the recorded one is blacked out
	source, err := json.Marshal(doc)
	require.NoError(t, err)
	since := time.Now().AddDate(0, 0, -7).Truncate(time.Second)
	scheme, err := qeasy.Compile(parse(t, qeasy.SideSource, string(source)), parse(t, qeasy.SideTarget, target), qeasy.Config{Source: Fxiaoke(c, FxiaokeConfig{}), Since: since})
	require.NoError(t, err)
	state := duijiesync.NewMemoryState()
	p := scheme.Pipeline("warehouses", state)
	report := ran(t, p)
	require.EqualValues(t, fxiaoketest.DemoRecords, report.Created)
	first := s.Records(fxiaoketest.DemoObject)[0]
	made, err := p.Transform(t.Context(), qeasy.Row{JSON: json.RawMessage(fmt.Sprintf(`{"_id":%q,"name":"N","city__c":"上海","total_capacity__c":"1000.50","current_stock__c":"4.00"}`, first["_id"]))})
	require.NoError(t, err)
	require.JSONEq(t, fmt.Sprintf(`{"id":%q,"name":"N","location":{"city":"上海"},"capacityInfo":{"totalCapacity":"1000.50","currentStockLevel":"4.00"}}`, first["_id"]), string(made.Request))

	queries := 0
	for _, call := range s.Calls() {
		if call.Op != fxQueryCustom+" "+fxiaoketest.DemoObject {
			require.NotContains(t, call.Op, "/data/create")
			continue
		}
		var body struct {
			User string `json:"currentOpenUserId"`
			Data struct {
				Search struct {
					Limit, Offset int
					Filters       []struct {
						Field  string   `json:"field_name"`
						Op     string   `json:"operator"`
						Values []string `json:"field_values"`
					}
					Orders []struct{ FieldName string }
				} `json:"search_query_info"`
			} `json:"data"`
		}
		require.NoError(t, json.Unmarshal([]byte(call.Body), &body))
		require.Equal(t, s.OpenUserID(), body.User)
		search := body.Data.Search
		require.Zero(t, search.Offset, "pages go by _id")
		if len(search.Filters) == 0 || search.Filters[0].Field != fxiaokeModified {
			continue // the call that asks for the platform's clock
		}
		queries++
		require.Equal(t, "GTE", search.Filters[0].Op)
		require.Equal(t, "LTE", search.Filters[1].Op)
		require.Len(t, search.Filters[0].Values, 1)
	}
	require.GreaterOrEqual(t, queries, fxiaoketest.DemoRecords/20)
	// What has changed comes once more; the ledger drops the rest of the window.
	s.Set(fxiaoketest.DemoObject, fmt.Sprint(first["_id"]), fxiaoketest.Row{"name": "renamed", "last_modified_time": time.Now().Add(-90 * time.Second).UnixMilli()})
	report = ran(t, p)
	require.EqualValues(t, 1, report.Created+report.Updated)
}
