package dingtalktest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProcessesByWhatIsNoComponent(t *testing.T) {
	t.Parallel()
	r := start(t)
	id := r.startProduct("v2.0", "P-1")
	task := r.get("/v1.0/yida/processes/tasks/getRunningTasks", obj{"processInstanceId": id})["result"].(arr)[0].(obj)["taskId"].(string)
	for _, search := range []string{
		cond("taskId", `"`+task+`"`, "TEXT", "eq", "TextField"), cond("currentNodeName", `"审批1"`, "TEXT", "eq", "TextField"),
		cond("currentNodeName", `"审批"`, "TEXT", "like", "TextField"), cond("processInstanceStatus", `["RUNNING"]`, "ARRAY", "in", "SelectField"),
	} {
		require.Equal(t, []string{id}, ids(r.processes(obj{"searchFieldJson": search}, "")), search)
	}
	require.Len(t, r.processes(obj{"searchFieldJson": cond("processApprovedResult", `["agree"]`, "ARRAY", "in", "SelectField")}, "")["data"], 4)
	require.Len(t, r.processes(obj{"searchFieldJson": cond("originatorCorp", `"`+r.s.CorpID()+`"`, "ARRAY", "eq", "SelectField")}, "")["data"], 5)
	require.Equal(t, []string{id}, ids(r.processes(obj{"taskId": task}, "")))
	for order, first := range map[string]bool{
		`{"process_status":"-"}`: true, `{"process_status":"+"}`: false, `{"approved_result":"+"}`: true, `{"current_node_name":"-"}`: true, `{"gmt_create":"-"}`: true,
	} {
		got := ids(r.processes(obj{"orderConfigJson": order}, ""))
		require.Equal(t, first, got[0] == id, order)
	}
	require.Len(t, r.processes(obj{"orderConfigJson": `{"creator":"+","title":"+","yida_originator_corp_id":"-","pid":"+"}`}, "")["data"], 5)

	r.put("/v1.0/yida/processes/instances", obj{"processInstanceId": id, "updateFormDataJson": `{"textField_lstsv908":"9"}`})
	in, _ := r.s.Instance(DemoForm, id)
	require.Equal(t, "9", in.Values["textField_lstsv908"])
}

func TestOptionsOfTheOrganisation(t *testing.T) {
	t.Parallel()
	clock := clockAt(noon)
	s := NewServer(clock.option(), WithCorp("dingcorp"), WithTokenLife(time.Minute), WithCredentials("k", "s"))
	t.Cleanup(s.Close)
	require.Equal(t, []string{"dingcorp", "k", "s", s.URL() + "/oapi"}, []string{s.CorpID(), s.AppKey(), s.AppSecret(), s.OapiURL()})
	require.Empty(t, New().URL()+New().OapiURL())
	s.mu.Lock()
	defer s.mu.Unlock()
	require.EqualValues(t, 60, s.lifeSeconds())
	first := s.issue("k", false, false)
	clock.move(time.Minute)
	require.NotEqual(t, first, s.issue("k", false, false))
}
