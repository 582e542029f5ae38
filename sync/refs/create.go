package refs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Created is what became of one key that was to be created.
type Created[V any] struct {
	Value V
	// Refused says why it is not there, "" when it is.
	Refused string
	// Waits: it is not there because it waits for something in turn. It is asked
	// for again with the next record that wants it; a refusal is remembered a while.
	Waits bool
}

// Create makes what keys name and returns the outcome of each; a key without
// one stays missing. An error means that the outcome of the keys is not known,
// or that nothing was done: it is tried again. Use [CreateWith]: a bare call of a
// platform can lose its answer and would then be made twice.
type Create[V any] func(ctx context.Context, keys []string) (map[string]Created[V], error)

// ConvertCreate makes a [Create] of another type of value, as [Convert] does
// with a backend. An error of convert is the answer for all keys of the call.
func ConvertCreate[A, B any](create Create[A], convert func(key string, value A) (B, error)) Create[B] {
	return func(ctx context.Context, keys []string) (map[string]Created[B], error) {
		made, err := create(ctx, keys)
		out := make(map[string]Created[B], len(made))
		for key, c := range made {
			b := Created[B]{Refused: c.Refused, Waits: c.Waits}
			if c.Refused == "" {
				var e error
				if b.Value, e = convert(key, c.Value); e != nil {
					err = errors.Join(err, fmt.Errorf("value of %q: %w", key, e))
					continue
				}
			}
			out[key] = b
		}
		return out, err
	}
}

type withoutCreate struct{}

// WithoutCreate returns a context under which resolvers create nothing and
// report what is missing as missing, as they do in a plan by themselves.
func WithoutCreate(ctx context.Context) context.Context {
	return context.WithValue(ctx, withoutCreate{}, true)
}

// nesting marks the context of a creation, so that a reference of what is being
// created to something else of the same kind (a parent) does not wait for itself.
type nesting struct{ of any }

// wanted are keys a creation found missing itself.
type wanted struct {
	mu   sync.Mutex
	keys []string
}

func (w *wanted) add(keys []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keys = append(w.keys, keys...)
}

// fresh returns the keys that were not tried yet, and notes that they are now.
func (w *wanted) fresh(tried map[string]bool) (keys []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, key := range w.keys {
		if !tried[key] {
			tried[key] = true
			keys = append(keys, key)
		}
	}
	w.keys = nil
	return keys
}

// create makes keys, then what they in turn refer to, and then those again that
// had to wait for it.
func (r *Resolver[V]) create(ctx context.Context, keys []string) map[string]answer[V] {
	outer := &wanted{}
	ctx = context.WithValue(context.WithValue(ctx, nesting{r}, outer), innermost{}, r)
	tried := make(map[string]bool, len(keys))
	outer.add(keys)
	outer.fresh(tried)
	made, err := calmly(ctx, r.o.Create, keys)
	deeper := false
	for err == nil {
		next := outer.fresh(tried)
		if len(next) == 0 {
			break
		}
		deeper = true
		_, err = calmly(ctx, r.o.Create, next)
	}
	if deeper && err == nil {
		made, err = calmly(ctx, r.o.Create, keys)
	}
	answers := make(map[string]answer[V], len(keys))
	for _, key := range keys {
		c, known := made[key]
		a := answer[V]{value: c.Value, found: known && c.Refused == ""}
		switch {
		case a.found:
		case err != nil && !known:
			a.err = &LookupError{Reference: r.o.Name, Key: key, Backend: "its creation", Err: err}
		default:
			a.err = &MissingError{Reference: r.o.Name, Key: key, Reason: c.Refused, Refused: r.o.Refuse, waits: c.Waits}
		}
		answers[key] = a
	}
	return answers
}

// created answers from memory whether a key was created, or refused lately. It
// is called under the lock.
func (r *Resolver[V]) created(key string) (answer[V], bool) {
	e := r.cache.get(key)
	if e == nil || !e.answer.found && e.answer.err == nil {
		return answer[V]{}, false
	}
	return e.answer, time.Now().Before(e.until)
}

// keepCreated remembers what was created, and refusals, which must not be asked
// for again with each record that wants them. It is called under the lock.
func (r *Resolver[V]) keepCreated(key string, a answer[V]) {
	switch missing, ok := a.err.(*MissingError); { //nolint:errorlint // made by create, never wrapped
	case a.found:
		r.cache.put(key, a, time.Now().Add(r.o.KeepFor))
	case ok && missing.Reason != "" && !missing.waits:
		if e := r.cache.get(key); e != nil {
			a.missed = e.answer.missed
		}
		r.cache.put(key, a, time.Now().Add(r.o.RefusedFor))
	}
}
