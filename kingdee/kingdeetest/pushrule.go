package kingdeetest

import (
	"encoding/json"
	"math/big"
	"strings"
)

// PushRule is a conversion rule (单据转换规则): how Push makes a bill of one form
// out of an audited bill of another. Fields of the same key are taken over by
// themselves, custom ones too; the date is today's.
type PushRule struct {
	ID       string            // RuleId
	From, To string            // the forms
	Default  bool              // taken with IsEnableDefaultRule and TargetFormId
	Head     map[string]string // target key of the head or a sub-head to source key, where they differ
	Line     map[string]string // the same for lines
	FromQty  string            // the source line's quantity, as "FQty"
	ToQty    string            // the target line's quantity, as "FRealQty": what was not pushed before
	Joined   string            // source line field that shows what was pushed, "" for none
	Done     string            // source line field that shows what audited targets hold, "" for none
}

// WithPushRules adds conversion rules, or replaces those of the same ID.
func WithPushRules(rules ...PushRule) Option {
	return func(s *Server) {
		for _, r := range rules {
			kept := s.rules[:0]
			for _, old := range s.rules {
				if old.ID != r.ID {
					kept = append(kept, old)
				}
			}
			s.rules = append(kept, r)
		}
	}
}

// defaultRules are the usual follow-up bills. Their ids are this server's own:
// rules are data and differ from one account set to the next.
func defaultRules() []PushRule {
	customer := map[string]string{"FCustomerID": "FCustId", "FStockOrgId": "FSaleOrgId", "FSettleOrgID": "FSaleOrgId", "FDeliveryOrgID": "FSaleOrgId"}
	return []PushRule{
		{ID: "SaleOrder-OutStock", From: "SAL_SaleOrder", To: "SAL_OUTSTOCK", Default: true, Head: customer, FromQty: "FQty", ToQty: "FRealQty"},
		{ID: "SaleOrder-DeliveryNotice", From: "SAL_SaleOrder", To: "SAL_DELIVERYNOTICE", Default: true, Head: customer, FromQty: "FQty", ToQty: "FQty"},
		{
			ID: "DeliveryNotice-OutStock", From: "SAL_DELIVERYNOTICE", To: "SAL_OUTSTOCK", Default: true, FromQty: "FQty", ToQty: "FRealQty",
			Head: map[string]string{"FStockOrgId": "FSaleOrgId", "FSettleOrgID": "FSaleOrgId", "FSettleCurrID": "=PRE001"}, Line: map[string]string{"FStockID": "FShipmentStockID"},
		},
		{
			ID: "OutStock-ReturnStock", From: "SAL_OUTSTOCK", To: "SAL_RETURNSTOCK", Default: true, FromQty: "FRealQty", ToQty: "FRealQty",
			Head: map[string]string{"FRetcustId": "FCustomerID"},
		},
		{
			ID: "OutStock-Receivable", From: "SAL_OUTSTOCK", To: "AR_receivable", Default: true, FromQty: "FRealQty", ToQty: "FPriceQty",
			Head: map[string]string{"FENDDATE_H": "FDate", "FCURRENCYID": "FSettleCurrID", "FSETTLEORGID": "FSettleOrgID", "FPAYORGID": "FSettleOrgID"},
			Line: map[string]string{"FPRICEUNITID": "FUnitID"},
		},
		{
			ID: "PurchaseOrder-InStock", From: "PUR_PurchaseOrder", To: "STK_InStock", Default: true, FromQty: "FQty", ToQty: "FRealQty",
			Head:   map[string]string{"FStockOrgId": "FPurchaseOrgId", "FSettleOrgId": "FPurchaseOrgId"},
			Joined: "FReceiveQty", Done: "FStockInQty",
		},
		{ID: "InStock-MRB", From: "STK_InStock", To: "PUR_MRB", Default: true, FromQty: "FRealQty", ToQty: "FRMREALQTY"},
		{
			ID: "InStock-Payable", From: "STK_InStock", To: "AP_Payable", Default: true, FromQty: "FRealQty", ToQty: "FPriceQty",
			Head: map[string]string{"FENDDATE_H": "FDate", "FCURRENCYID": "FSettleCurrId", "FSETTLEORGID": "FSettleOrgId", "FPAYORGID": "FSettleOrgId", "FPURCHASEORGID": "FPurchaseOrgId"},
			Line: map[string]string{"FPRICEUNITID": "FUnitID"},
		},
		{
			ID: "Receivable-ReceiveBill", From: "AR_receivable", To: "AR_RECEIVEBILL", Default: true, FromQty: "FALLAMOUNTFOR_D", ToQty: "FRECTOTALAMOUNTFOR",
			Head: map[string]string{"FCONTACTUNIT": "FCUSTOMERID", "FPAYUNIT": "FCUSTOMERID", "FCONTACTUNITTYPE": "=BD_Customer", "FPAYUNITTYPE": "=BD_Customer"},
			Line: map[string]string{"FSETTLETYPEID": "=JSFS04_SYS", "FPURPOSEID": "=SFKYT01_SYS"},
		},
		{
			ID: "Payable-PayBill", From: "AP_Payable", To: "AP_PAYBILL", Default: true, FromQty: "FALLAMOUNTFOR_D", ToQty: "FPAYTOTALAMOUNTFOR",
			Head: map[string]string{"FCONTACTUNIT": "FSUPPLIERID", "FRECTUNIT": "FSUPPLIERID", "FCONTACTUNITTYPE": "=BD_Supplier", "FRECTUNITTYPE": "=BD_Supplier"},
			Line: map[string]string{"FSETTLETYPEID": "=JSFS04_SYS", "FPURPOSEID": "=SFKYT08_SYS"},
		},
	}
}

