package platforms

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// wdtFlow is a target half, and the record that the platform is to refuse.
type wdtFlow struct {
	method, half string
	refused      string // how often a refused row is still made: "saved" where it stands without its approval
}

const wdtLines = `"type":"array","value":"lines","children":[{"field":"spec_no","value":"{{lines.sku}}"},{"field":"num","value":"{{lines.qty}}"}]}`

var wdtFlows = []wdtFlow{
	{
		"wms.stockin.Other.createOtherOrder", `{"api":"%s","effect":"EXECUTE","request":[{"field":"outer_no","value":"{no}"},{"field":"warehouse_no","value":"W01"},
			{"field":"is_check","value":"1"},{"field":"reason","value":"盘盈"},{"field":"goods_list",` + wdtLines + `]}`, "saved",
	},
	{
		"wms.stockout.Other.createOther", `{"api":"%s","effect":"EXECUTE","request":[{"field":"outer_no","value":"{no}"},{"field":"warehouse_no","value":"W01"},
			{"field":"is_check","value":"1"},{"field":"goods_list",` + wdtLines + `]}`, "saved",
	},
	{
		"purchase.PurchaseOrder.createOrder", `{"api":"%s","effect":"EXECUTE","request":[{"field":"purchase_no","value":"{no}"},{"field":"provider_no","value":"P01"},
			{"field":"expect_warehouse_no","value":"W01"},{"field":"purchaser_name","value":"buyer01"},{"field":"receive_warehouse_nos","value":"W01,W02"},
			{"field":"purchase_details",` + wdtLines + `]}`, "saved",
	},
	{
		"wms.stocktransfer.Edit.createOrder", `{"api":"%s","effect":"EXECUTE","request":[{"field":"orderInfo","type":"object","children":[
			{"field":"outer_no","value":"{no}"},{"field":"from_warehouse_no","value":"W01"},{"field":"to_warehouse_no","value":"W02"},{"field":"mode","value":"0"},{"field":"remark","value":"补货"}]},
			{"field":"detailList",` + wdtLines + `,{"field":"isCheck","type":"bool","value":"true"}]}`, "saved",
	},
	{
		"goods.Goods.push", `{"api":"%s","effect":"EXECUTE","request":[{"field":"goodsInfo","type":"object","children":[{"field":"goods_no","value":"{no}"},{"field":"goods_name","value":"商品{no}"}]},
			{"field":"specInfoList","type":"array","children":[{"field":"spec_no","value":"{no}-A"},{"field":"spec_name","value":"红"}]}]}`, "",
	},
	{
		"sales.RawTrade.pushSelf2", `{"api":"%s","effect":"EXECUTE","request":[{"field":"shopNo","value":"S01"},{"field":"rawTradeList","type":"array","children":[
			{"field":"tid","value":"{no}"},{"field":"trade_status","value":"30"},{"field":"pay_status","value":"2"},{"field":"process_status","value":"10"},{"field":"refund_status","value":"0"},
			{"field":"trade_time","value":"2026-03-01 10:00:00"},{"field":"end_time","value":"1970-01-01 00:00:00"},{"field":"buyer_nick","value":"张三"},{"field":"receiver_name","value":"张三"},
			{"field":"receiver_area","value":"上海 上海市 黄浦区"},{"field":"receiver_address","value":"人民路1号"},{"field":"receiver_mobile","value":"13800000000"},{"field":"warehouse_no","value":"W01"},
			{"field":"pay_method","value":"1"},{"field":"delivery_term","value":"1"},{"field":"post_amount","value":"0"},{"field":"discount","value":"0"},{"field":"receivable","value":"20.00"},
			{"field":"is_auto_wms","value":"0"}]},
			{"field":"rawTradeOrderList","type":"array","value":"lines","children":[{"field":"oid","value":"{no}-{{lines.sku}}"},{"field":"status","value":"30"},{"field":"refund_status","value":"0"},
			{"field":"goods_id","value":"1"},{"field":"spec_id","value":"1"},{"field":"goods_no","value":"G01"},{"field":"spec_no","value":"{{lines.sku}}"},{"field":"goods_name","value":"货"},
			{"field":"num","value":"{{lines.qty}}"},{"field":"price","value":"10"},{"field":"remark","value":"-"},{"field":"json","value":"{}"},{"field":"discount","value":"0"},{"field":"share_discount","value":"0"},
			{"field":"total_amount","value":"20.00"},{"field":"adjust_amount","value":"0"},{"field":"refund_amount","value":"0"}]}]}`, "",
	},
}

