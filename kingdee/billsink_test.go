package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// orderModel is a sales order with one line for each quantity.
func orderModel(number string, quantities ...int) json.RawMessage {
	lines := make([]string, len(quantities))
	for i, q := range quantities {
		lines[i] = fmt.Sprintf(`{"FMaterialId":{"FNumber":"M1"},"FUnitID":{"FNumber":"Pcs"},"FQty":%d,"FDeliveryDate":"2026-01-09 09:00:00","FSettleOrgIds":{"FNumber":"100"}}`, q)
	}
	quoted, _ := json.Marshal(number)
	return json.RawMessage(`{"FBillTypeID":{"FNUMBER":"XSDD01_SYS"},"FBillNo":` + string(quoted) + `,"FSaleOrgId":{"FNumber":"100"},"FDate":"2026-01-05",` +
		`"FCustId":{"FNumber":"C1"},"FSalerId":{"FNumber":"S1"},"FSaleOrderFinance":{"FSettleCurrId":{"FNumber":"PRE001"}},"FSaleOrderEntry":[` + strings.Join(lines, ",") + `]}`)
}

func orderServer(t *testing.T) (*Client, *kingdeetest.Server) {
	t.Helper()
	c, s := newPair(t, SignHeaders)
	s.Seed("BD_Customer", map[string]any{"FNumber": "C1", "FName": "甲", "FCreateOrgId": "100"})
	s.Seed("BD_MATERIAL", map[string]any{"FNumber": "M1", "FName": "螺丝"})
	return c, s
}

func orderSink(t *testing.T, c *Client, change func(*BillSinkConfig[json.RawMessage])) *BillSink[json.RawMessage] {
	t.Helper()
	cfg := BillSinkConfig[json.RawMessage]{
		SaveSinkConfig: SaveSinkConfig[json.RawMessage]{
			Form: FormSaleOrder, Options: SaveOptions{AllowUnknownReferences: true}, SettleDelay: 5 * time.Millisecond,
			Compare: []string{"FDate", "FCustId.FNumber"}, CompareLines: map[string][]string{"FSaleOrderEntry": {"FMaterialId.FNumber", "FQty"}},
		},
		Until: BillAudited,
	}
	if change != nil {
		change(&cfg)
	}
	sink, err := NewBillSink(c, cfg)
	require.NoError(t, err)
	return sink
}

// sendOrder runs one order through a pipeline.
func sendOrder(t *testing.T, sink *BillSink[json.RawMessage], state duijiesync.State, order json.RawMessage) (*duijiesync.Report, []duijiesync.DeadLetter) {
	t.Helper()
	p := duijiesync.Pipeline[json.RawMessage, json.RawMessage]{
		Name: "orders", Sink: sink, State: state, Transform: duijiesync.Same[json.RawMessage],
		Source: duijiesync.Slice([]json.RawMessage{order}, func(json.RawMessage) string { return "XS1" }),
	}
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	return report, letters
}

// quantities are those of the stored lines.
func quantities(t *testing.T, s *kingdeetest.Server, number string) (list []string) {
	t.Helper()
	rec, ok := s.Record(FormSaleOrder.ID, number)
	require.True(t, ok)
	var lines []struct{ FQty json.Number }
	require.NoError(t, json.Unmarshal(rec.Fields["FSaleOrderEntry"], &lines))
	for _, l := range lines {
		list = append(list, l.FQty.String())
	}
	return list
}

