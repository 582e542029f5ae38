package kingdeetest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sees is what a caller meets, and whether the save took effect.
type sees struct {
	status int    // 0: the connection broke
	text   string // part of the answer
	effect bool
}

var faultTable = map[FaultKind]sees{
	Throttle:           {200, `"MsgCode":14`, false},
	SessionLost:        {200, `"MsgCode":1}`, false},
	Unavailable:        {502, "Bad Gateway", false},
	UnavailableAfter:   {502, "Bad Gateway", true},
	Cut:                {0, "", false},
	CutAfter:           {0, "", true},
	Slow:               {200, `"IsSuccess":true`, true},
	StallAfter:         {0, "", true},
	TruncateAfter:      {0, "", true},
	GarbageAfter:       {200, "not the format", true},
	HTML:               {200, "<html>", false},
	HugeAfter:          {200, "[0,[0,", true},
	DripAfter:          {0, " ", true},
	RedirectAway:       {307, "", false},
	Locked:             {200, `"MsgCode":13`, false},
	GatewayOverload:    {519, `"errcode":5007`, false},
	ResponseError:      {200, `response_error:{"`, false},
	ResponseErrorAfter: {200, `response_error:{"`, true},
	WAF:                {200, `[{"actionname":"showConfirm"`, false},
	N001:               {200, "ByRspRetStatusCode -- N001: Unexpectable request", false},
}

func TestEveryFault(t *testing.T) {
	t.Parallel()
	for _, kind := range FaultKinds() {
		want, known := faultTable[kind]
		require.True(t, known, kind)
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			c := start(t)
			c.s.Inject(Fault{Op: "Save", Call: 1, Kind: kind, Delay: 5 * time.Millisecond})
			patience := time.Minute
			if want.status == 0 { // nothing else ends these
				patience = 50 * time.Millisecond
			}
			status, text := c.hasty(patience, obj{"formid": "BD_Customer", "data": obj{"Model": customer("C1", "甲")}})
			require.Equal(t, want.status, status, text)
			require.Contains(t, text, want.text)
			stored := func() bool { _, ok := c.s.Record("BD_Customer", "C1"); return ok }
			if want.effect { // the caller may have given up before it came
				require.Eventually(t, stored, time.Minute, time.Millisecond)
			}
			require.Equal(t, want.effect, stored())
			calls := c.s.Calls()
			require.Equal(t, kind, calls[len(calls)-1].Fault)
			require.Equal(t, "Save", calls[len(calls)-1].Op)
			require.WithinDuration(t, time.Now(), calls[len(calls)-1].At, time.Minute)

			if kind == SessionLost {
				require.Equal(t, codeLost, c.envelope("View", "BD_Customer", obj{"Number": "C1"}).code(), "it is gone for good")
				c.login()
			}
			require.True(t, c.envelope("Save", "BD_Customer", obj{"Model": customer("C2", "乙")}).Result.ResponseStatus.IsSuccess)
		})
	}
	require.Len(t, FaultKinds(), len(faultTable))
}

// hasty saves with limited patience and reads at most a few bytes.
func (c *caller) hasty(patience time.Duration, body any) (int, string) {
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	raw, err := json.Marshal(body)
	require.NoError(c.t, err)
	r := post(c.t, "", string(raw)).WithContext(ctx)
	r.URL.Host, r.URL.Path = strings.TrimSuffix(strings.TrimPrefix(c.s.URL(), "http://"), "/k3cloud/"), "/k3cloud/"+dynamicForm+"Save"+suffix
	r.Header.Set(sessionName, c.session)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return 0, string(text)
	}
	return resp.StatusCode, string(text)
}

func TestQueriesNestTheirFaults(t *testing.T) {
	t.Parallel()
	c := start(t)
	for kind, code := range map[FaultKind]int{Throttle: codeLimit, Locked: codeLocked, SessionLost: codeLost} {
		c.s.Inject(Fault{Op: "ExecuteBillQuery", Kind: kind})
		var nested [][]reply
		c.decode(c.call(dynamicForm+"ExecuteBillQuery", obj{"data": customerQuery}), &nested)
		require.Equal(t, code, nested[0][0].code())
		c.login()
	}
}

func TestFaultsAreCounted(t *testing.T) {
	t.Parallel()
	c := start(t)
	save := func() int { return c.envelope("Save", "BD_Customer", obj{"Model": obj{}}).code() }
	c.s.Inject(Fault{Op: "Save", Call: 2, Times: 2, Kind: Throttle})
	c.s.Inject(Fault{Times: -1, Call: 5, Kind: Locked})
	require.Equal(t, []int{codeInvalid, codeLimit, codeLimit, codeInvalid, codeLocked, codeLocked},
		[]int{save(), save(), save(), save(), save(), save()})
	c.s.ClearFaults()
	require.Equal(t, codeInvalid, save())
	require.Equal(t, 7, c.s.Count("Save"))
	require.Equal(t, 8, c.s.Count(""))
	require.Len(t, c.s.Calls(), 8)
}

