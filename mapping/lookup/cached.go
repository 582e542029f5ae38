package lookup

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie/mapping"
)

// CacheConfig says how much is remembered and for how long. Zero means the default.
type CacheConfig struct {
	// Size is the number of answers; default 10,000. The ones not asked for longest
	// are forgotten first.
	Size int
	// TTL is how long an answer counts; default 10 min.
	TTL time.Duration
	// MissTTL is how long "nothing found" counts, which the next record may have
	// changed; default 30 s. Negative: not at all.
	MissTTL time.Duration
}

// Cached remembers the answers of a lookup. A question that several goroutines ask at
// the same time is asked once; errors are not remembered.
func Cached(l mapping.Lookup, cfg CacheConfig) mapping.Lookup {
	if cfg.Size <= 0 {
		cfg.Size = 10_000
	}
	if cfg.TTL <= 0 {
		cfg.TTL = 10 * time.Minute
	}
	if cfg.MissTTL == 0 {
		cfg.MissTTL = 30 * time.Second
	}
	return &cache{of: l, cfg: cfg, known: map[string]*list.Element{}, recent: list.New(), asked: map[string]*flight{}}
}

type cache struct {
	of     mapping.Lookup
	cfg    CacheConfig
	mu     sync.Mutex
	known  map[string]*list.Element
	recent *list.List // of *remembered, the latest used in front
	asked  map[string]*flight
}

type remembered struct {
	id     string
	answer mapping.Answer
	until  time.Time
}

// flight is a question on its way; done is closed when it is answered.
type flight struct {
	done   chan struct{}
	answer mapping.Answer
	err    error
}

var errAbandoned = errors.New("duijie/mapping/lookup: the lookup ended without an answer")

// Find answers from memory, waits for what others ask already, and asks the rest in
// one call.
func (c *cache) Find(ctx context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
	out := make([]mapping.Answer, len(queries))
	ids := make([]string, len(queries))
	open := make([]int, len(queries))
	for i, q := range queries {
		ids[i], open[i] = identity(q), i
	}
	for len(open) > 0 {
		mine, others := c.claim(ids, open, out)
		if len(mine) > 0 {
			if err := c.ask(ctx, queries, ids, mine); err != nil {
				return nil, err
			}
		}
		for _, f := range others {
			select {
			case <-f.done:
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
			// Who asked may have been cut off: that says nothing about this caller.
			if f.err != nil && !errors.Is(f.err, context.Canceled) && !errors.Is(f.err, context.DeadlineExceeded) && !errors.Is(f.err, errAbandoned) {
				return nil, f.err
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		open = c.left(ids, open, mine, others, out)
	}
	return out, nil
}

// claim takes from memory what is known, books the questions nobody asks as this
// caller's, and returns the flights of the others.
func (c *cache) claim(ids []string, open []int, out []mapping.Answer) (mine map[string]*flight, others map[string]*flight) {
	mine, others = map[string]*flight{}, map[string]*flight{}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range open {
		id := ids[i]
		if e, ok := c.known[id]; ok {
			if r := e.Value.(*remembered); now.Before(r.until) {
				c.recent.MoveToFront(e)
				out[i] = r.answer
				continue
			}
			c.recent.Remove(e)
			delete(c.known, id)
		}
		if mine[id] != nil {
			continue
		}
		if f, ok := c.asked[id]; ok {
			others[id] = f
			continue
		}
		f := &flight{done: make(chan struct{}), err: errAbandoned}
		c.asked[id], mine[id] = f, f
	}
	return mine, others
}

// ask makes one call for the questions booked in mine.
func (c *cache) ask(ctx context.Context, queries []mapping.Query, ids []string, mine map[string]*flight) (err error) {
	var batch []mapping.Query
	var flights []*flight
	var names []string
	seen := map[string]bool{}
	for i, id := range ids {
		if f := mine[id]; f != nil && !seen[id] {
			seen[id] = true
			batch, flights, names = append(batch, queries[i]), append(flights, f), append(names, id)
		}
	}
	var answers []mapping.Answer
	defer func() { // also when the lookup panics
		c.mu.Lock()
		defer c.mu.Unlock()
		for i, f := range flights {
			if err == nil && answers != nil {
				f.answer, f.err = answers[i], nil
				c.remember(names[i], answers[i])
			} else if err != nil {
				f.err = err
			}
			delete(c.asked, names[i])
			close(f.done)
		}
	}()
	answers, err = c.of.Find(ctx, batch)
	if err == nil && len(answers) != len(batch) {
		err = fmt.Errorf("duijie/mapping/lookup: %d answers to %d questions", len(answers), len(batch))
	}
	return err
}

func (c *cache) remember(id string, a mapping.Answer) {
	ttl := c.cfg.TTL
	if len(a.Values) == 0 {
		ttl = c.cfg.MissTTL
	}
	if ttl <= 0 {
		return
	}
	c.known[id] = c.recent.PushFront(&remembered{id, a, time.Now().Add(ttl)})
	for c.recent.Len() > c.cfg.Size {
		last := c.recent.Back()
		c.recent.Remove(last)
		delete(c.known, last.Value.(*remembered).id)
	}
}

// left gives out what was answered and returns what is still open: questions whose
// asker was cut off.
func (c *cache) left(ids []string, open []int, mine, others map[string]*flight, out []mapping.Answer) (still []int) {
	for _, i := range open {
		f := mine[ids[i]]
		if f == nil {
			f = others[ids[i]]
		}
		switch {
		case f == nil: // from memory
		case f.err == nil:
			out[i] = f.answer
		default:
			still = append(still, i)
		}
	}
	return still
}

// identity tells questions apart; every part is preceded by its length.
func identity(q mapping.Query) string {
	var b strings.Builder
	part(&b, q.Want)
	filter(&b, q.Where)
	return b.String()
}

func part(b *strings.Builder, s string) {
	b.WriteString(strconv.Itoa(len(s)))
	b.WriteByte(':')
	b.WriteString(s)
}

func filter(b *strings.Builder, f mapping.Filter) {
	part(b, f.Path)
	part(b, string(f.Op))
	for _, group := range [][]mapping.Filter{f.And, f.Or} {
		b.WriteByte('(')
		for _, inner := range group {
			filter(b, inner)
		}
		b.WriteByte(')')
	}
	for _, v := range f.Values {
		part(b, v)
	}
	b.WriteByte(';')
}
