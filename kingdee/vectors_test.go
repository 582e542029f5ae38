package kingdee

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

type vector struct {
	ID    string
	Kind  string
	Input struct {
		URL       string
		AppID     string `json:"app_id"`
		AppSecret string `json:"app_secret"`
		AcctID    string `json:"acct_id"`
		User      string
		Password  string
		LCID      string
		OrgNum    string `json:"org_num"`
		Timestamp string
		Nonce     string
		Alg       string
		Service   string
		FormID    string          `json:"formid"`
		OpNumber  string          `json:"op_number"`
		DataText  string          `json:"data_text"`
		DataJSON  json.RawMessage `json:"data_json"`
	}
	Intermediate struct {
		ClientSecret string `json:"client_secret"`
		Path         string
	}
	Expect struct {
		Headers    map[string]string
		Sign       string
		Parameters []string
		Path       string
		BodyJSON   json.RawMessage `json:"body_json"`
		Calls      []struct {
			Path     string
			BodyJSON json.RawMessage `json:"body_json"`
		}
		Result json.RawMessage
	}
}

func TestGoldenVectors(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.NotEmpty(t, file.Vectors)
	for _, v := range file.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			switch v.Kind {
			case "header_sign":
				v.headerSign(t)
			case "login_by_sign", "login_encoded":
				v.login(t)
			case "request_body":
				v.requestBody(t)
			case "async_poll":
				v.asyncPoll(t)
			default:
				t.Fatalf("kind %q has no test", v.Kind)
			}
		})
	}
}

func (v vector) credentials(t *testing.T) credentials {
	lcid, err := strconv.Atoi(v.Input.LCID)
	require.NoError(t, err)
	return credentials{
		acctID: v.Input.AcctID, username: v.Input.User, orgNum: v.Input.OrgNum, lcid: lcid,
		appID: duijie.NewSecret(v.Input.AppID), appSecret: duijie.NewSecret(v.Input.AppSecret), password: duijie.NewSecret(v.Input.Password),
	}
}

func (v vector) headerSign(t *testing.T) {
	_, secret, err := splitAppID(v.Input.AppID)
	require.NoError(t, err)
	require.Equal(t, v.Intermediate.ClientSecret, secret)
	u, err := url.Parse(v.Input.URL)
	require.NoError(t, err)
	require.Equal(t, v.Intermediate.Path, u.RequestURI())
	got := http.Header{}
	newSigner(v.credentials(t)).sign(got, u.RequestURI(), v.Input.Timestamp, v.Input.Nonce)
	require.Len(t, got, len(v.Expect.Headers))
	for name, want := range v.Expect.Headers {
		if http.CanonicalHeaderKey(name) == "X-Api-Signheaders" {
			require.Contains(t, []string{"x-api-timestamp,x-api-nonce", "X-Api-TimeStamp,X-Api-Nonce"}, got.Get(name))
			continue
		}
		require.Equal(t, want, got.Get(name), name)
	}
}

func (v vector) login(t *testing.T) {
	c := &Client{auth: v.credentials(t), mode: ValidateUserEnDeCode, legacySHA1: v.Input.Alg == "SHA1"}
	unix := int64(0)
	if v.Kind == "login_by_sign" {
		c.mode = LoginBySign
		var err error
		unix, err = strconv.ParseInt(v.Input.Timestamp, 10, 64)
		require.NoError(t, err)
	}
	method, params, err := c.loginParameters(unix)
	require.NoError(t, err)
	require.Equal(t, map[bool]string{true: "LoginBySign", false: "ValidateUserEnDeCode"}[c.mode == LoginBySign], method)
	texts := make([]string, len(params))
	for i, p := range params {
		texts[i] = fmt.Sprint(p)
	}
	require.Equal(t, v.Expect.Parameters, texts)
}

func (v vector) requestBody(t *testing.T) {
	var params []parameter
	if v.Input.FormID != "" {
		params = append(params, parameter{"formid", v.Input.FormID})
	}
	if v.Input.OpNumber != "" {
		params = append(params, parameter{"opNumber", v.Input.OpNumber})
	}
	data := v.Input.DataJSON
	if data == nil {
		data = json.RawMessage(v.Input.DataText)
	}
	params = append(params, parameter{"data", data})
	positional := v.Input.DataJSON == nil
	body, err := requestBody(positional, params...)
	require.NoError(t, err)
	service, err := serviceName(v.Input.Service)
	require.NoError(t, err)
	require.Equal(t, v.Expect.Path, "/k3cloud/"+service+serviceSuffix)
	require.Equal(t, unpacked(t, v.Expect.BodyJSON), unpacked(t, body))
}

// unpacked decodes JSON, and JSON inside its texts.
func unpacked(t *testing.T, raw []byte) any {
	var v any
	require.NoError(t, json.Unmarshal(raw, &v))
	var walk func(any) any
	walk = func(v any) any {
		switch x := v.(type) {
		case map[string]any:
			for k := range x {
				x[k] = walk(x[k])
			}
		case []any:
			for i := range x {
				x[i] = walk(x[i])
			}
		case string:
			var inner map[string]any
			if json.Unmarshal([]byte(x), &inner) == nil {
				return inner
			}
		}
		return v
	}
	return walk(v)
}
