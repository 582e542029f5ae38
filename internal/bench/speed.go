package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// latencyCase compares records a second where every call takes 20 ms. With pages
// of 100, reading them one after the other bounds both; with 500, writing does.
func latencyCase(ctx context.Context, b *bench) error {
	const lanes = 8
	for _, page := range []int{500, 100} {
		cfg := serverConfig{Records: b.records, Latency: 20 * time.Millisecond}
		speed := func(t task) (float64, error) {
			t.Page, t.Lanes = page, lanes
			best := 0.0
			for range 2 {
				if t.State != "" {
					_ = os.Remove(t.State)
				}
				res, stats, err := t.do(ctx, cfg)
				if err != nil {
					return 0, err
				}
				if stats.Rows != b.records || stats.Duplicates != 0 || res.Error != "" {
					return 0, fmt.Errorf("%d rows, %d duplicates: %s", stats.Rows, stats.Duplicates, res.Error)
				}
				best = max(best, float64(b.records)/res.Wall.Seconds())
			}
			return best, nil
		}
		hand, err := speed(task{Kind: handParallel})
		if err != nil {
			return err
		}
		for _, ours := range []struct {
			what string
			task task
		}{
			{"state in memory", task{Kind: pipeline}},
			{"SQLite", task{Kind: pipeline, State: b.stateFile()}},
			{"SQLite, only the pipeline looks up", task{Kind: pipeline, State: b.stateFile(), Lookup: true}},
		} {
			got, err := speed(ours.task)
			if err != nil {
				return err
			}
			b.add(fmt.Sprintf("records/s, 20 ms per call, 8 lanes, pages of %d, %s", page, ours.what),
				fmt.Sprintf("%.0f", got), fmt.Sprintf("%.0f", hand), fmt.Sprintf("%.0f %%", 100*got/hand), "≥ 90 %", got >= 0.9*hand)
		}
	}
	return nil
}

// limitCase runs against a server that lets 50 calls a second through, for a
// minute each, at the same time.
func limitCase(ctx context.Context, b *bench) error {
	const perSecond, seconds, callsPerPage = 50, 60, 7
	type run struct {
		what     string
		told     float64
		http429  bool
		use      float64 // share of the ceiling wanted
		throttle float64 // share of throttled calls allowed

		stats serverStats
		err   error
	}
	runs := []*run{
		{what: "50 calls/s, not told, throttled inside HTTP 200", use: 0.95, throttle: 0.01},
		{what: "50 calls/s, not told, HTTP 429", http429: true, use: 0.95, throttle: 0.01},
		{what: "50 calls/s, told", told: perSecond, use: 0.98},
	}
	var wg sync.WaitGroup
	for _, r := range runs {
		wg.Go(func() {
			records := perSecond * seconds / callsPerPage * pageRows
			cfg := serverConfig{Records: records, PerSecond: perSecond, HTTP429: r.http429}
			res, stats, err := task{Kind: pipeline, Lookup: true, Lanes: 4, Told: r.told}.do(ctx, cfg)
			r.stats, r.err = stats, err
			if err == nil && (stats.Rows != records || stats.Duplicates != 0) {
				r.err = fmt.Errorf("%d of %d rows, %d duplicates: %s", stats.Rows, records, stats.Duplicates, res.Error)
			}
		})
	}
	wg.Wait()
	for _, r := range runs {
		if r.err != nil {
			return errors.Join(errors.New(r.what), r.err)
		}
		calls := float64(r.stats.calls())
		use := calls / r.stats.Last.Sub(r.stats.First).Seconds() / perSecond
		throttled := float64(r.stats.Throttled) / (calls + float64(r.stats.Throttled))
		goal := fmt.Sprintf("≥ %.0f %% of the ceiling, ≤ %.0f %% throttled", 100*r.use, 100*r.throttle)
		b.add(r.what, fmt.Sprintf("%.1f %% of the ceiling, %.2f %% throttled", 100*use, 100*throttled), "–", "–", goal,
			use >= r.use && throttled <= r.throttle)
	}
	return nil
}
