package sqlite_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// session is a token's value that must be nowhere to be seen.
const session = "s3cret-session-id"

func tokenKey(n byte) duijie.Secret {
	return duijie.NewSecret(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{n}, 32)))
}

func tokensOf(t testing.TB, store *sqlite.Store) *sqlstore.Tokens {
	t.Helper()
	tokens, err := store.Tokens(t.Context())
	require.NoError(t, err)
	return tokens
}

func commitToken(t testing.TB, tokens *sqlstore.Tokens, scope string, seen int64, value string) {
	t.Helper()
	lease, ok, err := tokens.Acquire(t.Context(), scope, seen, time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	_, err = tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret(value), Expires: noon})
	require.NoError(t, err)
}

// inFiles tells whether the value stands in the file or beside it.
func inFiles(t *testing.T, path string) bool {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		if bytes.Contains(content, []byte(session)) {
			return true
		}
	}
	return false
}

func TestTokensAtRest(t *testing.T) {
	t.Parallel()
	plain, sealed := stateFile(t), stateFile(t)
	commitToken(t, tokensOf(t, openStore(t, plain)), "scope", 0, session)
	require.True(t, inFiles(t, plain), "the test would not find it")
	commitToken(t, tokensOf(t, openStore(t, sealed, sqlstore.WithTokenKey(tokenKey(1)))), "scope", 0, session)
	require.False(t, inFiles(t, sealed))
}

func TestTokensInAnOpenFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for _, open := range []string{"", "-wal", "-shm"} {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o666} {
			path := stateFile(t)
			store := openStore(t, path)
			tokensOf(t, store)
			require.NoError(t, os.Chmod(path+open, mode))
			_, err := store.Tokens(t.Context())
			require.ErrorContains(t, err, fmt.Sprintf("%s\" has mode %#o", path+open, mode))
			require.ErrorContains(t, err, "chmod 600")
			_, err = openStore(t, path, sqlstore.WithTokenKey(tokenKey(1))).Tokens(t.Context())
			require.NoError(t, err, "what is sealed may be read")
		}
	}
}

func TestTokenKeyOfAnother(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	right := tokensOf(t, openStore(t, path, sqlstore.WithTokenKey(tokenKey(1))))
	commitToken(t, right, "scope", 0, session)
	for name, wrong := range map[string]*sqlstore.Tokens{
		"wrong": tokensOf(t, openStore(t, path, sqlstore.WithTokenKey(tokenKey(2), tokenKey(3)))),
		"none":  tokensOf(t, openStore(t, path)),
	} {
		_, loaded := wrong.Load(t.Context(), "scope")
		_, ok, acquired := wrong.Acquire(t.Context(), "scope", 1, time.Hour)
		require.False(t, ok, name)
		for _, err := range []error{loaded, acquired} {
			require.ErrorIs(t, err, sqlstore.ErrTokenKey, name)
			require.ErrorContains(t, err, "WithTokenKey", name)
			require.NotErrorIs(t, err, duijiesync.ErrStateCorrupt, name)
		}
		commitToken(t, wrong, "other of "+name, 0, "theirs")
	}
	token, err := right.Load(t.Context(), "scope")
	require.NoError(t, err)
	require.Equal(t, session, token.Value.Reveal())
	commitToken(t, right, "scope", 1, "next") // no lease was left behind
	require.NoError(t, openStore(t, path).Check(t.Context()), "what is sealed is no damage")
}

// Keys change one process after the other; what was plain is sealed next time.
func TestTokenKeysChange(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	for gen, opts := range [][]sqlstore.Option{
		nil,
		{sqlstore.WithTokenKey(tokenKey(1))},
		{sqlstore.WithTokenKey(tokenKey(2), tokenKey(1))},
		{sqlstore.WithTokenKey(tokenKey(3), tokenKey(1), tokenKey(2))},
	} {
		tokens := tokensOf(t, openStore(t, path, opts...))
		token, err := tokens.Load(t.Context(), "scope")
		require.NoError(t, err)
		require.EqualValues(t, gen, token.Gen)
		commitToken(t, tokens, "scope", int64(gen), session)
	}
	token, err := tokensOf(t, openStore(t, path, sqlstore.WithTokenKey(tokenKey(3)))).Load(t.Context(), "scope")
	require.NoError(t, err)
	require.Equal(t, session, token.Value.Reveal())
}

func TestTokenKeysAreRefused(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "secret", "0123456789abcdef0123456789abcdef", base64.StdEncoding.EncodeToString([]byte("secret")), tokenKey(1).Reveal() + "AA"} {
		_, err := sqlite.Open(t.Context(), stateFile(t), sqlstore.WithTokenKey(tokenKey(1), duijie.NewSecret(key)))
		require.ErrorContains(t, err, "WithTokenKey: key 2 is not 32 bytes in base64")
		if key != "" {
			require.NotContains(t, err.Error(), key)
		}
	}
	store := openStore(t, stateFile(t), sqlstore.WithTokenKey(duijie.NewSecret(tokenKey(1).Reveal()+"\n")))
	require.NotContains(t, fmt.Sprintf("%+v %#v %+v", store, store, *store.Store), strings.TrimRight(tokenKey(1).Reveal(), "="))
}

// A seal is good for its own row only, whatever the checksum says.
func TestSealedTokenOfAnotherRow(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	tokens := tokensOf(t, openStore(t, path, sqlstore.WithTokenKey(tokenKey(1))))
	commitToken(t, tokens, "mine", 0, session)
	commitToken(t, tokens, "theirs", 0, "their-session")
	raw := openRaw(t, path)
	for _, edit := range []string{
		"sealed = (SELECT sealed FROM duijie_token WHERE scope = CAST('theirs' AS BLOB))", "gen = gen + 1", "expires = expires + 1",
		"sealed = x''", "sealed = x'01'", "sealed = x'02AA'",
	} {
		_, err := raw.Exec("UPDATE duijie_token SET sum = NULL, " + edit + " WHERE scope = CAST('mine' AS BLOB)")
		require.NoError(t, err)
		_, err = tokens.Load(t.Context(), "mine")
		require.ErrorIs(t, err, duijiesync.ErrStateCorrupt, edit)
		require.ErrorContains(t, err, `table duijie_token, scope "mine"`, edit)
		require.NotContains(t, err.Error(), session, edit)
	}
	_, err := tokens.Load(t.Context(), "theirs")
	require.NoError(t, err)
}

// Check reads tokens and quotas too, and needs no key for it.
func TestCheckReadsTokens(t *testing.T) {
	t.Parallel()
	store, raw := damagedStore(t)
	require.NoError(t, store.Check(t.Context()))
	set(t, raw, "token", "gen", 7)
	set(t, raw, "quota", "booked", []byte{1})
	err := store.Check(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrStateCorrupt)
	require.ErrorContains(t, err, `table duijie_token, scope "scope"`)
	require.ErrorContains(t, err, `table duijie_quota, scope "scope"`)
}

// Bookings that are over do not pile up.
func TestQuotaKeepsFewBookings(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	tokens := tokensOf(t, openStore(t, path))
	for range 50 {
		_, ok, err := tokens.Reserve(t.Context(), "scope", duijie.Quota{Calls: 3, Per: time.Hour}, 100*time.Hour)
		require.NoError(t, err)
		require.True(t, ok)
	}
	var rows, size int
	require.NoError(t, openRaw(t, path).QueryRow("SELECT count(*), sum(length(booked)) FROM duijie_quota").Scan(&rows, &size))
	assert.Equal(t, 1, rows)
	assert.Equal(t, 3*8, size)
}
