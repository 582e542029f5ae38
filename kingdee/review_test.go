package kingdee

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/sync/window"
)

// answering answers by the last word of the service, in turn; the last stays.
func answering(t *testing.T, answers map[string][]string) (*Client, map[string]int) {
	t.Helper()
	asked := map[string]int{}
	c := mocked(t, SignHeaders, func(r *http.Request) (*http.Response, error) {
		op := opName(strings.TrimSuffix(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], serviceSuffix))
		list := answers[op]
		n := asked[op]
		asked[op]++
		if len(list) == 0 {
			return &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(strings.NewReader("no such service"))}, nil
		}
		text := list[min(n, len(list)-1)]
		if text == "cut" {
			return nil, io.ErrUnexpectedEOF
		}
		if text == "404" {
			return &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(strings.NewReader("no such service"))}, nil
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}, nil
	})
	return c, asked
}

// A bad moment says nothing about how the server spells a service.
func TestSpellingIsLearntFromAnswersOnly(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, map[string][]string{"ExcuteOperation": {"cut", "404"}, "ExecuteOperation": {okStatus}})
	req := StatusRequest{FormID: "BD_Customer", IDs: []string{"1"}}
	_, err := c.Operate(t.Context(), "Forbid", req)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	_, err = c.Operate(t.Context(), "Forbid", req)
	require.NoError(t, err, "the other spelling is still tried")
}

// That the server does not know the task says nothing about its rows.
func TestARefusedQuestionAfterATaskIsNotItsResult(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		`{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[{"FieldName":null,"Message":"任务不存在","DIndex":0}],"SuccessEntitys":[],"MsgCode":10}}}`,
		`{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[{"FieldName":null,"Message":"出错","DIndex":0}],"SuccessEntitys":[],"MsgCode":11}}}`,
		`{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[],"SuccessEntitys":[],"MsgCode":2}}}`,
	} {
		c, _ := answering(t, map[string][]string{"QueryAsyncResult": {answer}})
		_, err := c.BatchSaveResult(t.Context(), SaveTask{ID: "t", FormID: "BD_Customer", Numbers: []string{"C-1"}})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, answer)
	}
}

// A plug-in's own View may do anything.
func TestCustomServicesAreWritesWhateverTheirName(t *testing.T) {
	t.Parallel()
	c, asked := answering(t, map[string][]string{"View": {"cut"}})
	err := c.Call(t.Context(), "Acme.Orders.View,Acme", nil, nil)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Equal(t, 1, asked["View"], "it is not sent twice")
	c, _ = answering(t, map[string][]string{"Save": {`{"ok":true}`}})
	require.NoError(t, c.Call(t.Context(), "Acme.Orders.Save,Acme", nil, nil), "it has an answer of its own")
	for _, service := range []string{"ExcuteOperation", "ExecuteOperation", "SendMsg"} {
		c, _ = answering(t, map[string][]string{service: {`null`}})
		require.ErrorIs(t, c.Call(t.Context(), service, nil, nil), duijie.ErrOutcomeUnknown, "%s: no verdict is no success", service)
	}
}

// A save that failed behind the saving has left a record.
func TestAFailedSaveThatNamesItsRecordIsInDoubt(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, map[string][]string{"Save": {
		`{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[{"FieldName":"","Message":"审核失败","DIndex":0}],"SuccessEntitys":[],"MsgCode":11},"Id":100061,"Number":"C-1"}}`,
		`{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[{"FieldName":"","Message":"保存失败","DIndex":0}],"SuccessEntitys":[],"MsgCode":11},"Id":"","Number":""}}`,
	}})
	req := SaveRequest{FormID: "BD_Customer", Model: newCustomer("C-1", "甲"), SaveOptions: SaveOptions{AutoSubmitAndAudit: true}}
	_, err := c.Save(t.Context(), req)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	_, err = c.Save(t.Context(), req)
	require.ErrorIs(t, err, duijie.ErrRefused)
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
}

// Servers that name no successes may have stored some rows of a batch.
func TestABatchRefusedWithoutNamesIsInDoubt(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, map[string][]string{"BatchSave": {`{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[{"FieldName":"FName","Message":"必填"}]}}}`}})
	two := BatchSaveRequest{FormID: "BD_Customer", Models: []any{newCustomer("C-1", "甲"), newCustomer("C-2", "乙")}}
	_, err := c.BatchSave(t.Context(), two)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	two.Models = two.Models[:1]
	res, err := c.BatchSave(t.Context(), two)
	require.NoError(t, err)
	require.Equal(t, RowRefused, res.Rows[0].Status)
}

// A locked target is no reason to push again where the answer names no bills.
func TestPushIsNotRepeatedWhereBillsMayBeMade(t *testing.T) {
	t.Parallel()
	c, asked := answering(t, map[string][]string{"Push": {`{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[{"Message":"网络控制"}],"MsgCode":13}}}`}})
	_, err := c.Push(t.Context(), PushRequest{FormID: "SAL_SaleOrder", IDs: []string{"1", "2"}, RuleID: "R"})
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Equal(t, 1, asked["Push"])
	c, _ = answering(t, map[string][]string{"Push": {`{"Result":{"ResponseStatus":{"IsSuccess":true},"ConvertResponseStatus":{"IsSuccess":false,"Errors":[{"Message":"部分行不满足条件"}]}}}`}})
	_, err = c.Push(t.Context(), PushRequest{FormID: "SAL_SaleOrder", IDs: []string{"1", "2"}, RuleID: "R"})
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, "the save says yes and names nothing")
}

