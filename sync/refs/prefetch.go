package refs

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// PrefetchSource returns the source with a look-up ahead: before a batch is
// handed on, the references of all its records are looked up together. keys names
// those of one item; empty ones are passed over. A lookup that fails ends the
// reading with its error, so that an outage stops the run instead of parking every
// record.
func PrefetchSource[In, V any](source duijiesync.Source[In], r *Resolver[V], keys func(In) []string) duijiesync.Source[In] {
	return &prefetchSource[In, V]{source, r, keys}
}

type prefetchSource[In, V any] struct {
	source duijiesync.Source[In]
	r      *Resolver[V]
	keys   func(In) []string
}

// Read yields the source's batches.
func (s *prefetchSource[In, V]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[In], error] {
	return func(yield func(duijiesync.Batch[In], error) bool) {
		for batch, err := range s.source.Read(ctx, after) {
			if err == nil {
				err = s.prefetch(ctx, batch)
			}
			if !yield(batch, err) || err != nil {
				return
			}
		}
	}
}

func (s *prefetchSource[In, V]) prefetch(ctx context.Context, batch duijiesync.Batch[In]) error {
	var keys []string
	for _, rec := range batch.Records {
		if rec.Err == nil {
			keys = append(keys, s.keys(rec.Value)...)
		}
	}
	if err := s.r.Prefetch(ctx, keys); err != nil {
		return fmt.Errorf("duijie/sync/refs: prefetch: %w", err)
	}
	return nil
}

// Paging is the source's.
func (s *prefetchSource[In, V]) Paging() string {
	if p, ok := s.source.(duijiesync.Pager); ok {
		return p.Paging()
	}
	return ""
}

// DecodeRaw decodes as the source does, else JSON.
func (s *prefetchSource[In, V]) DecodeRaw(raw json.RawMessage) (value In, err error) {
	if d, ok := s.source.(duijiesync.RawDecoder[In]); ok {
		return d.DecodeRaw(raw)
	}
	err = json.Unmarshal(raw, &value)
	return value, err
}

// Close closes the source.
func (s *prefetchSource[In, V]) Close(ctx context.Context) error {
	if c, ok := s.source.(duijiesync.Closer); ok {
		return c.Close(ctx)
	}
	return nil
}
