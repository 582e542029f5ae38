package window

import (
	"time"

	"github.com/duijie-go/duijie"
)

// Span is the part of time one slice asks the platform for: rows modified from
// From to To, as [Ends] says. Both are in China time.
type Span struct {
	From, To time.Time
}

// Ends says what a platform takes the two times of a query for. A wrong guess
// loses the rows of one instant at every cut, so the zero value assumes nothing.
type Ends uint8

// The ways platforms read their two times.
const (
	// EndsUnknown: nobody says, or rows carry finer times than the query takes.
	// Slices overlap by a granule at either end; what comes twice is dropped by the
	// ledger.
	EndsUnknown Ends = iota
	// EndsHalfOpen: From <= t < To.
	EndsHalfOpen
	// EndsClosed: From <= t <= To, and rows carry times of exactly the source's
	// Granularity. A slice asks up to the granule before the next one begins.
	EndsClosed
)

// String names the ends.
func (e Ends) String() string {
	switch e {
	case EndsUnknown:
		return "unknown"
	case EndsHalfOpen:
		return "half-open"
	case EndsClosed:
		return "closed"
	}
	return "invalid"
}

// grid is time in granules. A part of it from a to b holds a <= t < b, whatever
// the platform's ends are.
type grid struct {
	granule time.Duration
	ends    Ends
	max     time.Duration // longest part, a multiple of granule; 0 = no limit
}

// newGrid makes a grid whose spans are at most maxSpan long; ok is false when
// not even one granule fits.
func newGrid(granule, maxSpan time.Duration, ends Ends) (g grid, ok bool) {
	g = grid{granule: granule, ends: ends}
	if maxSpan <= 0 {
		return g, true
	}
	switch ends {
	case EndsUnknown:
		maxSpan -= granule // span reaches one granule back
	case EndsClosed:
		maxSpan += granule // span leaves the last granule out
	}
	g.max = maxSpan.Truncate(granule)
	return g, g.max > 0
}

// chinaOffset makes granules of a day begin at midnight in China.
const chinaOffset = 8 * time.Hour

// floor is the granule t lies in.
func (g grid) floor(t time.Time) time.Time {
	return t.Add(chinaOffset).Truncate(g.granule).Add(-chinaOffset).In(duijie.China)
}

// ceil is the first granule that does not begin before t.
func (g grid) ceil(t time.Time) time.Time {
	if f := g.floor(t); f.Before(t) {
		return f.Add(g.granule)
	}
	return g.floor(t)
}

// span is what to ask the platform for to get a <= t < b.
func (g grid) span(a, b time.Time) Span {
	switch g.ends {
	case EndsUnknown:
		a = a.Add(-g.granule)
	case EndsClosed:
		b = b.Add(-g.granule)
	}
	return Span{From: a.In(duijie.China), To: b.In(duijie.China)}
}

// cut is the end of the first slice of a to b.
func (g grid) cut(a, b time.Time) time.Time {
	if g.max > 0 && b.Sub(a) > g.max {
		return a.Add(g.max)
	}
	return b
}

// half is the middle of a to b; ok is false when that is one granule.
func (g grid) half(a, b time.Time) (middle time.Time, ok bool) {
	middle = a.Add((b.Sub(a) / 2).Truncate(g.granule))
	return middle, middle.After(a)
}
