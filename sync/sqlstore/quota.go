package sqlstore

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"time"

	"github.com/duijie-go/duijie"
)

// Reserve books one call of scope, exactly over all processes. Moments are kept
// to the microsecond by the database's clock, on SQLite to the nanosecond by this process's; of each scope the latest
// q.Calls are kept.
func (k *Tokens) Reserve(ctx context.Context, scope string, q duijie.Quota, maxWait time.Duration) (wait time.Duration, ok bool, err error) {
	op := "reserve call of " + quote(scope)
	if err := checkTokenScope(scope); err != nil {
		return 0, false, k.store.fail(ctx, op, err)
	}
	err = k.store.write(ctx, func(t *transaction) (err error) {
		wait, err = t.reserve(scope, q, maxWait)
		return err
	})
	if errors.Is(err, errNotGranted) {
		return wait, false, nil
	}
	if err != nil {
		return 0, false, k.store.fail(ctx, op, err)
	}
	return wait, true, nil
}

// reserve looks at the clock once nobody else can book.
func (t *transaction) reserve(scope string, q duijie.Quota, maxWait time.Duration) (time.Duration, error) {
	if _, err := t.exec(queryLockQuota, []byte(scope), quotaSum(scope, nil).sum(), time.Now().UnixMilli()); err != nil {
		return 0, err
	}
	booked, err := t.store.readQuota(t.ctx, t.stmt(queryQuota), scope)
	if err != nil {
		return 0, err
	}
	now, err := t.now()
	if err != nil {
		return 0, err
	}
	now = now.Round(0) // other processes know only the wall clock
	at, keep := q.Book(now, booked)
	wait := at.Sub(now)
	if wait > maxWait {
		return wait, errNotGranted
	}
	text := encodeMoments(keep)
	_, err = t.exec(queryPutQuota, text, quotaSum(scope, text).sum(), now.UnixMilli(), []byte(scope))
	return wait, err
}

// readQuota returns the moments booked for a scope, oldest first.
func (s *Store) readQuota(ctx context.Context, stmt statement, scope string) (booked []time.Time, err error) {
	err = s.query(ctx, stmt, []any{[]byte(scope)}, func(rows *sql.Rows) error {
		var (
			text sql.RawBytes
			sum  sql.NullInt64
		)
		if err := rows.Scan(&text, &sum); err != nil {
			return s.unread(rows, "quota", "scope "+quote(scope), err)
		}
		err := quotaSum(scope, text).check(sum)
		if err == nil {
			booked, err = decodeMoments(text)
		}
		if err != nil {
			return s.corrupt("quota", "scope "+quote(scope), err.Error())
		}
		return nil
	})
	return booked, err
}

const momentSize = 8

func encodeMoments(moments []time.Time) []byte {
	text := make([]byte, 0, momentSize*len(moments))
	for _, m := range moments {
		text = binary.BigEndian.AppendUint64(text, uint64(m.UnixNano()))
	}
	return text
}

func decodeMoments(text []byte) (moments []time.Time, err error) {
	if len(text)%momentSize != 0 {
		return nil, errors.New("the last moment is cut off")
	}
	for ; len(text) > 0; text = text[momentSize:] {
		moments = append(moments, time.Unix(0, int64(binary.BigEndian.Uint64(text)))) //nolint:gosec // the bits are wanted
	}
	return moments, nil
}

func quotaSum(scope string, booked []byte) *rowSum {
	return new(rowSum).string(scope).bytes(booked)
}
