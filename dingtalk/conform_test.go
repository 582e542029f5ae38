package dingtalk

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

type product struct {
	Name  string         `json:"textField_name"`
	Price duijie.Decimal `json:"numberField_price,omitzero"`
}

func setDown(w *world) func(bool) {
	return func(down bool) { w.locked(func() { w.down = down }) }
}

// A source keeps the contract of a source, whichever way it reads.
func TestSourceConforms(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]SourceConfig[Instance]{
		"windows":   {Key: keyID, SettleDelay: -1, ByID: true},
		"processes": {Key: keyID, SettleDelay: -1, Process: true},
		"full":      {Key: keyID, Full: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lacks := map[pipelinetest.Feature]string{}
			if cfg.Full {
				lacks[pipelinetest.Resume] = "a list read until two passes agree has no resume point but its end"
			}
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[Instance]{
				Records: 23, Lacks: lacks,
				Open: func(t *testing.T) pipelinetest.SourceCase[Instance] {
					w := newWorld(t)
					w.seed(23, time.Now().AddDate(-1, 0, 0))
					open := func() duijiesync.Source[Instance] {
						src, err := NewSource(w.yida(t, unpaced()), FormQuery{PageSize: 5}, cfg)
						require.NoError(t, err)
						return src
					}
					return pipelinetest.SourceCase[Instance]{
						Source: open(), Again: open, Requests: func() int { return len(w.requests()) }, Down: setDown(w),
						Move: func(round int) {
							if round > 3 {
								return
							}
							w.remove(fmt.Sprintf("SKU-%03d", round))
							w.change(fmt.Sprintf("SKU-%03d", 20-round))
						},
					}
				},
			})
		})
	}
}

// The sinks keep the contract of a sink: batches, insertOrUpdate, approvals.
func TestSinkConforms(t *testing.T) {
	t.Parallel()
	open := map[string]func(*Yida) (duijiesync.Sink[product], error){
		"form": func(y *Yida) (duijiesync.Sink[product], error) {
			return NewFormSink(y, FormSinkConfig[product]{Key: keyID, SettleDelay: settleFast})
		},
		"upsert": func(y *Yida) (duijiesync.Sink[product], error) {
			return NewFormSink(y, FormSinkConfig[product]{Key: keyID, Upsert: true, SettleDelay: settleFast})
		},
		"process": func(y *Yida) (duijiesync.Sink[product], error) {
			return NewProcessSink(y, ProcessSinkConfig[product]{Key: keyID, Update: true, SettleDelay: settleFast})
		},
		"process once": func(y *Yida) (duijiesync.Sink[product], error) {
			return NewProcessSink(y, ProcessSinkConfig[product]{Key: keyID, SettleDelay: settleFast})
		},
	}
	for name, open := range open {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lacks := map[pipelinetest.Feature]string{
				pipelinetest.Conflict:      "Yida knows no keys: a second instance with one is created",
				pipelinetest.RefuseUnnamed: "the sink parts refused batches by itself",
			}
			if name == "upsert" {
				lacks[pipelinetest.Conflict] = "insertOrUpdate updates what is there"
			}
			if name == "process once" {
				lacks[pipelinetest.Update] = "an approval that was started stays as it is"
				lacks[pipelinetest.Compare] = "the values of an approval that was started do not count"
			}
			pipelinetest.TestSink(t, pipelinetest.SinkSuite[product]{
				Lacks: lacks,
				Value: func(_ string, n int) product {
					return product{Name: fmt.Sprintf("商品 %d", n), Price: duijie.NewDecimal(int64(n), 2)}
				},
				Open: func(t *testing.T) pipelinetest.SinkCase[product] {
					w := newWorld(t)
					w.lag = time.Millisecond
					sink, err := open(w.yida(t, unpaced()))
					require.NoError(t, err)
					return pipelinetest.SinkCase[product]{
						Sink: sink, Requests: func() int { return len(w.requests()) }, Down: setDown(w),
						LoseBefore: func() { w.locked(func() { w.lose["before"]++ }) },
						LoseAfter:  func() { w.locked(func() { w.lose["after"]++ }) },
						Throttle:   func(n int) { w.locked(func() { w.throttle = n }) },
						Refuse:     func(key string) { w.locked(func() { w.refused[key] = true }) },
						Remove:     w.remove, Count: w.count,
						Holds: func(key string, v product) bool {
							price, _ := json.Marshal(v.Price)
							return text(w.value(key, "textField_name")) == v.Name && string(w.value(key, "numberField_price")) == string(price)
						},
					}
				},
			})
		})
	}
}

const settleFast = 5 * time.Millisecond
