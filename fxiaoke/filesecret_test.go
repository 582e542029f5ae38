package fxiaoke

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
)

// The leave to send a file is a secret: the address it is for is in no error, whether nobody
// listens there, it hangs up, or it leads elsewhere.
func TestTheLeaveIsInNoError(t *testing.T) {
	t.Parallel()
	const secret = "LEAVESECRET123456"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	for name, to := range map[string]string{"closed": closed, "redirect": "", "refusal": ""} {
		s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
		c := fakeOf(t, s, duijie.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if !strings.Contains(r.URL.RawQuery, secret) || name == "closed" {
				return http.DefaultTransport.RoundTrip(r)
			}
			h, status := http.Header{}, 400
			if name == "redirect" {
				h, status = http.Header{"Location": {"http://other.example/?" + r.URL.RawQuery}}, 307
			}
			return &http.Response{StatusCode: status, Header: h, Request: r, Body: readerOf(`{"success":false,"code":403,"message":"bad sign ` + r.Header.Get("sign") + `"}`)}, nil
		})}))
		if to == "" {
			to = closed
		}
		s.Handle(credentialPath, func(fxiaoketest.Request) (map[string]any, error) {
			return map[string]any{"data": map[string]any{"url": to + "/up?sig=" + secret, "sign": secret, "ak": secret + "ak", "acid": "1"}}, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err := c.UploadFile(ctx, FileUpload{Name: "a.pdf"}, bytes.NewReader([]byte("x")))
		cancel()
		require.Error(t, err, name)
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
			require.NotContains(t, text, secret, name)
		}
	}
}
