package pipelinetest

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	stdsync "sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// oddKeys are keys that stores are known to mix up, cut or refuse. No two are
// the same bytes.
func oddKeys() []string {
	long := strings.Repeat("k", 10<<10)
	keys := []string{
		" ", "\x00", "\x00\x00", "a\x00b", "a\x00c", "a", "A", "x", "x ", "x  ", " x", "x\t", "é1", "e\u03011", "e1", "E1",
		"ß", "ss", "\xff", "\xfe\xff", "a\xffb", "\xc3", "😀", "订单-1", "订单－1", "0", "00", "1", "1.0", "01", "1e0", "-0",
		"NULL", "null", "''", "' OR 1=1 --", "%", "_", "\\", "?", "$1", "{ledger}", "\r\n", "\u200b", "\ufeff",
		strings.Repeat("n", 511), strings.Repeat("n", 512), strings.Repeat("n", 513), strings.Repeat("n", 514),
		long, long + "1", long + "2", long[:len(long)-1], "\x00" + long,
		"\x00h", "\x00ha", "\x00h" + strings.Repeat("\x01", 32), "\x00h" + strings.Repeat("\x01", 33),
		"\x00h" + long, strings.Repeat("\xff", 600), strings.Repeat("界", 200),
	}
	return keys
}

func testCheckpoints(s *stateTest) {
	one, two, other := scope("orders", "1"), scope("orders", "2"), scope("stock", "1")
	for _, sc := range []duijiesync.Scope{one, two, other} {
		s.checkpoint(sc, "")
	}
	lease := s.acquire(one, "owner")
	for _, next := range []duijiesync.Checkpoint{
		"2026-01-01", "{\"page\":2}", "\x00\xff", " ", duijiesync.Checkpoint(strings.Repeat("c", 100<<10)), "", "end",
	} {
		s.settle(lease, duijiesync.Settlement{Checkpoint: &next})
		s.checkpoint(one, next)
		s.settle(lease, duijiesync.Settlement{})
		s.checkpoint(one, next)
	}
	s.checkpoint(two, "")
	s.checkpoint(other, "")
	s.must(s.state.Release(s.Context(), lease))
	s.acquire(one, "next")
	s.checkpoint(one, "end")
}

func testLedgerRoundTrip(s *stateTest) {
	lease := s.acquire(scope("orders", "p"), "owner")
	entries := []duijiesync.Entry{
		{Key: "done", Fingerprint: fingerprint(1), TargetID: "100001", State: duijiesync.EntryDone, Version: 7, Updated: at(1)},
		{Key: "doubt", TargetID: "", State: duijiesync.EntryDoubt, Updated: at(2)},
		{Key: "held", Fingerprint: fingerprint(-1), State: duijiesync.EntryHeld, Version: -5, Updated: at(3)},
		{Key: "dead", TargetID: "a\x00b\xff", State: duijiesync.EntryDead, Version: math.MaxInt64, Updated: at(4)},
		{Key: "long id", TargetID: strings.Repeat("标", 1000), State: duijiesync.EntryDone, Version: math.MinInt64, Updated: at(5)},
		{Key: "no time", State: duijiesync.EntryDone},
	}
	s.settle(lease, duijiesync.Settlement{Entries: entries})
	keys := []string{"absent", "absent", "done", "done"}
	for _, e := range entries {
		keys = append(keys, e.Key)
	}
	s.ledger("orders", keys, entries...)
	s.ledger("orders", []string{"held"}, entries[2])
	s.ledger("orders", nil)
	s.ledger("nothing", []string{"done"})

	changed := entry("done", 2)
	s.settle(lease, duijiesync.Settlement{Entries: []duijiesync.Entry{changed}})
	s.ledger("orders", []string{"done"}, changed)
	// Which version may overwrite which is for the engine to say.
	older := entry("done", 1)
	s.settle(lease, duijiesync.Settlement{Entries: []duijiesync.Entry{older}})
	s.ledger("orders", []string{"done"}, older)
}

