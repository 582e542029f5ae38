package jdytest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/duijie-go/duijie/jdy/jdytest"
)

// A call by hand, without any client: sign, fetch a token, read a material.
func Example() {
	srv := jdytest.NewServer()
	defer srv.Close()
	srv.Seed("bd/material", jdytest.Row{"number": "A-1", "name": "滤芯", "base_unit_number": "个"})

	mac := func(key, message string) string {
		h := hmac.New(sha256.New, []byte(key))
		h.Write([]byte(message))
		return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(h.Sum(nil))))
	}
	call := func(path, key, value, key2, value2, token string) map[string]any {
		// Two pairs in order of their keys; the signature covers them encoded twice.
		wire := key + "=" + url.QueryEscape(value) + "&" + key2 + "=" + url.QueryEscape(value2)
		twice := key + "=" + url.QueryEscape(url.QueryEscape(value)) + "&" + key2 + "=" + url.QueryEscape(url.QueryEscape(value2))
		now := strconv.FormatInt(time.Now().UnixMilli(), 10)
		req, err := http.NewRequest(http.MethodGet, srv.URL()+path+"?"+wire, nil)
		if err != nil {
			panic(err)
		}
		req.Header.Set("X-Api-ClientID", srv.ClientID())
		req.Header.Set("X-Api-Auth-Version", "2.0")
		req.Header.Set("X-Api-TimeStamp", now)
		req.Header.Set("X-Api-Nonce", "4427456950")
		req.Header.Set("X-Api-SignHeaders", "X-Api-Nonce,X-Api-TimeStamp")
		req.Header.Set("X-Api-Signature", mac(srv.ClientSecret(),
			"GET\n"+url.QueryEscape(path)+"\n"+twice+"\nx-api-nonce:4427456950\nx-api-timestamp:"+now+"\n"))
		req.Header.Set("app-token", token)
		req.Header.Set("X-GW-Router-Addr", srv.Account().Domain)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			panic(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var answer struct{ Data map[string]any }
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			panic(err)
		}
		return answer.Data
	}

	a := srv.Account()
	token := call("/jdyconnector/app_management/kingdee_auth_token", "app_key", a.AppKey, "app_signature", mac(a.AppSecret, a.AppKey), "")
	material := call("/jdy/v2/bd/material_detail", "id", "", "number", "A-1", token["app-token"].(string))
	fmt.Println(material["name"], material["base_unit_name"])
	// Output: 滤芯 个
}

// Faults hit chosen calls; effects tell what they did.
func ExampleServer_Inject() {
	srv := jdytest.NewServer()
	defer srv.Close()
	// The second save is done, but its answer is lost.
	srv.Inject(jdytest.Fault{Op: "POST scm/sal_order", Call: 2, Kind: jdytest.CutAfter})
	// … run the code under test, then:
	fmt.Println(srv.Created("scm/sal_order", "XSDD-20260901-00001"), srv.MaxTokenCallsPerMinute() <= 2)
	// Output: 0 true
}
