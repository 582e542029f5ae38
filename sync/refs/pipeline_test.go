package refs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
)

const (
	manyCustomers = 200
	manyOrders    = 2000
)

// trade makes shuffled customers and orders that refer to them.
func trade(seed uint64) (customers, orders []thing) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range manyCustomers {
		customers = append(customers, thing{No: fmt.Sprintf("C%03d", i), Name: fmt.Sprint("customer ", i)})
	}
	for i := range manyOrders {
		orders = append(orders, thing{No: fmt.Sprintf("O%05d", i), Ref: customers[i%manyCustomers].No})
	}
	rng.Shuffle(len(customers), func(i, j int) { customers[i], customers[j] = customers[j], customers[i] })
	rng.Shuffle(len(orders), func(i, j int) { orders[i], orders[j] = orders[j], orders[i] })
	return customers, orders
}

// TestReferencesThatAppearLater: a tenth of the customers is missing at first.
// Nothing is refused, every order is written once with the right id, and the
// platform is asked for a key at most once in a run.
func TestReferencesThatAppearLater(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		synctest.Test(t, func(t *testing.T) {
			state := duijiesync.NewMemoryState()
			crm, erp := newShop("c"), newShop("o")
			erp.lose[3], crm.lose[2] = true, true
			customers, orders := trade(seed)
			byHand := customers[0] // known to the platform alone
			crm.put("", byHand)
			lookup := &counted{} // counts the calls of the platform
			inner := refs.FromFinder("the platform", duijiesync.Finder[thing](crm))
			far := inner
			far.Find = func(ctx context.Context, keys []string) (map[string]string, error) {
				_, _ = lookup.find(ctx, keys)
				return inner.Find(ctx, keys)
			}
			r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{refs.FromLedger(state, "customers"), far}})

			first := pipe("customers", list(30, customers[1:manyCustomers*9/10]...), crm, state)
			second := pipe("orders", list(100, orders...), erp, state)
			second.Transform = through(r)
			chain, err := refs.NewChain(refs.Pipeline(second, "customers"), refs.Pipeline(first))
			require.NoError(t, err)
			rep, err := chain.Run(t.Context())
			require.NoError(t, err)
			require.Equal(t, "customers", rep.Nodes[0].Name)
			got := rep.Node("orders").Report
			require.EqualValues(t, manyOrders/10, got.Waiting, "seed %d", seed)
			require.EqualValues(t, manyOrders*9/10, got.Created)
			require.Zero(t, got.Refused)
			for key, n := range lookup.asked {
				require.Equal(t, 1, n, "%s: the ledger has the others", key)
			}
			require.Len(t, lookup.asked, manyCustomers/10+1)

			time.Sleep(time.Minute) // virtual: misses are forgotten
			first.Source = list(30, customers[1:]...)
			rep, err = chain.Run(t.Context())
			require.NoError(t, err)
			got = rep.Node("orders").Report
			require.EqualValues(t, manyOrders/10, got.Created)
			require.True(t, got.Complete())
			require.Zero(t, got.Refused)
			require.Len(t, erp.rows, manyOrders)
			for _, o := range orders {
				erp.id(t, o.No)
				require.Equal(t, crm.id(t, o.Ref), erp.rows[o.No][0].Ref, "seed %d: %s", seed, o.No)
			}
		})
	}
}

// TestNaiveTransformRefuses shows what the same data does to a transform that
// fails where a reference is missing.
func TestNaiveTransformRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := duijiesync.NewMemoryState()
		crm, erp := newShop("c"), newShop("o")
		customers, orders := trade(1)
		second := pipe("orders", list(100, orders...), erp, state)
		second.Transform = func(ctx context.Context, o thing) (thing, error) {
			entries, err := state.Ledger(ctx, "customers", []string{o.Ref})
			if err == nil && entries[o.Ref].TargetID == "" {
				err = errors.New("no such customer")
			}
			o.Ref = entries[o.Ref].TargetID
			return o, err
		}
		run(t, pipe("customers", list(30, customers[:manyCustomers*9/10]...), crm, state))
		run(t, second)
		run(t, pipe("customers", list(30, customers...), crm, state))
		second.Source = list(100) // incremental: it does not yield them again
		rep := run(t, second)
		require.EqualValues(t, manyOrders/10, rep.DeadLetters, "what appeared later does not help them")
	})
}

