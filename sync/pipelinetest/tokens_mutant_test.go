package pipelinetest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// brokenTokens is a token store that is right but for one thing.
type brokenTokens struct {
	broken string
	*tokenPlace
}

// tokenPlace is what its stores share.
type tokenPlace struct {
	mu     sync.Mutex
	rows   map[string]*brokenRow
	booked map[string][]time.Time
}

type brokenRow struct {
	token duijie.Token
	fence int64
	until time.Time
	held  bool
}

func newTokenPlace() *tokenPlace {
	return &tokenPlace{rows: map[string]*brokenRow{}, booked: map[string][]time.Time{}}
}

func (b *brokenTokens) row(scope string) (*brokenRow, error) {
	if b.broken != "takes any scope" && (scope == "" || len(scope) > 512) {
		return nil, errors.New("the scope is too short or too long")
	}
	scope = b.fold(scope)
	if b.rows[scope] == nil {
		b.rows[scope] = &brokenRow{}
	}
	return b.rows[scope], nil
}

// fold does with scopes what columns of texts do.
func (b *brokenTokens) fold(scope string) string {
	switch b.broken {
	case "folds case":
		return strings.ToLower(scope)
	case "trims scopes":
		return strings.TrimRight(scope, " ")
	case "cuts scopes":
		return scope[:min(len(scope), 255)]
	}
	return scope
}

func (b *brokenTokens) Load(ctx context.Context, scope string) (duijie.Token, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	row, err := b.row(scope)
	if err != nil {
		return duijie.Token{}, err
	}
	if b.broken == "prints the token" && ctx.Err() != nil {
		return duijie.Token{}, fmt.Errorf("row %q: %w", row.token.Value.Reveal(), ctx.Err())
	}
	return row.token, nil
}

func (b *brokenTokens) Acquire(_ context.Context, scope string, seen int64, ttl time.Duration) (duijie.TokenLease, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	row, err := b.row(scope)
	if err != nil {
		return duijie.TokenLease{}, false, err
	}
	now := time.Now()
	live := row.held && (now.Before(row.until) || b.broken == "leases never end") && b.broken != "leases are shared"
	if row.token.Gen != seen && b.broken != "ignores the generation" || live {
		return duijie.TokenLease{}, false, nil
	}
	if b.broken == "looks, then takes" {
		b.mu.Unlock()
		for range 50 {
			runtime.Gosched()
		}
		b.mu.Lock()
	}
	if b.broken != "fence stays" || row.fence == 0 {
		row.fence++
	}
	if b.broken == "token goes with the lease" {
		row.token.Value = duijie.Secret{}
	}
	row.held, row.until = true, now.Add(ttl)
	if b.broken == "leases end early" {
		row.until = now
	}
	return duijie.TokenLease{Scope: scope, Owner: "owner", Fence: row.fence}, true, nil
}

func (b *brokenTokens) Commit(ctx context.Context, lease duijie.TokenLease, t duijie.Token) (duijie.Token, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	row, err := b.row(lease.Scope)
	if err != nil {
		return duijie.Token{}, err
	}
	ours := row.held || b.broken == "commits again"
	if b.broken == "commits are late" {
		ours = ours && time.Now().Before(row.until)
	}
	if row.fence != lease.Fence && b.broken != "no fence" || !ours {
		if b.broken == "fence prints the token" {
			return duijie.Token{}, fmt.Errorf("%w: %s", duijie.ErrFenced, t.Value.Reveal())
		}
		return duijie.Token{}, duijie.ErrFenced
	}
	if b.broken != "generation of the caller" {
		t.Gen = row.token.Gen + 1
	}
	switch b.broken {
	case "forgets the end":
		t.Expires = time.Time{}
	case "cuts at NUL":
		text, _, _ := strings.Cut(t.Value.Reveal(), "\x00")
		t.Value = duijie.NewSecret(text)
	case "cuts seconds":
		t.Expires = t.Expires.Truncate(time.Second)
	}
	row.token = t
	row.held = b.broken == "commit keeps the lease"
	if b.broken == "half done at the end" && ctx.Err() != nil {
		return duijie.Token{}, ctx.Err()
	}
	return t, nil
}

