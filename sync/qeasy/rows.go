package qeasy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/rows"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Why a [Row] is left out.
const (
	SkipCondition = "condition" // the source's condition drops it
	SkipNoLines   = "no_lines"  // beatFlat or splitArray found no element in it
	SkipRepeated  = "known_id"  // its key is known, and [Config].FollowIDCheck is set
)

// MarshalJSON gives the record alone.
func (r Row) MarshalJSON() ([]byte, error) {
	if r.JSON == nil {
		return []byte("null"), nil
	}
	return r.JSON, nil
}

// UnmarshalJSON takes a record.
func (r *Row) UnmarshalJSON(b []byte) error {
	r.JSON = bytes.Clone(b)
	return nil
}

// unread is the raw form of a row that could not be made a record; replaying it
// would write something else.
const unread = "duijie_unread_row"

// counts counts what became of rows, by code.
type counts struct {
	mu sync.Mutex
	n  map[string]int64
}

func (c *counts) add(code string, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int64{}
	}
	c.n[code] += n
}

// Counts tells how many records were left out and why, and how many notes there were by
// code: [SkipCondition], [SkipNoLines], [SkipRepeated], lookup_not_found … It counts all runs
// of all pipelines of the scheme, and may be called while they run.
func (s *Scheme) Counts() map[string]int64 {
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	out := make(map[string]int64, len(s.counts.n))
	for k, v := range s.counts.n {
		out[k] = v
	}
	return out
}

// rowSource makes records of a connector's rows.
type rowSource struct {
	s     *Scheme
	from  duijiesync.Source[json.RawMessage]
	scope duijiesync.Scope
	state duijiesync.State
	env   atomic.Pointer[mapping.Env] // of the run
	again bool                        // no checkpoint is kept: each run reads all of it
}

// Paging implements duijiesync.Pager.
func (r *rowSource) Paging() string {
	if p, ok := r.from.(duijiesync.Pager); ok {
		return p.Paging()
	}
	return "as the connector of " + r.s.source.API + " reads it"
}

// Close implements duijiesync.Closer.
func (r *rowSource) Close(ctx context.Context) error {
	if c, ok := r.from.(duijiesync.Closer); ok {
		return c.Close(ctx)
	}
	return nil
}

// DecodeRaw implements duijiesync.RawDecoder.
func (r *rowSource) DecodeRaw(raw json.RawMessage) (Row, error) {
	if wire.First(raw) != '{' {
		return Row{}, errors.New("a record is a JSON object")
	}
	if _, ok := rows.Text(raw, unread); ok {
		return Row{}, errors.New("the row was refused before it was a record; it comes again when it is read again")
	}
	return Row{JSON: raw}, nil
}

// begin fixes the clock of a run.
func (r *rowSource) begin(ctx context.Context) (*mapping.Env, error) {
	now := r.s.cfg.Now().In(r.s.cfg.Zone)
	last := r.s.cfg.Since
	if r.state != nil {
		runs, err := r.state.Runs(ctx, r.scope, 20)
		if err != nil {
			return nil, err
		}
		for _, run := range runs { // the latest first
			if run.Error == "" {
				last = run.Started
				break
			}
		}
	}
	env := &mapping.Env{Now: now}
	if !last.IsZero() {
		env.Vars = map[string]string{LastSyncTime: fmt.Sprint(last.Unix())}
	}
	r.env.Store(env)
	return env, nil
}

// now is the clock of the run, or of the moment where nothing was read (Replay).
func (r *rowSource) now(ctx context.Context) (*mapping.Env, error) {
	if env := r.env.Load(); env != nil {
		return env, nil
	}
	return r.begin(ctx)
}

