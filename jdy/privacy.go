package jdy

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// privacyIV is the same for everybody; the platform documents it.
const privacyIV = "5e8y6w45ju8w9jq8"

// Decrypt reads a private field (隐私字段): phones, addresses, e-mail, bank
// accounts and ID numbers come encrypted with the client secret. A text that is not
// encrypted, as some old account sets answer, and "" come back as they are. The types of
// this package are decrypted already, and so are text fields of your own that are tagged
// jdy:"private".
func (c *Client) Decrypt(text string) string {
	if readable, ok := decryptText(c.cfg.ClientSecret.Reveal(), text); ok {
		return readable
	}
	return text
}

// decryptText is AES-256-CBC with PKCS#7 padding; ok is false for what was not
// made so.
func decryptText(key, text string) (readable string, ok bool) {
	if text == "" {
		return "", false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(raw) == 0 || len(raw)%aes.BlockSize != 0 || len(key) != 32 {
		return "", false
	}
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		return "", false
	}
	cipher.NewCBCDecrypter(block, []byte(privacyIV)).CryptBlocks(raw, raw)
	pad := int(raw[len(raw)-1])
	if pad < 1 || pad > aes.BlockSize {
		return "", false
	}
	for _, b := range raw[len(raw)-pad:] {
		if int(b) != pad {
			return "", false
		}
	}
	raw = raw[:len(raw)-pad]
	return string(raw), utf8.Valid(raw)
}

// Encrypt makes a private field as the platform answers it. The platform does not
// say that saves want it so: they are sent in clear text unless you do this.
func (c *Client) Encrypt(text string) string {
	key := c.cfg.ClientSecret.Reveal()
	block, err := aes.NewCipher([]byte(key))
	if err != nil || len(key) != 32 || text == "" {
		return text
	}
	pad := aes.BlockSize - len(text)%aes.BlockSize
	raw := append([]byte(text), strings.Repeat(string(rune(pad)), pad)...)
	cipher.NewCBCEncrypter(block, []byte(privacyIV)).CryptBlocks(raw, raw) //nolint:gosec // the platform fixes key and IV
	return base64.StdEncoding.EncodeToString(raw)
}

// decode is the decoder of all answers: private fields come out readable.
func (c *Client) decode(b json.RawMessage, out any) error {
	err := decode(b, out)
	c.reveal(reflect.ValueOf(out).Elem())
	return c.blanks.clean(err)
}

// reveal decrypts the text fields tagged jdy:"private" of a value, at any depth.
func (c *Client) reveal(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.reveal(v.Elem())
		}
	case reflect.Slice:
		if holdsPrivate(v.Type().Elem()) {
			for i := range v.Len() {
				c.reveal(v.Index(i))
			}
		}
	case reflect.Struct:
		for _, i := range privateIn(v.Type()) {
			if f := v.Field(i); f.Kind() == reflect.String {
				f.SetString(c.Decrypt(f.String()))
			} else {
				c.reveal(f)
			}
		}
	}
}

var privateFields sync.Map // reflect.Type → []int

// privateIn are the fields of a struct that are private, or hold some.
func privateIn(t reflect.Type) []int {
	known, ok := privateFields.Load(t)
	if !ok {
		known, _ = privateFields.LoadOrStore(t, findPrivate(t, nil))
	}
	return known.([]int) //nolint:forcetypeassert // stored above
}

// findPrivate looks through the types inside t but those it is inside of itself.
func findPrivate(t reflect.Type, around []reflect.Type) []int {
	var out []int
	for i := range t.NumField() {
		f := t.Field(i)
		private := f.Type.Kind() == reflect.String && f.Tag.Get("jdy") == "private"
		inner := structIn(f.Type)
		if inner != nil && !private {
			// A type that holds itself is looked through again when its values are.
			private = inner == t || slices.Contains(around, inner) || len(findPrivate(inner, append(around, t))) > 0
		}
		if f.IsExported() && private {
			out = append(out, i)
		}
	}
	return out
}

func holdsPrivate(t reflect.Type) bool {
	inner := structIn(t)
	return inner != nil && len(privateIn(inner)) > 0
}

// structIn is the struct behind pointers and lists, nil when there is none.
func structIn(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}
