package pipelinetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// sinkTest is one test of a sink.
type sinkTest[T any] struct {
	*testing.T
	suite  SinkSuite[T]
	lacks  lacks
	c      SinkCase[T]
	finder duijiesync.Finder[T] // nil without
	limits duijiesync.Limits    // with their defaults
}

func (s *sinkTest[T]) key(n int) string {
	if s.suite.Key != nil {
		return s.suite.Key(n)
	}
	return fmt.Sprintf("K%04d", n)
}

// record makes a record; every other one comes with its JSON.
func (s *sinkTest[T]) record(key string, contents int) duijiesync.Record[T] {
	r := duijiesync.Record[T]{Key: key, Value: s.suite.Value(key, contents), Version: 1}
	if len(key)%2 == 0 {
		r.Raw, _ = json.Marshal(r.Value)
	}
	return r
}

// records makes those from the first to before the last.
func (s *sinkTest[T]) records(first, last, contents int) []duijiesync.Record[T] {
	var out []duijiesync.Record[T]
	for n := first; n < last; n++ {
		r := s.record(s.key(n), contents)
		r.Raw = nil
		if n%2 == 0 {
			r.Raw, _ = json.Marshal(r.Value)
		}
		out = append(out, r)
	}
	return out
}

// write writes and holds the sink to what every write may expect. The records
// are spoilt when it returns, so that one who keeps them is found out.
func (s *sinkTest[T]) write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	s.Helper()
	n, before := len(records), recordTexts(records)
	out, err := s.c.Sink.Write(ctx, records)
	if !bytes.Equal(before, recordTexts(records)) {
		s.Error("Write changes the records, which are the engine's")
	}
	spoil(records)
	if len(out) != n && (err == nil || len(out) > 0) {
		s.Fatalf("Write gives %d outcomes for %d records", len(out), n)
	}
	return out, err
}

func recordTexts[T any](records []duijiesync.Record[T]) []byte {
	var b []byte
	for _, r := range records {
		b = fmt.Appendf(b, "%q %s %d %q %v %v\n", r.Key, text(r.Value), r.Version, r.Raw, r.Err, r.Target)
	}
	return b
}

func spoil[T any](records []duijiesync.Record[T]) {
	for i := range records {
		for j := range records[i].Raw {
			records[i].Raw[j] = '#'
		}
		records[i] = duijiesync.Record[T]{Key: "spoilt", Target: duijiesync.Target{ID: "spoilt"}}
	}
}

// create writes records as new ones, which must succeed, and gives the ids that
// an update of them takes.
func (s *sinkTest[T]) create(records []duijiesync.Record[T]) map[string]string {
	s.Helper()
	keys := keysOf(records)
	ids := map[string]string{}
	for start := 0; start < len(records); start += s.limits.Rows {
		end := min(start+s.limits.Rows, len(records))
		out, err := s.write(s.Context(), records[start:end])
		if err != nil {
			s.Fatalf("writing %d new records: %v", end-start, err)
		}
		for i, o := range out {
			key := keys[start+i]
			if o.Kind != duijiesync.OutcomeCreated {
				s.Fatalf("a new record %.100q: the outcome is %v: %s %s", key, o.Kind, o.Code, o.Message)
			}
			ids[key] = o.TargetID
			if o.TargetID == "" {
				ids[key] = key // the engine does so too
			}
		}
	}
	return ids
}

func keysOf[T any](records []duijiesync.Record[T]) []string {
	keys := make([]string, len(records))
	for i, r := range records {
		keys[i] = r.Key
	}
	return keys
}

// holds checks that the target has a key once, with these contents.
func (s *sinkTest[T]) holds(key string, contents int, when string) {
	s.Helper()
	if n := s.c.Count(key); n != 1 {
		s.Errorf("%s: the target has record %.100q %d times", when, key, n)
	} else if !s.c.Holds(key, s.suite.Value(key, contents)) {
		s.Errorf("%s: record %.100q has other contents than were written", when, key)
	}
}

// find looks up, which must succeed.
func (s *sinkTest[T]) find(records []duijiesync.Record[T]) []duijiesync.Found {
	s.Helper()
	before := recordTexts(records)
	found, err := s.finder.Find(s.Context(), records)
	if err != nil {
		s.Fatalf("looking %d records up, %.100q first: %v", len(records), records[0].Key, err)
	}
	if len(found) != len(records) {
		s.Fatalf("Find gives %d answers for %d records", len(found), len(records))
	}
	if !bytes.Equal(before, recordTexts(records)) {
		s.Error("Find changes the records, which are the engine's")
	}
	return found
}

// keyOnly are the records as the engine asks for them after a crash.
func keyOnly[T any](keys ...string) []duijiesync.Record[T] {
	var out []duijiesync.Record[T]
	for _, key := range keys {
		out = append(out, duijiesync.Record[T]{Key: key, Target: duijiesync.Target{KeyOnly: true}})
	}
	return out
}

// seen waits until lookups show the keys, as long as the engine would: for the
// SettleDelay, and twice and four times it.
func (s *sinkTest[T]) seen(keys ...string) {
	s.Helper()
	deadline := time.Now().Add(7 * s.limits.SettleDelay)
	missing := false
	eventually(func() bool {
		last := !time.Now().Before(deadline)
		missing = false
		for start := 0; start < len(keys); start += s.limits.FindRows {
			for _, f := range s.find(keyOnly[T](keys[start:min(start+s.limits.FindRows, len(keys))]...)) {
				missing = missing || f.Match == duijiesync.Absent
			}
		}
		return !missing || last
	})
	if missing {
		s.Errorf("a lookup does not show what was written seven SettleDelays before")
	}
}

// refusedWhole tells whether an error says that a bad record kept the write
// from being done.
func refusedWhole(err error) bool {
	return (errors.Is(err, duijie.ErrRefused) || errors.Is(err, duijie.ErrInvalid) || errors.Is(err, duijie.ErrConflict)) &&
		!errors.Is(err, duijie.ErrOutcomeUnknown) && !errors.Is(err, duijie.ErrRedirected)
}
