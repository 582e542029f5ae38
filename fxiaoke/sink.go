package fxiaoke

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// SinkConfig says how records become data of an object.
type SinkConfig[T any] struct {
	// Object is dataObjectApiName, "AccountObj" or "object_Kn5Cd__c"; required.
	Object string
	// KeyField is the field that holds a record's key; required. Take a custom text field that is
	// set to be unique (erp_no__c), so that the platform itself refuses a second one, or name.
	// The sink puts the key in.
	KeyField string
	// UpdateOnly never creates: a record that is not there is refused. KeyField may be _id
	// then, and a model may hold it.
	UpdateOnly bool
	// Model makes what is written of a record: a struct, map or raw JSON. nil: the value is
	// its own model. An error makes the record a dead letter.
	Model func(duijiesync.Record[T]) (any, error)
	// Details makes the lines a new document is created with, by the name of their
	// object. The platform can not change lines with their document: an update of a record that has
	// Details is refused, unless KeepDetails is set.
	Details func(duijiesync.Record[T]) (map[string]any, error)
	// KeepDetails lets updates change the head of a document and leave its lines as they
	// are; keep those equal with a pipeline of their own object.
	KeepDetails bool
	// Owner is put into new records whose model has no owner.
	Owner []string
	// TriggerWorkFlow and TriggerApprovalFlow are as in [CreateRequest]: off unless set, and
	// always sent. With either, an update whose answer was lost is not repeated blindly.
	TriggerWorkFlow, TriggerApprovalFlow bool
	// Rules are the checks a new record goes through; nil leaves them to the platform.
	Rules *OptionInfo
	// Compare are the members of the model that tell whether a stored record is as it
	// should be. nil: all but owner and record_type, which count for new records only.
	Compare []string
	// SettleDelay is how long the platform may still work on a write whose answer was
	// lost; 0 = 30 s.
	SettleDelay time.Duration
	// Rows is how many records one Write takes; 0 = 10. They are sent one by one: the
	// platform has no batch.
	Rows int
}

// Sink writes records to one object and finds them by a business key. Make it with
// [NewSink].
type Sink[T any] struct {
	client *Client
	cfg    SinkConfig[T]
	setup  setup
}

// NewSink makes a sink. owner and record_type of a model count for new records only.
func NewSink[T any](c *Client, cfg SinkConfig[T]) (*Sink[T], error) {
	var wrong []string
	if cfg.Object == "" {
		wrong = append(wrong, "Object is missing")
	}
	if cfg.KeyField == "" || cfg.KeyField == idField && !cfg.UpdateOnly {
		wrong = append(wrong, "KeyField is missing, or _id, which the platform chooses itself")
	}
	if cfg.UpdateOnly && (cfg.Details != nil || len(cfg.Owner) > 0 || cfg.Rules != nil) {
		wrong = append(wrong, "Details, Owner and Rules are for new records, and UpdateOnly makes none")
	}
	if cfg.Rows < 0 || cfg.SettleDelay < 0 {
		wrong = append(wrong, "Rows or SettleDelay is below 0")
	}
	if len(wrong) > 0 {
		return nil, invalid("sink "+cfg.Object, strings.Join(wrong, "; "))
	}
	if cfg.Model == nil {
		cfg.Model = func(rec duijiesync.Record[T]) (any, error) { return rec.Value, nil }
	}
	return &Sink[T]{client: c, cfg: cfg}, nil
}

// What a Sink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*Sink[any])(nil)
	_ duijiesync.Finder[any] = (*Sink[any])(nil)
	_ duijiesync.Limited     = (*Sink[any])(nil)
)

// Limits are the platform's.
func (s *Sink[T]) Limits() duijiesync.Limits {
	return duijiesync.Limits{
		Rows: cmp.Or(s.cfg.Rows, 10), FindRows: 50, Lanes: 4, SettleDelay: cmp.Or(s.cfg.SettleDelay, settleDelay),
	}
}

// idField is the platform's own key of a record.
const idField = "_id"

// newOnly are members that count for new records only.
var newOnly = []string{"owner", "record_type", "dataObjectApiName", "object_describe_api_name"}

// Write writes records one by one. A record's refusal is its own, unless it speaks of the
// setup: that ends the run with [duijiesync.Stop], and no record becomes a dead letter for it.
func (s *Sink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	var doubts []doubt
	settled := false // something was written, or answered for its record alone
	for i, rec := range records {
		r, err := s.request(rec)
		if err != nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: rec.Target.ID, Code: "model", Message: err.Error()}
			continue
		}
		err = s.write(ctx, rec.Target.ID, r, &out[i])
		if err == nil {
			settled = true
			continue
		}
		e, ok := errors.AsType[*duijie.APIError](err)
		switch {
		case ok && s.about(rec.Target.ID, e) == ofRecord:
			s.known(ctx, strings.Clone(rec.Key), &out[i])
			settled = true
		case ok && s.about(rec.Target.ID, e) == ofEither:
			doubts = append(doubts, doubt{i, e})
		case !settled && len(doubts) == 0:
			return nil, duijiesync.Stop(err)
		default:
			s.later(out[i:], records[i:], err)
			return s.decide(ctx, records, out, doubts, settled)
		}
	}
	return s.decide(ctx, records, out, doubts, settled)
}

