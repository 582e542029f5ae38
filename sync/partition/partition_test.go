package partition_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of these tests, on any machine

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/partition"
)

func TestScopes(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("CST", 8*3600)
	long := strings.Repeat("长", 60)
	for _, c := range []struct {
		p             partition.Partition
		ledger, lease string
	}{
		{partition.Partition{}, "orders", ""},
		{partition.Partition{Tenant: "acme"}, "orders@acme/", ""},
		{partition.Partition{Entity: "acme"}, "orders@/acme", ""},
		{partition.Partition{Tenant: "一号店", Entity: "销售订单"}, "orders@一号店/销售订单", ""},
		{partition.Partition{Tenant: "a/b", Entity: "c@d %#;:~\xff\n"}, "orders@a%2Fb/c%40d%20%25%23%3B%3A%7E%FF%0A", ""},
		{partition.Partition{From: day(0), To: day(1)}, "orders", "w:2026-01-01T00:00:00Z~2026-01-02T00:00:00Z"},
		{partition.Partition{From: time.Date(2026, 1, 1, 8, 0, 0, 0, shanghai), To: day(1)}, "orders", "w:2026-01-01T00:00:00Z~2026-01-02T00:00:00Z"},
		{partition.Partition{From: day(0).Add(time.Nanosecond)}, "orders", "w:2026-01-01T00:00:00.000000001Z~"},
		{partition.Partition{To: day(0), Shard: "3/8"}, "orders", "w:~2026-01-01T00:00:00Z;s:3%2F8"},
		{partition.Partition{Tenant: long}, "orders@#", ""},
		{partition.Partition{Shard: long + long}, "orders", "h:"},
	} {
		scope, err := c.p.Scope("orders")
		require.NoError(t, err)
		require.LessOrEqual(t, len(scope.Pipeline), 128)
		require.LessOrEqual(t, len(scope.Partition), 255)
		if strings.HasSuffix(c.ledger, "#") || c.lease == "h:" {
			require.True(t, strings.HasPrefix(scope.Pipeline, c.ledger))
			require.True(t, strings.HasPrefix(scope.Partition, c.lease))
			continue
		}
		require.Equal(t, duijiesync.Scope{Pipeline: c.ledger, Partition: c.lease}, scope)
	}
	for _, p := range []partition.Partition{
		{From: day(1), To: day(1)}, {From: day(1), To: day(0)}, {From: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		_, err := p.Scope("orders")
		require.ErrorIs(t, err, partition.ErrPartition)
	}
	for _, name := range []string{"", "a@b", strings.Repeat("x", 81)} {
		_, err := partition.Partition{}.Scope(name)
		require.ErrorIs(t, err, partition.ErrPartition)
	}
	full, err := partition.Partition{Tenant: long, Entity: long, Shard: long + long}.Scope(strings.Repeat("x", 80))
	require.NoError(t, err)
	require.LessOrEqual(t, len(full.Pipeline), 128)
}

func TestPartitionAsJSON(t *testing.T) {
	t.Parallel()
	p := partition.Partition{Tenant: "acme", From: day(0), To: day(1), Shard: "2"}
	text, err := json.Marshal(p)
	require.NoError(t, err)
	require.Equal(t, `{"tenant":"acme","from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z","shard":"2"}`, string(text))
	var back partition.Partition
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, p.String(), back.String())
	text, err = json.Marshal(partition.Partition{})
	require.NoError(t, err)
	require.Equal(t, `{}`, string(text))
}

// FuzzScope: different partitions have different scopes, and differ in the
// ledger exactly if they write to different targets.
func FuzzScope(f *testing.F) {
	f.Add("a", "b", "s", int64(0), int64(1), "a", "b", "s", int64(0), int64(1))
	f.Add("a/", "b", "", int64(0), int64(0), "a", "/b", "", int64(0), int64(0))
	f.Add("a%2F", "", "", int64(0), int64(0), "a/", "", "", int64(0), int64(0))
	f.Add("#", "\xff", "w:~", int64(0), int64(0), "", "�", "", int64(0), int64(7))
	f.Fuzz(func(t *testing.T, tenant1, entity1, shard1 string, from1, to1 int64, tenant2, entity2, shard2 string, from2, to2 int64) {
		at := func(n int64) time.Time {
			if n == 0 {
				return time.Time{}
			}
			return time.Unix(0, n)
		}
		p := partition.Partition{Tenant: tenant1, Entity: entity1, Shard: shard1, From: at(from1), To: at(to1)}
		q := partition.Partition{Tenant: tenant2, Entity: entity2, Shard: shard2, From: at(from2), To: at(to2)}
		a, err := p.Scope("orders")
		if err != nil {
			return
		}
		b, err := q.Scope("orders")
		if err != nil {
			return
		}
		sameTarget := tenant1 == tenant2 && entity1 == entity2
		same := sameTarget && shard1 == shard2 && from1 == from2 && to1 == to2
		require.Equal(t, sameTarget, a.Pipeline == b.Pipeline)
		require.Equal(t, same, a == b)
		require.Equal(t, same, p.String() == q.String())
		require.LessOrEqual(t, len(a.Pipeline), 128)
		require.LessOrEqual(t, len(a.Partition), 255)
	})
}

