package sqlstoretest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

// TestConnectionLostAtEveryMessage cuts the connection at each message of a
// settlement, before the server has it and after. A lost connection is replaced and all is
// done, once; but where the commit itself was lost nobody says that it was done, or
// that it was not.
func TestConnectionLostAtEveryMessage(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		through, cutter := s.cut(t)
		prefix := s.newPrefix(t)
		store, direct := through.store(t, prefix), s.store(t, prefix)
		unknown, replaced := 0, 0
		for _, after := range []bool{false, true} {
			for n, done := 1, false; !done; n++ {
				require.Less(t, n, 100)
				scope := duijiesync.Scope{Pipeline: fmt.Sprintf("%v %d", after, n), Partition: "p"}
				lease := acquire(t, store, scope)
				require.NoError(t, openBatch(t, store, lease, childBatch(7)))
				moved := duijiesync.Checkpoint("moved")
				settlement := duijiesync.Settlement{
					Close:      []int64{7},
					Entries:    []duijiesync.Entry{{Key: "a", State: duijiesync.EntryDone}, {Key: "b", State: duijiesync.EntryDone}},
					Dead:       []duijiesync.DeadLetter{{Key: "c", Reason: duijiesync.DeadRefused, Attempts: 1, First: noon, Last: noon}},
					Checkpoint: &moved,
				}
				cutter.arm(n, after, false)
				err := store.Settle(t.Context(), lease, settlement)
				_, last := cutter.disarm()
				stored := settled(t, direct, scope)
				switch {
				case last == "":
					require.NoError(t, err)
					require.True(t, stored)
					done = true
				case isCommit([]byte(last)):
					require.ErrorIs(t, err, sqlstore.ErrCommitUnknown)
					require.Equal(t, after, stored, "message %d", n)
					unknown++
				default:
					require.NoError(t, err, "message %d, after: %v: %q", n, after, last)
					require.True(t, stored)
					replaced++
				}
			}
		}
		require.Equal(t, 2, unknown)
		require.Greater(t, replaced, 8)
	})
}

// settled tells whether all of a settlement took place, and fails where some did, or
// where it did twice.
func settled(t *testing.T, store *sqlstore.Store, scope duijiesync.Scope) bool {
	t.Helper()
	open, err := store.OpenBatches(t.Context(), scope)
	require.NoError(t, err)
	entries, err := store.Ledger(t.Context(), scope.Pipeline, []string{"a", "b"})
	require.NoError(t, err)
	letters, err := store.DeadLetters(t.Context(), scope.Pipeline, duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	checkpoint, err := store.Checkpoint(t.Context(), scope)
	require.NoError(t, err)
	if len(open) == 1 {
		require.Empty(t, entries)
		require.Empty(t, letters)
		require.Empty(t, checkpoint)
		return false
	}
	require.Len(t, entries, 2)
	require.Len(t, letters, 1)
	require.Equal(t, 1, letters[0].Attempts)
	require.Equal(t, duijiesync.Checkpoint("moved"), checkpoint)
	return true
}

// TestTokenLostInCommit: whoever renewed a token and does not know whether it is stored
// never has two valid at once.
func TestTokenLostInCommit(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		through, cutter := s.cut(t)
		prefix := s.newPrefix(t)
		tokens, direct := tokensOf(t, through.store(t, prefix)), tokensOf(t, s.store(t, prefix))
		commitToken(t, tokens, "scope", 0, "first")
		sent := 0
		for _, after := range []bool{false, true} {
			for n := 1; ; n++ {
				before, err := direct.Load(t.Context(), "scope")
				require.NoError(t, err)
				lease, ok, err := tokens.Acquire(t.Context(), "scope", before.Gen, time.Hour)
				require.NoError(t, err)
				require.True(t, ok)
				cutter.arm(n, after, false)
				token, err := tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret(fmt.Sprint("next", after, n))})
				_, last := cutter.disarm()
				now, loadErr := direct.Load(t.Context(), "scope")
				require.NoError(t, loadErr)
				if err == nil {
					require.Equal(t, token.Gen, now.Gen)
					require.Equal(t, before.Gen+1, now.Gen)
				} else {
					require.ErrorIs(t, err, sqlstore.ErrCommitUnknown)
					sent++
					require.Equal(t, after, now.Gen == before.Gen+1)
					require.NoError(t, direct.Release(t.Context(), lease))
				}
				if last == "" {
					break
				}
			}
		}
		require.Equal(t, 2, sent)
	})
}

// TestServerGone: without a server every call ends with an error, soon.
func TestServerGone(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		through, cutter := s.cut(t)
		store := through.store(t, s.newPrefix(t))
		lease := acquire(t, store, orders)
		cutter.arm(1, false, true) // each message from now on
		start := time.Now()
		err := store.Settle(t.Context(), lease, duijiesync.Settlement{})
		require.Error(t, err)
		require.NotErrorIs(t, err, sqlstore.ErrCommitUnknown)
		require.NotErrorIs(t, err, duijiesync.ErrLeaseLost)
		_, err = store.Ledger(t.Context(), "orders", []string{"a"})
		require.Error(t, err)
		require.Less(t, time.Since(start), 10*time.Second)
		cutter.disarm()
		require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{}))
	})
}

func openBatch(t testing.TB, state duijiesync.State, lease duijiesync.Lease, batch duijiesync.OpenBatch) error {
	t.Helper()
	_, err := state.Open(t.Context(), lease, batch)
	return err
}
