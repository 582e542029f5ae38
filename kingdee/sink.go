package kingdee

import (
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

// SaveSinkConfig says how records become saved records of a form.
type SaveSinkConfig[T any] struct {
	// Form is what is saved: FormCustomer, or Form{ID: "BD_Customer", Key:
	// "FCUSTID", Number: "FNumber"}. ID, Key and Number are required.
	Form Form
	// Options are the switches of every save. Their zero value leaves records unaudited.
	Options SaveOptions
	// Org narrows lookups to the number of one organisation. Form.Org is the field it is
	// compared with. "" = the one the model of each record names there by number;
	// required where a number exists in several and models name none.
	Org string
	// Model makes the model of a record: a *Model, a struct or raw JSON, without
	// the primary key, which the sink puts in. nil: the value is its own model. An
	// error makes the record a dead letter.
	Model func(duijiesync.Record[T]) (any, error)
	// Unchecked sends models without asking them: by default one that is a [Validator]
	// is, and what it lacks is a dead letter before anything is done to the record.
	// Forms that [Client] calls unchecked never are. Of an update only what is sent
	// counts.
	Unchecked bool
	// Compare are the field keys ("FName", "FGroup.FNumber") that tell whether a
	// stored record is already as it should be. nil: every plain field and
	// reference the model sets at its top level. Sub-heads can not be compared, lines
	// only with CompareLines: a record that has some is found as existing, and what
	// the ledger does not know unchanged is sent.
	//
	// Name all that may change, here and in CompareLines: a change of a field that is
	// not named is found as identical, and not written.
	Compare []string
	// UnAudit takes audited records (status C) back before they are updated.
	// Without it Kingdee's refusal is the outcome. Use AutoSubmitAndAudit in
	// Options to have them audited again.
	UnAudit bool
	// Lines says what an update does with lines of the model that name no stored line
	// (FEntryID). By default such an update is refused, because it would double
	// them; a record that is new has no such question.
	Lines LinePolicy
	// CompareLines are the lines to be compared with those stored, by entry key, and
	// the field keys that count: {"FSaleOrderEntry": {"FMaterialId.FNumber", "FQty"}}.
	// The order of lines does not count. Without it a record that has lines is
	// found as existing, never as identical.
	CompareLines map[string][]string
	// Draft stores drafts (暂存, status Z) instead, one call each and without the checks of
	// a save. What is no draft any more is left alone: a change of it is refused. It does not
	// go with UnAudit and Options.AutoSubmitAndAudit.
	Draft bool
	// SettleDelay is how long the server may still work on a save whose answer was
	// lost; 0 = 2 s.
	SettleDelay time.Duration
}

// SaveSink writes records to a form with BatchSave, finds them by number, and
// puts the primary key into updates. The key of a record is its number.
type SaveSink[T any] struct {
	c     *Client
	cfg   SaveSinkConfig[T]
	reuse bool // a record's Raw is its model
	check bool // models are asked to Validate
}

// What a SaveSink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*SaveSink[any])(nil)
	_ duijiesync.Finder[any] = (*SaveSink[any])(nil)
	_ duijiesync.Limited     = (*SaveSink[any])(nil)
)

