package wdttest

import "time"

// Stock is the stock of one SKU in one warehouse (库存). Quantities are texts
// such as "12" or "0.5"; "" is 0.
type Stock struct {
	WarehouseNo, SpecNo string    // warehouse_no and spec_no, together the key
	Num                 string    // stock_num (库存量)
	Sending             string    // sending_num (待发货量), taken off what can be shipped
	Cost                string    // cost_price (成本价)
	Defect              bool      // defect (残次品), a row of its own
	Modified            time.Time // last change of stock; zero is now
	More                Row       // other members by their names
}

// SeedStock adds stock to wms.StockSpec.search2, search and queryAvailableStock,
// or replaces the row of the same warehouse, SKU and state.
// available_send_stock is Num less Sending.
func (s *Server) SeedStock(all ...Stock) {
	for _, o := range all {
		num, sending := decimalOf("Num", o.Num), decimalOf("Sending", o.Sending)
		r := Row{
			"warehouse_no": o.WarehouseNo, "spec_no": o.SpecNo, "stock_num": num.String(), "sending_num": sending.String(),
			"available_send_stock": num.minus(sending).String(), "cost_price": o.Cost, "defect": o.Defect, "status": 1,
		}
		r.giveTime("modified", o.Modified)
		s.mu.Lock()
		r = with(with(documented(stock, ".", s.stockMembers(o.WarehouseNo, o.SpecNo)), r), o.More)
		s.mu.Unlock()
		s.Seed(stock, r)
	}
}

func (s *Server) warehouseMembers(no string) Row {
	r := Row{"warehouse_no": no, "warehouse_type": 1}
	if w := s.bin(warehouseMethod).byKey[no]; w != nil {
		r["warehouse_name"], r["warehouse_id"], r["warehouse_type"] = w.row["name"], w.id, w.row["type"]
	}
	return r
}

// stockMembers are what a stock row shows of its SKU and warehouse.
func (s *Server) stockMembers(warehouseNo, specNo string) Row {
	return with(s.specMembers(specNo), s.warehouseMembers(warehouseNo))
}

// move is one approved change of stock.
type move struct {
	warehouse, spec string
	num             amount // above 0 comes in, below 0 goes out
	defect          bool
	kind            int    // src_order_type
	doc, source     string // stockio_no, src_order_no
}

// moveStock carries a change of stock out, when the fake is to.
func (c *writeCall) moveStock(m move) {
	if !c.stockMoves {
		return
	}
	b, t := c.bin(stock), tableOf(stock)
	r := Row{"warehouse_no": m.warehouse, "spec_no": m.spec, "defect": m.defect}
	old := b.byKey[t.keyOf(r)]
	if old != nil {
		r = old.row.clone()
		delete(r, "modified")
	} else {
		r = with(documented(stock, ".", c.stockMembers(m.warehouse, m.spec)), r)
		r["status"] = 1
	}
	before := r.amount("stock_num")
	after := before.plus(m.num)
	r["stock_num"] = after.String()
	r["available_send_stock"] = r.amount("available_send_stock").plus(m.num).String()
	r["last_inout_time"] = c.now
	b.put(t, r, c.now)

	in, num := 1, m.num
	if !m.num.positive() {
		in, num = 2, decimalOf("", "").minus(m.num)
	}
	c.bin(history).put(tableOf(history), Row{
		"warehouse_no": m.warehouse, "warehouse_name": c.nameOf(warehouseMethod, m.warehouse, "name"), "spec_no": m.spec,
		"stock_num_old": before.String(), "num": num.String(), "stock_num_new": after.String(), "defect": m.defect,
		"type": in, "src_order_type": m.kind, "stockio_no": m.doc, "src_order_no": m.source, "created": c.now,
	}, c.now)
}
