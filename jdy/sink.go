package jdy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// SinkConfig says how records become saved records of a kind.
type SinkConfig[T any] struct {
	// Model makes what is saved of a record: a struct, map or raw JSON, without the
	// id of an update, which the sink puts in. nil: the value is its own model. An
	// error makes the record a dead letter.
	Model func(duijiesync.Record[T]) (any, error)
	// IgnoreWarn saves in spite of warnings, such as a name that is taken.
	IgnoreWarn bool
	// Audit audits what is saved (审核), and takes audited records back before they
	// are updated (反审核). Without it an audited record is refused.
	Audit bool
	// Compare are the members of the model that tell whether a stored record is as
	// it should be. nil: every scalar member the stored record has by the same name;
	// what else the model sets can not be compared, and such a record is found as existing, and
	// what the ledger does not know unchanged is sent.
	Compare []string
	// NoExternal leaves the caller's unique id out (outside_pk_id and its like),
	// which is set to the record's key otherwise where the kind has one.
	NoExternal bool
	// SettleDelay is how long the platform may still work on a save whose answer
	// was lost; 0 = 30 s, the platform's own limit.
	SettleDelay time.Duration
	// Rows is how many records one Write takes; 0 = 10, with a bulk save 50. Without a
	// bulk save they are sent one by one.
	Rows int
}

// Sink saves records of one kind and finds them by their number. The key of a
// record is its number; see [NewSink].
type Sink[T any] struct {
	client *Client
	kind   RecordKind
	cfg    SinkConfig[T]
}

// NewSink makes a sink for records of type T, whatever the types of the kind: for the
// models of a service NewSink(c, c.Materials.Kind(), SinkConfig[MaterialSave]{}).
func NewSink[T any](c *Client, kind RecordKind, cfg SinkConfig[T]) (*Sink[T], error) {
	if kind.Path == "" && (kind.SavePath == "" || kind.DetailPath == "") {
		return nil, invalid(kind.Name, "the kind has no path to save to")
	}
	if cfg.Rows < 0 || cfg.Rows > MaxBatchRows {
		return nil, invalid(kind.Path, fmt.Sprintf("Rows %d: the platform takes 1 to %d", cfg.Rows, MaxBatchRows))
	}
	if cfg.Audit && kind.Entity == "" {
		return nil, invalid(kind.Path, "the kind has no entity name, so its records can not be audited")
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

// Limits are the platform's.
func (s *Sink[T]) Limits() duijiesync.Limits {
	rows := s.cfg.Rows
	if rows == 0 {
		rows = 10
		if s.kind.BatchPath != "" {
			rows = 50
		}
	}
	settle := s.cfg.SettleDelay
	if settle == 0 {
		settle = settleDelay
	}
	return duijiesync.Limits{Rows: rows, FindRows: 20, Lanes: 4, SettleDelay: settle}
}

// wish is one record on its way, with what is sent for it.
type wish struct {
	at     int // in the records of the Write
	key    string
	target duijiesync.Target
	body   json.RawMessage
}

// Write saves records, new ones with the bulk save where there is one, the rest
// one by one. A record's refusal is its own.
func (s *Sink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	var single, bulk []wish
	for i, rec := range records {
		body, err := s.body(rec)
		if err == nil {
			err = checkNumber(rec.Key)
		}
		if err != nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: rec.Target.ID, Code: "model", Message: err.Error()}
			continue
		}
		w := wish{at: i, key: strings.Clone(rec.Key), target: rec.Target, body: body}
		if s.kind.BatchPath != "" && rec.Target.ID == "" {
			bulk = append(bulk, w)
		} else {
			single = append(single, w)
		}
	}
	began := false
	if len(bulk) > 0 {
		err := s.writeBulk(ctx, bulk, out)
		switch {
		case err == nil:
			began = true
		case !refusedWhole(err):
			return nil, stop(err)
		case len(bulk) == len(records):
			return nil, err // the engine parts them
		default:
			single = append(bulk, single...) // to the engine the refusal would not speak for all
		}
	}
	for n, w := range single {
		err := s.writeOne(ctx, w, &out[w.at])
		if err == nil {
			began = true
			continue
		}
		if !began {
			return nil, stop(err)
		}
		retryable(out, single[n:], err)
		break
	}
	return out, nil
}

// refusedWhole: none of the records was written, because of at least one of them.
func refusedWhole(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return ok && !e.OutcomeUnknown && ofRecord(e)
}

// stop ends the run at an error that speaks of no record: a path the customer's
// edition does not have is no fault of the data.
func stop(err error) error {
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		return err
	}
	return duijiesync.Stop(err)
}

// retryable marks records that were not sent; the engine meets the reason again.
func retryable(out []duijiesync.Outcome, rest []wish, err error) {
	for _, w := range rest {
		out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, TargetID: w.target.ID, Message: err.Error()}
	}
}

