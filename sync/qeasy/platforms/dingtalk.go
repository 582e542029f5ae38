package platforms

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie/dingtalk"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// DingTalkConfig says what documents leave open. Zero means the default.
type DingTalkConfig struct {
	// App are the settings of the Yida application the client has. A document that names
	// another application, user or language is refused; with the zero value nothing is
	// compared, and the client's are taken.
	App dingtalk.YidaApp
	// Key is the text component that holds the business key of an instance, by which a
	// lost answer is settled. Default: the text component the request gives the record's key
	// to. Where there is none, such records are held for somebody to look.
	Key string
	// Update sets the values of approvals that were started when their records change.
	Update bool
	// ApprovalLookback is how far each pull of OA approvals reaches back behind the one before,
	// where that is more than the document does: the platform lists them by their start alone, so
	// one that takes longer is not seen to end. Default 24 h.
	ApprovalLookback time.Duration
	// IndexLag is how long a write may be missing in searches: lookups that decide about one wait
	// so long, and twice and four times so long again. Default: dingtalk.IndexLag.
	IndexLag time.Duration
}

// DingTalk joins 钉钉 and 宜搭 to schemes, by the paths of the platform's documentation
// with or without a slash in front.
//
// Sources are the lists of Yida instances, and OA approvals (topapi/processinstance/get, and
// v1.0/workflow/processInstances), listed and read one by one. Rows of the former are those of
// that list. Rows of topapi/processinstance/get have the values of the form by the names of its
// components (by the id where a name is taken or empty, sub-tables as lists of objects), and under
// extend what else the approval has, by the names of the old gateway: business_id, title, status,
// result, create_time, finish_time, originator_userid and so on, and process_instance_id. Rows of
// v1.0/workflow/processInstances are approvals as the platform sends them, with processInstanceId.
//
// Targets are starts of Yida approvals (发起流程), and new, changed and upserted instances
// of plain forms: the request is the form's data by component id, otherRequest names application,
// user, form, and for a change (method PUT) formInstanceId. v1.0 or v2.0 is as the client's settings say.
func DingTalk(c *dingtalk.Client, cfg DingTalkConfig) qeasy.Connector {
	return dingtalkConnector{c, cfg}
}

type dingtalkConnector struct {
	client *dingtalk.Client
	cfg    DingTalkConfig
}

// bothVersions are the paths of an operation of Yida that has two versions.
func bothVersions(path string) []string { return []string{"v1.0/yida/" + path, "v2.0/yida/" + path} }

// The apis that are run. A list of instances may be a path of a write too.
var (
	yidaStarts  = bothVersions("processes/instances/start")
	yidaForms   = bothVersions("forms/instances")
	yidaUpserts = bothVersions("forms/instances/insertOrUpdate")
	yidaBatches = []string{"v1.0/yida/forms/instances/batchSave"}
	yidaWrites  = slices.Concat(yidaStarts, yidaForms, yidaUpserts, yidaBatches)

	yidaSearches  = bothVersions("forms/instances/search")
	yidaQueries   = bothVersions("forms/instances/advances/queryAll")
	yidaHeads     = []string{"v1.0/yida/forms/instances/advances/query"}
	yidaProcesses = bothVersions("processes/instances")
	yidaReads     = slices.Concat(yidaSearches, yidaQueries, yidaHeads, yidaProcesses)

	oaReads = []string{oaGet, oaGetNew}
)

// The apis of OA approvals.
const (
	oaGet    = "topapi/processinstance/get"
	oaGetNew = "v1.0/workflow/processInstances"
)

// Why the platform's other operations are not run.
const (
	noIDs      = "it lists ids without what they stand for"
	noOne      = "it reads of one instance or person, whom the scheme would have to name: no list of them is in it"
	noForm     = "it tells of forms, not of what is in them"
	noToken    = "the client makes it itself where it is needed"
	noStart    = "an OA approval can not be searched by its values, so a start whose answer is lost could never be settled; start an approval of Yida instead"
	noDelete   = "it deletes or ends instances, and a scheme writes them; package mirror of sync deletes what a source has lost"
	noMessage  = "a message can not be looked up, so one whose answer is lost would come twice or not at all"
	noBulk     = "it sets values of many instances at once and tells of none alone; set them one by one with PUT v2.0/yida/forms/instances"
	noProcess  = "v2.0/yida/forms/instances with the method PUT changes instances of processes too, and can be repeated"
	noTask     = "it decides a task that somebody else may have decided meanwhile, and a repeat would decide the next one"
	noTable    = "PUT v2.0/yida/forms/instances replaces sub-tables too"
	noContacts = "people and departments come department by department, and no list of the whole is read by it; see ContactService.AllUsers and Tree"
)

