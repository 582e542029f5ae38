package jdy

// The platform writes enumerations as digits or letters. A value that is not
// among the constants is kept as it came.

// BillStatus is whether a bill is audited (单据状态). A filter on it takes "" for all.
type BillStatus string

// Values of [BillStatus].
const (
	Audited         BillStatus = "C" // 已审核
	NotAudited      BillStatus = "Z" // 未审核
	NotAuditedMoney BillStatus = "A" // 未审核
)

// Name is the platform's name of the value, or the value.
func (v BillStatus) Name() string {
	return nameOf(string(v), map[string]string{"C": "已审核", "Z": "未审核", "A": "未审核"})
}

// CloseState is whether an order is closed (关闭状态). An order that was received or sent in full is closed by the system: that is done, not cancelled.
type CloseState string

// Values of [CloseState].
const (
	Open           CloseState = "C" // 未关闭; "" too
	ClosedBySystem CloseState = "S" // 自动关闭
	ClosedByHand   CloseState = "H" // 手工关闭
)

// Name is the platform's name of the value, or the value.
func (v CloseState) Name() string {
	return nameOf(string(v), map[string]string{"C": "未关闭", "S": "自动关闭", "H": "手工关闭"})
}

// IOStatus is how much of a bill was moved in or out (出入库状态).
type IOStatus string

// Values of [IOStatus].
const (
	IONone   IOStatus = "A" // 未出入库
	IOPartly IOStatus = "Z" // 部分出入库
	IOAll    IOStatus = "C" // 全部出入库
)

// Name is the platform's name of the value, or the value.
func (v IOStatus) Name() string {
	return nameOf(string(v), map[string]string{"A": "未出入库", "Z": "部分出入库", "C": "全部出入库"})
}

// SettleStatus is how much of a bill was paid (结算状态).
type SettleStatus string

// Values of [SettleStatus].
const (
	SettledNone   SettleStatus = "A" // 未结算
	SettledPartly SettleStatus = "B" // 部分结算
	SettledAll    SettleStatus = "C" // 全部结算
)

// Name is the platform's name of the value, or the value.
func (v SettleStatus) Name() string {
	return nameOf(string(v), map[string]string{"A": "未结算", "B": "部分结算", "C": "全部结算"})
}

// DeliveryStatus is how much was delivered (发货状态).
type DeliveryStatus string

// Values of [DeliveryStatus].
const (
	DeliveredAll      DeliveryStatus = "A" // 全部发货
	DeliveredPartly   DeliveryStatus = "P" // 部分发货
	DeliveredNone     DeliveryStatus = "N" // 未发货
	DeliveryNotNeeded DeliveryStatus = "C" // 无需发货
)

// Name is the platform's name of the value, or the value.
func (v DeliveryStatus) Name() string {
	return nameOf(string(v), map[string]string{"A": "全部发货", "P": "部分发货", "N": "未发货", "C": "无需发货"})
}

// Enable is whether master data is in use (启用状态).
type Enable string

// Values of [Enable].
const (
	Enabled  Enable = "1" // 启用
	Disabled Enable = "0" // 禁用
)

// Name is the platform's name of the value, or the value.
func (v Enable) Name() string {
	return nameOf(string(v), map[string]string{"1": "启用", "0": "禁用"})
}

// MaterialType is the kind of a material (商品类型).
type MaterialType string

// Values of [MaterialType].
const (
	OrdinaryMaterial MaterialType = "1" // 普通
	SetMaterial      MaterialType = "2" // 套装
	ServiceMaterial  MaterialType = "3" // 服务
)

// Name is the platform's name of the value, or the value.
func (v MaterialType) Name() string {
	return nameOf(string(v), map[string]string{"1": "普通", "2": "套装", "3": "服务"})
}

// CostMethod is how stock is valued (计价方法).
type CostMethod string

// Values of [CostMethod].
const (
	CostMovingAverage   CostMethod = "1" // 移动平均
	CostWeightedAverage CostMethod = "2" // 加权平均
	CostFIFO            CostMethod = "3" // 先进先出
)

// Name is the platform's name of the value, or the value.
func (v CostMethod) Name() string {
	return nameOf(string(v), map[string]string{"1": "移动平均", "2": "加权平均", "3": "先进先出"})
}

// ShelfLifeUnit is the unit of a shelf life (保质期单位).
type ShelfLifeUnit string

// Values of [ShelfLifeUnit].
const (
	ShelfLifeDays   ShelfLifeUnit = "1" // 天
	ShelfLifeMonths ShelfLifeUnit = "2" // 月
	ShelfLifeYears  ShelfLifeUnit = "3" // 年
)

// Name is the platform's name of the value, or the value.
func (v ShelfLifeUnit) Name() string {
	return nameOf(string(v), map[string]string{"1": "天", "2": "月", "3": "年"})
}

// StockPlanning is how limits of stock are kept (库存管理方式).
type StockPlanning string

// Values of [StockPlanning].
const (
	PlanInOne       StockPlanning = "0" // 不分仓
	PlanByWarehouse StockPlanning = "1" // 分仓
)

// Name is the platform's name of the value, or the value.
func (v StockPlanning) Name() string {
	return nameOf(string(v), map[string]string{"0": "不分仓", "1": "分仓"})
}

// InvoiceKind is the kind of an invoice (发票类型).
type InvoiceKind string

