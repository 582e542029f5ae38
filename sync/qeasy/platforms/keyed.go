package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// targetSink is what the clients' sinks are.
type targetSink interface {
	duijiesync.Sink[json.RawMessage]
	duijiesync.Finder[json.RawMessage]
	duijiesync.Limited
}

// keyedSink hands writes to a client's sink, which knows records by a number of
// what is written; the scheme's key of a record may be another. A record without number
// is refused: it could not be found again.
type keyedSink struct {
	to   targetSink
	rows int // records per call at most
	// body makes what is sent of a request.
	body func(qeasy.Write) (json.RawMessage, error)
	// number is the number in it.
	number func(body json.RawMessage) string
	fold   bool // numbers that differ in case alone are one
	// keys looks records up of which only the key is known; nil where the number is
	// another text, so that the target can not be asked.
	keys   duijiesync.Finder[json.RawMessage]
	claims *claims // who has a number; nil where two keys never have one
}

func newKeyedSink(to targetSink, rows int, strip []string, numberMember string) *keyedSink {
	return &keyedSink{
		to: to, rows: rows,
		body:   func(w qeasy.Write) (json.RawMessage, error) { return without(w.Request, strip) },
		number: func(body json.RawMessage) string { return textOf(body, numberMember) },
	}
}

// known says what the field of the number tells of keys: where it holds the key itself
// keys are looked up, else two records may come to one number, which is watched for.
func (s *keyedSink) known(f *findings, spec *qeasy.SinkSpec, number *qeasy.Field, keys duijiesync.Finder[json.RawMessage]) {
	same := spec.IsKey(number)
	if same {
		s.keys = keys
	}
	if !same || s.fold {
		s.claims = newClaims(mostClaims)
	}
	switch {
	case !same:
		f.note(number.Path, number.Name, "it is not the record's id: two records that come to one number would overwrite each other. The second is refused "+
			"while this process remembers the first (the last %d numbers); after a restart it is not, so make sure that no two records share a number", mostClaims)
	case s.keys == nil:
		f.note(number.Path, number.Name, "after a crash records are not looked up by their ids alone: one number may be in several organisations, "+
			"and no constant of the half names the one that is meant")
	}
}

// Limits are those of the client's sink, and no more records in a call than the
// scheme says. Lookups after a crash wait as long as the target may be working.
func (s *keyedSink) Limits() duijiesync.Limits {
	l := s.to.Limits()
	l.Rows = min(s.rows, l.Rows)
	return l
}

var errNoNumber = errors.New("the number by which the record is found again in the target is empty")

// record is a write as the client's sink knows it.
func (s *keyedSink) record(rec *duijiesync.Record[qeasy.Write]) (duijiesync.Record[json.RawMessage], error) {
	body, err := s.body(rec.Value)
	if err != nil {
		return duijiesync.Record[json.RawMessage]{}, err
	}
	number := s.number(body)
	if strings.TrimSpace(number) == "" {
		return duijiesync.Record[json.RawMessage]{}, errNoNumber
	}
	return duijiesync.Record[json.RawMessage]{Key: number, Value: body, Version: rec.Version, Force: rec.Force, Target: rec.Target}, nil
}

// Write refuses records without a number, and those whose number another one of
// the call has; the others go.
func (s *keyedSink) Write(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	var sent []duijiesync.Record[json.RawMessage]
	var at []int
	taken := map[string]bool{}
	for i := range records {
		rec, err := s.record(&records[i])
		key := s.folded(rec.Key)
		if err == nil && taken[key] {
			err = errors.New("another record of this call has the same number " + rec.Key + ": one would overwrite the other")
		}
		if err == nil {
			err = s.claims.take(key, records[i].Key)
		}
		if err != nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: records[i].Target.ID, Code: "number", Message: err.Error()}
			continue
		}
		taken[key] = true
		sent, at = append(sent, rec), append(at, i)
	}
	if len(sent) == 0 {
		return out, nil
	}
	done, err := s.to.Write(ctx, sent)
	if err != nil {
		if !errors.Is(err, duijie.ErrOutcomeUnknown) {
			for n := range sent {
				s.claims.release(s.folded(sent[n].Key), records[at[n]].Key)
			}
		}
		if len(sent) < len(records) {
			// The error does not speak for those refused here.
			return parted(out, at, err), nil
		}
		return nil, err
	}
	for n, o := range done {
		out[at[n]] = o
		if sent[n].Target.ID == "" && (o.Kind == duijiesync.OutcomeRefused || o.Kind == duijiesync.OutcomeRetryable) {
			s.claims.release(s.folded(sent[n].Key), records[at[n]].Key)
		}
	}
	return out, nil
}

// folded is a number as it is compared.
func (s *keyedSink) folded(number string) string {
	if s.fold {
		return strings.ToLower(number)
	}
	return number
}

// parted gives an error that is about some of the records to these; the others have
// their outcomes. What was not written is written again alone.
func parted(out []duijiesync.Outcome, at []int, err error) []duijiesync.Outcome {
	o := duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Message: err.Error()}
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		o.Kind = duijiesync.OutcomeUnknown
	}
	for _, i := range at {
		out[i] = o
	}
	return out
}

// Find looks records up by their numbers. After a crash only their keys are known:
// where the number is the key the target is asked by it. Else those that were new are called
// absent, and looked up by number before anything is sent for them; those that were
// there stay in doubt until then.
func (s *keyedSink) Find(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Found, error) {
	out := make([]duijiesync.Found, len(records))
	var asked, keys asking
	for i := range records {
		if target := records[i].Target; target.KeyOnly {
			switch {
			case s.keys != nil:
				keys.add(duijiesync.Record[json.RawMessage]{Key: records[i].Key, Target: target}, i)
			case target.ID != "":
				out[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: target.ID}
			}
			continue
		}
		rec, err := s.record(&records[i])
		if err != nil {
			out[i].Err = err
			continue
		}
		asked.add(rec, i)
	}
	if err := keys.find(ctx, s.keys, out); err != nil {
		return nil, err
	}
	if err := asked.find(ctx, s.to, out); err != nil {
		return nil, err
	}
	for n, i := range asked.at {
		if out[i].Match == duijiesync.Identical {
			s.claims.note(s.folded(asked.records[n].Key), records[i].Key)
		}
	}
	return out, nil
}

// asking is a part of the records of a Find.
type asking struct {
	records []duijiesync.Record[json.RawMessage]
	at      []int // their places
}

func (a *asking) add(rec duijiesync.Record[json.RawMessage], at int) {
	a.records, a.at = append(a.records, rec), append(a.at, at)
}

func (a *asking) find(ctx context.Context, in duijiesync.Finder[json.RawMessage], out []duijiesync.Found) error {
	if len(a.records) == 0 {
		return nil
	}
	found, err := in.Find(ctx, a.records)
	if err != nil {
		return err
	}
	for n, f := range found {
		out[a.at[n]] = f
	}
	return nil
}

// What a keyedSink is to a pipeline.
var (
	_ duijiesync.Sink[qeasy.Write]   = (*keyedSink)(nil)
	_ duijiesync.Finder[qeasy.Write] = (*keyedSink)(nil)
	_ duijiesync.Limited             = (*keyedSink)(nil)
)
