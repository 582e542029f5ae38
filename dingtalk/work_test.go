package dingtalk

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
)

// office is a fake organisation and a client of it.
func office(t *testing.T, opts ...dingtalktest.Option) (*dingtalktest.Server, *Client) {
	t.Helper()
	s := dingtalktest.NewServer(append([]dingtalktest.Option{dingtalktest.WithDemo(), dingtalktest.WithQPS(0)}, opts...)...)
	t.Cleanup(s.Close)
	c, err := NewClient(Config{BaseURL: s.URL(), OAPIBaseURL: s.OapiURL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret())}, fastCalls()...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return s, c
}

func fastCalls() []duijie.Option {
	return []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: time.Millisecond}),
	}
}

func TestContacts(t *testing.T) {
	t.Parallel()
	s, c := office(t)
	s.AddDepartment(dingtalktest.Department{ID: 900, Parent: 1, Name: "销售部"})
	s.AddDepartment(dingtalktest.Department{ID: 901, Parent: 900, Name: "华东"})
	for i := range 130 {
		s.AddUser(dingtalktest.User{ID: fmt.Sprintf("u%03d", i), Name: fmt.Sprint("员工", i), Mobile: fmt.Sprintf("139%08d", i), Departments: []int64{900, 901}})
	}
	people := c.Contacts()
	id, err := people.UserIDByMobile(t.Context(), "13900000007")
	require.NoError(t, err)
	require.Equal(t, "u007", id)
	u, err := people.User(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "员工7", u.Name)
	require.Equal(t, []int64{900, 901}, u.DepartmentID)
	require.Contains(t, string(u.Raw), "dept_order_list")
	byUnion, err := people.UserIDByUnionID(t.Context(), u.UnionID)
	require.NoError(t, err)
	require.Equal(t, id, byUnion)
	for _, o := range u.Orders {
		require.Greater(t, o.Order, int64(1)<<53, "every digit is kept")
	}

	ids, err := people.UserIDs(t.Context(), 901)
	require.NoError(t, err)
	require.Len(t, ids, 130)
	n := 0
	for _, err := range people.Users(t.Context(), 901) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 130, n, "two pages")
	all := map[string]int{}
	for u, err := range people.AllUsers(t.Context(), 900) {
		require.NoError(t, err)
		all[u.ID]++
	}
	require.Len(t, all, 130)
	require.Equal(t, 1, all["u007"], "who is in two departments comes once")
	tree, err := people.Tree(t.Context(), RootDepartment)
	require.NoError(t, err)
	require.Equal(t, RootDepartment, tree[0].ID)
	parents := map[int64]int64{}
	for _, d := range tree {
		parents[d.ID] = d.ParentID
	}
	require.Equal(t, int64(900), parents[901])

	_, err = people.User(t.Context(), "nobody")
	require.ErrorIs(t, err, duijie.ErrNotFound)
	_, err = people.UserIDByMobile(t.Context(), "13800009999")
	require.Error(t, err)
	_, err = people.User(t.Context(), "")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, err := range people.Users(t.Context(), 424242) {
		require.Error(t, err)
	}
}

func TestUsersEndWhereACursorRepeats(t *testing.T) {
	t.Parallel()
	c, _ := client(t, 200, `{"errcode":0,"errmsg":"ok","result":{"has_more":true,"next_cursor":0,"list":[{"userid":"a"}]}}`)
	n := 0
	for _, err := range c.Contacts().Users(t.Context(), 1) {
		if n++; n == 2 {
			require.ErrorIs(t, err, duijie.ErrNoProgress)
			return
		}
		require.NoError(t, err)
	}
	t.Fatal("the list ended without a word")
}

