package partition_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/partition"
)

// day is the n-th day of the tests' calendar.
func day(n int) time.Time { return time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC) }

// sale is what these tests copy.
type sale struct {
	No  string
	Day int
}

func sales(days, each int) []sale {
	var all []sale
	for d := range days {
		for i := range each {
			all = append(all, sale{fmt.Sprintf("S%02d-%03d", d, i), d})
		}
	}
	return all
}

// book yields the sales of a window in pages; a checkpoint is how many of
// them are done. Reading a page takes a second.
type book struct {
	mu    sync.Mutex
	sales []sale
	page  int
	reads int
	fail  func(p partition.Partition, read int) error
}

func (b *book) of(p partition.Partition) duijiesync.Source[sale] {
	return duijiesync.SourceFunc[sale](func(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[sale], error] {
		return func(yield func(duijiesync.Batch[sale], error) bool) {
			at := 0
			_, _ = fmt.Sscan(string(after), &at)
			for {
				select {
				case <-time.After(time.Second): // virtual
				case <-ctx.Done():
					yield(duijiesync.Batch[sale]{}, ctx.Err())
					return
				}
				batch, next, err := b.batch(p, at)
				if err != nil || next == at {
					if err != nil {
						yield(batch, err)
					}
					return
				}
				if at = next; !yield(batch, nil) {
					return
				}
			}
		}
	})
}

func (b *book) batch(p partition.Partition, at int) (batch duijiesync.Batch[sale], next int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reads++
	if b.fail != nil {
		if err := b.fail(p, b.reads); err != nil {
			return batch, at, err
		}
	}
	var window []sale
	for _, s := range b.sales {
		if d := day(s.Day); (p.From.IsZero() || !d.Before(p.From)) && (p.To.IsZero() || d.Before(p.To)) {
			window = append(window, s)
		}
	}
	next = min(at+b.page, len(window))
	for _, s := range window[at:next] {
		batch.Records = append(batch.Records, duijiesync.Record[sale]{Key: s.No, Value: s})
	}
	batch.Checkpoint = duijiesync.Checkpoint(fmt.Sprint(next))
	return batch, next, nil
}

// shelf makes a second row of a create of a key it has, and can not look
// anything up: only the ledger keeps records from being written twice.
type shelf struct {
	mu     sync.Mutex
	rows   map[string]int
	delay  func() time.Duration
	flying int
	most   int
}

func newShelf() *shelf { return &shelf{rows: map[string]int{}} }

func (s *shelf) Write(ctx context.Context, recs []duijiesync.Record[sale]) ([]duijiesync.Outcome, error) {
	s.mu.Lock()
	s.flying++
	s.most = max(s.most, s.flying)
	wait := time.Duration(0)
	if s.delay != nil {
		wait = s.delay()
	}
	s.mu.Unlock()
	if wait > 0 {
		time.Sleep(wait) // virtual
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying--
	outcomes := make([]duijiesync.Outcome, len(recs))
	for i, r := range recs {
		outcomes[i].Kind = duijiesync.OutcomeUpdated
		if r.Target.ID == "" {
			s.rows[r.Key]++
			outcomes[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: r.Key}
		}
	}
	return outcomes, ctx.Err()
}

func (s *shelf) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 10, SettleDelay: time.Second}
}

// check asserts that each sale is there once, and nothing else.
func (s *shelf) check(t require.TestingT, want []sale) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var wrong []string
	for _, w := range want {
		if s.rows[w.No] != 1 {
			wrong = append(wrong, fmt.Sprint(w.No, " ", s.rows[w.No], " times"))
		}
	}
	require.Empty(t, wrong)
	require.Len(t, s.rows, len(want))
}

// finder is a shelf that can be asked.
type finder struct{ *shelf }

func (f finder) Find(_ context.Context, recs []duijiesync.Record[sale]) ([]duijiesync.Found, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := make([]duijiesync.Found, len(recs))
	for i, r := range recs {
		if f.rows[r.Key] > 0 {
			found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: r.Key}
		}
	}
	return found, nil
}

// registry has one pipeline, "sales", that copies the book's windows to the
// shelf of the tenant.
func registry(t require.TestingT, b *book, state duijiesync.State, sink func(partition.Partition) duijiesync.Sink[sale], parts ...partition.Partition) *partition.Registry {
	reg := partition.NewRegistry()
	require.NoError(t, reg.Add("sales", func(_ context.Context, p partition.Partition) (partition.Runner, error) {
		return partition.Bind(&duijiesync.Pipeline[sale, sale]{
			Name: "sales", Source: b.of(p), Transform: duijiesync.Same[sale], Sink: sink(p), State: state,
		}, p)
	}, func(context.Context) ([]partition.Partition, error) { return parts, nil }))
	return reg
}

func windows(t require.TestingT, p partition.Partition, from, to int) []partition.Partition {
	w, err := partition.Every(day(from), day(to), 24*time.Hour)
	require.NoError(t, err)
	parts, err := p.Split(w)
	require.NoError(t, err)
	return parts
}

func tenants(names ...string) []partition.Partition {
	var parts []partition.Partition
	for _, n := range names {
		parts = append(parts, partition.Partition{Tenant: n})
	}
	return parts
}

func jitter(seed uint64, most int) func() time.Duration {
	rng := rand.New(rand.NewPCG(seed, 7))
	return func() time.Duration { return time.Duration(rng.IntN(most)) * time.Millisecond }
}

// dying is a State whose process dies at its n-th settlement.
type dying struct {
	duijiesync.State
	mu   sync.Mutex
	left int
}

var errCrash = errors.New("crash")

func (d *dying) alive(step int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left -= step; d.left <= 0 {
		return errCrash
	}
	return nil
}

func (d *dying) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	if err := d.alive(1); err != nil {
		return err
	}
	return d.State.Settle(ctx, l, s)
}

func (d *dying) Open(ctx context.Context, l duijiesync.Lease, b duijiesync.OpenBatch) (bool, error) {
	if err := d.alive(0); err != nil {
		return false, err
	}
	return d.State.Open(ctx, l, b)
}

func (d *dying) Release(ctx context.Context, l duijiesync.Lease) error {
	if err := d.alive(0); err != nil {
		return err
	}
	return d.State.Release(ctx, l)
}

func (d *dying) Renew(ctx context.Context, l duijiesync.Lease, ttl time.Duration) error {
	if err := d.alive(0); err != nil {
		return err
	}
	return d.State.Renew(ctx, l, ttl)
}

func (d *dying) Acquire(ctx context.Context, s duijiesync.Scope, owner string, ttl time.Duration) (duijiesync.Lease, error) {
	if err := d.alive(0); err != nil {
		return duijiesync.Lease{}, err
	}
	return d.State.Acquire(ctx, s, owner, ttl)
}

func statuses(s *partition.Summary) string {
	text := ""
	for _, r := range s.Results {
		text += r.Status.String()[:2] + " "
	}
	return text
}

func mustAll(t *testing.T, reg *partition.Registry, o partition.Options, parts ...partition.Partition) *partition.Summary {
	t.Helper()
	sum, err := reg.RunAll(t.Context(), "sales", parts, o)
	require.NoError(t, err)
	require.True(t, sum.Complete(), "%s %+v", statuses(sum), sum.Report)
	return sum
}
