package wdt

// PurchaseStatus is the status of a purchase order (采购单状态). The platform may send numbers beyond these.
type PurchaseStatus int64

// Values of PurchaseStatus.
const (
	PurchaseCancelled     PurchaseStatus = 10 // 已取消
	PurchaseEditing       PurchaseStatus = 20 // 编辑中
	PurchaseToReview      PurchaseStatus = 30 // 待审核
	PurchaseFinanceReview PurchaseStatus = 35 // 待财审
	PurchaseApproved      PurchaseStatus = 40 // 已审核
	PurchasePartArrived   PurchaseStatus = 50 // 部分到货
	PurchaseArrived       PurchaseStatus = 60 // 已到货
	PurchaseToSettle      PurchaseStatus = 70 // 待结算
	PurchasePartSettled   PurchaseStatus = 80 // 部分结算
	PurchaseCompleted     PurchaseStatus = 90 // 已完成
)

var purchaseStatusNames = map[int64]string{
	10: "已取消",
	20: "编辑中",
	30: "待审核",
	35: "待财审",
	40: "已审核",
	50: "部分到货",
	60: "已到货",
	70: "待结算",
	80: "部分结算",
	90: "已完成",
}

// String is the platform's Chinese name, the number where it has none here.
func (s PurchaseStatus) String() string { return nameOf(purchaseStatusNames, int64(s)) }

// PurchaseStockinStatus is how much of a purchase order came in (采购入库状态). The platform may send numbers beyond these.
type PurchaseStockinStatus int64

// Values of PurchaseStockinStatus.
const (
	PurchaseStockinNone        PurchaseStockinStatus = 0 // 未入库
	PurchaseStockinPart        PurchaseStockinStatus = 1 // 部分入库
	PurchaseStockinAll         PurchaseStockinStatus = 2 // 全部入库
	PurchaseStockinStopped     PurchaseStockinStatus = 3 // 终止入库
	PurchaseStockinOver        PurchaseStockinStatus = 4 // 超额入库
	PurchaseStockinPartAndOver PurchaseStockinStatus = 5 // 部分超额入库
)

var purchaseStockinStatusNames = map[int64]string{
	0: "未入库",
	1: "部分入库",
	2: "全部入库",
	3: "终止入库",
	4: "超额入库",
	5: "部分超额入库",
}

// String is the platform's Chinese name, the number where it has none here.
func (s PurchaseStockinStatus) String() string { return nameOf(purchaseStockinStatusNames, int64(s)) }

// PurchaseReturnStatus is the status of a purchase return (采购退货单状态). The platform may send numbers beyond these.
type PurchaseReturnStatus int64

// Values of PurchaseReturnStatus.
const (
	PurchaseReturnCancelled PurchaseReturnStatus = 10 // 已取消
	PurchaseReturnEditing   PurchaseReturnStatus = 20 // 编辑中
	PurchaseReturnToReview  PurchaseReturnStatus = 30 // 待审核
	PurchaseReturnApproved  PurchaseReturnStatus = 40 // 已审核
	PurchaseReturnCompleted PurchaseReturnStatus = 60 // 已完成
)

var purchaseReturnStatusNames = map[int64]string{
	10: "已取消",
	20: "编辑中",
	30: "待审核",
	40: "已审核",
	60: "已完成",
}

// String is the platform's Chinese name, the number where it has none here.
func (s PurchaseReturnStatus) String() string { return nameOf(purchaseReturnStatusNames, int64(s)) }

// PurchaseReturnType is what a purchase return is for (退货类型). The platform may send numbers beyond these.
type PurchaseReturnType int64

// Values of PurchaseReturnType.
const (
	PurchaseReturnForReturn   PurchaseReturnType = 1 // 退货
	PurchaseReturnForExchange PurchaseReturnType = 2 // 换货
)

var purchaseReturnTypeNames = map[int64]string{
	1: "退货",
	2: "换货",
}

// String is the platform's Chinese name, the number where it has none here.
func (s PurchaseReturnType) String() string { return nameOf(purchaseReturnTypeNames, int64(s)) }

// PurchaseReturnStockoutStatus is how much of a purchase return went out (退货出库状态). The platform may send numbers beyond these.
type PurchaseReturnStockoutStatus int64

