package qeasy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// handOn is a record that waits to be handed to another scheme.
type handOn struct {
	Row     json.RawMessage `json:"row"`                        // as the target half read it
	Values  json.RawMessage `json:"primaryWriteback,omitempty"` // of its answer
	Missing []string        `json:"missing,omitempty"`          // values that were lost with the answer
}

// CallBack makes the pipeline that hands the records this scheme has written to the scheme
// of callBackStrategy (see [Config].CallBacks): it builds a record of each and has the other
// target half write it. name is this scheme's pipeline, to the other's, whose ledger it
// shares: a record handed on twice is written once. Run it behind or beside this scheme's.
// Without callBackStrategy it is nil.
//
// What waits is kept in the state before its write is booked, one record for each key, the
// latest state of it. A record that could not be looked up and was marked as done by hand
// is not handed on. One whose templates want a value that was lost with its answer becomes a
// dead letter here.
func (s *Scheme) CallBack(name, to string, state duijiesync.State) *duijiesync.Pipeline[Row, Write] {
	if s.target.CallBack == nil {
		return nil
	}
	other := s.cfg.CallBacks[s.target.CallBack.Strategy]
	part := "callback/" + name
	inner := &rowSource{s: other, state: state, scope: duijiesync.Scope{Pipeline: to, Partition: part}, again: true}
	p := other.pipeline(to, state, inner)
	p.Partition = part
	p.Source = &handedSource{rowSource: inner, by: s, waiting: name + AnswerRows}
	return p
}

// handedSource reads the records that wait.
type handedSource struct {
	*rowSource // of the scheme that gets them
	by         *Scheme
	waiting    string     // pipeline under which they are kept
	dropping   sync.Mutex // one lease at a time
}

// Paging implements duijiesync.Pager.
func (h *handedSource) Paging() string {
	return "records that were written and wait in the state; each goes when it is settled here"
}

// Read implements duijiesync.Source.
func (h *handedSource) Read(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[Row], error] {
	return func(yield func(duijiesync.Batch[Row], error) bool) {
		_, err := h.begin(ctx)
		q := duijiesync.DeadLetterQuery{Limit: 100}
		for err == nil {
			var letters []duijiesync.DeadLetter
			letters, err = h.state.DeadLetters(ctx, h.waiting, q)
			if err != nil || len(letters) == 0 {
				break
			}
			q.After = letters[len(letters)-1].Key
			b := duijiesync.Batch[Row]{Settled: func(duijiesync.BatchResult) { h.drop(letters) }}
			for i := range letters {
				b.Records = append(b.Records, h.record(ctx, &letters[i]))
			}
			if err = h.known(ctx, b.Records); err == nil && !yield(b, nil) {
				return
			}
		}
		if err != nil {
			yield(duijiesync.Batch[Row]{}, err)
		}
	}
}

// record makes a record for the other scheme.
func (h *handedSource) record(ctx context.Context, l *duijiesync.DeadLetter) duijiesync.Record[Row] {
	out := duijiesync.Record[Row]{Key: l.Key, Raw: l.Raw}
	row, err := h.build(ctx, l.Raw)
	if err == nil && h.by.handsKey() {
		out.Key, err = h.s.key.key(ctx, row)
	}
	out.Value, out.Err, out.Force = Row{JSON: row}, err, h.force()
	if err != nil {
		out.Key = l.Key
	}
	return out
}

// handsKey tells that the fields of callBackStrategy hold the id of the other scheme.
func (s *Scheme) handsKey() bool {
	k := s.cfg.CallBacks[s.target.CallBack.Strategy].key
	names := []string{k.path}
	if holes := placeholders(k.path); len(holes) > 0 {
		names = nil
		for _, p := range holes {
			names = append(names, p.name)
		}
	}
	for _, name := range names {
		first, _, _ := strings.Cut(name, ".")
		if k.random || !slices.ContainsFunc(s.target.CallBack.Fields, func(f Field) bool { return f.Name == name || f.Name == first }) {
			return false
		}
	}
	return true
}

// DecodeRaw implements duijiesync.RawDecoder: what waits is built again.
func (h *handedSource) DecodeRaw(raw json.RawMessage) (Row, error) {
	row, err := h.build(context.Background(), raw)
	return Row{JSON: row}, err
}

