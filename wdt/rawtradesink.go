package wdt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// RawTradeSinkConfig says how records become orders of an own shop.
type RawTradeSinkConfig[T any] struct {
	// ShopNo is the shop; required. One sink pushes to one shop.
	ShopNo string
	// Order makes the order of a record. Its TID may stay empty: it is the key of the
	// record. An error makes the record a dead letter. nil: the value is the order;
	// then T must be RawTradePush.
	Order func(duijiesync.Record[T]) (RawTradePush, error)
	// AnyAmounts pushes orders whose amounts do not agree; see [RawTradePushRequest].
	AnyAmounts bool
	// SettleDelay is how long the platform may still work on a push whose answer was
	// lost; 0 = 2 s.
	SettleDelay time.Duration
}

// RawTradeSink pushes orders of an own shop, 100 a call; the key of a record is tid. A
// push that is repeated updates the same orders. Orders the platform refuses by name
// are parted from the others.
type RawTradeSink[T any] struct {
	c   *Client
	cfg RawTradeSinkConfig[T]
}

// What a RawTradeSink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*RawTradeSink[any])(nil)
	_ duijiesync.Finder[any] = (*RawTradeSink[any])(nil)
	_ duijiesync.Limited     = (*RawTradeSink[any])(nil)
)

// NewRawTradeSink makes a sink of orders.
func NewRawTradeSink[T any](c *Client, cfg RawTradeSinkConfig[T]) (*RawTradeSink[T], error) {
	if cfg.ShopNo == "" {
		return nil, invalid(rawTradePushMethod, "a sink needs the ShopNo of its config")
	}
	return &RawTradeSink[T]{c: c, cfg: cfg}, nil
}

// Limits are 100 orders per call.
func (s *RawTradeSink[T]) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: maxPushedTrades, FindRows: 20, Lanes: 1, SettleDelay: s.cfg.SettleDelay, Idempotent: true}
}

func (s *RawTradeSink[T]) order(rec duijiesync.Record[T]) (RawTradePush, error) {
	cfg := DocumentSinkConfig[T, RawTradePush]{Document: s.cfg.Order}
	return documentOf(cfg, rec, func(o *RawTradePush) *string { return &o.TID })
}

// Write pushes the orders in one call. An order that can't be right is refused here,
// and the others go.
func (s *RawTradeSink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	if err := unusable(s.c); err != nil {
		return nil, err
	}
	out := make([]duijiesync.Outcome, len(records))
	orders := make([]RawTradePush, 0, len(records))
	var sent []int // places in records of what is sent
	for i, rec := range records {
		o, err := s.order(rec)
		if err == nil {
			one := RawTradePushRequest{ShopNo: s.cfg.ShopNo, Orders: []RawTradePush{o}, AnyAmounts: s.cfg.AnyAmounts}
			err = one.check(rawTradePushMethod)
		}
		if errors.Is(err, errSetup) {
			return nil, err
		}
		if err != nil {
			out[i] = outcomeOf(err)
			continue
		}
		orders, sent = append(orders, o), append(sent, i)
	}
	if len(orders) == 0 {
		return out, nil
	}
	err := s.push(ctx, records, orders, sent, out)
	switch {
	case err == nil:
		return out, nil
	case len(sent) == len(records):
		return nil, stopping(err)
	}
	// To the engine the error would speak for those refused here too.
	for _, i := range sent {
		out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Message: err.Error()}
		if errors.Is(err, duijie.ErrOutcomeUnknown) {
			out[i].Kind = duijiesync.OutcomeUnknown
		}
	}
	return out, nil
}

// push pushes the orders and fills their outcomes. A refusal that names no order is
// parted here where records were refused before: pushing an order again is harmless.
func (s *RawTradeSink[T]) push(ctx context.Context, records []duijiesync.Record[T], orders []RawTradePush, sent []int, out []duijiesync.Outcome) error {
	result, err := s.c.RawTrades.Push(ctx, RawTradePushRequest{ShopNo: s.cfg.ShopNo, Orders: orders, AnyAmounts: s.cfg.AnyAmounts})
	_, partial := errors.AsType[*PartialError](err)
	named := map[string]RowError{}
	if partial {
		for _, row := range result.Failed {
			named[row.No] = row
		}
		for tid := range named {
			partial = partial && hasTID(orders, tid)
		}
	}
	switch {
	case err == nil || partial:
		for n, i := range sent {
			out[i] = pushedOutcome(records[i].Target.ID, orders[n].TID, named)
		}
		return nil
	case len(sent) == 1 && aboutOne(err):
		o := outcomeOf(err)
		if o.Kind == duijiesync.OutcomeConflict {
			o.Kind = duijiesync.OutcomeRefused // the number is another shop's
		}
		out[sent[0]] = o
		return nil
	case !aboutOne(err) || errors.Is(err, duijie.ErrOutcomeUnknown):
		return err
	}
	half := len(sent) / 2
	if err := s.push(ctx, records, orders[:half], sent[:half], out); err != nil {
		return err
	}
	return s.push(ctx, records, orders[half:], sent[half:], out)
}

func hasTID(orders []RawTradePush, tid string) bool {
	for _, o := range orders {
		if o.TID == tid {
			return true
		}
	}
	return false
}

func pushedOutcome(targetID, tid string, failed map[string]RowError) duijiesync.Outcome {
	o := duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: tid}
	if targetID != "" {
		o.Kind = duijiesync.OutcomeUpdated
	}
	if row, refused := failed[tid]; refused {
		o = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: targetID, Code: row.Code, Message: row.Message}
	}
	return o
}

// Find looks orders up by tid and compares what a push would set with what the
// platform shows of it; what the ERP itself changes (process_status) does not count.
func (s *RawTradeSink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	return eachKey(func(ctx context.Context, rec duijiesync.Record[T]) (duijiesync.Found, error) {
		row, found, err := s.c.RawTrades.Find(ctx, rec.Key)
		if found && row.ShopNo != "" && row.ShopNo != s.cfg.ShopNo {
			err := fmt.Errorf("wdt: source order %q belongs to shop %q: %w", rec.Key, row.ShopNo, duijie.ErrConflict)
			return duijiesync.Found{Match: duijiesync.Exists, Err: err}, nil
		}
		return foundDocument(rec, found, row.TID, err, func() ([]duijiesync.Change, error) {
			o, err := s.order(rec)
			if err != nil {
				return nil, err
			}
			return compareRawTrade(o.counted(), row)
		})
	})(ctx, records)
}

func compareRawTrade(o RawTradePush, row RawTrade) ([]duijiesync.Change, error) {
	c := &comparison{}
	if err := c.members("", o, row.Raw, "process_status", "warehouse_no"); err != nil {
		return nil, err
	}
	have := map[string]json.RawMessage{}
	for _, l := range row.Lines {
		have[l.OID] = l.Raw
	}
	for _, l := range o.Lines {
		at := "lines." + l.OID
		raw, there := have[l.OID]
		if !there {
			c.changes = append(c.changes, duijiesync.Change{Field: at, New: l.OID})
			continue
		}
		delete(have, l.OID)
		if err := c.members(at+".", l, raw, "tid", "process_status"); err != nil {
			return nil, err
		}
	}
	return c.changes, nil
}
