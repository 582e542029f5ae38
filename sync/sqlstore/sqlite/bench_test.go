package sqlite_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// millionEnv, set to anything, measures with 1,000,000 rows in the ledger as
// well. Filling it takes a minute.
const millionEnv = "DUIJIE_BENCH_MILLION"

// BenchmarkBatch is what a state does for one batch: look its keys up, note it,
// settle it. "new" are records the ledger does not know, "changed" such that
// it does, drawn from all over it.
func BenchmarkBatch(b *testing.B) {
	for _, rows := range []int{0, 1_000_000} {
		if rows > 0 && os.Getenv(millionEnv) == "" {
			continue
		}
		path := stateFile(b)
		store := openStore(b, path)
		lease := acquire(b, store, orders)
		fill(b, store, lease, rows)
		if rows > 0 {
			b.Logf("%d rows: %.1f bytes of file per row", rows, float64(fileSize(b, path))/float64(rows))
		}
		next := rows
		for _, size := range []int{20, 100, 1000} {
			b.Run(fmt.Sprintf("ledger=%d/new/batch=%d", rows, size), func(b *testing.B) {
				benchmarkBatches(b, store, lease, size, func() int { next++; return next })
			})
			b.Run(fmt.Sprintf("ledger=%d/changed/batch=%d", rows, size), func(b *testing.B) {
				n, known := 0, max(next, 1)
				benchmarkBatches(b, store, lease, size, func() int { n++; return n * 7919 % known })
			})
		}
	}
}

func benchmarkBatches(b *testing.B, store *sqlite.Store, lease duijiesync.Lease, size int, next func() int) {
	b.ReportAllocs()
	for b.Loop() {
		batchSeq++
		settleBatch(b, store, lease, batchSeq, size, next)
	}
	b.ReportMetric(float64(b.N)*float64(size)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N)/float64(size), "µs/record")
}

var batchSeq int64

func settleBatch(b *testing.B, store *sqlite.Store, lease duijiesync.Lease, seq int64, size int, next func() int) {
	batch := duijiesync.OpenBatch{Seq: seq, Started: noon, Intents: make([]duijiesync.Intent, 0, size)}
	checkpoint := duijiesync.Checkpoint(fmt.Sprint(seq))
	settlement := duijiesync.Settlement{Close: []int64{seq}, Checkpoint: &checkpoint, Entries: make([]duijiesync.Entry, 0, size)}
	keys := make([]string, 0, size)
	for range size {
		entry := benchEntry(next(), seq)
		keys = append(keys, entry.Key)
		batch.Intents = append(batch.Intents, duijiesync.Intent{Key: entry.Key, Fingerprint: entry.Fingerprint, Version: seq})
		settlement.Entries = append(settlement.Entries, entry)
	}
	if _, err := store.Ledger(b.Context(), "orders", keys); err != nil {
		b.Fatal(err)
	}
	if _, err := store.Open(b.Context(), lease, batch); err != nil {
		b.Fatal(err)
	}
	if err := store.Settle(b.Context(), lease, settlement); err != nil {
		b.Fatal(err)
	}
}

// benchEntry is an entry as an ERP's order makes it, with a key that is random
// among its neighbours: the worst case for the ledger's tree.
func benchEntry(n int, version int64) duijiesync.Entry {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
	return duijiesync.Entry{
		Key: "SO-" + hex.EncodeToString(sum[:8]), Fingerprint: duijiesync.Fingerprint(sum[16:]), TargetID: fmt.Sprint(100000 + n),
		State: duijiesync.EntryDone, Version: 1_767_225_600_123 + version, Updated: noon,
	}
}

// fill puts rows entries into the ledger.
func fill(b *testing.B, store *sqlite.Store, lease duijiesync.Lease, rows int) {
	b.Helper()
	for start := 0; start < rows; start += 20_000 {
		var settlement duijiesync.Settlement
		for n := start; n < min(start+20_000, rows); n++ {
			settlement.Entries = append(settlement.Entries, benchEntry(n+1, 0))
		}
		require.NoError(b, store.Settle(b.Context(), lease, settlement))
	}
}

func fileSize(b *testing.B, path string) int64 {
	b.Helper()
	raw := openRaw(b, path)
	_, err := raw.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	require.NoError(b, err)
	info, err := os.Stat(path)
	require.NoError(b, err)
	return info.Size()
}

// BenchmarkLookup is the price of records that did not change.
func BenchmarkLookup(b *testing.B) {
	store := openStore(b, stateFile(b))
	lease := acquire(b, store, orders)
	const rows = 20_000
	fill(b, store, lease, rows)
	for _, size := range []int{20, 100, 1000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			keys := make([]string, size)
			n := 0
			for b.Loop() {
				for i := range keys {
					n++
					keys[i] = benchEntry(1+n%rows, 0).Key
				}
				entries, err := store.Ledger(b.Context(), "orders", keys)
				if err != nil || len(entries) != size {
					b.Fatal(len(entries), err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(size)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
