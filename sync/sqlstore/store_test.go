package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// codedError is an error as SQLite drivers return it.
type codedError int

func (e codedError) Error() string { return "coded" }
func (e codedError) Code() int     { return int(e) }

func TestBusyIsTriedAgain(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]int{
		5: attempts, 6: attempts, 5 | 2<<8: attempts, // SQLITE_BUSY, LOCKED, BUSY_SNAPSHOT
		19: 1, 11: 1, 9: 1, 0: 1, // CONSTRAINT, CORRUPT, INTERRUPT
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &Store{dialect: SQLite}
			calls := 0
			err := s.attempt(t.Context(), func() error {
				calls++
				return codedError(code)
			})
			if calls != want || !errors.Is(err, codedError(code)) {
				t.Errorf("code %d: %d calls, want %d; %v", code, calls, want, err)
			}
		})
	}
}

func TestBusyWaitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &Store{dialect: SQLite}
		calls := 0
		err := s.attempt(ctx, func() error {
			calls++
			cancel()
			return codedError(5)
		})
		if calls != 1 || !errors.Is(err, context.Canceled) || !errors.Is(err, codedError(5)) {
			t.Errorf("%d calls, %v", calls, err)
		}
	})
}

func TestNewRefusesArguments(t *testing.T) {
	t.Parallel()
	if _, err := New(t.Context(), nil, SQLite); err == nil {
		t.Error("no handle: no error")
	}
	if _, err := New(t.Context(), new(sql.DB), nil); err == nil {
		t.Error("no dialect: no error")
	}
	for _, prefix := range []string{"", "A_", "1a", "a-", "a b", "a;", "é", strings.Repeat("a", 22), "a\n"} {
		if _, err := New(t.Context(), new(sql.DB), SQLite, WithTablePrefix(prefix)); err == nil {
			t.Errorf("prefix %q: no error", prefix)
		}
	}
}

func TestEveryStatementIsWritten(t *testing.T) {
	t.Parallel()
	for _, d := range []Dialect{SQLite, PostgreSQL, MySQL} {
		for q := range queryCount {
			if d.query(q) == "" && (d != SQLite || q != queryLockToken) {
				t.Errorf("%s: statement %d is missing", d, q)
			}
		}
	}
}

func TestLastByKey(t *testing.T) {
	t.Parallel()
	type item struct {
		key string
		n   int
	}
	items := []item{{"b", 1}, {"a", 2}, {"b", 3}, {"a", 4}, {"c", 5}, {"b", 6}}
	var got []item
	for _, it := range lastByKey(items, func(i *item) string { return i.key }) {
		got = append(got, *it)
	}
	if want := []item{{"a", 4}, {"b", 6}, {"c", 5}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
