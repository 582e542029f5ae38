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

// badSetups are faults that lie in no record: what is wrong with the settings, and what a
// platform or a proxy in its place answers to every write.
func badSetups() map[string]func(cfg *Config, s *banniutest.Server, front *front) {
	answer := func(status int, body string) func(*Config, *banniutest.Server, *front) {
		return func(_ *Config, _ *banniutest.Server, f *front) { f.writes = says(status, body) }
	}
	return map[string]func(*Config, *banniutest.Server, *front){
		"secret":  func(cfg *Config, _ *banniutest.Server, _ *front) { cfg.AppSecret = duijie.NewSecret("another one") },
		"token":   func(cfg *Config, _ *banniutest.Server, _ *front) { cfg.AccessToken = duijie.NewSecret("another one") },
		"app key": func(cfg *Config, _ *banniutest.Server, _ *front) { cfg.AppKey = "1" },
		"project": func(cfg *Config, _ *banniutest.Server, _ *front) { cfg.ProjectID = "101" },
		"app":     func(cfg *Config, _ *banniutest.Server, _ *front) { cfg.AppID = "8" },
		"column":  func(_ *Config, _ *banniutest.Server, f *front) { f.column = "505" },
		"token expires": func(_ *Config, s *banniutest.Server, _ *front) {
			s.Inject(banniutest.Fault{Kind: banniutest.TokenExpired, Times: -1})
		},
		"signature": func(_ *Config, s *banniutest.Server, _ *front) {
			s.Inject(banniutest.Fault{Kind: banniutest.SignatureRefused, Times: -1})
		},
		"redirect": func(_ *Config, s *banniutest.Server, _ *front) {
			s.Inject(banniutest.Fault{Kind: banniutest.RedirectAway, Times: -1})
		},
		"unauthorized": answer(401, "no"),
		"forbidden":    answer(403, "<html>no</html>"),
		"not there":    answer(404, "404 page not found"),
		"not allowed":  answer(405, ""),
		"all is refused": func(_ *Config, s *banniutest.Server, _ *front) {
			s.Inject(banniutest.Fault{Kind: banniutest.BusinessError, Times: -1})
		},
	}
}

// front stands before a fake and answers its writes, where it is told to.
type front struct {
	s      *banniutest.Server
	writes http.HandlerFunc // nil: the fake's
	column string           // what the records write beside their name
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op, _ := LookupOperation(r.URL.Query().Get("method"))
	if f.writes != nil && op.Effect != duijie.EffectRead {
		f.writes(w, r)
		return
	}
	f.s.ServeHTTP(w, r)
}

// A setup that takes no record at all stops a whole run: nothing is written, no record is
// blamed, and none becomes a dead letter. Put right, the next run writes them all.
func TestSetupFaultsStopTheRun(t *testing.T) {
	t.Parallel()
	for name, spoil := range badSetups() {
		for _, creates := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, creates %v", name, creates), func(t *testing.T) {
				t.Parallel()
				_, s := sheetPair(t)
				f := &front{s: s}
				server := httptest.NewServer(f)
				t.Cleanup(server.Close)
				cfg := configOf(s)
				cfg.BaseURL, cfg.ProjectID, cfg.AppID = server.URL, "100", "7"
				good := cfg
				spoil(&cfg, s, f)
				tasks := make([]sheetTask, 30)
				for i := range tasks {
					id := int64(i + 1)
					if !creates {
						id = s.Add("100", banniutest.Cells{"501": fmt.Sprint("K", i)})
					}
					tasks[i] = sheetTask{ID: fmt.Sprint(id), No: fmt.Sprint("K", i), Name: "x"}
				}
				state := duijiesync.NewMemoryState()
				run := func(cfg Config) (*duijiesync.Report, error) {
					p := &duijiesync.Pipeline[sheetTask, sheetTask]{
						Name: "tasks", State: state, Transform: duijiesync.Same[sheetTask], Sink: setupSink(t, clientOf(t, cfg).Project("", ""), f, creates),
						Source: duijiesync.Slice(tasks, func(v sheetTask) string { return v.ID }),
					}
					return p.Run(t.Context())
				}
				report, err := run(cfg)
				require.Error(t, err)
				require.Zero(t, report.DeadLetters+report.Refused+report.Created+report.Updated)
				letters, err := state.DeadLetters(t.Context(), "tasks", duijiesync.DeadLetterQuery{})
				require.NoError(t, err)
				require.Empty(t, letters)
				require.Empty(t, s.Effects())
				f.writes, f.column = nil, ""
				s.ClearFaults()
				report, err = run(good)
				require.NoError(t, err)
				require.EqualValues(t, len(tasks), report.Created+report.Updated)
				require.Zero(t, report.DeadLetters)
				require.Len(t, s.Effects(), len(tasks))
			})
		}
	}
}

