package wdt

import "strings"

// Write is what is known of a write method: what to do when its answer was lost.
// Look the document up with Lookup by its Key before sending it again; where Repeat
// is RepeatRefused, sending it again is as good: "already exists" (duijie.ErrConflict)
// means it was done, and where it is RepeatUpdates nothing is done twice.
type Write struct {
	// Key is the member of the arguments that identifies a document or row,
	// "outer_no" or "tid"; "" where none is known: such a write can't be recognised.
	Key string
	// Repeat is what a second call with the same Key does.
	Repeat Repeat
	// Lookup is the query method that shows the document, LookupBy the member of its
	// filter that takes the Key; "" where the platform documents none.
	Lookup, LookupBy string
	// RowName is the member that names a failed row in the answer.
	RowName string
	// FailedRows says that a list as data holds failed rows, whatever they look like.
	FailedRows bool
	// StatusIsData says that a status in the answer's data is a member of a row, not a
	// word on the call.
	StatusIsData bool
	// MaxRows is how many rows or numbers one call takes, 0 where nobody says.
	MaxRows int
}

// advice says what to do about a lost answer.
func (w Write) advice() string {
	var advice []string
	if w.Lookup != "" {
		by := ""
		if w.LookupBy != "" {
			by = " by " + w.LookupBy
		}
		advice = append(advice, "look "+w.Key+" up with "+w.Lookup+by)
	}
	switch w.Repeat {
	case RepeatRefused:
		advice = append(advice, "sent again with the same "+w.Key+", \"already exists\" means it was done")
	case RepeatUpdates:
		advice = append(advice, "sent again it updates the same rows")
	case RepeatUnknown:
		if w.Key == "" {
			advice = append(advice, "nothing is known that identifies the document: look before it is sent again")
		}
	}
	return strings.Join(advice, "; ")
}

// Repeat is what a platform does with a write it has seen before.
type Repeat string

// What a second call with the same key does.
const (
	RepeatUnknown Repeat = ""        // nobody says: it may be done twice
	RepeatUpdates Repeat = "updates" // the same rows are written again: idempotent
	RepeatRefused Repeat = "refused" // refused as a duplicate: duijie.ErrConflict
)

// write is one row of the catalogue of write methods.
type write struct {
	name       string
	repeat     Repeat
	key        string
	lookup, by string
	row        string
	rows       bool
	status     bool // see Write.StatusIsData
	max        int
}