// body is what is sent for a record: its model with number, id and options.
func (s *Sink[T]) body(rec duijiesync.Record[T]) (json.RawMessage, error) {
	model, err := s.model(rec)
	if err != nil {
		return nil, err
	}
	o := SaveOptions{ID: rec.Target.ID, Audit: s.cfg.Audit, IgnoreWarn: s.cfg.IgnoreWarn}
	if s.kind.External != "" && !s.cfg.NoExternal && memberText(model, s.kind.External) == "" {
		o.External = rec.Key
	}
	body, err := s.kind.body(model, o)
	if err != nil {
		return nil, err
	}
	set := map[string]any{s.kind.number(): rec.Key}
	if rec.Target.ID == "" && memberText(body, "id") != "" {
		return nil, fmt.Errorf("jdy: the model of a new record has an id: leave ids to the sink")
	}
	return withMembers(body, set)
}

func (s *Sink[T]) model(rec duijiesync.Record[T]) (json.RawMessage, error) {
	v, err := s.cfg.Model(rec)
	if err != nil {
		return nil, err
	}
	return marshalModel(v)
}

// checkNumber refuses numbers that a lookup might not find as they were saved.
func checkNumber(number string) error {
	const longest = 200
	bad := func(what string) error {
		return fmt.Errorf("jdy: number %.60q %s, so it could not be looked up again: %w", number, what, duijie.ErrInvalid)
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

// writeOne saves one record. An error stops the run: it speaks of no record.
func (s *Sink[T]) writeOne(ctx context.Context, w wish, out *duijiesync.Outcome) error {
	taken := false
	if s.cfg.Audit && w.target.ID != "" {
		var held bool
		var err error
		if taken, held, err = s.takeBack(ctx, w, out); held || err != nil {
			return err
		}
	}
	op := s.kind.save()
	body := w.body
	if op.Batch != "" {
		var err error
		if body, err = marshal(map[string]any{op.Batch: []json.RawMessage{body}}); err != nil {
			return err
		}
	}
	e, err := s.client.send(ctx, &request{op: op, body: body}, duijie.CallOptions{})
	var saved Saved
	if err == nil {
		saved, err = savedOne(op.Path, e.data)
	}
	if err != nil {
		if err := s.failed(w, err, out); err != nil {
			return err
		}
		s.known(ctx, w, out)
		if taken && out.Kind == duijiesync.OutcomeRefused {
			s.giveBack(ctx, w, out)
		}
		return nil
	}
	*out = done(w, saved.ID())
	return nil
}

// giveBack audits a record again whose update was refused, as it was before.
func (s *Sink[T]) giveBack(ctx context.Context, w wish, out *duijiesync.Outcome) {
	_, err := s.client.Operate(ctx, OperateRequest{Entity: s.kind.Entity, Type: OperateAudit, IDs: []string{w.target.ID}})
	if err != nil {
		out.Message += "; the record was taken back (反审核) for the update and could not be audited again: " + err.Error()
	}
}

// known turns the refusal of a new record into a conflict where its number is
// there already. The platform has no code for that in bulk saves, and not for
// every kind of record.
func (s *Sink[T]) known(ctx context.Context, w wish, out *duijiesync.Outcome) {
	if out.Kind != duijiesync.OutcomeRefused || w.target.ID != "" {
		return
	}
	raw, err := s.lookup(ctx, w.key)
	_, unclear := errors.AsType[ambiguous](err)
	switch {
	case unclear:
	case err != nil:
		out.Kind = duijiesync.OutcomeRetryable // whether it is there will be known later
	case raw != nil:
		out.Kind = duijiesync.OutcomeConflict
	}
}

func done(w wish, id string) duijiesync.Outcome {
	o := duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: firstOf(id, w.target.ID)}
	if w.target.ID != "" {
		o.Kind, o.TargetID = duijiesync.OutcomeUpdated, w.target.ID
	}
	return o
}

// failed turns an error that speaks of the record into its outcome.
func (s *Sink[T]) failed(w wish, err error, out *duijiesync.Outcome) error {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return err
	}
	*out = duijiesync.Outcome{TargetID: w.target.ID, Code: e.Code, Message: e.Message}
	switch {
	case e.OutcomeUnknown:
		out.Kind = duijiesync.OutcomeUnknown
		out.Message = firstOf(e.Message, err.Error())
	case e.Class == duijie.ClassConflict && w.target.ID == "":
		out.Kind = duijiesync.OutcomeConflict
	case ofRecord(e):
		out.Kind = duijiesync.OutcomeRefused
	default:
		return err
	}
	return nil
}

// ofRecord tells refusals that speak of what was sent from those that speak of
// the call: a wrong path or edition, or a gateway that does not know us.
func ofRecord(e *duijie.APIError) bool {
	if strings.HasPrefix(e.Code, "1040") && len(e.Code) == 10 || ofServer(e.Code) {
		return false // the account set is to be set up, or the gateway speaks of itself
	}
	switch e.Class {
	case duijie.ClassRefused, duijie.ClassConflict:
		return true
	case duijie.ClassInvalid, duijie.ClassNotFound:
		return len(e.Code) == 10 || e.Code == "400"
	}
	return false
}
