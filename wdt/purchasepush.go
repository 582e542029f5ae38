package wdt

import (
	"context"
	"fmt"

	"github.com/duijie-go/duijie"
)

const purchaseCreateMethod = "purchase.PurchaseOrder.createOrder"

// PurchaseOrderService reads purchase orders (采购单; 采购单查询,
// purchase.PurchaseOrder.queryWithDetail) by windows of their modification time, 30 days
// at most each, and creates them.
type PurchaseOrderService struct {
	WindowService[PurchaseOrder, PurchaseOrderQuery]
}

// Create creates a purchase order (创建采购单, purchase.PurchaseOrder.createOrder) and
// returns its number, which is the No it was given. The platform would take an order
// without one, this package does not: after a lost answer (duijie.ErrOutcomeUnknown)
// look the order up with Find before creating it again.
//
// Where the order was saved, but could not be approved, the error holds a
// [*PartialError] with Saved, and no is set.
//
// Effect: write. Limit: 1 call a second over all methods.
func (s *PurchaseOrderService) Create(ctx context.Context, p PurchaseOrderPush, opts ...duijie.CallOption) (no string, err error) {
	if err := p.check(); err != nil {
		return "", err
	}
	var a Answer
	err = s.client.Call(ctx, purchaseCreateMethod, Args{{"params", p}}, &a, opts...)
	return createdNo(&a, err, p.No)
}

// createdNo is the number of a document that was created, also where a later step
// failed.
func createdNo(a *Answer, err error, own string) (string, error) {
	switch {
	case err == nil:
		return firstOf(documentNo(a), own), nil
	case savedOnly(err):
		return own, err
	}
	return "", err
}

func (p PurchaseOrderPush) check() error {
	n := &needs{op: purchaseCreateMethod}
	n.key("purchase_no", p.No)
	n.amounts("", p)
	n.text("provider_no", p.ProviderNo)
	n.text("expect_warehouse_no", p.ExpectWarehouseNo)
	n.text("purchaser_name", p.PurchaserName)
	n.is("receive_warehouse_nos", len(p.ReceiveWarehouseNos) > 0)
	n.is("purchase_details", len(p.Lines) > 0)
	for i, l := range p.Lines {
		at := fmt.Sprintf("line %d: ", i+1)
		n.text(at+"spec_no", l.SpecNo)
		n.quantity(at+"num", l.Num)
		n.whole(at+"num", l.Num)
		n.amounts(at, l)
	}
	return n.err()
}

// Find reads one purchase order by its number, to settle a Create whose answer was
// lost. found is false when the platform does not show it.
//
// Effect: read. Limit: 1 call a second over all methods.
func (s *PurchaseOrderService) Find(ctx context.Context, no string, opts ...duijie.CallOption) (p PurchaseOrder, found bool, err error) {
	return findRow(ctx, &s.WindowService, PurchaseOrderQuery{No: no}, no, func(p PurchaseOrder) string { return p.No }, opts)
}
