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

// memoryCase runs 100,000 and 1,000,000 records with the state in SQLite and
// compares the most memory the two took. It keeps the larger state for others.
func memoryCase(ctx context.Context, b *bench) error {
	const few = 100_000
	hand, _, err := task{Kind: handSerial}.do(ctx, serverConfig{Records: few})
	if err != nil {
		return err
	}
	peak := map[int]*result{}
	kept := filepath.Join(b.dir, millionFile)
	for _, records := range []int{few, millionRows} {
		file := b.stateFile()
		res, stats, err := task{Kind: pipeline, State: file, Lanes: 4}.do(ctx, serverConfig{Records: records, Scattered: true})
		if err != nil {
			return err
		}
		if stats.Rows != records || stats.Duplicates != 0 || res.Error != "" {
			return fmt.Errorf("%d of %d rows, %d duplicates: %s", stats.Rows, records, stats.Duplicates, res.Error)
		}
		peak[records] = res
		if records == millionRows {
			if err := os.Rename(file, kept); err != nil {
				return err
			}
			b.million = kept
		}
		const limit = 30_000_000
		b.add(fmt.Sprintf("peak memory, %d records, SQLite: resident (heap in use)", records),
			fmt.Sprintf("%s (%s)", mb(res.RSSPeak), mb(res.HeapPeak)), fmt.Sprintf("%s (%s)", mb(hand.RSSPeak), mb(hand.HeapPeak)),
			times(float64(res.RSSPeak), float64(hand.RSSPeak)), "≤ 30 MB resident", res.RSSPeak <= limit)
	}
	grown := float64(peak[millionRows].RSSPeak)/float64(peak[few].RSSPeak) - 1
	b.add("– 1,000,000 against 100,000 records, resident", fmt.Sprintf("%+.1f %%", 100*grown), "–", "–", "within 10 %", grown <= 0.1)
	heap := float64(peak[millionRows].HeapPeak)/float64(peak[few].HeapPeak) - 1
	b.add("– the same, heap in use", fmt.Sprintf("%+.1f %%", 100*heap), "–", "–", "within 10 %", heap <= 0.1)
	return nil
}
