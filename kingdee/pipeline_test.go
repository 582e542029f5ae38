package kingdee

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Customers of one server arrive in another exactly once, through lost answers,
// a late commit, a lock, a named and an unnamed poison row.
func TestPipelineBetweenTwoServers(t *testing.T) {
	t.Parallel()
	for _, seed := range []int{1, 2, 3, 4} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			const total = 130
			from, a := newPair(t, ValidateUser)
			to, b := newPair(t, SignHeaders)
			seedCustomers(a, total)
			for i := 1; i <= 10; i++ { // some are there already, audited, under another name
				b.Seed("BD_Customer", map[string]any{"FNumber": fmt.Sprintf("C-%04d", i), "FName": "old", "FCreateOrgId": "100", "FUseOrgId": "100"})
			}
			b.Refuse("BD_Customer", "C-0050", "FName", "名称不合规")
			b.RefuseUnnamed("BD_Customer", "C-0077")
			b.Inject(kingdeetest.Fault{Op: "BatchSave", Call: seed, Kind: kingdeetest.CutAfter, Times: 2})
			b.Inject(kingdeetest.Fault{Op: "BatchSave", Call: seed + 2, Kind: kingdeetest.Locked})
			b.Inject(kingdeetest.Fault{Op: "BatchSave", Call: seed + 3, Kind: kingdeetest.ResponseErrorAfter})
			b.Inject(kingdeetest.Fault{Op: "UnAudit", Call: 1, Kind: kingdeetest.CutAfter})
			b.CommitLate("BatchSave", seed+4, 50*time.Millisecond)
			a.Inject(kingdeetest.Fault{Op: "ExecuteBillQuery", Call: 2, Kind: kingdeetest.SessionLost})

			src, err := NewSource(from, Query{FormID: "BD_Customer", Limit: 30}, SourceConfig[CustomerRow]{Key: customerNumber, Rescan: true})
			require.NoError(t, err)
			sink, err := NewSaveSink(to, SaveSinkConfig[Customer]{
				Form: FormCustomer, Org: "100", UnAudit: true, SettleDelay: 60 * time.Millisecond, Options: SaveOptions{AutoSubmitAndAudit: true},
			})
			require.NoError(t, err)
			pipeline := duijiesync.Pipeline[CustomerRow, Customer]{
				Name: "customers", Source: src, Sink: sink, State: duijiesync.NewMemoryState(),
				Transform: func(_ context.Context, r CustomerRow) (Customer, error) { return newCustomer(r.Number, r.Name), nil },
			}
			report, err := pipeline.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, total, report.Read)
			require.EqualValues(t, 2, report.Refused)
			require.Zero(t, report.Held)
			for i := 1; i <= total; i++ {
				rec, ok := b.Record("BD_Customer", fmt.Sprintf("C-%04d", i))
				if i == 50 || i == 77 {
					require.False(t, ok)
					continue
				}
				require.True(t, ok, i)
				require.Equal(t, 1, rec.Saves, "C-%04d", i)
				require.Equal(t, "C", rec.Status)
				require.JSONEq(t, fmt.Sprintf("%q", fmt.Sprintf("客户%d", i)), string(rec.Fields["FName"]))
			}
			saves := b.Count("BatchSave")
			report, err = pipeline.Run(t.Context())
			require.NoError(t, err)
			require.Equal(t, saves, b.Count("BatchSave"), "unchanged records are not sent")
			require.EqualValues(t, total-2, report.Unchanged)
		})
	}
}
