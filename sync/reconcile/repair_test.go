package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/reconcile"
)

// item is what the source of these tests has; the target has it as "name/price".
type item struct {
	No    string         `json:"no"`
	Name  string         `json:"name"`
	Price duijie.Decimal `json:"price"`
}

// shop is a source that is read whole each time.
type shop struct{ items []item }

func (s *shop) Read(_ context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[item], error] {
	return func(yield func(duijiesync.Batch[item], error) bool) {
		for page := range slices.Chunk(s.items, 7) {
			batch := duijiesync.Batch[item]{Checkpoint: after + "x"}
			for _, it := range page {
				batch.Records = append(batch.Records, s.record(it))
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

func (*shop) record(it item) duijiesync.Record[item] {
	return duijiesync.Record[item]{Key: it.No, Value: it, Version: 5}
}

// store is a target in which a document, once written, has an id, and which may
// lose answers. Nothing keeps it from holding a key twice.
type store struct {
	mu     sync.Mutex
	next   int
	docs   map[string]string // id → key/name/price
	writes int
	lose   int // every so many writes, the answer
}

func (s *store) find(key string) (id string) {
	for id, doc := range s.docs {
		if strings.HasPrefix(doc, key+"/") {
			return id
		}
	}
	return ""
}

func (s *store) Write(_ context.Context, records []duijiesync.Record[string]) ([]duijiesync.Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	outcomes := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		id, kind := r.Target.ID, duijiesync.OutcomeUpdated
		if id == "" {
			s.next++
			id, kind = fmt.Sprintf("doc%d", s.next), duijiesync.OutcomeCreated
		}
		s.docs[id] = r.Value
		outcomes[i] = duijiesync.Outcome{Kind: kind, TargetID: id}
	}
	if s.writes++; s.lose > 0 && s.writes%s.lose == 0 {
		return nil, fmt.Errorf("connection reset: %w", duijie.ErrOutcomeUnknown)
	}
	return outcomes, nil
}

func (s *store) Find(_ context.Context, records []duijiesync.Record[string]) ([]duijiesync.Found, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make([]duijiesync.Found, len(records))
	for i, r := range records {
		if id := s.find(r.Key); id != "" {
			found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: id}
			if !r.Target.KeyOnly && s.docs[id] == r.Value {
				found[i].Match = duijiesync.Identical
			}
		}
	}
	return found, nil
}

func (*store) Limits() duijiesync.Limits { return duijiesync.Limits{Rows: 5} }

// rows reads the target for a comparison.
func (s *store) rows(yield func(reconcile.Row, error) bool) {
	s.mu.Lock()
	var all []reconcile.Row
	for id, doc := range s.docs {
		parts := strings.Split(doc, "/")
		all = append(all, reconcile.Row{Key: parts[0], ID: id, Fields: []reconcile.Value{reconcile.Text(parts[1]), reconcile.Text(parts[2])}})
	}
	s.mu.Unlock()
	for _, r := range all {
		if !yield(r, nil) {
			return
		}
	}
}

// world is a pipeline that has copied everything, and the comparison of its ends.
type world struct {
	source   *shop
	target   *store
	state    duijiesync.State
	pipeline duijiesync.Pipeline[item, string]
	compare  reconcile.Comparison
}

func newWorld(t *testing.T, n int) *world {
	t.Helper()
	w := &world{source: &shop{}, target: &store{docs: map[string]string{}}, state: duijiesync.NewMemoryState()}
	for i := range n {
		w.source.items = append(w.source.items, item{fmt.Sprintf("N%03d", i), fmt.Sprintf("名 %d", i), duijie.NewDecimal(int64(i)*10, 2)})
	}
	w.pipeline = duijiesync.Pipeline[item, string]{
		Name: "items", Source: w.source, Sink: w.target, State: w.state,
		Transform: func(_ context.Context, it item) (string, error) {
			return it.No + "/" + it.Name + "/" + it.Price.Canonical(), nil
		},
	}
	w.compare = reconcile.Comparison{
		Fields: []reconcile.Field{{Name: "name"}, {Name: "price", As: reconcile.AsNumber}},
		Source: reconcile.Side{Rows: reconcile.FromSource(w.source, "", func(rec duijiesync.Record[item]) (reconcile.Row, error) {
			return reconcile.Row{Fields: []reconcile.Value{reconcile.Text(rec.Value.Name), reconcile.Number(rec.Value.Price)}}, nil
		})},
		Target:  reconcile.Side{Rows: reconcile.Rows(w.target.rows)},
		KeepRaw: true,
	}
	report, err := w.pipeline.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, n, report.Created)
	diffs, _ := collect(t, &w.compare)
	require.Empty(t, diffs)
	return w
}

// harm changes the target behind the pipeline's back.
func (w *world) harm() {
	for i := range w.source.items {
		id := w.target.find(w.source.items[i].No)
		switch i % 9 {
		case 0:
			delete(w.target.docs, id)
		case 1:
			w.target.docs[id] = w.source.items[i].No + "/" + w.source.items[i].Name + "/0.01"
		}
	}
	w.target.docs["foreign"] = "X001/theirs/1"
}

// repair runs the pipeline with the comparison as its source.
func (w *world) repair(r *reconcile.Repair[item]) *duijiesync.Pipeline[item, string] {
	p := w.pipeline
	r.Comparison, p.Source = &w.compare, r
	return &p
}

// Whatever a repair reads its items from and however many answers are lost on the
// way: afterwards a comparison finds nothing, and nothing is there twice.
func TestAfterARepairNothingIsFound(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*world, *reconcile.Repair[item]){
		"items kept":        func(*world, *reconcile.Repair[item]) {},
		"items on disk":     func(w *world, _ *reconcile.Repair[item]) { w.compare.Memory = 4096 },
		"items read anew":   func(w *world, r *reconcile.Repair[item]) { w.compare.KeepRaw, r.Fetch = false, w.fetch },
		"answers lost":      func(w *world, _ *reconcile.Repair[item]) { w.target.lose = 2 },
		"batches of one":    func(_ *world, r *reconcile.Repair[item]) { r.Rows = 1 },
		"a decoder is told": func(_ *world, r *reconcile.Repair[item]) { r.Decode = decodeItem },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 100)
				w.compare.TempDir = t.TempDir()
				w.harm()

				report, err := w.pipeline.Run(t.Context())
				require.NoError(t, err)
				require.EqualValues(t, 100, report.Unchanged, "an ordinary run trusts its ledger and mends nothing")

				var sum reconcile.Summary
				var extras []string
				r := &reconcile.Repair[item]{Summary: &sum, Each: func(d *reconcile.Difference) error {
					if d.Kind == reconcile.Extra {
						extras = append(extras, d.Key+" "+d.TargetID)
					}
					return nil
				}}
				prepare(w, r)
				before, err := w.state.Checkpoint(t.Context(), duijiesync.Scope{Pipeline: "items"})
				require.NoError(t, err)
				report, err = w.repair(r).Run(t.Context())
				require.NoError(t, err)
				require.Equal(t, []int64{23, 12, 11}, []int64{report.Read, report.Created, report.Updated})
				require.Equal(t, []int64{12, 11, 1, 77}, []int64{sum.Missing, sum.Different, sum.Extra, sum.Equal})
				require.Equal(t, []string{"X001 foreign"}, extras)
				require.Equal(t, "repair: what a comparison found missing or different", report.Paging)
				after, err := w.state.Checkpoint(t.Context(), duijiesync.Scope{Pipeline: "items"})
				require.NoError(t, err)
				require.Equal(t, before, after, "the repair leaves the pipeline's checkpoint alone")

				diffs, _ := collect(t, &w.compare)
				require.Equal(t, []string{`extra "X001"`}, briefs(diffs), "nothing is ever deleted")
				delete(w.target.docs, "foreign")
				_, sum = collect(t, &w.compare)
				require.True(t, sum.Clean(), "%+v", sum)
				require.Len(t, w.target.docs, 100)

				writes := w.target.writes
				for _, p := range []*duijiesync.Pipeline[item, string]{w.repair(r), &w.pipeline} {
					_, err = p.Run(t.Context())
					require.NoError(t, err)
				}
				require.Equal(t, writes, w.target.writes, "there is nothing left to write")
			})
		})
	}
}

