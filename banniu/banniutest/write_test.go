package banniutest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func entry(id int64, contents map[string]any) map[string]any {
	e := map[string]any{"project_id": "359", "app_id": "41", "user_id": nil, "contents": contents, "header": nil}
	if id != 0 {
		e["task_id"] = strconv.FormatInt(id, 10)
	}
	return e
}

func TestCreateAnswersEveryForm(t *testing.T) {
	t.Parallel()
	for form, read := range map[CreateAnswer]func(any) string{
		CreateAnswersTaskID: func(v any) string { return v.(map[string]any)["task_id"].(string) },
		CreateAnswersMinus1: func(v any) string { return v.(map[string]any)["-1"].(string) },
		CreateAnswersZero:   func(v any) string { return strconv.Itoa(int(v.(map[string]any)["0"].(float64))) },
		CreateAnswersBare:   func(v any) string { return v.(string) },
		CreateAnswersNumber: func(v any) string { return strconv.Itoa(int(v.(float64))) },
		CreateAnswersNull:   func(v any) string { require.Nil(t, v); return "90001" },
	} {
		s := fake(t, WithCreateAnswer(form))
		sheet(s)
		code, msg, inner := mini(t, s, http.MethodPost, "task.create", nil, entry(0, map[string]any{"601": "中文", "603": 12}))
		require.EqualValues(t, 0, code, msg)
		require.Equal(t, "90001", read(inner["result"]), form)
		cells, ok := s.Task("359", 90001)
		require.True(t, ok)
		require.Equal(t, "中文", cells["601"])
		require.Equal(t, "12", cells["603"])
		require.Equal(t, noon.Format(layout), cells["3"])
		require.Equal(t, 1, s.Created("359", "601", "中文"))
	}
}

func TestWritesAreChecked(t *testing.T) {
	t.Parallel()
	s := fake(t)
	sheet(s)
	id := s.Add("359", Cells{"601": "x", "602": "643"})
	update := func(contents map[string]any) int {
		code, _, _ := mini(t, s, http.MethodPost, "task.update", nil, entry(id, contents))
		return int(code.(float64))
	}
	require.Equal(t, s.codes.Value, update(map[string]any{"602": "补发"}), "a title is no option id")
	require.Equal(t, s.codes.Value, update(map[string]any{"601": "y", "602": "643,9"}))
	require.Equal(t, s.codes.Value, update(map[string]any{"999": "1"}))
	require.Equal(t, s.codes.Value, update(map[string]any{"604": "text"}))
	require.Equal(t, s.codes.Value, update(map[string]any{"605": "id"}))
	require.Equal(t, s.codes.Value, update(map[string]any{"601": map[string]any{}}))
	cells, _ := s.Task("359", id)
	require.Equal(t, "x", cells["601"], "nothing of a refused call is kept")
	require.Equal(t, 0, update(map[string]any{
		"602": "645,643", "604": `[{"606":"Shirt"}]`, "605": `["WxU5cVKahMjzONrUONr6Gg=="]`, "601": "", "608": "71",
	}))
	cells, _ = s.Task("359", id)
	require.NotContains(t, cells, "601", "an empty text clears a cell")
	require.Equal(t, 1, s.Updated("359", id))

	for name, c := range map[string]struct {
		body map[string]any
		code int
	}{
		"other app":       {map[string]any{"project_id": "359", "app_id": "7", "task_id": "1", "contents": map[string]any{}}, s.codes.Parameter},
		"no app":          {map[string]any{"project_id": "359", "task_id": "1", "contents": map[string]any{}}, s.codes.Parameter},
		"unknown project": {map[string]any{"project_id": "1", "app_id": "41", "task_id": "1"}, s.codes.Parameter},
		"unknown task":    {entry(1, map[string]any{"601": "x"}), s.codes.NoSuchTask},
		"no task":         {entry(0, map[string]any{"601": "x"}), s.codes.Parameter},
	} {
		code, _, _ := mini(t, s, http.MethodPost, "task.update", nil, c.body)
		require.EqualValues(t, c.code, code, name)
	}
}

