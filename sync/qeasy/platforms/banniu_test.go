package platforms

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/banniu/banniutest"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// newBanniu is a client with a fake that has the demo's sheet, and an empty one: "100" of app "7".
func newBanniu(t *testing.T, opts ...banniutest.Option) (*banniu.Client, *banniutest.Server) {
	t.Helper()
	s := banniutest.NewServer(append([]banniutest.Option{banniutest.WithDemo()}, opts...)...)
	s.AddProject(banniutest.Project{ID: "100", AppID: "7", Name: "售后", Columns: []banniutest.Column{
		{ID: 501, Name: "编号"}, {ID: 502, Name: "名称"}, {ID: 503, Name: "金额", Behavior: banniutest.Number}, {ID: 505, Name: "备注"}, {ID: 506, Name: "备注"},
		{ID: 504, Name: "状况", Behavior: banniutest.Dropdown, Options: []banniutest.Choice{{ID: 1, Title: "好"}, {ID: 2, Title: "坏"}}},
	}})
	c, err := banniu.NewClient(banniu.Config{
		BaseURL: s.URL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret()), AccessToken: duijie.NewSecret(s.AccessToken()),
		ProjectID: banniutest.DemoProject, AppID: banniutest.DemoApp,
	}, unpaced()...)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseIdleConnections(); s.Close() })
	return c, s
}

// taskTarget is a half that writes tasks of sheet 100.
func taskTarget(api, columns, more string) string {
	return `{"api":"` + api + `","effect":"EXECUTE","method":"POST","operation":{"rowsKey":"array","rows":5,"method":"batchArraySave"},"request":[
		{"field":"project_id","value":"100"},{"field":"app_id","value":"7"},{"field":"contents","type":"object","children":[` + columns + `]}` + more + `]}`
}

const (
	taskColumns = `{"field":"501","type":"string","value":"{no}"},{"field":"502","value":"{name}"},{"field":"504","value":"{state}"},{"field":"503","value":""}`
	taskID      = `,{"field":"task_id","type":"int","value":"{{no}}"}`
)

func taskRow(no, name, state string) string {
	return fmt.Sprintf(`{"no":%q,"name":%q,"state":%q}`, no, name, state)
}

func TestBanniuOperations(t *testing.T) {
	t.Parallel()
	var known []string
	for _, o := range banniu.Operations() {
		known = append(known, o.Method)
	}
	c, _ := newBanniu(t)
	requireOperations(t, Banniu(c, BanniuConfig{}), banniuOperations, known)
	_, err := compiles(t, Banniu(c, BanniuConfig{}), `{"api":"file.url.upload","effect":"QUERY","id":"id","request":[]}`)
	require.ErrorContains(t, err, "another id")
}

// The recorded halves run, once the scheme they look up in is there.
func TestBanniuSamples(t *testing.T) {
	t.Parallel()
	c, _ := newBanniu(t)
	both := Banniu(c, BanniuConfig{})
	source, target := parse(t, qeasy.SideSource, string(sample(t, "src-banniu-task-list.json"))), parse(t, qeasy.SideTarget, string(sample(t, "tgt-banniu-task-update.json")))
	require.Equal(t, map[string]string{"target/request/0/children/0/value": qeasy.CodeLookupUnknownScheme}, problems(t, source, target, qeasy.Config{Source: both, Target: both}))
	goods, err := lookup.NewCollection()
	require.NoError(t, err)
	s, err := qeasy.Compile(source, target, qeasy.Config{Source: both, Target: both, Lookups: map[string]mapping.Lookup{"a97d423e-52f5-3d6f-9f94-39a9f43f2bd5": goods}})
	require.NoError(t, err)
	require.True(t, s.Report().OK())
}

