// Package tokenseal turns token values into what stores keep, and back: sealed
// with AES-256-GCM and bound to the row they belong to, or as they are where no key
// was given. All stores keep tokens in this form.
package tokenseal

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

// What a stored value begins with. A plain token follows as it is; a sealed one as
// the id of its key and what AES-GCM makes of it, nonce first.
const (
	plainToken  = 0
	sealedToken = 1
	keyIDSize   = 8
	keySize     = 32
)

// Sealer seals with the first of its keys and opens with any; without one it
// stores values as they are. It is safe for concurrent use.
type Sealer struct {
	keys    []tokenKey
	unknown error
}

type tokenKey struct {
	id   [keyIDSize]byte
	aead cipher.AEAD
}

// New reads the keys, each 32 bytes in base64. Its errors hold nothing of them.
// unknown is the error for a value that none of the keys opens.
func New(unknown error, keys []duijie.Secret) (*Sealer, error) {
	s := &Sealer{unknown: unknown}
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

// HasKey tells whether values are sealed.
func (s *Sealer) HasKey() bool { return len(s.keys) > 0 }

// Seal returns what is stored for the value of a row.
func (s *Sealer) Seal(scope string, gen, expires int64, value duijie.Secret) []byte {
	if len(s.keys) == 0 {
		return append([]byte{plainToken}, value.Reveal()...)
	}
	key := s.keys[0]
	sealed := append([]byte{sealedToken}, key.id[:]...)
	return key.aead.Seal(sealed, nil, []byte(value.Reveal()), sealContext(scope, gen, expires)) //nolint:gosec // the nonce is random, see New
}

// Open is the inverse of Seal. An error other than the one for unknown keys means
// damage.
func (s *Sealer) Open(scope string, gen, expires int64, sealed []byte) (duijie.Secret, error) {
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
		return duijie.Secret{}, fmt.Errorf("%w (its id is %x, given are %s): see WithTokenKey", s.unknown, id, s.ids())
	}
	value, err := s.keys[at].aead.Open(nil, nil, box, sealContext(scope, gen, expires))
	if err != nil {
		return duijie.Secret{}, errors.New("the seal of the token is broken")
	}
	return duijie.NewSecret(string(value)), nil
}

func (s *Sealer) ids() string {
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
	context := append([]byte("duijie token\x00"), binary.AppendUvarint(nil, uint64(len(scope)))...)
	context = append(context, scope...)
	context = binary.AppendVarint(context, gen)
	return binary.AppendVarint(context, expires)
}
