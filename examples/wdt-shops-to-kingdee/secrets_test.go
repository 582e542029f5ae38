package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

func (w *secretWorld) run(t *testing.T, s settings, state string, args ...string) result {
	t.Helper()
	r := programWith(t, s, append(w.options, duijie.WithLogger(w.logger())), append(args, "-state", state)...)
	w.requireNone(t, r, state)
	return r
}

// TestCanariesAreFound: the search finds each form it claims to look for.
func TestCanariesAreFound(t *testing.T) {
	t.Parallel()
	w := newSecretWorld(t, 0)
	for what, canary := range w.canaries.texts {
		require.GreaterOrEqual(t, len(canary), 16, what)
		for form, hidden := range formsOf(canary) {
			require.GreaterOrEqual(t, len(hidden), 16, form)
		}
	}
	require.Contains(t, fmt.Sprintf("%x", "Bearer "+w.erp.Account().Password), formsOf(w.erp.Account().Password)["hex"])
}

// TestSecretsInGoodRuns: both gateways, both ways to log in, with everything
// logged, a dead letter, a plan, JSON and a replay.
func TestSecretsInGoodRuns(t *testing.T) {
	w := newSecretWorld(t, 5)
	w.refuse(2)
	for _, s := range []settings{
		w.settings(wdt.Direct, false), w.settings(wdt.Qimen, true).with("KINGDEE_BASE_URL", w.watched(t, nil)), w.settings(wdt.Qimen, false),
	} {
		state := stateFile(t)
		for _, args := range [][]string{{"-plan", "-json"}, {}, {"-json"}, {"-replay"}} {
			r := w.run(t, s, state, args...)
			require.Contains(t, []int{cli.ExitSettled, cli.ExitParked}, r.code, "%v", r)
		}
	}
	require.Contains(t, fmt.Sprint(w.canaries.texts), "session ", "a session was opened and looked for")
	require.Contains(t, w.logs.taken.String(), `"query_method":"setting.Shop.queryShop"`, "the calls were logged")
	require.Contains(t, w.logs.taken.String(), "op=ValidateUser")
}

// TestSecretsInBadRuns: every fault, on both sides.
func TestSecretsInBadRuns(t *testing.T) {
	w := newSecretWorld(t, 2)
	w.options = impatient()
	direct, qimen := w.settings(wdt.Direct, false), w.settings(wdt.Qimen, true)
	for _, kind := range wdttest.FaultKinds() {
		w.shops.ClearFaults()
		w.shops.Inject(wdttest.Fault{Kind: kind, Times: -1, Delay: slow})
		w.run(t, direct, stateFile(t))
		w.run(t, qimen, stateFile(t), "-plan", "-json")
	}
	w.shops.ClearFaults()
	for _, kind := range kingdeetest.FaultKinds() {
		w.erp.ClearFaults()
		w.erp.Inject(kingdeetest.Fault{Kind: kind, Times: -1, Delay: slow})
		w.run(t, direct, stateFile(t), "-plan")
		w.run(t, qimen, stateFile(t), "-json")
	}
	w.erp.ClearFaults()
	for _, url := range []string{"http://invalid.invalid", "http://127.0.0.1:1", "ftp://x", "http://u:" + w.erp.Account().Password + "@h/"} {
		for _, s := range []settings{direct, qimen} {
			w.run(t, s.with("WDT_BASE_URL", url), stateFile(t))
			w.run(t, s.with("KINGDEE_BASE_URL", url), stateFile(t))
		}
	}
	for name := range direct { // secrets in the wrong place are malformed there, and stay unprinted
		if strings.HasSuffix(name, "GATEWAY") || strings.HasSuffix(name, "LCID") || strings.HasSuffix(name, "URL") {
			w.run(t, direct.with(name, w.shops.Account().AppSecret), stateFile(t))
		}
	}
}

