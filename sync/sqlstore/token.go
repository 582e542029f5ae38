package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/duijie-go/duijie"
)

// maxTokenScope is the longest scope of a token or quota, in bytes.
const maxTokenScope = 512

// ErrTokenKey says that a token is sealed and none of the keys given by
// [WithTokenKey] opens it. Nothing was changed. Give the key it was sealed with, or
// delete the row: the next client then logs in anew.
var ErrTokenKey = errors.New("duijie/sqlstore: the stored token was sealed with another key")

// Tokens is a duijie.TokenStore and a duijie.QuotaStore in the tables of a
// [Store]: clients of all processes that share the database share their sessions and
// count their tightly limited calls together. It is safe for concurrent use and ends
// with its Store.
type Tokens struct{ store *Store }

var (
	_ duijie.TokenStore = (*Tokens)(nil)
	_ duijie.QuotaStore = (*Tokens)(nil)
)

// Tokens returns the tokens of the database, for duijie.WithTokenStore. Without
// [WithTokenKey] they are stored as they are, and a database that other users of the
// machine may read is refused: every server, and of SQLite a file, or one of those
// beside it, that has any mode for group or others (the modes of Windows say nothing,
// so there nothing is refused).
func (s *Store) Tokens(ctx context.Context) (*Tokens, error) {
	if !s.sealer.HasKey() {
		if err := s.dialect.private(ctx, s.db); err != nil {
			return nil, s.fail(ctx, "share tokens", err)
		}
	}
	return &Tokens{s}, nil
}

// Load returns the token of scope, the zero Token when there is none. It returns
// [ErrTokenKey] for one that was sealed with a key this store was not given.
func (k *Tokens) Load(ctx context.Context, scope string) (token duijie.Token, err error) {
	op := "load token of " + quote(scope)
	if err := checkTokenScope(scope); err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, err)
	}
	err = k.store.attempt(ctx, func() error {
		row, err := k.store.readToken(ctx, k.store.read(queryToken), scope)
		if err == nil {
			token, err = k.store.openToken(scope, row)
		}
		return err
	})
	if err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, err)
	}
	return token, nil
}

// errNotGranted rolls an Acquire or a Reserve back that changes nothing.
var errNotGranted = errors.New("not granted")

// Acquire asks for the right to renew the token of scope. Leases are kept to the
// millisecond by the database's clock, on SQLite by this process's: a file has none of its own. A
// stored token that can not be opened is never given out for renewal, see
// [ErrTokenKey].
func (k *Tokens) Acquire(ctx context.Context, scope string, seen int64, ttl time.Duration) (duijie.TokenLease, bool, error) {
	op := "acquire token of " + quote(scope)
	if err := checkTokenScope(scope); err != nil {
		return duijie.TokenLease{}, false, k.store.fail(ctx, op, err)
	}
	// A name of its own for each lease: fences begin again where somebody deletes the row.
	lease := duijie.TokenLease{Scope: scope, Owner: fmt.Sprintf("process %d %s", os.Getpid(), rand.Text())}
	err := k.store.write(ctx, func(t *transaction) (err error) {
		lease.Fence, err = t.takeToken(lease, seen, ttl)
		return err
	})
	if errors.Is(err, errNotGranted) {
		return duijie.TokenLease{}, false, nil
	}
	if err != nil {
		return duijie.TokenLease{}, false, k.store.fail(ctx, op, err)
	}
	return lease, true, nil
}

// takeToken fights for the row in one statement, or is the first to write it.
func (t *transaction) takeToken(lease duijie.TokenLease, seen int64, ttl time.Duration) (fence int64, err error) {
	scope, owner := []byte(lease.Scope), []byte(lease.Owner)
	if err := t.lockRow(queryLockToken, scope); err != nil {
		return 0, err
	}
	now, err := t.now()
	if err != nil {
		return 0, err
	}
	until := now.Add(ttl).Add(time.Millisecond - 1).UnixMilli()
	n, err := t.exec(queryTakeToken, owner, until, scope, seen, now.UnixMilli())
	if err == nil && n == 0 && seen == 0 {
		n, err = t.exec(queryFirstToken, scope, tokenSum(lease.Scope, tokenRow{}).sum(), owner, until)
	}
	if err != nil {
		return 0, err
	}
	if n != 1 {
		return 0, errNotGranted
	}
	row, err := t.store.readToken(t.ctx, t.stmt(queryToken), lease.Scope)
	if err != nil {
		return 0, err
	}
	_, err = t.store.openToken(lease.Scope, row)
	return row.fence, err
}

