package dingtalktest

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

// recorded is the answer of a sample; only its shape and its codes are looked at.
func recorded(t *testing.T, name string) (int, obj) {
	t.Helper()
	var s struct {
		Status   int `json:"http_status"`
		Response json.RawMessage
	}
	require.NoError(t, json.Unmarshal(testutil.Sample(t, "dingtalk", name+".json"), &s))
	v, err := decode(s.Response)
	require.NoError(t, err)
	return s.Status, v.(obj)
}

// alike wants every member of a recorded object in ours, in the same JSON type.
// Objects of free keys (form values) are compared where the keys are ours too.
func alike(t *testing.T, path string, want, got any) {
	t.Helper()
	require.IsType(t, want, got, path)
	switch w := want.(type) {
	case obj:
		for k, v := range w {
			if k == "formData" || k == "data" && path != "" && got.(obj)["processInstanceId"] != nil {
				continue
			}
			require.Contains(t, got, k, path)
			alike(t, path+"."+k, v, got.(obj)[k])
		}
	case arr:
		if len(w) > 0 {
			require.NotEmpty(t, got, path)
			alike(t, path+"[]", w[0], got.(arr)[0])
		}
	}
}

func TestRefusalsAreTheRecordedOnes(t *testing.T) {
	t.Parallel()
	post := func(r *rig, path string, q url.Values, body any) (int, obj) { return r.send("POST", path, q, body) }
	for name, ask := range map[string]func(*rig) (int, obj){
		"error-accesstoken-bad-credentials": func(r *rig) (int, obj) {
			return post(r, "/v1.0/oauth2/accessToken", nil, obj{"appKey": "test", "appSecret": "test"})
		},
		"error-corp-access-token-bad-suite-key": func(r *rig) (int, obj) {
			return post(r, "/v1.0/oauth2/corpAccessToken", nil, obj{"suiteKey": "test", "suiteSecret": "test", "authCorpId": "test", "suiteTicket": "test"})
		},
		"error-corp-access-token-wrong-path": func(r *rig) (int, obj) { return post(r, "/oauth2/corpAccessToken", nil, nil) },
		"error-corp-token-unknown-corp": func(r *rig) (int, obj) {
			return post(r, "/v1.0/oauth2/dingtest/token", nil, obj{"client_id": "test", "client_secret": "test", "grant_type": "client_credentials"})
		},
		"error-gettoken-bad-credentials": func(r *rig) (int, obj) {
			return r.send("GET", "/oapi/gettoken", url.Values{"appkey": {"test"}, "appsecret": {"test"}}, nil)
		},
		"error-gettoken-missing-parameter": func(r *rig) (int, obj) { return r.send("GET", "/oapi/gettoken", nil, nil) },
		"error-invalid-access-token": func(r *rig) (int, obj) {
			r.token = "test"
			return r.send("GET", "/v1.0/yida/forms", nil, nil)
		},
		"error-missing-token-header": func(r *rig) (int, obj) {
			r.token = ""
			return r.send("GET", "/v1.0/yida/forms", nil, nil)
		},
		"error-oapi-invalid-access-token": func(r *rig) (int, obj) {
			return post(r, "/oapi/topapi/v2/user/get", url.Values{"access_token": {"test"}}, obj{})
		},
		"error-oapi-token-in-header": func(r *rig) (int, obj) {
			return post(r, "/oapi/topapi/v2/user/get", url.Values{"access_token": {""}}, obj{})
		},
		"error-oapi-unknown-method": func(r *rig) (int, obj) {
			return post(r, "/oapi/topapi/v2/user/notexist", url.Values{"access_token": {"test"}}, obj{})
		},
		"error-permission-denied": func(r *rig) (int, obj) {
			r.s.Inject(Fault{Kind: NoPermission})
			return r.send("GET", "/v1.0/yida/nothing", nil, nil)
		},
		"error-robot-get-not-allowed": func(r *rig) (int, obj) { return r.send("GET", "/oapi/robot/send", nil, nil) },
		"error-robot-missing-token": func(r *rig) (int, obj) {
			return post(r, "/oapi/robot/send", url.Values{"access_token": {""}}, nil)
		},
		"error-robot-throttled": func(r *rig) (int, obj) {
			r.s.Inject(Fault{Kind: Throttle})
			return post(r, "/oapi/robot/send", nil, nil)
		},
		"error-robot-unknown-token":           func(r *rig) (int, obj) { return post(r, "/oapi/robot/send", url.Values{"access_token": {"0000"}}, nil) },
		"error-user-get-by-unionid-not-found": func(r *rig) (int, obj) { return post(r, "/oapi/topapi/user/getbyunionid", nil, obj{"unionid": "xxx"}) },
		"gateway-ban": func(r *rig) (int, obj) {
			r.s.Inject(Fault{Kind: Banned})
			return post(r, "/v1.0/yida/forms/instances", nil, nil)
		},
	} {
		status, want := recorded(t, name)
		gotStatus, got := ask(start(t))
		require.Equal(t, status, gotStatus, name)
		require.Len(t, got, len(want), name)
		for k, v := range want {
			if k == "requestid" || k == "request_id" || k == "uuid" {
				require.NotEmpty(t, got[k], name)
				continue
			}
			if k == "accessdenieddetail" || k == "message" && name == "error-permission-denied" {
				require.IsType(t, v, got[k])
				continue
			}
			require.Equal(t, v, got[k], "%s %s", name, k)
		}
	}
}

