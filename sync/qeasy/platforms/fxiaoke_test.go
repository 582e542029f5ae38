package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

const (
	fxCreate = "/cgi/crm/custom/v2/data/create"
	fxUpdate = "/cgi/crm/custom/v2/data/update"
)

// newFxiaoke is a client with a fake that has the demo's objects, and an empty one.
func newFxiaoke(t *testing.T, opts ...fxiaoketest.Option) (*fxiaoke.Client, *fxiaoketest.Server) {
	t.Helper()
	s := fxiaoketest.NewServer(append([]fxiaoketest.Option{fxiaoketest.WithDemo()}, opts...)...)
	s.AddObject(fxiaoketest.Object{Name: "line__c", Label: "明细", Fields: []fxiaoketest.Field{
		{Name: "bill__c", Type: "master_detail", Target: "bill__c"}, {Name: "qty__c", Type: "number"},
	}})
	s.AddObject(fxiaoketest.Object{Name: "bill__c", Label: "单据", Details: []string{"line__c"}, Approval: true, Fields: []fxiaoketest.Field{
		{Name: "erp_no__c", Label: "单号", Type: "text", Unique: true}, {Name: "serial__c", Label: "流水", Type: "auto_number"},
		{Name: "amount__c", Label: "金额", Type: "number"}, {Name: "city__c", Label: "城市", Type: "text"},
		{Name: "account__c", Label: "客户", Type: "object_reference", Target: "AccountObj"},
	}})
	c, err := fxiaoke.NewClient(fxiaoke.Config{
		BaseURL: s.URL(), AppID: s.AppID(), AppSecret: duijie.NewSecret(s.AppSecret()),
		PermanentCode: duijie.NewSecret(s.PermanentCode()), OpenUserID: s.OpenUserID(),
	}, unpaced()...)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseIdleConnections(); s.Close() })
	return c, s
}

// billTarget is a half that writes bills: fields of the record, and members beside data.
func billTarget(api, fields, more string) string {
	return `{"api":"` + api + `","effect":"EXECUTE","method":"POST","request":[{"field":"data","type":"object","children":[
		{"field":"dataObjectApiName","value":"bill__c"},` + fields + `]}` + more + `]}`
}

const billFields = `{"field":"name","value":"{name}"},{"field":"erp_no__c","type":"string","value":"{no}"},{"field":"amount__c","value":"{amount}"},
	{"field":"account__c","value":"{account}"},{"field":"city__c","value":""}`

func billRow(no, name, amount, account string) string {
	return fmt.Sprintf(`{"no":%q,"name":%q,"amount":%q,"account":%q}`, no, name, amount, account)
}

func TestFxiaokeOperations(t *testing.T) {
	t.Parallel()
	var known []string
	for _, o := range fxiaoke.Operations() {
		known = append(known, o.Path)
	}
	c, _ := newFxiaoke(t)
	requireOperations(t, Fxiaoke(c, FxiaokeConfig{}), fxiaokeOperations, known)
	for api := range fxiaokeListings {
		require.Contains(t, known, api)
	}
}

// The recorded half runs, but for the user in it, whom nobody is.
func TestFxiaokeSamples(t *testing.T) {
	t.Parallel()
	c, _ := newFxiaoke(t)
	doc := string(sample(t, "src-fxiaoke-query-nested.json"))
	scheme, err := qeasy.Compile(parse(t, qeasy.SideSource, doc), parse(t, qeasy.SideTarget, nothingTarget), qeasy.Config{Source: Fxiaoke(c, FxiaokeConfig{}), Since: time.Now().AddDate(0, 0, -7)})
	require.NoError(t, err)
	require.True(t, scheme.Report().OK(), scheme.Report().String())
}

