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
// can be changed. [SaveSink] does all of that.
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
// [Client.BatchSave] reports refused rows in its result, not as an error.
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