func testLedgerKeys(s *stateTest) {
	lease := s.acquire(scope("orders", ""), "owner")
	keys := oddKeys()
	all := s.settleKeys(lease, keys)
	s.ledger("orders", keys, all...)
	for i, key := range keys {
		s.ledger("orders", []string{key}, all[i])
	}
	// Every second one goes; the rest stay.
	var forget []string
	var left []duijiesync.Entry
	for i, key := range keys {
		if i%2 == 0 {
			forget = append(forget, key)
		} else {
			left = append(left, all[i])
		}
	}
	s.settle(lease, duijiesync.Settlement{Forget: forget})
	s.ledger("orders", keys, left...)
}

// settleKeys puts an entry per key and returns them.
func (s *stateTest) settleKeys(lease duijiesync.Lease, keys []string) []duijiesync.Entry {
	s.Helper()
	var all []duijiesync.Entry
	for i, key := range keys {
		all = append(all, entry(key, i+1))
	}
	s.settle(lease, duijiesync.Settlement{Entries: all})
	return all
}

func testLedgerLastEntryWins(s *stateTest) {
	lease := s.acquire(scope("orders", ""), "owner")
	s.settle(lease, duijiesync.Settlement{Entries: []duijiesync.Entry{
		entry("b", 1), entry("a", 1), entry("b", 2), entry("c", 1), entry("b", 3), entry("a", 9),
	}})
	s.ledger("orders", []string{"a", "b", "c"}, entry("a", 9), entry("b", 3), entry("c", 1))
}

func testLedgerForget(s *stateTest) {
	lease := s.acquire(scope("orders", ""), "owner")
	s.settle(lease, duijiesync.Settlement{Entries: []duijiesync.Entry{entry("a", 1), entry("b", 1)}})
	s.settle(lease, duijiesync.Settlement{Forget: []string{"a", "a", "never"}})
	s.ledger("orders", []string{"a", "b", "never"}, entry("b", 1))
	s.settle(lease, duijiesync.Settlement{Entries: []duijiesync.Entry{entry("a", 2)}})
	s.ledger("orders", []string{"a"}, entry("a", 2))
}

func testLedgerOfOtherPipelines(s *stateTest) {
	// The ledger is the pipeline's, whatever the partition.
	names := []string{"orders", "Orders", "orders "}
	for i, name := range names {
		lease := s.acquire(scope(name, "p"), "owner")
		s.settle(lease, duijiesync.Settlement{Entries: []duijiesync.Entry{entry("key", i)}})
		other := s.acquire(scope(name, "q"), "owner")
		s.settle(other, duijiesync.Settlement{Entries: []duijiesync.Entry{entry("other key", i)}})
	}
	for i, name := range names {
		s.ledger(name, []string{"key", "other key"}, entry("key", i), entry("other key", i))
	}
}

func testLedgerManyEntries(s *stateTest) {
	lease := s.acquire(scope("orders", ""), "owner")
	const count = 5000
	var (
		keys    []string
		entries []duijiesync.Entry
	)
	for i := range count {
		// Neither sorted nor in order of insertion.
		entries = append(entries, entry(fmt.Sprintf("key-%d", i*7919%count), i))
		keys = append(keys, entries[i].Key)
	}
	s.settle(lease, duijiesync.Settlement{Entries: entries})
	s.ledger("orders", append(keys, "absent"), entries...)
	for _, n := range []int{1, 2, 19, 20, 21, 99, 100, 101, 499, 500, 501, 1000} {
		s.ledger("orders", keys[:n], entries[:n]...)
	}
	s.settle(lease, duijiesync.Settlement{Forget: keys[1:]})
	s.ledger("orders", keys, entries[0])
}

