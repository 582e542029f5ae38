// Package okkitest is a fake 小满 OKKI (xiaoman.cn) open API to test programs against,
// over real HTTP and with the standard library alone.
//
//	fake := okkitest.NewServer(okkitest.WithDemo())
//	defer fake.Close()
//	// base URL fake.URL(), credentials fake.ClientID(), fake.ClientSecret()
//
// It checks what the platform checks (client, grant, scopes, token) and answers in its
// shapes: business errors with HTTP 200 and the catch-all code 404, totals under the
// key of each list, numbers and texts mixed.
//
// # State
//
// [Server.Add] makes a record of a [Lists] name such as "product" or "invoices/order",
// [Server.Set] changes one, [Server.Delete] deletes one. [Server.Effects] lists what
// calls did; [Server.Created] counts how often a record of one number was made.
//
// # Quirks it plays
//
// Lists come newest update first, so a record that changes moves to page 1. Order lines
// without ids of the product library vanish, lines without unique_id are merged on an
// edit, cost_amount not sent becomes 0, an outbound push with a known serial_id edits
// that document, an order push with a known order_no does the same, and product/push
// makes a second product of a product_no that is taken.
//
// # Webhooks
//
// [Server.Deliver] sends signed and encrypted events to the callback that a program
// registered, [NewDelivery] makes such a request for any handler.
package okkitest
