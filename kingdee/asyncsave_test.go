package kingdee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func task(members string) string { return `{"TaskId":"t-1",` + members + `}` }

func twoRows() BatchSaveRequest {
	return BatchSaveRequest{FormID: "BD_Customer", Models: []any{NewModel().Set("FNumber", "A"), NewModel().Set("FNumber", "B")}}
}

const bothSaved = `{"Result":{"ResponseStatus":{"IsSuccess":true,"Errors":[],"SuccessEntitys":[{"Id":1,"Number":"A","DIndex":0},{"Id":2,"Number":"B","DIndex":1}],"MsgCode":0}}}`

// The task is asked each second until it is done, and its result is that of an
// ordinary BatchSave.
func TestBatchSaveAsync(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := script(t, task(`"Status":0`), task(`"Status":0`), task(`"Status":1,"Progress":50,"ProgressDesc":"saving"`), task(`"Status":2,"Successful":true,"Result":`+bothSaved))
		begin := time.Now()
		res, err := c.BatchSaveAsync(t.Context(), twoRows())
		require.NoError(t, err)
		require.NoError(t, res.Err())
		require.Equal(t, "2", res.Rows[1].ID)
		require.Equal(t, 2*time.Second, time.Since(begin))
		require.Equal(t, `"BeginQueryImpl"`, member(t, s.calls[0].Body, "beginmethod"))
		require.Equal(t, `"QueryAsyncResult"`, member(t, s.calls[0].Body, "querymethod"))
		require.Equal(t, []string{"BatchSave", "QueryAsyncResult", "QueryAsyncResult", "QueryAsyncResult"}, []string{s.calls[0].Op, s.calls[1].Op, s.calls[2].Op, s.calls[3].Op})
		require.JSONEq(t, `{"queryInfo":"{\"TaskId\":\"t-1\",\"Cancelled\":false}"}`, s.calls[1].Body)
	})
}

// A process that was restarted goes on asking with what it kept.
func TestBatchSaveTaskSurvives(t *testing.T) {
	t.Parallel()
	c, _ := script(t, task(`"Status":0`))
	begun, done, err := c.BatchSaveBegin(t.Context(), twoRows())
	require.NoError(t, err)
	require.Nil(t, done)
	kept, err := json.Marshal(begun)
	require.NoError(t, err)

	var again SaveTask
	require.NoError(t, json.Unmarshal(kept, &again))
	noIndex := strings.NewReplacer(`,"DIndex":0`, "", `,"DIndex":1`, "").Replace(bothSaved)
	c, _ = script(t, task(`"Status":1,"Progress":"7","ProgressDesc":"saving"`), task(`"Status":2,"Result":`+noIndex))
	progress, err := c.BatchSaveProgress(t.Context(), again)
	require.NoError(t, err)
	require.Equal(t, TaskProgress{Progress: "7", Description: "saving"}, *progress)
	res, err := c.BatchSaveResult(t.Context(), again)
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, []string{res.Rows[0].ID, res.Rows[1].ID}, "found by number")
}

