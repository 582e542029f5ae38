package kingdee

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// SourceConfig says how rows become records.
type SourceConfig[T any] struct {
	// Key is the business key of a row; required. A row that gives "", or
	// does not fit T and becomes a dead letter alone, has the key "row:" and a hash of it.
	Key func(T) string
	// Version orders states of a row, as the Unix milliseconds of FModifyDate;
	// nil: the source has none.
	Version func(T) int64
	// Rescan makes the last batch's checkpoint the beginning, so that the next
	// run reads everything again and the ledger passes what changed. Without it
	// the next run goes on behind the greatest key: new records only, and not one that
	// was given a smaller key and stored later. What must not be missed is for
	// [NewModifiedSource].
	Rescan bool
}

// Source reads a form by its primary key, for a sync pipeline. It stays right
// while records come and go: see [Query.Key].
type Source[T any] struct {
	c      *Client
	q      Query
	fields []string
	cfg    SourceConfig[T]
	decode rowDecoder[T]
	opts   []duijie.CallOption
	// version, where it is set, orders states of a row that has no cfg.Version.
	version func(row []Cell) int64
}

// NewSource makes a source of a query. T has kingdee tags, as for [QueryAs], or
// is duijie.Record. The query is paged by key, so it must have no Order.
//
// For what changed since the run before there is [NewModifiedSource]; deleted
// records are not seen by either.
func NewSource[T any](c *Client, q Query, cfg SourceConfig[T], opts ...duijie.CallOption) (*Source[T], error) {
	if cfg.Key == nil {
		return nil, fmt.Errorf("kingdee: source of %s: SourceConfig.Key is missing: %w", cut(q.FormID), duijie.ErrInvalid)
	}
	q, decode, err := decoderFor[T](q)
	if err != nil {
		return nil, err
	}
	w, err := newWalk(c, q, opts)
	if err != nil {
		return nil, err
	}
	if w.key < 0 {
		return nil, fmt.Errorf("kingdee: source of %s: an Order of its own can not be resumed safely, leave it empty: %w", cut(q.FormID), duijie.ErrInvalid)
	}
	q.Key = w.q.Key
	return &Source[T]{c: c, q: q, fields: q.Fields, cfg: cfg, decode: decode, opts: opts}, nil
}

// Paging says how the source stays right while rows move.
func (s *Source[T]) Paging() string {
	return "by primary key " + s.q.Key + ": each page asks for greater keys, so rows that come or go shift nothing"
}

// Read yields a batch per page. A checkpoint is the last key that is complete.
func (s *Source[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		fail := func(err error) { yield(duijiesync.Batch[T]{}, err) }
		at, err := parseCursor(string(after))
		if err != nil {
			fail(err)
			return
		}
		at.Rows = 0 // Top bounds each reading
		w, err := newWalk(s.c, s.q, s.opts)
		if err != nil {
			fail(err)
			return
		}
		for more := true; more; {
			var rows [][]Cell
			if rows, at, more, err = w.page(ctx, at); err != nil {
				fail(err)
				return
			}
			batch := s.batch(rows)
			batch.Checkpoint = s.checkpoint(at, more)
			if len(rows) == 0 && !s.cfg.Rescan {
				continue // nothing new: the old checkpoint stays
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// checkpoint is where to resume behind a page.
func (s *Source[T]) checkpoint(at cursor, more bool) duijiesync.Checkpoint {
	switch {
	case !more && s.q.Top > 0 && at.Rows >= s.q.Top:
		return "" // cut short: the rows left out are behind this page's keys
	case !more && s.cfg.Rescan:
		return "{}"
	}
	at.Rows = 0
	return duijiesync.Checkpoint(at.text())
}

// DecodeRaw reads the raw item of a record back, as the source read its row. A
// field it does not hold is null. It implements duijiesync.RawDecoder.
func (s *Source[T]) DecodeRaw(raw json.RawMessage) (T, error) {
	fields, err := members(raw)
	if err != nil {
		var zero T
		return zero, err
	}
	row := make([]Cell, len(s.fields))
	for i := range row {
		row[i] = Cell("null")
	}
	for _, f := range fields {
		if i := slices.Index(s.fields, f.Key); i >= 0 {
			row[i] = Cell(f.Value.(json.RawMessage))
		}
	}
	return s.decode(0, row)
}

// What a Source is to a pipeline.
var (
	_ duijiesync.Source[any]     = (*Source[any])(nil)
	_ duijiesync.Pager           = (*Source[any])(nil)
	_ duijiesync.RawDecoder[any] = (*Source[any])(nil)
)

func (s *Source[T]) batch(rows [][]Cell) duijiesync.Batch[T] {
	b := duijiesync.Batch[T]{Records: make([]duijiesync.Record[T], len(rows))}
	for i, row := range rows {
		item, err := s.decode(i, row)
		rec := duijiesync.Record[T]{Value: item, Raw: rawRow(s.fields, row)}
		if s.version != nil {
			rec.Version = s.version(row)
		}
		if err != nil {
			rec.Err = fmt.Errorf("kingdee: query %s: row %d: %w", s.q.FormID, i, err)
		} else {
			rec.Key = s.cfg.Key(item)
			if s.cfg.Version != nil {
				rec.Version = s.cfg.Version(item)
			}
		}
		if rec.Key == "" {
			sum := sha256.Sum256(rec.Raw)
			rec.Key = "row:" + hex.EncodeToString(sum[:16])
		}
		b.Records[i] = rec
	}
	return b
}

// rawRow is a row as the object BillQuery would have made of it.
func rawRow(fields []string, row []Cell) json.RawMessage {
	var b bytes.Buffer
	for i, f := range fields {
		sep := byte(',')
		if i == 0 {
			sep = '{'
		}
		b.WriteByte(sep)
		b.WriteByte('"')
		b.WriteString(f) // letters, digits, _ and dots
		b.WriteString(`":`)
		b.Write(row[i])
	}
	b.WriteByte('}')
	return b.Bytes()
}
