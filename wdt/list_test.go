package wdt

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

var start = time.Date(2026, 1, 5, 8, 0, 0, 0, duijie.China)

// seed puts n shops, each modified a minute after the one before.
func seed(s *wdttest.Server, n int) {
	for i := range n {
		at := start.Add(time.Duration(i) * time.Minute)
		s.PutShop(wdttest.Shop{No: fmt.Sprintf("S%03d", i), Name: "old", PlatformID: 127, Modified: at, Created: at})
	}
}

// rename changes the shops before each of the given calls, so that they move to
// the end of the list.
func rename(s *wdttest.Server, moves map[int][]string) {
	s.OnCall(func(op string, n int) {
		for _, no := range moves[n] {
			s.PutShop(wdttest.Shop{No: no, Name: "new", PlatformID: 127})
		}
	})
}

// naive is the loop everyone writes first: pages upwards until one is short.
func naive(ctx context.Context, t *testing.T, c *Client, size int) map[string]string {
	t.Helper()
	names := map[string]string{}
	for no := 0; ; no++ {
		page, err := QueryPage[Shop](ctx, c, shopMethod, &Query{Page: no, Size: size})
		require.NoError(t, err)
		for _, s := range page.Items {
			names[s.No] = s.Name
		}
		if page.Next == "" {
			return names
		}
	}
}

func TestMovingRows(t *testing.T) {
	t.Parallel()
	moves := map[int][]string{2: {"S000"}, 3: {"S011", "S001"}, 4: {"S024"}, 5: {"S002"}, 6: {"S003", "S007"}}
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		seed(server, 25)
		rename(server, moves)
		require.Less(t, len(naive(t.Context(), t, client, 5)), 25, "the naive loop loses rows")

		server, client = newFake(t, g)
		seed(server, 25)
		rename(server, moves)
		names := map[string]string{}
		for batch, err := range NewListScan(client.Shops, ShopQuery{PageSize: 5}).Read(t.Context(), "") {
			require.NoError(t, err)
			for _, r := range batch.Records {
				names[r.Key] = r.Value.Name
			}
		}
		require.Len(t, names, 25, "the source loses none")
		for _, shop := range server.Shops() {
			require.Equal(t, shop.Name, names[shop.No], "%s in its newest state", shop.No)
		}
	})
}

// Whatever single change comes between two calls, no shop is lost and the
// newest state of each is yielded last.
func TestEveryMove(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		for call := 1; call <= 6; call++ {
			for shop := range 11 {
				server, client := newFake(t, g, wdttest.WithMixedTypes())
				seed(server, 11)
				rename(server, map[int][]string{call: {fmt.Sprintf("S%03d", shop)}})
				names, err := shopNames(t.Context(), client, ShopQuery{PageSize: 4})
				require.NoError(t, err)
				require.Len(t, names, 11)
				if call < 5 { // later ones come behind the last call
					require.Equal(t, "new", names[fmt.Sprintf("S%03d", shop)], "call %d", call)
				}
			}
		}
	})
}

func TestRowsComeAndGo(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		seed(server, 12)
		server.OnCall(func(_ string, n int) {
			switch n {
			case 3: // one goes, one comes: the total stays
				server.RemoveShop("S010")
				server.PutShop(wdttest.Shop{No: "N1", Name: "new"})
			case 5:
				server.RemoveShop("S001")
			}
		})
		names, err := shopNames(t.Context(), client, ShopQuery{PageSize: 4})
		require.NoError(t, err)
		for _, shop := range server.Shops() {
			require.Contains(t, names, shop.No)
		}
	})
}

func TestStillList(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		seed(server, 11)
		var records []duijiesync.Record[Shop]
		var checkpoints []duijiesync.Checkpoint
		for batch, err := range NewListScan(client.Shops, ShopQuery{PageSize: 4}).Read(t.Context(), "ignored") {
			require.NoError(t, err)
			records = append(records, batch.Records...)
			checkpoints = append(checkpoints, batch.Checkpoint)
		}
		require.Len(t, records, 11, "each once")
		require.Equal(t, start.Add(10*time.Minute).UnixMilli(), records[2].Version)
		require.Contains(t, string(records[0].Raw), `"shop_no"`)
		last := len(checkpoints) - 1
		require.Contains(t, string(checkpoints[last]), `"finished":"20`)
		for _, c := range checkpoints[:last] {
			require.Empty(t, c)
		}
		var asked []string
		for _, call := range server.Calls() {
			asked = append(asked, fmt.Sprint(call.PageNo))
		}
		want := "0 2 1 0 2"
		if g == Qimen {
			want = "1 3 2 1 3"
		}
		require.Equal(t, want, strings.Join(asked, " "))
		require.Contains(t, NewListScan(client.Shops, ShopQuery{}).Paging(), "setting.Shop.queryShop: by modification time, pages from last to first")
	})
}

