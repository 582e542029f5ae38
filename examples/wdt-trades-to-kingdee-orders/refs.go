package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
	"github.com/duijie-go/duijie/wdt"
)

// references are the records orders refer to, by their WDT numbers.
type references struct {
	customers, materials, stocks *refs.Resolver[string]
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
	customers, err := reference(f, "customers", kingdee.FormCustomer, f.shop, func(s wdt.Shop) kingdee.Customer {
		return kingdee.Customer{CreateOrg: org, UseOrg: org, Number: s.No, Name: s.Name, Currency: kingdee.Number(f.choices.Currency)}
	})
	if err != nil {
		return nil, err
	}
	materials, err := reference(f, "materials", kingdee.FormMaterial, f.sku, func(s sku) kingdee.Material {
		m := kingdee.Material{CreateOrg: org, UseOrg: org, Number: s.Spec.No, Name: s.Goods.Name, Specification: s.Spec.Name}
		m.Base = kingdee.MaterialBase{Kind: kingdee.MaterialBought, BaseUnit: unit, Barcode: s.Spec.Barcode, Category: kingdee.Number(f.choices.Category)}
		m.Stock = kingdee.MaterialStock{StoreUnit: unit}
		return m
	})
	if err != nil {
		return nil, err
	}
	stocks, err := reference(f, "stocks", kingdee.FormStock, f.warehouse, func(w wdt.Warehouse) kingdee.Stock {
		return kingdee.Stock{CreateOrg: org, UseOrg: org, Number: w.No, Name: w.Name, Address: w.Address}
	})
	if err != nil {
		return nil, err
	}
	orders, err := refs.New(refs.Options[string]{
		Name: "order", Backends: []refs.Backend[string]{refs.FromLedger(f.state, f.name)},
	})
	return &references{customers: customers, materials: materials, stocks: stocks, orders: orders, stockField: f.choices.StockField != ""}, err
}

// reference makes a resolver of one form: what a pipeline wrote is known from its
// ledger, the rest is asked of Kingdee, and what is in neither is made from
// the WDT record of that number, audited so that orders may use it.
func reference[In, M any](f flow, kind string, form kingdee.Form, read func(context.Context, string) (In, error), model func(In) M) (*refs.Resolver[string], error) {
	sink, err := kingdee.NewSaveSink(f.erp, kingdee.SaveSinkConfig[M]{
		Form: form, Org: f.choices.Org, Options: kingdee.SaveOptions{AutoSubmitAndAudit: true}, SettleDelay: f.settleSink,
	})
	if err != nil {
		return nil, err
	}
	pipeline := f.name + "-" + kind
	create, err := refs.CreateWith(duijiesync.Pipeline[In, M]{
		Name: pipeline, Partition: "by-reference", Sink: sink, State: f.state, Settle: f.settle,
		Transform: func(_ context.Context, in In) (M, error) { return model(in), nil },
		LeaseTTL:  f.lease,
	}, read)
	if err != nil {
		return nil, err
	}
	return refs.New(refs.Options[string]{
		Name: kind, Create: create,
		Backends: []refs.Backend[string]{refs.FromLedger(f.state, pipeline), refs.FromFinder[M]("Kingdee", sink)},
	})
}

// prefetch has the references of a whole page looked up together.
func (r *references) prefetch(source duijiesync.Source[wdt.Trade]) duijiesync.Source[wdt.Trade] {
	source = refs.PrefetchSource(source, r.customers, func(t wdt.Trade) []string { return wantedKeys(t, t.ShopNo) })
	source = refs.PrefetchSource(source, r.materials, func(t wdt.Trade) []string { return wantedKeys(t, specs(t)...) })
	if !r.stockField {
		return source
	}
	return refs.PrefetchSource(source, r.stocks, func(t wdt.Trade) []string { return wantedKeys(t, t.WarehouseNo) })
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
	if _, err := r.customers.Resolve(ctx, t.ShopNo); err != nil {
		return err
	}
	for _, spec := range specs(t) {
		if _, err := r.materials.Resolve(ctx, spec); err != nil {
			return err
		}
	}
	if r.stockField && t.WarehouseNo != "" {
		_, err := r.stocks.Resolve(ctx, t.WarehouseNo)
		return err
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
