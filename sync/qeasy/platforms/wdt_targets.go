package platforms

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/wdt"
)

// wdtTarget is a write method the client has a sink for.
type wdtTarget struct {
	method string
	older  string   // a method with the same arguments that it stands for
	number string   // the member of the first argument by which it is found again
	args   []wdtArg // by the names they have on Qimen
	counts []string // members the client counts itself
	sink   func(s *wdtSave) (targetSink, error)
}

// wdtArg is an argument: a struct, a list of them, or a scalar.
type wdtArg struct {
	name     string
	typ      reflect.Type
	optional bool
}

func wdtArgOf[T any](name string) wdtArg         { return wdtArg{name, reflect.TypeFor[T](), false} }
func wdtOptionalArgOf[T any](name string) wdtArg { return wdtArg{name, reflect.TypeFor[T](), true} }

// wdtTargets are all of them.
func wdtTargets(c *wdt.Client, cfg WDTConfig) []wdtTarget {
	return []wdtTarget{
		{
			method: "wms.stockin.Other.createOtherOrder", number: "outer_no", args: []wdtArg{wdtArgOf[wdt.OtherStockinPush]("stockin_order")},
			sink: func(s *wdtSave) (targetSink, error) {
				return wdt.NewOtherStockinSink(c, wdtDocument(s, func(d *wdt.OtherStockinPush) []any { return []any{d} })), nil
			},
		},
		{
			method: "wms.stockout.Other.createOther", number: "outer_no", args: []wdtArg{wdtArgOf[wdt.OtherStockoutPush]("stockout_order")},
			sink: func(s *wdtSave) (targetSink, error) {
				return wdt.NewOtherStockoutSink(c, wdtDocument(s, func(d *wdt.OtherStockoutPush) []any { return []any{d} })), nil
			},
		},
		{
			method: "purchase.PurchaseOrder.createOrder", number: "purchase_no", args: []wdtArg{wdtArgOf[wdt.PurchaseOrderPush]("params")},
			sink: func(s *wdtSave) (targetSink, error) {
				return wdt.NewPurchaseOrderSink(c, wdtDocument(s, func(d *wdt.PurchaseOrderPush) []any { return []any{d} })), nil
			},
		},
		{
			method: "wms.stocktransfer.Edit.createOrder", number: "outer_no",
			args: []wdtArg{wdtArgOf[wdt.TransferPush]("orderInfo"), wdtArgOf[[]wdt.TransferPushLine]("detailList"), wdtOptionalArgOf[bool]("isCheck")},
			sink: func(s *wdtSave) (targetSink, error) {
				s.note("/request", "remark", "the number is written behind the remark, so that the transfer can be found again")
				return wdt.NewTransferSink(c, wdtDocument(s, func(d *wdt.TransferPush) []any { return []any{d, &d.Lines, &d.Approve} })), nil
			},
		},
		{
			method: "goods.Goods.push", number: "goods_no",
			args: []wdtArg{wdtArgOf[wdt.GoodsPush]("goodsInfo"), wdtArgOf[[]wdt.SpecPush]("specInfoList")},
			sink: func(s *wdtSave) (targetSink, error) {
				doc := wdtDocument(s, func(d *wdt.GoodsPush) []any { return []any{d, &d.Specs} })
				return wdt.NewGoodsSink(c, wdt.GoodsSinkConfig[json.RawMessage]{Goods: doc.Document}), nil
			},
		},
		{
			method: "sales.RawTrade.pushSelf2", older: "sales.RawTrade.pushSelf", number: "tid", counts: []string{"order_count", "goods_count", "tid"},
			args: []wdtArg{
				wdtArgOf[string]("shopNo"), wdtArgOf[[]wdt.RawTradePush]("rawTradeList"), wdtArgOf[[]wdt.RawTradePushLine]("rawTradeOrderList"),
				wdtOptionalArgOf[[]wdt.RawTradePushDiscount]("discountList"),
			},
			sink: func(s *wdtSave) (targetSink, error) {
				s.note("/api", "", "orders are pushed by pushSelf2, which names each that failed, and on Qimen by pushself, which is what there is")
				shop, fixed := qeasy.Find(s.spec.Fields, "shopNo").Constant()
				if !fixed || shop == "" {
					s.bad("/request", "shopNo", qeasy.CodeUnsupportedMember, "one half pushes to one shop: shopNo is a constant")
				}
				doc := wdtDocument(s, func(d *wdt.RawTradePush) []any { return []any{nil, d, &d.Lines, &d.Discounts} })
				return wdt.NewRawTradeSink(c, wdt.RawTradeSinkConfig[json.RawMessage]{ShopNo: shop, Order: doc.Document, AnyAmounts: cfg.AnyAmounts})
			},
		},
	}
}