// Read implements duijiesync.Source.
func (r *rowSource) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[Row], error] {
	return func(yield func(duijiesync.Batch[Row], error) bool) {
		env, err := r.begin(ctx)
		if err != nil {
			yield(duijiesync.Batch[Row]{}, err)
			return
		}
		if r.again {
			after = ""
		}
		for b, err := range r.from.Read(ctx, after) {
			var out duijiesync.Batch[Row]
			if err == nil {
				out, err = r.batch(ctx, env, b)
			}
			if err != nil {
				yield(duijiesync.Batch[Row]{}, err)
				return
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

// batch makes records of the rows of one batch.
func (r *rowSource) batch(ctx context.Context, env *mapping.Env, b duijiesync.Batch[json.RawMessage]) (duijiesync.Batch[Row], error) {
	out := duijiesync.Batch[Row]{Checkpoint: b.Checkpoint, Settled: b.Settled}
	if r.again {
		out.Checkpoint = ""
	}
	for i := range b.Records {
		out.Records = append(out.Records, r.row(ctx, &b.Records[i])...)
	}
	if err := r.known(ctx, out.Records); err != nil {
		return out, err
	}
	wanted := func(yield func([]byte) bool) {
		for i := range out.Records {
			rec := &out.Records[i]
			if rec.Err == nil && rec.Value.Skip == "" && !yield(rec.Value.JSON) {
				return
			}
		}
	}
	if err := r.s.request.prefetch(ctx, env, wanted); err != nil {
		return out, err
	}
	return out, r.s.other.prefetch(ctx, env, wanted)
}

// row makes the records of one row: splitArray, formatResponse, condition, beatFlat, key.
func (r *rowSource) row(ctx context.Context, in *duijiesync.Record[json.RawMessage]) []duijiesync.Record[Row] {
	if in.Err != nil {
		return []duijiesync.Record[Row]{{Key: in.Key, Version: in.Version, Err: in.Err, Raw: spoilt(in.Raw)}}
	}
	s := r.s
	parts := []json.RawMessage{in.Value}
	if s.source.Operation.Method == "splitArray" {
		var err error
		if parts, err = rows.Split(in.Value, s.source.Operation.ArrayKey); err != nil {
			return []duijiesync.Record[Row]{r.failed(ctx, in, in.Value, err)}
		}
		if len(parts) == 0 {
			return []duijiesync.Record[Row]{r.skipped(ctx, in, in.Value, SkipNoLines)}
		}
	}
	var out []duijiesync.Record[Row]
	for _, part := range parts {
		out = append(out, r.part(ctx, in, part)...)
	}
	return out
}

func (r *rowSource) part(ctx context.Context, in *duijiesync.Record[json.RawMessage], row json.RawMessage) []duijiesync.Record[Row] {
	s := r.s
	one := func(rec duijiesync.Record[Row]) []duijiesync.Record[Row] { return []duijiesync.Record[Row]{rec} }
	if s.derive != nil {
		derived, err := s.derive.Apply(row)
		if err != nil {
			return one(r.failed(ctx, in, row, err))
		}
		row = derived
	}
	if s.condition != nil {
		kept, keep, err := s.condition.Apply(row)
		switch {
		case err != nil:
			return one(r.failed(ctx, in, row, err))
		case !keep:
			return one(r.skipped(ctx, in, row, SkipCondition))
		}
		row = kept
	}
	key, err := s.key.key(ctx, row)
	if err != nil {
		return one(r.failed(ctx, in, row, err))
	}
	if len(s.source.Flatten) == 0 {
		return one(duijiesync.Record[Row]{Key: key, Value: Row{JSON: row}, Version: in.Version, Force: r.force()})
	}
	member := ""
	if s.key.build == nil && !s.key.random {
		member = s.key.path
	}
	lines, err := rows.Flattening{Arrays: s.source.Flatten, Key: member}.Flatten(row)
	if err != nil {
		return one(r.failed(ctx, in, row, err))
	}
	if len(lines) == 0 {
		return one(r.skipped(ctx, in, row, SkipNoLines))
	}
	var out []duijiesync.Record[Row]
	for _, l := range lines {
		out = append(out, duijiesync.Record[Row]{Key: key + l.Suffix, Value: Row{JSON: l.Record}, Version: in.Version, Force: r.force()})
	}
	return out
}

// force tells that records are written though nothing changed, as with idCheck false on
// the vendor's platform.
func (r *rowSource) force() bool { return r.s.cfg.FollowIDCheck && !r.s.source.IDCheck }

// failed is a row that is a dead letter.
func (r *rowSource) failed(ctx context.Context, in *duijiesync.Record[json.RawMessage], row json.RawMessage, err error) duijiesync.Record[Row] {
	key, _ := r.s.key.key(ctx, row)
	return duijiesync.Record[Row]{Key: key, Version: in.Version, Err: err, Raw: spoilt(row)}
}

// spoilt wraps a row so that it can be shown and not replayed.
func spoilt(row json.RawMessage) json.RawMessage {
	if len(row) == 0 || !json.Valid(row) {
		return row
	}
	return json.RawMessage(`{"` + unread + `":true,"row":` + string(row) + `}`)
}

// skipped is a row that is left out and counted. It needs no id for that: one that splitArray
// would make of elements has none without them.
func (r *rowSource) skipped(ctx context.Context, in *duijiesync.Record[json.RawMessage], row json.RawMessage, why string) duijiesync.Record[Row] {
	key, err := r.s.key.key(ctx, row)
	if err != nil {
		sum := sha256.Sum256(row)
		key = why + " " + hex.EncodeToString(sum[:16])
	}
	return duijiesync.Record[Row]{Key: key, Version: in.Version, Value: Row{JSON: row, Skip: why}}
}

// known marks records whose key the ledger knows, where they are to be dropped. One
// whose last write was refused is tried again.
func (r *rowSource) known(ctx context.Context, records []duijiesync.Record[Row]) error {
	s := r.s
	if !s.cfg.FollowIDCheck || !s.source.IDCheck || r.state == nil || s.key.random {
		return nil
	}
	var keys []string
	for i := range records {
		if records[i].Err == nil && records[i].Value.Skip == "" {
			keys = append(keys, records[i].Key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	entries, err := r.state.Ledger(ctx, r.scope.Pipeline, keys)
	if err != nil {
		return err
	}
	for i := range records {
		if e, ok := entries[records[i].Key]; ok && e.State == duijiesync.EntryDone && records[i].Value.Skip == "" {
			records[i].Value.Skip = SkipRepeated
		}
	}
	return nil
}
