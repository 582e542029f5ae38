package fxiaoketest

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

func TestTokensStayForAWhile(t *testing.T) {
	t.Parallel()
	c := start(t)
	app := jsonMap{"appId": c.s.AppID(), "appSecret": c.s.AppSecret(), "permanentCode": c.s.PermanentCode()}
	first := c.token
	c.clock.add(6000 * time.Second)
	out := c.raw(tokenBody, app, nil)
	require.Equal(t, first, out["corpAccessToken"])
	require.InDelta(t, 1200, out["expiresIn"], 0)
	c.clock.add(700 * time.Second)
	out = c.raw(tokenBody, app, nil)
	require.NotEqual(t, first, out["corpAccessToken"])
	require.Equal(t, 0, code(c.call("/cgi/department/list", nil)), "the old one is good to its end")
	c.clock.add(500 * time.Second)
	require.Equal(t, 20016, code(c.call("/cgi/department/list", nil)))
	c.token = out["corpAccessToken"].(string)
	require.Equal(t, 0, code(c.call("/cgi/department/list", nil)))
	c.s.RefuseToken()
	require.Equal(t, 20016, code(c.call("/cgi/department/list", nil)))
	require.Equal(t, c.token, c.raw(tokenBody, app, nil)["corpAccessToken"], "the same refused token again")
	c.s.RevokeToken()
	c.login()
	require.Equal(t, 0, code(c.call("/cgi/department/list", nil)))
	require.Len(t, c.s.Tokens(), 3)
}

func TestTokenRefusalsAndPace(t *testing.T) {
	t.Parallel()
	c := start(t)
	require.Equal(t, 10006, code(c.raw(tokenBody, jsonMap{"appId": "x"}, nil)))
	header := jsonMap{"appId": c.s.AppID(), "appSecret": c.s.AppSecret(), "permanentCode": c.s.PermanentCode(), "grantType": "app_secret"}
	out := c.raw(tokenHeader, header, nil)
	require.Equal(t, c.s.EA(), out["ea"])
	require.Equal(t, c.s.CorpID(), out["openUserId"])
	require.Equal(t, c.token, out["accessToken"])
	delete(header, "grantType")
	require.Equal(t, 32000, code(c.raw(tokenHeader, header, nil)))
	for range 6 {
		c.login()
	}
	require.Equal(t, 14001, code(c.raw(tokenHeader, header, nil)), "the 11th in a minute")
	c.clock.add(time.Minute)
	c.login()

	coded := start(t, WithCredentialCodes())
	require.Equal(t, 20006, code(coded.raw(tokenBody, jsonMap{"appId": "x"}, nil)))
	require.Equal(t, 20015, code(coded.raw(tokenBody, jsonMap{"appId": coded.s.AppID(), "appSecret": coded.s.AppSecret()}, nil)))
}

func TestModesOfCredentials(t *testing.T) {
	t.Parallel()
	c := start(t)
	query := jsonMap{"data": jsonMap{"dataObjectApiName": "AccountObj", "search_query_info": jsonMap{}}}
	path := "/cgi/crm/v2/data/query"
	require.Equal(t, 20017, code(c.raw(path, query, nil)))
	require.Equal(t, 20016, code(c.raw(path, query, http.Header{"Authorization": {"Bearer x"}})))
	require.Equal(t, 15002, code(c.raw(path, jsonMap{"corpAccessToken": c.token}, http.Header{"Authorization": {"Bearer x"}})))
	require.Equal(t, 20016, code(c.raw(path, jsonMap{"corpAccessToken": c.token, "corpId": "FSCID_x"}, nil)))
	require.Equal(t, 10010, code(c.raw(path, jsonMap{"corpAccessToken": c.token, "corpId": c.s.CorpID()}, nil)))
	require.Equal(t, 0, code(c.raw("/cgi/department/list", jsonMap{"corpAccessToken": c.token, "corpId": c.s.CorpID()}, nil)))
	head := http.Header{"Authorization": {"Bearer " + c.token}, "X-Fs-Ea": {c.s.EA()}, "X-Fs-Userid": {c.s.OpenUserID()}}
	require.Equal(t, 11008, code(c.raw(path, query, head)), "an FSUID is no employee id")

	c.s.Add("AccountObj", Row{"name": "A"})
	rows, _ := c.query("AccountObj", jsonMap{})
	require.Equal(t, []any{c.s.OpenUserID()}, rows[0]["owner"])
	c.header = true
	rows, _ = c.query("AccountObj", jsonMap{})
	require.Equal(t, []any{"1000"}, rows[0]["owner"])
}

