package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// items is a source of products with the keys P-000 and up.
func items(n int) duijiesync.Source[product] {
	return duijiesync.SourceFunc[product](func(_ context.Context, _ duijiesync.Checkpoint) seqOf[product] {
		return func(yield func(duijiesync.Batch[product], error) bool) {
			var b duijiesync.Batch[product]
			for i := range n {
				b.Records = append(b.Records, duijiesync.Record[product]{Key: fmt.Sprintf("P-%03d", i), Value: product{Name: fmt.Sprint("商品 ", i)}})
			}
			yield(b, nil)
		}
	})
}

type seqOf[T any] = iter.Seq2[duijiesync.Batch[T], error]

func runInto(t *testing.T, sink duijiesync.Sink[product], n int, state duijiesync.State) (*duijiesync.Report, error) {
	t.Helper()
	p := &duijiesync.Pipeline[product, product]{Name: "p", Source: items(n), Sink: sink, State: state, Transform: duijiesync.Same[product]}
	return p.Run(t.Context())
}

// Approvals are started once each, through lost answers and an index that lags.
func TestApprovalsStartOnce(t *testing.T) {
	t.Parallel()
	for _, version := range []YidaVersion{YidaV1, YidaV2} {
		w := newWorld(t)
		w.lag = 25 * time.Millisecond
		cfg := testConfig(w.URL)
		cfg.Yida.Version = version
		c, err := NewClient(cfg, quick(), unpaced())
		require.NoError(t, err)
		sink, err := NewProcessSink(c.Yida(), ProcessSinkConfig[product]{Key: keyID, SettleDelay: 20 * time.Millisecond})
		require.NoError(t, err)
		w.locked(func() { w.lose["after"], w.lose["before"], w.refused["P-007"] = 3, 2, true })
		state := duijiesync.NewMemoryState()
		report, err := runInto(t, sink, 12, state)
		require.NoError(t, err)
		require.EqualValues(t, 11, report.Created)
		require.EqualValues(t, 1, report.Refused)
		for i := range 12 {
			key, want := fmt.Sprintf("P-%03d", i), 1
			if i == 7 {
				want = 0
			}
			require.Equal(t, want, w.count(key), key)
		}
		w.locked(func() { // the index has caught up
			for _, r := range w.rows {
				r.shownAt = time.Time{}
			}
		})
		before := w.starts
		report, err = runInto(t, sink, 12, duijiesync.NewMemoryState()) // the state was lost
		require.NoError(t, err)
		require.Zero(t, report.Created)
		require.LessOrEqual(t, w.starts, before+1, "the refused one again, nothing else")
		for _, r := range w.requests() {
			if r.Method == http.MethodPost {
				require.Contains(t, r.Path, string(version))
			}
		}
	}
}

// A refused batch that saved some of its rows leaves none twice and none out.
func TestRefusedBatchIsParted(t *testing.T) {
	t.Parallel()
	for _, partial := range []bool{false, true} {
		w := newWorld(t)
		w.partial, w.lag = partial, time.Millisecond
		w.refused["P-005"] = true
		sink, err := NewFormSink(w.yida(t, unpaced()), FormSinkConfig[product]{Key: keyID, SettleDelay: settleFast})
		require.NoError(t, err)
		report, err := runInto(t, sink, 10, duijiesync.NewMemoryState())
		require.NoError(t, err)
		require.EqualValues(t, 9, report.Created)
		require.EqualValues(t, 1, report.Refused)
		for i := range 10 {
			want := 1
			if i == 5 {
				want = 0
			}
			require.Equal(t, want, w.count(fmt.Sprintf("P-%03d", i)))
		}
		require.Equal(t, 1, w.batches)
	}
}

