package sqlstoretest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// BenchmarkBatch is what a state does for one batch: look its keys up, note it,
// settle it. Half of the records are new, half are known and changed. Besides the
// records per second it prints them as a share of SQLite's on the same machine.
func BenchmarkBatch(b *testing.B) {
	for _, size := range []int{20, 100, 1000} {
		base := 0.0
		for _, place := range places {
			b.Run(fmt.Sprintf("batch=%d/%s", size, place.name), func(b *testing.B) {
				store := place.open(b)
				lease := acquire(b, store, orders)
				seq := int64(0)
				batch(b, store, lease, seq, size)
				for b.Loop() {
					seq++
					batch(b, store, lease, seq, size)
				}
				perSecond := float64(b.N) * float64(size) / b.Elapsed().Seconds()
				if place.name == "SQLite" {
					base = perSecond
				}
				b.ReportMetric(perSecond, "records/s")
				if base > 0 {
					b.ReportMetric(perSecond/base, "×SQLite")
				}
			})
		}
	}
}

var places = []struct {
	name string
	open func(b *testing.B) duijiesync.State
}{
	{"SQLite", func(b *testing.B) duijiesync.State {
		b.Helper()
		store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "state.db"))
		require.NoError(b, err)
		b.Cleanup(func() { require.NoError(b, store.Close()) })
		return store
	}},
	{"PostgreSQL", func(b *testing.B) duijiesync.State { b.Helper(); return servers[0].store(b, servers[0].newPrefix(b)) }},
	{"MySQL", func(b *testing.B) duijiesync.State { b.Helper(); return servers[1].store(b, servers[1].newPrefix(b)) }},
}

// batch is one batch of a run. The keys are random among their neighbours: the worst
// case for the ledger's tree.
func batch(b *testing.B, store duijiesync.State, lease duijiesync.Lease, seq int64, size int) {
	b.Helper()
	open := duijiesync.OpenBatch{Seq: seq, Started: noon}
	checkpoint := duijiesync.Checkpoint(fmt.Sprint(seq))
	settlement := duijiesync.Settlement{Close: []int64{seq}, Checkpoint: &checkpoint}
	var keys []string
	for i := range size {
		n := seq*int64(size) + int64(i)
		if i%2 == 1 { // one of the batch before
			n -= int64(size) - 1
		}
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
		entry := duijiesync.Entry{
			Key: "SO-" + hex.EncodeToString(sum[:8]), Fingerprint: duijiesync.Fingerprint(sum[16:]), TargetID: fmt.Sprint(100000 + n),
			State: duijiesync.EntryDone, Version: 1_767_225_600_123 + seq, Updated: noon,
		}
		keys = append(keys, entry.Key)
		open.Intents = append(open.Intents, duijiesync.Intent{Key: entry.Key, Fingerprint: entry.Fingerprint, Version: seq})
		settlement.Entries = append(settlement.Entries, entry)
	}
	if _, err := store.Ledger(b.Context(), "orders", keys); err != nil {
		b.Fatal(err)
	}
	if _, err := store.Open(b.Context(), lease, open); err != nil {
		b.Fatal(err)
	}
	if err := store.Settle(b.Context(), lease, settlement); err != nil {
		b.Fatal(err)
	}
}