// dingtalkRefused are documented operations that are not run, and why.
var dingtalkRefused = map[string]string{
	"v1.0/oauth2/accessToken": noToken, "v1.0/oauth2/{corpId}/token": noToken, "v1.0/oauth2/corpAccessToken": noToken,
	"v1.0/gateway/connections/open": noToken, "gettoken": noToken, "service/get_corp_token": noToken,

	"yida/processes/instanceIds": noIDs, "yida/forms/instances/ids/{appType}/{formUuid}": noIDs,
	"v1.0/workflow/processes/instanceIds/query": noIDs + ": take " + oaGetNew, "topapi/processinstance/listids": noIDs + ": take " + oaGet,

	"yida/processes/instancesInfos/{id}": noOne, "yida/forms/instances/{id}": noOne, "v1.0/yida/forms/instances/ids/query": noOne,
	"v1.0/yida/forms/operationsLogs/query": noOne, "v1.0/yida/forms/innerTables/{formInstanceId}": noOne,
	"v1.0/yida/processes/instances/searchWithIds": noOne, "v1.0/yida/processes/operationRecords": noOne,
	"v1.0/yida/processes/tasks/getRunningTasks": noOne, "topapi/v2/user/get": noOne, "topapi/v2/user/getbymobile": noOne,
	"topapi/user/getbyunionid": noOne, "topapi/v2/department/get": noOne, "topapi/message/corpconversation/getsendresult": noOne,
	"v1.0/yida/apps/temporaryUrls/{appType}": noOne,

	"v1.0/yida/forms/formFields": noForm, "v1.0/yida/forms/definitions/{appType}/{formUuid}": noForm, "v1.0/yida/forms": noForm,
	"v2.0/yida/forms/component/alias/{appType}/{formUuid}": noForm,

	"topapi/user/listid": noContacts, "topapi/user/listsimple": noContacts, "topapi/v2/user/list": noContacts,
	"topapi/v2/department/listsub": noContacts, "topapi/v2/department/listsubid": noContacts,

	"v1.0/yida/forms/instances/batchRemove": noDelete, "v1.0/yida/processes/instances/terminate": noDelete,
	"v1.0/workflow/processInstances/terminate": noDelete,
	"v1.0/yida/forms/instances/components":     noBulk, "v1.0/yida/forms/instances/datas": noBulk,
	"v1.0/yida/processes/instances": noProcess, // as a target
	"v1.0/yida/tasks/execute":       noTask, "v2.0/yida/processes/instances/restartInstance": noTask,
	"v2.0/yida/forms/updateSubTable": noTable, "v2.0/yida/forms/updateSubTableByRowId": noTable,
	oaGetNew:                        noStart, // as a target
	"topapi/processinstance/create": noStart,

	"robot/send": noMessage, "topapi/message/corpconversation/asyncsend_v2": noMessage,
}

// dingtalkPath is an api as it is compared.
func dingtalkPath(api string) string { return strings.TrimPrefix(api, "/") }

// refusal tells why a documented operation is not run on a side; "" where it is, or where nothing is
// known of it.
func (d dingtalkConnector) refusal(side qeasy.Side, api string) string {
	path := dingtalkPath(api)
	if d.runs(side, path) {
		return ""
	}
	for _, gateway := range []dingtalk.Gateway{dingtalk.API, dingtalk.OAPI} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			if op, known := dingtalk.LookupOperation(gateway, method, "/"+path); known {
				path = dingtalkPath(op.Path)
			}
		}
	}
	why := dingtalkRefused[path]
	if _, rest, ok := strings.Cut(path, ".0/"); ok && why == "" {
		why = dingtalkRefused[rest] // either version
	}
	switch {
	case why != "":
	case d.runs(qeasy.SideSource, path):
		why = "it reads: it is an api of a source"
	case d.runs(qeasy.SideTarget, path):
		why = "it writes: it is an api of a target"
	}
	return why
}

func (dingtalkConnector) runs(side qeasy.Side, path string) bool {
	if side == qeasy.SideTarget {
		return slices.Contains(yidaWrites, path)
	}
	return slices.Contains(yidaReads, path) || slices.Contains(oaReads, path)
}

// APIs lists the paths it reads and, behind them, those it writes to.
func (dingtalkConnector) APIs() []string { return slices.Concat(yidaReads, oaReads, yidaWrites) }

// Match knows what is run, and what is refused with a reason.
func (d dingtalkConnector) Match(side qeasy.Side, api string) bool {
	return d.runs(side, dingtalkPath(api)) || d.refusal(side, api) != ""
}

// Handles tells that autoCheck is understood: Sink says what becomes of it.
func (dingtalkConnector) Handles(side qeasy.Side, _, member string) bool {
	return side == qeasy.SideTarget && member == "autoCheck"
}

// refused is the error of an api that is not run.
func (d dingtalkConnector) refused(side qeasy.Side, api string) error {
	why := d.refusal(side, api)
	if why == "" {
		return nil
	}
	return &qeasy.Problem{Side: side, Path: "/api", Code: qeasy.CodeAPIUnsupported, Offset: -1, Message: why}
}

// Source reads a list of instances, or OA approvals.
func (d dingtalkConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	if err := d.refused(qeasy.SideSource, spec.API); err != nil {
		return nil, nil, err
	}
	if slices.Contains(oaReads, dingtalkPath(spec.API)) {
		return d.approvals(spec)
	}
	return d.instances(spec)
}

// setting reads a setting of the application, which must be the client's: nobody knows which
// one is meant. ok is false for a field that is none.
func (d dingtalkConnector) setting(f *findings, field *qeasy.Field) (ok bool) {
	text, fixed := field.Constant()
	has := ""
	switch field.Name {
	case "appType":
		has = d.cfg.App.AppType
	case "userId":
		has = d.cfg.App.UserID
	case "language":
		has = d.cfg.App.Language
	case "systemToken":
		text = f.fixed(field, text, fixed)
		if has := d.cfg.App.SystemToken; text != "" && !has.IsZero() && text != has.Reveal() {
			f.badField(field, qeasy.CodeUnsupportedMember, "it is not the token of the client's settings; neither is shown")
		}
		f.note(field.Path, field.Name, "the client's settings count, a secret has no place in a document")
		return true
	default:
		return false
	}
	if text = f.fixed(field, text, fixed); text != "" && has != "" && text != has {
		f.badField(field, qeasy.CodeUnsupportedMember, "the document says %q and the client's settings %q: make them agree", text, has)
	}
	return true
}

// fixed is the value of a field that no run and no record may change.
func (f *findings) fixed(field *qeasy.Field, text string, fixed bool) string {
	if !fixed && !blank(field) {
		f.badField(field, qeasy.CodeUnsupportedMember, "%s is a constant", field.Name)
	}
	return strings.TrimSpace(text)
}
