package wdt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// GoodsSinkConfig says how records become goods.
type GoodsSinkConfig[T any] struct {
	// Goods makes the goods of a record. Its No may stay empty: it is the key of the
	// record. An error makes the record a dead letter. nil: the value is the goods;
	// then T must be GoodsPush.
	Goods func(duijiesync.Record[T]) (GoodsPush, error)
	// SettleDelay is how long the platform may still work on a push whose answer was
	// lost; 0 = 2 s.
	SettleDelay time.Duration
}

// GoodsSink creates and updates goods with their SKUs, one goods per record and call;
// the key of a record is goods_no. A push that is repeated updates the same rows. SKUs
// a goods has and a record does not are left alone.
type GoodsSink[T any] struct {
	c   *Client
	cfg GoodsSinkConfig[T]
}

// What a GoodsSink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*GoodsSink[any])(nil)
	_ duijiesync.Finder[any] = (*GoodsSink[any])(nil)
	_ duijiesync.Limited     = (*GoodsSink[any])(nil)
)

// NewGoodsSink makes a sink of goods.
func NewGoodsSink[T any](c *Client, cfg GoodsSinkConfig[T]) *GoodsSink[T] {
	return &GoodsSink[T]{c: c, cfg: cfg}
}

// Limits is one goods per call.
func (s *GoodsSink[T]) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 1, FindRows: 20, Lanes: 1, SettleDelay: s.cfg.SettleDelay, Idempotent: true}
}

func (s *GoodsSink[T]) goods(rec duijiesync.Record[T]) (GoodsPush, error) {
	cfg := DocumentSinkConfig[T, GoodsPush]{Document: s.cfg.Goods}
	return documentOf(cfg, rec, func(g *GoodsPush) *string { return &g.No })
}

// Write pushes the goods, one after the other.
func (s *GoodsSink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	if err := unusable(s.c); err != nil {
		return nil, err
	}
	return oneByOne(ctx, records, func(rec duijiesync.Record[T]) (duijiesync.Outcome, error) {
		g, err := s.goods(rec)
		if err != nil {
			return duijiesync.Outcome{}, err
		}
		id, err := s.c.Goods.Push(ctx, g)
		if errors.Is(err, duijie.ErrConflict) && !errors.Is(err, duijie.ErrOutcomeUnknown) {
			o := outcomeOf(err) // an SKU of it belongs to other goods
			o.Kind = duijiesync.OutcomeRefused
			return o, nil
		}
		o := duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: rec.Target.ID}
		if rec.Target.ID != "" {
			o.Kind = duijiesync.OutcomeUpdated
		}
		if id != 0 {
			o.TargetID = strconv.FormatInt(id, 10)
		}
		return o, err
	})
}

// Find looks goods up by goods_no and compares what a push would set with what the
// platform shows of it.
func (s *GoodsSink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	return eachKey(func(ctx context.Context, rec duijiesync.Record[T]) (duijiesync.Found, error) {
		row, found, err := s.c.Goods.Find(ctx, rec.Key)
		return foundDocument(rec, found, strconv.FormatInt(row.ID, 10), err, func() ([]duijiesync.Change, error) {
			g, err := s.goods(rec)
			if err != nil {
				return nil, err
			}
			return compareGoods(g, row)
		})
	})(ctx, records)
}

func compareGoods(g GoodsPush, row Goods) ([]duijiesync.Change, error) {
	c := &comparison{}
	if err := c.members("", g, row.Raw, "auto_create_bc"); err != nil {
		return nil, err
	}
	have := map[string]json.RawMessage{}
	for _, s := range row.Specs {
		have[s.No] = s.Raw
	}
	for _, s := range g.Specs {
		at := fmt.Sprintf("specs.%s", s.No)
		raw, there := have[s.No]
		if !there {
			c.changes = append(c.changes, duijiesync.Change{Field: at, New: s.No})
			continue
		}
		if err := c.members(at+".", s, raw); err != nil {
			return nil, err
		}
	}
	return c.changes, nil
}
