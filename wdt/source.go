package wdt

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// ScanConfig says how the rows of a list are told apart.
type ScanConfig[T any] struct {
	// Key is the business key of a row. A row that gives "" gets the key "row:"
	// and a hash of its JSON, so that it is not lost.
	Key func(T) string
	// Version orders the states of a row, the modification time in Unix
	// milliseconds. nil: a row is yielded once, in the state it was met in first.
	Version func(T) int64
	// Size is the number of rows per call; 0 takes the method's default.
	Size int
	// ClosedWindow says that params is a window of modification times that has
	// ended: rows leave it and none comes in, so one reading misses none.
	ClosedWindow bool
}

// ScanSource reads a whole list for a pipeline of the sync package; see
// [NewScanSource]. It is safe for concurrent use.
type ScanSource[T any] struct {
	scan scan[T]
	key  bool
}

// ShopSource reads the seller's shops; see [ShopService.Source].
type ShopSource = ScanSource[Shop]

// WarehouseSource reads the seller's warehouses; see [WarehouseService.Source].
type WarehouseSource = ScanSource[Warehouse]

// NewScanSource makes a source of all rows of a query method that match params,
// a filter or a [*Query].
//
// It reads the pages from the last to the first and yields each row once, and
// again when it is newer than before. At the end it reads the last page again,
// where what changed meanwhile has moved, and asks for the total; unless as many
// rows were met as are counted, and no fewer or more than at the start, it reads
// the list again, up to five times, and then fails with duijie.ErrNoProgress.
// The memory it takes grows with the number of rows by their keys only.
//
// A reading has no resume point but its end: the last batch alone carries a
// checkpoint, which tells when the reading was finished, and every Read starts
// from the beginning whatever checkpoint it gets.
func NewScanSource[T any](c *Client, method string, params any, cfg ScanConfig[T]) *ScanSource[T] {
	l := newLister(c, method, params, nil)
	if cfg.Size != 0 {
		l.query.Size = cfg.Size
	}
	return newScanSource(scan[T]{list: l, version: cfg.Version, complete: !cfg.ClosedWindow}, cfg.Key)
}

func newScanSource[T any](s scan[T], key func(T) string) *ScanSource[T] {
	if key == nil {
		return &ScanSource[T]{scan: s}
	}
	s.key = func(v T, _ json.RawMessage) string { return key(v) }
	return &ScanSource[T]{scan: s, key: true}
}

// Source makes a source of shops (查询店铺, setting.Shop.queryShop) for a
// pipeline, with the guarantee of [NewScanSource]. A record's key is
// [Shop.Key], its version the modification time in Unix milliseconds.
//
// Effect: read. Limit: 1 call a second over all methods.
func (s *ShopService) Source(q ShopQuery) *ShopSource {
	return newScanSource(*s.scan(q, nil), func(shop Shop) string { return shop.Key() })
}

// Source makes a source of warehouses (查询仓库, setting.Warehouse.queryWarehouse)
// for a pipeline, with the guarantee of [NewScanSource]. A record's key is
// [Warehouse.Key], its version the modification time in Unix milliseconds.
//
// Effect: read. Limit: 1 call a second over all methods.
func (s *WarehouseService) Source(q WarehouseQuery) *WarehouseSource {
	return newScanSource(*s.scan(q, nil), func(w Warehouse) string { return w.Key() })
}

// checkpoint is all a finished reading leaves behind.
type checkpoint struct {
	Finished string `json:"finished"`
}

// Read yields a batch per page; after is not used, see [NewScanSource]. It
// implements duijiesync.Source.
func (s *ScanSource[T]) Read(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		if !s.key {
			yield(duijiesync.Batch[T]{}, invalid(s.scan.list.method, "a source needs the Key of its ScanConfig"))
			return
		}
		// One batch is held back, because only the last one has a checkpoint.
		var held *duijiesync.Batch[T]
		for page, err := range s.scan.pages(ctx) {
			if held != nil && !yield(*held, nil) {
				return
			}
			if err != nil {
				yield(duijiesync.Batch[T]{}, err)
				return
			}
			held = batchOf(page)
		}
		if held == nil {
			return
		}
		finished, err := wire.Marshal(checkpoint{s.scan.list.client.http.Now().Format(time.RFC3339)})
		if err != nil {
			yield(duijiesync.Batch[T]{}, err)
			return
		}
		held.Checkpoint = duijiesync.Checkpoint(finished)
		yield(*held, nil)
	}
}

func batchOf[T any](page *scanPage[T]) *duijiesync.Batch[T] {
	batch := &duijiesync.Batch[T]{Records: make([]duijiesync.Record[T], len(page.items))}
	for i, it := range page.items {
		batch.Records[i] = duijiesync.Record[T]{Key: it.key, Value: it.value, Version: it.version, Raw: it.raw, Err: it.err}
	}
	return batch
}

// Paging names the method and how it stays right while rows move. It
// implements duijiesync.Pager.
func (s *ScanSource[T]) Paging() string {
	how := "read again until the rows met match the total"
	if !s.scan.complete {
		how = "over a closed window"
	}
	return fmt.Sprintf("%s: pages from last to first, rows once by key, %s", s.scan.list.method, how)
}

var (
	_ duijiesync.Source[Shop] = (*ShopSource)(nil)
	_ duijiesync.Pager        = (*ShopSource)(nil)
)
