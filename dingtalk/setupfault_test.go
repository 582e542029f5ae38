package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// goods are products for the fake's forms: their values are what a test says.
func goods(n int, data func(i int) FormData) duijiesync.Source[FormData] {
	return duijiesync.SourceFunc[FormData](func(_ context.Context, _ duijiesync.Checkpoint) seqOf[FormData] {
		return func(yield func(duijiesync.Batch[FormData], error) bool) {
			var b duijiesync.Batch[FormData]
			for i := range n {
				b.Records = append(b.Records, duijiesync.Record[FormData]{Key: fmt.Sprintf("P-%03d", i), Value: data(i)})
			}
			yield(b, nil)
		}
	})
}

func pour(t *testing.T, src duijiesync.Source[FormData], sink duijiesync.Sink[FormData], state duijiesync.State) (*duijiesync.Report, error) {
	t.Helper()
	p := &duijiesync.Pipeline[FormData, FormData]{Name: "p", Source: src, Sink: sink, State: state, Transform: duijiesync.Same[FormData]}
	return p.Run(t.Context())
}

// sinksOf are the sinks of the fake's forms by name.
func sinksOf(y *Yida, plain, approval string) map[string]func() (duijiesync.Sink[FormData], error) {
	form := func(cfg FormSinkConfig[FormData]) func() (duijiesync.Sink[FormData], error) {
		cfg.FormUUID, cfg.Key, cfg.SettleDelay = plain, "textField_sku", settleFast
		return func() (duijiesync.Sink[FormData], error) { return NewFormSink(y, cfg) }
	}
	process := func(cfg ProcessSinkConfig[FormData]) func() (duijiesync.Sink[FormData], error) {
		cfg.FormUUID, cfg.Key, cfg.SettleDelay = approval, "textField_lq23ags2", settleFast
		return func() (duijiesync.Sink[FormData], error) { return NewProcessSink(y, cfg) }
	}
	return map[string]func() (duijiesync.Sink[FormData], error){
		"form": form(FormSinkConfig[FormData]{}), "form unchecked": form(FormSinkConfig[FormData]{Unchecked: true}),
		"upsert": form(FormSinkConfig[FormData]{Upsert: true}), "upsert unchecked": form(FormSinkConfig[FormData]{Upsert: true, Unchecked: true}),
		"process": process(ProcessSinkConfig[FormData]{}), "process unchecked": process(ProcessSinkConfig[FormData]{Unchecked: true}),
	}
}

// good are values either form of the fake takes.
func good(name string) func(int) FormData {
	if strings.HasPrefix(name, "process") {
		return func(i int) FormData { return FormData{"textField_lq0sj9h9": fmt.Sprint("杯 ", i)} }
	}
	return func(i int) FormData { return FormData{"textareaField_note": fmt.Sprint("杯 ", i)} }
}

// requireNoLetters: the run stopped, nothing was refused, and nothing was written.
func requireNoLetters(t *testing.T, state duijiesync.State, report *duijiesync.Report, err error, what string) {
	t.Helper()
	require.Error(t, err, what)
	require.NotNil(t, report, what)
	require.Zero(t, report.Refused, what)
	require.Zero(t, report.Created, what)
	require.Zero(t, letters(t, state), what)
}

func letters(t *testing.T, state duijiesync.State) int64 {
	t.Helper()
	n, err := state.CountDeadLetters(t.Context(), "p")
	require.NoError(t, err)
	return n
}

