package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// canaries are texts that may appear nowhere, by what they are.
type canaries struct {
	mu    sync.Mutex
	texts map[string]string
}

func (c *canaries) plant(what, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts[what] = text
}

// requireNone searches text for every canary, plain and in the forms it may
// have taken on its way.
func (c *canaries) requireNone(t *testing.T, where, text string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for what, canary := range c.texts {
		for form, hidden := range formsOf(canary) {
			if i := strings.Index(text, hidden); i >= 0 {
				require.Fail(t, "a secret is shown", "%s, %s, in %s: …%q…", what, form, where, text[max(0, i-120):min(len(text), i+160)])
			}
		}
	}
}

func formsOf(canary string) map[string]string {
	quoted := fmt.Sprintf("%q", canary)
	forms := map[string]string{
		"plain": canary, "quoted": quoted[1 : len(quoted)-1], "query": url.QueryEscape(canary), "path": url.PathEscape(canary),
		"hex": hex.EncodeToString([]byte(canary)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(canary))),
		"%v of bytes": strings.Trim(fmt.Sprintf("%d", []byte(canary)), "[]"),
	}
	for shift := range 3 { // base64 of a longer text shows it in one of three ways
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			encoded := encoding.EncodeToString(append(make([]byte, shift), canary...))
			forms[fmt.Sprint(name, shift)] = encoded[[]int{0, 2, 3}[shift] : len(encoded)-2]
		}
	}
	return forms
}

// secretWorld is a world whose every secret is a canary, sessions included.
type secretWorld struct {
	*world
	canaries *canaries
	logs     *lockedBuffer
	options  []duijie.Option
}

func newSecretWorld(t *testing.T, n int) *secretWorld {
	t.Helper()
	w := &secretWorld{world: newWorld(t, 0), canaries: &canaries{texts: map[string]string{}}, logs: &lockedBuffer{}, options: slices.Clip(hurried())}
	w.shops.Close()
	w.erp.Close()
	shops := wdttest.Account{
		SID: "seller", AppKey: "interface-account", AppSecret: "cAnArY+wdt/secret=1:cAnArY+wdt/salt=2",
		QimenAppKey: "12345678", QimenAppSecret: "cAnArY+qimen/secret=3", TargetAppKey: "21363512",
	}
	erp := kingdeetest.Account{
		AcctID: "account", Username: "integration", Password: "cAnArY+password/4=", AppSecret: "cAnArY+app/secret=5",
		AppID: "260101_bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN",
	}
	for what, text := range map[string]string{
		"WDT secret": "cAnArY+wdt/secret=1", "WDT salt": "cAnArY+wdt/salt=2", "Qimen secret": shops.QimenAppSecret, "password": erp.Password,
		"app secret": erp.AppSecret, "masked client secret": "bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN", "client secret": clientSecret(erp.AppID),
	} {
		w.canaries.plant(what, text)
	}
	w.shops = wdttest.NewServer(wdttest.WithAccount(shops))
	t.Cleanup(w.shops.Close)
	w.erp = kingdeetest.NewServer(kingdeetest.WithAccount(erp))
	t.Cleanup(w.erp.Close)
	for i := 1; i <= n; i++ {
		w.shops.PutShop(wdttest.Shop{ID: int64(1000 + i), No: fmt.Sprintf("S%04d", i), Name: fmt.Sprintf("店铺 %d", i), PlatformID: 127})
	}
	return w
}

// watched is Kingdee behind a proxy that plants every session it sees. Calls that
// instead answers do not reach Kingdee.
func (w *secretWorld) watched(t *testing.T, instead func(http.ResponseWriter, *http.Request) bool) string {
	t.Helper()
	inner := kingdeetest.New(kingdeetest.WithAccount(w.erp.Account()))
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if instead != nil && instead(rw, r) {
			return
		}
		inner.ServeHTTP(rw, r)
		for _, c := range (&http.Response{Header: rw.Header()}).Cookies() {
			if strings.EqualFold(c.Name, "kdservice-sessionid") {
				w.canaries.plant("session "+c.Value, c.Value)
			}
		}
	}))
	t.Cleanup(s.Close)
	return s.URL + "/k3cloud/"
}

// logger logs everything, as text and as JSON.
func (w *secretWorld) logger() *slog.Logger {
	all := &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}
	return slog.New(slog.NewMultiHandler(slog.NewTextHandler(w.logs, all), slog.NewJSONHandler(w.logs, all)))
}

// requireNone looks at what was printed, what was logged, the error in every
// verb, and the bytes of the state and the files beside it.
func (w *secretWorld) requireNone(t *testing.T, r result, state string) {
	t.Helper()
	w.canaries.requireNone(t, "stdout", r.out)
	w.canaries.requireNone(t, "stderr", r.err)
	w.canaries.requireNone(t, "the log", w.logs.take())
	w.requireNoneIn(t, "the error", r.cause)
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if file, err := os.ReadFile(state + suffix); err == nil {
			w.canaries.requireNone(t, "the state"+suffix, string(bytes.ToValidUTF8(file, nil)))
		}
	}
}

// requireNoneIn prints v in every way, its parts too.
func (w *secretWorld) requireNoneIn(t *testing.T, what string, v any) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		w.canaries.requireNone(t, what+" as "+verb, fmt.Sprintf(verb, v))
	}
	w.logger().Info("value", "v", v)
	if err, ok := v.(error); ok && err != nil {
		for _, part := range unwrapped(err) {
			w.requireNoneIn(t, what+", unwrapped", part)
		}
	}
}

func unwrapped(err error) []error {
	switch e := err.(type) { //nolint:errorlint // the parts themselves are wanted
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	case interface{ Unwrap() error }:
		if part := e.Unwrap(); part != nil {
			return []error{part}
		}
	}
	return nil
}

type lockedBuffer struct {
	mu         sync.Mutex
	buf, taken bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// take empties the buffer; what was taken is kept aside.
func (b *lockedBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.buf.String()
	b.taken.WriteString(text)
	b.buf.Reset()
	return text
}
