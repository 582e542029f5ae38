package kingdee

import "github.com/duijie-go/duijie"

// InventoryRow is stock on hand (即时库存): one material in one warehouse, by lot
// and status. It can only be read. Reading reflects the moment of each page:
// rows that move while a list is read are not one picture of the stock.
type InventoryRow struct {
	ID           string         `kingdee:"FID,key"` // a text here
	StockOrg     string         `kingdee:"FStockOrgId.FNumber"`
	Stock        string         `kingdee:"FStockId.FNumber"`
	StockName    string         `kingdee:"FStockId.FName"`
	Material     string         `kingdee:"FMaterialId.FNumber"`
	MaterialName string         `kingdee:"FMaterialId.FName"`
	Lot          string         `kingdee:"FLot.FNumber"`
	StockStatus  string         `kingdee:"FStockStatusId.FName"` // 库存状态
	BaseUnit     string         `kingdee:"FBaseUnitId.FName"`    // 基本单位
	ProduceDate  duijie.Time    `kingdee:"FProduceDate"`         // 生产日期
	ExpiryDate   duijie.Time    `kingdee:"FExpiryDate"`          // 有效期至
	MtoNo        string         `kingdee:"FMtoNo"`               // 计划跟踪号
	Qty          duijie.Decimal `kingdee:"FQty"`                 // in the main unit (库存量主单位)
	BaseQty      duijie.Decimal `kingdee:"FBaseQty"`             // in the base unit (库存量基本单位)
	AvailableQty duijie.Decimal `kingdee:"FAVBQty"`              // 可用量: the platform's figure is unreliable
}
