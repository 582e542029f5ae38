package wdt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// DocumentSinkConfig says how records become documents.
type DocumentSinkConfig[T, D any] struct {
	// Document makes the document of a record. Its No may stay empty: it is the key
	// of the record. An error makes the record a dead letter. nil: the value is the
	// document; then T must be D.
	Document func(duijiesync.Record[T]) (D, error)
	// Lookback is how far back in time a document is looked for; 0 is 30 days. One
	// that did not change since is not found, but the platform refuses its number as
	// a duplicate.
	Lookback time.Duration
	// SettleDelay is how long the platform may still work on a call whose answer was
	// lost; 0 = 2 s.
	SettleDelay time.Duration
}

// DocumentSink creates one document per record and call, known by a number of your
// own, the key of the record. It looks the number up when an answer was lost, so that
// a document is made once. A document can not be changed once it is there: a record
// that differs from it is refused and becomes a dead letter, and so is one whose
// document was saved but not approved.
type DocumentSink[T any] struct {
	create func(ctx context.Context, rec duijiesync.Record[T]) (no string, err error)
	find   func(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error)
	settle time.Duration
	rows   int
	usable error
}

// What a DocumentSink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*DocumentSink[any])(nil)
	_ duijiesync.Finder[any] = (*DocumentSink[any])(nil)
	_ duijiesync.Limited     = (*DocumentSink[any])(nil)
)

// Limits is one document per call.
func (s *DocumentSink[T]) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 1, FindRows: s.rows, Lanes: 1, SettleDelay: s.settle}
}

// Write creates the documents, one after the other.
func (s *DocumentSink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	if err := s.usable; err != nil {
		return nil, err
	}
	return oneByOne(ctx, records, func(rec duijiesync.Record[T]) (duijiesync.Outcome, error) {
		if rec.Target.ID != "" {
			return duijiesync.Outcome{
				Kind: duijiesync.OutcomeRefused, TargetID: rec.Target.ID, Code: "exists",
				Message: "the document is there with other contents, and the platform has no call to change it",
			}, nil
		}
		no, err := s.create(ctx, rec)
		if savedOnly(err) {
			o := outcomeOf(err)
			o.TargetID, o.Step = firstOf(no, rec.Key), "saved"
			return o, nil
		}
		return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: no}, err
	})
}

// Find looks the documents up by their numbers.
func (s *DocumentSink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	if len(records) == 0 {
		return nil, nil
	}
	return s.find(ctx, records)
}

// oneByOne writes records with a call each. An error that does not speak for one
// record is returned while nothing was written; later it leaves the rest to be
// written again.
func oneByOne[T any](ctx context.Context, records []duijiesync.Record[T], write func(duijiesync.Record[T]) (duijiesync.Outcome, error)) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	for i, rec := range records {
		o, err := write(rec)
		switch {
		case err == nil:
			out[i] = o
		case aboutOne(err):
			out[i] = outcomeOf(err)
		case i == 0:
			return nil, stopping(err)
		default:
			for j := i; j < len(records); j++ {
				out[j] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Message: err.Error()}
			}
			return out, nil
		}
	}
	return out, nil
}

// aboutOne tells that an error is about the record that was written, not about the
// platform, the account or the setup.
func aboutOne(err error) bool {
	if _, partial := errors.AsType[*PartialError](err); partial || errors.Is(err, duijie.ErrOutcomeUnknown) {
		return true
	}
	e, isCall := errors.AsType[*duijie.APIError](err)
	if isCall && e.StatusCode == http.StatusRequestEntityTooLarge {
		return true // an HTML page, and yet about what was sent
	}
	for _, setup := range []error{errSetup, duijie.ErrMalformedAnswer, duijie.ErrRedirected, duijie.ErrBodyTooLarge} {
		if errors.Is(err, setup) {
			return false
		}
	}
	if isCall && e.Class == duijie.ClassPermission {
		// Of the warehouse, supplier or brand the document names.
		return strings.Contains(e.Message, "仓库") || strings.Contains(e.Message, "供应商") || strings.Contains(e.Message, "品牌")
	}
	for _, class := range []error{duijie.ErrRefused, duijie.ErrInvalid, duijie.ErrConflict, duijie.ErrNotFound} {
		if errors.Is(err, class) {
			return true
		}
	}
	return false
}

