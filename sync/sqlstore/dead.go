package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// defaultLimit is how many rows a list has that names no limit.
const defaultLimit = 100

// DeadLetters lists dead letters of a pipeline in order of the bytes of their
// keys. To page, ask again with After set to the last key, until fewer than
// Limit come back.
func (s *Store) DeadLetters(ctx context.Context, pipeline string, q duijiesync.DeadLetterQuery) ([]duijiesync.DeadLetter, error) {
	op := "list dead letters of " + quote(pipeline)
	if err := checkPipeline(pipeline); err != nil {
		return nil, s.fail(ctx, op, err)
	}
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	list := s.listDead
	if len(q.Keys) > 0 {
		list = s.listDeadByKey
	}
	letters, err := list(ctx, pipeline, q)
	if err != nil {
		return nil, s.fail(ctx, op, err)
	}
	return letters, nil
}

func (s *Store) listDead(ctx context.Context, pipeline string, q duijiesync.DeadLetterQuery) (letters []duijiesync.DeadLetter, err error) {
	okey, reason := orderKey(q.After), int64(q.Reason)
	part := []byte{}
	if q.Partition != nil {
		part = []byte(*q.Partition)
	}
	// Rows come in the order of okey. Where the last two of a list have the same one,
	// the list may lack others that have it too.
	for ask := q.Limit + 1; ; ask *= 2 {
		args := []any{
			[]byte(pipeline), okey, q.After == "", okey, storeKey(q.After).fullkey, reason, reason,
			q.Partition == nil, part, ask,
		}
		err = s.attempt(ctx, func() error {
			letters = nil
			return s.query(ctx, s.read(queryListDead), args, func(rows *sql.Rows) error {
				letter, err := s.scanDead(rows, pipeline)
				letters = append(letters, letter)
				return err
			})
		})
		if err != nil {
			return nil, err
		}
		n := len(letters)
		if n < ask || !bytes.Equal(orderKey(letters[n-1].Key), orderKey(letters[q.Limit-1].Key)) {
			sortLetters(letters)
			return letters[:min(n, q.Limit)], nil
		}
	}
}

func sortLetters(letters []duijiesync.DeadLetter) {
	slices.SortFunc(letters, func(a, b duijiesync.DeadLetter) int { return strings.Compare(a.Key, b.Key) })
}

