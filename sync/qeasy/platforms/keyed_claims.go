package platforms

import (
	"fmt"
	"sync"
)

// mostClaims is how many numbers are remembered.
const mostClaims = 1 << 16

// claims remembers which record has which number, so that another one that comes to the
// same number is refused and does not overwrite it. It is kept in memory, bounded: the
// ledger is asked by keys and has no way from a target's record back to the key. Its
// methods may be called on nil, which knows nobody.
type claims struct {
	mu     sync.Mutex
	most   int
	owner  map[string]string // number → key
	number map[string]string // key → number
	order  []string          // numbers by age, a ring once it is full
	next   int
}

func newClaims(most int) *claims {
	return &claims{most: most, owner: map[string]string{}, number: map[string]string{}}
}

// take has a record claim its number; its former one is free.
func (c *claims) take(number, key string) error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if owner, taken := c.owner[number]; taken && owner != key {
		return fmt.Errorf("the record %s has the same number %s: one would overwrite the other", owner, number)
	}
	c.put(number, key)
	return nil
}

// note keeps who was found to have a number.
func (c *claims) note(number, key string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, taken := c.owner[number]; !taken {
		c.put(number, key)
	}
}

// release takes back the claim of what was not written.
func (c *claims) release(number, key string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.owner[number] == key {
		delete(c.owner, number)
		delete(c.number, key)
	}
}

func (c *claims) put(number, key string) {
	if c.owner[number] == key {
		return
	}
	if former, has := c.number[key]; has {
		delete(c.owner, former)
	}
	if len(c.order) < c.most {
		c.order = append(c.order, number)
	} else {
		old := c.order[c.next]
		if key, there := c.owner[old]; there && old != number {
			delete(c.owner, old)
			delete(c.number, key)
		}
		c.order[c.next] = number
		c.next = (c.next + 1) % c.most
	}
	c.owner[number], c.number[key] = key, number
}