func (w *world) fetch(_ context.Context, keys []string) (found []duijiesync.Record[item], err error) {
	for _, it := range w.source.items {
		if slices.Contains(keys, it.No) {
			found = append(found, w.source.record(it))
		}
	}
	return found, nil
}

func decodeItem(raw json.RawMessage) (it item, err error) { return it, json.Unmarshal(raw, &it) }

// What goes wrong in a repair is seen: a bad item becomes a dead letter, alone,
// and an error of either side ends the run.
func TestARepairThatGoesWrong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20)
		w.harm()
		r := &reconcile.Repair[item]{Decode: func(raw json.RawMessage) (item, error) {
			it, err := decodeItem(raw)
			if it.No == "N009" {
				err = errors.New("garbled")
			}
			return it, err
		}}
		report, err := w.repair(r).Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, []int64{6, 2, 3, 1}, []int64{report.Read, report.Created, report.Updated, report.Refused})
		letters, err := w.pipeline.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, "N009", letters[0].Key)
		require.Contains(t, letters[0].Message, "garbled")

		broken := errors.New("page 2 is gone")
		w.compare.Target.Rows = failing(nil, broken)
		_, err = w.repair(r).Run(t.Context())
		require.ErrorIs(t, err, broken, "and nothing is taken for missing")

		w.compare.Target.Rows = reconcile.RowsOf()
		w.compare.KeepRaw = false
		_, err = w.repair(&reconcile.Repair[item]{}).Run(t.Context())
		require.ErrorIs(t, err, reconcile.ErrComparison)
		_, err = w.repair(&reconcile.Repair[item]{Fetch: func(context.Context, []string) ([]duijiesync.Record[item], error) { return nil, broken }}).Run(t.Context())
		require.ErrorIs(t, err, broken)
		_, err = w.repair(&reconcile.Repair[item]{Fetch: w.fetch, Each: func(*reconcile.Difference) error { return broken }}).Run(t.Context())
		require.ErrorIs(t, err, broken)
	})
}

func TestExtras(t *testing.T) {
	t.Parallel()
	c := reconcile.Comparison{NormalizeKey: strings.ToUpper, Source: side("a", "b"), Target: side("c", "b", "d", "D", "e")}
	var keys []string
	for d, err := range reconcile.Extras(c.Differences(t.Context(), nil)) {
		require.NoError(t, err)
		keys = append(keys, d.Key)
	}
	require.Equal(t, []string{"c", "e"}, keys, "d and D are a collision: ambiguous")
	broken := errors.New("broken")
	c.Target.Rows = failing(rows("c"), broken)
	for _, err := range reconcile.Extras(c.Differences(t.Context(), nil)) {
		require.ErrorIs(t, err, broken)
	}
}
