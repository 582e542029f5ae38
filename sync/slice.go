package sync

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"iter"
	"strconv"
	"strings"
)

// SliceSource is a source over items in memory; see [Slice]. It is safe for
// concurrent use as long as nobody changes the items.
type SliceSource[T any] struct {
	items []T
	key   func(T) string

	// Version orders the states of an item; nil: the source has none. Set it before
	// the first Read.
	Version func(T) int64
	// Page is the number of records per batch; 0 = 100.
	Page int
}

// Slice makes a source of items, for small jobs and tests: rows of a file, the
// answer of one call. key gives an item's business key.
//
// A checkpoint is a position, together with a hash of the keys and JSON of all
// items before it. Where those items are the same, a run goes on behind them, so
// that items appended since are all it reads. Where they are not, be it other items,
// another order or one item changed, it reads everything again, and the ledger
// passes what is new: no item is ever skipped. So each Read that resumes encodes
// the items before its checkpoint once. An item that has no JSON ends this: from
// it on there are no checkpoints.
func Slice[T any](items []T, key func(T) string) *SliceSource[T] {
	return &SliceSource[T]{items: items, key: key}
}

// Paging says that nothing moves. It implements [Pager].
func (s *SliceSource[T]) Paging() string {
	return "items in memory, resumed by position where those before it are the same"
}

// Read yields the items in order.
func (s *SliceSource[T]) Read(ctx context.Context, after Checkpoint) iter.Seq2[Batch[T], error] {
	return func(yield func(Batch[T], error) bool) {
		at, guard, err := s.resume(ctx, after)
		if err != nil {
			yield(Batch[T]{}, err)
			return
		}
		size := s.Page
		if size <= 0 {
			size = 100
		}
		for at < len(s.items) {
			if err := ctx.Err(); err != nil {
				yield(Batch[T]{}, err)
				return
			}
			page := s.items[at:min(at+size, len(s.items))]
			batch := Batch[T]{Records: make([]Record[T], len(page))}
			for i, item := range page {
				rec := Record[T]{Key: s.key(item), Value: item}
				if s.Version != nil {
					rec.Version = s.Version(item)
				}
				rec.Raw = guard.add(rec.Key, item)
				batch.Records[i] = rec
			}
			at += len(page)
			batch.Checkpoint = guard.checkpoint(at)
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// resume finds where to go on, and the guard of what lies before.
func (s *SliceSource[T]) resume(ctx context.Context, after Checkpoint) (int, *guard, error) {
	if err := ctx.Err(); err != nil {
		return 0, nil, err
	}
	number, _, _ := strings.Cut(string(after), ".")
	at, _ := strconv.Atoi(number) // 0 where it is none
	if at <= 0 || at > len(s.items) {
		return 0, newGuard(), nil
	}
	g := newGuard()
	for i, item := range s.items[:at] {
		if i%1000 == 0 && ctx.Err() != nil {
			return 0, nil, ctx.Err()
		}
		g.add(s.key(item), item)
	}
	if g.checkpoint(at) != after {
		return 0, newGuard(), nil
	}
	return at, g, nil
}

// guard hashes the items that were yielded.
type guard struct {
	sum    hash.Hash
	broken bool // an item has no JSON
}

func newGuard() *guard { return &guard{sum: sha256.New()} }

// add takes an item in, and returns its JSON, nil if it has none.
func (g *guard) add(key string, item any) json.RawMessage {
	body, err := json.Marshal(item)
	if err != nil {
		g.broken = true
		return nil
	}
	for _, part := range [][]byte{[]byte(key), body} {
		g.sum.Write(binary.AppendUvarint(nil, uint64(len(part))))
		g.sum.Write(part)
	}
	return body
}

func (g *guard) checkpoint(at int) Checkpoint {
	if g.broken {
		return ""
	}
	return Checkpoint(strconv.Itoa(at) + "." + hex.EncodeToString(g.sum.Sum(nil)[:16]))
}
