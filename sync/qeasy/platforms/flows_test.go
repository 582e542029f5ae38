package platforms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/banniu/banniutest"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
	"github.com/duijie-go/duijie/okki"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/sync/qeasy/platforms"
)

// quick are options for fakes.
func quick(more ...duijie.Option) []duijie.Option {
	return append([]duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}),
	}, more...)
}

func compiled(t *testing.T, source, target string, cfg qeasy.Config) *qeasy.Scheme {
	t.Helper()
	from, err := qeasy.Parse(qeasy.SideSource, []byte(source))
	require.NoError(t, err)
	to, err := qeasy.Parse(qeasy.SideTarget, []byte(target))
	require.NoError(t, err)
	s, err := qeasy.Compile(from, to, cfg)
	require.NoError(t, err)
	return s
}

func complete(t *testing.T, p *duijiesync.Pipeline[qeasy.Row, qeasy.Write]) *duijiesync.Report {
	t.Helper()
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	return report
}

// Products of OKKI start approvals of Yida, each once though an answer is lost, and a
// second run starts none.
func TestProductsStartApprovals(t *testing.T) {
	t.Parallel()
	from, to := okkitest.NewServer(okkitest.WithDemo()), dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0))
	t.Cleanup(from.Close)
	t.Cleanup(to.Close)
	source, err := okki.NewClient(okki.Config{
		BaseURL: from.URL(), ClientID: from.ClientID(), ClientSecret: duijie.NewSecret(from.ClientSecret()), Scopes: []string{"product"},
	}, quick()...)
	require.NoError(t, err)
	app := dingtalk.YidaApp{AppType: to.AppType(), SystemToken: duijie.NewSecret(to.SystemToken()), UserID: to.UserID(), FormUUID: dingtalktest.DemoForm}
	target, err := dingtalk.NewClient(dingtalk.Config{
		BaseURL: to.URL(), OAPIBaseURL: to.OapiURL(), AppKey: to.AppKey(), AppSecret: duijie.NewSecret(to.AppSecret()), Yida: app,
	}, quick()...)
	require.NoError(t, err)
	targetDoc := func(appType string) string {
		return fmt.Sprintf(`{"api":"v1.0/yida/processes/instances/start","effect":"EXECUTE","method":"POST","idCheck":true,"request":[
			{"field":"textField_lq0sj9h9","type":"string","value":"{name}"},
			{"field":"textField_lq23ags2","type":"string","value":"{product_no}"},
			{"field":"textField_lqdd2tui","type":"string","value":"{group_id}"}],
			"otherRequest":[{"field":"appType","type":"string","value":%q},{"field":"userId","type":"string","value":%q},{"field":"language","type":"string","value":""}]}`, appType, to.UserID())
	}
	const sourceDoc = `{"api":"/v1/product/list","effect":"QUERY","method":"GET","number":"product_no","id":"product_no","idCheck":true,"request":[
		{"field":"start_index","type":"string","value":"1"},{"field":"count","type":"string","value":"20"},
		{"field":"start_time","type":"string","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '00:30:01')"},
		{"field":"end_time","type":"string","value":"{{CURRENT_TIME|datetime}}"}]}`
	cfg := qeasy.Config{
		Source: platforms.OKKI(source), Target: platforms.DingTalk(target, platforms.DingTalkConfig{App: app, Key: "textField_lq23ags2"}),
		Since: time.Date(2020, 1, 1, 0, 0, 0, 0, duijie.China),
	}
	th, err := qeasy.Parse(qeasy.SideTarget, []byte(targetDoc("APP_OTHER")))
	require.NoError(t, err)
	sh, err := qeasy.Parse(qeasy.SideSource, []byte(sourceDoc))
	require.NoError(t, err)
	_, err = qeasy.Compile(sh, th, cfg)
	require.ErrorContains(t, err, `/otherRequest/0`)
	require.ErrorContains(t, err, `APP_OTHER`)

	before := 0
	for _, err := range target.Yida().Processes(dingtalk.FormQuery{}).All(t.Context()) {
		require.NoError(t, err)
		before++
	}
	s := compiled(t, sourceDoc, targetDoc(app.AppType), cfg)
	p := s.Pipeline("products", duijiesync.NewMemoryState())
	p.Settle = duijiesync.SettlePolicy{Delay: 10 * time.Millisecond}
	to.Inject(dingtalktest.Fault{Op: "POST /v2.0/yida/processes/instances/start", Call: 3, Kind: dingtalktest.CutAfter})
	report := complete(t, p)
	require.Positive(t, report.Created)
	require.Zero(t, report.Held)
	created := report.Created
	again := complete(t, p)
	require.Zero(t, again.Created)
	numbers := map[string]int{}
	for in, err := range target.Yida().Processes(dingtalk.FormQuery{}).All(t.Context()) {
		require.NoError(t, err)
		raw, err := json.Marshal(in.Data)
		require.NoError(t, err)
		var data map[string]any
		require.NoError(t, json.Unmarshal(raw, &data))
		numbers[fmt.Sprint(data["textField_lq23ags2"])]++
	}
	require.Len(t, numbers, before+int(created))
	for number, n := range numbers {
		require.Equal(t, 1, n, number)
	}
}

