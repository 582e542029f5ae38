package fxiaoke

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
}

// NewSink makes a sink. owner and record_type of a model count for new records only.
func NewSink[T any](c *Client, cfg SinkConfig[T]) (*Sink[T], error) {
	var wrong []string
	if cfg.Object == "" {
		wrong = append(wrong, "Object is missing")
	}
	if cfg.KeyField == "" || cfg.KeyField == "_id" {
		wrong = append(wrong, "KeyField is missing, or _id, which the platform chooses itself")
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

// newOnly are members that count for new records only.
var newOnly = []string{"owner", "record_type", "dataObjectApiName", "object_describe_api_name"}

// Write writes records one by one. A record's refusal is its own.
func (s *Sink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	began := false
	for i, rec := range records {
		r, err := s.request(rec)
		if err != nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: rec.Target.ID, Code: "model", Message: err.Error()}
			continue
		}
		err = s.write(ctx, strings.Clone(rec.Key), rec.Target.ID, r, &out[i])
		if err == nil {
			began = true
			continue
		}
		if !began {
			return nil, stop(err)
		}
		for j := i; j < len(records); j++ { // not sent; the engine meets the reason again
			out[j] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, TargetID: records[j].Target.ID, Message: err.Error()}
		}
		break
	}
	return out, nil
}

// write sends one record. An error stops the run: it speaks of no record.
func (s *Sink[T]) write(ctx context.Context, key, id string, r *request, out *duijiesync.Outcome) error {
	if id != "" {
		if _, err := s.client.send(ctx, r, duijie.CallOptions{}); err != nil {
			return s.failed(id, err, out)
		}
		*out = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: id}
		return nil
	}
	made, err := s.client.create(ctx, r, nil)
	if err == nil {
		*out = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: made.ID}
		return nil
	}
	if err := s.failed("", err, out); err != nil {
		return err
	}
	if out.Kind == duijiesync.OutcomeRefused {
		s.known(ctx, key, out)
	}
	return nil
}

// known turns the refusal of a new record into a conflict where its key is there
// already: the platform documents no code for that.
func (s *Sink[T]) known(ctx context.Context, key string, out *duijiesync.Outcome) {
	found, err := s.client.lookup(ctx, s.cfg.Object, s.cfg.KeyField, []string{key}, false)
	switch {
	case err != nil:
		out.Kind = duijiesync.OutcomeRetryable // whether it is there will be known later
	case len(found[key]) > 0:
		out.Kind = duijiesync.OutcomeConflict
	}
}

// failed turns an error that speaks of the record into its outcome.
func (s *Sink[T]) failed(id string, err error, out *duijiesync.Outcome) error {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return err
	}
	*out = duijiesync.Outcome{TargetID: id, Code: e.Code, Message: cmp.Or(e.Message, err.Error())}
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

// ofRecord tells refusals that speak of what was sent from those that speak of the
// call: a wrong path or setting.
func ofRecord(e *duijie.APIError) bool {
	switch e.Class {
	case duijie.ClassRefused, duijie.ClassConflict:
		return true
	case duijie.ClassInvalid:
		return slices.Contains([]string{"15002", "20012", "30007", "30027", "32000"}, e.Code)
	}
	return false
}

// stop is an error that speaks of no record, so that the engine looks for no bad one.
func stop(err error) error {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok || e.OutcomeUnknown || e.Class != duijie.ClassInvalid && e.Class != duijie.ClassRefused && e.Class != duijie.ClassConflict {
		return err
	}
	masked := *e
	masked.Class = duijie.ClassPermission
	return &masked
}

// model is what a record makes, as the object that is written.
func (s *Sink[T]) model(rec duijiesync.Record[T]) (map[string]json.RawMessage, error) {
	v, err := s.cfg.Model(rec)
	if err != nil {
		return nil, err
	}
	m, err := modelOf(v)
	if err != nil {
		return nil, err
	}
	if scalar(m["_id"]) != "" {
		return nil, fmt.Errorf("fxiaoke: the model has an _id: leave ids to the sink")
	}
	delete(m, "_id")
	if m[s.cfg.KeyField], err = wire.Marshal(rec.Key); err != nil {
		return nil, fmt.Errorf("fxiaoke: %w", err)
	}
	return m, nil
}

// request is what is sent for a record.
func (s *Sink[T]) request(rec duijiesync.Record[T]) (*request, error) {
	if err := checkKey(rec.Key); err != nil {
		return nil, err
	}
	m, err := s.model(rec)
	if err != nil {
		return nil, err
	}
	if rec.Target.ID != "" {
		if s.cfg.Details != nil && !s.cfg.KeepDetails {
			return nil, fmt.Errorf("fxiaoke: %s %s is there already, and the platform can not change the lines of a document with it: change them in their own object, and set KeepDetails to update the head", s.cfg.Object, rec.Key)
		}
		for _, name := range newOnly {
			delete(m, name)
		}
		return UpdateRequest{
			Object: s.cfg.Object, ID: rec.Target.ID, Data: m,
			TriggerWorkFlow: s.cfg.TriggerWorkFlow, TriggerApprovalFlow: s.cfg.TriggerApprovalFlow,
		}.request()
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
	return create.request()
}
