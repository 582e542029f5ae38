package wdt

import (
	"strings"
	"testing"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// Whatever comes back, a verdict is reached, and success is never concluded
// from anything but a status of 0.
func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{
		`{"status":0,"data":{"total_count":1,"details":[{}]}}`, `{"status":"100","message":"x"}`, `{"message":{"a":1}}`,
		`{"response":{"flag":"failure","code":25,"message":"Invalid signature"}}`, `{"error_response":{"code":"7"}}`,
		`{"x_response":{"status":0,"data":[{"error":"x"}]}}`, `{"response":{"status":0,"data":{"code":1,"message":"[{}]"}}}`,
		``, `[]`, `<html>`, "\xef\xbb\xbf{}", `{"status":1e400}`,
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, body string, writes bool) {
		for _, g := range gateways {
			c := &Client{cfg: Config{Gateway: g}}
			r, v := c.judge(&transport.Answer{Status: 200, Body: []byte(body)}, writes, &Method{})
			if v.Class != duijie.ClassOK {
				continue
			}
			if !strings.Contains(strings.ToLower(body), "status") && !strings.Contains(body, `\u`) {
				t.Fatalf("success without a status: %q", body)
			}
			a := r.answer(true)
			if a.Total < -1 {
				t.Fatalf("total %d", a.Total)
			}
			_, _ = a.rows("details")
		}
	})
}

// The serialiser ends on anything, is the same for the same values in another
// order, and never holds a member that is to be left out.
func FuzzWDTSerialise(f *testing.F) {
	for _, seed := range []string{
		`{"b":[1,{"a":"x"}],"a":true}`, `[1,2]`, `[加急]`, `{"a":"{\"b\":\"[1.50]\"}"}`, `null`, ``, `{`, `[[[[[]]]]]`, "{\"a\":\"\xff\"}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		one := wdtSerialise("wdt.x", map[string]string{"params": value, "z": "1", "wdt_sign": value})
		two := wdtSerialise("3ldsmu02o9.wdt.x", map[string]string{"z": "1", "params": value, "wdt3_customer_id": value})
		if one != two {
			t.Fatalf("%q and %q", one, two)
		}
		if _, isJSON := jsonInside(value); !isJSON && one != "methodwdt.xparams"+value+"z1" {
			t.Fatalf("%q is no JSON, serialised as %q", value, one)
		}
		raw, err := fieldText([]byte(value))
		if err != nil || raw == "" {
			return
		}
		if again, err := fieldText([]byte(raw)); err == nil && again != raw && strings.HasPrefix(raw, "{") {
			t.Fatalf("%q becomes %q when rewritten again", raw, again)
		}
	})
}
