package paging_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

const (
	listRows = 300
	pageRows = 20
	seeds    = 16
)

// churns are changes per call: 1, 5 and 20 % of a page.
var churns = []float64{0.2, 1, 4}

// builders read a closed window.
func closedBuilders(m *moving, end int64) map[string]func() *paging.Source[row] {
	list := paging.List[row]{Name: "rows", Size: pageRows, Fetch: m.numbered(end)}
	silent := list
	return map[string]func() *paging.Source[row]{
		"Backward":             list.Backward,
		"ClosedWindow":         list.ClosedWindow,
		"ClosedWindow/unknown": func() *paging.Source[row] { m.total = noTotal; return silent.ClosedWindow() },
		"ClosedWindow/short": func() *paging.Source[row] {
			m.total, silent.ShortIsLast = noTotal, true
			return silent.ClosedWindow()
		},
		"ClosedWindow/more": func() *paging.Source[row] {
			m.total, m.more = noTotal, claimed
			return silent.ClosedWindow()
		},
	}
}

func noTotal(int, paging.At) int64 { return -1 }

func claimed(more bool) paging.More {
	if more {
		return paging.MoreYes
	}
	return paging.MoreNo
}

// TestClosedWindowLosesNothing: rows leave a window that has ended, because they
// are changed or deleted.
func TestClosedWindowLosesNothing(t *testing.T) {
	t.Parallel()
	for _, churn := range churns {
		for _, newest := range []bool{false, true} {
			naiveLost := 0
			for seed := range uint64(seeds) {
				world := func() *moving {
					m := newMoving(seed, listRows-int(seed%23))
					m.churn, m.updates, m.deletes, m.inserts, m.newest = churn, true, true, true, newest
					return m
				}
				m := world()
				end := m.clock
				naiveLost += len(m.lost(end, naive(t, pageRows, m.numbered(end))))
				for name := range closedBuilders(m, end) {
					m := world()
					src := closedBuilders(m, end)[name]()
					g := read(src.Read(t.Context(), ""), 0)
					require.NoError(t, g.err, "%s seed %d", name, seed)
					require.Empty(t, m.lost(end, g), "%s seed %d churn %v newest first %v", name, seed, churn, newest)
					require.NotEmpty(t, g.checkpoints[len(g.checkpoints)-1])
				}
			}
			require.Positive(t, naiveLost, "the test is void: a plain loop loses nothing here")
			t.Logf("churn %.0f %% newest first %v: a plain loop lost %.1f of %d rows a reading", churn/pageRows*100, newest, float64(naiveLost)/seeds, listRows)
		}
	}
}

// TestClosedWindowGoesOnWhereItStopped: a reading cut short after any batch
// goes on with its checkpoint, while rows go on leaving.
func TestClosedWindowGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	for seed := range uint64(seeds) {
		for _, name := range []string{"Backward", "ClosedWindow", "ClosedWindow/unknown"} {
			m := newMoving(seed, listRows)
			m.churn, m.updates, m.deletes = 2, true, true
			end := m.clock
			src := closedBuilders(m, end)[name]()
			g := read(src.Read(t.Context(), ""), 1+int(seed)%14)
			rest := read(src.Read(t.Context(), g.checkpoints[len(g.checkpoints)-1]), 0)
			require.NoError(t, rest.err)
			for k, n := range rest.times {
				g.times[k] += n
			}
			require.Empty(t, m.lost(end, g), "%s seed %d", name, seed)
		}
	}
}

// TestKeysetLosesNothing: anything changes while ids are read.
func TestKeysetLosesNothing(t *testing.T) {
	t.Parallel()
	naiveLost := 0
	for seed := range uint64(seeds) {
		for _, churn := range churns {
			world := func() *moving {
				m := newMoving(seed, listRows)
				m.churn, m.updates, m.deletes, m.inserts = churn, true, true, true
				return m
			}
			m := world()
			naiveLost += len(m.lost(1<<60, naive(t, pageRows, m.numbered(1<<60))))
			m = world()
			g := read(keysetByID(m, false).Read(t.Context(), ""), 0)
			require.NoError(t, g.err)
			require.Empty(t, m.lost(1<<60, g), "seed %d", seed)
			for k, n := range g.times {
				require.Equal(t, 1, n, "%s came more than once, seed %d", k, seed)
			}
		}
	}
	require.Positive(t, naiveLost, "the test is void: a plain loop loses nothing here")
}

