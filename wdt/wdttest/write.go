package wdttest

import "time"

// writeMethod is one write method the fake carries out.
type writeMethod struct {
	min, max int // how many arguments it takes
	run      func(*writeCall) (any, error)
}

// writeMethods are the write methods the fake carries out. The others are not
// granted until [Server.Handle] adds them.
var writeMethods = map[string]writeMethod{
	"goods.Goods.push":                          {2, 2, pushGoods},
	"goods.Goods.push2":                         {2, 2, pushGoods},
	"setting.PurchaseProvider.push":             {1, 1, pushSupplier},
	"sales.RawTrade.pushSelf":                   {3, 4, pushTrades},
	"sales.RawTrade.pushSelf2":                  {3, 4, pushTrades},
	"sales.LogisticsSync.update":                {1, 1, acknowledgeShipments},
	"sales.StockSync.getSelfWaitSyncIdListOpen": {2, 2, waitingStockSync},
	"sales.StockSync.calcStock":                 {2, 2, calcStock},
	"sales.StockSync.syncSuccess":               {2, 2, stockSynced},
	"sales.StockSync.syncFail":                  {2, 2, stockNotSynced},
	"purchase.PurchaseOrder.createOrder":        {1, 1, createPurchase},
	"purchase.PurchaseReturn.createOrder":       {2, 3, createReturn},
	"wms.stockin.Purchase.upload":               {2, 3, uploadPurchaseIn},
	"wms.stockin.Other.createOtherOrder":        {1, 1, createOtherIn},
	"wms.stockout.Other.createOther":            {1, 1, createOtherOut},
	"wms.stockother.In.push":                    {2, 2, pushOtherIn},
	"wms.stockother.Out.push":                   {2, 2, pushOtherOut},
	"wms.stocktransfer.Edit.createOrder":        {2, 3, createTransfer},
	"wms.stockin.Transfer.createOrder":          {2, 3, createTransferIn},
	"wms.stockout.Transfer.createOrder":         {2, 3, createTransferOut},
}

// ledger counts what writes did and knows which are to fail.
type ledger struct {
	created map[entry]int
	applied map[entry]int
	failing map[entry]string
	next    map[string]int64  // running numbers of documents
	oids    map[string]string // tid of every pushed line, by its oid
}

// entry is one business key of one method.
type entry struct{ method, key string }

func newLedger() ledger {
	return ledger{created: map[entry]int{}, applied: map[entry]int{}, failing: map[entry]string{}, next: map[string]int64{}, oids: map[string]string{}}
}

// writeCall is one call of a write method, served under the lock.
type writeCall struct {
	*Server
	method string
	args   []any
	hidden bool // one row is still to fail
	now    time.Time
}

// carryOut serves a write method.
func (s *Server) carryOut(w writeMethod, req request) (any, error) {
	c := &writeCall{Server: s, method: req.method.name, hidden: req.hidden, now: s.clock()}
	if len(req.args) < w.min || len(req.args) > w.max {
		return nil, errArgCount
	}
	for _, raw := range req.args {
		v, err := decodeJSON(raw)
		if err != nil {
			return nil, errMismatch
		}
		c.args = append(c.args, plain(v))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return w.run(c)
}

// plain turns decoded JSON into the values of a Row; numbers become their text.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		r := make(Row, len(v))
		for name, member := range v {
			r[name] = plain(member)
		}
		return r
	case []any:
		rows := make([]Row, 0, len(v))
		for _, e := range v {
			r, ok := plain(e).(Row)
			if !ok {
				return v
			}
			rows = append(rows, r)
		}
		return rows
	case interface{ String() string }:
		return v.String()
	}
	return v
}

// object is an argument that must be one object.
func (c *writeCall) object(i int) (Row, error) {
	if i < len(c.args) {
		if r, ok := c.args[i].(Row); ok {
			return r, nil
		}
	}
	return nil, errMismatch
}

// list is an argument that must be a list of objects.
func (c *writeCall) list(i int) ([]Row, error) {
	if i >= len(c.args) || c.args[i] == nil {
		return nil, nil
	}
	if rows, ok := c.args[i].([]Row); ok {
		return rows, nil
	}
	return nil, errMismatch
}

// word is an argument that must be a text or a number.
func (c *writeCall) word(i int) string {
	if i >= len(c.args) {
		return ""
	}
	return Row{"": c.args[i]}.text("")
}

// fails tells whether the row with this key is to fail, and in which words.
func (c *writeCall) fails(key string) (text string, yes bool) {
	if text, yes = c.writes.failing[entry{c.method, key}]; yes {
		return text, true
	}
	if c.hidden {
		c.hidden = false
		return textHidden, true
	}
	return "", false
}

// note counts an effect.
func (c *writeCall) note(key string, created bool) {
	e := entry{c.method, key}
	c.writes.applied[e]++
	if created {
		c.writes.created[e]++
	}
}

// put keeps a document as the row of a query method.
func (c *writeCall) put(method string, r Row) *stored {
	t := storeOf(method)
	return c.bin(method).put(t, prune(r, shapeOf(t.shapeName())), c.now)
}

// has tells whether a query method has a row with this key.
func (c *writeCall) has(method, key string) bool { return c.bin(method).byKey[key] != nil }

// refuse is a failure the platform tells outright.
func refuse(text string) error { return &BusinessError{100, text} }

// FailRow makes a write method fail the row with this key, every time it comes,
// with the platform's words text, in the method's own form:
// sales.RawTrade.pushSelf2 lists it in error_list beside orders that went well
// (key tid), sales.LogisticsSync.update in data (key sync_id), a call that
// creates one document saves it and fails its approval with data.status 20 (key
// outer_no or purchase_no), and a call that has no form for it fails as a whole.
// Without text the row goes through again.
func (s *Server) FailRow(method, key, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text == "" {
		delete(s.writes.failing, entry{method, key})
		return
	}
	s.writes.failing[entry{method, key}] = text
}

// Created tells how often a write method created the document or record with
// this key: outer_no, purchase_no, tid, goods_no, provider_no or sync_id, for
// documents sent without a number the number they got. More than 1 is an order
// made twice.
func (s *Server) Created(method, key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes.created[entry{method, key}]
}

// Applied tells how often a write method changed something under this key,
// creations and updates together. Refused calls do not count.
func (s *Server) Applied(method, key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes.applied[entry{method, key}]
}
