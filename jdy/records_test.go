package jdy

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func customersOf(c *Client) *Records[customerRow, customerRow, customerModel] {
	return NewRecords[customerRow, customerRow, customerModel](c, customerKind)
}

func TestRecordsSaveAndGet(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	list := customersOf(c)
	require.Equal(t, "bd_customer", list.Kind().Entity)
	saved, err := list.Save(t.Context(), customerModel{Number: "C-1", Name: "上海测试"}, SaveOptions{})
	require.NoError(t, err)
	require.Equal(t, "C-1", saved.Number())
	one, err := list.Get(t.Context(), saved.ID())
	require.NoError(t, err)
	require.Equal(t, "上海测试", one.Name)
	require.NotEmpty(t, one.Raw)
	byNumber, err := list.GetByNumber(t.Context(), "C-1")
	require.NoError(t, err)
	require.Equal(t, saved.ID(), byNumber.ID)

	updated, err := list.Save(t.Context(), customerModel{Number: "C-1", Name: "上海新名"}, SaveOptions{ID: saved.ID()})
	require.NoError(t, err)
	require.Equal(t, saved.ID(), updated.ID())
	require.Equal(t, 1, s.Created("bd/customer", "C-1"))

	_, err = list.Save(t.Context(), customerModel{Number: "C-2", Name: "上海新名"}, SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrInvalid, "a warning makes it fail")
	_, err = list.Save(t.Context(), customerModel{Number: "C-2", Name: "上海新名"}, SaveOptions{IgnoreWarn: true})
	require.NoError(t, err)

	_, err = list.Get(t.Context(), "1")
	require.ErrorIs(t, err, duijie.ErrNotFound)
	_, err = list.GetByNumber(t.Context(), "C-9")
	require.ErrorIs(t, err, duijie.ErrNotFound)
	_, err = list.Get(t.Context(), "")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = list.Save(t.Context(), customerModel{}, SaveOptions{External: "x"})
	require.ErrorContains(t, err, "no external id")
	_, err = NewRecords[customerRow, customerRow, []int](c, customerKind).Save(t.Context(), nil, SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// A path that does not exist is never taken for a record that does not.
func TestNoRouteIsNoAbsence(t *testing.T) {
	t.Parallel()
	for _, responder := range []httpmock.Responder{answer(404, "No Route"), answer(519, `{"errcode":5001,"description":"API not found[GW]"}`), answer(404, `{"errcode":404}`)} {
		c := mocked(t, responder)
		_, err := customersOf(c).GetByNumber(t.Context(), "C-1")
		require.Error(t, err)
		require.NotErrorIs(t, err, duijie.ErrNotFound)
		sink, err := NewSink(c, customersOf(c).Kind(), SinkConfig[customerModel]{})
		require.NoError(t, err)
		_, err = sink.Find(t.Context(), records("C-1"))
		require.ErrorIs(t, err, duijiesync.ErrStop, "to the engine it is no bad record")
		_, err = sink.Write(t.Context(), records("C-1"))
		require.ErrorIs(t, err, duijiesync.ErrStop)
	}
}

func TestDetailForms(t *testing.T) {
	t.Parallel()
	for data, there := range map[string]bool{
		`{"id":"1","number":"C-1"}`: true, `{"rows":[{"id":"1"}]}`: true, `{}`: false, `null`: false, `{"rows":[]}`: false,
	} {
		c := mocked(t, answer(200, `{"errcode":0,"data":`+data+`}`))
		one, err := customersOf(c).Get(t.Context(), "1")
		require.Equal(t, there, err == nil, data)
		if there {
			require.Equal(t, "1", one.ID)
		} else {
			require.ErrorIs(t, err, duijie.ErrNotFound)
		}
	}
}

// An answer that names no record leaves the save in doubt.
func TestSaveWithoutID(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`null`, `{}`, `{"ids":[]}`, `{"ids":[null],"id_number_map":{}}`} {
		c := mocked(t, answer(200, `{"errcode":0,"data":`+data+`}`))
		_, err := customersOf(c).Save(t.Context(), customerModel{}, SaveOptions{})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, data)
	}
	for _, data := range []string{`{"ids":[17]}`, `{"id":"17"}`, `{"id_number_map":{"17":"A"}}`, `{"rows":[{"ids":["17"],"success":true,"errors":[]}]}`, `{"bill_id":"17","bill_no":"A"}`} {
		c := mocked(t, answer(200, `{"errcode":0,"data":`+data+`}`))
		saved, err := customersOf(c).Save(t.Context(), customerModel{}, SaveOptions{})
		require.NoError(t, err, data)
		require.Equal(t, "17", saved.ID(), data)
	}
}

