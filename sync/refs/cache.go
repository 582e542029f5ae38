package refs

import (
	"container/list"
	"time"
)

// answer is what is known of one key.
type answer[V any] struct {
	value V
	found bool
	err   error // the lookup or the creation failed
	// missed says, backend by backend, until when it need not be asked again.
	missed []time.Time
}

// cache keeps answers, the least recently used go first. It has no lock of its
// own: its owner's guards it.
type cache[V any] struct {
	size  int
	order list.List // of *entry[V], the latest first
	byKey map[string]*list.Element
}

type entry[V any] struct {
	key    string
	answer answer[V]
	until  time.Time // of a value or a refusal
}

func newCache[V any](size int) *cache[V] {
	return &cache[V]{size: size, byKey: map[string]*list.Element{}}
}

// get returns what is kept of a key, nil when nothing is.
func (c *cache[V]) get(key string) *entry[V] {
	el := c.byKey[key]
	if el == nil {
		return nil
	}
	c.order.MoveToFront(el)
	e, _ := el.Value.(*entry[V])
	return e
}

func (c *cache[V]) put(key string, a answer[V], until time.Time) {
	e := &entry[V]{key: key, answer: a, until: until}
	if el := c.byKey[key]; el != nil {
		el.Value = e
		c.order.MoveToFront(el)
		return
	}
	c.byKey[key] = c.order.PushFront(e)
	for len(c.byKey) > c.size {
		c.drop(c.order.Back())
	}
}

func (c *cache[V]) drop(el *list.Element) {
	if e, ok := c.order.Remove(el).(*entry[V]); ok {
		delete(c.byKey, e.key)
	}
}

func (c *cache[V]) forget(key string) {
	if el := c.byKey[key]; el != nil {
		c.drop(el)
	}
}
