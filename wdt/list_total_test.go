package wdt

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// readings are the ways to read the whole list of shops.
func readings(t *testing.T, c *Client, size int) map[string]func() ([]string, error) {
	t.Helper()
	params := func() *Query { return &Query{Size: size, Key: "shop_no"} }
	return map[string]func() ([]string, error){
		"List": func() (nos []string, err error) {
			for q := (ShopQuery{PageSize: size}); ; {
				page, err := c.Shops.List(t.Context(), q)
				if err != nil {
					return nos, err
				}
				for _, s := range page.Items {
					nos = append(nos, s.No)
				}
				if q.Cursor = page.Next; q.Cursor == "" {
					return nos, nil
				}
			}
		},
		"QueryPage": func() (nos []string, err error) {
			for no := 0; ; no++ {
				page, err := QueryPage[Shop](t.Context(), c, shopMethod, &Query{Page: no, Size: size, Total: true})
				if err != nil {
					return nos, err
				}
				for _, s := range page.Items {
					nos = append(nos, s.No)
				}
				if page.Next == "" {
					return nos, nil
				}
			}
		},
		"All": func() (nos []string, err error) {
			for s, err := range c.Shops.All(t.Context(), ShopQuery{PageSize: size}) {
				if err != nil {
					return nos, err
				}
				nos = append(nos, s.No)
			}
			return nos, nil
		},
		"Pages": func() (nos []string, err error) {
			for page, err := range c.Shops.Pages(t.Context(), ShopQuery{PageSize: size}) {
				if err != nil {
					return nos, err
				}
				for _, s := range page.Items {
					nos = append(nos, s.No)
				}
			}
			return nos, nil
		},
		"QueryAs": func() (nos []string, err error) {
			for s, err := range QueryAs[Shop](t.Context(), c, shopMethod, params()) {
				if err != nil {
					return nos, err
				}
				nos = append(nos, s.No)
			}
			return nos, nil
		},
		"closed window": func() (nos []string, err error) {
			src := NewScanSource(c, shopMethod, &Query{Size: size}, ScanConfig[Shop]{Key: Shop.Key, ClosedWindow: true})
			for batch, err := range src.Read(t.Context(), "") {
				if err != nil {
					return nos, err
				}
				for _, r := range batch.Records {
					nos = append(nos, r.Key)
				}
			}
			return nos, nil
		},
	}
}

// A total of 0 beside rows is none, and a page that holds less than asked for is
// not the last: every reading gets every row, or says that it did not.
func TestTotalsAndPagesThatLie(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]wdttest.Option{
		"zero total":                {wdttest.WithZeroTotals()},
		"small pages":               {wdttest.WithPageRows(4)},
		"small pages, zero total":   {wdttest.WithPageRows(4), wdttest.WithZeroTotals()},
		"single rows, no total":     {wdttest.WithPageRows(1), wdttest.WithZeroTotals()},
		"as documented":             nil,
		"pages of half, zero total": {wdttest.WithPageRows(5), wdttest.WithZeroTotals()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, g Gateway) {
				for _, n := range []int{1, 4, 5, 9, 10, 11, 20, 25} {
					server, client := newFake(t, g, opts...)
					seed(server, n)
					for way, read := range readings(t, client, 10) {
						nos, err := read()
						if way == "QueryPage" && err != nil {
							// It can not change the size it was given.
							require.ErrorIs(t, err, duijie.ErrNoProgress)
							continue
						}
						require.NoError(t, err, "%s of %d", way, n)
						slices.Sort(nos)
						require.Len(t, slices.Compact(nos), n, "%s of %d", way, n)
					}
				}
			})
		})
	}
}

// A window on a platform that gives small pages is read whole, resumed after any
// batch too.
func TestSmallPagesResumed(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]wdttest.Option{
		"told": {wdttest.WithPageRows(4)}, "untold": {wdttest.WithPageRows(4), wdttest.WithZeroTotals()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := newFake(t, Direct, opts...)
			seed(server, 25)
			src := NewScanSource(client, shopMethod, &Query{Size: 10}, ScanConfig[Shop]{Key: Shop.Key, ClosedWindow: true})
			for stop := 1; stop < 8; stop++ {
				met := map[string]bool{}
				batches := 0
				after := ""
				for batch, err := range src.Read(t.Context(), "") {
					require.NoError(t, err)
					for _, r := range batch.Records {
						met[r.Key] = true
					}
					if batch.Checkpoint != "" {
						after = string(batch.Checkpoint)
					} else if after == "" {
						clear(met) // not settled: a resumed reading has to bring it again
					}
					if batches++; batches == stop {
						break
					}
				}
				if after == "" {
					clear(met)
				}
				for batch, err := range src.Read(t.Context(), duijiesync.Checkpoint(after)) {
					require.NoError(t, err)
					for _, r := range batch.Records {
						met[r.Key] = true
					}
				}
				require.Len(t, met, 25, "stopped after batch %d", stop)
			}
		})
	}
}

// Rows that come while List walks do not hide those that moved behind them.
func TestListFollowsItsEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		seed(server, 10)
		server.OnCall(func(_ string, n int) {
			if n != 3 {
				return
			}
			for i := range 6 {
				at := start.Add(time.Hour + time.Duration(i)*time.Minute)
				server.PutShop(wdttest.Shop{No: fmt.Sprintf("N%d", i), Name: "new", Modified: at, Created: at})
			}
			server.PutShop(wdttest.Shop{No: "S002", Name: "new", Modified: start.Add(2 * time.Hour)})
		})
		nos, err := readings(t, client, 5)["List"]()
		require.NoError(t, err)
		require.Contains(t, nos, "S002")
	})
}