func TestGateway(t *testing.T) {
	t.Parallel()
	c := start(t)
	out := c.raw("/cgi/crm/v2/data/nothing", jsonMap{}, nil)
	require.Equal(t, 10006, code(out))
	require.Equal(t, "the request uri=[/cgi/crm/v2/data/nothing], apiName=[null] is not exists", out["errorMessage"])
	require.Equal(t, 12004, code(c.raw("/cgi/crm/v2/data/query", "", nil)))
	require.Equal(t, 15002, code(c.raw("/cgi/crm/v2/data/query", "[]", nil)))
	require.Positive(t, c.s.RepeatedTraces())

	limited := start(t, WithRate(3))
	for i, want := range []int{0, 0, 0, 14001} {
		require.Equal(t, want, code(limited.call("/cgi/department/list", nil)), i)
	}
	require.Equal(t, 0, code(limited.call("/cgi/user/list", jsonMap{"departmentId": 999999})), "another path has its own")
	limited.clock.add(20 * time.Second)
	require.Equal(t, 0, code(limited.call("/cgi/department/list", nil)))

	daily := start(t, WithDailyQuota(1))
	require.Equal(t, 0, code(daily.call("/cgi/department/list", nil)))
	require.Equal(t, 30002, code(daily.call("/cgi/department/list", nil)))
	daily.clock.add(24 * time.Hour)
	daily.login()
	require.Equal(t, 0, code(daily.call("/cgi/department/list", nil)))
	require.Equal(t, 30003, code(start(t, WithoutQuota()).call("/cgi/department/list", nil)))
	text := start(t, WithTextErrorCodes())
	require.Equal(t, "0", text.call("/cgi/department/list", nil)["errorCode"])
}

func TestVectorsAreTheContracts(t *testing.T) {
	t.Parallel()
	ours, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.Equal(t, string(testutil.Vectors(t, "fxiaoke")), string(ours))
}

// TestRequestsOfOtherClientsAreServed sends the vectors' requests with this fake's
// credentials put in.
func TestRequestsOfOtherClientsAreServed(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct {
		Vectors []struct {
			ID, Kind string
			Expected struct {
				Path    string
				Headers map[string]string
				Body    map[string]any `json:"body_json"`
			}
		}
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	n := 0
	for _, v := range file.Vectors {
		if v.Kind != "http_request" {
			continue
		}
		n++
		c := start(t, WithoutDataID())
		body := v.Expected.Body
		var object string
		if data := row(body["data"]); data != nil {
			object = text(data["dataObjectApiName"])
			if object == "" {
				object = text(row(data["object_data"])["dataObjectApiName"])
			}
		}
		if object != "" {
			c.s.AddObject(Object{Name: object, Label: object})
		}
		for name, good := range map[string]string{
			"appId": c.s.AppID(), "appSecret": c.s.AppSecret(), "permanentCode": c.s.PermanentCode(), "corpAccessToken": c.token,
			"corpId": c.s.CorpID(), "currentOpenUserId": c.s.OpenUserID(), "openUserId": c.s.OpenUserID(),
		} {
			if _, ok := body[name]; ok {
				body[name] = good
			}
		}
		head := http.Header{}
		for name := range v.Expected.Headers {
			switch http.CanonicalHeaderKey(name) {
			case "Authorization":
				head.Set(name, "Bearer "+c.token)
			case "X-Fs-Ea":
				head.Set(name, c.s.EA())
			case "X-Fs-Userid":
				head.Set(name, c.s.EmployeeID())
			}
		}
		out := c.raw(v.Expected.Path, body, head)
		require.Equal(t, 0, code(out), "%s: %v", v.ID, out)
	}
	require.Equal(t, 7, n)
}
