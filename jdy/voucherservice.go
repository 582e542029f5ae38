package jdy

import (
	"context"
	"fmt"

	"github.com/duijie-go/duijie"
)

// VoucherService reads and saves vouchers (凭证).
//
// A voucher's number is its number within a period and group, so it is no key.
// The key is your own id of it, SourceBillNo (SaveOptions.External sets it): the
// platform refuses a second voucher with it, and FindBySource and sinks find it
// by that. Sources know vouchers by their ids.
//
// Parameters for Filter of the [Query]: account_ids, bill_status, explanation,
// number, source_bill_no, start_period and end_period (yyyyMM).
type VoucherService struct {
	*Records[VoucherRow, Voucher, VoucherSave]
}

// voucherRecords says where vouchers are.
var voucherRecords = RecordKind{
	Name: "voucher", Path: "/jdy/v2/fi/voucher", Entity: "gl_voucher", Number: sourceBillNo, External: sourceBillNo,
}

const sourceBillNo = "source_bill_no"

// FindBySource finds the voucher with your own id of it, to learn what became of a
// save whose answer was lost. One that is not there is duijie.ErrNotFound.
// Effect: read.
func (s *VoucherService) FindBySource(ctx context.Context, id string, opts ...duijie.CallOption) (*VoucherRow, error) {
	path := s.kind.Path
	if id == "" {
		return nil, invalid(path, "the id is empty")
	}
	var found []VoucherRow
	for row, err := range s.All(ctx, Query{Filter: Filter{sourceBillNo: id}}, opts...) {
		if err != nil {
			return nil, err
		}
		if row.SourceBillNo == id {
			found = append(found, row)
		}
	}
	switch len(found) {
	case 0:
		return nil, &duijie.APIError{
			Platform: platform, Op: path, Class: duijie.ClassNotFound, Code: notFoundCode, Message: "no voucher has source_bill_no " + id,
		}
	case 1:
		return &found[0], nil
	}
	return nil, &duijie.APIError{
		Platform: platform, Op: path, Class: duijie.ClassConflict, Message: fmt.Sprintf("%d vouchers have source_bill_no %s", len(found), id),
	}
}

// GetByNumber is refused: a number is not one voucher's alone. Use FindBySource,
// or Filter with number and periods.
func (s *VoucherService) GetByNumber(context.Context, string, ...duijie.CallOption) (*Voucher, error) {
	return nil, invalid(s.kind.detail().Path, "a voucher's number repeats in each period and group: use FindBySource or Get")
}