// Each end of a task that is no result, and what may be believed of it.
func TestBatchSaveTaskFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer  string
		kind    error
		unknown bool
		text    string
	}{
		"faulted":             {task(`"Status":2,"IsFaulted":true,"FaultedException":{"Message":"内存不足"}`), duijie.ErrRefused, true, "内存不足"},
		"faulted in words":    {task(`"Status":1,"IsFaulted":"true","FaultedException":"内存不足"`), duijie.ErrRefused, true, "内存不足"},
		"cancelled":           {task(`"Status":2,"Cancelled":true,"Message":"用户取消"`), duijie.ErrRefused, true, "用户取消"},
		"no result":           {task(`"Status":2,"Result":null`), duijie.ErrMalformedAnswer, true, "format"},
		"no object":           {task(`"Status":2,"Result":[1]`), duijie.ErrMalformedAnswer, true, ""},
		"refused whole":       {task(`"Status":2,"Result":` + refusedBody("2", "没有权限")), duijie.ErrPermission, false, "没有权限"},
		"server error":        {task(`"Status":2,"Result":` + refusedBody("4", "x")), duijie.ErrUnavailable, true, "x"},
		"odd status":          {task(`"Status":{}`), duijie.ErrMalformedAnswer, true, ""},
		"refused poll":        {refusedBody("2", "没有权限"), duijie.ErrPermission, true, "没有权限"},
		"poll without a task": {`{}`, duijie.ErrUnavailable, true, ""},
		"connection":          {"cut", duijie.ErrUnavailable, true, ""},
	} {
		client, s := script(t, task(`"Status":0`), c.answer)
		_, err := client.BatchSaveAsync(t.Context(), twoRows())
		require.ErrorIs(t, err, c.kind, name)
		require.Equal(t, c.unknown, errors.Is(err, duijie.ErrOutcomeUnknown), "%s: %v", name, err)
		require.ErrorContains(t, err, c.text, name)
		e, ok := errors.AsType[*TaskError](err)
		require.Equal(t, c.unknown, ok, name)
		if ok {
			require.Equal(t, SaveTask{ID: "t-1", FormID: "BD_Customer", Numbers: []string{"A", "B"}}, e.Task)
		}
		if c.answer == "cut" || c.answer == "{}" {
			require.Equal(t, 1+5, s.count(), "%s: five tries", name)
		}
	}
}

func TestBatchSaveBegins(t *testing.T) {
	t.Parallel()
	c, s := script(t, "cut")
	_, err := c.BatchSaveAsync(t.Context(), twoRows())
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	_, isTask := errors.AsType[*TaskError](err)
	require.False(t, isTask, "there is no task to ask for")
	require.Equal(t, 1, s.count())

	c, _ = script(t, bothSaved) // a server that does not know asynchronous saves
	res, err := c.BatchSaveAsync(t.Context(), twoRows())
	require.NoError(t, err)
	require.NoError(t, res.Err())

	c, _ = script(t, task(`"Status":2,"Result":`+bothSaved)) // done at once
	res, err = c.BatchSaveAsync(t.Context(), twoRows())
	require.NoError(t, err)
	require.NoError(t, res.Err())

	c, _ = script(t, `{"Result":null}`) // neither a task nor a result
	_, err = c.BatchSaveAsync(t.Context(), twoRows())
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)

	c, _ = script(t, `{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[{"Message":"编码唯一","DIndex":1}],"SuccessEntitys":[{"Id":1,"DIndex":0}],"MsgCode":11}}}`)
	res, err = c.BatchSaveAsync(t.Context(), twoRows())
	require.NoError(t, err)
	require.Equal(t, []RowStatus{RowSaved, RowDuplicate}, []RowStatus{res.Rows[0].Status, res.Rows[1].Status})
}

// A caller who gives up is told which task goes on without him.
func TestBatchSaveAsyncEndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := script(t, task(`"Status":1`))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+time.Millisecond)
		defer cancel()
		_, err := c.BatchSaveAsync(ctx, twoRows())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
		e, ok := errors.AsType[*TaskError](err)
		require.True(t, ok)
		require.Equal(t, "t-1", e.Task.ID)
		require.Equal(t, 1+11, s.count())
	})
}

// The same against the fake server, in both body forms.
func TestBatchSaveAsyncOnServer(t *testing.T) {
	t.Parallel()
	for _, positional := range []bool{false, true} {
		t.Run(fmt.Sprint(positional), func(t *testing.T) {
			t.Parallel()
			c, s := newPair(t, ValidateUser)
			c.positional = positional
			models := []any{newCustomer("A-1", "甲"), newCustomer("A-2", "乙")}
			res, err := c.BatchSaveAsync(t.Context(), BatchSaveRequest{FormID: customers, Models: models})
			require.NoError(t, err)
			require.NoError(t, res.Err())
			require.Len(t, s.Records(customers), 2)
			res, err = c.BatchSaveAsync(t.Context(), BatchSaveRequest{FormID: customers, Models: models})
			require.NoError(t, err)
			require.ErrorIs(t, res.Err(), duijie.ErrConflict)
			require.Len(t, s.Records(customers), 2)
		})
	}
}