// NewSaveSink makes a sink.
func NewSaveSink[T any](c *Client, cfg SaveSinkConfig[T]) (*SaveSink[T], error) {
	f := cfg.Form
	if f.ID == "" || !validName(f.Key) || !validName(f.Number) {
		return nil, fmt.Errorf("kingdee: sink of %s: Form needs ID, Key and Number: %w", cut(f.ID), duijie.ErrInvalid)
	}
	if cfg.Org != "" && !validName(f.Org) {
		return nil, fmt.Errorf("kingdee: sink of %s: Org is set, so Form.Org must name its field: %w", cut(f.ID), duijie.ErrInvalid)
	}
	for _, field := range cfg.Compare {
		if err := checkField(field); err != nil {
			return nil, err
		}
	}
	if err := checkLineFields(cfg.CompareLines); err != nil {
		return nil, err
	}
	if cfg.Lines == AddLines && (cfg.Compare == nil || len(cfg.CompareLines) == 0) {
		return nil, fmt.Errorf("kingdee: sink of %s: AddLines needs Compare and CompareLines: else a lost answer has lines added twice: %w", cut(f.ID), duijie.ErrInvalid)
	}
	if cfg.Draft && (cfg.UnAudit || cfg.Options.AutoSubmitAndAudit) {
		return nil, fmt.Errorf("kingdee: sink of %s: a draft is not audited: leave UnAudit and AutoSubmitAndAudit out: %w", cut(f.ID), duijie.ErrInvalid)
	}
	s := &SaveSink[T]{c: c, cfg: cfg, check: !cfg.Draft && !cfg.Unchecked && !uncheckedForm(f.ID)}
	if cfg.Model == nil {
		s.reuse = reusable(reflect.TypeFor[T]())
		s.cfg.Model = func(rec duijiesync.Record[T]) (any, error) { return rec.Value, nil }
	}
	return s, nil
}

// Limits are the platform's.
func (s *SaveSink[T]) Limits() duijiesync.Limits {
	rows := BatchRows
	if s.cfg.Draft {
		rows = 1
	}
	return duijiesync.Limits{Rows: rows, FindRows: 100, Lanes: 4, SettleDelay: s.cfg.SettleDelay}
}

// model makes the model of a record as JSON.
func (s *SaveSink[T]) model(rec duijiesync.Record[T]) (json.RawMessage, error) {
	if s.reuse && rec.Raw != nil {
		return rec.Raw, nil // the engine encoded it already
	}
	v, err := s.cfg.Model(rec)
	if err != nil {
		return nil, err
	}
	return modelJSON(v)
}

// checked is the model of a record that has been asked whether it is complete.
func (s *SaveSink[T]) checked(rec duijiesync.Record[T]) (json.RawMessage, error) {
	if !s.check {
		return s.model(rec)
	}
	v, err := s.cfg.Model(rec)
	if err != nil {
		return nil, err
	}
	if err := checkModel(s.cfg.Form, v, rec.Target.ID != ""); err != nil {
		return nil, err
	}
	if s.reuse && rec.Raw != nil {
		return rec.Raw, nil
	}
	return modelJSON(v)
}

// reusable tells whether the JSON the engine made of a T may be sent as it is:
// a type that can hold a map, or embeds a model, has to be looked at value by value.
func reusable(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.Implements(marshalerType) && !mayEmbed(t)
}

// storedStatus is FDocumentStatus, which Find hands to Write in Found.Note.
type storedStatus string

const audited storedStatus = "C"

// Write saves records in one BatchSave, in two where some need their lines
// replaced; audited ones are un-audited first where the config says so, but none
// that can not be sent.
func (s *SaveSink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	models, options := make([]json.RawMessage, len(records)), make([]SaveOptions, len(records))
	var sendable []int
	for i, rec := range records {
		var err error
		if models[i], options[i], err = s.ready(rec); err != nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: rec.Target.ID, Code: "model", Message: err.Error()}
			continue
		}
		sendable = append(sendable, i)
	}
	if s.cfg.Draft {
		return s.drafts(ctx, records, sendable, out, func(i int) SaveRequest {
			return SaveRequest{FormID: s.cfg.Form.ID, Model: models[i], SaveOptions: options[i]}
		})
	}
	held, err := s.unAudit(ctx, records, sendable)
	if err != nil {
		return nil, err
	}
	var parts [2]saving // the second replaces lines
	for _, i := range sendable {
		if refusal, isHeld := held[i]; isHeld {
			out[i] = refusal
			continue
		}
		part := &parts[0]
		if options[i].DeleteEntries != s.cfg.Options.DeleteEntries {
			part = &parts[1]
		}
		part.o = options[i]
		part.models = append(part.models, models[i])
		part.sent = append(part.sent, i)
	}
	written := false
	for _, p := range parts {
		if len(p.models) == 0 {
			continue
		}
		err := s.save(ctx, records, p, out)
		switch {
		case err != nil && !written:
			return nil, err
		case err != nil: // it does not speak for what is written; the engine meets the reason again
			p.retry(out, err)
		}
		written = true
	}
	return out, nil
}

