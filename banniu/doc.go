// Package banniu is a client for 班牛 (bytenew.com), where tenants build work sheets
// of tasks (工单), and makes its sheets sources and sinks of the sync package.
//
// # Overview
//
// A tenant's apps hold sheets ([Client.Project]); a sheet has columns ([Project.Columns])
// and tasks. A task is a [Row], values by column id; a [Form] made of the columns turns
// names into ids, option titles into option ids, and rows into structs of yours and
// back ([TasksAs], [Form.Decode], [Form.Encode]).
//
// Tasks are read by days of creation ([Project.Pages], [Project.All]), whole ([Project.Scan]), one by
// one ([Project.Get]), or from the recycle bin ([Project.Deleted]); they are created, updated,
// and updated in batches with a result for each ([Project.BatchUpdate]). Users, shops and
// uploads belong to the tenant ([Client.Users], [Client.Shops], [Client.UploadFiles]). [Client.Call]
// calls any other method and path.
//
// The platform publishes no documentation: what is known comes from clients in
// production use. Where they differ, the client does what is safe and [Config] has the other way.
//
// # Credentials
//
// An application has an app_key and app_secret, and an access_token of the tenant,
// which no call renews. [ConfigFromEnv] reads BANNIU_ variables. Requests are signed ([Sign]); the
// secret itself is not sent.
//
// # Quick start
//
//	cfg, err := banniu.ConfigFromEnv()
//	client, err := banniu.NewClient(cfg)
//	sheet := client.Project("", "") // BANNIU_PROJECT_ID and BANNIU_APP_ID
//	form, err := sheet.Form(ctx)
//	for goods, err := range banniu.TasksAs[Goods](ctx, sheet, form, banniu.TaskQuery{CreatedFrom: day, CreatedTo: day.AddDate(0, 0, 1)}) { ... }
//
// # Errors
//
// Every failure is a *duijie.APIError, whatever the HTTP status: compare with
// errors.Is(err, duijie.ErrRefused) and its like. Only code 0 is a success. The codes of
// failures are not published: [DefaultRules] tells them apart by their words, which are
// inferred, and [Config.Rules] replaces it; what no rule knows is duijie.ErrRefused with
// code and words. A write whose answer was lost matches duijie.ErrOutcomeUnknown: look the
// task up before it is created again. Entries of a batch that were not done are a [BatchError],
// though the platform calls the batch a success. What the platform says of no record but of
// the setup, as a column that is gone or an app that is not the sheet's, ends a sink's run
// without a dead letter.
//
// # Paging
//
// Lists go by page number, without a cursor, a total or a documented order, and
// without a filter on modification time. So a list is read again until two readings agree.
// [NewSource] reads the tasks made since the last run, in closed windows of a day at
// most, or the whole sheet, whose changes the ledger finds. Tasks are not complete when they
// are new: see SettleDelay of [TaskQuery] and [SourceConfig]. [Project.LiveKeys] tells
// package mirror what was deleted.
//
// # Data
//
// Cells are texts and numbers, mixed; they are read as each other, amounts as
// duijie.Decimal and long numbers exactly. Choices travel as ids joined by ",",
// sub-tables and attachments as texts that hold JSON. A sub-table is written as a whole:
// what its structs do not name is kept by a [Row] in them, or the write is refused. Times
// are China time. Names of columns can repeat: [Form.Duplicates].
//
// # Limits and retries
//
// No limit is published: a client sends two calls a second, one at a time, and slows
// down by itself when it is throttled. Reads are retried on anything that passes, and so are updates,
// which set values; a create only when it surely had no effect. Each try is signed
// anew. A redirect is never followed.
//
// # Official pages
//
//   - https://open.bytenew.com (the gateway; its documentation is not public)
package banniu
