// Package dingtalk is a client for 钉钉 (DingTalk, open.dingtalk.com) and 宜搭
// (Yida, its forms and approvals), and makes Yida's forms sources and sinks of the
// sync package.
//
// # Overview
//
// The platform has two gateways. [Client.Call] calls any operation of the new one
// (api.dingtalk.com: Yida, OA approval), [Client.CallOAPI] any of the old one
// (oapi.dingtalk.com: contacts, work notices); [Operations] lists those that are known.
//
// [Client.Yida] works on a Yida application: [Yida.StartProcess] starts an approval,
// [Yida.SaveForm], [Yida.UpdateForm], [Yida.InsertOrUpdate] and [Yida.BatchSaveForm] write
// plain forms, [Yida.Forms] and [Yida.Processes] list their instances, [Yida.FindForm] and
// [Yida.FindProcess] find one by its business key, and [Yida.FormDefinitions] tells
// the components of a form. Most Yida operations have two versions: v2.0 is the default, and
// YidaApp.Version chooses [YidaV1] for applications that still have its permission.
//
// Beside Yida: [Client.Contacts] reads employees and departments, [Client.SendNotice] sends
// work notices, [Client.Approvals] works on OA approvals, [NewRobot] sends messages to a
// group, and [NewCallbackHandler] takes the events of a subscription.
//
// # Credentials
//
// An application has a client id (AppKey) and secret. The client gets a token with
// them, for both gateways, renews it before it ends, and once more when it is refused.
// A Yida application adds its code, its secret (SystemToken) and the user calls are
// made for. [ConfigFromEnv] reads DINGTALK_ variables.
//
// # Quick start
//
//	cfg, err := dingtalk.ConfigFromEnv()
//	client, err := dingtalk.NewClient(cfg)
//	id, err := client.Yida().StartProcess(ctx, dingtalk.StartProcessRequest{Data: dingtalk.FormData{
//		"textField_lq0sj9h9": "不锈钢保温杯",
//		"textField_lq23ags2": "SKU-10001",
//	}})
//
// # Errors
//
// Every failure is a *duijie.APIError, whatever the HTTP status: compare with
// errors.Is(err, duijie.ErrNotFound) and its like. A write whose answer was lost
// matches duijie.ErrOutcomeUnknown: look it up by its business key, after [IndexLag], before
// sending it again. [ErrQuota] is the plan's quota used up, of calls in a month or of
// room: nothing is sent again, and the client sends no more calls for two minutes. A right the
// application lacks is named by a [ScopeError]. [ErrFormBusy], [ErrBlocked], [ErrTooManyRows],
// [ErrWrongFormKind] and [ErrNoComponent] say what their names say.
//
// # Paging
//
// Lists go by page number, at most 100 rows a page and about 5,000 rows deep, and rows
// that change move while they are read. [NewSource] reads windows of modification
// time that have ended, in their order, from the last page to the first, with an overlap, and
// halves those that hold too many rows. Searches read an index that shows a write some
// seconds late. The platform tells of no deletion.
//
// # Data
//
// Form values are a [FormData], or a struct whose JSON names are component ids. [EncodeForm]
// checks each value against its component before it is sent. Answers are [Values]: their methods
// give numbers exactly, ids rather than display names, and files and associations out of the
// texts they are wrapped in. Times of Yida are China time whatever the Z behind them says;
// dates are instants.
//
// # Limits and retries
//
// 20 calls a second for each operation, and 5,000 a month for the whole organisation on the
// standard plan: take the batch operations and long intervals. The client sends 19 a
// second, and slows down by itself when it is throttled. Reads are retried on anything
// that passes, and so are updates that only set values; other writes only when they surely
// had no effect. A redirect is never followed.
//
// # Official pages
//
//   - https://open.dingtalk.com (宜搭, 服务端错误码, 调用频率限制)
//   - https://docs.aliwork.com (Yida's own manual)
package dingtalk
