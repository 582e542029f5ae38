package kingdeetest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// begin starts an asynchronous BatchSave of one customer.
func (c *caller) begin(number string) taskAnswer {
	c.t.Helper()
	var out taskAnswer
	c.decode(c.call(dynamicForm+"BatchSave", obj{
		"formid": "BD_Customer", "data": obj{"Model": list{customer(number, "甲")}}, "beginmethod": "BeginQueryImpl", "querymethod": "QueryAsyncResult",
	}), &out)
	return out
}

func (c *caller) poll(id string, cancel bool) taskAnswer {
	c.t.Helper()
	var out taskAnswer
	c.decode(c.call(dynamicForm+"QueryAsyncResult", obj{"queryInfo": string(encode(obj{"TaskId": id, "Cancelled": cancel}))}), &out)
	return out
}

func TestTasksTakeTheirTime(t *testing.T) {
	t.Parallel()
	c := start(t, WithTaskPolls(2, 3))
	first := c.begin("C1")
	require.Equal(t, taskAnswer{TaskID: first.TaskID, Result: []byte("null")}, first)
	var got []int
	for range 6 {
		got = append(got, c.poll(first.TaskID, false).Status)
	}
	require.Equal(t, []int{0, 0, 1, 1, 1, 2}, got)
	last := c.poll(first.TaskID, false)
	require.True(t, last.Successful)
	var r reply
	c.decode(string(last.Result), &r)
	require.Equal(t, []string{"C1"}, r.numbers())
	require.True(t, c.poll(first.TaskID, true).Cancelled)
	require.Equal(t, 1, c.s.Effects("BD_Customer", "C1", Created))
}

func TestTasksFail(t *testing.T) {
	t.Parallel()
	for kind, stored := range map[FaultKind]bool{TaskFaulted: false, TaskFaultedAfter: true, TaskLost: true} {
		c := start(t, WithTaskPolls(0, 0))
		c.s.Inject(Fault{Op: "BatchSave", Kind: kind})
		id := c.begin("C1").TaskID
		_, ok := c.s.Record("BD_Customer", "C1")
		require.Equal(t, stored, ok, kind)
		got := c.poll(id, false)
		if kind == TaskLost {
			require.Zero(t, got.Status)
			require.Empty(t, got.TaskID)
			continue
		}
		require.Equal(t, 2, got.Status)
		require.True(t, got.IsFaulted)
		require.False(t, got.Successful)
		require.NotNil(t, got.FaultedException)
		require.True(t, c.poll(c.begin("C2").TaskID, false).Successful)
	}
}

func TestHooksBeforeOneCall(t *testing.T) {
	t.Parallel()
	c := seeded(t, 4)
	page := obj{"FormId": "BD_Customer", "FieldKeys": "FCUSTID", "OrderString": "FModifyDate,FCUSTID", "Limit": 2}
	c.s.Before("ExecuteBillQuery", 2, func() {
		c.s.Advance(1e9)
		require.True(t, c.s.Touch("BD_Customer", "C-00001"))
	})
	c.s.Before("ExecuteBillQuery", 2, func() { c.s.Inject(Fault{Op: "Save", Kind: Locked}) })
	require.Len(t, c.query(page), 2)
	page["StartRow"] = 2
	second := c.query(page)
	require.Equal(t, "4", plainText(second[0][0]), "the third row slipped into the first page")
	require.Equal(t, "1", plainText(second[1][0]))
	require.Len(t, c.query(page), 2, "it runs once")
	require.Equal(t, codeLocked, c.envelope("Save", "BD_Customer", obj{}).code())
	require.False(t, c.s.Touch("BD_Customer", "none"))
}
