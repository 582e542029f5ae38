package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

const slow = 5 * time.Millisecond // between the bytes of an answer that never ends

// TestServerFaults: a fault that does not pass ends the run soon, with a message
// that says what happened and what to do; when it is gone, the same state leads
// to the end. The same kinds of fault exist on both sides.
func TestServerFaults(t *testing.T) {
	shared := map[string]struct {
		is    error
		words []string
	}{
		"throttle":       {duijie.ErrRateLimited, nil},
		"unavailable":    {duijie.ErrUnavailable, []string{"HTTP 502"}},
		"cut":            {duijie.ErrUnavailable, []string{"attempts 2"}}, // EOF or reset
		"stall after":    {duijie.ErrUnavailable, []string{"within the attempt's time limit", "WithAttemptTimeout"}},
		"drip after":     {duijie.ErrUnavailable, []string{"within the attempt's time limit", "WithAttemptTimeout"}},
		"truncate after": {duijie.ErrUnavailable, []string{"unexpected EOF"}},
		"garbage after":  {duijie.ErrMalformedAnswer, []string{"; check that BaseURL|: check gateway and base URL"}},
		"html":           {duijie.ErrMalformedAnswer, []string{"HTML page", "check"}},
		"huge after":     {duijie.ErrBodyTooLarge, []string{"more than 1048576 bytes", "WithMaxBody"}},
		"redirect away":  {duijie.ErrRedirected, []string{"redirects to http://elsewhere.invalid", "correct the base URL"}},

		"throttle concurrency": {duijie.ErrRateLimited, []string{"WithRateLimiter"}},
		"server text":          {duijie.ErrUnavailable, []string{"invalid http status 502"}},
		"clock skew":           {duijie.ErrInvalid, []string{"时间戳错误", "set this machine's clock right, or the platform's"}},
		"empty page":           {duijie.ErrNoProgress, []string{"holds 0 rows, but 3 are counted"}},

		"token expired":    {duijie.ErrUnauthenticated, []string{"会话信息已丢失", "check AcctID"}},
		"gateway overload": {duijie.ErrRateLimited, []string{"HTTP 519"}},
		"response error":   {duijie.ErrUnavailable, []string{"response_error:", "unhandled exception on the server"}},
		"waf":              {duijie.ErrInvalid, []string{"request firewall stopped it"}},
		"n001":             {duijie.ErrUnauthenticated, []string{"N001"}},
		"locked":           {duijie.ErrUnavailable, []string{"网络控制"}},
	}
	check := func(t *testing.T, kind string, gateway wdt.Gateway, password bool, inject, mend func(w *world)) {
		t.Helper()
		want := shared[kind]
		w, state := newWorld(t, 3), stateFile(t)
		good := w.settings(gateway, password)
		inject(w)
		options := hurried()
		if kind == "stall after" || kind == "drip after" {
			options = impatient()
		}
		r := programWith(t, good, options, "-state", state)
		r.failed(t)
		require.ErrorIs(t, r.cause, want.is, "%v", r)
		for _, words := range want.words {
			some := false
			for _, w := range strings.Split(words, "|") {
				some = some || strings.Contains(r.err, w)
			}
			require.True(t, some, "%q is missing\n%v", words, r)
		}
		mend(w)
		w.completes(t, good, state)
	}
	for i, kind := range wdttest.FaultKinds() {
		if _, there := shared[string(kind)]; !there {
			continue
		}
		t.Run("wdt "+string(kind), func(t *testing.T) {
			check(t, string(kind), wdt.Direct, i%2 == 0,
				func(w *world) { w.shops.Inject(wdttest.Fault{Kind: kind, Times: -1, Delay: slow}) },
				func(w *world) { w.shops.ClearFaults() })
		})
	}
	for i, kind := range kingdeetest.FaultKinds() {
		if _, there := shared[string(kind)]; !there {
			continue
		}
		t.Run("kingdee "+string(kind), func(t *testing.T) {
			check(t, string(kind), []wdt.Gateway{wdt.Direct, wdt.Qimen}[i%2], false,
				func(w *world) { w.erp.Inject(kingdeetest.Fault{Kind: kind, Times: -1, Delay: slow}) },
				func(w *world) { w.erp.ClearFaults() })
		})
	}
}

