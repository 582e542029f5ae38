package wdttest

import (
	"cmp"
	"slices"
	"time"
)

// seeded is a pointer to a kind of row the fake stores.
type seeded[T any] interface {
	*T
	key() (no string, id *int64, modified, created *time.Time)
}

// put adds o to rows or replaces the row with its number, and keeps answer
// order. Rows of the store always have an ID and times.
func put[T any, P seeded[T]](rows []T, o T, now time.Time) []T {
	no, id, modified, created := P(&o).key()
	i := slices.IndexFunc(rows, func(other T) bool {
		otherNo, _, _, _ := P(&other).key()
		return otherNo == no
	})
	if i >= 0 {
		_, oldID, _, oldCreated := P(&rows[i]).key()
		*id = cmp.Or(*id, *oldID)
		if created.IsZero() {
			*created = *oldCreated
		}
		rows = slices.Delete(rows, i, i+1)
		now = behindLast[T, P](rows, now)
	}
	if *id == 0 {
		*id = nextID[T, P](rows)
	}
	if modified.IsZero() {
		*modified = now
	}
	if created.IsZero() {
		*created = *modified
	}
	rows = append(rows, o)
	slices.SortStableFunc(rows, func(a, b T) int {
		_, idA, modA, _ := P(&a).key()
		_, idB, modB, _ := P(&b).key()
		return cmp.Or(modA.Compare(*modB), cmp.Compare(*idA, *idB))
	})
	return rows
}

// behindLast is now, or just behind the last row when that is not earlier.
func behindLast[T any, P seeded[T]](rows []T, now time.Time) time.Time {
	if len(rows) == 0 {
		return now
	}
	if _, _, last, _ := P(&rows[len(rows)-1]).key(); !now.After(*last) {
		return last.Add(1)
	}
	return now
}

func nextID[T any, P seeded[T]](rows []T) int64 {
	next := int64(1001)
	for i := range rows {
		_, id, _, _ := P(&rows[i]).key()
		next = max(next, *id+1)
	}
	return next
}
