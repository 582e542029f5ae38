package jdy

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

type vector struct {
	Name   string
	Kind   string
	Inputs struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Method       string
		Path         string
		Query        [][2]string
		Timestamp    string
		Nonce        string
		AppKey       string `json:"app_key"`
		AppSecret    string `json:"app_secret"`
		IV           string
		Ciphertext   string
	}
	Expected struct {
		StringToSign string `json:"string_to_sign"`
		Signature    string
		Headers      map[string]string
		WireQuery    *string `json:"wire_query"`
		AppSignature string  `json:"app_signature"`
		Plaintext    string
	}
}

func vectors(t testing.TB) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.NotEmpty(t, file.Vectors)
	return file.Vectors
}

func (v vector) pairs() []pair {
	var out []pair
	for _, p := range v.Inputs.Query {
		out = append(out, pair{p[0], p[1]})
	}
	return out
}

func TestGoldenVectors(t *testing.T) {
	t.Parallel()
	kinds := map[string]int{}
	for _, v := range vectors(t) {
		kinds[v.Kind]++
		in, want := v.Inputs, v.Expected
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			switch v.Kind {
			case "app_signature":
				require.Equal(t, want.AppSignature, appSignature(in.AppKey, in.AppSecret))
			case "api_signature":
				sent := wireQuery(v.pairs())
				if want.WireQuery != nil {
					require.Equal(t, *want.WireQuery, sent)
				}
				require.Equal(t, want.StringToSign, stringToSign(in.Method, in.Path, sent, in.Nonce, in.Timestamp))
				h := http.Header{}
				signHeaders(h, in.ClientID, in.ClientSecret, in.Method, in.Path, sent, in.Nonce, in.Timestamp)
				require.Equal(t, want.Signature, h.Get("X-Api-Signature"))
				for name, value := range want.Headers {
					require.Equal(t, value, h.Get(name), name)
				}
			case "privacy_decrypt":
				got, ok := decryptText(in.ClientSecret, in.Ciphertext)
				require.True(t, ok)
				require.Equal(t, want.Plaintext, got)
			default:
				t.Fatalf("no test of vectors of kind %s", v.Kind)
			}
		})
	}
	require.Len(t, kinds, 3)
}

// The copy of the vectors is the contract's.
func TestVectorsAreTheContracts(t *testing.T) {
	t.Parallel()
	own, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.JSONEq(t, string(testutil.Vectors(t, "jdy")), string(own))
}

// Pairs are signed in the order of their texts, whatever the order they are sent
// in, and pieces without = not at all.
func TestCanonicalQuery(t *testing.T) {
	t.Parallel()
	for wire, want := range map[string]string{
		"":                "",
		"b=2&a=1":         "a=1&b=2",
		"a=1&alone&b=":    "a=1&b=",
		"a=x+y":           "a=x%2By",
		"a=%7E&a=*":       "a=%257E&a=%2A",
		"ids=10&ids=9":    "ids=10&ids=9",
		"k=a%3Db&k=a%26b": "k=a%2526b&k=a%253Db",
	} {
		require.Equal(t, want, canonicalQuery(wire), wire)
	}
	require.Equal(t, "q=a+b%7E*%E4%B8%AD", wireQuery([]pair{{"q", "a b~*中"}}))
}

// What is sent means what was given, and signing does not depend on the order.
func FuzzQuery(f *testing.F) {
	for _, v := range vectors(f) {
		for _, p := range v.Inputs.Query {
			f.Add(p[0], p[1], "x", "")
		}
	}
	f.Add("ids", "a b~*+%&=", "ids", "\x00中\xff")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		wire := wireQuery([]pair{{k1, v1}, {k2, v2}})
		values, err := url.ParseQuery(wire)
		if err != nil {
			t.Fatalf("%q can not be parsed: %v", wire, err)
		}
		want := url.Values{}
		want.Add(k1, v1)
		want.Add(k2, v2)
		if values.Encode() != want.Encode() {
			t.Fatalf("%q means %v, want %v", wire, values, want)
		}
		if a, b := canonicalQuery(wire), canonicalQuery(wireQuery([]pair{{k2, v2}, {k1, v1}})); a != b {
			t.Fatalf("%q and %q are signed differently", a, b)
		}
	})
}
