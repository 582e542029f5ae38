package wdt

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// target keeps the last state of every record.
type target map[string]string

func (t target) Write(_ context.Context, records []duijiesync.Record[Shop]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		out[i].Kind = duijiesync.OutcomeCreated
		if r.Target.ID != "" {
			out[i].Kind = duijiesync.OutcomeUpdated
		}
		out[i].TargetID = "T" + r.Key
		t[r.Key] = r.Value.Name
	}
	return out, nil
}

// A pipeline over shops that move while they are read ends with the same shops
// on both sides, and does nothing when run again.
func TestPipeline(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		seed(server, 23)
		rename(server, map[int][]string{2: {"S000"}, 3: {"S022"}, 4: {"S001", "S021"}, 6: {"S002"}})
		sink := target{}
		p := &duijiesync.Pipeline[Shop, Shop]{
			Name: "shops", Source: NewListScan(client.Shops, ShopQuery{PageSize: 5}), Transform: duijiesync.Same[Shop],
			Sink: sink, State: duijiesync.NewMemoryState(),
		}
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		require.True(t, report.Complete())
		require.Equal(t, int64(23), report.Created)
		require.Contains(t, report.Paging, shopMethod)
		require.Contains(t, string(report.Checkpoint.After), "finished")
		require.Equal(t, int64(server.Count("")), report.Calls[platform][shopMethod])

		require.Len(t, sink, 23)
		for _, shop := range server.Shops() {
			require.Equal(t, shop.Name, sink[shop.No])
		}
		server.OnCall(nil)
		report, err = p.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(23), report.Unchanged, fmt.Sprint(report))

		server.PutShop(wdttest.Shop{No: "S010", Name: "again"})
		report, err = p.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(1), report.Updated)
		require.Equal(t, "again", sink["S010"])
	})
}
