package jdy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/same"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// stored is what a lookup learnt, handed to Write in Found.Note.
type stored struct{ audited bool }

// statusMember tells whether a bill is audited; master data has none.
const statusMember = "bill_status"

const auditedStatus = "C"

// Find looks records up by number: bills with the exact filter of their list,
// where there is one, and the rest by their detail.
func (s *Sink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	if len(records) == 0 {
		return nil, nil
	}
	out := make([]duijiesync.Found, len(records))
	for i, rec := range records {
		if checkNumber(rec.Key) != nil {
			continue // no record has such a number: Write refuses it
		}
		raw, err := s.lookup(ctx, rec.Key)
		_, unclear := errors.AsType[ambiguous](err)
		switch {
		case unclear:
			out[i].Err = err
		case err != nil:
			return nil, fmt.Errorf("jdy: look records up: %w", stop(err))
		case raw != nil:
			out[i] = s.found(rec, raw)
		}
	}
	return out, nil
}

// ambiguous: the platform has several records with the number.
type ambiguous struct{ text string }

func (e ambiguous) Error() string { return e.text }

// lookup reads the record with a number, nil when there is none. Only a plain
// answer counts as none.
func (s *Sink[T]) lookup(ctx context.Context, number string) (json.RawMessage, error) {
	if list := s.kind.list(); list.ByBillNo && s.kind.number() == "bill_no" || s.kind.number() == sourceBillNo {
		id, err := s.listed(ctx, list, number)
		if err != nil || id == "" {
			return nil, err
		}
		raw, err := s.detail(ctx, "id", id)
		if err == nil && raw == nil {
			return nil, ambiguous{fmt.Sprintf("jdy: the list shows number %s with id %s, and the platform has no record with that id", number, id)}
		}
		return raw, err
	}
	raw, err := s.detail(ctx, "number", number)
	if err != nil || raw == nil {
		return nil, err
	}
	if has := memberText(raw, s.kind.number()); has != "" && has != number {
		return nil, ambiguous{fmt.Sprintf("jdy: asked for number %s, the platform answers the record with number %s", number, has)}
	}
	return raw, nil
}

func (s *Sink[T]) detail(ctx context.Context, by, value string) (json.RawMessage, error) {
	raw, err := s.kind.fetch(ctx, s.client, by, value, nil)
	if notFound(err) {
		return nil, nil
	}
	if err == nil && memberText(raw, "id") == "" {
		if emptyForm(raw) {
			return nil, nil
		}
		return nil, oddAnswer(s.kind.detail().Path, "the answer is neither a record nor an empty one")
	}
	return raw, err
}

// emptyForm tells a record none of whose members says anything.
func emptyForm(raw json.RawMessage) bool {
	if _, has := members(raw)["id"]; !has {
		return false
	}
	return memberText(raw, "number") == "" && memberText(raw, "bill_no") == ""
}

// oddAnswer is the error of an answer that tells nothing.
func oddAnswer(path, what string) error {
	return &duijie.APIError{Platform: platform, Op: path, Class: duijie.ClassUnavailable, Err: duijie.ErrMalformedAnswer, Message: what}
}

