package refs_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
	"github.com/duijie-go/duijie/sync/workflow"
)

// creator is a pipeline template that creates customers beside the pipeline
// "customers".
func creator(to duijiesync.Sink[thing], state duijiesync.State) duijiesync.Pipeline[thing, thing] {
	return duijiesync.Pipeline[thing, thing]{
		Name: "customers", Partition: "by-reference", Transform: duijiesync.Same[thing], Sink: to, State: state,
	}
}

func bare(_ context.Context, key string) (thing, error) {
	return thing{No: key, Name: "created for " + key}, nil
}

func creating(t *testing.T, p duijiesync.Pipeline[thing, thing], record func(context.Context, string) (thing, error)) *refs.Resolver[string] {
	t.Helper()
	create, err := refs.CreateWith(p, record)
	require.NoError(t, err)
	return resolver(t, refs.Options[string]{
		Backends: []refs.Backend[string]{refs.FromLedger(p.State, p.Name)}, Create: create,
	})
}

// TestLostCreationCreatesOnce: every answer is lost, everybody wants everything,
// and each key is there once.
func TestLostCreationCreatesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := newShop("c")
		for w := range 20 {
			to.lose[w+1] = true
		}
		r := creating(t, creator(to, duijiesync.NewMemoryState()), bare)
		var wg sync.WaitGroup
		for g := range 200 {
			wg.Go(func() {
				key := fmt.Sprint("K", g%10)
				id, err := r.Resolve(t.Context(), key)
				require.NoError(t, err)
				require.Equal(t, to.id(t, key), id)
			})
		}
		wg.Wait()
		require.Len(t, to.rows, 10)
		require.LessOrEqual(t, to.writes, 2, "what was wanted meanwhile was created together")
	})
}

// TestUnfinishedCreationIsFinished: a creation that its lost answer, or a crash,
// left unfinished is completed, as one in steps is.
func TestUnfinishedCreationIsFinished(t *testing.T) {
	t.Parallel()
	for _, crash := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			to, state := newShop("c"), duijiesync.NewMemoryState()
			to.lose[1], to.half = true, true
			p := creator(to, state)
			if crash {
				c := &crashing{shop: to, State: state}
				p = creator(c, c)
			}
			_, err := creating(t, p, bare).Resolve(t.Context(), "K")
			if crash {
				require.ErrorIs(t, err, errCrash)
				require.Equal(t, "half", to.rows["K"][0].Name)
				_, err = creating(t, creator(to, state), bare).Resolve(t.Context(), "other")
			}
			require.NoError(t, err)
			to.id(t, "K")
			require.Equal(t, "created for K", to.rows["K"][0].Name)
		})
	}
}

// TestProcessesCreateOnce: resolvers that know nothing of each other share the
// state and wait for each other's lease.
func TestProcessesCreateOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to, state := newShop("c"), duijiesync.NewMemoryState()
		to.work = time.Second
		var wg sync.WaitGroup
		for range 3 {
			r := creating(t, creator(to, state), bare)
			for k := range 5 {
				wg.Go(func() {
					id, err := r.Resolve(t.Context(), fmt.Sprint("K", k))
					require.NoError(t, err)
					require.NotEmpty(t, id)
				})
			}
		}
		wg.Wait()
		for k := range 5 {
			to.id(t, fmt.Sprint("K", k))
		}
	})
}

// crashing dies with the process after the effect of a write.
type crashing struct {
	*shop
	duijiesync.State
	dead bool
}

func (c *crashing) Write(ctx context.Context, records []duijiesync.Record[thing]) ([]duijiesync.Outcome, error) {
	_, _ = c.shop.Write(ctx, records)
	c.dead = true
	return nil, errCrash
}

func (c *crashing) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	if c.dead {
		return errCrash
	}
	return c.State.Settle(ctx, l, s)
}

func (c *crashing) Release(context.Context, duijiesync.Lease) error { return errCrash }

