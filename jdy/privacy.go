package jdy

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// privacyIV is the same for everybody; the platform documents it.
const privacyIV = "5e8y6w45ju8w9jq8"

// Decrypt reads a private field (隐私字段): phones, addresses, e-mail, bank
// accounts and ID numbers come encrypted with the client secret. A text that is not
// encrypted, as some old account sets answer, and "" come back as they are.
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
