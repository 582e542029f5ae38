package okkitest

import (
	"slices"
	"strings"
	"sync"
)

// list is one kind of record and how its calls behave.
type list struct {
	name   string   // path below /v1/
	scopes []string // one of them is needed
	id     string   // id member
	number string   // number member, "" when records have none
	editBy string   // id member of a push, when it has another name
	total  string   // where the total stands: "count", "totalItem" or "both"
	count  int      // standard page size
	times  []string // window member for time_type 1, 2, …; one: there is no time_type
	gone   string   // query name for deleted rows, "" when there is none
	hidden []string // members of the details alone
	info   bool
	push   string   // path of the push below name, "" when there is none
	needs  []string // members a new record needs
	byNum  bool     // a push with a known number edits that record
	remove string   // how parameters of remove come: "query", "form", "any"; "" = no remove
	says   []string // further members of the push's answer
}

// stockScopes may cover the lists whose scope is not printed.
var stockScopes = []string{"warehouse", "invoices", "purchaseOrder"}

var updateOrCreation = []string{"update_time", "create_time"}

// lists are the kinds of records of the contract.
var lists = []*list{
	{
		name: "company", scopes: []string{"company"}, id: "company_id", number: "serial_id", total: "both", count: 20,
		times: []string{"update_time", "create_time", "archive_time"}, gone: "removed", info: true, push: "pushCompanyAndCustomers",
		needs: []string{"name", "customers"}, hidden: []string{"customers", "owner", "tag", "cus_tag", "image_list", "address", "remark", "trail_status"},
		says: []string{"customers"},
	},
	{
		name: "lead", scopes: []string{"lead"}, id: "lead_id", number: "serial_id", total: "totalItem", count: 10,
		times: []string{"order_time"}, info: true, push: "push", needs: []string{"name"}, hidden: []string{"customers"},
	},
	{
		name: "opportunity", scopes: []string{"opportunity"}, id: "opportunity_id", number: "serial_id", total: "totalItem", count: 10,
		times: []string{"update_time"}, info: true, push: "push", needs: []string{"name", "company_id", "handler", "busines_type_id"}, remove: "any", //nolint:misspell // the platform's spelling
	},
	{
		name: "dynamic/trail", scopes: []string{"company", "lead", "opportunity"}, id: "trail_id", total: "totalItem", count: 20,
		times: []string{"update_time"}, push: "push", needs: []string{"content", "remark_type"},
	},
	{
		name: "product", scopes: []string{"product"}, id: "product_id", number: "product_no", total: "count", count: 20,
		times: updateOrCreation, info: true, push: "push", needs: []string{"product_type"}, remove: "get",
		hidden: []string{"sku_items", "sku_attributes", "sub_product_sku_items", "images", "external_field_data", "gradient_price", "intro", "cn_name", "price_min", "price_max", "price_currency", "price_unit"},
		says:   []string{"product_no"},
	},
	{
		name: "invoices/order", scopes: []string{"invoices"}, id: "order_id", number: "order_no", total: "count", count: 10,
		times: []string{"update_time", "create_time", "account_date", "delete_time"}, gone: "removed", info: true, push: "push",
		needs: []string{"currency"}, byNum: true, remove: "query", hidden: []string{"product_list", "cost_list", "status_name"},
		says: []string{"product_list"},
	},
	{
		name: "invoices/quotation", scopes: []string{"invoices"}, id: "quotation_id", number: "quotation_no", total: "totalItem", count: 10,
		times: []string{"update_time"}, gone: "removed", info: true, push: "push",
		needs:  []string{"name", "company_id", "currency", "quotation_date", "user_id", "product_list"},
		remove: "any", hidden: []string{"product_list"},
	},
	{
		name: "purchaseOrder", scopes: []string{"purchaseOrder"}, id: "purchase_order_id", number: "purchase_order_no", total: "count", count: 20,
		times: updateOrCreation, gone: "removed", info: true, push: "push", needs: []string{"supplier_id", "currency", "amount"},
		hidden: []string{"product_list", "cost_list"},
	},
	{
		name: "supplier", scopes: stockScopes, id: "supplier_id", number: "supplier_no", total: "count", count: 20,
		times: []string{"update_time"}, gone: "is_delete", info: true, push: "push", needs: []string{"name"}, remove: "query",
	},
	{
		name: "invoices/outbound", scopes: stockScopes, id: "outbound_invoice_id", number: "serial_id", total: "count", count: 20,
		times: updateOrCreation, gone: "removed", info: true, push: "push", needs: []string{"handler", "record_list"}, byNum: true,
		remove: "query", hidden: []string{"record_list"}, says: []string{"serial_id", "record_list"},
	},
	{
		name: "invoices/purchaseInbound", scopes: stockScopes, id: "inbound_invoice_id", number: "serial_id", editBy: "inbound_id",
		total: "count", count: 20, times: updateOrCreation, gone: "removed", info: true, push: "push",
		needs:  []string{"supplier_id", "currency", "handler", "invoice_warehouse_id", "status", "record_list"},
		remove: "query", hidden: []string{"record_list"}, says: []string{"serial_id"},
	},
	{
		name: "invoices/purchaseReturn", scopes: stockScopes, id: "warehouse_return_invoice_id", number: "serial_id", total: "count", count: 20,
		times: updateOrCreation, gone: "removed", info: true, push: "push", needs: []string{"supplier_id", "record_list"},
		remove: "any", hidden: []string{"record_list"}, says: []string{"serial_id"},
	},
	{
		name: "invoices/receipt", scopes: []string{"invoices"}, id: "cash_collection_id", number: "cash_collection_no", total: "totalItem", count: 20,
		times: []string{"update_time"}, gone: "removed", info: true, push: "push", needs: []string{"amount", "currency", "order_id"},
		says: []string{"cash_collection_no"},
	},
	{
		name: "invoices/receiptRegistration", scopes: []string{"invoices"}, id: "cash_collection_invoice_id", number: "cash_collection_invoice_no",
		total: "count", count: 20, times: updateOrCreation, gone: "removed", info: true, push: "push", needs: []string{"amount", "currency"},
	},
	{
		name: "paymentInvoice", scopes: []string{"paymentInvoice"}, id: "payment_invoice_id", number: "payment_invoice_no", total: "count", count: 20,
		times: updateOrCreation, gone: "removed", info: true,
	},
	{
		name: "costInvoice", scopes: []string{"costInvoice"}, id: "cost_invoice_id", number: "cost_invoice_no", total: "count", count: 20,
		times: updateOrCreation, gone: "removed", info: true,
	},
	{
		name: "capitalAccount", scopes: []string{"capitalAccount"}, id: "capital_account_id", total: "count", count: 10, times: []string{"update_time"},
	},
	{
		name: "warehouse", scopes: []string{"warehouse", "product"}, id: "warehouse_id", number: "warehouse_no", total: "count", count: 20,
		times: []string{"update_time"},
	},
}

