package wdt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

const (
	stockSyncIDsMethod     = "sales.StockSync.getSelfWaitSyncIdListOpen"
	stockSyncCalcMethod    = "sales.StockSync.calcStock"
	stockSyncSuccessMethod = "sales.StockSync.syncSuccess"
	stockSyncFailMethod    = "sales.StockSync.syncFail"
)

// StockSyncService keeps the stock that own shops show equal to the ERP's (库存同步,
// sales.StockSync): which listings changed, what they are to show, and what became of
// it. Its methods are not known to exist on Qimen.
type StockSyncService struct{ client *Client }

// ChangedIDs lists listings (平台货品) whose stock changed, from a position on: 0 at first,
// then what the call before returned as next. No IDs is the end, as is an answer
// without data.
//
// Effect: read. Limit: 1 call a second over all methods, count 10 to 5000.
func (s *StockSyncService) ChangedIDs(ctx context.Context, count int, position int64, opts ...duijie.CallOption) (ids []int64, next int64, err error) {
	if count < 10 || count > 5000 {
		return nil, 0, invalid(stockSyncIDsMethod, "count %d is not between 10 and 5000", count)
	}
	opts = append([]duijie.CallOption{duijie.WithEffect(duijie.EffectRead)}, opts...)
	var a Answer
	if err := s.client.Call(ctx, stockSyncIDsMethod, Args{{"count", count}, {"position", position}}, &a, opts...); err != nil {
		return nil, 0, err
	}
	if isNothing(a.Data) {
		return nil, position, nil
	}
	var data struct {
		IDs      []int64 `json:"id_list"`
		Position int64   `json:"position"`
	}
	if err := decodeRow(a.Data, &data); err != nil {
		return nil, 0, fmt.Errorf("wdt: %s: %w: %w", stockSyncIDsMethod, err, duijie.ErrMalformedAnswer)
	}
	return data.IDs, data.Position, nil
}

// isNothing tells that data is absent or empty.
func isNothing(data json.RawMessage) bool {
	switch string(bytes.TrimSpace(data)) {
	case "", "null", `""`, "[]":
		return true
	}
	return false
}

// Compute has the ERP compute the stock a listing is to show. force computes it
// although nothing changed. Computing alone settles nothing: the listing comes again
// until Succeeded or Failed is called. When its answer was lost, call it again.
//
// Effect: write, as nothing is documented. Limit: 1 call a second over all methods.
func (s *StockSyncService) Compute(ctx context.Context, listingID int64, force bool, opts ...duijie.CallOption) (SyncStock, error) {
	var a Answer
	if err := s.client.Call(ctx, stockSyncCalcMethod, Args{{"apiGoodsId", listingID}, {"forceSync", force}}, &a, opts...); err != nil {
		return SyncStock{}, err
	}
	var stock SyncStock
	if wire.First(a.Data) != '{' {
		return stock, fmt.Errorf("wdt: %s: the answer holds no stock: %w", stockSyncCalcMethod, duijie.ErrMalformedAnswer)
	}
	if err := stock.UnmarshalJSON(a.Data); err != nil {
		return stock, fmt.Errorf("wdt: %s: %w", stockSyncCalcMethod, err)
	}
	return stock, nil
}

// Succeeded tells that the shop shows the stock (sales.StockSync.syncSuccess). The
// values computed go back as they came. When its answer was lost, the listing may
// come again.
//
// Effect: write. Limit: 1 call a second over all methods.
func (s *StockSyncService) Succeeded(ctx context.Context, stock SyncStock, opts ...duijie.CallOption) error {
	return s.report(ctx, stockSyncSuccessMethod, stock, true, "", opts)
}

// Failed tells that the shop did not take the stock, and why (sales.StockSync.syncFail).
//
// Effect: write. Limit: 1 call a second over all methods.
func (s *StockSyncService) Failed(ctx context.Context, stock SyncStock, reason string, opts ...duijie.CallOption) error {
	return s.report(ctx, stockSyncFailMethod, stock, false, reason, opts)
}