func TestCrashedCreationIsFinished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to, state := newShop("c"), duijiesync.NewMemoryState()
		c := &crashing{shop: to, State: state}
		r := creating(t, creator(c, c), bare)
		_, err := r.Resolve(t.Context(), "K")
		require.ErrorIs(t, err, errCrash)
		require.ErrorIs(t, err, duijiesync.ErrWait)
		require.Len(t, to.rows["K"], 1)

		again := creating(t, creator(to, state), bare)
		id, err := again.Resolve(t.Context(), "K") // waits for the dead process's lease
		require.NoError(t, err)
		require.Equal(t, to.id(t, "K"), id)
		_, err = again.Resolve(t.Context(), "L")
		require.NoError(t, err)
		open, err := state.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "customers", Partition: "by-reference"})
		require.NoError(t, err)
		require.Empty(t, open)
	})
}

// TestCreationChangesNothing: what is in the target already is left as it is,
// although the ledger does not know it.
func TestCreationChangesNothing(t *testing.T) {
	t.Parallel()
	to, state := newShop("c"), duijiesync.NewMemoryState()
	to.put("", thing{No: "K", Name: "known by hand"})
	r := creating(t, creator(to, state), bare)
	id, err := r.Resolve(t.Context(), "K")
	require.NoError(t, err)
	require.Equal(t, "c1", id)
	require.Equal(t, "known by hand", to.rows["K"][0].Name)
	require.Zero(t, to.writes)

	// The pipeline whose record it is goes on to keep it up to date.
	full := thing{No: "K", Name: "from the source"}
	rep := run(t, pipe("customers", list(10, full), to, state))
	require.EqualValues(t, 1, rep.Updated)
	require.Equal(t, full, to.rows["K"][0].thing)
}

func TestRefusedCreationSaysWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to, state := newShop("c"), duijiesync.NewMemoryState()
		to.refuse["K"] = "信用额度不足"
		p := creator(to, state)
		tried := 0
		r := creating(t, p, func(ctx context.Context, key string) (thing, error) {
			tried++
			return bare(ctx, key)
		})
		orders := pipe("orders", list(50, thing{No: "O1", Ref: "K"}, thing{No: "O2", Ref: "K"}, thing{No: "O3", Ref: "L"}), newShop("o"), state)
		orders.Transform = through(r)
		rep := run(t, orders)
		require.EqualValues(t, 2, rep.Waiting)
		require.EqualValues(t, 1, rep.Created)
		letters, err := orders.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Contains(t, letters[0].Message, `customer "K"`)
		require.Contains(t, letters[0].Message, "信用额度不足")
		require.Equal(t, 2, to.writes, "one for each key")
		require.Equal(t, 2, tried, "the refusal is remembered")

		delete(to.refuse, "K")
		p.Source = list(1)
		_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		orders.Source = list(1)
		rep = run(t, orders)
		require.EqualValues(t, 2, rep.Created, "the orders went by themselves")
		require.Zero(t, rep.DeadLetters)
	})
}

// TestParentsAreCreatedFirst: what is created refers to others of its kind that
// are missing as well.
func TestParentsAreCreatedFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to, state := newShop("g"), duijiesync.NewMemoryState()
		p := creator(to, state)
		var r *refs.Resolver[string]
		p.Transform = func(ctx context.Context, in thing) (thing, error) { return through(r)(ctx, in) }
		r = creating(t, p, func(_ context.Context, key string) (thing, error) {
			parent := ""
			if i := strings.LastIndexByte(key, '.'); i >= 0 {
				parent = key[:i]
			}
			if key == "self" {
				parent = "self"
			}
			return thing{No: key, Ref: parent}, nil
		})
		id, err := r.Resolve(t.Context(), "a.b.c.d")
		require.NoError(t, err)
		require.Equal(t, to.id(t, "a.b.c.d"), id)
		for _, k := range []string{"a.b.c", "a.b", "a"} {
			to.id(t, k)
		}
		require.Equal(t, to.id(t, "a.b.c"), to.rows["a.b.c.d"][0].Ref)

		_, err = r.Resolve(t.Context(), "self")
		require.ErrorIs(t, err, refs.ErrMissing)
		require.ErrorIs(t, err, duijiesync.ErrWait)
	})
}

