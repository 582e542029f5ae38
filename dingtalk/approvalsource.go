package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/window"
)

// ApprovalSourceConfig says how OA approvals are read for a pipeline. In every field
// zero means the default.
type ApprovalSourceConfig struct {
	// Key is the business key of an approval. Default: its id.
	Key func(Approval) string
	// Start is where the first window begins; zero, and anything older, is the oldest day
	// the platform lists: 364 days ago. Not used with a query that has a From.
	Start time.Time
	// Lookback is how far each window reaches back behind the one before. The platform
	// lists approvals by their start alone, so one that takes longer is not seen to end. It costs a
	// call for each approval that started in it. Default 24 h; negative: none.
	Lookback time.Duration
	// SettleDelay is how far windows stay behind now. Default 1 min; negative: none.
	SettleDelay time.Duration
	// Parallel is how many approvals are read at the same time. Default 5.
	Parallel int
}

const (
	approvalLookback = 24 * time.Hour
	approvalOldest   = 364 * 24 * time.Hour
	approvalSlice    = 30 * 24 * time.Hour
	approvalIDsMost  = 10_000 // ids the platform lists of one span
	approvalPage     = 20
	approvalPasses   = 5
)

// NewApprovalSource makes a source of the OA approvals that match q: their ids are
// listed in windows of their start that have ended, until two listings agree, and each is read by its
// id. With q.From each run reads the span from it to q.To, zero for now. Raw of an approval has
// its id too, as processInstanceId.
//
// Calls count against the monthly quota: n approvals cost n calls, and n/10 for the
// lists. One that is deleted between the two is left out. One whose values can not be read is an
// error of its record.
func NewApprovalSource(c *Client, q ApprovalQuery, cfg ApprovalSourceConfig) (duijiesync.Source[Approval], error) {
	switch {
	case q.ProcessCode == "" || len(q.UserIDs) > 10:
		return nil, invalid(approvalIDsPath, "ProcessCode is required, and UserIDs are 10 at most")
	case q.From.IsZero() && !q.To.IsZero() || !q.To.IsZero() && q.To.Before(q.From):
		return nil, invalid(approvalIDsPath, "To needs a From before it")
	case cfg.Parallel < 0:
		return nil, invalid(approvalIDsPath, "Parallel is below 0")
	}
	if cfg.Parallel == 0 {
		cfg.Parallel = 5
	}
	span := func(from, to time.Time) approvals {
		q := q
		q.From, q.To = from, to
		return approvals{client: c, query: q, cfg: cfg}
	}
	if !q.From.IsZero() {
		return span(q.From, q.To), nil
	}
	lookback := cfg.Lookback
	if lookback == 0 {
		lookback = approvalLookback
	}
	start := cfg.Start
	if oldest := c.Now().Add(-approvalOldest); start.Before(oldest) {
		start = oldest
	}
	return &window.Source[Approval]{
		Name: q.ProcessCode, Start: start, Overlap: lookback, SettleDelay: cfg.SettleDelay, Granularity: time.Millisecond, MaxSpan: approvalSlice,
		Clock: func(context.Context) (time.Time, error) { return c.Now(), nil },
		Slice: func(s window.Span) duijiesync.Source[Approval] { return span(s.From, s.To) },
	}, nil
}

// approvals reads the approvals of one span, in the order of their ids, so that a
// reading that was cut short goes on behind the last one.
type approvals struct {
	client *Client
	query  ApprovalQuery
	cfg    ApprovalSourceConfig
}

