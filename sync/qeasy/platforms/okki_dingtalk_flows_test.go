package platforms_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/okki"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/sync/qeasy/platforms"
)

// later is a clock a few minutes on, for windows that end a minute before now.
func later() duijie.Option {
	return duijie.WithClock(func() time.Time { return time.Now().Add(3 * time.Minute) })
}

func yidaClient(t *testing.T, to *dingtalktest.Server, form string) (*dingtalk.Client, dingtalk.YidaApp) {
	t.Helper()
	app := dingtalk.YidaApp{AppType: to.AppType(), SystemToken: duijie.NewSecret(to.SystemToken()), UserID: to.UserID(), FormUUID: form}
	c, err := dingtalk.NewClient(dingtalk.Config{
		BaseURL: to.URL(), OAPIBaseURL: to.OapiURL(), AppKey: to.AppKey(), AppSecret: duijie.NewSecret(to.AppSecret()), Yida: app,
	}, quick(later())...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c, app
}

func okkiClient(t *testing.T, s *okkitest.Server) *okki.Client {
	t.Helper()
	c, err := okki.NewClient(okki.Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), Scopes: []string{"product", "invoices"},
	}, quick(later())...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func schemePipeline(s *qeasy.Scheme, state duijiesync.State) *duijiesync.Pipeline[qeasy.Row, qeasy.Write] {
	p := s.Pipeline("flow", state)
	p.Settle = duijiesync.SettlePolicy{Delay: 10 * time.Millisecond}
	p.LeaseWait = 0
	return p
}

const productList = `{"api":"/v1/product/list","effect":"QUERY","method":"GET","number":"product_no","id":"product_no","request":[
	{"field":"start_index","type":"string","value":"1"},{"field":"count","type":"string","value":"20"},
	{"field":"start_time","type":"string","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '00:30:01')"},
	{"field":"end_time","type":"string","value":"{{CURRENT_TIME|datetime}}"}]}`

// The article's products start approvals with the names of their groups, each once: the
// component of the key is found in the document, and a run that died behind a start leaves nothing in doubt.
func TestProductsWithGroupsStartApprovals(t *testing.T) {
	t.Parallel()
	from, to := okkitest.NewServer(), dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0), dingtalktest.WithIndexLag(2*time.Millisecond))
	t.Cleanup(from.Close)
	t.Cleanup(to.Close)
	group := from.AddGroup("吊灯", from.AddGroup("灯具", 0))
	for i := range 7 {
		at := time.Now().Add(-time.Duration(60+i) * time.Minute).In(duijie.China).Format(time.DateTime)
		from.Add("product", okkitest.Row{
			"product_no": fmt.Sprintf("P%02d", i), "name": fmt.Sprintf("产品 %d", i), "group_id": group, "product_type": 1, "create_time": at, "update_time": at,
		})
	}
	source := okkiClient(t, from)
	target, app := yidaClient(t, to, dingtalktest.DemoForm)
	doc := fmt.Sprintf(`{"api":"v1.0/yida/processes/instances/start","effect":"EXECUTE","method":"POST","idCheck":true,"request":[
		{"field":"textField_lq0sj9h9","type":"string","value":"{name}"},
		{"field":"textField_lq23ags2","type":"string","value":"{product_no}"},
		{"field":"textField_lq0sj9h3","type":"string","value":"_findCollection find top_name from okki-groups where id={group_id}"},
		{"field":"textField_lqdd2tui","type":"string","value":"_findCollection find name from okki-groups where id={group_id}"},
		{"field":"textField_lstsv908","type":"string","value":"{product_type}"},
		{"field":"textareaField_lq23ags6","type":"string","value":"{product_remark}"}],
		"otherRequest":[{"field":"appType","value":%q},{"field":"systemToken","value":%q},{"field":"userId","value":%q},{"field":"language","value":""},{"field":"","value":""}]}`,
		app.AppType, to.SystemToken(), to.UserID())
	s := compiled(t, productList, doc, qeasy.Config{
		Source: platforms.OKKI(source), Target: platforms.DingTalk(target, platforms.DingTalkConfig{App: app}),
		Since: time.Now().AddDate(0, 0, -1), Lookups: map[string]mapping.Lookup{"okki-groups": platforms.OKKIGroups(source)},
	})
	require.NotContains(t, s.Report().String(), to.SystemToken())
	state := duijiesync.NewMemoryState()

	// The process dies while it waits to look a lost start up.
	to.Inject(dingtalktest.Fault{Op: "POST yida/processes/instances/start", Call: 2, Kind: dingtalktest.CutAfter})
	dying := schemePipeline(s, state)
	dying.Settle.Delay, dying.StopGrace = time.Hour, time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	to.OnCall(func(op string, n int) {
		if op == "POST yida/processes/instances/start" && n == 7 {
			time.AfterFunc(50*time.Millisecond, cancel)
		}
	})
	_, err := dying.Run(ctx)
	require.Error(t, err)
	to.OnCall(nil)

	report := complete(t, schemePipeline(s, state))
	require.Zero(t, report.Held)
	require.Zero(t, complete(t, schemePipeline(s, state)).Created)
	require.Equal(t, 7, to.Count("POST yida/processes/instances/start"), "none is sent again")
	for i := range 7 {
		require.Equal(t, 1, to.Created(dingtalktest.DemoForm, "textField_lq23ags2", fmt.Sprintf("P%02d", i)), i)
	}
	require.Equal(t, 7, to.Created(dingtalktest.DemoForm, "textField_lq0sj9h3", "灯具"))
	require.Equal(t, 7, to.Created(dingtalktest.DemoForm, "textField_lqdd2tui", "吊灯"))
	require.Equal(t, 1, from.Count("GET product/groups"), "the tree is read once")
}