func (b *brokenTokens) Release(_ context.Context, lease duijie.TokenLease) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	row, err := b.row(lease.Scope)
	if err != nil {
		return err
	}
	if b.broken != "releases nothing" && (row.fence == lease.Fence || b.broken == "releases for others") {
		row.held = false
	}
	return nil
}

func (b *brokenTokens) Reserve(_ context.Context, scope string, q duijie.Quota, maxWait time.Duration) (time.Duration, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.row(scope); err != nil {
		return 0, false, err
	}
	if b.broken == "counts all together" {
		scope = "all"
	}
	now := time.Now()
	at, keep := q.Book(now, b.booked[scope])
	switch b.broken {
	case "counts by the window":
		at, keep = bookWindow(q, now, b.booked[scope])
	case "spreads calls":
		if n := len(b.booked[scope]); n > 0 {
			at = at.Add(q.Per)
			keep[len(keep)-1] = at
		}
	case "never frees":
		if n := len(b.booked[scope]); n > 0 && maxWait < time.Second {
			at = at.Add(time.Minute)
		}
	case "reads, then books":
		b.mu.Unlock()
		for range 50 {
			runtime.Gosched()
		}
		b.mu.Lock()
	}
	wait := at.Sub(now)
	if wait > maxWait {
		if b.broken == "books what it refuses" {
			b.booked[scope] = keep
		}
		return wait, b.broken == "lets wait for ever", nil
	}
	b.booked[scope] = keep
	return wait, true, nil
}

// bookWindow counts calls in windows that stand still, one of which begins soon.
func bookWindow(q duijie.Quota, now time.Time, booked []time.Time) (time.Time, []time.Time) {
	n := len(booked) / max(q.Calls, 1)
	at := now
	if n > 0 {
		at = booked[0].Add(q.Per/2 + time.Duration(n-1)*q.Per)
	}
	return at, append(booked, at)
}

// tokenMutants are by what is broken, and the test that must notice.
func tokenMutants() (list []mutant) {
	for broken, caught := range map[string]string{
		"takes any scope":           "ScopeLength",
		"folds case":                "Scopes",
		"trims scopes":              "Scopes",
		"cuts scopes":               "Scopes",
		"forgets the end":           "RoundTrip",
		"cuts at NUL":               "RoundTrip",
		"cuts seconds":              "RoundTrip",
		"prints the token":          "SecretsNotPrinted",
		"fence prints the token":    "SecretsNotPrinted",
		"ignores the generation":    "Generation",
		"generation of the caller":  "Generation",
		"token goes with the lease": "Generation",
		"leases are shared":         "LeaseIsExclusive",
		"leases end early":          "LeaseIsExclusive",
		"leases never end":          "LeaseRunsOut",
		"fence stays":               "LeaseRunsOut",
		"no fence":                  "LeaseRunsOut",
		"commits are late":          "LateCommit",
		"commits again":             "CommitOnce",
		"commit keeps the lease":    "CommitOnce",
		"releases nothing":          "Release",
		"releases for others":       "OldRelease",
		"looks, then takes":         "RefreshOnce",
		"alone":                     "SharedByStores",
		"half done at the end":      "ContextEnds",
		"counts by the window":      "QuotaInAnyStretch",
		"spreads calls":             "QuotaInAnyStretch",
		"reads, then books":         "QuotaInAnyStretch",
		"books what it refuses":     "QuotaWaitTooLong",
		"lets wait for ever":        "QuotaWaitTooLong",
		"never frees":               "QuotaComesBack",
		"counts all together":       "QuotaScopes",
	} {
		list = append(list, mutant{name: "tokens: " + broken, caught: caught, run: func(t *testing.T) {
			pipelinetest.TestTokenStore(t, func(*testing.T) func() duijie.TokenStore { return brokenOpener(broken) })
		}})
	}
	return list
}

func brokenOpener(broken string) func() duijie.TokenStore {
	place := newTokenPlace()
	return func() duijie.TokenStore {
		if broken == "alone" {
			place = newTokenPlace()
		}
		return &brokenTokens{broken, place}
	}
}

// The store the mutants are made from passes.
func TestUnbrokenTokenStore(t *testing.T) {
	t.Parallel()
	pipelinetest.TestTokenStore(t, func(*testing.T) func() duijie.TokenStore { return brokenOpener("") })
}
