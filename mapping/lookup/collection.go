package lookup

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
)

// Collection holds records in memory. It is safe for concurrent use, also while
// records are put in. Fields that are asked for equality are indexed on first use, so
// a question costs the matching records and not all of them.
type Collection struct {
	mu      sync.RWMutex
	records map[string]json.RawMessage
	order   map[string]int // of a key: when it was first put in
	next    int
	indexes map[string]map[string]map[string]bool // path → text → keys
}

// NewCollection makes a collection of JSON objects, which have no keys to be replaced
// or deleted by. Error: one is no JSON object.
func NewCollection(records ...json.RawMessage) (*Collection, error) {
	c := &Collection{}
	for i, r := range records {
		if err := c.Put(fmt.Sprintf("#%d", i), r); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Put adds the record of a key, or replaces it. The record is copied. Error: it is no
// JSON object; then the collection stays as it is.
func (c *Collection) Put(key string, record json.RawMessage) error {
	for _, err := range wire.Members(record) {
		if err != nil {
			return fmt.Errorf("duijie/mapping/lookup: record %q: %w", key, err)
		}
		break
	}
	record = slices.Clone(record)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.records == nil {
		c.records, c.order, c.indexes = map[string]json.RawMessage{}, map[string]int{}, map[string]map[string]map[string]bool{}
	}
	c.remove(key)
	if _, known := c.order[key]; !known {
		c.order[key] = c.next
		c.next++
	}
	c.records[key] = record
	for path, index := range c.indexes {
		enter(index, path, key, record)
	}
	return nil
}

// Delete takes the record of a key out; it is no error if there is none.
func (c *Collection) Delete(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(key)
	delete(c.order, key)
}

// Len is the number of records.
func (c *Collection) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.records)
}

func (c *Collection) remove(key string) {
	old, ok := c.records[key]
	if !ok {
		return
	}
	delete(c.records, key)
	for path, index := range c.indexes {
		if v, found := at(old, path); found {
			if s, scalar := text(v); scalar {
				delete(index[s], key)
			}
		}
	}
}

func enter(index map[string]map[string]bool, path, key string, record json.RawMessage) {
	v, found := at(record, path)
	s, scalar := text(v)
	if !found || !scalar {
		return
	}
	if index[s] == nil {
		index[s] = map[string]bool{}
	}
	index[s][key] = true
}

// Find answers queries from the records, in the order they were put in. An error
// matches [ErrFilter].
func (c *Collection) Find(ctx context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
	out := make([]mapping.Answer, len(queries))
	for i, q := range queries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		values, err := c.find(q)
		if err != nil {
			return nil, err
		}
		out[i].Values = values
	}
	return out, nil
}

func (c *Collection) find(q mapping.Query) ([]json.RawMessage, error) {
	path, want, indexed := equality(q.Where)
	if indexed {
		c.index(path)
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	var keys []string
	if indexed {
		for key := range c.indexes[path][want] {
			keys = append(keys, key)
		}
	} else {
		for key := range c.records {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return c.order[a] - c.order[b] })
	var values []json.RawMessage
	for _, key := range keys {
		record := c.records[key]
		get := func(path string) (json.RawMessage, bool) { return at(record, path) }
		ok, err := Match(q.Where, get)
		if err != nil {
			return nil, err
		}
		if v, found := at(record, q.Want); ok && found {
			values = distinct(values, v)
		}
	}
	return values, nil
}

// index makes the index of a path where there is none.
func (c *Collection) index(path string) {
	c.mu.RLock()
	_, ok := c.indexes[path]
	c.mu.RUnlock()
	if ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.indexes[path]; ok || c.records == nil {
		return
	}
	index := map[string]map[string]bool{}
	for key, record := range c.records {
		enter(index, path, key, record)
	}
	c.indexes[path] = index
}

// equality finds a comparison for equality every match must pass.
func equality(f mapping.Filter) (path, want string, ok bool) {
	if f.Path != "" && (f.Op == "" || f.Op == mapping.OpEqual) && len(f.Values) == 1 && len(f.And) == 0 && len(f.Or) == 0 {
		return f.Path, f.Values[0], true
	}
	for _, part := range f.And {
		if path, want, ok := equality(part); ok {
			return path, want, true
		}
	}
	return "", "", false
}

// distinct adds a value that is not there yet; null is none.
func distinct(values []json.RawMessage, v json.RawMessage) []json.RawMessage {
	if wire.First(v) == 'n' {
		return values
	}
	for _, has := range values {
		if string(has) == string(v) {
			return values
		}
	}
	return append(values, v)
}
