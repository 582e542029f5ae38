package wdt

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

const transferCreateMethod = "wms.stocktransfer.Edit.createOrder"

// TransferService reads transfers (调拨单; 调拨单查询, wms.stocktransfer.Manage.queryWithDetail)
// by windows of their modification time, 30 days at most each, and creates them.
type TransferService struct {
	WindowService[Transfer, TransferQuery]
}

// Create creates a transfer (创建调拨单, wms.stocktransfer.Edit.createOrder) and returns the
// number the platform gave it. A No that is used already is a duijie.ErrConflict:
// after a lost answer (duijie.ErrOutcomeUnknown) that tells that the first call was
// done. Whether the transfer can be looked up by No is not certain; so that Find can,
// Create writes it behind the remark, as in "remark [No]".
//
// Where the transfer was saved, but could not be approved, the error holds a
// [*PartialError] with Saved, and no is what the platform told, or "".
//
// Effect: write. Limit: 1 call a second over all methods, one transfer each.
func (s *TransferService) Create(ctx context.Context, t TransferPush, opts ...duijie.CallOption) (no string, err error) {
	if err := t.check(); err != nil {
		return "", err
	}
	var a Answer
	args := Args{{"orderInfo", t.marked()}, {"detailList", t.Lines}, {"isCheck", t.Approve}}
	err = s.client.Call(ctx, transferCreateMethod, args, &a, opts...)
	return createdNo(&a, err, "")
}

func (t TransferPush) check() error {
	n := &needs{op: transferCreateMethod}
	n.key("outer_no", t.No)
	n.amounts("", t)
	n.text("from_warehouse_no", t.FromWarehouseNo)
	n.text("to_warehouse_no", t.ToWarehouseNo)
	if t.FromWarehouseNo == t.ToWarehouseNo && t.ToWarehouseNo != "" {
		n.wrongly("from_warehouse_no and to_warehouse_no are the same")
	}
	n.is("detailList", len(t.Lines) > 0)
	for i, l := range t.Lines {
		at := fmt.Sprintf("line %d: ", i+1)
		n.text(at+"spec_no", l.SpecNo)
		n.quantity(at+"num", l.Num)
		n.amounts(at, l)
	}
	return n.err()
}

// marked has the number behind the remark.
func (t TransferPush) marked() TransferPush {
	t.Remark = strings.TrimLeft(t.Remark+" "+transferMark(t.No), " ")
	return t
}

// transferMark is what Create writes behind the remark. Brackets in a number are
// doubled, so that no mark ends with another.
func transferMark(no string) string {
	return "[" + strings.NewReplacer("[", "[[", "]", "]]").Replace(no) + "]"
}

// madeAs tells whether a transfer was created with the number. The documentation
// calls outer_no the number of the transfer, but shows an answer with another.
func (t Transfer) madeAs(no string) bool {
	if t.No == no {
		return true
	}
	rest, marked := strings.CutSuffix(t.Remark, transferMark(no))
	return marked && (rest == "" || strings.HasSuffix(rest, " "))
}

// Find reads the transfer that Create made with the number no, to settle a call
// whose answer was lost. It reads all transfers that changed within the time back;
// 0 is 30 days. found is false when none of them carries the number.
//
// Effect: read. Limit: 1 call a second over all methods.
func (s *TransferService) Find(ctx context.Context, no string, back time.Duration, opts ...duijie.CallOption) (t Transfer, found bool, err error) {
	err = eachRecent(ctx, &s.WindowService, TransferQuery{}, back, opts, func(r Transfer) bool {
		if found = r.madeAs(no); found {
			t = r
		}
		return !found
	})
	return t, found, err
}
