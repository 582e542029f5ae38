package banniu

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/banniu/banniutest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

func setDown(s *banniutest.Server) func(down bool) {
	return func(down bool) {
		s.ClearFaults()
		if down {
			s.Inject(banniutest.Fault{Kind: banniutest.Unavailable, Times: -1})
		}
	}
}

type sheetTask struct {
	ID   string `banniu:"-1"`
	No   string `banniu:"501"`
	Name string `banniu:"502"`
}

// A source keeps the contract of a source, by days and in full.
func TestSourceConforms(t *testing.T) {
	t.Parallel()
	for name, full := range map[string]bool{"days": false, "days, newest first": false, "full": true, "filtered, newest first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lacks := map[pipelinetest.Feature]string{}
			if full {
				lacks[pipelinetest.Resume] = "a list read until two passes agree has no resume point but its end"
			}
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[sheetTask]{
				Records: 23, Lacks: lacks,
				Open: func(t *testing.T) pipelinetest.SourceCase[sheetTask] {
					var opts []banniutest.Option
					if strings.Contains(name, "newest") {
						opts = append(opts, banniutest.WithNewestFirst())
					}
					p, s := sheetPair(t, opts...)
					begin := time.Now().Add(-5 * 24 * time.Hour).Truncate(time.Second)
					var ids []int64
					for i := range 23 {
						at := begin.Add(time.Duration(i) * 2 * time.Hour).In(banniutest.China).Format(time.DateTime)
						ids = append(ids, s.Add("100", banniutest.Cells{"3": at, "501": fmt.Sprintf("K%03d", i), "502": "名"}))
					}
					cfg := SourceConfig[sheetTask]{Full: full, Query: TaskQuery{PageSize: 5}, SettleDelay: -1, Start: begin.Add(-time.Hour)}
					if strings.HasPrefix(name, "filtered") {
						cfg.Query.Conditions = []Condition{{Column: "501", Search: SearchContains, Value: "K"}}
					}
					open := func() duijiesync.Source[sheetTask] {
						src, err := NewSource(p, cfg)
						require.NoError(t, err)
						return src
					}
					return pipelinetest.SourceCase[sheetTask]{
						Source: open(), Again: open, Requests: func() int { return s.Count("") }, Down: setDown(s),
						Move: func(round int) {
							if round > 3 {
								return
							}
							s.Delete("100", ids[round])
							s.Set("100", ids[20-round], banniutest.Cells{"502": fmt.Sprint("moved ", round), "4": time.Now().In(banniutest.China).Format(time.DateTime)})
						},
					}
				},
			})
		})
	}
}

// A sink of tasks keeps the contract of a sink.
func TestCreateSinkConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[sheetTask]{
		Value: func(key string, n int) sheetTask { return sheetTask{No: key, Name: fmt.Sprintf("名 %d", n)} },
		Lacks: map[pipelinetest.Feature]string{
			pipelinetest.Conflict:      "the platform has no unique columns",
			pipelinetest.RefuseUnnamed: "each create carries one record, and batches tell of each entry",
		},
		Open: func(t *testing.T) pipelinetest.SinkCase[sheetTask] {
			p, s := sheetPair(t)
			refused := refusing(s)
			sink, err := NewCreateSink(p, CreateConfig[sheetTask]{
				KeyColumn: "501", SettleDelay: 5 * time.Millisecond,
				Contents: func(r duijiesync.Record[sheetTask]) (Contents, error) {
					return refused.contents(r.Key, r.Value.Name), nil
				},
			})
			require.NoError(t, err)
			c := sheetCase(t, s)
			c.Sink = sink
			c.Refuse = refused.refuse
			c.LoseBefore, c.LoseAfter = losing(s, banniutest.Cut), losing(s, banniutest.CutAfter)
			return c
		},
	})
}

// losing loses the next write, and the repeats of one that may be repeated. Where
// the sheet is empty it is a create.
func losing(s *banniutest.Server, kind banniutest.FaultKind) func() {
	return func() {
		s.ClearFaults()
		if len(s.TaskIDs("100")) == 0 {
			s.Inject(banniutest.Fault{Method: "task.create", Kind: kind})
		}
		s.Inject(banniutest.Fault{Method: "task.update", Kind: kind, Times: 3})
		s.Inject(banniutest.Fault{Method: "task.batchUpdate", Kind: kind, Times: 3})
	}
}

// refusals make the platform refuse the records with some keys: a cell with an
// option it does not have.
type refusals struct {
	mu   sync.Mutex
	keys map[string]bool
}

func refusing(*banniutest.Server) *refusals { return &refusals{keys: map[string]bool{}} }

func (r *refusals) refuse(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[key] = true
}

