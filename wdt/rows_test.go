package wdt

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/wire"
)

// sampled is a recorded answer and the row type it is read into.
type sampled struct {
	method string
	typ    reflect.Type
	read   func(t *testing.T, raw json.RawMessage) (key string, version int64, out []byte)
}

// as reads a row into T and writes it again.
func as[T Row](method string) sampled {
	return sampled{method, reflect.TypeFor[T](), func(t *testing.T, raw json.RawMessage) (string, int64, []byte) {
		t.Helper()
		var row T
		require.NoError(t, json.Unmarshal(raw, &row))
		out, err := json.Marshal(row)
		require.NoError(t, err)
		var again T
		require.NoError(t, json.Unmarshal(out, &again))
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.JSONEq(t, string(out), string(twice), "what was written reads as the same")
		return row.Key(), row.version(), out
	}}
}

var sampledRows = []sampled{
	as[Trade](tradesMethod),
	as[Trade](selfTradesMethod),
	as[Shop](shopMethod),
	as[Warehouse](warehouseMethod),
	as[Goods](goodsMethod),
	as[Suite](suitesMethod),
	as[APIGoods](apiGoodsMethod),
	as[Stock](stockMethod),
	as[Stock](stockOldMethod),
	as[AvailableStock](availableMethod),
	as[StockChange](stockChangesMethod),
	as[RawTrade](rawTradesMethod),
	as[SalesStockout](salesStockoutsMethod),
	as[Refund](refundsMethod),
	as[RawRefund](rawRefundsMethod),
	as[RefundStockin](refundStockinsMethod),
	as[PurchaseOrder](purchasesMethod),
	as[PurchaseStockin](purchaseStockinsMethod),
	as[PurchaseReturn](purchaseReturnsMethod),
	as[PurchaseReturnStockout](purchaseReturnStockoutsMethod),
	as[OtherStockin](otherStockinsMethod),
	as[Transfer](transfersMethod),
	as[TransferStockin](transferStockinsMethod),
	as[TransferStockout](transferStockoutsMethod),
	as[PreStockin](preStockinsMethod),
	as[Logistics](logisticsMethod),
	as[Provider](providersMethod),
	as[Employee](employeesMethod),
	as[Shipment](shipmentsMethod),
}

// timeless are rows the platform gives no time.
var timeless = map[string]bool{availableMethod: true, employeesMethod: true, shipmentsMethod: true}

// No member of any recorded row is lost or changed when it is read into its
// struct and written again, in the row itself and in what stands inside it.
func TestSampledRowsLoseNothing(t *testing.T) {
	t.Parallel()
	for _, s := range sampledRows {
		t.Run(s.method, func(t *testing.T) {
			t.Parallel()
			rows := sampleRows(t, s.method)
			require.NotEmpty(t, rows)
			for _, raw := range rows {
				key, version, out := s.read(t, raw)
				require.NotEmpty(t, key)
				require.Equal(t, timeless[s.method], version == 0, "a row is as new as its last change: %d", version)
				sameMembers(t, s.method, treeOf(t, raw), treeOf(t, out))
				known := shapeOf(s.typ)
				for m := range wire.Walk(raw) {
					if s.method == warehouseMethod && strings.HasPrefix(string(m.Key), "prop") {
						continue // in Raw
					}
					require.Contains(t, known.byName, string(m.Key), "a member without a field")
				}
			}
		})
	}
}

// sampleRows are the rows of a method's recorded answer.
func sampleRows(t *testing.T, method string) []json.RawMessage {
	t.Helper()
	r, ok := readDirect(testutil.Sample(t, "wdt", method+".json"))
	require.True(t, ok)
	a := r.answer(true)
	m, known := LookupMethod(method)
	require.True(t, known)
	rows, err := a.rows(m.List)
	require.NoError(t, err)
	return rows
}

func treeOf(t *testing.T, raw []byte) any {
	t.Helper()
	var tree any
	require.NoError(t, wire.Unmarshal(raw, &tree))
	return tree
}

// sameMembers holds got to all that want has. JSON types may differ where the
// platform mixes them: 1, "1" and true are one value, and so are none, "" and [].
func sameMembers(t *testing.T, at string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		if len(want) == 0 && got == nil {
			return
		}
		m, ok := got.(map[string]any)
		require.True(t, ok, "%s: %v", at, got)
		for name, v := range want {
			require.Contains(t, m, name, at)
			sameMembers(t, at+"."+name, v, m[name])
		}
	case []any:
		if len(want) == 0 && got == nil {
			return
		}
		l, ok := got.([]any)
		require.True(t, ok, "%s: %v", at, got)
		require.Len(t, l, len(want), at)
		for i := range want {
			sameMembers(t, fmt.Sprintf("%s[%d]", at, i), want[i], l[i])
		}
	default:
		require.Equal(t, scalarText(want), scalarText(got), "%s: %v became %v", at, want, got)
	}
}

func scalarText(v any) string {
	text := fmt.Sprint(v)
	switch text {
	case "<nil>", "false", "0":
		return ""
	case "true":
		return "1"
	}
	if d, err := duijie.ParseDecimal(text); err == nil && !strings.HasPrefix(text, "0") {
		return d.Canonical()
	}
	if d, err := duijie.ParseDecimal(text); err == nil && d.IsZero() || d.Sign() == 0 && err == nil {
		return ""
	}
	return text
}

func TestEnumNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "已审核", TradeApproved.String())
	require.Equal(t, "77", TradeStatus(77).String())
	require.Equal(t, "淘宝天猫", PlatformTaobao.String())
	require.Equal(t, "已验货、已打印清单", (ConsignChecked | ConsignListPrinted).String())
	require.Equal(t, "已称重、256", (ConsignWeighed | 256).String())
	require.Equal(t, "0", ConsignStatus(0).String())
	out, err := json.Marshal(TradeApproved)
	require.NoError(t, err)
	require.Equal(t, "55", string(out))
}

func TestJoinKey(t *testing.T) {
	t.Parallel()
	require.Equal(t, "W1|S1", joinKey("W1", "S1"))
	require.NotEqual(t, joinKey("a|b", "c"), joinKey("a", "b|c"))
	require.NotEqual(t, joinKey(`a\`, "b"), joinKey(`a\|b`))
	require.NotEqual(t, joinKey(`a\`, `|b`), joinKey(`a`, `\|b`))
	require.Equal(t, "n", keyOr("n", "rec_id", 4))
	require.Equal(t, "rec_id:4", keyOr("", "rec_id", 4))
	require.Empty(t, keyOr("", "rec_id", 0))
}
