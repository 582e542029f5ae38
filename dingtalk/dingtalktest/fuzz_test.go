package dingtalktest

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzCall sends any query and body to a few operations: an answer in the
// platform's form must come, with valid UTF-8 JSON, whatever is sent.
func FuzzCall(f *testing.F) {
	paths := []string{
		"POST /v2.0/yida/forms/instances", "PUT /v2.0/yida/forms/instances", "POST /v1.0/yida/forms/instances/batchSave", "PUT /v1.0/yida/forms/instances/datas",
		"POST /v2.0/yida/forms/instances/search", "POST /v1.0/yida/forms/instances/advances/query", "POST /v2.0/yida/processes/instances/start",
		"POST /v2.0/yida/processes/instances", "POST /v2.0/yida/forms/updateSubTableByRowId", "POST /v1.0/workflow/processInstances",
		"POST /v1.0/workflow/processes/instanceIds/query", "POST /oapi/topapi/v2/user/list", "POST /oapi/robot/send",
		"POST /oapi/topapi/message/corpconversation/asyncsend_v2", "POST /v1.0/gateway/connections/open",
	}
	s := New(WithQPS(0), WithDemo(), WithRobot("r", "", ""))
	s.AddProcess("PROC-1", "a")
	id := s.Seed(DemoPlainForm, Row{"textField_sku": "A"})[0]
	base := encodeText(obj{"appType": s.AppType(), "systemToken": s.SystemToken(), "userId": DemoUser, "formUuid": DemoPlainForm, "formInstanceId": id})
	for i, more := range []string{
		`,"formDataJson":"{\"textField_sku\":5}"}`, `,"updateFormDataJson":"{\"tableField_lines\":[{}]}"}`, `,"formDataJsonList":[null,5,"{}"]}`,
		`,"updateFormDataJsonMap":{"a":null}}`, `,"searchFieldJson":"{\"numberField_qty\":[\"x\",\"1\"]}","dynamicOrder":"{\"pid\""}`,
		`,"searchCondition":"[{\"key\":\"textField_sku\"},null]","pageSize":1e3}`, `,"formDataJson":"[]","processData":"5"}`, `,"pageNumber":-1}`,
		`,"tableFieldId":"tableField_lines","updateSubTableDataJson":"[{\"rowId\":1}]"}`, `,"processCode":"PROC-1","originatorUserId":"manager123","formComponentValues":[5,{}]}`,
		`,"startTime":9223372036854775807,"nextToken":9223372036854775807,"maxResults":1,"processCode":"PROC-1"}`, `,"dept_id":1,"cursor":9223372036854775807,"size":1}`,
		`,"msgtype":"text","text":{"content":"x"},"at":5}`, `,"agent_id":1200000001,"userid_list":",","dept_id_list":"x","msg":{"msgtype":"text","text":5}}`, `,"clientId":5}`,
	} {
		f.Add(byte(i), "pageNumber=1&pageSize=5&access_token=r", strings.TrimSuffix(base, "}")+more)
	}
	f.Add(byte(4), "", "{")
	f.Add(byte(7), "pageNumber=9223372036854775807&pageSize=100", base)
	s.mu.Lock()
	token := s.issue(s.appKey, false, false)
	s.tokens["r"] = s.tokens[token]
	s.mu.Unlock()
	f.Fuzz(func(t *testing.T, which byte, rawQuery, body string) {
		verb, path, _ := strings.Cut(paths[int(which)%len(paths)], " ")
		req := httptest.NewRequest(verb, path, strings.NewReader(body))
		req.URL.RawQuery = rawQuery
		req.Header.Set("x-acs-dingtalk-access-token", token)
		req.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Body.Len() == 0 {
			require.Equal(t, 200, w.Code)
			return
		}
		answer, err := decode(w.Body.Bytes())
		require.NoError(t, err)
		if w.Code != 200 {
			require.NotEmpty(t, answer.(obj)["code"])
		}
	})
}