func TestAnswersHaveTheRecordedShapes(t *testing.T) {
	t.Parallel()
	docs := arr{obj{"name": "x.pdf", "url": "/ossFileHandle?a", "downloadUrl": "/d", "previewUrl": "/p", "size": 3, "ext": "pdf"}}
	for name, ask := range map[string]func(*rig) obj{
		"access-token-ok": func(r *rig) obj {
			_, answer := r.send("POST", "/v1.0/oauth2/accessToken", nil, obj{"appKey": r.s.AppKey(), "appSecret": r.s.AppSecret()})
			return answer
		},
		"department-listsub": func(r *rig) obj { return r.old("0", "/topapi/v2/department/listsub", obj{"dept_id": 1}) },
		"form-instance-ids-page-v2": func(r *rig) obj {
			return r.fine(r.send("POST", "/v2.0/yida/forms/instances/ids/"+r.s.AppType()+"/"+DemoPlainForm+"?pageNumber=1&pageSize=100", nil, r.yida(obj{"appType": nil, "useAlias": true})))
		},
		"form-instances-by-ids": func(r *rig) obj {
			id := r.saveStock(obj{"textField_sku": "S", "attachmentField_docs": docs, "tableField_lines": arr{obj{"textField_colour": "红"}}})
			return r.post("/v1.0/yida/forms/instances/ids/query", obj{"formUuid": DemoPlainForm, "formInstanceIdList": arr{id}, "needFormInstanceValue": true})
		},
		"form-query-all-v2-alias": func(r *rig) obj {
			return r.post("/v2.0/yida/forms/instances/advances/queryAll", obj{"formUuid": DemoPlainForm, "useAlias": true})
		},
		"operation-records": func(r *rig) obj {
			return r.get("/v1.0/yida/processes/operationRecords", obj{"processInstanceId": r.startProduct("v2.0", "S")})
		},
		"process-instance-element": func(r *rig) obj {
			r.startProduct("v2.0", "S")
			return r.processes(nil, "")["data"].(arr)[0].(obj)
		},
		"user-get-by-unionid": func(r *rig) obj {
			return r.old("0", "/topapi/user/getbyunionid", obj{"unionid": "unionmanager123iE"})
		},
		"user-listsimple": func(r *rig) obj {
			return r.old("0", "/topapi/user/listsimple", obj{"dept_id": 1, "cursor": 0, "size": 10})
		},
		"work-notice-accepted": func(r *rig) obj {
			return r.old("0", "/topapi/message/corpconversation/asyncsend_v2", obj{"agent_id": 1200000001, "userid_list": DemoUser, "msg": obj{"msgtype": "text", "text": obj{"content": "a"}}})
		},
		"yida-forms-list": func(r *rig) obj { return r.get("/v1.0/yida/forms", nil) },
		"user-get": func(r *rig) obj {
			r.s.AddUser(User{ID: "u", Name: "张三", Mobile: "13800000000", Extra: Row{"email": ""}})
			return r.old("0", "/topapi/v2/user/get", obj{"userid": "u"})
		},
	} {
		_, want := recorded(t, name)
		alike(t, name, want, ask(start(t)))
	}
}

// TestTheDesignersFormHasTheRecordedShape compares one component of each kind.
func TestTheDesignersFormHasTheRecordedShape(t *testing.T) {
	t.Parallel()
	cells := func(answer obj, member string) map[string]obj {
		v, err := decode([]byte(answer[member].(arr)[0].(obj)["instanceValue"].(string)))
		require.NoError(t, err)
		out := map[string]obj{}
		for _, x := range v.(arr) {
			c := x.(obj)
			if _, again := out[c["componentName"].(string)]; !again {
				out[c["componentName"].(string)] = c
			}
		}
		return out
	}
	r := start(t)
	r.saveStock(obj{
		"textField_sku": "S", "textareaField_note": "n", "numberField_qty": 1.75, "employeeField_keeper": arr{DemoUser}, "tableField_lines": arr{obj{"textField_colour": "红"}},
		"attachmentField_docs":        arr{obj{"name": "x", "url": "/u", "downloadUrl": "/d", "previewUrl": "/p", "size": 3, "fileUuid": "f"}},
		"associationFormField_vendor": arr{obj{"appType": "A", "formUuid": "F", "formType": "receipt", "instanceId": "I", "title": "t", "subTitle": ""}},
	})
	ours := cells(r.post("/v2.0/yida/forms/instances/advances/queryAll", obj{"formUuid": DemoPlainForm, "searchCondition": eq("textField_sku", "S")}), "data")
	for file, member := range map[string]string{"form-query-all-v2-alias": "data", "form-instances-by-ids": "result"} {
		_, want := recorded(t, file)
		for name, cell := range cells(want, member) {
			require.Contains(t, ours, name)
			alike(t, name, cell, ours[name])
		}
	}
}
