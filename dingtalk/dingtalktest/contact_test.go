package dingtalktest

import (
	"encoding/json"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPeople(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.s.AddUser(User{ID: "ext", UnionID: "u-ext", Name: "外", External: true, Extra: Row{"email": "e@example.com"}})
	user := r.old("0", "/topapi/v2/user/get", obj{"userid": DemoUser})["result"].(obj)
	require.Equal(t, json.Number("179997318850453160"), user["dept_order_list"].(arr)[0].(obj)["order"], "beyond 2^53")
	require.Equal(t, arr{json.Number("1"), json.Number("919684607")}, user["dept_id_list"])
	require.Equal(t, "2024-07-15T07:05:43.000Z", user["create_time"])
	ext := r.old("0", "/topapi/v2/user/get", obj{"userid": "ext"})["result"].(obj)
	require.NotContains(t, ext, "mobile")
	require.Equal(t, "e@example.com", ext["email"])
	require.Equal(t, "user100", r.old("0", "/topapi/v2/user/getbymobile", obj{"mobile": "13800000100"})["result"].(obj)["userid"])
	r.old("40104", "/topapi/v2/user/getbymobile", obj{"mobile": "1"})
	require.Equal(t, obj{"contact_type": json.Number("1"), "userid": "ext"}, r.old("0", "/topapi/user/getbyunionid", obj{"unionid": "u-ext"})["result"])
	require.Equal(t, "找不到该用户", r.old("60121", "/topapi/user/getbyunionid", obj{"unionid": "x"})["errmsg"])
	r.old("60121", "/topapi/v2/user/get", obj{"userid": "x"})
	r.old("40035", "/topapi/v2/user/get", obj{})
	r.old("400002", "/topapi/user/listid", obj{"dept_id": "one"})
	status, answer := r.send("POST", "/oapi/topapi/v2/user/get", nil, "{")
	require.Equal(t, []any{200, json.Number("40035")}, []any{status, answer["errcode"]})
	req := r.request("POST", "/oapi/topapi/v2/user/get", nil, "userid="+DemoUser)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, answer = r.do(req)
	require.Equal(t, json.Number("0"), answer["errcode"], "form encoding is read too")
	require.True(t, r.s.RemoveUser("ext"))
	require.False(t, r.s.RemoveUser("ext"))
	r.old("60121", "/topapi/v2/user/get", obj{"userid": "ext"})
	require.Panics(t, func() { r.s.AddUser(User{ID: "x", Departments: []int64{5}}) })
	require.Panics(t, func() { r.s.AddDepartment(Department{ID: 9, Parent: 5}) })
}

func TestDepartments(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.s.AddDepartment(Department{ID: 7, Name: "财务部"})
	for i := range 7 {
		r.s.AddUser(User{ID: "f" + strconv.Itoa(i), Name: "财" + strconv.Itoa(i), Departments: []int64{7}})
	}
	top := r.old("0", "/topapi/v2/department/listsub", obj{})["result"].(arr)
	require.Len(t, top, 2, "one level only")
	require.Equal(t, obj{"dept_id": json.Number("483524872"), "name": "市场部", "parent_id": json.Number("1"), "create_dept_group": true, "auto_add_user": true}, top[0])
	require.Equal(t, arr{json.Number("919684607")}, r.old("0", "/topapi/v2/department/listsubid", obj{"dept_id": 483524872})["result"].(obj)["dept_id_list"])
	require.NotContains(t, r.old("0", "/topapi/v2/department/get", obj{"dept_id": 1})["result"], "parent_id")
	for _, path := range []string{"/topapi/v2/department/get", "/topapi/v2/department/listsub", "/topapi/v2/department/listsubid", "/topapi/user/listid"} {
		r.old("60003", path, obj{"dept_id": 99})
	}
	require.Len(t, r.old("0", "/topapi/user/listid", obj{"dept_id": 7})["result"].(obj)["userid_list"], 7)
	for _, path := range []string{"/topapi/user/listsimple", "/topapi/v2/user/list"} {
		var names arr
		cursor := any(json.Number("0"))
		for pages := 0; ; pages++ {
			page := r.old("0", path, obj{"dept_id": 7, "cursor": cursor, "size": 3})["result"].(obj)
			for _, u := range page["list"].(arr) {
				names = append(names, u.(obj)["userid"])
			}
			if page["has_more"] == false {
				require.NotContains(t, page, "next_cursor")
				require.Equal(t, 2, pages)
				break
			}
			cursor = page["next_cursor"]
		}
		require.Len(t, names, 7)
		r.old("40069", path, obj{"dept_id": 7, "cursor": 0, "size": 101})
		r.old("40068", path, obj{"dept_id": 7, "cursor": -1, "size": 1})
		r.old("60003", path, obj{"dept_id": 99, "cursor": 0, "size": 1})
	}
}

// robot posts a message with a signature.
func (r *rig) robot(errcode string, body any, secret string, at time.Time) obj {
	r.Helper()
	stamp := strconv.FormatInt(at.UnixMilli(), 10)
	q := url.Values{"access_token": {r.s.RobotToken()}, "timestamp": {stamp}, "sign": {hmac64(secret, stamp+"\n"+secret)}}
	status, answer := r.send("POST", "/oapi/robot/send", q, body)
	require.Equal(r, 200, status)
	require.Equal(r, json.Number(errcode), answer["errcode"], "%v", answer)
	return answer
}

func TestRobot(t *testing.T) {
	t.Parallel()
	r := start(t, WithMonthlyQuota(0, 21))
	hello := obj{"msgtype": "text", "text": obj{"content": "sync failed: 3 rows"}, "msgUuid": "run-42"}
	secret := r.s.RobotSecret()
	require.Equal(t, obj{"errcode": json.Number("0"), "errmsg": "ok"}, r.robot("0", hello, secret, noon))
	r.robot("0", hello, secret, noon.Add(59*time.Minute)) // again, posted once
	require.Len(t, r.s.RobotMessages(), 1)
	require.Equal(t, "invalid timestamp", r.robot("310000", hello, secret, noon.Add(-61*time.Minute))["errmsg"])
	require.Equal(t, "sign not match", r.robot("310000", hello, "SECother", noon)["errmsg"])
	r.robot("400105", obj{"msgtype": "poem"}, secret, noon)
	r.robot("40035", obj{"msgtype": "text", "text": obj{}}, secret, noon)
	r.robot("40035", obj{"msgtype": "markdown", "text": obj{}}, secret, noon)
	r.robot("40035", obj{}, secret, noon)

	send := func(method string, q url.Values, body any) obj {
		_, answer := r.send(method, "/oapi/robot/send", q, body)
		return answer
	}
	require.Equal(t, obj{"errcode": json.Number("43002"), "errmsg": "需要POST请求"}, send("GET", nil, nil))
	require.Equal(t, obj{"errcode": json.Number("40035"), "errmsg": "缺少参数 access_token"}, send("POST", url.Values{"access_token": {""}}, hello))
	require.Equal(t, obj{"errcode": json.Number("300005"), "errmsg": "token is not exist"}, send("POST", url.Values{"access_token": {"0000"}}, hello))
	req := r.request("POST", "/oapi/robot/send", url.Values{"access_token": {r.s.RobotToken()}}, hello)
	req.Header.Set("Content-Type", "text/plain")
	_, answer := r.do(req)
	require.Equal(t, json.Number("43004"), answer["errcode"])

	next := obj{"msgtype": "markdown", "markdown": obj{"title": "sync", "text": "#### failed"}}
	for range 18 {
		r.robot("0", next, secret, noon)
	}
	require.Equal(t, "send too fast, exceed 20 times per minute", r.robot("130101", next, secret, noon)["errmsg"])
	r.clock.move(9 * time.Minute)
	r.robot("130101", next, secret, noon)
	r.clock.move(time.Minute)
	r.robot("0", next, secret, noon)
	r.robot("90020", next, secret, noon)
	r.s.Inject(Fault{Op: "POST robot/send", Kind: Throttle})
	r.robot("130101", next, secret, noon)

	word := start(t, WithRobot("t", "", "告警"), WithoutRobotLimit())
	require.NotContains(t, word.s.Secrets(), "")
	word.robot("310000", hello, "", noon)
	for range 25 {
		word.robot("0", obj{"msgtype": "text", "text": obj{"content": "告警: x"}}, "", noon)
	}
}

func TestWorkNotices(t *testing.T) {
	t.Parallel()
	r := start(t, WithAgentID(123))
	const path = "/topapi/message/corpconversation/asyncsend_v2"
	msg := obj{"msgtype": "text", "text": obj{"content": "a"}}
	answer := r.old("0", path, obj{"agent_id": 123, "userid_list": DemoUser + ",nobody", "to_all_user": false, "msg": msg})
	task, err := answer["task_id"].(json.Number).Int64()
	require.NoError(t, err)
	r.old("0", path, obj{"agent_id": 123, "userid_list": "user100", "dept_id_list": "1", "msg": msg})
	notices := r.s.WorkNotices()
	require.Equal(t, task, notices[0].TaskID)
	require.Equal(t, []string{DemoUser}, notices[0].Delivered)
	require.Equal(t, []string{"nobody"}, notices[0].Invalid)
	require.Equal(t, []string{"user100"}, notices[1].Delivered)
	require.Equal(t, []string{DemoUser}, notices[1].Dropped, "the same content twice a day")
	sent := r.old("0", "/topapi/message/corpconversation/getsendresult", obj{"agent_id": 123, "task_id": task})["send_result"].(obj)
	require.Equal(t, arr{DemoUser}, sent["unread_user_id_list"])
	r.clock.move(24 * time.Hour)
	r.token = r.fetch()
	r.old("0", path, obj{"agent_id": 123, "to_all_user": true, "msg": msg})
	require.Len(t, r.s.WorkNotices()[2].Delivered, 2)

	r.old("400002", path, obj{"agent_id": 5, "userid_list": DemoUser, "msg": msg})
	r.old("400002", path, obj{"agent_id": 123, "userid_list": DemoUser, "msg": obj{"msgtype": "text"}})
	r.old("40035", path, obj{"agent_id": 123, "msg": msg})
	r.old("60003", path, obj{"agent_id": 123, "dept_id_list": "77", "msg": msg})
	users := ""
	for i := range 101 {
		users += "u" + strconv.Itoa(i) + ","
	}
	r.old("400002", path, obj{"agent_id": 123, "userid_list": users, "msg": msg})
	r.old("400002", "/topapi/message/corpconversation/getsendresult", obj{"agent_id": 123, "task_id": 5})
}

func TestApprovalsOfOA(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.s.AddProcess("PROC-1", "数量", "明细")
	const path = "/v1.0/workflow/processInstances"
	body := func(more obj) obj {
		out := obj{"originatorUserId": DemoUser, "processCode": "PROC-1", "deptId": -1, "formComponentValues": arr{obj{"name": "数量", "value": "12"}, obj{"name": "明细", "value": `[[{"name":"名称","value":"螺丝"}]]`}}}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	begin := func() string { return r.fine(r.send("POST", path, nil, body(nil)))["instanceId"].(string) }
	id := begin()
	for code, more := range map[string]obj{
		"processCodeError": {"processCode": "PROC-X"}, "processInstanceStartFailed": {"originatorUserId": "x"}, "invalidParameter": {"deptId": "x"},
		"formConverterError": {"formComponentValues": arr{obj{"name": "数量", "value": 12}}}, "illegalComponent": {"formComponentValues": arr{obj{"name": "x", "value": "12"}}},
	} {
		status, answer := r.send("POST", path, nil, body(more))
		r.refused(400, code, status, answer)
	}
	get := func(id string) obj {
		_, answer := r.send("GET", path, url.Values{"processInstanceId": {id}}, nil)
		return answer
	}
	one := get(id)
	require.Equal(t, "true", one["success"], "text here, boolean elsewhere")
	result := one["result"].(obj)
	require.Equal(t, []any{"RUNNING", "-1", "2026-09-16T12:00Z"}, []any{result["status"], result["originatorDeptId"], result["createTime"]})
	require.IsType(t, json.Number(""), result["tasks"].(arr)[0].(obj)["taskId"])
	require.True(t, r.s.FinishApproval(id, true))
	require.False(t, r.s.FinishApproval(id, true))
	require.Equal(t, "agree", get(id)["result"].(obj)["result"])
	require.NotEmpty(t, get(id)["result"].(obj)["finishTime"])
	require.Equal(t, "processInstanceNotExist", get("x")["code"])

	second := begin()
	for range 2 {
		_, answer := r.send("POST", path+"/terminate", nil, obj{"processInstanceId": second})
		require.Equal(t, obj{"result": true, "success": true}, answer)
	}
	require.Equal(t, "TERMINATED", r.s.Approvals("PROC-1")[1].Status)
	for range 23 {
		begin()
	}
	list := func(more obj) obj {
		q := obj{"processCode": "PROC-1", "startTime": noon.Add(-time.Hour).UnixMilli(), "nextToken": 0, "maxResults": 20}
		for k, v := range more {
			q[k] = v
		}
		_, answer := r.send("POST", "/v1.0/workflow/processes/instanceIds/query", nil, q)
		return answer
	}
	page := list(nil)["result"].(obj)
	require.Len(t, page["list"], 20)
	require.Equal(t, "20", page["nextToken"], "a string in answers")
	page = list(obj{"nextToken": 20})["result"].(obj)
	require.Len(t, page["list"], 5)
	require.NotContains(t, page, "nextToken")
	require.Equal(t, arr{second}, list(obj{"statuses": arr{"TERMINATED"}})["result"].(obj)["list"])
	require.Equal(t, "invalidMaxResults", list(obj{"maxResults": 21})["code"])
	require.Equal(t, "invalidParameter", list(obj{"startTime": noon.AddDate(0, 0, -121).UnixMilli()})["code"])
	require.Equal(t, "invalidParameter", list(obj{"startTime": noon.AddDate(0, 0, -366).UnixMilli(), "endTime": noon.AddDate(0, 0, -300).UnixMilli()})["code"])
	require.Equal(t, 25, r.s.Created("PROC-1", "数量", "12"))

	r.s.CommitLate("POST workflow/processInstances", 1, time.Minute)
	resp, err := r.client.Do(r.request("POST", path, nil, body(nil)))
	if err == nil {
		_ = resp.Body.Close()
	}
	require.Error(t, err)
	require.Len(t, r.s.Approvals("PROC-1"), 25)
	r.clock.move(time.Minute)
	require.Len(t, r.s.Approvals("PROC-1"), 26)
}
