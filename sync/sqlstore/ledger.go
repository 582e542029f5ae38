package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// lookupSizes are the numbers of keys that lookup statements take. A shorter
// list is filled up with NULL, which no key is.
var lookupSizes = [...]int{1, 20, 100, 500}

// chunk is the most keys of one statement.
const chunk = 500

// Ledger returns the entries of keys. Absent keys are not in the map.
func (s *Store) Ledger(ctx context.Context, pipeline string, keys []string) (map[string]duijiesync.Entry, error) {
	op := "read ledger of " + quote(pipeline)
	if err := checkPipeline(pipeline); err != nil {
		return nil, s.fail(ctx, op, err)
	}
	entries := make(map[string]duijiesync.Entry, len(keys))
	sorted := sortedKeys(keys)
	for start := 0; start < len(sorted); start += chunk {
		part := sorted[start:min(start+chunk, len(sorted))]
		err := s.attempt(ctx, func() error { return s.lookup(ctx, pipeline, part, entries) })
		if err != nil {
			return nil, s.fail(ctx, op, err)
		}
	}
	return entries, nil
}

// lookup adds the entries of at most chunk keys.
func (s *Store) lookup(ctx context.Context, pipeline string, keys []string, entries map[string]duijiesync.Entry) error {
	i := 0
	for lookupSizes[i] < len(keys) {
		i++
	}
	args := append(make([]any, 0, 1+lookupSizes[i]), []byte(pipeline))
	for _, key := range keys {
		args = append(args, storeKey(key).rkey)
	}
	for len(args) < 1+lookupSizes[i] {
		args = append(args, nil)
	}
	var sum rowSum
	return s.query(ctx, s.lookups[i].on(s.db), args, func(rows *sql.Rows) error {
		entry, err := s.scanEntry(rows, pipeline, &sum)
		if err != nil {
			return err
		}
		if !asked(keys, entry.Key) {
			return s.corrupt("ledger", rowName(pipeline, entry.Key), notAsked)
		}
		entries[entry.Key] = entry
		return nil
	})
}

// Entries lists the ledger in the order of its keys, those of more than 512
// bytes by their hash.
func (s *Store) Entries(ctx context.Context, pipeline, after string, limit int) (entries []duijiesync.Entry, next string, err error) {
	op := "list ledger of " + quote(pipeline)
	if err := checkPipeline(pipeline); err != nil {
		return nil, "", s.fail(ctx, op, err)
	}
	if limit <= 0 {
		limit = 1000
	}
	from := []byte{} // a cursor is a dot and the last rkey, so that it is never empty
	if after != "" {
		from = append([]byte(after[1:]), 0)
	}
	err = s.attempt(ctx, func() error {
		entries, next = nil, ""
		var sum rowSum
		args := []any{[]byte(pipeline), from, limit + 1}
		return s.query(ctx, s.read(queryListEntries), args, func(rows *sql.Rows) error {
			if len(entries) == limit {
				next = "." + string(storeKey(entries[limit-1].Key).rkey)
				return nil
			}
			entry, err := s.scanEntry(rows, pipeline, &sum)
			entries = append(entries, entry)
			return err
		})
	})
	if err != nil {
		return nil, "", s.fail(ctx, op, err)
	}
	return entries, next, nil
}

// Expire forgets entries in state EntryDone last updated before a time.
func (s *Store) Expire(ctx context.Context, lease duijiesync.Lease, before time.Time) (n int64, err error) {
	err = s.writeGuarded(ctx, lease, func(t *transaction) (err error) {
		n, err = t.exec(queryExpire, []byte(lease.Scope.Pipeline), int64(duijiesync.EntryDone), toMillis(before))
		return err
	})
	if err != nil {
		return 0, s.fail(ctx, "expire entries of "+scopeText(lease.Scope), err)
	}
	return n, nil
}

// scanEntry reads one row of the ledger.
func (s *Store) scanEntry(rows *sql.Rows, pipeline string, sum *rowSum) (entry duijiesync.Entry, err error) {
	var (
		rkey, fullkey, fingerprint, target sql.RawBytes
		step                               sql.RawBytes
		state, updated                     int64
		stored                             sql.NullInt64
	)
	if err := rows.Scan(&rkey, &fullkey, &fingerprint, &target, &state, &entry.Version, &updated, &step, &stored); err != nil {
		return entry, s.unread(rows, "ledger", rowName(pipeline, string(rkey)), err)
	}
	corrupt := func(why string) (duijiesync.Entry, error) {
		return duijiesync.Entry{}, s.corrupt("ledger", rowName(pipeline, string(rkey)), why)
	}
	if entry.Key, err = loadKey(rkey, fullkey); err != nil {
		return corrupt(err.Error())
	}
	if len(fingerprint) != len(entry.Fingerprint) {
		return corrupt(fmt.Sprintf("the fingerprint has %d bytes", len(fingerprint)))
	}
	copy(entry.Fingerprint[:], fingerprint)
	if state < int64(duijiesync.EntryDone) || state > int64(duijiesync.EntryGone) {
		return corrupt(fmt.Sprintf("there is no state %d", state))
	}
	entry.TargetID = string(target)
	entry.State = duijiesync.EntryState(state)
	entry.Updated = fromMillis(updated)
	entry.Step = string(step)
	if err := entrySum(sum, pipeline, &entry, updated).check(stored); err != nil {
		return corrupt(err.Error())
	}
	return entry, nil
}

func entrySum(sum *rowSum, pipeline string, entry *duijiesync.Entry, updated int64) *rowSum {
	return sum.reset().string(pipeline).string(entry.Key).bytes(entry.Fingerprint[:]).string(entry.TargetID).
		number(int64(entry.State)).number(entry.Version).number(updated).string(entry.Step)
}

// deleteKeys runs a statement that deletes the row of one key, for each.
func (t *transaction) deleteKeys(q query, pipeline string, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	stmt, name := t.stmt(q), []byte(pipeline)
	for _, key := range sortedKeys(keys) {
		if _, err := stmt.ExecContext(t.ctx, name, storeKey(key).rkey); err != nil {
			return fmt.Errorf("key %s: %w", quote(key), err)
		}
	}
	return nil
}

// rowName names the row of a key in errors.
func rowName(pipeline, key string) string {
	return "pipeline " + quote(pipeline) + ", key " + quote(key)
}