// Values of PurchaseReturnStockoutStatus.
const (
	PurchaseReturnStockoutNone    PurchaseReturnStockoutStatus = 0 // 未出库
	PurchaseReturnStockoutPart    PurchaseReturnStockoutStatus = 1 // 部分出库
	PurchaseReturnStockoutAll     PurchaseReturnStockoutStatus = 2 // 全部出库
	PurchaseReturnStockoutStopped PurchaseReturnStockoutStatus = 3 // 终止出库
)

var purchaseReturnStockoutStatusNames = map[int64]string{
	0: "未出库",
	1: "部分出库",
	2: "全部出库",
	3: "终止出库",
}

// String is the platform's Chinese name, the number where it has none here.
func (s PurchaseReturnStockoutStatus) String() string {
	return nameOf(purchaseReturnStockoutStatusNames, int64(s))
}

// WarehouseType is the kind of a warehouse (仓库类型). The platform may send numbers beyond these.
type WarehouseType int64

// Values of WarehouseType.
const (
	WarehouseNormal       WarehouseType = 1   // 普通仓库
	WarehouseSelfFlow     WarehouseType = 2   // 自流转仓库
	WarehousePlatform     WarehouseType = 3   // 平台仓
	WarehouseJD           WarehouseType = 4   // 京东仓
	WarehouseDouyinCloud  WarehouseType = 6   // 抖音云仓
	WarehouseDropShipping WarehouseType = 125 // 代发仓
	WarehouseDistribution WarehouseType = 126 // 分销仓
)

var warehouseTypeNames = map[int64]string{
	1:   "普通仓库",
	2:   "自流转仓库",
	3:   "平台仓",
	4:   "京东仓",
	6:   "抖音云仓",
	125: "代发仓",
	126: "分销仓",
}

// String is the platform's Chinese name, the number where it has none here.
func (s WarehouseType) String() string { return nameOf(warehouseTypeNames, int64(s)) }

// LogisticsUse is what a logistics company is used for (物流用途). The platform may send numbers beyond these.
type LogisticsUse int64

// Values of LogisticsUse.
const (
	LogisticsForSalesOut    LogisticsUse = 1   // 销售出库
	LogisticsForSalesReturn LogisticsUse = 2   // 销售退货
	LogisticsForWMSSales    LogisticsUse = 3   // 仓储销售
	LogisticsForJIT         LogisticsUse = 4   // JIT出库
	LogisticsForPurchase    LogisticsUse = 10  // 采购
	LogisticsForOther       LogisticsUse = 127 // 其他
)

var logisticsUseNames = map[int64]string{
	1:   "销售出库",
	2:   "销售退货",
	3:   "仓储销售",
	4:   "JIT出库",
	10:  "采购",
	127: "其他",
}

// String is the platform's Chinese name, the number where it has none here.
func (s LogisticsUse) String() string { return nameOf(logisticsUseNames, int64(s)) }

// LogisticsType is the kind of a logistics company (物流类型); frequent ones. The platform may send numbers beyond these.
type LogisticsType int64

// Values of LogisticsType.
const (
	LogisticsUnknown   LogisticsType = 0  // 未知
	LogisticsOwn       LogisticsType = 1  // 自有物流
	LogisticsChinaPost LogisticsType = 2  // 中国邮政
	LogisticsEMS       LogisticsType = 3  // EMS
	LogisticsYTO       LogisticsType = 4  // 圆通
	LogisticsZTO       LogisticsType = 5  // 中通
	LogisticsSTO       LogisticsType = 6  // 申通
	LogisticsSF        LogisticsType = 8  // 顺丰
	LogisticsYunda     LogisticsType = 9  // 韵达
	LogisticsBest      LogisticsType = 10 // 百世
	LogisticsDeppon    LogisticsType = 22 // 德邦
)

var logisticsTypeNames = map[int64]string{
	0:  "未知",
	1:  "自有物流",
	2:  "中国邮政",
	3:  "EMS",
	4:  "圆通",
	5:  "中通",
	6:  "申通",
	8:  "顺丰",
	9:  "韵达",
	10: "百世",
	22: "德邦",
}

