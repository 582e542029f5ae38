package platforms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// fxiaokeSink writes records of one object. Before the first it asks what the field of the
// key is: one that draws its own numbers, or rounds what is written, would never find a record
// again, and each would be created twice.
type fxiaokeSink struct {
	*keyedSink
	client *fxiaoke.Client
	object string
	key    string // field by which records are found

	mu    sync.Mutex // guards asked; not held while the platform is asked
	asked time.Time
}

// fxiaokeTexts are the types of fields whose values come back as they were written.
var fxiaokeTexts = []string{"text", "long_text", "phone_number", "email", "url"}

// describedAge is how long the description of an object holds.
const describedAge = 15 * time.Minute

// ready tells why no record can be written at all, which is no record's fault. What the
// platform does not tell of the object is no reason.
func (s *fxiaokeSink) ready(ctx context.Context) error {
	s.mu.Lock()
	fresh := time.Since(s.asked) < describedAge
	s.mu.Unlock()
	if fresh || s.key == fxID {
		return nil
	}
	what, err := s.client.Describe(ctx, s.object)
	switch {
	case errors.Is(err, duijie.ErrPermission), errors.Is(err, duijie.ErrInvalid), errors.Is(err, duijie.ErrRefused), errors.Is(err, duijie.ErrNotFound):
	case err != nil:
		return duijiesync.Stop(fmt.Errorf("duijie/sync/qeasy/platforms: the fields of %s: %w", s.object, err))
	default:
		field, known := what.Fields[s.key]
		if len(what.Fields) > 0 && !known {
			return duijiesync.Stop(fmt.Errorf("duijie/sync/qeasy/platforms: %s has no field %s, by which records are found: %w", s.object, s.key, duijie.ErrInvalid))
		}
		if known && field.Type != "" && !slices.Contains(fxiaokeTexts, field.Type) {
			return duijiesync.Stop(fmt.Errorf("duijie/sync/qeasy/platforms: field %s of %s is of type %s: keys would not come back as they were written, take a text field: %w",
				s.key, s.object, field.Type, duijie.ErrInvalid))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = time.Now()
	return nil
}

// Write writes records.
func (s *fxiaokeSink) Write(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Outcome, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	return s.keyedSink.Write(ctx, records)
}

// Find looks records up.
func (s *fxiaokeSink) Find(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Found, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	return s.keyedSink.Find(ctx, records)
}

// What a fxiaokeSink is to a pipeline.
var (
	_ duijiesync.Sink[qeasy.Write]   = (*fxiaokeSink)(nil)
	_ duijiesync.Finder[qeasy.Write] = (*fxiaokeSink)(nil)
	_ duijiesync.Limited             = (*fxiaokeSink)(nil)
)