// The warehouse archive is read in windows of modification time that the client closes
// itself, and goes nowhere.
func TestWarehouseArchive(t *testing.T) {
	t.Parallel()
	server := fxiaoketest.NewServer(fxiaoketest.WithDemo())
	t.Cleanup(server.Close)
	client, err := fxiaoke.NewClient(fxiaoke.Config{
		BaseURL: server.URL(), AppID: server.AppID(), AppSecret: duijie.NewSecret(server.AppSecret()),
		PermanentCode: duijie.NewSecret(server.PermanentCode()), OpenUserID: server.OpenUserID(),
	}, quick()...)
	require.NoError(t, err)
	sourceDoc := fmt.Sprintf(`{"api":"/cgi/crm/custom/v2/data/query","effect":"QUERY","method":"POST","number":"name","id":"_id","request":[
		{"field":"search_query_info","type":"object","children":[{"field":"offset","type":"string","value":"0"},{"field":"limit","type":"string","value":"20"},
			{"field":"filters","type":"object","children":[{"field":"条件1","type":"object","children":[
				{"field":"field_name","type":"string","value":"last_modified_time"},
				{"field":"field_values","type":"string","value":"{LAST_SYNC_TIME}000","parser":{"name":"StringToArray","params":","}},
				{"field":"operator","type":"string","value":"GTE"}]}]}]},
		{"field":"dataObjectApiName","type":"string","value":"object_inventory_report__c"}],
		"otherRequest":[{"field":"currentOpenUserId","type":"string","value":%q}]}`, server.OpenUserID())
	s := compiled(t, sourceDoc, `{"api":"写入空操作","effect":"EXECUTE","idCheck":true,"request":[{"field":"id","type":"string","value":"{{_id}}"},{"field":"name","type":"string","value":"{{name}}"}]}`,
		qeasy.Config{Source: platforms.Fxiaoke(client, platforms.FxiaokeConfig{}), Since: time.Now().AddDate(0, 0, -7)})
	require.Contains(t, s.Report().String(), "taken over")
	p := s.Pipeline("warehouses", duijiesync.NewMemoryState())
	report := complete(t, p)
	require.EqualValues(t, fxiaoketest.DemoRecords, report.Created)
	require.EqualValues(t, 0, complete(t, p).Created)
}

// Tasks of one day get the barcode another scheme knows for their goods, looked up a
// page at a time.
func TestGoodsGetBarcodes(t *testing.T) {
	t.Parallel()
	server := banniutest.NewServer(banniutest.WithDemo())
	t.Cleanup(server.Close)
	now := func() time.Time { return banniutest.DemoDay().Add(36 * time.Hour) }
	client, err := banniu.NewClient(banniu.Config{
		BaseURL: server.URL(), AppKey: server.AppKey(), AppSecret: duijie.NewSecret(server.AppSecret()), AccessToken: duijie.NewSecret(server.AccessToken()),
		ProjectID: banniutest.DemoProject, AppID: banniutest.DemoApp,
	}, quick(duijie.WithClock(now))...)
	require.NoError(t, err)
	goods, err := lookup.NewCollection()
	require.NoError(t, err)
	barcodes := banniutest.DemoGoods()
	for no, barcode := range barcodes {
		raw, err := json.Marshal(map[string]any{"id": no, "content": map[string]string{"goodsNo": no, "skuBarcode": barcode}})
		require.NoError(t, err)
		require.NoError(t, goods.Put(no, raw))
	}
	asked := 0
	counted := mapping.LookupFunc(func(ctx context.Context, q []mapping.Query) ([]mapping.Answer, error) {
		asked++
		return goods.Find(ctx, q)
	})
	sourceDoc := fmt.Sprintf(`{"api":"task.list","effect":"QUERY","method":"GET","number":"-1","id":"-1","idCheck":true,"request":[
		{"field":"project_id","type":"string","value":%q},{"field":"page_size","type":"string","value":"100"},{"field":"page_num","type":"string","value":"1"},
		{"field":"star_created","type":"string","value":"2024-09-06 00:00:00"},{"field":"end_created","type":"string","value":"2024-09-06 23:59:59"}]}`, banniutest.DemoProject)
	targetDoc := `{"api":"task.update","effect":"EXECUTE","method":"POST","idCheck":true,"operation":{"rowsKey":"array","rows":20,"method":"batchArraySave"},"request":[
		{"field":"contents","type":"object","children":[{"field":"101297","type":"string",
			"value":"_mongoQuery a97d423e-52f5-3d6f-9f94-39a9f43f2bd5 findField=content.skuBarcode where={\"content.goodsNo\":{\"$eq\":\"{{27963}}\"}}"}]},
		{"field":"task_id","type":"int","value":"{{-1}}"}]}`
	s := compiled(t, sourceDoc, targetDoc, qeasy.Config{
		Source: platforms.Banniu(client, platforms.BanniuConfig{}), Target: platforms.Banniu(client, platforms.BanniuConfig{}), Now: now,
		Lookups: map[string]mapping.Lookup{"a97d423e-52f5-3d6f-9f94-39a9f43f2bd5": counted},
	})
	p := s.Pipeline("goods", duijiesync.NewMemoryState())
	report := complete(t, p)
	require.Positive(t, report.Updated+report.Created)
	require.Less(t, asked, int(report.Read)/10, "asked a page at a time")
	checked := 0
	for row, err := range client.Project("", "").All(t.Context(), banniu.TaskQuery{CreatedFrom: banniutest.DemoDay(), CreatedTo: banniutest.DemoDay().Add(24*time.Hour - time.Second)}) {
		require.NoError(t, err)
		if want := barcodes[row.Text("27963")]; want != "" {
			require.Equal(t, want, row.Text("101297"))
			checked++
		}
	}
	require.Positive(t, checked)
}