func TestNotEverythingIsCreated(t *testing.T) {
	t.Parallel()
	broken := errors.New("master data not reachable")
	to := newShop("c")
	r := creating(t, creator(to, duijiesync.NewMemoryState()), func(ctx context.Context, key string) (thing, error) {
		switch key {
		case "no":
			return thing{}, duijiesync.ErrSkip
		case "hidden":
			return thing{}, fmt.Errorf("the source shows no hidden: %w", duijiesync.ErrSkip)
		case "broken":
			return thing{}, broken
		}
		return bare(ctx, key)
	})
	_, err := r.Resolve(t.Context(), "no")
	require.ErrorIs(t, err, refs.ErrMissing)
	require.ErrorContains(t, err, "not to be created;")
	_, err = r.Resolve(t.Context(), "hidden")
	require.ErrorIs(t, err, refs.ErrMissing)
	require.ErrorContains(t, err, "it is not to be created: the source shows no hidden;")
	_, err = r.Resolve(t.Context(), "broken")
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, refs.ErrLookup)
	require.NoError(t, r.Prefetch(t.Context(), []string{"no", "K", "L"}))
	require.Equal(t, 1, to.writes, "a page is created together")
	to.id(t, "K")

	_, err = r.Resolve(refs.WithoutCreate(t.Context()), "M")
	require.ErrorIs(t, err, refs.ErrMissing)
	require.Empty(t, to.rows["M"])
}

func TestCreationIsChecked(t *testing.T) {
	t.Parallel()
	to, state := newShop("c"), duijiesync.NewMemoryState()
	_, err := refs.CreateWith(creator(to, state), nil)
	require.ErrorIs(t, err, refs.ErrOptions)
	_, err = refs.CreateWith(creator(struct{ duijiesync.Sink[thing] }{to}, state), bare)
	require.ErrorIs(t, err, refs.ErrOptions)
	_, err = refs.CreateWith(creator(to, nil), bare)
	require.ErrorIs(t, err, refs.ErrOptions)
}

// TestPlanCreatesNothing: a plan shows what waits and changes nothing.
func TestPlanCreatesNothing(t *testing.T) {
	t.Parallel()
	to, state := newShop("c"), duijiesync.NewMemoryState()
	r := creating(t, creator(to, state), bare)
	source := refs.PrefetchSource(list(10, thing{No: "O1", Ref: "K"}), r, func(o thing) []string { return []string{o.Ref} })
	p := pipe("orders", source, newShop("o"), state)
	p.Transform = through(r)
	for item, err := range p.Plan(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, duijiesync.ActionWait, item.Action)
		require.Contains(t, item.Reason, `customer "K"`)
	}
	require.Empty(t, to.rows)
	require.EqualValues(t, 1, run(t, p).Created)
	to.id(t, "K")
}

// TestBothCreateTheSameCustomers: the pipeline of customers writes those that
// orders want at the same moment.
func TestBothCreateTheSameCustomers(t *testing.T) {
	t.Parallel()
	for seed := range 20 {
		synctest.Test(t, func(t *testing.T) {
			to, state := newShop("c"), duijiesync.NewMemoryState()
			to.work = 100 * time.Millisecond
			to.lose[1+seed%5] = true
			var all []thing
			for i := range 60 {
				all = append(all, thing{No: fmt.Sprintf("C%02d", i), Name: "full"})
			}
			customers := pipe("customers", list(20, all...), to, state)
			r := creating(t, creator(to, state), bare)
			var wg sync.WaitGroup
			wg.Go(func() {
				time.Sleep(time.Duration(seed*17) * time.Millisecond) // virtual
				run(t, customers)
			})
			for i := range 60 {
				wg.Go(func() {
					time.Sleep(time.Duration(i*11) * time.Millisecond) // virtual
					_, err := r.Resolve(t.Context(), all[i].No)
					require.NoError(t, err)
				})
			}
			wg.Wait()
			time.Sleep(time.Minute) // virtual
			run(t, customers)
			for _, c := range all {
				to.id(t, c.No)
				require.Equal(t, c, to.rows[c.No][0].thing, "seed %d", seed)
			}
		})
	}
}

// approving makes a workflow of a shop: what is created has to be approved.
type approving struct {
	mu     sync.Mutex
	states map[string]string
	lose   bool
	done   int
}