// String is the platform's Chinese name, the number where it has none here.
func (s LogisticsType) String() string { return nameOf(logisticsTypeNames, int64(s)) }

// Platform is a sales platform (平台ID); frequent ones. The platform may send numbers beyond these.
type Platform int64

// Values of Platform.
const (
	PlatformOffline            Platform = 0   // 线下
	PlatformTaobao             Platform = 1   // 淘宝天猫
	PlatformTaobaoDistribution Platform = 2   // 淘宝分销
	PlatformJD                 Platform = 3   // 京东
	PlatformAmazon             Platform = 5   // 亚马逊
	PlatformAlibaba1688        Platform = 9   // 1688
	PlatformSuning             Platform = 13  // 苏宁
	PlatformVipshop            Platform = 14  // 唯品会
	PlatformYouzan             Platform = 17  // 有赞
	PlatformWeimob             Platform = 28  // 微盟
	PlatformAliExpress         Platform = 37  // 速卖通
	PlatformPinduoduo          Platform = 39  // 拼多多
	PlatformMeituan            Platform = 42  // 美团
	PlatformKaola              Platform = 50  // 考拉
	PlatformXiaohongshu        Platform = 56  // 小红书
	PlatformYunji              Platform = 58  // 云集
	PlatformDouyin             Platform = 69  // 抖店
	PlatformKuaishou           Platform = 75  // 快手
	PlatformYanxuan            Platform = 80  // 网易严选
	PlatformTmallSupermarket   Platform = 82  // 天猫超市
	PlatformWeChatChannels     Platform = 83  // 微信视频号
	PlatformDewu               Platform = 101 // 得物
	PlatformSHEIN              Platform = 115 // SHEIN
	PlatformDistribution       Platform = 125 // 分销
	PlatformCustom             Platform = 126 // 自定义
	PlatformOwn                Platform = 127 // 自有平台
	PlatformXianyu             Platform = 134 // 闲鱼
	PlatformDouyinSupply       Platform = 139 // 抖音供销
)

var platformNames = map[int64]string{
	0:   "线下",
	1:   "淘宝天猫",
	2:   "淘宝分销",
	3:   "京东",
	5:   "亚马逊",
	9:   "1688",
	13:  "苏宁",
	14:  "唯品会",
	17:  "有赞",
	28:  "微盟",
	37:  "速卖通",
	39:  "拼多多",
	42:  "美团",
	50:  "考拉",
	56:  "小红书",
	58:  "云集",
	69:  "抖店",
	75:  "快手",
	80:  "网易严选",
	82:  "天猫超市",
	83:  "微信视频号",
	101: "得物",
	115: "SHEIN",
	125: "分销",
	126: "自定义",
	127: "自有平台",
	134: "闲鱼",
	139: "抖音供销",
}

// String is the platform's Chinese name, the number where it has none here.
func (s Platform) String() string { return nameOf(platformNames, int64(s)) }

// SyncResult is what became of a shipment that was reported to a shop (同步结果). The platform may send numbers beyond these.
type SyncResult int64

// Values of SyncResult.
const (
	SyncDone   SyncResult = 0    // 成功
	SyncFailed SyncResult = 2    // 失败
	SyncAgain  SyncResult = -100 // 重试
)

var syncResultNames = map[int64]string{
	0:    "成功",
	2:    "失败",
	-100: "重试",
}

// String is the platform's Chinese name, the number where it has none here.
func (s SyncResult) String() string { return nameOf(syncResultNames, int64(s)) }

// APIGoodsStatus is whether a listing is on sale (平台货品状态). The platform may send numbers beyond these.
type APIGoodsStatus int64

// Values of APIGoodsStatus.
const (
	APIGoodsDeleted APIGoodsStatus = 0 // 已删除
	APIGoodsOnSale  APIGoodsStatus = 1 // 在架
	APIGoodsOffSale APIGoodsStatus = 2 // 下架
)

var apiGoodsStatusNames = map[int64]string{
	0: "已删除",
	1: "在架",
	2: "下架",
}

// String is the platform's Chinese name, the number where it has none here.
func (s APIGoodsStatus) String() string { return nameOf(apiGoodsStatusNames, int64(s)) }
