package jdy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

type line struct {
	ID  string         `json:"id"`
	Qty duijie.Decimal `json:"qty"`
}

type loose struct {
	ID      string            `json:"id"`
	Count   int64             `json:"count"`
	Free    bool              `json:"is_free"`
	Amount  duijie.Decimal    `json:"amount"`
	Date    duijie.Time       `json:"bill_date"`
	Status  string            `json:"ivc_status"`
	Lines   []line            `json:"lines"`
	Unit    line              `json:"unit"`
	Other   *line             `json:"other"`
	Custom  map[string]string `json:"custom_field"`
	Extra   duijie.Record     `json:"extra"`
	Names   []string          `json:"names"`
	Raw     json.RawMessage   `json:"-"`
	ignored string            //nolint:unused // shows that it is left alone
}

// Values mean the same whatever JSON type they come in.
func TestDecodeLoosely(t *testing.T) {
	t.Parallel()
	forms := []string{
		`{"id":"2157960004865371136","count":"12","is_free":"1","amount":"2950.10","bill_date":"2026-08-07","ivc_status ":"1","lines":[{"id":1,"qty":"2"}],"unit":{"id":"3"},"other":{"id":"4"},"custom_field":{"a":1},"extra":{"b":1.10},"names":["x",2]}`,
		`{"id":2157960004865371136,"count":12,"is_free":true,"amount":2950.10,"bill_date":"2026-08-07 00:00:00","ivc_status":1,"lines":[{"id":"1","qty":2}],"unit":{"id":3},"other":{"id":4},"custom_field":{"a":"1"},"extra":{"b":1.10},"names":["x","2"]}`,
	}
	for _, form := range forms {
		var v loose
		require.NoError(t, decode(json.RawMessage(form), &v))
		require.Equal(t, "2157960004865371136", v.ID)
		require.EqualValues(t, 12, v.Count)
		require.True(t, v.Free)
		require.Equal(t, "2950.10", v.Amount.String())
		require.Equal(t, int64(1786032000), v.Date.Time.Unix())
		require.Equal(t, "1", v.Status)
		require.Len(t, v.Lines, 1)
		require.Equal(t, "1", v.Lines[0].ID)
		require.Equal(t, "2", v.Lines[0].Qty.String())
		require.Equal(t, "3", v.Unit.ID)
		require.Equal(t, "4", v.Other.ID)
		require.Equal(t, map[string]string{"a": "1"}, v.Custom)
		require.Equal(t, "1.10", v.Extra.Text("b"))
		require.Equal(t, []string{"x", "2"}, v.Names)
		require.JSONEq(t, form, string(v.Raw))
	}
	for _, empty := range []string{
		`{}`, `{"id":null,"count":null,"is_free":null,"amount":null,"bill_date":null,"lines":null,"unit":null,"other":null,"custom_field":null,"extra":null,"names":null}`,
		`{"id":"","count":"","is_free":"","amount":"","bill_date":"","lines":"","unit":"","other":"","custom_field":"","names":""}`, `{"custom_field":[]}`,
	} {
		v := loose{ID: "stale", Count: 5, Lines: []line{{}}, Names: []string{"stale"}, Custom: map[string]string{"stale": ""}}
		require.NoError(t, decode(json.RawMessage(empty), &v), empty)
		require.Empty(t, v.ID+v.Status, empty)
		require.Zero(t, v.Count)
		require.False(t, v.Free || v.Amount.IsSet() || !v.Date.IsZero())
		require.Nil(t, v.Lines)
		require.Nil(t, v.Other)
		require.Nil(t, v.Custom)
	}
}

// What does not fit is an error, and the rest is decoded all the same.
func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`{"id":"k","count":"twelve"}`, `{"id":"k","lines":{"id":"1"}}`, `{"id":"k","is_free":"perhaps"}`, `{"unit":[],"id":"k"}`, `{"names":[{}],"id":"k"}`, `{"count":1.5,"id":"k"}`} {
		var v loose
		require.Error(t, decode(json.RawMessage(bad), &v), bad)
		require.Equal(t, "k", v.ID, bad)
	}
	var v loose
	require.Error(t, decode(json.RawMessage(`[]`), &v))
	require.Error(t, decode(json.RawMessage(`{}`), v))
	require.Error(t, decode(json.RawMessage(`{}`), nil))
	var small struct{ N int8 }
	require.Error(t, decode(json.RawMessage(`{"N":300}`), &small))
}