// Every list reads all it has, and says so.
func TestBanniuLists(t *testing.T) {
	t.Parallel()
	c, s := newBanniu(t, banniutest.WithNewestFirst())
	for i := range 3 {
		s.Add("100", banniutest.Cells{"501": fmt.Sprint("T", i), "502": []string{"x", "y"}[i%2], "3": "2024-09-06 10:00:00"})
	}
	gone := s.Add("100", banniutest.Cells{"501": "gone"})
	s.Delete("100", gone)
	one := s.TaskIDs("100")[0]
	// A list that moves while it is read is read again.
	s.Inject(banniutest.Fault{Method: "task.list.new", Call: 2, Kind: banniutest.RowsMove})
	half := func(api, id, request string) string {
		return `{"api":"` + api + `","effect":"QUERY","method":"GET","id":"` + id + `","request":[` + request + `]}`
	}
	const sheet = `{"field":"project_id","value":"100"},{"field":"page_size","value":"2"},{"field":"page_num","value":"1"}`
	from := Banniu(c, BanniuConfig{})
	for _, run := range []struct {
		api, id, request, member string
		want                     []string
	}{
		{"task.list.new", "-1", sheet, "501", []string{"T0", "T1", "T2"}},
		{"task.list", "-1", sheet, "501", []string{"T0", "T1", "T2"}},
		{"task.list", "-1", sheet + `,{"field":"star_created","value":"2024-09-06 00:00:00"},{"field":"end_created","value":"2024-09-06 23:59:59"}`, "501", []string{"T0", "T1", "T2"}},
		{"task.list", "-1", sheet + `,{"field":"star_created","value":"{{DAYS_AGO_2|datetime}}"},{"field":"end_created","value":"{{DAYS_AGO_1|datetime}}"}`, "501", nil},
		{"task.list", "-1", sheet + `,{"field":"condition_column","value":"[{\"id\":502,\"behaviorType\":1,\"searchType\":\"1\",\"value\":\"x\"}]"}`, "501", []string{"T0", "T2"}},
		{"recycle.task.list", "-1", `{"field":"projectId","value":"100"},{"field":"appId","value":"7"},{"field":"pageSize","value":"200"}`, "501", []string{"gone"}},
		{"task.getTask", "-1", fmt.Sprintf(`{"field":"project_id","value":"100"},{"field":"task_id","value":"%d"}`, one), "501", []string{"T0"}},
		{"project.list", "project_id", ``, "", nil},
		{"column.list", "column_id", `{"field":"project_id","value":"100"}`, "column_id", []string{"501", "502", "503", "504", "505", "506"}},
		{"user.list", "id", `{"field":"pageSize","value":"100"},{"field":"pageNum","value":"1"}`, "nick", []string{"alice", "李雷", "韩梅梅"}},
		{"common.getSeller", "id", ``, "title", []string{"示例专营店", "示例旗舰店"}},
	} {
		rows := readBy(t, from, half(run.api, run.id, run.request))
		if run.api == "project.list" {
			require.Len(t, rows, 2)
			continue
		}
		require.ElementsMatch(t, run.want, withoutBuiltIn(texts(rows, run.member)), run.api)
	}
	p, err := compiles(t, from, half("user.list", "id", ""))
	require.NoError(t, err)
	report := ran(t, p.Pipeline("users", duijiesync.NewMemoryState()))
	require.EqualValues(t, 3, report.Created)
	require.Contains(t, report.Paging, "two readings agree")
	for request, code := range map[string]string{
		half("task.getTask", "-1", ``): qeasy.CodeUnsupportedMember,
		half("task.list", "-1", `{"field":"condition_column","value":"[{\"id\":1,\"op\":\"x\",\"value\":1}]"}`):                                             qeasy.CodeUnsupportedMember,
		half("task.list", "-1", `{"field":"condition_column","value":"[{\"id\":4,\"behaviorType\":7,\"searchType\":\"1\",\"value\":\"{CURRENT_TIME}\"}]"}`): qeasy.CodeUnsupportedMember,
		half("task.list", "-1", `{"field":"star_modified","value":"2024-09-06"}`):                                                                           qeasy.CodeUnknownMember,
		half("user.list", "id", `{"field":"project_id","value":"1"}`):                                                                                       qeasy.CodeUnknownMember,
		half("task.create", "-1", ``): qeasy.CodeAPIUnsupported,
	} {
		_, err := compiles(t, from, request)
		require.ErrorContains(t, err, code, request)
	}
}

