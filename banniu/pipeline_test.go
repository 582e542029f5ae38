package banniu

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu/banniutest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/mirror"
)

// Tasks of one sheet become tasks of another through lost answers, throttling and
// one that is refused: each arrives once, and a second run has nothing to do.
func TestPipeline(t *testing.T) {
	t.Parallel()
	from, _ := newPair(t)
	to, target := sheetPair(t)
	src, err := NewSource(from.Project("", ""), SourceConfig[Row]{Start: day(0), SettleDelay: -1})
	require.NoError(t, err)
	narrow, err := NewSource(from.Project("", ""), SourceConfig[Row]{Full: true})
	require.NoError(t, err)
	sink, err := NewCreateSink(to, CreateConfig[Row]{
		KeyColumn: "501", SettleDelay: time.Millisecond,
		Contents: func(r duijiesync.Record[Row]) (Contents, error) {
			c := Contents{"502": r.Value.Text("27964"), "503": r.Value.Text("27972")}
			if r.Value.Text("27963") == banniutest.DemoUnknownGoods {
				c["504"] = "no such option"
			}
			return c, nil
		},
	})
	require.NoError(t, err)
	for call, kind := range map[int]banniutest.FaultKind{
		3: banniutest.CutAfter, 17: banniutest.Cut, 25: banniutest.UnavailableAfter, 42: banniutest.TooManyRequests, 61: banniutest.TruncateAfter, 70: banniutest.Overloaded,
	} {
		target.Inject(banniutest.Fault{Method: "task.create", Call: call, Kind: kind})
	}
	target.CommitLate(80, 2*time.Millisecond)
	state := duijiesync.NewMemoryState()
	run := func(source duijiesync.Source[Row]) *duijiesync.Report {
		p := &duijiesync.Pipeline[Row, Row]{Name: "tasks", Source: source, Sink: sink, State: state, Transform: duijiesync.Same[Row]}
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		return report
	}
	report := run(narrow)
	require.EqualValues(t, banniutest.DemoTasks-1, report.Created)
	require.EqualValues(t, 1, report.Refused)
	require.Contains(t, report.Paging, "two passes agree")
	require.Equal(t, banniutest.DemoTasks-1, target.Created("100", "", ""))
	for _, id := range target.TaskIDs("100") {
		cells, _ := target.Task("100", id)
		require.Equal(t, 1, target.Created("100", "501", cells["501"]), cells["501"])
	}
	before := target.Count("task.create")
	report = run(narrow)
	require.Zero(t, report.Created+report.Updated)
	require.Equal(t, before, target.Count("task.create"))

	// The same tasks by their day of creation.
	rows := 0
	for batch, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		if rows += len(batch.Records); rows >= banniutest.DemoTasks {
			break
		}
	}
	require.Equal(t, banniutest.DemoTasks, rows)
}

