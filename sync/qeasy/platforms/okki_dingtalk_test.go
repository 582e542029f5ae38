package platforms

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/okki"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

func newDingTalk(t *testing.T, opts ...dingtalktest.Option) (*dingtalk.Client, *dingtalktest.Server, dingtalk.YidaApp) {
	t.Helper()
	s := dingtalktest.NewServer(append([]dingtalktest.Option{dingtalktest.WithDemo(), dingtalktest.WithQPS(0)}, opts...)...)
	app := dingtalk.YidaApp{AppType: s.AppType(), SystemToken: duijie.NewSecret(s.SystemToken()), UserID: s.UserID(), FormUUID: dingtalktest.DemoForm}
	c, err := dingtalk.NewClient(dingtalk.Config{
		BaseURL: s.URL(), OAPIBaseURL: s.OapiURL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret()), Yida: app,
	}, append(unpaced(), duijie.WithClock(func() time.Time { return time.Now().Add(2 * time.Minute) }))...)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseIdleConnections(); s.Close() })
	return c, s, app
}

func newOKKI(t *testing.T) (*okki.Client, *okkitest.Server) {
	t.Helper()
	s := okkitest.NewServer()
	c, err := okki.NewClient(okki.Config{BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), Scopes: []string{"product"}},
		append(unpaced(), duijie.WithClock(func() time.Time { return time.Now().Add(2 * time.Minute) }))...)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseIdleConnections(); s.Close() })
	return c, s
}

// Each documented operation of DingTalk is run as a source or target, or refused for a reason.
func TestDingTalkCatalogue(t *testing.T) {
	t.Parallel()
	client, _, _ := newDingTalk(t)
	c := DingTalk(client, DingTalkConfig{}).(dingtalkConnector)
	documented := map[string]bool{}
	used := map[string]bool{}
	for _, op := range dingtalk.Operations() {
		path := dingtalkPath(op.Path)
		documented[path] = true
		for _, side := range []qeasy.Side{qeasy.SideSource, qeasy.SideTarget} {
			require.True(t, c.Match(side, op.Path), "%s %s", side, op.Path)
			require.NotEqual(t, c.runs(side, path), c.refusal(side, op.Path) != "", "%s %s is either run or refused", side, op.Path)
		}
		used[path] = true
		if _, rest, ok := strings.Cut(path, ".0/"); ok {
			used[rest] = true
		}
	}
	for path := range dingtalkRefused {
		old := strings.HasPrefix(path, "topapi/processinstance/")
		require.True(t, used[path] || old, "%s is refused and not documented", path)
	}
	for _, api := range c.APIs() {
		require.True(t, documented[api] || api == oaGet, api)
	}
	require.False(t, c.Match(qeasy.SideSource, "v3.0/yida/forms"))
	_, _, err := c.Sink(&qeasy.SinkSpec{API: "robot/send"})
	var p *qeasy.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, qeasy.CodeAPIUnsupported, p.Code)
	require.Equal(t, noMessage, p.Message)
}

// Each documented operation of OKKI is run as a source or target, or refused for a reason.
func TestOKKICatalogue(t *testing.T) {
	t.Parallel()
	client, _ := newOKKI(t)
	c := OKKI(client).(*okkiConnector)
	apis := strings.Join(c.APIs(), " ")
	for _, op := range okki.Operations() {
		run := false
		for _, side := range []qeasy.Side{qeasy.SideSource, qeasy.SideTarget} {
			require.True(t, c.Match(side, op.Path), "%s %s", side, op.Path)
			why := c.refusal(side, op.Path)
			require.NotEqual(t, c.runs(side, op.Path), why != "", "%s %s is either run or refused", side, op.Path)
			require.NotContains(t, why, "no scheme runs", "%s has a reason of its own", op.Path)
			run = run || why == ""
		}
		require.Equal(t, run, strings.Contains(" "+apis+" ", " "+op.Path+" "), op.Path)
		if op.Kind == okki.KindList && !strings.HasPrefix(op.Path, "/v1/subscribe") {
			require.True(t, c.runs(qeasy.SideSource, op.Path), op.Path)
		}
	}
	for path := range okkiRefused {
		_, known := c.known("/v1/" + path)
		require.True(t, known, path)
	}
	for api, k := range c.pushes {
		require.NotEmpty(t, k.kind.Number, api)
		require.NotEmpty(t, okkiMembers(k.model), api)
	}
}