func (r *refusals) contents(key, name string) Contents {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := Contents{"502": strings.Clone(name)}
	if r.keys[key] {
		c["504"] = "99"
	}
	return c
}

// sheetCase is what can be seen of the sheet and done to it.
func sheetCase(t *testing.T, s *banniutest.Server) pipelinetest.SinkCase[sheetTask] {
	t.Helper()
	having := func(key string) (ids []int64) {
		for _, id := range s.TaskIDs("100") {
			if cells, _ := s.Task("100", id); cells["501"] == key && cells["502"] != "" {
				ids = append(ids, id)
			}
		}
		return ids
	}
	return pipelinetest.SinkCase[sheetTask]{
		Requests: func() int { return s.Count("") }, Down: setDown(s),
		Throttle: func(n int) { s.Inject(banniutest.Fault{Kind: banniutest.Throttle, Times: n}) },
		Count:    func(key string) int { return len(having(key)) },
		Holds: func(key string, v sheetTask) bool {
			ids := having(key)
			if len(ids) == 0 {
				return false
			}
			cells, _ := s.Task("100", ids[0])
			return cells["502"] == v.Name
		},
		Remove: func(key string) {
			for _, id := range having(key) {
				s.Delete("100", id)
			}
		},
	}
}

// A sink of updates keeps the contract of a sink. Its target is tasks that are there
// already; the suite wants an empty one, so here a task counts as there when its cell was
// written.
func TestUpdateSinkConforms(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]banniutest.Option{"texts": nil, "unsaid": {banniutest.WithFailuresUnsaid()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSink(t, pipelinetest.SinkSuite[sheetTask]{
				Value: func(key string, n int) sheetTask { return sheetTask{No: key, Name: fmt.Sprintf("名 %d", n)} },
				Lacks: map[pipelinetest.Feature]string{
					pipelinetest.Conflict:      "updates name their task",
					pipelinetest.RefuseUnnamed: "batches tell of each entry",
				},
				Open: func(t *testing.T) pipelinetest.SinkCase[sheetTask] {
					p, s := sheetPair(t, opts...)
					refused := refusing(s)
					tasks := &taskOfKey{s: s, ids: map[string]string{}}
					sink, err := NewUpdateSink(p, UpdateConfig[sheetTask]{
						Rows: 20, SettleDelay: 5 * time.Millisecond,
						TaskID: func(r duijiesync.Record[sheetTask]) (string, error) { return tasks.of(r.Key) },
						Contents: func(r duijiesync.Record[sheetTask]) (Contents, error) {
							return refused.contents(r.Key, r.Value.Name), nil
						},
					})
					require.NoError(t, err)
					c := sheetCase(t, s)
					c.Sink = firstWrites{sink, s}
					c.Refuse = refused.refuse
					c.LoseBefore, c.LoseAfter = losing(s, banniutest.Cut), losing(s, banniutest.CutAfter)
					return c
				},
			})
		})
	}
}

// taskOfKey makes the tasks that the records update.
type taskOfKey struct {
	mu  sync.Mutex
	s   *banniutest.Server
	ids map[string]string
}

func (k *taskOfKey) of(key string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := checkKey(key); err != nil {
		return "", err
	}
	if k.ids[key] == "" {
		k.ids[key] = fmt.Sprint(k.s.Add("100", banniutest.Cells{"501": strings.Clone(key)}))
	}
	return k.ids[key], nil
}

// firstWrites calls the first update of a task its creation, as the suite knows no
// records that are there before.
type firstWrites struct {
	*UpdateSink[sheetTask]
	s *banniutest.Server
}

func (f firstWrites) Write(ctx context.Context, records []duijiesync.Record[sheetTask]) ([]duijiesync.Outcome, error) {
	isNew := make([]bool, len(records))
	for i, r := range records {
		isNew[i] = r.Target.ID == ""
	}
	out, err := f.UpdateSink.Write(ctx, records)
	for i := range out {
		if isNew[i] && out[i].Kind == duijiesync.OutcomeUpdated {
			out[i].Kind = duijiesync.OutcomeCreated
		}
	}
	return out, err
}

func (f firstWrites) Find(ctx context.Context, records []duijiesync.Record[sheetTask]) ([]duijiesync.Found, error) {
	found, err := f.UpdateSink.Find(ctx, records)
	for i, r := range records {
		if err == nil && found[i].Err != nil && r.Target.KeyOnly {
			found[i] = duijiesync.Found{} // a key no task can have
		}
		if err != nil || found[i].Match == duijiesync.Absent {
			continue
		}
		var id int64
		_, scanErr := fmt.Sscan(found[i].TargetID, &id)
		if cells, there := f.s.Task("100", id); errors.Join(scanErr) == nil && (!there || cells["502"] == "") {
			found[i] = duijiesync.Found{}
		}
	}
	return found, err
}
