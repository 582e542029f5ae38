package dingtalk

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
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// FormSinkConfig says how records become instances of a plain form.
type FormSinkConfig[T any] struct {
	FormUUID string // "" = the application's
	// Key is the text component that holds the business key: the record's key is
	// written there and looked up there. Required.
	Key string
	// Data makes the values of a record, as [EncodeForm] takes them, with or without
	// the key. nil: the record's value is them. An error makes the record a dead letter.
	Data func(duijiesync.Record[T]) (any, error)
	// NoRules does not run the form's rules and callbacks in batches.
	NoRules bool
	// Upsert creates with insertOrUpdate, one call a record, instead of batch saves, 50
	// a call. It finds the instances other programs made meanwhile, and needs data
	// management rights.
	Upsert bool
	// Compare are the components that tell whether an instance is as it should be;
	// nil: all of the record's. Files, addresses and sub-tables are not compared, and an instance
	// whose record sets such is found as existing.
	Compare []string
	// Rows is how many records one Write takes, and one batch save; 0 = 50.
	Rows int
	// SettleDelay is how long a write whose answer was lost may be missing in the index;
	// 0 = [IndexLag]. Lookups wait so long, and twice and four times so long again.
	SettleDelay time.Duration
	// Unchecked does not read the form's definition, one call, to see that it has the
	// components that are written. The platform may drop what the form lacks without a word.
	Unchecked bool
}

// FormSink writes instances of a plain form and finds them by their business key.
type FormSink[T any] struct {
	target[T]
	cfg FormSinkConfig[T]
}

// NewFormSink makes a sink that creates and updates instances of a plain form by the
// business key in a component.
//
// New records are created by batch saves, updates are set one by one, absolutely. A batch that is refused
// tells neither which row was bad nor what was saved: its keys are looked up
// and the rest is saved one by one, so that the bad row stands alone. An instance that
// was deleted in Yida is created again when its record changes.
//
// A component the form lacks is no fault of a record: the run stops with a [ComponentError]
// before anything is written. So it does at other faults of the setup, such as rights that are
// missing, and none of them makes dead letters.
func NewFormSink[T any](y *Yida, cfg FormSinkConfig[T]) (*FormSink[T], error) {
	if cfg.Rows < 0 || cfg.Rows > MaxBatchRows || cfg.Rows > DefaultBatchRows && !cfg.NoRules {
		return nil, invalid("form sink", fmt.Sprintf("Rows %d: a batch takes 1 to %d, without rules %d", cfg.Rows, DefaultBatchRows, MaxBatchRows))
	}
	t, err := newTarget(y, cfg.FormUUID, cfg.Key, cfg.Data)
	if err != nil {
		return nil, err
	}
	t.compare, t.settle, t.unchecked = cfg.Compare, cfg.SettleDelay, cfg.Unchecked
	return &FormSink[T]{target: t, cfg: cfg}, nil
}

// ProcessSinkConfig says how records become approvals.
type ProcessSinkConfig[T any] struct {
	FormUUID string // "" = the application's
	// Key is the text component that holds the business key: the record's key is
	// written there and looked up there. Required.
	Key string
	// Data makes the values of a record, as [EncodeForm] takes them, with or without
	// the key. nil: the record's value is them. An error makes the record a dead letter.
	Data         func(duijiesync.Record[T]) (any, error)
	ProcessCode  string            // "" = the form's own process
	DepartmentID string            // department of the starter; "" leaves it to the platform
	Approvers    []ChosenApprovers // chosen by the starter; v2.0 only
	// Update sets the values of instances that were started when their records
	// change, also of those under way and finished. Without it they stay as started.
	Update bool
	// SettleDelay is how long a start whose answer was lost may be missing in the index;
	// 0 = [IndexLag]. Lookups wait so long, and twice and four times so long again.
	SettleDelay time.Duration
	// Unchecked does not read the form's definition, one call, to see that it has the
	// components that are written. The platform may drop what the form lacks without a word.
	Unchecked bool
}

// ProcessSink starts approvals and finds them by their business key.
type ProcessSink[T any] struct {
	target[T]
	cfg ProcessSinkConfig[T]
}

// NewProcessSink makes a sink that starts one approval for each record. A record whose
// key an instance of the form has already is not started again. A start whose answer was
// lost is looked up by the key, after the index had time, before anything is sent.
//
// There is no batch: one start is one call, and one lookup another. Faults of the setup stop
// the run as those of [NewFormSink] do.
func NewProcessSink[T any](y *Yida, cfg ProcessSinkConfig[T]) (*ProcessSink[T], error) {
	t, err := newTarget(y, cfg.FormUUID, cfg.Key, cfg.Data)
	if err != nil {
		return nil, err
	}
	t.process, t.exists, t.settle, t.unchecked = true, !cfg.Update, cfg.SettleDelay, cfg.Unchecked
	return &ProcessSink[T]{target: t, cfg: cfg}, nil
}

