package partition

import (
	"fmt"
	"time"
)

// Window is a span of time, To not included.
type Window struct{ From, To time.Time }

// maxWindows keeps a slip of the pen from planning millions of partitions.
const maxWindows = 100_000

// Unit is a unit of the calendar.
type Unit uint8

// The units of a calendar.
const (
	Hour  Unit = iota + 1
	Day        // from midnight
	Week       // from Monday's midnight
	Month      // from the first's midnight
	Year       // from January the first's midnight
)

// Every cuts a span into windows of equal length, the last one shorter where
// it does not come out even. Nothing lies between them and nothing in two.
func Every(from, to time.Time, length time.Duration) ([]Window, error) {
	if length <= 0 {
		return nil, fmt.Errorf("%w: windows of %v are none", ErrPartition, length)
	}
	return cut(from, to, func(t time.Time) time.Time { return t.Add(length) })
}

// Calendar cuts a span where units begin in a zone; the first and the last may
// be parts of one. It follows summer time: a day has 23 or 25 hours where it has.
// Nothing lies between the windows and nothing in two.
func Calendar(from, to time.Time, unit Unit, zone *time.Location) ([]Window, error) {
	if zone == nil || unit < Hour || unit > Year {
		return nil, fmt.Errorf("%w: calendar windows need a unit and a zone", ErrPartition)
	}
	return cut(from, to, func(t time.Time) time.Time { return unit.next(t.In(zone)) })
}

// next is where the unit after the one of t begins.
func (u Unit) next(t time.Time) time.Time {
	y, m, d := t.Date()
	switch u {
	case Hour:
		// Wall hours come twice or not at all where clocks change; an hour is one.
		begun := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
		return t.Add(time.Hour - begun)
	case Day:
		d++
	case Week:
		d += 7 - (int(t.Weekday())+6)%7
	case Month:
		m, d = m+1, 1
	case Year:
		y, m, d = y+1, 1, 1
	}
	next := time.Date(y, m, d, 0, 0, 0, 0, t.Location())
	if next.Hour() == 23 { // no midnight that day: clocks go from 24:00 to 1:00
		next = next.Add(time.Hour)
	}
	return next
}

func cut(from, to time.Time, next func(time.Time) time.Time) ([]Window, error) {
	if from.IsZero() || to.IsZero() || !from.Before(to) {
		return nil, fmt.Errorf("%w: the span [%s, %s) can not be cut", ErrPartition, from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	var windows []Window
	for from.Before(to) {
		if len(windows) == maxWindows {
			return nil, fmt.Errorf("%w: more than %d windows", ErrPartition, maxWindows)
		}
		end := next(from)
		if end.After(to) {
			end = to
		}
		windows = append(windows, Window{from, end})
		from = end
	}
	return windows, nil
}

// Split makes a partition of each window, which share p's ledger. p must have
// no window of its own.
func (p Partition) Split(windows []Window) ([]Partition, error) {
	if !p.From.IsZero() || !p.To.IsZero() {
		return nil, fmt.Errorf("%w: %q has a window already", ErrPartition, p.String())
	}
	parts := make([]Partition, len(windows))
	for i, w := range windows {
		parts[i] = p
		parts[i].From, parts[i].To = w.From, w.To
		if err := parts[i].check(); err != nil {
			return nil, err
		}
	}
	return parts, nil
}
