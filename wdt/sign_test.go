package wdt

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// vector is a golden vector: what other people's code made with a fixed clock.
type vector struct {
	ID     string
	Kind   string
	Inputs struct {
		BaseURL   string `json:"base_url"`
		SID       string
		AppKey    string `json:"app_key"`
		AppSecret string `json:"app_secret"`
		Method    string
		NowUnix   int64 `json:"now_unix"`
		Pager     *struct {
			PageSize  int  `json:"page_size"`
			PageNo    int  `json:"page_no"`
			CalcTotal bool `json:"calc_total"`
		}
		Body     string
		BodyUTF8 string `json:"body_utf8"`

		SendScene    bool              `json:"send_scene_prefix"`
		WDTAppKey    string            `json:"wdt_appkey"`
		WDTSecret    string            `json:"wdt_secret"`
		WDTSalt      string            `json:"wdt_salt"`
		CustomerID   string            `json:"wdt3_customer_id"`
		Datetime     string            `json:"datetime"`
		Business     map[string]string `json:"business"`
		TargetAppKey string            `json:"target_app_key"`
		Timestamp    string
		Session      string
		Params       map[string]string // of the enterprise edition
	}
	Expected struct {
		StringToSign string `json:"string_to_sign"`
		Sign         string
		SignUTF8     string `json:"sign_utf8"`
		Query        map[string]string
		WDTString    string            `json:"wdt_string_to_sign"`
		WDTSign      string            `json:"wdt_sign"`
		TopParams    map[string]string `json:"top_params"`
		TopSign      map[string]string `json:"top_sign"`
		Packed       string
		Form         string
	}
}

func vectors(t testing.TB, kind string) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(data, &file))
	var out []vector
	for _, v := range file.Vectors {
		if v.Kind == kind {
			out = append(out, v)
		}
	}
	require.NotEmpty(t, out)
	return out
}

func TestDirectVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "direct") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			in, want := v.Inputs, v.Expected
			c, err := NewClient(Config{
				BaseURL: in.BaseURL, SID: in.SID, AppKey: in.AppKey, AppSecret: duijie.NewSecret(in.AppSecret),
			})
			require.NoError(t, err)
			require.Equal(t, "http://wdt.wangdian.cn/openapi", c.base.String())
			r := &request{op: in.Method, name: in.Method}
			if p := in.Pager; p != nil {
				r.page = &page{no: p.PageNo, size: p.PageSize, total: p.CalcTotal}
			}
			now := time.Unix(in.NowUnix, 999)
			require.Equal(t, want.Query, c.directQuery(r, in.Body, now))
			if in.BodyUTF8 != "" {
				require.Equal(t, want.SignUTF8, c.directQuery(r, in.BodyUTF8, now)["sign"])
			}

			// The arguments come out as one of the texts of the vector, or as the
			// same values, through the public door.
			var positional []json.RawMessage
			require.NoError(t, json.Unmarshal([]byte(in.Body), &positional))
			args := make(Args, len(positional))
			for i, raw := range positional {
				args[i].Value = raw
			}
			p, err := c.prepare(in.Method, args)
			require.NoError(t, err)
			sent, err := json.Marshal(p.args)
			require.NoError(t, err)
			require.JSONEq(t, in.Body, string(sent))
		})
	}
}

func TestQimenVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "qimen") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			in, want := v.Inputs, v.Expected
			business := map[string]string{"datetime": in.Datetime, "wdt_appkey": in.WDTAppKey, "wdt_salt": in.WDTSalt}
			for name, value := range in.Business {
				business[name] = value
			}
			require.Equal(t, want.WDTString, in.WDTSecret+wdtSerialise(in.Method, business)+in.WDTSecret)
			require.Equal(t, want.WDTSign, wdtSign(in.WDTSecret, scene+"."+in.Method, business))
			business["wdt3_customer_id"] = "left out"
			require.Equal(t, want.WDTSign, wdtSign(in.WDTSecret, in.Method, business))
			for method, sign := range want.TopSign {
				params := map[string]string{"empty": "", "sign": "left out"}
				for name, value := range want.TopParams {
					params[name] = value
				}
				params["sign_method"] = method
				require.Equal(t, sign, topSign(method, in.AppSecret, params))
			}
		})
	}
}

