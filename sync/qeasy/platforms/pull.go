package platforms

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// pullOverlap is how far before the beginning of the last pull LAST_SYNC_TIME is
// set, for rows that the platform shows late.
const pullOverlap = 5 * time.Minute

// pull reads what the request of each moment asks for, as the vendor's platform
// does: LAST_SYNC_TIME is the CURRENT_TIME of the last pull that was read to its end.
// A pull that was cut short goes on with the times it began with.
type pull struct {
	spec    *qeasy.SourceSpec
	overlap time.Duration // see pullOverlap
	// open makes the source of one moment. It must stay right while rows move.
	open func(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error)
	how  string // how a source of one moment does that
}

// pullState is a checkpoint: Last alone between two pulls, all of it inside one.
type pullState struct {
	Last  time.Time             `json:"last"`           // LAST_SYNC_TIME
	Now   time.Time             `json:"now,omitzero"`   // CURRENT_TIME of the pull under way
	Inner duijiesync.Checkpoint `json:"inner,omitzero"` // where it stands
}

func (s pullState) checkpoint() (duijiesync.Checkpoint, error) {
	b, err := wire.Marshal(s)
	return duijiesync.Checkpoint(b), err
}

// begin is the pull a checkpoint leads to.
func (p *pull) begin(after duijiesync.Checkpoint) (pullState, error) {
	now := p.spec.Now().Truncate(time.Second)
	if after == "" {
		return pullState{Last: p.spec.Since, Now: now}, nil
	}
	var s pullState
	if err := wire.Unmarshal([]byte(after), &s); err != nil || s.Last.IsZero() && s.Now.IsZero() {
		return s, fmt.Errorf("duijie/sync/qeasy/platforms: the checkpoint of %s is damaged or of another source: %w", p.spec.API, duijie.ErrInvalid)
	}
	if s.Now.IsZero() {
		if p.spec.Incremental() {
			s.Last = s.Last.Add(-p.overlap)
		}
		s.Now = now
	}
	return s, nil
}

// Read yields the rows of one pull.
func (p *pull) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
	return func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
		fail := func(err error) { yield(duijiesync.Batch[json.RawMessage]{}, err) }
		s, err := p.begin(after)
		if err != nil {
			fail(err)
			return
		}
		at := qeasy.At{LastSync: s.Last, Now: s.Now, PageSize: p.spec.PageSize, Page: 1}
		src, err := p.open(ctx, at)
		if err != nil {
			fail(err)
			return
		}
		for b, err := range src.Read(ctx, s.Inner) {
			if err == nil && b.Checkpoint != "" {
				here := s
				here.Inner = b.Checkpoint
				b.Checkpoint, err = here.checkpoint()
			}
			if err != nil {
				fail(err)
				return
			}
			if !yield(b, nil) {
				return
			}
		}
		end, err := pullState{Last: s.Now}.checkpoint()
		if err != nil {
			fail(err)
			return
		}
		yield(duijiesync.Batch[json.RawMessage]{Checkpoint: end}, nil)
	}
}

// Paging says how it stays right.
func (p *pull) Paging() string {
	text := "each pull asks for all the request matches"
	if p.spec.Incremental() {
		text = fmt.Sprintf("each pull asks for what the request matches since the last complete pull began, less %s", p.overlap)
	}
	return cmp.Or(text+"; "+p.how, text)
}
