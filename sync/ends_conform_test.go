package sync_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// reasons are those why something in memory lacks features.
func reasons(why string, features ...pipelinetest.Feature) map[pipelinetest.Feature]string {
	all := map[pipelinetest.Feature]string{}
	for _, f := range features {
		all[f] = why
	}
	return all
}

func docNo(d doc) string        { return d.No }
func docVersion(doc) int64      { return 7 }
func value(k string, n int) doc { return doc{No: k, Name: fmt.Sprintf("edition %d of %q", n, k)} }

func TestSliceConforms(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSource(t, pipelinetest.SourceSuite[doc]{
		Records: 23,
		Lacks:   reasons("items in memory", pipelinetest.Requests, pipelinetest.Down, pipelinetest.Move),
		Foreign: []duijiesync.Checkpoint{"5", "5.", "5.00112233445566778899aabbccddeeff", "23.00112233445566778899aabbccddeeff"},
		Open: func(*testing.T) pipelinetest.SourceCase[doc] {
			open := func() duijiesync.Source[doc] {
				src := duijiesync.Slice(docs(23), docNo)
				src.Page, src.Version = 5, docVersion
				return src
			}
			return pipelinetest.SourceCase[doc]{Source: open(), Again: open}
		},
	})
}

// pulled is an iterator over documents that counts what is pulled, and fails
// while it is down.
type pulled struct {
	mu   sync.Mutex
	n    int
	down bool
}

func (p *pulled) pull() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	if p.down {
		return errDown
	}
	return nil
}

