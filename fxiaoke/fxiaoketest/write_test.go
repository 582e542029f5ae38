package fxiaoketest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const data2 = "/cgi/crm/v2/data/"

func create(object string, r jsonMap) jsonMap {
	sent := jsonMap{"dataObjectApiName": object}
	for k, v := range r {
		sent[k] = v
	}
	return jsonMap{"triggerApprovalFlow": false, "triggerWorkFlow": false, "data": jsonMap{"object_data": sent}}
}

func TestRecordLife(t *testing.T) {
	t.Parallel()
	c := start(t)
	out := c.call(data2+"create", create("AccountObj", jsonMap{"name": "A", "create_time": 1, "owner": []any{c.s.OpenUserID()}}))
	require.Equal(t, 0, code(out), "%v", out)
	id := out["dataId"].(string)
	require.Equal(t, 1, c.s.Created("AccountObj", "name", "A"))
	_ = c.call(data2+"create", create("AccountObj", jsonMap{"name": "A"}))
	require.Equal(t, 2, c.s.Created("AccountObj", "name", "A"), "nothing keeps a name unique")
	rec, _ := c.s.Record("AccountObj", id)
	require.EqualValues(t, noon.UnixMilli(), rec["create_time"], "not specified, so ignored")

	c.clock.add(time.Second)
	require.Equal(t, 0, code(c.call(data2+"update", create("AccountObj", jsonMap{"_id": id, "tel": "1", "owner": []any{"1001"}}))))
	rec, _ = c.s.Record("AccountObj", id)
	require.Equal(t, "1", rec["tel"])
	require.Equal(t, "A", rec["name"], "members left out are kept")
	require.Equal(t, "2", rec["version"])
	require.NotEqual(t, []any{"1001"}, rec["owner"], "the owner is not changed by an update")
	require.Equal(t, 0, code(c.call(data2+"changeOwner", jsonMap{"data": jsonMap{
		"dataObjectApiName": "AccountObj", "Data": []any{jsonMap{"objectDataId": id, "ownerId": []any{"FSUID_00000000000000000000000000001001"}}},
	}})))
	rec, _ = c.s.Record("AccountObj", id)
	require.Equal(t, []any{"1001"}, rec["owner"])

	ids := jsonMap{"data": jsonMap{"dataObjectApiName": "AccountObj", "idList": []any{id}}}
	require.NotEqual(t, 0, code(c.call(data2+"delete", ids)), "only what is invalid")
	lock := jsonMap{"data": jsonMap{"dataObjectApiName": "AccountObj", "dataIds": []any{id}, "detailObjStrategy": 0}}
	require.Equal(t, 0, code(c.call("/cgi/crm/v2/object/lock", lock)))
	require.NotEqual(t, 0, code(c.call(data2+"update", create("AccountObj", jsonMap{"_id": id, "tel": "2"}))))
	require.Equal(t, 0, code(c.call("/cgi/crm/v2/object/unlock", lock)))
	invalid := jsonMap{"data": jsonMap{"dataObjectApiName": "AccountObj", "object_data_id": id}}
	require.Equal(t, 0, code(c.call(data2+"invalid", invalid)))
	require.NotEqual(t, 0, code(c.call(data2+"invalid", invalid)))
	rows, _ := c.query("AccountObj", jsonMap{})
	require.Len(t, rows, 1)
	require.Equal(t, 0, code(c.call(data2+"recover", ids)))
	require.Equal(t, 0, code(c.call("/cgi/crm/custom/data/invalid", ids)), "the batch path serves both kinds")
	require.Equal(t, 0, code(c.call(data2+"delete", ids)))
	_, ok := c.s.Record("AccountObj", id)
	require.False(t, ok)
}

func TestInvalidRowsMayShow(t *testing.T) {
	t.Parallel()
	c := start(t, WithInvalidShown())
	c.s.Add("AccountObj", Row{"name": "A", "life_status": "invalid"})
	rows, _ := c.query("AccountObj", jsonMap{})
	require.Len(t, rows, 1)
}

