package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
	"github.com/duijie-go/duijie/wdt"
)

// references are the records orders refer to, by their WDT numbers.
type references struct {
	customers, materials, stocks *reference
	orders                       *refs.Resolver[string] // written before; nothing is created here
	stockField                   bool
}

// sku is a goods with the one of its SKUs that is wanted.
type sku struct {
	Goods wdt.Goods
	Spec  wdt.Spec
}

func (f flow) references() (*references, error) {
	org := kingdee.Number(f.choices.Org)
	unit := kingdee.Number(f.choices.Unit)
	customers, err := newReference(f, "customers", kingdee.FormCustomer, f.shop, func(s wdt.Shop) kingdee.Customer {
		return kingdee.Customer{CreateOrg: org, UseOrg: org, Number: s.No, Name: s.Name, Currency: kingdee.Number(f.choices.Currency)}
	})
	if err != nil {
		return nil, err
	}
	materials, err := newReference(f, "materials", kingdee.FormMaterial, f.sku, func(s sku) kingdee.Material {
		m := kingdee.Material{CreateOrg: org, UseOrg: org, Number: s.Spec.No, Name: s.Goods.Name, Specification: s.Spec.Name}
		m.Base = kingdee.MaterialBase{Kind: kingdee.MaterialBought, BaseUnit: unit, Barcode: s.Spec.Barcode, Category: kingdee.Number(f.choices.Category)}
		m.Stock = kingdee.MaterialStock{StoreUnit: unit}
		return m
	})
	if err != nil {
		return nil, err
	}
	stocks, err := newReference(f, "stocks", kingdee.FormStock, f.warehouse, func(w wdt.Warehouse) kingdee.Stock {
		return kingdee.Stock{CreateOrg: org, UseOrg: org, Number: w.No, Name: w.Name, Address: w.Address}
	})
	if err != nil {
		return nil, err
	}
	orders, err := refs.New(refs.Options[string]{
		Name: "order", Backends: []refs.Backend[string]{refs.FromEntries(f.state, f.name, written)},
	})
	return &references{customers: customers, materials: materials, stocks: stocks, orders: orders, stockField: f.choices.StockField != ""}, err
}

// written tells the id of an order that is in Kingdee, one whose last change
// was refused too.
func written(e duijiesync.Entry) (string, bool) { return e.TargetID, e.TargetID != "" }

// reference resolves the records of one form.
type reference struct {
	*refs.Resolver[string]
	// shown tells what a run would find where a plan creates nothing: nil when it
	// would create key.
	shown func(ctx context.Context, key string) error
	// again gives those that Kingdee refused another chance.
	again func(ctx context.Context) error
}

// newReference makes a resolver of one form: what a pipeline wrote is known from
// its ledger, the rest is asked of Kingdee, and what is in neither is made from
// the WDT record of that number, audited so that orders may use it.
func newReference[In, M any](f flow, kind string, form kingdee.Form, read func(context.Context, string) (In, error), model func(In) M) (*reference, error) {
	sink, err := kingdee.NewSaveSink(f.erp, kingdee.SaveSinkConfig[M]{
		Form: form, Org: f.choices.Org, Options: kingdee.SaveOptions{AutoSubmitAndAudit: true}, SettleDelay: f.settleSink,
	})
	if err != nil {
		return nil, err
	}
	pipeline := duijiesync.Pipeline[In, M]{
		Name: f.name + "-" + kind, Partition: "by-reference", Sink: sink, State: f.state, Settle: f.settle,
		Transform: func(_ context.Context, in In) (M, error) { return model(in), nil },
		LeaseTTL:  f.lease,
	}
	create, err := refs.CreateWith(pipeline, read)
	if err != nil {
		return nil, err
	}
	resolver, err := refs.New(refs.Options[string]{
		Name: kind, Create: create,
		Backends: []refs.Backend[string]{refs.FromLedger(f.state, pipeline.Name), refs.FromFinder[M]("Kingdee", sink)},
	})
	if err != nil {
		return nil, err
	}
	pipeline.Source = duijiesync.Slice([]In(nil), nil)
	return &reference{
		Resolver: resolver,
		shown:    shownBy(f.state, pipeline.Name, read),
		again:    func(ctx context.Context) error { return again(ctx, &pipeline, resolver) },
	}, nil
}

// again forgets that Kingdee refused records, so that the next order that wants
// one has it sent once more.
func again[In, M any](ctx context.Context, p *duijiesync.Pipeline[In, M], resolver *refs.Resolver[string]) error {
	for after := ""; ; {
		letters, err := p.DeadLetters(ctx, duijiesync.DeadLetterQuery{After: after, Limit: 100})
		if err != nil || len(letters) == 0 {
			return err
		}
		for _, letter := range letters {
			after = letter.Key
			if err := p.MarkUnsent(ctx, letter.Key); err != nil {
				return err
			}
			resolver.Forget(letter.Key)
		}
	}
}