// A create whose task is seen late, and whose answer does not tell its id, is still
// updated and never doubled.
func TestCreateWithoutAnID(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t, banniutest.WithCreateAnswer(banniutest.CreateAnswersNull))
	sink, err := NewCreateSink(p, CreateConfig[sheetTask]{KeyColumn: "501", SettleDelay: time.Millisecond})
	require.NoError(t, err)
	out, err := sink.Write(t.Context(), []duijiesync.Record[sheetTask]{{Key: "A", Value: sheetTask{Name: "1"}}, {Key: "B", Value: sheetTask{Name: "1"}}})
	require.NoError(t, err)
	ids := s.TaskIDs("100")
	require.Equal(t, fmt.Sprint(ids[0]), out[0].TargetID, "looked up by the key")
	out, err = sink.Write(t.Context(), []duijiesync.Record[sheetTask]{{Key: "A", Value: sheetTask{Name: "2"}, Target: duijiesync.Target{ID: "key:A"}}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeUpdated, out[0].Kind)
	require.Equal(t, "key:A", out[0].TargetID)
	cells, _ := s.Task("100", ids[0])
	require.Equal(t, "2", cells["502"])
	s.Delete("100", ids[0])
	out, err = sink.Write(t.Context(), []duijiesync.Record[sheetTask]{{Key: "A", Value: sheetTask{Name: "3"}, Target: duijiesync.Target{ID: "key:A"}}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
}

// Two tasks with one key are not guessed about, nor is a filter that does nothing.
func TestFindIsSure(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t)
	sink, err := NewCreateSink(p, CreateConfig[sheetTask]{KeyColumn: "501"})
	require.NoError(t, err)
	s.Add("100", banniutest.Cells{"501": "A"})
	s.Add("100", banniutest.Cells{"501": "A"})
	found, err := sink.Find(t.Context(), []duijiesync.Record[sheetTask]{{Key: "A"}, {Key: "B"}})
	require.NoError(t, err)
	require.ErrorContains(t, found[0].Err, "both have")
	require.Equal(t, duijiesync.Absent, found[1].Match)

	rows := make([]string, 100)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"-1":"%d","501":"other"}`, i+1)
	}
	c, _ := answering(t, says(200, result("["+strings.Join(rows, ",")+"]")))
	other, err := NewCreateSink(c.Project("100", "7"), CreateConfig[sheetTask]{KeyColumn: "501"})
	require.NoError(t, err)
	found, err = other.Find(t.Context(), []duijiesync.Record[sheetTask]{{Key: "A"}})
	require.NoError(t, err)
	require.ErrorContains(t, found[0].Err, "brings other tasks")
}

// Updates are looked up many at a time, and one by one where the filter fails: no
// task is called absent because of it.
func TestTasksAreLookedUp(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]banniutest.FaultKind{"batched": "", "filter refused": banniutest.BusinessError} {
		p, s := sheetPair(t)
		a, b := fmt.Sprint(s.Add("100", banniutest.Cells{"502": "1"})), fmt.Sprint(s.Add("100", banniutest.Cells{"502": "2"}))
		if fault != "" {
			s.Inject(banniutest.Fault{Method: "task.list", Kind: fault})
		}
		sink, err := NewUpdateSink(p, UpdateConfig[sheetTask]{})
		require.NoError(t, err)
		value := sheetTask{Name: "1"}
		found, err := sink.Find(t.Context(), []duijiesync.Record[sheetTask]{
			{Key: a, Value: value}, {Key: "999999", Value: value}, {Key: b, Value: value}, {Key: b, Target: duijiesync.Target{KeyOnly: true}}, {Key: "none"},
		})
		require.NoError(t, err, name)
		require.Equal(t, []duijiesync.Match{duijiesync.Identical, duijiesync.Absent, duijiesync.Different, duijiesync.Exists, duijiesync.Absent},
			[]duijiesync.Match{found[0].Match, found[1].Match, found[2].Match, found[3].Match, found[4].Match}, name)
		require.Equal(t, []duijiesync.Change{{Field: "502", Old: "2", New: "1"}}, found[2].Changes)
		if fault == "" {
			require.Equal(t, 1, s.Count("task.getTask"), "only the one that is missing")
		}
	}
}

// Entries the answer to a batch does not speak of are written alone, whose answer
// tells.
func TestUnsaidEntries(t *testing.T) {
	t.Parallel()
	c, saw := answering(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Query().Get("method") == "task.batchUpdate":
			says(200, result(`["工单id:1更新成功"]`))(w, r)
		default:
			says(200, result("null"))(w, r)
		}
	})
	sink, err := NewUpdateSink(c.Project("", ""), UpdateConfig[sheetTask]{})
	require.NoError(t, err)
	var records []duijiesync.Record[sheetTask]
	for _, id := range []string{"1", "2", "3"} {
		records = append(records, duijiesync.Record[sheetTask]{Key: id, Value: sheetTask{Name: "x"}})
	}
	out, err := sink.Write(t.Context(), records)
	require.NoError(t, err)
	for i, o := range out {
		require.Equal(t, duijiesync.OutcomeUpdated, o.Kind, i)
		require.Equal(t, records[i].Key, o.TargetID)
	}
	require.Len(t, saw(), 3, "a batch, and two alone")
}

// An entry that was not done because the platform is busy is tried again, and is no
// dead letter at once.
func TestBusyEntries(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, says(200, result(`["工单id:1更新失败: 调用过于频繁","工单id:2更新失败: 列不存在","工单id:3更新成功"]`)))
	sink, err := NewUpdateSink(c.Project("", ""), UpdateConfig[sheetTask]{})
	require.NoError(t, err)
	require.Equal(t, 200, sink.Limits().Rows)
	out, err := sink.Write(t.Context(), []duijiesync.Record[sheetTask]{{Key: "1", Value: sheetTask{Name: "x"}}, {Key: "2", Value: sheetTask{Name: "x"}}, {Key: "3", Value: sheetTask{Name: "x"}}})
	require.NoError(t, err)
	require.Equal(t, []duijiesync.OutcomeKind{duijiesync.OutcomeRetryable, duijiesync.OutcomeRefused, duijiesync.OutcomeUpdated},
		[]duijiesync.OutcomeKind{out[0].Kind, out[1].Kind, out[2].Kind})
}

// After a crash a task is found by the ledger's id, or not guessed.
func TestFindByTheLedgersID(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t)
	id := fmt.Sprint(s.Add("100", banniutest.Cells{"502": "1"}))
	sink, err := NewUpdateSink(p, UpdateConfig[sheetTask]{TaskID: func(r duijiesync.Record[sheetTask]) (string, error) {
		if r.Value.ID == "" {
			return "", errors.New("no task named")
		}
		return r.Value.ID, nil
	}})
	require.NoError(t, err)
	found, err := sink.Find(t.Context(), []duijiesync.Record[sheetTask]{
		{Key: "A", Target: duijiesync.Target{KeyOnly: true, ID: id}}, {Key: "B", Target: duijiesync.Target{KeyOnly: true}}, {Key: "C", Value: sheetTask{ID: id, Name: "1"}},
	})
	require.NoError(t, err)
	require.Equal(t, duijiesync.Exists, found[0].Match)
	require.ErrorContains(t, found[1].Err, "no task named")
	require.Equal(t, duijiesync.Identical, found[2].Match)
}

// An outage, or a refusal of the call for its own sake, blames no record.
func TestSinkStops(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t)
	id := fmt.Sprint(s.Add("100", banniutest.Cells{"502": "1"}))
	other := fmt.Sprint(s.Add("100", banniutest.Cells{"502": "1"}))
	sink, err := NewUpdateSink(p, UpdateConfig[sheetTask]{})
	require.NoError(t, err)
	records := []duijiesync.Record[sheetTask]{{Key: id, Value: sheetTask{Name: "2"}}, {Key: other, Value: sheetTask{Name: "2"}}}
	for _, kind := range []banniutest.FaultKind{banniutest.TokenExpired, banniutest.RedirectAway, banniutest.SignatureRefused} {
		s.Inject(banniutest.Fault{Kind: kind})
		_, err = sink.Write(t.Context(), records)
		require.Error(t, err, kind)
		require.ErrorIs(t, err, duijiesync.ErrStop, kind)
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown, kind)
	}
	s.Inject(banniutest.Fault{Kind: banniutest.BusinessError})
	_, err = sink.Write(t.Context(), records)
	require.ErrorIs(t, err, duijie.ErrRefused, "the engine parts a batch that is refused as a whole")
	require.NotErrorIs(t, err, duijiesync.ErrStop)
	out, err := sink.Write(t.Context(), append(records, duijiesync.Record[sheetTask]{Key: "x"}, duijiesync.Record[sheetTask]{Key: id, Value: sheetTask{Name: "3"}}))
	require.NoError(t, err)
	require.Equal(t, []duijiesync.OutcomeKind{duijiesync.OutcomeUpdated, duijiesync.OutcomeUpdated, duijiesync.OutcomeRefused, duijiesync.OutcomeUpdated},
		[]duijiesync.OutcomeKind{out[0].Kind, out[1].Kind, out[2].Kind, out[3].Kind})
	cells, _ := s.Task("100", s.TaskIDs("100")[0])
	require.Equal(t, "3", cells["502"], "of two records of one task the later comes last")
}

// What was deleted goes from the target, by the recycle bin.
func TestDeletionsAreMirrored(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t)
	for i := range 30 {
		s.Add("100", banniutest.Cells{"501": fmt.Sprint("K", i), "502": "x"})
	}
	source, err := NewSource(p, SourceConfig[sheetTask]{Full: true, Key: func(v sheetTask) string { return v.No }})
	require.NoError(t, err)
	state, target := duijiesync.NewMemoryState(), map[string]bool{}
	pipeline := duijiesync.Pipeline[sheetTask, sheetTask]{
		Name: "tasks", Source: source, State: state, Transform: duijiesync.Same[sheetTask],
		Sink: duijiesync.SinkFunc[sheetTask](func(_ context.Context, r duijiesync.Record[sheetTask]) (duijiesync.Outcome, error) {
			target[r.Key] = true
			return duijiesync.Outcome{}, nil
		}),
	}
	_, err = pipeline.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, target, 30)
	ids := s.TaskIDs("100")
	for _, n := range []int{4, 7} {
		s.Delete("100", ids[n])
	}
	scans := s.Count("task.list.new")
	s.Add("100", banniutest.Cells{"501": "K7", "502": "made again"})
	m := &mirror.Mirror{
		Name: "tasks", State: state, Deleter: deleter(target),
		Keys: p.LiveKeys(state, "tasks", func(r Row) string { return r.Text("501") }),
	}
	report, err := m.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Gone, "%+v", report)
	require.Len(t, target, 29)
	require.False(t, target["K4"])
	require.True(t, target["K7"], "deleted, and made again under its key")
	require.Greater(t, s.Count("task.list.new"), scans)
	report, err = m.Run(t.Context())
	require.NoError(t, err)
	require.Zero(t, report.Gone)
	require.True(t, target["K7"])
	s.Delete("100", s.TaskIDs("100")[28])
	report, err = m.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Gone, "the second one is deleted too")
	require.False(t, target["K7"])
	scans = s.Count("task.list.new")
	_, err = m.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, scans, s.Count("task.list.new"), "nothing in the bin is news")
}

type deleter map[string]bool

func (d deleter) Delete(_ context.Context, rows []mirror.Gone) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(rows))
	for i, r := range rows {
		delete(d, r.Key)
		out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated}
	}
	return out, nil
}

func TestSourcesAndSinksAreChecked(t *testing.T) {
	t.Parallel()
	p, _ := sheetPair(t)
	form := NewForm([]Column{{ID: "501", Name: "编号", Behavior: "1"}, {ID: "503", Name: "金额", Behavior: "2"}, {ID: "504", Name: "状况", Options: []Option{{ID: "1"}}}})
	for name, err := range map[string]error{
		"no start":       second(NewSource(p, SourceConfig[Row]{})),
		"own window":     second(NewSource(p, SourceConfig[Row]{Full: true, Query: TaskQuery{CreatedFrom: testDay}})),
		"page size":      second(NewSource(p, SourceConfig[Row]{Start: testDay, Query: TaskQuery{PageSize: 101}})),
		"tags":           second(NewSource(p, SourceConfig[goods]{Start: testDay, Form: form})),
		"no project":     second(NewSource(&Project{client: p.client}, SourceConfig[Row]{Full: true})),
		"update rows":    second(NewUpdateSink(p, UpdateConfig[Row]{Rows: 201})),
		"no key column":  second(NewCreateSink(p, CreateConfig[Row]{})),
		"name, no form":  second(NewCreateSink(p, CreateConfig[Row]{KeyColumn: "编号"})),
		"unknown column": second(NewCreateSink(p, CreateConfig[Row]{KeyColumn: "x", Form: form})),
		"number column":  second(NewCreateSink(p, CreateConfig[Row]{KeyColumn: "金额", Form: form})),
		"choice column":  second(NewCreateSink(p, CreateConfig[Row]{KeyColumn: "状况", Form: form})),
		"a row":          second(NewCreateSink(p, CreateConfig[Row]{KeyColumn: "编号", Form: form})),
		"struct's tags":  second(NewCreateSink(p, CreateConfig[goods]{KeyColumn: "编号", Form: form})),
		"a lossy struct": second(NewUpdateSink(p, UpdateConfig[lossyGoods]{Form: formOf(t)})),
		"update's tags":  second(NewUpdateSink(p, UpdateConfig[goods]{Form: form})),
		"no app":         second(NewCreateSink(&Project{client: p.client, id: "1"}, CreateConfig[Row]{KeyColumn: "501"})),
	} {
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
	// Structs that can not be written are known before there is a record.
	type bare struct {
		Amount duijie.Decimal `banniu:"金额"`
	}
	_, err := NewCreateSink(p, CreateConfig[*bare]{KeyColumn: "编号", Form: form})
	require.NoError(t, err)
	_, err = NewCreateSink(p, CreateConfig[Contents]{KeyColumn: "编号", Form: form})
	require.NoError(t, err)
	_, err = NewUpdateSink(p, UpdateConfig[any]{})
	require.NoError(t, err)
}

func second[T any](_ T, err error) error { return err }