// build makes the record of callBackStrategy.
func (h *handedSource) build(ctx context.Context, raw json.RawMessage) (json.RawMessage, error) {
	var w handOn
	if err := json.Unmarshal(raw, &w); err != nil || wire.First(w.Row) != '{' {
		return nil, fmt.Errorf("duijie/sync/qeasy: a record handed on is {row, primaryWriteback}: %w", orNoRow(err))
	}
	for _, f := range h.by.target.CallBack.Fields {
		for _, p := range placeholders(f.Value) {
			name, of := strings.CutPrefix(p.name, "primaryWriteback.")
			if of && slices.Contains(w.Missing, name) {
				return nil, &RecordError{
					Side: SideTarget, Code: mapping.CodeRequiredMissing, Path: f.Path, Field: f.Name, Value: f.Value,
					Err: fmt.Errorf("the answer that held %s was lost; see the target, put it into the letter's primaryWriteback and take it out of missing", name),
				}
			}
		}
	}
	if wire.First(w.Values) != '{' {
		w.Values = emptyObject
	}
	scope, err := putMember(w.Row, []string{"primaryWriteback"}, w.Values)
	if err != nil {
		return nil, err
	}
	env := &mapping.Env{Now: h.by.cfg.Now().In(h.by.cfg.Zone)}
	row, notes, err := h.by.callback.object(ctx, env, scope)
	for _, n := range notes {
		h.by.counts.add(n.Code, 1)
	}
	return row, err
}

func orNoRow(err error) error {
	if err == nil {
		return errNoRow
	}
	return err
}

var errNoRow = errors.New("the row is missing")

// drop takes records out that are settled, where they were not written anew meanwhile. What
// stays by a failure comes again, and the ledger knows it.
func (h *handedSource) drop(letters []duijiesync.DeadLetter) {
	h.dropping.Lock()
	defer h.dropping.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	was := map[string][]byte{}
	q := duijiesync.DeadLetterQuery{Limit: len(letters)}
	for i := range letters {
		was[letters[i].Key] = letters[i].Raw
		q.Keys = append(q.Keys, letters[i].Key)
	}
	err := duijiesync.WithLease(ctx, h.state, duijiesync.Scope{Pipeline: h.waiting}, answerLease, func(ctx context.Context, lease duijiesync.Lease) error {
		now, err := h.state.DeadLetters(ctx, h.waiting, q)
		if err != nil {
			return err
		}
		var s duijiesync.Settlement
		for i := range now {
			if bytes.Equal(now[i].Raw, was[now[i].Key]) {
				s.Resolved = append(s.Resolved, now[i].Key)
			}
		}
		return h.state.Settle(ctx, lease, s)
	})
	if err != nil {
		h.by.counts.add("callback_again", int64(len(letters)))
	}
}

// callBack binds the scheme that gets records.
func (c *compiler) callBack() {
	s, h := c.s, c.s.target
	if h.CallBack == nil {
		return
	}
	other := s.cfg.CallBacks[h.CallBack.Strategy]
	switch {
	case other == nil:
		c.bad(SideTarget, "/callBackStrategy/strategyId", "callBackStrategy", CodeLookupUnknownScheme,
			"the scheme "+h.CallBack.Strategy+", which gets the records, is not given in Config.CallBacks")
		return
	case other.target.Group != nil:
		c.bad(SideTarget, "/callBackStrategy/strategyId", "callBackStrategy", CodeUnsupportedMember,
			"the scheme that gets the records gathers all rows of a pull into bills (groupCalculate), and handed records come one by one")
		return
	}
	s.callback = c.build(h, h.CallBack.Fields, false)
	names := map[string]bool{}
	for _, f := range h.Writeback {
		names[f.Name] = true
	}
	for _, f := range h.CallBack.Fields {
		for _, p := range placeholders(f.Value) {
			if name, of := strings.CutPrefix(p.name, "primaryWriteback."); of && !names[name] {
				c.bad(SideTarget, f.Path, f.Name, CodeUnsupportedMember, "primaryWriteback has no "+name)
			}
		}
	}
	key := "the key of the record that was written is the key of the one handed on"
	if s.handsKey() {
		key = "the id of the other scheme is made of its fields"
	}
	c.note(SideTarget, "/callBackStrategy", "records wait in the state until Scheme.CallBack hands them on, once for each state that was written; "+key)
}
