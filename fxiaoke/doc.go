// Package fxiaoke is a client for 纷享销客 (Fxiaoke, ShareCRM, open.fxiaoke.com), and makes
// its objects sources and sinks of the sync package.
//
// # Overview
//
// Everything is data of objects: preset ones such as AccountObj (客户) and custom ones such as
// object_Kn5Cd__c. The suffix __c chooses the platform's path; the client sees to that. [QueryAs]
// reads any object into structs by their JSON tags, [Client.Create] and its neighbours write;
// the objects companies work with have types and services of their own, from [Client.Accounts] to
// [Client.Stocks], and [NewObjects] makes such a service for any other.
//
// # Tasks
//
// Each has an example beside the name it is listed with.
//
//   - read an object: [QueryAs] into structs, [Client.Accounts] and its like with all fields;
//     with conditions: [Where]
//   - read one record and its lines: [GetAs], [DetailsAs]
//   - create a record, with lines: [Client.Create]; by a business key: [Client.Upsert]
//   - change, invalidate, recover, delete, lock, give to somebody else: [Client.Update] and
//     [Client.Invalid] show it
//   - learn objects, fields and options: [Client.Describe]
//   - users and departments: [Client.ListUsers]
//   - keep another system equal: [NewSource] reads, [NewSink] writes
//   - run the metadata of a low-code platform: [ParseMetadata]
//   - send and fetch attachments: [Client.UploadFile], [Client.UploadMedia], [Client.DownloadMedia]
//   - be told of changes: [NewEventHandler]
//   - anything else: [Client.Call]; [LookupOperation] knows what a repeat does
//
// # Credentials
//
// A self-built application (自建应用) of the customer has an appId, an appSecret and a permanent
// code (管理后台 > 自建应用); the caller's IP addresses must be allowed there, and the customer must own
// an open API quota pack. The platform has two generations of passing them, and the client speaks
// both: named by an FSUID_ id, the acting employee makes it use the body mode; by an employee's
// number the header mode ([Config.Mode]). The rights of that employee decide what is seen: rows and
// fields it may not see are missing without a word. [Client.As] acts as another. [ConfigFromEnv]
// reads FXIAOKE_ variables.
//
// The token is fetched once for all goroutines, and for all processes that share a token store
// (duijie.WithTokenStore). The platform takes ten token calls a minute; they are counted over all
// clients of a process, and over processes where the store counts (duijie.QuotaStore).
//
// # Quick start
//
//	cfg, err := fxiaoke.ConfigFromEnv()
//	client, err := fxiaoke.NewClient(cfg)
//	for account, err := range client.Accounts.All(ctx, fxiaoke.Query{}) { ... }
//
// # Errors
//
// Every failure is a *duijie.APIError, whatever the HTTP status (it is always 200): compare with
// errors.Is(err, duijie.ErrNotFound) and its like. Codes of single modules are in no list of the
// platform: an unknown one is duijie.ErrRefused, with the platform's words. [Failure] holds them, and
// the two trace ids its support asks for. Quotas have errors of their own: [ErrInterfaceLimit],
// [ErrDailyQuota], [ErrNoQuota]. A write whose answer was lost matches duijie.ErrOutcomeUnknown.
// The platform knows no idempotency and does not check names by default: look a record up
// by a business key before creating it again, and set that field to be unique.
//
// # Writing
//
// The platform runs workflows (工作流) and starts approvals (审批流) on each write unless it is told not
// to; records then stay under review. This client always sends both switches, off unless you set
// them. An update sends what changes only; owner, lines of a document and locked records can
// not be changed by one. There is no batch: one call a record.
//
// A [Sink] tells refusals of a record, which becomes a dead letter, from those of the setup, which
// end the run: a right, an object, a field or an owner that is not there. Single modules have no
// codes for that, so it goes by their words (权限) and by what the platform tells of the object, and only
// while no create (or update) succeeded in the last ten minutes.
//
// # Paging
//
// Lists are paged by _id, each call asking for the rows behind the last, without an end at 10000
// rows and right while rows come, go and change. With an order of your own ([Query.Orders]) they are
// paged by offset: rows that move may be missed, and beyond 10000 it ends in an error. Sources read
// closed windows of last_modified_time, by _id inside each. Deleted rows do not show in windows: be
// told by events, or read in full now and then.
//
// # Data
//
// Numbers come as texts or numbers, and stay exact: duijie.Decimal keeps them as they are. Times
// are milliseconds ([Time]) and mean China's. Employees and departments are lists, selects hold
// option values; companions of fields (X__r, X__l, X__v) are read-only and never sent back. Members without
// a field are kept in Extra.
//
// # Limits and retries
//
// 100 calls in 20 s for each path: the client sends no more, over all clients of a process
// for one application, and slows down by itself when it is throttled; after code 14001 it waits a
// whole window. Each call, repeats included, counts on the quota of the day. Reads are retried on
// anything that passes, and so are updates that start nothing; other writes only when they surely
// had no effect. Each attempt has a thirdTraceId of its own.
//
// # Official pages
//
//   - https://developer.fxiaoke.com/openapi_v2
//   - https://fxiaoke.apifox.cn
//   - https://open.fxiaoke.com/wiki.html (the older wiki)
package fxiaoke
