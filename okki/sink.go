package okki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// SinkConfig says how records become pushes of a kind.
type SinkConfig[T any] struct {
	// Model makes what is pushed of a record: a struct, map or raw JSON, without the id
	// of an update, which the sink puts in, as it does the number. nil: the value is its
	// own model. An error makes the record a dead letter.
	Model func(duijiesync.Record[T]) (any, error)
	// Compare are the members of the model that tell whether a stored record is as
	// it should be. nil: every scalar member, and the lines. What else the model sets can
	// not be compared: such a record is found as existing, and what the ledger does not
	// know unchanged is sent.
	Compare []string
	// RepeatLines sends the lines of an update as they are for kinds whose lines can not
	// be told apart (quotations, inbound, returns). What the platform does with those it
	// has already is not known: by default such an update is refused.
	RepeatLines bool
	// SettleDelay is how long the platform may still work on a push whose answer
	// was lost; it does not say. 0 = 60 s.
	SettleDelay time.Duration
	// Rows is how many records one Write takes; 0 = 10. They are sent one by one.
	Rows int
}

// Sink pushes records of one kind and finds them by their number, which is the key
// of a record; see [NewSink].
type Sink[T any] struct {
	client *Client
	kind   RecordKind
	cfg    SinkConfig[T]
	doubt  sync.Map // key → time.Time when nothing had it, of creates whose outcome is unknown
}

// NewSink makes a sink for records of type T, whatever the types of the kind: for the
// models of a service NewSink(c, c.Orders.Kind(), SinkConfig[OrderPush]{}). Kinds
// that the platform does not find by number are refused: nothing could settle a lost
// answer.
//
// A new record is looked up right before it is pushed, because a number that is taken
// would edit that record in some kinds. Lines of an update are paired with those that
// are stored, so that none is doubled.
//
// A push that the platform calls a success is refused all the same where lines of it
// vanished (code lines_lost; the outcome names the document, which exists), and one that
// would edit another record, or did, by an e-mail (code other_record): see
// [Records.Push] and [Records.Create]. A fault of the setup stops the run.
func NewSink[T any](c *Client, kind RecordKind, cfg SinkConfig[T]) (*Sink[T], error) {
	if kind.Number == "" || kind.ID == "" || kind.Path == "" {
		return nil, invalid(kind.Path, "a sink needs a kind that is found by number: with ID, Number and Path")
	}
	if cfg.Rows < 0 || cfg.SettleDelay < 0 {
		return nil, invalid(kind.Path, "Rows or SettleDelay is below 0")
	}
	if cfg.Model == nil {
		cfg.Model = func(rec duijiesync.Record[T]) (any, error) { return rec.Value, nil }
	}
	return &Sink[T]{client: c, kind: kind, cfg: cfg}, nil
}

// What a Sink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*Sink[any])(nil)
	_ duijiesync.Finder[any] = (*Sink[any])(nil)
	_ duijiesync.Limited     = (*Sink[any])(nil)
)

// Limits are those of the platform's users.
func (s *Sink[T]) Limits() duijiesync.Limits {
	l := duijiesync.Limits{Rows: s.cfg.Rows, FindRows: 20, Lanes: 4, SettleDelay: s.cfg.SettleDelay}
	if l.Rows == 0 {
		l.Rows = 10
	}
	if l.SettleDelay == 0 {
		l.SettleDelay = settleDelay
	}
	return l
}

// Write pushes records one by one. A record's refusal is its own.
func (s *Sink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	began := false
	for i, rec := range records {
		body, err := s.body(rec)
		if err != nil {
			out[i] = refusedModel(rec.Target.ID, err)
			continue
		}
		err = s.writeOne(ctx, wish{key: strings.Clone(rec.Key), target: rec.Target, body: body}, &out[i])
		if err == nil {
			began = true
			continue
		}
		if !began {
			return nil, duijiesync.Stop(err)
		}
		for n := i; n < len(records); n++ { // not sent; the engine meets the reason again
			out[n] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, TargetID: records[n].Target.ID, Message: err.Error()}
		}
		break
	}
	return out, nil
}

func refusedModel(id string, err error) duijiesync.Outcome {
	return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: id, Code: "model", Message: err.Error()}
}

// wish is one record on its way, with what is sent for it.
type wish struct {
	key    string
	target duijiesync.Target
	body   json.RawMessage
}

