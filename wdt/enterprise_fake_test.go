package wdt

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// newEnterprise is the fake's enterprise edition with n orders, one a minute from
// start on.
func newEnterprise(t *testing.T, n int) (*wdttest.Server, Config) {
	t.Helper()
	s := wdttest.NewServer()
	t.Cleanup(s.Close)
	for i := range n {
		s.SeedEnterprise("trade_query.php", "trades", wdttest.Row{
			"trade_no": fmt.Sprintf("T%03d", i), "modified": chinaTime(start.Add(time.Duration(i) * 30 * time.Second)),
		})
	}
	a := s.Account()
	return s, Config{
		Gateway: Enterprise, BaseURL: s.EnterpriseURL(), SID: a.EnterpriseSID, AppKey: a.EnterpriseAppKey,
		AppSecret: duijie.NewSecret(a.EnterpriseAppSecret),
	}
}

// Against a server that checks signature, pages and windows, rows that leave the
// window while it is read cost none that stays.
func TestEnterpriseOverHTTP(t *testing.T) {
	t.Parallel()
	s, cfg := newEnterprise(t, 95)
	c, err := NewClient(cfg, fast...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	q := &Query{
		Params: map[string]any{"start_time": chinaTime(start), "end_time": chinaTime(start.Add(time.Hour))}, Size: 20, Key: "trade_no",
	}
	type order struct {
		No Text `json:"trade_no"`
	}
	read := func() map[string]bool {
		got := map[string]bool{}
		for o, err := range QueryAs[order](t.Context(), c, "trade_query", q) {
			require.NoError(t, err)
			got[string(o.No)] = true
		}
		return got
	}
	require.Len(t, read(), 95)
	var left []string
	s.OnCall(func(_ string, n int) {
		no := fmt.Sprintf("T%03d", 7*n)
		if s.Touch("trade_query.php", no, wdttest.Row{"trade_status": 55}) {
			left = append(left, no)
		}
	})
	got := read()
	require.NotEmpty(t, left)
	for i := range 95 {
		if no := fmt.Sprintf("T%03d", i); !slices.Contains(left, no) {
			require.True(t, got[no], no)
		}
	}
	s.OnCall(nil)

	page, err := QueryPage[order](t.Context(), c, "trade_query", &Query{Params: map[string]any{"trade_no": "T001"}})
	require.NoError(t, err)
	require.Equal(t, "T001", string(page.Items[0].No))

	_, err = QueryPage[order](t.Context(), c, "trade_query", map[string]any{"start_time": chinaTime(start), "end_time": chinaTime(start.Add(2 * time.Hour))})
	var refused *duijie.APIError
	require.ErrorAs(t, err, &refused)

	for name, change := range map[string]func(*Config){
		"secret": func(c *Config) { c.AppSecret = duijie.NewSecret("plantedsecret") },
		"sid":    func(c *Config) { c.SID = "nobody" },
	} {
		wrong := cfg
		change(&wrong)
		other, err := NewClient(wrong, fast...)
		require.NoError(t, err)
		_, err = QueryPage[order](t.Context(), other, "trade_query", nil)
		require.ErrorAs(t, err, &refused, name)
		requireNoSecret(t, err.Error())
		other.CloseIdleConnections()
	}
}
