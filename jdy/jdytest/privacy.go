package jdytest

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// privacyIV is the documented, fixed initialisation vector.
const privacyIV = "5e8y6w45ju8w9jq8"

var contactFields = []string{"mobile", "phone", "email", "qq", "wechat", "birthday", "contact_address"}

// privateFields are the fields that come encrypted, by the beginning of the list.
var privateFields = []struct {
	list   string
	fields []string
}{
	{"bd/customer", append([]string{"addr", "bank_account", "invoice_phone"}, contactFields...)},
	{"bd/supplier", append([]string{"bank_account", "income_acc_no", "income_bank_code"}, contactFields...)},
	{"bd/emp", []string{"mobile", "id_number", "email"}},
	{"scm/", []string{"contact_phone", "contact_address", "dispatcher_phone", "dispatcher_address"}},
	{"sys/user_list", []string{"phone"}},
	{"sys/current_user_info", []string{"phone"}},
}

func private(list, name string) bool {
	for _, p := range privateFields {
		if (list == p.list || strings.HasSuffix(p.list, "/") && strings.HasPrefix(list, p.list)) && slices.Contains(p.fields, name) {
			return true
		}
	}
	return false
}

// hide encrypts the value of a private field.
func (s *Server) hide(list, name, value string) string {
	if value == "" || s.clearPrivacy || !private(list, name) {
		return value
	}
	return s.Encrypt(value)
}

// Encrypt is a private field's value as the platform sends it: AES-256-CBC under
// the client_secret, base64.
func (s *Server) Encrypt(value string) string {
	block, err := aes.NewCipher([]byte(s.clientSecret))
	if err != nil {
		return value // a client_secret of another length: an account set without encryption
	}
	pad := aes.BlockSize - len(value)%aes.BlockSize
	data := append([]byte(value), slices.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, []byte(privacyIV)).CryptBlocks(data, data) //nolint:gosec // the platform's documented IV is fixed
	return base64.StdEncoding.EncodeToString(data)
}

// Decrypt reads what [Server.Encrypt] wrote.
func (s *Server) Decrypt(hidden string) (string, error) {
	data, err := base64.StdEncoding.DecodeString(hidden)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return "", errors.New("jdytest: no private field")
	}
	block, err := aes.NewCipher([]byte(s.clientSecret))
	if err != nil {
		return "", err
	}
	cipher.NewCBCDecrypter(block, []byte(privacyIV)).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad == 0 || pad > aes.BlockSize || !slices.Equal(data[len(data)-pad:], slices.Repeat([]byte{byte(pad)}, pad)) {
		return "", errors.New("jdytest: wrong padding")
	}
	return string(data[:len(data)-pad]), nil
}

// uncover decrypts the private fields of a save, where they are encrypted.
func (b *Book) uncover(l *list, row Row) {
	if !b.s.encryptedSaves {
		return
	}
	for _, r := range append([]Row{row}, b.entriesOf(row)...) {
		for k, v := range r {
			if !private(l.name, k) {
				continue
			}
			if shown, err := b.s.Decrypt(text(v)); err == nil {
				r[k] = shown
			}
		}
	}
}
