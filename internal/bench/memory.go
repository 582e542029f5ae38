package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// millionRows is how many rows the large ledger has.
const millionRows = 1_000_000

// millionFile is the state file with that ledger.
const millionFile = "million.db"

// memoryCase runs 100,000 and 1,000,000 records with the state in SQLite, one
// lane and keys that do not grow, and compares the most memory the two took. It
// keeps the larger state for others.
func memoryCase(ctx context.Context, b *bench) error {
	const few, lanes = 100_000, 8
	hand, _, err := task{Kind: handSerial}.do(ctx, serverConfig{Records: few})
	if err != nil {
		return err
	}
	first, err := b.memory(ctx, few, 1, hand)
	if err != nil {
		return err
	}
	second, err := b.memory(ctx, millionRows, 1, hand)
	if err != nil {
		return err
	}
	b.million = filepath.Join(b.dir, millionFile)
	grown := float64(second.RSSPeak)/float64(first.RSSPeak) - 1
	b.add("– 1,000,000 against 100,000 records, resident", fmt.Sprintf("%+.1f %%", 100*grown), "–", "–", "within 10 %", grown <= 0.1)
	heap := float64(second.HeapPeak)/float64(first.HeapPeak) - 1
	b.add("– the same, heap in use", fmt.Sprintf("%+.1f %%", 100*heap), "–", "–", "within 10 %", heap <= 0.1)
	_, err = b.memory(ctx, few, lanes, hand)
	return err
}

// memory runs so many records and adds what memory they took.
func (b *bench) memory(ctx context.Context, records, lanes int, hand *result) (*result, error) {
	file := b.stateFile()
	if records == millionRows {
		file = filepath.Join(b.dir, millionFile)
		_ = os.Remove(file)
	}
	res, stats, err := task{Kind: pipeline, State: file, Lanes: lanes}.do(ctx, serverConfig{Records: records, Scattered: true})
	if err != nil {
		return nil, err
	}
	if stats.Rows != records || stats.Duplicates != 0 || res.Error != "" {
		return nil, fmt.Errorf("%d of %d rows, %d duplicates: %s", stats.Rows, records, stats.Duplicates, res.Error)
	}
	what, goal := fmt.Sprintf("peak memory, %d records, SQLite: resident (heap in use)", records), "≤ 30 MB resident"
	if lanes > 1 {
		what, goal = fmt.Sprintf("– %d records, %d lanes", records, lanes), ""
	}
	const limit = 30_000_000
	b.add(what, fmt.Sprintf("%s (%s)", mb(res.RSSPeak), mb(res.HeapPeak)), fmt.Sprintf("%s (%s)", mb(hand.RSSPeak), mb(hand.HeapPeak)),
		times(float64(res.RSSPeak), float64(hand.RSSPeak)), goal, res.RSSPeak <= limit)
	return res, nil
}
