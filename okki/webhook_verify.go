package okki

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// SignWebhook is the signature of a delivery: the lower-case hex HMAC-SHA256 of
// timestamp and body. The key is the text of the secret (security_config), which is
// base64 and not decoded for this. The sender signs plain slashes even where it
// writes them as \/.
func SignWebhook(secret duijie.Secret, timestamp string, body []byte) string {
	return hex.EncodeToString(webhookMAC(secret, timestamp, bytes.ReplaceAll(body, []byte(`\/`), []byte("/"))))
}

func webhookMAC(secret duijie.Secret, timestamp string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret.Reveal()))
	h.Write([]byte(timestamp))
	h.Write(body)
	return h.Sum(nil)
}

// VerifyWebhook tells whether a delivery is signed with the secret, over its body as
// it is or with plain slashes. It compares in constant time.
func VerifyWebhook(secret duijie.Secret, timestamp, signature string, body []byte) bool {
	given, err := hex.DecodeString(strings.TrimSpace(signature))
	if err != nil || len(given) != sha256.Size || secret.IsZero() || timestamp == "" {
		return false
	}
	asItIs := hmac.Equal(given, webhookMAC(secret, timestamp, body))
	plain := hmac.Equal(given, webhookMAC(secret, timestamp, bytes.ReplaceAll(body, []byte(`\/`), []byte("/"))))
	return asItIs || plain
}

const (
	nonceSize = 12
	tagSize   = 16
	keySize   = 32
)

// webhookKey is the key of the encryption: the secret, base64-decoded.
func webhookKey(secret duijie.Secret) (cipher.AEAD, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(secret.Reveal()))
	if err != nil || len(key) != keySize {
		return nil, fmt.Errorf("okki: the webhook secret is no base64 of %d bytes: take security_config as it is: %w", keySize, duijie.ErrInvalid)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("okki: %w", err)
	}
	return cipher.NewGCM(block)
}

// DecryptWebhook decrypts the data of a delivery: base64 of nonce, tag and AES-256-GCM
// ciphertext. It fails where a bit was changed.
func DecryptWebhook(secret duijie.Secret, data string) ([]byte, error) {
	aead, err := webhookKey(secret)
	if err != nil {
		return nil, err
	}
	sealed, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(sealed) < nonceSize+tagSize {
		return nil, fmt.Errorf("okki: the data of the delivery is no base64 of something encrypted: %w", duijie.ErrMalformedAnswer)
	}
	nonce, tag, text := sealed[:nonceSize], sealed[nonceSize:nonceSize+tagSize], sealed[nonceSize+tagSize:]
	plain, err := aead.Open(nil, nonce, append(bytes.Clone(text), tag...), nil) // Go wants the tag behind
	if err != nil {
		return nil, fmt.Errorf("okki: the data of the delivery does not decrypt with this secret: %w", duijie.ErrMalformedAnswer)
	}
	return plain, nil
}

// EventTest is the biz_type of the challenge the platform sends to try an address.
const EventTest = "xiaoman.open.callback.test"

// Event is something that happened to a record. It carries ids only: read the record.
type Event struct {
	Type string          `json:"biz_type"` // "xiaoman.crm.order.create"
	Data json.RawMessage `json:"biz_data"` // ids and numbers, an object
}

// Module is the module of the event: "order", "company", "dynamic_trail" and so on.
func (e Event) Module() string {
	parts := strings.Split(e.Type, ".")
	if len(parts) < 2 {
		return ""
	}
	return parts[len(parts)-2]
}

// Action is what happened: create, update or delete.
func (e Event) Action() string { return e.Type[strings.LastIndexByte(e.Type, '.')+1:] }

// eventIDs are the members of ids whose names do not follow from the module.
var eventIDs = map[string]string{"dynamic_trail": "trail_id"}

// ID is the id of the record, 0 where the event tells none.
func (e Event) ID() int64 {
	module := e.Module()
	if n, ok := whole(memberText(e.Data, firstOf(eventIDs[module], module+"_id"))); ok {
		return n
	}
	for m := range wire.Walk(e.Data) { // the only id of some other name
		if name := string(m.Key); strings.HasSuffix(name, "_id") && name != "serial_id" {
			if n, ok := whole(scalar(m.Value)); ok {
				return n
			}
		}
	}
	return 0
}

// Number is the number of the record (order_no, serial_id and so on), "" where the
// event tells none.
func (e Event) Number() string {
	for m := range wire.Walk(e.Data) {
		if name := string(m.Key); strings.HasSuffix(name, "_no") || name == "serial_id" {
			return scalar(m.Value)
		}
	}
	return ""
}

// Message is a delivery: one or several events.
type Message struct {
	ID     string  // message_id, the same in every redelivery
	Events []Event // in the platform's order
}

// readMessage decrypts a delivery that was verified.
func readMessage(secret duijie.Secret, body []byte) (Message, error) {
	if !json.Valid(body) || wire.First(body) != '{' {
		return Message{}, fmt.Errorf("okki: the delivery is no JSON object: %w", duijie.ErrMalformedAnswer)
	}
	m := members(body)
	msg := Message{ID: scalar(m["message_id"])}
	if msg.ID == "" {
		return Message{}, fmt.Errorf("okki: the delivery has no message_id: %w", duijie.ErrMalformedAnswer)
	}
	plain, err := DecryptWebhook(secret, scalar(m["data"]))
	if err != nil {
		return msg, err
	}
	if !json.Valid(plain) || wire.First(member(plain, "biz")) != '[' {
		return msg, fmt.Errorf("okki: the delivery holds no events: %w", duijie.ErrMalformedAnswer)
	}
	for item := range wire.Elements(member(plain, "biz")) {
		e := Event{Type: memberText(item, "biz_type"), Data: bytes.Clone(member(item, "biz_data"))}
		if e.Type == "" {
			return msg, fmt.Errorf("okki: an event has no biz_type: %w", duijie.ErrMalformedAnswer)
		}
		msg.Events = append(msg.Events, e)
	}
	return msg, nil
}
