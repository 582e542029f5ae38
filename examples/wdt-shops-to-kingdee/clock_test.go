package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

const shopList = "setting.Shop.queryShop"

// TestClockOff: the platform's clock is 13 minutes from this machine's. Where the
// platform says that the time is wrong, the client takes it from the Date header,
// once, and says so; where it does not, the error tells by how much.
func TestClockOff(t *testing.T) {
	for _, off := range []time.Duration{13 * time.Minute, -13 * time.Minute} {
		clock := func() time.Time { return time.Now().Add(off) }
		way := map[bool]string{true: " behind", false: " ahead of"}[off > 0]
		for _, gateway := range []wdt.Gateway{wdt.Direct, wdt.Qimen} {
			t.Run("wdt "+string(gateway)+way, func(t *testing.T) {
				w := newWorld(t, 0)
				w.shops.Close()
				w.shops = wdttest.NewServer(wdttest.WithClock(clock))
				t.Cleanup(w.shops.Close)
				w.put(1, "店铺 1", time.Now())
				r := program(t, w.settings(gateway, false))
				require.Equal(t, cli.ExitSettled, r.code, "%v", r)
				require.Contains(t, r.err, `msg="clock corrected to the platform's" platform=wdt difference=`)
				require.Equal(t, 2, w.shops.Count(shopList), "one call is repeated, once")
				w.check(t)
			})
		}
		erp := func(t *testing.T, opts ...kingdeetest.Option) *world {
			w := newWorld(t, 2)
			w.erp.Close()
			w.erp = kingdeetest.NewServer(append(opts, kingdeetest.WithClock(clock))...)
			t.Cleanup(w.erp.Close)
			return w
		}
		t.Run("kingdee's public gateway"+way, func(t *testing.T) {
			w := erp(t, kingdeetest.WithGateway())
			r := program(t, w.settings(wdt.Direct, false))
			require.Equal(t, cli.ExitSettled, r.code, "%v", r)
			require.Contains(t, r.err, `msg="clock corrected to the platform's" platform=kingdee difference=`)
			w.check(t)
		})
		t.Run("kingdee, signed"+way, func(t *testing.T) {
			w, state := erp(t), stateFile(t)
			r := program(t, w.settings(wdt.Direct, false), "-state", state)
			r.failed(t, way+" the server's: set it right")
			require.Regexp(t, `this machine's clock is 1[23]m\d+s`+way, r.err)
			require.ErrorIs(t, r.cause, duijie.ErrUnauthenticated)
			// A login does not depend on the time.
			w.completes(t, w.settings(wdt.Direct, true), state)
		})
	}
}
