package dingtalktest

import (
	"slices"
	"strconv"
	"strings"
)

func processOps() []operation {
	const list = common + "formUuid* searchFieldJson taskId instanceStatus approvedResult useAlias:b " + times
	const paging = "pageNumber:n pageSize:n"
	const one = common + "processInstanceId*"
	return []operation{
		{verb: "POST", path: "yida/processes/instances/start", versions: "12", scope: processWrite, body: common + "formUuid* formDataJson* processCode departmentId processData useAlias:b", serve: (*call).start},
		{verb: "GET", path: "yida/processes/instancesInfos/{id}", versions: "12", scope: processRead, query: common + "useAlias:b formUuid", serve: (*call).process},
		{verb: "POST", path: "yida/processes/instances", versions: "12", scope: processRead, query: paging, body: list + "orderConfigJson", serve: (*call).processes},
		{verb: "POST", path: "yida/processes/instanceIds", versions: "12", scope: processRead, query: paging, body: list, serve: (*call).processIDs},
		{verb: "GET", path: "yida/processes/instances/searchWithIds", versions: "1", scope: processRead, query: common + "processInstanceIds*", serve: (*call).processesByIDs},
		{verb: "PUT", path: "yida/processes/instances/terminate", versions: "1", scope: processWrite, query: one, serve: (*call).terminate},
		{verb: "DELETE", path: "yida/processes/instances", versions: "1", scope: processWrite, query: one, serve: (*call).removeProcess},
		{verb: "PUT", path: "yida/processes/instances", versions: "1", scope: processWrite, body: one + " updateFormDataJson*", serve: (*call).updateProcess},
		{verb: "POST", path: "yida/processes/instances/restartInstance", versions: "2", scope: processWrite, body: common + "procInstanceId* taskId* currentActivityId* targetActivityId* formUuid* remark envProfile", serve: (*call).sendBack},
		{verb: "GET", path: "yida/processes/operationRecords", versions: "1", scope: processRead, query: one + " env", serve: (*call).records},
		{verb: "POST", path: "yida/tasks/execute", versions: "1", scope: processWrite, body: common + "outResult* remark* taskId:n* processInstanceId* formDataJson noExecuteExpressions", serve: (*call).execute},
		{verb: "GET", path: "yida/processes/tasks/getRunningTasks", versions: "1", scope: taskRead, query: one, serve: (*call).runningTasks},
	}
}

// nodeName is the name of the step a process waits at.
func (h hit) nodeName() string {
	if h.v.status != "RUNNING" {
		return ""
	}
	return "审批" + strconv.Itoa(h.v.node+1)
}

func (h hit) taskText() string {
	if h.v.status != "RUNNING" {
		return ""
	}
	return strconv.FormatInt(h.v.task, 10)
}

func activity(node int) string { return "node_fake" + strconv.Itoa(node+1) }

// start is 发起宜搭审批流程.
func (c *call) start() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	if f.Kind != Process {
		return nil, refuse(codeReceipt, "普通表单不能发起流程")
	}
	if code := c.str("processCode"); code != "" && code != f.ProcessCode {
		return nil, refuse(codeParameter, "参数错误：processCode %s", code)
	}
	if raw := c.str("processData"); raw != "" && c.version == "2" {
		v, broken := decode([]byte(raw))
		if _, isList := v.([]any); broken != nil || !isList {
			return nil, c.misfit("processData")
		}
	}
	dept := c.str("departmentId")
	if dept != "" {
		if id, isInt := integer(dept); !isInt || c.s.people.departments[id] == nil {
			return nil, refuse(codeParameter, "参数错误：departmentId %s", dept)
		}
	}
	r, err := c.create(f, c.str("formDataJson"), true)
	if err != nil {
		return nil, err
	}
	if dept != "" {
		r.dept = dept
	}
	return result(r.id)
}

// theProcess finds the process a call is about.
func (c *call) theProcess(id string) (*row, *Error) {
	r, err := c.enterRow(id)
	if err == nil && r.form.Kind != Process {
		return nil, noRow(id)
	}
	return r, err
}

func (c *call) process() (any, *Error) {
	r, err := c.theProcess(c.str("id"))
	if err != nil {
		return nil, err
	}
	return c.processRow(hit{r, r.now()}, c.view(true), "deptName"), nil
}

