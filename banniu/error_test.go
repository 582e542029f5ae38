package banniu

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func refusal(code, words string) string {
	return fmt.Sprintf(`{"response":{"code":%s,"error_msg":%q,"map":null,"total_results":null,"isSuccess":null}}`, code, words)
}

// TestErrorTable holds every line of the contract's table, and what stands between
// its lines. tries are those of a read and of a create: a create whose refusal leaves
// open whether it was done is not repeated.
func TestErrorTable(t *testing.T) {
	t.Parallel()
	const tries = 3
	for name, tt := range map[string]struct {
		status  int
		body    string
		class   duijie.Class
		read    int
		create  int
		unknown bool // of a create
	}{
		"HTTP 429":                  {429, "slow down", duijie.ClassThrottled, tries, tries, false},
		"HTTP 429 with a code":      {429, refusal("9", "x"), duijie.ClassThrottled, tries, tries, false},
		"HTTP 503":                  {503, "<html>", duijie.ClassThrottled, tries, 1, true},
		"频繁":                        {200, refusal("1004", "调用过于频繁,请稍后再试"), duijie.ClassThrottled, tries, tries, false},
		"限流":                        {200, refusal("1", "已限流"), duijie.ClassThrottled, tries, tries, false},
		"too many":                  {200, refusal("1", "Too Many requests"), duijie.ClassThrottled, tries, tries, false},
		"超过限制":                      {200, refusal("1", "请求超过限制"), duijie.ClassThrottled, tries, 1, true},
		"稍后":                        {200, refusal("1", "系统繁忙，请稍后"), duijie.ClassThrottled, tries, 1, true},
		"limit":                     {200, refusal("1", "rate limit exceeded"), duijie.ClassThrottled, tries, 1, true},
		"unlimited is no limit":     {200, refusal("1", "unlimited plan only"), duijie.ClassRefused, 1, 1, false},
		"length of a value":         {200, refusal("1", "字段长度超过限制"), duijie.ClassInvalid, 1, 1, false},
		"签名":                        {200, refusal("1001", "签名错误"), duijie.ClassUnauthenticated, 1, 1, false},
		"sign":                      {200, refusal("1", "Invalid sign"), duijie.ClassUnauthenticated, 1, 1, false},
		"assign is no sign":         {200, refusal("1", "can not assign the task"), duijie.ClassRefused, 1, 1, false},
		"token":                     {200, refusal("1002", "access_token无效"), duijie.ClassUnauthenticated, 1, 1, false},
		"授权":                        {200, refusal("1", "未授权"), duijie.ClassUnauthenticated, 1, 1, false},
		"鉴权":                        {200, refusal("1", "鉴权失败"), duijie.ClassUnauthenticated, 1, 1, false},
		"app_key":                   {200, refusal("1", "app_key无效"), duijie.ClassUnauthenticated, 1, 1, false},
		"过期":                        {200, refusal("1", "已过期"), duijie.ClassUnauthenticated, 1, 1, false},
		"timestamp":                 {200, refusal("1", "timestamp已失效"), duijie.ClassUnauthenticated, 1, 1, false},
		"时间戳":                       {200, refusal("1", "时间戳错误"), duijie.ClassUnauthenticated, 1, 1, false},
		"an option's value":         {200, refusal("1006", "列[客户签名]的值[x]不在选项中"), duijie.ClassInvalid, 1, 1, false},
		"过期 in a name":              {200, refusal("2001", "列[过期日期]的值格式错误"), duijie.ClassRefused, 1, 1, false},
		"授权 in a name":              {200, refusal("2001", "列【授权人】不存在"), duijie.ClassRefused, 1, 1, false},
		"limit in a name":           {200, refusal("2001", "列[credit limit]的值[频繁]格式错误"), duijie.ClassRefused, 1, 1, false},
		"限流 in a value":             {200, refusal("2001", "字段“备注”的值「已限流, [见 timestamp]」格式错误"), duijie.ClassRefused, 1, 1, false},
		"token in quotes":           {200, refusal("2001", `column "token" can't hold 'too many'`), duijie.ClassRefused, 1, 1, false},
		"a value with a bracket":    {200, refusal("2001", "列[备注]的值[a] 签名]格式错误"), duijie.ClassRefused, 1, 1, false},
		"a value that was cut":      {200, refusal("2001", "列[备注]的值[过期 token"), duijie.ClassRefused, 1, 1, false},
		"a name, and throttled":     {200, refusal("1004", "保存列[过期日期]过于频繁"), duijie.ClassThrottled, tries, tries, false},
		"a name, and the token":     {200, refusal("1002", "[工单] access_token[x]无效"), duijie.ClassUnauthenticated, 1, 1, false},
		"all in brackets":           {200, refusal("1001", "【签名错误】[1001]"), duijie.ClassUnauthenticated, 1, 1, false},
		"an unknown code":           {200, refusal("7777", "系统内部错误"), duijie.ClassRefused, 1, 1, false},
		"a code as text":            {200, refusal(`"7777"`, "x"), duijie.ClassRefused, 1, 1, false},
		"a code that is no number":  {200, refusal(`"ok"`, "x"), duijie.ClassRefused, 1, 1, false},
		"a code and no words":       {200, `{"response":{"code":5,"error_msg":null,"map":{"result":[]}}}`, duijie.ClassRefused, 1, 1, false},
		"words and no code":         {200, `{"response":{"error_msg":"x","map":{"result":[]}}}`, duijie.ClassRefused, 1, 1, false},
		"a code outside alone":      {200, `{"code":1001,"msg":"签名错误","response":{"code":null,"map":{"result":[]}}}`, duijie.ClassUnauthenticated, 1, 1, false},
		"two codes":                 {200, `{"code":1001,"response":{"code":0,"map":{"result":[]}}}`, duijie.ClassRefused, 1, 1, false},
		"isSuccess false outside":   {200, `{"isSuccess":false,"response":{"code":0,"map":{"result":[]}}}`, duijie.ClassRefused, 1, 1, false},
		"a code of no known form":   {200, `{"response":{"code":{"n":5},"map":{"result":[]}}}`, duijie.ClassRefused, 1, 1, false},
		"isSuccess false":           {200, `{"response":{"code":0,"isSuccess":false,"map":{"result":[]}}}`, duijie.ClassRefused, 1, 1, false},
		"under data":                {200, `{"data":{"code":5,"error_msg":"签名错误"}}`, duijie.ClassUnauthenticated, 1, 1, false},
		"top level, msg":            {200, `{"code":1001,"msg":"签名错误"}`, duijie.ClassUnauthenticated, 1, 1, false},
		"top level, message":        {200, `{"code":"77","message":"x","data":null}`, duijie.ClassRefused, 1, 1, false},
		"top level, empty data":     {200, `{"code":77,"error_msg":"x","data":{}}`, duijie.ClassRefused, 1, 1, false},
		"HTTP 500":                  {500, "", duijie.ClassUnavailable, tries, 1, true},
		"HTTP 500, unknown code":    {500, refusal("7", "x"), duijie.ClassUnavailable, tries, 1, true},
		"HTTP 502":                  {502, "<html>bad gateway</html>", duijie.ClassUnavailable, tries, 1, true},
		"HTTP 504":                  {504, "", duijie.ClassUnavailable, tries, 1, true},
		"HTTP 500 and a success":    {500, result("[]"), duijie.ClassUnavailable, tries, 1, true},
		"HTTP 401":                  {401, "no", duijie.ClassUnauthenticated, 1, 1, false},
		"HTTP 403":                  {403, "<html>", duijie.ClassPermission, 1, 1, false},
		"HTTP 404":                  {404, "not here", duijie.ClassInvalid, 1, 1, false},
		"HTTP 408":                  {408, "", duijie.ClassUnavailable, tries, 1, true},
		"HTTP 302":                  {302, "", duijie.ClassInvalid, 1, 1, false},
		"broken JSON":               {200, `{"response":{"code":0,"map":{"res`, duijie.ClassUnavailable, tries, 1, true},
		"HTML":                      {200, "<html>hello</html>", duijie.ClassUnavailable, tries, 1, true},
		"nothing":                   {200, "", duijie.ClassUnavailable, tries, 1, true},
		"neither code nor map":      {200, `{"response":{"isSuccess":null}}`, duijie.ClassUnavailable, tries, 1, true},
		"another platform's answer": {200, `{"errcode":0,"data":[]}`, duijie.ClassUnavailable, tries, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // waits take no time
				tries := 0
				c := stubbed(t, func(w http.ResponseWriter, r *http.Request) {
					tries++
					says(tt.status, tt.body)(w, r)
				})
				_, err := c.Projects(t.Context())
				requireClass(t, err, tt.class, "project.list")
				require.Equal(t, tt.read, tries, "tries of a read")
				require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
				tries = 0
				_, err = c.Project("", "").Create(t.Context(), Contents{"37761": "x"}, CreateOptions{})
				requireClass(t, err, tt.class, "task.create")
				require.Equal(t, tt.create, tries, "tries of a create")
				require.Equal(t, tt.unknown, errors.Is(err, duijie.ErrOutcomeUnknown), "%v", err)
			})
		})
	}
}

