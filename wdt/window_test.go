package wdt

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

const tradeMethod = "sales.TradeQuery.queryWithDetail"

// trade and tradeQuery are a typed list as lists.go tells to make one.
type trade struct {
	No       string      `json:"trade_no"`
	Status   int64       `json:"trade_status"`
	Modified duijie.Time `json:"modified"`

	Raw json.RawMessage `json:"-"`
}

func (t *trade) UnmarshalJSON(b []byte) error { return decodeRow(b, t) }
func (t trade) MarshalJSON() ([]byte, error)  { return encodeRow(t) }
func (t trade) Key() string                   { return t.No }
func (t trade) version() int64                { return unixMilli(t.Modified) }

type tradeQuery struct {
	No       string
	From, To time.Time
	PageSize int
	Cursor   string
}

func (q tradeQuery) list() selection {
	return selection{
		method: tradeMethod, params: filter{}.text("trade_no", q.No), byNumber: q.No != "",
		from: q.From, to: q.To, size: q.PageSize, cursor: q.Cursor,
	}
}

// book is the platform's orders, and notes the windows it was asked for.
type book struct {
	mu      sync.Mutex
	rows    map[string]time.Time
	status  map[string]int
	windows []string
	cap     int  // rows it answers a window for
	open    bool // the ends of windows are not part of them
}

func (b *book) put(no string, at time.Time, status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows[no], b.status[no] = at, status
}

func (b *book) remove(no string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.rows, no)
}

// answer gives the rows of a window, both ends included, in the order of their
// modification times.
func (b *book) answer(args []json.RawMessage, page wdttest.Page) (any, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var f struct {
		From string `json:"start_time"`
		To   string `json:"end_time"`
		No   string `json:"trade_no"`
	}
	if err := json.Unmarshal(args[0], &f); err != nil {
		return nil, err
	}
	b.windows = append(b.windows, f.From+" "+f.To)
	var nos []string
	for no, at := range b.rows {
		text := chinaTime(at)
		if b.open && (text == f.From || text == f.To) {
			continue
		}
		if f.No == no || f.No == "" && f.From <= text && text <= f.To {
			nos = append(nos, no)
		}
	}
	slices.SortFunc(nos, func(x, y string) int {
		if c := b.rows[x].Compare(b.rows[y]); c != 0 {
			return c
		}
		return strings.Compare(x, y)
	})
	if b.cap > 0 && len(nos) > b.cap {
		return nil, &wdttest.BusinessError{Status: 100, Message: "您的查询条件太过宽"}
	}
	rows := make([]any, len(nos))
	for i, no := range nos {
		rows[i] = map[string]any{"trade_no": no, "trade_status": fmt.Sprint(b.status[no]), "modified": chinaTime(b.rows[no])}
	}
	return wdttest.List{Key: "order", Rows: page.Cut(rows), Total: len(rows)}, nil
}

func (b *book) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Compact(slices.Clone(b.windows))
}

// stop is a clock that tests move.
type stop struct {
	mu sync.Mutex
	at time.Time
}

func (c *stop) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *stop) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// newBook is a fake with n orders, one a minute from start on, and a typed list
// of them. The clock stands at start + 3 h.
func newBook(t *testing.T, g Gateway, n int) (*book, *wdttest.Server, *WindowService[trade, tradeQuery], *stop) {
	t.Helper()
	clock := &stop{at: start.Add(3 * time.Hour)}
	s := wdttest.NewServer(wdttest.WithClock(clock.now))
	c, err := NewClient(fakeConfig(s, g), append(slices.Clone(fast), duijie.WithClock(clock.now))...)
	require.NoError(t, err)
	t.Cleanup(func() {
		c.CloseIdleConnections()
		s.Close()
	})
	b := &book{rows: map[string]time.Time{}, status: map[string]int{}}
	s.Handle(tradeMethod, true, b.answer)
	for i := range n {
		b.put(fmt.Sprintf("T%03d", i), start.Add(time.Duration(i)*time.Minute), 30)
	}
	return b, s, &WindowService[trade, tradeQuery]{client: c}, clock
}

func statuses(t *testing.T, seq func(func(trade, error) bool)) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for row, err := range seq {
		require.NoError(t, err)
		_, twice := out[row.No]
		require.False(t, twice, "%s comes once", row.No)
		out[row.No] = row.Status
	}
	return out
}