// saving is what goes into one BatchSave.
type saving struct {
	o      SaveOptions
	models []any
	sent   []int // places in the records of Write
}

func (p saving) part(from, to int) saving {
	return saving{p.o, p.models[from:to], p.sent[from:to]}
}

// retry leaves the records to another Write.
func (p saving) retry(out []duijiesync.Outcome, err error) {
	for _, i := range p.sent {
		out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Message: err.Error()}
	}
}

// ready makes the model of a record as it is sent, and the options it needs.
func (s *SaveSink[T]) ready(rec duijiesync.Record[T]) (json.RawMessage, SaveOptions, error) {
	o := s.cfg.Options
	if err := checkNumber(rec.Key); err != nil { // what can not be looked up must not be written
		return nil, o, err
	}
	model, err := s.checked(rec)
	if err != nil {
		return nil, o, err
	}
	if rec.Target.ID != "" {
		if o, err = s.cfg.Lines.apply(o, model); err != nil {
			return nil, o, err
		}
		if s.cfg.Lines == AddLines && !o.DeleteEntries {
			for _, entry := range unnamedLines(model, o.UpdateFields) {
				if s.lineFields(entry) == nil {
					return nil, o, fmt.Errorf("kingdee: lines of %s would be added and are not in CompareLines: a lost answer has them added twice: %w", entry, duijie.ErrInvalid)
				}
			}
		}
	}
	model, err = keyedModel(s.cfg.Form, rec.Target.ID, rec.Key, model)
	return model, o, err
}

// checkNumber refuses numbers that a lookup would not find as they were saved:
// the server trims what it saves, and compares without the blanks at the end
// alone. Where nothing is left it draws a number of its own.
func checkNumber(number string) error {
	bare := strings.TrimRight(number, " ")
	if bare == "" || strings.TrimSpace(bare) != bare {
		return fmt.Errorf("kingdee: number %q begins or ends with white space, which the server takes away: trim it in the source's key: %w", cut(number), duijie.ErrInvalid)
	}
	_, err := quote(number)
	return err
}

// save saves models in one call. Where others of the batch were held back, it
// parts a refusal of the rest itself: to the engine it would not speak for all.
func (s *SaveSink[T]) save(ctx context.Context, records []duijiesync.Record[T], p saving, out []duijiesync.Outcome) error {
	res, err := s.c.BatchSave(ctx, BatchSaveRequest{FormID: s.cfg.Form.ID, Models: p.models, SaveOptions: p.o})
	if err == nil {
		for n, row := range res.Rows {
			out[p.sent[n]] = outcome(row, records[p.sent[n]].Target.ID)
		}
		return nil
	}
	err = s.separable(err)
	if !refusedWhole(err) || len(p.sent) == 1 || len(p.sent) == len(records) {
		return s.failed(out, p.sent, len(records), err)
	}
	half := len(p.sent) / 2
	for _, some := range []saving{p.part(0, half), p.part(half, len(p.sent))} {
		if err := s.save(ctx, records, some, out); err != nil {
			some.retry(out, err) // nothing was saved; the engine meets the reason again
		}
	}
	return nil
}

// separable takes the doubt out of the refusal of a batch by a server that names no
// successes, so that the bad record is found: saving a stored one again is refused
// for its number, or changes nothing, unless lines are added.
func (s *SaveSink[T]) separable(err error) error {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok || e.Hint != hintUnnamed || s.cfg.Lines == AddLines {
		return err
	}
	plain := *e
	plain.OutcomeUnknown = false
	return &plain
}

// refusedWhole: nothing was saved because of at least one of the records.
func refusedWhole(err error) bool {
	refused := errors.Is(err, duijie.ErrRefused) || errors.Is(err, duijie.ErrInvalid) || errors.Is(err, duijie.ErrConflict)
	return refused && !errors.Is(err, duijie.ErrOutcomeUnknown)
}

