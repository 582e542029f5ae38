package dingtalk

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// pipes is a listener whose connections stay in memory, so that HTTP runs by the clock of
// a bubble.
type pipes struct {
	coming chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.coming:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.coming <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// bubbled is a fake in a bubble, over HTTP, with the platform's own limits, and a way to
// make clients of it.
func bubbled(t *testing.T, opts ...dingtalktest.Option) (*dingtalktest.Server, func() *Yida) {
	t.Helper()
	srv := dingtalktest.New(append([]dingtalktest.Option{dingtalktest.WithDemo()}, opts...)...)
	l := &pipes{make(chan net.Conn), make(chan struct{})}
	hs := &http.Server{Handler: srv, ReadHeaderTimeout: time.Minute}
	go func() { _ = hs.Serve(l) }()
	t.Cleanup(func() { _ = hs.Close() })
	return srv, func() *Yida {
		tr := &http.Transport{DialContext: l.dial}
		t.Cleanup(tr.CloseIdleConnections)
		const base = "http://127.0.0.1:1"
		c, err := NewClient(Config{
			BaseURL: base, OAPIBaseURL: base + "/oapi", AppKey: srv.AppKey(), AppSecret: duijie.NewSecret(srv.AppSecret()),
			Yida: YidaApp{AppType: srv.AppType(), SystemToken: duijie.NewSecret(srv.SystemToken()), UserID: srv.UserID()},
		}, duijie.WithHTTPClient(&http.Client{Transport: tr}))
		require.NoError(t, err)
		return c.Yida()
	}
}

// writer is a way to write to one of the fake's forms.
type writer struct {
	records       int // two batches of them and more, or some single writes
	form, key, op string
	data          func(int) FormData
	sink          func(y *Yida, settle time.Duration) (duijiesync.Sink[FormData], error)
}

func writers() map[string]writer {
	const key = "textField_sku"
	form := func(upsert bool) func(*Yida, time.Duration) (duijiesync.Sink[FormData], error) {
		return func(y *Yida, settle time.Duration) (duijiesync.Sink[FormData], error) {
			return NewFormSink(y, FormSinkConfig[FormData]{FormUUID: stockForm, Key: key, Upsert: upsert, SettleDelay: settle})
		}
	}
	return map[string]writer{
		"batch":  {60, stockForm, key, "POST yida/forms/instances/batchSave", good("form"), form(false)},
		"upsert": {12, stockForm, key, "POST yida/forms/instances/insertOrUpdate", good("form"), form(true)},
		"process": {12, dingtalktest.DemoForm, "textField_lq23ags2", "POST yida/processes/instances/start", good("process"), func(y *Yida, settle time.Duration) (duijiesync.Sink[FormData], error) {
			return NewProcessSink(y, ProcessSinkConfig[FormData]{FormUUID: dingtalktest.DemoForm, Key: "textField_lq23ags2", SettleDelay: settle})
		}},
	}
}

func requireOnce(t *testing.T, srv *dingtalktest.Server, w writer, n int, what string) {
	t.Helper()
	for i := range n {
		key := fmt.Sprintf("P-%03d", i)
		require.Equal(t, 1, srv.Created(w.form, w.key, key), "%s: %s", what, key)
	}
}

// Lost answers while the index lags create nothing twice and lose nothing, in a whole
// pipeline over HTTP: the lookup waits for the index, and the form for a batch that still runs.
func TestLostAnswersAndIndexLag(t *testing.T) {
	t.Parallel()
	for name, w := range writers() {
		n := w.records
		for _, c := range []struct {
			lag, settle, batch time.Duration
			atomic             bool
		}{{lag: 2500 * time.Millisecond}, {lag: 15 * time.Second, batch: 12 * time.Second}, {lag: time.Minute, settle: 10 * time.Second, atomic: true}} {
			for _, kind := range []dingtalktest.FaultKind{dingtalktest.CutAfter, dingtalktest.Cut, dingtalktest.GatewayTimeout, "late"} {
				if c.batch == 0 && (kind == dingtalktest.Cut || kind == dingtalktest.GatewayTimeout) {
					continue // the others do for these lags
				}
				what := fmt.Sprintf("%s, lag %v, %s", name, c.lag, kind)
				synctest.Test(t, func(t *testing.T) {
					opts := []dingtalktest.Option{dingtalktest.WithIndexLag(c.lag), dingtalktest.WithBatchTime(c.batch)}
					if c.atomic {
						opts = append(opts, dingtalktest.WithAtomicBatches())
					}
					srv, open := bubbled(t, opts...)
					for _, call := range []int{1, 2, 5} {
						if kind == "late" {
							srv.CommitLate(w.op, call, time.Second)
							continue
						}
						srv.Inject(dingtalktest.Fault{Op: w.op, Call: call, Kind: kind})
					}
					sink, err := w.sink(open(), c.settle)
					require.NoError(t, err)
					state := duijiesync.NewMemoryState()
					report, err := pour(t, goods(n, w.data), sink, state)
					require.NoError(t, err, what)
					require.EqualValues(t, n, report.Created, what)
					require.Zero(t, letters(t, state), what)
					requireOnce(t, srv, w, n, what)
				})
			}
		}
	}
}

// The same lost answer makes a retry that does not wait for the index write twice, whether
// it repeats at once or looks first.
func TestNaiveRetryWritesTwice(t *testing.T) {
	t.Parallel()
	for name, w := range writers() {
		synctest.Test(t, func(t *testing.T) {
			srv, open := bubbled(t, dingtalktest.WithIndexLag(2*time.Second))
			y := open()
			srv.Inject(dingtalktest.Fault{Op: w.op, Kind: dingtalktest.CutAfter})
			data := w.data(0)
			data[w.key] = "P-000"
			write := func() error {
				switch name {
				case "process":
					_, err := y.StartProcess(t.Context(), StartProcessRequest{FormUUID: w.form, Data: data})
					return err
				case "upsert":
					_, err := y.InsertOrUpdate(t.Context(), InsertOrUpdateRequest{FormUUID: w.form, Where: []Condition{TextIs(w.key, "P-000")}, Data: data})
					return err
				}
				_, err := y.BatchSaveForm(t.Context(), w.form, []any{data}, Batch{})
				return err
			}
			find := y.FindForm
			if name == "process" {
				find = y.FindProcess
			}
			require.ErrorIs(t, write(), duijie.ErrOutcomeUnknown)
			_, err := find(t.Context(), w.form, w.key, "P-000")
			require.ErrorIs(t, err, duijie.ErrNotFound, "the index does not show it yet")
			require.NoError(t, write())
			require.Equal(t, 2, srv.Created(w.form, w.key, "P-000"), name)
			time.Sleep(IndexLag)
			_, err = find(t.Context(), w.form, w.key, "P-000")
			require.ErrorIs(t, err, ErrAmbiguous)
		})
	}
}

// A run that ends right behind a write, before its answer is read, is finished by the next
// one, which begins before the index shows what was written.
func TestRunThatEndsBehindAWrite(t *testing.T) {
	t.Parallel()
	for name, w := range writers() {
		n := w.records
		for _, call := range []int{1, 2} {
			synctest.Test(t, func(t *testing.T) {
				srv, open := bubbled(t, dingtalktest.WithIndexLag(2500*time.Millisecond))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				srv.Inject(dingtalktest.Fault{Op: w.op, Call: call, Kind: dingtalktest.StallAfter})
				srv.OnCall(func(op string, no int) {
					if op == w.op && no == call {
						time.AfterFunc(time.Second, cancel)
					}
				})
				state := duijiesync.NewMemoryState()
				run := func(ctx context.Context) error {
					sink, err := w.sink(open(), 0)
					require.NoError(t, err)
					p := &duijiesync.Pipeline[FormData, FormData]{Name: "p", Source: goods(n, w.data), Sink: sink, State: state, Transform: duijiesync.Same[FormData]}
					_, err = p.Run(ctx)
					return err
				}
				require.ErrorIs(t, run(ctx), context.Canceled)
				require.NoError(t, run(t.Context()))
				requireOnce(t, srv, w, n, name)
			})
		}
	}
}

// A batch with a bad row, of which the platform saved the rows before it, is parted under
// index lag: each good row once, the bad one alone a dead letter.
func TestBadRowInABatchUnderIndexLag(t *testing.T) {
	t.Parallel()
	w := writers()["batch"]
	for _, atomic := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			opts := []dingtalktest.Option{dingtalktest.WithIndexLag(15 * time.Second), dingtalktest.WithBatchTime(5 * time.Second)}
			if atomic {
				opts = append(opts, dingtalktest.WithAtomicBatches())
			}
			srv, open := bubbled(t, opts...)
			srv.Refuse(w.form, w.key, "P-017", "failure.form.canNotPaasSubmissionRulesCheck")
			sink, err := w.sink(open(), 0)
			require.NoError(t, err)
			state := duijiesync.NewMemoryState()
			report, err := pour(t, goods(60, w.data), sink, state)
			require.NoError(t, err)
			require.EqualValues(t, 59, report.Created)
			require.EqualValues(t, 1, report.Refused)
			require.EqualValues(t, 1, letters(t, state))
			for i := range 60 {
				want := 1
				if i == 17 {
					want = 0
				}
				require.Equal(t, want, srv.Created(w.form, w.key, fmt.Sprintf("P-%03d", i)))
			}
		})
	}
}

// A batch that runs behind its answer: its rows are not there before it is done, and the
// form takes no other meanwhile.
func TestAsynchronousBatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, open := bubbled(t, dingtalktest.WithBatchTime(8*time.Second))
		y := open()
		ids, err := y.BatchSaveForm(t.Context(), stockForm, []any{FormData{"textField_sku": "A"}}, Batch{Asynchronous: true})
		require.NoError(t, err)
		_, err = y.GetForm(t.Context(), ids[0])
		require.ErrorIs(t, err, duijie.ErrNotFound)
		began := time.Now()
		_, err = y.BatchSaveForm(t.Context(), stockForm, []any{FormData{"textField_sku": "B"}}, Batch{})
		require.NoError(t, err, "it waits for the form")
		require.GreaterOrEqual(t, time.Since(began), 8*time.Second)
		_, err = y.GetForm(t.Context(), ids[0])
		require.NoError(t, err)
		require.Equal(t, 1, srv.Created(stockForm, "textField_sku", "B"))
	})
}