func TestWindowAll(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		b, server, trades, _ := newBook(t, g, 150)
		got := statuses(t, trades.All(t.Context(), tradeQuery{From: start, To: start.Add(150 * time.Minute), PageSize: 20}))
		require.Len(t, got, 150)
		require.Len(t, b.asked(), 3)
		for _, w := range b.asked() {
			from, to := w[:19], w[20:]
			a, err := time.ParseInLocation(timeLayout, from, duijie.China)
			require.NoError(t, err)
			z, err := time.ParseInLocation(timeLayout, to, duijie.China)
			require.NoError(t, err)
			require.LessOrEqual(t, z.Sub(a), time.Hour, "the platform takes an hour")
		}
		got = statuses(t, trades.All(t.Context(), tradeQuery{From: start.Add(140 * time.Minute)}))
		require.Contains(t, got, "T149", "no To means a minute ago")
		require.LessOrEqual(t, len(got), 11)

		before := server.Count("")
		for _, q := range []tradeQuery{{}, {From: start, To: start}, {From: start, To: start.Add(4 * time.Hour)}, {To: start}} {
			var err error
			for _, e := range trades.All(t.Context(), q) {
				err = e
			}
			require.ErrorIs(t, err, duijie.ErrInvalid, "%v", q)
		}
		require.Equal(t, before, server.Count(""), "nothing was sent")

		got = statuses(t, trades.All(t.Context(), tradeQuery{No: "T007"}))
		require.Equal(t, map[string]int64{"T007": 30}, got, "a number needs no times")
		require.Contains(t, b.asked(), " ")
		n := 0
		for page, err := range trades.Pages(t.Context(), tradeQuery{From: start, To: start.Add(90 * time.Minute), PageSize: 20}) {
			require.NoError(t, err)
			n += len(page.Items)
		}
		require.Equal(t, 91, n)
	})
}

// Rows leave a closed window while it is read, because they are changed: none of
// those that stay is lost, where a naive loop loses some.
func TestWindowRowsLeave(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		leave := func(b *book, s *wdttest.Server, now time.Time) {
			s.OnCall(func(_ string, n int) {
				if n > 1 {
					b.put(fmt.Sprintf("T%03d", 3*n), now, 55)
				}
			})
		}
		window := map[string]any{"start_time": chinaTime(start), "end_time": chinaTime(start.Add(time.Hour))}
		b, server, trades, clock := newBook(t, g, 60)
		leave(b, server, clock.now())
		naive := map[string]bool{}
		for no := 0; ; no++ {
			page, err := QueryPage[trade](t.Context(), trades.client, tradeMethod, &Query{Params: window, Page: no, Size: 10})
			require.NoError(t, err)
			for _, row := range page.Items {
				naive[row.No] = true
			}
			if page.Next == "" {
				break
			}
		}
		b.mu.Lock()
		stayed := maps.Clone(b.rows)
		b.mu.Unlock()
		maps.DeleteFunc(stayed, func(_ string, at time.Time) bool { return at.After(start.Add(time.Hour)) })
		missed := 0
		for no := range stayed {
			if !naive[no] {
				missed++
			}
		}
		require.Positive(t, missed, "the naive loop loses rows")

		b, server, trades, clock = newBook(t, g, 60)
		leave(b, server, clock.now())
		got := statuses(t, trades.All(t.Context(), tradeQuery{From: start, To: start.Add(time.Hour), PageSize: 10}))
		for no, at := range b.rows {
			if at.Before(start.Add(time.Hour)) {
				require.Contains(t, got, no)
			}
		}
	})
}

func TestWindowListByCursor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		_, _, trades, _ := newBook(t, g, 130)
		got, pages := map[string]bool{}, 0
		q := tradeQuery{From: start, To: start.Add(130 * time.Minute), PageSize: 25}
		for {
			page, err := trades.List(t.Context(), q)
			require.NoError(t, err)
			pages++
			for _, row := range page.Items {
				got[row.No] = true
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		require.Len(t, got, 130)
		require.Greater(t, pages, 6)
		q = tradeQuery{From: start.Add(time.Millisecond), To: start.Add(61*time.Minute + time.Millisecond), PageSize: 100}
		for n := 0; ; n++ {
			require.Less(t, n, 5, "parts of a second lead on, too")
			page, err := trades.List(t.Context(), q)
			require.NoError(t, err)
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		q = tradeQuery{From: start, To: start.Add(130 * time.Minute)}
		for _, cursor := range []string{"x", "w.1", "w.1.2.", "w.a.b.c", "b.1.2.3", fmt.Sprintf("w.%d.%d.", start.Unix(), start.Add(2*time.Hour).Unix())} {
			q.Cursor = cursor
			_, err := trades.List(t.Context(), q)
			require.ErrorIs(t, err, duijie.ErrInvalid, cursor)
		}
		page, err := trades.List(t.Context(), tradeQuery{No: "T001"})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
	})
}