// Lists are the names [Server.Add] and others take.
func Lists() []string {
	var out []string
	for _, l := range lists {
		out = append(out, l.name)
	}
	return out
}

func listNamed(name string) *list {
	i := slices.IndexFunc(lists, func(l *list) bool { return l.name == name })
	if i < 0 {
		panic("okkitest: no list " + name)
	}
	return lists[i]
}

// route is one operation.
type route struct {
	scopes      []string
	reads       bool // it has a JSON body
	webhookTest bool
	serve       func(*call) (any, *refusal)
}

// routes are all operations by verb and path. They are made once, on first use, because
// they come back to the table through their calls.
var routes = sync.OnceValue(func() map[string]route {
	out := map[string]route{}
	for _, l := range lists {
		out["GET "+l.name+"/list"] = route{scopes: l.scopes, serve: func(c *call) (any, *refusal) { return c.list(l) }}
		if l.info {
			out["GET "+l.name+"/info"] = route{scopes: l.scopes, serve: func(c *call) (any, *refusal) { return c.info(l) }}
		}
		if l.push != "" {
			out["POST "+l.name+"/"+l.push] = route{scopes: l.scopes, reads: true, serve: func(c *call) (any, *refusal) { return c.push(l) }}
		}
		remove := route{scopes: l.scopes, serve: func(c *call) (any, *refusal) { return c.remove(l) }}
		switch l.remove {
		case "get":
			out["GET "+l.name+"/remove"] = remove
		case "query", "any":
			out["POST "+l.name+"/remove"] = remove
		}
	}
	addMetaRoutes(out)
	addWebhookRoutes(out)
	return out
})

// Operations lists what the fake serves, as verb and path after /v1/.
func Operations() []string {
	out := []string{"POST oauth2/access_token", "POST oauth2/refresh_token"}
	for op := range routes() {
		out = append(out, op)
	}
	for _, verb := range []string{"GET", "PUT", "DELETE"} {
		out = append(out, verb+" subscribe/{subscribe_type}")
	}
	slices.Sort(out)
	return out
}

func subscriptionRoute(op string) (route, bool) {
	verb, path, _ := strings.Cut(op, " ")
	kind, ok := strings.CutPrefix(path, "subscribe/")
	if !ok || kind == "" || strings.Contains(kind, "/") {
		return route{}, false
	}
	serve, ok := subscriptionCalls[verb]
	return route{scopes: []string{"webhook"}, reads: verb == "PUT", serve: func(c *call) (any, *refusal) { return serve(c, kind) }}, ok
}
