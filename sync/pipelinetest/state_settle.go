package pipelinetest

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func batch(seq int64, keys ...string) duijiesync.OpenBatch {
	b := duijiesync.OpenBatch{Seq: seq, Started: at(int(seq % 1000))}
	for i, key := range keys {
		b.Intents = append(b.Intents, duijiesync.Intent{Key: key, Fingerprint: fingerprint(i), Version: int64(i)})
	}
	return b
}

func testOpenBatchRoundTrip(s *stateTest) {
	sc := scope("orders", "p")
	lease := s.acquire(sc, "owner")
	s.open(sc)
	full := duijiesync.OpenBatch{Seq: 1 << 40, Started: noon, Intents: []duijiesync.Intent{
		{Key: "z", Fingerprint: fingerprint(1), TargetID: "100001", Version: math.MaxInt64},
		{Key: "a", Fingerprint: fingerprint(-1), TargetID: "", Version: math.MinInt64},
		{Key: "a", TargetID: "\x00\xff"},
	}}
	for i, key := range oddKeys() {
		full.Intents = append(full.Intents, duijiesync.Intent{Key: key, Fingerprint: fingerprint(i), TargetID: key})
	}
	empty := duijiesync.OpenBatch{Seq: 1}
	s.must(s.openBatch(s.Context(), lease, empty))
	s.must(s.openBatch(s.Context(), lease, full))
	s.open(sc, empty, full)
	s.open(scope("orders", ""))
	s.open(scope("orders", "q"))
}

func testOpenBatchOrder(s *stateTest) {
	sc := scope("orders", "")
	lease := s.acquire(sc, "owner")
	want := []duijiesync.OpenBatch{
		batch(1, "a"), batch(2, "b"), batch(10, "c", "d"), batch(100, "e"), batch(1<<32, "f"), batch(1<<32+1, "g"),
	}
	for _, i := range []int{0, 2, 1, 3, 5, 4} { // lanes overtake each other
		s.must(s.openBatch(s.Context(), lease, want[i]))
	}
	s.open(sc, want...)
	s.settle(lease, duijiesync.Settlement{Close: []int64{10, 12345, 10}})
	want = slices.Delete(want, 2, 3)
	s.open(sc, want...)
	s.settle(lease, duijiesync.Settlement{Close: []int64{1 << 32, 1}})
	s.open(sc, want[1], want[2], want[4])
	s.must(s.openBatch(s.Context(), lease, batch(1, "again")))
	s.open(sc, batch(1, "again"), want[1], want[2], want[4])
}

func testOpenBatchesOfAnOlderRun(s *stateTest) {
	sc := scope("orders", "")
	old, err := s.state.Acquire(s.Context(), sc, "old", time.Millisecond)
	s.must(err)
	s.must(s.openBatch(s.Context(), old, batch(1, "a")))
	s.must(s.openBatch(s.Context(), old, batch(2, "b")))

	lease := s.acquireWhenFree(sc, "new")
	s.open(sc, batch(1, "a"), batch(2, "b"))
	s.must(s.openBatch(s.Context(), lease, batch(3, "c")))
	s.settle(lease, duijiesync.Settlement{Close: []int64{1}, Entries: []duijiesync.Entry{entry("a", 1)}})
	s.open(sc, batch(2, "b"), batch(3, "c"))
}

func testSettleEverything(s *stateTest) {
	sc := scope("orders", "p")
	lease := s.acquire(sc, "owner")
	s.prepare(lease)
	next := duijiesync.Checkpoint("next")
	run := duijiesync.RunRecord{ID: "later", Started: at(1), Report: json.RawMessage(`{"read":1}`)}
	s.settle(lease, duijiesync.Settlement{
		Close:       []int64{1},
		Entries:     []duijiesync.Entry{entry("kept", 2), entry("new", 2)},
		Forget:      []string{"forgotten"},
		Dead:        []duijiesync.DeadLetter{letter("new", 2)},
		Resolved:    []string{"resolved"},
		Checkpoint:  &next,
		RecordedRun: &run,
	})
	s.open(sc)
	s.ledger("orders", []string{"kept", "forgotten", "new"}, entry("kept", 2), entry("new", 2))
	s.dead("orders", duijiesync.DeadLetterQuery{}, letter("kept", 1), letter("new", 2))
	s.checkpoint(sc, next)
	s.runs(sc, 10, run, duijiesync.RunRecord{ID: "run", Started: noon})
}

func testSettleNothing(s *stateTest) {
	sc := scope("orders", "p")
	lease := s.acquire(sc, "owner")
	s.prepare(lease)
	s.settle(lease, duijiesync.Settlement{})
	s.unchanged(sc)
}