// withoutBuiltIn leaves out the columns every sheet has.
func withoutBuiltIn(ids []string) (out []string) {
	for _, id := range ids {
		if len(id) != 1 && id != "-1" {
			out = append(out, id)
		}
	}
	return out
}

// Each record becomes one task, though answers are lost, a row is poison and the process
// ends in the middle; what changes is updated in its task.
func TestBanniuCreatesEachTaskOnce(t *testing.T) {
	t.Parallel()
	for _, answer := range []banniutest.CreateAnswer{banniutest.CreateAnswersTaskID, banniutest.CreateAnswersNull} {
		c, s := newBanniu(t, banniutest.WithCreateAnswer(answer))
		target := taskTarget("task.create", taskColumns, `,{"field":"user_id","value":""},{"field":"header","value":""}`)
		rows := make([]string, 12)
		for i := range rows {
			rows[i] = taskRow(fmt.Sprint("K", i), "x", "1")
		}
		rows[7] = taskRow("K7", "x", "好") // a title where an id is wanted
		state := duijiesync.NewMemoryState()
		ctx, cancel := context.WithCancel(t.Context())
		s.Inject(banniutest.Fault{Method: "task.create", Call: 2, Kind: banniutest.CutAfter})
		s.Inject(banniutest.Fault{Method: "task.create", Call: 4, Kind: banniutest.Cut})
		s.OnCall(func(method string, n int) {
			if method == "task.create" && n == 9 {
				cancel()
			}
		})
		_, err := written(t, Banniu(c, BanniuConfig{}), target, state, rows...).Run(ctx)
		require.Error(t, err)
		s.OnCall(nil)
		p := written(t, Banniu(c, BanniuConfig{}), target, state, rows...)
		report := ran(t, p)
		require.Zero(t, report.Held)
		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Contains(t, letters[0].Message, "状况")
		require.Len(t, s.TaskIDs("100"), 11)
		for i := range rows {
			if i != 7 {
				require.Equal(t, 1, s.Created("100", "501", fmt.Sprint("K", i)))
			}
		}
		require.Zero(t, ran(t, p).Created)

		rows[3] = taskRow("K3", "changed", "2")
		report = ran(t, written(t, Banniu(c, BanniuConfig{}), target, state, rows...))
		require.EqualValues(t, 1, report.Updated)
		require.Len(t, s.TaskIDs("100"), 11)
		cancel()
	}
}

// After a crash a task is looked up by its record's key alone, where a column holds it.
func TestBanniuFindsByKey(t *testing.T) {
	t.Parallel()
	c, s := newBanniu(t)
	id := s.Add("100", banniutest.Cells{"501": "K1", "505": "K2"})
	keyOnly := func(key string) []duijiesync.Record[qeasy.Write] {
		return []duijiesync.Record[qeasy.Write]{{Key: key, Target: duijiesync.Target{KeyOnly: true}}}
	}
	for _, run := range []struct {
		cfg           BanniuConfig
		api, columns  string
		more, key     string
		known, absent duijiesync.Match
	}{
		{BanniuConfig{}, "task.create", taskColumns, "", "K1", duijiesync.Exists, duijiesync.Absent},
		{BanniuConfig{KeyColumn: "505"}, "task.create", taskColumns, "", "K2", duijiesync.Exists, duijiesync.Absent},
		{BanniuConfig{KeyColumn: "502"}, "task.create", taskColumns, "", "K1", duijiesync.Absent, duijiesync.Absent}, // what it holds is not the key
		{BanniuConfig{}, "task.update", taskColumns, taskID, fmt.Sprint(id), duijiesync.Exists, duijiesync.Absent},
	} {
		p := written(t, Banniu(c, run.cfg), taskTarget(run.api, run.columns, run.more), duijiesync.NewMemoryState())
		finder, ok := p.Sink.(duijiesync.Finder[qeasy.Write])
		require.True(t, ok)
		for key, want := range map[string]duijiesync.Match{run.key: run.known, "99999": run.absent} {
			found, err := finder.Find(t.Context(), keyOnly(key))
			require.NoError(t, err)
			require.NoError(t, found[0].Err)
			require.Equal(t, want, found[0].Match, "%s %s", run.api, key)
		}
	}
}

