package wdttest_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie/wdt/wdttest"
)

// A caller with nothing but net/http asks the direct gateway for the shops: the
// first try meets the throttle, the second gets the rows.
func Example() {
	server := wdttest.NewServer()
	defer server.Close()
	server.PutShop(wdttest.Shop{No: "S01", Name: "示例店铺", PlatformID: 127})
	server.Inject(wdttest.Fault{Op: "setting.Shop.queryShop", Call: 1, Kind: wdttest.Throttle})

	account := server.Account()
	secret, salt, _ := strings.Cut(account.AppSecret, ":")
	const body = `[{}]`
	query := url.Values{
		"sid": {account.SID}, "key": {account.AppKey}, "salt": {salt}, "v": {"1.0"},
		"method":    {"setting.Shop.queryShop"},
		"timestamp": {strconv.FormatInt(time.Now().Unix()-1325347200, 10)},
		"page_no":   {"0"}, "page_size": {"50"}, "calc_total": {"1"},
	}
	signed := url.Values{"body": {body}}
	names := []string{"body"}
	for name, v := range query {
		signed[name] = v
		names = append(names, name)
	}
	slices.Sort(names)
	text := secret
	for _, name := range names {
		text += name + signed.Get(name)
	}
	sum := md5.Sum([]byte(text + secret))
	query.Set("sign", hex.EncodeToString(sum[:]))

	for range 2 {
		resp, err := http.Post(server.DirectURL()+"?"+query.Encode(), "application/json", strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		answer, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode, strings.Contains(string(answer), `"status":0`), strings.Contains(string(answer), "示例店铺"))
	}
	fmt.Println(server.Count("setting.Shop.queryShop"))
	// Output:
	// 200 false false
	// 200 true true
	// 2
}
