package kingdee

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/sync/window"
)

// Rows of these tests are modified from dayStart on, 150 s apart.
var dayStart = time.Date(2026, 3, 4, 13, 0, 0, 0, duijie.China)

func seedModified(s *kingdeetest.Server, n int) {
	for i := 1; i <= n; i++ {
		s.Seed(customers, modifiedCustomer(i, dayStart.Add(time.Duration(i-1)*150*time.Second+time.Duration(i)*time.Millisecond)))
	}
}

func modifiedCustomer(i int, at time.Time) map[string]any {
	return map[string]any{
		"FCUSTID": 300000 - i, "FNumber": fmt.Sprintf("C-%04d", i), "FName": fmt.Sprintf("客户%d", i), "FCreateOrgId": "100", "FUseOrgId": "100",
		"FModifyDate": at.Format("2006-01-02 15:04:05.000"),
	}
}

func still(at time.Time) func(context.Context) (time.Time, error) {
	return func(context.Context) (time.Time, error) { return at, nil }
}

func modifiedConfig(change func(*ModifiedConfig[CustomerRow])) ModifiedConfig[CustomerRow] {
	cfg := ModifiedConfig[CustomerRow]{SourceConfig: SourceConfig[CustomerRow]{Key: customerNumber}, Start: dayStart, Clock: still(dayStart.Add(90 * time.Minute))}
	if change != nil {
		change(&cfg)
	}
	return cfg
}

func TestModifiedSourceConforms(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*ModifiedConfig[CustomerRow]){
		"one span": nil,
		"spans":    func(cfg *ModifiedConfig[CustomerRow]) { cfg.MaxSpan = 17 * time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[CustomerRow]{
				Records: 23,
				Open: func(t *testing.T) pipelinetest.SourceCase[CustomerRow] {
					c, s := newPair(t, SignHeaders)
					seedModified(s, 23)
					open := func() duijiesync.Source[CustomerRow] {
						src, err := NewModifiedSource(c, Query{FormID: customers, Limit: 5}, modifiedConfig(change))
						require.NoError(t, err)
						return src
					}
					return pipelinetest.SourceCase[CustomerRow]{
						Source: open(), Again: open, Requests: func() int { return s.Count("") }, Down: setDown(s),
						Move: func(round int) { // rows leave the window: one is deleted, one changed, one is new
							s.Remove(customers, fmt.Sprintf("C-%04d", 3*round))
							later := dayStart.Add(2 * time.Hour)
							s.Remove(customers, fmt.Sprintf("C-%04d", 3*round+1))
							s.Seed(customers, modifiedCustomer(3*round+1, later), modifiedCustomer(100+round, later))
						},
					}
				},
			})
		})
	}
}

// Each run reads what was modified since the last one, to the instant, with the
// overlap, and asks for nothing that is not over yet.
func TestModifiedSourceReadsClosedSpans(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, ValidateUser)
	now := dayStart.Add(10 * time.Minute)
	edge := now.Add(-time.Minute) // the end of the first run
	for i, at := range []time.Time{dayStart.Add(-time.Millisecond), dayStart, edge.Add(-time.Millisecond), edge, edge.Add(time.Minute)} {
		s.Seed(customers, modifiedCustomer(i+1, at))
	}
	state, seen := duijiesync.NewMemoryState(), duijiesync.Collect[CustomerRow]()
	run := func(now time.Time) *duijiesync.Report {
		src, err := NewModifiedSource(c, Query{FormID: customers, Filter: "FNumber<>'C-0009'"}, modifiedConfig(func(cfg *ModifiedConfig[CustomerRow]) { cfg.Clock = still(now) }))
		require.NoError(t, err)
		p := duijiesync.Pipeline[CustomerRow, CustomerRow]{Name: "changes", Source: src, Transform: duijiesync.Same[CustomerRow], Sink: seen, State: state}
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		return report
	}
	require.EqualValues(t, 2, run(now).Created, "from Start up to, and not with, the edge")
	require.EqualValues(t, 2, run(now.Add(5*time.Minute)).Created)
	s.Remove(customers, "C-0002")
	s.Seed(customers, modifiedCustomer(2, now.Add(6*time.Minute)), modifiedCustomer(9, now.Add(6*time.Minute)))
	report := run(now.Add(20 * time.Minute))
	require.EqualValues(t, 1, report.Updated+report.Created, "what changed again")
	require.Equal(t, 4, seen.Len())
}