// target finds a target by the direct name of its method.
func (w *wdtConnector) target(method string) *wdtTarget {
	at := slices.IndexFunc(w.targets, func(t wdtTarget) bool { return t.method == method || t.older != "" && t.older == method })
	if at < 0 {
		return nil
	}
	return &w.targets[at]
}

// wdtSave is a target half as it was understood.
type wdtSave struct {
	findings
	w      *wdtConnector
	spec   *qeasy.SinkSpec
	target *wdtTarget
	bare   bool // the request is the only argument itself
	// numbered is the field of the number, which every half that runs has.
	numbered *qeasy.Field
}

// wdtDocument makes documents of requests; into gives what each argument is read into,
// nil for one that is read once.
func wdtDocument[D any](s *wdtSave, into func(*D) []any) wdt.DocumentSinkConfig[json.RawMessage, D] {
	return wdt.DocumentSinkConfig[json.RawMessage, D]{
		Lookback: s.w.cfg.Lookback,
		Document: func(rec duijiesync.Record[json.RawMessage]) (D, error) {
			var d D
			for i, to := range into(&d) {
				if to == nil {
					continue
				}
				if raw := s.argument(rec.Value, i); raw != nil {
					if err := fill(reflect.ValueOf(to).Elem(), raw, s.target.args[i].name); err != nil {
						return d, err
					}
				}
			}
			return d, nil
		},
	}
}

// argument is one argument of a request; of a list that a record has one element
// of that element.
func (s *wdtSave) argument(body json.RawMessage, i int) json.RawMessage {
	if s.bare {
		return body
	}
	raw, _ := member(body, s.target.args[i].name)
	if i == s.head() && wire.First(raw) == '[' {
		for one := range wire.Elements(raw) {
			return one
		}
		return nil
	}
	return raw
}

// head is the argument that has the number.
func (s *wdtSave) head() int {
	if s.target.args[0].typ.Kind() == reflect.String {
		return 1
	}
	return 0
}

// Sink writes documents by one of the methods.
func (w *wdtConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	if script, scene := wdtScene(spec.API); scene {
		return nil, nil, sceneRefused(spec.API, script)
	}
	m, _ := wdt.LookupMethod(spec.API)
	s := &wdtSave{w: w, spec: spec, target: w.target(m.Name)}
	if w.client.Gateway() == wdt.Enterprise {
		s.bad("/api", "", qeasy.CodeAPIUnsupported, "%s is of the flagship edition: the client is on the gateway %s", spec.API, w.client.Gateway())
	}
	for i := range spec.Other {
		if f := &spec.Other[i]; !blank(f) {
			s.badField(f, qeasy.CodeUnknownMember, "a call of this platform has no second set of parameters")
		} else {
			s.note(f.Path, f.Name, "it has no value and is left out")
		}
	}
	s.arguments()
	var to targetSink
	if len(s.problems) == 0 {
		var err error
		if to, err = s.target.sink(s); err != nil && len(s.problems) == 0 {
			return nil, nil, err
		}
	}
	if err := s.err(); err != nil {
		return nil, nil, err
	}
	s.note("/request", s.target.number, "documents are looked up by it when an answer is lost, and never created twice")
	out := newKeyedSink(to, spec.Rows, nil, s.target.number)
	out.number = func(body json.RawMessage) string {
		if !s.bare {
			body = s.argument(body, s.head())
		}
		return textOf(body, s.target.number)
	}
	out.known(&s.findings, spec, s.numbered, to)
	return out, s.notes, nil
}