// Every list reads all it has, and says so.
func TestFxiaokeLists(t *testing.T) {
	t.Parallel()
	c, s := newFxiaoke(t)
	id := s.Records(fxiaoketest.DemoObject)[3]["_id"]
	s.Handle("/cgi/user/get/batchByUpdTime", func(r fxiaoketest.Request) (map[string]any, error) {
		page := fmt.Sprint(r.Body["pageNumber"])
		return map[string]any{"pageNumber": page, "pageCount": 2, "totalCount": 2, "employees": []any{map[string]any{"openUserId": "U" + page}}}, nil
	})
	half := func(api, id, request string) string {
		return `{"api":"` + api + `","effect":"QUERY","method":"POST","id":"` + id + `","request":[` + request + `]}`
	}
	const all = `{"field":"departmentId","value":"999999"},{"field":"fetchChild","value":"true"},{"field":"corpId","value":"x"}`
	from := Fxiaoke(c, FxiaokeConfig{})
	for _, run := range []struct {
		api, id, request, member string
		want                     []string
	}{
		{fxGetCustom, "_id", fmt.Sprintf(`{"field":"data","type":"object","children":[{"field":"dataObjectApiName","value":%q},{"field":"objectDataId","value":%q}]}`, fxiaoketest.DemoObject, id), "code__c", []string{"WH004"}},
		{fxDescribe, "api_name", `{"field":"apiName","value":"line__c"}`, "api_name", []string{
			"_id", "name", "owner", "created_by", "last_modified_by", "create_time", "last_modified_time", "life_status", "lock_status", "record_type", "bill__c", "qty__c",
		}},
		{fxUsers, "openUserId", all, "name", []string{"管理员", "李雷", "韩梅梅"}},
		{fxUsers, "openUserId", `{"field":"departmentId","value":"1001"}`, "mobile", []string{"13800000001", "13800000002"}},
		{fxUserNames, "openUserId", all, "name", []string{"管理员", "李雷", "韩梅梅"}},
		{fxMobile, "openUserId", `{"field":"mobile","value":"13800000001"}`, "name", []string{"李雷"}},
		{fxUser, "openUserId", fmt.Sprintf(`{"field":"openUserId","value":%q}`, s.OpenUserID()), "traceId", []string{""}},
		{fxModified, "openUserId", `{"field":"startTime","value":"{LAST_SYNC_TIME}000"},{"field":"endTime","value":"{CURRENT_TIME}000"},{"field":"pageSize","value":"20"}`, "openUserId", []string{"U1", "U2"}},
		{fxDepartments, "id", ``, "name", []string{"全公司", "信息部", "销售部"}},
		{fxDepartment, "id", `{"field":"departmentId","value":"1000"}`, "name", []string{"信息部"}},
	} {
		require.ElementsMatch(t, run.want, texts(readBy(t, from, half(run.api, run.id, run.request)), run.member), run.api)
	}
	require.Contains(t, texts(readBy(t, from, half(fxObjects, "describeApiName", `{"field":"includeNull","value":"false"}`)), "describeApiName"), "bill__c")
	simple := `{"field":"data","type":"object","children":[{"field":"dataObjectApiName","value":"AccountObj"},{"field":"field_projection","value":"_id,name","parser":{"name":"StringToArray","params":","}},
		{"field":"search_query_info","type":"object","children":[{"field":"limit","value":"7"},{"field":"offset","value":"0"}]}]}`
	rows := readBy(t, from, half(fxSimple, "_id", simple))
	require.Len(t, rows, 40)
	_, has := member(rows[0], "account_no")
	require.False(t, has, "only what is asked for")
	for doc, code := range map[string]string{
		half(fxGet, "_id", `{"field":"objectDataId","value":"1"}`):                                                      qeasy.CodeUnsupportedMember,
		half(fxUsers, "openUserId", ``):                                                                                 qeasy.CodeUnsupportedMember,
		half(fxUsers, "openUserId", `{"field":"departmentId","value":"all"}`):                                           qeasy.CodeUnsupportedMember,
		half(fxDepartments, "id", `{"field":"departmentId","value":"1"}`):                                               qeasy.CodeUnknownMember,
		half(fxQuery, "_id", `{"field":"dataObjectApiName","value":"AccountObj"}`):                                      qeasy.CodeUnsupportedMember,
		half(fxQuery, "_id", `{"field":"condition","value":"x"}`):                                                       qeasy.CodeUnknownMember,
		half("/cgi/message/send", "_id", ``):                                                                            qeasy.CodeAPIUnsupported,
		half(fxQuery, "_id", replaceFilter(`{"field":"field_name","value":"name"},{"field":"connector","value":"OR"}`)): "search_query_info.filters.条件1.connector",
	} {
		_, err := compiles(t, from, doc)
		require.ErrorContains(t, err, code, doc)
	}
}

