package wdt

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

// The contract lists the members of each row and what stands in it:
//
//   - response `order` (42 fields): **str** purchase_no, …; **dec** goods_fee, …
var (
	listLine  = regexp.MustCompile("^- (request|response) (?:row of )?`(\\w+)`.*?: (.*)$")
	kindPart  = regexp.MustCompile(`\*\*([^*]+)\*\* ([^;]*)`)
	numbered  = regexp.MustCompile(`^([a-z_]+)(\d)\.\.(\d)$`)
	onlySeen  = " Seen in samples only: "
	wantKinds = map[string]reflect.Type{
		"dec": reflect.TypeFor[duijie.Decimal](), "time": reflect.TypeFor[duijie.Time](), "ms": reflect.TypeFor[duijie.Time](),
	}
)

// contractMembers are the members of one list of a method's section, and their kinds.
func contractMembers(t *testing.T, method, what, list string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testutil.Contracts(t), "wdt.md"))
	require.NoError(t, err)
	for _, section := range strings.Split(string(text), "\n### ") {
		title, body, _ := strings.Cut(section, "\n")
		if !strings.Contains(title, "`"+method+"`") {
			continue
		}
		for line := range strings.SplitSeq(body, "\n") {
			m := listLine.FindStringSubmatch(line)
			if m == nil || m[1] != what || m[2] != list {
				continue
			}
			members, _, _ := strings.Cut(m[3], onlySeen)
			return membersOf(members)
		}
	}
	require.Failf(t, "the contract has no such list", "%s %s %s", method, what, list)
	return nil
}

func membersOf(text string) map[string]string {
	out := map[string]string{}
	for _, part := range kindPart.FindAllStringSubmatch(text, -1) {
		kind, _, _ := strings.Cut(part[1], "~")
		for name := range strings.SplitSeq(strings.TrimRight(part[2], ". "), ", ") {
			name = strings.TrimRight(strings.TrimSpace(name), "*")
			m := numbered.FindStringSubmatch(name)
			if m == nil {
				out[name] = kind
				continue
			}
			for n := m[2][0]; n <= m[3][0]; n++ {
				out[m[1]+string(n)] = kind
			}
		}
	}
	return out
}