func keysetByID(m *moving, rescan bool) *paging.Source[row] {
	return paging.Keyset[row, int64]{
		Name: "rows", Size: pageRows, Fetch: m.byID, Compare: cmp.Compare[int64], Rescan: rescan,
		Position: func(r duijiesync.Record[row]) (int64, bool) { return r.Value.ID, r.Err == nil },
	}.Source()
}

func keysetByMark(m *moving) *paging.Source[row] {
	return paging.Keyset[row, paging.Mark]{
		Name: "rows", Size: pageRows, Fetch: m.byMark, Compare: paging.Mark.Compare, ShortIsLast: true,
		Position: func(r duijiesync.Record[row]) (paging.Mark, bool) { return mark(r.Value), true },
	}.Source()
}

// TestMarksSeeEveryChange: by modification time and id, run after run, each
// from the last checkpoint, the newest state of every row is read.
func TestMarksSeeEveryChange(t *testing.T) {
	t.Parallel()
	for seed := range uint64(seeds) {
		m := newMoving(seed, listRows)
		m.churn, m.updates, m.deletes, m.inserts = 1+float64(seed%4), true, true, true
		all := &got{last: map[string]row{}, times: map[string]int{}}
		var from duijiesync.Checkpoint
		for run := range 6 {
			stop := 0
			if run < 5 {
				stop = 1 + m.rng.IntN(10) // the process dies
			}
			g := read(keysetByMark(m).Read(t.Context(), from), stop)
			require.NoError(t, g.err)
			for k, r := range g.last {
				all.last[k] = r
			}
			if n := len(g.checkpoints); n > 0 {
				from = g.checkpoints[n-1]
			}
		}
		for _, r := range m.rows {
			require.Equal(t, r, all.last[key(r.ID)], "seed %d", seed)
		}
	}
}

// TestDoublePassLosesNothing: anything changes, for a while or all the time.
// Where it ends without an error, no row is missing.
func TestDoublePassLosesNothing(t *testing.T) {
	t.Parallel()
	naiveLost, ended, gaveUp := 0, 0, 0
	for seed := range uint64(seeds / 2) {
		for _, churn := range churns {
			for _, quiet := range []int{10, 25, 1 << 30} {
				for _, total := range []bool{true, false} {
					world := func() *moving {
						m := newMoving(seed, listRows)
						m.churn, m.quietFrom, m.newest = churn, quiet, seed%2 == 1
						m.deletes, m.updates, m.inserts = true, seed%3 != 0, seed%5 != 0
						if !total {
							m.total = noTotal
						}
						return m
					}
					m := world()
					naiveLost += len(m.lost(1<<60, naive(t, pageRows, m.numbered(1<<60))))
					m = world()
					g := read(paging.List[row]{Size: pageRows, Fetch: m.numbered(1 << 60)}.DoublePass().Read(t.Context(), ""), 0)
					name := fmt.Sprintf("seed %d churn %v quiet from %d total %v", seed, churn, quiet, total)
					if g.err != nil {
						gaveUp++
						require.ErrorIs(t, g.err, duijie.ErrNoProgress, name)
						require.Greater(t, quiet, 1000, "%s: the list came to rest", name)
						continue
					}
					ended++
					require.Empty(t, m.lost(1<<60, g), name)
					for _, r := range m.rows { // at rest: its last state, and once in each
						if quiet < 1000 {
							require.Equal(t, r, g.last[key(r.ID)], name)
						}
						require.LessOrEqual(t, g.times[key(r.ID)], r.Change+1, name)
					}
				}
			}
		}
	}
	require.Positive(t, naiveLost, "the test is void: a plain loop loses nothing here")
	require.Positive(t, ended)
	require.Positive(t, gaveUp)
	t.Logf("a plain loop lost %d rows; %d readings ended well, %d gave up", naiveLost, ended, gaveUp)
}

// TestDoublePassSeesOneSkip: the smallest case. One row leaves the first page
// once it was read; a second pass that only looks for new rows would be fooled
// by a second one that does the same.
func TestDoublePassSeesOneSkip(t *testing.T) {
	t.Parallel()
	for _, readings := range [][]int{{2}, {2, 5}, {2, 5, 8}} {
		m := newMoving(1, 3*pageRows)
		fetch := m.numbered(1 << 60)
		list := paging.List[row]{Size: pageRows, Fetch: fetch, ShortIsLast: true}
		m.total = noTotal
		calls := 0
		m.faults = func(int) bool {
			calls++
			for _, at := range readings {
				if calls == at-1 { // behind the first page of a pass
					first := m.list(1 << 60)[0]
					defer delete(m.rows, first.ID)
					m.moved[first.ID] = true
				}
			}
			return false
		}
		g := read(list.DoublePass().Read(t.Context(), ""), 0)
		require.NoError(t, g.err)
		require.Empty(t, m.lost(1<<60, g))
	}
}

