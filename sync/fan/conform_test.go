package fan_test

import (
	"context"
	"iter"
	"sync"
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/fan"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// shops are the logs that the parts of an In read. They count their requests and
// can be down, all of them or some.
type shops struct {
	mu       sync.Mutex
	logs     []*log
	requests int
	down     bool
	up       map[*log]bool // goes on while the others are down
}

func (s *shops) open(from, to int) *log {
	l := newLog(orders(from, to), 3)
	l.fail = func(int) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests++
		if s.down && !s.up[l] {
			return errDown
		}
		return nil
	}
	s.logs = append(s.logs, l)
	return l
}

// move has each log grow, and rows that were read change.
func (s *shops) move(round int) {
	for i, l := range s.logs {
		l.add(orders(1000*(i+1)+round, 1000*(i+1)+round))
		l.mu.Lock()
		l.rows[round].Name += " changed"
		l.mu.Unlock()
	}
}

// versioned gives the rows of a log a version.
type versioned struct{ *log }

func (v versioned) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
	return withVersion(v.log.Read(ctx, after))
}

// foreignRows have raw items of their own, and a version.
type foreignRows struct{ rows }

func (f foreignRows) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
	return withVersion(f.rows.Read(ctx, after))
}

func withVersion(seq iter.Seq2[duijiesync.Batch[order], error]) iter.Seq2[duijiesync.Batch[order], error] {
	return func(yield func(duijiesync.Batch[order], error) bool) {
		for batch, err := range seq {
			for i := range batch.Records {
				batch.Records[i].Version = 3
			}
			if !yield(batch, err) {
				return
			}
		}
	}
}

// conforming are the ways to join parts that the suite is run on, each with 23
// records.
var conforming = map[string]func(s *shops) *fan.In[order]{
	// Four records are in both.
	"shared": func(s *shops) *fan.In[order] {
		return &fan.In[order]{Keys: fan.KeysShared, Parts: []fan.Part[order]{
			part("a", foreignRows{rows{s.open(1, 13), "!"}}), part("b", versioned{s.open(10, 23)}),
		}}
	},
	"prefixed, in turn": func(s *shops) *fan.In[order] {
		return &fan.In[order]{Keys: fan.KeysPrefixed, InTurn: true, Parts: []fan.Part[order]{
			part("a", foreignRows{rows{s.open(1, 8), "!"}}), part("b", versioned{s.open(1, 8)}), part("c", versioned{s.open(1, 7)}),
		}}
	},
	"made, others go on": func(s *shops) *fan.In[order] {
		in := &fan.In[order]{Keys: fan.KeysMade, GoOn: true, Key: func(part, key string) string { return key + " of " + part }, Parts: []fan.Part[order]{
			part("a", versioned{s.open(1, 8)}), part("b", versioned{s.open(1, 8)}), part("c", foreignRows{rows{s.open(1, 7), "?"}}),
		}}
		s.up = map[*log]bool{s.logs[0]: true, s.logs[2]: true}
		return in
	},
	"an In in an In": func(s *shops) *fan.In[order] {
		inner := &fan.In[order]{Keys: fan.KeysPrefixed, Parts: []fan.Part[order]{
			part("x", foreignRows{rows{s.open(1, 8), "!"}}), part("y", versioned{s.open(1, 8)}),
		}}
		return &fan.In[order]{Keys: fan.KeysPrefixed, Parts: []fan.Part[order]{part("in", inner), part("b", versioned{s.open(1, 7)})}}
	},
}

// TestInConforms: what is joined is a source as each part is.
//
// An Out is neither source nor sink: it runs the sinks of its branches, which are
// the caller's own, so the suites have nothing to hold it to.
func TestInConforms(t *testing.T) {
	t.Parallel()
	for name, join := range conforming {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[order]{
				Records: 23,
				Foreign: []duijiesync.Checkpoint{
					"3", `{"v":2,"parts":{}}`, `{"v":1,"parts":{"a/b":"3"}}`, `{"v":1,"parts":{"a":3}}`, `{"v":1,"parts":{"nobody":"3"}}`,
					`{"v":1,"at":"3","branches":["a"],"from":""}`,
				},
				Open: func(*testing.T) pipelinetest.SourceCase[order] {
					s := &shops{}
					in := join(s)
					return pipelinetest.SourceCase[order]{
						Source: in, Move: s.move,
						Again:    func() duijiesync.Source[order] { again := *in; return &again },
						Requests: func() int { s.mu.Lock(); defer s.mu.Unlock(); return s.requests },
						Down:     func(down bool) { s.mu.Lock(); defer s.mu.Unlock(); s.down = down },
					}
				},
			})
		})
	}
}
