package sync

import (
	"context"
	"encoding/json"
	"iter"
)

// SeqSource is a source over an iterator; see [Seq].
type SeqSource[T any] struct {
	all func(ctx context.Context) iter.Seq2[T, error]
	key func(T) string

	// Version orders the states of an item; nil: the source has none. Set it before
	// the first Read.
	Version func(T) int64
	// Page is the number of records per batch; 0 = 100.
	Page int
	// Name says in the report how the iterator stays right while rows move.
	Name string
}

// Seq makes a source of an iterator, such as the All of a platform's client:
//
//	duijiesync.Seq(func(ctx context.Context) iter.Seq2[wdt.Shop, error] {
//		return client.Shops.All(ctx, wdt.ShopQuery{})
//	}, wdt.Shop.Key)
//
// There is no resume point: every Read asks for a new iterator and reads it from
// the beginning, and the ledger passes what is new or changed. It is as safe for
// concurrent use, and as complete while rows move, as the iterator is.
func Seq[T any](all func(ctx context.Context) iter.Seq2[T, error], key func(T) string) *SeqSource[T] {
	return &SeqSource[T]{all: all, key: key}
}

// Paging is Name. It implements [Pager].
func (s *SeqSource[T]) Paging() string {
	if s.Name == "" {
		return "one pass over an iterator, from the beginning in every run"
	}
	return s.Name
}

// Read yields what the iterator does, in batches; it does not use the
// checkpoint.
func (s *SeqSource[T]) Read(ctx context.Context, _ Checkpoint) iter.Seq2[Batch[T], error] {
	return func(yield func(Batch[T], error) bool) {
		if err := ctx.Err(); err != nil {
			yield(Batch[T]{}, err)
			return
		}
		size := s.Page
		if size <= 0 {
			size = 100
		}
		var records []Record[T]
		for item, err := range s.all(ctx) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil { // what came before it is still good
				if len(records) == 0 || yield(Batch[T]{Records: records}, nil) {
					yield(Batch[T]{}, err)
				}
				return
			}
			records = append(records, s.record(item))
			if len(records) < size {
				continue
			}
			if !yield(Batch[T]{Records: records}, nil) {
				return
			}
			records = nil
		}
		if err := ctx.Err(); err != nil {
			yield(Batch[T]{}, err)
			return
		}
		if len(records) > 0 {
			yield(Batch[T]{Records: records}, nil)
		}
	}
}

func (s *SeqSource[T]) record(item T) Record[T] {
	rec := Record[T]{Key: s.key(item), Value: item}
	if s.Version != nil {
		rec.Version = s.Version(item)
	}
	rec.Raw, _ = json.Marshal(item) // nil where it has none
	return rec
}