// New rows go in batches: the monthly quota is small.
func TestNewRowsGoInBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink, err := NewFormSink(w.yida(t, unpaced()), FormSinkConfig[product]{Key: keyID, SettleDelay: settleFast})
	require.NoError(t, err)
	report, err := runInto(t, sink, 120, duijiesync.NewMemoryState())
	require.NoError(t, err)
	require.EqualValues(t, 120, report.Created)
	require.Equal(t, 3, w.batches)
}

// What concerns no record makes no dead letters: the run stops.
func TestRunStops(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"failure.operation.receiptFormCanNotStartInstance":           ErrWrongFormKind,
		"failure.operation.processFormCanNotSaveReceiptFormData":     ErrWrongFormKind,
		"Forbidden.AccessDenied.ApiCountLimitForOrg":                 ErrQuota,
		"failure.operation.theSubmissionRecordExceed":                ErrQuota,
		"invalidState.authorization.invalidAuthorizationInformation": duijie.ErrUnauthenticated,
		"invalidState.form.formNotExist":                             duijie.ErrUnauthenticated,
		"noPermission.permission.deny":                               duijie.ErrPermission,
		"Forbidden.AccessDenied.AccessTokenPermissionDenied":         duijie.ErrPermission,
	} {
		s := newServer(t, func(_ int, r seen) (int, string) {
			if r.Path == "/v2.0/yida/processes/instances" || r.Path == "/v2.0/yida/forms/instances/advances/queryAll" {
				return 200, `{"totalCount":0,"data":[]}`
			}
			return 400, fmt.Sprintf(`{"code":%q,"message":"m","requestid":"R"}`, code)
		})
		for name, open := range map[string]func(*Yida) (duijiesync.Sink[product], error){
			"process": func(y *Yida) (duijiesync.Sink[product], error) {
				return NewProcessSink(y, ProcessSinkConfig[product]{Key: keyID, SettleDelay: settleFast})
			},
			"form": func(y *Yida) (duijiesync.Sink[product], error) {
				return NewFormSink(y, FormSinkConfig[product]{Key: keyID, SettleDelay: settleFast})
			},
		} {
			sink, err := open(newClient(t, s.URL, unpaced()).Yida())
			require.NoError(t, err)
			report, err := runInto(t, sink, 5, duijiesync.NewMemoryState())
			require.ErrorIs(t, err, want, "%s: %s", name, code)
			require.Zero(t, report.Refused, "%s: %s", name, code)
		}
	}
}

// A window with more rows than the platform pages through is halved until all are
// read, each once; a plain loop over the pages loses rows that move.
func TestDeepWindowsAreNarrowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deepest = 20
	w.seed(70, time.Now().AddDate(0, -1, 0))
	y := w.yida(t, unpaced())
	for _, err := range y.Forms(FormQuery{PageSize: 5}).All(t.Context()) {
		if err != nil {
			require.ErrorIs(t, err, ErrTooManyRows, "the list itself can not be read")
		}
	}
	src, err := NewSource(y, FormQuery{PageSize: 5}, SourceConfig[Instance]{Key: keyID, SettleDelay: -1})
	require.NoError(t, err)
	got := map[string]int{}
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range b.Records {
			got[r.Key]++
		}
	}
	require.Len(t, got, 70)
	require.Contains(t, src.(duijiesync.Pager).Paging(), "halved")
}

