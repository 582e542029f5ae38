package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/tokencache/tokencachetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// The environment variables that make a child of the test binary: the path of
// the file and what to do with it.
const (
	childEnv     = "DUIJIE_TEST_CHILD_FILE"
	childModeEnv = "DUIJIE_TEST_CHILD_MODE"
	// childVendorEnv is the address of the platform that children call.
	childVendorEnv = "DUIJIE_TEST_CHILD_VENDOR"

	// childTTL is short, so that the next process need not wait for the end of a
	// killed one's lease.
	childTTL = 20 * time.Millisecond
	// countEach is how often each of the processes that race counts.
	countEach = 40
)

// child is the main function of a child.
func child(path, mode string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	switch mode {
	case "count":
		return count(ctx, store)
	case "renew":
		tokens, err := store.Tokens(ctx)
		if err != nil {
			return err
		}
		return tokencachetest.CallInMany(ctx, tokens, os.Getenv(childVendorEnv), inEach, callsEach)
	case "lead":
		return leadForever(ctx, store)
	case "book":
		return bookCalls(ctx, store)
	}
	return openForever(ctx, store)
}

// openForever opens batch after batch, settles every third, and says so once
// each call has returned.
func openForever(ctx context.Context, store *sqlite.Store) error {
	lease, err := acquireWhenFree(ctx, store, orders, childTTL)
	if err != nil {
		return err
	}
	for n := int64(1); ; n++ {
		seq := lease.Fence<<32 | n
		if _, err := store.Open(ctx, lease, childBatch(seq)); err != nil {
			return err
		}
		fmt.Println("open", seq)
		if n%3 != 0 {
			continue
		}
		checkpoint := duijiesync.Checkpoint(strconv.FormatInt(seq, 10))
		entry := duijiesync.Entry{Key: string(checkpoint), State: duijiesync.EntryDone}
		err := store.Settle(ctx, lease, duijiesync.Settlement{
			Close: []int64{seq}, Checkpoint: &checkpoint, Entries: []duijiesync.Entry{entry},
		})
		if err != nil {
			return err
		}
		fmt.Println("settled", seq)
	}
}

func childBatch(seq int64) duijiesync.OpenBatch {
	batch := duijiesync.OpenBatch{Seq: seq, Started: noon}
	for i := range 20 {
		batch.Intents = append(batch.Intents, duijiesync.Intent{Key: fmt.Sprintf("%d-%d", seq, i), Version: seq})
	}
	return batch
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	open, checkpoint := map[int64]bool{}, duijiesync.Checkpoint("")
	var settled []string
	for round := range 5 {
		for _, line := range killAfter(t, path, 20+30*round) {
			what, number, _ := strings.Cut(line, " ")
			seq, err := strconv.ParseInt(number, 10, 64)
			require.NoError(t, err)
			if open[seq] = what == "open"; what == "settled" {
				delete(open, seq)
				checkpoint, settled = duijiesync.Checkpoint(number), append(settled, number)
			}
		}
		checkAcknowledged(t, path, open, checkpoint, settled)
	}
	require.NotEmpty(t, settled)
}

// killAfter starts a child, kills it once it has said so many lines, and
// returns all it said.
func killAfter(t *testing.T, path string, lines int) (said []string) {
	t.Helper()
	cmd := childCommand(t, path, "open")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		said = append(said, scanner.Text())
		if len(said) == lines {
			require.NoError(t, cmd.Process.Kill()) // SIGKILL
		}
	}
	require.NoError(t, scanner.Err())
	var exit *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &exit)
	require.GreaterOrEqual(t, len(said), lines, "the child ended by itself: %v", cmd.Stderr)
	return said
}

// checkAcknowledged opens the file as the next process would. More may be in
// it than was said: the last call of a child had no time to say so.
func checkAcknowledged(t *testing.T, path string, open map[int64]bool, checkpoint duijiesync.Checkpoint, settled []string) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	batches, err := store.OpenBatches(t.Context(), orders)
	require.NoError(t, err)
	found := map[int64]bool{}
	for _, batch := range batches {
		require.Equal(t, childBatch(batch.Seq), batch)
		found[batch.Seq] = true
	}
	got, err := store.Checkpoint(t.Context(), orders)
	require.NoError(t, err)
	for seq := range open {
		if !found[seq] { // then it was settled in the last moment, wholly
			require.Equal(t, duijiesync.Checkpoint(strconv.FormatInt(seq, 10)), got)
			delete(open, seq)
			checkpoint, settled = got, append(settled, string(got))
		}
	}
	require.GreaterOrEqual(t, got, checkpoint)
	entries, err := store.Ledger(t.Context(), "orders", settled)
	require.NoError(t, err)
	require.Len(t, entries, len(settled))
}

// count moves the checkpoint on by one, again and again, under a lease of its
// own each time that often runs out before it is used.
func count(ctx context.Context, store duijiesync.State) error {
	for done := 0; done < countEach; {
		lease, err := acquireWhenFree(ctx, store, orders, time.Millisecond)
		if err != nil {
			return err
		}
		text, err := store.Checkpoint(ctx, orders)
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(string(text))
		next := duijiesync.Checkpoint(strconv.Itoa(n + 1))
		err = store.Settle(ctx, lease, duijiesync.Settlement{
			Checkpoint: &next, Entries: []duijiesync.Entry{{Key: string(next), State: duijiesync.EntryDone, Version: lease.Fence}},
		})
		switch {
		case errors.Is(err, duijiesync.ErrLeaseLost):
			continue
		case err != nil:
			return err
		}
		done++
		if done%2 == 0 { // else the lease runs out
			if err := store.Release(ctx, lease); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestProcessesRaceForTheLease(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	// Two handles in this process, two processes besides.
	var group sync.WaitGroup
	for range 2 {
		store := openStore(t, path)
		group.Go(func() { assert.NoError(t, count(t.Context(), store)) })
		cmd := childCommand(t, path, "count")
		require.NoError(t, cmd.Start())
		group.Go(func() { assert.NoError(t, cmd.Wait(), cmd.Stderr) })
	}
	group.Wait()

	store := openStore(t, path)
	got, err := store.Checkpoint(t.Context(), orders)
	require.NoError(t, err)
	require.Equal(t, duijiesync.Checkpoint(strconv.Itoa(4*countEach)), got)
	var keys []string
	for i := range 4 * countEach {
		keys = append(keys, strconv.Itoa(i+1))
	}
	entries, err := store.Ledger(t.Context(), "orders", keys)
	require.NoError(t, err)
	var fences []int64
	for _, key := range keys {
		fences = append(fences, entries[key].Version)
	}
	require.True(t, slices.IsSorted(fences))
	require.Len(t, slices.Compact(fences), 4*countEach, "one settlement per fence")
}

func childCommand(t *testing.T, path, mode string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childEnv+"="+path, childModeEnv+"="+mode)
	cmd.Stderr = new(strings.Builder)
	return cmd
}
