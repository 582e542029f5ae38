package dingtalk

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// A write that succeeded with an answer nobody can read may have made something:
// it is unknown, and never counts as not written.
func TestUnreadableAnswerOfAWriteIsUnknown(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"result":{"id":"X"}}`, `{"result":["X"]}`} {
		c, _ := client(t, 200, body)
		_, err := c.Yida().StartProcess(t.Context(), StartProcessRequest{Data: FormData{keyID: "A"}})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, body)
		sink, err := NewProcessSink(c.Yida(), ProcessSinkConfig[product]{Key: keyID})
		require.NoError(t, err)
		out, err := sink.Write(t.Context(), []duijiesync.Record[product]{{Key: "A"}})
		require.NoError(t, err, body)
		require.Equal(t, duijiesync.OutcomeUnknown, out[0].Kind, body)
	}
}

// A refusal is one whatever its status, also where a success is empty.
func TestRefusalWithStatus200(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"code":"noPermission.permission.deny"}`, `{"code":"noPermission.permission.deny","message":"没有权限"}`,
	} {
		c, _ := client(t, 200, body)
		err := c.Yida().UpdateForm(t.Context(), UpdateFormRequest{InstanceID: "FINST-1", Data: FormData{keyID: "A"}})
		require.ErrorIs(t, err, duijie.ErrPermission, body)
		_, err = c.Yida().SaveForm(t.Context(), SaveFormRequest{Data: FormData{keyID: "A"}})
		require.ErrorIs(t, err, duijie.ErrPermission, body)
	}
}

// A path that does not exist is no fault of the records.
func TestUnknownPathMakesNoDeadLetters(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(_ int, r seen) (int, string) {
		if r.Path == "/v2.0/yida/processes/instances" {
			return 200, `{"totalCount":0,"data":[]}`
		}
		return 404, `{"code":"InvalidAction.NotFound","message":"Specified api is not found","requestid":"R"}`
	})
	sink, err := NewProcessSink(newClient(t, s.URL, unpaced()).Yida(), ProcessSinkConfig[product]{Key: keyID, SettleDelay: settleFast})
	require.NoError(t, err)
	report, err := runInto(t, sink, 3, duijiesync.NewMemoryState())
	require.Error(t, err)
	require.Zero(t, report.Refused)
}

// Yida's numbers are doubles: digits it would drop are not sent.
func TestNumbersADoubleCanNotHold(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"9007199254740993", "0.12345678901234567890", "12345678901234567.89"} {
		for _, data := range []FormData{
			{"numberField_a": duijie.MustDecimal(n)},
			{"tableField_a": []FormData{{"numberField_a": duijie.MustDecimal(n)}}},
		} {
			_, err := EncodeForm(data)
			require.ErrorIs(t, err, duijie.ErrInvalid, n)
			require.ErrorContains(t, err, "numberField_a")
		}
		text, err := EncodeForm(FormData{"textField_a": duijie.MustDecimal(n)})
		require.NoError(t, err)
		require.Contains(t, text, n)
	}
	for _, n := range []string{"9007199254740992", "0.1", "0.30000000000000004", "12.50", "-0.07", "1e20", "0", "99999999999.99"} {
		_, err := EncodeForm(FormData{"numberField_a": duijie.MustDecimal(n)})
		require.NoError(t, err, n)
	}
}

// A sub-table that may have been cut is not written back: an update replaces it as a
// whole.
func TestCutTableIsNotWrittenBack(t *testing.T) {
	t.Parallel()
	srv := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithTablesCut(), dingtalktest.WithQPS(0))
	t.Cleanup(srv.Close)
	rows := make([]dingtalktest.Row, 60)
	for i := range rows {
		rows[i] = dingtalktest.Row{"numberField_pieces": i}
	}
	id := srv.Seed(dingtalktest.DemoPlainForm, dingtalktest.Row{"textField_sku": "LONG", "tableField_lines": rows})[0]
	y := fakeYida(t, srv, false)
	got, err := y.FindForm(t.Context(), dingtalktest.DemoPlainForm, "textField_sku", "LONG")
	require.NoError(t, err)
	require.Equal(t, id, got.ID)
	_, err = got.Data.FormData()
	require.ErrorContains(t, err, "tableField_lines")
	delete(got.Data, "tableField_lines")
	data, err := got.Data.FormData()
	require.NoError(t, err)
	require.NoError(t, y.UpdateForm(t.Context(), UpdateFormRequest{InstanceID: id, Data: data}))
	all, err := y.TableRows(dingtalktest.DemoPlainForm, id, "tableField_lines").List(t.Context(), "")
	require.NoError(t, err)
	require.EqualValues(t, 60, all.Total)
}

func fakeYida(t *testing.T, srv *dingtalktest.Server, oldMetadata bool) *Yida {
	t.Helper()
	c, err := NewClient(Config{
		BaseURL: srv.URL(), OAPIBaseURL: srv.OapiURL(), AppKey: srv.AppKey(), AppSecret: duijie.NewSecret(srv.AppSecret()),
		Yida: YidaApp{AppType: srv.AppType(), SystemToken: duijie.NewSecret(srv.SystemToken()), UserID: srv.UserID(), OldMetadata: oldMetadata},
	}, quick(), unpaced())
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c.Yida()
}