// processFilter is what process lists have beside the filters of forms.
func (c *call) processFilter() matcher {
	status, outcome, task := c.str("instanceStatus"), c.str("approvedResult"), c.str("taskId")
	return func(h hit) bool {
		return (status == "" || h.v.status == status) && (outcome == "" || h.v.result == outcome) && (task == "" || h.taskText() == task)
	}
}

func (c *call) processForm() (*form, *Error) {
	f, err := c.enterForm()
	if err == nil && f.Kind != Process {
		return nil, refuse(codeOtherForm, "formUuid不正确：%s", f.UUID)
	}
	return f, err
}

func (c *call) processes() (any, *Error) {
	f, err := c.processForm()
	if err != nil {
		return nil, err
	}
	part, total, number, err := c.page(f, wanted{filter: "searchFieldJson", objects: true, order: "orderConfigJson", page: "pageNumber", extra: c.processFilter()})
	if err != nil {
		return nil, err
	}
	rows := []any{}
	for _, h := range part {
		rows = append(rows, c.processRow(h, c.view(true), "deptName"))
	}
	return Row{"totalCount": total, "pageNumber": number, "data": rows}, nil
}

func (c *call) processIDs() (any, *Error) {
	f, err := c.processForm()
	if err != nil {
		return nil, err
	}
	return c.idPage(f, wanted{filter: "searchFieldJson", objects: true, page: "pageNumber", extra: c.processFilter()})
}

func (c *call) processesByIDs() (any, *Error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	rows := []any{}
	for _, id := range strings.Split(c.str("processInstanceIds"), ",") {
		r := c.s.find(c.str("appType"), strings.TrimSpace(id))
		if r != nil && r.form.Kind == Process && c.allowed(r.form) == nil {
			rows = append(rows, c.processRow(hit{r, r.now()}, c.view(true), "departmentName"))
		}
	}
	return result(rows)
}

func (c *call) terminate() (any, *Error) {
	r, err := c.theProcess(c.str("processInstanceId"))
	if err != nil {
		return nil, err
	}
	if r.now().status == "RUNNING" {
		c.s.finish(r, c.str("userId"), "TERMINATED", "", step{show: "终止流程", kind: "TERMINATE", action: "终止", exit: "terminate"})
		c.note(Terminated, r)
	}
	return nil, nil
}

func (c *call) removeProcess() (any, *Error) {
	r, err := c.theProcess(c.str("processInstanceId"))
	if err != nil {
		return nil, err
	}
	c.delete(r)
	return nil, nil
}

func (c *call) updateProcess() (any, *Error) {
	r, err := c.theProcess(c.str("processInstanceId"))
	if err != nil {
		return nil, err
	}
	given, err := c.formData(r.form, c.str("updateFormDataJson"), false, true)
	if err != nil {
		return nil, err
	}
	c.change(r, given)
	return nil, nil
}

// finish ends a process.
func (s *Server) finish(r *row, user, status, outcome string, last step) {
	last.user, last.at, last.id, last.task, last.activity = user, s.clock(), r.dataID+s.next(), r.now().task, activity(r.now().node)
	r.steps = append(r.steps, last)
	s.write(r, user, func(v *version) { v.status, v.result = status, outcome })
}

// decide is one approver's yes or no.
func (s *Server) decide(r *row, user string, agree bool, remark string) {
	v := r.now()
	last := step{show: "审批" + strconv.Itoa(v.node+1), kind: "EXECUTE_TASK_NORMAL", action: "同意", exit: "agree", remark: remark}
	switch {
	case !agree:
		last.action, last.exit = "拒绝", "disagree"
		s.finish(r, user, "COMPLETED", "disagree", last)
	case v.node+1 == len(r.form.Approvers):
		s.finish(r, user, "COMPLETED", "agree", last)
	default:
		s.finish(r, user, "RUNNING", "", last)
		s.toNode(r, v.node+1)
	}
}

func (s *Server) toNode(r *row, node int) {
	v := r.now()
	v.node, v.task = node, v.task+s.next()
}

