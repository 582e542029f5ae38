package duijie

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret holds a password, key or token. It prints as "[redacted]" under every
// fmt verb, in slog, JSON, panics and inside other structs, exported or not.
// The zero value is the empty secret.
type Secret struct {
	text *string // behind a pointer: fmt prints an address where it ignores methods
}

// NewSecret wraps s.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{text: &s}
}

// Reveal returns the text. Call it where the secret is used, never to store it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero tells whether the secret is empty.
func (s Secret) IsZero() bool { return s.text == nil }

// Fingerprint is a short hash that tells two secrets apart without showing
// them; it is part of the keys tokens are stored under.
func (s Secret) Fingerprint() string {
	sum := sha256.Sum256([]byte("duijie secret\x00" + s.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// String returns "[redacted]", or "" for the empty secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// Format prints the redacted form for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue is the redacted form.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is the redacted form, for JSON, XML and map keys alike.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a secret from a settings file.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}
