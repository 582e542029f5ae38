package jdy

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

var customerKind = RecordKind{Name: "customer", Path: "/jdy/v2/bd/customer", Entity: "bd_customer"}

var salOutKind = RecordKind{
	Name: "sales out-bound", Path: "/jdy/v2/scm/sal_out_bound", Entity: "sal_bill_outbound", Number: "bill_no", BatchPath: "/jdy/v2/scm/sal_out_bound_batch",
}

type customerRow struct {
	ID     string          `json:"id"`
	Number string          `json:"number"`
	Name   string          `json:"name"`
	Raw    json.RawMessage `json:"-"`
}

type customerModel struct {
	ID     string `json:"id,omitempty"`
	Number string `json:"number,omitempty"`
	Name   string `json:"name"`
	Remark string `json:"remark"`
}

func setDown(s *jdytest.Server) func(down bool) {
	return func(down bool) {
		s.ClearFaults()
		if down {
			s.Inject(jdytest.Fault{Kind: jdytest.Unavailable, Times: -1})
		}
	}
}

func seedCustomers(s *jdytest.Server, n int, at time.Time) {
	for i := range n {
		stamp := at.Add(time.Duration(i) * time.Minute).Format(time.DateTime)
		s.Seed("bd/customer", jdytest.Row{"number": fmt.Sprintf("C-%03d", i), "name": fmt.Sprintf("客户 %d", i), "create_time": stamp, "modify_time": stamp})
	}
}

// A source keeps the contract of a source, in windows and in full.
func TestSourceConforms(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]SourceConfig[customerRow]{
		"windows":     {SettleDelay: -1},
		"full":        {Full: true},
		"mixed types": {Full: true},
	} {
		var opts []jdytest.Option
		if name == "mixed types" {
			opts = append(opts, jdytest.WithMixedTypes())
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lacks := map[pipelinetest.Feature]string{pipelinetest.Versions: "the rows of the list carry no modification time"}
			if cfg.Full {
				lacks[pipelinetest.Resume] = "a list read until two passes agree has no resume point but its end"
			}
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[customerRow]{
				Records: 23, Lacks: lacks,
				Open: func(t *testing.T) pipelinetest.SourceCase[customerRow] {
					c, s := newPair(t, opts...)
					seedCustomers(s, 23, testDay.AddDate(-1, 0, 0))
					records := NewRecords[customerRow, customerRow, customerModel](c, customerKind)
					open := func() duijiesync.Source[customerRow] {
						src, err := NewListSource(records, Query{PageSize: 5}, cfg)
						require.NoError(t, err)
						return src
					}
					return pipelinetest.SourceCase[customerRow]{
						Source: open(), Again: open, Requests: func() int { return s.Count("") }, Down: setDown(s),
						Move: func(round int) {
							if round > 3 {
								return
							}
							s.Remove("bd/customer", fmt.Sprintf("C-%03d", round))
							s.Change("bd/customer", fmt.Sprintf("C-%03d", 20-round), jdytest.Row{"remark": "moved"})
						},
					}
				},
			})
		})
	}
}

// The records behind the rows are a source too.
func TestDetailSourceConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSource(t, pipelinetest.SourceSuite[duijie.Record]{
		Records: 23,
		Open: func(t *testing.T) pipelinetest.SourceCase[duijie.Record] {
			c, s := newPair(t)
			seedCustomers(s, 23, testDay.AddDate(-1, 0, 0))
			open := func() duijiesync.Source[duijie.Record] {
				src, err := NewDetailSource(NewRecords[customerRow, duijie.Record, customerModel](c, customerKind), Query{PageSize: 5}, SourceConfig[duijie.Record]{SettleDelay: -1})
				require.NoError(t, err)
				return src
			}
			return pipelinetest.SourceCase[duijie.Record]{
				Source: open(), Again: open, Requests: func() int { return s.Count("") }, Down: setDown(s),
				Move: func(round int) { s.Remove("bd/customer", fmt.Sprintf("C-%03d", 3*round)) },
			}
		},
	})
}

// A sink keeps the contract of a sink: master data one by one.
func TestSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[customerModel]{
		Open: func(t *testing.T) pipelinetest.SinkCase[customerModel] {
			c, s := newPair(t)
			sink, err := NewSink(c, NewRecords[customerRow, customerRow, customerModel](c, customerKind).Kind(), SinkConfig[customerModel]{IgnoreWarn: true, SettleDelay: 5 * time.Millisecond})
			require.NoError(t, err)
			save := "POST bd/customer"
			return pipelinetest.SinkCase[customerModel]{
				Sink: sink, Requests: func() int { return s.Count("") }, Down: setDown(s),
				LoseBefore: func() { s.Inject(jdytest.Fault{Op: save, Kind: jdytest.Cut}) },
				LoseAfter:  func() { s.Inject(jdytest.Fault{Op: save, Kind: jdytest.CutAfter}) },
				Throttle:   func(n int) { s.Inject(jdytest.Fault{Kind: jdytest.Throttle, Times: n}) },
				Refuse:     func(key string) { s.Refuse("bd/customer", key, "名称不合规") },
				Remove:     func(key string) { s.Remove("bd/customer", key) },
				Count:      func(key string) int { return count(s, "bd/customer", "number", key) },
				Holds: func(key string, v customerModel) bool {
					r, ok := s.Record("bd/customer", key)
					return ok && r["name"] == v.Name
				},
			}
		},
		Value: func(key string, n int) customerModel { return customerModel{Name: fmt.Sprintf("客户 %d 版", n)} },
		Lacks: map[pipelinetest.Feature]string{
			pipelinetest.RefuseUnnamed: "each save carries one record",
		},
	})
}

func count(s *jdytest.Server, list, member, key string) (n int) {
	for _, r := range s.Records(list) {
		if r[member] == key {
			n++
		}
	}
	return n
}