func requireClass(t *testing.T, err error, class duijie.Class, op string) {
	t.Helper()
	var e *duijie.APIError
	require.ErrorAs(t, err, &e)
	require.Equal(t, class, e.Class, "%v", err)
	require.Equal(t, op, e.Op)
	require.ErrorIs(t, err, class.Err())
}

// A list is only a list when it has one: else a reading would end in the middle.
func TestAListWithoutAListIsNone(t *testing.T) {
	t.Parallel()
	for body, ok := range map[string]bool{
		`{"response":{"code":0,"map":{"result":[]}}}`:   true,
		`{"response":{"code":0,"map":{"result":null}}}`: true,
		`{"response":{"map":{"result":[]}}}`:            true, // no code, as user.list answers
		`{"data":{"map":{"result":[]}}}`:                true,
		`{"response":{"code":"0","map":{"result":[]}}}`: true,
		`{"response":{"code":0,"map":{}}}`:              false,
		`{"response":{"code":0,"map":null}}`:            false,
		`{"response":{"code":0,"map":{"result":{}}}}`:   false,
		`{"response":{"code":0,"map":{"result":"[]"}}}`: false,
	} {
		c, _ := answering(t, says(200, body))
		_, err := c.Projects(t.Context())
		if ok {
			require.NoError(t, err, body)
			continue
		}
		require.ErrorIs(t, err, duijie.ErrMalformedAnswer, body)
	}
}

