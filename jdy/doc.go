// Package jdy is a client for 金蝶云星辰 V2 (Kingdee Cloud Stellar, open.jdy.com),
// and makes its lists sources and its records sinks of the sync package. It has
// nothing to do with 简道云 (Jiandaoyun), which also calls itself jdy.
//
// # Overview
//
// Everything is a path below /jdy/v2/. [Client.Call] calls any of the 375
// documented operations ([Operations]), and those that are not documented;
// [QueryPage], [QueryPages] and [QueryAs] read any list into a type of yours.
//
// Master data and bills all work alike: a list, a detail by id or number, one POST
// that creates without an id and updates with one, and 通用操作 to audit, un-audit
// and delete. [Records] is that for one kind of record, with the types of its
// rows, details and saves:
//
//	materials := jdy.NewRecords[Row, Detail, Model](client, jdy.RecordKind{
//		Name: "material", Path: "/jdy/v2/bd/material", Entity: "bd_material",
//	})
//
// # Credentials
//
// An application has a client id and secret (open.jdy.com, 控制台). A customer
// authorises it for an account set (账套); the authorisation has a key, and a secret
// that changes about once a day. With the instance id of the authorisation (第三方实例
// ID) the client fetches them, gets a token with them, and renews it when it ends or
// is refused. [Client.Token] tells about the token; [Client.Accounts] lists the
// account sets. Where several authorised the application, one must be chosen
// ([Config.AccountID]): the client never takes the first, nor one that is authorised
// later in the place of the one its token store knows. [ConfigFromEnv] reads JDY_ variables.
//
// The platform takes two token calls a minute. They are counted per application:
// over all clients of a process, and over processes where they share a token store
// that counts (duijie.QuotaStore). A call that would have to wait longer than a minute
// for a token is duijie.ErrRateLimited.
//
// # Quick start
//
//	cfg, err := jdy.ConfigFromEnv()
//	client, err := jdy.NewClient(cfg)
//	for row, err := range jdy.QueryAs[Material](ctx, client, "/jdy/v2/bd/material", jdy.Query{Enable: "-1"}) { ... }
//
// # Errors
//
// Every failure is a *duijie.APIError, whatever the HTTP status: compare with
// errors.Is(err, duijie.ErrNotFound) and its like. duijie.ErrNotFound is a record
// that does not exist; a path the platform or the customer's edition does not have is
// duijie.ErrInvalid. A write whose answer was lost matches duijie.ErrOutcomeUnknown:
// look the record up by its number before sending it again. Rows that failed in a
// bulk call the platform reports as a success are a [PartialError].
//
// # Paging
//
// Lists go by page number, without a cursor or a documented order. A page has 100
// rows at most: larger ones, which the platform would cut without a word, are
// refused. [QueryPages] reads a list again until its rows agree with its count.
// Sources read closed windows of modification times from their last page to the
// first where the list has that filter, else the whole list until two passes agree.
// The platform tells of no deletion.
//
// # Data
//
// The platform mixes JSON types: rows and details are decoded loosely, numbers and
// ids exactly. Times without a zone are China time. What is sent must have the type the
// documentation says: see [Number] and [NumberText]. Private fields (phones,
// addresses, accounts) come encrypted; the types of this package are decrypted, and text
// fields of your own that are tagged jdy:"private".
//
// # Limits and retries
//
// 500 calls a minute for an account set: a client sends at most 8 a second, and
// slows down by itself when it is throttled. Reads are retried on
// anything that passes, and so are updates that only set values; other writes only
// when they surely had no effect. Each call is signed anew. A redirect is never
// followed, and the data centre's address is a header, never called.
//
// # Official pages
//
//   - https://open.jdy.com (接口文档, 错误码, 接口限制)
package jdy
