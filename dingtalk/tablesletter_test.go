package dingtalk

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// An order whose sub-table could not be read is a dead letter, and a replay of it reads
// the table again: it is written whole, and never short.
func TestLetterOfATableIsReplayedWhole(t *testing.T) {
	t.Parallel()
	srv := tabled(t, 3, 60)
	q := FormQuery{FormUUID: dingtalktest.DemoPlainForm, Where: []Condition{TextLike("textField_sku", "L-")}}
	src, err := NewSource(fakeYida(t, srv, false), q, SourceConfig[order]{Key: "textField_sku", SettleDelay: -1})
	require.NoError(t, err)
	gone := dingtalktest.Fault{Op: innerTables, Times: -1, Kind: dingtalktest.Refusal, Error: &dingtalktest.Error{Status: 400, Code: "invalidState.form.invalidFormData", Message: "not now"}}
	srv.Inject(gone)
	got := map[string]order{}
	sink := duijiesync.SinkFunc[order](func(_ context.Context, r duijiesync.Record[order]) (duijiesync.Outcome, error) {
		got[strings.Clone(r.Key)] = r.Value
		return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: "T-" + r.Key}, nil
	})
	p := &duijiesync.Pipeline[order, order]{
		Name: "p", Source: src, Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[order],
	}
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Refused)
	require.Len(t, got, 1)
	require.NotEmpty(t, report.Checkpoint.After)

	_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.Len(t, got, 1, "it still can not be read")
	srv.ClearFaults()
	report, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Created)
	require.Len(t, got["L-60"].Lines, 60)
	require.Zero(t, letters(t, p.State))
}

// What fails as a whole is not asked for once a table.
func TestTablesStopAtTheFirstFaultOfTheSetup(t *testing.T) {
	t.Parallel()
	sizes := make([]int, 40)
	for i := range sizes {
		sizes[i] = 60 + i
	}
	srv := tabled(t, sizes...)
	srv.Inject(dingtalktest.Fault{Op: innerTables, Call: 3, Times: -1, Kind: dingtalktest.NoPermission})
	src, err := NewSource(fakeYida(t, srv, false), FormQuery{FormUUID: dingtalktest.DemoPlainForm}, SourceConfig[order]{Key: "textField_sku", SettleDelay: -1})
	require.NoError(t, err)
	for _, err = range src.Read(t.Context(), "") {
		if err != nil {
			break
		}
	}
	require.ErrorIs(t, err, duijie.ErrPermission)
	require.LessOrEqual(t, srv.Count(innerTables), 3+2*tableLanes)
}

// A component the form lacked when its definition was read last is not written because
// the definition is not to be had any more.
func TestLackingComponentWhileTheDefinitionIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, yida := bubbled(t, dingtalktest.WithUnknownComponentsIgnored())
		sink, err := NewFormSink(yida(), FormSinkConfig[FormData]{FormUUID: dingtalktest.DemoPlainForm, Key: "textField_sku"})
		require.NoError(t, err)
		out, err := sink.Write(t.Context(), []duijiesync.Record[FormData]{{Key: "A-1", Value: FormData{"textareaField_note": "x"}}})
		require.NoError(t, err)
		require.Equal(t, duijiesync.OutcomeCreated, out[0].Kind)
		time.Sleep(time.Hour)
		srv.Inject(dingtalktest.Fault{Op: "GET yida/forms/definitions/{appType}/{formUuid}", Times: -1, Kind: dingtalktest.NoPermission})
		for range 2 {
			_, err = sink.Write(t.Context(), []duijiesync.Record[FormData]{{Key: "A-2", Value: FormData{"textField_amount": "x"}}})
			require.ErrorIs(t, err, ErrNoComponent)
		}
		require.Zero(t, srv.Created(dingtalktest.DemoPlainForm, "textField_sku", "A-2"))
	})
}

// Neither errors nor logs of tables and definitions show a secret, which the calls carry
// in their addresses.
func TestTableErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	srv := tabled(t, 60)
	var log bytes.Buffer
	y := fakeYida(t, srv, false)
	c, err := NewClient(y.client.cfg, quick(), unpaced(), duijie.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	require.NoError(t, err)
	said := ""
	for _, kind := range []dingtalktest.FaultKind{
		dingtalktest.Cut, dingtalktest.CutAfter, dingtalktest.TruncateAfter, dingtalktest.GarbageAfter, dingtalktest.EmptyAfter,
		dingtalktest.NoPermission, dingtalktest.ServerError, dingtalktest.GatewayTimeout,
	} {
		for _, op := range []string{innerTables, "GET yida/forms/definitions/{appType}/{formUuid}"} {
			srv.Inject(dingtalktest.Fault{Op: op, Times: -1, Kind: kind})
		}
		src, err := NewSource(c.Yida(), FormQuery{FormUUID: dingtalktest.DemoPlainForm, Where: []Condition{TextLike("textField_sku", "L-")}}, SourceConfig[order]{Key: "textField_sku", SettleDelay: -1})
		require.NoError(t, err)
		for b, err := range src.Read(t.Context(), "") {
			said += fmt.Sprintf("%v %+v %#v", err, b, err)
			for _, r := range b.Records {
				said += fmt.Sprint(r.Err)
			}
		}
		_, err = c.Yida().FormDefinitions(t.Context(), dingtalktest.DemoPlainForm)
		said += fmt.Sprintf("%v %#v", err, err)
		srv.ClearFaults()
	}
	require.Contains(t, said, "tableField_lines")
	require.Contains(t, said, "definitions")
	for _, secret := range srv.Secrets() {
		require.NotContains(t, said, secret)
		require.NotContains(t, log.String(), secret)
	}
}
