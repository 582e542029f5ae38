package sqlstore

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// ErrTokenKey says that a token is sealed and none of the keys given by
// [WithTokenKey] opens it. Nothing was changed. Give the key it was sealed with, or
// delete the row: the next client then logs in anew.
var ErrTokenKey = errors.New("duijie/sqlstore: the stored token was sealed with another key")

// What the column sealed begins with. A plain token follows as it is; a sealed
// one as the id of its key and what AES-GCM makes of it, nonce first. The row it
// belongs to is sealed with it.
const (
	plainToken  = 0
	sealedToken = 1
	keyIDSize   = 8
	keySize     = 32
)

// sealer turns token values into what is stored, and back. Its keys seal with
// the first and open with any; without one it stores values as they are.
type sealer struct{ keys []tokenKey }

type tokenKey struct {
	id   [keyIDSize]byte
	aead cipher.AEAD
}

// newSealer reads the keys. Its errors hold nothing of them.
func newSealer(keys []duijie.Secret) (*sealer, error) {
	s := &sealer{}
	for i, text := range keys {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text.Reveal()))
		if err != nil || len(key) != keySize {
			return nil, fmt.Errorf("key %d is not %d bytes in base64; make one with: openssl rand -base64 %d", i+1, keySize, keySize)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append([]byte("duijie token key\x00"), key...))
		s.keys = append(s.keys, tokenKey{id: [keyIDSize]byte(sum[:keyIDSize]), aead: aead})
	}
	return s, nil
}

// seal returns the column for the value of a row.
func (s *sealer) seal(scope string, gen, expires int64, value duijie.Secret) []byte {
	if len(s.keys) == 0 {
		return append([]byte{plainToken}, value.Reveal()...)
	}
	key := s.keys[0]
	sealed := append([]byte{sealedToken}, key.id[:]...)
	return key.aead.Seal(sealed, nil, []byte(value.Reveal()), sealContext(scope, gen, expires)) //nolint:gosec // the nonce is random, see newSealer
}

// open is the inverse of seal. An error other than [ErrTokenKey] means damage.
func (s *sealer) open(scope string, gen, expires int64, sealed []byte) (duijie.Secret, error) {
	switch {
	case len(sealed) == 0:
		return duijie.Secret{}, errors.New("the token is missing")
	case sealed[0] == plainToken:
		return duijie.NewSecret(string(sealed[1:])), nil
	case sealed[0] != sealedToken || len(sealed) < 1+keyIDSize:
		return duijie.Secret{}, errors.New("the token is stored in no known way")
	}
	id, box := [keyIDSize]byte(sealed[1:1+keyIDSize]), sealed[1+keyIDSize:]
	at := slices.IndexFunc(s.keys, func(k tokenKey) bool { return k.id == id })
	if at < 0 {
		return duijie.Secret{}, fmt.Errorf("%w (its id is %x, given are %s): see WithTokenKey", ErrTokenKey, id, s.ids())
	}
	value, err := s.keys[at].aead.Open(nil, nil, box, sealContext(scope, gen, expires))
	if err != nil {
		return duijie.Secret{}, errors.New("the seal of the token is broken")
	}
	return duijie.NewSecret(string(value)), nil
}

func (s *sealer) ids() string {
	var ids []string
	for _, key := range s.keys {
		ids = append(ids, fmt.Sprintf("%x", key.id))
	}
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}

// sealContext ties a seal to its row.
func sealContext(scope string, gen, expires int64) []byte {
	context := appendString([]byte("duijie token\x00"), scope)
	context = binary.AppendVarint(context, gen)
	return binary.AppendVarint(context, expires)
}