func TestSmallLists(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		for _, n := range []int{0, 1, 4, 5, 8, 9} {
			server, client := newFake(t, g)
			seed(server, n)
			names, err := shopNames(t.Context(), client, ShopQuery{PageSize: 4})
			require.NoError(t, err)
			require.Len(t, names, n)
			var last duijiesync.Batch[Shop]
			for batch, err := range NewListScan(client.Shops, ShopQuery{PageSize: 4}).Read(t.Context(), "") {
				require.NoError(t, err)
				last = batch
			}
			require.NotEmpty(t, last.Checkpoint)
		}
	})
}

func TestEmptyPagesAreAskedAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		seed(server, 12)
		server.Inject(wdttest.Fault{Call: 2, Times: 3, Kind: wdttest.EmptyPage})
		names, err := shopNames(t.Context(), client, ShopQuery{PageSize: 4})
		require.NoError(t, err)
		require.Len(t, names, 12)

		server.Inject(wdttest.Fault{Times: -1, Kind: wdttest.EmptyPage})
		_, err = shopNames(t.Context(), client, ShopQuery{})
		require.ErrorIs(t, err, duijie.ErrNoProgress)
	})
}

func TestListThatNeverSettles(t *testing.T) {
	t.Parallel()
	server, client := newFake(t, Direct)
	seed(server, 12)
	server.OnCall(func(_ string, n int) {
		for i := range 5 { // more than a page holds
			server.PutShop(wdttest.Shop{No: fmt.Sprintf("N%d.%d", n, i)})
		}
	})
	_, err := shopNames(t.Context(), client, ShopQuery{PageSize: 4})
	require.ErrorIs(t, err, duijie.ErrNoProgress)
}

func TestListByCursor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		seed(server, 11)
		var sizes []int
		nos := map[string]bool{}
		for q := (ShopQuery{PageSize: 4}); ; {
			page, err := client.Shops.List(t.Context(), q)
			require.NoError(t, err)
			require.Equal(t, int64(11), page.Total)
			sizes = append(sizes, len(page.Items))
			for _, s := range page.Items {
				nos[s.No] = true
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		require.Equal(t, []int{3, 4, 4, 3}, sizes)
		require.Len(t, nos, 11)

		for _, cursor := range []string{"x", "b.1.2", "b.-1.2.3", "b.1.0.3", "q.1.1.1", "b.x.1.1"} {
			_, err := client.Shops.List(t.Context(), ShopQuery{Cursor: cursor})
			require.ErrorIs(t, err, duijie.ErrInvalid, cursor)
		}
	})
}

func TestIteratorContract(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		seed(server, 11)
		q := ShopQuery{PageSize: 4}
		pages := client.Shops.Pages(t.Context(), q)
		require.Zero(t, server.Count(""), "nothing is sent before the range")

		count := func() (n int) {
			for page, err := range pages {
				require.NoError(t, err)
				n += len(page.Items)
			}
			return n
		}
		require.Equal(t, 11, count())
		require.Equal(t, 11, count(), "each range starts anew")

		before := server.Count("")
		for _, err := range pages {
			require.NoError(t, err)
			break
		}
		require.Equal(t, before+2, server.Count(""), "break sends nothing more")

		var all []string
		for shop, err := range client.Shops.All(t.Context(), q) {
			require.NoError(t, err)
			if all = append(all, shop.No); len(all) == 5 {
				break
			}
		}
		require.Len(t, all, 5)

		server.Inject(wdttest.Fault{Call: 3, Times: -1, Kind: wdttest.Unavailable})
		pairs, failed := 0, false
		for page, err := range pages {
			require.False(t, failed, "an error is the last pair")
			pairs++
			if err != nil {
				failed = true
				require.Nil(t, page)
				require.ErrorIs(t, err, duijie.ErrUnavailable)
			}
		}
		require.True(t, failed)
		require.Equal(t, 2, pairs)

		server.ClearFaults()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, err := range NewListScan(client.Shops, q).Read(ctx, "") {
			require.ErrorIs(t, err, context.Canceled)
		}
	})
}