// Read implements duijiesync.Source.
func (a approvals) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[Approval], error] {
	return func(yield func(duijiesync.Batch[Approval], error) bool) {
		to := a.query.To
		if to.IsZero() {
			to = a.client.Now()
		}
		var ids []string
		done, err := a.behind(after)
		if err == nil {
			ids, err = a.ids(ctx, a.query.From, to)
		}
		if err != nil {
			yield(duijiesync.Batch[Approval]{}, err)
			return
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		at, met := slices.BinarySearch(ids, done)
		if met {
			at++
		}
		for page := range slices.Chunk(ids[at:], approvalPage) {
			records, err := a.records(ctx, page)
			if err != nil {
				yield(duijiesync.Batch[Approval]{}, err)
				return
			}
			if !yield(duijiesync.Batch[Approval]{Records: records, Checkpoint: duijiesync.Checkpoint(approvalBehind + page[len(page)-1])}, nil) {
				return
			}
		}
		yield(duijiesync.Batch[Approval]{Checkpoint: approvalEnd}, nil)
	}
}

// Checkpoints: behind an approval, and behind the last one, where the next reading
// begins anew.
const (
	approvalBehind = "approval behind "
	approvalEnd    = "approvals end"
)

// behind is the id of the last approval that was read.
func (a approvals) behind(after duijiesync.Checkpoint) (string, error) {
	if after == "" || after == approvalEnd {
		return "", nil
	}
	id, ok := strings.CutPrefix(string(after), approvalBehind)
	if !ok {
		return "", invalid(approvalIDsPath, "the checkpoint is damaged or of another source")
	}
	return id, nil
}

// ids lists a span, and halves one that holds more than the platform lists.
func (a approvals) ids(ctx context.Context, from, to time.Time) ([]string, error) {
	if to.Sub(from) <= approvalSpan {
		ids, err := a.steady(ctx, from, to)
		if err != nil || len(ids) < approvalIDsMost {
			return ids, err
		}
	}
	middle := from.Add(to.Sub(from) / 2).Truncate(time.Millisecond)
	if !middle.After(from) {
		return nil, fmt.Errorf("dingtalk: %s: %d approvals started within %s: %w", approvalIDsPath, approvalIDsMost, to.Sub(from), duijie.ErrNoProgress)
	}
	first, err := a.ids(ctx, from, middle)
	if err != nil {
		return nil, err
	}
	second, err := a.ids(ctx, middle, to)
	return append(first, second...), err // one at the middle comes twice
}

// steady lists a span again until two listings agree: one that is deleted meanwhile, or
// leaves the states that are asked for, shifts others past the reading.
func (a approvals) steady(ctx context.Context, from, to time.Time) ([]string, error) {
	var before []string
	for pass := range approvalPasses {
		q := a.query
		q.From, q.To = from, to
		var ids []string
		for id, err := range a.client.Approvals().IDs(ctx, q) {
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		slices.Sort(ids)
		if pass > 0 && slices.Equal(before, ids) || len(ids) >= approvalIDsMost {
			return ids, nil
		}
		before = ids
	}
	return nil, fmt.Errorf("dingtalk: %s: %d listings and no two that agree: %w", approvalIDsPath, approvalPasses, duijie.ErrNoProgress)
}

// records reads approvals by their ids, in their order.
func (a approvals) records(ctx context.Context, ids []string) ([]duijiesync.Record[Approval], error) {
	found, failed := make([]*duijiesync.Record[Approval], len(ids)), make([]error, len(ids))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	slots := make(chan struct{}, a.cfg.Parallel)
	var wg sync.WaitGroup
	for i, id := range ids {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if failed[i] = ctx.Err(); failed[i] != nil {
				return
			}
			if found[i], failed[i] = a.record(ctx, id); failed[i] != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	var out []duijiesync.Record[Approval]
	var why error
	for i, rec := range found {
		if err := failed[i]; err != nil && (why == nil || errors.Is(why, context.Canceled)) {
			why = err // what failed first, not what was cancelled for it
		}
		if rec != nil {
			out = append(out, *rec)
		}
	}
	return out, why
}

// record is nil for an approval that is gone.
func (a approvals) record(ctx context.Context, id string) (*duijiesync.Record[Approval], error) {
	one, err := a.client.Approvals().Get(ctx, id)
	if errors.Is(err, duijie.ErrNotFound) {
		return nil, nil
	}
	one.Raw = one.withID()
	rec := &duijiesync.Record[Approval]{Key: id, Value: one, Raw: one.Raw}
	switch {
	case err != nil && one.ID == "":
		return nil, err
	case err != nil:
		rec.Err = err
	case a.cfg.Key != nil:
		rec.Key = a.cfg.Key(one)
	}
	return rec, nil
}

// withID is the instance as it came with its id, which the platform does not repeat.
func (a Approval) withID() json.RawMessage {
	id, err := json.Marshal(a.ID)
	if err != nil || len(a.Raw) < 2 || a.Raw[0] != '{' || member(a.Raw, approvalID) != nil {
		return a.Raw
	}
	out := append([]byte(`{"`+approvalID+`":`), id...)
	if string(a.Raw) != "{}" {
		out = append(out, ',')
	}
	return append(out, a.Raw[1:]...)
}

// approvalID is the member that names an approval in the raw item of its record.
const approvalID = "processInstanceId"

// Paging says how the source stays right. It implements duijiesync.Pager.
func (a approvals) Paging() string {
	return fmt.Sprintf("ids listed until two listings agree, each approval by its id, %d at a time", a.cfg.Parallel)
}

// DecodeRaw reads the raw item of a dead letter back. It implements
// duijiesync.RawDecoder.
func (a approvals) DecodeRaw(raw json.RawMessage) (Approval, error) {
	return readApproval(scalar(member(raw, approvalID)), raw)
}

var (
	_ duijiesync.Source[Approval]     = approvals{}
	_ duijiesync.Pager                = approvals{}
	_ duijiesync.RawDecoder[Approval] = approvals{}
)
