package sync_test

import (
	"fmt"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// cursor is a resume point of any of the sources. From and To are a window's
// ends, To 0 when the next window is not chosen yet.
type cursor struct {
	Page     int
	Last     string // key
	LastTime time.Duration
	From, To time.Duration
	End      bool
}

// String is the cursor without a number that only makes it unique.
func (c cursor) String() string {
	return fmt.Sprintf("%d|%s|%d|%d|%d|%t", c.Page, c.Last, c.LastTime, c.From, c.To, c.End)
}

// checkpoint is unique within one Read, so that the world knows how far it is.
func (c cursor) checkpoint(n int) duijiesync.Checkpoint {
	return duijiesync.Checkpoint(fmt.Sprintf("%d %q %d %d %d %t %d", c.Page, c.Last, c.LastTime, c.From, c.To, c.End, n))
}

// parse reads a checkpoint; what stands at the end begins anew, in windows with
// the next one.
func (r reader) parse(at duijiesync.Checkpoint) cursor {
	var c cursor
	n := 0
	if at != "" {
		if _, err := fmt.Sscanf(string(at), "%d %q %d %d %d %t %d", &c.Page, &c.Last, &c.LastTime, &c.From, &c.To, &c.End, &n); err != nil {
			r.w.violate("checkpoint %q: %v", at, err)
		}
	}
	switch {
	case r.w.knobs.source < sourceWindow && c.End:
		return cursor{}
	case c.End || at == "":
		c = cursor{From: c.To - r.w.knobs.overlap}
		if at == "" {
			c.From = -time.Hour
		}
		// The engine's clock and the source's differ.
		c.To = time.Since(r.w.begin) + r.skewNow() - r.w.knobs.settle
		c.Page = -1
	}
	return c
}

// page reads the page at a cursor and tells the next one.
func (r reader) page(at cursor) ([]past, cursor) {
	size := r.w.knobs.page
	all := func(past) bool { return true }
	inside := func(p past) bool { return p.modified > at.From && p.modified <= at.To }
	switch r.w.knobs.source {
	case sourceList:
		return r.numbered(r.w.origin.list(r.scope.Partition, all, nil), at, max(at.Page, 0))
	case sourceKeyset:
		rows := r.w.origin.list(r.scope.Partition, func(p past) bool { return p.No > at.Last }, byKey)
		rows = rows[:min(size, len(rows))]
		next := cursor{End: len(rows) < size}
		if len(rows) > 0 {
			next.Last = rows[len(rows)-1].No
		}
		return rows, next
	case sourceWindow:
		last := past{parcel: parcel{No: at.Last}, modified: at.LastTime}
		rows := r.w.origin.list(r.scope.Partition, func(p past) bool { return inside(p) && (at.Page < 0 || byTime(p, last) > 0) }, byTime)
		rows = rows[:min(size, len(rows))]
		next := cursor{From: at.From, To: at.To, End: len(rows) < size}
		if len(rows) > 0 {
			next.Last, next.LastTime = rows[len(rows)-1].No, rows[len(rows)-1].modified
		}
		return rows, next
	case sourceForward:
		return r.numbered(r.w.origin.list(r.scope.Partition, inside, byTime), at, max(at.Page, 0))
	default: // what leaves the window moves rows to pages that are still to be read
		rows := r.w.origin.list(r.scope.Partition, inside, byTime)
		page := at.Page
		if page < 0 {
			page = max(0, (len(rows)-1)/size)
		}
		got, next := r.numbered(rows, at, page)
		next.Page, next.End = page-1, page == 0
		return got, next
	}
}

func (r reader) numbered(rows []past, at cursor, page int) ([]past, cursor) {
	size := r.w.knobs.page
	first := min(page*size, len(rows))
	rest := rows[first:]
	return rest[:min(size, len(rest))], cursor{Page: page + 1, From: at.From, To: at.To, End: len(rest) <= size}
}