// replaceFilter is a request with one condition.
func replaceFilter(members string) string {
	return `{"field":"dataObjectApiName","value":"AccountObj"},{"field":"search_query_info","type":"object","children":[{"field":"limit","value":"20"},
		{"field":"filters","type":"object","children":[{"field":"条件1","type":"object","children":[` + members + `]}]}]}`
}

// Each record arrives once, though answers are lost, a row is poison and the process ends in
// the middle; what changes is updated in its record.
func TestFxiaokeCreatesEachRecordOnce(t *testing.T) {
	t.Parallel()
	c, s := newFxiaoke(t)
	account := fmt.Sprint(s.Records("AccountObj")[0]["_id"])
	target := billTarget(fxCreate, billFields, `,{"field":"triggerWorkFlow","value":"false"}`)
	rows := make([]string, 12)
	for i := range rows {
		rows[i] = billRow(fmt.Sprint("B", i), "x", "1.10", account)
	}
	rows[7] = billRow("B7", "x", "1", "nobody")
	state := duijiesync.NewMemoryState()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	creates := 0
	s.Inject(fxiaoketest.Fault{Op: fxCreate, Call: 2, Kind: fxiaoketest.CutAfter})
	s.Inject(fxiaoketest.Fault{Op: fxCreate, Call: 4, Kind: fxiaoketest.Cut})
	s.Inject(fxiaoketest.Fault{Op: fxCreate, Call: 5, Kind: fxiaoketest.Throttle})
	s.OnCall(func(op string, _ int) {
		if op == fxCreate+" bill__c" {
			if creates++; creates == 9 {
				cancel()
			}
		}
	})
	_, err := written(t, Fxiaoke(c, FxiaokeConfig{}), target, state, rows...).Run(ctx)
	require.Error(t, err)
	s.OnCall(nil)
	p := written(t, Fxiaoke(c, FxiaokeConfig{}), target, state, rows...)
	report := ran(t, p)
	require.Zero(t, report.Held)
	letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Equal(t, "B7", letters[0].Key)
	require.Len(t, s.Records("bill__c"), 11)
	for i := range rows {
		if i != 7 {
			require.Equal(t, 1, s.Created("bill__c", "erp_no__c", fmt.Sprint("B", i)))
		}
	}
	require.Zero(t, ran(t, p).Created)
	rows[3] = billRow("B3", "changed", "2", account)
	require.EqualValues(t, 1, ran(t, written(t, Fxiaoke(c, FxiaokeConfig{}), target, state, rows...)).Updated)
	require.Len(t, s.Records("bill__c"), 11)
}

