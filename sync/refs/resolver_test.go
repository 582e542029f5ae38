package refs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
)

// counted is a backend over a map that counts what it is asked.
type counted struct {
	mu     sync.Mutex
	values map[string]string
	calls  int
	asked  map[string]int
	most   int // keys in one call
	now    int // calls at this moment
	peak   int
	work   time.Duration
	slow   time.Duration // until a call that is cut off returns
	err    error
	ended  []error // how the contexts of calls looked at their end
}

func (c *counted) backend(missFor time.Duration) refs.Backend[string] {
	return refs.Backend[string]{Name: "a map", MissFor: missFor, Find: c.find}
}

func (c *counted) find(ctx context.Context, keys []string) (map[string]string, error) {
	c.mu.Lock()
	c.calls++
	c.now++
	c.peak, c.most = max(c.peak, c.now), max(c.most, len(keys))
	if c.asked == nil {
		c.asked = map[string]int{}
	}
	for _, k := range keys {
		c.asked[k]++
	}
	c.mu.Unlock()
	if c.work > 0 {
		select {
		case <-time.After(c.work):
		case <-ctx.Done():
			time.Sleep(c.slow) // virtual
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now--
	c.ended = append(c.ended, ctx.Err())
	if c.err != nil || ctx.Err() != nil {
		return nil, errors.Join(c.err, ctx.Err())
	}
	found := map[string]string{}
	for _, k := range keys {
		if v, ok := c.values[k]; ok {
			found[k] = v
		}
	}
	return found, nil
}

func (c *counted) set(key, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values[key] = value
}

func TestValuesAndMissesExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		far := &counted{values: map[string]string{"a": "1"}}
		near := &counted{values: map[string]string{}}
		r := resolver(t, refs.Options[string]{KeepFor: time.Hour, Backends: []refs.Backend[string]{near.backend(0), far.backend(time.Minute)}})

		resolve := func(key, want string) {
			t.Helper()
			got, err := r.Resolve(t.Context(), key)
			if want == "" {
				require.ErrorIs(t, err, refs.ErrMissing)
				require.ErrorIs(t, err, duijiesync.ErrWait)
				require.ErrorContains(t, err, `customer "`+key+`"`)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		for range 3 {
			resolve("a", "1")
			resolve("b", "")
		}
		require.Equal(t, 1, far.asked["a"])
		require.Equal(t, 1, far.asked["b"], "a miss is remembered")
		require.Equal(t, 3, near.asked["b"], "but not where that is not wanted")
		require.Equal(t, 1, near.asked["a"])

		far.set("b", "2")
		time.Sleep(59 * time.Second) // virtual
		resolve("b", "")
		time.Sleep(time.Second) // virtual
		resolve("b", "2")
		require.Equal(t, 2, far.asked["b"])

		far.set("a", "9")
		resolve("a", "1")
		time.Sleep(time.Hour) // virtual
		resolve("a", "9")
		far.set("a", "10")
		r.Forget("a")
		resolve("a", "10")

		near.set("c", "near")
		far.set("c", "far")
		resolve("c", "near")
		require.Zero(t, far.asked["c"])
	})
}

func TestFailureIsNoMiss(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection refused")
	c := &counted{values: map[string]string{"a": "1"}, err: broken}
	r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{c.backend(time.Hour)}})
	for range 2 {
		_, err := r.Resolve(t.Context(), "a")
		require.ErrorIs(t, err, broken)
		require.ErrorIs(t, err, refs.ErrLookup)
		require.ErrorIs(t, err, duijiesync.ErrWait, "an outage refuses nothing")
		require.NotErrorIs(t, err, refs.ErrMissing)
	}
	require.ErrorIs(t, r.Prefetch(t.Context(), []string{"a", "b"}), broken)
	c.err = nil
	got, err := r.Resolve(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, "1", got)

	_, err = r.Resolve(t.Context(), "")
	require.ErrorIs(t, err, refs.ErrEmptyKey)
	require.NotErrorIs(t, err, duijiesync.ErrWait)
}

func TestRefuseInsteadOfWaiting(t *testing.T) {
	t.Parallel()
	r := resolver(t, refs.Options[string]{Refuse: true, Backends: []refs.Backend[string]{refs.FromMap("a map", map[string]string{})}})
	_, err := r.Resolve(t.Context(), "x")
	require.ErrorIs(t, err, refs.ErrMissing)
	require.NotErrorIs(t, err, duijiesync.ErrWait)
	missing, ok := errors.AsType[*refs.MissingError](err)
	require.True(t, ok)
	require.Equal(t, "x", missing.Key)
}

// TestOneLookupForAll: callers of one key share its lookup, and keys that are
// wanted meanwhile go together.
func TestOneLookupForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &counted{values: map[string]string{}, work: time.Second}
		for i := range 40 {
			c.values[fmt.Sprint("k", i)] = fmt.Sprint(i)
		}
		r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{c.backend(time.Hour)}, Calls: 2})
		var wg sync.WaitGroup
		start := time.Now()
		for g := range 400 {
			wg.Go(func() {
				got, err := r.Resolve(t.Context(), fmt.Sprint("k", g%40))
				require.NoError(t, err)
				require.Equal(t, fmt.Sprint(g%40), got)
			})
		}
		wg.Wait()
		for k, n := range c.asked {
			require.Equal(t, 1, n, k)
		}
		require.LessOrEqual(t, c.peak, 2)
		require.LessOrEqual(t, c.calls, 4, "those that came while two calls were under way went together")
		require.LessOrEqual(t, time.Since(start), 3*time.Second)
	})
}

