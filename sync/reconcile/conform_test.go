package reconcile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/sync/reconcile"
)

// sides are a source and a target with 12 records missing and 11 different. They
// count what is asked of them and can be down.
type sides struct {
	mu             sync.Mutex
	source, target map[string]item
	requests       int
	down           bool
}

func newSides() *sides {
	s := &sides{source: map[string]item{}, target: map[string]item{}}
	for i := range 60 {
		it := item{fmt.Sprintf("N%03d", i), fmt.Sprintf("名 %d", i), duijie.NewDecimal(int64(i)*10, 2)}
		s.source[it.No] = it
		switch {
		case i%5 == 0:
			continue
		case i%5 == 1 && i < 55:
			it.Name = "other"
		}
		s.target[it.No] = it
	}
	return s
}

func (s *sides) request() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	if s.down {
		return &duijie.APIError{Platform: "model", Op: "Items", Class: duijie.ClassUnavailable}
	}
	return nil
}

// items are those of one side as they are now, in order.
func (s *sides) items(of map[string]item) []item {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []item
	for _, no := range slices.Sorted(maps.Keys(of)) {
		all = append(all, of[no])
	}
	return all
}

// record is an item as the source sends it: as an array.
func (*sides) record(it item) duijiesync.Record[item] {
	raw, _ := json.Marshal([]any{it.No, it.Name, it.Price})
	return duijiesync.Record[item]{Key: it.No, Value: it, Version: 5, Raw: raw}
}

func decodeArray(raw json.RawMessage) (it item, err error) {
	err = json.Unmarshal(raw, &[]any{&it.No, &it.Name, &it.Price})
	return it, err
}

func itemRow(it item) reconcile.Row {
	return reconcile.Row{Key: it.No, ID: "id-" + it.No, Version: 5, Fields: []reconcile.Value{reconcile.Text(it.Name), reconcile.Number(it.Price)}}
}

// rows reads one side, a request for every seven rows.
func (s *sides) rows(of map[string]item) func(context.Context) iter.Seq2[reconcile.Row, error] {
	return func(context.Context) iter.Seq2[reconcile.Row, error] {
		return func(yield func(reconcile.Row, error) bool) {
			for page := range slices.Chunk(s.items(of), 7) {
				if err := s.request(); err != nil {
					yield(reconcile.Row{}, err)
					return
				}
				for _, it := range page {
					row := itemRow(it)
					row.Raw = s.record(it).Raw
					if !yield(row, nil) {
						return
					}
				}
			}
		}
	}
}

// now are the rows of keys as they are now.
func (s *sides) now(of map[string]item) func(context.Context, []string) ([]reconcile.Row, error) {
	return func(_ context.Context, keys []string) (rows []reconcile.Row, err error) {
		for _, it := range s.items(of) {
			if slices.Contains(keys, it.No) {
				row := itemRow(it)
				row.Raw = s.record(it).Raw
				rows = append(rows, row)
			}
		}
		return rows, s.request()
	}
}

func (s *sides) fetch(_ context.Context, keys []string) (found []duijiesync.Record[item], err error) {
	for _, it := range s.items(s.source) {
		if slices.Contains(keys, it.No) {
			found = append(found, s.record(it))
		}
	}
	return found, s.request()
}

// move changes both sides behind the repair's back.
func (s *sides) move(round int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	no := func(i int) string { return fmt.Sprintf("N%03d", i) }
	mended, gone, changed, added := no(5*round), no(5*round+6), no(5*round+2), fmt.Sprintf("M%03d", round)
	s.target[mended] = s.source[mended]
	delete(s.source, gone)
	it := s.source[changed]
	it.Name += " changed"
	s.source[changed] = it
	s.source[added] = item{No: added, Name: "new"}
}

// mending is a repair of the sides. The suite's target is not the one that is
// compared, so what it took is put there.
type mending struct {
	*reconcile.Repair[item]
	s *sides
}

func (m mending) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[item], error] {
	return func(yield func(duijiesync.Batch[item], error) bool) {
		for b, err := range m.Repair.Read(ctx, after) {
			if err == nil {
				b.Settled = func(duijiesync.BatchResult) {
					m.s.mu.Lock()
					defer m.s.mu.Unlock()
					for _, r := range b.Records {
						m.s.target[r.Key] = r.Value
					}
				}
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

// TestRepairConforms: a repair is a source as any other, whatever it takes its
// records from.
func TestRepairConforms(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(s *sides, r *reconcile.Repair[item]){
		"read anew": func(s *sides, r *reconcile.Repair[item]) { r.Comparison.KeepRaw, r.Fetch = false, s.fetch },
		"kept, sorted": func(_ *sides, r *reconcile.Repair[item]) {
			r.Comparison.Source.Sorted, r.Comparison.Target.Sorted = true, true
		},
		"kept, on disk, asked again": func(s *sides, r *reconcile.Repair[item]) {
			r.Comparison.Memory, r.Comparison.Recheck.Batch = 2048, 4
			r.Comparison.Source.Lookup, r.Comparison.Target.Lookup = s.now(s.source), s.now(s.target)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[item]{
				Records: 23,
				Lacks: map[pipelinetest.Feature]string{
					pipelinetest.Resume: "what is mended is no difference any more, so a repair compares anew; its pipeline's checkpoint is another source's",
				},
				Open: func(t *testing.T) pipelinetest.SourceCase[item] {
					s := newSides()
					open := func() duijiesync.Source[item] {
						r := &reconcile.Repair[item]{Rows: 4, Decode: decodeArray, Comparison: &reconcile.Comparison{
							Fields:  []reconcile.Field{{Name: "name"}, {Name: "price", As: reconcile.AsNumber}},
							Source:  reconcile.Side{Rows: s.rows(s.source)},
							Target:  reconcile.Side{Rows: s.rows(s.target)},
							KeepRaw: true, TempDir: t.TempDir(),
						}}
						prepare(s, r)
						return mending{r, s}
					}
					return pipelinetest.SourceCase[item]{
						Source: open(), Again: open, Move: s.move,
						Requests: func() int { s.mu.Lock(); defer s.mu.Unlock(); return s.requests },
						Down:     func(down bool) { s.mu.Lock(); defer s.mu.Unlock(); s.down = down },
					}
				},
			})
		})
	}
}