func robot(t *testing.T, s *dingtalktest.Server, change func(*RobotConfig)) *Robot {
	t.Helper()
	cfg := RobotConfig{BaseURL: s.OapiURL(), Token: duijie.NewSecret(s.RobotToken()), Secret: duijie.NewSecret(s.RobotSecret())}
	if change != nil {
		change(&cfg)
	}
	r, err := NewRobot(cfg, fastCalls()...)
	require.NoError(t, err)
	t.Cleanup(r.CloseIdleConnections)
	return r
}

func TestRobot(t *testing.T) {
	t.Parallel()
	s, _ := office(t, dingtalktest.WithoutRobotLimit())
	r := robot(t, s, nil)
	for name, m := range map[string]RobotMessage{
		"text":     {Text: &RobotText{"sync failed: 3 rows + 失败&=%"}, At: RobotAt{Mobiles: []string{"13800000000"}}},
		"markdown": {Markdown: &RobotMarkdown{"sync", "#### sync failed"}},
		"link":     {Link: &RobotLink{Title: "a", Text: "b", MessageURL: "https://example.com"}},
		"card":     {ActionCard: &RobotActionCard{Title: "a", Text: "b", Buttons: []RobotButton{{"open", "https://example.com"}}}},
		"feed":     {FeedCard: []RobotFeed{{"a", "https://example.com", "https://example.com/a.png"}}},
	} {
		require.NoError(t, r.Send(t.Context(), m), name)
	}
	require.Len(t, s.RobotMessages(), 5)
	s.Inject(dingtalktest.Fault{Op: "POST robot/send", Kind: dingtalktest.CutAfter})
	require.NoError(t, r.Send(t.Context(), RobotMessage{Text: &RobotText{"once"}, UUID: "run-42"}))
	require.Len(t, s.RobotMessages(), 6, "a repeat with its uuid is not shown twice")

	for name, m := range map[string]RobotMessage{
		"empty": {}, "two kinds": {Text: &RobotText{"a"}, Link: &RobotLink{}}, "no text": {Text: &RobotText{}},
		"too many called": {Text: &RobotText{"a"}, At: RobotAt{UserIDs: make([]string, 51)}},
	} {
		require.ErrorIs(t, r.Send(t.Context(), m), duijie.ErrInvalid, name)
	}
	_, err := NewRobot(RobotConfig{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	text := RobotMessage{Text: &RobotText{"x"}}
	require.Error(t, robot(t, s, func(c *RobotConfig) { c.Token = duijie.NewSecret("0123456789abcdef") }).Send(t.Context(), text))
	require.Error(t, robot(t, s, func(c *RobotConfig) { c.Secret = duijie.NewSecret("SECwrong") }).Send(t.Context(), text))
}

func TestRobotKeepsItsSecrets(t *testing.T) {
	t.Parallel()
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"errcode":310000,"errmsg":"sign not match: %s %s"}`, r.URL.RawQuery, r.URL.Query().Get("sign"))
	}))
	defer echo.Close()
	var logs bytes.Buffer
	cfg := RobotConfig{BaseURL: echo.URL, Token: duijie.NewSecret("plantedtoken0001"), Secret: duijie.NewSecret("SECplanted0002")}
	r, err := NewRobot(cfg, append(fastCalls(), duijie.WithLogger(slog.New(slog.NewTextHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))))...)
	require.NoError(t, err)
	err = r.Send(t.Context(), RobotMessage{Text: &RobotText{"x"}})
	require.Error(t, err)
	echo.Close()
	err = errors.Join(err, r.Send(t.Context(), RobotMessage{Text: &RobotText{"x"}}))
	printed := fmt.Sprintf("%v %+v %#v %v %#v", err, err, cfg, r, cfg) + logs.String()
	for _, secret := range []string{"plantedtoken0001", "SECplanted0002", base64.StdEncoding.EncodeToString([]byte("plantedtoken0001"))} {
		require.NotContains(t, printed, secret)
	}
	require.NotRegexp(t, `sign=[A-Za-z0-9%+/]{20}`, printed)
}

func TestRobotLimitKeepsAnyMinute(t *testing.T) {
	t.Parallel()
	require.LessOrEqual(t, float64(robotLimit.Burst)+robotLimit.PerSecond*60, 20.0)
}

func TestNotices(t *testing.T) {
	t.Parallel()
	s, c := office(t, dingtalktest.WithAgentID(77))
	s.AddUser(dingtalktest.User{ID: "u1", Name: "a", Departments: []int64{1}})
	task, err := c.SendNotice(t.Context(), WorkNotice{AgentID: 77, UserIDs: []string{"u1", "nobody"}, Message: NoticeText("3 rows failed")})
	require.NoError(t, err)
	require.Positive(t, task)
	require.Equal(t, []string{"u1"}, s.WorkNotices()[0].Delivered)
	result, err := c.NoticeResult(t.Context(), 77, task)
	require.NoError(t, err)
	require.Contains(t, append(result.Unread, result.Read...), "u1")
	require.Equal(t, []string{"nobody"}, result.Invalid)
	_, err = c.SendNotice(t.Context(), WorkNotice{AgentID: 77, DepartmentIDs: []int64{1}, Message: NoticeMarkdown("a", "b")})
	require.NoError(t, err)
	for name, n := range map[string]WorkNotice{
		"no agent": {UserIDs: []string{"u1"}, Message: NoticeText("x")}, "nobody": {AgentID: 77, Message: NoticeText("x")},
		"no message": {AgentID: 77, UserIDs: []string{"u1"}}, "long": {AgentID: 77, All: true, Message: NoticeText(strings.Repeat("x", 2048))},
		"many": {AgentID: 77, UserIDs: make([]string, 101), Message: NoticeText("x")},
	} {
		_, err := c.SendNotice(t.Context(), n)
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
	require.Len(t, s.WorkNotices(), 2)
	s.Inject(dingtalktest.Fault{Op: "POST topapi/message/corpconversation/asyncsend_v2", Kind: dingtalktest.CutAfter})
	_, err = c.SendNotice(t.Context(), WorkNotice{AgentID: 77, UserIDs: []string{"u1"}, Message: NoticeText("other")})
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Len(t, s.WorkNotices(), 3, "it is not sent again blindly")
}

func TestApprovals(t *testing.T) {
	t.Parallel()
	s, c := office(t)
	s.AddProcess("PROC-1", "单号", "明细")
	oa := c.Approvals()
	start := func(no string) (string, error) {
		return oa.Start(t.Context(), ApprovalRequest{
			Originator: s.UserID(), ProcessCode: "PROC-1", DepartmentID: -1, Values: []ApprovalValue{
				{Name: "单号", Value: no}, {Name: "明细", Value: `[[{"name":"数量","value":"2"}]]`},
			},
		})
	}
	var ids []string
	for i := range 45 {
		id, err := start(strconv.Itoa(i))
		require.NoError(t, err)
		ids = append(ids, id)
	}
	a, err := oa.Get(t.Context(), ids[3])
	require.NoError(t, err)
	require.Equal(t, "RUNNING", a.Status)
	require.Equal(t, "3", a.Values[0].Value)
	require.WithinDuration(t, time.Now(), a.Created, 2*time.Minute, "the false Z is China time")
	require.True(t, a.Finished.IsZero())
	require.NoError(t, oa.Terminate(t.Context(), ids[3], s.UserID(), "mistake"))
	a, err = oa.Get(t.Context(), ids[3])
	require.NoError(t, err)
	require.Equal(t, "TERMINATED", a.Status)
	require.False(t, a.Finished.IsZero())

	var listed []string
	for id, err := range oa.IDs(t.Context(), ApprovalQuery{ProcessCode: "PROC-1", From: time.Now().Add(-300 * 24 * time.Hour), To: time.Now().Add(time.Minute)}) {
		require.NoError(t, err)
		listed = append(listed, id)
	}
	require.ElementsMatch(t, ids, listed, "three steps of 120 days, pages of 20")

	_, err = oa.Get(t.Context(), "none")
	require.ErrorIs(t, err, duijie.ErrNotFound)
	_, err = oa.Start(t.Context(), ApprovalRequest{Originator: s.UserID(), ProcessCode: "PROC-1", Values: []ApprovalValue{{Name: "单号"}}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, err := range oa.IDs(t.Context(), ApprovalQuery{}) {
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	s.Inject(dingtalktest.Fault{Op: "POST workflow/processInstances", Kind: dingtalktest.CutAfter})
	_, err = start("lost")
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Len(t, s.Approvals("PROC-1"), 46, "it is not started again blindly")
}

const (
	cbToken = "duijieTok01"
	cbKey   = "xlPq7Zb2Hc9dKf4mNs6tVw8yAe3gJi5kLo0rUvXzBnM"
)

func TestCallbackHandler(t *testing.T) {
	t.Parallel()
	s, _ := office(t)
	cb := s.Callback(cbToken, cbKey)
	var handled atomic.Int64
	fail := true
	h, err := NewCallbackHandler(CallbackConfig{
		Token: duijie.NewSecret(cbToken), AESKey: duijie.NewSecret(cbKey), OwnerKeys: []string{s.AppKey()},
		Handle: func(_ context.Context, e CallbackEvent) error {
			if e.Type == "bpms_instance_change" && fail {
				fail = false
				return errors.New("later")
			}
			if e.Type == "user_add_org" {
				require.Equal(t, []string{"u1", "u2"}, e.UserIDs())
			}
			handled.Add(1)
			return nil
		},
	})
	require.NoError(t, err)
	require.NoError(t, cb.CheckURL(h))
	require.Zero(t, handled.Load(), "the check of the address is no event")
	event := map[string]any{"EventType": "user_add_org", "TimeStamp": "1766000000000", "CorpId": "ding1", "UserId": []string{"u1", "u2"}}
	require.NoError(t, cb.Deliver(h, event))
	require.NoError(t, cb.Deliver(h, event))
	require.EqualValues(t, 1, handled.Load(), "a repeat is answered and not handled")
	change := map[string]any{"EventType": "bpms_instance_change", "TimeStamp": "1766000000001", "processInstanceId": "p1"}
	require.Error(t, cb.Deliver(h, change), "a failure has it sent again")
	require.NoError(t, cb.Deliver(h, change))
	require.EqualValues(t, 2, handled.Load())

	stranger := s.Callback("otherToken", cbKey)
	require.Error(t, stranger.Deliver(h, event))
	require.Error(t, s.Callback(cbToken, strings.Repeat("a", 43)).Deliver(h, map[string]any{"EventType": "x"}))
	for name, r := range map[string]*http.Request{
		"a GET":   httptest.NewRequest(http.MethodGet, "/", nil),
		"no JSON": httptest.NewRequest(http.MethodPost, "/?msg_signature=x", strings.NewReader("{")),
		"huge":    httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 2<<20))),
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.GreaterOrEqual(t, w.Code, 400, name)
	}
	require.EqualValues(t, 2, handled.Load())

	_, err = NewCallbackHandler(CallbackConfig{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, missing := range []string{"Handle", "Token", "aes_key", "OwnerKeys"} {
		require.ErrorContains(t, err, missing)
	}
}

func TestCallbackAgeAndMemory(t *testing.T) {
	t.Parallel()
	s, _ := office(t)
	n := 0
	h, err := NewCallbackHandler(CallbackConfig{
		Token: duijie.NewSecret(cbToken), AESKey: duijie.NewSecret(cbKey), OwnerKeys: []string{s.AppKey()}, MaxAge: time.Minute, Remember: 2,
		Handle: func(context.Context, CallbackEvent) error { n++; return nil },
	})
	require.NoError(t, err)
	cb := s.Callback(cbToken, cbKey)
	for _, id := range []string{"a", "b", "c", "a"} {
		require.NoError(t, cb.Deliver(h, map[string]any{"EventType": "x", "id": id}))
	}
	require.Equal(t, 4, n, "the oldest was forgotten")
	old := "1614767836"
	encrypted, err := EncryptCallback(duijie.NewSecret(cbKey), s.AppKey(), `{"EventType":"x"}`)
	require.NoError(t, err)
	q := url.Values{"timestamp": {old}, "nonce": {"n"}, "msg_signature": {SignCallback(duijie.NewSecret(cbToken), old, "n", encrypted)}}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/?"+q.Encode(), strings.NewReader(`{"encrypt":"`+encrypted+`"}`)))
	require.Equal(t, http.StatusForbidden, w.Code)
	require.Equal(t, 4, n)
}

// TestCallbackVectors holds signing, encryption and the refusals to the vendor's own code,
// and the sign of robots to that of three clients.
func TestCallbackVectors(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct {
		Vectors []struct {
			ID, Kind string
			Inputs   map[string]any
			Expected struct {
				Signature, Encrypt, Plaintext, Sign, Reason string
				MsgSignature                                string `json:"msg_signature"`
				Valid                                       *bool
			}
		}
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	kinds := map[string]int{}
	for _, v := range file.Vectors {
		in := map[string]string{}
		for name, value := range v.Inputs {
			in[name], _ = value.(string)
		}
		kinds[v.Kind]++
		switch v.Kind {
		case "callback_encrypt":
			encrypted, err := encryptCallback(duijie.NewSecret(in["aes_key"]), in["owner_key"], in["plaintext"], []byte(in["random16"]))
			require.NoError(t, err, v.ID)
			require.Equal(t, v.Expected.Encrypt, encrypted, v.ID)
			want := firstOf(v.Expected.Signature, v.Expected.MsgSignature)
			require.Equal(t, want, SignCallback(duijie.NewSecret(in["token"]), in["timestamp"], in["nonce"], encrypted), v.ID)
			plain, owner, err := DecryptCallback(duijie.NewSecret(in["aes_key"]), encrypted)
			require.NoError(t, err, v.ID)
			require.Equal(t, in["plaintext"], string(plain), v.ID)
			require.Equal(t, in["owner_key"], owner, v.ID)
		case "callback_decrypt":
			ok := VerifyCallback(duijie.NewSecret(in["token"]), in["signature"], in["timestamp"], in["nonce"], in["encrypt"])
			plain, owner, err := DecryptCallback(duijie.NewSecret(in["aes_key"]), in["encrypt"])
			valid := ok && err == nil && owner == in["owner_key"]
			require.Equal(t, v.Expected.Valid == nil || *v.Expected.Valid, valid, v.ID)
			if valid && v.Expected.Plaintext != "" {
				require.Equal(t, v.Expected.Plaintext, string(plain), v.ID)
			}
		case "robot_sign":
			ms, err := strconv.ParseInt(in["timestamp"], 10, 64)
			require.NoError(t, err)
			require.Equal(t, v.Expected.Sign, SignRobot(duijie.NewSecret(in["secret"]), time.UnixMilli(ms)), v.ID)
		}
	}
	require.GreaterOrEqual(t, kinds["callback_encrypt"], 5)
	require.GreaterOrEqual(t, kinds["callback_decrypt"], 4)
	require.GreaterOrEqual(t, kinds["robot_sign"], 2)
}

func FuzzDecryptCallback(f *testing.F) {
	good, err := EncryptCallback(duijie.NewSecret(cbKey), "owner", `{"EventType":"x"}`)
	require.NoError(f, err)
	for _, seed := range []string{good, "", "AAAA", strings.Repeat("A", 64), good[:len(good)-4]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, encrypted string) {
		event, _, err := DecryptCallback(duijie.NewSecret(cbKey), encrypted)
		if err != nil && event != nil {
			t.Fatal("an event beside an error")
		}
	})
}