// failed turns an error of the call into outcomes where it does not speak for
// all records, or where it only asks for patience.
func (s *SaveSink[T]) failed(out []duijiesync.Outcome, sent []int, all int, err error) error {
	e, ok := errors.AsType[*duijie.APIError](err)
	locked := ok && e.Code == "13" && !e.OutcomeUnknown
	unknown := errors.Is(err, duijie.ErrOutcomeUnknown)
	refused := refusedWhole(err)
	if !locked && (len(sent) == all || !unknown && !refused) {
		return err
	}
	o := duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable}
	switch {
	case unknown:
		o.Kind = duijiesync.OutcomeUnknown
	case refused:
		o.Kind = duijiesync.OutcomeRefused
	}
	if ok {
		o.Code, o.Message = e.Code, e.Message
	}
	for _, i := range sent {
		out[i] = o
	}
	return nil
}

// keyedModel is a model with the primary key of an update in front, and no
// other, and with its number where it has none: the server would draw one, and the
// record would never be found again. A number other than the record's is a
// mistake.
func keyedModel(form Form, id, number string, model json.RawMessage) (json.RawMessage, error) {
	stated, has := modelField(model, form.Number)
	if !stated.IsBlank() && !strings.EqualFold(strings.TrimRight(stated.Text(), " "), strings.TrimRight(number, " ")) {
		return nil, fmt.Errorf("kingdee: the model has the number %s, the record the key %s: %w", cut(stated.Text()), cut(number), duijie.ErrInvalid)
	}
	if id == "" && has && !stated.IsBlank() && !hasMember(model, form.Key) {
		return model, nil
	}
	out := append(make(json.RawMessage, 0, len(model)+len(form.Key)+len(id)+len(form.Number)+len(number)+16), '{')
	var err error
	add := func(key string, value any) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		raw, valid := value.(json.RawMessage)
		switch {
		case err != nil:
		case valid:
			if out, err = wire.AppendText(out, key); err == nil {
				out = append(append(out, ':'), raw...)
			}
		default:
			out, err = appendMember(out, key, value)
		}
	}
	if id != "" {
		add(form.Key, idValue(id))
	}
	if !has {
		add(form.Number, number)
	}
	for m := range wire.Walk(model) {
		switch {
		case strings.EqualFold(string(m.Key), form.Key):
		case strings.EqualFold(string(m.Key), form.Number) && stated.IsBlank():
			add(string(m.Key), number)
		default:
			add(string(m.Key), m.Value)
		}
	}
	return append(out, '}'), err
}

// modelField is a member of a model; false when it has none of the name.
func modelField(model json.RawMessage, key string) (Cell, bool) {
	for m := range wire.Walk(model) {
		if strings.EqualFold(string(m.Key), key) {
			return Cell(m.Value), true
		}
	}
	return nil, false
}

func hasMember(model json.RawMessage, key string) bool {
	for m := range wire.Walk(model) {
		if strings.EqualFold(string(m.Key), key) {
			return true
		}
	}
	return false
}

// idValue is a primary key as JSON: a number where it is one.
func idValue(id string) any {
	if _, ok := keyNumber(Cell(id)); ok {
		return json.RawMessage(id)
	}
	return id
}

// outcome is the verdict on one row, in the words of sync.
func outcome(row RowResult, target string) duijiesync.Outcome {
	o := duijiesync.Outcome{TargetID: row.ID, Code: row.Code}
	if o.TargetID == "" {
		o.TargetID = target
	}
	if len(row.Errors) > 0 {
		first := row.Errors[0]
		o.Field, o.Message = first.Field, first.Message
		if more := row.Errors[1:]; len(more) > 0 {
			o.Message += "; " + joinErrors(more)
		}
	}
	switch row.Status {
	case RowSaved:
		o.Kind = duijiesync.OutcomeCreated
		if target != "" {
			o.Kind = duijiesync.OutcomeUpdated
		}
	case RowRefused:
		o.Kind = duijiesync.OutcomeRefused
	case RowDuplicate:
		o.Kind = duijiesync.OutcomeRefused // an update that wants another record's number
		if target == "" {
			o.Kind = duijiesync.OutcomeConflict
		}
	case RowLocked:
		o.Kind = duijiesync.OutcomeRetryable
	default:
		o.Kind = duijiesync.OutcomeUnknown
	}
	return o
}

