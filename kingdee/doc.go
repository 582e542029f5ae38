// Package kingdee is a client for 金蝶云星空 (Kingdee Cloud Galaxy, K3Cloud
// WebAPI), and makes its forms sources and sinks of the sync package.
//
// # Overview
//
// All business objects (业务对象) share the same services; a FormId such as
// BD_Customer picks the object. [Client.Query], [QueryAs] and [Client.View]
// read; [Client.Save] and [Client.BatchSave] write; [Client.Submit],
// [Client.Audit], [Client.UnAudit] and [Client.Delete] change the status of
// records. The forms companies work with have services of their own, from
// [Client.Customers] to [Client.Vouchers], with a row to read and a model to
// save; every other form is reached with its FormId and field keys, or with
// [NewFormService]. Custom fields are read by embedding a row, and written
// through Extra, see [Field].
//
// A save is no upsert: without the primary key it creates a record, and a
// number that exists is refused. Audited records must be un-audited before they
// can be changed. An update takes lines without FEntryID for new ones.
// [Client.Upsert], [SaveSink] and [BillSink] mind all of that.
//
// # Tasks
//
// Each has an example beside the name it is listed with.
//
//   - find out the data centre's id: [ListDataCenters]
//   - read a form: its service ([Client.Customers] to [Client.Vouchers]), [QueryAs]
//     into structs, [Client.Query] as cells, [Client.BillQuery] as objects
//   - build a filter: [And]; long lists: [InChunks]; past a request firewall:
//     [Filter.Conditions]
//   - read one record with all its lines: [Client.View]
//   - learn fields and operations of a form: [Client.QueryBusinessInfo]
//   - read a report: [Client.ReportPages]; stock on hand: [Client.Inventory], [Client.GetInventoryData]
//   - create a record: [Client.Save]; many: [Client.BatchSave], [Client.BatchSaveAsync]
//   - create or update by number: [Client.Upsert]
//   - submit, audit, un-audit, take back, delete: [Client.UnAudit] shows the round
//   - forbid, close, void, and other operations, also of single lines: [Client.Operate]
//   - make the follow-up bill: [Client.Push]
//   - approve in a workflow, send a message: [Client.WorkflowAudit]
//   - give base data to other organisations: [Client.Allocate]; work in another one:
//     [Client.SwitchOrg]
//   - groups of base data: [Client.GroupSave]
//   - attach and fetch files: [Client.AttachmentUpload]
//   - keep another system equal: [NewSource] and [NewModifiedSource] read,
//     [NewSaveSink] and [NewBillSink] write
//   - anything else: [Client.Call], for FlexSave (弹性域保存) and Disassembly (拆单) too, whose
//     data the platform describes nowhere
//
// # Credentials
//
// They are found in the product under 系统管理 > 第三方系统登录授权
// (third-party system login authorisation). With an application id and secret
// every request is signed and there is no session ([SignHeaders]); with a user
// and password, or on request with the application's secret, the client logs in
// once, shares the session between all callers and renews it when it is lost.
// [ConfigFromEnv] reads them from KINGDEE_ variables.
//
// # Quick start
//
//	cfg, err := kingdee.ConfigFromEnv()
//	client, err := kingdee.NewClient(cfg)
//	for customer, err := range client.Customers.All(ctx, kingdee.CustomerQuery{}) { ... }
//
// # Errors
//
// Every failure is a *duijie.APIError, whatever the HTTP status: compare with
// errors.Is(err, duijie.ErrNotFound) and its like. What the platform says about
// fields is in the [Refusal] inside. A write whose answer was lost matches
// duijie.ErrOutcomeUnknown: look the record up before sending it again.
// [Client.BatchSave] reports refused rows in its result, not as an error. The zero
// value of every option is the choice that can not destroy, hide or double
// anything.
//
// # Paging
//
// Lists are paged by the primary key of the form, so rows that come or go while
// they are read shift nothing, and the lines of a record are never torn apart.
// With an order of your own ([Query.Order]) they are paged by offset, and rows
// that move may come twice or be missed. There is no total count.
//
// # Limits and retries
//
// The platform publishes no quota. By default a client sends at most 10
// requests a second and 4 at a time, reports one by one, and slows down by
// itself when it is throttled. Reads are retried on anything that passes,
// writes only when they surely had no effect: throttled, locked (网络控制), or
// the session was lost. Waits begin at 1 s and double. Servers answer HTTP/2
// with 502: a transport given with duijie.WithHTTPClient must speak HTTP/1.1.
//
// # Raw access
//
// [Client.Call] runs any service, also custom ones, with the same
// authentication, limits, retries and errors.
//
// # Official pages
//
//   - WebAPI: https://open.kingdee.com/K3Cloud/Open/WebAPI
//   - Per form: the product's own page, 基础管理 > 公共设置 > WebAPI
package kingdee
