// Package duijie (对接, "joining up") holds the words the clients of all
// platforms share: errors, options, pages, records, exact decimals, times,
// secrets and tokens. The clients live in their own packages:
//
//   - [github.com/duijie-go/duijie/kingdee]: 金蝶云星空 Kingdee Cloud Galaxy
//   - [github.com/duijie-go/duijie/wdt]: 旺店通旗舰版 Wangdiantong flagship, direct and Qimen gateway, and its enterprise edition
//   - [github.com/duijie-go/duijie/jdy]: 金蝶云星辰 V2 Kingdee Xingchen
//   - [github.com/duijie-go/duijie/okki]: 小满 OKKI CRM
//   - [github.com/duijie-go/duijie/dingtalk]: 钉钉 DingTalk and 宜搭 Yida
//   - [github.com/duijie-go/duijie/fxiaoke]: 纷享销客 ShareCRM
//   - [github.com/duijie-go/duijie/banniu]: 班牛
//   - [github.com/duijie-go/duijie/mapping]: fields of one system into fields of another, as a compiled spec says
//   - [github.com/duijie-go/duijie/sync]: pipelines that copy records from one
//     system into another, each exactly once
//
// # Calls
//
// Every client keeps the same promises. The verdict on an answer comes from its
// body, whatever the HTTP status, and a code nobody knows is an error. The
// [Effect] of an operation decides whether it may be repeated. A write whose
// answer was lost is neither success nor failure: it matches
// [ErrOutcomeUnknown] and is never sent again blindly.
//
// # Errors
//
// A failed call is an [*APIError]. Ask for its kind with errors.Is and the
// sentinels ([ErrRateLimited], [ErrUnauthenticated], [ErrPermission],
// [ErrInvalid], [ErrNotFound], [ErrConflict], [ErrUnavailable], [ErrRefused]),
// for its details with errors.AsType. Its text says what to do; it never
// holds a secret.
//
// # Paging
//
// Lists come in three forms with the same arguments: List fetches one [Page],
// Pages and All are iterators. [Pages] tells what they promise.
//
// # Limits and retries
//
// Each client paces itself by the platform's documented limit, slows down when
// it is throttled all the same, and speeds up again by itself. [RetryPolicy]
// and [WithRateLimiter] change the figures, not the rules.
//
// # Exact data
//
// Money, quantities and long ids never pass through float64: see [Decimal],
// [Record] and [Time].
package duijie