func (s *StockSyncService) report(ctx context.Context, method string, stock SyncStock, success bool, result string, opts []duijie.CallOption) error {
	if stock.ID == 0 {
		return invalid(method, "the stock has no rec_id: give what Compute returned")
	}
	info := syncReport{
		StockSynRuleNo: stock.RuleNo, StockSynWarehouses: stock.Warehouses, SynResult: shortText(result), StockSynRuleID: stock.RuleID,
		StockSynMask: stock.RuleMask, StockSynPercent: stock.Percent, SynStock: duijie.DecimalFromInt(stock.Stock),
		StockChangeCount: duijie.DecimalFromInt(stock.ChangeCount), StockSynPlus: stock.Plus, StockSynMin: stock.Min, StockSynMax: stock.Max,
		AutoListing: stock.AutoListing, AutoDelisting: stock.AutoDelisting, SynSuccess: success,
	}
	return s.client.Call(ctx, method, Args{{"apiGoodsId", stock.ID}, {"info", info}}, nil, opts...)
}

// StockSyncReport is what a [StockSyncService.Each] did.
type StockSyncReport struct {
	Succeeded, Failed int
	// Skipped are listings that could not be computed or reported, each with its
	// error. They come again.
	Skipped []StockSyncSkip
}

// StockSyncSkip is a listing that was not settled.
type StockSyncSkip struct {
	ListingID int64
	Err       error
}

// Each keeps own shops up to date: for every listing whose stock changed it has the
// stock computed, calls set, which makes the shop show it, and reports the result:
// nil is success, an error that matches ErrSyncAgain leaves the listing to come
// again in the next Each, any other is a failure with its text. Stocks are absolute, so set may be
// called again for a listing whose report was lost.
//
// Effect: as its parts. Limit: 1 call a second over all methods, two a listing.
func (s *StockSyncService) Each(ctx context.Context, set func(context.Context, SyncStock) error, opts ...duijie.CallOption) (StockSyncReport, error) {
	var rep StockSyncReport
	var position int64
	met := map[int64]bool{} // listings of this run: one that comes again is left to the next
	for {
		ids, next, err := s.ChangedIDs(ctx, 1000, position, opts...)
		if err != nil {
			return rep, err
		}
		fresh := false
		for _, id := range ids {
			if met[id] {
				continue
			}
			met[id], fresh = true, true
			if err := s.one(ctx, id, set, &rep, opts); err != nil {
				return rep, err
			}
		}
		if !fresh || next == position {
			return rep, nil
		}
		position = next
	}
}

// one settles a listing. Its error ends the loop.
func (s *StockSyncService) one(ctx context.Context, id int64, set func(context.Context, SyncStock) error, rep *StockSyncReport, opts []duijie.CallOption) error {
	stock, err := s.Compute(ctx, id, false, opts...)
	if err == nil {
		told := set(ctx, stock)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case told == nil:
			err = s.Succeeded(ctx, stock, opts...)
			if err == nil {
				rep.Succeeded++
			}
		case errors.Is(told, ErrSyncAgain):
			err = told
		default:
			err = s.Failed(ctx, stock, told.Error(), opts...)
			if err == nil {
				rep.Failed++
			}
		}
	}
	if err != nil && ctx.Err() == nil && ofOneRow(err) {
		rep.Skipped = append(rep.Skipped, StockSyncSkip{id, err})
		return nil
	}
	return err
}

// ofOneRow tells that an error is about one row: the next one may do.
func ofOneRow(err error) bool {
	for _, class := range []error{duijie.ErrRefused, duijie.ErrInvalid, duijie.ErrNotFound, duijie.ErrConflict, duijie.ErrOutcomeUnknown, duijie.ErrMalformedAnswer, ErrSyncAgain} {
		if errors.Is(err, class) {
			return true
		}
	}
	return false
}
