package pipelinetest

import (
	"testing"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// SinkSuite is what [TestSink] needs to know of a sink.
type SinkSuite[T any] struct {
	// Open makes a case for each test: a sink over an empty target of its own. It
	// leaves its end to t.Cleanup; tests run in parallel. Keep the sink's SettleDelay
	// short: the suite waits for it in real time.
	Open func(t *testing.T) SinkCase[T]
	// Value makes the value of the record with this key; another n gives other
	// contents.
	Value func(key string, n int) T
	// Key makes the key of the n-th record. nil: "K0001" and so on.
	Key func(n int) string
	// OddKeys are further keys to try, beyond those every sink is tried with. Each
	// must be taken exactly or refused.
	OddKeys []string
	// SameKey tells that the target takes two keys for one, as some do with upper
	// and lower case. nil: it does so with none.
	SameKey func(a, b string) bool
	// Lacks gives the reason for each [Feature] that is not there.
	Lacks map[Feature]string
}

// SinkCase is one sink, and what can be seen of its target and done to it.
type SinkCase[T any] struct {
	Sink duijiesync.Sink[T]
	// Count tells how many records the target has with a key. It and Holds look
	// behind the sink, into the target itself, and are required.
	Count func(key string) int
	// Holds tells whether the record with a key has the contents of a value.
	Holds func(key string, value T) bool
	// Requests counts the requests to the target so far.
	Requests func() int
	// LoseBefore loses the next write on its way to the target: nothing is done and
	// no answer comes. LoseAfter loses the answer of a write that is done.
	LoseBefore, LoseAfter func()
	// Refuse has the target refuse the record with a key, and say which it was;
	// RefuseUnnamed has it refuse the whole write it is in, and not say why.
	Refuse, RefuseUnnamed func(key string)
	// Throttle makes the target throttle the next few requests.
	Throttle func(requests int)
	// Remove takes a record out of the target, as its users do.
	Remove func(key string)
	// Down makes every request from now on fail as an outage does, with nothing
	// done, and down=false ends that.
	Down func(down bool)
}

// TestSink holds a sink to every clause of duijiesync.Sink, Finder and Limits,
// and to what the engine builds on them: that each record arrives exactly once
// through lost answers, refusals, throttling, crashes and odd keys. Run it with
// -race.
func TestSink[T any](t *testing.T, suite SinkSuite[T]) {
	t.Helper()
	lacks(suite.Lacks).known(t, Find, Compare, Update, Conflict, LoseBefore, LoseAfter, Refuse, RefuseUnnamed, Throttle, Remove, Requests, Down)
	for _, test := range sinkTests[T]() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &sinkTest[T]{T: t, suite: suite, lacks: suite.Lacks, c: suite.Open(t)}
			if s.c.Count == nil || s.c.Holds == nil || suite.Value == nil {
				t.Fatal("the suite needs Value, and the case Count and Holds")
			}
			s.finder, _ = s.c.Sink.(duijiesync.Finder[T])
			s.limits = limitsOf(s.c.Sink)
			test.run(s)
		})
	}
}

func limitsOf(sink any) duijiesync.Limits {
	var l duijiesync.Limits
	if limited, ok := sink.(duijiesync.Limited); ok {
		l = limited.Limits()
	}
	for _, n := range []struct {
		v   *int
		def int
	}{{&l.Rows, 100}, {&l.FindRows, 100}, {&l.Lanes, 1}} {
		if *n.v == 0 {
			*n.v = n.def
		}
	}
	if l.SettleDelay == 0 {
		l.SettleDelay = 2 * time.Second
	}
	return l
}

type namedSinkTest[T any] struct {
	name string
	run  func(s *sinkTest[T])
}

func sinkTests[T any]() []namedSinkTest[T] {
	return []namedSinkTest[T]{
		{"Limits", testSinkLimits[T]},
		{"EmptyWrite", testEmptyWrite[T]},
		{"FullWrite", testFullWrite[T]},
		{"OutcomesInOrder", testOutcomesInOrder[T]},
		{"RecordsStayTheEngines", testRecordsStayTheEngines[T]},
		{"Update", testUpdate[T]},
		{"UpdateOfARemovedRecord", testUpdateOfRemoved[T]},
		{"Conflict", testConflict[T]},
		{"Idempotent", testIdempotent[T]},
		{"ConcurrentWrites", testConcurrentWrites[T]},
		{"ContextBefore", testSinkContextBefore[T]},

		{"Find", testFind[T]},
		{"FindKeyOnly", testFindKeyOnly[T]},
		{"FindCompares", testFindCompares[T]},
		{"OddKeys", testOddKeys[T]},

		{"Refusal", testRefusal[T]},
		{"UnnamedRefusal", testUnnamedRefusal[T]},
		{"LostBefore", testLostBefore[T]},
		{"LostAfter", testLostAfter[T]},
		{"LostUpdate", testLostUpdate[T]},
		{"Throttle", testThrottle[T]},
		{"Outage", testSinkOutage[T]},

		{"Pipeline", testSinkPipeline[T]},
		{"PipelineRefusal", testPipelineRefusal[T]},
		{"PipelineUnnamedRefusal", testPipelineUnnamedRefusal[T]},
		{"PipelineLosesAnswers", testPipelineLosesAnswers[T]},
		{"PipelineThrottled", testPipelineThrottled[T]},
		{"PipelineCrashes", testPipelineCrashes[T]},
		{"PipelineLosesState", testPipelineLosesState[T]},
	}
}