// Whatever answer is lost on the way, the bill is saved once, submitted once and
// audited once.
func TestBillSinkSurvivesLostAnswers(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"", "BatchSave", "Submit", "Audit", "ExecuteBillQuery"} {
		for _, kind := range []kingdeetest.FaultKind{kingdeetest.Cut, kingdeetest.CutAfter, kingdeetest.ResponseErrorAfter, kingdeetest.Locked} {
			c, s := orderServer(t)
			if op != "" {
				s.Inject(kingdeetest.Fault{Op: op, Kind: kind})
			}
			sink := orderSink(t, c, func(cfg *BillSinkConfig[json.RawMessage]) { cfg.StepRetries = -1 })
			state := duijiesync.NewMemoryState()
			for range 3 {
				_, letters := sendOrder(t, sink, state, orderModel("XS1", 5, 7))
				require.Empty(t, letters, "%s %v", op, kind)
			}
			require.Len(t, s.Records(FormSaleOrder.ID), 1)
			rec, _ := s.Record(FormSaleOrder.ID, "XS1")
			require.Equal(t, "C", rec.Status, "%s %v", op, kind)
			require.Equal(t, 1, rec.Saves, "%s %v", op, kind)
			require.Equal(t, []string{"5", "7"}, quantities(t, s, "XS1"))
			require.Equal(t, 2, s.Effects(FormSaleOrder.ID, "XS1", kingdeetest.StatusChanged), "%s %v", op, kind)
			before := s.Count("")
			_, _ = sendOrder(t, sink, state, orderModel("XS1", 5, 7))
			require.Equal(t, before, s.Count(""), "what the ledger knows is not looked at")
		}
	}
}

// A program that dies at any call, before or after it took effect, leaves work
// that the next one finishes, with one save, one submit and one audit.
func TestBillSinkSurvivesCrashes(t *testing.T) {
	t.Parallel()
	for _, kind := range []kingdeetest.FaultKind{kingdeetest.Cut, kingdeetest.CutAfter} {
		for at := 1; at <= 9; at++ {
			c, s := orderServer(t)
			ctx, die := context.WithCancel(t.Context())
			calls := 0
			s.Inject(kingdeetest.Fault{Call: at, Kind: kind})
			s.OnCall(func(string, int) {
				if calls++; calls == at {
					die()
				}
			})
			sink, state := orderSink(t, c, nil), duijiesync.NewMemoryState()
			p := duijiesync.Pipeline[json.RawMessage, json.RawMessage]{
				Name: "orders", Sink: sink, State: state, Transform: duijiesync.Same[json.RawMessage],
				Source: duijiesync.Slice([]json.RawMessage{orderModel("XS1", 5, 7)}, func(json.RawMessage) string { return "XS1" }),
			}
			_, err := p.Run(ctx)
			s.OnCall(nil)
			s.ClearFaults()
			if calls >= at {
				require.Error(t, err, at)
			}
			_, letters := sendOrder(t, orderSink(t, c, nil), state, orderModel("XS1", 5, 7))
			require.Empty(t, letters, at)
			rec, _ := s.Record(FormSaleOrder.ID, "XS1")
			require.Equal(t, "C", rec.Status, at)
			require.Equal(t, [3]int{1, 0, 2}, [3]int{
				s.Effects(FormSaleOrder.ID, "", kingdeetest.Created), s.Effects(FormSaleOrder.ID, "", kingdeetest.Updated),
				s.Effects(FormSaleOrder.ID, "", kingdeetest.StatusChanged),
			}, "%v at call %d", kind, at)
			die()
		}
	}
}

// A program that stopped between any two steps goes on where it was, also where
// it lost its ledger.
func TestBillSinkGoesOn(t *testing.T) {
	t.Parallel()
	for _, stage := range []BillStage{BillSaved, BillSubmitted} {
		c, s := orderServer(t)
		stop := orderSink(t, c, func(cfg *BillSinkConfig[json.RawMessage]) { cfg.Until = stage })
		_, letters := sendOrder(t, stop, duijiesync.NewMemoryState(), orderModel("XS1", 5))
		require.Empty(t, letters)
		rec, _ := s.Record(FormSaleOrder.ID, "XS1")
		require.Equal(t, map[BillStage]string{BillSaved: "A", BillSubmitted: "B"}[stage], rec.Status)
		report, letters := sendOrder(t, orderSink(t, c, nil), duijiesync.NewMemoryState(), orderModel("XS1", 5))
		require.Empty(t, letters)
		require.EqualValues(t, 1, report.Updated)
		rec, _ = s.Record(FormSaleOrder.ID, "XS1")
		require.Equal(t, "C", rec.Status)
		require.Equal(t, 1, rec.Saves, "what is as it should be is not saved again")
	}
}