// The platform's own form of a creation runs as the article of the manual has it: details go
// with their document, flows are started where the document says so.
func TestFxiaokeWireForm(t *testing.T) {
	t.Parallel()
	c, s := newFxiaoke(t)
	target := `{"api":"` + fxCreate + `","effect":"EXECUTE","method":"POST","request":[
		{"field":"triggerWorkFlow","type":"bool","value":"false"},{"field":"triggerApprovalFlow","type":"bool","value":"true"},
		{"field":"hasSpecifyTime","type":"bool","value":"false"},{"field":"includeDetailIds","type":"bool","value":"true"},
		{"field":"data","type":"object","children":[
			{"field":"object_data","type":"object","children":[{"field":"dataObjectApiName","value":"bill__c"},{"field":"name","value":"{name}"},
				{"field":"erp_no__c","type":"string","value":"{no}"},{"field":"owner","value":"1000","parser":{"name":"StringToArray","params":","}}]},
			{"field":"details","type":"object","children":[{"field":"line__c","type":"array","value":"lines","children":[{"field":"qty__c","value":"{{lines.qty}}"}]}]},
			{"field":"optionInfo","type":"object","children":[{"field":"isDuplicateSearch","type":"bool","value":"true"}]}]}]}`
	row := `{"no":"B1","name":"one","lines":[{"qty":"1.5"},{"qty":"2"}]}`
	state := duijiesync.NewMemoryState()
	require.EqualValues(t, 1, ran(t, written(t, Fxiaoke(c, FxiaokeConfig{}), target, state, row)).Created)
	require.Len(t, s.Records("line__c"), 2)
	require.Equal(t, "under_review", s.Records("bill__c")[0]["life_status"])
	var sent map[string]any
	for _, call := range s.Calls() {
		if call.Op == fxCreate+" bill__c" {
			require.NoError(t, json.Unmarshal([]byte(call.Body), &sent))
		}
	}
	require.Equal(t, map[string]any{"isDuplicateSearch": true, "useValidationRule": false, "skipFuncValidate": false}, sent["data"].(map[string]any)["optionInfo"])
	require.Equal(t, false, sent["triggerWorkFlow"])

	p := written(t, Fxiaoke(c, FxiaokeConfig{}), target, state, `{"no":"B1","lines":[{"qty":"3"}]}`)
	require.EqualValues(t, 1, ran(t, p).Refused, "lines of a document that is there")
	ran(t, written(t, Fxiaoke(c, FxiaokeConfig{KeepDetails: true}), target, state, `{"no":"B1","name":"other","lines":[{"qty":"4"}]}`))
	require.Equal(t, "other", s.Records("bill__c")[0]["name"])
	require.Len(t, s.Records("line__c"), 2)
	require.Len(t, s.Records("bill__c"), 1)
}

// Updates change what is there, by _id or by the key, and make nothing.
func TestFxiaokeUpdates(t *testing.T) {
	t.Parallel()
	for _, key := range []string{`{"field":"_id","value":"{id}"}`, `{"field":"erp_no__c","type":"string","value":"{no}"}`} {
		c, s := newFxiaoke(t)
		var rows []string
		for i := range 4 {
			no := fmt.Sprint("B", i)
			id := s.Add("bill__c", fxiaoketest.Row{"name": no, "erp_no__c": no, "city__c": "old"})
			rows = append(rows, fmt.Sprintf(`{"no":%q,"id":%q,"city":"new"}`, no, id))
		}
		rows = append(rows, `{"no":"gone","id":"0123456789abcdef01234567","city":"new"}`)
		s.Inject(fxiaoketest.Fault{Op: fxUpdate, Call: 1, Kind: fxiaoketest.CutAfter})
		s.Inject(fxiaoketest.Fault{Op: fxUpdate, Call: 2, Kind: fxiaoketest.Cut})
		p := written(t, Fxiaoke(c, FxiaokeConfig{}), billTarget(fxUpdate, key+`,{"field":"city__c","value":"{city}"}`, ""), duijiesync.NewMemoryState(), rows...)
		report := ran(t, p)
		require.EqualValues(t, 4, report.Updated)
		require.EqualValues(t, 1, report.Refused)
		require.Len(t, s.Records("bill__c"), 4)
		for _, r := range s.Records("bill__c") {
			require.Equal(t, "new", r["city__c"])
		}
	}
}

