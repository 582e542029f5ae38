package banniutest

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestListPagesAndWindows(t *testing.T) {
	t.Parallel()
	s := fake(t)
	sheet(s)
	var made []string
	for i := range 130 {
		at := noon.Add(time.Duration(-i) * time.Hour)
		made = append(made, strconv.FormatInt(s.Add("359", Cells{"3": at.Format(layout), "601": "N" + strconv.Itoa(i)}), 10))
	}
	list := func(q map[string]string) []string {
		q["project_id"] = "359"
		code, msg, inner := mini(t, s, http.MethodGet, "task.list", q, nil)
		require.EqualValues(t, 0, code, msg)
		return ids(t, inner)
	}
	require.Len(t, list(map[string]string{}), 10)
	require.Equal(t, made[:100], list(map[string]string{"page_size": "500"}), "the size is cut")
	require.Equal(t, made[100:], list(map[string]string{"page_size": "100", "page_num": "2"}))
	require.Empty(t, list(map[string]string{"page_size": "100", "page_num": "3"}))
	window := map[string]string{
		"page_size": "100", "star_created": noon.Add(-24 * time.Hour).Format(layout), "end_created": noon.Format(layout),
	}
	require.Equal(t, made[:25], list(window), "both bounds belong to it")

	for name, q := range map[string]map[string]string{
		"too wide": {
			"project_id": "359", "star_created": noon.Add(-24*time.Hour - time.Second).Format(layout), "end_created": noon.Format(layout),
		},
		"no project": {}, "unknown project": {"project_id": "1"}, "page 0": {"project_id": "359", "page_num": "0"},
		"odd time": {"project_id": "359", "star_created": "2026-05-06"}, "odd status": {"project_id": "359", "task_status": "9"},
	} {
		code, _, inner := mini(t, s, http.MethodGet, "task.list", q, nil)
		require.EqualValues(t, s.codes.Parameter, code, name)
		require.Nil(t, inner, name)
	}
}

func TestScanCountsPages(t *testing.T) {
	t.Parallel()
	s := fake(t, WithNewestFirst())
	sheet(s)
	var made []int64
	for range 230 {
		made = append(made, s.Add("359", Cells{"3": noon.Add(-time.Hour).Format(layout)}))
	}
	s.Set("359", made[0], Cells{"601": "changed"})
	_, _, inner := mini(t, s, http.MethodGet, "task.list.new", map[string]string{"project_id": "359", "page_size": "200"}, nil)
	require.EqualValues(t, 2, inner["total_page_num"])
	require.Equal(t, strconv.FormatInt(made[0], 10), ids(t, inner)[0], "what changed last comes first")
	_, _, inner = mini(t, s, http.MethodGet, "task.list.new", map[string]string{"project_id": "359", "page_size": "200", "page_num": "2"}, nil)
	require.Len(t, inner["result"], 30)
}

func TestRowsMoveBetweenPages(t *testing.T) {
	t.Parallel()
	s := fake(t)
	sheet(s)
	for range 20 {
		s.Add("359", Cells{})
	}
	seen := map[string]bool{}
	for page := 1; page <= 2; page++ {
		if page == 2 {
			s.Inject(Fault{Method: "task.list", Kind: RowsMove})
		}
		_, _, inner := mini(t, s, http.MethodGet, "task.list", map[string]string{"project_id": "359", "page_num": strconv.Itoa(page)}, nil)
		for _, id := range ids(t, inner) {
			seen[id] = true
		}
	}
	require.Len(t, seen, 19, "page 2 began one row further: a naive loop loses one")
}

