package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// fuzzScopes own what the fuzzed file holds.
var fuzzScopes = []duijiesync.Scope{orders, {Pipeline: "orders"}, {Pipeline: "stock"}}

// fuzzKeys are plain, long, hashed by their look, binary and alike.
var fuzzKeys = []string{
	"SO-1", "SO-2", strings.Repeat("long ", 120) + "1", strings.Repeat("long ", 120) + "2", "\x00hash", "\xff\x00", "订单-7",
}

// fuzzFile writes a state with everything in it and returns the file.
func fuzzFile(t testing.TB) []byte {
	path := stateFile(t)
	store, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	for i, scope := range fuzzScopes {
		lease := acquire(t, store, scope)
		checkpoint := duijiesync.Checkpoint(fmt.Sprintf(`{"window":"2026-01-0%d","page":%d}`, i+1, i))
		s := duijiesync.Settlement{Checkpoint: &checkpoint}
		var open []duijiesync.Intent
		for n, key := range fuzzKeys {
			key += fmt.Sprint("/", i)
			e := duijiesync.Entry{
				Key: key, Fingerprint: duijiesync.Fingerprint{byte(n), 1, 15: byte(i)}, TargetID: fmt.Sprint(100000 + n),
				State: duijiesync.EntryState(1 + n%5), Version: int64(n) << 40, Updated: noon.Add(time.Duration(n) * time.Second),
			}
			if n%2 == 0 {
				e.Step = "submitted"
			}
			s.Entries = append(s.Entries, e)
			open = append(open, duijiesync.Intent{Key: key, Fingerprint: e.Fingerprint, TargetID: e.TargetID, Version: e.Version})
			if n%3 == 0 {
				s.Dead = append(s.Dead, duijiesync.DeadLetter{
					Key: key, Reason: duijiesync.DeadReason(1 + n%4), Code: fmt.Sprint("E", n), Field: "FQty", Message: "数量 too large",
					Raw: json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)), Fingerprint: e.Fingerprint, Version: 5, Attempts: n + 1,
					First: noon, Last: noon.Add(time.Hour),
				})
			}
		}
		require.NoError(t, store.Settle(t.Context(), lease, s))
		require.NoError(t, openBatch(t, store, lease, duijiesync.OpenBatch{Seq: 7, Started: noon, Intents: open}))
		require.NoError(t, openBatch(t, store, lease, duijiesync.OpenBatch{Seq: 300, Started: noon, Intents: open[:1]}))
		for n := range 3 {
			run := duijiesync.RunRecord{ID: fmt.Sprint("run-", n), Started: noon.Add(time.Duration(n) * time.Minute), Report: json.RawMessage(`{}`)}
			if n > 0 {
				run.Ended, run.Error = noon.Add(time.Hour), "stopped"
			}
			require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{RecordedRun: &run}))
		}
	}
	require.NoError(t, store.Close())
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return content
}

// readings is all that can be read of a state: by the name of each read and, in
// it, of each record.
type readings map[string]map[string]any

// readAll reads everything in every way. A read that fails is in failed.
func readAll(ctx context.Context, s *sqlite.Store) (got readings, failed map[string]error) {
	got, failed = readings{}, map[string]error{}
	note := func(read string, err error, records map[string]any) {
		if err != nil {
			failed[read] = err
			return
		}
		got[read] = records
	}
	for i, scope := range fuzzScopes {
		name := fmt.Sprintf(" %s/%s", scope.Pipeline, scope.Partition)
		checkpoint, err := s.Checkpoint(ctx, scope)
		note("checkpoint"+name, err, map[string]any{"": checkpoint})
		batches, err := s.OpenBatches(ctx, scope)
		note("batches"+name, err, byName(batches, func(b duijiesync.OpenBatch) string { return fmt.Sprint(b.Seq) }))
		runs, err := s.Runs(ctx, scope, 0)
		note("runs"+name, err, byName(runs, func(r duijiesync.RunRecord) string { return r.ID }))
		key := func(d duijiesync.DeadLetter) string { return d.Key }
		letters, err := s.DeadLetters(ctx, scope.Pipeline, duijiesync.DeadLetterQuery{Partition: &scope.Partition})
		note("letters of"+name, err, byName(letters, key))
		letters, err = s.DeadLetters(ctx, scope.Pipeline, duijiesync.DeadLetterQuery{})
		note("letters"+name, err, byName(letters, key))
		entries, _, err := s.Entries(ctx, scope.Pipeline, "", 0)
		note("entries"+name, err, byName(entries, func(e duijiesync.Entry) string { return e.Key }))
		for _, k := range fuzzKeys {
			k += fmt.Sprint("/", i)
			found, err := s.Ledger(ctx, scope.Pipeline, []string{k})
			records := map[string]any{}
			for k, e := range found {
				records[k] = e
			}
			note(fmt.Sprintf("ledger%s %q", name, k), err, records)
			letters, err := s.DeadLetters(ctx, scope.Pipeline, duijiesync.DeadLetterQuery{Keys: []string{k}})
			note(fmt.Sprintf("letter%s %q", name, k), err, byName(letters, key))
		}
	}
	return got, failed
}

