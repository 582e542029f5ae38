package okki

// Paths with rules of their own.
const (
	leadListPath      = "/v1/lead/list"
	supplierListPath  = "/v1/supplier/list"
	quotationInfoPath = "/v1/invoices/quotation/info"
	subscribePath     = "/v1/subscribe"
	webhookPath       = "/v1/webhook"
)

// contactLines are the contacts of a customer or lead.
var contactLines = []LineKind{{Member: "customers", ID: "customer_id", Match: [][]string{{"email"}, {"name"}}, Loose: true}}

// The kinds of records the package types.
var (
	productKind = RecordKind{
		Name: "product", Path: "/v1/product", ID: "product_id", Number: "product_no",
		Lines: []LineKind{{Member: "sku_items", ID: "sku_id", Match: [][]string{{"sku_code"}}, Loose: true}},
	}
	companyKind = RecordKind{
		Name: "company", Path: "/v1/company", ID: "company_id", Number: "serial_id", Lines: contactLines,
		PushPath: "/v1/company/pushCompanyAndCustomers", RemovePath: "/v1/company/removeCompanyAndCustomers",
	}
	leadKind        = RecordKind{Name: "lead", Path: "/v1/lead", ID: "lead_id", Number: "serial_id", Lines: contactLines, claims: "customers"}
	opportunityKind = RecordKind{Name: "opportunity", Path: "/v1/opportunity", ID: "opportunity_id", Number: "serial_id"}
	orderKind       = RecordKind{
		Name: "order", Path: "/v1/invoices/order", ID: "order_id", Number: "order_no",
		Lines: []LineKind{{
			Member: "product_list", ID: "unique_id", Match: [][]string{{"product_id", "sku_id"}}, Remove: true,
			Keep: []string{"cost_amount", "other_cost"}, Whole: []string{"product_id", "sku_id", "count", "unit_price"}, // lines without library ids are dropped
		}},
	}
	quotationKind     = RecordKind{Name: "quotation", Path: "/v1/invoices/quotation", ID: "quotation_id", Number: "quotation_no"}
	purchaseOrderKind = RecordKind{
		Name: "purchase order", Path: "/v1/purchaseOrder", ID: "purchase_order_id", Number: "purchase_order_no",
		Lines: []LineKind{{Member: "product_list", ID: "purchase_order_product_id", Match: [][]string{{"product_id", "sku_id"}}}},
	}
	supplierKind = RecordKind{
		Name: "supplier", Path: "/v1/supplier", ID: "supplier_id",
		Lines: []LineKind{{Member: "contact_list", ID: "supplier_contact_id", Match: [][]string{{"email"}, {"contact_name"}}, Loose: true}},
	}
	outboundKind = RecordKind{
		Name: "sales outbound", Path: "/v1/invoices/outbound", ID: "outbound_invoice_id", Number: "serial_id",
		Lines: []LineKind{{
			Member: "record_list", ID: "outbound_record_id", Match: [][]string{{"order_record_id"}, {"product_id", "sku_id"}}, Remove: true,
			Whole: []string{"sku_id", "product_id", "outbound_count", "sale_price", "product_unit"},
		}},
	}
	inboundKind             = RecordKind{Name: "purchase inbound", Path: "/v1/invoices/purchaseInbound", ID: "inbound_invoice_id", PushID: "inbound_id", Number: "serial_id"}
	purchaseReturnKind      = RecordKind{Name: "purchase return", Path: "/v1/invoices/purchaseReturn", ID: "warehouse_return_invoice_id", Number: "serial_id"}
	receiptKind             = RecordKind{Name: "receipt", Path: "/v1/invoices/receipt", ID: "cash_collection_id", Number: "cash_collection_no"}
	receiptRegistrationKind = RecordKind{Name: "receipt registration", Path: "/v1/invoices/receiptRegistration", ID: "cash_collection_invoice_id", Number: "cash_collection_invoice_no"}
	paymentKind             = RecordKind{Name: "payment", Path: "/v1/paymentInvoice", ID: "payment_invoice_id", Number: "payment_invoice_no"}
	costKind                = RecordKind{Name: "cost", Path: "/v1/costInvoice", ID: "cost_invoice_id", Number: "cost_invoice_no"}
	capitalAccountKind      = RecordKind{Name: "capital account", Path: "/v1/capitalAccount", ID: "capital_account_id"}
	warehouseKind           = RecordKind{Name: "warehouse", Path: "/v1/warehouse", ID: "warehouse_id"}
	trailKind               = RecordKind{Name: "follow-up", Path: "/v1/dynamic/trail", ID: "trail_id"}
)

// allKinds are all of them.
var allKinds = []RecordKind{
	productKind, companyKind, leadKind, opportunityKind, orderKind, quotationKind, purchaseOrderKind, supplierKind, outboundKind, inboundKind,
	purchaseReturnKind, receiptKind, receiptRegistrationKind, paymentKind, costKind, capitalAccountKind, warehouseKind, trailKind,
}
