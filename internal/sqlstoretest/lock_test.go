package sqlstoretest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestDeadlockIsTriedAgain has a settlement die as the victim of a deadlock.
func TestDeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		prefix, db := s.newPrefix(t), s.open(t)
		store := s.storeOn(t, db, prefix)
		lease := acquire(t, store, orders)
		var fill, settlement duijiesync.Settlement
		for i := range 200 {
			fill.Entries = append(fill.Entries, duijiesync.Entry{Key: fmt.Sprint("other", i), State: duijiesync.EntryDone})
		}
		settlement.Entries = []duijiesync.Entry{{Key: "a", State: duijiesync.EntryDone}, {Key: "z", State: duijiesync.EntryDone}}
		fill.Entries = append(fill.Entries, settlement.Entries...)
		require.NoError(t, store.Settle(t.Context(), lease, fill))

		enemy, err := db.Begin()
		require.NoError(t, err)
		defer enemy.Rollback()
		if s.driver == "pgx" { // who waits first looks first, and is the victim; the enemy shall not look
			_, err = enemy.Exec("SET LOCAL deadlock_timeout = '1min'")
			require.NoError(t, err)
		}
		lock := func(key string) error {
			_, err := enemy.Exec("UPDATE " + prefix + "ledger SET updated = updated + 1 WHERE pipeline = " + s.text("orders") + " AND rkey = " + s.text(key))
			return err
		}
		// Who changed more is not the victim of MySQL.
		_, err = enemy.Exec("UPDATE " + prefix + "ledger SET updated = updated + 1 WHERE pipeline = " + s.text("orders") + " AND rkey > " + s.text("o"))
		require.NoError(t, err)
		done := make(chan error)
		go func() {
			settlement.Entries[0].TargetID, settlement.Entries[1].TargetID = "mine", "mine"
			done <- store.Settle(t.Context(), lease, settlement)
		}()
		s.waitForLock(t, db, prefix, "a")
		require.NoError(t, lock("a"))
		require.NoError(t, enemy.Commit())
		require.NoError(t, <-done)
		entries, err := store.Ledger(t.Context(), "orders", []string{"a", "z"})
		require.NoError(t, err)
		require.Equal(t, "mine", entries["a"].TargetID)
		require.Equal(t, "mine", entries["z"].TargetID)
	})
}

// waitForLock polls until somebody has locked a row of the ledger.
func (s server) waitForLock(t *testing.T, db *sql.DB, prefix, key string) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for range 2000 {
		tx, err := db.Begin()
		require.NoError(t, err)
		_, err = tx.Exec("SELECT 1 FROM " + prefix + "ledger WHERE pipeline = " + s.text("orders") + " AND rkey = " + s.text(key) + " FOR UPDATE NOWAIT")
		require.NoError(t, tx.Rollback())
		if err != nil {
			return
		}
		<-ticker.C
	}
	t.Fatal("nobody locks the row")
}

// TestPartitionsSettleTheSameKeys: partitions of a pipeline settle overlapping keys, in
// any order, at the same time. Nobody fails, and the letters count every attempt.
func TestPartitionsSettleTheSameKeys(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		const sides, rounds = 4, 12
		store := s.store(t, s.newPrefix(t))
		var leases []duijiesync.Lease
		for side := range sides {
			leases = append(leases, acquire(t, store, duijiesync.Scope{Pipeline: "orders", Partition: strings.Repeat("p", side)}))
		}
		for round := range rounds {
			var group sync.WaitGroup
			for side, lease := range leases {
				group.Go(func() {
					letter := duijiesync.DeadLetter{Key: fmt.Sprint("dead", round), Reason: duijiesync.DeadTransform, Attempts: 1}
					assert.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{letter}}))
					var settlement duijiesync.Settlement
					for i := range 20 {
						key := fmt.Sprint("key", (i*7+side*5+round)%25)
						settlement.Entries = append(settlement.Entries, duijiesync.Entry{Key: key, State: duijiesync.EntryDone})
						settlement.Forget = append(settlement.Forget, fmt.Sprint("key", (i*11+side*3)%25))
					}
					assert.NoError(t, store.Settle(t.Context(), lease, settlement))
				})
			}
			group.Wait()
		}
		letters, err := store.DeadLetters(t.Context(), "orders", duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, rounds)
		for _, letter := range letters {
			require.Equal(t, sides, letter.Attempts, letter.Key)
		}
	})
}