func wdtFlowRow(id string) string {
	return fmt.Sprintf(`{"id":%q,"no":"B%s","lines":[{"sku":"G01-A","qty":"2"}]}`, id, id)
}

func newShops(t *testing.T, g wdt.Gateway) (*wdt.Client, *wdttest.Server) {
	t.Helper()
	client, s := newWDT(t, g)
	s.PutShop(wdttest.Shop{No: "S01", PlatformID: 127})
	s.PutWarehouse(wdttest.Warehouse{No: "W01"}, wdttest.Warehouse{No: "W02"})
	s.SeedGoods(wdttest.Goods{No: "G01", Specs: []wdttest.Spec{{No: "G01-A"}, {No: "G01-B"}}})
	s.SeedSupplier(wdttest.Supplier{No: "P01"})
	return client, s
}

// Each target writes every record once, on both gateways: an answer is lost behind the
// effect and one before it, a record is refused with the platform's words, and after a crash
// nothing is made twice.
func TestWDTFlows(t *testing.T) {
	t.Parallel()
	for _, flow := range wdtFlows {
		for _, gateway := range []wdt.Gateway{wdt.Direct, wdt.Qimen} {
			t.Run(flow.method+" "+string(gateway), func(t *testing.T) {
				t.Parallel()
				client, server := newShops(t, gateway)
				api := flow.method
				if m, known := wdt.LookupMethod(api); known && gateway == wdt.Qimen && m.OnQimen {
					api = m.QimenName
				}
				half := fmt.Sprintf(flow.half, api)
				method := flow.method
				if method == "sales.RawTrade.pushSelf2" && gateway == wdt.Qimen {
					method = "sales.RawTrade.pushSelf" // as it is there
					half = fmt.Sprintf(flow.half, "wdt.sales.rawtrade.pushself")
				}
				server.Inject(wdttest.Fault{Op: method, Call: 2, Kind: wdttest.CutAfter})
				server.Inject(wdttest.Fault{Op: method, Call: 4, Kind: wdttest.Cut})
				server.FailRow(method, "B3", "不合规的单据")
				var rows []string
				for i := 1; i <= 6; i++ {
					rows = append(rows, wdtFlowRow(fmt.Sprint(i)))
				}
				p := pipelineTo(t, WDT(client, WDTConfig{}), half, rows...)
				report, err := p.Run(t.Context())
				require.NoError(t, err)
				require.EqualValues(t, 5, report.Created+report.Updated, "%+v %v", report, deadLetters(t, p))
				require.Zero(t, report.Held)
				letters := deadLetters(t, p)
				require.Len(t, letters, 1)
				require.Equal(t, "3", letters[0].Key)
				require.Contains(t, letters[0].Message, "不合规的单据")
				for i := 1; i <= 6; i++ {
					no := fmt.Sprintf("B%d", i)
					want := 1
					if i == 3 && flow.refused == "" {
						want = 0
					}
					require.Equal(t, want, server.Created(method, no), no)
				}
				// Another process with an empty ledger makes none again.
				again := pipelineTo(t, WDT(client, WDTConfig{}), half, rows[0], rows[1], rows[3], rows[4], rows[5])
				report, err = again.Run(t.Context())
				require.NoError(t, err)
				require.EqualValues(t, 5, report.Unchanged, "%+v %v", report, deadLetters(t, again))
			})
		}
	}
}

// A process that dies behind a write makes the document once, be its number the key or not.
func TestWDTAfterCrash(t *testing.T) {
	t.Parallel()
	for _, flow := range wdtFlows {
		for _, number := range []string{"{no}", "{id}"} {
			t.Run(flow.method+" "+number, func(t *testing.T) {
				t.Parallel()
				client, server := newShops(t, wdt.Direct)
				state := duijiesync.NewMemoryState()
				half := fmt.Sprintf(strings.ReplaceAll(flow.half, "{no}", number), flow.method)
				report := crashAndResume(t, func() *duijiesync.Pipeline[qeasy.Row, qeasy.Write] {
					p := pipelineTo(t, WDT(client, WDTConfig{}), half, wdtFlowRow("1"), wdtFlowRow("2"))
					p.State = state
					return p
				})
				require.Zero(t, report.Held+report.Refused, "%+v", report)
				for _, id := range []string{"1", "2"} {
					no := strings.NewReplacer("{no}", "B"+id, "{id}", id).Replace(number)
					require.Equal(t, 1, server.Created(flow.method, no), no)
				}
			})
		}
	}
}
