// Package jdytest is a fake 金蝶云星辰 V2 (Kingdee Xingchen, JDY) gateway for
// tests: an HTTP server that checks requests as strictly as api.kingdee.com does,
// keeps records, books stock, and fails on demand. It needs no account and no
// network, and it imports no client code, so a client tested against it is tested
// against the protocol and not against itself.
//
//	srv := jdytest.NewServer(jdytest.WithDemo())
//	defer srv.Close()
//	// base URL srv.URL(), client_id srv.ClientID(), client_secret srv.ClientSecret(),
//	// outerInstanceId srv.OuterInstanceID()
//
// # What it checks
//
// In this order, with HTTP 519 and the gateway's body: path and verb (5001,
// 5002), X-Api-ClientID (4002, 4003), X-Api-Auth-Version (4001), X-Api-TimeStamp
// in milliseconds and at most 5 minutes off (4006), X-Api-SignHeaders (4007),
// X-Api-Signature over the raw query encoded once more (4008). Business calls
// then need an app-token (4009, 4010, or 1000202001 when it has expired), the
// X-GW-Router-Addr of the account set when they send one (5001), and are at most
// 500 in a minute (429).
//
// push_app_authorize tells every account set ([WithAccounts]); kingdee_auth_token
// checks app_signature (1030002006 once [Book.RotateSecret] was called) and
// answers 2 calls a minute, then 429; [Book.MaxTokenCallsPerMinute] tells how many
// a client made.
//
// Bodies are checked against the documented field tables: a number where the
// table says string is refused with the proto: text, a missing required field
// with 1030002000, an unknown reference with 1030002003, a number, bill_no or
// outside id that is taken with 1030002002, an audited bill with 2016002099.
// Unknown fields are ignored unless [WithStrictFields] is set.
//
// # What it answers
//
// Every documented operation answers in its documented shape. A list, its detail
// and its save share records, named by the list's path: [Book.Seed]("bd/material",
// …) shows in GET /jdy/v2/bd/material and material_detail, and in every bill that
// names the material. Saves create without id and update with it; entries
// likewise. common_operate audits, unaudits, closes, deletes and disables;
// bill_push makes the next bill; audited bills move stock ([Book.Stock]); vouchers
// must balance. Operations without records behind them answer defaults, rows that
// were seeded under their path, or what a function given to [Server.Handle]
// returns.
//
// Lists have at most 100 rows a page. A larger page_size is cut silently while
// total_page is computed from it, as on the platform. Bills are read newest
// first, other lists as created; times are kept to the second in China time
// (+08:00). Private fields come encrypted under the client_secret.
//
// # What it counts
//
// [Book.Created], [Book.CreatedWith] and [Book.Effects] tell what calls did, to
// prove that something was written exactly once. [Server.Calls] tells what
// arrived.
//
// # Faults
//
// [Server.Inject] spoils chosen calls: throttled, cut before or after the effect,
// 502 and 504 pages, truncated and endless bodies, lost tokens, a rotated secret,
// rows that move between two pages. [Server.CommitLate] loses an answer whose
// record shows up later, [Book.Refuse] and [Book.RefuseUnnamed] reject poison
// rows, [Book.Lock] lets a user hold a record, and [Server.OnCall] runs a function
// before a call is served.
//
// # What is not known of the platform
//
// The default is the answer a careful client expects least, the other is an
// option: the HTTP status of an expired token ([WithExpiredStatus]), whether a new
// token ends the old ([WithSingleToken]), both envelopes of the authorisation
// ([WithErrcodeForm]), whether X-GW-Router-Addr is needed ([WithStrictRouter]),
// what becomes of entries an update leaves out ([WithMissingEntriesKept]), whether
// private fields are taken encrypted ([WithEncryptedSaves]), whether time filters
// lag or do nothing ([WithWindowLag], [WithoutMasterTimes]), and how far JSON
// types drift from the documentation ([WithMixedTypes]). The codes of refusals the
// documentation has only words for (duplicate bill_no, audited bill, warnings
// without ignore_warn) are the fake's choice.
package jdytest
