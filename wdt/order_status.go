package wdt

// TradeStatus is the status of an order (订单状态). The platform may send numbers beyond these.
type TradeStatus int64

// Values of TradeStatus.
const (
	TradeOfflineRefund      TradeStatus = 4   // 线下退款
	TradeCancelled          TradeStatus = 5   // 已取消
	TradeToPreorder         TradeStatus = 6   // 待转预订单
	TradeToCompleted        TradeStatus = 7   // 待转已完成
	TradeUnpaid             TradeStatus = 10  // 未付款
	TradeBalanceDue         TradeStatus = 12  // 待尾款
	TradeWaitingForPayment  TradeStatus = 15  // 等未付
	TradeDelayedReview      TradeStatus = 16  // 延时审核
	TradeBeforePreorder     TradeStatus = 19  // 预订单前处理
	TradeBeforeReview       TradeStatus = 20  // 审核前处理
	TradeSelfFlow           TradeStatus = 21  // 自流转待发货
	TradeAbnormal           TradeStatus = 23  // 异常订单
	TradeExchangePreorder   TradeStatus = 24  // 换货预订单
	TradePreorderToProcess  TradeStatus = 25  // 待处理预订单
	TradePreorderToAllocate TradeStatus = 27  // 待分配预订单
	TradeServiceReview      TradeStatus = 30  // 待客审
	TradeFinanceReview      TradeStatus = 35  // 待财审
	TradeUnderReview        TradeStatus = 40  // 审核中
	TradeApproved           TradeStatus = 55  // 已审核
	TradeShipped            TradeStatus = 95  // 已发货
	TradeCostConfirmation   TradeStatus = 96  // 成本确认
	TradePosted             TradeStatus = 101 // 已过账
	TradeCompleted          TradeStatus = 110 // 已完成
)

var tradeStatusNames = map[int64]string{
	4:   "线下退款",
	5:   "已取消",
	6:   "待转预订单",
	7:   "待转已完成",
	10:  "未付款",
	12:  "待尾款",
	15:  "等未付",
	16:  "延时审核",
	19:  "预订单前处理",
	20:  "审核前处理",
	21:  "自流转待发货",
	23:  "异常订单",
	24:  "换货预订单",
	25:  "待处理预订单",
	27:  "待分配预订单",
	30:  "待客审",
	35:  "待财审",
	40:  "审核中",
	55:  "已审核",
	95:  "已发货",
	96:  "成本确认",
	101: "已过账",
	110: "已完成",
}

// String is the platform's Chinese name, the number where it has none here.
func (s TradeStatus) String() string { return nameOf(tradeStatusNames, int64(s)) }

// RawTradeStatus is the status of a source order and of its lines (平台状态). The platform may send numbers beyond these.
type RawTradeStatus int64

// Values of RawTradeStatus.
const (
	RawTradeUnconfirmed RawTradeStatus = 10 // 未确认
	RawTradeBalanceDue  RawTradeStatus = 20 // 待尾款
	RawTradeToShip      RawTradeStatus = 30 // 待发货
	RawTradePartShipped RawTradeStatus = 40 // 部分发货
	RawTradeShipped     RawTradeStatus = 50 // 已发货
	RawTradeSigned      RawTradeStatus = 60 // 已签收
	RawTradeCompleted   RawTradeStatus = 70 // 已完成
	RawTradeRefunded    RawTradeStatus = 80 // 已退款
	RawTradeClosed      RawTradeStatus = 90 // 已关闭
)

var rawTradeStatusNames = map[int64]string{
	10: "未确认",
	20: "待尾款",
	30: "待发货",
	40: "部分发货",
	50: "已发货",
	60: "已签收",
	70: "已完成",
	80: "已退款",
	90: "已关闭",
}

// String is the platform's Chinese name, the number where it has none here.
func (s RawTradeStatus) String() string { return nameOf(rawTradeStatusNames, int64(s)) }

// RawProcessStatus is how far the ERP has come with a source order (处理状态). The platform may send numbers beyond these.
type RawProcessStatus int64