// Commit stores a renewed token and ends the lease, or returns duijie.ErrFenced.
// Expires is kept to the millisecond.
func (k *Tokens) Commit(ctx context.Context, lease duijie.TokenLease, token duijie.Token) (duijie.Token, error) {
	op := "commit token of " + quote(lease.Scope)
	if err := checkTokenScope(lease.Scope); err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, err)
	}
	expires := toMillis(token.Expires)
	token.Expires = fromMillis(expires)
	err := k.store.write(ctx, func(t *transaction) (err error) {
		token.Gen, err = t.commitToken(lease, expires, token.Value)
		return err
	})
	if err != nil {
		return duijie.Token{}, k.store.fail(ctx, op, err)
	}
	return token, nil
}

// commitToken ends the lease in one statement, which proves that it still was
// theirs and keeps others out until the transaction ends.
func (t *transaction) commitToken(lease duijie.TokenLease, expires int64, value duijie.Secret) (gen int64, err error) {
	scope := []byte(lease.Scope)
	n, err := t.exec(queryGuardToken, time.Now().UnixMilli(), scope, []byte(lease.Owner), lease.Fence)
	if err != nil {
		return 0, err
	}
	if n != 1 || lease.Owner == "" {
		return 0, fmt.Errorf("%w: fence %d", duijie.ErrFenced, lease.Fence)
	}
	row, err := t.store.readToken(t.ctx, t.stmt(queryToken), lease.Scope)
	if err != nil {
		return 0, err
	}
	row.gen++
	row.expires = expires
	row.sealed = t.store.sealer.Seal(lease.Scope, row.gen, expires, value)
	_, err = t.exec(queryCommitToken, row.gen, row.sealed, expires, tokenSum(lease.Scope, row).sum(), scope)
	return row.gen, err
}

// Release gives the lease up without a new token. A lease that was lost is left
// to the one who has it.
func (k *Tokens) Release(ctx context.Context, lease duijie.TokenLease) error {
	op := "release token of " + quote(lease.Scope)
	if err := checkTokenScope(lease.Scope); err != nil {
		return k.store.fail(ctx, op, err)
	}
	err := k.store.write(ctx, func(t *transaction) error {
		_, err := t.exec(queryReleaseToken, []byte(lease.Scope), []byte(lease.Owner), lease.Fence)
		return err
	})
	if err != nil {
		return k.store.fail(ctx, op, err)
	}
	return nil
}

func checkTokenScope(scope string) error { return checkName("token scope", scope, 1, maxTokenScope) }

// tokenRow is a row of the table token; the zero value stands for none.
type tokenRow struct {
	gen, expires, fence int64
	sealed              []byte
}

// readToken reads the row of a scope.
func (s *Store) readToken(ctx context.Context, stmt statement, scope string) (row tokenRow, err error) {
	err = s.query(ctx, stmt, []any{[]byte(scope)}, func(rows *sql.Rows) error {
		var (
			sealed sql.RawBytes
			sum    sql.NullInt64
		)
		if err := rows.Scan(&row.gen, &sealed, &row.expires, &row.fence, &sum); err != nil {
			return s.unread(rows, "token", "scope "+quote(scope), err)
		}
		row.sealed = slices.Clone([]byte(sealed))
		if err := tokenSum(scope, row).check(sum); err != nil {
			return s.corrupt("token", "scope "+quote(scope), err.Error())
		}
		return nil
	})
	return row, err
}

// openToken returns the token of a row.
func (s *Store) openToken(scope string, row tokenRow) (duijie.Token, error) {
	if row.gen == 0 {
		return duijie.Token{}, nil
	}
	value, err := s.sealer.Open(scope, row.gen, row.expires, row.sealed)
	if errors.Is(err, ErrTokenKey) {
		return duijie.Token{}, err
	}
	if err != nil {
		return duijie.Token{}, s.corrupt("token", "scope "+quote(scope), err.Error())
	}
	return duijie.Token{Value: value, Gen: row.gen, Expires: fromMillis(row.expires)}, nil
}

func tokenSum(scope string, row tokenRow) *rowSum {
	return new(rowSum).string(scope).number(row.gen).bytes(row.sealed).number(row.expires)
}
