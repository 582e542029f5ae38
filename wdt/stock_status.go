package wdt

// StockoutStatus is the status of a sales stock-out (出库单状态). The platform may send numbers beyond these.
type StockoutStatus int64

// Values of StockoutStatus.
const (
	StockoutNotShipped    StockoutStatus = -1  // 未发货
	StockoutCancelled     StockoutStatus = 5   // 已取消
	StockoutPutBack       StockoutStatus = 10  // 放回
	StockoutToReview      StockoutStatus = 50  // 待审核
	StockoutShort         StockoutStatus = 51  // 缺货
	StockoutShortAwaiting StockoutStatus = 52  // 缺货待处理
	StockoutAcceptedByWMS StockoutStatus = 53  // 已同步仓储
	StockoutWaybill       StockoutStatus = 54  // 获取电子面单
	StockoutStallLock     StockoutStatus = 58  // 档口锁定
	StockoutToAllocate    StockoutStatus = 60  // 待分配
	StockoutQueued        StockoutStatus = 61  // 排队中
	StockoutToReplenish   StockoutStatus = 63  // 待补货
	StockoutToProcess     StockoutStatus = 65  // 待处理
	StockoutToShip        StockoutStatus = 70  // 待发货
	StockoutHotLock       StockoutStatus = 73  // 爆款锁定
	StockoutPrePacked     StockoutStatus = 74  // 预打包
	StockoutToPick        StockoutStatus = 75  // 待拣货
	StockoutPicking       StockoutStatus = 77  // 拣货中
	StockoutPicked        StockoutStatus = 79  // 已拣货
	StockoutDelayed       StockoutStatus = 90  // 延时发货
	StockoutCompleted     StockoutStatus = 110 // 已完成
)

var stockoutStatusNames = map[int64]string{
	-1:  "未发货",
	5:   "已取消",
	10:  "放回",
	50:  "待审核",
	51:  "缺货",
	52:  "缺货待处理",
	53:  "已同步仓储",
	54:  "获取电子面单",
	58:  "档口锁定",
	60:  "待分配",
	61:  "排队中",
	63:  "待补货",
	65:  "待处理",
	70:  "待发货",
	73:  "爆款锁定",
	74:  "预打包",
	75:  "待拣货",
	77:  "拣货中",
	79:  "已拣货",
	90:  "延时发货",
	110: "已完成",
}

// String is the platform's Chinese name, the number where it has none here.
func (s StockoutStatus) String() string { return nameOf(stockoutStatusNames, int64(s)) }

// StockoutStatusType is which sales stock-outs and which of their times a query means (状态类型). The platform may send numbers beyond these.
type StockoutStatusType int64

// Values of StockoutStatusType.
const (
	StockoutByShipTime  StockoutStatusType = 0 // 按发货时间
	StockoutByCancelled StockoutStatusType = 1 // 已取消
	StockoutByAllocated StockoutStatusType = 2 // 已分配至延时发货
	StockoutByStatus    StockoutStatusType = 3 // 按状态
)

var stockoutStatusTypeNames = map[int64]string{
	0: "按发货时间",
	1: "已取消",
	2: "已分配至延时发货",
	3: "按状态",
}

// String is the platform's Chinese name, the number where it has none here.
func (s StockoutStatusType) String() string { return nameOf(stockoutStatusTypeNames, int64(s)) }

// OutStatus is the status of other, transfer and purchase return stock-outs (出库单状态). The platform may send numbers beyond these.
type OutStatus int64

// Values of OutStatus.
const (
	OutCancelled   OutStatus = 5   // 已取消
	OutUnconfirmed OutStatus = 48  // 未确认
	OutToReview    OutStatus = 50  // 待审核
	OutToProcess   OutStatus = 65  // 待处理
	OutPicking     OutStatus = 77  // 拣货中
	OutCompleted   OutStatus = 110 // 已完成
)

var outStatusNames = map[int64]string{
	5:   "已取消",
	48:  "未确认",
	50:  "待审核",
	65:  "待处理",
	77:  "拣货中",
	110: "已完成",
}

// String is the platform's Chinese name, the number where it has none here.
func (s OutStatus) String() string { return nameOf(outStatusNames, int64(s)) }

// OtherOutFilter is what other stock-outs are filtered by; the rows carry an OutStatus. The platform may send numbers beyond these.
type OtherOutFilter int64

