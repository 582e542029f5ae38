package wdt

import (
	"context"
	"encoding/json"
	"iter"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// ScanConfig says how the rows of a list are told apart.
type ScanConfig[T any] struct {
	// Key is the business key of a row. A row that gives "" gets the key "row:"
	// and a hash of its JSON, so that it is not lost.
	Key func(T) string
	// Version orders the states of a row, the modification time in Unix
	// milliseconds. nil: a row that comes again with other contents is newer.
	Version func(T) int64
	// Size is the number of rows per call; 0 takes the method's default.
	Size int
	// ClosedWindow says that params is a window of modification times that has
	// ended: rows leave it and none comes in, so one reading misses none, and can be
	// resumed.
	ClosedWindow bool
}

// ScanSource reads a whole list for a pipeline of the sync package; see
// [NewScanSource]. It is safe for concurrent use.
type ScanSource[T any] struct {
	reading reading[T]
	invalid error
}

// NewScanSource makes a source of all rows of a query method that match params,
// a filter or a [*Query].
//
// It reads the pages from the last to the first and yields each row once, and
// again when it is newer than before. Then it reads the end again, where what
// changed meanwhile has moved, until one answer holds all of that, and the whole
// list while fewer rows were met than are counted. A list whose total is not told
// is read until two readings agree. After five readings it fails with
// duijie.ErrNoProgress. Memory: about 60 bytes a row.
//
// Only the end of a reading is a resume point: every Read starts from the
// beginning whatever checkpoint it gets, except for a ClosedWindow, which goes on
// at each page.
func NewScanSource[T any](c *Client, method string, params any, cfg ScanConfig[T]) *ScanSource[T] {
	s := &ScanSource[T]{reading: newReading(c, method, params, cfg)}
	s.reading.closed = cfg.ClosedWindow
	if cfg.Key == nil {
		s.invalid = invalid(method, "a source needs the Key of its ScanConfig")
	}
	return s
}

func newReading[T any](c *Client, method string, params any, cfg ScanConfig[T]) reading[T] {
	l := newLister(c, method, params, nil)
	if cfg.Size != 0 {
		l.query.Size = cfg.Size
	}
	r := reading[T]{list: l, version: cfg.Version}
	if cfg.Key != nil {
		r.key = keyOf(cfg.Key)
	}
	return r
}

// Read yields a batch per page. It implements duijiesync.Source.
func (s *ScanSource[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	if s.invalid != nil {
		return func(yield func(duijiesync.Batch[T], error) bool) { yield(duijiesync.Batch[T]{}, s.invalid) }
	}
	return s.reading.read(ctx, after)
}

// Paging names the method and how it stays right while rows move. It
// implements duijiesync.Pager.
func (s *ScanSource[T]) Paging() string { return s.reading.paging() }

// DecodeRaw reads the row of a dead letter back. It implements
// duijiesync.RawDecoder.
func (s *ScanSource[T]) DecodeRaw(raw json.RawMessage) (T, error) { return decodeRaw[T](raw) }

var (
	_ duijiesync.Source[Shop]     = (*ShopSource)(nil)
	_ duijiesync.Pager            = (*ShopSource)(nil)
	_ duijiesync.RawDecoder[Shop] = (*ShopSource)(nil)
)