func TestNaiveLoopLosesRowsAndTheSourceDoesNot(t *testing.T) {
	t.Parallel()
	moved := func(w *world, n int) { w.change(fmt.Sprintf("SKU-%03d", n)) }
	from, to := time.Now().AddDate(-1, 0, 0), time.Now().Add(-time.Minute)

	w := newWorld(t)
	w.seed(30, time.Now().AddDate(0, -1, 0))
	naive := map[string]bool{}
	n := 0
	for page, err := range w.yida(t, unpaced()).Forms(FormQuery{PageSize: 5, ModifiedFrom: from, ModifiedTo: to}).Pages(t.Context()) {
		require.NoError(t, err)
		for _, i := range page.Items {
			naive[i.Data.Text(keyID)] = true
		}
		moved(w, n) // a row of a page read before leaves the window
		n++
	}
	require.Less(t, len(naive), 30, "the naive loop loses rows on this data")

	w = newWorld(t)
	w.seed(30, time.Now().AddDate(0, -1, 0))
	src, err := NewSource(w.yida(t, unpaced()), FormQuery{PageSize: 5}, SourceConfig[Instance]{Key: keyID, SettleDelay: time.Second})
	require.NoError(t, err)
	state, run := duijiesync.NewMemoryState(), 0
	var report *duijiesync.Report
	seenKeys := map[string]bool{}
	moving := duijiesync.SourceFunc[Instance](func(ctx context.Context, after duijiesync.Checkpoint) seqOf[Instance] {
		return func(yield func(duijiesync.Batch[Instance], error) bool) {
			for b, err := range src.Read(ctx, after) {
				for _, r := range b.Records {
					seenKeys[r.Key] = true
				}
				if !yield(b, err) {
					return
				}
				moved(w, run)
				run++
			}
		}
	})
	p := &duijiesync.Pipeline[Instance, Instance]{Name: "p", Source: moving, Sink: duijiesync.Discard[Instance]{}, State: state, Transform: duijiesync.Same[Instance]}
	report, err = p.Run(t.Context())
	require.NoError(t, err)
	missing := 0
	for i := range 30 {
		if !seenKeys[fmt.Sprintf("SKU-%03d", i)] {
			missing++
			require.Less(t, i, run, "only rows that left the window, into the next, may be missing")
		}
	}
	require.EqualValues(t, 30-missing, report.Created)
}

func TestSourceAndSinkSettingsAreChecked(t *testing.T) {
	t.Parallel()
	c, s := client(t, 200, `{}`)
	y := c.Yida()
	for _, q := range []FormQuery{{ModifiedFrom: noon}, {ModifiedTo: noon}, {OrderBy: byModification}, {PageSize: 101}} {
		_, err := NewSource(y, q, SourceConfig[Instance]{})
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	for _, cfg := range []FormSinkConfig[product]{{}, {Key: "alias"}, {Key: "numberField_a"}, {Key: keyID, Rows: 51}, {Key: keyID, Rows: -1}} {
		_, err := NewFormSink(y, cfg)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	_, err := NewFormSink(y, FormSinkConfig[product]{Key: keyID, Rows: 100, NoRules: true})
	require.NoError(t, err)
	sink, err := NewFormSink(y, FormSinkConfig[FormData]{Key: keyID, Data: func(r duijiesync.Record[FormData]) (any, error) {
		if r.Key == "bad" {
			return nil, errors.New("no data")
		}
		return r.Value, nil
	}})
	require.NoError(t, err)
	out, err := sink.Write(t.Context(), []duijiesync.Record[FormData]{
		{Key: "A", Value: FormData{keyID: "B"}}, {Key: "bad"}, {Key: "C", Value: FormData{"numberField_a": "x"}},
	})
	require.NoError(t, err)
	for _, o := range out {
		require.Equal(t, duijiesync.OutcomeRefused, o.Kind)
	}
	require.Empty(t, s.requests())
}

// A lost batch beside a record that was refused before it was sent is unknown, not
// to be sent again.
func TestLostBatchBesideARefusedRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink, err := NewFormSink(w.yida(t, unpaced()), FormSinkConfig[product]{Key: keyID, SettleDelay: settleFast})
	require.NoError(t, err)
	w.locked(func() { w.lose["after"] = 1 })
	out, err := sink.Write(t.Context(), []duijiesync.Record[product]{{Key: " bad"}, {Key: "A"}, {Key: "B"}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Equal(t, duijiesync.OutcomeUnknown, out[1].Kind)
	require.Equal(t, duijiesync.OutcomeUnknown, out[2].Kind)
}
