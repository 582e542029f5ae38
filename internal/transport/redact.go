package transport

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// redactor blanks a client's secrets out of texts that leave the package.
type redactor struct{ replacer *strings.Replacer }

func newRedactor(secrets []duijie.Secret) redactor {
	var texts []string
	add := func(text string) {
		if len(text) >= 4 { // shorter ones would blank out ordinary words
			texts = append(texts, text)
		}
	}
	for _, s := range secrets {
		text := s.Reveal()
		add(text)
		if escaped := url.QueryEscape(text); escaped != text {
			add(escaped)
		}
	}
	if texts == nil {
		return redactor{}
	}
	// Of texts that begin alike the replacer takes the first: the longest.
	slices.SortFunc(texts, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(texts))
	for _, text := range texts {
		pairs = append(pairs, text, "[redacted]")
	}
	return redactor{strings.NewReplacer(pairs...)}
}

// Clean blanks the client's secrets out of a text of the platform's that does
// not pass through a verdict.
func (t *Transport) Clean(text string) string { return t.redactor.clean(text) }

func (r redactor) clean(text string) string {
	if r.replacer == nil || text == "" {
		return text
	}
	return r.replacer.Replace(text)
}

// err rewrites an error of the HTTP side: a *url.Error would print the whole
// query, so the URL is dropped, and whatever looks like a query or a secret
// is blanked. The chain stays open to errors.Is.
func (r redactor) err(err error) error {
	if err == nil {
		return nil
	}
	var ue *url.Error
	for errors.As(err, &ue) {
		err = ue.Err
	}
	text := r.clean(queryText.ReplaceAllString(err.Error(), "$1?[redacted]"))
	if text == err.Error() {
		return err
	}
	return &cleanError{text: text, cause: err}
}

var queryText = regexp.MustCompile(`(https?://[^\s"'?]*)\?[^\s"']*`)

// cleanError prints the cleaned text and still matches its cause.
type cleanError struct {
	text  string
	cause error
}

func (e *cleanError) Error() string        { return e.text }
func (e *cleanError) Is(target error) bool { return errors.Is(e.cause, target) }

func (t *Transport) userAgent() string {
	if ua := t.cfg.Options.UserAgent; ua != "" {
		return ua
	}
	return duijie.DefaultUserAgent
}