func TestLingerGathers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &counted{values: map[string]string{}}
		r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{c.backend(time.Hour)}, Linger: 10 * time.Millisecond, Rows: 8})
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				time.Sleep(time.Duration(i/8) * time.Millisecond) // virtual
				_, err := r.Resolve(t.Context(), fmt.Sprint("k", i))
				require.ErrorIs(t, err, refs.ErrMissing)
			})
		}
		wg.Wait()
		require.Equal(t, 2, c.calls)
		require.Equal(t, 8, c.most)
	})
}

// TestCancelledCallerLeaves: the others get their answer, and work nobody waits
// for is cut off.
func TestCancelledCallerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &counted{values: map[string]string{"a": "1"}, work: time.Minute}
		r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{c.backend(time.Hour)}})
		first, cancel := context.WithCancel(t.Context())
		type result struct {
			value string
			err   error
		}
		ask := func(ctx context.Context) chan result {
			got := make(chan result, 1)
			go func() {
				v, err := r.Resolve(ctx, "a")
				got <- result{v, err}
			}()
			synctest.Wait()
			return got
		}
		one, other := ask(first), ask(t.Context())
		cancel()
		require.ErrorIs(t, (<-one).err, context.Canceled)
		require.Equal(t, result{"1", nil}, <-other)
		require.Equal(t, 1, c.calls)

		r.Forget("a")
		alone, cancel := context.WithCancel(t.Context())
		gone := ask(alone)
		start := time.Now()
		cancel()
		require.ErrorIs(t, (<-gone).err, context.Canceled)
		synctest.Wait()
		require.Zero(t, time.Since(start))
		require.ErrorIs(t, c.ended[1], context.Canceled, "the work ends with its last caller")

		got := ask(t.Context())
		require.Equal(t, result{"1", nil}, <-got, "that is no answer for those who come later")
		require.Equal(t, 3, c.calls)

		r.Forget("a")
		c.slow = time.Minute
		alone, cancel = context.WithCancel(t.Context())
		gone = ask(alone)
		cancel()
		require.ErrorIs(t, (<-gone).err, context.Canceled)
		got = ask(t.Context())
		require.Equal(t, result{"1", nil}, <-got, "nor is work that was cut off and has not ended")
	})
}

func TestPanicOfABackend(t *testing.T) {
	t.Parallel()
	r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{{Name: "bad", Find: func(context.Context, []string) (map[string]string, error) {
		panic("oh")
	}}}})
	_, err := r.Resolve(t.Context(), "a")
	require.ErrorContains(t, err, "panic: oh")
	require.ErrorIs(t, err, refs.ErrLookup)
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	c := &counted{values: map[string]string{}}
	for i := range 100 {
		c.values[fmt.Sprint(i)] = "v"
	}
	r := resolver(t, refs.Options[string]{Size: 10, Backends: []refs.Backend[string]{c.backend(time.Hour)}})
	ask := func(i int) {
		_, err := r.Resolve(t.Context(), fmt.Sprint(i))
		require.NoError(t, err)
	}
	for i := range 100 {
		ask(0) // used again and again, so it stays
		ask(i)
	}
	require.Equal(t, 1, c.asked["0"])
	ask(1)
	require.Equal(t, 2, c.asked["1"], "the least recently used went")
	ask(99)
	require.Equal(t, 1, c.asked["99"])
}

func TestPrefetchAsksPageWise(t *testing.T) {
	t.Parallel()
	c := &counted{values: map[string]string{}}
	var keys []string
	for i := range 250 {
		keys = append(keys, fmt.Sprint(i), fmt.Sprint(i), "")
		if i%2 == 0 {
			c.values[fmt.Sprint(i)] = "v"
		}
	}
	r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{c.backend(time.Hour)}})
	require.NoError(t, r.Prefetch(t.Context(), keys))
	require.Equal(t, 3, c.calls, "250 keys, 100 at a time")
	for _, k := range keys {
		_, _ = r.Resolve(t.Context(), k)
	}
	require.Equal(t, 3, c.calls)
	require.NotContains(t, c.asked, "")
}

func TestConvert(t *testing.T) {
	t.Parallel()
	b := refs.Convert(refs.FromMap("a map", map[string]string{"a": "12", "b": "x"}), func(_, v string) (int, error) {
		var n int
		_, err := fmt.Sscan(v, &n)
		return n, err
	})
	r, err := refs.New(refs.Options[int]{Name: "customer", Backends: []refs.Backend[int]{b}})
	require.NoError(t, err)
	n, err := r.Resolve(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, 12, n)
	_, err = r.Resolve(t.Context(), "b")
	require.ErrorIs(t, err, refs.ErrLookup)
	require.ErrorContains(t, err, `value of "b"`)
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := refs.New(refs.Options[string]{Name: "customer"})
	require.ErrorIs(t, err, refs.ErrOptions)
	_, err = refs.New(refs.Options[string]{Backends: []refs.Backend[string]{refs.FromMap("m", map[string]string{})}})
	require.ErrorIs(t, err, refs.ErrOptions)
	_, err = refs.New(refs.Options[string]{Name: "customer", Backends: []refs.Backend[string]{{Name: "no find"}}})
	require.ErrorIs(t, err, refs.ErrOptions)
}

func BenchmarkResolveFromMemory(b *testing.B) {
	r, err := refs.New(refs.Options[string]{Name: "customer", Backends: []refs.Backend[string]{refs.FromMap("a map", map[string]string{"a": "1"})}})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Resolve(b.Context(), "a"); err != nil {
			b.Fatal(err)
		}
	}
}