// The whole request of the vectors, but for partner_id, which we do not send,
// and the one vector with two different clocks.
func TestQimenRequestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "qimen") {
		in, want := v.Inputs, v.Expected
		if in.Datetime != in.Timestamp {
			continue
		}
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			c, err := NewClient(Config{
				Gateway: Qimen, SID: in.CustomerID, AppKey: in.WDTAppKey,
				AppSecret:   duijie.NewSecret(in.WDTSecret + ":" + in.WDTSalt),
				QimenAppKey: in.AppKey, QimenAppSecret: duijie.NewSecret(in.AppSecret),
				QimenSession: duijie.NewSecret(in.Session), ScenePrefix: in.SendScene,
			})
			require.NoError(t, err)
			now, err := time.ParseInLocation(timeLayout, in.Timestamp, duijie.China)
			require.NoError(t, err)
			r := &request{op: in.Method, name: in.Method, fields: in.Business}
			req, err := c.qimenRequest(t.Context(), r, now.UTC())
			require.NoError(t, err)
			require.NoError(t, req.ParseForm())

			got := map[string]string{}
			for name := range req.Form {
				got[name] = req.Form.Get(name)
			}
			sign := got["sign"]
			delete(got, "sign")
			expected := map[string]string{}
			for name, value := range want.TopParams {
				expected[name] = value
			}
			delete(expected, "partner_id")
			require.Equal(t, expected, got)
			require.Equal(t, topSign(SignMD5, in.AppSecret, got), sign)
			require.Equal(t, in.Business["params"], req.PostForm.Get("params"))
			require.Empty(t, req.URL.Query().Get("wdt_sign"), "business parameters are in the form")
		})
	}
}

func TestWDTSerialise(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"text", "abc", "abc"},
		{"empty", "", ""},
		{"object by key", `{"b":1,"a":"x","B":true}`, "Btrueaxb1"},
		{"number text kept", `{"a":9007199254740993,"b":1.50,"c":1e3}`, "a9007199254740993b1.50c1e3"},
		{"json inside json", `{"remark":"{\"z\":[1,false],\"y\":\"[2]\"}"}`, "remarky2z1false"},
		{"not json", `[加急]`, "[加急]"},
		{"json and more", `{"a":1} x`, `{"a":1} x`},
		{"scalars are no json", `12`, "12"},
		{"customer id at any depth", `{"a":{"wdt_sign":1,"wdt3_customer_id":2,"b":3}}`, "ab3"},
		{"null signs the bare key", `{"a":null}`, "a"},
		{"empty containers", `{"a":{},"b":[]}`, "ab"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := wdtSerialise("wdt.x", map[string]string{"v": tt.value})
			require.Equal(t, "methodwdt.xv"+tt.want, got)
		})
	}
}

func TestWithoutScene(t *testing.T) {
	t.Parallel()
	require.Equal(t, "wdt.a.b", withoutScene("wdt.a.b"))
	require.Equal(t, "wdt.a.b", withoutScene("3ldsmu02o9.wdt.a.b"))
	require.Equal(t, "x", withoutScene("x"))
}

func TestDirectTimestamp(t *testing.T) {
	t.Parallel()
	zero := time.Date(2012, 1, 1, 0, 0, 0, 0, duijie.China)
	require.Equal(t, "0", directTimestamp(zero))
	require.Equal(t, "61", directTimestamp(zero.Add(61*time.Second+time.Millisecond)))
	require.True(t, strings.HasPrefix(chinaTime(zero.UTC()), "2012-01-01 00:00:00"))
}
