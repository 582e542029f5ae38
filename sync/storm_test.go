package sync_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// stormySource yields its items in pages, some of them twice: as they are and,
// where it has versions, as they were before.
type stormySource struct {
	*storm
	mu       sync.Mutex
	items    []doc
	version  int64 // of the items as they are
	versions bool
	page     int
	reads    int
}

func (s *stormySource) Read(_ context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[doc], error] {
	return func(yield func(duijiesync.Batch[doc], error) bool) {
		s.mu.Lock()
		s.reads++
		read := s.reads
		s.mu.Unlock()
		start := 0
		_, _ = fmt.Sscanf(string(after), "page %d", &start)
		pages := slices.Collect(slices.Chunk(s.items, s.page))
		for i := start; i < len(pages); i++ {
			if s.drawn(400, fmt.Sprint("read", i), read) < s.share {
				yield(duijiesync.Batch[doc]{}, errRead)
				return
			}
			batch := duijiesync.Batch[doc]{Checkpoint: duijiesync.Checkpoint(fmt.Sprintf("page %d", i+1))}
			if i == len(pages)-1 {
				batch.Checkpoint = "end"
			}
			for _, d := range pages[i] {
				batch.Records = append(batch.Records, s.record(d, 0))
			}
			batch.Records = append(batch.Records, s.stale(pages, i)...)
			if !yield(batch, nil) {
				return
			}
		}
	}
}

func (s *stormySource) record(d doc, age int64) duijiesync.Record[doc] {
	rec := duijiesync.Record[doc]{Key: d.No, Value: d}
	if s.versions {
		rec.Version = s.version + 10 - age
	}
	return rec
}

// stale are older states of records from anywhere in the list.
func (s *stormySource) stale(pages [][]doc, i int) []duijiesync.Record[doc] {
	if !s.versions {
		return nil
	}
	var old []duijiesync.Record[doc]
	for n := range s.drawn(4, "stale", i) {
		d := s.items[s.drawn(len(s.items), fmt.Sprint("which", i), n)]
		d.Name = "stale"
		old = append(old, s.record(d, 1+int64(n)))
	}
	return old
}

// change renames some of the items.
func (s *stormySource) change(rng *rand.Rand) {
	s.version += 100
	for range 1 + rng.IntN(8) {
		i := rng.IntN(len(s.items))
		s.items[i].Name = fmt.Sprintf("renamed %d", i)
	}
}

func (s *storm) transform(_ context.Context, d doc) (doc, error) {
	if s.broken[d.No] {
		return d, errors.New("no unit")
	}
	return d, nil
}

// stormySink is the target behind a bad line, in a process that may die.
type stormySink struct {
	*storm
	c     *crashing
	calls map[string]int // by who calls; guarded by the target's lock
}

func (s stormySink) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 5 + s.src.page%7, FindRows: 50, Lanes: 4, SettleDelay: time.Second}
}

// fate draws what becomes of one call.
func (s stormySink) fate(kind, key string) (fault int, pause time.Duration) {
	who := kind + key
	s.to.mu.Lock()
	s.calls[who]++
	n := s.calls[who] + 1000*s.src.reads
	s.to.mu.Unlock()
	pause = time.Duration(s.drawn(1_000_000, who+" pause", n)) * time.Microsecond
	if s.drawn(100, who, n) >= s.share {
		return 0, pause
	}
	return 1 + s.drawn(5, who+" fault", n), pause
}

func (s stormySink) Write(ctx context.Context, recs []duijiesync.Record[doc]) (out []duijiesync.Outcome, err error) {
	f, pause := s.fate("write ", recs[0].Key)
	select { // virtual: lanes overlap
	case <-time.After(pause):
	case <-ctx.Done():
		return nil, errLost
	}
	err = s.c.step(func() error {
		out, err = s.to.write(fault(f), s.byKey(recs))
		return err
	})
	return out, err
}

// byKey lets the key stand for the id of a record, as it does after MarkDone.
func (s stormySink) byKey(recs []duijiesync.Record[doc]) []duijiesync.Record[doc] {
	s.to.mu.Lock()
	defer s.to.mu.Unlock()
	recs = slices.Clone(recs)
	for i, r := range recs {
		if rows := s.to.rows[r.Key]; r.Target.ID == r.Key && len(rows) > 0 {
			recs[i].Target.ID = rows[0].ID
		}
	}
	return recs
}

type stormyFinder struct{ stormySink }

func (s stormyFinder) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	f, pause := s.fate("find ", recs[0].Key)
	time.Sleep(pause / 10)
	if f == 1 && !strings.HasSuffix(recs[0].Key, "1") {
		return nil, errNotFound
	}
	return finderTarget{s.to}.Find(ctx, recs)
}
