package kingdee

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
)

// credentials are what signatures and logins are made from.
type credentials struct {
	acctID, username, orgNum string
	lcid                     int
	switched                 bool          // orgNum is switched to after the login, not part of it
	appID                    duijie.Secret // its second part hides the client secret
	appSecret                duijie.Secret
	password                 duijie.Secret
}

// signer makes the nine headers of signed requests. Six of them depend on the
// credentials alone and are made once. They are behind two pointers: printing what
// holds a signer, even under a verb that does not fit, shows an address.
type signer struct{ keys *signKeys }

type signKeys struct {
	fixed        http.Header
	clientSecret string
}

func newSigner(c credentials) *signer {
	appID := c.appID.Reveal()
	clientID, clientSecret, _ := splitAppID(appID) // checked by NewClient
	plain := strings.Join([]string{c.acctID, c.username, strconv.Itoa(c.lcid), c.orgNum}, ",")
	h := http.Header{}
	h.Set("X-Api-ClientID", clientID)
	h.Set("X-Api-Auth-Version", "2.0")
	h.Set("X-Api-Signheaders", "x-api-timestamp,x-api-nonce")
	h.Set("X-Kd-Appkey", appID)
	h.Set("X-Kd-Appdata", base64.StdEncoding.EncodeToString([]byte(plain)))
	h.Set("X-Kd-Signature", hmacText(c.appSecret.Reveal(), appID+plain))
	return &signer{&signKeys{fixed: h, clientSecret: clientSecret}}
}

// sign sets the headers of one request. path is path and query as they are sent.
func (s *signer) sign(h http.Header, path, timestamp, nonce string) {
	for k, v := range s.keys.fixed {
		h[k] = v
	}
	fresh := []string{timestamp, nonce, apiSignature(s.keys.clientSecret, path, timestamp, nonce)}
	h["X-Api-Timestamp"], h["X-Api-Nonce"], h["X-Api-Signature"] = fresh[0:1:1], fresh[1:2:2], fresh[2:3:3]
}

// apiSignature is empty for an AppID that has no client secret.
func apiSignature(clientSecret, path, timestamp, nonce string) string {
	if clientSecret == "" {
		return ""
	}
	return hmacText(clientSecret, "POST\n"+url.QueryEscape(path)+"\n\nx-api-nonce:"+nonce+"\nx-api-timestamp:"+timestamp+"\n")
}

// hmacText is base64 over the hex text of the HMAC, not over its bytes.
func hmacText(key, text string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(m.Sum(nil))))
}

const clientSecretMask = "0054f397c6234378b09ca7d3e5debce7" //nolint:gosec // printed in every official SDK

// splitAppID takes an AppID apart. Without "_" the whole of it is the client
// id and there is no client secret; of more than two parts the first two count.
func splitAppID(appID string) (clientID, clientSecret string, err error) {
	parts := strings.Split(appID, "_")
	if len(parts) == 1 {
		return appID, "", nil
	}
	if len(parts[1]) != len(clientSecretMask) {
		return parts[0], "", errors.New("the part behind _ must have 32 characters")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[1])
	if err != nil {
		return parts[0], "", errors.New("the part behind _ is not base64")
	}
	for i := range raw {
		raw[i] ^= clientSecretMask[i]
	}
	return parts[0], base64.StdEncoding.EncodeToString(raw), nil
}

// loginSign is the hash of LoginBySign: the texts in byte order, joined.
func loginSign(legacySHA1 bool, texts ...string) string {
	sorted := slices.Sorted(slices.Values(texts))
	joined := []byte(strings.Join(sorted, ""))
	if legacySHA1 {
		sum := sha1.Sum(joined)
		return hex.EncodeToString(sum[:])
	}
	sum := sha256.Sum256(joined)
	return hex.EncodeToString(sum[:])
}

// encodeLogin is the DES-CBC text of ValidateUserEnDeCode. Its key is public:
// it hides a password from a glance, not from an attacker.
func encodeLogin(text string) (string, error) {
	key := []byte("KingdeeK")
	block, err := des.NewCipher(key)
	if err != nil {
		return "", err
	}
	pad := des.BlockSize - len(text)%des.BlockSize
	raw := append([]byte(text), slices.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, key).CryptBlocks(raw, raw) //nolint:gosec // the platform fixes key and IV
	return base64.StdEncoding.EncodeToString(raw), nil
}
