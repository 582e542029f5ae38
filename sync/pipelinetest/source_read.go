package pipelinetest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	stdsync "sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func testNothingBeforeTheRange[T any](s *sourceTest[T]) {
	s.lacks.need(s.T, Requests, s.c.Requests != nil)
	before := s.c.Requests()
	seq := s.c.Source.Read(s.Context(), "")
	_ = s.c.Source.Read(s.Context(), "") // never ranged over
	if n := s.c.Requests() - before; n != 0 {
		s.Errorf("%d requests before the range starts", n)
	}
	s.drain(seq, upTo(1))
	if s.c.Requests() == before {
		s.Error("a batch without a request: Requests does not count")
	}
}

func testSourceRecords[T any](s *sourceTest[T]) {
	all := s.all()
	versions := map[string]int64{}
	versioned := false
	for _, b := range all.batches {
		for _, rec := range b.Records {
			if rec.Key == "" {
				s.Errorf("a record without key: %.200s", text(rec.Value))
			}
			if rec.Target != (duijiesync.Target{}) {
				s.Errorf("record %.100q has its Target set, which is the engine's", rec.Key)
			}
			if before, twice := versions[rec.Key]; twice && rec.Version < before {
				s.Errorf("record %.100q comes with version %d and later with %d", rec.Key, before, rec.Version)
			}
			versions[rec.Key] = rec.Version
			versioned = versioned || rec.Version != 0
		}
	}
	if !s.Failed() {
		s.lacks.need(s.T, Versions, versioned)
	}
}

// testTwiceTheSame: each Read starts anew, and so does each range over one.
func testTwiceTheSame[T any](s *sourceTest[T]) {
	seq := s.c.Source.Read(s.Context(), "")
	first := s.drain(seq, nil)
	s.drain(s.c.Source.Read(s.Context(), ""), upTo(2)) // one that was left means nothing to the others
	for _, again := range []struct {
		name string
		r    reading[T]
	}{{"the same sequence", s.drain(seq, nil)}, {"another Read", s.all()}} {
		if again.r.err != nil {
			s.Fatalf("%s, a second time: %v", again.name, again.r.err)
		}
		one, two := first.flat(), again.r.flat()
		if len(one) != len(two) {
			s.Fatalf("%s gives %d records at first and then %d", again.name, len(one), len(two))
		}
		for i := range one {
			if one[i] != two[i] {
				s.Fatalf("%s gives %.300v at first and then %.300v as record %d", again.name, one[i], two[i], i+1)
			}
		}
	}
}

// testBatchesStay: the engine reads ahead, so a batch must not change when the
// next one comes.
func testBatchesStay[T any](s *sourceTest[T]) {
	all := s.all()
	for i, b := range all.batches {
		for j, rec := range b.Records {
			if now := sightOf(rec); now != all.sights[i][j] {
				s.Fatalf("record %d of batch %d was %.300v when it came and is %.300v at the end: the source uses memory again", j+1, i+1, all.sights[i][j], now)
			}
		}
	}
}

// testSourceRaw: a dead letter keeps Raw, or the JSON of the value, and Replay
// must get the value back from it.
func testSourceRaw[T any](s *sourceTest[T]) {
	decode := func(raw json.RawMessage) (v T, err error) { return v, json.Unmarshal(raw, &v) }
	if d, ok := s.c.Source.(duijiesync.RawDecoder[T]); ok {
		decode = d.DecodeRaw
	}
	equal := s.suite.Equal
	if equal == nil {
		equal = func(a, b T) bool { return text(a) == text(b) }
	}
	for _, b := range s.all().batches {
		for _, rec := range b.Records {
			if rec.Raw != nil && !json.Valid(rec.Raw) {
				s.Fatalf("record %.100q: Raw is no JSON: %.200q", rec.Key, rec.Raw)
			}
			if rec.Err != nil {
				if rec.Raw == nil {
					s.Errorf("record %.100q has an error and no Raw: its dead letter would be empty", rec.Key)
				}
				continue
			}
			raw := rec.Raw
			if raw == nil {
				body, err := json.Marshal(rec.Value)
				if err != nil {
					s.Fatalf("record %.100q: no Raw, and its value has no JSON: %v", rec.Key, err)
				}
				raw = body
			}
			got, err := decode(raw)
			if err != nil {
				s.Fatalf("record %.100q: Raw does not decode: %v", rec.Key, err)
			}
			if !equal(got, rec.Value) {
				s.Fatalf("record %.100q: Raw decodes to %.300s, the value is %.300s", rec.Key, text(got), text(rec.Value))
			}
		}
	}
}