func TestCommitLate(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.Seed("BD_Customer", obj{
		"FCUSTID": 7, "FNumber": "C1", "FName": "甲", "FDocumentStatus": "A", "FCreateOrgId": "100", "FUseOrgId": "100",
	})
	for _, x := range []struct {
		op   string
		data obj
		want string
	}{
		{"BatchSave", obj{"Model": list{customer("C2", "乙"), obj{"FCUSTID": 7, "FNumber": "C3"}}}, "C2 C3"},
		{"Delete", obj{"Numbers": list{"C3"}}, "C2"},
	} {
		before := match(c.s, "")
		c.s.CommitLate(x.op, 1, time.Hour)
		_, _, err := c.try(dynamicForm+x.op, obj{"formid": "BD_Customer", "data": x.data})
		require.Error(t, err)
		require.Equal(t, before, match(c.s, ""))
		require.Len(t, c.s.Records("BD_Customer"), len(strings.Fields(before)))
		if x.op == "BatchSave" {
			r := c.envelope("Save", "BD_Customer", obj{"Model": customer("C2", "乙")})
			require.Equal(t, codeInvalid, r.code(), "the number is taken already")
			_, ok := c.s.Record("BD_Customer", "C1")
			require.True(t, ok, "the old number is still there to read")
			_, ok = c.s.Record("BD_Customer", "C2")
			require.False(t, ok)
		}
		c.s.elapse()
		require.ElementsMatch(t, strings.Fields(x.want), strings.Fields(match(c.s, "")))
	}
	c.s.CommitLate("Save", 1, 20*time.Millisecond)
	_, _, err := c.try(dynamicForm+"Save", obj{"formid": "BD_Customer", "data": obj{"Model": customer("C9", "己")}})
	require.Error(t, err)
	require.Eventually(t, func() bool { _, ok := c.s.Record("BD_Customer", "C9"); return ok }, time.Second, time.Millisecond)
}

// elapse makes every late effect visible now.
func (s *Server) elapse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tables {
		for id := range t.late {
			t.rows[id].at = time.Now()
		}
	}
}

func TestOnCallMovesRowsBetweenPages(t *testing.T) {
	t.Parallel()
	c := seeded(t, 4)
	c.s.OnCall(func(op string, n int) {
		if op == "ExecuteBillQuery" && n == 2 {
			c.s.Remove("BD_Customer", "C-00001")
		}
	})
	page := obj{"FormId": "BD_Customer", "FieldKeys": "FCUSTID", "OrderString": "FCUSTID", "Limit": 2}
	require.Equal(t, json.Number("1"), c.query(page)[0][0])
	page["StartRow"] = 2
	require.Len(t, c.query(page), 1, "a row slipped through between the pages")
	c.s.OnCall(func(op string, _ int) { c.s.Inject(Fault{Op: op, Kind: Locked}) })
	require.Equal(t, codeLocked, c.envelope("Save", "BD_Customer", obj{}).code())
	c.s.OnCall(nil)
	require.Equal(t, codeParameter, c.envelope("Save", "BD_Customer", obj{}).code())
	require.False(t, c.s.Remove("BD_Customer", "C-00001"))
	require.False(t, c.s.Remove("Nothing", "C-00001"))
	require.Nil(t, c.s.Records("Nothing"))
}

func TestLatency(t *testing.T) {
	t.Parallel()
	c := start(t, WithLatency(10*time.Millisecond))
	began := time.Now()
	require.Empty(t, c.query(customerQuery))
	require.GreaterOrEqual(t, time.Since(began), 10*time.Millisecond)

	s := New(WithLatency(time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := post(t, "/k3cloud/"+dynamicForm+"View"+suffix, "{}").WithContext(ctx)
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { direct(s, r) })
}

func TestFaultsWithACode(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.Inject(Fault{Op: "Save", Kind: Refused, Code: 2, Message: "您没有权限，请联系系统管理员"})
	c.s.Inject(Fault{Op: "ExecuteBillQuery", Kind: Refused, Code: 4, Message: "异常"})
	c.s.Inject(Fault{Op: "View", Kind: HTTPStatus, Code: 401, Message: "Unauthorized"})
	save := obj{"Model": customer("C1", "甲")}
	r := c.envelope("Save", "BD_Customer", save)
	require.Equal(t, 2, r.code())
	require.Contains(t, r.firstError(), "没有权限")
	require.Empty(t, c.s.Records("BD_Customer"))
	require.Contains(t, c.call(dynamicForm+"ExecuteBillQuery", obj{"data": customerQuery}), `[[{"Result"`)
	h, text, err := c.try(dynamicForm+"View", obj{})
	require.NoError(t, err)
	require.Equal(t, 401, h.status)
	require.Equal(t, "Unauthorized", text)
	calls := c.s.Calls()
	require.Equal(t, HTTPStatus, calls[len(calls)-1].Fault)
	require.True(t, c.envelope("Save", "BD_Customer", save).ok())
}

func TestHiddenRecords(t *testing.T) {
	t.Parallel()
	c := seeded(t, 2)
	c.s.Hide("BD_Customer", "C-00001")
	require.Len(t, c.query(obj{"FormId": "BD_Customer", "FieldKeys": "FNumber"}), 1)
	require.Contains(t, c.envelope("Save", "BD_Customer", obj{"Model": customer("C-00001", "甲")}).firstError(), "已经被使用")
	require.Equal(t, "C-00001", c.envelope("View", "BD_Customer", obj{"Number": "C-00001"}).Result.Result["Number"])
}

func TestStockOfALostAnswerComesLate(t *testing.T) {
	t.Parallel()
	c := start(t)
	seedX1(c.s)
	model, _ := modelOf(sample(c.s, "STK_InStock", "I1"))
	require.True(t, c.envelope("Save", "STK_InStock", obj{"Model": inOrder(model)}).ok())
	c.envelope("Submit", "STK_InStock", obj{"Numbers": list{"I1"}})
	c.s.CommitLate("Audit", 1, time.Hour)
	_, _, err := c.try(dynamicForm+"Audit", obj{"formid": "STK_InStock", "data": obj{"Numbers": list{"I1"}}})
	require.Error(t, err)
	require.Equal(t, "0", c.s.OnHand("X1", "X1"))
	c.s.elapse()
	require.Equal(t, "2.5", c.s.OnHand("X1", "X1"))
}