// TestLostSaves: every save fails for ever, in each way. The run ends, tells no
// lie about what was saved, and later runs bring every shop in exactly once.
func TestLostSaves(t *testing.T) {
	for _, kind := range kingdeetest.FaultKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 3)
			p := w.flow(t, setup{wdt.Direct, kingdee.SignHeaders}, openState(t))
			p.RowRetries = -1
			w.erp.Inject(kingdeetest.Fault{Op: "BatchSave", Kind: kind, Times: -1, Delay: slow})
			var out, stderr bytes.Buffer
			begin := time.Now()
			code := cli.Run(t.Context(), name, nil, &out, &stderr, func(ctx context.Context, env *cli.Env) (int, error) {
				_, code, err := env.Do(ctx, p)
				return code, err
			})
			r := result{code: code, out: out.String(), err: stderr.String(), took: time.Since(begin)}
			require.Less(t, r.took, 20*time.Second, "%v", r)
			if code == cli.ExitSettled { // what was found in the target is not lost, whatever its answer was
				w.check(t)
			}
			w.erp.ClearFaults()
			_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.NoError(t, err)
			rep := runUntilDone(t.Context(), t, p)
			require.True(t, rep.Complete(), "%v\n%+v", r, rep)
			w.check(t)
		})
	}
}

// TestWrongAddresses: the base URL points at something else, or at nothing.
func TestWrongAddresses(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	start := func(t *testing.T, tls bool, h http.HandlerFunc) string {
		t.Helper()
		s := httptest.NewUnstartedServer(h)
		s.Config.ErrorLog = quiet
		if tls {
			s.StartTLS()
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
		return s.URL
	}
	var asked atomic.Int32
	elsewhere := start(t, false, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	redirect := start(t, false, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	})
	page := start(t, false, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!doctype html><title>路由器</title>") })
	missing := start(t, false, http.NotFound)
	json := start(t, false, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"hello":"world"}`) })
	empty := start(t, false, func(http.ResponseWriter, *http.Request) {})
	secure := start(t, true, http.NotFound)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	for _, tt := range []struct {
		name, url string
		is        error
		words     []string
	}{
		{"a page", page, duijie.ErrMalformedAnswer, []string{"HTML page", "check"}},
		{"no such page", missing, nil, []string{"HTTP 404", "check"}},
		{"other JSON", json, duijie.ErrMalformedAnswer, []string{"check"}},
		{"empty answers", empty, duijie.ErrMalformedAnswer, []string{"the answer is empty"}},
		{"redirect", redirect, duijie.ErrRedirected, []string{"redirects to " + elsewhere, "correct the base URL"}},
		{"unknown certificate", secure, duijie.ErrUnavailable, []string{"certificate signed by unknown authority", "the server's certificate"}},
		{"no TLS there", "https" + strings.TrimPrefix(page, "http"), duijie.ErrUnavailable, []string{"tls: ", "check the base URL"}},
		{"connection refused", "http://" + l.Addr().String(), duijie.ErrUnavailable, []string{"refused", "check the base URL, DNS, proxy"}},
		{"no such host", "http://invalid.invalid", duijie.ErrUnavailable, []string{"invalid.invalid", "check the base URL, DNS, proxy"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, state := newWorld(t, 3), stateFile(t)
			direct, qimen := w.settings(wdt.Direct, false), w.settings(wdt.Qimen, true)
			for _, s := range []settings{
				direct.with("WDT_BASE_URL", tt.url), qimen.with("WDT_BASE_URL", tt.url),
				direct.with("KINGDEE_BASE_URL", tt.url+"/k3cloud/"), qimen.with("KINGDEE_BASE_URL", tt.url),
			} {
				r := program(t, s, "-state", state)
				r.failed(t, tt.words...)
				if tt.is != nil {
					require.ErrorIs(t, r.cause, tt.is, "%v", r)
				}
			}
			require.Zero(t, asked.Load(), "nothing follows a redirect")
			w.completes(t, direct, state)
		})
	}
}
