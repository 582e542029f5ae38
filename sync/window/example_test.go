package window_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/window"
)

// order is a row of the examples' platform.
type order struct {
	No       string
	Modified time.Time
}

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, duijie.China)
	if err != nil {
		panic(err)
	}
	return t
}

// shopAPI is a platform that lists orders by modification time, at most an
// hour in one query, with both ends inclusive at whole seconds.
type shopAPI struct{ orders []order }

func (a *shopAPI) List(_ context.Context, from, to time.Time, page, size int) (rows []order, total int64, err error) {
	if to.Sub(from) > time.Hour {
		return nil, 0, fmt.Errorf("您的查询时间过宽: %w", duijie.ErrInvalid)
	}
	var found []order
	for _, o := range a.orders {
		if !o.Modified.Before(from) && !o.Modified.After(to) {
			found = append(found, o)
		}
	}
	begin := min(page*size, len(found))
	return found[begin:min(begin+size, len(found))], int64(len(found)), nil
}

// changed is what a platform package writes: the fetch function, the builder for
// the inside of a slice, and what the platform's times mean.
func (a *shopAPI) changed(now time.Time) *window.Source[order] {
	return &window.Source[order]{
		Name:    "orders",
		Start:   at("2026-03-01 08:00"),
		MaxSpan: time.Hour,
		Ends:    window.EndsClosed,
		Slice: func(span window.Span) duijiesync.Source[order] {
			return paging.List[order]{
				Name: "orders", Size: 100,
				Fetch: func(ctx context.Context, p paging.At) (paging.Page[order], error) {
					rows, total, err := a.List(ctx, span.From, span.To, p.Page, p.Size)
					page := paging.Page[order]{Total: total}
					for _, o := range rows {
						page.Records = append(page.Records, duijiesync.Record[order]{
							Key: o.No, Value: o, Version: o.Modified.UnixMilli(),
						})
					}
					return page, err
				},
			}.Backward()
		},
		Clock: func(context.Context) (time.Time, error) { return now, nil }, // left out, it is our own
	}
}

// console is a target that prints what it is sent.
type console struct{}

func (console) Write(_ context.Context, records []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	outcomes := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		outcomes[i].Kind = duijiesync.OutcomeCreated
		if r.Target.ID != "" {
			outcomes[i].Kind = duijiesync.OutcomeUpdated
		}
		fmt.Println(outcomes[i].Kind, r.Key)
	}
	return outcomes, nil
}

func run(src duijiesync.Source[order], partition string, state duijiesync.State) {
	p := &duijiesync.Pipeline[order, order]{
		Name: "orders", Partition: partition, Source: src, Transform: duijiesync.Same[order], Sink: console{}, State: state,
	}
	report, err := p.Run(context.Background())
	fmt.Println("read:", report.Read, "unchanged:", report.Unchanged, "error:", err)
}

// Two runs. B2 was modified before the first one, but the platform showed it
// only after: the overlap of the second one finds it.
func ExampleSource() {
	api := &shopAPI{orders: []order{{"B1", at("2026-03-01 08:30")}}}
	state := duijiesync.NewMemoryState()

	run(api.changed(at("2026-03-01 10:00")), "", state)

	api.orders = append(api.orders, order{"B2", at("2026-03-01 09:57")}, order{"B3", at("2026-03-01 10:10")})
	run(api.changed(at("2026-03-01 10:15")), "", state)
	run(api.changed(at("2026-03-01 10:16")), "", state)

	fmt.Println(strings.ReplaceAll(api.changed(time.Time{}).Paging(), "; ", "\n"))
	// Output:
	// created B1
	// read: 1 unchanged: 0 error: <nil>
	// created B2
	// created B3
	// read: 2 unchanged: 0 error: <nil>
	// read: 1 unchanged: 1 error: <nil>
	// orders: windows of modification time from the checkpoint − 5m0s (overlap) to now − 1m0s (settle delay), so rows shown up to 6m0s late are not lost
	// slices of at most 1h0m0s, halved where they hold too many rows, closed at 1s
	// inside a slice: orders: pages from last to first over a closed window: rows that leave move others only to pages not read yet
	// total asked before and after
}

// The orders of February are wanted too. The backfill has the pipeline's name, so
// that it shares the ledger, and a partition, so that lease and checkpoint are its own;
// it may run while live runs go on.
func ExampleSource_Backfill() {
	api := &shopAPI{orders: []order{{"A7", at("2026-02-14 12:00")}, {"B1", at("2026-03-01 08:30")}}}
	state := duijiesync.NewMemoryState()
	live := api.changed(at("2026-03-01 10:00"))

	run(live, "", state)
	february := live.Backfill(at("2026-02-01 00:00"), at("2026-03-01 09:00"))
	run(february, "backfill 2026-02", state)
	run(february, "backfill 2026-02", state) // it is finished
	// Output:
	// created B1
	// read: 1 unchanged: 0 error: <nil>
	// created A7
	// read: 2 unchanged: 1 error: <nil>
	// read: 0 unchanged: 0 error: <nil>
}

// An order is shown an hour late, when no window reaches back to it any more.
// Gap insurance, which reads an hour of the last week again in each run, finds it,
// tells of it and widens the overlap.
func ExampleGap() {
	api := &shopAPI{orders: []order{{"B1", at("2026-03-01 08:30")}}}
	state := duijiesync.NewMemoryState()
	insured := func(now time.Time) *window.Source[order] {
		src := api.changed(now)
		src.Gap = window.Gap{Depth: 7 * 24 * time.Hour}
		src.Modified = func(r duijiesync.Record[order]) time.Time { return r.Value.Modified }
		return src
	}
	watch := duijiesync.ObserverFunc(func(_ context.Context, e duijiesync.Event) {
		if late, ok := e.(window.LateFound); ok {
			fmt.Println("found:", late.Count, "overlap:", late.OldOverlap, "->", late.NewOverlap)
		}
	})
	for i, now := range []string{"2026-03-01 10:00", "2026-03-01 11:05", "2026-03-01 11:10", "2026-03-01 11:15"} {
		if i == 1 {
			api.orders = append(api.orders, order{"B2", at("2026-03-01 09:50")})
		}
		p := &duijiesync.Pipeline[order, order]{
			Name: "orders", Source: insured(at(now)), Transform: duijiesync.Same[order], Sink: console{}, State: state, Observer: watch,
		}
		if _, err := p.Run(context.Background()); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// created B1
	// created B2
	// found: 1 overlap: 5m0s -> 10m0s
}
