package banniu

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
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

// A create is called done where its task was seen, whatever the answer looks like: what
// was not made is made, once, and the ledger has the true ids.
func TestCreatesAreSettledByLookup(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`1`, `"1"`, `true`, `false`, `null`, `99999999`, `"done"`} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			p, s := creating(t, answer, func(n int) bool { return n%3 == 0 })
			sink, err := NewCreateSink(p, CreateConfig[sheetTask]{KeyColumn: "501", SettleDelay: time.Millisecond})
			require.NoError(t, err)
			tasks := make([]sheetTask, 12)
			for i := range tasks {
				tasks[i] = sheetTask{No: fmt.Sprint("K", i), Name: "x"}
			}
			state := duijiesync.NewMemoryState()
			pipeline := duijiesync.Pipeline[sheetTask, sheetTask]{
				Name: "tasks", Sink: sink, State: state, Transform: duijiesync.Same[sheetTask],
				Source: duijiesync.Slice(tasks, func(v sheetTask) string { return v.No }),
			}
			report, err := pipeline.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, len(tasks), report.Created)
			require.Zero(t, report.DeadLetters)
			require.Len(t, s.TaskIDs("100"), len(tasks))
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