// arguments compares the request with what the method takes.
func (s *wdtSave) arguments() {
	t := s.target
	only := t.args[0].name
	wrapped := len(s.spec.Fields) == 1 && s.spec.Fields[0].Name == only && s.spec.Fields[0].Type == "object"
	s.bare = len(t.args) == 1 && !wrapped
	if s.bare {
		s.members(s.spec.Fields, t.args[0].typ, "/request", true)
		return
	}
	seen := map[string]bool{}
	for i := range s.spec.Fields {
		f := &s.spec.Fields[i]
		at := slices.IndexFunc(t.args, func(a wdtArg) bool { return a.name == f.Name })
		if at < 0 {
			if blank(f) {
				s.note(f.Path, f.Name, "it has no value and is left out")
				continue
			}
			s.badField(f, qeasy.CodeUnknownMember, "%s has no argument %s", t.method, f.Name)
			continue
		}
		seen[f.Name] = true
		s.argumentField(f, at)
	}
	for _, a := range t.args {
		if !seen[a.name] && !a.optional {
			s.bad("/request", a.name, qeasy.CodeUnsupportedMember, "the argument %s is missing", a.name)
		}
	}
}

// argumentField looks at one argument.
func (s *wdtSave) argumentField(f *qeasy.Field, at int) {
	typ := s.target.args[at].typ
	want := "object"
	switch {
	case typ.Kind() == reflect.Slice:
		want, typ = "array", typ.Elem()
	case typ.Kind() != reflect.Struct:
		return
	}
	switch {
	case f.Type != want || len(f.Children) == 0:
		s.badField(f, qeasy.CodeUnsupportedMember, "the argument %s is an %s with children", f.Name, want)
	case at == s.head() && want == "array" && f.Value != "":
		s.badField(f, qeasy.CodeUnsupportedMember, "a record is one element of %s: its value stays empty", f.Name)
	default:
		s.members(f.Children, typ, f.Path, at == s.head())
	}
}

// members compares fields with the members of a struct.
func (s *wdtSave) members(fields []qeasy.Field, typ reflect.Type, path string, head bool) {
	missing := map[string]bool{}
	for _, m := range membersOf(typ) {
		if !m.optional && !slices.Contains(s.target.counts, m.name) {
			missing[m.name] = true
		}
	}
	if head {
		missing[s.target.number] = true
	}
	for i := range fields {
		f := &fields[i]
		m, known := memberOf(typ, f.Name)
		switch {
		case !known && blank(f):
			s.note(f.Path, f.Name, "it has no value and is left out")
		case !known:
			s.badField(f, qeasy.CodeUnknownMember, "the client does not send %s in %s, and would drop it", f.Name, s.target.method)
		case f.Name == s.target.number && head && blank(f):
		default:
			delete(missing, f.Name)
			if head && f.Name == s.target.number {
				s.numbered = f
			}
			s.nested(f, m.typ)
		}
	}
	for _, m := range membersOf(typ) {
		if missing[m.name] {
			s.bad(path, m.name, qeasy.CodeUnsupportedMember, "%s needs %s", s.target.method, m.name)
		}
	}
}

// nested looks into lines.
func (s *wdtSave) nested(f *qeasy.Field, typ reflect.Type) {
	if typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct && len(f.Children) > 0 {
		s.members(f.Children, typ.Elem(), f.Path, false)
	}
}
