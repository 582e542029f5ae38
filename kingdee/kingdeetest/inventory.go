package kingdeetest

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

const inventory = "STK_Inventory"

// StockMove tells what auditing a bill does to the stock on hand (即时库存), line
// by line; UnAudit takes it back. Material, lot and stock status are the line's
// FMaterialId, FLot and FStockStatusId.
type StockMove struct {
	Qty   string // quantity of the line, as "FRealQty"
	Stock string // warehouse of the line, as "FStockId"
	Org   string // organisation, of the line or of the head, as "FStockOrgId"
	Out   bool   // the goods leave
}

// stockPlace is what one row of the stock on hand stands for, all by number.
type stockPlace struct{ material, stock, org, lot, status string }

// moveStock books the lines of a bill: sign 1 when it was audited, -1 when that
// is taken back; late hides the effect for that long.
func (s *Server) moveStock(t *table, rec *record, sign int64, now time.Time, late time.Duration) {
	for place, qty := range t.stockOf(rec) {
		s.addStock(place, qty.Mul(qty, big.NewRat(sign, 1)), now, late)
	}
}

// stockOf adds up what a bill moves, place by place.
func (t *table) stockOf(rec *record) map[stockPlace]*big.Rat {
	p := t.lines()
	if len(t.Stock) == 0 || p == nil {
		return nil
	}
	out := map[stockPlace]*big.Rat{}
	lines, _ := rec.vals[p.key].([]map[string]any)
	for _, move := range t.Stock {
		for _, line := range lines {
			number := func(key string) string {
				ref, ok := inner(line, key).(map[string]any)
				if !ok {
					ref, _ = inner(rec.vals, key).(map[string]any)
				}
				return refNumber(ref)
			}
			qty := ratOf(inner(line, move.Qty))
			place := stockPlace{number("FMaterialId"), number(move.Stock), number(move.Org), number("FLot"), number("FStockStatusId")}
			if qty == nil || place.material == "" || place.stock == "" {
				continue
			}
			if move.Out {
				qty.Neg(qty)
			}
			if out[place] == nil {
				out[place] = new(big.Rat)
			}
			out[place].Add(out[place], qty)
		}
	}
	return out
}

// stockRow finds the row of the stock on hand, nil when there is none.
func (s *Server) stockRow(place stockPlace) *record {
	t := s.table(inventory)
	for _, id := range t.ids {
		if rec := t.current(id); rec != nil && placeOf(rec) == place {
			return rec
		}
	}
	return nil
}

func placeOf(rec *record) stockPlace {
	number := func(key string) string {
		ref, _ := rec.vals[key].(map[string]any)
		return refNumber(ref)
	}
	return stockPlace{number("FMaterialId"), number("FStockId"), number("FStockOrgId"), number("FLot"), number("FStockStatusId")}
}

func (s *Server) addStock(place stockPlace, qty *big.Rat, now time.Time, late time.Duration) {
	t := s.table(inventory)
	rec := s.stockRow(place)
	if rec == nil {
		rec = &record{id: s.newID(), status: "C", forbid: "A", created: now, vals: map[string]any{}}
		for key, number := range map[string]string{
			"FMaterialId": place.material, "FStockId": place.stock, "FStockOrgId": place.org, "FLot": place.lot, "FStockStatusId": place.status,
		} {
			if number != "" {
				rec.vals[key] = map[string]any{"FNumber": number}
			}
		}
		if unit := s.baseUnit(place.material); unit != nil {
			rec.vals["FBaseUnitId"] = unit
		}
	} else {
		rec = rec.clone()
	}
	rec.modified = now
	for _, key := range []string{"FQty", "FBaseQty", "FAVBQty"} {
		rec.vals[key] = decimalText(new(big.Rat).Add(ratOrZero(rec.vals[key]), qty))
	}
	t.put(rec, late)
}