// TestDoublePassNeedsAPassWithoutDoubles: a row that is met twice in a pass has
// moved, though the next pass finds it as it was met last. Here both skip C,
// and the second finds every row of the first.
func TestDoublePassNeedsAPassWithoutDoubles(t *testing.T) {
	t.Parallel()
	script := []string{
		"A1 B1 C1 D1 E1 F1", // first pass: A, B
		"B1 C1 D1 E1 F1 A2", // A changed: D, E
		"B1 C1 D1 E1 F1 A2", // F, A; then X comes to the front
		"B1 C1 D1 E1 F1 A2", // the end
		"X1 B1 C1 D1 E1 F1 A2",
		"B1 C1 D1 E1 F1 A2", // X went: D, E
		"B1 C1 D1 E1 F1 A2",
	}
	calls := 0
	fetch := func(_ context.Context, at paging.At) (paging.Page[row], error) {
		names := strings.Fields(script[min(calls, len(script)-1)])
		calls++
		page := paging.Page[row]{Total: -1}
		for i := at.Page * at.Size; i < min((at.Page+1)*at.Size, len(names)); i++ {
			page.Records = append(page.Records, duijiesync.Record[row]{Key: names[i][:1], Value: row{Change: int(names[i][1])}})
		}
		return page, nil
	}
	g := read(paging.List[row]{Size: 2, Fetch: fetch}.DoublePass().Read(t.Context(), ""), 0)
	require.NoError(t, g.err)
	for _, k := range []string{"A", "B", "C", "D", "E", "F"} {
		require.NotZero(t, g.times[k], k)
	}
	require.Equal(t, 2, g.times["A"], "in both of its states")
}

// TestRowsThatComeIntoTheWindow: a few rows are shown late, in the middle of a
// window that is being read. It is read again, and none is lost.
func TestRowsThatComeIntoTheWindow(t *testing.T) {
	t.Parallel()
	for seed := range uint64(seeds) {
		for _, total := range []bool{true, false} {
			m := newMoving(seed, listRows)
			end := m.clock
			m.newest = seed%2 == 0
			if !total {
				m.total = noTotal
			}
			late := int64(0)
			m.faults = func(call int) bool {
				if call < 40 && call%9 == int(seed%9) { // modified in the window, shown now
					late++
					id := 100_000 + late
					m.rows[id] = row{ID: id, Modified: m.rng.Int64N(end), Change: 1}
				}
				return false
			}
			g := read(paging.List[row]{Size: pageRows, Passes: 9, Fetch: m.numbered(end)}.ClosedWindow().Read(t.Context(), ""), 0)
			require.NoError(t, g.err, "seed %d", seed)
			require.Empty(t, m.lost(end, g), "seed %d total %v", seed, total)
		}
	}
}

// TestAppendedSeesEveryState: rows are added, changed and deleted all the time;
// at the end each is known as it is, at little more than one reading's calls.
func TestAppendedSeesEveryState(t *testing.T) {
	t.Parallel()
	for _, churn := range churns {
		naiveLost, calls, pages := 0, 0, 0
		for seed := range uint64(seeds) {
			world := func() *moving {
				m := newMoving(seed, listRows)
				m.churn, m.inserts, m.updates, m.deletes = churn, true, true, true
				return m
			}
			m := world()
			naiveLost += len(m.lost(1<<60, naive(t, pageRows, m.numbered(1<<60))))
			m = world()
			g := read(paging.List[row]{Size: pageRows, Fetch: m.numbered(1 << 60)}.Appended().Read(t.Context(), ""), 0)
			require.NoError(t, g.err, "seed %d churn %v", seed, churn)
			for _, r := range m.rows {
				require.Equal(t, r, g.last[key(r.ID)], "seed %d churn %v", seed, churn)
			}
			calls, pages = calls+m.calls, pages+(len(m.rows)+pageRows-1)/pageRows
			for _, c := range g.checkpoints[:len(g.checkpoints)-1] {
				require.Empty(t, c)
			}
		}
		require.Positive(t, naiveLost, "the test is void: a plain loop loses nothing here")
		t.Logf("churn %.0f %%: %.1f calls for %.1f pages", churn/pageRows*100, float64(calls)/seeds, float64(pages)/seeds)
	}
}
