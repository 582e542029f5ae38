package qeasy

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/rows"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// AnswerRows is what follows a pipeline's name in the name under which a state keeps what
// its records take from the target's answers (primaryWriteback), and what waits to be
// handed to another scheme (callBackStrategy). See [Answers] and [Scheme.CallBack].
const AnswerRows = "/answers"

// AnswerPath says what is known of a path into a target's answer.
type AnswerPath uint8

// What a path into an answer may be.
const (
	AnswerUnknown AnswerPath = iota // nobody tells it
	AnswerID                        // the target's own id of the record: known also where the answer was lost and the record looked up
	AnswerSeen                      // in the answer alone, which the sink tells with [Answered]
)

// Answering is a [Connector] that says what primaryWriteback can take from the answers of
// an api. Without it such a member is refused.
type Answering interface {
	AnswerPath(api, path string) AnswerPath
}

type answersKey struct{}

// answers are what a sink heard of its records in one call, by their keys.
type answers struct {
	mu    sync.Mutex
	heard map[string]json.RawMessage
}

// Answered is called by a connector's sink, in Write or Find, with what the target said
// about one record: a JSON object. It does nothing where no scheme asked for it.
func Answered(ctx context.Context, key string, answer json.RawMessage) {
	a, ok := ctx.Value(answersKey{}).(*answers)
	if !ok || wire.First(answer) != '{' || !json.Valid(answer) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.heard == nil {
		a.heard = map[string]json.RawMessage{}
	}
	a.heard[key] = slices.Clone(answer)
}

// answerSink keeps what written records take from the answers, and what is to be handed
// on, before the engine books the write: a crash in between has the record looked up, and
// kept then. So nothing that was written is forgotten, and what is kept twice is the same.
type answerSink struct {
	duijiesync.Sink[Write]
	s     *Scheme
	state duijiesync.State
	name  string

	turn chan struct{} // one lane at a time keeps: they would wait for each other's lease
	mu   sync.Mutex
	lost map[string]bool // creates of this run whose answer was lost
}

// findingAnswerSink is one whose target can be asked.
type findingAnswerSink struct {
	*answerSink
	finder duijiesync.Finder[Write]
}

// answering puts a sink around the target's where its answers are wanted.
func (s *Scheme) answering(name string, state duijiesync.State) duijiesync.Sink[Write] {
	if len(s.target.Writeback) == 0 && s.target.CallBack == nil {
		return s.to
	}
	a := &answerSink{Sink: s.to, s: s, state: state, name: name, lost: map[string]bool{}, turn: make(chan struct{}, 1)}
	if f, ok := s.to.(duijiesync.Finder[Write]); ok {
		return findingAnswerSink{a, f}
	}
	return a
}

// Limits are those of the target's sink.
func (a *answerSink) Limits() duijiesync.Limits {
	if l, ok := a.Sink.(duijiesync.Limited); ok {
		return l.Limits()
	}
	return duijiesync.Limits{}
}

// Close closes the target's sink.
func (a *answerSink) Close(ctx context.Context) error {
	if c, ok := a.Sink.(duijiesync.Closer); ok {
		return c.Close(ctx)
	}
	return nil
}

// handed is a record that is in the target.
type handed struct {
	record *duijiesync.Record[Write]
	id     string // of the target
	looked bool   // found by a lookup: its answer was not seen
}

// Write writes, and keeps what the answers hold. What can not be kept is looked up and
// kept again, or held: it is not booked.
func (a *answerSink) Write(ctx context.Context, records []duijiesync.Record[Write]) ([]duijiesync.Outcome, error) {
	heard := &answers{}
	outcomes, err := a.Sink.Write(context.WithValue(ctx, answersKey{}, heard), records)
	if len(outcomes) != len(records) || err != nil {
		if errors.Is(err, duijie.ErrOutcomeUnknown) {
			for i := range records {
				a.doubt(&records[i], true)
			}
		}
		return outcomes, err
	}
	var list []handed
	var at []int
	for i := range records {
		switch outcomes[i].Kind {
		case duijiesync.OutcomeCreated, duijiesync.OutcomeUpdated, duijiesync.OutcomeUnchanged:
			list = append(list, handed{record: &records[i], id: cmp.Or(outcomes[i].TargetID, records[i].Target.ID)})
			at = append(at, i)
		case duijiesync.OutcomeUnknown:
			a.doubt(&records[i], true)
		}
	}
	if err := a.keep(ctx, heard, list); err != nil {
		outcomes = slices.Clone(outcomes)
		for n, i := range at {
			a.doubt(list[n].record, true)
			outcomes[i] = duijiesync.Outcome{
				Kind: duijiesync.OutcomeUnknown, TargetID: list[n].id,
				Message: "it was written, and what its answer said could not be kept: " + err.Error(),
			}
		}
		return outcomes, nil
	}
	return outcomes, nil
}