// baseUnit is the base unit of a material, nil when it has none.
func (s *Server) baseUnit(material string) map[string]any {
	rec := s.table("BD_MATERIAL").find(material, 0)
	if rec == nil {
		return nil
	}
	sub, _ := rec.vals["SubHeadEntity"].(map[string]any)
	unit, _ := inner(sub, "FBaseUnitId").(map[string]any)
	return unit
}

// OnHand is the stock on hand of a material in a warehouse, over all
// organisations, lots and states, as a decimal without zeros at its end.
func (s *Server) OnHand(material, stock string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := new(big.Rat)
	for _, rec := range s.table(inventory).visible() {
		if p := placeOf(rec); p.material == material && p.stock == stock {
			sum.Add(sum, ratOrZero(rec.vals["FQty"]))
		}
	}
	return decimalText(sum).String()
}

// inventoryAnswer is what GetInventoryData answers: rows without an envelope.
type inventoryAnswer struct {
	Success  bool             `json:"success"`
	Message  string           `json:"message"`
	RowCount int              `json:"rowcount"`
	Data     []map[string]any `json:"data"`
}

// inventoryData serves GetInventoryData (即时库存查询): pages from 1.
func (c *call) inventoryData() any {
	data, ok := c.params.object("data")
	if !ok {
		return inventoryAnswer{Message: "参数不是有效的JSON对象", Data: []map[string]any{}}
	}
	page, size := data.integer("pageindex"), data.integer("pagerows")
	if page < 1 || size < 1 {
		return inventoryAnswer{Message: "pageindex从1开始，pagerows必须大于0", Data: []map[string]any{}}
	}
	stocks, materials := numberSet(data.text("fstocknumbers")), numberSet(data.text("fmaterialnumbers"))
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	rows := []map[string]any{}
	t := c.s.table(inventory)
	for _, rec := range t.visible() {
		p := placeOf(rec)
		if (stocks == nil || stocks[p.stock]) && (materials == nil || materials[p.material]) {
			rows = append(rows, c.s.inventoryRow(t, rec))
		}
	}
	out := inventoryAnswer{Success: true, RowCount: len(rows), Data: rows}
	from := min((page-1)*size, len(rows))
	out.Data = rows[from:min(from+size, len(rows))]
	return out
}

func (s *Server) inventoryRow(t *table, rec *record) map[string]any {
	get := func(name string) any {
		col, _ := t.column(name)
		return jsonValue(t.value(s, view{rec: rec}, col))
	}
	return map[string]any{
		"id": t.keyValue(rec.id), "materialid": get("FMaterialId"), "materialnumber": get("FMaterialId.FNumber"),
		"materialname": get("FMaterialId.FName"), "stockid": get("FStockId"), "stocknumber": get("FStockId.FNumber"),
		"stockname": get("FStockId.FName"), "stockorgid": get("FStockOrgId"), "lot": get("FLot.FNumber"),
		"qty": get("FQty"), "baseqty": get("FBaseQty"), "avbqty": get("FAVBQty"),
	}
}

// numberSet reads a comma list, nil for an empty one.
func numberSet(list string) map[string]bool {
	var out map[string]bool
	for n := range strings.SplitSeq(list, ",") {
		if n = strings.TrimSpace(n); n != "" {
			if out == nil {
				out = map[string]bool{}
			}
			out[n] = true
		}
	}
	return out
}

// short tells what an audit would make negative, "" for nothing.
func (s *Server) short(t *table, rec *record) string {
	for place, qty := range t.stockOf(rec) {
		if qty.Sign() >= 0 {
			continue
		}
		have := new(big.Rat)
		if row := s.stockRow(place); row != nil {
			have = ratOrZero(row.vals["FQty"])
		}
		if have.Add(have, qty).Sign() < 0 {
			return fmt.Sprintf("物料[%s]在仓库[%s]的库存不足", place.material, place.stock)
		}
	}
	return ""
}
