package platforms

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/duijie-go/duijie/banniu"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// BanniuConfig says what documents leave open about 班牛. Zero means the default.
type BanniuConfig struct {
	// KeyColumn is the text column (id or name) by which task.create finds the task of a
	// record again. It may be one of contents; else records' keys are written into it.
	// Default: the string column of contents that is the scheme's id.
	KeyColumn string
	// ResendUnseen is that of banniu.CreateConfig: a create the platform called a success
	// without naming its task, which no list shows, is sent again in place of being held.
	ResendUnseen bool
}

// Banniu joins 班牛 to schemes, by the platform's own names of methods.
//
// As sources it runs task.list by days of creation, task.list.new (the whole sheet),
// recycle.task.list, task.getTask, project.list, column.list, user.list and
// common.getSeller. Rows of tasks are by the ids of their columns, "-1" is the task's own;
// other rows are as the platform sends them. Each list is read until two readings agree.
//
// As targets it runs task.update and task.batchUpdate, whose requests are task_id and
// contents, and task.create, whose contents hold the record's key (see BanniuConfig). contents is
// by the ids of columns or by their names; a project_id the document names is the sheet, else it is
// the client's.
func Banniu(c *banniu.Client, cfg BanniuConfig) qeasy.Connector { return &banniuConnector{c, cfg} }

type banniuConnector struct {
	client *banniu.Client
	cfg    BanniuConfig
}

const (
	banniuTasks    = "task.list"
	banniuScan     = "task.list.new"
	banniuRecycle  = "recycle.task.list"
	banniuTask     = "task.getTask"
	banniuProjects = "project.list"
	banniuColumns  = "column.list"
	banniuUsers    = "user.list"
	banniuShops    = "common.getSeller"
	banniuCreate   = "task.create"
	banniuUpdate   = "task.update"
	banniuBatch    = "task.batchUpdate"
)

// banniuOperations is what becomes of each method package banniu knows.
var banniuOperations = operations{
	{api: banniuTasks, side: qeasy.SideSource}, {api: banniuScan, side: qeasy.SideSource}, {api: banniuRecycle, side: qeasy.SideSource},
	{api: banniuTask, side: qeasy.SideSource}, {api: banniuProjects, side: qeasy.SideSource}, {api: banniuColumns, side: qeasy.SideSource},
	{api: banniuUsers, side: qeasy.SideSource}, {api: banniuShops, side: qeasy.SideSource},
	{api: banniuCreate, side: qeasy.SideTarget}, {api: banniuUpdate, side: qeasy.SideTarget}, {api: banniuBatch, side: qeasy.SideTarget},
	{api: "file.url.upload", why: "the platform fetches a file anew at each call and gives it another id, and no call finds one again, so a lost answer could not be settled; upload with the client, and write the ids into attachment columns"},
}

// APIs lists the methods that run.
func (b *banniuConnector) APIs() []string { return banniuOperations.APIs() }

// Match compares names exactly. It is true of all methods that are known, so that those
// which do not run on a side are refused with their reason.
func (b *banniuConnector) Match(_ qeasy.Side, api string) bool {
	_, known := banniuOperations.find(api)
	return known
}

// banniuCommon are parameters the client puts in itself.
var banniuCommon = []string{"app_key", "access_token", "timestamp", "sign", "method", "format", "v"}

// Source reads what a method lists.
func (b *banniuConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	if err := banniuOperations.refusal(qeasy.SideSource, spec.API); err != nil {
		return nil, nil, err
	}
	if spec.API == banniuTasks {
		return b.tasks(spec)
	}
	return b.list(spec)
}

// Sink writes tasks.
func (b *banniuConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	if err := banniuOperations.refusal(qeasy.SideTarget, spec.API); err != nil {
		return nil, nil, err
	}
	t := &banniuTarget{connector: b, spec: spec, create: spec.API == banniuCreate}
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

// constant is the value of a field that no record may change.
func (f *findings) constant(field *qeasy.Field, text string, fixed bool) string {
	switch {
	case blank(field):
		f.note(field.Path, field.Name, "it has no value and is left out")
	case !fixed:
		f.badField(field, qeasy.CodeUnsupportedMember, "%s is a constant: one for the whole scheme", field.Name)
	}
	return strings.TrimSpace(text)
}

// unknownParameter refuses a field nothing is known of; what the client puts in itself is left out.
func (f *findings) unknownParameter(field *qeasy.Field, own []string) {
	switch {
	case slices.Contains(own, field.Name):
		f.note(field.Path, field.Name, "left out: the client puts it in")
	case blank(field):
		f.note(field.Path, field.Name, "it has no value and is left out")
	default:
		f.badField(field, qeasy.CodeUnknownMember, "nothing is known of the parameter %s", field.Name)
	}
}