// rule finds the rule a Push means, nil for none.
func (s *Server) rule(id, from, to string) *PushRule {
	for i := range s.rules {
		r := &s.rules[i]
		if !strings.EqualFold(r.From, from) {
			continue
		}
		if id != "" && r.ID == id || id == "" && r.Default && strings.EqualFold(r.To, to) {
			return r
		}
	}
	return nil
}

// link joins a line of a bill with the line of the bill it was pushed into (下推).
type link struct {
	to        string // form in small letters
	fromEntry int64
	toID      int64
	toEntry   int64
	toField   string // the target line's quantity
}

// taken is what the target line of a link holds; false when the line is gone or
// its bill is void.
func (s *Server) taken(l link) (qty *big.Rat, audited, alive bool) {
	t := s.tables[l.to]
	if t == nil {
		return nil, false, false
	}
	rec := t.current(l.toID)
	if rec == nil || plainText(rec.vals["FCancelStatus"]) == "B" {
		return nil, false, false
	}
	lines, _ := rec.vals[t.lines().key].([]map[string]any)
	for _, line := range lines {
		if id, _ := parseKey(line[lineKey]); id == l.toEntry {
			return ratOrZero(inner(line, l.toField)), rec.status == "C", true
		}
	}
	return nil, false, false
}

// pushed tells whether follow-up bills of a record are there.
func (s *Server) pushed(t *table, rec *record) bool {
	for _, l := range s.linksFrom(t, rec.id) {
		if _, _, alive := s.taken(l); alive {
			return true
		}
	}
	return false
}

func (s *Server) linksFrom(t *table, id int64) []link { return s.links[strings.ToLower(t.ID)][id] }

// joined adds up what the follow-up bills of one line hold.
func (s *Server) joined(t *table, id, entry int64, to string, auditedOnly bool) (sum *big.Rat, lines int) {
	sum = new(big.Rat)
	for _, l := range s.linksFrom(t, id) {
		if l.fromEntry != entry || !strings.EqualFold(l.to, to) {
			continue
		}
		if qty, audited, alive := s.taken(l); alive && (audited || !auditedOnly) {
			sum.Add(sum, qty)
			lines++
		}
	}
	return sum, lines
}

// writtenBack is a quantity the server writes back to a source line (反写), nil
// where the field holds none.
func (s *Server) writtenBack(t *table, rec *record, line map[string]any, f *field) any {
	for _, r := range s.rules {
		if !strings.EqualFold(r.From, t.ID) {
			continue
		}
		done := strings.EqualFold(r.Done, f.key)
		if done || strings.EqualFold(r.Joined, f.key) {
			entry, _ := parseKey(line[lineKey])
			sum, _ := s.joined(t, rec.id, entry, r.To, done)
			return decimalText(sum)
		}
	}
	return nil
}

// FollowUps are the visible bills a bill was pushed into.
func (s *Server) FollowUps(form, number string) []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, rec := s.seek(form, number)
	if rec == nil {
		return nil
	}
	var out []Record
	seen := map[int64]bool{}
	for _, l := range s.linksFrom(t, rec.id) {
		if _, _, alive := s.taken(l); !alive || seen[l.toID] {
			continue
		}
		seen[l.toID] = true
		if target := s.tables[l.to].findID(l.toID); target != nil {
			out = append(out, s.tables[l.to].export(target))
		}
	}
	return out
}

// sent turns a stored value back into what a Model would hold.
func sent(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := members{}
		for _, k := range sortedKeys(v) {
			m = append(m, member{k, sent(v[k])})
		}
		return m
	case int64:
		return json.Number(plainText(v))
	}
	return jsonValue(v)
}
