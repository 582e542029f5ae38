// Package dingtalktest is a fake of the DingTalk (钉钉) gateways with Yida (宜搭)
// behind them, for tests: an HTTP server that checks requests as strictly as the
// platform does, keeps forms, processes, people and messages, and fails on demand.
// It needs no account and no network, and it imports no client code, so a client
// tested against it is tested against the protocol and not against itself.
//
//	srv := dingtalktest.NewServer(dingtalktest.WithDemo())
//	defer srv.Close()
//	// base URLs srv.URL() and srv.OapiURL(), key srv.AppKey(), secret srv.AppSecret(),
//	// appType srv.AppType(), systemToken srv.SystemToken(), userId srv.UserID()
//
// # The two gateways
//
// The new gateway (api.dingtalk.com) is served at the root, the old one
// (oapi.dingtalk.com) under /oapi: a call sent to the wrong one finds no path there.
// The new one wants its token in x-acs-dingtalk-access-token and answers errors with
// 400, 401, 403, 404, 429 and 500 as {"code","message","requestid"}; the old one wants
// access_token in the query and always answers 200, its own refusals inside errcode
// 88 with a sub_code. Both then check the permission ([WithScopes],
// [WithoutLegacy]), 20 calls of one path in a second ([WithQPS]) and the month's
// quota ([WithMonthlyQuota]).
//
// Tokens come from oauth2/accessToken, which gives the same token and renews it
// while it lives, from oauth2/{corpId}/token, from oauth2/corpAccessToken, which gives
// a new one each time, and on the old gateway from gettoken and from the signed
// service/get_corp_token.
//
// # Yida
//
// All operations of both versions are there: save, update, get, delete,
// insertOrUpdate, the batches, sub-tables, ids, advanced query, search, change log,
// processes with their tasks, and the definitions of forms. [Server.AddForm] makes a
// form, [Server.Seed] fills it, [DemoForm] and [DemoPlainForm] are there with
// [WithDemo]. Calls are refused for a wrong application, systemToken, user or form, for
// a form of the wrong kind, for values of the wrong type (section by section as the
// manual writes them: a number as text, one person without an array, form data as an
// object instead of a string), for batches that are too large, for pages above 100
// rows and beyond the first 5,000 ([WithDeepPagingCap]).
//
// Rows are written in one form and read in another: people and options come back by
// name with their ids in a companion _id, numbers with a twin _value, files as JSON in
// a string, associated forms as JSON in a string in a string. Numbers are doubles:
// digits past 2^53 are lost. Times are Beijing time to the minute with a false Z.
// Members that must stand in the query (paging of ids and processes) are not read
// elsewhere.
//
// Searches read an index. With [WithIndexLag] a row shows there only some time after
// it was written, while it is found by id at once.
//
// # Beside Yida
//
// Contacts ([Server.AddUser], [Server.AddDepartment]), the robot's webhook with its
// signature and 20 messages a minute ([Server.RobotMessages]), work notices
// ([Server.WorkNotices]), OA approvals ([Server.AddProcess]), events pushed to a
// handler of yours, signed and encrypted ([Server.Callback]), and the stream mode over
// a WebSocket ([Server.Push]).
//
// # What it counts
//
// [Server.Created] and [Server.Effects] tell what calls did, to prove that something
// was written exactly once. [Server.Calls] tells what arrived, [Server.Secrets] what
// must not show in any log.
//
// # Faults
//
// [Server.Inject] spoils chosen calls: throttled in three ways, quota used up, tokens
// lost, cut before or after the effect, 5xx before or after it, truncated, empty and
// endless bodies, the ban of an address, rows that change places between two pages, or
// any refusal with any code. [Server.CommitLate] loses an answer whose row shows up
// later, [Server.Refuse] rejects poison rows, and [Server.OnCall] runs a function
// before a call is served.
//
// # What is not known of the platform
//
// The default is the stricter answer, or the one a careful client expects least; the
// other is an option: unknown component ids ([WithUnknownComponentsIgnored]), the size
// of batchSave ([WithLargeBatches]), what a refused row leaves of its batch
// ([WithAtomicBatches]), the code of a wrong systemToken ([WithAccessKeyNotMatch]),
// whether Yida's codes come with 400 or 500 ([WithYidaStatus]), whether
// insertOrUpdate sees rows the index lacks ([WithExactUpsert]), whether long
// sub-tables come whole ([WithTablesCut]), how long an asynchronous batch keeps its form
// busy ([WithBatchTime]), and whether one token fits both gateways
// ([WithSeparateTokens]). Errors come in the other spellings of the manual with
// [WithTextErrcodes], [WithSubCodeInText] and [WithCapitalErrors], times with
// [WithPlainTimes]. Void operations answer an empty body and
// {} in turn. Ends of between are inclusive unless [WithExclusiveBetween] is set. Null
// is refused, as a value and as a member. Which code a refusal carries is the fake's
// choice where the manual lists only the codes: 404 InvalidAction.NotFound for an
// unknown path, invalidState.form.invalidFormData for most wrong values.
package dingtalktest
