package transport

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// redactor blanks a client's secrets out of texts that leave the package.
type redactor struct{ blank func(string) string }

func newRedactor(secrets []duijie.Secret) redactor {
	var texts []string
	for _, s := range secrets {
		if text := s.Reveal(); len(text) >= 4 { // shorter ones would blank out ordinary words
			texts = append(texts, text)
		}
	}
	if texts == nil {
		return redactor{}
	}
	return redactor{Blanker(texts...)}
}

// Blanker makes a function that blanks secrets out of a text: as they are, and as
// who repeats them may write them, escaped for a URL, in hex or in base64.
func Blanker(secrets ...string) func(string) string {
	var forms []string
	for _, secret := range secrets {
		forms = append(forms, spellings(secret)...)
	}
	// Of texts that begin alike the replacer takes the first: the longest.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, "[redacted]")
	}
	return strings.NewReplacer(pairs...).Replace
}

// spellings are the forms a secret may be repeated in.
func spellings(secret string) []string {
	var out []string
	add := func(least int, forms ...string) {
		for _, form := range forms {
			if len(form) >= least && !slices.Contains(out, form) {
				out = append(out, form)
			}
		}
	}
	add(1, secret)
	add(4, strings.TrimRight(secret, "=")) // what stands for the = of base64 may differ
	once := url.QueryEscape(secret)
	add(1, once, lowerEscapes(once), url.PathEscape(secret), url.QueryEscape(once))
	const least = 10 // what is shorter may be part of an ordinary word
	inHex := hex.EncodeToString([]byte(secret))
	add(least, inHex, strings.ToUpper(inHex))
	for _, base := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		text := base.EncodeToString([]byte(secret))
		add(least, text, strings.TrimRight(text, "="), url.QueryEscape(text))
		// Inside of a longer text that is encoded as a whole.
		for before, skip := range []int{0, 2, 3} {
			bits := 8 * (before + len(secret))
			inner := base.WithPadding(base64.NoPadding).EncodeToString(append(make([]byte, before), secret...))
			if whole := bits / 6; whole > skip {
				add(least, inner[skip:whole])
			}
		}
	}
	return out
}

var escape = regexp.MustCompile("%[0-9A-F]{2}")

// lowerEscapes writes %2B as %2b.
func lowerEscapes(text string) string { return escape.ReplaceAllStringFunc(text, strings.ToLower) }

// Clean blanks the client's secrets out of a text of the platform's that does
// not pass through a verdict.
func (t *Transport) Clean(text string) string { return t.redactor.clean(text) }

func (r redactor) clean(text string) string {
	if r.blank == nil || text == "" {
		return text
	}
	return r.blank(text)
}

// clean blanks the client's secrets and those of the call.
func (s *callState) clean(text string) string {
	text = s.t.redactor.clean(text)
	if s.call.Hide != nil && text != "" {
		text = s.call.Hide(text)
	}
	return text
}

// err rewrites an error of the HTTP side: a *url.Error would print the whole
// query, so the URL is dropped, and whatever looks like a query or a secret
// is blanked. The chain stays open to errors.Is.
func (s *callState) err(err error) error {
	if err == nil {
		return nil
	}
	var ue *url.Error
	for errors.As(err, &ue) {
		err = ue.Err
	}
	return Cleaned(err, func(text string) string { return s.clean(queryText.ReplaceAllString(text, "$1?[redacted]")) })
}

// Cleaned is an error that prints what clean makes of its text, and matches what err
// matches; err itself where that is the same.
func Cleaned(err error, clean func(string) string) error {
	if err == nil {
		return nil
	}
	text := clean(err.Error())
	if text == err.Error() {
		return err
	}
	return &cleanError{text: text, is: func(target error) bool { return errors.Is(err, target) }}
}

var queryText = regexp.MustCompile(`(https?://[^\s"'?]*)\?[^\s"']*`)

// cleanError prints the cleaned text under every verb, and still matches its cause.
type cleanError struct {
	text string
	is   func(error) bool
}

func (e *cleanError) Error() string        { return e.text }
func (e *cleanError) Is(target error) bool { return e.is(target) }

func (t *Transport) userAgent() string {
	if ua := t.cfg.Options.UserAgent; ua != "" {
		return ua
	}
	return duijie.DefaultUserAgent
}
