// Package wdttest is a fake 旺店通旗舰版 (Wangdiantong flagship) platform for
// tests: an HTTP server with both gateways, the direct openapi one and the
// Taobao 奇门 (Qimen) scene, that checks requests as strictly as the platform
// does, keeps rows and documents, and fails on demand. The enterprise edition
// 企业版 stands beside them. It needs no account and no network, and it imports
// no client code, so a client tested against it is tested against the protocol
// and not against itself.
//
// # What it checks
//
// Direct gateway, in this order: POST with a query; sid; key and IP grant;
// timestamp (whole seconds since 2012-01-01 00:00:00 +08:00, at most 120 s
// off); v; sign over the raw body bytes, and salt; one JSON array of arguments;
// the method; paging parameters (page_no from 0); page size; time windows; calls
// per minute; calls at once.
//
// Qimen gateway: the TOP parameters, wherever they stand (query and form are
// merged); the method, with or without the scene in front; the timestamp (at
// most 10 minutes off); the TOP sign (md5, hmac or hmac-sha256, upper-case);
// target_app_key; then wdt_appkey, wdt_salt, wdt3_customer_id and wdt_sign; then
// the same as direct, with pager from page 1.
//
// Enterprise edition: sid, appkey, timestamp (at most 5 minutes off), the sign
// over the lengths and texts of all fields, page_no from 0, page_size up to 100.
//
// # What it answers
//
// [Server.Seed] gives rows to any query method of the public catalog, by the
// platform's member names; [Server.SeedTrade], [Server.SeedGoods],
// [Server.SeedStock], [Server.SeedSupplier], [Server.SeedRefund],
// [Server.PutShop] and [Server.PutWarehouse] write the usual ones shorter, and
// [Server.SeedDemo] makes a small seller up. Methods that show the same rows
// share them: own-shop forms, the three stock methods, archives by
// [Server.Archive]. Rows come in the order of modification time, and move when
// [Server.Touch] or a write changes them. A filter finds rows by the documented
// members, comma lists too, and by the time that time_type or status_type means;
// both ends belong to a window.
//
// Members have the JSON type the platform shows on the gateway that asks:
// decimals with four places, numbers on direct and text on Qimen; times as text
// or in milliseconds. Members that were not seeded have the empty value of their
// type. The direct gateway leaves orders, refunds and goods of Taobao's family
// out, and both those of Pinduoduo, without a word; personal data is filled for
// own and offline shops only. total_count comes on direct only with
// calc_total=1, on Qimen always.
//
// # Writes
//
// The fake carries out goods.Goods.push and push2, sales.RawTrade.pushSelf and
// pushSelf2, sales.LogisticsSync.update, the sales.StockSync loop,
// setting.PurchaseProvider.push, purchase.PurchaseOrder.createOrder,
// purchase.PurchaseReturn.createOrder, wms.stockin.Purchase.upload,
// wms.stockin.Other.createOtherOrder, wms.stockout.Other.createOther,
// wms.stockother.In.push and Out.push, wms.stocktransfer.Edit.createOrder,
// wms.stockin.Transfer.createOrder and wms.stockout.Transfer.createOrder. A
// document with a used outer_no or purchase_no is refused; records are updated.
// A document may name only shops, warehouses, suppliers, employees and SKUs the
// fake knows; while it knows none of a kind, any name will do. [Server.Created]
// and [Server.Applied] count effects by key, [Server.FailRow] makes one row fail
// in the method's own form, and [WithStockMoves] lets approved documents move
// stock. Sums of pushed orders must add up by the rule the platform is believed
// to have: total_amount = num * price - discount + adjust_amount for a line,
// receivable = the lines - share_discount + post_amount for an order.
//
// Methods given to [Server.Handle] answer what the function returns, and
// [ErrorList] and its like give the forms of failures under status 0. Documented
// write methods that nobody handles are not granted: status 100 权限不足.
//
// # Faults
//
// [Server.Inject] spoils chosen calls: the platform's own throttle and server
// fault answers, lost and cut answers, HTML, endless bodies, empty pages, rows
// that move between two pages, failures hidden under status 0. A fault counts
// calls by the direct method name on both gateways. [Server.OnCall] runs a
// function before a call is served.
package wdttest
