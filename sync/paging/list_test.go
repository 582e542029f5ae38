package paging_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

// builders are all builders over one list at rest.
func builders(m *moving) map[string]*paging.Source[row] {
	list := paging.List[row]{Name: "rows", Size: pageRows, Fetch: m.numbered(1 << 60)}
	return map[string]*paging.Source[row]{
		"keyset": keysetByID(m, false), "rescan": keysetByID(m, true), "mark": keysetByMark(m),
		"backward": list.Backward(), "closed-window": list.ClosedWindow(), "double-pass": list.DoublePass(),
		"appended": list.Appended(),
	}
}

// TestEverySizeOfList: all builders read every list to its end, each row once,
// at any size around those of pages.
func TestEverySizeOfList(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 19, 20, 21, 39, 40, 41, 59, 60, 61, 100, 160, 161, 333} {
		for _, answer := range []string{"total", "more", "nothing"} {
			for name := range builders(newMoving(1, 0)) {
				m := newMoving(3, n)
				if answer != "total" {
					m.total = noTotal
				}
				if answer == "more" {
					m.more = claimed
				}
				if answer != "total" && (name == "backward" || name == "appended") {
					continue
				}
				src := builders(m)[name]
				require.Zero(t, m.calls, "nothing is read before the range starts")
				seq := src.Read(t.Context(), "")
				require.Zero(t, m.calls, "nothing is read before the range starts")
				for range 2 {
					g := read(seq, 0) // each range starts anew
					require.NoError(t, g.err, "%s %d %s", name, n, answer)
					require.Len(t, g.times, n, "%s %d %s", name, n, answer)
					for k, times := range g.times {
						require.Equal(t, 1, times, k)
					}
				}
			}
		}
	}
}

// TestCallsOfAClosedWindow: what finding the end costs.
func TestCallsOfAClosedWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows, calls int
		total       func(int, paging.At) int64
		short       bool
	}{
		{rows: 0, calls: 1, total: noTotal},
		{rows: 19, calls: 1, total: noTotal, short: true},
		{rows: 20, calls: 1},
		{rows: 100, calls: 1 + 5},
		{rows: 101, calls: 7 + 6 + 1, total: noTotal, short: true}, // 0, 1 2 4 8, 6 5; six pages; the end again
	} {
		m := newMoving(1, c.rows)
		if c.total != nil {
			m.total = c.total
		}
		g := read(paging.List[row]{Size: pageRows, Fetch: m.numbered(1 << 60), ShortIsLast: c.short}.ClosedWindow().Read(t.Context(), ""), 0)
		require.NoError(t, g.err)
		require.Equal(t, c.calls, m.calls, "%d rows", c.rows)
	}
}

func TestEmptyPagesInsideAreNotTheEnd(t *testing.T) {
	t.Parallel()
	t.Run("asked for again while a total says there is more", func(t *testing.T) {
		t.Parallel()
		for _, name := range []string{"backward", "closed-window", "double-pass", "appended"} {
			m := newMoving(1, 200)
			m.faults = func(call int) bool { return call%3 == 2 }
			g := read(builders(m)[name].Read(t.Context(), ""), 0)
			require.NoError(t, g.err, name)
			require.Len(t, g.times, 200, name)
		}
	})
	t.Run("gone past while more is claimed", func(t *testing.T) {
		t.Parallel()
		hole := func(ctx context.Context, at paging.At) (paging.Page[row], error) {
			m := newMoving(1, 200)
			m.total, m.more = noTotal, claimed
			page, err := m.numbered(1<<60)(ctx, at)
			if at.Page == 4 || at.Page == 5 {
				page.Records = nil
			}
			return page, err
		}
		for name, src := range map[string]*paging.Source[row]{
			"closed": paging.List[row]{Size: pageRows, Fetch: hole}.ClosedWindow(),
			"double": paging.List[row]{Size: pageRows, Fetch: hole}.DoublePass(),
		} {
			g := read(src.Read(t.Context(), ""), 0)
			require.NoError(t, g.err, name)
			require.Len(t, g.times, 160, name)
		}
	})
	t.Run("keyset asks again", func(t *testing.T) {
		t.Parallel()
		m := newMoving(1, 100)
		m.more = claimed
		calls := 0
		k := paging.Keyset[row, int64]{
			Size: pageRows, Compare: cmp.Compare[int64],
			Position: func(r duijiesync.Record[row]) (int64, bool) { return r.Value.ID, true },
			Fetch: func(ctx context.Context, after int64, size int) (paging.Page[row], error) {
				if calls++; calls%2 == 0 {
					return paging.Page[row]{Total: -1, More: paging.MoreYes}, nil
				}
				return m.byID(ctx, after, size)
			},
		}
		g := read(k.Source().Read(t.Context(), ""), 0)
		require.NoError(t, g.err)
		require.Len(t, g.times, 100)
	})
}