func setupSink(t *testing.T, p *Project, f *front, creates bool) duijiesync.Sink[sheetTask] {
	t.Helper()
	column := f.column
	contents := func(r duijiesync.Record[sheetTask]) (Contents, error) {
		c := Contents{"502": r.Value.Name}
		if column != "" {
			c[column] = "x"
		}
		return c, nil
	}
	if creates {
		sink, err := NewCreateSink(p, CreateConfig[sheetTask]{KeyColumn: "501", SettleDelay: time.Millisecond, Contents: contents})
		require.NoError(t, err)
		return sink
	}
	sink, err := NewUpdateSink(p, UpdateConfig[sheetTask]{Contents: contents, SettleDelay: time.Millisecond})
	require.NoError(t, err)
	return sink
}

// One bad record among good ones is its own, and asking for the setup costs two calls in
// a minute, however many are refused.
func TestARefusedRecordIsItsOwn(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t)
	tasks := make([]sheetTask, 40)
	for i := range tasks {
		tasks[i] = sheetTask{No: fmt.Sprint("K", i), Name: "x"}
	}
	sink, err := NewCreateSink(p, CreateConfig[sheetTask]{KeyColumn: "501", SettleDelay: time.Millisecond, Contents: func(r duijiesync.Record[sheetTask]) (Contents, error) {
		c := Contents{"502": r.Value.Name}
		if r.Key == "K3" || r.Key == "K17" || r.Key == "K31" {
			c["504"] = "no option"
		}
		return c, nil
	}})
	require.NoError(t, err)
	pipeline := duijiesync.Pipeline[sheetTask, sheetTask]{
		Name: "tasks", Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[sheetTask],
		Source: duijiesync.Slice(tasks, func(v sheetTask) string { return v.No }),
	}
	report, err := pipeline.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Refused)
	require.EqualValues(t, 37, report.Created)
	require.Equal(t, 1, s.Count("column.list"))
	require.Equal(t, 1, s.Count("project.list"))
}

// A fault that shows itself in a batch beside entries that were done stops the run too, and
// what was done is not done again.
func TestASetupFaultBesideDoneEntries(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t)
	tasks := make([]sheetTask, 30)
	for i := range tasks {
		tasks[i] = sheetTask{ID: fmt.Sprint(s.Add("100", banniutest.Cells{"501": "K"})), Name: "x"}
	}
	sink, err := NewUpdateSink(p, UpdateConfig[sheetTask]{SettleDelay: time.Millisecond, Contents: func(r duijiesync.Record[sheetTask]) (Contents, error) {
		if r.Key == tasks[10].ID {
			return Contents{"505": "x"}, nil
		}
		return Contents{"502": r.Value.Name}, nil
	}})
	require.NoError(t, err)
	state := duijiesync.NewMemoryState()
	pipeline := duijiesync.Pipeline[sheetTask, sheetTask]{
		Name: "tasks", Sink: sink, State: state, Transform: duijiesync.Same[sheetTask],
		Source: duijiesync.Slice(tasks, func(v sheetTask) string { return v.ID }),
	}
	for range 2 {
		report, err := pipeline.Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrStop)
		require.ErrorContains(t, err, "no column 505")
		require.Zero(t, report.DeadLetters+report.Refused)
	}
	require.Len(t, s.Effects(), 29)
}
