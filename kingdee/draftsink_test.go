package kingdee

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Drafts are stored without the checks of a save, each once though its answer is lost,
// and what somebody has saved since is left alone.
func TestSinkStoresDrafts(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) { cfg.Draft = true })
	require.Equal(t, 1, sink.Limits().Rows)
	s.Inject(kingdeetest.Fault{Op: "Draft", Call: 2, Kind: kingdeetest.CutAfter})
	var rows []Customer
	for _, no := range []string{"D-1", "D-2", "D-3"} {
		rows = append(rows, newCustomer(no, "草稿"))
	}
	p := &duijiesync.Pipeline[Customer, Customer]{
		Name: "drafts", Source: duijiesync.Slice(rows, func(c Customer) string { return c.Number }), Sink: sink, State: duijiesync.NewMemoryState(),
		Transform: func(_ context.Context, c Customer) (Customer, error) { return c, nil },
	}
	p.Settle.Delay = 1
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Created+report.Updated, "%+v", report)
	for _, no := range []string{"D-1", "D-2", "D-3"} {
		rec, there := s.Record(customers, no)
		require.True(t, there, no)
		require.Equal(t, StatusDraft, rec.Status)
		require.Equal(t, 1, s.Effects(customers, no, kingdeetest.Created))
	}

	records, _ := located(t, sink, record(newCustomer("D-1", "改名")))
	out, err := sink.Write(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeUpdated, out[0].Kind)
	rec, _ := s.Record(customers, "D-1")
	require.Equal(t, StatusDraft, rec.Status)
	require.JSONEq(t, `"改名"`, string(rec.Fields["FName"]))

	seedCustomers(s, 1)
	records, _ = located(t, sink, record(newCustomer("C-0001", "改名")))
	out, err = sink.Write(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Contains(t, out[0].Message, "no draft any more")

	_, err = NewSaveSink(c, SaveSinkConfig[Customer]{Form: FormCustomer, Draft: true, UnAudit: true})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = NewBillSink(c, BillSinkConfig[Customer]{SaveSinkConfig: SaveSinkConfig[Customer]{Form: FormCustomer, Draft: true}, Until: BillAudited})
	require.ErrorIs(t, err, duijie.ErrInvalid)
}
