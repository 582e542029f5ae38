package fxiaoke

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

type warehouse struct {
	ID   string `json:"_id,omitempty"`
	Name string `json:"name"`
	City string `json:"city__c"`
}

const warehouseObject = "object_inventory_report__c"

// A source keeps the contract of a source, in windows and in full.
func TestSourceConforms(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]SourceConfig[warehouse]{"windows": {SettleDelay: -1}, "full": {Full: true, Key: func(w warehouse) string { return w.Name }}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[warehouse]{
				Records: 23,
				Open: func(t *testing.T) pipelinetest.SourceCase[warehouse] {
					c, s := newPair(t)
					for i := range 23 {
						s.seed(warehouseObject, row{"name": fmt.Sprintf("W-%03d", i), "city__c": "上海"})
					}
					s.seed(warehouseObject, row{"name": "gone", "life_status": "invalid"})
					s.seed(warehouseObject, row{"name": "gone too", "is_deleted": true})
					open := func() duijiesync.Source[warehouse] {
						src, err := NewSource(c, Query{Object: warehouseObject, PageSize: 5}, cfg)
						require.NoError(t, err)
						return src
					}
					return pipelinetest.SourceCase[warehouse]{
						Source: open(), Again: open, Requests: func() int { return s.count("") }, Down: s.setDown,
						Move: func(round int) {
							s.remove(warehouseObject, "name", fmt.Sprintf("W-%03d", 2*round))
							s.seed(warehouseObject, row{"name": fmt.Sprintf("N-%03d", round)})
							s.change(warehouseObject, "name", fmt.Sprintf("W-%03d", 20-round), row{"city__c": "北京"})
						},
					}
				},
			})
		})
	}
}

// A sink keeps the contract of a sink.
func TestSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[warehouse]{
		Open: func(t *testing.T) pipelinetest.SinkCase[warehouse] {
			c, s := newPair(t)
			sink, err := NewSink(c, SinkConfig[warehouse]{Object: warehouseObject, KeyField: "name", SettleDelay: 5 * time.Millisecond, Owner: []string{testUser}})
			require.NoError(t, err)
			return pipelinetest.SinkCase[warehouse]{
				Sink: sink, Requests: func() int { return s.count("") }, Down: s.setDown,
				LoseBefore: func() { s.inject(fault{path: "ate", kind: "cut"}) },
				LoseAfter:  func() { s.inject(fault{path: "ate", kind: "cutAfter"}) },
				Throttle:   func(n int) { s.inject(fault{kind: "30004", times: n}) },
				Refuse:     func(key string) { s.mu.Lock(); defer s.mu.Unlock(); s.refused[key] = "名称不合规" },
				Remove:     func(key string) { s.remove(warehouseObject, "name", key) },
				Count:      func(key string) int { return len(s.find(warehouseObject, "name", key)) },
				Holds: func(key string, v warehouse) bool {
					rows := s.find(warehouseObject, "name", key)
					return len(rows) == 1 && rows[0]["city__c"] == v.City
				},
			}
		},
		Value: func(_ string, n int) warehouse { return warehouse{City: fmt.Sprintf("城市 %d", n)} },
		Lacks: map[pipelinetest.Feature]string{
			pipelinetest.RefuseUnnamed: "each write carries one record",
			pipelinetest.Conflict:      "the platform does not check that a key is there once; the pipeline looks keys up before it creates",
		},
	})
}