// What the sinks are to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*FormSink[any])(nil)
	_ duijiesync.Finder[any] = (*FormSink[any])(nil)
	_ duijiesync.Limited     = (*FormSink[any])(nil)
	_ duijiesync.Sink[any]   = (*ProcessSink[any])(nil)
	_ duijiesync.Finder[any] = (*ProcessSink[any])(nil)
	_ duijiesync.Limited     = (*ProcessSink[any])(nil)
)

// target is a form with a business key.
type target[T any] struct {
	y         *Yida
	formUUID  string
	component string
	data      func(duijiesync.Record[T]) (any, error)
	process   bool
	exists    bool // what is there is not compared
	compare   []string
	settle    time.Duration
	unchecked bool
	check     *formCheck
	keyAlone  json.RawMessage // form data with the key's component only
}

func newTarget[T any](y *Yida, formUUID, key string, data func(duijiesync.Record[T]) (any, error)) (target[T], error) {
	t := target[T]{y: y, component: key, data: data}
	if y.err != nil {
		return t, y.err
	}
	var err error
	if t.formUUID, err = y.form(formUUID, "sink"); err != nil {
		return t, err
	}
	t.check = newFormCheck(y, t.formUUID)
	t.keyAlone, err = wire.Marshal(map[string]string{key: ""})
	if err != nil {
		return t, err
	}
	if kind, _ := kindOf(key); kind != "textField" && kind != "textareaField" {
		return t, invalid("sink", fmt.Sprintf("Key %q: the business key must be a text component, textField_...", key))
	}
	if data == nil {
		t.data = func(rec duijiesync.Record[T]) (any, error) { return rec.Value, nil }
	}
	return t, nil
}

// settleDelay is how long a write may be missing in the index.
func (t *target[T]) settleDelay() time.Duration {
	if t.settle == 0 {
		return IndexLag
	}
	return t.settle
}

// Limits are those of one form.
func (s *FormSink[T]) Limits() duijiesync.Limits {
	rows := s.cfg.Rows
	if rows == 0 {
		rows = DefaultBatchRows
	}
	// One batch at a time: two on one form exclude each other.
	return duijiesync.Limits{Rows: rows, FindRows: 20, Lanes: 1, SettleDelay: s.settleDelay()}
}

// Limits are few starts at a time.
func (s *ProcessSink[T]) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 10, FindRows: 20, Lanes: 4, SettleDelay: s.settleDelay()}
}

// wish is one record on its way, with the values that are sent for it.
type wish struct {
	at   int // in the records of the Write
	key  string
	id   string // in the target, "" for a new one
	data json.RawMessage
}

// wishes encodes the records of a Write; what can not be sent has its outcome.
func (t *target[T]) wishes(records []duijiesync.Record[T], out []duijiesync.Outcome) (created, known []wish) {
	for i, rec := range records {
		data, err := t.encode(rec)
		if err != nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: rec.Target.ID, Code: "data", Message: err.Error()}
			continue
		}
		w := wish{at: i, key: strings.Clone(rec.Key), id: strings.Clone(rec.Target.ID), data: data}
		if w.id == "" {
			created = append(created, w)
		} else {
			known = append(known, w)
		}
	}
	return created, known
}

// encode makes the values of a record, with its key.
func (t *target[T]) encode(rec duijiesync.Record[T]) (json.RawMessage, error) {
	if err := checkKey(rec.Key); err != nil {
		return nil, err
	}
	data, err := t.data(rec)
	if err != nil {
		return nil, err
	}
	text, err := EncodeForm(data)
	if err != nil {
		return nil, err
	}
	raw := json.RawMessage(text)
	switch has := member(raw, t.component); {
	case has == nil:
		key, err := wire.Marshal(rec.Key)
		if err != nil {
			return nil, err
		}
		name, err := wire.Marshal(t.component)
		if err != nil {
			return nil, err
		}
		rest := raw[1:]
		if len(rest) > 1 {
			rest = append([]byte{','}, rest...)
		}
		return append(append(append(append([]byte{'{'}, name...), ':'), key...), rest...), nil
	case rawText(has) != rec.Key && unquoted(has) != rec.Key:
		return nil, fmt.Errorf("dingtalk: component %s holds %s, and the record's key is %q: it would not be found again", t.component, wire.Excerpt(has), rec.Key)
	}
	return raw, nil
}