// Columns may be named; a name that is none, or of several, stops the run and blames no record.
func TestBanniuColumnsByName(t *testing.T) {
	t.Parallel()
	c, s := newBanniu(t)
	named := `{"field":"编号","type":"string","value":"{no}"},{"field":"名称","value":"{name}"},{"field":"505","value":"{state}"}`
	p := written(t, Banniu(c, BanniuConfig{}), taskTarget("task.create", named, ""), duijiesync.NewMemoryState(), taskRow("K1", "x", "好"))
	require.EqualValues(t, 1, ran(t, p).Created)
	cells, _ := s.Task("100", s.TaskIDs("100")[0])
	require.Equal(t, "K1x好", cells["501"]+cells["502"]+cells["505"])

	own := written(t, Banniu(c, BanniuConfig{KeyColumn: "名称"}), taskTarget("task.create", `{"field":"505","value":"{state}"}`, ""), duijiesync.NewMemoryState(), taskRow("K9", "x", "好"))
	require.EqualValues(t, 1, ran(t, own).Created)
	require.Equal(t, 1, s.Created("100", "502", "K9"))

	for what, columns := range map[string]string{
		"no column called":       `{"field":"编号","type":"string","value":"{no}"},{"field":"无","value":"{name}"}`,
		"no column 999":          `{"field":"编号","type":"string","value":"{no}"},{"field":"999","value":"{name}"}`,
		"several columns":        `{"field":"编号","type":"string","value":"{no}"},{"field":"备注","value":"{name}"}`,
		"twice":                  `{"field":"编号","type":"string","value":"{no}"},{"field":"501","value":"{name}"}`,
		"is no text column":      `{"field":"503","type":"string","value":"{no}"}`,
		"(状况) holds the key":     `{"field":"状况","type":"string","value":"{no}"}`,
		"call it the same":       `{"field":"502","value":"{name}"}`,
		"BanniuConfig.KeyColumn": `{"field":"502","value":"{name}"}`,
	} {
		cfg := BanniuConfig{}
		if what == "call it the same" || what == "BanniuConfig.KeyColumn" {
			cfg.KeyColumn = "名称"
		}
		p := written(t, Banniu(c, cfg), taskTarget("task.create", columns, ""), duijiesync.NewMemoryState(), taskRow("K2", "x", "1"))
		report, err := p.Run(t.Context())
		require.ErrorContains(t, err, what, columns)
		require.Zero(t, report.DeadLetters)
	}
	require.Len(t, s.TaskIDs("100"), 2)
}

// An empty column clears its cell where empty texts are sent, and is left alone else.
func TestBanniuClearsCells(t *testing.T) {
	t.Parallel()
	c, s := newBanniu(t)
	id := s.Add("100", banniutest.Cells{"501": "x", "502": "old"})
	target := taskTarget("task.update", `{"field":"501","value":"{name}"},{"field":"名称","value":""}`, `,{"field":"task_id","value":"{task}"}`)
	for send, want := range map[bool]string{false: "old", true: ""} {
		cells, _ := s.Task("100", id)
		require.Equal(t, "old", cells["502"])
		scheme, err := qeasy.Compile(parse(t, qeasy.SideSource, givenSource), parse(t, qeasy.SideTarget, target), qeasy.Config{
			Source: given{[]string{fmt.Sprintf(`{"no":"a","task":"%d","name":"%t"}`, id, send)}}, Target: Banniu(c, BanniuConfig{}), SendEmpty: send,
		})
		require.NoError(t, err)
		require.Contains(t, scheme.Report().String(), "SendEmpty")
		require.EqualValues(t, 1, ran(t, scheme.Pipeline("cells", duijiesync.NewMemoryState())).Updated)
		cells, _ = s.Task("100", id)
		require.Equal(t, want, cells["502"])
		s.Set("100", id, banniutest.Cells{"502": "old"})
	}
}