// shownBy remembers what it learned for the length of a plan.
func shownBy[In any](state duijiesync.State, pipeline string, read func(context.Context, string) (In, error)) func(context.Context, string) error {
	var mu sync.Mutex
	known := map[string]error{}
	return func(ctx context.Context, key string) error {
		mu.Lock()
		defer mu.Unlock()
		if err, met := known[key]; met {
			return err
		}
		entries, err := state.Ledger(ctx, pipeline, []string{key})
		if err != nil {
			return err
		}
		if entries[key].State == duijiesync.EntryDead {
			known[key] = duijiesync.ErrSkip
			return duijiesync.ErrSkip
		}
		_, err = read(ctx, key)
		if err == nil || errors.Is(err, duijiesync.ErrSkip) {
			known[key] = err
		}
		return err
	}
}

// need sees to it that the record of key is there. A plan creates nothing, and
// is told whether a run would.
func (r *reference) need(ctx context.Context, key string) error {
	_, err := r.Resolve(ctx, key)
	if !duijiesync.IsPlan(ctx) || !errors.Is(err, refs.ErrMissing) {
		return err
	}
	if shown := r.shown(ctx, key); !errors.Is(shown, duijiesync.ErrSkip) {
		return shown
	}
	return err
}

// again gives all that Kingdee refused another chance.
func (r *references) again(ctx context.Context) error {
	return errors.Join(r.customers.again(ctx), r.materials.again(ctx), r.stocks.again(ctx))
}

// prefetch has the references of a whole page looked up together.
func (r *references) prefetch(source duijiesync.Source[wdt.Trade]) duijiesync.Source[wdt.Trade] {
	source = refs.PrefetchSource(source, r.customers.Resolver, func(t wdt.Trade) []string { return wantedKeys(t, t.ShopNo) })
	source = refs.PrefetchSource(source, r.materials.Resolver, func(t wdt.Trade) []string { return wantedKeys(t, specs(t)...) })
	if !r.stockField {
		return source
	}
	return refs.PrefetchSource(source, r.stocks.Resolver, func(t wdt.Trade) []string { return wantedKeys(t, t.WarehouseNo) })
}

// wantedKeys are the keys of an order that has a place in the target.
func wantedKeys(t wdt.Trade, keys ...string) []string {
	if wanted(t) != nil {
		return nil
	}
	return keys
}

func specs(t wdt.Trade) []string {
	var out []string
	for _, l := range soldLines(t) {
		out = append(out, l.SpecNo)
	}
	return out
}

// resolve sees to it that all an order refers to is there. The order names it
// by number, which is all Kingdee wants.
func (r *references) resolve(ctx context.Context, t wdt.Trade) error {
	if err := r.customers.need(ctx, t.ShopNo); err != nil {
		return err
	}
	for _, spec := range specs(t) {
		if err := r.materials.need(ctx, spec); err != nil {
			return err
		}
	}
	if r.stockField && t.WarehouseNo != "" {
		return r.stocks.need(ctx, t.WarehouseNo)
	}
	return nil
}

func (f flow) shop(ctx context.Context, no string) (wdt.Shop, error) {
	return only(f.seller.Shops.All(ctx, wdt.ShopQuery{No: no}), "shop", no, func(s wdt.Shop) bool { return s.No == no })
}

func (f flow) warehouse(ctx context.Context, no string) (wdt.Warehouse, error) {
	return only(f.seller.Warehouses.All(ctx, wdt.WarehouseQuery{No: no}), "warehouse", no, func(w wdt.Warehouse) bool { return w.No == no })
}

func (f flow) sku(ctx context.Context, no string) (sku, error) {
	goods, err := only(f.seller.Goods.All(ctx, wdt.GoodsQuery{SpecNo: no}), "SKU", no, func(g wdt.Goods) bool { _, ok := specOf(g, no); return ok })
	spec, _ := specOf(goods, no)
	return sku{goods, spec}, err
}

func specOf(g wdt.Goods, no string) (wdt.Spec, bool) {
	for _, s := range g.Specs {
		if s.No == no {
			return s, true
		}
	}
	return wdt.Spec{}, false
}

// only is the first row that matches. Where WDT has none, nothing is created
// and the order waits: the platform leaves rows out that the interface account
// may not see.
func only[T any](rows iter.Seq2[T, error], kind, no string, match func(T) bool) (T, error) {
	var zero T
	for row, err := range rows {
		if err != nil {
			return zero, err
		}
		if match(row) {
			return row, nil
		}
	}
	return zero, fmt.Errorf("WDT shows no %s %s: %w", kind, no, duijiesync.ErrSkip)
}
