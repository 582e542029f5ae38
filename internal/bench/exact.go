package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// lostCase loses the answer of every fiftieth write.
func lostCase(ctx context.Context, b *bench) error {
	cfg := serverConfig{Records: b.records, LoseEvery: 50}
	return b.allOnce(ctx, cfg, "1 in 50 answers lost", "a loop that repeats what failed")
}

// silentCase does half of every fiftieth write and answers success for it.
func silentCase(ctx context.Context, b *bench) error {
	cfg := serverConfig{Records: b.records, SilentEvery: 50}
	return b.allOnce(ctx, cfg, "1 in 50 writes half done, answered with success", "a loop that reads the code")
}

// allOnce wants every row in the target once, whatever the server does.
func (b *bench) allOnce(ctx context.Context, cfg serverConfig, what, how string) error {
	_, hand, err := task{Kind: handSerial, Retries: 3}.do(ctx, cfg)
	if err != nil {
		return err
	}
	res, stats, err := task{Kind: pipeline, State: b.stateFile(), Lookup: true, Lanes: 4}.do(ctx, cfg)
	if err != nil {
		return err
	}
	if cfg.LoseEvery > 0 && stats.Lost == 0 {
		return fmt.Errorf("no answer was lost")
	}
	text := func(s serverStats) string {
		return fmt.Sprintf("%d of %d rows, %d duplicates", s.Rows, cfg.Records, s.Duplicates)
	}
	ok := res.Error == "" && stats.Rows == cfg.Records && stats.Duplicates == 0 && stats.Wrong == 0 && stats.Updates == 0 &&
		res.Report != nil && res.Report.Created == int64(cfg.Records) && res.Report.Complete()
	b.must(fmt.Sprintf("%s, %d writes of %d", what, cfg.Records/writeRows, writeRows), text(stats)+res.Error,
		how+": "+text(hand), "every row once", ok)
	return nil
}

// poisonRows are 21 orders (fewer in a short run), each in a write of its own.
func poisonRows(records int) []int {
	var poison []int
	for i := range 21 {
		if n := 7 + i*931; n <= records {
			poison = append(poison, n)
		}
	}
	return poison
}

// poisonCase has rows among the others that the target will not have.
func poisonCase(ctx context.Context, b *bench) error {
	for _, named := range []bool{true, false} {
		cfg := serverConfig{Records: b.records, Poison: poisonRows(b.records), Named: named}
		bad, writes := len(cfg.Poison), cfg.Records/writeRows
		_, hand, err := task{Kind: handSerial, OneByOne: true}.do(ctx, cfg)
		if err != nil {
			return err
		}
		file := b.stateFile()
		res, stats, err := task{Kind: pipeline, State: file, Lookup: true, Lanes: 4}.do(ctx, cfg)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%d poison rows among %d, named by the target", bad, cfg.Records)
		if !named {
			what = fmt.Sprintf("%d poison rows among %d, not named", bad, cfg.Records)
		}
		dead, err := deadIndexes(ctx, file)
		if err != nil {
			return err
		}
		extra := stats.Saves - writes
		most := min(int(2*float64(bad)*math.Log2(writeRows))+bad, 200)
		ok := res.Error == "" && stats.Rows == cfg.Records-bad && stats.Duplicates == 0 && stats.Wrong == 0 &&
			slices.Equal(dead, cfg.Poison) && extra <= most
		b.must(what, fmt.Sprintf("%d rows, %d duplicates, %d dead letters, %d extra writes%s",
			stats.Rows, stats.Duplicates, len(dead), extra, res.Error),
			fmt.Sprintf("a loop that parts row by row: %d rows, %d extra writes, no letters", hand.Rows, hand.Saves-writes),
			fmt.Sprintf("%d rows once, these %d letters, ≤ %d extra writes", cfg.Records-bad, bad, most), ok)
	}
	return nil
}

// deadIndexes are the orders among the dead letters of a state.
func deadIndexes(ctx context.Context, file string) ([]int, error) {
	state, err := sqlite.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = state.Close() }()
	letters, err := state.DeadLetters(ctx, "bench", duijiesync.DeadLetterQuery{Limit: 1000})
	if err != nil {
		return nil, err
	}
	dead := make([]int, len(letters))
	for i, l := range letters {
		dead[i] = indexOf(l.Key)
	}
	slices.Sort(dead)
	return dead, nil
}
