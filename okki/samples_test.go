package okki

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// sampleTypes are the types of rows and of whole answers, by the beginning of a
// sample's name.
var sampleRows = map[string]reflect.Type{
	"GET_capitalAccount_list": reflect.TypeFor[CapitalAccount](), "GET_costInvoice_list": reflect.TypeFor[Cost](),
	"GET_dynamic_trail_list": reflect.TypeFor[Trail](), "GET_invoices_outbound_list": reflect.TypeFor[Outbound](),
	"GET_invoices_purchaseInbound_list": reflect.TypeFor[Inbound](), "GET_invoices_purchaseReturn_list": reflect.TypeFor[PurchaseReturn](),
	"GET_invoices_quotation_list": reflect.TypeFor[Quotation](), "GET_invoices_receipt_list": reflect.TypeFor[Receipt](),
	"GET_lead_list": reflect.TypeFor[LeadRow](), "GET_opportunity_list": reflect.TypeFor[Opportunity](),
	"GET_paymentInvoice_list": reflect.TypeFor[Payment](), "GET_product_inventory-list": reflect.TypeFor[InventoryRow](),
	"GET_product_sku-attribute-list": reflect.TypeFor[SKUAttribute](), "GET_purchaseOrder_list": reflect.TypeFor[PurchaseOrder](),
	"GET_user_departmentList": reflect.TypeFor[Department](), "GET_user_list": reflect.TypeFor[User](),
	"GET_warehouse_list": reflect.TypeFor[Warehouse](), "GET_company_fields": reflect.TypeFor[FieldDef](),
	"GET_costInvoice_fields": reflect.TypeFor[FieldDef](), "GET_invoices_outbound_fields": reflect.TypeFor[FieldDef](),
	"GET_invoices_purchaseReturn_fields": reflect.TypeFor[FieldDef](), "GET_invoices_quotation_fields": reflect.TypeFor[FieldDef](),
	"GET_lead_fields": reflect.TypeFor[FieldDef](), "GET_paymentInvoice_fields": reflect.TypeFor[FieldDef](), "GET_purchaseOrder_fields": reflect.TypeFor[FieldDef](),
}

var sampleData = map[string]reflect.Type{
	"GET_company_info": reflect.TypeFor[Company](), "GET_costInvoice_info": reflect.TypeFor[Cost](),
	"GET_invoices_order_info": reflect.TypeFor[Order](), "GET_invoices_quotation_info": reflect.TypeFor[Quotation](),
	"GET_invoices_receiptRegistration_info": reflect.TypeFor[ReceiptRegistration](), "GET_lead_info": reflect.TypeFor[Lead](),
	"GET_opportunity_info": reflect.TypeFor[Opportunity](), "GET_paymentInvoice_info": reflect.TypeFor[Payment](),
	"POST_product_push-groups": reflect.TypeFor[ProductGroup](), "POST_product_push-sku-attribute": reflect.TypeFor[SKUAttribute](),
	"POST_product_append-sku-attributes-value": reflect.TypeFor[SKUAttribute](),
	"GET_company_companyEnums":                 reflect.TypeFor[map[string][]EnumValue](), "GET_invoices_order_orderEnums": reflect.TypeFor[map[string][]EnumValue](),
	"GET_product_productEnums": reflect.TypeFor[ProductEnums](), "GET_invoices_receipt_types": reflect.TypeFor[[]string](),
}