// Approvals of OA become rows of a form, and are updated when they end: answers are lost,
// one row is poison.
func TestApprovalsBecomeRows(t *testing.T) {
	t.Parallel()
	s := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0))
	t.Cleanup(s.Close)
	s.AddProcess("PROC-PAY", "事由", "金额")
	client, app := yidaClient(t, s, dingtalktest.DemoPlainForm)
	var ids []string
	for i := range 25 {
		id, err := client.Approvals().Start(t.Context(), dingtalk.ApprovalRequest{
			Originator: s.UserID(), ProcessCode: "PROC-PAY", DepartmentID: -1,
			Values: []dingtalk.ApprovalValue{{Name: "事由", Value: fmt.Sprint("差旅", i)}, {Name: "金额", Value: strconv.Itoa(i) + ".50"}},
		})
		require.NoError(t, err)
		ids = append(ids, id)
	}
	from := `{"api":"topapi/processinstance/get","effect":"QUERY","method":"POST","id":"extend.process_instance_id","request":[
		{"field":"process_code","value":"PROC-PAY"},{"field":"start_time","value":"_function ({{LAST_SYNC_TIME}}-(3600 * 24))* 1000"},
		{"field":"end_time","value":"{{CURRENT_TIME}}000"},{"field":"size","value":"20"},{"field":"cursor","value":"0"}]}`
	to := `{"api":"v2.0/yida/forms/instances","effect":"EXECUTE","method":"POST","operation":{"rowsKey":"array","rows":10,"method":"batchArraySave"},"request":[
		{"field":"textField_sku","type":"string","value":"{{extend.process_instance_id}}"},{"field":"textareaField_note","type":"string","value":"{{事由}} {{extend.status}}"},
		{"field":"numberField_qty","type":"float","value":"{{金额}}"}]}`
	c := platforms.DingTalk(client, platforms.DingTalkConfig{App: app, IndexLag: 5 * time.Millisecond})
	scheme := compiled(t, from, to, qeasy.Config{Source: c, Target: c, Since: time.Now().AddDate(0, 0, -1)})
	require.Contains(t, scheme.Report().String(), "reaching back 24h0m0s")
	state := duijiesync.NewMemoryState()
	s.Refuse(dingtalktest.DemoPlainForm, "textField_sku", ids[3], "invalidParameter.form.validationFailed")
	s.Inject(dingtalktest.Fault{Op: "POST yida/forms/instances/batchSave", Call: 1, Kind: dingtalktest.CutAfter})
	report := complete(t, schemePipeline(scheme, state))
	require.EqualValues(t, 25, report.Read)
	require.EqualValues(t, 1, report.Refused)
	require.Zero(t, report.Held)
	require.True(t, s.FinishApproval(ids[7], true))
	report = complete(t, schemePipeline(scheme, state))
	require.EqualValues(t, 1, report.Updated, "one that ended within the lookback is read again")
	for i, id := range ids {
		want := 1
		if i == 3 {
			want = 0
		}
		require.Equal(t, want, s.Created(dingtalktest.DemoPlainForm, "textField_sku", id), i)
	}
	for _, row := range s.Instances(dingtalktest.DemoPlainForm) {
		if row.Values["textField_sku"] == ids[7] {
			require.Equal(t, "差旅7 COMPLETED", row.Values["textareaField_note"])
			require.Equal(t, "7.5", fmt.Sprint(row.Values["numberField_qty"]))
		}
	}
}