// body is what is sent for a record: its model with number and id.
func (s *Sink[T]) body(rec duijiesync.Record[T]) (json.RawMessage, error) {
	if err := checkNumber(rec.Key); err != nil {
		return nil, err
	}
	model, err := s.model(rec)
	if err != nil {
		return nil, err
	}
	if wire.First(model) != '{' {
		return nil, fmt.Errorf("okki: the model is no JSON object: %w", duijie.ErrInvalid)
	}
	if number := memberText(model, s.kind.Number); number != "" && number != rec.Key {
		return nil, fmt.Errorf("okki: the model has the number %.60q, the record the key %.60q: %w", number, rec.Key, duijie.ErrInvalid)
	}
	set := map[string]any{s.kind.Number: rec.Key}
	switch id := idText(member(model, s.kind.pushID())); {
	case rec.Target.ID == "" && id != "":
		return nil, fmt.Errorf("okki: the model of a new record has an id: leave ids to the sink: %w", duijie.ErrInvalid)
	case rec.Target.ID != "":
		if _, ok := whole(rec.Target.ID); !ok {
			return nil, fmt.Errorf("okki: %.60q is no id of this platform: %w", rec.Target.ID, duijie.ErrInvalid)
		}
		set[s.kind.pushID()] = json.RawMessage(rec.Target.ID)
	}
	return withMembers(model, set)
}

func (s *Sink[T]) model(rec duijiesync.Record[T]) (json.RawMessage, error) {
	v, err := s.cfg.Model(rec)
	if err != nil {
		return nil, err
	}
	return marshalModel(v)
}

// withMembers is an object with members put in.
func withMembers[V any](object json.RawMessage, set map[string]V) (json.RawMessage, error) {
	m := members(object)
	for name, value := range set {
		b, err := wire.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("okki: %w", err)
		}
		m[name] = b
	}
	b, err := wire.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("okki: %w", err)
	}
	return b, nil
}

// checkNumber refuses numbers that a lookup might not find as they were pushed.
func checkNumber(number string) error {
	const longest = 256
	bad := func(what string) error {
		return fmt.Errorf("okki: number %.60q %s, so it could not be looked up again: %w", number, what, duijie.ErrInvalid)
	}
	switch {
	case number == "":
		return bad("is empty")
	case strings.TrimSpace(number) != number:
		return bad("begins or ends with white space")
	case !utf8.ValidString(number):
		return bad("is not UTF-8")
	case utf8.RuneCountInString(number) > longest:
		return bad(fmt.Sprintf("has more than %d characters", longest))
	case strings.ContainsFunc(number, unicode.IsControl):
		return bad("holds a control character")
	}
	return nil
}

// noteLife is how long a lookup is believed: the engine looks up right before it
// writes.
const noteLife = 30 * time.Second

// note is what a lookup learnt, handed to Write in Found.Note.
type note struct {
	at     time.Time
	stored json.RawMessage // nil: absent
}

func noteOf(t duijiesync.Target) (note, bool) {
	n, ok := t.Note.(note)
	return n, ok && time.Since(n.at) < noteLife
}

// writeOne pushes one record. An error stops the run: it speaks of no record.
func (s *Sink[T]) writeOne(ctx context.Context, w wish, out *duijiesync.Outcome) error {
	var err error
	var pushed Pushed
	var since time.Time
	if w.target.ID == "" {
		var taken bool
		if taken, err = s.taken(ctx, w, out); taken || err != nil {
			return err
		}
		pushed, since, err = s.kind.create(ctx, s.client, w.body, nil)
	} else {
		if w.body, err = s.paired(ctx, w, out); err != nil || w.body == nil {
			return err
		}
		pushed, err = s.kind.pushModel(ctx, s.client, w.body, nil)
	}
	if errors.Is(err, duijie.ErrOutcomeUnknown) && !since.IsZero() {
		s.doubt.Store(w.key, since)
	}
	if err != nil {
		return s.failed(w, err, out)
	}
	*out = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: fmt.Sprint(pushed.ID)}
	if w.target.ID != "" {
		*out = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: w.target.ID}
	}
	return nil
}