func TestConditions(t *testing.T) {
	t.Parallel()
	s := fake(t)
	sheet(s)
	a := strconv.FormatInt(s.Add("359", Cells{"601": "A&1=中", "602": "645,643", "603": "1.50"}), 10)
	b := strconv.FormatInt(s.Add("359", Cells{"601": "B2", "602": "643", "5": "1"}), 10)
	for name, c := range map[string]struct {
		cond string
		want []string
	}{
		"equal text":      {`[{"id":601,"behaviorType":1,"searchType":"1","value":"A&1=中"}]`, []string{a}},
		"not equal":       {`[{"id":601,"behaviorType":1,"searchType":"2","value":"B2"}]`, []string{a}},
		"contains":        {`[{"id":601,"behaviorType":1,"searchType":"3","value":"&1"}]`, []string{a}},
		"contains not":    {`[{"id":601,"behaviorType":1,"searchType":"4","value":"&1"}]`, []string{b}},
		"any of":          {`[{"id":602,"behaviorType":5,"searchType":"5","value":["645","1"]}]`, []string{a}},
		"set of options":  {`[{"id":602,"behaviorType":5,"searchType":"1","value":"643,645"}]`, []string{a}},
		"number by worth": {`[{"id":603,"behaviorType":2,"searchType":"1","value":1.5}]`, []string{a}},
		"task id":         {`[{"id":0,"behaviorType":-1,"searchType":"1","value":"` + b + `"}]`, []string{b}},
		"and": {
			`[{"id":602,"behaviorType":5,"searchType":"3","value":"643"},{"id":5,"behaviorType":3,"searchType":"1","value":"1"}]`,
			[]string{b},
		},
	} {
		code, msg, inner := mini(t, s, http.MethodGet, "task.list", map[string]string{"project_id": "359", "condition_column": c.cond}, nil)
		require.EqualValues(t, 0, code, "%s: %s", name, msg)
		require.Equal(t, c.want, ids(t, inner), name)
	}
	for _, cond := range []string{`{`, `[{"id":999,"behaviorType":1,"searchType":"1","value":"x"}]`, `[{"id":601,"behaviorType":1,"searchType":"9","value":"x"}]`} {
		code, _, _ := mini(t, s, http.MethodGet, "task.list", map[string]string{"project_id": "359", "condition_column": cond}, nil)
		require.EqualValues(t, s.codes.Parameter, code, cond)
	}
	_, _, inner := mini(t, s, http.MethodGet, "task.list", map[string]string{"project_id": "359", "task_status": "1"}, nil)
	require.Equal(t, []string{b}, ids(t, inner))
}

func TestRowsAndColumns(t *testing.T) {
	t.Parallel()
	now := noon
	s := fake(t, WithClock(func() time.Time { return now }), WithFillDelay(time.Hour), WithNullCells(), WithNumberCells())
	sheet(s)
	id := s.Add("359", Cells{"603": "12.50", "607": "SF1"})
	row := func() map[string]any {
		_, _, inner := mini(t, s, http.MethodGet, "task.getTask", map[string]string{"project_id": "359", "task_id": strconv.FormatInt(id, 10)}, nil)
		return inner["result"].(map[string]any)
	}
	got := row()
	require.Equal(t, strconv.FormatInt(id, 10), got["-1"])
	require.EqualValues(t, id, got["0"])
	require.InDelta(t, 12.5, got["603"], 0)
	require.Nil(t, got["607"], "a fresh task lacks it")
	require.Contains(t, got, "601")
	now = now.Add(2 * time.Hour)
	require.Equal(t, "SF1", row()["607"])

	_, _, inner := mini(t, s, http.MethodGet, "column.list", map[string]string{"project_id": "359"}, nil)
	names := map[string]map[string]any{}
	for _, c := range inner["result"].([]any) {
		names[c.(map[string]any)["name"].(string)] = c.(map[string]any)
	}
	require.Equal(t, "603", names["金额"]["column_id"])
	require.Len(t, names["方式"]["options"], 2)
	require.Nil(t, names["金额"]["options"])
	require.Len(t, names["明细"]["son_column_bos"], 1)
	require.Len(t, names["原因"]["relation_options"], 1)
	require.Contains(t, names, "修改时间")
}

func TestMissingTasksAndRecycleBin(t *testing.T) {
	t.Parallel()
	s := fake(t)
	sheet(s)
	id := s.Add("359", Cells{"601": "x"})
	kept := s.Add("359", Cells{"601": "y"})
	s.Delete("359", id)
	ask := map[string]string{"project_id": "359", "task_id": strconv.FormatInt(id, 10)}
	code, _, _ := mini(t, s, http.MethodGet, "task.getTask", ask, nil)
	require.EqualValues(t, s.codes.NoSuchTask, code)
	_, _, inner := mini(t, s, http.MethodPost, "recycle.task.list", nil, map[string]string{
		"pageSize": "200", "pageNum": "1", "appId": "41", "projectId": "359",
	})
	require.Equal(t, []string{strconv.FormatInt(id, 10)}, ids(t, inner))
	require.EqualValues(t, 1, inner["total_page_num"])
	require.True(t, slices.Equal([]int64{kept}, s.TaskIDs("359")))

	empty := fake(t, WithMissingTaskEmpty(), WithTaskAsArray())
	sheet(empty)
	code, _, inner = mini(t, empty, http.MethodGet, "task.getTask", ask, nil)
	require.EqualValues(t, 0, code)
	require.Nil(t, inner["result"])
}