// doubt notes that a create has no answer, or has one now.
func (a *answerSink) doubt(r *duijiesync.Record[Write], lost bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if lost && r.Target.ID == "" {
		a.lost[r.Key] = true
	} else {
		delete(a.lost, r.Key)
	}
}

// Find looks up, and keeps what is known of records that are found as they were written:
// those the engine books now, without an answer.
func (a findingAnswerSink) Find(ctx context.Context, records []duijiesync.Record[Write]) ([]duijiesync.Found, error) {
	heard := &answers{}
	found, err := a.finder.Find(context.WithValue(ctx, answersKey{}, heard), records)
	if err != nil || len(found) != len(records) || duijiesync.IsPlan(ctx) {
		return found, err
	}
	var list []handed
	var unsure []handed
	var keys []string
	for i := range records {
		r := &records[i]
		h := handed{record: r, id: cmp.Or(found[i].TargetID, r.Target.ID), looked: true}
		switch {
		case r.Target.KeyOnly || found[i].Err != nil:
		case found[i].Match == duijiesync.Identical, found[i].Match == duijiesync.Exists && a.inDoubt(r.Key):
			list = append(list, h)
		case found[i].Match == duijiesync.Exists:
			unsure, keys = append(unsure, h), append(keys, r.Key)
		}
	}
	if len(keys) > 0 { // of a create before a crash the engine trusts the key
		entries, err := a.state.Ledger(ctx, a.name, keys)
		if err != nil {
			return nil, err
		}
		for _, h := range unsure {
			e := entries[h.record.Key]
			sum, err := sumOf(h.record)
			if err != nil {
				return nil, err
			}
			if e.State == duijiesync.EntryDoubt && e.Fingerprint == sum {
				list = append(list, h)
			}
		}
	}
	return found, a.keep(ctx, heard, list)
}

func (a *answerSink) inDoubt(key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lost[key]
}

// sumOf is the engine's fingerprint of a write.
func sumOf(r *duijiesync.Record[Write]) (duijiesync.Fingerprint, error) {
	body := []byte(r.Raw)
	if body == nil {
		var err error
		if body, err = json.Marshal(r.Value); err != nil {
			return duijiesync.Fingerprint{}, err
		}
	}
	sum := sha256.Sum256(body)
	return duijiesync.Fingerprint(sum[:16]), nil
}

// answerLease is short: what is done under it takes a moment.
var answerLease = duijiesync.LeaseOptions{TTL: 10 * time.Second, Wait: 30 * time.Second}

// keep stores what records take from answers, and the records that are to be handed on, in
// one transaction.
func (a *answerSink) keep(ctx context.Context, heard *answers, list []handed) error {
	if len(list) == 0 {
		return nil
	}
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	scope := duijiesync.Scope{Pipeline: a.name + AnswerRows}
	keys := make([]string, len(list))
	for i, h := range list {
		keys[i] = h.record.Key
	}
	return duijiesync.WithLease(ctx, a.state, scope, answerLease, func(ctx context.Context, lease duijiesync.Lease) error {
		known, err := a.state.Ledger(ctx, scope.Pipeline, keys)
		if err != nil {
			return err
		}
		var s duijiesync.Settlement
		for _, h := range list {
			sum, err := sumOf(h.record)
			if err != nil {
				return err
			}
			if e, is := known[h.record.Key]; is && h.looked && e.Fingerprint == sum {
				continue // kept before the crash, with the answer
			}
			if err := a.one(ctx, heard, h, sum, &s); err != nil {
				return err
			}
		}
		if len(s.Entries) > 0 {
			if err := a.state.Settle(ctx, lease, s); err != nil {
				return err
			}
		}
		for _, h := range list {
			a.doubt(h.record, false)
		}
		return nil
	})
}

// one adds what is kept of one record.
func (a *answerSink) one(ctx context.Context, heard *answers, h handed, sum duijiesync.Fingerprint, s *duijiesync.Settlement) error {
	heard.mu.Lock()
	answer := heard.heard[h.record.Key]
	heard.mu.Unlock()
	values, missing, err := a.s.answered(ctx, answer, h.id)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		a.s.counts.add(NoteAnswerLost, 1)
	}
	now := time.Now()
	s.Entries = append(s.Entries, duijiesync.Entry{
		Key: h.record.Key, Fingerprint: sum, TargetID: string(values), State: duijiesync.EntryDone, Updated: now,
	})
	if a.s.target.CallBack == nil {
		return nil
	}
	raw, err := json.Marshal(handOn{Row: h.record.Value.row, Values: values, Missing: missing})
	if err != nil {
		return err
	}
	s.Dead = append(s.Dead, duijiesync.DeadLetter{
		Key: h.record.Key, Reason: duijiesync.DeadWaiting, Code: "callback", Raw: raw, Fingerprint: sum, First: now, Last: now,
		Message: "written, and waits to be handed to the scheme " + a.s.target.CallBack.Strategy,
	})
	return nil
}

