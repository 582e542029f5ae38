package dingtalktest

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Approval is one OA approval instance (审批实例, not of Yida).
type Approval struct {
	ID          string    // processInstanceId
	ProcessCode string    // PROC-…
	Originator  string    // userId
	Values      Row       // form values by name, as sent: all are text
	Created     time.Time // by the server's clock
	Finished    time.Time // zero while running
	Status      string    // RUNNING, TERMINATED, COMPLETED
	Result      string    // agree, refuse or ""
}

type approval struct {
	Approval
	dept  string
	parts []any
	shows time.Time
	task  int64
}

// approvals are the OA processes and their instances.
type approvals struct {
	processes map[string][]string // processCode to names of components
	order     []*approval
	byID      map[string]*approval
}

func approvalOps() []operation {
	return []operation{
		{verb: "POST", path: "workflow/processInstances", versions: "1", scope: "Workflow.Instance.Write", body: "originatorUserId* processCode* deptId:n microappAgentId:n approvers:a ccList:a ccPosition targetSelectActioners:a formComponentValues:a*", serve: (*call).startApproval},
		{verb: "GET", path: "workflow/processInstances", versions: "1", scope: "Workflow.Instance.Read", query: "processInstanceId*", serve: (*call).approval},
		{verb: "POST", path: "workflow/processes/instanceIds/query", versions: "1", scope: "Workflow.Instance.Read", body: "processCode* startTime:n* endTime:n nextToken:n* maxResults:n* userIds:a statuses:a", serve: (*call).approvalIDs},
		{verb: "POST", path: "workflow/processInstances/terminate", versions: "1", scope: "Workflow.Instance.Write", body: "processInstanceId* isSystem:b remark operatingUserId", serve: (*call).endApproval},
	}
}

// AddProcess adds an OA process by its processCode (PROC-…) and the names of its
// form's components.
func (s *Server) AddProcess(code string, components ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.approvals.processes == nil {
		s.approvals = approvals{processes: map[string][]string{}, byID: map[string]*approval{}}
	}
	s.approvals.processes[code] = components
}

// Approvals returns the OA instances of a process, oldest first.
func (s *Server) Approvals(code string) []Approval {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Approval{}
	for _, a := range s.approvals.order {
		if a.ProcessCode == code && !s.clock().Before(a.shows) {
			out = append(out, a.Approval)
		}
	}
	return out
}

// FinishApproval ends an OA instance as its approvers would; agree false refuses
// it. It tells whether there was a running one.
func (s *Server) FinishApproval(id string, agree bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.approvals.byID[id]
	if a == nil || a.Status != "RUNNING" {
		return false
	}
	a.Status, a.Result, a.Finished = "COMPLETED", "refuse", s.clock()
	if agree {
		a.Result = "agree"
	}
	return true
}

const (
	maxOAComponents = 150
	maxOAText       = 65535
)

func (c *call) startApproval() (any, *Error) {
	names, known := c.s.approvals.processes[c.str("processCode")]
	user := c.s.people.users[c.str("originatorUserId")]
	list := c.args["formComponentValues"].([]any)
	approvers, _ := c.args["approvers"].([]any)
	cc, _ := c.args["ccList"].([]any)
	switch {
	case !known:
		return nil, refuse("processCodeError", "审批模板标识不正确")
	case user == nil:
		return nil, refuse("processInstanceStartFailed", "发起人不存在")
	case len(list) == 0 || len(list) > maxOAComponents || len(approvers) > 20 || len(cc) > 50:
		return nil, refuse("invalidParameter", "参数错误")
	case c.args["deptId"] == nil && len(approvers) == 0:
		return nil, refuse("invalidParameter", "参数错误：deptId")
	}
	dept := c.num("deptId", -1)
	if dept != -1 && c.s.people.departments[dept] == nil {
		return nil, refuse("invalidParameter", "参数错误：deptId")
	}
	values := Row{}
	for _, x := range list {
		one, isObject := x.(Row)
		value, isText := one["value"].(string)
		switch {
		case !isObject || text(one["name"]) == "":
			return nil, refuse("formConverterError", "表单组件缺少name")
		case !isText || len([]rune(value)) > maxOAText:
			return nil, refuse("formConverterError", "表单组件的值应为字符串：%s", text(one["name"]))
		case !slices.Contains(names, text(one["name"])):
			return nil, refuse("illegalComponent", "组件不存在：%s", text(one["name"]))
		}
		values[text(one["name"])] = value
	}
	now := c.s.clock()
	a := &approval{
		Approval: Approval{
			ID: "fake" + uuid()[:18] + "A", ProcessCode: c.str("processCode"), Originator: user.ID, Values: values, Created: now, Status: "RUNNING",
		},
		dept: itoa(dept), parts: list, task: 71894566000 + c.s.next(),
	}
	c.s.approvals.order = append(c.s.approvals.order, a)
	c.s.approvals.byID[a.ID] = a
	c.s.effects = append(c.s.effects, Effect{Kind: Started, Form: a.ProcessCode, ID: a.ID, User: user.ID, At: now, Values: cloneRow(values)})
	return Row{"instanceId": a.ID}, nil
}