// taken tells that a new record's number is there already, and out says so: pushing it
// would edit what has it.
func (s *Sink[T]) taken(ctx context.Context, w wish, out *duijiesync.Outcome) (bool, error) {
	if n, fresh := noteOf(w.target); fresh && n.stored == nil {
		return false, nil
	}
	_, err := s.kind.byNumber(ctx, s.client, w.key)
	var unclear ambiguous
	switch {
	case isAbsent(err):
		return false, nil
	case errors.As(err, &unclear):
		*out = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "number", Message: err.Error()}
		return true, nil
	case err != nil:
		return false, err
	}
	*out = duijiesync.Outcome{Kind: duijiesync.OutcomeConflict, Message: s.kind.Number + " is taken"}
	return true, nil
}

// paired is the body of an update whose lines have the ids of those that are stored;
// nil where out says why it is refused.
func (s *Sink[T]) paired(ctx context.Context, w wish, out *duijiesync.Outcome) (json.RawMessage, error) {
	var kinds []LineKind
	for _, k := range s.kind.Lines {
		if wire.First(member(w.body, k.Member)) == '[' {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) == 0 {
		if err := s.untold(w.body); err != nil {
			*out = refusedModel(w.target.ID, err)
			return nil, nil
		}
		return w.body, nil
	}
	stored := json.RawMessage(nil)
	if n, fresh := noteOf(w.target); fresh {
		stored = n.stored
	}
	if stored == nil {
		var err error
		stored, err = s.kind.fetch(ctx, s.client, s.kind.ID, w.target.ID, nil)
		if err != nil {
			return nil, s.failed(w, err, out)
		}
	}
	body := w.body
	for _, k := range kinds {
		lines, err := k.pair(body, stored)
		if err == nil {
			body, err = withMembers(body, map[string]any{k.Member: lines})
		}
		if err != nil {
			*out = refusedModel(w.target.ID, err)
			return nil, nil
		}
	}
	return body, nil
}

// untold refuses lines the platform gives no ids for.
func (s *Sink[T]) untold(body json.RawMessage) error {
	if s.cfg.RepeatLines {
		return nil
	}
	for _, name := range []string{"product_list", "record_list"} {
		if wire.First(member(body, name)) == '[' && !emptyList(member(body, name)) {
			return fmt.Errorf("okki: the lines of a %s have no ids to tell them by, and might be doubled: leave %s out, or set RepeatLines: %w", s.kind.Name, name, duijie.ErrInvalid)
		}
	}
	return nil
}

// failed turns an error that speaks of the record into its outcome.
func (s *Sink[T]) failed(w wish, err error, out *duijiesync.Outcome) error {
	if lost, ok := errors.AsType[*LostLinesError](err); ok {
		*out = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: fmt.Sprint(lost.Pushed.ID), Code: "lines_lost", Field: lost.Member, Message: err.Error()}
		return nil
	}
	if _, unclear := errors.AsType[ambiguous](err); unclear || errors.Is(err, errOtherRecord) {
		*out = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: w.target.ID, Code: "other_record", Message: err.Error()}
		return nil
	}
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return err
	}
	*out = duijiesync.Outcome{TargetID: w.target.ID, Code: e.Code, Message: firstOf(e.Message, err.Error())}
	switch {
	case e.OutcomeUnknown:
		out.Kind = duijiesync.OutcomeUnknown
	case ofRecord(e):
		out.Kind = duijiesync.OutcomeRefused
	default:
		return err
	}
	return nil
}

// ofCall are refusals of the call as such: each push is a JSON object and each lookup has
// its number, so something between here and the platform takes them away.
var ofCall = exactly("Invalid query", "Invalid data json", "Empty POST request body data")

// ofRecord tells refusals that speak of what was sent from those that speak of the
// call: a wrong path, a missing scope, a redirect, a token that is not taken.
func ofRecord(e *duijie.APIError) bool {
	if _, business := whole(e.Code); !business || errors.Is(e.Err, duijie.ErrMalformedAnswer) || errors.Is(e.Err, duijie.ErrRedirected) {
		return e.Class == duijie.ClassNotFound
	}
	if e.Code == "400" && ofCall(e.Message) {
		return false
	}
	switch e.Class {
	case duijie.ClassRefused, duijie.ClassConflict, duijie.ClassInvalid, duijie.ClassNotFound:
		return true
	case duijie.ClassPermission:
		return e.Code == "404" // the user may not do this to this record
	}
	return false
}