// TestListsThatDoNotAddUp: each ends in ErrNoProgress, and says why.
func TestListsThatDoNotAddUp(t *testing.T) {
	t.Parallel()
	m := newMoving(1, 200)
	same := func(context.Context, paging.At) (paging.Page[row], error) {
		return paging.Page[row]{Records: records(m.list(1 << 60)[:pageRows]), Total: -1}, nil
	}
	sameOfMany := func(ctx context.Context, at paging.At) (paging.Page[row], error) {
		page, err := same(ctx, at)
		page.Total = 200
		return page, err
	}
	capped := newMoving(1, 200)
	capped.pageCap = 15
	short := newMoving(1, 200)
	short.total = func(n int, _ paging.At) int64 { return int64(n) + 7 }
	growing := newMoving(1, 200)
	growing.churn, growing.inserts = 3, true
	fast := newMoving(1, 200)
	fast.churn, fast.inserts = 2*pageRows, true
	repeating := func(context.Context, int64, int) (paging.Page[row], error) { return same(t.Context(), paging.At{}) }
	disordered := func(ctx context.Context, after int64, size int) (paging.Page[row], error) {
		page, err := m.byID(ctx, after, size)
		page.Records[3], page.Records[4] = page.Records[4], page.Records[3]
		return page, err
	}
	doubled := func(ctx context.Context, after int64, size int) (paging.Page[row], error) {
		page, err := m.byID(ctx, after, size)
		page.Records[4] = page.Records[3]
		return page, err
	}
	mute := func(context.Context, int64, int) (paging.Page[row], error) {
		return paging.Page[row]{Total: -1, More: paging.MoreYes}, nil
	}
	byID := func(fetch func(context.Context, int64, int) (paging.Page[row], error)) *paging.Source[row] {
		return paging.Keyset[row, int64]{
			Size: pageRows, Compare: cmp.Compare[int64], Fetch: fetch,
			Position: func(r duijiesync.Record[row]) (int64, bool) { return r.Value.ID, true },
		}.Source()
	}
	list := func(fetch func(context.Context, paging.At) (paging.Page[row], error)) paging.List[row] {
		return paging.List[row]{Size: pageRows, Fetch: fetch}
	}
	for name, c := range map[string]struct {
		src  *paging.Source[row]
		says string
	}{
		"page number ignored, backward":    {list(sameOfMany).Backward(), "same rows"},
		"page number ignored, closed":      {list(same).ClosedWindow(), "same rows"},
		"page number ignored, appended":    {list(sameOfMany).Appended(), "same rows"},
		"pages cut, appended":              {list(capped.numbered(1 << 60)).Appended(), "set Size"},
		"fewer than counted, appended":     {list(short.numbered(1 << 60)).Appended(), "counted"},
		"grows too fast, appended":         {list(fast.numbered(1 << 60)).Appended(), "faster"},
		"page number ignored, double":      {list(same).DoublePass(), "same rows"},
		"pages cut by the platform":        {list(capped.numbered(1 << 60)).Backward(), "set Size"},
		"fewer rows than counted":          {list(short.numbered(1 << 60)).Backward(), "counted"},
		"fewer rows than counted, double":  {list(short.numbered(1 << 60)).DoublePass(), "counted"},
		"rows come into the window":        {list(growing.numbered(1 << 60)).Backward(), "no closed window"},
		"keyset repeats":                   {byID(repeating), "repeats itself"},
		"keyset is not ordered":            {byID(disordered), "not ordered"},
		"keyset has a position twice":      {byID(doubled), "not unique"},
		"keyset stays empty":               {byID(mute), "stays empty"},
		"keys are not unique, double pass": {list(twins(m)).DoublePass(), "not unique"},
		"no end": {paging.List[row]{Size: pageRows, MaxPages: 50, Fetch: func(_ context.Context, at paging.At) (paging.Page[row], error) {
			r := row{ID: int64(at.Page)}
			return paging.Page[row]{Total: -1, Records: records([]row{r})}, nil
		}}.DoublePass(), "does not end"},
	} {
		g := read(c.src.Read(t.Context(), ""), 0)
		require.ErrorIs(t, g.err, duijie.ErrNoProgress, name)
		require.ErrorContains(t, g.err, c.says, name)
		require.True(t, strings.HasPrefix(g.err.Error(), "duijie/sync/paging: "), g.err.Error())
	}
}

