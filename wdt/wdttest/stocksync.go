package wdttest

import (
	"cmp"
	"slices"
)

// The own-shop stock loop works on the rows of goods.ApiGoods.search: a row
// whose stock_change_count is above 0 waits to be synchronised, and
// disable_syn_until is its place in the queue.

// ChangeStock marks a platform good (rec_id of goods.ApiGoods.search) as waiting
// for its stock to be synchronised, with the quantity calcStock will tell. It
// tells whether there is such a row.
func (s *Server) ChangeStock(recID, num string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.bin(apiGoods).byKey[recID]
	if o == nil {
		return false
	}
	n := decimalOf("num", num)
	s.bin(apiGoods).touch(tableOf(apiGoods), o, []Row{{
		"stock_num": n.String(), "stock_change_count": o.row.int("stock_change_count") + 1, "disable_syn_until": s.number("stock change"),
	}}, s.clock())
	return true
}

const (
	minSyncIDs = 10
	maxSyncIDs = 5000
)

// waitingStockSync serves sales.StockSync.getSelfWaitSyncIdListOpen: the ids
// behind a position, and the position to go on from.
func waitingStockSync(c *writeCall) (any, error) {
	args := Row{"count": c.args[0], "position": c.args[1]}
	count, position := args.int("count"), args.int("position")
	if count < minSyncIDs || count > maxSyncIDs {
		return nil, refuse("count 必须在10到5000之间")
	}
	var waiting []*stored
	for _, o := range c.bin(apiGoods).rows {
		if o.row.int("stock_change_count") > 0 && o.row.int("disable_syn_until") > position {
			waiting = append(waiting, o)
		}
	}
	slices.SortFunc(waiting, func(a, b *stored) int {
		return cmp.Compare(a.row.int("disable_syn_until"), b.row.int("disable_syn_until"))
	})
	ids := []int64{}
	for _, o := range waiting[:min(int(count), len(waiting))] {
		ids = append(ids, o.id)
		position = o.row.int("disable_syn_until")
	}
	return map[string]any{"id_list": ids, "position": position}, nil
}

// apiGood finds the platform good a call is about.
func (c *writeCall) apiGood() (*stored, error) {
	o := c.bin(apiGoods).byKey[c.word(0)]
	if o == nil {
		return nil, refuse("未找到对应的单据信息")
	}
	return o, nil
}

// calcStock serves sales.StockSync.calcStock: the quantity to set, with the rule
// it comes from.
func calcStock(c *writeCall) (any, error) {
	o, err := c.apiGood()
	if err != nil {
		return nil, err
	}
	if off(o.row["is_disable_syn"]) || o.row["is_disable_syn"] == nil || c.word(1) == "true" {
		r := Row{"status": 1, "stock_syn_percent": 100, "stock_syn_rule_id": 1, "stock_syn_rule_no": "R1", "stock_syn_warehouses": "1001"}
		for _, name := range []string{
			"rec_id", "shop_id", "platform_id", "goods_id", "spec_id", "outer_id", "spec_outer_id", "match_code", "match_target_id",
			"match_target_type", "stock_num", "last_syn_num", "status", "stock_change_count", "is_auto_listing", "is_auto_delisting",
		} {
			if v, there := o.row[name]; there {
				r[name] = v
			}
		}
		r["syn_stock"] = wholePart(o.row.text("stock_num"))
		return shaped{row: r, shape: shapeOf(c.method)}, nil
	}
	return nil, refuse("货品id:" + o.row.text("goods_id") + "规格Id:" + o.row.text("spec_id") + " 已停用或者未开启同步")
}

// wholePart is a quantity without its fraction, as syn_stock is a whole number.
func wholePart(text string) string {
	for i := range text {
		if text[i] == '.' {
			return text[:i]
		}
	}
	return text
}

// stockSynced serves sales.StockSync.syncSuccess. The row stops waiting unless
// its stock changed again meanwhile, which stock_change_count tells.
func stockSynced(c *writeCall) (any, error) {
	o, info, err := c.syncResult()
	if err != nil {
		return nil, err
	}
	change := Row{"last_syn_num": info["syn_stock"], "last_syn_time": c.now}
	if info.text("stock_change_count") == o.row.text("stock_change_count") {
		change["stock_change_count"] = 0
	}
	c.bin(apiGoods).touch(tableOf(apiGoods), o, []Row{change}, c.now)
	c.note(c.word(0), false)
	return nil, nil
}

// stockNotSynced serves sales.StockSync.syncFail: the row goes on waiting, at
// the end of the queue.
func stockNotSynced(c *writeCall) (any, error) {
	o, _, err := c.syncResult()
	if err != nil {
		return nil, err
	}
	c.bin(apiGoods).touch(tableOf(apiGoods), o, []Row{{"disable_syn_until": c.number("stock change")}}, c.now)
	c.note(c.word(0), false)
	return nil, nil
}

func (c *writeCall) syncResult() (*stored, Row, error) {
	o, err := c.apiGood()
	if err != nil {
		return nil, nil, err
	}
	info, err := c.object(1)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range []string{"syn_stock", "stock_change_count", "stock_syn_rule_id"} {
		if info.text(name) == "" {
			return nil, nil, refuse(name + " 不能为空")
		}
	}
	if text, fails := c.fails(c.word(0)); fails {
		return nil, nil, refuse(text)
	}
	return o, info, nil
}
