package banniu

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// FuzzJudge: no answer is a success that does not say so, and none panics.
func FuzzJudge(f *testing.F) {
	for _, s := range []string{
		"", "{}", result("[]"), refusal("5", "签名"), `{"data":{"map":{"result":[{"id":1}],"total":1}}}`, `{"code":0}`, `{"response":{"map":{}}}`,
		`{"response":[{}]}`, `{"response":{"code":0.0,"map":{"result":[1,"x",{"-1":[]}]}}}`, "\xef\xbb\xbf{}", `{"response":{"code":"NaN","map":{}}}`,
	} {
		f.Add(200, []byte(s))
		f.Add(503, []byte(s))
	}
	c := &Client{cfg: Config{Rules: DefaultRules()}}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		for _, op := range operations {
			e, v := c.judge(op, &transport.Answer{Status: status, Header: http.Header{}, Body: body})
			if v.Class != duijie.ClassOK {
				continue
			}
			require.True(t, json.Valid(body))
			require.True(t, status >= 200 && status < 300)
			require.True(t, e.mapped || strings.Trim(e.code, "0.+-eExXpP_") == "", "code %q", e.code)
			if op.rows {
				if l, err := readListed(op.Method, e, 1, false, 10); err == nil {
					_ = l.page()
				}
			}
			if id, named := createdID(e.result); id != "" {
				require.True(t, isID(id))
				require.True(t, named || len(id) >= 5, id)
			}
			_, _ = readColumns(e.result)
		}
	})
}

// FuzzRow: any row is read without a panic, and what a text cell holds comes back
// through a form as it was.
func FuzzRow(f *testing.F) {
	f.Add([]byte(rowJSON))
	f.Add([]byte(`{"27973":"[{\"606\":[]}]","27974":"[[],{\"id\":5}]","27971":["1",2]}`))
	form := formOf(f)
	f.Fuzz(func(t *testing.T, object []byte) {
		if !json.Valid(object) {
			return
		}
		row := Row(members(object))
		var g goods
		if form.Decode(row, &g) != nil {
			return
		}
		c, err := form.Encode(g)
		if err != nil {
			return // options that are none
		}
		raw, err := json.Marshal(c)
		require.NoError(t, err)
		var again goods
		require.NoError(t, form.Decode(members(raw), &again))
		if g.No == strings.ToValidUTF8(g.No, "") {
			require.Equal(t, g.No, again.No)
		}
		require.True(t, g.Amount.Equal(again.Amount))
		require.Len(t, again.Lines, len(g.Lines))
	})
}

// FuzzSign: whatever the values, what is signed is what a server reads.
func FuzzSign(f *testing.F) {
	f.Add("secret", "name", "a+b=c&d%20 中文")
	f.Add("sk_中文_& =", "sign", "x")
	f.Fuzz(func(t *testing.T, secret, name, value string) {
		q := url.Values{}
		q.Set(name, value)
		q.Set("app_key", "1")
		read, err := url.ParseQuery(q.Encode())
		require.NoError(t, err)
		require.Equal(t, Sign(secret, q), Sign(secret, read))
	})
}