// twins gives all rows one key in two.
func twins(m *moving) func(context.Context, paging.At) (paging.Page[row], error) {
	return func(ctx context.Context, at paging.At) (paging.Page[row], error) {
		page, err := m.numbered(1<<60)(ctx, at)
		for i := range page.Records {
			page.Records[i].Key = key(page.Records[i].Value.Modified / 2)
		}
		return page, err
	}
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	m := newMoving(1, 50)
	noCount := paging.List[row]{Name: "rows", Fetch: m.numbered(1 << 60), Size: 20}
	m.total = noTotal
	for says, src := range map[string]*paging.Source[row]{
		"not set: Fetch": paging.List[row]{}.DoublePass(),
		"Compare":        paging.Keyset[row, int64]{}.Source(),
		"a number below": paging.List[row]{Fetch: m.numbered(0), Size: -1}.Backward(),
		"told no total":  noCount.Backward(),
		"does not survive": paging.Keyset[row, string]{
			Fetch: func(context.Context, string, int) (paging.Page[row], error) {
				return paging.Page[row]{Records: records(m.list(1 << 60)[:1])}, nil
			},
			Position: func(duijiesync.Record[row]) (string, bool) { return "\xff\xfe", true },
			Compare:  strings.Compare,
		}.Source(),
	} {
		g := read(src.Read(t.Context(), ""), 0)
		require.ErrorIs(t, g.err, duijie.ErrInvalid, says)
		require.ErrorContains(t, g.err, says)
		require.Equal(t, 1, g.pairs)
	}
}

func TestTooManyRows(t *testing.T) {
	t.Parallel()
	for name, mk := range map[string]func(paging.List[row]) *paging.Source[row]{
		"backward": paging.List[row].Backward, "closed": paging.List[row].ClosedWindow, "appended": paging.List[row].Appended, "double": paging.List[row].DoublePass,
	} {
		m := newMoving(1, 200)
		g := read(mk(paging.List[row]{Size: pageRows, Fetch: m.numbered(1 << 60), Cap: 199}).Read(t.Context(), ""), 0)
		require.ErrorIs(t, g.err, paging.ErrTooMany, name)
		require.Equal(t, 1, m.calls, "before its rows are read")
		g = read(mk(paging.List[row]{Size: pageRows, Fetch: m.numbered(1 << 60), Cap: 200}).Read(t.Context(), ""), 0)
		require.NoError(t, g.err, name)
		g = read(mk(paging.List[row]{Size: pageRows, Fetch: m.numbered(1 << 60), MaxRows: 150}).Read(t.Context(), ""), 0)
		require.ErrorIs(t, g.err, paging.ErrTooMany, name)
	}
	m := newMoving(1, 200)
	m.total = noTotal
	g := read(paging.List[row]{Size: pageRows, Fetch: m.numbered(1 << 60), Cap: 150}.ClosedWindow().Read(t.Context(), ""), 0)
	require.ErrorIs(t, g.err, paging.ErrTooMany, "also where the end has to be looked for")
}

// TestAnErrorIsTheLastPair: of the platform or of the context.
func TestAnErrorIsTheLastPair(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	for name := range builders(newMoving(1, 0)) {
		m := newMoving(1, 200)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var last error
		pairs := 0
		for b, err := range builders(m)[name].Read(ctx, "") {
			if pairs++; err != nil {
				require.Empty(t, b.Records)
				require.NoError(t, last)
				last = err
			}
			cancel()
		}
		require.ErrorIs(t, last, context.Canceled, name)
		require.Equal(t, 2, pairs, name)
	}
	calls := 0
	fetch := func(ctx context.Context, at paging.At) (paging.Page[row], error) {
		if calls++; calls%4 == 0 {
			return paging.Page[row]{}, down
		}
		return newMoving(1, 200).numbered(1<<60)(ctx, at)
	}
	g := read(paging.List[row]{Size: pageRows, Fetch: fetch}.DoublePass().Read(t.Context(), ""), 0)
	require.ErrorIs(t, g.err, down)
	require.Equal(t, 4, g.pairs)
	require.Equal(t, 4, calls, "nothing is asked behind an error")
}