// letter is a dead letter that differs with n in every field.
func letter(key string, n int) duijiesync.DeadLetter {
	reasons := []duijiesync.DeadReason{duijiesync.DeadRefused, duijiesync.DeadTransform, duijiesync.DeadHeld}
	return duijiesync.DeadLetter{
		Key: key, Reason: reasons[n%len(reasons)], Code: fmt.Sprint("E", n), Field: fmt.Sprint("FQty", n),
		Message: fmt.Sprintf("第%d行：数量不能为空", n), Raw: fmt.Appendf(nil, `{"n":%d}`, n), Fingerprint: fingerprint(n),
		Version: int64(n), Attempts: n, First: at(n), Last: at(n + 1),
	}
}

func testDeadLetterRoundTrip(s *stateTest) {
	lease := s.acquire(scope("orders", "p"), "owner")
	s.dead("orders", duijiesync.DeadLetterQuery{})
	s.deadCount("orders", 0)
	bare := duijiesync.DeadLetter{Key: "bare", Reason: duijiesync.DeadHeld, Attempts: 1, First: noon, Last: noon}
	odd := letter("odd", 4)
	odd.Raw = []byte("not JSON \x00\xff")
	odd.Version = math.MinInt64
	large := letter("large", 5)
	large.Raw = []byte(`"` + strings.Repeat("原", 100<<10) + `"`)
	s.settle(lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{odd, bare, large}})
	s.dead("orders", duijiesync.DeadLetterQuery{}, bare, large, odd)
	s.deadCount("orders", 3)
	s.dead("stock", duijiesync.DeadLetterQuery{})
	s.deadCount("stock", 0)
}

func testDeadLettersMerge(s *stateTest) {
	lease := s.acquire(scope("orders", "p"), "owner")
	first, second := letter("a", 2), letter("a", 5)
	s.settle(lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{first}})
	s.settle(lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{second}})
	want := second
	want.Attempts, want.First = 7, first.First
	s.dead("orders", duijiesync.DeadLetterQuery{}, want)
	s.deadCount("orders", 1)

	// Another partition of the pipeline shares the letters.
	other := s.acquire(scope("orders", "q"), "owner")
	again := second
	again.Attempts = 0
	s.settle(other, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{again}})
	s.dead("orders", duijiesync.DeadLetterQuery{}, want)

	// A held record of a crashed run comes without its item: the stored one stays.
	bare := again
	bare.Raw = nil
	s.settle(lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{bare}})
	s.dead("orders", duijiesync.DeadLetterQuery{}, want)

	// An empty item is one: what was stored is not of this letter.
	empty := again
	empty.Raw = []byte{}
	s.settle(lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{empty}})
	want.Raw = nil
	s.dead("orders", duijiesync.DeadLetterQuery{}, want)

	// Resolved is forgotten: the next one begins anew.
	s.settle(lease, duijiesync.Settlement{Resolved: []string{"a"}})
	s.settle(lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{second}})
	s.dead("orders", duijiesync.DeadLetterQuery{}, second)
}

func testDeadLetterPages(s *stateTest) {
	lease := s.acquire(scope("orders", ""), "owner")
	keys := oddKeys()
	for i := range 200 {
		keys = append(keys, fmt.Sprintf("key-%03d", i))
	}
	letters := map[string]duijiesync.DeadLetter{}
	var put []duijiesync.DeadLetter
	for i, key := range keys {
		letters[key] = letter(key, i)
		put = append(put, letters[key])
	}
	s.settle(lease, duijiesync.Settlement{Dead: put})
	s.deadCount("orders", int64(len(keys)))

	slices.Sort(keys)
	var want []duijiesync.DeadLetter
	for _, key := range keys {
		want = append(want, letters[key])
	}
	s.dead("orders", duijiesync.DeadLetterQuery{Limit: len(keys) + 1}, want...)
	s.dead("orders", duijiesync.DeadLetterQuery{}, want[:100]...)
	for _, size := range []int{1, 7, len(keys)} {
		after := ""
		for start := 0; start <= len(want); start += size {
			page := want[start:min(start+size, len(want))]
			s.dead("orders", duijiesync.DeadLetterQuery{After: after, Limit: size}, page...)
			if len(page) > 0 {
				after = page[len(page)-1].Key
			}
		}
	}
	// After need not be the key of a letter.
	at, _ := slices.BinarySearch(keys, "key-1")
	s.dead("orders", duijiesync.DeadLetterQuery{After: "key-1", Limit: 3}, want[at:at+3]...)
}