// Applications with old metadata name the instance id guid in an order.
func TestOldMetadata(t *testing.T) {
	t.Parallel()
	srv := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithOldMetadata(), dingtalktest.WithStrictFields(), dingtalktest.WithQPS(0))
	t.Cleanup(srv.Close)
	y := fakeYida(t, srv, true)
	_, err := y.FindForm(t.Context(), dingtalktest.DemoPlainForm, "textField_sku", "KC-0001")
	require.NoError(t, err)
	_, err = y.FindProcess(t.Context(), dingtalktest.DemoForm, "textField_lq23ags2", "OLD-001")
	require.NoError(t, err)
	src, err := NewSource(y, FormQuery{FormUUID: dingtalktest.DemoPlainForm, PageSize: 7}, SourceConfig[Instance]{SettleDelay: -1})
	require.NoError(t, err)
	require.Len(t, readAll(t, src), 30)
}

func readAll(t *testing.T, src duijiesync.Source[Instance]) map[string]int {
	t.Helper()
	got := map[string]int{}
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range b.Records {
			require.NoError(t, r.Err)
			got[r.Key]++
		}
	}
	return got
}

// No row is lost where windows are cut, though their ends do not belong to them, nor
// where many rows have one modification time.
func TestNoRowIsLost(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]SourceConfig[Instance]{"lists": {SettleDelay: -1}, "ids": {SettleDelay: -1, ByID: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithExclusiveBetween(), dingtalktest.WithDeepPagingCap(40), dingtalktest.WithQPS(0))
			t.Cleanup(srv.Close)
			at := time.Now().Add(-48 * time.Hour).Truncate(time.Hour)
			for i := range 60 {
				srv.SeedInstance(dingtalktest.DemoPlainForm, dingtalktest.Instance{
					Created: at, Modified: at.Add(time.Duration(i/20) * time.Millisecond), Values: dingtalktest.Row{"textField_sku": "S"},
				})
			}
			src, err := NewSource(fakeYida(t, srv, false), FormQuery{FormUUID: dingtalktest.DemoPlainForm, PageSize: 5}, cfg)
			require.NoError(t, err)
			require.Len(t, readAll(t, src), 90)
		})
	}
}

// Secrets of one call alone are blanked too, however the platform repeats them.
func TestSecretsOfACallAreBlanked(t *testing.T) {
	t.Parallel()
	const other, ticket = "other+system/token==", "suite+ticket/0001=="
	for _, echo := range []string{other, "other%2Bsystem%2Ftoken%3D%3D"} {
		c, _ := client(t, 400, `{"code":"invalidParameter.x.`+echo+`","message":"bad `+echo+`","requestid":"R `+echo+`"}`)
		app := testConfig("").Yida
		app.SystemToken = duijie.NewSecret(other)
		err := c.YidaApp(app).DeleteForm(t.Context(), "FINST-1")
		require.Error(t, err)
		require.NotContains(t, err.Error(), echo)
		require.NotContains(t, jsonOf(t, err), echo)
	}
	c, s := client(t, 200, "{}")
	s.Close()
	app := testConfig("").Yida
	app.SystemToken = duijie.NewSecret(other)
	require.NotContains(t, jsonOf(t, c.YidaApp(app).DeleteForm(t.Context(), "FINST-1")), "system%2F")

	echoing := newServerAt(t, `{"code":"invalidSuiteTicket","message":"`+ticket+`","requestid":"R"}`)
	cfg := testConfig(echoing)
	cfg.CorpID, cfg.SuiteTicket = "ding1", suiteTicket(ticket)
	suite, err := NewClient(cfg, quick())
	require.NoError(t, err)
	_, err = suite.Token(t.Context())
	require.Error(t, err)
	require.NotContains(t, jsonOf(t, err), ticket)
}

// A text is looked up and told with its blanks.
func TestTextKeepsItsBlanks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	y := w.yida(t, unpaced())
	_, err := y.SaveForm(t.Context(), SaveFormRequest{Data: FormData{keyID: "A "}})
	require.NoError(t, err)
	got, err := y.FindForm(t.Context(), "", keyID, "A ")
	require.NoError(t, err)
	require.Equal(t, "A ", got.Data.Text(keyID))
}

func jsonOf(t *testing.T, err error) string {
	t.Helper()
	require.Error(t, err)
	e := &duijie.APIError{}
	require.ErrorAs(t, err, &e)
	return fmt.Sprintf("%v %#v", err, *e)
}

func suiteTicket(text string) func(context.Context) (duijie.Secret, error) {
	return func(context.Context) (duijie.Secret, error) { return duijie.NewSecret(text), nil }
}

// newServerAt answers every call alike, those for tokens too.
func newServerAt(t *testing.T, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// Rows a refused batch saved are not saved again where the index shows them later than
// the first lookups.
func TestRefusedBatchAndALateIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.partial, w.lag = true, 150*time.Millisecond
	w.refused["P-005"] = true
	sink, err := NewFormSink(w.yida(t, unpaced()), FormSinkConfig[product]{Key: keyID, SettleDelay: 40 * time.Millisecond})
	require.NoError(t, err)
	_, err = runInto(t, sink, 8, duijiesync.NewMemoryState())
	require.NoError(t, err)
	for i := range 8 {
		require.LessOrEqual(t, w.count(fmt.Sprintf("P-%03d", i)), 1)
	}
}

// Null is not known to clear anything: no value holds one.
func TestAddressWritesNoNull(t *testing.T) {
	t.Parallel()
	text, err := EncodeForm(FormData{"addressField_a": Address{Address: "x"}})
	require.NoError(t, err)
	require.JSONEq(t, `{"addressField_a":{"address":"x","regionIds":[],"regionText":[]}}`, text)
}
