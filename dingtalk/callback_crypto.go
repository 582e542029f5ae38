package dingtalk

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// ErrCallback is a callback that is not the platform's: its signature, its encryption
// or its owner key is wrong.
var ErrCallback = errors.New("dingtalk: the callback is not authentic")

// SignCallback is the msg_signature of a callback (事件订阅): SHA-1 over the token, the
// timestamp, the nonce and the encrypted text, sorted by their bytes, in lower-case hex.
func SignCallback(token duijie.Secret, timestamp, nonce, encrypted string) string {
	parts := []string{token.Reveal(), timestamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// VerifyCallback compares a signature in constant time.
func VerifyCallback(token duijie.Secret, signature, timestamp, nonce, encrypted string) bool {
	return subtle.ConstantTimeCompare([]byte(SignCallback(token, timestamp, nonce, encrypted)), []byte(signature)) == 1
}

// callbackPad is the block the texts are padded to. Twice that of AES.
const callbackPad = 32

// callbackCipher reads an aes_key: 43 letters and digits, whose last may carry bits that
// belong to no byte.
func callbackCipher(aesKey duijie.Secret) (block cipher.Block, iv []byte, err error) {
	key, err := base64.StdEncoding.DecodeString(aesKey.Reveal() + "=")
	if err != nil || len(key) != 32 {
		return nil, nil, fmt.Errorf("dingtalk: the aes_key of a callback is 43 letters and digits: %w", duijie.ErrInvalid)
	}
	if block, err = aes.NewCipher(key); err != nil {
		return nil, nil, fmt.Errorf("dingtalk: aes_key: %w", err)
	}
	return block, key[:aes.BlockSize], nil
}

// EncryptCallback encrypts a text for the platform, as the answer to a callback is. The
// owner key is that of the application: its app key, or the corp id of older ones.
func EncryptCallback(aesKey duijie.Secret, ownerKey, text string) (string, error) {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("dingtalk: random bytes: %w", err)
	}
	return encryptCallback(aesKey, ownerKey, text, random[:])
}

func encryptCallback(aesKey duijie.Secret, ownerKey, text string, random []byte) (string, error) {
	block, iv, err := callbackCipher(aesKey)
	if err != nil {
		return "", err
	}
	plain := binary.BigEndian.AppendUint32(slices.Clone(random), uint32(len(text))) //nolint:gosec // a text of 4 GB has no callback
	plain = append(append(plain, text...), ownerKey...)
	pad := callbackPad - len(plain)%callbackPad
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

// DecryptCallback decrypts the encrypt member of a callback. It returns the event, a JSON
// object, and the owner key it is for. The error matches [ErrCallback].
func DecryptCallback(aesKey duijie.Secret, encrypted string) (event []byte, ownerKey string, err error) {
	block, iv, err := callbackCipher(aesKey)
	if err != nil {
		return nil, "", err
	}
	plain, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(plain) == 0 || len(plain)%aes.BlockSize != 0 {
		return nil, "", fmt.Errorf("%w: the text is not encrypted", ErrCallback)
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, plain)
	if pad := int(plain[len(plain)-1]); pad >= 1 && pad <= callbackPad && pad <= len(plain) {
		plain = plain[:len(plain)-pad]
	}
	const head = 16 + 4
	if len(plain) < head {
		return nil, "", fmt.Errorf("%w: the text is too short", ErrCallback)
	}
	n := int64(binary.BigEndian.Uint32(plain[16:head]))
	if n > int64(len(plain)-head) {
		return nil, "", fmt.Errorf("%w: its length runs past its end", ErrCallback)
	}
	return plain[head : head+n], string(plain[head+n:]), nil
}