func (p *pulled) all(context.Context) iter.Seq2[doc, error] {
	return func(yield func(doc, error) bool) {
		for _, d := range docs(23) {
			if err := p.pull(); err != nil {
				yield(doc{}, err)
				return
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

func TestSeqConforms(t *testing.T) {
	t.Parallel()
	lacks := reasons("an iterator has no place to go on from", pipelinetest.Resume)
	maps.Copy(lacks, reasons("the iterator of this test does not move", pipelinetest.Move))
	pipelinetest.TestSource(t, pipelinetest.SourceSuite[doc]{
		Records: 23, Lacks: lacks,
		Open: func(*testing.T) pipelinetest.SourceCase[doc] {
			p := &pulled{}
			open := func() duijiesync.Source[doc] {
				src := duijiesync.Seq(p.all, docNo)
				src.Page, src.Version = 5, docVersion
				return src
			}
			return pipelinetest.SourceCase[doc]{
				Source: open(), Again: open,
				Requests: func() int { p.mu.Lock(); defer p.mu.Unlock(); return p.n },
				Down:     func(down bool) { p.mu.Lock(); defer p.mu.Unlock(); p.down = down },
			}
		},
	})
}

func TestChannelConforms(t *testing.T) {
	t.Parallel()
	lacks := reasons("a channel", pipelinetest.Requests, pipelinetest.Down, pipelinetest.Move)
	maps.Copy(lacks, reasons("what is not settled is kept by the source, and there is no checkpoint", pipelinetest.Resume, pipelinetest.Again))
	maps.Copy(lacks, reasons("one Read would take the other's", pipelinetest.Parallel))
	pipelinetest.TestSource(t, pipelinetest.SourceSuite[doc]{
		Records: 23, Lacks: lacks,
		Open: func(*testing.T) pipelinetest.SourceCase[doc] {
			queue := make(chan duijiesync.Delivery[doc], 23)
			for _, d := range docs(23) {
				queue <- duijiesync.Delivery[doc]{Record: duijiesync.Record[doc]{Key: d.No, Value: d, Version: 7}}
			}
			close(queue)
			src := duijiesync.Channel(queue)
			src.Rows = 5
			return pipelinetest.SourceCase[doc]{Source: src}
		},
	})
}

// noFaults are what can not go wrong in memory.
func noFaults() map[pipelinetest.Feature]string {
	return reasons("nothing fails in memory", pipelinetest.LoseBefore, pipelinetest.LoseAfter, pipelinetest.Throttle,
		pipelinetest.Down, pipelinetest.Requests, pipelinetest.Refuse, pipelinetest.RefuseUnnamed)
}

func TestCollectConforms(t *testing.T) {
	t.Parallel()
	lacks := noFaults()
	lacks[pipelinetest.Remove] = "nobody takes items out of a collector"
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[doc]{
		Value: value, Lacks: lacks,
		Open: func(*testing.T) pipelinetest.SinkCase[doc] {
			c := duijiesync.Collect[doc]()
			return pipelinetest.SinkCase[doc]{
				Sink: c,
				Count: func(key string) (n int) {
					for _, d := range c.Values() {
						if d.No == key {
							n++
						}
					}
					return n
				},
				Holds: func(key string, v doc) bool { d, there := c.Get(key); return there && d == v },
			}
		},
	})
}

// received is what a target would hold that got what a sink accepted.
type received struct {
	mu      sync.Mutex
	created map[string]int
	last    map[string]doc
}

func (r *received) take(kind duijiesync.OutcomeKind, rec duijiesync.Record[doc]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if kind == duijiesync.OutcomeCreated {
		r.created[rec.Key]++
	}
	if kind == duijiesync.OutcomeCreated || kind == duijiesync.OutcomeUpdated {
		r.last[rec.Key] = rec.Value
	}
}

func (r *received) sinkCase(sink duijiesync.Sink[doc]) pipelinetest.SinkCase[doc] {
	return pipelinetest.SinkCase[doc]{
		Sink:  sink,
		Count: func(key string) int { r.mu.Lock(); defer r.mu.Unlock(); return r.created[key] },
		Holds: func(key string, v doc) bool { r.mu.Lock(); defer r.mu.Unlock(); return r.last[key] == v },
	}
}

// accepted is a Discard whose verdicts are noted.
type accepted struct {
	duijiesync.Discard[doc]
	*received
}

func (a accepted) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	out, err := a.Discard.Write(ctx, recs)
	for i, o := range out {
		a.mu.Lock()
		before := a.created[recs[i].Key]
		a.mu.Unlock()
		if o.Kind != duijiesync.OutcomeCreated || before == 0 { // it writes nothing, so twice is once
			a.take(o.Kind, recs[i])
		} else {
			a.take(duijiesync.OutcomeUpdated, recs[i])
		}
	}
	return out, err
}

func TestDiscardConforms(t *testing.T) {
	t.Parallel()
	lacks := noFaults()
	delete(lacks, pipelinetest.Refuse)
	maps.Copy(lacks, reasons("it holds nothing", pipelinetest.Find, pipelinetest.Remove, pipelinetest.Conflict))
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[doc]{
		Value: value, Lacks: lacks,
		Open: func(*testing.T) pipelinetest.SinkCase[doc] {
			var bad sync.Map
			r := &received{created: map[string]int{}, last: map[string]doc{}}
			c := r.sinkCase(accepted{duijiesync.Discard[doc]{ID: func(d doc) string {
				if _, is := bad.Load(d.No); is {
					return ""
				}
				return d.No
			}}, r})
			c.Refuse = func(key string) { bad.Store(key, true) }
			return c
		},
	})
}

func TestToChannelConforms(t *testing.T) {
	t.Parallel()
	lacks := noFaults()
	maps.Copy(lacks, reasons("a channel holds nothing", pipelinetest.Find, pipelinetest.Remove, pipelinetest.Conflict))
	pipelinetest.TestSink(t, pipelinetest.SinkSuite[doc]{
		Value: value, Lacks: lacks,
		Open: func(*testing.T) pipelinetest.SinkCase[doc] {
			records := make(chan duijiesync.Record[doc], 1000)
			r := &received{created: map[string]int{}, last: map[string]doc{}}
			drain := func() {
				for len(records) > 0 {
					rec := <-records
					kind := duijiesync.OutcomeCreated
					if rec.Target.ID != "" {
						kind = duijiesync.OutcomeUpdated
					}
					r.take(kind, rec)
				}
			}
			c := r.sinkCase(duijiesync.ToChannel(records))
			count, holds := c.Count, c.Holds
			c.Count = func(key string) int { drain(); return count(key) }
			c.Holds = func(key string, v doc) bool { drain(); return holds(key, v) }
			return c
		},
	})
}

// service is a target for functions: one call, one record.
type service struct {
	*target
	mu       sync.Mutex
	next     []fault
	throttle int
	broken   bool
	requests int
}

func (s *service) set(change func()) { s.mu.Lock(); defer s.mu.Unlock(); change() }

// call is the fault of the next call, or its error.
func (s *service) call(ctx context.Context, write bool) (f fault, err error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	s.set(func() {
		s.requests++
		switch {
		case s.broken:
			err = errDown
		case s.throttle > 0:
			s.throttle--
			err = &duijie.APIError{Platform: "model", Op: "Write", Class: duijie.ClassThrottled}
		case write && len(s.next) > 0:
			f, s.next = s.next[0], s.next[1:]
		}
	})
	return f, err
}

func (s *service) write(ctx context.Context, rec duijiesync.Record[doc]) (duijiesync.Outcome, error) {
	f, err := s.call(ctx, true)
	if err != nil {
		return duijiesync.Outcome{}, err
	}
	out, err := s.target.write(f, []duijiesync.Record[doc]{rec})
	if err != nil {
		return duijiesync.Outcome{}, err
	}
	if out[0].Kind == duijiesync.OutcomeConflict {
		return duijiesync.Outcome{}, &duijie.APIError{Platform: "model", Op: "Write", Class: duijie.ClassConflict}
	}
	return out[0], nil
}

func (s *service) find(ctx context.Context, rec duijiesync.Record[doc]) (duijiesync.Found, error) {
	if _, err := s.call(ctx, false); err != nil {
		return duijiesync.Found{}, err
	}
	found, err := finderTarget{s.target}.Find(ctx, []duijiesync.Record[doc]{rec})
	return found[0], err
}

func serviceCase(change func(*duijiesync.FuncConfig[doc])) pipelinetest.SinkCase[doc] {
	s := &service{target: newTarget()}
	s.unique = true
	cfg := duijiesync.FuncConfig[doc]{Write: s.write, Find: s.find, Lanes: 3, SettleDelay: 2 * time.Millisecond}
	change(&cfg)
	locked := func(do func()) { s.target.mu.Lock(); defer s.target.mu.Unlock(); do() }
	return pipelinetest.SinkCase[doc]{
		Sink:  duijiesync.Func(cfg),
		Count: func(key string) (n int) { locked(func() { n = len(s.rows[key]) }); return n },
		Holds: func(key string, v doc) (ok bool) {
			locked(func() { ok = len(s.rows[key]) > 0 && s.rows[key][0].Name == v.Name })
			return ok
		},
		Requests:      func() (n int) { s.set(func() { n = s.requests }); return n },
		LoseBefore:    func() { s.set(func() { s.next = append(s.next, lostBefore) }) },
		LoseAfter:     func() { s.set(func() { s.next = append(s.next, lostAfter) }) },
		Refuse:        func(key string) { locked(func() { s.poison[key] = true }) },
		RefuseUnnamed: func(key string) { locked(func() { s.poison[key], s.named = true, false }) },
		Throttle:      func(n int) { s.set(func() { s.throttle = n }) },
		Remove:        func(key string) { locked(func() { delete(s.rows, key) }) },
		Down:          func(down bool) { s.set(func() { s.broken = down }) },
	}
}

func TestFuncConforms(t *testing.T) {
	t.Parallel()
	suite := pipelinetest.SinkSuite[doc]{Value: value}
	suite.Open = func(*testing.T) pipelinetest.SinkCase[doc] { return serviceCase(func(*duijiesync.FuncConfig[doc]) {}) }
	pipelinetest.TestSink(t, suite)
}

func TestFuncWithoutFindConforms(t *testing.T) {
	t.Parallel()
	suite := pipelinetest.SinkSuite[doc]{Value: value, Lacks: reasons("no function to look up", pipelinetest.Find)}
	suite.Open = func(*testing.T) pipelinetest.SinkCase[doc] {
		return serviceCase(func(c *duijiesync.FuncConfig[doc]) { c.Find = nil })
	}
	pipelinetest.TestSink(t, suite)
}