// Rows of a form are pushed as products, each once through lost answers, and edited when
// they change; values of rows are set by their ids.
func TestRowsBecomeProducts(t *testing.T) {
	t.Parallel()
	s, shop := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0)), okkitest.NewServer()
	t.Cleanup(s.Close)
	t.Cleanup(shop.Close)
	client, app := yidaClient(t, s, dingtalktest.DemoPlainForm)
	d, o := platforms.DingTalk(client, platforms.DingTalkConfig{App: app}), platforms.OKKI(okkiClient(t, shop))
	from := fmt.Sprintf(`{"api":"v1.0/yida/forms/instances/search","effect":"QUERY","method":"POST","id":"formData.textField_sku","request":[
		{"field":"appType","value":%q},{"field":"systemToken","value":%q},{"field":"formUuid","value":%q},{"field":"currentPage","value":"1"},{"field":"pageSize","value":"10"},
		{"field":"searchFieldJson","value":"[{\"key\":\"radioField_kind\",\"value\":\"metal\",\"type\":\"ARRAY\",\"operator\":\"eq\",\"componentName\":\"RadioField\"}]"},
		{"field":"modifiedFromTimeGMT","value":"{{LAST_SYNC_TIME|datetime}}"},{"field":"modifiedToTimeGMT","value":"{{CURRENT_TIME|datetime}}"}]}`,
		app.AppType, s.SystemToken(), dingtalktest.DemoPlainForm)
	to := `{"api":"/v1/product/push","effect":"EXECUTE","method":"POST","request":[
		{"field":"product_no","type":"string","value":"{{formData.textField_sku}}"},{"field":"name","type":"string","value":"件 {{formData.numberField_qty}} {{serialNo}}"},
		{"field":"product_type","type":"int","value":"1"}]}`
	scheme := compiled(t, from, to, qeasy.Config{Source: d, Target: o, Since: time.Now().AddDate(0, 0, -60)})
	state := duijiesync.NewMemoryState()
	shop.Inject(okkitest.Fault{Op: "POST product/push", Call: 4, Kind: okkitest.CutAfter})
	report := complete(t, schemePipeline(scheme, state))
	require.EqualValues(t, 15, report.Read)
	require.EqualValues(t, 15, report.Created, report)
	first := s.Instances(dingtalktest.DemoPlainForm)[0]
	require.True(t, s.Change(dingtalktest.DemoPlainForm, first.ID, dingtalktest.Row{"numberField_qty": 99}))
	report = complete(t, schemePipeline(scheme, state))
	require.EqualValues(t, 1, report.Updated, report)
	rows := shop.Records("product")
	require.Len(t, rows, 15)
	for _, r := range rows {
		require.Equal(t, 1, shop.Created("product", fmt.Sprint(r["product_no"])))
		if r["product_no"] == "KC-0001" {
			require.Contains(t, r["name"], "件 99")
		}
	}

	// And back: the product's id is written to the row it came from.
	back := compiled(t, from, `{"api":"v2.0/yida/forms/instances","effect":"EXECUTE","method":"PUT","request":[
		{"field":"textareaField_note","type":"string","value":"seen {{formData.textField_sku}}"}],"otherRequest":[{"field":"formInstanceId","value":"{{formInstanceId}}"}]}`,
		qeasy.Config{Source: d, Target: d, Since: time.Now().AddDate(0, 0, -60)})
	s.Inject(dingtalktest.Fault{Op: "PUT yida/forms/instances", Call: 2, Kind: dingtalktest.CutAfter})
	p := schemePipeline(back, duijiesync.NewMemoryState())
	report = complete(t, p)
	require.EqualValues(t, 15, report.Created+report.Updated, report)
	require.Zero(t, report.Held)
	seen := 0
	for _, row := range s.Instances(dingtalktest.DemoPlainForm) {
		if row.Values["textareaField_note"] == fmt.Sprint("seen ", row.Values["textField_sku"]) {
			seen++
		}
	}
	require.Equal(t, 15, seen)
}

// Orders are read whole, with their lines, though their list has none.
func TestWholeOrders(t *testing.T) {
	t.Parallel()
	shop := okkitest.NewServer()
	t.Cleanup(shop.Close)
	id := shop.Add("invoices/order", okkitest.Row{"order_no": "SO-1", "currency": "CNY", "product_list": []any{
		map[string]any{"unique_id": 5, "product_id": 1, "sku_id": 2, "count": 3}, map[string]any{"unique_id": 6, "product_id": 1, "sku_id": 3, "count": 4},
	}})
	require.NotZero(t, id)
	scheme := compiled(t, `{"api":"/v1/invoices/order/info","effect":"QUERY","method":"GET","id":"order_no","beatFlat":["product_list"],"request":[
		{"field":"start_time","value":"{{LAST_SYNC_TIME|datetime}}"},{"field":"end_time","value":"{{CURRENT_TIME|datetime}}"}]}`,
		`{"api":"写入空操作","effect":"EXECUTE","request":[{"field":"n","value":"{{product_list_count}}"}]}`,
		qeasy.Config{Source: platforms.OKKI(okkiClient(t, shop)), Since: time.Now().AddDate(0, 0, -1)})
	report := complete(t, schemePipeline(scheme, duijiesync.NewMemoryState()))
	require.EqualValues(t, 2, report.Created, report)
	require.Equal(t, 1, shop.Count("GET invoices/order/info"))
}
