package wdt

// RefundType is the kind of a refund or exchange (退换类型). The platform may send numbers beyond these.
type RefundType int64

// Values of RefundType.
const (
	RefundBeforeShipping  RefundType = 1 // 退款(未发货)
	RefundReturn          RefundType = 2 // 退货
	RefundExchange        RefundType = 3 // 换货
	RefundOnly            RefundType = 4 // 退款不退货
	RefundPriceProtection RefundType = 6 // 保价
)

var refundTypeNames = map[int64]string{
	1: "退款(未发货)",
	2: "退货",
	3: "换货",
	4: "退款不退货",
	6: "保价",
}

// String is the platform's Chinese name, the number where it has none here.
func (s RefundType) String() string { return nameOf(refundTypeNames, int64(s)) }

// RefundStatus is the status of a refund order (退换单状态). The platform may send numbers beyond these.
type RefundStatus int64

// Values of RefundStatus.
const (
	RefundCancelled        RefundStatus = 10 // 已取消
	RefundToReview         RefundStatus = 20 // 待审核
	RefundApproved         RefundStatus = 30 // 已审核
	RefundPushed           RefundStatus = 40 // 已推送
	RefundSettled          RefundStatus = 80 // 已结算
	RefundToSendBack       RefundStatus = 81 // 待退回
	RefundToPost           RefundStatus = 85 // 待过账
	RefundPosted           RefundStatus = 86 // 已过账
	RefundCostConfirmation RefundStatus = 87 // 成本确认
	RefundCompleted        RefundStatus = 90 // 已完成
)

var refundStatusNames = map[int64]string{
	10: "已取消",
	20: "待审核",
	30: "已审核",
	40: "已推送",
	80: "已结算",
	81: "待退回",
	85: "待过账",
	86: "已过账",
	87: "成本确认",
	90: "已完成",
}

// String is the platform's Chinese name, the number where it has none here.
func (s RefundStatus) String() string { return nameOf(refundStatusNames, int64(s)) }

// RefundStockinStatus is whether the goods of a refund came back (退换入库状态). The platform may send numbers beyond these.
type RefundStockinStatus int64

// Values of RefundStockinStatus.
const (
	RefundStockinNone    RefundStockinStatus = 0 // 无需入库
	RefundStockinWaiting RefundStockinStatus = 1 // 待入库
	RefundStockinPart    RefundStockinStatus = 2 // 部分入库
	RefundStockinAll     RefundStockinStatus = 3 // 全部入库
	RefundStockinStopped RefundStockinStatus = 4 // 终止入库
)

var refundStockinStatusNames = map[int64]string{
	0: "无需入库",
	1: "待入库",
	2: "部分入库",
	3: "全部入库",
	4: "终止入库",
}

// String is the platform's Chinese name, the number where it has none here.
func (s RefundStockinStatus) String() string { return nameOf(refundStockinStatusNames, int64(s)) }

// PlatformRefundStatus is what the sales platform says of a refund (平台退款状态). The platform may send numbers beyond these.
type PlatformRefundStatus int64

// Values of PlatformRefundStatus.
const (
	PlatformRefundNone            PlatformRefundStatus = 0 // 无
	PlatformRefundCancelled       PlatformRefundStatus = 1 // 取消退款
	PlatformRefundAsked           PlatformRefundStatus = 2 // 已申请退款
	PlatformRefundAwaitingReturn  PlatformRefundStatus = 3 // 等待退货
	PlatformRefundAwaitingReceipt PlatformRefundStatus = 4 // 等待收货
	PlatformRefundRefunded        PlatformRefundStatus = 5 // 退款成功
)

var platformRefundStatusNames = map[int64]string{
	0: "无",
	1: "取消退款",
	2: "已申请退款",
	3: "等待退货",
	4: "等待收货",
	5: "退款成功",
}

// String is the platform's Chinese name, the number where it has none here.
func (s PlatformRefundStatus) String() string { return nameOf(platformRefundStatusNames, int64(s)) }

// RefundProcessStatus is how far a refund order was passed on (推送状态). The platform may send numbers beyond these.
type RefundProcessStatus int64

// Values of RefundProcessStatus.
const (
	RefundProcessToSubmit   RefundProcessStatus = 0  // 待递交
	RefundProcessSubmitted  RefundProcessStatus = 15 // 已递交
	RefundProcessToSendBack RefundProcessStatus = 25 // 待退回
	RefundProcessSentBack   RefundProcessStatus = 35 // 已退回
)

var refundProcessStatusNames = map[int64]string{
	0:  "待递交",
	15: "已递交",
	25: "待退回",
	35: "已退回",
}

// String is the platform's Chinese name, the number where it has none here.
func (s RefundProcessStatus) String() string { return nameOf(refundProcessStatusNames, int64(s)) }

// RawRefundType is the kind of a source refund (退款类型). The platform may send numbers beyond these.
type RawRefundType int64

// Values of RawRefundType.
const (
	RawRefundBeforeShipping RawRefundType = 1 // 退款(未发货)
	RawRefundReturn         RawRefundType = 2 // 退货
	RawRefundExchange       RawRefundType = 3 // 换货
	RawRefundOnly           RawRefundType = 4 // 退款不退货
)

var rawRefundTypeNames = map[int64]string{
	1: "退款(未发货)",
	2: "退货",
	3: "换货",
	4: "退款不退货",
}

// String is the platform's Chinese name, the number where it has none here.
func (s RawRefundType) String() string { return nameOf(rawRefundTypeNames, int64(s)) }

// RawRefundStatus is the status of a source refund (平台状态). The platform may send numbers beyond these.
type RawRefundStatus int64

// Values of RawRefundStatus.
const (
	RawRefundCancelled       RawRefundStatus = 1 // 取消退款
	RawRefundAsked           RawRefundStatus = 2 // 已申请退款
	RawRefundAwaitingReturn  RawRefundStatus = 3 // 等待退货
	RawRefundAwaitingReceipt RawRefundStatus = 4 // 等待收货
	RawRefundRefunded        RawRefundStatus = 5 // 退款成功
	RawRefundRejected        RawRefundStatus = 7 // 拒绝退款
)

var rawRefundStatusNames = map[int64]string{
	1: "取消退款",
	2: "已申请退款",
	3: "等待退货",
	4: "等待收货",
	5: "退款成功",
	7: "拒绝退款",
}

// String is the platform's Chinese name, the number where it has none here.
func (s RawRefundStatus) String() string { return nameOf(rawRefundStatusNames, int64(s)) }

// RawRefundProcessStatus is how far the ERP has come with a source refund (处理状态). The platform may send numbers beyond these.
type RawRefundProcessStatus int64

// Values of RawRefundProcessStatus.
const (
	RawRefundProcessToSubmit  RawRefundProcessStatus = 0  // 待递交
	RawRefundProcessSubmitted RawRefundProcessStatus = 15 // 已递交
	RawRefundProcessFailed    RawRefundProcessStatus = 20 // 递交失败
	RawRefundProcessDone      RawRefundProcessStatus = 40 // 处理完成
)

var rawRefundProcessStatusNames = map[int64]string{
	0:  "待递交",
	15: "已递交",
	20: "递交失败",
	40: "处理完成",
}

// String is the platform's Chinese name, the number where it has none here.
func (s RawRefundProcessStatus) String() string { return nameOf(rawRefundProcessStatusNames, int64(s)) }
