// Package wdttest is a fake 旺店通旗舰版 (Wangdiantong flagship) platform for
// tests: an HTTP server with both gateways, the direct openapi one and the
// Taobao 奇门 (Qimen) scene, that checks requests as strictly as the platform
// does, answers seeded rows and fails on demand. It needs no account and no
// network, and it imports no client code, so a client tested against it is
// tested against the protocol and not against itself.
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
// # What it answers
//
// Shops (setting.Shop.queryShop) and warehouses (setting.Warehouse.queryWarehouse)
// answer the rows given to [Server.PutShop] and [Server.PutWarehouse], in the
// order of modification time. Every other query method of the public catalog
// answers an empty list under its own list key once its times are right.
// Methods given to [Server.Handle] answer what the function returns. Documented
// write methods that nobody handles are not granted: status 100 权限不足.
//
// The direct gateway sends total_count only when calc_total=1 was asked for;
// Qimen always sends it. Text times are yyyy-MM-dd HH:mm:ss at +08:00.
//
// # Faults
//
// [Server.Inject] spoils chosen calls: the platform's own throttle and server
// fault answers, lost and cut answers, HTML, endless bodies. A fault counts
// calls by the direct method name on both gateways. [Server.OnCall] runs a
// function before a call is served, to move rows between two pages.
package wdttest
