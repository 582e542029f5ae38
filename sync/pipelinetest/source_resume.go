package pipelinetest

import (
	duijiesync "github.com/duijie-go/duijie/sync"
)

// another is the source as a later process has it.
func (s *sourceTest[T]) another() duijiesync.Source[T] {
	s.Helper()
	if _, missing := s.lacks.lack(s.T, Again, s.c.Again != nil); missing {
		return s.c.Source
	}
	return s.c.Again()
}

// testResume: wherever a run ends, what it had settled and what the next one
// reads are everything.
func testResume[T any](s *sourceTest[T]) {
	all := s.all()
	points := 0
	for i, b := range all.batches {
		if b.Checkpoint == "" {
			continue
		}
		points++
		rest := s.read(s.Context(), s.another(), b.Checkpoint)
		if rest.err != nil {
			s.Fatalf("resumed behind batch %d, checkpoint %.100q: %v", i+1, b.Checkpoint, rest.err)
		}
		got := reading[T]{sights: append(all.sights[:i+1:i+1], rest.sights...)}
		s.covers(all.flat(), got.flat(), "resumed at checkpoint "+string(b.Checkpoint))
	}
	if points == 0 {
		s.lacks.need(s.T, Resume, false)
	}
}

// testResumeGoesOn: a checkpoint spares reading what is done.
func testResumeGoesOn[T any](s *sourceTest[T]) {
	all := s.all()
	var at duijiesync.Checkpoint
	for _, b := range all.batches[:len(all.batches)-1] {
		if b.Checkpoint != "" {
			at = b.Checkpoint
		}
	}
	s.lacks.need(s.T, Resume, at != "")
	rest := s.read(s.Context(), s.another(), at)
	if n, whole := len(rest.flat()), len(all.flat()); rest.err != nil || n >= whole {
		s.Errorf("resumed behind checkpoint %.100q the source yields %d of %d records again, error %v", at, n, whole, rest.err)
	}
}

// testResumeAgainAndAgain: a process that dies after every batch gets
// everything too.
func testResumeAgainAndAgain[T any](s *sourceTest[T]) {
	all := s.all()
	var got []sight
	seen := map[duijiesync.Checkpoint]bool{}
	for at, runs := duijiesync.Checkpoint(""), 0; ; runs++ {
		if runs > len(all.batches)+2 {
			s.Fatalf("%d restarts and not yet at the end of %d batches", runs, len(all.batches))
		}
		var next duijiesync.Checkpoint
		ended := true
		r := s.drain(s.another().Read(s.Context(), at), nil)
		for i, b := range r.batches {
			got = append(got, r.sights[i]...)
			if b.Checkpoint != "" {
				next, ended = b.Checkpoint, i == len(r.batches)-1
				break
			}
		}
		if r.err != nil {
			s.Fatalf("restarted at checkpoint %.100q: %v", at, r.err)
		}
		if ended || next == "" || seen[next] {
			break
		}
		seen[next], at = true, next
	}
	s.covers(all.flat(), got, "restarted after every batch")
}

// foreign are checkpoints that no source makes.
var foreign = []duijiesync.Checkpoint{
	"not a checkpoint of this source", "\x00\xff", "-1", "99999999999999999999999999", "{", "[1,2,3]", `{"foreign":{"of":"another source"}}`,
}

// testForeignCheckpoint: a checkpoint of another source, or a damaged one, must
// not make a run skip records. It is an error, or a start from the beginning.
func testForeignCheckpoint[T any](s *sourceTest[T]) {
	all := s.all()
	for _, at := range append(foreign[:len(foreign):len(foreign)], s.suite.Foreign...) {
		r := s.read(s.Context(), s.another(), at)
		if r.err == nil {
			s.covers(all.flat(), r.flat(), "at the foreign checkpoint "+string(at))
		} else if len(r.flat()) > 0 {
			s.Errorf("the foreign checkpoint %q gives %d records before its error %v", at, len(r.flat()), r.err)
		}
	}
}
