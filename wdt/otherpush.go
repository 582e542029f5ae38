package wdt

import (
	"context"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
)

const (
	otherStockinCreateMethod  = "wms.stockin.Other.createOtherOrder"
	otherStockoutCreateMethod = "wms.stockout.Other.createOther"
)

// OtherStockinService reads other stock-ins (其他入库单; 其他入库单查询,
// wms.stockin.Other.queryWithDetail) by windows of 30 days at most each, and creates them.
type OtherStockinService struct {
	WindowService[OtherStockin, OtherStockinQuery]
}

// Create creates an other stock-in (创建其他入库单, wms.stockin.Other.createOtherOrder) and
// returns its number, which is the No it was given. A No that is used already is a
// duijie.ErrConflict: after a lost answer (duijie.ErrOutcomeUnknown) that, or Find,
// tells that the first call was done.
//
// Where the document was saved, but could not be approved, the error holds a
// [*PartialError] with Saved, and no is set.
//
// Effect: write. Limit: 1 call a second over all methods, one document each.
func (s *OtherStockinService) Create(ctx context.Context, d OtherStockinPush, opts ...duijie.CallOption) (no string, err error) {
	if err := d.check(); err != nil {
		return "", err
	}
	var a Answer
	err = s.client.Call(ctx, otherStockinCreateMethod, Args{{"stockin_order", d}}, &a, opts...)
	return createdNo(&a, err, d.No)
}

func (o OtherStockinPush) check() error {
	n := &needs{op: otherStockinCreateMethod}
	n.key("outer_no", o.No)
	n.amounts("", o)
	n.text("warehouse_no", o.WarehouseNo)
	n.is("goods_list", len(o.Lines) > 0)
	for i, l := range o.Lines {
		at := fmt.Sprintf("line %d: ", i+1)
		n.text(at+"spec_no", l.SpecNo)
		n.quantity(at+"num", l.Num)
		n.amounts(at, l)
	}
	return n.err()
}

// Find reads one other stock-in by its number, to settle a Create whose answer was
// lost. The platform wants times: the document is looked for in what changed within
// the time back, in steps of 30 days; 0 is 30 days. found is false when the platform
// does not show it there.
//
// Effect: read. Limit: 1 call a second over all methods.
func (s *OtherStockinService) Find(ctx context.Context, no string, back time.Duration, opts ...duijie.CallOption) (d OtherStockin, found bool, err error) {
	return findRecent(ctx, &s.WindowService, OtherStockinQuery{No: no}, no, back, func(d OtherStockin) string { return d.No }, opts)
}

// OtherStockoutService reads other stock-outs (其他出库单; 其他出库单查询,
// wms.stockout.OtherQuery.queryWithDetail) by windows of 30 days at most each, of their
// modification (time_type 3), ship (1) or creation time (2), and creates them.
type OtherStockoutService struct {
	WindowService[OtherStockout, OtherStockoutQuery]
}

// Create creates an other stock-out (创建其他出库单, wms.stockout.Other.createOther). See
// [OtherStockinService.Create].
//
// Effect: write. Limit: 1 call a second over all methods, one document each.
func (s *OtherStockoutService) Create(ctx context.Context, d OtherStockoutPush, opts ...duijie.CallOption) (no string, err error) {
	if err := d.check(); err != nil {
		return "", err
	}
	var a Answer
	err = s.client.Call(ctx, otherStockoutCreateMethod, Args{{"stockout_order", d}}, &a, opts...)
	return createdNo(&a, err, d.No)
}

func (o OtherStockoutPush) check() error {
	n := &needs{op: otherStockoutCreateMethod}
	n.key("outer_no", o.No)
	n.text("warehouse_no", o.WarehouseNo)
	n.amounts("", o)
	n.is("goods_list", len(o.Lines) > 0)
	for i, l := range o.Lines {
		at := fmt.Sprintf("line %d: ", i+1)
		n.text(at+"spec_no", l.SpecNo)
		n.quantity(at+"num", l.Num)
		n.amounts(at, l)
	}
	return n.err()
}

// Find reads one other stock-out by its number. See [OtherStockinService.Find].
//
// Effect: read. Limit: 1 call a second over all methods.
func (s *OtherStockoutService) Find(ctx context.Context, no string, back time.Duration, opts ...duijie.CallOption) (d OtherStockout, found bool, err error) {
	return findRecent(ctx, &s.WindowService, OtherStockoutQuery{No: no}, no, back, func(d OtherStockout) string { return d.No }, opts)
}

// findRecent reads the row whose number is no by a query that needs times.
func findRecent[T Row, Q ListQuery](ctx context.Context, s *WindowService[T, Q], q Q, no string, back time.Duration, number func(T) string, opts []duijie.CallOption) (row T, found bool, err error) {
	n := &needs{op: q.list().method}
	n.key("number", no)
	if err := n.err(); err != nil {
		return row, false, err
	}
	err = eachRecent(ctx, s, q, back, opts, func(r T) bool {
		if found = number(r) == no; found {
			row = r
		}
		return !found
	})
	return row, found, err
}

// eachRecent reads what changed within the time back, the newest part first, up to
// this second and as far behind it as the platform's clock may be ahead of ours:
// documents that were made just now are among it, whichever clock is wrong.
func eachRecent[T Row, Q ListQuery](ctx context.Context, s *WindowService[T, Q], q Q, back time.Duration, opts []duijie.CallOption, yield func(T) bool) error {
	w, err := s.windowed(q.list(), opts)
	if err != nil {
		return err
	}
	off := s.client.clockError()
	now := s.client.http.Now()
	end := now.Add(off).Truncate(time.Second).Add(time.Second)
	start := end.Add(-month)
	if back > 0 {
		start = now.Add(-back - off).Truncate(time.Second)
	}
	for more := true; more; {
		from := end.Add(-w.span)
		if !from.After(start) {
			from, more = start, false
		}
		r := w.reading(w.slice(from, end))
		r.closed = !end.After(s.client.settled()) // else rows come in while it is read
		for row, err := range unboxed[T](r.values(ctx)) {
			if err != nil {
				return err
			}
			if !yield(row) {
				return nil
			}
		}
		end = from.Add(time.Second) // whether the ends are inclusive is not documented
	}
	return nil
}
