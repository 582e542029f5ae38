package wdt

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

const (
	goodsPushMethod      = "goods.Goods.push"
	goodsPushSpecsMethod = "goods.Goods.push2"
)

// GoodsService reads goods with their SKUs (货品; 查询货品, goods.Goods.queryWithSpec) by
// windows of the last change of goods or SKU, 30 days at most each, and creates and
// updates them.
type GoodsService struct {
	WindowService[Goods, GoodsQuery]
}

// Push creates or updates one goods with its SKUs (创建货品, goods.Goods.push) and
// returns its number, 0 when the answer does not tell it. The goods is known by its No, SKUs by theirs; what is not set
// is not sent. A number of an SKU that other goods have is a duijie.ErrConflict.
//
// Effect: idempotent: a repeat updates the same rows. Limit: 1 call a second over
// all methods.
func (s *GoodsService) Push(ctx context.Context, g GoodsPush, opts ...duijie.CallOption) (id int64, err error) {
	if err := g.check(goodsPushMethod); err != nil {
		return 0, err
	}
	var a Answer
	err = s.client.Call(ctx, goodsPushMethod, g.args(), &a, opts...)
	return pushedID(a.Data), err
}

// pushedID is the number in the answer to a push, 0 when it is in no form known here:
// the push succeeded all the same.
func pushedID(data json.RawMessage) int64 {
	text := loose(rawText(data))
	if wire.First(data) == '{' {
		text = loose(memberText(data, "goods_id"))
	}
	n, ok := text.number()
	if !ok {
		return 0
	}
	return n
}

// PushedGoods are the numbers the platform has for a goods and its SKUs.
type PushedGoods struct {
	ID    int64        `json:"goods_id"`
	No    string       `json:"goods_no"`
	Specs []PushedSpec `json:"spec_info_list"`
}

// PushedSpec is the number of one SKU.
type PushedSpec struct {
	ID int64  `json:"spec_id"`
	No string `json:"spec_no"`
}

// PushSpecs is Push with the numbers of the SKUs in its answer (goods.Goods.push2). It
// is not known to exist on Qimen.
//
// Effect: idempotent: a repeat updates the same rows. Limit: 1 call a second over
// all methods.
func (s *GoodsService) PushSpecs(ctx context.Context, g GoodsPush, opts ...duijie.CallOption) (*PushedGoods, error) {
	if err := g.check(goodsPushSpecsMethod); err != nil {
		return nil, err
	}
	var a Answer
	if err := s.client.Call(ctx, goodsPushSpecsMethod, g.args(), &a, opts...); err != nil {
		return nil, err
	}
	out := &PushedGoods{}
	if err := decodeRow(a.Data, out); err != nil {
		return nil, s.client.cleaned(fmt.Errorf("wdt: %s: the call succeeded, but its data does not fit: %w", goodsPushSpecsMethod, err))
	}
	return out, nil
}

func (g GoodsPush) args() Args {
	specs := g.Specs
	if specs == nil {
		specs = []SpecPush{}
	}
	return Args{{"goodsInfo", g}, {"specInfoList", specs}}
}

// check names everything that is missing or can't be.
func (g GoodsPush) check(op string) error {
	n := &needs{op: op}
	n.key("goods_no", g.No)
	n.text("goods_name", g.Name)
	n.is("spec_info_list", len(g.Specs) > 0)
	seen := map[string]bool{}
	for i, s := range g.Specs {
		at := fmt.Sprintf("spec %d: spec_no", i+1)
		n.key(at, s.No)
		if seen[s.No] && s.No != "" {
			n.wrongly("%s %q stands there twice", at, s.No)
		}
		seen[s.No] = true
		n.amounts(fmt.Sprintf("spec %d: ", i+1), s)
	}
	return n.err()
}

// Find reads one goods by its number (货品编号), to settle a push whose answer was
// lost. found is false when the platform does not show it; deleted goods are not
// shown.
//
// Effect: read. Limit: 1 call a second over all methods.
func (s *GoodsService) Find(ctx context.Context, no string, opts ...duijie.CallOption) (g Goods, found bool, err error) {
	return findRow(ctx, &s.WindowService, GoodsQuery{No: no}, no, func(g Goods) string { return g.No }, opts)
}

// findRow reads the row whose number is no by a query that needs no times.
func findRow[T Row, Q ListQuery](ctx context.Context, s *WindowService[T, Q], q Q, no string, number func(T) string, opts []duijie.CallOption) (row T, found bool, err error) {
	n := &needs{op: q.list().method}
	n.key("number", no)
	if err := n.err(); err != nil {
		return row, false, err
	}
	for row, err := range s.All(ctx, q, opts...) {
		if err != nil || number(row) == no {
			return row, err == nil, err
		}
	}
	return row, false, nil
}