// Values of [InvoiceKind].
const (
	InvoiceOrdinary InvoiceKind = "1" // 普通发票
	InvoiceSpecial  InvoiceKind = "2" // 专用发票
)

// Name is the platform's name of the value, or the value.
func (v InvoiceKind) Name() string {
	return nameOf(string(v), map[string]string{"1": "普通发票", "2": "专用发票"})
}

// CustomerInvoice is the invoice a customer gets (开票类型).
type CustomerInvoice string

// Values of [CustomerInvoice].
const (
	NoInvoice          CustomerInvoice = "0" // 不开票
	PaperSpecial       CustomerInvoice = "1" // 纸质专票
	PaperOrdinary      CustomerInvoice = "2" // 纸质普票
	ElectronicOrdinary CustomerInvoice = "3" // 电子普票
	ElectronicSpecial  CustomerInvoice = "4" // 电子专票
	DigitalOrdinary    CustomerInvoice = "5" // 数电普票
	DigitalSpecial     CustomerInvoice = "6" // 数电专票
)

// Name is the platform's name of the value, or the value.
func (v CustomerInvoice) Name() string {
	return nameOf(string(v), map[string]string{"0": "不开票", "1": "纸质专票", "2": "纸质普票", "3": "电子普票", "4": "电子专票", "5": "数电普票", "6": "数电专票"})
}

// InvoicingStatus is how much was invoiced (开票状态).
type InvoicingStatus string

// Values of [InvoicingStatus].
const (
	InvoicedNone   InvoicingStatus = "1" // 未开票
	InvoicedPartly InvoicingStatus = "2" // 部分开票
	InvoicedAll    InvoicingStatus = "3" // 全部开票
)

// Name is the platform's name of the value, or the value.
func (v InvoicingStatus) Name() string {
	return nameOf(string(v), map[string]string{"1": "未开票", "2": "部分开票", "3": "全部开票"})
}

// TransferStatus is how far a transfer came (调拨状态).
type TransferStatus string

// Values of [TransferStatus].
const (
	TransferNotOut   TransferStatus = "0" // 未调出
	TransferNotIn    TransferStatus = "1" // 未调入
	TransferPartlyIn TransferStatus = "2" // 部分调入
	TransferAllIn    TransferStatus = "3" // 全部调入
)

// Name is the platform's name of the value, or the value.
func (v TransferStatus) Name() string {
	return nameOf(string(v), map[string]string{"0": "未调出", "1": "未调入", "2": "部分调入", "3": "全部调入"})
}

// DeliveryType is how goods are delivered (交货方式).
type DeliveryType string

// Values of [DeliveryType].
const (
	DeliveryLogistics  DeliveryType = "6" // 物流
	DeliveryVehicle    DeliveryType = "8" // 车辆
	DeliverySelfPickup DeliveryType = "9" // 自提
)

// Name is the platform's name of the value, or the value.
func (v DeliveryType) Name() string {
	return nameOf(string(v), map[string]string{"6": "物流", "8": "车辆", "9": "自提"})
}

// AllocateRule is how costs are shared out (分摊方式).
type AllocateRule string

// Values of [AllocateRule].
const (
	AllocateByAmount AllocateRule = "1" // 按价税合计
	AllocateByQty    AllocateRule = "2" // 按数量
)

// Name is the platform's name of the value, or the value.
func (v AllocateRule) Name() string {
	return nameOf(string(v), map[string]string{"1": "按价税合计", "2": "按数量"})
}

// Direction is the side of a voucher line or account (借贷方向).
type Direction string

// Values of [Direction].
const (
	Debit  Direction = "1"  // 借
	Credit Direction = "-1" // 贷
)

// Name is the platform's name of the value, or the value.
func (v Direction) Name() string {
	return nameOf(string(v), map[string]string{"1": "借", "-1": "贷"})
}

// Gender is the sex of a person (性别). One table of the platform has 0 for female.
type Gender string

// Values of [Gender].
const (
	Male   Gender = "1" // 男
	Female Gender = "2" // 女
)

// Name is the platform's name of the value, or the value.
func (v Gender) Name() string {
	return nameOf(string(v), map[string]string{"1": "男", "2": "女"})
}

// TransType is what a bill trades for (业务类型); what a digit means depends on the bill.
type TransType string

// Values of [TransType].
const (
	PurchaseCash       TransType = "1" // 现购
	PurchaseCredit     TransType = "2" // 赊购
	PurchaseDropShip   TransType = "3" // 代发
	PurchaseConsigned  TransType = "4" // 受托
	SalesCash          TransType = "1" // 现销
	SalesCredit        TransType = "2" // 赊销
	SalesConsignment   TransType = "3" // 委托代销
	TransferSamePrice  TransType = "1" // 同价调拨
	TransferOtherPrice TransType = "2" // 异价调拨
)

// TransTypeID is the kind of other stock-in or stock-out (业务类型).
type TransTypeID string

// Values of [TransTypeID].
const (
	OtherIn      TransTypeID = "12" // 其他入库
	TransferGain TransTypeID = "14" // 调拨差异
	OtherOut     TransTypeID = "13" // 其他出库
	TransferLoss TransTypeID = "15" // 调拨差异
)

// Name is the platform's name of the value, or the value.
func (v TransTypeID) Name() string {
	return nameOf(string(v), map[string]string{"12": "其他入库", "14": "调拨差异", "13": "其他出库", "15": "调拨差异"})
}

func nameOf(v string, names map[string]string) string { return firstOf(names[v], v) }