// listDeadByKey looks the wanted keys up in order, a chunk at a time, until
// there are enough.
func (s *Store) listDeadByKey(ctx context.Context, pipeline string, q duijiesync.DeadLetterQuery) (letters []duijiesync.DeadLetter, err error) {
	keys := sortedKeys(q.Keys)
	if q.After != "" {
		keys = slices.DeleteFunc(keys, func(key string) bool { return key <= q.After })
	}
	for start := 0; start < len(keys) && len(letters) < q.Limit; start += chunk {
		part := keys[start:min(start+chunk, len(keys))]
		var found []duijiesync.DeadLetter
		err := s.attempt(ctx, func() (err error) {
			found, err = s.deadByKey(ctx, pipeline, part)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, letter := range found {
			wanted := (q.Reason == 0 || letter.Reason == q.Reason) && (q.Partition == nil || letter.Partition == *q.Partition)
			if wanted && len(letters) < q.Limit {
				letters = append(letters, letter)
			}
		}
	}
	return letters, nil
}

func (s *Store) deadByKey(ctx context.Context, pipeline string, keys []string) (letters []duijiesync.DeadLetter, err error) {
	args := append(make([]any, 0, 1+len(keys)), []byte(pipeline))
	for _, key := range keys {
		args = append(args, storeKey(key).rkey)
	}
	rows, err := s.db.QueryContext(ctx, s.text(s.dialect.byKeys(selectDead, len(keys))), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		letter, err := s.scanDead(rows, pipeline)
		if err != nil {
			return nil, err
		}
		if !asked(keys, letter.Key) {
			return nil, s.corrupt("dead", rowName(pipeline, letter.Key), notAsked)
		}
		letters = append(letters, letter)
	}
	sortLetters(letters)
	return letters, rows.Err()
}

// CountDeadLetters counts the dead letters of a pipeline.
func (s *Store) CountDeadLetters(ctx context.Context, pipeline string) (count int64, err error) {
	op := "count dead letters of " + quote(pipeline)
	if err := checkPipeline(pipeline); err != nil {
		return 0, s.fail(ctx, op, err)
	}
	err = s.attempt(ctx, func() error {
		return s.read(queryCountDead).QueryRowContext(ctx, []byte(pipeline)).Scan(&count)
	})
	if err != nil {
		return 0, s.fail(ctx, op, err)
	}
	return count, nil
}

// scanDead reads one dead letter.
func (s *Store) scanDead(rows *sql.Rows, pipeline string) (letter duijiesync.DeadLetter, err error) {
	var (
		rkey, fullkey, raw, fingerprint sql.RawBytes
		okey, part                      sql.RawBytes
		reason, attempts, first, last   int64
		stored                          sql.NullInt64
	)
	err = rows.Scan(&rkey, &fullkey, &okey, &part, &reason, &letter.Code, &letter.Field, &letter.Message, &raw, &fingerprint,
		&letter.Version, &attempts, &first, &last, &stored)
	if err != nil {
		return letter, s.unread(rows, "dead", rowName(pipeline, string(rkey)), err)
	}
	corrupt := func(why string) (duijiesync.DeadLetter, error) {
		return duijiesync.DeadLetter{}, s.corrupt("dead", rowName(pipeline, string(rkey)), why)
	}
	if letter.Key, err = loadKey(rkey, fullkey); err != nil {
		return corrupt(err.Error())
	}
	if !bytes.Equal(okey, orderKey(letter.Key)) {
		return corrupt("its place in the order is not that of its key")
	}
	if reason < int64(duijiesync.DeadRefused) || reason > int64(duijiesync.DeadWaiting) {
		return corrupt(fmt.Sprintf("there is no reason %d", reason))
	}
	if len(fingerprint) != len(letter.Fingerprint) {
		return corrupt(fmt.Sprintf("the fingerprint has %d bytes", len(fingerprint)))
	}
	if attempts < 0 {
		return corrupt(fmt.Sprintf("there were %d attempts", attempts))
	}
	letter.Partition = string(part)
	letter.Reason = duijiesync.DeadReason(reason)
	copy(letter.Fingerprint[:], fingerprint)
	if len(raw) > 0 {
		letter.Raw = slices.Clone([]byte(raw))
	}
	letter.Attempts = int(attempts)
	letter.First, letter.Last = fromMillis(first), fromMillis(last)
	if err := deadSum(pipeline, &letter).check(stored); err != nil {
		return corrupt(err.Error())
	}
	return letter, nil
}

// putDead writes dead letters in order of their keys, the last of each. One
// without a raw item leaves the stored one.
func (t *transaction) putDead(scope duijiesync.Scope, letters []duijiesync.DeadLetter) error {
	for _, given := range lastByKey(letters, func(l *duijiesync.DeadLetter) string { return l.Key }) {
		letter := *given
		if letter.Reason < duijiesync.DeadRefused || letter.Reason > duijiesync.DeadWaiting {
			return fmt.Errorf("dead letter %s: there is no reason %d", quote(letter.Key), letter.Reason)
		}
		if letter.Attempts < 0 {
			return fmt.Errorf("dead letter %s: there can't be %d attempts", quote(letter.Key), letter.Attempts)
		}
		if err := t.keepOld(scope.Pipeline, &letter); err != nil {
			return fmt.Errorf("dead letter %s: %w", quote(letter.Key), err)
		}
		letter.Partition = scope.Partition
		letter.Code, letter.Field, letter.Message = cleanText(letter.Code), cleanText(letter.Field), cleanText(letter.Message)
		key := storeKey(letter.Key)
		_, err := t.exec(queryPutDead, []byte(scope.Pipeline), key.rkey, key.fullkey, orderKey(letter.Key),
			[]byte(scope.Partition), int64(letter.Reason), letter.Code, letter.Field, letter.Message, notNil(letter.Raw),
			letter.Fingerprint[:], letter.Version, int64(letter.Attempts), toMillis(letter.First), toMillis(letter.Last),
			deadSum(scope.Pipeline, &letter).sum())
		if err != nil {
			return fmt.Errorf("dead letter %s: %w", quote(letter.Key), err)
		}
	}
	return nil
}

// keepOld gives a letter what stays of the stored one: its attempts are added,
// its first time is kept, and its item where the new one has none.
func (t *transaction) keepOld(pipeline string, letter *duijiesync.DeadLetter) error {
	var (
		raw             []byte
		attempts, first int64
	)
	err := t.stmt(queryOldDead).QueryRowContext(t.ctx, []byte(pipeline), storeKey(letter.Key).rkey).Scan(&raw, &attempts, &first)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	letter.Attempts += int(max(attempts, 0))
	letter.First = fromMillis(first)
	if letter.Raw == nil {
		letter.Raw = raw
	}
	return nil
}

func deadSum(pipeline string, l *duijiesync.DeadLetter) *rowSum {
	return new(rowSum).string(pipeline).string(l.Key).number(int64(l.Reason)).string(l.Code).string(l.Field).
		string(l.Message).bytes(l.Raw).bytes(l.Fingerprint[:]).number(l.Version).
		string(l.Partition).number(int64(l.Attempts)).number(toMillis(l.First)).number(toMillis(l.Last))
}

// cleanText is s as every database takes it for text.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// notNil is b for a column that must not be NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