// writes are the platform's public list of write methods, open.wangdian.cn. A
// method without more is a write of which only the name is known.
var writes = []write{
	{name: "aftersales.refund.RawRefund.upload"},
	{name: "aftersales.refund.RawRefund.upload2"},
	{name: "finance.RawPayment.push", rows: true, row: "order_no"},
	{name: "finance.invoice.InvoiceOrder.updateInvoice"},
	{name: "finance.settle.OtherIn.upload"},
	{name: "finance.settle.Purchase.upload"},
	{name: "finance.settle.PurchaseReturn.upload"},
	{name: "goods.ApiGoods.upload"},
	{name: "goods.Barcode.upload"},
	{name: "goods.Goods.batchPush", repeat: RepeatUpdates, key: "goods_no", lookup: "goods.Goods.queryWithSpec", by: "goods_no"},
	{name: "goods.Goods.push", repeat: RepeatUpdates, key: "goods_no", lookup: "goods.Goods.queryWithSpec", by: "goods_no"},
	{name: "goods.Goods.push2", repeat: RepeatUpdates, key: "goods_no", lookup: "goods.Goods.queryWithSpec", by: "goods_no"},
	{name: "goods.GoodsBrand.upload"},
	{name: "goods.GoodsClass.upload"},
	{name: "goods.Suite.upload2"},
	{name: "process.Bom.upload"},
	{name: "process.Process.upload"},
	{name: "purchase.ProviderGoods.upload"},
	{name: "purchase.PurchaseApply.cancelForApi", rows: true, row: "order_no", max: 20},
	{name: "purchase.PurchaseApply.stopForApi", rows: true, row: "order_no", max: 20},
	{name: "purchase.PurchaseApply.upload"},
	{name: "purchase.PurchaseOrder.cancelByType"},
	{name: "purchase.PurchaseOrder.cancelOrder"},
	{name: "purchase.PurchaseOrder.createOrder", key: "purchase_no", lookup: "purchase.PurchaseOrder.queryWithDetail", by: "purchase_no"},
	{name: "purchase.PurchaseOrder.pending"},
	{name: "purchase.PurchaseOrder.updatePurchaseInfo"},
	{name: "purchase.PurchaseReturn.batchCancelOrder", rows: true, row: "order_no", max: 20},
	{name: "purchase.PurchaseReturn.cancelOrder"},
	{name: "purchase.PurchaseReturn.createOrder", repeat: RepeatRefused, key: "outer_no", lookup: "purchase.PurchaseReturn.queryWithDetail"},
	{name: "purchase.PurchaseReturn.pending"},
	{name: "sales.LogisticsSync.update", key: "sync_id", lookup: "sales.LogisticsSync.getSyncListExt", rows: true},
	{name: "sales.RawTrade.pushSelf", repeat: RepeatUpdates, key: "tid", lookup: "sales.RawTrade.search", by: "tid"},
	{name: "sales.RawTrade.pushSelf2", repeat: RepeatUpdates, key: "tid", lookup: "sales.RawTrade.search", by: "tid", row: "no", max: 100},
	{name: "sales.StockSync.batchCalcStock"},
	{name: "sales.StockSync.calcStock", status: true},
	{name: "sales.StockSync.cancelSync"},
	{name: "sales.StockSync.getSelfWaitSyncIdListOpen"},
	{name: "sales.StockSync.syncFail"},
	{name: "sales.StockSync.syncSuccess"},
	{name: "sales.TradeEdit.modifyRemark"},
	{name: "sales.TradeEdit.toException"},
	{name: "sales.TradeImport.upload", max: 200},
	{name: "setting.PurchaseProvider.push", key: "provider_no", lookup: "setting.PurchaseProvider.queryDetail", by: "provider_no"},
	{name: "setting.Shop.updateShop"},
	{name: "setting.strategy.VirtualWarehouse.create"},
	{name: "setting.strategy.VirtualWarehouse.reserveExtractAdd"},
	{name: "setting.strategy.VirtualWarehouse.strategyAllocationCreate"},
	{name: "wms.GoodsPack.upload"},
	{name: "wms.StockPd.stockSyncByPd"},
	{name: "wms.outer.OuterIn.createOrder"},
	{name: "wms.outer.OuterOut.createOrder"},
	{name: "wms.outer.OuterTransfer.createByApi"},
	{name: "wms.stockin.Base.uploadSN"},
	{name: "wms.stockin.Other.cancelOtherOrder"},
	{name: "wms.stockin.Other.createOtherOrder", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stockin.Other.queryWithDetail", by: "stockin_no"},
	{name: "wms.stockin.PreStockin.cancel"},
	{name: "wms.stockin.PreStockin.createExt"},
	{name: "wms.stockin.Purchase.cancel"},
	{name: "wms.stockin.Purchase.upload", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stockin.Purchase.queryWithDetail"},
	{name: "wms.stockin.Refund.createOrder", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stockin.Refund.queryWithDetail"},
	{name: "wms.stockin.SmartRefund.upload"},
	{name: "wms.stockin.Transfer.cancelOrder"},
	{name: "wms.stockin.Transfer.createOrder", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stockin.Transfer.queryWithDetail"},
	{name: "wms.stockother.In.cancelOrder"},
	{name: "wms.stockother.In.push", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stockother.InQuery.queryWithDetail", row: "outer_no"},
	{name: "wms.stockother.Out.cancelOrder"},
	{name: "wms.stockother.Out.push", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stockother.OutQuery.queryWithDetail", row: "outer_no"},
	{name: "wms.stockout.Base.uploadSN"},
	{name: "wms.stockout.Other.cancelOtherOrder"},
	{name: "wms.stockout.Other.createOther", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stockout.OtherQuery.queryWithDetail", by: "stockout_no"},
	{name: "wms.stockout.PurchaseReturn.createOrder", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stockout.PurchaseReturn.queryWithDetail"},
	{name: "wms.stockout.Sales.onceWeighing"},
	{name: "wms.stockout.Sales.onceWeighingByNo"},
	{name: "wms.stockout.Sales.salesWeighing"},
	{name: "wms.stockout.Sales.weighingExt"},
	{name: "wms.stockout.Transfer.cancelOrder"},
	{name: "wms.stockout.Transfer.createOrder", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stockout.Transfer.queryWithDetail"},
	{name: "wms.stocktransfer.Edit.createOrder", repeat: RepeatRefused, key: "outer_no", lookup: "wms.stocktransfer.Manage.queryWithDetail"},
	{name: "wms.stocktransfer.Manage.cancelOrder"},
	{name: "wms.stocktransfer.Manage.pending"},
}