// testArgumentsStayTheirOwners checks that a state keeps no slice of its
// caller and hands out none of its own.
func testArgumentsStayTheirOwners(s *stateTest) {
	sc := scope("orders", "")
	lease := s.acquire(sc, "owner")
	intents := []duijiesync.Intent{{Key: "a", Fingerprint: fingerprint(1)}}
	raw := []byte(`{"a":1}`)
	dead := letter("a", 1)
	dead.Raw = raw
	s.must(s.openBatch(s.Context(), lease, duijiesync.OpenBatch{Seq: 1, Started: noon, Intents: intents}))
	s.settle(lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{dead}})
	intents[0].Key = "changed"
	copy(raw, "CHANGED")

	batches, err := s.state.OpenBatches(s.Context(), sc)
	s.must(err)
	if len(batches) != 1 || len(batches[0].Intents) != 1 || batches[0].Intents[0].Key != "a" {
		s.Fatalf("the open batch changed with the caller's slice: %v", batches)
	}
	letters, err := s.state.DeadLetters(s.Context(), "orders", duijiesync.DeadLetterQuery{})
	s.must(err)
	if len(letters) != 1 || !bytes.Equal(letters[0].Raw, []byte(`{"a":1}`)) {
		s.Fatalf("the dead letter changed with the caller's slice: %v", letters)
	}
}

// testConcurrentUse lets lanes of one run and readers work at the same time.
func testConcurrentUse(s *stateTest) {
	const lanes, batches, rows = 6, 15, 10
	sc := scope("orders", "")
	lease := s.acquire(sc, "owner")
	ctx := s.Context()
	var group stdsync.WaitGroup
	for lane := range lanes {
		group.Go(func() {
			for batch := range batches {
				seq := int64(lane*batches + batch + 1)
				if err := s.laneBatch(lease, seq, lane, rows); err != nil {
					s.Errorf("lane %d, batch %d: %v", lane, batch, err)
					return
				}
			}
		})
	}
	for range 2 {
		group.Go(func() {
			for range batches {
				if _, err := s.state.OpenBatches(ctx, sc); err != nil {
					s.Error(err)
				}
				if _, err := s.state.DeadLetters(ctx, "orders", duijiesync.DeadLetterQuery{}); err != nil {
					s.Error(err)
				}
				if err := s.state.Renew(ctx, lease, time.Minute); err != nil {
					s.Error(err)
				}
			}
		})
	}
	group.Wait()
	s.open(sc)
	s.deadCount("orders", lanes)
	var keys []string
	for seq := range lanes * batches {
		for row := range rows {
			keys = append(keys, fmt.Sprintf("%d-%d", seq+1, row))
		}
	}
	got, err := s.state.Ledger(ctx, "orders", keys)
	s.must(err)
	if len(got) != len(keys) {
		s.Fatalf("%d of %d entries are in the ledger", len(got), len(keys))
	}
	letters, err := s.state.DeadLetters(ctx, "orders", duijiesync.DeadLetterQuery{})
	s.must(err)
	for _, l := range letters {
		if l.Attempts != batches {
			s.Errorf("dead letter %q has %d attempts, want %d", l.Key, l.Attempts, batches)
		}
	}
}

// laneBatch looks up, opens and settles one batch, as a run does.
func (s *stateTest) laneBatch(lease duijiesync.Lease, seq int64, lane, rows int) error {
	batch := duijiesync.OpenBatch{Seq: seq, Started: noon}
	settlement := duijiesync.Settlement{
		Close: []int64{seq},
		Dead:  []duijiesync.DeadLetter{{Key: fmt.Sprint("lane ", lane), Reason: duijiesync.DeadRefused, Attempts: 1, First: noon, Last: noon}},
	}
	var keys []string
	for row := range rows {
		e := entry(fmt.Sprintf("%d-%d", seq, row), row)
		keys = append(keys, e.Key)
		batch.Intents = append(batch.Intents, duijiesync.Intent{Key: e.Key, Fingerprint: e.Fingerprint})
		settlement.Entries = append(settlement.Entries, e)
	}
	known, err := s.state.Ledger(s.Context(), lease.Scope.Pipeline, keys)
	if err != nil {
		return err
	}
	if len(known) != 0 {
		return fmt.Errorf("%d entries are known before they were settled", len(known))
	}
	if err := s.openBatch(s.Context(), lease, batch); err != nil {
		return err
	}
	return s.state.Settle(s.Context(), lease, settlement)
}