// TestSecretsThatAreEchoed: a server, or a proxy before it, sends back all that
// it was sent, in each place a text of the platform's may stand.
func TestSecretsThatAreEchoed(t *testing.T) {
	w := newSecretWorld(t, 2)
	for name, answer := range map[string]func(echo string) (int, any){
		"a page": func(echo string) (int, any) { return 200, "<html>" + echo },
		"text":   func(echo string) (int, any) { return 200, "response_error:" + echo },
		"direct": func(echo string) (int, any) { return 200, map[string]any{"status": 100, "message": echo} },
		"qimen": func(echo string) (int, any) {
			return 200, map[string]any{"response": map[string]any{"flag": "failure", "code": 25, "message": echo, "sub_code": "isv." + echo, "sub_message": echo, "request_id": "r1"}}
		},
		"login": func(echo string) (int, any) { return 200, map[string]any{"LoginResultType": 0, "Message": echo} },
		"refusal": func(echo string) (int, any) {
			return 200, map[string]any{"Result": map[string]any{"ResponseStatus": map[string]any{
				"IsSuccess": false, "MsgCode": 11, "Errors": []any{map[string]any{"FieldName": "FName", "Message": echo, "DIndex": 0}},
			}}}
		},
		"gateway":  func(echo string) (int, any) { return 519, map[string]any{"errcode": 4008, "description_cn": echo} },
		"redirect": func(echo string) (int, any) { return 307, echo },
	} {
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_ = r.ParseForm()
			status, content := answer(fmt.Sprintf("%s %s %v %v %s", r.URL, r.URL.Query(), r.Form, r.Header, body))
			text, isText := content.(string)
			if !isText {
				encoded, _ := json.Marshal(content)
				text = string(encoded)
			}
			rw.Header().Set("Location", "http://"+r.Host+"/?"+r.URL.RawQuery)
			rw.WriteHeader(status)
			fmt.Fprint(rw, text)
		}))
		t.Cleanup(server.Close)
		t.Run(name, func(t *testing.T) {
			for _, s := range []settings{w.settings(wdt.Direct, false), w.settings(wdt.Qimen, true)} {
				w.run(t, s.with("WDT_BASE_URL", server.URL), stateFile(t))
				w.run(t, s.with("KINGDEE_BASE_URL", server.URL), stateFile(t), "-json")
			}
		})
	}
}

// TestSecretsEchoedAfterLogin: the same by a server that opened a session, in the
// words that become dead letters and are kept in the state.
func TestSecretsEchoedAfterLogin(t *testing.T) {
	for _, op := range []string{"ExecuteBillQuery", "BatchSave"} {
		for _, password := range []bool{true, false} {
			w, state := newSecretWorld(t, 2), stateFile(t)
			s := w.settings(wdt.Direct, password)
			url := w.watched(t, func(rw http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.Path, "."+op+".") {
					return false
				}
				words := fmt.Sprint(r.Header, s["KINGDEE_PASSWORD"], s["KINGDEE_APP_SECRET"], s["KINGDEE_APP_ID"])
				_ = json.NewEncoder(rw).Encode(map[string]any{"Result": map[string]any{"ResponseStatus": map[string]any{
					"IsSuccess": false, "MsgCode": 11, "Errors": []any{
						map[string]any{"FieldName": "FName" + words, "Message": words, "DIndex": 0},
						map[string]any{"FieldName": "FName", "Message": "not this one either" + words, "DIndex": 1},
					},
				}}})
				return true
			})
			r := w.run(t, s.with("KINGDEE_BASE_URL", url), state)
			if op == "BatchSave" {
				require.Equal(t, cli.ExitParked, r.code, "%v", r)
				require.Contains(t, r.out, "not this one either", "%v", r)
				require.Contains(t, r.out, "[redacted]")
			}
			if password {
				require.Contains(t, fmt.Sprint(w.canaries.texts), "session ")
			}
		}
	}
}

// TestSecretsInValues: clients, configs and what panics with them.
func TestSecretsInValues(t *testing.T) {
	w := newSecretWorld(t, 0)
	for _, s := range []settings{w.settings(wdt.Direct, false), w.settings(wdt.Qimen, true)} {
		s.set(t)
		a, err := wdt.ConfigFromEnv()
		require.NoError(t, err)
		b, err := kingdee.ConfigFromEnv()
		require.NoError(t, err)
		shops, err := wdt.NewClient(a)
		require.NoError(t, err)
		erp, err := kingdee.NewClient(b)
		require.NoError(t, err)
		p, err := pipeline(shops, erp, openState(t), "100")
		require.NoError(t, err)
		for _, v := range []any{a, &a, b, &b, shops, *shops, erp, shops.Shops, erp.Customers, p, *p, p.Source, p.Sink, []any{a, b}, map[string]any{"a": a, "b": b}} {
			w.requireNoneIn(t, fmt.Sprintf("a %T", v), v)
			if text, err := json.Marshal(v); err == nil {
				w.canaries.requireNone(t, fmt.Sprintf("the JSON of a %T", v), string(text))
			}
			func() {
				defer func() { w.canaries.requireNone(t, "a panic", fmt.Sprint(recover(), string(debug.Stack()))) }()
				panic(v)
			}()
		}
		w.canaries.requireNone(t, "the log", w.logs.String())
	}
}
