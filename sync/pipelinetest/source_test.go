package pipelinetest_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync"
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// shop is what these sources read.
type shop struct {
	No   int
	Name string
}

// world is a platform with a list of shops.
type world struct {
	mu       sync.Mutex
	rows     []shop
	requests int
	down     bool
}

var errDown = errors.New("the world is down")

func newWorld(n int) *world {
	w := &world{}
	for i := range n {
		w.rows = append(w.rows, shop{No: 10 * (i + 1), Name: fmt.Sprint("shop ", i+1)})
	}
	return w
}

// behind is a page of the shops with greater numbers.
func (w *world) behind(no, size int) ([]shop, error) {
	return w.request(func(rows []shop) []shop {
		rows = slices.DeleteFunc(slices.Clone(rows), func(s shop) bool { return s.No <= no })
		return rows[:min(size, len(rows))]
	})
}

// at is a page by offset, which is what loses rows.
func (w *world) at(offset, size int) ([]shop, error) {
	return w.request(func(rows []shop) []shop {
		rows = rows[min(offset, len(rows)):]
		return slices.Clone(rows[:min(size, len(rows))])
	})
}

func (w *world) request(find func([]shop) []shop) ([]shop, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	if w.down {
		return nil, errDown
	}
	return find(w.rows), nil
}

// endsAt tells that no shop has a greater number.
func (w *world) endsAt(no int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.rows) > 0 && w.rows[len(w.rows)-1].No <= no
}

// move takes the first shop away, renames one and opens a new one.
func (w *world) move(round int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows = slices.Delete(w.rows, 0, 1)
	w.rows[len(w.rows)/2].Name += fmt.Sprint(" renamed ", round)
	w.rows = append(w.rows, shop{No: 1000 + round, Name: "new"})
	slices.SortFunc(w.rows, func(a, b shop) int { return cmp.Compare(a.No, b.No) })
}

// shopSource reads the shops by number. The rest of its fields break it.
type shopSource struct {
	world *world
	page  int

	skipAtResume, ignoreCheckpoint, aheadOfItself, foreignIsEnd  bool
	swallowOutage, goOnAfterError, rememberOutage                bool
	ignoreContext, silentContext, quietAtEnd                     bool
	eager, remember, shared, reuse, offsets, leak, yieldOn, loop bool
	noKey, badRaw, otherRaw, noPaging, versionFalls              bool

	mu     sync.Mutex
	at     int
	failed error
	reads  int
	buffer []duijiesync.Record[shop]
}

func (s *shopSource) Paging() string {
	if s.noPaging {
		return " "
	}
	return "by number"
}

func (s *shopSource) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[shop], error] {
	if s.eager {
		_, _ = s.world.behind(0, 1)
	}
	shared := 0
	return func(yield func(duijiesync.Batch[shop], error) bool) {
		own := 0
		at := &own
		switch {
		case s.remember:
			at = &shared
		case s.shared:
			at = &s.at
		}
		s.walk(ctx, after, at, yield)
	}
}

func (s *shopSource) start(after duijiesync.Checkpoint, at *int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if s.shared || s.remember {
		return nil
	}
	*at = 0
	if after == "" || s.ignoreCheckpoint {
		return nil
	}
	n, err := strconv.Atoi(string(after))
	if err != nil || n < 0 {
		if s.foreignIsEnd {
			*at = 1 << 40
			return nil
		}
		return fmt.Errorf("checkpoint %q is none of this source", after)
	}
	*at = n
	if s.skipAtResume {
		*at += 10
	}
	return nil
}

func (s *shopSource) walk(ctx context.Context, after duijiesync.Checkpoint, at *int, yield func(duijiesync.Batch[shop], error) bool) {
	fail := func(err error) { yield(duijiesync.Batch[shop]{}, err) }
	if err := s.start(after, at); err != nil {
		fail(err)
		return
	}
	offset := 0
	for {
		if s.quietAtEnd && s.world.endsAt(*at) {
			return
		}
		if err := ctx.Err(); err != nil && !s.ignoreContext {
			if !s.silentContext {
				fail(err)
			}
			return
		}
		rows, err := s.fetch(*at, offset)
		if err != nil && s.swallowOutage {
			return
		}
		if err != nil {
			fail(err)
			if s.goOnAfterError {
				fail(err)
			}
			return
		}
		if len(rows) == 0 {
			return
		}
		offset += len(rows)
		batch := s.batch(rows)
		*at = rows[len(rows)-1].No
		if s.loop && len(rows) < s.page {
			*at -= 10
		}
		if s.leak {
			go func() { <-ctx.Done() }()
		}
		if !yield(batch, nil) && !s.yieldOn {
			return
		}
	}
}

func (s *shopSource) fetch(at, offset int) ([]shop, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return nil, s.failed
	}
	rows, err := s.world.behind(at, s.page)
	if s.offsets {
		rows, err = s.world.at(offset, s.page)
	}
	if err != nil && s.rememberOutage {
		s.failed = err
	}
	return rows, err
}

