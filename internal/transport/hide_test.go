package transport

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// raw serves one answer, byte for byte, to every connection.
func raw(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = io.WriteString(conn, answer)
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/"
}

// everything is what a chain of errors prints, under each verb.
func everything(err error) string {
	var b strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&b, "%v %+v %#v %q\n", err, err, err, err)
	}
	return b.String()
}

// A secret the call alone has, such as a session or a signature, is blanked out of
// whatever repeats it: also of the errors net/http makes of broken answers.
func TestSecretsOfTheCall(t *testing.T) {
	t.Parallel()
	const session = "session/of+the~call=="
	for form, text := range map[string]string{
		"plain": session, "escaped": url.QueryEscape(session), "twice": url.QueryEscape(url.QueryEscape(session)), "path": url.PathEscape(session),
		"lower": strings.ToLower(url.QueryEscape(session)), "hex": hex.EncodeToString([]byte(session)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(session))),
		"base64": base64.StdEncoding.EncodeToString([]byte(session)), "base64url": base64.RawURLEncoding.EncodeToString([]byte(session)),
		"within 1": base64.StdEncoding.EncodeToString([]byte("x" + session + "yz")), "within 2": base64.StdEncoding.EncodeToString([]byte("xx" + session + "y")),
	} {
		core := strings.TrimRight(text, "=")
		core = core[4 : len(core)-4] // what is left of a longer text may differ at its ends
		for place, answer := range map[string]string{
			"status line": "HTTP/1.1 " + text + " x\r\n\r\n",
			"first line":  text + "\r\n\r\n",
			"header":      "HTTP/1.1 200 OK\r\nx " + text + "\r\n\r\n",
			"body":        "HTTP/1.1 200 OK\r\nContent-Length: " + fmt.Sprint(len(text)) + "\r\n\r\n" + text,
			"redirect":    "HTTP/1.1 307 Away\r\nLocation: http://away.test#" + text + "\r\nContent-Length: 0\r\n\r\n",
			"host":        "HTTP/1.1 307 Away\r\nLocation: http://" + text + "\r\nContent-Length: 0\r\n\r\n",
		} {
			var log bytes.Buffer
			tr := New(Config{Platform: "test", Options: duijie.Options{
				Retry: duijie.RetryPolicy{MaxAttempts: 1}, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			}})
			target := raw(t, answer)
			call := testCall(duijie.EffectRead)
			call.Sign = func(ctx context.Context, _ Attempt) (*http.Request, error) {
				return http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
			}
			call.Judge = func(a *Answer) Verdict {
				return Verdict{Class: duijie.ClassRefused, Message: string(a.Body), Code: string(a.Body), RequestID: string(a.Body)}
			}
			call.Hide = Blanker(session)
			_, err := tr.Do(t.Context(), call)
			tr.CloseIdleConnections()
			require.Error(t, err)
			require.NotContains(t, everything(err)+log.String(), core, "%s in %s", form, place)
		}
	}
}
