package paging

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Errors of a reading, beside duijie.ErrNoProgress for a list that does not
// come to an end or does not add up, and duijie.ErrInvalid for a list that is
// described wrongly.
var (
	// ErrTooMany: the list holds more rows than can be read. Ask for fewer: a
	// narrower window or filter. Package window halves its slice by itself. A Fetch
	// returns it for the platform's own refusal.
	ErrTooMany = errors.New("too many rows in one list")
	// ErrCheckpoint: the checkpoint is damaged or belongs to another source.
	// Nothing was read. Give the pipeline back its old source or name, or run it
	// under a new name to begin anew.
	ErrCheckpoint = errors.New("checkpoint of another source, or damaged")
)

// More is what a platform says about pages behind this one.
type More uint8

// What can be said about further pages.
const (
	MoreUnknown More = iota // nothing
	MoreYes                 // there are some
	MoreNo                  // this is the last one
)

// Page is what one call brought.
type Page[T any] struct {
	// Records are the rows in the platform's order. One whose item did not decode
	// has Err and Raw set. A record without a Key gets "row:" and a hash of its item.
	Records []duijiesync.Record[T]
	// Total is the number of rows in the whole list as told with this page, -1
	// when it was not. A 0 beside rows counts as not told.
	Total int64
	// More is what the platform says about further pages.
	More More
}

// last tells whether the list surely ends with the page. A short page does so
// only on platforms that fill all pages but the last.
func (p Page[T]) last(size int, shortIsLast bool) bool {
	switch p.More {
	case MoreYes:
		return false
	case MoreNo:
		return true
	}
	return len(p.Records) == 0 || shortIsLast && len(p.Records) < size
}

// told is the total, -1 when it is not known.
func (p Page[T]) told() int64 {
	if p.Total < 0 || p.Total == 0 && len(p.Records) > 0 {
		return -1
	}
	return p.Total
}

// Source is a list as a source of a pipeline. The builders of this package make
// it; it is safe for concurrent use.
type Source[T any] struct {
	builder string // kind of reading, as the checkpoint and errors name it
	list    string
	paging  string
	invalid error
	read    func(ctx context.Context, after checkpoint, yield yield[T])
	decode  func(json.RawMessage) (T, error)
}

type yield[T any] = func(duijiesync.Batch[T], error) bool

// Read implements duijiesync.Source.
func (s *Source[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		fail := func(err error) { yield(duijiesync.Batch[T]{}, err) }
		if s.invalid != nil {
			fail(s.invalid)
			return
		}
		at, err := s.parse(after)
		if err != nil {
			fail(err)
			return
		}
		s.read(ctx, at, yield)
	}
}

// Paging says how the source stays right while rows move. It implements
// duijiesync.Pager.
func (s *Source[T]) Paging() string {
	if s.list == "" {
		return s.paging
	}
	return s.list + ": " + s.paging
}

// DecodeRaw reads the raw item of a dead letter back. It implements
// duijiesync.RawDecoder.
func (s *Source[T]) DecodeRaw(raw json.RawMessage) (T, error) {
	if s.decode != nil {
		return s.decode(raw)
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("duijie/sync/paging: %s: %w", title(s.builder, s.list), err)
	}
	return v, nil
}

var (
	_ duijiesync.Source[any]     = (*Source[any])(nil)
	_ duijiesync.Pager           = (*Source[any])(nil)
	_ duijiesync.RawDecoder[any] = (*Source[any])(nil)
)

// title names a reading in errors.
func title(builder, list string) string {
	if list == "" {
		return builder
	}
	return fmt.Sprintf("%s %q", builder, list)
}

func invalid(builder, list, format string, args ...any) error {
	return fmt.Errorf("duijie/sync/paging: %s: %s: %w", title(builder, list), fmt.Sprintf(format, args...), duijie.ErrInvalid)
}

// keyed gives a record without key one of its own, so that it is not lost.
func keyed[T any](r *duijiesync.Record[T]) error {
	if r.Key != "" {
		return nil
	}
	item, err := item(*r)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(item)
	r.Key = "row:" + hex.EncodeToString(sum[:16])
	return nil
}

// item is a record's item as bytes: as the platform sent it, else as JSON.
func item[T any](r duijiesync.Record[T]) ([]byte, error) {
	if r.Raw != nil {
		return r.Raw, nil
	}
	b, err := json.Marshal(r.Value)
	if err != nil {
		return nil, fmt.Errorf("row %q has no Raw and its value no JSON: %w", r.Key, err)
	}
	return b, nil
}
