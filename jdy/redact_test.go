package jdy

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// echo is a platform that repeats all it was sent, and all it knows.
type echo struct {
	mu      sync.Mutex
	at      string // the call that is answered so: authorize, token or business
	how     string
	form    func(string) string
	secrets []string // ever sent or told
}

const (
	echoKey         = "kEy0Pl4nt"
	echoToken       = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOjd9.c2lnLXBsYW50ZWQ"
	echoAccessToken = "acce55t0ken-planted-0123456789ab"
)

func (e *echo) note(secrets ...string) {
	for _, s := range secrets {
		if s != "" && !slices.Contains(e.secrets, s) {
			e.secrets = append(e.secrets, s)
		}
	}
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	place, good := "business", `{"errcode":0,"data":{"rows":[]}}`
	switch r.URL.Path {
	case authorizePath:
		place = "authorize"
		good = fmt.Sprintf(`{"code":200,"data":[{"accountId":"1","status":1,"appKey":%q,"appSecret":%q}]}`, echoKey, plantedAppSecret)
	case tokenPath:
		place, good = "token", tokenAnswer(echoToken)
	}
	known := e.known(r, place)
	if place != e.at {
		_, _ = w.Write([]byte(good))
		return
	}
	var words []string
	for name, values := range r.Header {
		words = append(words, name+": "+strings.Join(values, ","))
	}
	words = append(words, known...)
	words = append(words, r.URL.RawQuery)
	for i, word := range words {
		words[i] = e.form(word)
	}
	e.answer(w, place, strings.Join(words, " "), e.form(strings.Join(known, " ")))
}

// known are the secrets the client knows too by the time of the answer.
func (e *echo) known(r *http.Request, place string) []string {
	known := []string{plantedSecret, r.URL.Query().Get("app_signature"), r.Header.Get("X-Api-Signature"), r.Header.Get("app-token")}
	told := e.how == "refusal" || e.how == "code" // the answer holds new ones beside the words
	if place != "authorize" || told {
		known = append(known, plantedAppSecret, echoKey)
	}
	if place != "business" && told {
		known = append(known, echoToken, echoAccessToken)
	}
	known = slices.DeleteFunc(known, func(s string) bool { return s == "" })
	e.note(known...)
	for _, s := range known {
		if inner, err := base64.StdEncoding.DecodeString(s); err == nil && len(inner) == 64 {
			e.note(string(inner))
		}
	}
	return known
}

func (e *echo) answer(w http.ResponseWriter, place, words, whole string) {
	data := `{"appSecret":"` + plantedAppSecret + `","app-token":"` + echoToken + `","access_token":"` + echoAccessToken + `","x":[{"appKey":"` + echoKey + `"}]}`
	if place == "business" {
		data = `null`
	}
	body := func(status int, format string, args ...any) {
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, format, args...)
	}
	quoted, _ := json.Marshal(words + " " + whole)
	w.Header().Set("X-Api-Requestid", words+whole)
	switch e.how {
	case "refusal":
		body(200, `{"errcode":1030002000,"description":%s,"data":%s}`, quoted, data)
	case "gateway":
		body(519, `{"errcode":4008,"description_cn":%s}`, quoted)
	case "code":
		body(200, `{"errcode":%s,"data":%s}`, quoted, data)
	case "page":
		body(500, "<html>%s</html>", words)
	case "text data":
		body(200, `{"errcode":0,"description":%[1]s,"data":%[1]s}`, quoted)
	case "odd rows":
		body(200, `{"errcode":0,"data":{"rows":[{"id":%[1]s,"list":%[1]s,"n":%[1]s,"ids":[%[1]s]},%[1]s],"list":%[1]s,"n":%[1]s}}`, quoted)
	case "failed rows":
		body(200, `{"errcode":0,"data":{"rows":[{"id":"","number":%[1]s,"success":false,"errors":[{"message":%[1]s}]}],"errors":[%[1]s]}}`, quoted)
	case "broken":
		conn, _, err := w.(http.Hijacker).Hijack() //nolint:forcetypeassert // of a test server
		if err == nil {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nbroken %s %s\r\n\r\n", words, whole)
			_ = conn.Close()
		}
	}
}

// readings are what a text may hide: the text itself, unescaped, and what its
// longer runs of hex and base64 stand for.
func readings(text string) []string {
	out := []string{text}
	one := regexp.MustCompile("%[0-9A-Fa-f]{2}")
	for range 2 {
		text = one.ReplaceAllStringFunc(text, func(s string) string { b, _ := hex.DecodeString(s[1:]); return string(b) })
		out = append(out, text)
	}
	for _, one := range slices.Clone(out) {
		for _, run := range regexp.MustCompile("[0-9A-Fa-f]{16,}").FindAllString(one, -1) {
			for shift := range 2 {
				b, _ := hex.DecodeString(run[shift : len(run)-(len(run)-shift)%2])
				out = append(out, string(b))
			}
		}
		for _, run := range regexp.MustCompile("[A-Za-z0-9+/_-]{16,}").FindAllString(one, -1) {
			run = strings.NewReplacer("-", "+", "_", "/").Replace(run)
			for shift := range 4 {
				piece := run[shift:]
				b, _ := base64.RawStdEncoding.DecodeString(piece[:len(piece)-len(piece)%4])
				out = append(out, string(b))
			}
		}
	}
	return out
}

