package pipelinetest

import (
	"fmt"
	"strings"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// listed pages through the whole ledger; each is called after every page.
func (s *stateTest) listed(pipeline string, limit int, each func()) map[string]duijiesync.Entry {
	s.Helper()
	all := map[string]duijiesync.Entry{}
	for after := ""; ; {
		entries, next, err := s.state.Entries(s.Context(), pipeline, after, limit)
		s.must(err)
		if len(entries) > limit {
			s.Fatalf("%d entries, asked were at most %d", len(entries), limit)
		}
		for _, e := range entries {
			if _, twice := all[e.Key]; twice {
				s.Fatalf("entry %q is listed twice", e.Key)
			}
			all[e.Key] = e
		}
		if next == "" {
			return all
		}
		if next == after {
			s.Fatal("the cursor stands still")
		}
		after = next
		each()
	}
}

func testLedgerListed(s *stateTest) {
	sc := scope("listed", "")
	lease := s.acquire(sc, "a")
	want := map[string]duijiesync.Entry{}
	var entries []duijiesync.Entry
	keys := []string{"", "\x00", "\x00h", "\x00hx", "a", "A", "a ", "é", "'", "\xff", strings.Repeat("k", 2000), strings.Repeat("l", 513)}
	for i := range 40 {
		keys = append(keys, fmt.Sprintf("key %d", i))
	}
	for i, key := range keys[1:] { // keys are not empty
		e := entry(key, i)
		e.State = duijiesync.EntryState(1 + i%5)
		if i%3 == 0 {
			e.Step = "审核"
		}
		want[key], entries = e, append(entries, e)
	}
	s.must(s.state.Settle(s.Context(), lease, duijiesync.Settlement{Entries: entries}))
	other := s.acquire(scope("listed2", ""), "a")
	s.must(s.state.Settle(s.Context(), other, duijiesync.Settlement{Entries: []duijiesync.Entry{entry("foreign", 1)}}))
	for _, limit := range []int{1, 7, 51, 1000} {
		got := s.listed("listed", limit, func() {})
		if len(got) != len(want) {
			s.Fatalf("%d entries with pages of %d, want %d", len(got), limit, len(want))
		}
		for key, e := range want {
			g := got[key]
			g.Updated = g.Updated.UTC()
			if g != e {
				s.Fatalf("entry %q is %+v, want %+v", key, g, e)
			}
		}
	}
	if none := s.listed("nothing", 10, func() {}); len(none) != 0 {
		s.Fatalf("entries of a pipeline that has none: %v", none)
	}
}

func testLedgerListedWhileItChanges(s *stateTest) {
	lease := s.acquire(scope("listed", ""), "a")
	put := func(keys ...string) {
		var st duijiesync.Settlement
		for i, key := range keys {
			st.Entries = append(st.Entries, entry(key, i))
		}
		s.must(s.state.Settle(s.Context(), lease, st))
	}
	var stay []string
	for i := range 30 {
		stay = append(stay, fmt.Sprintf("stay %02d", i))
	}
	put(stay...)
	put("go 1", "go 2", "zz")
	n := 0
	got := s.listed("listed", 4, func() {
		n++
		put(fmt.Sprintf("new %d", n), fmt.Sprintf("~new %d", n%7), stay[n%len(stay)])
		s.must(s.state.Settle(s.Context(), lease, duijiesync.Settlement{Forget: []string{"go 1", "go 2", "zz"}}))
	})
	for _, key := range stay {
		if _, ok := got[key]; !ok {
			s.Fatalf("%q was there all the time and is not listed", key)
		}
	}
}

func testLedgerExpires(s *stateTest) {
	sc := scope("expires", "")
	lease := s.acquire(sc, "a")
	var st duijiesync.Settlement
	for i, state := range []duijiesync.EntryState{
		duijiesync.EntryDone, duijiesync.EntryDoubt, duijiesync.EntryHeld, duijiesync.EntryDead, duijiesync.EntryGone,
	} {
		old := entry(fmt.Sprintf("old %d", state), i)
		young := entry(fmt.Sprintf("young %d", state), i)
		old.State, old.Updated = state, at(0)
		young.State, young.Updated = state, at(10)
		st.Entries = append(st.Entries, old, young)
	}
	s.must(s.state.Settle(s.Context(), lease, st))
	other := s.acquire(scope("expires2", ""), "a")
	s.must(s.state.Settle(s.Context(), other, st))

	n, err := s.state.Expire(s.Context(), lease, at(10))
	s.must(err)
	if n != 1 {
		s.Fatalf("%d entries expired, want 1", n)
	}
	left := s.listed("expires", 100, func() {})
	if _, there := left["old 1"]; there || len(left) != 9 {
		s.Fatalf("left are %d entries, the old one that is done among them: %v", len(left), there)
	}
	if all := s.listed("expires2", 100, func() {}); len(all) != 10 {
		s.Fatalf("another pipeline has %d entries left of 10", len(all))
	}
	lease.Fence--
	_, err = s.state.Expire(s.Context(), lease, at(100))
	s.mustBe(err, duijiesync.ErrLeaseLost)
}

// testKeyOpenElsewhere: two partitions share a ledger, so a key is open in one
// of them at most.
func testKeyOpenElsewhere(s *stateTest) {
	ctx := s.Context()
	batch := func(seq int64, keys ...string) duijiesync.OpenBatch {
		b := duijiesync.OpenBatch{Seq: seq, Started: noon}
		for i, key := range keys {
			b.Intents = append(b.Intents, duijiesync.Intent{Key: key, Fingerprint: fingerprint(i)})
		}
		return b
	}
	one := s.acquire(scope("p", "one"), "a")
	foreign := s.acquire(scope("q", "two"), "a")
	s.must(s.openBatch(ctx, foreign, batch(1, "x")))
	shared, err := s.state.Open(ctx, one, batch(1, "x", "y"))
	s.must(err)
	if shared {
		s.Fatal("a pipeline with one partition is called shared")
	}
	two := s.acquire(scope("p", "two"), "b")
	_, err = s.state.Open(ctx, two, batch(1, "w", "y"))
	s.mustBe(err, duijiesync.ErrKeyOpen)
	if open, err := s.state.OpenBatches(ctx, two.Scope); err != nil || len(open) != 0 {
		s.Fatalf("a refused batch is open: %v, %v", open, err)
	}
	shared, err = s.state.Open(ctx, two, batch(2, "w"))
	s.must(err)
	if !shared {
		s.Fatal("a pipeline with two partitions is not called shared")
	}
	s.must(s.openBatch(ctx, one, batch(3, "x"))) // twice in its own partition is the engine's business
	s.must(s.state.Settle(ctx, one, duijiesync.Settlement{Close: []int64{1, 3}}))
	s.must(s.openBatch(ctx, two, batch(4, "x", "y")))
	s.must(s.state.Release(ctx, one))
	// The batch of a run that died is open still.
	s.must(s.openBatch(ctx, s.acquire(scope("p", "three"), "c"), batch(1, "z")))
	_, err = s.state.Open(ctx, two, batch(5, "z"))
	s.mustBe(err, duijiesync.ErrKeyOpen)
}

func testDeadLettersOfPartitions(s *stateTest) {
	ctx := s.Context()
	letter := func(key string) duijiesync.DeadLetter {
		return duijiesync.DeadLetter{
			Key: key, Reason: duijiesync.DeadWaiting, Message: "waits", Raw: []byte(`{}`), Attempts: 1, First: noon, Last: noon,
		}
	}
	a, b, whole := s.acquire(scope("p", "a"), "x"), s.acquire(scope("p", "b"), "x"), s.acquire(scope("p", ""), "x")
	s.must(s.state.Settle(ctx, a, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{letter("1"), letter("2"), letter("3")}}))
	s.must(s.state.Settle(ctx, b, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{letter("4"), letter("2")}}))
	s.must(s.state.Settle(ctx, whole, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{letter("5")}}))
	list := func(q duijiesync.DeadLetterQuery) string {
		letters, err := s.state.DeadLetters(ctx, "p", q)
		s.must(err)
		var text strings.Builder
		for _, l := range letters {
			fmt.Fprintf(&text, "%s%s ", l.Key, l.Partition)
		}
		return strings.TrimSpace(text.String())
	}
	part := func(name string) *string { return &name }
	for _, c := range []struct {
		q    duijiesync.DeadLetterQuery
		want string
	}{
		{duijiesync.DeadLetterQuery{}, "1a 2b 3a 4b 5"},
		{duijiesync.DeadLetterQuery{Partition: part("a")}, "1a 3a"},
		{duijiesync.DeadLetterQuery{Partition: part("b"), After: "2"}, "4b"},
		{duijiesync.DeadLetterQuery{Partition: part("")}, "5"},
		{duijiesync.DeadLetterQuery{Partition: part("a"), Keys: []string{"2", "3", "5"}}, "3a"},
		{duijiesync.DeadLetterQuery{Partition: part("a"), Reason: duijiesync.DeadHeld}, ""},
		{duijiesync.DeadLetterQuery{Partition: part("a"), Reason: duijiesync.DeadWaiting, Limit: 1}, "1a"},
	} {
		if got := list(c.q); got != c.want {
			s.Errorf("letters of %+v are %q, want %q", c.q, got, c.want)
		}
	}
}
