package okki

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

// Every operation the contract names with its method is known.
func TestCatalogueIsTheContracts(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(testutil.Contracts(t), "okki.md"))
	require.NoError(t, err)
	found := 0
	for _, m := range regexp.MustCompile(`\b(GET|POST|PUT|DELETE) (/v1/[A-Za-z/-]+[A-Za-z](?:/\{[a-z_]+\})?)`).FindAllStringSubmatch(string(raw), -1) {
		if strings.HasPrefix(m[2], oauthPrefix) || strings.HasSuffix(m[2], "/v1/oauth") {
			continue
		}
		_, ok := LookupOperation(m[1], m[2])
		require.True(t, ok, m[0])
		found++
	}
	require.Greater(t, found, 50)
	for _, area := range []string{"purchaseInbound", "purchaseReturn"} {
		for op, method := range map[string]string{"list": "GET", "info": "GET", "push": "POST", "remove": "POST", "fields": "GET"} {
			_, ok := LookupOperation(method, "/v1/invoices/"+area+"/"+op)
			require.True(t, ok, area+op)
		}
	}
	for _, module := range []Module{
		ModuleCompany, ModuleProduct, ModuleLead, ModuleOpportunity, ModuleSupplier, ModulePurchaseOrder, ModuleCost, ModulePayment, ModuleOrder,
		ModuleQuotation, ModuleReceipt, ModuleReceiptRegistration, ModuleOutbound, ModuleInbound, ModulePurchaseReturn,
	} {
		_, ok := LookupOperation("GET", "/v1/"+string(module)+"/fields")
		require.True(t, ok, module)
	}
}

// Only a GET reads, and not every GET does.
func TestEffectsOfTheCatalogue(t *testing.T) {
	t.Parallel()
	require.Len(t, Operations(), strings.Count(strings.TrimSpace(operations), "\n")+1)
	for _, o := range Operations() {
		require.NotZero(t, o.Kind, o.Path)
		require.NotEmpty(t, o.Title)
		require.Equal(t, o.Effect == duijie.EffectRead, o.Kind != KindWrite, o.Path)
		require.Equal(t, o.Method == "GET" && o.Path != "/v1/product/remove", o.Effect == duijie.EffectRead, o.Method+o.Path)
	}
	for call, want := range map[string]duijie.Effect{
		"GET /v1/product/remove": duijie.EffectWrite, "GET /v1/unheard/list": duijie.EffectRead, "GET /v1/unheard/remove": duijie.EffectWrite,
		"GET /v1/unheard/removeAll": duijie.EffectWrite, "POST /v1/unheard/list": duijie.EffectWrite, "GET /v1/subscribe/crm.order": duijie.EffectRead,
		"PUT /v1/subscribe/crm.order": duijie.EffectWrite, "DELETE /v1/webhook": duijie.EffectWrite,
	} {
		method, path, _ := strings.Cut(call, " ")
		require.Equal(t, want, operationOf(method, path).Effect, call)
	}
	o, ok := LookupOperation("GET", "/v1/subscribe/crm.order")
	require.True(t, ok)
	require.Equal(t, "/v1/subscribe/crm.order", o.Path)
	_, ok = LookupOperation("GET", "/v1/subscribe/a/b")
	require.False(t, ok)
	require.Equal(t, "invoices/order", operationOf("GET", "/v1/invoices/order/list").Module())
	require.Equal(t, "product", operationOf("GET", "/v1/product/list").Module())
}

// Every kind has its paths, and a push and removal where the service has them.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, k := range allKinds {
		require.NotEmpty(t, k.list().Title, k.Name)
		require.Equal(t, KindList, k.list().Kind, k.Name)
		switch k.Name {
		case "capital account", "warehouse", "follow-up":
		default:
			require.NotEmpty(t, k.info().Title, k.Name)
		}
	}
	for _, k := range []RecordKind{
		productKind, companyKind, leadKind, opportunityKind, orderKind, quotationKind, purchaseOrderKind, supplierKind, outboundKind, inboundKind,
		purchaseReturnKind, receiptKind, receiptRegistrationKind,
	} {
		require.NotEmpty(t, k.push().Title, k.Name)
		require.Equal(t, duijie.EffectWrite, k.push().Effect)
	}
}