func (s *shopSource) batch(rows []shop) duijiesync.Batch[shop] {
	last := rows[len(rows)-1].No
	if s.aheadOfItself {
		last += 10
	}
	b := duijiesync.Batch[shop]{Checkpoint: duijiesync.Checkpoint(strconv.Itoa(last))}
	if s.reuse {
		b.Records = s.buffer[:0]
	}
	for _, row := range rows {
		rec := duijiesync.Record[shop]{Key: strconv.Itoa(row.No), Value: row, Version: 7}
		rec.Raw, _ = json.Marshal(row)
		switch {
		case s.noKey && row.No == 50:
			rec.Key = ""
		case s.badRaw:
			rec.Raw = rec.Raw[:len(rec.Raw)-1]
		case s.otherRaw:
			rec.Raw = json.RawMessage(`{"number":1}`)
		case s.versionFalls:
			rec.Version -= int64(s.reads)
		}
		b.Records = append(b.Records, rec)
	}
	if s.reuse {
		s.buffer = b.Records
	}
	return b
}

// shopSuite is the suite of a shopSource that change has broken, or not.
func shopSuite(change func(*shopSource)) pipelinetest.SourceSuite[shop] {
	return pipelinetest.SourceSuite[shop]{
		Records: 22,
		Open: func(*testing.T) pipelinetest.SourceCase[shop] {
			w := newWorld(22)
			open := func() duijiesync.Source[shop] {
				s := &shopSource{world: w, page: 4}
				change(s)
				return s
			}
			return pipelinetest.SourceCase[shop]{
				Source: open(), Again: open, Move: w.move,
				Requests: func() int {
					w.mu.Lock()
					defer w.mu.Unlock()
					return w.requests
				},
				Down: func(down bool) {
					w.mu.Lock()
					defer w.mu.Unlock()
					w.down = down
				},
			}
		},
	}
}

func TestShopSource(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSource(t, shopSuite(func(*shopSource) {}))
}

func sourceMutants() []mutant {
	breaks := []struct {
		name, caught string
		change       func(*shopSource)
	}{
		{"skips a row at resume", "Resume", func(s *shopSource) { s.skipAtResume = true }},
		{"has checkpoints ahead of its rows", "ResumeAgainAndAgain", func(s *shopSource) { s.aheadOfItself = true }},
		{"ignores checkpoints", "ResumeGoesOn", func(s *shopSource) { s.ignoreCheckpoint = true }},
		{"takes a foreign checkpoint for the end", "ForeignCheckpoint", func(s *shopSource) { s.foreignIsEnd = true }},
		{"ends quietly in an outage", "OutageMidway", func(s *shopSource) { s.swallowOutage = true }},
		{"starts quietly in an outage", "OutageAtTheStart", func(s *shopSource) { s.swallowOutage = true }},
		{"goes on after its error", "OutageAtTheStart", func(s *shopSource) { s.goOnAfterError = true }},
		{"remembers an outage", "OutageAtTheStart", func(s *shopSource) { s.rememberOutage = true }},
		{"ignores its context", "ContextMidway", func(s *shopSource) { s.ignoreContext = true }},
		{"ignores a context that had ended", "ContextBefore", func(s *shopSource) { s.ignoreContext = true }},
		{"ends quietly with its context", "ContextBefore", func(s *shopSource) { s.silentContext = true }},
		{"ends quietly with its context where nothing is left", "ContextBefore", func(s *shopSource) { s.quietAtEnd = true }},
		{"reads before the range", "NothingBeforeTheRange", func(s *shopSource) { s.eager = true }},
		{"goes on where it was left", "TwiceTheSame", func(s *shopSource) { s.remember = true }},
		{"has one place for all Reads", "ConcurrentReads", func(s *shopSource) { s.shared = true }},
		{"uses memory again", "BatchesStay", func(s *shopSource) { s.reuse = true }},
		{"pages by offset", "MovingRows", func(s *shopSource) { s.offsets = true }},
		{"leaves goroutines behind", "Break", func(s *shopSource) { s.leak = true }},
		{"yields after break", "Break", func(s *shopSource) { s.yieldOn = true }},
		{"never ends", "Records", func(s *shopSource) { s.loop = true }},
		{"has a record without key", "Records", func(s *shopSource) { s.noKey = true }},
		{"has versions that fall", "TwiceTheSame", func(s *shopSource) { s.versionFalls = true }},
		{"has a raw item that is no JSON", "Raw", func(s *shopSource) { s.badRaw = true }},
		{"has a raw item that is another", "Raw", func(s *shopSource) { s.otherRaw = true }},
		{"says nothing of its paging", "Paging", func(s *shopSource) { s.noPaging = true }},
	}
	var out []mutant
	for _, b := range breaks {
		out = append(out, mutant{"source " + b.name, b.caught, func(t *testing.T) {
			t.Helper()
			pipelinetest.TestSource(t, shopSuite(b.change))
		}})
	}
	return append(out,
		mutant{"source suite without a hook", "OutageMidway", func(t *testing.T) {
			t.Helper()
			suite := shopSuite(func(*shopSource) {})
			open := suite.Open
			suite.Open = func(t *testing.T) pipelinetest.SourceCase[shop] { c := open(t); c.Down = nil; return c }
			pipelinetest.TestSource(t, suite)
		}},
		mutant{"source suite with a reason too many", "Paging", func(t *testing.T) {
			t.Helper()
			suite := shopSuite(func(*shopSource) {})
			suite.Lacks = map[pipelinetest.Feature]string{pipelinetest.Paging: "not true"}
			pipelinetest.TestSource(t, suite)
		}},
	)
}