// TestRecordsOfOnePipelineReferToEachOther: groups come before their parents and
// are written in one run.
func TestRecordsOfOnePipelineReferToEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state, to := duijiesync.NewMemoryState(), newShop("g")
		var groups []thing
		for i := range 120 {
			g := thing{No: fmt.Sprintf("G%03d", i)}
			if i > 0 {
				g.Ref = fmt.Sprintf("G%03d", (i-1)/2)
			}
			groups = append(groups, g)
		}
		rand.New(rand.NewPCG(7, 7)).Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
		p := pipe("groups", list(10, groups...), to, state)
		p.Transform = through(resolver(t, refs.Options[string]{
			Name: "parent", Backends: []refs.Backend[string]{refs.FromLedger(state, "groups")},
		}))
		rep := run(t, p)
		require.EqualValues(t, 120, rep.Created)
		require.True(t, rep.Complete())
		for _, g := range groups {
			to.id(t, g.No)
			if g.Ref != "" {
				require.Equal(t, to.id(t, g.Ref), to.rows[g.No][0].Ref)
			}
		}
		require.EqualValues(t, 120, run(t, p).Unchanged)
	})
}

func TestLedgerTellsWhatIsThere(t *testing.T) {
	t.Parallel()
	state := duijiesync.NewMemoryState()
	states := []duijiesync.EntryState{duijiesync.EntryDone, duijiesync.EntryDoubt, duijiesync.EntryHeld, duijiesync.EntryDead, duijiesync.EntryGone}
	lease, err := state.Acquire(t.Context(), duijiesync.Scope{Pipeline: "customers"}, "me", time.Minute)
	require.NoError(t, err)
	var s duijiesync.Settlement
	for i, st := range states {
		s.Entries = append(s.Entries, duijiesync.Entry{Key: fmt.Sprint(i), TargetID: fmt.Sprint("id", i), State: st})
	}
	require.NoError(t, state.Settle(t.Context(), lease, s))
	r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{refs.FromLedger(state, "customers")}})
	for i, st := range states {
		id, err := r.Resolve(t.Context(), fmt.Sprint(i))
		if st == duijiesync.EntryDone || st == duijiesync.EntryDoubt {
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint("id", i), id)
			continue
		}
		require.ErrorIs(t, err, duijiesync.ErrWait)
	}
}

func TestPrefetchSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		customers, orders := trade(3)
		c := &counted{values: map[string]string{}, work: 20 * time.Millisecond}
		for _, cu := range customers {
			c.values[cu.No] = "id " + cu.No
		}
		r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{c.backend(time.Minute)}})
		erp := newShop("o")
		p := pipe("orders", refs.PrefetchSource(list(500, orders...), r, func(o thing) []string { return []string{o.Ref} }), erp, duijiesync.NewMemoryState())
		p.Transform = through(r)
		rep := run(t, p)
		require.EqualValues(t, manyOrders, rep.Created)
		require.LessOrEqual(t, c.calls, 4, "200 keys in a few calls")

		broken := errors.New("down")
		c.err = broken
		fresh := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{c.backend(time.Minute)}})
		p.Source = refs.PrefetchSource(list(500, orders...), fresh, func(o thing) []string { return []string{o.Ref} })
		_, err := p.Run(t.Context())
		require.ErrorIs(t, err, broken, "an outage ends the run")
	})
}

func TestWaitingTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := duijiesync.NewMemoryState()
		have := &counted{values: map[string]string{}}
		r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{have.backend(0)}})
		p := pipe("orders", list(10, thing{No: "old", Ref: "x"}), newShop("o"), state)
		p.Transform = through(r)
		run(t, p)
		time.Sleep(time.Hour) // virtual
		p.Source = list(10, thing{No: "new", Ref: "y"})
		chain, err := refs.NewChain(refs.PipelineWithin(30*time.Minute, p))
		require.NoError(t, err)
		_, err = chain.Run(t.Context())
		require.NoError(t, err)
		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 2)
		require.Equal(t, duijiesync.DeadWaiting, letters[0].Reason)
		require.Equal(t, "old", letters[1].Key)
		require.Equal(t, duijiesync.DeadTransform, letters[1].Reason)
		require.Equal(t, refs.CodeWaitedTooLong, letters[1].Code)
		require.Contains(t, letters[1].Message, "waited since")
		require.NotEmpty(t, letters[1].Raw)

		have.set("x", "1")
		p.Source = list(10)
		require.EqualValues(t, 0, run(t, p).Created, "runs leave it alone")
		rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{Keys: []string{"old"}})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
	})
}
