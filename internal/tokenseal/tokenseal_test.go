package tokenseal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

var errUnknown = errors.New("sealed with another key")

func keyOf(n byte) (raw []byte, text duijie.Secret) {
	raw = bytes.Repeat([]byte{n}, 32)
	return raw, duijie.NewSecret(base64.StdEncoding.EncodeToString(raw))
}

// What stands in databases can be opened for ever: this one is built by hand.
func TestStoredFormStays(t *testing.T) {
	t.Parallel()
	raw, key := keyOf(7)
	block, err := aes.NewCipher(raw)
	require.NoError(t, err)
	gcm, err := cipher.NewGCM(block)
	require.NoError(t, err)
	id := sha256.Sum256(append([]byte("duijie token key\x00"), raw...))
	stored := append([]byte{1}, id[:8]...)
	nonce := []byte("twelve bytes")
	stored = append(stored, nonce...)
	// scope with its length, generation 3 and expiry -1 as zigzag varints
	stored = gcm.Seal(stored, nonce, []byte("session"), []byte("duijie token\x00\x05scope\x06\x01"))

	s, err := New(errUnknown, []duijie.Secret{key})
	require.NoError(t, err)
	value, err := s.Open("scope", 3, -1, stored)
	require.NoError(t, err)
	require.Equal(t, "session", value.Reveal())

	for name, open := range map[string]func() (duijie.Secret, error){
		"another scope":      func() (duijie.Secret, error) { return s.Open("scopf", 3, -1, stored) },
		"another generation": func() (duijie.Secret, error) { return s.Open("scope", 4, -1, stored) },
		"another end":        func() (duijie.Secret, error) { return s.Open("scope", 3, 0, stored) },
		"cut off":            func() (duijie.Secret, error) { return s.Open("scope", 3, -1, stored[:20]) },
		"only a key":         func() (duijie.Secret, error) { return s.Open("scope", 3, -1, stored[:9]) },
		"nothing":            func() (duijie.Secret, error) { return s.Open("scope", 3, -1, nil) },
		"unknown form":       func() (duijie.Secret, error) { return s.Open("scope", 3, -1, []byte{2, 1, 1}) },
	} {
		_, err := open()
		require.Error(t, err, name)
		require.NotErrorIs(t, err, errUnknown, name)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	_, one := keyOf(1)
	_, two := keyOf(2)
	seal := func(keys ...duijie.Secret) (*Sealer, []byte) {
		s, err := New(errUnknown, keys)
		require.NoError(t, err)
		require.Equal(t, len(keys) > 0, s.HasKey())
		return s, s.Seal("scope", 1, 2, duijie.NewSecret("session"))
	}
	none, plain := seal()
	first, sealed := seal(one)
	both, _ := seal(two, one)
	second, _ := seal(two)
	require.Equal(t, "\x00session", string(plain))
	require.NotContains(t, string(sealed), "session")
	for _, s := range []*Sealer{none, first, both} {
		value, err := s.Open("scope", 1, 2, plain)
		require.NoError(t, err)
		require.Equal(t, "session", value.Reveal())
	}
	for _, s := range []*Sealer{first, both} {
		value, err := s.Open("scope", 1, 2, sealed)
		require.NoError(t, err)
		require.Equal(t, "session", value.Reveal())
	}
	for _, s := range []*Sealer{none, second} {
		_, err := s.Open("scope", 1, 2, sealed)
		require.ErrorIs(t, err, errUnknown)
		require.ErrorContains(t, err, "WithTokenKey")
	}
	_, err := New(errUnknown, []duijie.Secret{one, duijie.NewSecret("c2VjcmV0")})
	require.ErrorContains(t, err, "key 2 is not 32 bytes")
	require.NotContains(t, err.Error(), "c2VjcmV0")
}