// Values of OtherOutFilter.
const (
	OtherOutEditing   OtherOutFilter = 1  // 编辑中
	OtherOutToReview  OtherOutFilter = 10 // 待审核
	OtherOutApproved  OtherOutFilter = 20 // 已审核
	OtherOutPartOut   OtherOutFilter = 60 // 部分出库
	OtherOutToSettle  OtherOutFilter = 65 // 待结算
	OtherOutCompleted OtherOutFilter = 70 // 已完成
	OtherOutCancelled OtherOutFilter = 80 // 已取消
)

var otherOutFilterNames = map[int64]string{
	1:  "编辑中",
	10: "待审核",
	20: "已审核",
	60: "部分出库",
	65: "待结算",
	70: "已完成",
	80: "已取消",
}

// String is the platform's Chinese name, the number where it has none here.
func (s OtherOutFilter) String() string { return nameOf(otherOutFilterNames, int64(s)) }

// StockinStatus is the status of stock-ins of all kinds (入库单状态). The platform may send numbers beyond these.
type StockinStatus int64

// Values of StockinStatus.
const (
	StockinCancelled StockinStatus = 10 // 已取消
	StockinEditing   StockinStatus = 20 // 编辑中
	StockinToReview  StockinStatus = 30 // 待审核
	StockinToInspect StockinStatus = 37 // 待质检
	StockinInspected StockinStatus = 40 // 质检完成
	StockinCompleted StockinStatus = 80 // 已完成
)

var stockinStatusNames = map[int64]string{
	10: "已取消",
	20: "编辑中",
	30: "待审核",
	37: "待质检",
	40: "质检完成",
	80: "已完成",
}

// String is the platform's Chinese name, the number where it has none here.
func (s StockinStatus) String() string { return nameOf(stockinStatusNames, int64(s)) }

// ConsignStatus is what was done to a sales stock-out, as bits (发货状态). The platform may send numbers beyond these.
type ConsignStatus int64

// Values of ConsignStatus.
const (
	ConsignChecked         ConsignStatus = 1    // 已验货
	ConsignWeighed         ConsignStatus = 2    // 已称重
	ConsignPicked          ConsignStatus = 16   // 已分拣
	ConsignWaybillReturned ConsignStatus = 32   // 已回传物流单号
	ConsignSorted          ConsignStatus = 64   // 已分货
	ConsignListPrinted     ConsignStatus = 128  // 已打印清单
	ConsignOrderNotice     ConsignStatus = 4096 // 已通知订单
)

var consignStatusNames = map[int64]string{
	1:    "已验货",
	2:    "已称重",
	16:   "已分拣",
	32:   "已回传物流单号",
	64:   "已分货",
	128:  "已打印清单",
	4096: "已通知订单",
}

// String gives the Chinese names of the bits that are set, parted by 、.
func (s ConsignStatus) String() string { return bitNames(consignStatusNames, int64(s)) }

// TransferStatus is the status of a transfer (调拨单状态). The platform may send numbers beyond these.
type TransferStatus int64

// Values of TransferStatus.
const (
	TransferCancelled TransferStatus = 10 // 已取消
	TransferEditing   TransferStatus = 20 // 编辑中
	TransferToReview  TransferStatus = 30 // 待审核
	TransferApproved  TransferStatus = 40 // 已审核
	TransferMoving    TransferStatus = 50 // 调拨中
	TransferToSettle  TransferStatus = 80 // 待结算
	TransferCompleted TransferStatus = 90 // 调拨完成
)

var transferStatusNames = map[int64]string{
	10: "已取消",
	20: "编辑中",
	30: "待审核",
	40: "已审核",
	50: "调拨中",
	80: "待结算",
	90: "调拨完成",
}

// String is the platform's Chinese name, the number where it has none here.
func (s TransferStatus) String() string { return nameOf(transferStatusNames, int64(s)) }

// TransferMode is how goods are transferred (调拨方案). The platform may send numbers beyond these.
type TransferMode int64