// listed is the id of the bill with a number, "" when there is none. A platform
// that ignored the filter would answer other bills.
func (s *Sink[T]) listed(ctx context.Context, list *Operation, number string) (string, error) {
	l := newLister(s.client, list, Query{Filter: Filter{s.kind.number(): number}}, nil)
	p, err := l.fetch(ctx, 1)
	if err != nil {
		return "", err
	}
	var ids []string
	for _, row := range p.rows {
		if id := memberText(row, "id"); memberText(row, s.kind.number()) == number && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	switch {
	case slices.Contains(ids, ""):
		return "", oddAnswer(list.Path, "the list shows number "+number+" without an id")
	case p.count > int64(len(p.rows)) && p.last(), p.count < 0 && p.pages < 0 && len(p.rows) == 0:
		return "", oddAnswer(list.Path, "the list does not show what it counts, or is none")
	case len(ids) == 1:
		return ids[0], nil
	case len(ids) > 1:
		return "", ambiguous{fmt.Sprintf("jdy: %d records have the number %s", len(ids), number)}
	case !p.last():
		return "", ambiguous{fmt.Sprintf("jdy: the list ignores the filter on %s, so number %s can not be looked up", s.kind.number(), number)}
	}
	return "", nil
}

// found says how a stored record differs from what a record would write.
func (s *Sink[T]) found(rec duijiesync.Record[T], raw json.RawMessage) duijiesync.Found {
	m := members(raw)
	status := scalar(m[statusMember])
	out := duijiesync.Found{Match: duijiesync.Exists, TargetID: scalar(m["id"]), Note: stored{audited: status == auditedStatus}}
	if rec.Target.KeyOnly {
		return out
	}
	model, err := s.model(rec)
	if err != nil {
		return out // Write refuses it with the reason
	}
	whole := true
	for member := range wire.Walk(model) {
		name := string(member.Key)
		if name == s.kind.number() || name == "id" || name == s.kind.step() || name == "ignore_warn" || name == s.kind.External ||
			s.cfg.Compare != nil && !slices.Contains(s.cfg.Compare, name) {
			continue
		}
		has, there := m[name]
		if !there || !isScalar(member.Value) || !isScalar(has) {
			whole = false
			continue
		}
		if !s.sameMember(has, member.Value) {
			out.Changes = append(out.Changes, duijiesync.Change{Field: name, Old: s.readable(has), New: scalar(member.Value)})
		}
	}
	if s.cfg.Audit && status != "" && status != auditedStatus {
		out.Changes = append(out.Changes, duijiesync.Change{Field: statusMember, Old: status, New: auditedStatus})
	}
	switch {
	case len(out.Changes) > 0:
		out.Match = duijiesync.Different
	case whole:
		out.Match = duijiesync.Identical
	}
	return out
}

func isScalar(v json.RawMessage) bool {
	c := wire.First(v)
	return c != '{' && c != '['
}

// readable is a stored scalar, decrypted where it is a private field.
func (s *Sink[T]) readable(v json.RawMessage) string { return s.client.Decrypt(scalar(v)) }

// sameMember compares a stored scalar with one to be written; null is "". The
// platform answers numbers as text and bools as 0 and 1: the kind that is sent decides.
func (s *Sink[T]) sameMember(stored, wanted json.RawMessage) bool {
	old := s.readable(stored)
	if old == scalar(wanted) {
		return true
	}
	if wire.First(stored) == '"' { // it may have been encrypted
		stored, _ = wire.Marshal(old)
	}
	return same.Scalar(stored, wanted)
}

// takeBack un-audits a record so that it can be updated. taken tells that it did,
// held that out has the record's outcome already. Nothing is saved yet.
func (s *Sink[T]) takeBack(ctx context.Context, w wish, out *duijiesync.Outcome) (taken, held bool, err error) {
	note, known := w.target.Note.(stored)
	if !known {
		raw, err := s.detail(ctx, "id", w.target.ID)
		if err != nil {
			return false, false, err
		}
		note.audited = memberText(raw, statusMember) == auditedStatus
	}
	if !note.audited {
		return false, false, nil
	}
	_, err = s.client.Operate(ctx, OperateRequest{Entity: s.kind.Entity, Type: OperateUnaudit, IDs: []string{w.target.ID}})
	if err == nil {
		return true, false, nil
	}
	// Whatever was lost or refused, the state now is what counts.
	raw, readErr := s.detail(ctx, "id", w.target.ID)
	switch {
	case readErr != nil:
		return false, false, readErr
	case memberText(raw, statusMember) != auditedStatus:
		return true, false, nil
	}
	if err := s.failed(w, err, out); err != nil {
		return false, false, err
	}
	if out.Kind == duijiesync.OutcomeUnknown {
		out.Kind = duijiesync.OutcomeRetryable // nothing was saved
	}
	return false, true, nil
}

// writeBulk saves new records in one call and parts their outcomes.
func (s *Sink[T]) writeBulk(ctx context.Context, list []wish, out []duijiesync.Outcome) error {
	op := operationOf("POST", s.kind.BatchPath)
	bodies := make([]json.RawMessage, len(list))
	for i, w := range list {
		bodies[i] = w.body
	}
	body, err := marshal(map[string]any{firstOf(op.Batch, "data"): bodies})
	if err != nil {
		return err
	}
	e, err := s.client.send(ctx, &request{op: op, body: body}, duijie.CallOptions{})
	results := readBatch(e.data, len(list))
	if err != nil && !isPartial(err) {
		return err
	}
	for i, w := range list {
		switch r := results[i]; {
		case !r.told:
			out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, Message: "the answer has no row for this record"}
		case r.failed:
			out[w.at] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Message: r.message}
			s.known(ctx, w, &out[w.at])
		default:
			out[w.at] = done(w, r.id)
		}
	}
	return nil
}