// Nobody says whether the ends of a window are part of it: none of the rows at
// the cuts is lost where they are not.
func TestEndsOfSlices(t *testing.T) {
	t.Parallel()
	b, _, trades, _ := newBook(t, Direct, 0)
	for i := range 3600 { // where they are, none comes twice
		b.put(fmt.Sprintf("T%04d", i), start.Add(time.Duration(2*i)*time.Second), 30)
	}
	require.Len(t, statuses(t, trades.All(t.Context(), tradeQuery{From: start, To: start.Add(2 * time.Hour), PageSize: 500})), 3600)
	b.open = true
	clear(b.rows)
	for i := range 2 * 3600 / 5 {
		b.put(fmt.Sprintf("T%04d", i), start.Add(time.Duration(5*i)*time.Second), 30)
	}
	q := tradeQuery{From: start.Add(-5 * time.Second), To: start.Add(2*time.Hour + 5*time.Second), PageSize: 500}
	require.Len(t, statuses(t, trades.All(t.Context(), q)), len(b.rows))
	got := map[string]bool{}
	for {
		page, err := trades.List(t.Context(), q)
		require.NoError(t, err)
		for _, row := range page.Items {
			got[row.No] = true
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	require.Len(t, got, len(b.rows))
}

// A source goes on where the last run ended, less the overlap, and yields what
// changed since.
func TestWindowSource(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		b, _, trades, clock := newBook(t, g, 100)
		src, err := NewListSource(trades, tradeQuery{PageSize: 20}, WindowConfig{Start: start})
		require.NoError(t, err)
		require.Contains(t, src.Paging(), "overlap")
		read := func(after duijiesync.Checkpoint) (map[string]int64, duijiesync.Checkpoint) {
			got := map[string]int64{}
			for batch, err := range src.Read(t.Context(), after) {
				require.NoError(t, err)
				for _, r := range batch.Records {
					require.NoError(t, r.Err)
					require.Equal(t, r.Value.version(), r.Version)
					got[r.Key] = r.Value.Status
				}
				if batch.Checkpoint != "" {
					after = batch.Checkpoint
				}
			}
			return got, after
		}
		got, after := read("")
		require.Len(t, got, 100)

		clock.set(clock.now().Add(30 * time.Minute))
		b.put("T003", clock.now().Add(-15*time.Minute), 95)
		b.put("N001", clock.now().Add(-2*time.Minute), 30)
		b.put("N002", clock.now().Add(-30*time.Second), 30) // not settled yet
		b.put("L001", clock.now().Add(-33*time.Minute), 30) // shown late
		got, after = read(after)
		require.Equal(t, map[string]int64{"T003": 95, "N001": 30, "L001": 30}, got)

		clock.set(clock.now().Add(10 * time.Minute))
		got, _ = read(after)
		require.Contains(t, got, "N002")
		if g == Direct { // Qimen overlaps by more
			require.NotContains(t, got, "T003")
		}
	})
}

// What is too much for the platform, or for the source, is asked for in halves.
func TestWindowHalves(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		b, server, trades, _ := newBook(t, g, 100)
		b.cap = 9
		src, err := NewListSource(trades, tradeQuery{}, WindowConfig{Start: start})
		require.NoError(t, err)
		count := func(src duijiesync.Source[trade]) (n int) {
			got := map[string]bool{}
			for batch, err := range src.Read(t.Context(), "") {
				require.NoError(t, err)
				for _, r := range batch.Records {
					got[r.Key] = true
				}
			}
			return len(got)
		}
		require.Equal(t, 100, count(src))

		b.cap = 0
		src, err = NewListSource(trades, tradeQuery{PageSize: 5}, WindowConfig{Start: start, MaxRows: 12})
		require.NoError(t, err)
		before := len(b.asked())
		require.Equal(t, 100, count(src))
		require.Greater(t, len(b.asked())-before, 8)

		// A gateway that does not answer in time; short windows it does answer.
		src, err = NewListSource(trades, tradeQuery{}, WindowConfig{Start: start})
		require.NoError(t, err)
		server.Inject(wdttest.Fault{Call: server.Count("") + 1, Times: 4, Kind: wdttest.Unavailable})
		for _, err := range src.Read(t.Context(), "") {
			if err != nil {
				require.ErrorIs(t, err, duijie.ErrUnavailable, "an outage is no reason to halve")
			}
		}
	})
}