// Updates go in batches, each task has an outcome of its own, and of two records that set one
// cell of a task the second is refused.
func TestBanniuUpdatesTasks(t *testing.T) {
	t.Parallel()
	const inData = `{"api":"task.batchUpdate","effect":"EXECUTE","method":"POST","operation":{"rowsKey":"array","rows":300,"method":"batchArraySave"},"request":[
		{"field":"data","type":"array","children":[{"field":"project_id","value":"100"},{"field":"app_id","value":"7"},
		{"field":"task_id","value":"{task}"},{"field":"contents","type":"object","children":[{"field":"502","value":"{name}"},{"field":"504","value":"{state}"}]}]}]}`
	for _, target := range []string{
		taskTarget("task.update", `{"field":"502","value":"{name}"},{"field":"504","value":"{state}"}`, `,{"field":"task_id","type":"int","value":"{{task}}"}`),
		taskTarget("task.batchUpdate", `{"field":"502","value":"{name}"},{"field":"504","value":"{state}"}`, `,{"field":"task_id","type":"int","value":"{{task}}"}`),
		inData,
	} {
		c, s := newBanniu(t)
		var rows []string
		for i := range 4 {
			id := s.Add("100", banniutest.Cells{"502": "old"})
			rows = append(rows, fmt.Sprintf(`{"no":"R%d","task":"%d","name":"new","state":"1"}`, i, id))
		}
		first := s.TaskIDs("100")[0]
		rows = append(rows, fmt.Sprintf(`{"no":"again","task":"%d","name":"other","state":"2"}`, first), `{"no":"none","task":"424242","name":"x","state":"1"}`,
			`{"no":"empty","name":"x","state":"1"}`, fmt.Sprintf(`{"no":"poison","task":"%d","name":"x","state":"9"}`, s.Add("100", banniutest.Cells{"502": "old"})))
		s.Inject(banniutest.Fault{Method: "task.batchUpdate", Kind: banniutest.CutAfter})
		p := written(t, Banniu(c, BanniuConfig{}), target, duijiesync.NewMemoryState(), rows...)
		report := ran(t, p)
		require.Zero(t, report.Held)
		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		var refused []string
		for _, l := range letters {
			refused = append(refused, l.Key)
		}
		require.Subset(t, refused, []string{"none", "empty", "poison", "again"})
		for _, id := range s.TaskIDs("100")[:4] {
			cells, _ := s.Task("100", id)
			require.Equal(t, "new1", cells["502"]+cells["504"])
			require.Equal(t, 1, s.Updated("100", id))
		}
	}
}