// tile asserts that windows cover a span without gap or overlap.
func tile(t *testing.T, w []partition.Window, from, to time.Time) {
	t.Helper()
	require.NotEmpty(t, w)
	require.True(t, w[0].From.Equal(from))
	require.True(t, w[len(w)-1].To.Equal(to))
	for i := range w {
		require.True(t, w[i].From.Before(w[i].To))
		if i > 0 {
			require.True(t, w[i-1].To.Equal(w[i].From))
		}
	}
}

func TestWindowsTileTheSpan(t *testing.T) {
	t.Parallel()
	from, to := day(0).Add(90*time.Minute), day(70)
	for _, length := range []time.Duration{time.Hour, 7 * time.Hour, 24 * time.Hour, 1000 * 24 * time.Hour} {
		w, err := partition.Every(from, to, length)
		require.NoError(t, err)
		tile(t, w, from, to)
		require.Len(t, w, int((to.Sub(from)+length-1)/length))
	}
	for zone, parts := range map[string]map[partition.Unit]int{
		"Asia/Shanghai":       {partition.Day: 71, partition.Week: 11, partition.Month: 3, partition.Year: 1},
		"America/New_York":    {partition.Day: 71, partition.Week: 11, partition.Month: 4, partition.Year: 2},
		"Australia/Lord_Howe": {partition.Day: 71, partition.Week: 11, partition.Month: 3, partition.Year: 1},
	} {
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		for unit, n := range parts {
			w, err := partition.Calendar(from, to, unit, loc)
			require.NoError(t, err)
			tile(t, w, from, to)
			require.Len(t, w, n, "%s %d", zone, unit)
			for _, x := range w[1:] {
				require.Equal(t, "00:00:00", x.From.In(loc).Format(time.TimeOnly))
				if unit == partition.Week {
					require.Equal(t, time.Monday, x.From.In(loc).Weekday())
				}
			}
		}
		w, err := partition.Calendar(from, to, partition.Hour, loc)
		require.NoError(t, err)
		tile(t, w, from, to)
	}
}

func TestDaysWithoutMidnight(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Africa/Cairo"} {
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		from, to := time.Date(2010, 1, 1, 12, 0, 0, 0, loc), time.Date(2020, 1, 1, 0, 0, 0, 0, loc)
		w, err := partition.Calendar(from, to, partition.Day, loc)
		require.NoError(t, err)
		tile(t, w, from, to)
		days := map[string]bool{}
		for _, x := range w {
			days[x.From.In(loc).Format(time.DateOnly)] = true
			require.Equal(t, x.From.In(loc).Format(time.DateOnly), x.To.Add(-1).In(loc).Format(time.DateOnly), "one day each")
		}
		require.Len(t, days, len(w))
		require.Len(t, w, 3652)
	}
}

func TestWindowMistakes(t *testing.T) {
	t.Parallel()
	_, err := partition.Every(day(1), day(0), time.Hour)
	require.ErrorIs(t, err, partition.ErrPartition)
	_, err = partition.Every(day(0), day(1), 0)
	require.ErrorIs(t, err, partition.ErrPartition)
	_, err = partition.Every(day(0), day(100), time.Second)
	require.ErrorIs(t, err, partition.ErrPartition, "millions are a slip of the pen")
	_, err = partition.Calendar(day(0), day(1), partition.Day, nil)
	require.ErrorIs(t, err, partition.ErrPartition)
	_, err = partition.Calendar(time.Time{}, day(1), partition.Day, time.UTC)
	require.ErrorIs(t, err, partition.ErrPartition)
	_, err = partition.Partition{From: day(0)}.Split([]partition.Window{{From: day(0), To: day(1)}})
	require.ErrorIs(t, err, partition.ErrPartition)
	_, err = partition.Partition{}.Split([]partition.Window{{From: day(2), To: day(1)}})
	require.ErrorIs(t, err, partition.ErrPartition)
}
