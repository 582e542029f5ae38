package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	if status, was := child(); was {
		os.Exit(status)
	}
	os.Exit(m.Run())
}

// short is a run with few records, so that the cases can't rot. They run in
// processes of their own here too.
func short(t *testing.T) *bench {
	t.Helper()
	return &bench{dir: t.TempDir(), records: 2000, rounds: 1, log: t.Output()}
}

// TestCasesAboutRows are the cases that fail when a row is missing or doubled,
// with few records.
func TestCasesAboutRows(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(context.Context, *bench) error{
		"lost": lostCase, "silent": silentCase, "poison": poisonCase,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := short(t)
			require.NoError(t, run(t.Context(), b))
			require.NotEmpty(t, b.rows)
			require.Empty(t, b.failures)
		})
	}
}

// TestCost: the cases about cost run to their end with few records, each
// contender writing every row once.
func TestCost(t *testing.T) {
	t.Parallel()
	b := short(t)
	b.records = 200
	require.NoError(t, costCase(t.Context(), b))
	require.NotEmpty(t, b.rows)
	for _, row := range b.rows {
		require.NotEmpty(t, row.ours, row.what)
	}
}

// TestTheServerSeesDuplicates: on the same server, with the same faults, a loop
// that repeats what failed writes rows twice, and one that reads nothing but the
// code loses some. Without that, a green table would say nothing.
func TestTheServerSeesDuplicates(t *testing.T) {
	t.Parallel()
	const records = 2000
	_, stats, err := task{Kind: handSerial, Retries: 3}.do(t.Context(), serverConfig{Records: records, LoseEvery: 10})
	require.NoError(t, err)
	require.Equal(t, records, stats.Rows)
	require.Equal(t, stats.Lost*writeRows, stats.Duplicates)
	require.Positive(t, stats.Lost)

	_, stats, err = task{Kind: handSerial}.do(t.Context(), serverConfig{Records: records, SilentEvery: 10})
	require.NoError(t, err)
	require.Equal(t, records-records/writeRows/10*writeRows/2, stats.Rows)
	require.Zero(t, stats.Duplicates)

	_, stats, err = task{Kind: handSerial, OneByOne: true}.do(t.Context(), serverConfig{Records: records, Poison: []int{7, 938}})
	require.NoError(t, err)
	require.Equal(t, records-2, stats.Rows)
}

// TestEveryLoopWritesEveryRow: the loops the pipeline is compared with do the
// whole work.
func TestEveryLoopWritesEveryRow(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{handSerial, handPrefetch, handParallel} {
		for _, lookup := range []bool{false, true} {
			res, stats, err := task{Kind: k, Lookup: lookup, Lanes: 4}.do(t.Context(), serverConfig{Records: 1010})
			require.NoError(t, err)
			require.Empty(t, res.Error)
			require.Equal(t, 1010, stats.Rows, "%s", k)
			require.Zero(t, stats.Duplicates+stats.Wrong)
			require.Equal(t, lookup, stats.Finds > 0)
		}
	}
}

// TestTheServerThrottles: its bucket lets through what it should, and no more.
func TestTheServerThrottles(t *testing.T) {
	t.Parallel()
	s := newServer(serverConfig{PerSecond: 50})
	at := time.Unix(1_767_225_600, 0)
	admitted := 0
	for i := range 10_000 { // a call a millisecond
		if s.admit(at.Add(time.Duration(i) * time.Millisecond)) {
			admitted++
		}
	}
	require.InDelta(t, 500+throttleBurst, admitted, 2)
	require.Equal(t, 10_000-admitted, s.stats.Throttled)
}
