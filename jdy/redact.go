package jdy

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// blanks are the secrets a client knows or came to know, for whatever leaves it:
// the platform may repeat them.
type blanks struct {
	mu      sync.Mutex
	own     []string // of the Config
	lasting []string // secrets of the day and tokens, the newest last
	passing []string // signatures, the newest last
	cached  func(string) string
}

const (
	shortestSecret = 8
	mostLasting    = 64
	mostPassing    = 64 // several times the calls in flight
	signatureSize  = 64 // hex text of a signature, which is sent in base64
)

func newBlanks(cfg Config) *blanks {
	b := &blanks{}
	for _, s := range []string{cfg.ClientSecret.Reveal(), cfg.AppSecret.Reveal()} {
		if len(s) >= shortestSecret {
			b.own = append(b.own, s)
		}
	}
	return b
}

// note remembers secrets that last.
func (b *blanks) note(secrets ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range secrets {
		if len(s) < shortestSecret || len(b.lasting) > 0 && b.lasting[len(b.lasting)-1] == s {
			continue
		}
		known := slices.Index(b.lasting, s)
		if known >= 0 {
			b.lasting = slices.Delete(b.lasting, known, known+1)
		} else {
			b.cached = nil
		}
		b.lasting = append(b.lasting, s)
		if len(b.lasting) > mostLasting {
			b.lasting = slices.Clone(b.lasting[1:])
			b.cached = nil
		}
	}
}

// sign remembers a signature, which is one call's, and the hex text inside it.
func (b *blanks) sign(signature string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.passing = append(b.passing, signature)
	if len(b.passing) > mostPassing {
		b.passing = slices.Clone(b.passing[1:])
	}
}

// hide blanks all of them out of a text.
func (b *blanks) hide(text string) string {
	if b == nil || len(text) < shortestSecret {
		return text
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cached == nil {
		b.cached = transport.Blanker(slices.Concat(b.own, b.lasting)...)
	}
	text = b.cached(text)
	if len(text) < signatureSize || len(b.passing) == 0 {
		return text
	}
	var forms []string
	for _, s := range b.passing {
		forms = append(forms, s)
		if inner, err := base64.StdEncoding.DecodeString(s); err == nil {
			forms = append(forms, string(inner))
		}
	}
	return transport.Blanker(forms...)(text)
}

// clean is an error whose text holds no secret.
func (b *blanks) clean(err error) error {
	return transport.Cleaned(err, b.hide)
}

// cause is the failed rows of a write, without secrets in their words.
func (b *blanks) cause(err error) error {
	p, ok := err.(*PartialError) //nolint:errorlint // a verdict's own cause, never wrapped
	if !ok {
		return b.clean(err)
	}
	for i, r := range p.Rows {
		p.Rows[i].ID, p.Rows[i].Number, p.Rows[i].Message = b.hide(r.ID), b.hide(r.Number), b.hide(r.Message)
	}
	return p
}

// secretsIn are the secrets an answer of the authorisation holds, wherever in it
// they stand.
func secretsIn(valid json.RawMessage) []string {
	var out []string
	for m := range wire.Walk(valid) {
		switch strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(string(m.Key))) {
		case "appsecret", "appkey", "apptoken", "accesstoken", "appsignature", "clientsecret", "token":
			out = append(out, scalar(m.Value))
		}
		out = append(out, secretsIn(m.Value)...)
	}
	for item := range wire.Elements(valid) {
		out = append(out, secretsIn(item)...)
	}
	return out
}