// Lines that change: refused by default, replaced on request, never doubled. An
// audited bill is taken back only on request.
func TestBillSinkChangesLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines    LinePolicy
		takeBack bool
		want     []string
		letters  int
		status   string
	}{
		"not asked for":         {RefuseLines, false, []string{"5", "7"}, 1, "C"},
		"taken back, refused":   {RefuseLines, true, []string{"5", "7"}, 1, "C"},
		"replaced, not opened":  {ReplaceLines, false, []string{"5", "7"}, 1, "C"},
		"opened and replaced":   {ReplaceLines, true, []string{"5", "8", "9"}, 0, "C"},
		"opened, and all added": {AddLines, true, []string{"5", "7", "5", "8", "9"}, 0, "C"},
	} {
		client, s := orderServer(t)
		sink := orderSink(t, client, func(cfg *BillSinkConfig[json.RawMessage]) {
			cfg.Lines, cfg.TakeBack, cfg.RestoreRefused = c.lines, c.takeBack, true
		})
		state := duijiesync.NewMemoryState()
		_, letters := sendOrder(t, sink, state, orderModel("XS1", 5, 7))
		require.Empty(t, letters, name)
		for range 2 {
			_, letters = sendOrder(t, sink, state, orderModel("XS1", 5, 8, 9))
			require.Len(t, letters, c.letters, name)
		}
		require.Equal(t, c.want, quantities(t, s, "XS1"), name)
		rec, _ := s.Record(FormSaleOrder.ID, "XS1")
		require.Equal(t, c.status, rec.Status, name)
	}
}

// A bill that is found and whose lines can not be compared is not taken for
// right.
func TestBillSinkComparesLines(t *testing.T) {
	t.Parallel()
	c, s := orderServer(t)
	_, letters := sendOrder(t, orderSink(t, c, nil), duijiesync.NewMemoryState(), orderModel("XS1", 5, 7))
	require.Empty(t, letters)
	find := func(sink *BillSink[json.RawMessage], quantities ...int) duijiesync.Found {
		found, err := sink.Find(t.Context(), []duijiesync.Record[json.RawMessage]{{Key: "XS1", Value: orderModel("XS1", quantities...)}})
		require.NoError(t, err)
		require.NotEmpty(t, found[0].TargetID)
		return found[0]
	}
	sink := orderSink(t, c, nil)
	require.Equal(t, duijiesync.Identical, find(sink, 7, 5).Match, "the order of lines does not count")
	for _, other := range [][]int{{5}, {5, 8}, {5, 7, 7}, {}} {
		found := find(sink, other...)
		require.Equal(t, duijiesync.Different, found.Match)
		require.Equal(t, "FSaleOrderEntry", found.Changes[0].Field)
		require.Equal(t, "2 lines", found.Changes[0].Old)
	}
	blind := orderSink(t, c, func(cfg *BillSinkConfig[json.RawMessage]) { cfg.Compare, cfg.CompareLines = nil, nil })
	require.Equal(t, duijiesync.Exists, find(blind, 5, 7).Match)
	require.Len(t, s.Records(FormSaleOrder.ID), 1)
}