// Values of RawProcessStatus.
const (
	RawProcessToSubmit            RawProcessStatus = 10 // 待递交
	RawProcessPartShippedToSubmit RawProcessStatus = 15 // 部分发货待递交
	RawProcessSubmitted           RawProcessStatus = 20 // 已递交
	RawProcessPartShipped         RawProcessStatus = 30 // 部分发货
	RawProcessShipped             RawProcessStatus = 40 // 已发货
	RawProcessCompleted           RawProcessStatus = 60 // 已完成
	RawProcessCancelled           RawProcessStatus = 70 // 已取消
)

var rawProcessStatusNames = map[int64]string{
	10: "待递交",
	15: "部分发货待递交",
	20: "已递交",
	30: "部分发货",
	40: "已发货",
	60: "已完成",
	70: "已取消",
}

// String is the platform's Chinese name, the number where it has none here.
func (s RawProcessStatus) String() string { return nameOf(rawProcessStatusNames, int64(s)) }

// OrderRefundStatus is whether an order is being refunded (退款状态). The platform may send numbers beyond these.
type OrderRefundStatus int64

// Values of OrderRefundStatus.
const (
	OrderRefundNone  OrderRefundStatus = 0 // 无退款
	OrderRefundAsked OrderRefundStatus = 1 // 申请退款
	OrderRefundPart  OrderRefundStatus = 2 // 部分退款
	OrderRefundAll   OrderRefundStatus = 3 // 全部退款
)

var orderRefundStatusNames = map[int64]string{
	0: "无退款",
	1: "申请退款",
	2: "部分退款",
	3: "全部退款",
}

// String is the platform's Chinese name, the number where it has none here.
func (s OrderRefundStatus) String() string { return nameOf(orderRefundStatusNames, int64(s)) }

// LineRefundStatus is whether a line is being refunded (子单退款状态). The platform may send numbers beyond these.
type LineRefundStatus int64

// Values of LineRefundStatus.
const (
	LineRefundNone            LineRefundStatus = 0 // 无退款
	LineRefundCancelled       LineRefundStatus = 1 // 取消退款
	LineRefundAsked           LineRefundStatus = 2 // 已申请退款
	LineRefundAwaitingReturn  LineRefundStatus = 3 // 等待退货
	LineRefundAwaitingReceipt LineRefundStatus = 4 // 等待收货
	LineRefundRefunded        LineRefundStatus = 5 // 退款成功
	LineRefundClosedUnpaid    LineRefundStatus = 6 // 未付款关闭
)

var lineRefundStatusNames = map[int64]string{
	0: "无退款",
	1: "取消退款",
	2: "已申请退款",
	3: "等待退货",
	4: "等待收货",
	5: "退款成功",
	6: "未付款关闭",
}

// String is the platform's Chinese name, the number where it has none here.
func (s LineRefundStatus) String() string { return nameOf(lineRefundStatusNames, int64(s)) }

// GiftType is what kind of gift a line is (赠品方式). The platform may send numbers beyond these.
type GiftType int64

// Values of GiftType.
const (
	GiftNone        GiftType = 0   // 非赠品
	GiftAutomatic   GiftType = 1   // 自动赠送
	GiftManual      GiftType = 2   // 手工赠送
	GiftRepurchase  GiftType = 4   // 回购自动送
	GiftPlatform    GiftType = 8   // 平台赠品
	GiftTiered      GiftType = 32  // 阶梯满赠
	GiftCRM         GiftType = 64  // CRM追赠
	GiftMainItem    GiftType = 65  // 主品
	GiftMainItemOld GiftType = 128 // 主品
)

var giftTypeNames = map[int64]string{
	0:   "非赠品",
	1:   "自动赠送",
	2:   "手工赠送",
	4:   "回购自动送",
	8:   "平台赠品",
	32:  "阶梯满赠",
	64:  "CRM追赠",
	65:  "主品",
	128: "主品",
}

// String is the platform's Chinese name, the number where it has none here.
func (s GiftType) String() string { return nameOf(giftTypeNames, int64(s)) }
