package wdttest

import "time"

// SeedDemo fills the fake with a small seller, made up throughout: an own shop
// S01, an offline shop S02, a JD shop S03 and a Tmall shop S04, whose rows the
// direct gateway keeps back; the warehouses W01 and W02; two suppliers, two
// employees and a logistics company; four goods with five SKUs and their stock;
// six orders of the last 50 minutes with discounts and postage, one each waiting,
// shipped, completed, cancelled, and two from S03 and S04; one refund order; and
// three shipments waiting to be told to S01.
func (s *Server) SeedDemo() {
	now := s.clock().In(china).Truncate(time.Second)
	old := now.Add(-20 * 24 * time.Hour)
	s.PutShop(
		Shop{No: "S01", Name: "自营商城", PlatformID: 127, Modified: old},
		Shop{No: "S02", Name: "线下门店", PlatformID: 0, Modified: old},
		Shop{No: "S03", Name: "京东旗舰店", PlatformID: 3, Modified: old},
		Shop{No: "S04", Name: "天猫旗舰店", PlatformID: 1, SubPlatformID: 1, Modified: old},
	)
	s.PutWarehouse(
		Warehouse{No: "W01", Name: "主仓", Province: "浙江省", City: "杭州市", District: "余杭区", Modified: old},
		Warehouse{No: "W02", Name: "备货仓", Province: "江苏省", City: "苏州市", District: "吴中区", Modified: old},
	)
	s.Seed("setting.Logistics.queryLogistics", Row{"logistics_no": "L01", "logistics_name": "示例速递", "logistics_type": 1, "type": 1, "modified": old})
	s.Seed(employee,
		Row{"employee_no": "E01", "name": "甲", "shortname": "buyer01", "roles_mask": 8},
		Row{"employee_no": "E02", "name": "乙", "shortname": "seller01", "roles_mask": 1})
	s.SeedSupplier(
		Supplier{No: "P01", Name: "示例供应商一", Contact: "丙", More: Row{"modified": old}},
		Supplier{No: "P02", Name: "示例供应商二", Contact: "丁", More: Row{"modified": old}},
	)
	s.demoGoods(old)
	s.demoTrades(now)
}

func (s *Server) demoGoods(old time.Time) {
	s.SeedGoods(
		Goods{No: "G01", Name: "保温杯", Brand: "示例", Class: "杯具", Modified: old, Specs: []Spec{
			{No: "G01-RED", Name: "红色", Barcode: "2000000000018", Retail: "59.9000", Cost: "21.5000", Weight: "0.3500"},
			{No: "G01-BLUE", Name: "蓝色", Barcode: "2000000000025", Retail: "59.9000", Cost: "21.5000", Weight: "0.3500"},
		}},
		Goods{No: "G02", Name: "棉布", Class: "布料", Unit: "米", Modified: old, Specs: []Spec{{No: "G02", Retail: "12.3400", Cost: "4.1250", Weight: "0.2000"}}},
		Goods{No: "G03", Name: "笔记本", Class: "文具", Modified: old, Specs: []Spec{{No: "G03", Retail: "8.0000", Cost: "2.3300", Weight: "0.1500"}}},
		Goods{No: "G04", Name: "贺卡", Class: "文具", Modified: old, Specs: []Spec{{No: "G04", Retail: "3.3333", Cost: "0.5000", Weight: "0.0100"}}},
	)
	for _, st := range []Stock{
		{WarehouseNo: "W01", SpecNo: "G01-RED", Num: "120", Sending: "3", Cost: "21.5000"},
		{WarehouseNo: "W01", SpecNo: "G01-BLUE", Num: "80", Cost: "21.5000"},
		{WarehouseNo: "W01", SpecNo: "G02", Num: "351.5", Sending: "2.5", Cost: "4.1250"},
		{WarehouseNo: "W02", SpecNo: "G02", Num: "40", Cost: "4.1250"},
		{WarehouseNo: "W01", SpecNo: "G03", Num: "500", Cost: "2.3300"},
		{WarehouseNo: "W02", SpecNo: "G04", Num: "1000", Cost: "0.5000"},
	} {
		st.Modified = old
		s.SeedStock(st)
	}
}

func (s *Server) demoTrades(now time.Time) {
	minutes := func(n int) time.Time { return now.Add(time.Duration(-n) * time.Minute) }
	who := Trade{WarehouseNo: "W01", Buyer: "买家", Receiver: "收件人", Mobile: "13800000000", Area: "浙江省 杭州市 余杭区", Address: "示例路1号"}
	add := func(t Trade) {
		t.WarehouseNo, t.Buyer, t.Receiver, t.Mobile, t.Area, t.Address = who.WarehouseNo, who.Buyer, who.Receiver, who.Mobile, who.Area, who.Address
		s.SeedTrade(t)
	}
	add(Trade{No: "JY0001", ShopNo: "S01", Status: 55, PostAmount: "8", Discount: "10", Modified: minutes(50), Lines: []TradeLine{
		{SpecNo: "G01-RED", Num: "2", Price: "59.9"}, {SpecNo: "G02", Num: "3", Price: "12.34", Discount: "1.02"}}})
	add(Trade{No: "JY0002", ShopNo: "S01", Status: 95, PostAmount: "0", Modified: minutes(40), ConsignTime: minutes(42), LogisticNo: "YD0002", Lines: []TradeLine{
		{SpecNo: "G03", Num: "10", Price: "8", Discount: "4"}, {SpecNo: "G04", Gift: true}}})
	add(Trade{No: "JY0003", ShopNo: "S02", Status: 110, Discount: "0.01", Modified: minutes(30), ConsignTime: minutes(35), LogisticNo: "YD0003", Lines: []TradeLine{
		{SpecNo: "G04", Num: "3", Price: "3.3333"}}})
	add(Trade{No: "JY0004", ShopNo: "S01", Status: 5, Refund: 3, PostAmount: "6", Modified: minutes(20), Lines: []TradeLine{{SpecNo: "G01-BLUE", Price: "59.9"}}})
	add(Trade{No: "JY0005", ShopNo: "S03", Status: 95, PostAmount: "5.5", Discount: "3.33", Modified: minutes(10), ConsignTime: minutes(12), LogisticNo: "YD0005", Lines: []TradeLine{
		{SpecNo: "G01-RED", Price: "59.9"}, {SpecNo: "G03", Num: "2", Price: "8"}, {SpecNo: "G02", Num: "0.5", Price: "12.34"}}})
	add(Trade{No: "JY0006", ShopNo: "S04", Status: 95, Modified: minutes(5), ConsignTime: minutes(6), LogisticNo: "YD0006", Lines: []TradeLine{{SpecNo: "G01-BLUE", Num: "2", Price: "55"}}})
	s.SeedRefund(Refund{No: "TK0001", TradeNo: "JY0002", Type: 2, Status: 30, StockIn: 1, WarehouseNo: "W01", Reason: "七天无理由", Modified: minutes(15), Lines: []RefundLine{
		{SpecNo: "G03", Num: "2", Price: "7.6"}}})
	for i, no := range []string{"JY0002", "JY0003", "JY0005"} {
		if t, ok := s.Row(trades, no); ok {
			s.Seed(shipSync, Row{
				"sync_id": 9001 + i, "tid": t.text("src_tids"), "shop_no": t["shop_no"], "logistics_no": t.text("logistics_no"), "logistics_code": "L01", "logistics_name": "示例速递",
				"trade_id": t["trade_id"], "platform_id": t["platform_id"], "created": t["consign_time"],
			})
		}
	}
}
