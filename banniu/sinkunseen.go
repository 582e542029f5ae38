package banniu

import (
	"fmt"
	"strings"
	"sync"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// unseen are the keys of creates the platform called a success and whose tasks no list
// shows yet. Code 0 is the one thing of an answer that is sure, so such a task is there or comes:
// its key is looked for longer, and never sent again. A key leaves when its task is
// seen, or when its record is held; after a crash it counts as one whose answer was lost.
type unseen struct {
	mu   sync.Mutex
	keys map[string]bool // true: looked for to the end
}

func (u *unseen) has(key string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, there := u.keys[key]
	return there
}

// note keeps a key whose task was not found; last: it is not to be looked for once more.
func (u *unseen) note(key string, o duijiesync.Outcome, last bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case o.Kind != duijiesync.OutcomeUnknown:
		delete(u.keys, key)
	case u.keys == nil:
		u.keys = map[string]bool{strings.Clone(key): last}
	default:
		u.keys[strings.Clone(key)] = last
	}
}

func (u *unseen) forget(key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.keys, key)
}

// given is the error that holds a record whose task was looked for to the end. A person
// decides then, so the next write of the key sends it.
func (u *unseen) given(key string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.keys[key] {
		return nil
	}
	delete(u.keys, key)
	return fmt.Errorf("banniu: task.create: the platform called the create a success and named no task, and no list shows one with key %q: look at the sheet, then tell what is true: %w",
		key, duijie.ErrOutcomeUnknown)
}