// Times are asked for as the server's zone writes them, and versions are the
// modification times.
func TestModifiedSourceZoneAndVersion(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("server", 2*3600)
	c, s := script(t, `[[7,"A","2026-03-04T07:00:00.5"],[8,"B",null]]`)
	cfg := ModifiedConfig[duijie.Record]{
		SourceConfig: SourceConfig[duijie.Record]{Key: func(r duijie.Record) string { return r.Text("FNumber") }},
		Start:        dayStart, Clock: still(dayStart.Add(time.Hour)), Zone: zone,
	}
	conditions, err := Eq("FUseOrgId.FNumber", "100").Conditions()
	require.NoError(t, err)
	for name, q := range map[string]Query{
		"text":       {Filter: "FA=1 or FB=2"},
		"conditions": {Conditions: conditions},
	} {
		q.FormID, q.Fields, q.Key = customers, []string{"FCUSTID", "FNumber", "FModifyDate"}, "FCUSTID"
		src, err := NewModifiedSource(c, q, cfg)
		require.NoError(t, err)
		var records []duijiesync.Record[duijie.Record]
		for b, err := range src.Read(t.Context(), "") {
			require.NoError(t, err)
			records = append(records, b.Records...)
		}
		require.Len(t, records, 2)
		at := time.Date(2026, 3, 4, 7, 0, 0, 5e8, zone)
		require.Equal(t, at.UnixMilli(), records[0].Version)
		require.True(t, at.Equal(src.Modified(records[0])))
		require.Zero(t, records[1].Version)
		sent := member(t, s.last().Body, "data", "FilterString")
		if name == "text" {
			require.Equal(t, `"((FA=1 or FB=2) and FModifyDate >= '2026-03-04 07:00:00') and FModifyDate < '2026-03-04 07:59:00'"`, sent)
		} else {
			require.JSONEq(t, `[{"Left":"","FieldName":"FUseOrgId.FNumber","Compare":"=","Value":"100","Right":"","Logic":"0"},
				{"Left":"","FieldName":"FModifyDate","Compare":">=","Value":"2026-03-04 07:00:00","Right":"","Logic":"0"},
				{"Left":"","FieldName":"FModifyDate","Compare":"<","Value":"2026-03-04 07:59:00","Right":"","Logic":"0"}]`, sent)
		}
		require.Equal(t, `"FCUSTID ASC"`, member(t, s.last().Body, "data", "OrderString"))
	}
	either, err := In("FA", 1, 2).Conditions()
	require.NoError(t, err)
	fields := []string{"FCUSTID"}
	for name, open := range map[string]func() (*window.Source[duijie.Record], error){
		"top": func() (*window.Source[duijie.Record], error) {
			return NewModifiedSource(c, Query{FormID: customers, Fields: fields, Top: 1}, cfg)
		},
		"order": func() (*window.Source[duijie.Record], error) {
			return NewModifiedSource(c, Query{FormID: customers, Fields: fields, Order: "FName"}, cfg)
		},
		"or": func() (*window.Source[duijie.Record], error) {
			return NewModifiedSource(c, Query{FormID: customers, Fields: fields, Conditions: either}, cfg)
		},
		"field": func() (*window.Source[duijie.Record], error) {
			other := cfg
			other.Field = "a b"
			return NewModifiedSource(c, Query{FormID: customers, Fields: fields}, other)
		},
		"key": func() (*window.Source[duijie.Record], error) {
			other := cfg
			other.Key = nil
			return NewModifiedSource(c, Query{FormID: customers, Fields: fields}, other)
		},
	} {
		_, err := open()
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
}

// A row that does not decode becomes a dead letter, alone.
func TestModifiedSourceBadRow(t *testing.T) {
	t.Parallel()
	type numbered struct {
		ID     int64  `kingdee:"FCUSTID,key"`
		Number int    `kingdee:"FNumber"`
		At     string `kingdee:"FModifyDate"`
	}
	c, s := newPair(t, SignHeaders)
	for i, number := range []string{"1", "zwei", "3"} {
		row := modifiedCustomer(i, dayStart.Add(time.Minute))
		row["FNumber"] = number
		s.Seed(customers, row)
	}
	cfg := ModifiedConfig[numbered]{
		SourceConfig: SourceConfig[numbered]{Key: func(n numbered) string { return fmt.Sprint(n.Number) }}, Start: dayStart, Clock: still(dayStart.Add(time.Hour)),
	}
	src, err := NewModifiedSource(c, Query{FormID: customers}, cfg)
	require.NoError(t, err)
	p := duijiesync.Pipeline[numbered, numbered]{Name: "n", Source: src, Transform: duijiesync.Same[numbered], Sink: duijiesync.Collect[numbered](), State: duijiesync.NewMemoryState()}
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Created)
	require.EqualValues(t, 1, report.DeadLetters)
}
