package kingdee

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

const customers = "BD_Customer"

// setDown makes every call fail, or none.
func setDown(s *kingdeetest.Server) func(down bool) {
	return func(down bool) {
		s.ClearFaults()
		if down {
			s.Inject(kingdeetest.Fault{Kind: kingdeetest.Unavailable, Times: -1})
		}
	}
}

// A source keeps the contract of a source, whether it reads new records or all.
func TestSourceConforms(t *testing.T) {
	t.Parallel()
	for _, mode := range []AuthMode{SignHeaders, ValidateUser} {
		for _, rescan := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s rescan %v", mode, rescan), func(t *testing.T) {
				t.Parallel()
				pipelinetest.TestSource(t, pipelinetest.SourceSuite[CustomerRow]{
					Records: 23,
					Open: func(t *testing.T) pipelinetest.SourceCase[CustomerRow] {
						return customerCase(t, mode, SourceConfig[CustomerRow]{Rescan: rescan})
					},
				})
			})
		}
	}
}

// Rows without a type are records too.
func TestSourceOfRecordsConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSource(t, pipelinetest.SourceSuite[duijie.Record]{
		Records: 23, Lacks: map[pipelinetest.Feature]string{pipelinetest.Versions: "the configuration of this test has none"},
		Open: func(t *testing.T) pipelinetest.SourceCase[duijie.Record] {
			c, s := newPair(t, LoginByAppSecret)
			seedCustomers(s, 23)
			open := func() duijiesync.Source[duijie.Record] {
				src, err := NewSource(c, Query{FormID: customers, Fields: []string{"FNumber", "FName", "FModifyDate"}, Limit: 7},
					SourceConfig[duijie.Record]{Key: func(r duijie.Record) string { return r.Text("FNumber") }})
				require.NoError(t, err)
				return src
			}
			return pipelinetest.SourceCase[duijie.Record]{
				Source: open(), Again: open, Requests: func() int { return s.Count("") }, Down: setDown(s),
				Move: func(round int) { s.Remove(customers, fmt.Sprintf("C-%04d", 3*round)) },
			}
		},
	})
}

func customerCase(t *testing.T, mode AuthMode, cfg SourceConfig[CustomerRow]) pipelinetest.SourceCase[CustomerRow] {
	t.Helper()
	c, s := newPair(t, mode)
	seedCustomers(s, 23)
	cfg.Key, cfg.Version = customerNumber, func(r CustomerRow) int64 { return r.Modified.Time.UnixMilli() }
	open := func() duijiesync.Source[CustomerRow] {
		src, err := NewSource(c, Query{FormID: customers, Limit: 5}, cfg)
		require.NoError(t, err)
		return src
	}
	return pipelinetest.SourceCase[CustomerRow]{
		Source: open(), Again: open, Requests: func() int { return s.Count("") }, Down: setDown(s),
		Move: func(round int) {
			s.Remove(customers, fmt.Sprintf("C-%04d", round))
			s.Seed(customers, map[string]any{"FNumber": fmt.Sprintf("N-%04d", round), "FName": "新", "FCreateOrgId": "100", "FUseOrgId": "100"})
		},
	}
}

// A sink keeps the contract of a sink, with records that stay unaudited and
// with records that are audited and taken back for each update.
func TestSaveSinkConforms(t *testing.T) {
	t.Parallel()
	for _, audit := range []bool{false, true} {
		t.Run(fmt.Sprintf("audit %v", audit), func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSink(t, pipelinetest.SinkSuite[Customer]{
				Open:  func(t *testing.T) pipelinetest.SinkCase[Customer] { return saveCase(t, audit) },
				Value: func(key string, n int) Customer { return newCustomer(key, fmt.Sprintf("客户 %d 版", n)) },
				// The server compares as SQL Server does: without regard to blanks at the end.
				SameKey: func(a, b string) bool { return strings.TrimRight(a, " ") == strings.TrimRight(b, " ") },
			})
		})
	}
}

func saveCase(t *testing.T, audit bool) pipelinetest.SinkCase[Customer] {
	t.Helper()
	c, s := newPair(t, SignHeaders)
	sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) {
		cfg.Org, cfg.SettleDelay = "100", 5*time.Millisecond
		cfg.UnAudit, cfg.Options.AutoSubmitAndAudit = audit, audit
	})
	fault := func(kind kingdeetest.FaultKind, op string, times int) {
		s.Inject(kingdeetest.Fault{Op: op, Kind: kind, Times: times})
	}
	return pipelinetest.SinkCase[Customer]{
		Sink:       sink,
		Requests:   func() int { return s.Count("") },
		Down:       setDown(s),
		LoseBefore: func() { fault(kingdeetest.Cut, "BatchSave", 1) },
		LoseAfter:  func() { fault(kingdeetest.CutAfter, "BatchSave", 1) },
		Throttle:   func(n int) { fault(kingdeetest.Throttle, "", n) },
		Refuse:     func(key string) { s.Refuse(customers, key, "FName", "名称不合规") },
		RefuseUnnamed: func(key string) {
			s.RefuseUnnamed(customers, key)
		},
		Remove: func(key string) { s.Remove(customers, key) },
		Count: func(key string) (n int) {
			for _, r := range s.Records(customers) {
				if r.Number == key {
					n++
				}
			}
			return n
		},
		Holds: func(key string, v Customer) bool {
			r, there := s.Record(customers, key)
			var name string
			return there && wire.Unmarshal(r.Fields["FName"], &name) == nil && name == v.Name && (r.Status == "C") == audit
		},
	}
}
