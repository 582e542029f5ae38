package okki

import (
	"context"
	"sync"
	"time"
)

// MessageState is what is known about a message that arrives.
type MessageState uint8

// The states of messages.
const (
	MessageNew     MessageState = iota // not seen: handle it, and call End
	MessageRunning                     // being handled by somebody
	MessageDone                        // handled
)

// MessageStore remembers which messages were handled, so that a redelivery is not
// handled again. Implementations are safe for concurrent use; one for several
// processes should let a message that is running for long go to somebody else.
type MessageStore interface {
	// Begin asks about a message, and takes it where it is new.
	Begin(ctx context.Context, id string) (MessageState, error)
	// End gives a message back that Begin gave as new: handled, or to be handled
	// again when it comes again. Its error is logged; [WebhookConfig] says what is
	// answered.
	End(ctx context.Context, id string, done bool) error
}

// memoryMessages is a MessageStore in this process.
type memoryMessages struct {
	keep time.Duration
	most int

	mu    sync.Mutex
	state map[string]MessageState
	order []seenMessage // done ones, oldest first
}

type seenMessage struct {
	id string
	at time.Time
}

// NewMemoryMessages remembers messages in this process, for so long and at most so
// many.
func NewMemoryMessages(keep time.Duration, most int) MessageStore {
	return &memoryMessages{keep: keep, most: max(most, 1), state: map[string]MessageState{}}
}

func (m *memoryMessages) Begin(_ context.Context, id string) (MessageState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(time.Now())
	if s, ok := m.state[id]; ok {
		return s, nil
	}
	m.state[id] = MessageRunning
	return MessageNew, nil
}

func (m *memoryMessages) End(_ context.Context, id string, done bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !done {
		delete(m.state, id)
		return nil
	}
	m.state[id] = MessageDone
	m.order = append(m.order, seenMessage{id, time.Now()})
	m.forget(time.Now())
	return nil
}

func (m *memoryMessages) forget(now time.Time) {
	n := 0
	for n < len(m.order) && (len(m.order)-n > m.most || now.Sub(m.order[n].at) > m.keep) {
		delete(m.state, m.order[n].id)
		n++
	}
	m.order = m.order[n:]
}