func TestBatchUpdateAnswersTexts(t *testing.T) {
	t.Parallel()
	s := fake(t)
	sheet(s)
	a, b := s.Add("359", Cells{"601": "x"}), s.Add("359", Cells{"601": "y"})
	batch := map[string]any{"data": []any{
		entry(a, map[string]any{"601": "new"}), entry(b, map[string]any{"601": "y"}), entry(b, map[string]any{"602": "9"}),
		entry(77, map[string]any{"601": "z"}),
	}}
	code, _, inner := mini(t, s, http.MethodPost, "task.batchUpdate", nil, batch)
	require.EqualValues(t, 0, code, "the code says nothing about the entries")
	texts := inner["result"].([]any)
	require.Len(t, texts, 4)
	require.Contains(t, texts[0], "工单id:"+strconv.FormatInt(a, 10))
	require.Contains(t, texts[0], "成功, 但是没有数据")
	require.Contains(t, texts[1], "没有发现需要更新的数据")
	require.Contains(t, texts[2], "失败")
	require.Contains(t, texts[3], "工单id:77更新失败")

	many := make([]any, 201)
	for i := range many {
		many[i] = entry(a, map[string]any{"601": "much"})
	}
	code, _, _ = mini(t, s, http.MethodPost, "task.batchUpdate", nil, map[string]any{"data": many})
	require.EqualValues(t, s.codes.Parameter, code)
	require.Equal(t, 1, s.Updated("359", a))

	silent := fake(t, WithFailuresUnsaid())
	sheet(silent)
	_, _, inner = mini(t, silent, http.MethodPost, "task.batchUpdate", nil, map[string]any{"data": []any{entry(77, map[string]any{"601": "z"})}})
	require.Empty(t, inner["result"])
}

func TestFaultsComeBeforeOrAfterTheEffect(t *testing.T) {
	t.Parallel()
	for _, kind := range FaultKinds() {
		if kind == StallAfter || kind == HugeAfter || kind == DripAfter || kind == Slow {
			continue // covered where the shared faults are tested
		}
		s := New(WithClock(func() time.Time { return noon }))
		sheet(s)
		s.Inject(Fault{Method: "task.create", Kind: kind})
		serve(t, s, "task.create", entry(0, map[string]any{"601": "x"}))
		effect := kind == RowsMove || strings.HasSuffix(string(kind), "after")
		want := 0
		if effect {
			want = 1
		}
		require.Equal(t, want, s.Created("359", "", ""), kind)
		require.Equal(t, kind, s.Calls()[0].Fault)
	}
}

func TestCommitLateHidesTheTask(t *testing.T) {
	t.Parallel()
	s := New(WithClock(func() time.Time { return noon }))
	sheet(s)
	s.CommitLate(1, time.Hour)
	require.Nil(t, serve(t, s, "task.create", entry(0, map[string]any{"601": "x"})), "the answer is lost")
	require.Equal(t, 1, s.Created("359", "601", "x"))
	var out struct {
		Response struct{ Map struct{ Result []any } }
	}
	require.NoError(t, json.Unmarshal(serve(t, s, "task.list", nil), &out))
	require.Empty(t, out.Response.Map.Result, "nobody sees it yet")
}

func TestDemoIsFlowFive(t *testing.T) {
	t.Parallel()
	s := fake(t, WithDemo())
	n, unknown := 0, 0
	for page := 1; ; page++ {
		_, _, inner := mini(t, s, http.MethodGet, "task.list", map[string]string{
			"project_id": DemoProject, "page_size": "100", "page_num": strconv.Itoa(page),
			"star_created": "2024-09-06 00:00:00", "end_created": "2024-09-06 23:59:59",
		}, nil)
		rows := inner["result"].([]any)
		for _, r := range rows {
			no := r.(map[string]any)[DemoGoodsNo].(string)
			if DemoGoods()[no] == "" {
				require.Equal(t, DemoUnknownGoods, no)
				unknown++
			}
			n++
		}
		if len(rows) < 100 {
			break
		}
	}
	require.Equal(t, DemoTasks, n)
	require.Equal(t, 1, unknown)
}
