package banniutest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

type vector struct {
	ID        string
	AppSecret string `json:"app_secret"`
	Params    map[string]string
	Sign      string
	HTTP      *struct {
		Method, Path string
		RawQuery     *string `json:"raw_query"`
		Body         json.RawMessage
	}
}

func TestVectorsAreTheContracts(t *testing.T) {
	t.Parallel()
	ours, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.Equal(t, string(testutil.Vectors(t, "banniu")), string(ours))
}

// TestVectorsPassTheGateway sends every vector's request as its author's program did:
// the gateway takes the signature, and refuses it when anything signed is changed.
func TestVectorsPassTheGateway(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var all struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(file, &all))
	require.NotEmpty(t, all.Vectors)
	for _, v := range all.Vectors {
		at, err := time.ParseInLocation(layout, v.Params["timestamp"], China)
		require.NoError(t, err, v.ID)
		s := New(WithApp(v.Params["app_key"], v.AppSecret, v.Params["access_token"]), WithClock(func() time.Time { return at }),
			WithClockTolerance(time.Minute))
		query := url.Values{"sign": {v.Sign}}
		for k, x := range v.Params {
			query.Set(k, x)
		}
		e, known := endpoints[v.Params["method"]]
		require.True(t, known, v.ID)
		ask := func(rawQuery string) int {
			r := httptest.NewRequest(e.verb, e.path+"?"+rawQuery, strings.NewReader("{}"))
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			require.Equal(t, http.StatusOK, w.Code)
			var out map[string]struct{ Code int }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
			return out["response"].Code
		}
		signed := s.codes.Signature
		require.NotEqual(t, signed, ask(query.Encode()), v.ID)
		if v.HTTP != nil {
			require.Equal(t, e.verb, v.HTTP.Method, v.ID)
			require.Equal(t, e.path, v.HTTP.Path, v.ID)
			if v.HTTP.RawQuery != nil {
				require.NotEqual(t, signed, ask(*v.HTTP.RawQuery), v.ID)
			}
		}
		query.Set("extra", "")
		require.Equal(t, signed, ask(query.Encode()), "%s: an empty parameter counts too", v.ID)
		query.Del("extra")
		query.Set("sign", strings.ToLower(v.Sign))
		require.Equal(t, signed, ask(query.Encode()), "%s: lower case", v.ID)
	}
}