// NoteAnswerLost counts records, in [Scheme.Counts], of which a value of primaryWriteback is
// not known, as the answer that held it was lost and a lookup does not tell it.
const NoteAnswerLost = "answer_lost"

// answered makes the values of primaryWriteback from an answer, nil for one that was lost.
// missing are the names of the values that are not known.
func (s *Scheme) answered(ctx context.Context, answer json.RawMessage, id string) (values json.RawMessage, missing []string, err error) {
	if len(s.target.Writeback) == 0 {
		return emptyObject, nil, nil
	}
	if answer == nil {
		answer = emptyObject
	}
	tell, _ := s.cfg.Target.(Answering)
	for _, f := range s.target.Writeback {
		lacks := false
		for _, p := range placeholders(f.Value) {
			if _, ok := rows.Text(answer, p.name); ok {
				continue
			}
			if id == "" || tell == nil || tell.AnswerPath(s.target.API, p.name) != AnswerID {
				lacks = true
				continue
			}
			text, err := wire.AppendText(nil, id)
			if err == nil {
				answer, err = putMember(answer, strings.Split(p.name, "."), text)
			}
			if err != nil {
				return nil, nil, err
			}
		}
		if lacks {
			missing = append(missing, f.Name)
		}
	}
	values, _, err = s.writeback.object(ctx, &mapping.Env{Now: s.cfg.Now().In(s.cfg.Zone)}, answer)
	if err != nil { // of a form nobody expected: the record is in the target all the same
		missing = nil
		for _, f := range s.target.Writeback {
			missing = append(missing, f.Name)
		}
		return emptyObject, missing, nil
	}
	return values, missing, nil
}

// checkAnswers refuses values that no answer of the target gives.
func (c *compiler) checkAnswers() {
	s, h := c.s, c.s.target
	if len(h.Writeback) == 0 {
		return
	}
	if h.API == NoOperation {
		c.bad(SideTarget, "/response", "primaryWriteback", CodeUnsupportedMember, "nothing is written, so that there is no answer to take values from")
		return
	}
	tell, _ := s.cfg.Target.(Answering)
	onlySeen := false
	for _, f := range h.Writeback {
		for _, p := range placeholders(f.Value) {
			is := AnswerUnknown
			if tell != nil {
				is = tell.AnswerPath(h.API, p.name)
			}
			if is == AnswerUnknown {
				c.bad(SideTarget, f.Path+"/value", "primaryWriteback."+f.Name, CodeUnsupportedMember,
					fmt.Sprintf("the connector of %s does not tell %q of its answers", h.API, p.name))
			}
			onlySeen = onlySeen || is == AnswerSeen
		}
	}
	s.writeback = c.build(h, h.Writeback, false)
	text := "is kept in the state under the pipeline's name + " + AnswerRows + ", before the write is booked"
	if onlySeen {
		text += "; where an answer is lost and the record looked up, what only the answer holds is missing, and counted as " + NoteAnswerLost
	}
	c.note(SideTarget, "/response", text)
}

// Answers is a lookup in what another scheme's records took from the target's answers
// (primaryWriteback). pipeline is that scheme's; key lists the paths that hold a record's
// key ("id", "content.FNumber"). It answers what primaryWriteback.NAME the record with a key
// has; anything else is an error that stops the run.
func Answers(state duijiesync.State, pipeline string, key []string) mapping.Lookup {
	return mapping.LookupFunc(func(ctx context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
		keys, err := keysAsked(pipeline, key, queries)
		if err != nil {
			return nil, err
		}
		entries, err := state.Ledger(ctx, pipeline+AnswerRows, keys)
		if err != nil {
			return nil, err
		}
		out := make([]mapping.Answer, len(queries))
		for i, q := range queries {
			name, ok := strings.CutPrefix(q.Want, "primaryWriteback.")
			if !ok {
				return nil, fmt.Errorf("the answers of %s know primaryWriteback.NAME, not %s", pipeline, q.Want)
			}
			if v, ok := find(json.RawMessage(entries[keys[i]].TargetID), name); ok {
				out[i].Values = []json.RawMessage{v}
			}
		}
		return out, nil
	})
}