type stockRow struct {
	ID   int64  `json:"rec_id"`
	Name string `json:"name"`
}

// rowsOf answers rows of any method through the fake, ids from 0 up.
func rowsOf(total int, key string) func([]json.RawMessage, wdttest.Page) (any, error) {
	return func(_ []json.RawMessage, page wdttest.Page) (any, error) {
		all := make([]any, total)
		for i := range all {
			all[i] = map[string]any{"rec_id": i, "name": "n"}
		}
		return wdttest.List{Key: key, Rows: page.Cut(all), Total: total}, nil
	}
}

func TestQueryAs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		server.Handle("wms.StockSpec.search", true, rowsOf(23, ""))
		window := map[string]any{"start_time": "2026-01-01 00:00:00", "end_time": "2026-01-02 00:00:00"}
		for _, q := range []*Query{{Params: window, Size: 5}, {Params: window, Size: 5, Key: "rec_id"}, {Params: window}} {
			var ids []int64
			for row, err := range QueryAs[stockRow](t.Context(), client, "wms.StockSpec.search", q) {
				require.NoError(t, err)
				ids = append(ids, row.ID)
			}
			slices.Sort(ids)
			require.Len(t, slices.Compact(ids), 23)
		}
		for _, err := range QueryAs[stockRow](t.Context(), client, "wms.StockSpec.search", &Query{Size: 1001}) {
			require.ErrorIs(t, err, duijie.ErrInvalid)
		}
		page, err := QueryPage[stockRow](t.Context(), client, "wms.StockSpec.search", &Query{Params: window, Page: 1, Size: 10, Total: true})
		require.NoError(t, err)
		require.Equal(t, int64(10), page.Items[0].ID)
		require.Equal(t, int64(23), page.Total)
		require.Equal(t, "2", page.Next)
	})
}

// A method that is not listed, that tells no total and ignores the page number.
func TestListWithoutTotal(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	client, _ := newMock(t, Direct, func(r *http.Request) (*http.Response, error) {
		calls.Add(1)
		rows := `[]`
		switch r.URL.Query().Get("page_no") {
		case "0":
			rows = `[{"rec_id":1},{"rec_id":2}]`
		case "1":
			rows = `[{"rec_id":3},{"rec_id":4}]`
		case "2":
			rows = `[{"rec_id":5}]`
		}
		return httpmock.NewStringResponse(200, `{"status":0,"data":{"rows":`+rows+`}}`), nil
	}, fast...)
	read := func(s *ScanSource[stockRow]) (ids []string, err error) {
		for batch, e := range s.Read(t.Context(), "") {
			err = e
			for _, r := range batch.Records {
				ids = append(ids, r.Key)
			}
		}
		return ids, err
	}
	key := func(r stockRow) string { return fmt.Sprint(r.ID) }
	ids, err := read(NewScanSource(client, "a.B.search", nil, ScanConfig[stockRow]{Key: key, Size: 2}))
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2", "3", "4", "5"}, ids)
	require.Equal(t, int64(8), calls.Load(), "two readings that agree, each up to an empty page")

	calls.Store(0)
	ids, err = read(NewScanSource(client, "a.B.search", nil, ScanConfig[stockRow]{Key: key, Size: 20}))
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2", "3", "4", "5"}, ids, "pages of two where twenty were asked for")

	_, err = read(NewScanSource(client, "a.B.search", nil, ScanConfig[stockRow]{Size: 2}))
	require.ErrorIs(t, err, duijie.ErrInvalid)

	stuck, _ := newMock(t, Direct, answers(200, `{"status":0,"data":{"rows":[{"rec_id":1},{"rec_id":2}]}}`), fast...)
	_, err = read(NewScanSource(stuck, "a.B.search", nil, ScanConfig[stockRow]{Key: key, Size: 2}))
	require.ErrorIs(t, err, duijie.ErrNoProgress)
	ids, err = read(NewScanSource(stuck, "a.B.search", nil, ScanConfig[stockRow]{Key: key, Size: 20}))
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, ids, "the same rows on every page, fewer than asked for: it has no pages")
}