// later leaves records that were not sent, or whose refusal stops the run, to the next write:
// the engine meets the reason again.
func (s *Sink[T]) later(out []duijiesync.Outcome, records []duijiesync.Record[T], err error) {
	for i := range out {
		out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, TargetID: records[i].Target.ID, Message: err.Error()}
	}
}

// write sends one record. Without an error out is its outcome; an error may be the record's or
// not, and out is its refusal.
func (s *Sink[T]) write(ctx context.Context, id string, r *request, out *duijiesync.Outcome) error {
	var err error
	done := duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: id}
	if id != "" {
		_, err = s.client.send(ctx, r, duijie.CallOptions{})
	} else {
		var made Created
		made, err = s.client.create(ctx, r, nil)
		done = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: made.ID}
	}
	if err == nil {
		*out = done
		s.setup.proved(id, r.fields)
		return nil
	}
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return err
	}
	*out = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: id, Code: e.Code, Message: cmp.Or(e.Message, err.Error())}
	if e.OutcomeUnknown {
		out.Kind = duijiesync.OutcomeUnknown
		return nil
	}
	return err
}

// known turns the refusal of a new record into a conflict where its key is there
// already: the platform documents no code for that.
func (s *Sink[T]) known(ctx context.Context, key string, out *duijiesync.Outcome) {
	if out.TargetID != "" {
		return
	}
	found, err := s.client.lookup(ctx, s.cfg.Object, s.cfg.KeyField, []string{key}, false)
	switch {
	case err != nil:
		out.Kind = duijiesync.OutcomeRetryable // whether it is there will be known later
	case len(found[key]) > 0:
		out.Kind = duijiesync.OutcomeConflict
	}
}

// model is what a record makes, as the object that is written, and the type it had before.
type model struct {
	members map[string]json.RawMessage
	kind    reflect.Type
}

func (s *Sink[T]) modelOf(rec duijiesync.Record[T]) (model, error) {
	v, err := s.cfg.Model(rec)
	if err != nil {
		return model{}, err
	}
	m, err := modelOf(v)
	if err != nil {
		return model{}, err
	}
	id := scalar(m[idField])
	switch byID := s.cfg.KeyField == idField; {
	case id != "" && !byID && !s.cfg.UpdateOnly:
		return model{}, fmt.Errorf("fxiaoke: the model has an _id: leave ids to the sink")
	case id != "" && byID && id != rec.Key:
		return model{}, fmt.Errorf("fxiaoke: the model is of %s %s, its key is %s", s.cfg.Object, id, rec.Key)
	case id != "" && rec.Target.ID != "" && id != rec.Target.ID:
		return model{}, fmt.Errorf("fxiaoke: the model is of %s %s, and %s %s is of %s", s.cfg.Object, id, s.cfg.KeyField, rec.Key, rec.Target.ID)
	}
	delete(m, idField)
	if s.cfg.KeyField != idField {
		if m[s.cfg.KeyField], err = wire.Marshal(rec.Key); err != nil {
			return model{}, fmt.Errorf("fxiaoke: %w", err)
		}
	}
	return model{members: m, kind: reflect.TypeOf(v)}, nil
}

// request is what is sent for a record.
func (s *Sink[T]) request(rec duijiesync.Record[T]) (*request, error) {
	if err := checkKey(rec.Key); err != nil {
		return nil, err
	}
	made, err := s.modelOf(rec)
	if err != nil {
		return nil, err
	}
	m := made.members
	if s.cfg.UpdateOnly && rec.Target.ID == "" {
		return nil, fmt.Errorf("fxiaoke: no record of %s has %s %s, and none is made", s.cfg.Object, s.cfg.KeyField, rec.Key)
	}
	if rec.Target.ID != "" {
		if s.cfg.Details != nil && !s.cfg.KeepDetails {
			return nil, fmt.Errorf("fxiaoke: %s %s is there already, and the platform can not change the lines of a document with it: change them in their own object, and set KeepDetails to update the head", s.cfg.Object, rec.Key)
		}
		for _, name := range newOnly {
			delete(m, name)
		}
		return of(m)(UpdateRequest{
			Object: s.cfg.Object, ID: rec.Target.ID, Data: m,
			TriggerWorkFlow: s.cfg.TriggerWorkFlow, TriggerApprovalFlow: s.cfg.TriggerApprovalFlow,
		}.request())
	}
	if len(s.cfg.Owner) > 0 && (m["owner"] == nil || emptyValue(m["owner"])) {
		if m["owner"], err = wire.Marshal(s.cfg.Owner); err != nil {
			return nil, fmt.Errorf("fxiaoke: %w", err)
		}
	}
	create := CreateRequest{
		Object: s.cfg.Object, Data: m, Rules: s.cfg.Rules,
		TriggerWorkFlow: s.cfg.TriggerWorkFlow, TriggerApprovalFlow: s.cfg.TriggerApprovalFlow,
	}
	if s.cfg.Details != nil {
		if create.Details, err = s.cfg.Details(rec); err != nil {
			return nil, err
		}
	}
	return of(m)(create.request())
}

// of notes in a request which fields its record has.
func of(fields map[string]json.RawMessage) func(*request, error) (*request, error) {
	return func(r *request, err error) (*request, error) {
		if err == nil {
			r.fields = fields
		}
		return r, err
	}
}
