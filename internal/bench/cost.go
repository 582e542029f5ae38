package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// contender is one way to do the work of the cost case.
type contender struct {
	name string
	task task
	// durable keeps the state in SQLite; million starts from a ledger of a million
	// rows; scattered are records whose keys do not grow.
	durable, million, scattered bool

	done []*result
}

// The contenders by their place in costCase.
const (
	byHand = iota
	byHandLookup
	inMemory
	inMemoryLookup
	inSQLite
	inSQLiteLookup
	inSQLiteScattered
	inMillion
	inMillionLookup
	inMillionScattered
)

// costCase compares what a record costs where the server answers at once.
func costCase(ctx context.Context, b *bench) error {
	all := []*contender{
		byHand:             {name: "hand", task: task{Kind: handSerial}},
		byHandLookup:       {name: "hand-lookup", task: task{Kind: handSerial, Lookup: true}},
		inMemory:           {name: "memory", task: task{Kind: pipeline}},
		inMemoryLookup:     {name: "memory-lookup", task: task{Kind: pipeline, Lookup: true}},
		inSQLite:           {name: "sqlite", task: task{Kind: pipeline}, durable: true},
		inSQLiteLookup:     {name: "sqlite-lookup", task: task{Kind: pipeline, Lookup: true}, durable: true},
		inSQLiteScattered:  {name: "sqlite-scattered", task: task{Kind: pipeline}, durable: true, scattered: true},
		inMillion:          {name: "million", task: task{Kind: pipeline}, durable: true, million: true},
		inMillionLookup:    {name: "million-lookup", task: task{Kind: pipeline, Lookup: true}, durable: true, million: true},
		inMillionScattered: {name: "million-scattered", task: task{Kind: pipeline}, durable: true, million: true, scattered: true},
	}
	for range b.rounds {
		for _, c := range all {
			if c.million && b.million == "" {
				continue
			}
			if err := c.once(ctx, b); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	if err := b.profile(ctx, all); err != nil {
		return err
	}
	b.compareCost(all)
	return nil
}

// profile runs every contender twice more, once for each profile.
func (b *bench) profile(ctx context.Context, all []*contender) error {
	if b.profiles == "" {
		return nil
	}
	for _, c := range all {
		if c.million && b.million == "" {
			continue
		}
		for _, file := range []*string{&c.task.CPUProfile, &c.task.MemProfile} {
			*file = filepath.Join(b.profiles, c.name+".cpu")
			if file == &c.task.MemProfile {
				*file = filepath.Join(b.profiles, c.name+".mem")
			}
			if err := c.once(ctx, b); err != nil {
				return err
			}
			*file = ""
			c.done = c.done[:len(c.done)-1]
		}
	}
	return nil
}

// once does the work one time and checks that it was done.
func (c *contender) once(ctx context.Context, b *bench) (err error) {
	t, records := c.task, b.records
	if c.durable {
		t.State = b.stateFile()
		defer func() { err = errors.Join(err, os.Remove(t.State)) }()
	}
	if c.million {
		if err := copyFile(t.State, b.million); err != nil {
			return err
		}
		records += millionRows
	}
	res, stats, err := t.do(ctx, serverConfig{Records: records, Scattered: c.scattered})
	if err != nil {
		return err
	}
	if stats.Rows != b.records || stats.Duplicates != 0 || stats.Wrong != 0 || res.Error != "" {
		return fmt.Errorf("%d rows, %d duplicates, %d wrong: %s", stats.Rows, stats.Duplicates, stats.Wrong, res.Error)
	}
	c.done = append(c.done, res)
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// best is the run that took the least CPU time: what others on the machine add is
// never negative.
func (c *contender) best() *result {
	return slices.MinFunc(c.done, func(x, y *result) int { return cmp.Compare(x.CPU, y.CPU) })
}

// fastest is the shortest run.
func (c *contender) fastest() time.Duration {
	return slices.MinFunc(c.done, func(x, y *result) int { return cmp.Compare(x.Wall, y.Wall) }).Wall
}

func (b *bench) compareCost(all []*contender) {
	cpu := func(i int) float64 { return perRecord(all[i].best().CPU, b.records) }
	for _, line := range []struct {
		what       string
		ours, hand int
		most       float64 // 0: no goal
	}{
		{"CPU per record, state in memory", inMemory, byHand, 1.3},
		{"– both look up what the target has", inMemoryLookup, byHandLookup, 1.3},
		{"– only the pipeline looks up", inMemoryLookup, byHand, 0},
		{"CPU per record, SQLite, new ledger", inSQLite, byHand, 2},
		{"– both look up", inSQLiteLookup, byHandLookup, 2},
		{"– keys that do not grow", inSQLiteScattered, byHand, 2},
		{"CPU per record, SQLite, 1,000,000 rows in the ledger", inMillion, byHand, 3},
		{"– both look up", inMillionLookup, byHandLookup, 3},
		{"– keys that do not grow", inMillionScattered, byHand, 3},
	} {
		if len(all[line.ours].done) == 0 {
			continue
		}
		goal := ""
		if line.most > 0 {
			goal = fmt.Sprintf("≤ %.1f ×", line.most)
		}
		ours, hand := cpu(line.ours), cpu(line.hand)
		b.add(line.what, fmt.Sprintf("%.1f µs", ours), fmt.Sprintf("%.1f µs", hand), times(ours, hand), goal, ours <= line.most*hand)
	}
	allocs := func(i int) float64 { return float64(all[i].best().Allocs) / float64(b.records) }
	speed := func(i int) float64 { return float64(b.records) / all[i].fastest().Seconds() }
	for _, line := range []struct {
		what       string
		ours, hand int
		goal       string
	}{
		{"allocations per record, state in memory", inMemory, byHand, "≤ 25"},
		{"– both look up", inMemoryLookup, byHandLookup, "≤ 25"},
		{"allocations per record, SQLite", inSQLite, byHand, ""},
	} {
		ours, hand := allocs(line.ours), allocs(line.hand)
		b.add(line.what, fmt.Sprintf("%.1f", ours), fmt.Sprintf("%.1f", hand), times(ours, hand), line.goal, ours <= 25)
	}
	for _, line := range []struct {
		what string
		ours int
	}{
		{"records/s, no latency, one lane, state in memory", inMemory}, {"– SQLite, new ledger", inSQLite},
		{"– SQLite, 1,000,000 rows", inMillion}, {"– SQLite, 1,000,000 rows, keys that do not grow", inMillionScattered},
	} {
		if len(all[line.ours].done) > 0 {
			ours, hand := speed(line.ours), speed(byHand)
			b.add(line.what, fmt.Sprintf("%.0f", ours), fmt.Sprintf("%.0f", hand), times(ours, hand), "", true)
		}
	}
}