// Decide lets the approver whose turn it is agree or disagree, as a person in
// DingTalk would. It tells whether the process was waiting for one.
func (s *Server) Decide(formUUID, id string, agree bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.live(s.mustForm(formUUID), id)
	if r == nil || r.now().status != "RUNNING" {
		return false
	}
	s.decide(r, r.form.Approvers[r.now().node], agree, "")
	return true
}

func (c *call) execute() (any, *Error) {
	r, err := c.theProcess(c.str("processInstanceId"))
	if err != nil {
		return nil, err
	}
	v := r.now()
	agree := c.str("outResult") == "AGREE"
	switch {
	case !agree && c.str("outResult") != "DISAGREE":
		return nil, refuse(codeParameter, "参数错误：outResult")
	case v.status != "RUNNING" || c.num("taskId", 0) != v.task:
		return nil, refuse(codeParameter, "任务不存在或已处理：%d", c.num("taskId", 0))
	case c.str("userId") != r.form.Approvers[v.node]:
		return nil, refuse(codeDenied, "没有权限")
	}
	if raw := c.str("formDataJson"); raw != "" {
		given, err := c.formData(r.form, raw, false, c.str("noExecuteExpressions") != "y")
		if err != nil {
			return nil, err
		}
		c.change(r, given)
	}
	c.s.decide(r, c.str("userId"), agree, c.str("remark"))
	kind := Rejected
	if agree {
		kind = Approved
	}
	c.note(kind, r)
	return nil, nil
}

// sendBack returns a process to an earlier step (流程撤回或回退).
func (c *call) sendBack() (any, *Error) {
	r, err := c.theProcess(c.str("procInstanceId"))
	if err != nil {
		return nil, err
	}
	node := slices.IndexFunc(r.form.Approvers, func(string) bool { return false })
	for i := range r.form.Approvers {
		if activity(i) == c.str("targetActivityId") {
			node = i
		}
	}
	if node < 0 || activity(r.now().node) != c.str("currentActivityId") {
		return nil, refuse(codeParameter, "参数错误：targetActivityId")
	}
	c.s.finish(r, c.str("userId"), "RUNNING", "", step{show: "退回", kind: "BACK", action: "退回", exit: "back", remark: c.str("remark")})
	c.s.toNode(r, node)
	c.note(SentBack, r)
	return result(true)
}

// records is the history of a process (审批记录), its open task last.
func (c *call) records() (any, *Error) {
	r, err := c.theProcess(c.str("processInstanceId"))
	if err != nil {
		return nil, err
	}
	out := []any{}
	line := func(p step, kind string) {
		task := "null"
		if p.task != 0 {
			task = strconv.FormatInt(p.task, 10)
		}
		out = append(out, Row{
			"processInstanceId": r.id, "operateTimeGMT": c.s.gmt(p.at), "showName": p.show, "operateType": p.kind, "remark": p.remark,
			"taskHoldTimeGMT": 0, "type": kind, "operatorName": c.s.userName(p.user), "operatorDisplayName": c.s.userName(p.user),
			"operatorUserId": p.user, "operatorPhotoUrl": "//img.example.com/a.jpg", "action": p.action, "actionExit": p.exit,
			"activityId": p.activity, "taskId": task, "dataId": p.id, "size": 1, "domainList": []any{},
		})
	}
	for _, p := range r.steps {
		line(p, "HISTORY")
	}
	if v := r.now(); v.status == "RUNNING" {
		line(step{
			show: hit{r, v}.nodeName(), kind: "EXECUTE_TASK_NORMAL", user: r.form.Approvers[v.node], activity: activity(v.node), at: v.modified, task: v.task, id: r.dataID,
		}, "TODO")
	}
	return result(out)
}

func (c *call) runningTasks() (any, *Error) {
	r, err := c.theProcess(c.str("processInstanceId"))
	if err != nil {
		return nil, err
	}
	out := []any{}
	if v := r.now(); v.status == "RUNNING" {
		out = append(out, Row{
			"taskId": strconv.FormatInt(v.task, 10), "activityId": activity(v.node), "actualActionerId": r.form.Approvers[v.node], "status": "NEW",
			"title": c.s.title(r), "createTimeGMT": c.s.gmt(v.modified), "originatorId": r.creator, "taskType": "APPROVAL",
		})
	}
	return result(out)
}
