package kingdee

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestReplayReadsRowsAsTheSourceDoes: the raw item of a dead letter is a row, by
// field keys. Decoded by the names of the struct it would be all blank.
func TestReplayReadsRowsAsTheSourceDoes(t *testing.T) {
	t.Parallel()
	from, a := newPair(t, SignHeaders)
	to, b := newPair(t, SignHeaders)
	seedCustomers(a, 3)
	src, err := NewSource(from, Query{FormID: "BD_Customer"}, SourceConfig[CustomerRow]{Key: customerNumber})
	require.NoError(t, err)
	broken := true
	p := duijiesync.Pipeline[CustomerRow, Customer]{
		Name: "customers", Source: src, Sink: customerSink(t, to, func(c *SaveSinkConfig[Customer]) { c.Org = "100" }),
		State: duijiesync.NewMemoryState(), MaxRefusedShare: 1,
		Transform: func(_ context.Context, r CustomerRow) (Customer, error) {
			if broken {
				return Customer{}, errors.New("not yet")
			}
			return newCustomer(r.Number, r.Name), nil
		},
	}
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.DeadLetters)
	broken = false
	report, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Created)
	for i := 1; i <= 3; i++ {
		rec, ok := b.Record("BD_Customer", fmt.Sprintf("C-%04d", i))
		require.True(t, ok)
		require.JSONEq(t, fmt.Sprintf("%q", fmt.Sprintf("客户%d", i)), string(rec.Fields["FName"]))
	}
}

// TestTopDoesNotSkipRows: a run that was cut short for a trial leaves no gap.
func TestTopDoesNotSkipRows(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 25)
	got := map[string]bool{}
	after := duijiesync.Checkpoint("")
	for _, top := range []int{3, 15, 0} {
		src, err := NewSource(c, Query{FormID: "BD_Customer", Limit: 10, Top: top}, SourceConfig[CustomerRow]{Key: customerNumber})
		require.NoError(t, err)
		rows := 0
		for batch, err := range src.Read(t.Context(), after) {
			require.NoError(t, err)
			for _, r := range batch.Records {
				got[r.Key] = true
				rows++
			}
			if batch.Checkpoint != "" {
				after = batch.Checkpoint
			}
		}
		if top > 0 {
			require.Equal(t, top, rows, "of each reading")
		}
	}
	require.Len(t, got, 25)
}

// TestKeyNoNumberCanHave hurts its own record only.
func TestKeyNoNumberCanHave(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	sink := customerSink(t, c, nil)
	bad := []duijiesync.Record[Customer]{record(newCustomer("N\x01", "x")), record(newCustomer("N\xff", "y"))}
	found, err := sink.Find(t.Context(), bad)
	require.NoError(t, err)
	require.Equal(t, make([]duijiesync.Found, 2), found)
	require.Zero(t, s.Count("ExecuteBillQuery"))
	records := append(bad, record(newCustomer("N-1", "一")))
	found, err = sink.Find(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, make([]duijiesync.Found, 3), found)
	out, err := sink.Write(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Contains(t, out[0].Message, "control character")
	require.Equal(t, duijiesync.OutcomeRefused, out[1].Kind)
	require.Equal(t, duijiesync.OutcomeCreated, out[2].Kind)
}

// TestLockOfOneRowIsNoLockOfTheBatch: a server that names no successes may have
// stored the other rows, so that the call must not be repeated.
func TestLockOfOneRowIsNoLockOfTheBatch(t *testing.T) {
	t.Parallel()
	const body = `{"Result":{"ResponseStatus":{"IsSuccess":false,"MsgCode":%d,"Errors":[{"DIndex":1,"Message":"网络控制冲突"}]}}}`
	for _, code := range []int{0, 13} {
		sent := 0
		c := mocked(t, SignHeaders, counted(&sent, answerText(200, fmt.Sprintf(body, code))))
		res, err := c.BatchSave(t.Context(), BatchSaveRequest{FormID: "BD_Customer", Models: []any{newCustomer("1", "一"), newCustomer("2", "二")}})
		require.NoError(t, err)
		require.Equal(t, []RowStatus{RowUnknown, RowLocked}, []RowStatus{res.Rows[0].Status, res.Rows[1].Status})
		require.Equal(t, 1, sent)
	}
}

// TestPoisonBesideALock: the rows that can be sent are refused as a whole while
// another one of the batch stays locked. Only the bad one is refused.
func TestPoisonBesideALock(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 1)
	s.RefuseUnnamed("BD_Customer", "POISON")
	s.Inject(kingdeetest.Fault{Op: "UnAudit", Kind: kingdeetest.Locked, Times: -1})
	sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) { cfg.UnAudit = true })
	locked := record(newCustomer("C-0001", "改"))
	locked.Target = duijiesync.Target{ID: "200001", Note: audited}
	records := []duijiesync.Record[Customer]{locked}
	for i := range 6 {
		records = append(records, record(newCustomer(fmt.Sprintf("N-%d", i), "新")))
	}
	records = append(records, record(newCustomer("POISON", "毒")))
	out, err := sink.Write(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRetryable, out[0].Kind)
	for i := 1; i <= 6; i++ {
		require.Equal(t, duijiesync.OutcomeCreated, out[i].Kind, i)
	}
	require.Equal(t, duijiesync.OutcomeRefused, out[7].Kind)
	require.NotErrorIs(t, err, duijie.ErrRefused)
}

// counted counts the calls of a responder.
func counted(n *int, next httpmock.Responder) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		*n++
		return next(r)
	}
}