// TestRowsThatDoNotDecodePassThrough: also where they have no key and no
// position.
func TestRowsThatDoNotDecodePassThrough(t *testing.T) {
	t.Parallel()
	bad := func(page paging.Page[row], err error) (paging.Page[row], error) {
		for i := range page.Records {
			if page.Records[i].Value.ID%4 == 0 {
				page.Records[i] = duijiesync.Record[row]{Raw: page.Records[i].Raw, Err: errors.New("bad")}
			}
		}
		return page, err
	}
	m := newMoving(5, 200)
	want, broken := len(m.rows), 0
	for _, r := range m.rows {
		if r.ID%4 == 0 {
			broken++
		}
	}
	require.Positive(t, broken)
	numbered := func(ctx context.Context, at paging.At) (paging.Page[row], error) {
		return bad(m.numbered(1<<60)(ctx, at))
	}
	list := paging.List[row]{Size: pageRows, Fetch: numbered}
	keyset := paging.Keyset[row, int64]{
		Size: pageRows, Compare: cmp.Compare[int64],
		Fetch: func(ctx context.Context, after int64, size int) (paging.Page[row], error) {
			return bad(m.byID(ctx, after, size))
		},
		Position: func(r duijiesync.Record[row]) (int64, bool) { return r.Value.ID, r.Err == nil },
	}
	for name, src := range map[string]*paging.Source[row]{"backward": list.Backward(), "double": list.DoublePass(), "keyset": keyset.Source()} {
		keys, errs := map[string]bool{}, map[string]bool{}
		for b, err := range src.Read(t.Context(), "") {
			require.NoError(t, err)
			for _, r := range b.Records {
				keys[r.Key] = true
				if r.Err != nil {
					errs[r.Key] = true
					require.True(t, strings.HasPrefix(r.Key, "row:"))
				}
			}
		}
		require.Len(t, keys, want, name)
		require.Len(t, errs, broken, name)
	}
}

// TestRescanReadsAnew: with it, the checkpoint of a finished reading begins
// anew; without, the next run sees new ids alone.
func TestRescanReadsAnew(t *testing.T) {
	t.Parallel()
	m := newMoving(1, 100)
	last := func(g *got) duijiesync.Checkpoint { return g.checkpoints[len(g.checkpoints)-1] }
	again := read(keysetByID(m, true).Read(t.Context(), last(read(keysetByID(m, true).Read(t.Context(), ""), 0))), 0)
	require.Len(t, again.times, 100)
	only := read(keysetByID(m, false).Read(t.Context(), last(read(keysetByID(m, false).Read(t.Context(), ""), 0))), 0)
	require.NoError(t, only.err)
	require.Empty(t, only.times)
	require.Empty(t, only.checkpoints, "nothing new: the old checkpoint stays")
	half := read(keysetByID(m, true).Read(t.Context(), ""), 2)
	rest := read(keysetByID(m, true).Read(t.Context(), last(half)), 0)
	require.Len(t, rest.times, 60, "a run cut short goes on where it stopped")
}

func TestPagingSaysWhatHolds(t *testing.T) {
	t.Parallel()
	b := builders(newMoving(1, 1))
	require.Contains(t, b["keyset"].Paging(), "rows: keyset: each call asks for the rows behind the last one")
	require.Contains(t, b["keyset"].Paging(), "not seen again")
	require.Contains(t, b["rescan"].Paging(), "every run reads the whole list")
	require.Contains(t, b["backward"].Paging(), "last to first")
	require.Contains(t, b["double-pass"].Paging(), "two passes agree")
}

func TestDecodeRaw(t *testing.T) {
	t.Parallel()
	src := paging.List[row]{Fetch: newMoving(1, 1).numbered(0)}.DoublePass()
	v, err := src.DecodeRaw(json.RawMessage(`{"id":7,"modified":8}`))
	require.NoError(t, err)
	require.Equal(t, row{ID: 7, Modified: 8}, v)
	_, err = src.DecodeRaw(json.RawMessage(`7`))
	require.ErrorContains(t, err, "double-pass")
	src = paging.List[row]{Decode: func(json.RawMessage) (row, error) { return row{ID: 9}, nil }}.DoublePass()
	v, err = src.DecodeRaw(nil)
	require.NoError(t, err)
	require.Equal(t, row{ID: 9}, v)
}