// A call that waits for another's lock ends with its context.
func TestContextEndsWhileWaiting(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		prefix, db := s.newPrefix(t), s.open(t)
		store := s.storeOn(t, db, prefix)
		lease := acquire(t, store, orders)
		enemy, err := db.Begin()
		require.NoError(t, err)
		defer enemy.Rollback()
		_, err = enemy.Exec("UPDATE " + prefix + "partition SET updated = updated + 1")
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		start := time.Now()
		moved := duijiesync.Checkpoint("moved")
		err = store.Settle(ctx, lease, duijiesync.Settlement{Checkpoint: &moved})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Less(t, time.Since(start), 4*time.Second)
		require.NoError(t, enemy.Rollback())
		checkpoint, err := store.Checkpoint(t.Context(), orders)
		require.NoError(t, err)
		require.Empty(t, checkpoint)
		require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{Checkpoint: &moved}))
	})
}

// Leases go by the server's clock: one that ran out by it is over, whatever the time here.
func TestLeasesGoByTheServersClock(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		prefix, db := s.newPrefix(t), s.open(t)
		store := s.storeOn(t, db, prefix)
		acquire(t, store, orders)
		var until, now int64
		clock := "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
		if s.driver == "mysql" {
			clock = "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)"
		}
		require.NoError(t, db.QueryRow(clock).Scan(&now))
		require.NoError(t, db.QueryRow("SELECT lease_until FROM "+prefix+"partition").Scan(&until))
		require.InDelta(t, now+time.Hour.Milliseconds(), until, 30_000)
		_, err := db.Exec(fmt.Sprintf("UPDATE %spartition SET lease_until = %d", prefix, now))
		require.NoError(t, err)
		acquire(t, store, orders)
	})
}

// The server's clock is asked, not the machine's: here it stands still, in 2001.
func TestMySQLClockOfTheSession(t *testing.T) {
	t.Parallel()
	s := mariadb("", "timestamp=1000000000")
	prefix, db := s.newPrefix(t), s.open(t)
	store := s.storeOn(t, db, prefix)
	lease := acquire(t, store, orders)
	require.NoError(t, store.Renew(t.Context(), lease, time.Minute))
	var until int64
	require.NoError(t, db.QueryRow("SELECT lease_until FROM "+prefix+"partition").Scan(&until))
	require.EqualValues(t, 1_000_000_060_000, until)
	tokens := tokensOf(t, store)
	_, ok, err := tokens.Acquire(t.Context(), "scope", 0, time.Minute)
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, db.QueryRow("SELECT lease_until FROM "+prefix+"token").Scan(&until))
	require.EqualValues(t, 1_000_000_060_000, until)
}

// Keys that share their first thousands of bytes come in order and are all listed,
// page by page: MySQL itself compares no more than 1024 bytes when it sorts.
func TestLongKeysAreListedInOrder(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		store := s.store(t, s.newPrefix(t))
		lease := acquire(t, store, orders)
		var keys []string
		var settlement duijiesync.Settlement
		for i := range 40 {
			key := strings.Repeat("k", 3000) + fmt.Sprintf("%03d", i*7%40)
			switch i % 4 {
			case 1:
				key = key[2500:]
			case 2:
				key = key[:511] + fmt.Sprint(i)
			}
			keys = append(keys, key)
			settlement.Dead = append(settlement.Dead, duijiesync.DeadLetter{Key: key, Reason: duijiesync.DeadRefused})
		}
		require.NoError(t, store.Settle(t.Context(), lease, settlement))
		slices.Sort(keys)
		for _, limit := range []int{1, 3, 7, 39, 40, 100} {
			var got []string
			for after := ""; ; after = got[len(got)-1] {
				letters, err := store.DeadLetters(t.Context(), "orders", duijiesync.DeadLetterQuery{After: after, Limit: limit})
				require.NoError(t, err)
				for _, letter := range letters {
					got = append(got, letter.Key)
				}
				if len(letters) < limit {
					break
				}
			}
			require.Equal(t, keys, got, "limit %d", limit)
		}
	})
}

// A body of many megabytes is stored, or refused by name; never cut.
func TestLargeLetter(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		store := s.store(t, s.newPrefix(t))
		lease := acquire(t, store, orders)
		for _, size := range []int{1 << 20, 9 << 20, 40 << 20} {
			raw := slices.Repeat([]byte("1234567\x00"), size/8)
			err := store.Settle(t.Context(), lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{{
				Key: "large", Reason: duijiesync.DeadRefused, Raw: raw,
			}}})
			if err != nil {
				require.Greater(t, size, 1<<20)
				require.ErrorContains(t, err, `dead letter "large": `)
				require.NotErrorIs(t, err, duijiesync.ErrLeaseLost)
				continue
			}
			letters, err := store.DeadLetters(t.Context(), "orders", duijiesync.DeadLetterQuery{})
			require.NoError(t, err)
			require.True(t, slices.Equal(raw, letters[0].Raw), "%d bytes", size)
		}
	})
}