func testDeadLetterQueries(s *stateTest) {
	lease := s.acquire(scope("orders", ""), "owner")
	var put []duijiesync.DeadLetter
	for i := range 30 {
		put = append(put, letter(fmt.Sprintf("key-%02d", i), i))
	}
	s.settle(lease, duijiesync.Settlement{Dead: put})
	transform := func(l duijiesync.DeadLetter) bool { return l.Reason == duijiesync.DeadTransform }
	transformed := slices.DeleteFunc(slices.Clone(put), func(l duijiesync.DeadLetter) bool { return !transform(l) })

	query := duijiesync.DeadLetterQuery{Reason: duijiesync.DeadTransform}
	s.dead("orders", query, transformed...)
	query.Limit = 3
	s.dead("orders", query, transformed[:3]...)
	query.After = transformed[2].Key
	s.dead("orders", query, transformed[3:6]...)

	keys := []string{"key-20", "key-03", "absent", "key-03", "key-04", "key-10"}
	s.dead("orders", duijiesync.DeadLetterQuery{Keys: keys}, put[3], put[4], put[10], put[20])
	s.dead("orders", duijiesync.DeadLetterQuery{Keys: keys, Limit: 2}, put[3], put[4])
	s.dead("orders", duijiesync.DeadLetterQuery{Keys: keys, After: "key-04"}, put[10], put[20])
	s.dead("orders", duijiesync.DeadLetterQuery{Keys: keys, Reason: duijiesync.DeadTransform}, put[4], put[10])
	s.dead("orders", duijiesync.DeadLetterQuery{Keys: []string{"absent"}})

	var many []string
	for i := range 2000 {
		many = append(many, fmt.Sprintf("key-%04d", i))
	}
	many = append(many, "key-29", "key-00")
	s.dead("orders", duijiesync.DeadLetterQuery{Keys: many}, put[0], put[29])
}

func testDeadLettersResolve(s *stateTest) {
	lease := s.acquire(scope("orders", ""), "owner")
	keys := oddKeys()
	var put []duijiesync.DeadLetter
	for i, key := range keys {
		put = append(put, letter(key, i))
	}
	s.settle(lease, duijiesync.Settlement{Dead: put})
	other := s.acquire(scope("stock", ""), "owner")
	s.settle(other, duijiesync.Settlement{Resolved: keys})
	s.deadCount("orders", int64(len(keys)))
	s.settle(lease, duijiesync.Settlement{Resolved: append(keys[1:], "never")})
	s.dead("orders", duijiesync.DeadLetterQuery{}, put[0])
	s.settle(lease, duijiesync.Settlement{Resolved: keys})
	s.deadCount("orders", 0)
}

func testRuns(s *stateTest) {
	sc := scope("orders", "p")
	lease := s.acquire(sc, "owner")
	s.runs(sc, 10)
	var want []duijiesync.RunRecord
	for i := range 7 {
		run := duijiesync.RunRecord{ID: fmt.Sprintf("run-%d", 9-i), Started: at(i)}
		s.settle(lease, duijiesync.Settlement{RecordedRun: &run})
		s.runs(sc, 1, run)
		run.Ended = at(i + 1)
		run.Report = fmt.Appendf(nil, `{"read":%d}`, i)
		run.Error = strings.Repeat("远程关闭了连接", i)
		s.settle(lease, duijiesync.Settlement{RecordedRun: &run})
		want = append(want, run)
	}
	slices.Reverse(want)
	s.runs(sc, 100, want...)
	s.runs(sc, 3, want[:3]...)
	s.runs(scope("orders", ""), 10)
	s.runs(scope("orders", "q"), 10)
}

func testReopenedEverything(s *stateTest) {
	sc := scope("orders", "p")
	lease := s.acquire(sc, "owner")
	s.prepare(lease)
	s.reopen()
	s.unchanged(sc)
	// The lease lives on as well: the same process may have come back.
	s.settle(lease, duijiesync.Settlement{Close: []int64{1}})
	s.reopen()
	s.open(sc)
	_, err := s.state.Acquire(s.Context(), sc, "other", time.Minute)
	s.mustBe(err, duijiesync.ErrLeaseHeld)
}

func testReopenedLease(s *stateTest) {
	sc := scope("orders", "p")
	old := s.acquire(sc, "owner")
	s.prepare(old)
	s.must(s.state.Release(s.Context(), old))
	s.reopen()
	taken := s.acquire(sc, "owner")
	if taken.Fence <= old.Fence {
		s.Fatalf("the fence goes from %d to %d", old.Fence, taken.Fence)
	}
	s.reopen()
	s.denied(old)
	s.must(s.state.Renew(s.Context(), taken, time.Minute))
}

func testReopenedKeys(s *stateTest) {
	sc := scope("orders", "")
	lease := s.acquire(sc, "owner")
	keys := oddKeys()
	all := s.settleKeys(lease, keys)
	var put []duijiesync.DeadLetter
	for i, key := range keys {
		put = append(put, letter(key, i))
	}
	s.settle(lease, duijiesync.Settlement{Dead: put})
	s.must(s.openBatch(s.Context(), lease, batch(1, keys...)))
	s.reopen()
	s.ledger("orders", keys, all...)
	s.open(sc, batch(1, keys...))
	s.deadCount("orders", int64(len(keys)))
	letters, err := s.state.DeadLetters(s.Context(), "orders", duijiesync.DeadLetterQuery{Keys: keys})
	s.must(err)
	if len(letters) != len(keys) {
		s.Fatalf("%d of %d dead letters came back by key", len(letters), len(keys))
	}
}