func TestSlowSliceIsHalved(t *testing.T) {
	t.Parallel()
	_, _, trades, _ := newBook(t, Direct, 1)
	w, err := trades.windowed(tradeQuery{}.list(), nil)
	require.NoError(t, err)
	slow := &duijie.APIError{Class: duijie.ClassUnavailable, StatusCode: http.StatusGatewayTimeout}
	of := func(span time.Duration) *slice[any] {
		return &slice[any]{reading: w.reading(w.slice(start, start.Add(span))), span: span, whole: time.Hour}
	}
	require.True(t, of(time.Hour).tooMuch(slow))
	require.True(t, of(4*time.Minute).tooMuch(slow))
	require.False(t, of(3*time.Minute).tooMuch(slow), "halved four times at most")
	require.False(t, of(time.Hour).tooMuch(&duijie.APIError{Class: duijie.ClassUnavailable, StatusCode: 502}))
	require.False(t, of(time.Hour).tooMuch(duijie.ErrInvalid))
	require.True(t, of(time.Second).tooMuch(&duijie.APIError{Class: duijie.ClassInvalid, Hint: hintWindow}))
}

func TestWindowSourceOfAnyMethod(t *testing.T) {
	t.Parallel()
	server, client := newFake(t, Direct)
	var asked []string
	server.Handle("wms.stockout.OtherQuery.queryWithDetail", true, func(args []json.RawMessage, page wdttest.Page) (any, error) {
		asked = append(asked, string(args[0]))
		return wdttest.List{Key: "order"}, nil
	})
	server.Handle("wms.StockSpec.queryChangeHistory", true, func(args []json.RawMessage, page wdttest.Page) (any, error) {
		asked = append(asked, string(args[0]))
		return wdttest.List{Key: "data"}, nil
	})
	type row struct {
		No string `json:"order_no"`
	}
	scan := ScanConfig[row]{Key: func(r row) string { return r.No }}
	cfg := WindowConfig{Start: time.Now().Add(-90 * time.Minute)}
	run := func(src *WindowSource[row], err error) []string {
		require.NoError(t, err)
		asked = nil
		for _, err := range src.Read(t.Context(), "") {
			require.NoError(t, err)
		}
		return asked
	}
	got := run(NewWindowSource(client, "wms.stockout.OtherQuery.queryWithDetail", map[string]any{"warehouse_no": "W1"}, scan, cfg))
	require.Len(t, got, 1)
	require.Contains(t, got[0], `"time_type":3`)
	require.Contains(t, got[0], `"warehouse_no":"W1"`)
	shipped := cfg
	shipped.Times = TimeShipped
	got = run(NewWindowSource(client, "wms.stockout.OtherQuery.queryWithDetail", nil, scan, shipped))
	require.Contains(t, got[0], `"time_type":1`)
	got = run(NewWindowSource(client, "wms.StockSpec.queryChangeHistory", nil, scan, cfg))
	require.Len(t, got, 2, "an hour without spec_no")
	got = run(NewWindowSource(client, "wms.StockSpec.queryChangeHistory", &Query{Params: map[string]any{"spec_no": "S1"}}, scan, cfg))
	require.Len(t, got, 1, "30 days with it")

	for name, try := range map[string]func() error{
		"not listed": func() error { _, err := NewWindowSource(client, "a.B.c", nil, scan, cfg); return err },
		"no times":   func() error { _, err := NewWindowSource(client, shopMethod, nil, scan, cfg); return err },
		"no key":     func() error { _, err := NewWindowSource(client, tradeMethod, nil, ScanConfig[row]{}, cfg); return err },
		"no object":  func() error { _, err := NewWindowSource(client, tradeMethod, []int{1}, scan, cfg); return err },
		"no settled": func() error {
			settled := cfg
			settled.Times = TimeSettled
			_, err := NewWindowSource(client, tradeMethod, nil, scan, settled)
			return err
		},
	} {
		require.ErrorIs(t, try(), duijie.ErrInvalid, name)
	}
}

func TestWindowSourceConforms(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		pipelinetest.TestSource(t, pipelinetest.SourceSuite[trade]{
			Records: 23,
			Open: func(t *testing.T) pipelinetest.SourceCase[trade] {
				b, server, trades, clock := newBook(t, g, 23)
				clock.set(start.Add(40 * time.Minute))
				open := func() duijiesync.Source[trade] {
					src, err := NewListSource(trades, tradeQuery{PageSize: 5}, WindowConfig{Start: start})
					require.NoError(t, err)
					return src
				}
				return pipelinetest.SourceCase[trade]{
					Source: open(), Again: open, Requests: func() int { return server.Count("") }, Down: setDown(server),
					Move: func(round int) { b.remove(fmt.Sprintf("T%03d", 20-3*round)) },
				}
			},
		})
	})
}
