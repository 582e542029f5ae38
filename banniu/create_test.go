package banniu

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu/banniutest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// What names no task, and may be a count, a flag or an echo, is no task id.
func TestAnswersThatNameNoTask(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]Created{
		`1`: {}, `"1"`: {}, `[1]`: {}, `true`: {}, `200`: {}, `"9999"`: {}, `null`: {}, `{}`: {}, `"ok"`: {}, `[90001,90002]`: {}, `[[90001]]`: {},
		`90001.0`: {}, `-90001`: {}, `"090001"`: {}, `{"id":90001}`: {}, `{"task_id":"-1"}`: {}, `{"task_id":null}`: {}, `[]`: {},
		`41339`: {}, `"41339"`: {}, `37728`: {}, `71001`: {}, // the app, the project and the user of the request
		`90001`: {TaskID: "90001"}, `"6690538"`: {TaskID: "6690538"}, `[6690538]`: {TaskID: "6690538"},
		`{"task_id":"5"}`: {TaskID: "5", Named: true}, `{"-1":"90001"}`: {TaskID: "90001", Named: true}, `[{"0":90001}]`: {TaskID: "90001", Named: true},
		`{"task_id":"","-1":"90001"}`: {TaskID: "90001", Named: true},
	} {
		c, _ := answering(t, says(200, result(answer)))
		made, err := c.Project("37728", "41339").Create(t.Context(), Contents{"37761": "x"}, CreateOptions{UserID: "71001"})
		require.NoError(t, err, answer)
		require.Equal(t, want.TaskID, made.TaskID, answer)
		require.Equal(t, want.Named, made.Named, answer)
	}
	c, saw := answering(t, says(200, result(`false`)))
	_, err := c.Project("", "").Create(t.Context(), Contents{"37761": "x"}, CreateOptions{})
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Len(t, saw(), 1)
}

// creating is a fake whose creates answer with a result of their own; those for which
// lost says so are not done.
func creating(t *testing.T, answer string, lost func(n int) bool) (*Project, *banniutest.Server) {
	t.Helper()
	_, s := sheetPair(t)
	n := 0
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("method") != "task.create" {
			s.ServeHTTP(w, r)
			return
		}
		if n++; !lost(n) {
			s.ServeHTTP(httptest.NewRecorder(), r)
		}
		says(200, result(answer))(w, r)
	}))
	t.Cleanup(front.Close)
	cfg := configOf(s)
	cfg.BaseURL = front.URL
	return clientOf(t, cfg).Project("100", "7"), s
}

// A create is called done where its task was seen, whatever the answer looks like. What the
// platform called a success and nobody sees is held, and sent again where the user says so
// or the answer itself says no; what was made is made once, and the ledger has the true ids.
func TestCreatesAreSettledByLookup(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`1`, `"1"`, `true`, `false`, `null`, `99999999`, `"done"`} {
		for _, resend := range []bool{false, true} {
			t.Run(fmt.Sprint(answer, resend), func(t *testing.T) {
				t.Parallel()
				p, s := creating(t, answer, func(n int) bool { return n%3 == 0 })
				sink, err := NewCreateSink(p, CreateConfig[sheetTask]{KeyColumn: "501", SettleDelay: time.Millisecond, ResendUnseen: resend})
				require.NoError(t, err)
				tasks := make([]sheetTask, 12)
				for i := range tasks {
					tasks[i] = sheetTask{No: fmt.Sprint("K", i), Name: "x"}
				}
				held := 0
				if !resend && answer != "false" {
					held = len(tasks) / 3
				}
				state := duijiesync.NewMemoryState()
				pipeline := duijiesync.Pipeline[sheetTask, sheetTask]{
					Name: "tasks", Sink: sink, State: state, Transform: duijiesync.Same[sheetTask],
					Source: duijiesync.Slice(tasks, func(v sheetTask) string { return v.No }),
				}
				report, err := pipeline.Run(t.Context())
				require.NoError(t, err)
				require.EqualValues(t, held, report.Held)
				require.EqualValues(t, len(tasks)-held, report.Created)
				report, err = pipeline.Run(t.Context())
				require.NoError(t, err)
				require.Zero(t, report.Created+report.Updated)
				require.Len(t, s.TaskIDs("100"), len(tasks)-held)
				for _, id := range s.TaskIDs("100") {
					cells, _ := s.Task("100", id)
					require.Equal(t, 1, s.Created("100", "501", cells["501"]))
					entries, err := state.Ledger(t.Context(), "tasks", []string{cells["501"]})
					require.NoError(t, err)
					require.Equal(t, fmt.Sprint(id), entries[cells["501"]].TargetID)
				}
			})
		}
	}
}

// hiding is a fake whose creates name no task, and whose lists show none for a while; made
// counts creates.
func hiding(t *testing.T, lag time.Duration) (p *Project, s *banniutest.Server, made *int) {
	t.Helper()
	s = banniutest.New(banniutest.WithCreateAnswer(banniutest.CreateAnswersNull))
	s.AddProject(banniutest.Project{ID: "100", AppID: "7", Name: "售后", Columns: []banniutest.Column{{ID: 501, Name: "编号"}, {ID: 502, Name: "名称"}}})
	made = new(int)
	var first time.Time
	cfg := Config{AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret()), AccessToken: duijie.NewSecret(s.AccessToken())}
	return clientOf(t, cfg, duijie.WithHTTPClient(&http.Client{Transport: stub(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil {
			r.Body = http.NoBody // as a server has it
		}
		switch method := r.URL.Query().Get("method"); {
		case method == "task.create":
			if *made++; first.IsZero() {
				first = time.Now()
			}
		case method == "task.list" && time.Since(first) < lag:
			says(200, result(`[]`))(w, r)
			return
		}
		s.ServeHTTP(w, r)
	})})).Project("100", "7"), s, made
}

// A list that is later than all lookups brings no second task: the record is held, and a
// person's word that it was never sent sends it.
func TestLateListMakesNoSecondTask(t *testing.T) {
	t.Parallel()
	for lag, held := range map[time.Duration]int64{100 * time.Second: 0, 118 * time.Second: 0, time.Hour: 1} {
		synctest.Test(t, func(t *testing.T) {
			p, s, made := hiding(t, lag)
			sink, err := NewCreateSink(p, CreateConfig[sheetTask]{KeyColumn: "501"})
			require.NoError(t, err)
			state := duijiesync.NewMemoryState()
			pipeline := duijiesync.Pipeline[sheetTask, sheetTask]{
				Name: "late", Sink: sink, State: state, Transform: duijiesync.Same[sheetTask],
				Source: duijiesync.Slice([]sheetTask{{No: "K1", Name: "x"}}, func(v sheetTask) string { return v.No }),
			}
			report, err := pipeline.Run(t.Context())
			require.NoError(t, err)
			require.Equal(t, held, report.Held, lag)
			require.Equal(t, 1-held, report.Created, lag)
			require.Equal(t, 1, *made)
			require.Len(t, s.TaskIDs("100"), 1)
			if held == 0 {
				return
			}
			letters, err := pipeline.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
			require.NoError(t, err)
			require.Len(t, letters, 1)
			require.Contains(t, letters[0].Message, `no list shows one with key "K1"`)
			require.NoError(t, pipeline.MarkUnsent(t.Context(), "K1"))
			_, err = pipeline.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.NoError(t, err)
			require.Equal(t, 2, *made, "sent again by a person's word")
		})
	}
}
