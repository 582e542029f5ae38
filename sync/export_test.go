package sync

import (
	"context"
	"time"
)

// The weaknesses a test can give a pipeline.
const (
	WeakOrder = weakOrder
	WeakMoved = weakMoved
)

// Weakness is for the tests of package sync_test.
type Weakness = weakness

// Weaken takes a protection of the engine away.
func Weaken[In, Out any](p *Pipeline[In, Out], w weakness) { p.weak = w }

// OpenAfter opens a batch as a run does that has opened n of them.
func OpenAfter[In, Out any](ctx context.Context, p *Pipeline[In, Out], lease Lease, n int64) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	r := newRun(ctx, p, cfg, &reporter{})
	r.lease, r.keep = lease, &leaseKeeper{until: time.Now().Add(time.Hour)}
	r.batches.Store(n)
	_, err = (&flight[In, Out]{r: r}).openOnce(nil)
	return err
}