func TestClosedWindowIsReadOnce(t *testing.T) {
	t.Parallel()
	server, client := newFake(t, Direct)
	server.Handle("wms.StockSpec.search2", true, rowsOf(9, "detail_list"))
	q := &Query{Params: map[string]any{"start_time": "2026-01-01 00:00:00", "end_time": "2026-01-02 00:00:00"}}
	s := NewScanSource(client, "wms.StockSpec.search2", q, ScanConfig[stockRow]{
		Key: func(r stockRow) string { return fmt.Sprint(r.ID) }, Size: 4, ClosedWindow: true,
	})
	n := 0
	for batch, err := range s.Read(t.Context(), "") {
		require.NoError(t, err)
		n += len(batch.Records)
	}
	require.Equal(t, 9, n)
	require.Equal(t, 4, server.Count(""))
	require.Contains(t, s.Paging(), "closed window")
}

func TestRowsWithoutKeyAreNotLost(t *testing.T) {
	t.Parallel()
	const rows = `[{"shop_no":"","shop_id":7},{"shop_name":"a"},{"shop_name":"b"}]`
	client, _ := newMock(t, Direct, answers(200, `{"status":0,"data":{"total_count":3,"details":`+rows+`}}`), fast...)
	var keys []string
	for batch, err := range NewListScan(client.Shops, ShopQuery{}).Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range batch.Records {
			keys = append(keys, r.Key)
		}
	}
	require.Len(t, keys, 3)
	require.Equal(t, "shop_id:7", keys[0])
	require.True(t, strings.HasPrefix(keys[1], "row:"))
	require.NotEqual(t, keys[1], keys[2])
}

func TestWarehouses(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g, wdttest.WithMixedTypes())
		for i := range 6 {
			server.PutWarehouse(wdttest.Warehouse{No: fmt.Sprintf("W%d", i), Name: "仓", Modified: start.Add(time.Duration(i) * time.Hour)})
		}
		n := 0
		for batch, err := range NewListScan(client.Warehouses, WarehouseQuery{PageSize: 4}).Read(t.Context(), "") {
			require.NoError(t, err)
			for _, r := range batch.Records {
				require.Equal(t, "仓", r.Value.Name)
				require.NotZero(t, r.Version)
				n++
			}
		}
		require.Equal(t, 6, n)
		page, err := client.Warehouses.List(t.Context(), WarehouseQuery{No: "W3"})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		for w, err := range client.Warehouses.All(t.Context(), WarehouseQuery{From: start, To: start.Add(31 * day), Type: new(1)}) {
			require.NoError(t, err)
			require.NotEmpty(t, w.No)
		}
		for page, err := range client.Warehouses.Pages(t.Context(), WarehouseQuery{Name: "仓", SubType: new(0)}) {
			require.NoError(t, err)
			require.Len(t, page.Items, 6)
		}
	})
}

// A closed window of a method that tells no total is read from its end all the
// same, which is looked for first. Read upwards, row 3 would be lost.
func TestClosedWindowWithoutTotal(t *testing.T) {
	t.Parallel()
	const size = 2
	calls, ids := 0, []int{1, 2, 3, 4, 5}
	client, _ := newMock(t, Direct, func(r *http.Request) (*http.Response, error) {
		if calls++; calls == 2 {
			ids = ids[1:] // modified, so that it is out of the window
		}
		page, err := strconv.Atoi(r.URL.Query().Get("page_no"))
		require.NoError(t, err)
		var rows []string
		for _, id := range ids[min(page*size, len(ids)):min((page+1)*size, len(ids))] {
			rows = append(rows, fmt.Sprintf(`{"rec_id":%d}`, id))
		}
		return httpmock.NewStringResponse(200, `{"status":0,"data":{"rows":[`+strings.Join(rows, ",")+`]}}`), nil
	}, fast...)
	s := NewScanSource(client, "a.B.search", nil, ScanConfig[stockRow]{
		Key: func(r stockRow) string { return fmt.Sprint(r.ID) }, Size: size, ClosedWindow: true,
	})
	var got []string
	for batch, err := range s.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range batch.Records {
			got = append(got, r.Key)
		}
	}
	slices.Sort(got)
	require.Equal(t, []string{"2", "3", "4", "5"}, got, "all that stayed")
}