// What a target half can not do is said with its place before anything runs.
func TestBanniuTargetsAreRefused(t *testing.T) {
	t.Parallel()
	c, _ := newBanniu(t)
	to := Banniu(c, BanniuConfig{})
	for target, want := range map[string]map[string]string{
		taskTarget("task.create", `{"field":"502","value":"{name}"}`, ``):                         {"target/request/contents": qeasy.CodeUnsupportedMember},
		taskTarget("task.create", taskColumns, taskID):                                            {"target/request/3": qeasy.CodeUnsupportedMember},
		taskTarget("task.create", taskColumns, `,{"field":"header","value":"x"}`):                 {"target/request/3": qeasy.CodeUnsupportedMember},
		taskTarget("task.create", taskColumns, `,{"field":"user_id","value":"{name}"}`):           {"target/request/3": qeasy.CodeUnsupportedMember},
		taskTarget("task.create", taskColumns, `,{"field":"page_num","value":"1"}`):               {"target/request/3": qeasy.CodeUnknownMember},
		taskTarget("task.update", taskColumns, ``):                                                {"target/request": qeasy.CodeUnsupportedMember},
		taskTarget("task.update", `{"field":"-1","value":"{no}"}`, taskID):                        {"target/request/2/children/0": qeasy.CodeUnsupportedMember},
		`{"api":"task.update","effect":"EXECUTE","request":[{"field":"task_id","value":"{no}"}]}`: {"target/request": qeasy.CodeUnsupportedMember},
		`{"api":"task.batchUpdate","effect":"EXECUTE","request":[{"field":"data","type":"array","value":"lines","children":[{"field":"task_id","value":"{{lines.no}}"}]}]}`: {
			"target/request/0": qeasy.CodeUnsupportedMember, "target/request": qeasy.CodeUnsupportedMember,
		},
		`{"api":"task.list","effect":"EXECUTE","request":[{"field":"task_id","value":"{no}"}]}`:                                    {"target/api": qeasy.CodeAPIUnsupported},
		`{"api":"task.update","effect":"EXECUTE","autoCheck":true,"request":[{"field":"task_id","value":"{no}"}]}`:                 {"target/autoCheck": qeasy.CodeUnsupportedMember},
		`{"api":"task.update","effect":"EXECUTE","request":[{"field":"task_id","value":"{no}"},{"field":"contents","value":"1"}]}`: {"target/request/1": qeasy.CodeUnsupportedMember},
	} {
		require.Equal(t, want, codesOf(t, to, target), target)
	}
}

// Two records that set other cells of one task are both written, in one call or two.
func TestBanniuOtherCellsOfOneTask(t *testing.T) {
	t.Parallel()
	c, s := newBanniu(t)
	id := s.Add("100", banniutest.Cells{"502": "old"})
	target := taskTarget("task.update", `{"field":"502","value":"{name}"},{"field":"505","value":"{state}"}`, `,{"field":"task_id","value":"{task}"}`)
	p := written(t, Banniu(c, BanniuConfig{}), target, duijiesync.NewMemoryState(),
		fmt.Sprintf(`{"no":"a","task":"%d","name":"A"}`, id), fmt.Sprintf(`{"no":"b","task":"%d","state":"B"}`, id))
	report := ran(t, p)
	require.Zero(t, report.DeadLetters, report.Refused)
	cells, _ := s.Task("100", id)
	require.Equal(t, "AB", cells["502"]+cells["505"])
}

// Tasks made since the last pull come once, in closed windows that overlap.
func TestBanniuReadsWindows(t *testing.T) {
	t.Parallel()
	_, s := newBanniu(t)
	now := time.Now()
	c, err := banniu.NewClient(banniu.Config{
		BaseURL: s.URL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret()), AccessToken: duijie.NewSecret(s.AccessToken()),
	}, append(unpaced(), duijie.WithClock(func() time.Time { return now }))...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	made := func(no string, ago time.Duration) {
		s.Add("100", banniutest.Cells{"501": no, "3": now.Add(-ago).In(duijie.China).Format(time.DateTime)})
	}
	made("old", 70*time.Hour)
	made("K1", 30*time.Hour)
	made("K2", 2*time.Hour)
	scheme, err := compiles(t, Banniu(c, BanniuConfig{}), `{"api":"task.list","effect":"QUERY","method":"GET","id":"501","request":[{"field":"project_id","value":"100"},
		{"field":"star_created","value":"_function FROM_UNIXTIME({LAST_SYNC_TIME}-60)"},{"field":"end_created","value":"{{CURRENT_TIME|datetime}}"}]}`)
	require.NoError(t, err)
	require.Contains(t, scheme.Report().String(), "closed days of creation times")
	p := scheme.Pipeline("windows", duijiesync.NewMemoryState())
	require.EqualValues(t, 2, ran(t, p).Created)
	made("K3", 90*time.Second) // seen late
	now = now.Add(time.Hour)
	made("K4", 10*time.Minute)
	report := ran(t, p)
	require.EqualValues(t, 2, report.Created)
	require.Contains(t, report.Paging, "closed windows of creation time")
}