// After a crash a record is looked up by its key alone, where the key field holds it.
func TestFxiaokeFindsByKey(t *testing.T) {
	t.Parallel()
	c, s := newFxiaoke(t)
	s.Add("bill__c", fxiaoketest.Row{"name": "N1", "erp_no__c": "B1"})
	for _, run := range []struct {
		cfg  FxiaokeConfig
		want duijiesync.Match
	}{{FxiaokeConfig{}, duijiesync.Exists}, {FxiaokeConfig{KeyField: "name"}, duijiesync.Absent}} { // name is no key
		p := written(t, Fxiaoke(c, run.cfg), billTarget(fxCreate, billFields, ""), duijiesync.NewMemoryState())
		found, err := p.Sink.(duijiesync.Finder[qeasy.Write]).Find(t.Context(), []duijiesync.Record[qeasy.Write]{
			{Key: "B1", Target: duijiesync.Target{KeyOnly: true}}, {Key: "B2", Target: duijiesync.Target{KeyOnly: true}},
			{Key: "B1", Value: qeasy.Write{Request: json.RawMessage(`{"data":{"name":"N1","erp_no__c":"B1"}}`)}},
		})
		require.NoError(t, err)
		require.Equal(t, []duijiesync.Match{run.want, duijiesync.Absent, duijiesync.Identical}, []duijiesync.Match{found[0].Match, found[1].Match, found[2].Match})
	}
}

// A key field whose values would not come back stops the run before anything is made.
func TestFxiaokeKeyFieldIsText(t *testing.T) {
	t.Parallel()
	c, s := newFxiaoke(t)
	for field, want := range map[string]string{"serial__c": "auto_number", "amount__c": "type number", "unknown__c": "no field unknown__c"} {
		p := written(t, Fxiaoke(c, FxiaokeConfig{}), billTarget(fxCreate, `{"field":"`+field+`","type":"string","value":"{no}"}`, ""), duijiesync.NewMemoryState(), billRow("1", "x", "1", ""))
		_, err := p.Run(t.Context())
		require.ErrorContains(t, err, want)
	}
	require.Empty(t, s.Records("bill__c"))
}

// What a target half can not do is said with its place before anything runs.
func TestFxiaokeTargetsAreRefused(t *testing.T) {
	t.Parallel()
	c, _ := newFxiaoke(t)
	to := Fxiaoke(c, FxiaokeConfig{})
	const unsupported = qeasy.CodeUnsupportedMember
	for target, want := range map[string]map[string]string{
		billTarget(fxCreate, `{"field":"name","value":"{name}"}`, ``):                                      {"target/request/0": unsupported},
		billTarget(fxCreate, billFields+`,{"field":"_id","value":"{no}"}`, ``):                             {"target/request/0/children/6": unsupported},
		billTarget(fxCreate, billFields+`,{"field":"account__c__r","value":"{no}"}`, ``):                   {"target/request/0/children/6": unsupported},
		billTarget(fxUpdate, billFields+`,{"field":"owner","value":"1000"}`, ``):                           {"target/request/0/children/6": unsupported},
		billTarget(fxCreate, billFields, `,{"field":"triggerWorkFlow","value":"maybe"}`):                   {"target/request/1": unsupported},
		billTarget(fxCreate, billFields, `,{"field":"hasSpecifyTime","value":"true"}`):                     {"target/request/1": unsupported},
		billTarget(fxCreate, billFields, `,{"field":"fillOutOwner","value":"true"}`):                       {"target/request/1": qeasy.CodeUnknownMember},
		billTarget(fxCreate, billFields, `,{"field":"currentOpenUserId","value":"{name}"}`):                {"target/request/1": unsupported},
		billTarget(fxQueryCustom, billFields, ``):                                                          {"target/api": qeasy.CodeAPIUnsupported},
		billTarget("/cgi/crm/custom/v2/data/delete", billFields, ``):                                       {"target/api": qeasy.CodeAPIUnsupported},
		`{"api":"` + fxCreate + `","effect":"EXECUTE","request":[{"field":"name","value":"{no}"}]}`:        {"target/request/0": qeasy.CodeUnknownMember, "target/request": unsupported},
		`{"api":"` + fxCreate + `","effect":"EXECUTE","distributionOrg":"1","request":[{"field":"data"}]}`: {"target/distributionOrg": unsupported},
	} {
		require.Equal(t, want, codesOf(t, to, target), target)
	}
	require.Equal(t, map[string]string{"target/request/0": unsupported}, codesOf(t, Fxiaoke(c, FxiaokeConfig{KeyField: "city__c"}), billTarget(fxCreate, billFields, "")))
}