// Values of TransferMode.
const (
	TransferBySKU            TransferMode = 0  // 单品调拨
	TransferByShelf          TransferMode = 1  // 货位调拨
	TransferByDetail         TransferMode = 2  // 明细调拨
	TransferByOuterQuick     TransferMode = 4  // 外部快速调拨
	TransferBySKUInAndOut    TransferMode = 5  // 单品快速出入
	TransferByShelfInAndOut  TransferMode = 6  // 货位快速出入
	TransferByDetailInAndOut TransferMode = 7  // 明细快速出入
	TransferBySKUOut         TransferMode = 8  // 单品快速出库
	TransferByShelfOut       TransferMode = 9  // 货位快速出库
	TransferByDetailOut      TransferMode = 10 // 明细快速出库
	TransferByAutomatic      TransferMode = 11 // 自动调拨
	TransferByOuterDetail    TransferMode = 14 // 外部明细调拨
)

var transferModeNames = map[int64]string{
	0:  "单品调拨",
	1:  "货位调拨",
	2:  "明细调拨",
	4:  "外部快速调拨",
	5:  "单品快速出入",
	6:  "货位快速出入",
	7:  "明细快速出入",
	8:  "单品快速出库",
	9:  "货位快速出库",
	10: "明细快速出库",
	11: "自动调拨",
	14: "外部明细调拨",
}

// String is the platform's Chinese name, the number where it has none here.
func (s TransferMode) String() string { return nameOf(transferModeNames, int64(s)) }

// StockSource is the document a stock change comes from (来源单据类型). The platform may send numbers beyond these.
type StockSource int64

// Values of StockSource.
const (
	StockFromSale           StockSource = 1  // 销售
	StockFromTransfer       StockSource = 2  // 调拨
	StockFromStocktake      StockSource = 4  // 盘点
	StockFromProduction     StockSource = 5  // 生产
	StockFromProductionIn   StockSource = 6  // 生产入库
	StockFromRepairIn       StockSource = 7  // 保修入库
	StockFromDefect         StockSource = 8  // 残次品转换
	StockFromPurchase       StockSource = 10 // 采购入库
	StockFromRefund         StockSource = 12 // 退货入库
	StockFromJITRefund      StockSource = 13 // JIT退货入库
	StockFromPurchaseReturn StockSource = 14 // 采购退货出库
	StockFromOtherIn        StockSource = 20 // 其他入库
	StockFromOtherOut       StockSource = 21 // 其他出库
	StockFromPreStockin     StockSource = 22 // 退货预入库
	StockFromAdjustIn       StockSource = 23 // 调整入库
	StockFromAdjustOut      StockSource = 24 // 调整出库
	StockFromInitialIn      StockSource = 33 // 初始化入库
	StockFromInitialOut     StockSource = 34 // 初始化出库
)

var stockSourceNames = map[int64]string{
	1:  "销售",
	2:  "调拨",
	4:  "盘点",
	5:  "生产",
	6:  "生产入库",
	7:  "保修入库",
	8:  "残次品转换",
	10: "采购入库",
	12: "退货入库",
	13: "JIT退货入库",
	14: "采购退货出库",
	20: "其他入库",
	21: "其他出库",
	22: "退货预入库",
	23: "调整入库",
	24: "调整出库",
	33: "初始化入库",
	34: "初始化出库",
}

// String is the platform's Chinese name, the number where it has none here.
func (s StockSource) String() string { return nameOf(stockSourceNames, int64(s)) }

// StockDirection is whether stock came in or went out (出入库类型). The platform may send numbers beyond these.
type StockDirection int64

// Values of StockDirection.
const (
	StockIn  StockDirection = 1 // 入库
	StockOut StockDirection = 2 // 出库
)

var stockDirectionNames = map[int64]string{
	1: "入库",
	2: "出库",
}

// String is the platform's Chinese name, the number where it has none here.
func (s StockDirection) String() string { return nameOf(stockDirectionNames, int64(s)) }

// StockStatus is whether an SKU is kept in a warehouse (库存状态). The platform may send numbers beyond these.
type StockStatus int64

// Values of StockStatus.
const (
	StockRowNotEnabled StockStatus = 0 // 未启用
	StockRowEnabled    StockStatus = 1 // 启用
	StockRowStopped    StockStatus = 2 // 停用
)

var stockStatusNames = map[int64]string{
	0: "未启用",
	1: "启用",
	2: "停用",
}

// String is the platform's Chinese name, the number where it has none here.
func (s StockStatus) String() string { return nameOf(stockStatusNames, int64(s)) }
