package refs_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
)

// thing is what these tests copy: a customer, a group, an order. Ref is what it
// refers to, in the source by its key and in the target by its id.
type thing struct {
	No, Name, Ref string
}

// row is a thing in the target.
type row struct {
	ID string
	thing
}

var (
	errLost  = &duijie.APIError{Platform: "model", Op: "Write", Class: duijie.ClassUnavailable, OutcomeUnknown: true}
	errCrash = errors.New("crash")
)

// shop is a target that makes a second row of what is created twice.
type shop struct {
	mu     sync.Mutex
	prefix string
	rows   map[string][]row
	next   int
	writes int
	finds  int
	asked  map[string]int // by key, in Find
	lose   map[int]bool   // writes whose answer is lost, after the effect
	half   bool           // a lost create leaves its record unfinished
	refuse map[string]string
	work   time.Duration // of each call
	fail   error         // of Find
}

func newShop(prefix string) *shop {
	return &shop{prefix: prefix, rows: map[string][]row{}, asked: map[string]int{}, lose: map[int]bool{}, refuse: map[string]string{}}
}

func (s *shop) Write(_ context.Context, records []duijiesync.Record[thing]) ([]duijiesync.Outcome, error) {
	if s.work > 0 {
		time.Sleep(s.work) // virtual
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	out := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		if words := s.refuse[r.Key]; words != "" {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "11", Message: words}
			continue
		}
		out[i] = s.put(r.Target.ID, r.Value)
	}
	if s.lose[s.writes] {
		for _, r := range records {
			if s.half && r.Target.ID == "" {
				s.rows[r.Key][0].Name = "half"
			}
		}
		return nil, errLost
	}
	return out, nil
}

func (s *shop) put(id string, t thing) duijiesync.Outcome {
	if id == "" {
		s.next++
		id = fmt.Sprintf("%s%d", s.prefix, s.next)
		s.rows[t.No] = append(s.rows[t.No], row{id, t})
		return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: id}
	}
	for i, r := range s.rows[t.No] {
		if r.ID == id {
			s.rows[t.No][i].thing = t
		}
	}
	return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: id}
}

func (s *shop) Find(_ context.Context, records []duijiesync.Record[thing]) ([]duijiesync.Found, error) {
	if s.work > 0 {
		time.Sleep(s.work) // virtual
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return nil, s.fail
	}
	s.finds++
	out := make([]duijiesync.Found, len(records))
	for i, r := range records {
		s.asked[r.Key]++
		rows := s.rows[r.Key]
		switch {
		case len(rows) == 0:
		case r.Target.KeyOnly:
			out[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: rows[0].ID}
		case rows[0].thing == r.Value:
			out[i] = duijiesync.Found{Match: duijiesync.Identical, TargetID: rows[0].ID}
		default:
			out[i] = duijiesync.Found{Match: duijiesync.Different, TargetID: rows[0].ID}
		}
	}
	return out, nil
}

func (s *shop) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 20, FindRows: 50, Lanes: 4, SettleDelay: time.Second}
}

func (s *shop) id(t require.TestingT, key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Len(t, s.rows[key], 1, "%s is there exactly once", key)
	return s.rows[key][0].ID
}

// list is a source of pages that is read whole each time.
func list(page int, things ...thing) duijiesync.Source[thing] {
	return duijiesync.SourceFunc[thing](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[thing], error] {
		return func(yield func(duijiesync.Batch[thing], error) bool) {
			for part := range slices.Chunk(things, page) {
				var b duijiesync.Batch[thing]
				for _, t := range part {
					b.Records = append(b.Records, duijiesync.Record[thing]{Key: t.No, Value: t})
				}
				if !yield(b, nil) {
					return
				}
			}
		}
	})
}

func pipe(name string, src duijiesync.Source[thing], to duijiesync.Sink[thing], state duijiesync.State) *duijiesync.Pipeline[thing, thing] {
	return &duijiesync.Pipeline[thing, thing]{Name: name, Source: src, Transform: duijiesync.Same[thing], Sink: to, State: state}
}

// through is the transform of a pipeline whose things refer to what r resolves.
func through(r *refs.Resolver[string]) duijiesync.Transform[thing, thing] {
	return func(ctx context.Context, t thing) (thing, error) {
		if t.Ref == "" {
			return t, nil
		}
		id, err := r.Resolve(ctx, t.Ref)
		t.Ref = id
		return t, err
	}
}

func run(t *testing.T, p *duijiesync.Pipeline[thing, thing]) *duijiesync.Report {
	t.Helper()
	rep, err := p.Run(t.Context())
	require.NoError(t, err)
	return rep
}

func resolver(t *testing.T, o refs.Options[string]) *refs.Resolver[string] {
	t.Helper()
	if o.Name == "" {
		o.Name = "customer"
	}
	r, err := refs.New(o)
	require.NoError(t, err)
	return r
}
