package dingtalk

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

const leave = "PROC-LEAVE"

// startLeaves starts approvals, one each hour before now.
func startLeaves(t *testing.T, c *Client, clock *atomic.Int64, n int) (ids []string) {
	t.Helper()
	now := clock.Load()
	for i := range n {
		clock.Store(now - int64(time.Duration(n-i)*time.Hour))
		id, err := c.Approvals().Start(t.Context(), ApprovalRequest{
			Originator: dingtalktest.DemoUser, ProcessCode: leave, DepartmentID: -1, Values: []ApprovalValue{{Name: "天数", Value: strconv.Itoa(i)}},
		})
		require.NoError(t, err)
		ids = append(ids, id)
	}
	clock.Store(now)
	return ids
}

func leaveOffice(t *testing.T) (*dingtalktest.Server, *Client, *atomic.Int64) {
	t.Helper()
	clock := new(atomic.Int64)
	clock.Store(time.Now().UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Load()) }
	s := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0), dingtalktest.WithClock(now), dingtalktest.WithTokenLife(1<<40))
	t.Cleanup(s.Close)
	s.AddProcess(leave, "天数")
	c, err := NewClient(Config{BaseURL: s.URL(), OAPIBaseURL: s.OapiURL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret())},
		append(fastCalls(), duijie.WithClock(now))...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return s, c, clock
}

// Approvals keep the contract of a source.
func TestApprovalSourceConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSource(t, pipelinetest.SourceSuite[Approval]{
		Records: 63, Lacks: map[pipelinetest.Feature]string{pipelinetest.Versions: "an approval has no time of its last change"},
		Open: func(t *testing.T) pipelinetest.SourceCase[Approval] {
			s, c, clock := leaveOffice(t)
			ids := startLeaves(t, c, clock, 63)
			open := func() duijiesync.Source[Approval] {
				src, err := NewApprovalSource(c, ApprovalQuery{ProcessCode: leave}, ApprovalSourceConfig{Start: c.Now().AddDate(0, 0, -50), SettleDelay: -1, Parallel: 3})
				require.NoError(t, err)
				return src
			}
			return pipelinetest.SourceCase[Approval]{
				Source: open(), Again: open, Requests: func() int { return len(s.Calls()) },
				Down: func(down bool) {
					s.ClearFaults()
					if down {
						for _, op := range []string{"GET workflow/processInstances", "POST workflow/processes/instanceIds/query"} {
							s.Inject(dingtalktest.Fault{Op: op, Times: -1, Kind: dingtalktest.Cut})
						}
					}
				},
				Move: func(round int) { s.FinishApproval(ids[round%len(ids)], true) },
			}
		},
	})
}

// A list of approvals in one state moves when one leaves that state: reading its pages once loses
// those that move to a page read before, the source reads them.
func TestApprovalsThatMove(t *testing.T) {
	t.Parallel()
	s, c, clock := leaveOffice(t)
	ids := startLeaves(t, c, clock, 50)
	q := ApprovalQuery{ProcessCode: leave, From: c.Now().AddDate(0, 0, -9), Statuses: []string{"RUNNING"}}
	naive := map[string]bool{}
	for id, err := range c.Approvals().IDs(t.Context(), q) {
		require.NoError(t, err)
		if naive[id] = true; len(naive) == 20 {
			require.True(t, s.FinishApproval(ids[0], true))
		}
	}
	require.NotContains(t, naive, ids[20], "a plain loop loses the one that moved to a page read before")

	src, err := NewApprovalSource(c, q, ApprovalSourceConfig{})
	require.NoError(t, err)
	lists := 0
	s.OnCall(func(op string, _ int) {
		if op == "POST workflow/processes/instanceIds/query" {
			if lists++; lists == 2 { // between the first page and the second
				s.FinishApproval(ids[1], true)
			}
		}
	})
	got := map[string]string{}
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range b.Records {
			got[r.Key] = r.Value.Status
		}
	}
	require.Len(t, got, 48)
	require.Contains(t, got, ids[21], "it moved to the page that was read before")
}

func TestApprovalSourceRefusals(t *testing.T) {
	t.Parallel()
	_, c, _ := leaveOffice(t)
	for _, q := range []ApprovalQuery{
		{}, {ProcessCode: leave, To: c.Now()}, {ProcessCode: leave, From: c.Now(), To: c.Now().Add(-time.Hour)},
		{ProcessCode: leave, UserIDs: make([]string, 11)},
	} {
		_, err := NewApprovalSource(c, q, ApprovalSourceConfig{})
		require.ErrorIs(t, err, duijie.ErrInvalid, fmt.Sprint(q))
	}
	_, err := NewApprovalSource(c, ApprovalQuery{ProcessCode: leave}, ApprovalSourceConfig{Parallel: -1})
	require.ErrorIs(t, err, duijie.ErrInvalid)
}