// theApproval finds the instance a call is about.
func (c *call) theApproval() (*approval, *Error) {
	a := c.s.approvals.byID[c.str("processInstanceId")]
	if a == nil || c.s.clock().Before(a.shows) {
		return nil, refuse("processInstanceNotExist", "审批实例不存在")
	}
	return a, nil
}

func (c *call) approval() (any, *Error) {
	a, err := c.theApproval()
	if err != nil {
		return nil, err
	}
	name := c.s.userName(a.Originator)
	parts := []any{}
	for i, x := range a.parts {
		one := x.(Row)
		parts = append(parts, Row{
			"id": "TextField-K2AD" + strconv.Itoa(i), "name": one["name"], "value": one["value"], "componentType": "TextField", "bizAlias": "", "extValue": nil,
		})
	}
	out := Row{
		"title": name + "提交的审批", "businessId": a.Created.In(china).Format("200601021504") + "000000001", "status": a.Status, "result": a.Result,
		"createTime": c.s.gmt(a.Created), "originatorUserId": a.Originator, "originatorDeptId": a.dept, "originatorDeptName": c.s.departmentName(a.dept),
		"approverUserIds": []any{DemoUser}, "formComponentValues": parts,
		"operationRecords": []any{Row{"userId": a.Originator, "date": c.s.gmt(a.Created), "type": "START_PROCESS_INSTANCE", "result": "NONE"}},
		"tasks":            []any{Row{"taskId": a.task, "userId": DemoUser, "status": a.Status, "result": "NONE", "createTime": c.s.gmt(a.Created), "activityId": "fake-1"}},
	}
	if !a.Finished.IsZero() {
		out["finishTime"] = c.s.gmt(a.Finished)
	}
	return Row{"result": out, "success": "true"}, nil
}

const day = 24 * time.Hour

func (c *call) approvalIDs() (any, *Error) {
	now := c.s.clock()
	start, end := time.UnixMilli(c.num("startTime", 0)), time.UnixMilli(c.num("endTime", now.UnixMilli()))
	from, size := c.num("nextToken", 0), c.num("maxResults", 0)
	statuses, _ := texts(c.args["statuses"])
	users, _ := texts(c.args["userIds"])
	switch {
	case c.s.approvals.processes[c.str("processCode")] == nil:
		return nil, refuse("processCodeError", "审批模板标识不正确")
	case size < 1 || size > 20:
		return nil, refuse("invalidMaxResults", "maxResults不正确")
	case from < 0:
		return nil, refuse("invalidNextToken", "nextToken不正确")
	case end.Sub(start) > 120*day || now.Sub(start) > 365*day || len(users) > 10:
		return nil, refuse("invalidParameter", "参数错误：时间范围")
	}
	ids := []any{}
	for _, a := range c.s.approvals.order {
		in := !a.Created.Before(start) && !a.Created.After(end) && a.ProcessCode == c.str("processCode") && !now.Before(a.shows)
		if in && (len(statuses) == 0 || slices.Contains(statuses, a.Status)) && (len(users) == 0 || slices.Contains(users, a.Originator)) {
			ids = append(ids, a.ID)
		}
	}
	ids = ids[:min(len(ids), 10_000)]
	first := int(min(from, int64(len(ids))))
	last := min(first+int(size), len(ids))
	out := Row{"list": ids[first:last]}
	if last < len(ids) {
		out["nextToken"] = fmt.Sprint(last)
	}
	return Row{"result": out, "success": true}, nil
}

func (c *call) endApproval() (any, *Error) {
	a, err := c.theApproval()
	if err != nil {
		return nil, err
	}
	if a.Status == "RUNNING" {
		a.Status, a.Finished = "TERMINATED", c.s.clock()
		c.s.effects = append(c.s.effects, Effect{Kind: Terminated, Form: a.ProcessCode, ID: a.ID, User: c.str("operatingUserId"), At: a.Finished, Values: cloneRow(a.Values)})
	}
	return Row{"result": true, "success": true}, nil
}