// Each member the contract lists is a field of its struct, of the kind it lists.
func TestFieldsAreTheContracts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		method, what, list string
		typ                reflect.Type
	}{
		{tradesMethod, "response", "detail_list", reflect.TypeFor[TradeLine]()},
		{goodsMethod, "response", "spec_list", reflect.TypeFor[Spec]()},
		{goodsMethod, "response", "barcode_list", reflect.TypeFor[SpecBarcode]()},
		{suitesMethod, "response", "detail_list", reflect.TypeFor[SuiteLine]()},
		{rawTradesMethod, "response", "trade_orders", reflect.TypeFor[RawTradeLine]()},
		{rawTradesMethod, "response", "discount_list", reflect.TypeFor[RawTradeDiscount]()},
		{salesStockoutsMethod, "response", "logistics_list", reflect.TypeFor[Parcel]()},
		{salesStockoutsMethod, "response", "details_list", reflect.TypeFor[SalesStockoutLine]()},
		{salesStockoutsMethod, "response", "position_details_list", reflect.TypeFor[Position]()},
		{salesStockoutsMethod, "response", "pick_position_details_list", reflect.TypeFor[Position]()},
		{salesStockoutsMethod, "response", "gov_subsidy_info", reflect.TypeFor[GovSubsidy]()},
		{refundsMethod, "response", "detail_list", reflect.TypeFor[RefundLine]()},
		{refundsMethod, "response", "amount_detail_list", reflect.TypeFor[RefundAmount]()},
		{refundsMethod, "response", "swap_order", reflect.TypeFor[RefundSwap]()},
		{refundsMethod, "response", "swap_order_detail_list", reflect.TypeFor[RefundSwapLine]()},
		{rawRefundsMethod, "response", "detail_list", reflect.TypeFor[RawRefundLine]()},
		{rawRefundsMethod, "response", "discount_list", reflect.TypeFor[RawRefundDiscount]()},
		{refundStockinsMethod, "response", "details_list", reflect.TypeFor[RefundStockinLine]()},
		{refundStockinsMethod, "response", "refund_order_detail_list", reflect.TypeFor[RefundStockinSource]()},
		{refundStockinsMethod, "response", "summary_data", reflect.TypeFor[RefundStockinSummary]()},
		{refundStockinsMethod, "response", "shop_data", reflect.TypeFor[RefundStockinShop]()},
		{refundStockinsMethod, "response", "spec_data", reflect.TypeFor[RefundStockinSpec]()},
		{purchasesMethod, "response", "detail_list", reflect.TypeFor[PurchaseOrderLine]()},
		{purchaseStockinsMethod, "response", "details_list", reflect.TypeFor[PurchaseStockinLine]()},
		{purchaseReturnsMethod, "response", "detail_list", reflect.TypeFor[PurchaseReturnLine]()},
		{purchaseReturnStockoutsMethod, "response", "details_list", reflect.TypeFor[PurchaseReturnStockoutLine]()},
		{otherStockinsMethod, "response", "detail_list", reflect.TypeFor[OtherStockinLine]()},
		{otherStockoutsMethod, "response", "order", reflect.TypeFor[OtherStockout]()},
		{otherStockoutsMethod, "response", "detail_list", reflect.TypeFor[OtherStockoutLine]()},
		{transfersMethod, "response", "details_list", reflect.TypeFor[TransferLine]()},
		{transferStockinsMethod, "response", "detail_list", reflect.TypeFor[TransferStockinLine]()},
		{transferStockoutsMethod, "response", "detail_list", reflect.TypeFor[TransferStockoutLine]()},
		{preStockinsMethod, "response", "detail_list", reflect.TypeFor[PreStockinLine]()},
		{stockSyncCalcMethod, "response", "data", reflect.TypeFor[SyncStock]()},
		{goodsPushMethod, "request", "goodsInfo", reflect.TypeFor[GoodsPush]()},
		{goodsPushMethod, "request", "specInfoList", reflect.TypeFor[SpecPush]()},
		{rawTradePushOldMethod, "request", "rawTradeList", reflect.TypeFor[RawTradePush]()},
		{rawTradePushOldMethod, "request", "rawTradeOrderList", reflect.TypeFor[RawTradePushLine]()},
		{rawTradePushOldMethod, "request", "discountList", reflect.TypeFor[RawTradePushDiscount]()},
		{purchaseCreateMethod, "request", "params", reflect.TypeFor[PurchaseOrderPush]()},
		{purchaseCreateMethod, "request", "purchase_details", reflect.TypeFor[PurchaseOrderPushLine]()},
		{otherStockinCreateMethod, "request", "stockin_order", reflect.TypeFor[OtherStockinPush]()},
		{otherStockinCreateMethod, "request", "goods_list", reflect.TypeFor[OtherStockinPushLine]()},
		{otherStockinCreateMethod, "request", "sn_new_list", reflect.TypeFor[Serial]()},
		{otherStockoutCreateMethod, "request", "stockout_order", reflect.TypeFor[OtherStockoutPush]()},
		{otherStockoutCreateMethod, "request", "goods_list", reflect.TypeFor[OtherStockoutPushLine]()},
		{transferCreateMethod, "request", "orderInfo", reflect.TypeFor[TransferPush]()},
		{transferCreateMethod, "request", "detailList", reflect.TypeFor[TransferPushLine]()},
		{stockSyncSuccessMethod, "request", "info", reflect.TypeFor[syncReport]()},
		{shipmentsUpdateMethod, "request", "syncList", reflect.TypeFor[ShipmentAck]()},
	}
	for _, s := range sampledRows {
		m, _ := LookupMethod(s.method)
		list := m.List
		if list == "[]" {
			list = "data"
		}
		if s.method != selfTradesMethod {
			tests = append(tests, struct {
				method, what, list string
				typ                reflect.Type
			}{s.method, "response", list, s.typ})
		}
	}
	for _, tt := range tests {
		known := shapeOf(tt.typ)
		for name, kind := range contractMembers(t, tt.method, tt.what, tt.list) {
			i, there := known.byName[name]
			require.True(t, there, "%s has no %s", tt.typ, name)
			typ := tt.typ.Field(i).Type
			if want := wantKinds[kind]; want != nil {
				require.Equal(t, want, typ, "%s.%s", tt.typ, name)
			}
			if kind == "str" {
				require.NotEqual(t, reflect.Bool, typ.Kind(), "%s.%s", tt.typ, name)
			}
		}
	}
}

// Each member the contract lists for a filter can be set by the query.
func TestQueriesSetEveryFilter(t *testing.T) {
	t.Parallel()
	queries := []ListQuery{
		ShopQuery{}, TradeQuery{}, GoodsQuery{}, SuiteQuery{}, APIGoodsQuery{}, StockQuery{}, AvailableStockQuery{}, StockChangeQuery{}, RawTradeQuery{},
		SalesStockoutQuery{}, RefundQuery{}, RawRefundQuery{}, RefundStockinQuery{}, PurchaseOrderQuery{}, PurchaseStockinQuery{}, PurchaseReturnQuery{},
		PurchaseReturnStockoutQuery{}, OtherStockinQuery{}, OtherStockoutQuery{}, TransferQuery{}, TransferStockinQuery{}, TransferStockoutQuery{},
		PreStockinQuery{}, LogisticsQuery{}, ProviderQuery{}, EmployeeQuery{}, ShipmentQuery{},
	}
	for _, q := range queries {
		full := reflect.New(reflect.TypeOf(q)).Elem()
		for i := range full.NumField() {
			fill(full.Field(i), i)
		}
		sel := full.Interface().(ListQuery).list()
		m, known := LookupMethod(sel.method)
		require.True(t, known)
		for _, f := range m.Times {
			sel.params[f.From], sel.params[f.To] = true, true
			if f.Member != "" {
				sel.params[f.Member] = true
			}
		}
		want := contractMembers(t, sel.method, "request", "params")
		for name := range want {
			if name == "need_summary" {
				continue // RefundStockinService.Summary
			}
			require.Contains(t, sel.params, name, "%T", q)
		}
		for name := range sel.params {
			require.Contains(t, want, name, "%T sends what is not documented", q)
		}
		_, err := json.Marshal(sel.params)
		require.NoError(t, err)
	}
}

// fill sets a field to something, a text to its number.
func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("t" + strconv.Itoa(n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n + 1))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n+1)
	case reflect.Struct:
		v.Set(reflect.ValueOf(start))
	}
}