// The published halves of both platforms run as they are; those of others are none of theirs.
func TestSamplesOfOKKIAndDingTalk(t *testing.T) {
	t.Parallel()
	source, _ := newOKKI(t)
	target, _, _ := newDingTalk(t)
	c := qeasy.Connectors(OKKI(source), DingTalk(target, DingTalkConfig{}))
	runs := map[string]bool{"src-dingtalk-processinstance.json": true, "src-okki-product-list.json": true, "tgt-yida-instance-start.json": true}
	names, err := filepath.Glob(filepath.Join(testutil.Contracts(t), "samples", "qeasy", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, path := range names {
		name := filepath.Base(path)
		var head struct{ API string }
		if json.Unmarshal(sample(t, name), &head) != nil || head.API == "" {
			continue
		}
		side := qeasy.SideTarget
		if strings.HasPrefix(name, "src-") {
			side = qeasy.SideSource
		}
		require.Equal(t, runs[name], c.Match(side, head.API), name)
		if !runs[name] {
			continue
		}
		half, err := qeasy.Parse(side, sample(t, name))
		require.NoError(t, err)
		cfg := qeasy.Config{Source: c, Target: c, ID: "product_no", Since: time.Now().Add(-time.Hour)}
		var s *qeasy.Scheme
		if side == qeasy.SideSource {
			s, err = qeasy.Compile(half, parse(t, qeasy.SideTarget, `{"api":"写入空操作","effect":"EXECUTE","request":[]}`), cfg)
		} else {
			s, err = qeasy.Compile(parse(t, qeasy.SideSource, `{"api":"/v1/product/list","effect":"QUERY","method":"GET","id":"product_no","request":[]}`), half, cfg)
		}
		require.NoError(t, err, name)
		report := s.Report().String()
		switch name {
		case "tgt-yida-instance-start.json":
			require.Contains(t, report, "looked up by it", "the key is found without DingTalkConfig.Key")
		default:
			require.Contains(t, report, "taken over", name)
		}
	}
}

// Mistakes of documents are found before anything runs.
func TestOKKIAndDingTalkMistakes(t *testing.T) {
	t.Parallel()
	source, _ := newOKKI(t)
	target, _, app := newDingTalk(t)
	c := qeasy.Connectors(OKKI(source), DingTalk(target, DingTalkConfig{App: app}))
	const list, noop = `{"api":"/v1/product/list","effect":"QUERY","method":"GET","id":"product_no","request":[]}`, `{"api":"写入空操作","effect":"EXECUTE","request":[]}`
	field := func(name, value string) string { return `{"field":"` + name + `","value":"` + value + `"}` }
	src := func(api string, fields ...string) string {
		return `{"api":"` + api + `","effect":"QUERY","id":"x","request":[` + strings.Join(fields, ",") + `]}`
	}
	tgt := func(api, more string, fields ...string) string {
		return `{"api":"` + api + `","effect":"EXECUTE","request":[` + strings.Join(fields, ",") + `]` + more + `}`
	}
	no := field("product_no", "{product_no}")
	for name, x := range map[string]struct {
		doc  string
		want map[string]string
	}{
		"a filter that is ignored":   {src("/v1/warehouse/list", field("start_time", "2024-01-01 00:00:00")), map[string]string{"source/request/0": qeasy.CodeUnsupportedMember}},
		"a time type":                {src("/v1/lead/list", field("time_type", "2")), map[string]string{"source/request/0": qeasy.CodeUnsupportedMember}},
		"deleted rows":               {src("/v1/product/list", field("removed", "1")), map[string]string{"source/request/0": qeasy.CodeUnsupportedMember}},
		"one record":                 {src("/v1/product/info", field("product_id", "7")), map[string]string{"source/request/0": qeasy.CodeUnsupportedMember}},
		"a push as a source":         {src("/v1/product/push"), map[string]string{"source/api": qeasy.CodeAPIUnsupported}},
		"no number":                  {tgt("/v1/product/push", "", field("product_type", "1")), map[string]string{"target/request": qeasy.CodeUnsupportedMember}},
		"no required member":         {tgt("/v1/product/push", "", no), map[string]string{"target/request": qeasy.CodeUnsupportedMember}},
		"an id":                      {tgt("/v1/product/push", "", no, field("product_type", "1"), field("product_id", "{id}")), map[string]string{"target/request/2": qeasy.CodeUnsupportedMember}},
		"lines without what is due":  {tgt("/v1/invoices/order/push", "", field("order_no", "{x}"), field("currency", "CNY"), `{"field":"product_list","type":"array","value":"lines","children":[`+field("count", "{{lines.n}}")+`]}`), map[string]string{"target/request/2": qeasy.CodeUnsupportedMember}},
		"lines that are none":        {tgt("/v1/product/push", "", no, field("product_type", "1"), `{"field":"name","type":"object","children":[`+field("a", "1")+`]}`), map[string]string{"target/request/2": qeasy.CodeUnsupportedMember}},
		"audit":                      {tgt("/v1/product/push", `,"autoCheck":true`, no, field("product_type", "1")), map[string]string{"target/autoCheck": qeasy.CodeUnsupportedMember}},
		"no number on the platform":  {tgt("/v1/supplier/push", "", no), map[string]string{"target/api": qeasy.CodeAPIUnsupported}},
		"no process":                 {src("topapi/processinstance/get", field("size", "20")), map[string]string{"source/request": qeasy.CodeUnsupportedMember}},
		"a name that is another's":   {src("topapi/processinstance/get", field("processCode", "P"), field("process_code", "P")), map[string]string{"source/request/0": qeasy.CodeUnknownMember}},
		"ids alone":                  {src("/v1.0/workflow/processes/instanceIds/query"), map[string]string{"source/api": qeasy.CodeAPIUnsupported}},
		"conditions":                 {src("v2.0/yida/forms/instances/search", field("searchFieldJson", "nonsense")), map[string]string{"source/request/0": qeasy.CodeUnsupportedMember}},
		"another application":        {src("v2.0/yida/forms/instances/search", field("appType", "APP_OTHER")), map[string]string{"source/request/0": qeasy.CodeUnsupportedMember}},
		"status of a plain form":     {src("v2.0/yida/forms/instances/search", field("instanceStatus", "RUNNING")), map[string]string{"source/request/0": qeasy.CodeUnknownMember}},
		"either condition":           {src("v1.0/yida/forms/instances/search", field("logicOperator", "or")), map[string]string{"source/request/0": qeasy.CodeUnknownMember}},
		"an update of nothing":       {tgt("v2.0/yida/forms/instances", `,"method":"PUT"`, field("textField_a", "{x}")), map[string]string{"target/otherRequest": qeasy.CodeUnsupportedMember}},
		"a deletion":                 {tgt("v1.0/yida/forms/instances", `,"method":"DELETE"`, field("textField_a", "{x}")), map[string]string{"target/method": qeasy.CodeUnsupportedMember}},
		"an upsert by nothing":       {tgt("v2.0/yida/forms/instances/insertOrUpdate", "", field("textField_a", "{x}")), map[string]string{"target/otherRequest": qeasy.CodeUnsupportedMember}},
		"an upsert by another value": {tgt("v2.0/yida/forms/instances/insertOrUpdate", `,"otherRequest":[{"field":"searchCondition","value":"[{\"key\":\"textField_a\",\"value\":\"{y}\",\"type\":\"TEXT\",\"operator\":\"eq\",\"componentName\":\"TextField\"}]"}]`, field("textField_a", "{x}")), map[string]string{"target/otherRequest": qeasy.CodeUnsupportedMember, "target/otherRequest/0": qeasy.CodeUnsupportedMember}},
		"by alias":                   {tgt("v2.0/yida/forms/instances", `,"otherRequest":[{"field":"useAlias","value":"true"}]`, field("Sku", "{x}")), map[string]string{"target/otherRequest/0": qeasy.CodeUnsupportedMember}},
		"audit of Yida":              {tgt("v2.0/yida/processes/instances/start", `,"autoCheck":1`, field("textField_a", "{x}")), map[string]string{"target/autoCheck": qeasy.CodeUnsupportedMember}},
	} {
		from, to := list, noop
		if strings.Contains(x.doc, "QUERY") {
			from = x.doc
		} else {
			to = x.doc
		}
		require.Equal(t, x.want, problems(t, parse(t, qeasy.SideSource, from), parse(t, qeasy.SideTarget, to), qeasy.Config{Source: c, Target: c}), name)
	}
}

// What is not documented, blank, or run otherwise than it is written is told.
func TestOKKINotes(t *testing.T) {
	t.Parallel()
	client, _ := newOKKI(t)
	c := OKKI(client)
	from := parse(t, qeasy.SideSource, `{"api":"/v1/product/list","effect":"QUERY","method":"GET","id":"no","request":[]}`)
	to := parse(t, qeasy.SideTarget, `{"api":"/v1/invoices/quotation/push","effect":"EXECUTE","autoCheck":false,"request":[
		{"field":"quotation_no","type":"string","value":"Q-{no}"},{"field":"name","value":"{name}"},{"field":"company_id","value":"1"},{"field":"currency","value":"CNY"},
		{"field":"quotation_date","value":"2024-01-01"},{"field":"user_id","value":"1"},{"field":"statuss","value":"x"},{"field":"123456789","value":"own"},{"field":"remark","value":""},
		{"field":"product_list","type":"array","value":"lines","children":[{"field":"product_id","value":"1"},{"field":"sku_id","value":"1"},{"field":"count","value":"1"},{"field":"unit_price","value":"1"},{"field":"cost_amount","value":"1"}]}]}`)
	s, err := qeasy.Compile(from, to, qeasy.Config{Source: c, Target: c})
	require.NoError(t, err)
	_, list, err := c.Sink(s.Target())
	require.NoError(t, err)
	notes := map[string]string{}
	for _, n := range list {
		notes[n.Path] += n.Text + "\n"
	}
	require.Contains(t, notes["/request/6"], "the nearest that is documented is status")
	require.NotContains(t, notes, "/request/7", "a custom field")
	require.Contains(t, notes["/request/8"], "left out")
	require.Contains(t, notes["/request/9"], "might be doubled")
	require.Contains(t, notes["/request/0"], "two records that come to one number")
}

// What was under way in a crash is looked up by the key where a field holds it, and left
// in doubt where none does.
func TestKeysAreLookedUpAfterACrash(t *testing.T) {
	t.Parallel()
	client, server := newOKKI(t)
	server.Add("product", okkitest.Row{"product_no": "P-1", "name": "a", "product_type": 1})
	doc := func(number string) *qeasy.Half {
		return parse(t, qeasy.SideTarget, `{"api":"/v1/product/push","effect":"EXECUTE","request":[{"field":"product_no","type":"string","value":"`+number+`"},{"field":"product_type","type":"int","value":"1"}]}`)
	}
	from := parse(t, qeasy.SideSource, `{"api":"/v1/product/list","effect":"QUERY","method":"GET","id":"no","request":[]}`)
	crashed := []duijiesync.Record[qeasy.Write]{{Key: "P-1", Target: duijiesync.Target{KeyOnly: true}}, {Key: "P-2", Target: duijiesync.Target{KeyOnly: true}}}
	for number, want := range map[string][]duijiesync.Match{"{no}": {duijiesync.Exists, duijiesync.Absent}, "X{no}": {duijiesync.Absent, duijiesync.Absent}} {
		s, err := qeasy.Compile(from, doc(number), qeasy.Config{Source: OKKI(client), Target: OKKI(client)})
		require.NoError(t, err)
		to, _, err := OKKI(client).Sink(s.Target())
		require.NoError(t, err)
		found, err := to.(duijiesync.Finder[qeasy.Write]).Find(t.Context(), crashed)
		require.NoError(t, err)
		require.Equal(t, want, []duijiesync.Match{found[0].Match, found[1].Match}, number)
	}
}

// Approvals become rows as documents of the old gateway know them.
func TestApprovalRows(t *testing.T) {
	t.Parallel()
	row, err := oaRow(json.RawMessage(`{"processInstanceId":"i1","title":"t","businessId":"2024","createTime":"2024-03-14T16:00Z","finishTime":"2024-03-14T16:00:09Z","originatorUserId":"u",
		"approverUserIds":["v"],"formComponentValues":[{"id":"TextField_1","name":"金额","value":"1.10"},{"id":"TextField_2","name":"金额","value":"2"},{"id":"n","name":"","value":null},
		{"id":"TextField_3","name":"extend","value":"e"},{"id":"T","name":"明细","value":"[{\"rowValue\":[{\"label\":\"数量\",\"value\":\"2\",\"key\":\"k\"}],\"rowNumber\":\"r\"}]"},
		{"id":"U","name":"列表","value":"[[{\"name\":\"a\",\"value\":\"1\"}],[{\"name\":\"a\",\"value\":\"2\"}]]"},{"id":"V","name":"照片","value":"[\"x.png\"]"}]}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"金额":"1.10","TextField_2":"2","n":null,"TextField_3":"e","明细":[{"数量":"2"}],"列表":[{"a":"1"},{"a":"2"}],"照片":"[\"x.png\"]",
		"extend":{"process_instance_id":"i1","title":"t","business_id":"2024","create_time":"2024-03-14 16:00:00","finish_time":"2024-03-14 16:00:09","originator_userid":"u","approver_userids":["v"]}}`, string(row))
	_, err = oaRow(json.RawMessage(`{"formComponentValues":[{"name":"a","value":"1"},{"name":"a","value":"2"}]}`))
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// Conditions are read in both forms, their values as they are written.
func TestYidaConditions(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`[{"key":"modifiedTime","value":[1710403200123,1710403200456],"type":"DOUBLE","operator":"between","componentName":"DateField"}]`: "",
		`{"textField_a":"x"}`:                           `[{"key":"textField_a","value":"x","type":"TEXT","operator":"like","componentName":"TextField"}]`,
		`{"numberField_a":["1.10","2"]}`:                `[{"key":"numberField_a","value":[1.10,2],"type":"DOUBLE","operator":"between","componentName":"NumberField"}]`,
		`{"dateField_a":[1710403200000,1710403200001]}`: `[{"key":"dateField_a","value":[1710403200000,1710403200001],"type":"DOUBLE","operator":"between","componentName":"DateField"}]`,
		`{"checkboxField_a":["p","q"]}`:                 `[{"key":"checkboxField_a","value":["p","q"],"type":"ARRAY","operator":"contains","componentName":"CheckboxField"}]`,
		`{"selectField_a":"p"}`:                         `[{"key":"selectField_a","value":"p","type":"ARRAY","operator":"eq","componentName":"SelectField"}]`,
		`{"employeeField_a":["u"]}`:                     "error",
		`[{"key":"a","operand":"b"}]`:                   "error",
		`[{"key":"textField_a"}]`:                       "error",
		`"{\"textField_a\":\"x\"}"`:                     `[{"key":"textField_a","value":"x","type":"TEXT","operator":"like","componentName":"TextField"}]`,
	} {
		got, err := yidaConditions(json.RawMessage(doc))
		if want == "error" {
			require.ErrorIs(t, err, duijie.ErrInvalid, doc)
			continue
		}
		require.NoError(t, err, doc)
		text, err := json.Marshal(got)
		require.NoError(t, err)
		if want == "" {
			want = doc
		}
		require.Equal(t, want, string(text))
	}
}

// Approvals of days are listed pull by pull, by either gateway's names; a request without times
// reads all of the last year, and rows of the new gateway come as they are sent.
func TestApprovalsPullByPull(t *testing.T) {
	t.Parallel()
	client, server, _ := newDingTalk(t)
	server.AddProcess("PROC-1", "事由")
	for i := range 3 {
		_, err := client.Approvals().Start(t.Context(), dingtalk.ApprovalRequest{
			Originator: server.UserID(), ProcessCode: "PROC-1", DepartmentID: -1, Values: []dingtalk.ApprovalValue{{Name: "事由", Value: string(rune('a' + i))}},
		})
		require.NoError(t, err)
	}
	c := DingTalk(client, DingTalkConfig{})
	days := compileSource(t, c, `{"api":"topapi/processinstance/get","effect":"QUERY","id":"extend.process_instance_id","request":[{"field":"process_code","value":"PROC-1"},
		{"field":"start_time","value":"_function {{DAYS_AGO_2}}*1000"},{"field":"end_time","value":"_function ({{CURRENT_TIME}}+60)*1000"},{"field":"userid_list","value":"`+server.UserID()+`,x"}]}`, qeasy.Config{})
	require.IsType(t, (*pull)(nil), days)
	rows, at := readAll(t, days, "", 0)
	require.Len(t, rows, 3)
	require.Contains(t, rows[0], `"extend":{"process_instance_id":"fake`)
	require.Contains(t, rows[0], `"事由":"`)
	again, _ := readAll(t, days, at, 0)
	require.Equal(t, rows, again)

	all := compileSource(t, c, `{"api":"/v1.0/workflow/processInstances","effect":"QUERY","method":"GET","id":"processInstanceId","request":[{"field":"processCode","value":"PROC-1"},{"field":"statuses","value":"RUNNING"}]}`, qeasy.Config{})
	rows, _ = readAll(t, all, "", 0)
	require.Len(t, rows, 3)
	require.Contains(t, rows[0], `{"processInstanceId":"fake`)
	require.Contains(t, rows[0], `"formComponentValues":[`)
}

// Instances that are listed without times come in windows from the first to the last; those made in a
// span, and filters that a run changes, pull by pull.
func TestYidaReadings(t *testing.T) {
	t.Parallel()
	client, server, app := newDingTalk(t)
	c := DingTalk(client, DingTalkConfig{App: app})
	read := func(api, fields string) ([]string, duijiesync.Source[json.RawMessage]) {
		src := compileSource(t, c, `{"api":"`+api+`","effect":"QUERY","id":"formInstanceId","request":[`+fields+`]}`, qeasy.Config{Since: time.Now().AddDate(-1, 0, 0)})
		rows, _ := readAll(t, src, "", 0)
		return rows, src
	}
	plain := `{"field":"formUuid","value":"` + dingtalktest.DemoPlainForm + `"}`
	rows, src := read("v2.0/yida/forms/instances/advances/queryAll", plain)
	require.Len(t, rows, 30)
	require.IsType(t, rawSource[dingtalk.Instance]{}, src)
	require.Contains(t, rows[0], `"createTimeGMT"`)
	require.Contains(t, rows[0], `"tableField_lines"`)
	rows, _ = read("v1.0/yida/forms/instances/advances/query", plain)
	require.Len(t, rows, 30)
	require.NotContains(t, rows[0], `"tableField_lines"`)
	rows, src = read("v2.0/yida/forms/instances/search", plain+`,{"field":"createFromTimeGMT","value":"{{LAST_SYNC_TIME|datetime}}"},{"field":"originatorId","value":"`+server.UserID()+`"}`)
	require.Len(t, rows, 30)
	require.IsType(t, (*pull)(nil), src)
	require.Contains(t, rows[0], `"createdTimeGMT"`)
	rows, src = read("v1.0/yida/forms/instances/search", plain+`,{"field":"searchFieldJson","type":"object","children":[{"field":"textField_sku","value":"KC-000"}]}`)
	require.Len(t, rows, 9)
	require.IsType(t, rawSource[dingtalk.Instance]{}, src)
	rows, _ = read("v2.0/yida/processes/instances", `{"field":"instanceStatus","value":"COMPLETED"},{"field":"approvedResult","value":"agree"},{"field":"pageSize","value":"2"}`)
	require.Len(t, rows, 4)
	require.Contains(t, rows[0], `"processInstanceId"`)
	rows, _ = read("v2.0/yida/processes/instances", `{"field":"instanceStatus","value":"RUNNING"}`)
	require.Empty(t, rows)
}