func TestDetailsComeWithTheirMaster(t *testing.T) {
	t.Parallel()
	c := start(t, WithDemo())
	account, product := c.s.Records("AccountObj")[0]["_id"], c.s.Records("ProductObj")[0]["_id"]
	body := create("SalesOrderObj", jsonMap{"account_id": account, "name": "SO-1"})
	body["includeDetailIds"] = true
	data := body["data"].(jsonMap)
	data["details"] = jsonMap{"SalesOrderProductObj": []any{jsonMap{"product_id": product, "quantity": "2", "sales_price": "99.50"}}}
	out := c.call(data2+"create", body)
	require.Equal(t, 0, code(out), "%v", out)
	require.Len(t, out["detailIds"].(map[string]any)["SalesOrderProductObj"], 1)
	out = c.call(data2+"get", jsonMap{"data": jsonMap{"dataObjectApiName": "SalesOrderObj", "objectDataId": out["dataId"]}})
	line := out["data"].(map[string]any)["details"].(map[string]any)["SalesOrderProductObj"].([]any)[0].(map[string]any)
	require.Equal(t, "99.50", line["containerDocument"].(map[string]any)["sales_price"])
	require.Equal(t, line["id"], line["containerDocument"].(map[string]any)["_id"])

	data["details"] = jsonMap{"ContactObj": []any{jsonMap{}}}
	require.Equal(t, 32000, code(c.call(data2+"create", body)))
	require.Equal(t, 1, c.s.Created("SalesOrderObj", "", ""), "nothing of a refused create is kept")
	require.NotEqual(t, 0, code(c.call(data2+"create", create("SalesOrderObj", jsonMap{"account_id": "none"}))))
}

func TestUniqueAndApproval(t *testing.T) {
	t.Parallel()
	c := start(t, WithDataIDInside(), WithStrict())
	c.s.AddObject(Object{Name: "x__c", Label: "X", Approval: true, Fields: []Field{{Name: "no__c", Label: "编号", Unique: true, Must: true}}})
	body := create("x__c", jsonMap{"no__c": "1", "owner": []any{"1000"}})
	delete(body, "triggerApprovalFlow")
	path := "/cgi/crm/custom/v2/data/"
	out := c.call(path+"create", body)
	require.Equal(t, 0, code(out))
	id := out["data"].(map[string]any)["dataId"].(string)
	rec, _ := c.s.Record("x__c", id)
	require.Equal(t, "under_review", rec["life_status"], "the flow runs unless the call says no")
	require.NotEqual(t, 0, code(c.call(path+"create", body)), "taken")
	require.NotEqual(t, 0, code(c.call(path+"create", create("x__c", jsonMap{"owner": []any{"1000"}}))), "required")
	require.NotEqual(t, 0, code(c.call(path+"create", create("x__c", jsonMap{"no__c": "2"}))), "no owner")
	require.NotEqual(t, 0, code(c.call(path+"update", create("x__c", jsonMap{"_id": id, "owner": []any{"1001"}}))))
	require.Equal(t, 15002, code(c.raw0("/cgi/department/list")), "strict wants a thirdTraceId")
}

// raw0 posts without thirdTraceId.
func (c *client) raw0(path string) map[string]any {
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, path, strings.NewReader("{}"))
	require.NoError(c.t, err)
	return c.serve(req)
}

func TestFaultsComeBeforeOrAfterTheEffect(t *testing.T) {
	t.Parallel()
	for _, kind := range FaultKinds() {
		if kind == StallAfter || kind == HugeAfter || kind == DripAfter || kind == Slow {
			continue // covered where the shared faults are tested
		}
		c := start(t)
		c.s.Inject(Fault{Op: data2 + "create AccountObj", Kind: kind})
		out := c.call(data2+"create", create("AccountObj", jsonMap{"name": "A"}))
		want := 0
		if kind == RowsMove || strings.HasSuffix(string(kind), "after") {
			want = 1
		}
		require.Equal(t, want, c.s.Created("AccountObj", "name", "A"), kind)
		if ref, ok := faultCodes[kind]; ok {
			require.Equal(t, ref.code, code(out), kind)
		}
		require.Equal(t, kind, c.s.Calls()[1].Fault)
	}
}