// The table is replaced or extended by the caller.
func TestRulesAreReplaceable(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, says(200, refusal("4711", "工单已锁定，请稍后")))
	_, err := c.Project("", "").Get(t.Context(), "1")
	require.ErrorIs(t, err, duijie.ErrRateLimited)
	cfg := c.cfg
	cfg.Rules = append([]Rule{{Code: "4711", Class: duijie.ClassNotFound, Hint: "locked"}}, DefaultRules()...)
	_, err = clientOf(t, cfg).Project("", "").Get(t.Context(), "1")
	require.ErrorIs(t, err, duijie.ErrNotFound)
	require.ErrorContains(t, err, "4711")
	require.ErrorContains(t, err, "locked")
}

// What every error says.
func TestErrorKeepsThePlatformsWords(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, says(200, refusal("7777", "系统内部错误")))
	_, err := c.Projects(t.Context())
	for _, part := range []string{"banniu", "project.list", "7777", "系统内部错误"} {
		require.ErrorContains(t, err, part)
	}
}

// Secrets and signatures are in no error, also when the platform sends back all it
// was sent, and in nothing that prints a client.
func TestSecretsStayHidden(t *testing.T) {
	t.Parallel()
	hidden := func(t *testing.T, text string) {
		t.Helper()
		for _, secret := range []string{plantedSecret, plantedToken} {
			require.NotContains(t, text, secret)
		}
	}
	for name, echo := range map[string]func(w http.ResponseWriter, r *http.Request){
		"words": func(w http.ResponseWriter, r *http.Request) {
			says(200, refusal("1", r.URL.RawQuery+" "+fmt.Sprint(r.URL.Query(), r.Header)))(w, r)
		},
		"code": func(w http.ResponseWriter, r *http.Request) {
			says(200, refusal(fmt.Sprintf("%q", r.URL.RawQuery), "x"))(w, r)
		},
		"page": func(w http.ResponseWriter, r *http.Request) { says(502, "<html>"+r.URL.String())(w, r) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1"+r.URL.String(), http.StatusTemporaryRedirect)
		},
		"cut": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"batch": func(w http.ResponseWriter, r *http.Request) {
			text, _ := json.Marshal("工单id:5更新失败 " + r.URL.String())
			says(200, result("["+string(text)+"]"))(w, r)
		},
	} {
		c, saw := answering(t, echo)
		c = clientOf(t, func() Config { cfg := c.cfg; cfg.SendAppSecret, cfg.BearerHeader = true, true; return cfg }())
		_, err := c.Project("", "").BatchUpdate(t.Context(), []TaskUpdate{{TaskID: "5", Contents: Contents{"10": "x"}}})
		require.Error(t, err, name)
		text := fmt.Sprintf("%v %+v %#v", err, err, err)
		hidden(t, text)
		for _, s := range saw() {
			require.NotContains(t, text, s.request.URL.Query().Get("sign"), name)
		}
		body, err := json.Marshal(c.cfg)
		require.NoError(t, err)
		hidden(t, fmt.Sprintf("%v %+v %#v %s %v %+v %#v", c, c, c, body, c.cfg, c.cfg, c.cfg))
	}
}