// unusable tells why a client can write no document at all.
func unusable(c *Client) error {
	if c.Gateway() == Enterprise {
		return fmt.Errorf("wdt: the enterprise edition has none of the methods of this sink: %w", errSetup)
	}
	return nil
}

// stopping has a pipeline stop at an error that is not about a record, instead of
// looking for a bad one and refusing them all.
func stopping(err error) error {
	if aboutOne(err) {
		return err
	}
	return duijiesync.Stop(err)
}

// outcomeOf is what an error about one record means to a pipeline.
func outcomeOf(err error) duijiesync.Outcome {
	o := duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Message: err.Error()}
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		o.Code, o.Message = e.Code, firstOf(e.Message, o.Message)
	}
	switch {
	case errors.Is(err, duijie.ErrOutcomeUnknown):
		o.Kind = duijiesync.OutcomeUnknown
	case errors.Is(err, duijie.ErrConflict):
		o.Kind = duijiesync.OutcomeConflict
	}
	return o
}

// documentOf makes the document of a record and gives it the key as its number.
func documentOf[T, D any](cfg DocumentSinkConfig[T, D], rec duijiesync.Record[T], number func(*D) *string) (D, error) {
	var doc D
	if cfg.Document == nil {
		d, ok := any(rec.Value).(D)
		if !ok {
			return doc, fmt.Errorf("wdt: the sink needs Document: a %T is no %T: %w", rec.Value, doc, errSetup)
		}
		doc = d
	} else {
		d, err := cfg.Document(rec)
		if err != nil {
			return doc, fmt.Errorf("wdt: document of %q: %w: %w", rec.Key, err, duijie.ErrInvalid)
		}
		doc = d
	}
	no := number(&doc)
	if *no != "" && *no != rec.Key {
		return doc, fmt.Errorf("wdt: document of %q: its number is %q: %w", rec.Key, *no, duijie.ErrInvalid)
	}
	*no = rec.Key
	return doc, nil
}

// NewOtherStockinSink makes a sink of other stock-ins (其他入库单).
func NewOtherStockinSink[T any](c *Client, cfg DocumentSinkConfig[T, OtherStockinPush]) *DocumentSink[T] {
	number := func(d *OtherStockinPush) *string { return &d.No }
	return &DocumentSink[T]{
		usable: unusable(c), settle: cfg.SettleDelay, rows: 20,
		create: func(ctx context.Context, rec duijiesync.Record[T]) (string, error) {
			doc, err := documentOf(cfg, rec, number)
			if err != nil {
				return "", err
			}
			return c.OtherStockins.Create(ctx, doc)
		},
		find: eachKey(func(ctx context.Context, rec duijiesync.Record[T]) (duijiesync.Found, error) {
			row, found, err := c.OtherStockins.Find(ctx, rec.Key, cfg.Lookback)
			return foundDocument(rec, found, row.No, err, func() ([]duijiesync.Change, error) {
				doc, err := documentOf(cfg, rec, number)
				return compareOtherIn(doc, row), err
			})
		}),
	}
}

// NewOtherStockoutSink makes a sink of other stock-outs (其他出库单).
func NewOtherStockoutSink[T any](c *Client, cfg DocumentSinkConfig[T, OtherStockoutPush]) *DocumentSink[T] {
	number := func(d *OtherStockoutPush) *string { return &d.No }
	return &DocumentSink[T]{
		usable: unusable(c), settle: cfg.SettleDelay, rows: 20,
		create: func(ctx context.Context, rec duijiesync.Record[T]) (string, error) {
			doc, err := documentOf(cfg, rec, number)
			if err != nil {
				return "", err
			}
			return c.OtherStockouts.Create(ctx, doc)
		},
		find: eachKey(func(ctx context.Context, rec duijiesync.Record[T]) (duijiesync.Found, error) {
			row, found, err := c.OtherStockouts.Find(ctx, rec.Key, cfg.Lookback)
			return foundDocument(rec, found, row.No, err, func() ([]duijiesync.Change, error) {
				doc, err := documentOf(cfg, rec, number)
				return compareOtherOut(doc, row), err
			})
		}),
	}
}