// Every recorded answer decodes loosely, and keeps what it holds.
func TestSamplesDecode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(testutil.Contracts(t), "samples", "jdy", "*.json"))
	require.NoError(t, err)
	require.Greater(t, len(files), 40)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var sample struct {
			Kind  string
			Value json.RawMessage
		}
		require.NoError(t, json.Unmarshal(raw, &sample))
		var r duijie.Record
		require.NoError(t, decode(sample.Value, &r), file)
		require.NotEmpty(t, r, file)
		var v struct {
			ID     string         `json:"id"`
			Number string         `json:"number"`
			BillNo string         `json:"bill_no"`
			Total  duijie.Decimal `json:"total_amount"`
			Date   duijie.Time    `json:"bill_date"`
		}
		if sample.Kind == "row" || sample.Kind == "data" {
			require.NoError(t, decode(sample.Value, &v), file)
		}
		if strings.Contains(file, "/doc_") && strings.HasSuffix(file, "_list.json") {
			e, ok := readEnvelope(&Operation{}, sample.Value)
			require.True(t, ok, file)
			p, err := readListed(&Operation{}, e.data, 1, 100)
			require.NoError(t, err, file)
			require.NotEmpty(t, p.rows, file)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	type model struct {
		Price NumberText `json:"price,omitzero"`
		Qty   Number     `json:"qty,omitzero"`
	}
	for want, m := range map[string]model{
		`{}`:                         {},
		`{"price":"0","qty":0}`:      {TextOf(duijie.DecimalFromInt(0)), NumberOf(duijie.DecimalFromInt(0))},
		`{"price":"1.10","qty":2.5}`: {TextOf(duijie.MustDecimal("1.10")), NumberOf(duijie.MustDecimal("2.5").Quoted())},
		`{"price":"100","qty":100}`:  {TextOf(duijie.MustDecimal("1E+2")), NumberOf(duijie.MustDecimal("1e2"))},
		`{"price":"12345678901234567890.1234567890"}`: {Price: TextOf(duijie.MustDecimal("12345678901234567890.1234567890"))},
	} {
		got, err := marshal(m)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	var back model
	require.NoError(t, decode(json.RawMessage(`{"price":1.10,"qty":"2"}`), &back))
	require.Equal(t, "1.10", back.Price.String())
	require.Equal(t, "2", back.Qty.String())
}

// Private fields that are clear text already stay as they are.
func TestDecrypt(t *testing.T) {
	t.Parallel()
	c := mocked(t, answer(200, "{}"))
	for _, clear := range []string{"", "13800000000", "上海市", "a@b.example", "abcd", "abcdefghijklmnop", "x"} {
		require.Equal(t, clear, c.Decrypt(clear))
		require.Equal(t, clear, c.Decrypt(c.Encrypt(clear)))
	}
	require.NotEqual(t, "13800000000", c.Encrypt("13800000000"))
}

func FuzzDecrypt(f *testing.F) {
	for _, v := range vectors(f) {
		if v.Kind == "privacy_decrypt" {
			f.Add(v.Inputs.ClientSecret, v.Inputs.Ciphertext)
		}
	}
	f.Add(plantedSecret, "")
	f.Add("short", "AAAAAAAAAAAAAAAAAAAAAA==")
	f.Fuzz(func(t *testing.T, key, text string) {
		if plain, ok := decryptText(key, text); ok && len(plain) > len(text) {
			t.Fatalf("%q became longer: %q", text, plain)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"id":1,"count":"2","lines":[{"qty":1}],"unit":{},"custom_field":{"a":[]}}`))
	f.Add([]byte(`{"extra":{"a":1},"names":[null],"other":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !json.Valid(b) {
			return
		}
		var v loose
		if decode(b, &v) == nil && v.Raw != nil && string(v.Raw) != string(b) {
			t.Fatalf("Raw is %q, the object %q", v.Raw, b)
		}
	})
}

// A row whose JSON types drift is the same row, and another one is not.
func TestPlainForm(t *testing.T) {
	t.Parallel()
	form := func(s string) string { return string(appendPlain(nil, json.RawMessage(s))) }
	require.Equal(t, form(`{"a":1,"b ":true,"c":null,"d":[1,{"e":""}]}`), form(`{ "a":"1","b":"1","c":"","d":["1",{"e":null}]}`))
	for _, other := range []string{`{"a":2}`, `{"b":1}`, `{"a":[1]}`, `{"a":{"b":1}}`, `{"a":1,"b":""}`, `{}`, `{"a":"1\""}`, `[1]`} {
		require.NotEqual(t, form(`{"a":1}`), form(other), other)
	}
}
