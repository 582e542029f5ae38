package qeasy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/window"
)

// ErrCheckpoint says that the stored resume point is of another source, or damaged.
// Nothing was read. It comes from sources whose window can not be cut; others have
// window.ErrCheckpoint.
var ErrCheckpoint = errors.New("duijie/sync/qeasy: checkpoint of another source, or damaged")

// ReadConfig says what a platform's windows are like. Zero means the default of
// window.Source.
type ReadConfig struct {
	MaxSpan     time.Duration // longest span the platform takes; 0: no limit
	Granularity time.Duration // what its times resolve; default 1 s
	SettleDelay time.Duration // how far windows stay behind now; default 1 min
	Ends        window.Ends   // what it takes the two times for
}

// Reading makes a source that keeps to the scheme's window, for connectors whose list is
// asked for by the request itself. list makes the source of one request; closed tells that
// both times are given, so that rows can leave the list and none can come in.
//
//   - A request from LAST_SYNC_TIME on, whose bounds follow it evenly, is read in windows
//     that overlap by the scheme's lookback, five minutes at least, and in slices of MaxSpan.
//   - One whose bounds do not is read whole; LAST_SYNC_TIME then moves to the start of the
//     pull when its every page is stored.
//   - Any other is read whole each time.
func (s *SourceSpec) Reading(cfg ReadConfig, list func(at At, closed bool) duijiesync.Source[json.RawMessage]) (duijiesync.Source[json.RawMessage], []Note) {
	whole := func(why string) (duijiesync.Source[json.RawMessage], []Note) {
		path := "/request"
		if s.Window != nil && s.Window.Start != nil {
			path = s.Window.Start.Path
		}
		return &pull{s: s, list: list}, []Note{{Path: path, Text: why}}
	}
	if s.Remedy || !s.Incremental() {
		return whole("the request has no beginning that moves with LAST_SYNC_TIME: every run reads all of it, and the ledger drops what is known")
	}
	if _, ok := s.Between(s.Since, s.Since.Add(time.Hour)); !ok {
		return whole("the window can not be cut into slices, as its bounds do not follow LAST_SYNC_TIME and CURRENT_TIME evenly: it is read whole")
	}
	closed := s.Window.End != nil
	w := &window.Source[json.RawMessage]{
		Name: s.API, Start: s.Since, Granularity: cfg.Granularity, SettleDelay: cfg.SettleDelay, Ends: cfg.Ends,
		Clock: func(context.Context) (time.Time, error) { return s.Now(), nil },
		Slice: func(span window.Span) duijiesync.Source[json.RawMessage] {
			at, _ := s.Between(span.From, span.To)
			return list(at, closed)
		},
	}
	overlap := s.Lookback()
	if overlap > 5*time.Minute {
		w.Overlap = overlap
	}
	text := fmt.Sprintf("windows on %s, which overlap by %s", s.Window.Start, max(overlap, 5*time.Minute))
	if closed {
		w.MaxSpan = cfg.MaxSpan
		text += fmt.Sprintf(" and end at %s", s.Window.End)
	}
	return w, []Note{{Path: s.Window.Start.Path, Text: text}}
}

// pull reads a request whole.
type pull struct {
	s    *SourceSpec
	list func(At, bool) duijiesync.Source[json.RawMessage]
}

// pullPoint is its checkpoint.
type pullPoint struct {
	V        int    `json:"v"`
	Kind     string `json:"kind"`
	List     string `json:"list"`
	LastSync int64  `json:"last_sync_time"` // Unix seconds
}

// Paging implements duijiesync.Pager.
func (p *pull) Paging() string {
	if inner, ok := p.list(At{LastSync: p.s.Since, Now: p.s.Since}, false).(duijiesync.Pager); ok {
		return inner.Paging()
	}
	return "the pages of the request in their order"
}

// Read implements duijiesync.Source.
func (p *pull) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
	return func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
		moves := p.s.Incremental() && !p.s.Remedy
		at := At{LastSync: p.s.Since, Now: p.s.Now().Truncate(time.Second), PageSize: p.s.PageSize, Page: 1}
		if after != "" && moves {
			var last pullPoint
			if err := json.Unmarshal([]byte(after), &last); err != nil || last.V != 1 || last.Kind != "pull" || last.List != p.s.API {
				yield(duijiesync.Batch[json.RawMessage]{}, fmt.Errorf("%w: of %s", ErrCheckpoint, p.s.API))
				return
			}
			at.LastSync = time.Unix(last.LastSync, 0)
		}
		for b, err := range p.list(at, p.s.Window != nil && p.s.Window.End != nil).Read(ctx, "") {
			b.Checkpoint = ""
			if !yield(b, err) || err != nil {
				return
			}
		}
		if !moves {
			return
		}
		point, err := json.Marshal(pullPoint{1, "pull", p.s.API, at.Now.Unix()})
		yield(duijiesync.Batch[json.RawMessage]{Checkpoint: duijiesync.Checkpoint(point)}, err)
	}
}
