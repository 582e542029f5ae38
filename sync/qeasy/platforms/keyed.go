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
}

func newKeyedSink(to targetSink, rows int, strip []string, numberMember string) *keyedSink {
	return &keyedSink{
		to: to, rows: rows,
		body:   func(w qeasy.Write) (json.RawMessage, error) { return without(w.Request, strip) },
		number: func(body json.RawMessage) string { return textOf(body, numberMember) },
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
		key := rec.Key
		if s.fold {
			key = strings.ToLower(key)
		}
		if err == nil && taken[key] {
			err = errors.New("another record of this call has the same number " + rec.Key + ": one would overwrite the other")
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
	if err != nil && len(sent) < len(records) {
		// The error does not speak for those refused here.
		return parted(out, at, err), nil
	}
	if err != nil {
		return nil, err
	}
	for n, o := range done {
		out[at[n]] = o
	}
	return out, nil
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

// Find looks records up by their numbers. After a crash only their keys are known,
// by which the target can not be asked: those that were new are called absent, and looked
// up by number before anything is sent for them; those that were there stay in doubt
// until then.
func (s *keyedSink) Find(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Found, error) {
	out := make([]duijiesync.Found, len(records))
	var asked []duijiesync.Record[json.RawMessage]
	var at []int
	for i := range records {
		if records[i].Target.KeyOnly {
			if id := records[i].Target.ID; id != "" {
				out[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: id}
			}
			continue
		}
		rec, err := s.record(&records[i])
		if err != nil {
			out[i].Err = err
			continue
		}
		asked, at = append(asked, rec), append(at, i)
	}
	if len(asked) == 0 {
		return out, nil
	}
	found, err := s.to.Find(ctx, asked)
	if err != nil {
		return nil, err
	}
	for n, f := range found {
		out[at[n]] = f
	}
	return out, nil
}

// What a keyedSink is to a pipeline.
var (
	_ duijiesync.Sink[qeasy.Write]   = (*keyedSink)(nil)
	_ duijiesync.Finder[qeasy.Write] = (*keyedSink)(nil)
	_ duijiesync.Limited             = (*keyedSink)(nil)
)