// sorted is JSON with its members in order.
func sorted(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	switch wire.First(raw) {
	case '{':
		var parts []string
		for m, err := range wire.Members(raw) {
			require.NoError(t, err)
			parts = append(parts, string(m.Key)+":"+sorted(t, m.Value))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ",") + "}"
	case '[':
		var parts []string
		for one := range wire.Elements(raw) {
			parts = append(parts, sorted(t, one))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return string(raw)
}

// roundTrip decodes into a type and encodes again: not a byte of a value is lost.
func roundTrip(t *testing.T, typ reflect.Type, raw json.RawMessage, name string) {
	t.Helper()
	v := reflect.New(typ)
	require.NoError(t, decode(raw, v.Interface()), name)
	b, err := wire.Marshal(v.Elem().Interface())
	require.NoError(t, err, name)
	require.Equal(t, sorted(t, raw), sorted(t, b), name)
}

// with is an object with a member nobody knows, on every level.
func with(raw json.RawMessage) json.RawMessage {
	switch wire.First(raw) {
	case '{':
		m := members(raw)
		for k, v := range m {
			m[k] = with(v)
		}
		m["nobody_knows"] = json.RawMessage(`{"a":[1.10,"x"],"9":null}`)
		b, _ := json.Marshal(m)
		return b
	case '[':
		out := []json.RawMessage{}
		for one := range wire.Elements(raw) {
			out = append(out, with(one))
		}
		b, _ := json.Marshal(out)
		return b
	}
	return raw
}

// Every recorded answer goes through its type and back without loss, both as it is
// and with a member nobody knows on every level.
func TestSamplesRoundTrip(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(testutil.Contracts(t), "samples", "okki", "*.json"))
	require.NoError(t, err)
	checked, used := 0, map[string]bool{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		base := strings.TrimRight(strings.TrimRight(name, "0123456789"), "_")
		e, verdict := judge(operationOf("GET", "/x"), &transport.Answer{Status: 200, Header: http.Header{}, Body: b})
		if verdict.Class != duijie.ClassOK {
			continue
		}
		rows, isRows := sampleRows[base]
		data, isData := sampleData[base]
		used[base] = true
		switch {
		case isRows:
			o := &Operation{Path: name, Title: "x"}
			p, err := readListed(o, e.data, 1)
			require.NoError(t, err)
			for _, one := range p.rows {
				roundTrip(t, rows, one, name)
				roundTrip(t, rows, with(one), name)
				checked++
			}
		case isData:
			roundTrip(t, data, e.data, name)
			if data.Kind() == reflect.Struct {
				roundTrip(t, data, with(e.data), name)
			}
			checked++
		}
	}
	require.Greater(t, checked, 60)
	for _, want := range []map[string]reflect.Type{sampleRows, sampleData} {
		for name := range want {
			require.True(t, used[name], name)
		}
	}
}

// What the samples say is in the fields.
func TestSampleValues(t *testing.T) {
	t.Parallel()
	data := func(name string) json.RawMessage {
		e, ok := readEnvelope(testutil.Sample(t, "okki", name))
		require.True(t, ok)
		return e.data
	}
	var o Order
	require.NoError(t, json.Unmarshal(data("GET_invoices_order_info.json"), &o))
	require.EqualValues(t, 5203556502, o.OrderID)
	require.Equal(t, "qiao250306000259", o.OrderNo)
	require.Equal(t, "725", o.ExchangeRate.String())
	require.EqualValues(t, 3495743811, o.Lines[0].ProductID)
	require.EqualValues(t, 3495743812, o.Lines[0].SKUID)
	require.EqualValues(t, 5203556547, o.Lines[0].UniqueID)
	require.EqualValues(t, 11858712, o.Users[0].UserID)
	require.Equal(t, "2024-01-29 00:00:00", o.AccountDate.String())
	require.Equal(t, "腾讯", CustomField(o.Raw, "1101060384").Text())
	require.Contains(t, CustomFields(o.Raw), "1101060384")

	var stock []InventoryRow
	for one := range wire.Elements(members(data("GET_product_inventory-list.json"))["list"]) {
		var r InventoryRow
		require.NoError(t, decode(one, &r))
		stock = append(stock, r)
	}
	require.Equal(t, "711.0000000000", stock[0].Available.String())

	var company Company
	require.NoError(t, json.Unmarshal(data("GET_company_info.json"), &company))
	require.EqualValues(t, 56657420945678, company.CompanyID)
	require.True(t, company.MoveDate.IsZero())
	require.EqualValues(t, 56657420942501, company.Customers[0].CustomerID)
	require.Equal(t, "linkedin", company.Customers[0].Contact[0].Type)
	require.Empty(t, CustomField(company.Customers[0].Raw, "16664800173").Text())

	// A field that is changed is written, and nothing else.
	o.Remark = "changed"
	b, err := json.Marshal(o)
	require.NoError(t, err)
	require.Equal(t, "changed", memberText(b, "remark"))
	require.Equal(t, sorted(t, member(o.Raw, "product_list")), sorted(t, member(b, "product_list")))
	o.Lines[0].Count = duijie.MustDecimal("11.50")
	b, err = json.Marshal(o)
	require.NoError(t, err)
	require.JSONEq(t, `11.50`, string(member(firstElement(member(b, "product_list")), "count")))
	require.Equal(t, `"3495743811"`, string(member(firstElement(member(b, "product_list")), "product_id")))
}

// firstElement is the first element of a list.
func firstElement(list json.RawMessage) json.RawMessage {
	for one := range wire.Elements(list) {
		return one
	}
	return nil
}
