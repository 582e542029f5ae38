package pipelinetest

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// SourceSuite is what [TestSource] needs to know of a source.
type SourceSuite[T any] struct {
	// Open makes a case for each test: a source over a world of its own, with the
	// same records each time. It leaves its end to t.Cleanup; tests run in parallel.
	Open func(t *testing.T) SourceCase[T]
	// Records is how many records a case begins with. They must come in at least
	// four batches, so make pages small.
	Records int
	// Equal compares values. nil: their JSON is the same.
	Equal func(a, b T) bool
	// Foreign are further checkpoints that are none of this source, beyond those
	// the suite tries: each must end in an error or start from the beginning.
	Foreign []duijiesync.Checkpoint
	// Lacks gives the reason for each [Feature] that is not there.
	Lacks map[Feature]string
}

// SourceCase is one source, and what can be done to the world it reads.
type SourceCase[T any] struct {
	Source duijiesync.Source[T]
	// Again makes another source over the same world, as a process does that starts
	// again: what a checkpoint means must not live in the source's memory.
	Again func() duijiesync.Source[T]
	// Requests counts the requests to the world so far.
	Requests func() int
	// Down makes every request from now on fail as an outage does, and down=false
	// ends that.
	Down func(down bool)
	// Move changes the world as its users do: rows come, go and change. It is
	// called behind each of the first batches; round counts from 1. A naive loop over
	// pages should lose rows by it.
	Move func(round int)
}

// TestSource holds a source to every clause of duijiesync.Source, and to what
// pipelines need of it besides: nothing lost wherever a reading ends, through
// outages, moving rows and restarts; raw items that a replay can decode; no
// goroutine left behind. Run it with -race.
func TestSource[T any](t *testing.T, suite SourceSuite[T]) {
	t.Helper()
	lacks(suite.Lacks).known(t, Resume, Again, Move, Parallel, Paging, Versions, Requests, Down)
	for _, test := range sourceTests[T]() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &sourceTest[T]{T: t, suite: suite, lacks: suite.Lacks}
			s.c = suite.Open(t)
			test.run(s)
		})
	}
}

type namedSourceTest[T any] struct {
	name string
	run  func(s *sourceTest[T])
}

func sourceTests[T any]() []namedSourceTest[T] {
	return []namedSourceTest[T]{
		{"NothingBeforeTheRange", testNothingBeforeTheRange[T]},
		{"Records", testSourceRecords[T]},
		{"TwiceTheSame", testTwiceTheSame[T]},
		{"BatchesStay", testBatchesStay[T]},
		{"Raw", testSourceRaw[T]},
		{"Paging", testSourcePaging[T]},
		{"Break", testSourceBreak[T]},
		{"ContextBefore", testSourceContextBefore[T]},
		{"ContextMidway", testSourceContextMidway[T]},
		{"ConcurrentReads", testConcurrentReads[T]},

		{"Resume", testResume[T]},
		{"ResumeGoesOn", testResumeGoesOn[T]},
		{"ResumeAgainAndAgain", testResumeAgainAndAgain[T]},
		{"ForeignCheckpoint", testForeignCheckpoint[T]},

		{"OutageAtTheStart", testOutageAtTheStart[T]},
		{"OutageMidway", testOutageMidway[T]},
		{"MovingRows", testMovingRows[T]},
		{"MovingRowsResumed", testMovingRowsResumed[T]},

		{"Pipeline", testSourcePipeline[T]},
	}
}

// sourceTest is one test of a source.
type sourceTest[T any] struct {
	*testing.T
	suite SourceSuite[T]
	lacks lacks
	c     SourceCase[T]
}

// sight is a record as it was when it was yielded.
type sight struct {
	key     string
	version int64
	value   string
	raw     string
	failed  string
}

func sightOf[T any](r duijiesync.Record[T]) sight {
	s := sight{key: r.Key, version: r.Version, raw: string(r.Raw), value: text(r.Value)}
	if r.Err != nil {
		s.failed, s.value = r.Err.Error(), "" // Value does not count
	}
	return s
}

// text is a value as JSON, or as Go writes it where it has none.
func text(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%#v", v)
	}
	return string(body)
}

// reading is what one range over a source brought.
type reading[T any] struct {
	batches []duijiesync.Batch[T]
	sights  [][]sight // of the batches, when they came
	err     error
}

// most bounds a reading, so that a source without an end fails the test.
const most = 10_000

// drain ranges over a sequence and holds it to what every range may expect.
// each says after a batch whether to go on. It may run on any goroutine.
func (s *sourceTest[T]) drain(seq iter.Seq2[duijiesync.Batch[T], error], each func(n int) bool) reading[T] {
	s.Helper()
	var r reading[T]
	over := ""
	seq(func(b duijiesync.Batch[T], err error) bool {
		if over != "" {
			s.Errorf("the source yields again after %s", over)
			return false
		}
		if err != nil {
			if len(b.Records) > 0 || b.Checkpoint != "" {
				s.Errorf("the pair with the error has %d records and checkpoint %q, which nobody will see", len(b.Records), b.Checkpoint)
			}
			r.err, over = err, "its error"
			return true // it is the source that ends
		}
		sights := make([]sight, len(b.Records))
		for i, rec := range b.Records {
			sights[i] = sightOf(rec)
		}
		r.batches, r.sights = append(r.batches, b), append(r.sights, sights)
		if len(r.batches) >= most {
			s.Errorf("%d batches and no end", most)
			over = "too many batches"
			return false
		}
		if each != nil && !each(len(r.batches)) {
			over = "the range was left"
			return false
		}
		return true
	})
	return r
}

// read reads src from a checkpoint to its end.
func (s *sourceTest[T]) read(ctx context.Context, src duijiesync.Source[T], after duijiesync.Checkpoint) reading[T] {
	s.Helper()
	return s.drain(src.Read(ctx, after), nil)
}

// all reads everything, which must succeed and be enough to test with.
func (s *sourceTest[T]) all() reading[T] {
	s.Helper()
	r := s.read(s.Context(), s.c.Source, "")
	if r.err != nil {
		s.Fatalf("reading from the beginning: %v", r.err)
	}
	if s.Failed() {
		s.FailNow()
	}
	if n := len(latest(r.flat())); n != s.suite.Records || n == 0 {
		s.Fatalf("the source yields %d records, Records says %d", n, s.suite.Records)
	}
	if len(r.batches) < 4 {
		s.Fatalf("the source yields %d batches: seed more rows or make its pages smaller, the suite needs 4", len(r.batches))
	}
	return r
}

// upTo leaves the range after n batches.
func upTo(n int) func(int) bool { return func(i int) bool { return i < n } }

func (r reading[T]) flat() []sight {
	var out []sight
	for _, s := range r.sights {
		out = append(out, s...)
	}
	return out
}

// latest is the final state of each key.
func latest(list []sight) map[string]sight {
	out := map[string]sight{}
	for _, s := range list {
		if old, twice := out[s.key]; twice && old.version > s.version && s.version != 0 {
			continue
		}
		out[s.key] = s
	}
	return out
}

// covers fails when something of want is not in got, or in an older state.
func (s *sourceTest[T]) covers(want, got []sight, when string) {
	s.Helper()
	have := latest(got)
	missing, stale := 0, 0
	example := ""
	for key, w := range latest(want) {
		switch g, there := have[key]; {
		case !there:
			missing++
			example = key
		case g.value != w.value || g.failed != w.failed:
			stale++
			example = key
		}
	}
	if missing+stale > 0 {
		s.Errorf("%s: %d records are lost and %d stale, for example %.100q", when, missing, stale, example)
	}
}