// A number inside another one is not the one that was refused.
func TestMissingIsNotHiddenByALongerNumber(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, map[string][]string{"Audit": {`{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[{"FieldName":"","Message":"单据编号为“C-10”的客户，单据已经审核！","DIndex":2}],"SuccessEntitys":[{"Id":2,"Number":"C-2","DIndex":1}],"MsgCode":11}}}`}})
	res, err := c.Audit(t.Context(), StatusRequest{FormID: "BD_Customer", Numbers: []string{"C-1", "C-2", "C-10"}})
	require.NoError(t, err)
	require.Equal(t, []string{"C-1"}, res.Missing)
}

// Where clocks are set back an hour comes twice: a span over it must not be an
// empty one on the wall.
func TestSpansCoverTheHourThatComesTwice(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	back := time.Date(2025, 11, 2, 6, 0, 0, 0, time.UTC) // 02:00 becomes 01:00
	cfg := ModifiedConfig[struct{}]{Field: "FModifyDate", Zone: zone}
	for _, span := range []window.Span{
		{From: back.Add(-10 * time.Minute), To: back.Add(10 * time.Minute)}, {From: back.Add(-3 * time.Hour), To: back.Add(10 * time.Minute)},
	} {
		q, err := cfg.narrow(Query{FormID: "X"}, span)
		require.NoError(t, err)
		ends := regexp.MustCompile(`'([^']+)'`).FindAllStringSubmatch(q.Filter, -1)
		require.Len(t, ends, 2)
		for at := span.From; at.Before(span.To); at = at.Add(time.Minute) {
			wall := at.In(zone).Format(time.DateTime)
			require.True(t, ends[0][1] <= wall && wall < ends[1][1], "%s in %s", wall, q.Filter)
		}
	}
	q, err := cfg.narrow(Query{FormID: "X"}, window.Span{From: back.Add(-30 * time.Hour), To: back.Add(-29 * time.Hour)})
	require.NoError(t, err)
	require.Equal(t, "FModifyDate >= '2025-10-31 20:00:00' and FModifyDate < '2025-10-31 21:00:00'", q.Filter)
}

// A refusal without a word may be none.
func TestARefusalWithoutAReasonIsInDoubt(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{"Result":{"ResponseStatus":{}}}`, `{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[],"MsgCode":0}}}`} {
		c, _ := answering(t, map[string][]string{"Save": {answer}, "Push": {answer}, "BatchSave": {answer}})
		_, err := c.Save(t.Context(), SaveRequest{FormID: "BD_Customer", Model: newCustomer("C-1", "甲")})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, answer)
		_, err = c.Push(t.Context(), PushRequest{FormID: "SAL_SaleOrder", IDs: []string{"1"}, RuleID: "R"})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, answer)
		_, err = c.BatchSave(t.Context(), BatchSaveRequest{FormID: "BD_Customer", Models: []any{newCustomer("C-1", "甲")}})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, answer)
	}
}

// Nobody waits for ever on a status the platform does not describe.
func TestATaskOfUnknownStatusEndsTheWaiting(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, map[string][]string{"QueryAsyncResult": {`{"TaskId":"t","Status":7,"Result":null}`}})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := c.BatchSaveResult(ctx, SaveTask{ID: "t", FormID: "BD_Customer", Numbers: []string{"C-1"}})
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.ErrorIs(t, err, duijie.ErrMalformedAnswer)
}

// A client shows no secret under any verb, also as a copy, or inside what has no
// method of ours to ask.
func TestPrintedClientsHideTheirSecrets(t *testing.T) {
	t.Parallel()
	c := mocked(t, SignHeaders, answerText(500, ""))
	byValue := reflect.ValueOf(c).Elem().Interface()
	for _, v := range []any{c, byValue, c.Customers, *c.Customers, struct{ c *Client }{c}, c.auth, []any{byValue}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, v)
			for _, secret := range []string{"password-planted", "app-secret-planted", "bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN"} {
				require.NotContains(t, text, secret, "%T under %s", v, verb)
				require.NotContains(t, text, fmt.Sprintf("%x", secret), "%T under %s", v, verb)
			}
		}
	}
}

// A part of a file is never sent twice, whatever the caller says of the call: the
// file would hold it twice.
func TestUploadPartsAreWritesWhateverIsSaid(t *testing.T) {
	t.Parallel()
	c, asked := answering(t, map[string][]string{"UploadFile": {"cut"}})
	_, err := c.UploadFile(t.Context(), "a.txt", "", strings.NewReader("x"), duijie.WithEffect(duijie.EffectIdempotent))
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Equal(t, 1, asked["UploadFile"])
}