// unAudit makes audited records changeable. Nothing is saved yet, so whatever
// goes wrong is settled by reading the status again: held are the records that
// must not be sent, with their outcomes.
func (s *SaveSink[T]) unAudit(ctx context.Context, records []duijiesync.Record[T], sendable []int) (map[int]duijiesync.Outcome, error) {
	if !s.cfg.UnAudit {
		return nil, nil
	}
	status, err := s.auditStatus(ctx, records, sendable)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, i := range sendable {
		if id := records[i].Target.ID; id != "" && status[id] == audited {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	res, err := s.c.UnAudit(ctx, StatusRequest{FormID: s.cfg.Form.ID, IDs: ids})
	if err == nil && len(res.Succeeded) == len(ids) {
		return nil, nil
	}
	refusal := duijiesync.Outcome{Kind: duijiesync.OutcomeRefused}
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		refusal.Code, refusal.Message = e.Code, e.Message
		if !errors.Is(err, duijie.ErrRefused) && !errors.Is(err, duijie.ErrNotFound) {
			refusal.Kind = duijiesync.OutcomeRetryable
		}
		if e.Class == duijie.ClassUnauthenticated || e.Class == duijie.ClassPermission || noSuchService(err) {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	if res != nil {
		refusal.Code, refusal.Message = res.Code, joinErrors(res.Errors)
	}
	return s.stillAudited(ctx, records, ids, refusal)
}

// stillAudited reads the status of ids again; those that are audited still are
// held back.
func (s *SaveSink[T]) stillAudited(ctx context.Context, records []duijiesync.Record[T], ids []string, refusal duijiesync.Outcome) (map[int]duijiesync.Outcome, error) {
	now, err := s.readStatus(ctx, ids)
	if err != nil {
		return nil, err
	}
	held := map[int]duijiesync.Outcome{}
	for i, rec := range records {
		if rec.Target.ID != "" && now[rec.Target.ID] == audited {
			refusal.TargetID = rec.Target.ID
			held[i] = refusal
		}
	}
	return held, nil
}

// auditStatus is the status of the records that exist: from Find where it is
// known, else read now.
func (s *SaveSink[T]) auditStatus(ctx context.Context, records []duijiesync.Record[T], sendable []int) (map[string]storedStatus, error) {
	known := map[string]storedStatus{}
	var ask []string
	for _, i := range sendable {
		rec := &records[i]
		if rec.Target.ID == "" {
			continue
		}
		if st, ok := rec.Target.Note.(storedStatus); ok {
			known[rec.Target.ID] = st
		} else {
			ask = append(ask, rec.Target.ID)
		}
	}
	if len(ask) == 0 {
		return known, nil
	}
	read, err := s.readStatus(ctx, ask)
	if err != nil {
		return nil, err
	}
	for id, st := range read {
		known[id] = st
	}
	return known, nil
}

func (s *SaveSink[T]) readStatus(ctx context.Context, ids []string) (map[string]storedStatus, error) {
	list := make([]string, len(ids))
	for i, id := range ids {
		text, err := keyText(id)
		if err != nil {
			return nil, err
		}
		list[i] = text
	}
	rows, err := s.c.Query(ctx, Query{
		FormID: s.cfg.Form.ID, Fields: []string{s.cfg.Form.Key, statusField},
		Filter: s.cfg.Form.Key + " in (" + strings.Join(list, ",") + ")", Order: s.cfg.Form.Key + " ASC",
	})
	if err != nil {
		return nil, err
	}
	out := map[string]storedStatus{}
	for _, row := range rows {
		out[row[0].Text()] = storedStatus(row[1].Text())
	}
	return out, nil
}

func keyText(id string) (string, error) {
	if _, ok := keyNumber(Cell(id)); ok {
		return id, nil
	}
	return quote(id)
}