func byName[T any](list []T, name func(T) string) map[string]any {
	records := map[string]any{}
	for _, r := range list {
		records[name(r)] = r
	}
	return records
}

// judge compares what a damaged file gives with what was written. Nothing may be
// there that was not, nor be another than it was. lacks are reads that know less than
// was written, and say nothing.
func judge(t *testing.T, want, got readings, failed map[string]error) (lacks []string) {
	t.Helper()
	for read, records := range want {
		if failed[read] != nil {
			continue
		}
		for name, record := range got[read] {
			if strings.HasPrefix(read, "checkpoint") && record == duijiesync.Checkpoint("") {
				delete(got[read], name) // none
				continue
			}
			if !reflect.DeepEqual(records[name], record) {
				t.Errorf("%s, %q: read %+v, written %+v", read, name, record, records[name])
			}
		}
		if len(got[read]) < len(records) {
			lacks = append(lacks, read)
		}
	}
	return lacks
}

// examine opens a damaged file and reads everything. It returns the reads that
// lack a record without an error, which then is found by Check.
func examine(t *testing.T, path string, want readings) (lacks []string, failed map[string]error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		require.ErrorContains(t, err, path)
		return nil, map[string]error{"open": err}
	}
	defer func() { _ = store.Close() }()
	got, failed := readAll(ctx, store)
	lacks = judge(t, want, got, failed)
	if len(lacks)+len(failed) > 0 {
		err := store.Check(ctx)
		require.ErrorIs(t, err, duijiesync.ErrStateCorrupt, "lacking: %q, failed: %v", lacks, failed)
		require.ErrorContains(t, err, path)
	}
	for read, err := range failed {
		require.ErrorContains(t, err, path, read)
	}
	return lacks, failed
}

// original is the file as it was written and what can be read of it.
func original(t testing.TB) ([]byte, readings) {
	content := fuzzFile(t)
	path := stateFile(t)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	store, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	want, failed := readAll(t.Context(), store)
	require.Empty(t, failed)
	require.NoError(t, store.Check(t.Context()))
	require.NoError(t, store.Close())
	require.Len(t, want["entries orders/p"], 2*len(fuzzKeys))
	require.Len(t, want["letters orders/p"], 6)
	return content, want
}

// The columns of each table; those before the bar are its key.
var fuzzColumns = []string{
	"partition pipeline part | cur sum",
	"openbatch pipeline part seq | started body",
	"ledger pipeline rkey | fullkey fingerprint target_id state source_ver updated step sum",
	"dead pipeline rkey | fullkey okey part reason code field message raw fingerprint source_ver attempts first_at last_at sum",
	"run pipeline part id | started ended report error sum",
	"meta name | val",
}

// FuzzStoredColumn changes one column of one row, past the library and with its
// checksum left as it was. Whoever reads the row gets an error that names file, table
// and row; where the key was changed, whoever lists the table, and Check.
func FuzzStoredColumn(f *testing.F) {
	content, want := original(f)
	for table, text := range fuzzColumns {
		for column := range len(strings.Fields(text)) - 2 {
			for row := range uint(2) {
				f.Add(uint(table), uint(column), row, []byte{byte(row), 'x'}, row%2 == 0)
			}
			f.Add(uint(table), uint(column), uint(0), []byte{}, false)
		}
	}
	f.Fuzz(func(t *testing.T, table, column, row uint, value []byte, flip bool) {
		path := filepath.Join(t.TempDir(), "state.db")
		require.NoError(t, os.WriteFile(path, content, 0o600))
		fields := strings.Fields(fuzzColumns[table%uint(len(fuzzColumns))])
		keys, columns, isKey := fields[1:], []string(nil), false
		for i, field := range keys {
			if field == "|" {
				keys, columns = keys[:i:i], append(append(columns, keys[:i]...), keys[i+1:]...)
				break
			}
		}
		chosen := columns[column%uint(len(columns))]
		isKey = int(column%uint(len(columns))) < len(keys) || fields[0] == "dead" && chosen == "part"
		if !damageColumn(t, path, fields[0], keys, chosen, row, value, flip) {
			t.Skip("nothing changed")
		}
		lacks, failed := examine(t, path, want)
		for read, err := range failed {
			if fields[0] == "meta" {
				continue // a newer version, or one that is none
			}
			require.ErrorIs(t, err, duijiesync.ErrStateCorrupt, read)
			require.ErrorContains(t, err, "table duijie_"+fields[0]+", ", read)
		}
		if fields[0] != "meta" {
			require.NotEmpty(t, len(failed)+len(lacks), "%s.%s: nobody noticed", fields[0], chosen)
		}
		require.True(t, isKey || len(lacks) == 0, "%s.%s: %q lack a record and say nothing", fields[0], chosen, lacks)
	})
}

