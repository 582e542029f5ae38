package kingdeetest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

func Example() {
	s := kingdeetest.NewServer()
	defer s.Close()
	s.Seed("BD_Customer", map[string]any{"FCUSTID": 100061, "FNumber": "C-0001", "FName": "上海测试", "FCreateOrgId": "100"})
	s.Inject(kingdeetest.Fault{Op: "ExecuteBillQuery", Call: 2, Kind: kingdeetest.Throttle})

	session := ""
	call := func(service, body string) string {
		req, _ := http.NewRequest(http.MethodPost, s.URL()+service+".common.kdsvc", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("kdservice-sessionid", session)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		for _, cookie := range resp.Cookies() {
			if cookie.Name == "kdservice-sessionid" {
				session = cookie.Value
			}
		}
		text, _ := io.ReadAll(resp.Body)
		return string(text)
	}

	a := s.Account()
	call("Kingdee.BOS.WebApi.ServicesStub.AuthService.ValidateUser",
		fmt.Sprintf(`{"acctID":%q,"username":%q,"password":%q,"lcid":2052}`, a.AcctID, a.Username, a.Password))
	query := `{"data":{"FormId":"BD_Customer","FieldKeys":"FCUSTID,FNumber,FCreateOrgId.FNumber","FilterString":"FNumber like 'C-%'"}}`
	const service = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.ExecuteBillQuery"
	fmt.Println(call(service, query))
	fmt.Println(strings.Contains(call(service, query), `"MsgCode":14`))
	fmt.Println(s.Logins(), s.Count("ExecuteBillQuery"))
	// Output:
	// [[100061,"C-0001","100"]]
	// true
	// 1 2
}