// A number that somebody else took is settled by looking, not by a second bill.
func TestBillSinkMeetsATakenNumber(t *testing.T) {
	t.Parallel()
	c, s := orderServer(t)
	sink := orderSink(t, c, nil)
	_, letters := sendOrder(t, orderSink(t, c, func(cfg *BillSinkConfig[json.RawMessage]) { cfg.Until = BillSaved }), duijiesync.NewMemoryState(), orderModel("XS1", 5))
	require.Empty(t, letters)
	out, err := sink.Write(t.Context(), []duijiesync.Record[json.RawMessage]{{Key: "XS1", Value: orderModel("XS1", 5)}}) // nobody looked
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeConflict, out[0].Kind)
	require.Len(t, s.Records(FormSaleOrder.ID), 1)
	other, err := sink.Write(t.Context(), []duijiesync.Record[json.RawMessage]{{Key: "XS2", Value: orderModel("XS1", 5)}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, other[0].Kind, "a model with another number than its record")
	drawn := json.RawMessage(strings.Replace(string(orderModel("XS3", 5)), `"FBillNo":"XS3",`, "", 1))
	out, err = sink.Write(t.Context(), []duijiesync.Record[json.RawMessage]{{Key: "XS3", Value: drawn}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeCreated, out[0].Kind)
	_, there := s.Record(FormSaleOrder.ID, "XS3")
	require.True(t, there, "the number of the record, not one the server draws")
}

func TestBillSinkConfig(t *testing.T) {
	t.Parallel()
	c, s := script(t, okStatus)
	for name, change := range map[string]func(*BillSinkConfig[Customer]){
		"auto":    func(cfg *BillSinkConfig[Customer]) { cfg.Options.AutoSubmitAndAudit = true },
		"unaudit": func(cfg *BillSinkConfig[Customer]) { cfg.UnAudit = true },
		"until":   func(cfg *BillSinkConfig[Customer]) { cfg.Until = 9 },
		"form":    func(cfg *BillSinkConfig[Customer]) { cfg.Form = Form{} },
		"lines":   func(cfg *BillSinkConfig[Customer]) { cfg.CompareLines = map[string][]string{"FEntity": nil} },
		"entry":   func(cfg *BillSinkConfig[Customer]) { cfg.CompareLines = map[string][]string{"F E": {"FQty"}} },
		"field":   func(cfg *BillSinkConfig[Customer]) { cfg.CompareLines = map[string][]string{"FEntity": {"F Q"}} },
	} {
		cfg := BillSinkConfig[Customer]{SaveSinkConfig: SaveSinkConfig[Customer]{Form: FormCustomer}, Until: BillAudited}
		change(&cfg)
		_, err := NewBillSink(c, cfg)
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
		notSent(t, s, err)
	}
}

// To a pipeline a bill sink is a sink like any other.
func TestBillSinkConforms(t *testing.T) {
	t.Parallel()
	for _, until := range []BillStage{BillSubmitted, BillAudited} {
		t.Run(fmt.Sprint(until), func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSink(t, pipelinetest.SinkSuite[json.RawMessage]{
				Value:   func(key string, n int) json.RawMessage { return orderModel(key, n+1, 2*n+1) },
				SameKey: func(a, b string) bool { return strings.TrimRight(a, " ") == strings.TrimRight(b, " ") },
				Open:    func(t *testing.T) pipelinetest.SinkCase[json.RawMessage] { return billCase(t, until) },
			})
		})
	}
}

func billCase(t *testing.T, until BillStage) pipelinetest.SinkCase[json.RawMessage] {
	t.Helper()
	c, s := orderServer(t)
	form := FormSaleOrder.ID
	fault := func(kind kingdeetest.FaultKind, op string, times int) {
		s.Inject(kingdeetest.Fault{Op: op, Kind: kind, Times: times})
	}
	status := []string{"A", "B", "C"}[until]
	return pipelinetest.SinkCase[json.RawMessage]{
		Sink: orderSink(t, c, func(cfg *BillSinkConfig[json.RawMessage]) {
			cfg.Until, cfg.TakeBack, cfg.Lines, cfg.StepRetries = until, true, ReplaceLines, -1
		}),
		Requests:      func() int { return s.Count("") },
		Down:          setDown(s),
		LoseBefore:    func() { fault(kingdeetest.Cut, "BatchSave", 1) },
		LoseAfter:     func() { fault(kingdeetest.CutAfter, "BatchSave", 1) },
		Throttle:      func(n int) { fault(kingdeetest.Throttle, "", n) },
		Refuse:        func(key string) { s.Refuse(form, key, "FDate", "日期不合规") },
		RefuseUnnamed: func(key string) { s.RefuseUnnamed(form, key) },
		Remove:        func(key string) { s.Remove(form, key) },
		Count: func(key string) (n int) {
			for _, r := range s.Records(form) {
				if r.Number == key {
					n++
				}
			}
			return n
		},
		Holds: func(key string, v json.RawMessage) bool {
			rec, there := s.Record(form, key)
			if !there || rec.Status != status {
				return false
			}
			var want struct{ FSaleOrderEntry []struct{ FQty json.Number } }
			if json.Unmarshal(v, &want) != nil {
				return false
			}
			var list []string
			for _, l := range want.FSaleOrderEntry {
				list = append(list, l.FQty.String())
			}
			return fmt.Sprint(list) == fmt.Sprint(quantities(t, s, key))
		},
	}
}
