package sqlstoretest

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"
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

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache/tokencachetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

// The environment variables that make a child of the test binary: what to do, and
// where.
const (
	childModeEnv   = "DUIJIE_TEST_CHILD_MODE"
	childServerEnv = "DUIJIE_TEST_CHILD_SERVER"
	childDSNEnv    = "DUIJIE_TEST_CHILD_DSN"
	childPrefixEnv = "DUIJIE_TEST_CHILD_PREFIX"
	childVendorEnv = "DUIJIE_TEST_CHILD_VENDOR"

	// childTTL is short, so that the next process need not wait for the end of a
	// killed one's lease.
	childTTL = 50 * time.Millisecond
	// countEach is how often each of those that race counts.
	countEach = 15
)

// child is the main function of a child.
func child(mode string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	driver, dialect := "pgx", sqlstore.PostgreSQL
	if os.Getenv(childServerEnv) == "MySQL" {
		driver, dialect = "mysql", sqlstore.MySQL
	}
	db, err := sql.Open(driver, os.Getenv(childDSNEnv))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	store, err := sqlstore.New(ctx, db, dialect, sqlstore.WithTablePrefix(os.Getenv(childPrefixEnv)), sqlstore.WithTokenKey(key))
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
	case "book":
		return bookCalls(ctx, store)
	case "migrate":
		return nil
	}
	return openForever(ctx, store)
}

func (s server) childCommand(t *testing.T, prefix, mode string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childModeEnv+"="+mode, childServerEnv+"="+s.name, childDSNEnv+"="+s.dsn(t), childPrefixEnv+"="+prefix)
	cmd.Stderr = new(strings.Builder)
	return cmd
}

// openForever opens batch after batch, settles every third, and says so once
// each call has returned.
func openForever(ctx context.Context, store *sqlstore.Store) error {
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
	onServers(t, func(t *testing.T, s server) {
		prefix := s.newPrefix(t)
		store := s.store(t, prefix)
		open, checkpoint := map[int64]bool{}, duijiesync.Checkpoint("")
		var settled []string
		for round := range 3 {
			for _, line := range s.killAfter(t, prefix, 20+15*round) {
				what, number, _ := strings.Cut(line, " ")
				seq, err := strconv.ParseInt(number, 10, 64)
				require.NoError(t, err)
				if open[seq] = what == "open"; what == "settled" {
					delete(open, seq)
					checkpoint, settled = duijiesync.Checkpoint(number), append(settled, number)
				}
			}
			checkAcknowledged(t, store, open, checkpoint, settled)
		}
		require.NotEmpty(t, settled)
	})
}

// killAfter starts a child, kills it once it has said so many lines, and
// returns all it said.
func (s server) killAfter(t *testing.T, prefix string, lines int) (said []string) {
	t.Helper()
	cmd := s.childCommand(t, prefix, "open")
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

// checkAcknowledged reads what the next process would. More may be there than was
// said: the last call of a child had no time to say so, and may be under way still.
func checkAcknowledged(t *testing.T, store *sqlstore.Store, open map[int64]bool, checkpoint duijiesync.Checkpoint, settled []string) {
	t.Helper()
	lease, err := acquireWhenFree(t.Context(), store, orders, time.Minute) // from here on the killed one writes no more
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Release(t.Context(), lease)) }()
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
		lease, err := acquireWhenFree(ctx, store, orders, 2*time.Millisecond)
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
	onServers(t, func(t *testing.T, s server) {
		prefix := s.newPrefix(t)
		// Two handles in this process, two processes besides.
		var group sync.WaitGroup
		for range 2 {
			store := s.store(t, prefix)
			group.Go(func() { assert.NoError(t, count(t.Context(), store)) })
			cmd := s.childCommand(t, prefix, "count")
			require.NoError(t, cmd.Start())
			group.Go(func() { assert.NoError(t, cmd.Wait(), cmd.Stderr) })
		}
		group.Wait()

		store := s.store(t, prefix)
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
	})
}

const (
	sharers    = 3
	inEach     = 4
	callsEach  = 40
	bookEach   = 5
	vendorLife = 60 // calls a session lasts
)

var sharedQuota = duijie.Quota{Calls: 2, Per: time.Minute}

// runSharers runs children side by side and returns the words they print.
func (s server) runSharers(t *testing.T, prefix, mode, vendor string) (words []string) {
	t.Helper()
	var cmds []*exec.Cmd
	for range sharers {
		cmd := s.childCommand(t, prefix, mode)
		cmd.Env = append(cmd.Env, childVendorEnv+"="+vendor)
		cmd.Stdout = new(strings.Builder)
		require.NoError(t, cmd.Start())
		cmds = append(cmds, cmd)
	}
	for _, cmd := range cmds {
		require.NoError(t, cmd.Wait(), cmd.Stderr)
		words = append(words, strings.Fields(fmt.Sprint(cmd.Stdout))...)
	}
	return words
}

func TestProcessesLogInOncePerGeneration(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		platform := &tokencachetest.Vendor{Life: vendorLife}
		server := httptest.NewServer(platform)
		t.Cleanup(server.Close)
		prefix := s.newPrefix(t)
		s.runSharers(t, prefix, "renew", server.URL)

		seen := platform.Counts()
		require.Zero(t, seen.Wasted, "of %d logins", seen.Logins)
		require.Equal(t, sharers*inEach*callsEach/vendorLife, seen.Logins)
		token, err := tokensOf(t, s.store(t, prefix)).Load(t.Context(), "vendor")
		require.NoError(t, err)
		require.EqualValues(t, seen.Logins, token.Gen)
		require.Equal(t, tokencachetest.Session(seen.Logins), token.Value.Reveal())
	})
}

func TestProcessesKeepAQuotaTogether(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		prefix := s.newPrefix(t)
		type booking struct{ earliest, latest int64 }
		var booked []booking
		for _, word := range s.runSharers(t, prefix, "book", "") {
			var b booking
			_, err := fmt.Sscanf(word, "%d-%d", &b.earliest, &b.latest)
			require.NoError(t, err)
			booked = append(booked, b)
		}
		require.Len(t, booked, sharers*inEach*bookEach)
		slices.SortFunc(booked, func(a, b booking) int { return int(a.latest - b.latest) })
		least := int64(sharedQuota.Per - time.Millisecond)
		for i := sharedQuota.Calls; i < len(booked); i++ {
			first := booked[i].earliest
			for _, b := range booked[i-sharedQuota.Calls : i] {
				first = min(first, b.earliest)
			}
			require.GreaterOrEqual(t, booked[i].latest-first, least, "calls up to %d", i)
		}
		_, ok, err := tokensOf(t, s.store(t, prefix)).Reserve(t.Context(), "vendor", sharedQuota, 10*time.Minute)
		require.NoError(t, err)
		require.False(t, ok, "those of the ended processes still count")
	})
}

// bookCalls prints, for each call it books, between which moments it lies.
func bookCalls(ctx context.Context, store *sqlstore.Store) error {
	tokens, err := store.Tokens(ctx)
	if err != nil {
		return err
	}
	errs := make(chan error)
	for range inEach {
		go func() {
			var err error
			for range bookEach {
				before := time.Now()
				wait, ok, failed := tokens.Reserve(ctx, "vendor", sharedQuota, time.Hour)
				if failed != nil || !ok {
					err = fmt.Errorf("booked: %v: %w", ok, failed)
				}
				fmt.Printf("%d-%d\n", before.Add(wait).UnixNano(), time.Now().Add(wait).UnixNano())
			}
			errs <- err
		}()
	}
	for range inEach {
		err = errors.Join(err, <-errs)
	}
	return err
}