func TestBillLife(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	g := seedGoods(t, s)
	orders := NewRecords[duijie.Record, duijie.Record, map[string]any](c, RecordKind{Path: "/jdy/v2/scm/sal_order", Entity: "sal_bill_order", Number: "bill_no"})
	model := g.bill("加急")
	model["material_entity"].([]any)[0].(map[string]any)["price"] = 10.5
	saved, err := orders.Save(t.Context(), model, SaveOptions{Audit: true})
	require.NoError(t, err)
	id := saved.ID()
	status := func() string {
		o, err := orders.Get(t.Context(), id)
		require.NoError(t, err)
		return o.Text("bill_status")
	}
	require.Equal(t, "C", status())
	pushed, err := c.Push(t.Context(), PushRequest{ID: id, Source: "sal_bill_order", Target: "sal_bill_outbound"})
	require.NoError(t, err)
	require.NotEmpty(t, pushed.ID())
	out := NewRecords[duijie.Record, duijie.Record, duijie.Record](c, salOutKind)
	_, err = out.Delete(t.Context(), pushed.ID())
	require.NoError(t, err)
	_, err = orders.Audit(t.Context(), id)
	require.ErrorIs(t, err, duijie.ErrRefused, "it is audited already")
	_, err = orders.Unaudit(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "Z", status())
	_, err = orders.Delete(t.Context(), id)
	require.NoError(t, err)
	_, err = orders.Get(t.Context(), id)
	require.ErrorIs(t, err, duijie.ErrNotFound)

	_, err = customersOf(c).Disable(t.Context(), g.customer)
	require.NoError(t, err)
	_, err = customersOf(c).Enable(t.Context(), g.customer)
	require.NoError(t, err)

	before := s.Count("")
	_, err = orders.Audit(t.Context())
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = orders.Operate(t.Context(), OperateRequest{Type: OperateClose, IDs: make([]string, MaxBatchRows+1)})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = NewRecords[int, int, int](c, RecordKind{Path: "/x"}).Close(t.Context(), "1")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Push(t.Context(), PushRequest{ID: "1"})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.Equal(t, before, s.Count(""))
}

// Records an operation leaves out of its answer were not done.
func TestOperateLeavesOut(t *testing.T) {
	t.Parallel()
	c := mocked(t, answer(200, `{"errcode":0,"data":{"ids":["1"],"id_number_map":{"1":"A"}}}`))
	_, err := c.Operate(t.Context(), OperateRequest{Entity: "bd_customer", Type: OperateDelete, IDs: []string{"1"}})
	require.NoError(t, err)
	_, err = c.Operate(t.Context(), OperateRequest{Entity: "bd_customer", Type: OperateDelete, Numbers: []string{"A"}})
	require.NoError(t, err)
	done, err := c.Operate(t.Context(), OperateRequest{Entity: "bd_customer", Type: OperateDelete, IDs: []string{"1", "2"}})
	require.ErrorIs(t, err, duijie.ErrRefused)
	require.Equal(t, []string{"1"}, done.IDs)
	p, ok := errors.AsType[*PartialError](err)
	require.True(t, ok)
	require.Equal(t, "2", p.Rows[0].ID)
	require.Equal(t, 1, p.Rows[0].Index)
	_, err = c.Operate(t.Context(), OperateRequest{Entity: "bd_customer", Type: OperateDelete, Numbers: []string{"A", "B"}})
	p, ok = errors.AsType[*PartialError](err)
	require.True(t, ok)
	require.Equal(t, "B", p.Rows[0].Number)
}