// TestAGapIsNotPassedOver: a run that ended because the list did not add up is
// no run to go on behind. The next one reads the whole list.
func TestAGapIsNotPassedOver(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"backward", "closed-window", "closed-window without a total"} {
		m := newMoving(1, 200)
		m.churn, m.inserts = 3, true // no closed window
		if strings.Contains(name, "without") {
			m.total, name = noTotal, "closed-window"
		}
		g := read(builders(m)[name].Read(t.Context(), ""), 0)
		require.ErrorIs(t, g.err, duijie.ErrNoProgress)
		m.churn = 0
		again := read(builders(m)[name].Read(t.Context(), g.checkpoints[len(g.checkpoints)-1]), 0)
		require.NoError(t, again.err)
		require.Len(t, again.times, len(m.rows), name)
	}
	// Also where the process dies in between: the rest is compared with the total.
	for stop := 1; stop <= 9; stop++ {
		m := newMoving(1, 200)
		src := paging.List[row]{Size: pageRows, Fetch: m.numbered(1 << 60)}.Backward()
		g := read(src.Read(t.Context(), ""), stop)
		for range 30 {
			m.insert() // rows come in: those of the first pages are behind now
		}
		m.newest = true
		rest := read(src.Read(t.Context(), g.checkpoints[stop-1]), 0)
		require.NoError(t, rest.err)
		require.Len(t, rest.times, 230)
	}
}

// line is a row of a document with several.
type line struct {
	doc  int64
	line int
}

// TestGroupsAreNotTorn: the lines of documents, of any number, at any size of
// page; documents come and go meanwhile.
func TestGroupsAreNotTorn(t *testing.T) {
	t.Parallel()
	for seed := range uint64(26) {
		m := newMoving(seed, 60)
		m.churn, m.inserts, m.deletes = 1, true, true
		lines := func(doc int64) int { return 1 + int(doc*7%11) }
		for _, answer := range []string{"short", "more", "nothing"} {
			fetch := func(_ context.Context, after int64, size int) (paging.Page[line], error) {
				m.change()
				var all []line
				for _, id := range m.ids() {
					for i := range lines(id) {
						if id > after {
							all = append(all, line{id, i})
						}
					}
				}
				n := min(size, len(all))
				page := paging.Page[line]{Total: -1}
				if answer == "more" {
					page.More = claimed(n < len(all))
				}
				for _, l := range all[:n] {
					page.Records = append(page.Records, duijiesync.Record[line]{Key: fmt.Sprint(l), Value: l})
				}
				return page, nil
			}
			src := paging.Keyset[line, int64]{
				Size: 1 + int(seed%13), Groups: true, ShortIsLast: answer == "short", Compare: cmp.Compare[int64], Fetch: fetch,
				Position: func(r duijiesync.Record[line]) (int64, bool) { return r.Value.doc, true },
			}.Source()
			got := map[line]int{}
			var from duijiesync.Checkpoint
			for done := false; !done; { // dies after every second batch
				done = true
				n := 0
				for b, err := range src.Read(t.Context(), from) {
					require.NoError(t, err, "seed %d %s", seed, answer)
					from = b.Checkpoint
					for _, r := range b.Records {
						got[r.Value]++
					}
					if n++; n == 2 {
						done = false
						break
					}
				}
			}
			for _, id := range m.ids() {
				for i := range lines(id) {
					if !m.moved[id] {
						require.Equal(t, 1, got[line{id, i}], "seed %d %s: line %d of %d", seed, answer, i, id)
					}
				}
			}
		}
	}
}

func TestGroupThatFitsNoPage(t *testing.T) {
	t.Parallel()
	src := paging.Keyset[line, int64]{
		Size: 5, Groups: true, Compare: cmp.Compare[int64],
		Fetch: func(_ context.Context, _ int64, size int) (paging.Page[line], error) {
			return paging.Page[line]{Records: make([]duijiesync.Record[line], size)}, nil
		},
		Position: func(duijiesync.Record[line]) (int64, bool) { return 1, true },
	}.Source()
	var last error
	for _, err := range src.Read(t.Context(), "") {
		last = err
	}
	require.ErrorIs(t, last, duijie.ErrNoProgress)
	require.ErrorContains(t, last, "raise Size")
}