// Faults of the setup stop a whole pipeline against the platform: none makes a dead
// letter, and none is bisected.
func TestSetupFaultsStopTheRun(t *testing.T) {
	t.Parallel()
	refusal := func(status int, code string) dingtalktest.Fault {
		return dingtalktest.Fault{Kind: dingtalktest.Refusal, Times: -1, Error: &dingtalktest.Error{Status: status, Code: code, Message: "m"}}
	}
	type fault struct {
		name   string
		opts   []dingtalktest.Option
		change func(*YidaApp)
		plain  string // forms, where they are not the fake's own
		other  string
		inject func(*dingtalktest.Server)
		want   error
	}
	writes := []string{
		"POST yida/forms/instances", "POST yida/forms/instances/batchSave", "POST yida/forms/instances/insertOrUpdate", "POST yida/processes/instances/start",
	}
	onWrites := func(f dingtalktest.Fault) func(*dingtalktest.Server) {
		return func(s *dingtalktest.Server) {
			for _, op := range writes {
				f.Op = op
				s.Inject(f)
			}
		}
	}
	for _, f := range []fault{
		{name: "application", change: func(a *YidaApp) { a.AppType = "APP_NONE" }, want: duijie.ErrUnauthenticated},
		{name: "systemToken", change: func(a *YidaApp) { a.SystemToken = duijie.NewSecret("WRONGWRONG") }, want: duijie.ErrUnauthenticated},
		{name: "user", change: func(a *YidaApp) { a.UserID = "nobody" }, want: duijie.ErrPermission},
		{name: "form", plain: "FORM-NONE", other: "FORM-NONE", want: duijie.ErrUnauthenticated},
		{name: "kind of form", plain: dingtalktest.DemoForm, other: dingtalktest.DemoPlainForm, want: errAny},
		{name: "scope", opts: []dingtalktest.Option{dingtalktest.WithScopes("Yida.Form.Read", "Yida.Process.Read")}, want: duijie.ErrPermission},
		{name: "no scope", opts: []dingtalktest.Option{dingtalktest.WithScopes()}, want: duijie.ErrPermission},
		{name: "legacy", opts: []dingtalktest.Option{dingtalktest.WithoutLegacy()}, change: func(a *YidaApp) { a.Version = YidaV1 }, want: duijie.ErrPermission},
		{name: "right on writes", inject: onWrites(refusal(400, "noPermission.permission.deny")), want: duijie.ErrPermission},
		{name: "address", inject: onWrites(refusal(403, "Forbidden.AccessDenied.IpNotInWhiteList")), want: duijie.ErrPermission},
		{name: "plan", inject: onWrites(refusal(500, "invalidVersion.unsupported")), want: duijie.ErrPermission},
		{name: "room", inject: onWrites(refusal(400, "failure.operation.theSubmissionRecordExceed")), want: ErrQuota},
		{name: "month", inject: onWrites(dingtalktest.Fault{Kind: dingtalktest.QuotaUsed, Times: -1}), want: ErrQuota},
		{name: "corp", inject: onWrites(refusal(400, "invalidParameter.corp.corpNotExist")), want: duijie.ErrUnauthenticated},
		{name: "path", inject: onWrites(refusal(404, "InvalidAction.NotFound")), want: errAny},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			srv := dingtalktest.NewServer(append([]dingtalktest.Option{dingtalktest.WithDemo(), dingtalktest.WithQPS(0)}, f.opts...)...)
			t.Cleanup(srv.Close)
			if f.inject != nil {
				f.inject(srv)
			}
			sinks := func() map[string]func() (duijiesync.Sink[FormData], error) {
				y := fakeYida(t, srv, false) // each sink has a client that knows of no quota yet
				if f.change != nil {
					app := y.app
					f.change(&app)
					y = y.client.YidaApp(app)
				}
				return sinksOf(y, firstOf(f.plain, dingtalktest.DemoPlainForm), firstOf(f.other, dingtalktest.DemoForm))
			}
			for name := range sinks() {
				if f.name == "legacy" && strings.HasPrefix(name, "form") {
					continue // batchSave has one version only
				}
				sink, err := sinks()[name]()
				require.NoError(t, err)
				state := duijiesync.NewMemoryState()
				report, err := pour(t, goods(5, good(name)), sink, state)
				requireNoLetters(t, state, report, err, name)
				if !errors.Is(f.want, errAny) {
					require.ErrorIs(t, err, f.want, name)
				}
			}
			require.Empty(t, srv.Effects())
		})
	}
}

var errAny = errors.New("any")

// A component the form lacks is a fault of the setup: the run stops and says which one,
// and what the form has instead, before anything is written, also where the platform would
// drop the value without a word.
func TestMissingComponentStopsTheRun(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]dingtalktest.Option{
		"refused": nil, "atomic": {dingtalktest.WithAtomicBatches()}, "ignored": {dingtalktest.WithUnknownComponentsIgnored()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := dingtalktest.NewServer(append([]dingtalktest.Option{dingtalktest.WithDemo(), dingtalktest.WithQPS(0)}, opts...)...)
			t.Cleanup(srv.Close)
			for sinkName, open := range sinksOf(fakeYida(t, srv, false), dingtalktest.DemoPlainForm, dingtalktest.DemoForm) {
				if name == "ignored" && strings.HasSuffix(sinkName, "unchecked") {
					continue // it asked for that
				}
				for id, nearest := range map[string]string{
					"textField_sku2": "textField_sku", "numberField_qtz": "numberField_qty", "备注": "textareaField_note",
				} {
					if strings.HasPrefix(sinkName, "process") {
						id, nearest = "textField_lq0sj9h8", "textField_lq0sj9h"
					}
					sink, err := open()
					require.NoError(t, err)
					state := duijiesync.NewMemoryState()
					report, err := pour(t, goods(5, func(i int) FormData {
						data := good(sinkName)(i)
						data[id] = fmt.Sprint(i)
						return data
					}), sink, state)
					requireNoLetters(t, state, report, err, sinkName)
					require.ErrorIs(t, err, ErrNoComponent, sinkName)
					require.ErrorIs(t, err, duijiesync.ErrStop, sinkName)
					lack := &ComponentError{}
					require.ErrorAs(t, err, &lack, sinkName)
					require.Equal(t, id, lack.Missing[0].ID)
					require.Contains(t, lack.Missing[0].Nearest.ID, nearest)
					require.ErrorContains(t, err, id)
					require.ErrorContains(t, err, nearest)
				}
			}
			require.Empty(t, srv.Effects())
		})
	}
}