func TestSaveBatch(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	g := seedGoods(t, s)
	out := NewRecords[duijie.Record, duijie.Record, map[string]any](c, salOutKind)
	var models []map[string]any
	for _, number := range []string{"B-1", "B-2", "B-3"} {
		m := g.bill(number)
		m["bill_no"] = number
		m["material_entity"].([]any)[0].(map[string]any)["price"] = 10.5
		models = append(models, m)
	}
	s.Refuse("scm/sal_out_bound", "B-2", "仓库不存在")
	got, err := out.SaveBatch(t.Context(), models, SaveOptions{Audit: true})
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.NoError(t, got[0].Err)
	require.NotEmpty(t, got[0].ID)
	require.ErrorIs(t, got[1].Err, duijie.ErrRefused)
	require.ErrorContains(t, got[1].Err, "仓库不存在")
	require.NoError(t, got[2].Err)
	bill, err := out.Get(t.Context(), got[2].ID)
	require.NoError(t, err)
	require.Equal(t, "B-3", bill.Text("bill_no"))
	require.Equal(t, "C", bill.Text("bill_status"))

	for _, o := range []SaveOptions{{ID: "1"}, {External: "1"}} {
		_, err = out.SaveBatch(t.Context(), models, o)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	_, err = out.SaveBatch(t.Context(), make([]map[string]any, 501), SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = customersOf(c).SaveBatch(t.Context(), make([]customerModel, 1), SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// The rows of a bulk answer are parted by index; what can not be told is in
// doubt, never a success and never a failure.
func TestBatchRows(t *testing.T) {
	t.Parallel()
	row := func(index, id, success string) string {
		return `{"index":` + index + `,"id":"` + id + `","success":"` + success + `","errors":[]}`
	}
	for _, c := range []struct {
		rows string
		want string // o saved, x failed, ? in doubt
	}{
		{row(`"0"`, "7", "true") + "," + row(`"1"`, "8", "true"), "oo"},
		{row(`1`, "7", "true") + "," + row(`0`, "", "false"), "xo"},
		{row(`"1"`, "7", "true"), "?o"},
		{"", "??"},
		{row(`""`, "7", "true") + "," + row(`""`, "", "false"), "ox"},
		{row(`"0"`, "7", "true") + "," + row(`"0"`, "8", "true"), "oo"}, // indexes that say nothing: in order
		{row(`"5"`, "7", "true"), "??"},
		{row(`"0"`, "7", "true") + "," + row(`"1"`, "8", "true") + "," + row(`"2"`, "9", "true"), "??"},
	} {
		got := ""
		for _, b := range readBatch([]byte(`{"rows":[`+c.rows+`]}`), 2) {
			switch {
			case !b.told:
				got += "?"
			case b.failed:
				got += "x"
			default:
				got += "o"
			}
		}
		require.Equal(t, c.want, got, c.rows)
	}
}

// A lost save is in doubt and sent once; it reaches the platform or not.
func TestLostSave(t *testing.T) {
	t.Parallel()
	for _, kind := range []jdytest.FaultKind{jdytest.CutAfter, jdytest.GatewayTimeoutAfter, jdytest.Timeout5004After, jdytest.TruncateAfter, jdytest.GarbageAfter, jdytest.Cut} {
		c, s := newPair(t)
		s.Inject(jdytest.Fault{Op: "POST bd/customer", Kind: kind})
		_, err := customersOf(c).Save(t.Context(), customerModel{Number: "C-1", Name: "甲"}, SaveOptions{})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, kind)
		require.Equal(t, 1, s.Count("POST bd/customer"), kind)
	}
}

// 500 calls a minute are never exceeded, however many ask, and nearly reached.
func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var calls []time.Time
		mt := httpmock.NewMockTransport()
		mt.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
			body := `{"errcode":0,"data":{}}`
			switch {
			case strings.HasSuffix(r.URL.Path, authorizePath):
				body = authorizeAnswer
			case strings.HasSuffix(r.URL.Path, tokenPath):
				body = tokenAnswer(plantedToken)
			default:
				mu.Lock()
				defer mu.Unlock()
				calls = append(calls, time.Now())
			}
			return httpmock.NewStringResponse(200, body), nil
		})
		c, err := NewClient(Config{ClientID: "1", ClientSecret: duijie.NewSecret(plantedSecret), OuterInstanceID: "480012345678901234"},
			duijie.WithHTTPClient(&http.Client{Transport: mt}), duijie.WithTokenStore(duijie.NewMemoryTokenStore()))
		require.NoError(t, err)
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				for range 40 {
					require.NoError(t, materials(t.Context(), c))
				}
			})
		}
		wg.Wait()
		require.Len(t, calls, 1200)
		for i := range calls[500:] {
			require.GreaterOrEqual(t, calls[i+500].Sub(calls[i]), time.Minute)
		}
		require.Less(t, calls[1199].Sub(calls[0]), 155*time.Second)
	})
}
