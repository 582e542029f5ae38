package kingdeetest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// call is one request on its way through the server.
type call struct {
	s      *Server
	r      *http.Request
	op     string
	now    time.Time     // the server's clock
	late   time.Duration // > 0: the effect shows only after this long
	params params
	header http.Header // of the answer
	sid    string      // session the call runs in, "" in signing mode
}

// service is one callable: its parameters in positional order, whether it can be
// called before a login, and the work. The work returns what is sent as JSON, or
// a plain.
type service struct {
	params []string
	open   bool
	run    func(*call) any
}

// plain is an answer that is text, not JSON.
type plain struct {
	status int
	text   string
}

const (
	dynamicForm    = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."
	authService    = "Kingdee.BOS.WebApi.ServicesStub.AuthService."
	inventoryQuery = "Kingdee.K3.SCM.WebApi.ServicesStub.InventoryQueryService.GetInventoryData,Kingdee.K3.SCM.WebApi.ServicesStub"
	dataCentres    = "Kingdee.BOS.ServiceFacade.ServicesStub.Account.AccountService.GetDataCenterList"
)

var services = map[string]service{}

func init() { // the handlers refer back to the table through call, so it is filled here
	onForm, onData := []string{"formid", "data"}, []string{"data"}
	add := func(prefix, name string, params []string, open bool, run func(*call) any) {
		services[prefix+name] = service{params, open, run}
	}
	add(dynamicForm, "ExecuteBillQuery", onData, false, (*call).executeBillQuery)
	add(dynamicForm, "BillQuery", onData, false, (*call).billQuery)
	add(dynamicForm, "View", onForm, false, (*call).view)
	add(dynamicForm, "Save", onForm, false, (*call).save)
	add(dynamicForm, "Draft", onForm, false, (*call).draft)
	add(dynamicForm, "BatchSave", onForm, false, (*call).batchSave)
	add(dynamicForm, "QueryAsyncResult", []string{"queryinfo"}, false, (*call).queryAsyncResult)
	for _, op := range []string{"Submit", "Audit", "UnAudit", "Delete", "CancelAssign"} {
		add(dynamicForm, op, onForm, false, (*call).changeStatus)
	}
	byOperation := []string{"formid", "opnumber", "data"}
	add(dynamicForm, "ExcuteOperation", byOperation, false, (*call).operate)
	add(dynamicForm, "ExecuteOperation", byOperation, false, (*call).operate)
	add(dynamicForm, "Push", onForm, false, (*call).push)
	add(dynamicForm, "Allocate", onForm, false, (*call).allocate)
	add(dynamicForm, "CancelAllocate", onForm, false, (*call).cancelAllocate)
	add(dynamicForm, "GroupSave", onForm, false, (*call).groupSave)
	add(dynamicForm, "GroupDelete", onData, false, (*call).groupDelete)
	add(dynamicForm, "QueryGroupInfo", onData, false, (*call).queryGroupInfo)
	add(dynamicForm, "WorkflowAudit", onData, false, (*call).workflowAudit)
	add(dynamicForm, "SendMsg", onData, false, (*call).sendMsg)
	add(dynamicForm, "AttachmentUpload", onData, false, (*call).attachmentUpload)
	add(dynamicForm, "AttachmentUpLoad", onData, false, (*call).attachmentUpload)
	add(dynamicForm, "UploadFile", onData, false, (*call).attachmentUpload)
	add(dynamicForm, "AttachmentDownLoad", onData, false, (*call).attachmentDownload)
	add(dynamicForm, "GetSysReportData", onForm, false, (*call).report)
	add(inventoryQuery, "", onData, false, (*call).inventoryData)
	add(dynamicForm, "QueryBusinessInfo", onData, false, (*call).queryBusinessInfo)
	add(dynamicForm, "SwitchOrg", onData, false, (*call).switchOrg)
	add(dataCentres, "", nil, true, (*call).dataCentreList)

	add(authService, "ValidateUser", []string{"acctid", "username", "password", "lcid"}, true, (*call).validateUser)
	add(authService, "ValidateUser2", []string{"acctid", "username", "password", "iskickoff", "lcid"}, true, (*call).validateUser)
	add(authService, "ValidateUserByOrgNumber", []string{"acctid", "username", "password", "lcid", "orgnumber"}, true, (*call).validateUser)
	add(authService, "ValidateUserEnDeCode", []string{"acctid", "username", "password", "lcid"}, true, (*call).validateEncoded)
	add(authService, "LoginByAppSecret", []string{"acctid", "username", "appid", "appsecret", "lcid"}, true, (*call).loginByAppSecret)
	add(authService, "LoginBySign", []string{"acctid", "username", "appid", "timestamp", "sign", "lcid"}, true, (*call).loginBySign)
	add(authService, "Logout", nil, true, (*call).logout)
}

// answer runs one call that no fault spoiled.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, name, op string, late time.Duration) {
	c := &call{s: s, r: r, op: op, now: s.now(), late: late, header: w.Header()}
	if s.gateway && !c.passGateway(w) {
		return
	}
	svc, ok := services[name]
	if !ok || s.spelling != "" && strings.HasSuffix(op, "cuteOperation") && op != s.spelling {
		s.unknownService(w, name)
		return
	}
	body, err := readBody(r)
	if err == nil {
		c.params, err = parseParams(body, svc.params)
	}
	if err != nil {
		c.send(w, err.answer())
		return
	}
	if s.quirks.blocked(body) {
		c.send(w, firewall())
		return
	}
	if !svc.open && !c.authenticate() {
		c.send(w, c.sessionLost())
		return
	}
	c.send(w, svc.run(c))
}

func (c *call) send(w http.ResponseWriter, v any) {
	if p, ok := v.(plain); ok {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(p.status)
		_, _ = w.Write([]byte(p.text))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(encode(v))
}

// encode writes v as JSON without the escapes meant for HTML.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte(`response_error:{"Message":"` + err.Error() + `"}`)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