func testSourcePaging[T any](s *sourceTest[T]) {
	pager, ok := s.c.Source.(duijiesync.Pager)
	s.lacks.need(s.T, Paging, ok)
	if strings.TrimSpace(pager.Paging()) == "" {
		s.Error("Paging is empty: it goes into the report")
	}
}

// testSourceBreak: who leaves the range has the source stop. One request may be
// under way at that moment.
func testSourceBreak[T any](s *sourceTest[T]) {
	for n := 1; n <= 2; n++ {
		at := 0
		withoutLeak(s.T, func() {
			s.drain(s.c.Source.Read(s.Context(), ""), func(i int) bool {
				if s.c.Requests != nil {
					at = s.c.Requests()
				}
				return i < n
			})
		})
		if s.c.Requests != nil && s.c.Requests() > at+1 {
			s.Errorf("%d requests after the range was left at batch %d", s.c.Requests()-at, n)
		}
	}
}

func testSourceContextBefore[T any](s *sourceTest[T]) {
	ended, cancel := context.WithCancel(s.Context())
	cancel()
	late, cancelLate := context.WithDeadline(s.Context(), time.Unix(0, 0))
	defer cancelLate()
	_, end := s.all().settled() // where nothing may be left to read, but nobody has looked
	for _, ctx := range []context.Context{ended, late} {
		s.readEnded(ctx, "", "a context that had ended before")
		s.readEnded(ctx, end, "at the last checkpoint, a context that had ended before")
	}
}

// readEnded reads with a context that has ended.
func (s *sourceTest[T]) readEnded(ctx context.Context, at duijiesync.Checkpoint, when string) {
	s.Helper()
	before := 0
	if s.c.Requests != nil {
		before = s.c.Requests()
	}
	var r reading[T]
	withoutLeak(s.T, func() { r = s.read(ctx, s.c.Source, at) })
	s.endedBy(ctx, r.err, when)
	if len(r.flat()) > 0 {
		s.Errorf("%s: %d records", when, len(r.flat()))
	}
	if s.c.Requests != nil && s.c.Requests() != before {
		s.Errorf("%s: %d requests", when, s.c.Requests()-before)
	}
}

// testSourceContextMidway: at most the batch in hand may still come.
func testSourceContextMidway[T any](s *sourceTest[T]) {
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	var r reading[T]
	withoutLeak(s.T, func() {
		r = s.drain(s.c.Source.Read(ctx, ""), func(int) bool { cancel(); return true })
	})
	s.endedBy(ctx, r.err, "a context that ended at the first batch")
	if n := len(r.batches) - 1; n > 1 {
		s.Errorf("%d batches after the context had ended", n)
	}
}

func (s *sourceTest[T]) endedBy(ctx context.Context, err error, when string) {
	s.Helper()
	switch {
	case err == nil:
		s.Errorf("%s: the sequence ends without an error, which means that everything was read", when)
	case !errors.Is(err, ctx.Err()) && !errors.Is(err, context.Cause(ctx)):
		s.Errorf("%s: the error is %v, want %v", when, err, ctx.Err())
	}
}

func testConcurrentReads[T any](s *sourceTest[T]) {
	if reason, told := s.lacks[Parallel]; told {
		s.Skipf("without %s: %s", Parallel, reason)
	}
	want := s.all().flat()
	readings := make([]reading[T], 4)
	var group stdsync.WaitGroup
	for i := range readings {
		group.Go(func() {
			each := upTo(most)
			if i == 0 {
				each = upTo(1)
			}
			readings[i] = s.drain(s.c.Source.Read(s.Context(), ""), each)
		})
	}
	group.Wait()
	for i, r := range readings {
		switch {
		case r.err != nil:
			s.Errorf("Read %d of %d at the same time: %v", i+1, len(readings), r.err)
		case i > 0 && !slices.Equal(r.flat(), want):
			s.Errorf("Read %d of %d at the same time gives %d records, not the %d of one alone, or others", i+1, len(readings), len(r.flat()), len(want))
		}
	}
}
