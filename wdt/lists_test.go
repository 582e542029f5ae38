package wdt

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestFilterLeavesOutWhatIsNotSet(t *testing.T) {
	t.Parallel()
	f := filter{}.text("a", "").int("b", nil).flag("c", nil).texts("d", nil).time("e", duijie.Time{}.Time)
	require.Empty(t, f)
	f.text("a", "x").int("b", new(0)).flag("c", new(false)).texts("d", []string{"S1"}).time("e", start)
	require.Equal(t, filter{"a": "x", "b": 0, "c": false, "d": []string{"S1"}, "e": "2026-01-05 08:00:00"}, f)
	require.True(t, f.has("b"))
	require.False(t, f.has("z"))
}

// The cursors of Pages are those of List: a reading that stopped anywhere goes
// on there, and loses nothing.
func TestPagesCursorsResumeByList(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		for stop := 1; stop <= 4; stop++ {
			server, client := newFake(t, g)
			seed(server, 17)
			got, cursor, n := map[string]bool{}, "", 0
			for page, err := range client.Shops.Pages(t.Context(), ShopQuery{PageSize: 5}) {
				require.NoError(t, err)
				for _, s := range page.Items {
					got[s.No] = true
				}
				require.Equal(t, int64(17), page.Total)
				if cursor = page.Next; n+1 == stop {
					break
				}
				n++
			}
			require.NotEmpty(t, cursor)
			for cursor != "" {
				page, err := client.Shops.List(t.Context(), ShopQuery{PageSize: 5, Cursor: cursor})
				require.NoError(t, err)
				for _, s := range page.Items {
					got[s.No] = true
				}
				cursor = page.Next
			}
			require.Len(t, got, 17, "stopped behind page %d", stop)
		}
		server, client := newFake(t, g)
		seed(server, 17)
		last := "none"
		for page, err := range client.Shops.Pages(t.Context(), ShopQuery{PageSize: 5}) {
			require.NoError(t, err)
			last = page.Next
		}
		require.Empty(t, last, "the last page leads nowhere")
	})
}