// NewPurchaseOrderSink makes a sink of purchase orders (采购单). Lookback is not used:
// a purchase order is found by its number whatever its age.
func NewPurchaseOrderSink[T any](c *Client, cfg DocumentSinkConfig[T, PurchaseOrderPush]) *DocumentSink[T] {
	number := func(d *PurchaseOrderPush) *string { return &d.No }
	return &DocumentSink[T]{
		usable: unusable(c), settle: cfg.SettleDelay, rows: 20,
		create: func(ctx context.Context, rec duijiesync.Record[T]) (string, error) {
			doc, err := documentOf(cfg, rec, number)
			if err != nil {
				return "", err
			}
			return c.Purchases.Create(ctx, doc)
		},
		find: eachKey(func(ctx context.Context, rec duijiesync.Record[T]) (duijiesync.Found, error) {
			row, found, err := c.Purchases.Find(ctx, rec.Key)
			return foundDocument(rec, found, row.No, err, func() ([]duijiesync.Change, error) {
				doc, err := documentOf(cfg, rec, number)
				return comparePurchase(doc, row), err
			})
		}),
	}
}

// NewTransferSink makes a sink of transfers (调拨单). The key of a record stands behind
// the remark of its transfer, see [TransferService.Create]; a lookup reads all
// transfers that changed within Lookback.
func NewTransferSink[T any](c *Client, cfg DocumentSinkConfig[T, TransferPush]) *DocumentSink[T] {
	number := func(d *TransferPush) *string { return &d.No }
	return &DocumentSink[T]{
		usable: unusable(c), settle: cfg.SettleDelay, rows: 100,
		create: func(ctx context.Context, rec duijiesync.Record[T]) (string, error) {
			doc, err := documentOf(cfg, rec, number)
			if err != nil {
				return "", err
			}
			return c.Transfers.Create(ctx, doc)
		},
		find: func(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
			var rows []Transfer
			err := eachRecent(ctx, &c.Transfers.WindowService, TransferQuery{}, cfg.Lookback, nil, func(t Transfer) bool {
				rows = append(rows, t)
				return true
			})
			if err != nil {
				return nil, err
			}
			out := make([]duijiesync.Found, len(records))
			for i, rec := range records {
				var row Transfer
				for _, r := range rows {
					if r.madeAs(rec.Key) {
						row = r
					}
				}
				out[i], err = foundDocument(rec, row.No != "", row.No, nil, func() ([]duijiesync.Change, error) {
					doc, err := documentOf(cfg, rec, number)
					return compareTransfer(doc, row), err
				})
				if err != nil {
					return nil, err
				}
			}
			return out, nil
		},
	}
}

// eachKey looks records up with a call each.
func eachKey[T any](one func(context.Context, duijiesync.Record[T]) (duijiesync.Found, error)) func(context.Context, []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	return func(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
		out := make([]duijiesync.Found, len(records))
		for i, rec := range records {
			found, err := one(ctx, rec)
			if err != nil {
				return nil, err
			}
			out[i] = found
		}
		return out, nil
	}
}

// foundDocument is the answer to a lookup. A key the platform can not have is absent:
// the write of it is refused.
func foundDocument[T any](rec duijiesync.Record[T], found bool, no string, err error, compare func() ([]duijiesync.Change, error)) (duijiesync.Found, error) {
	switch {
	case errors.Is(err, duijie.ErrInvalid):
		return duijiesync.Found{Match: duijiesync.Absent}, nil
	case err != nil:
		return duijiesync.Found{}, err
	case !found:
		return duijiesync.Found{Match: duijiesync.Absent}, nil
	case rec.Target.KeyOnly:
		return duijiesync.Found{Match: duijiesync.Exists, TargetID: no}, nil
	}
	changes, err := compare()
	if errors.Is(err, errSetup) {
		return duijiesync.Found{}, err
	}
	if err != nil {
		return duijiesync.Found{Match: duijiesync.Exists, TargetID: no, Err: err}, nil //nolint:nilerr // it speaks for this record alone
	}
	f := duijiesync.Found{Match: duijiesync.Identical, TargetID: no, Changes: changes}
	if len(changes) > 0 {
		f.Match = duijiesync.Different
	}
	return f, nil
}