// A cell its sub-table lacks is one too, and so is the component of the key.
func TestMissingCellAndKey(t *testing.T) {
	t.Parallel()
	srv := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0))
	t.Cleanup(srv.Close)
	y := fakeYida(t, srv, false)
	sink, err := NewFormSink(y, FormSinkConfig[FormData]{FormUUID: dingtalktest.DemoPlainForm, Key: "textField_sku"})
	require.NoError(t, err)
	_, err = sink.Write(t.Context(), []duijiesync.Record[FormData]{{Key: "A", Value: FormData{"tableField_lines": []FormData{{"textField_color": "红"}}}}})
	require.ErrorIs(t, err, duijiesync.ErrStop)
	require.ErrorContains(t, err, "textField_color in tableField_lines (nearest: textField_colour")

	sink, err = NewFormSink(y, FormSinkConfig[FormData]{FormUUID: dingtalktest.DemoPlainForm, Key: "textField_code"})
	require.NoError(t, err)
	_, err = sink.Find(t.Context(), []duijiesync.Record[FormData]{{Key: "A"}})
	require.ErrorIs(t, err, duijiesync.ErrStop)
	require.ErrorContains(t, err, "textField_code")
	require.Zero(t, srv.Count("POST yida/forms/instances/advances/queryAll"), "the search was not asked")
}

// A form is given a component while a pipeline runs: it is read again before the run stops.
func TestComponentAddedMeanwhile(t *testing.T) {
	t.Parallel()
	srv := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0))
	t.Cleanup(srv.Close)
	y := fakeYida(t, srv, false)
	sink, err := NewFormSink(y, FormSinkConfig[FormData]{FormUUID: dingtalktest.DemoPlainForm, Key: "textField_sku"})
	require.NoError(t, err)
	_, err = sink.Write(t.Context(), []duijiesync.Record[FormData]{{Key: "A", Value: FormData{}}})
	require.NoError(t, err)
	_, err = sink.Write(t.Context(), []duijiesync.Record[FormData]{{Key: "B", Value: FormData{}}})
	require.NoError(t, err)
	require.Equal(t, 1, srv.Count("GET yida/forms/definitions/{appType}/{formUuid}"), "read once")
	srv.AddComponent(dingtalktest.DemoPlainForm, dingtalktest.Component{ID: "textField_new", Label: "新"})
	sink.check.asked = sink.check.asked.Add(-definitionAge) // a second later
	out, err := sink.Write(t.Context(), []duijiesync.Record[FormData]{{Key: "C", Value: FormData{"textField_new": "x"}}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeCreated, out[0].Kind)
}

// A refusal that may mean a missing component is a record's own where the form has them all,
// and the run goes on; where nobody can tell, it stops.
func TestUnclearRefusalIsDiagnosed(t *testing.T) {
	t.Parallel()
	for name, scopes := range map[string][]string{
		"definition": {"Yida.Form.Read", "Yida.Form.Write", "Yida.Process.Read", "Yida.Process.Write"}, "none": {"Yida.Process.Read", "Yida.Process.Write"},
	} {
		srv := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0), dingtalktest.WithScopes(scopes...))
		t.Cleanup(srv.Close)
		srv.Refuse(dingtalktest.DemoForm, "textField_lq23ags2", "P-001", failToSave)
		sink, err := NewProcessSink(fakeYida(t, srv, false), ProcessSinkConfig[FormData]{FormUUID: dingtalktest.DemoForm, Key: "textField_lq23ags2", SettleDelay: settleFast})
		require.NoError(t, err)
		state := duijiesync.NewMemoryState()
		report, err := pour(t, goods(3, good("process")), sink, state)
		if name == "definition" {
			require.NoError(t, err)
			require.EqualValues(t, 2, report.Created)
			require.EqualValues(t, 1, report.Refused)
			require.EqualValues(t, 1, letters(t, state))
			continue
		}
		require.ErrorIs(t, err, duijiesync.ErrStop)
		require.Zero(t, letters(t, state))
	}
}