func (a *approving) config(to *shop) workflow.Config[thing] {
	return workflow.Config[thing]{
		Save: to, Editable: []string{"draft"}, Final: "approved",
		Status: func(_ context.Context, ids []string) (map[string]string, error) {
			a.mu.Lock()
			defer a.mu.Unlock()
			all := map[string]string{}
			for _, id := range ids {
				all[id] = cmp.Or(a.states[id], "draft")
			}
			return all, nil
		},
		Steps: []workflow.Step{{Name: "approve", From: []string{"draft"}, To: "approved", Do: func(_ context.Context, ids []string) ([]duijiesync.Outcome, error) {
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.lose {
				return nil, errCrash
			}
			for _, id := range ids {
				a.states[id] = "approved"
				a.done++
			}
			return slices.Repeat([]duijiesync.Outcome{{Kind: duijiesync.OutcomeUpdated}}, len(ids)), nil
		}}},
	}
}

// TestCreationInSteps: a customer that orders want is saved, the run stops before
// its approval, and the next one approves it.
func TestCreationInSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to, state := newShop("c"), duijiesync.NewMemoryState()
		a := &approving{states: map[string]string{}, lose: true}
		sink, err := workflow.New(a.config(to))
		require.NoError(t, err)
		r := creating(t, creator(sink, state), bare)
		_, err = r.Resolve(t.Context(), "K")
		require.ErrorIs(t, err, errCrash)
		require.Equal(t, 1, to.writes)
		a.lose = false
		id, err := r.Resolve(t.Context(), "K")
		require.NoError(t, err)
		require.Equal(t, to.id(t, "K"), id)
		require.Equal(t, "approved", a.states[id])
		require.Equal(t, 1, to.writes)
		require.Equal(t, 1, a.done)
	})
}

func TestConvertCreate(t *testing.T) {
	t.Parallel()
	to, state := newShop("1"), duijiesync.NewMemoryState()
	create, err := refs.CreateWith(creator(to, state), bare)
	require.NoError(t, err)
	number := func(_, v string) (int, error) { return strconv.Atoi(v) }
	r, err := refs.New(refs.Options[int]{
		Name: "customer", Backends: []refs.Backend[int]{refs.Convert(refs.FromLedger(state, "customers"), number)},
		Create: refs.ConvertCreate(create, number),
	})
	require.NoError(t, err)
	id, err := r.Resolve(t.Context(), "K")
	require.NoError(t, err)
	require.Equal(t, 11, id)
}

// TestKindsThatReferToEachOther: customers name a contact and contacts a customer,
// and both are created at the same moment. Nobody waits for ever; what refers to
// itself in a circle waits, all else gets there.
func TestKindsThatReferToEachOther(t *testing.T) {
	t.Parallel()
	for _, circle := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			state := duijiesync.NewMemoryState()
			crm, people := newShop("c"), newShop("p")
			crm.work, people.work = time.Second, time.Second
			var customers, contacts *refs.Resolver[string]
			kind := func(name string, to *shop, other **refs.Resolver[string], ref string) *refs.Resolver[string] {
				p := creator(to, state)
				p.Name = name
				p.Transform = func(ctx context.Context, in thing) (thing, error) { return through(*other)(ctx, in) }
				return creating(t, p, func(_ context.Context, key string) (thing, error) {
					in := thing{No: key}
					if key[0] == '1' || circle {
						in.Ref = ref
					}
					return in, nil
				})
			}
			customers = kind("customers", crm, &contacts, "2P")
			contacts = kind("contacts", people, &customers, "2C")
			if circle {
				customers = kind("customers", crm, &contacts, "1P")
				contacts = kind("contacts", people, &customers, "1C")
			}
			for round := range 3 {
				var wg sync.WaitGroup
				var errs [2]error
				wg.Go(func() { _, errs[0] = customers.Resolve(t.Context(), "1C") })
				wg.Go(func() { _, errs[1] = contacts.Resolve(t.Context(), "1P") })
				wg.Wait()
				if circle {
					require.ErrorIs(t, errs[0], duijiesync.ErrWait)
					require.ErrorIs(t, errs[1], duijiesync.ErrWait)
				} else if round == 2 {
					require.NoError(t, errors.Join(errs[0], errs[1]))
					require.Equal(t, people.id(t, "2P"), crm.rows["1C"][0].Ref)
					require.Equal(t, crm.id(t, "2C"), people.rows["1P"][0].Ref)
				}
			}
		})
	}
}
