package platforms

import (
	"encoding/json"
	"slices"

	"github.com/duijie-go/duijie/fxiaoke"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// FxiaokeConfig says what documents leave open. Zero means the default.
type FxiaokeConfig struct {
	// KeyField is the field that holds the business key of records a target writes, by
	// which they are found again: a text field, best a custom one that is set to be unique, or name.
	// Default: the string field that is the scheme's id, custom fields first. Updates whose
	// request has an _id go by that.
	KeyField string
	// KeepDetails lets a creation whose record is there already update the head of the
	// document and leave its lines as they are. Without it such a record is refused: the platform
	// can not change lines with their document.
	KeepDetails bool
}

// Fxiaoke joins 纷享销客 to schemes, by the paths of the platform's documentation.
//
// As sources it runs the queries of objects, whose filters may be an object with labels,
// findSimple, get with one id, the list of objects and the fields of one (object/list and
// object/describe of v2), and the employees and departments of the address book.
//
// As targets it runs the creations of objects, which update a record that
// [FxiaokeConfig].KeyField finds, and their updates, which never create one. data holds the fields, or
// object_data, details and optionInfo as the platform has them. Workflows and approvals are started
// where the document says so alone.
func Fxiaoke(c *fxiaoke.Client, cfg FxiaokeConfig) qeasy.Connector { return &fxiaokeConnector{c, cfg} }

type fxiaokeConnector struct {
	client *fxiaoke.Client
	cfg    FxiaokeConfig
}

const (
	fxQuery       = "/cgi/crm/v2/data/query"
	fxQueryCustom = "/cgi/crm/custom/v2/data/query"
	fxSimple      = "/cgi/crm/custom/v2/data/findSimple"
	fxGet         = "/cgi/crm/v2/data/get"
	fxGetCustom   = "/cgi/crm/custom/v2/data/get"
	fxObjects     = "/cgi/crm/v2/object/list"
	fxDescribe    = "/cgi/crm/v2/object/describe"
	fxUsers       = "/cgi/user/list"
	fxUserNames   = "/cgi/user/simpleList"
	fxUser        = "/cgi/user/get"
	fxMobile      = "/cgi/user/getByMobile"
	fxModified    = "/cgi/user/get/batchByUpdTime"
	fxDepartments = "/cgi/department/list"
	fxDepartment  = "/cgi/department/detail"
)

var (
	fxiaokeCreates = []string{"/cgi/crm/v2/data/create", "/cgi/crm/custom/v2/data/create"}
	fxiaokeUpdates = []string{"/cgi/crm/v2/data/update", "/cgi/crm/custom/v2/data/update"}
)

// Why operations do not run.
const (
	fxRemoval = "whether queries show invalidated records is not documented, so what became of a lost answer could not be looked up; removals are the business of package mirror"
	fxAction  = "it acts on records and leaves no contents to compare, so what became of a lost answer could not be looked up; call it with the client"
	fxAccess  = "it grants access, which is the client's business"
	fxOld     = "it is an older form of the one under /cgi/crm/v2"
	fxUntyped = "the client does not type it: how its pages stay right while rows move is not documented"
	fxFile    = "a file is uploaded and deleted with the client; records hold its path"
)

// fxiaokeOperations is what becomes of each operation package fxiaoke knows.
var fxiaokeOperations = func() (out operations) {
	for _, api := range []string{
		fxQuery, fxQueryCustom, fxSimple, fxGet, fxGetCustom, fxObjects, fxDescribe, fxUsers, fxUserNames, fxUser, fxMobile, fxModified,
		fxDepartments, fxDepartment,
	} {
		out = append(out, operation{api: api, side: qeasy.SideSource})
	}
	for _, api := range slices.Concat(fxiaokeCreates, fxiaokeUpdates) {
		out = append(out, operation{api: api, side: qeasy.SideTarget})
	}
	for _, refused := range []struct {
		why  string
		apis []string
	}{
		{fxRemoval, []string{
			"/cgi/crm/v2/data/invalid", "/cgi/crm/v2/data/recover", "/cgi/crm/v2/data/delete", "/cgi/crm/custom/v2/data/invalid",
			"/cgi/crm/custom/v2/data/recover", "/cgi/crm/custom/v2/data/delete", "/cgi/crm/custom/data/invalid",
		}},
		{fxAction, []string{
			"/cgi/crm/v2/data/changeOwner", "/cgi/crm/custom/v2/data/changeOwner", "/cgi/crm/v2/data/return", "/cgi/crm/v2/object/lock",
			"/cgi/crm/v2/object/unlock", "/cgi/crm/team/add", "/cgi/crm/team/edit", "/cgi/crm/team/delete",
		}},
		{"the first row of a list that moves is another one each time: query reads all", []string{"/cgi/crm/custom/v2/data/findOne"}},
		{fxOld, []string{"/cgi/crm/object/list", "/cgi/crm/object/describe"}},
		{fxUntyped, []string{"/cgi/crm/team/get", "/cgi/crm/approvalInstances/query"}},
		{"it hands records to the vendor's own connector, and no call tells what becomes of them there", []string{"/cgi/crm/erp/syncdata/objdata/push"}},
		{"a message has no key: one whose answer was lost would arrive twice", []string{"/cgi/message/send"}},
		{fxFile, []string{"/cgi/crm/v2/generatorFileUploadCredential", "/media/delete"}},
		{fxAccess, []string{"/cgi/jsApiTicket/get", "/cgi/appAccessToken/get", "/oauth2.0/token", "/oauth2.0/getUserInfoByCode"}},
	} {
		for _, api := range refused.apis {
			out = append(out, operation{api: api, why: refused.why})
		}
	}
	return out
}()

// APIs lists the paths that run.
func (x *fxiaokeConnector) APIs() []string { return fxiaokeOperations.APIs() }

// Match compares paths exactly. It is true of all paths that are known, so that those which
// do not run on a side are refused with their reason.
func (x *fxiaokeConnector) Match(_ qeasy.Side, api string) bool {
	_, known := fxiaokeOperations.find(api)
	return known
}

// fxiaokeOwn are parameters the client puts in itself.
var fxiaokeOwn = []string{"corpAccessToken", "corpId", "appId", "appSecret", "permanentCode", "thirdTraceId"}

// Source reads what a path lists.
func (x *fxiaokeConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	if err := fxiaokeOperations.refusal(qeasy.SideSource, spec.API); err != nil {
		return nil, nil, err
	}
	switch spec.API {
	case fxQuery, fxQueryCustom, fxSimple:
		return x.query(spec)
	}
	return x.list(spec)
}

// Sink creates or updates records of an object.
func (x *fxiaokeConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	if err := fxiaokeOperations.refusal(qeasy.SideTarget, spec.API); err != nil {
		return nil, nil, err
	}
	t := &fxiaokeTarget{connector: x, spec: spec, update: slices.Contains(fxiaokeUpdates, spec.API)}
	t.read()
	if err := t.err(); err != nil {
		return nil, nil, err
	}
	sink, err := t.sink()
	if err != nil {
		return nil, nil, err
	}
	return sink, t.notes, nil
}

// as is the client of an employee, the connector's own where none is named.
func (x *fxiaokeConnector) as(user string) (*fxiaoke.Client, error) {
	if user == "" {
		return x.client, nil
	}
	return x.client.As(user)
}

// flag is a constant bool.
func (f *findings) flag(field *qeasy.Field) bool {
	text, fixed := field.Constant()
	switch {
	case blank(field):
		f.note(field.Path, field.Name, "it has no value and is left out")
	case fixed && (text == "true" || text == "1"):
		return true
	case !fixed || text != "false" && text != "0":
		f.badField(field, qeasy.CodeUnsupportedMember, "%s is the constant true or false", field.Name)
	}
	return false
}
