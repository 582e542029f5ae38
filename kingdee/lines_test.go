package kingdee

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestChangedLinesAreSent: a bill whose head is as stored and whose lines are not
// is no unchanged bill.
func TestChangedLinesAreSent(t *testing.T) {
	t.Parallel()
	to, server := newPair(t, SignHeaders)
	server.Seed("BD_Customer", map[string]any{"FNumber": "C1", "FName": "甲", "FCreateOrgId": "100"})
	server.Seed("BD_MATERIAL", map[string]any{"FNumber": "M1", "FName": "螺丝"})
	sink, err := NewSaveSink(to, SaveSinkConfig[json.RawMessage]{
		Form: FormSaleOrder, Options: SaveOptions{AllowUnknownReferences: true}, Lines: ReplaceLines,
	})
	require.NoError(t, err)
	order := func(qty string) json.RawMessage {
		return json.RawMessage(`{"FBillTypeID":{"FNUMBER":"XSDD01_SYS"},"FBillNo":"XS1","FSaleOrgId":{"FNumber":"100"},"FDate":"2026-01-05",` +
			`"FCustId":{"FNumber":"C1"},"FSalerId":{"FNumber":"S1"},"FSaleOrderFinance":{"FSettleCurrId":{"FNumber":"PRE001"}},"FSaleOrderEntry":[{"FMaterialId":{"FNumber":"M1"},"FUnitID":{"FNumber":"Pcs"},"FQty":` + qty + `,"FDeliveryDate":"2026-01-09 09:00:00","FSettleOrgIds":{"FNumber":"100"}}]}`)
	}
	state := duijiesync.NewMemoryState()
	run := func(qty string, state duijiesync.State) *duijiesync.Report {
		p := duijiesync.Pipeline[json.RawMessage, json.RawMessage]{
			Name: "orders", Sink: sink, State: state, Transform: duijiesync.Same[json.RawMessage],
			Source: duijiesync.Slice([]json.RawMessage{order(qty)}, func(json.RawMessage) string { return "XS1" }),
		}
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Empty(t, letters)
		require.Empty(t, letters)
		return report
	}
	saves := func() int {
		bill, ok := server.Record(FormSaleOrder.ID, "XS1")
		require.True(t, ok)
		return bill.Saves
	}
	require.EqualValues(t, 1, run("1", state).Created)
	require.Zero(t, run("1", state).Created+run("1", state).Updated)
	require.Equal(t, 1, saves())
	require.EqualValues(t, 1, run("2", state).Updated)
	require.Equal(t, 2, saves())
	require.EqualValues(t, 1, run("3", duijiesync.NewMemoryState()).Updated, "without a ledger as well")
	require.Equal(t, 3, saves())
}