// damageColumn changes a column of the n-th row, and tells whether it did.
func damageColumn(t *testing.T, path, table string, keys []string, column string, n uint, value []byte, flip bool) bool {
	t.Helper()
	raw, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	raw.SetMaxOpenConns(1)
	defer func() { require.NoError(t, raw.Close()) }()
	var rows uint
	require.NoError(t, raw.QueryRow("SELECT count(*) FROM duijie_"+table).Scan(&rows))
	old := make([]any, 1+len(keys))
	into := make([]any, len(old))
	for i := range old {
		into[i] = &old[i]
	}
	list := strings.Join(keys, ", ")
	require.NoError(t, raw.QueryRow(fmt.Sprintf("SELECT %s, %s FROM duijie_%s ORDER BY %s LIMIT 1 OFFSET %d",
		column, list, table, list, n%max(rows, 1))).Scan(into...))
	was := old[0]
	switch old := was.(type) {
	case int64:
		var v int64
		for _, b := range value {
			v = v<<8 | int64(b)
		}
		if flip {
			v ^= old
		}
		was = v
	case []byte:
		was = damageBytes(old, value, flip)
	case string:
		was = string(damageBytes([]byte(old), value, flip))
	}
	if b, ok := was.([]byte); ok && bytes.Equal(b, old[0].([]byte)) || !ok && was == old[0] {
		return false
	}
	args := append([]any{was}, old[1:]...)
	for i := range args {
		if b, ok := args[i].([]byte); ok && len(b) == 0 { // as the driver gives it, it would be NULL
			args[i] = []byte{}
		}
	}
	result, err := raw.Exec("UPDATE duijie_"+table+" SET "+column+" = ? WHERE "+strings.Join(keys, " = ? AND ")+" = ?", args...)
	if err != nil {
		return false // two rows with one key are refused
	}
	changed, err := result.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, changed)
	return true
}

// damageBytes replaces bytes, or flips them as far as they reach.
func damageBytes(old, value []byte, flip bool) []byte {
	if !flip {
		return append([]byte{}, value...)
	}
	damaged := append([]byte{}, old...)
	for i := range min(len(value), len(damaged)) {
		damaged[i] ^= value[i]
	}
	return damaged
}

// FuzzFileBytes flips bytes of the file itself, wherever they lie, or cuts it
// off. Opening fails and names the file, or every read gives what was written,
// an error, or lacks a record that Check misses.
func FuzzFileBytes(f *testing.F) {
	content, want := original(f)
	for i := range uint64(60) { // number 21 has a lookup find the row of another key
		rng := rand.New(rand.NewPCG(i, 3))
		at := rng.IntN(len(content))
		for content[at] == 0 && rng.IntN(20) > 0 {
			at = rng.IntN(len(content))
		}
		mask := make([]byte, 1+rng.IntN(3))
		for j := range mask {
			mask[j] = byte(1 + rng.IntN(255))
		}
		f.Add(uint(at), mask)
	}
	for i := range 18 { // the file's header, and the beginning of each page
		f.Add(uint(i*5), []byte{0xff})
		f.Add(uint(i*4096+3+i%12), []byte{1})
	}
	f.Add(uint(8192), []byte{})
	f.Fuzz(func(t *testing.T, at uint, mask []byte) {
		damaged := append([]byte{}, content...)
		at %= uint(len(damaged))
		for i := 0; i < min(len(mask), 16) && int(at)+i < len(damaged); i++ {
			damaged[int(at)+i] ^= mask[i]
		}
		if len(mask) == 0 {
			damaged = damaged[:at]
		}
		path := filepath.Join(t.TempDir(), "state.db")
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		_, failed := examine(t, path, want)
		for read, err := range failed {
			if read == "open" {
				continue
			}
			require.ErrorIs(t, err, duijiesync.ErrStateCorrupt, read)
			require.NotErrorIs(t, err, context.DeadlineExceeded, read)
		}
	})
}