// printed is all a chain of errors prints.
func printed(err error) string {
	var b strings.Builder
	var walk func(error)
	walk = func(err error) {
		if err == nil {
			return
		}
		fmt.Fprintf(&b, "%v\n%+v\n%#v\n%q\n", err, err, err, err)
		if p, ok := err.(*PartialError); ok { //nolint:errorlint // each error of the chain is looked at
			fmt.Fprintf(&b, "%#v\n", *p)
		}
		if e, ok := err.(*duijie.APIError); ok { //nolint:errorlint // as above
			fmt.Fprintf(&b, "%#v %+v\n", *e, e.LogValue())
		}
		switch e := err.(type) { //nolint:errorlint // as above
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				walk(one)
			}
		}
	}
	walk(err)
	return b.String()
}

// use makes all kinds of calls and returns what a program would print of them.
func (e *echo) use(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	var log bytes.Buffer
	var events []duijie.CallEvent
	cfg := Config{BaseURL: server.URL, ClientID: "300017", ClientSecret: duijie.NewSecret(plantedSecret), OuterInstanceID: "480012345678901234"}
	c := clientOf(t, cfg, duijie.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 1}), duijie.WithCallObserver(func(ev duijie.CallEvent) { events = append(events, ev) }))
	var b strings.Builder
	note := func(err error) { b.WriteString(printed(err)) }
	_, err := c.Token(t.Context())
	note(err)
	if e.at == "authorize" {
		_, err = c.Accounts(t.Context())
		note(err)
	}
	if err == nil {
		type odd struct {
			ID   int   `json:"id"`
			List []int `json:"list"`
			N    int64 `json:"n"`
		}
		var out odd
		note(c.Call(t.Context(), "GET /jdy/v2/bd/material", nil, nil, &out))
		note(c.Call(t.Context(), "POST /jdy/v2/scm/sal_order", nil, map[string]any{"bill_no": "1"}, &out))
		_, err = QueryPage[odd](t.Context(), c, "/jdy/v2/bd/material", Query{})
		note(err)
		_, err = c.Materials.Save(t.Context(), MaterialSave{Name: "n", BaseUnitID: "1"}, SaveOptions{})
		note(err)
		_, err = NewRecords[odd, odd, odd](c, c.Materials.Kind()).Get(t.Context(), "1")
		note(err)
		src, err := NewSource[odd](c, "/jdy/v2/bd/material", Query{}, SourceConfig[odd]{Full: true})
		require.NoError(t, err)
		batches := 0
		for batch, err := range src.Read(t.Context(), duijiesync.Checkpoint("")) {
			note(err)
			if batches++; batches == 3 {
				break // the rows differ from page to page, so there is no end
			}
			for _, rec := range batch.Records {
				note(rec.Err)
			}
		}
	}
	return b.String() + log.String() + fmt.Sprintf("%+v %#v", events, events) + fmt.Sprintf("%v %+v %#v", c, c, c)
}

// Nothing that was ever secret is in errors, logs or events, however the platform
// repeats it and whatever becomes of its answer.
func TestEchoedSecretsAreBlanked(t *testing.T) {
	t.Parallel()
	forms := map[string]func(string) string{
		"plain": func(s string) string { return s }, "escaped": url.QueryEscape,
		"hex": func(s string) string { return hex.EncodeToString([]byte(s)) }, "base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"escaped twice": func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	}
	for _, at := range []string{"authorize", "token", "business"} {
		for _, how := range []string{"refusal", "gateway", "code", "page", "text data", "odd rows", "failed rows", "broken"} {
			for name, form := range forms {
				if name != "plain" && (how == "gateway" || how == "code" || how == "page" || how == "text data") {
					continue // goes the ways of the others
				}
				t.Run(at+" "+how+" "+name, func(t *testing.T) {
					t.Parallel()
					e := &echo{at: at, how: how, form: form}
					text := e.use(t)
					require.Greater(t, len(e.secrets), 2)
					for _, reading := range readings(text) {
						for _, secret := range e.secrets {
							if at := strings.Index(reading, secret); at >= 0 {
								t.Fatalf("%s is printed: …%.200q", secret, reading[max(at-80, 0):])
							}
						}
					}
				})
			}
		}
	}
}

// The search for secrets finds them in every form.
func TestReadingsFindSecrets(t *testing.T) {
	t.Parallel()
	const secret = "s3cret/of:the~day=="
	for _, text := range []string{
		secret, url.QueryEscape(secret), url.QueryEscape(url.QueryEscape(secret)), "x" + hex.EncodeToString([]byte("ab"+secret)) + "y",
		base64.StdEncoding.EncodeToString([]byte("a" + secret + "b")), base64.RawURLEncoding.EncodeToString([]byte("ab" + secret)),
	} {
		require.True(t, slices.ContainsFunc(readings("100% of "+text+" %"), func(s string) bool { return strings.Contains(s, secret) }), text)
	}
	var err error = &duijie.APIError{Err: errors.Join(errors.New("x"), &PartialError{Rows: []RowError{{Message: secret}}})}
	require.Contains(t, printed(err), secret)
}
