package refs_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
)

// journal notes when nodes begin and end.
type journal struct {
	mu    sync.Mutex
	lines []string
	now   int
	peak  int
}

func (j *journal) node(name string, work time.Duration, err error, after ...string) refs.Node {
	return refs.Node{Name: name, After: after, Run: func(context.Context) (*duijiesync.Report, error) {
		j.write("begin "+name, 1)
		time.Sleep(work) // virtual
		j.write("end "+name, -1)
		return &duijiesync.Report{Pipeline: name}, err
	}}
}

func (j *journal) write(line string, d int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
	j.now += d
	j.peak = max(j.peak, j.now)
}

func (j *journal) before(t *testing.T, first, then string) {
	t.Helper()
	a, b := slices.Index(j.lines, first), slices.Index(j.lines, then)
	require.True(t, a >= 0 && b >= 0 && a < b, "%s before %s: %v", first, then, j.lines)
}

func TestChainRunsInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var j journal
		c, err := refs.NewChain(
			j.node("orders", time.Second, nil, "customers", "materials"),
			j.node("invoices", time.Second, nil, "orders"),
			j.node("materials", 2*time.Second, nil, "units"),
			j.node("customers", time.Second, nil),
			j.node("units", time.Second, nil),
			j.node("staff", time.Second, nil),
		)
		require.NoError(t, err)
		c.Limit = 2
		start := time.Now()
		rep, err := c.Run(t.Context())
		require.NoError(t, err)
		j.before(t, "end customers", "begin orders")
		j.before(t, "end materials", "begin orders")
		j.before(t, "end units", "begin materials")
		j.before(t, "end orders", "begin invoices")
		require.Len(t, j.lines, 12)
		require.Equal(t, 2, j.peak)
		require.Equal(t, 5*time.Second, time.Since(start))
		require.Equal(t, "orders", rep.Node("orders").Report.Pipeline)
		require.Nil(t, rep.Node("nobody"))
		body, err := json.Marshal(rep)
		require.NoError(t, err)
		require.Contains(t, string(body), `"name":"staff"`)
	})
}

func TestChainSkipsWhatDependsOnAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var j journal
		down := errors.New("platform down")
		nodes := []refs.Node{
			j.node("customers", time.Second, down),
			j.node("orders", time.Second, nil, "customers"),
			j.node("invoices", time.Second, nil, "orders"),
			j.node("materials", time.Second, nil),
			{Name: "bad", Run: func(context.Context) (*duijiesync.Report, error) { panic("oh") }},
		}
		c, err := refs.NewChain(nodes...)
		require.NoError(t, err)
		rep, err := c.Run(t.Context())
		require.ErrorIs(t, err, down)
		require.ErrorContains(t, err, `node "customers"`)
		require.ErrorIs(t, rep.Node("orders").Err, refs.ErrPrerequisite)
		require.ErrorContains(t, rep.Node("orders").Err, `"customers"`)
		require.True(t, rep.Node("invoices").Skipped)
		require.NoError(t, rep.Node("materials").Err)
		require.ErrorContains(t, rep.Node("bad").Err, "oh")
		require.NotContains(t, j.lines, "begin orders")

		c.RunAfterFailure = true
		rep, err = c.Run(t.Context())
		require.ErrorIs(t, err, down)
		require.NoError(t, rep.Node("invoices").Err)

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		rep, err = c.Run(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, rep.Node("materials").Skipped)
	})
}

func TestChainsThatCannotBe(t *testing.T) {
	t.Parallel()
	var j journal
	_, err := refs.NewChain(j.node("a", 0, nil, "c"), j.node("b", 0, nil, "a"), j.node("c", 0, nil, "b"), j.node("d", 0, nil, "a"))
	require.ErrorIs(t, err, refs.ErrCycle)
	cycle, ok := errors.AsType[*refs.CycleError](err)
	require.True(t, ok)
	require.Equal(t, []string{"a", "c", "b"}, cycle.Nodes)
	require.ErrorContains(t, err, "a → c → b → a")
	_, err = refs.NewChain(j.node("a", 0, nil, "a"))
	require.ErrorIs(t, err, refs.ErrCycle)
	_, err = refs.NewChain(j.node("a", 0, nil, "nobody"))
	require.ErrorIs(t, err, refs.ErrUnknownNode)
	_, err = refs.NewChain(j.node("a", 0, nil), j.node("a", 0, nil))
	require.ErrorIs(t, err, refs.ErrOptions)
	_, err = refs.NewChain(refs.Node{Name: "a"})
	require.ErrorIs(t, err, refs.ErrOptions)
}

// TestSecondPass: customers refer to their main contact and contacts to their
// customer, so that no order serves both.
func TestSecondPass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := duijiesync.NewMemoryState()
		crm, people := newShop("c"), newShop("p")
		customers := pipe("customers", list(10, thing{No: "C1"}, thing{No: "C2", Ref: "P1"}), crm, state)
		contacts := pipe("contacts", list(10, thing{No: "P1", Ref: "C1"}, thing{No: "P2", Ref: "C2"}), people, state)
		customers.Transform = through(resolver(t, refs.Options[string]{Name: "contact", Backends: []refs.Backend[string]{refs.FromLedger(state, "contacts")}}))
		contacts.Transform = through(resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{refs.FromLedger(state, "customers")}}))
		c, err := refs.NewChain(refs.Pipeline(customers), refs.Pipeline(contacts, "customers"))
		require.NoError(t, err)
		rep, err := c.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Node("customers").Report.Waiting)
		require.Len(t, rep.Node("customers").Retries, 1)
		require.Len(t, rep.Node("contacts").Retries, 1)
		require.Equal(t, people.id(t, "P1"), crm.rows["C2"][0].Ref)
		require.Equal(t, crm.id(t, "C2"), people.rows["P2"][0].Ref)

		rep, err = c.Run(t.Context())
		require.NoError(t, err)
		require.Empty(t, rep.Node("customers").Retries)
	})
}