func TestCommitLateHidesTheRecord(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.CommitLate(data2+"create AccountObj", 1, time.Hour)
	require.Nil(t, c.call(data2+"create", create("AccountObj", jsonMap{"name": "A"})))
	require.Equal(t, 1, c.s.Created("AccountObj", "name", "A"))
	rows, _ := c.query("AccountObj", jsonMap{})
	require.Empty(t, rows)
}

func TestUpload(t *testing.T) {
	t.Parallel()
	c := start(t)
	out := c.call("/cgi/crm/v2/generatorFileUploadCredential", jsonMap{"data": jsonMap{
		"expireTime": 600, "resourceType": "N", "isStreamUpload": true, "filename": "a.txt", "extension": "txt", "fileSize": 5,
	}})
	require.Equal(t, 0, code(out), "%v", out)
	cred := out["data"].(map[string]any)
	send := func(sign, bytes string) map[string]any {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, cred["url"].(string)+"?traceId=x&linkId="+out["traceId"].(string), strings.NewReader(bytes))
		require.NoError(t, err)
		for _, name := range []string{"acid", "resource", "ak", "expiry", "filename", "size"} {
			req.Header.Set(name, cred[name].(string))
		}
		req.Header.Set("Content-Type", "application/octet-stream")
		req.Header.Set("sign", sign)
		return c.serve(req)
	}
	require.Equal(t, false, send("x", "hello")["success"])
	sign := cred["sign"].(string)
	require.Equal(t, false, send(sign, "hello!")["success"], "another size")
	got := send(sign, "hello")
	require.Equal(t, true, got["success"])
	require.Equal(t, false, send(sign, "hello")["success"], "a leave is good once")
	b, ok := c.s.File(got["data"].(string))
	require.True(t, ok)
	require.Equal(t, "hello", string(b))
}

func TestEvents(t *testing.T) {
	t.Parallel()
	key := "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
	req, err := NewEvent(t.Context(), "http://127.0.0.1/events", Event{AESKey: key, Type: "update", Object: "AccountObj", DataID: "1", EA: "acme", At: noon, Retry: -1})
	require.NoError(t, err)
	body, err := io.ReadAll(req.Body)
	require.NoError(t, err)
	b, ref := readBody(body)
	require.Nil(t, ref)
	require.NotContains(t, b, "retryTimes")
	plain, err := decrypt(key, text(b["encryptedContent"]))
	require.NoError(t, err)
	require.Contains(t, string(plain), `"apiName":"AccountObj"`)
	_, err = NewEvent(t.Context(), "http://127.0.0.1/events", Event{AESKey: "short"})
	require.Error(t, err)

	sealed, err := encrypt(key, []byte("success"))
	require.NoError(t, err)
	require.Equal(t, "z23QVXyayEv2nsmStTAAbA==", sealed, "the vector reply-success")
	reply := `{"signature":"` + sha1Hex("1710000001000"+"482913"+sealed+key) + `","timestamp":1710000001000,"nonce":"482913","encryptedResult":"` + sealed + `"}`
	said, err := OpenReply(key, []byte(reply))
	require.NoError(t, err)
	require.Equal(t, "success", said)
	_, err = OpenReply(key, []byte(strings.Replace(reply, "482913", "482914", 1)))
	require.Error(t, err)
	msg, err := NewAppMessage(t.Context(), "http://127.0.0.1/m", AppMessage{Token: "t", AESKey: key[:43], AppID: "FSAID_1", Content: `{"type":"Message"}`, At: noon})
	require.NoError(t, err)
	require.Positive(t, msg.ContentLength)
}
