package banniu

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/banniu/banniutest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// A sign of a value that is not closed, or closed twice, hides no failure: the entry is
// written again alone, and what that says counts.
func TestNoFailureIsHiddenByAValue(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`工单id:1 更新成功1列，列备注的值 5"屏 更新失败`, `工单id:1 成功0列; 值 a[b 失败`, `工单id:1,列[尺寸]失败,值 5] 以外的列成功`,
		`工单id:1 没有发现需要更新的数据, 值 3' 的列更新失败`, "工单id:1 部分列成功, 值「x 更新失败",
	} {
		require.False(t, EntryDone(text), text)
		require.False(t, EntryResult{TaskID: "1", Text: text}.clear(), text)
	}
	for _, text := range []string{
		`工单id:1 更新成功`, `工单id:1,列[失败原因]更新成功`, `工单id:1,列"不成功"更新成功`, `[工单id:1 更新成功]`, `工单id:1 列【失败[1]次数】更新成功`,
		`工单id:1 没有发现需要更新的数据`, `工单id:1 成功, 但是没有数据`,
	} {
		require.True(t, EntryDone(text), text)
	}
}

// A task whose number the answer gives bare is made once, though no list shows it for longer
// than anybody waits.
func TestABareNumberIsReadBeforeAnythingIsSentAgain(t *testing.T) {
	t.Parallel()
	_, s := sheetPair(t)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("method") {
		case "task.list":
			says(200, result(`[]`))(w, r)
		case "task.create":
			s.ServeHTTP(httptest.NewRecorder(), r)
			ids := s.TaskIDs("100")
			says(200, result(fmt.Sprint(ids[len(ids)-1])))(w, r)
		default:
			s.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	for i := range 10 { // other tasks, so that ids are as long as they are
		s.Add("100", banniutest.Cells{"501": fmt.Sprint("old ", i)})
	}
	cfg := configOf(s)
	cfg.BaseURL = front.URL
	sink, err := NewCreateSink(clientOf(t, cfg).Project("100", "7"), CreateConfig[sheetTask]{KeyColumn: "501", SettleDelay: time.Millisecond})
	require.NoError(t, err)
	pipeline := duijiesync.Pipeline[sheetTask, sheetTask]{
		Name: "tasks", Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[sheetTask],
		Source: duijiesync.Slice([]sheetTask{{No: "A", Name: "1"}, {No: "B", Name: "2"}}, func(v sheetTask) string { return v.No }),
	}
	report, err := pipeline.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Created)
	require.Equal(t, 1, s.Created("100", "501", "A"))
	require.Equal(t, 1, s.Created("100", "501", "B"))
}