// unquoted is a text as it is, blanks included.
func unquoted(raw json.RawMessage) string {
	var s string
	_ = wire.Unmarshal(raw, &s)
	return s
}

// checkKey refuses keys that a search might not find as they were written.
func checkKey(key string) error {
	const longest = 200
	bad := func(what string) error {
		return fmt.Errorf("dingtalk: key %.60q %s, so it could not be looked up again: %w", key, what, duijie.ErrInvalid)
	}
	switch {
	case key == "":
		return bad("is empty")
	case strings.TrimSpace(key) != key:
		return bad("begins or ends with white space")
	case !utf8.ValidString(key):
		return bad("is not UTF-8")
	case utf8.RuneCountInString(key) > longest:
		return bad(fmt.Sprintf("has more than %d characters", longest))
	case strings.ContainsFunc(key, unicode.IsControl):
		return bad("holds a control character")
	}
	return nil
}

// outcome turns an error that speaks of a record into its outcome; others stop
// the run.
func (t *target[T]) outcome(ctx context.Context, w wish, err error) (duijiesync.Outcome, error) {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok {
		return duijiesync.Outcome{}, err
	}
	out := duijiesync.Outcome{TargetID: w.id, Code: e.Code, Message: firstOf(e.Message, err.Error())}
	if lacks, err := t.lacks(ctx, e, w); err != nil || lacks {
		return out, err
	}
	switch {
	case e.OutcomeUnknown:
		out.Kind = duijiesync.OutcomeUnknown
	case e.Class == duijie.ClassNotFound && w.id != "":
		out.Kind = duijiesync.OutcomeConflict // deleted in Yida: the engine looks it up by its key, and creates it
	case ofRecord(e):
		out.Kind = duijiesync.OutcomeRefused
	default:
		return out, stop(err)
	}
	return out, nil
}

// lacks is the error of a refusal for a component the form lacks, by the form's
// definition as it is now where that can be read.
func (t *target[T]) lacks(ctx context.Context, e *duijie.APIError, list ...wish) (bool, error) {
	if !mayLack(e) {
		return false, nil
	}
	known, err := t.check.missing(ctx, time.Now(), dataOf(list))
	switch {
	case errors.Is(err, ErrNoComponent):
		return true, duijiesync.Stop(fmt.Errorf("%w (%w)", err, e))
	case err == nil && known && !errors.Is(e, ErrNoComponent):
		return false, nil // it has them all, and the code has other reasons too
	}
	return true, stop(e)
}

// failToSave is a code for a component that is missing, among other reasons.
const failToSave = "invalidState.openSearch.failToSaveData"

func mayLack(e *duijie.APIError) bool {
	return !e.OutcomeUnknown && (errors.Is(e, ErrNoComponent) || e.Code == failToSave)
}

func dataOf(list []wish) []json.RawMessage {
	rows := make([]json.RawMessage, len(list))
	for i, w := range list {
		rows[i] = w.data
	}
	return rows
}

// fits stops a run whose records name components the form lacks.
func (t *target[T]) fits(ctx context.Context, rows ...json.RawMessage) error {
	if t.unchecked || len(rows) == 0 {
		return nil
	}
	err := t.check.check(ctx, rows...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return stop(err)
}

// ofRecord tells refusals of the data from those of the call as such.
func ofRecord(e *duijie.APIError) bool {
	if e.OutcomeUnknown || errors.Is(e.Err, ErrWrongFormKind) || errors.Is(e.Err, duijie.ErrRedirected) || e.StatusCode == 0 || e.StatusCode == 404 || e.StatusCode == 405 || e.Code == "" {
		return false
	}
	return e.Class == duijie.ClassRefused || e.Class == duijie.ClassInvalid && e.Code != "404"
}

// stop ends the run at an error that speaks of no record, so that the engine looks for
// no bad one.
func stop(err error) error {
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		return err
	}
	return duijiesync.Stop(err)
}

// each writes wishes one by one until an error that stops the run. Where some were
// written before it, it can not speak for all: the engine meets it again.
func each(ctx context.Context, list []wish, out []duijiesync.Outcome, began *bool, write func(context.Context, wish) (duijiesync.Outcome, error)) error {
	for n, w := range list {
		err := ctx.Err()
		if err == nil {
			out[w.at], err = write(ctx, w)
		}
		if err == nil {
			*began = true
			continue
		}
		for _, rest := range list[n:] {
			out[rest.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, TargetID: rest.id, Message: err.Error()}
		}
		return err
	}
	return nil
}
