package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Row is one record of a side.
type Row struct {
	// Key is what the two sides are joined by: any bytes, any length. A row without
	// one is undecodable.
	Key string
	// Fields are the values of [Comparison].Fields in that order; those at the end
	// that are not there are absent.
	Fields []Value
	// ID is the side's own id of the record, for reports and repairs.
	ID string
	// Version orders states of the same record, as in duijiesync.Record. 0: none.
	Version int64
	// Raw is the item as the source sent it. It is kept only for the source side and
	// with [Comparison].KeepRaw.
	Raw json.RawMessage
	// Err says why the item could not be decoded. Such a row is counted and reported
	// and stands for its key, if it has one: the key is then neither missing nor extra.
	Err error

	item any // JSON of this is Raw, where the source sent none
}

// Side is one of the two things compared.
type Side struct {
	// Rows reads the side, in any order, unless Sorted says otherwise. Each call reads
	// anew. An error is the last pair and ends the comparison: what was not read can
	// not be told from what is missing. The context ends when the comparison does.
	//
	// The rows of the two sides are read at the same time, each by one goroutine.
	Rows func(ctx context.Context) iter.Seq2[Row, error]
	// Sorted declares that rows come in ascending byte order of their keys (after
	// [Comparison].NormalizeKey). Such a side is not stored, and a key out of order is
	// an [ErrOrder].
	Sorted bool
	// Repeats declares that the side may yield a record more than once, as a source
	// with overlapping windows does. Rows with the same key and ID are then states of
	// one record and no duplicate; without IDs no duplicate is found on this side.
	Repeats bool
	// Lookup returns the rows of keys as they are now, in any order, without those that
	// are gone. It is used by [Comparison].Recheck only; nil: the row that was read counts.
	Lookup func(ctx context.Context, keys []string) ([]Row, error)
}

// Rows makes a side's Rows out of a sequence that can be read as often as wanted.
func Rows(seq iter.Seq2[Row, error]) func(context.Context) iter.Seq2[Row, error] {
	return func(context.Context) iter.Seq2[Row, error] { return seq }
}

// RowsOf makes a side's Rows out of rows at hand.
func RowsOf(rows ...Row) func(context.Context) iter.Seq2[Row, error] {
	return Rows(func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
}

// FromSource makes a side's Rows out of a source of a pipeline, read from the
// checkpoint after ("" is the beginning). row turns a record into a row; what it
// leaves empty of Key, Version and Raw is the record's. Records whose item could not
// be decoded, and those row returns an error for, become undecodable rows. An
// error matching duijiesync.ErrSkip leaves a record out, as a transform's does.
//
// A source with overlapping windows repeats records: set [Side].Repeats.
func FromSource[T any](
	src duijiesync.Source[T], after duijiesync.Checkpoint, row func(duijiesync.Record[T]) (Row, error),
) func(context.Context) iter.Seq2[Row, error] {
	return func(ctx context.Context) iter.Seq2[Row, error] {
		return func(yield func(Row, error) bool) {
			for batch, err := range src.Read(ctx, after) {
				if err != nil {
					yield(Row{}, err)
					return
				}
				for _, rec := range batch.Records {
					if r, ok := rowOf(rec, row); ok && !yield(r, nil) {
						return
					}
				}
			}
		}
	}
}

func rowOf[T any](rec duijiesync.Record[T], row func(duijiesync.Record[T]) (Row, error)) (Row, bool) {
	r := Row{Err: rec.Err}
	if rec.Err == nil {
		var err error
		if r, err = row(rec); err != nil {
			if errors.Is(err, duijiesync.ErrSkip) {
				return Row{}, false
			}
			r = Row{Err: fmt.Errorf("as a row: %w", err)}
		}
		r.item = rec.Value
	}
	if r.Key == "" {
		r.Key = rec.Key
	}
	if r.Version == 0 {
		r.Version = rec.Version
	}
	if r.Raw == nil {
		r.Raw = rec.Raw
	}
	return r, true
}
