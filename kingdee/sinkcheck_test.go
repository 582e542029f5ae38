package kingdee

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// A record that is refused before it is sent must not cost the stored one its
// approval.
func TestSinkLeavesAuditedWhatItCanNotSend(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 2)
	sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) { cfg.UnAudit = true })
	withLines, fine := newCustomer("C-0001", "甲"), newCustomer("C-0002", "乙")
	withLines.Banks = []CustomerBank{{Account: "1"}}
	records, _ := located(t, sink, record(withLines), record(fine))
	out, err := sink.Write(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Equal(t, duijiesync.OutcomeUpdated, out[1].Kind)
	rec, _ := s.Record("BD_Customer", "C-0001")
	require.Equal(t, "C", rec.Status, "its update was never sent")
	require.Equal(t, 1, s.Count("UnAudit"))
}

func voucherOf(number, debit, credit string) Voucher {
	line := func(d, c string) VoucherLine {
		l := VoucherLine{Explanation: "收款", Account: Number("1002"), Currency: Number("PRE001"), ExchangeType: Number("HLTX01_SYS")}
		if d != "" {
			l.Debit = duijie.MustDecimal(d)
		}
		if c != "" {
			l.Credit = duijie.MustDecimal(c)
		}
		return l
	}
	return Voucher{
		AccountBook: Number("001"), Date: duijie.NewTime(testDay), Group: Number("PRE001"),
		Extra: []Field{{"FBillNo", number}}, Lines: []VoucherLine{line(debit, ""), line("", credit)},
	}
}

// A pipeline asks Validate as the services do: a voucher that does not balance
// never leaves.
func TestSinkAsksModelsToValidate(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	good, bad := voucherOf("V1", "100.10", "100.10"), voucherOf("V2", "100.10", "100.01")
	rec := func(v Voucher) duijiesync.Record[Voucher] {
		raw, err := v.MarshalJSON()
		require.NoError(t, err)
		return duijiesync.Record[Voucher]{Key: v.Extra[0].Value.(string), Value: v, Raw: raw}
	}
	cfg := SaveSinkConfig[Voucher]{Form: FormVoucher, Options: SaveOptions{AllowUnknownReferences: true}, Lines: ReplaceLines}
	sink, err := NewSaveSink(c, cfg)
	require.NoError(t, err)
	out, err := sink.Write(t.Context(), []duijiesync.Record[Voucher]{rec(good), rec(bad)})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeCreated, out[0].Kind, "%+v", out[0])
	require.Equal(t, duijiesync.OutcomeRefused, out[1].Kind)
	require.Contains(t, out[1].Message, "does not balance")

	update := rec(bad)
	update.Key, update.Target.ID = "V1", out[0].TargetID
	update.Value.Extra = nil
	update.Raw = nil
	out, err = sink.Write(t.Context(), []duijiesync.Record[Voucher]{update})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind, "all its lines are replaced: they must balance")
	require.Contains(t, out[0].Message, "does not balance")
	require.Equal(t, 1, s.Count("BatchSave"))

	cfg.Unchecked = true
	sink, err = NewSaveSink(c, cfg)
	require.NoError(t, err)
	_, _ = sink.Write(t.Context(), []duijiesync.Record[Voucher]{rec(bad)})
	require.Equal(t, 2, s.Count("BatchSave"), "the server judges")
}

// What an update leaves out keeps its stored value, so that it is not missing.
func TestSinkChecksUpdatesAsUpdates(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 1)
	sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) { cfg.UnAudit, cfg.Options.UpdateFields = true, []string{"FTEL"} })
	part := record(Customer{Number: "C-0001", Tel: "021"})
	fresh := record(Customer{Number: "N-1", Tel: "021"})
	records, _ := located(t, sink, part, fresh)
	out, err := sink.Write(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeUpdated, out[0].Kind, "%+v", out[0])
	require.Equal(t, duijiesync.OutcomeRefused, out[1].Kind)
	require.Contains(t, out[1].Message, "创建组织")

	stocks, err := NewSaveSink(c, SaveSinkConfig[Stock]{Form: FormStock})
	require.NoError(t, err)
	out, err = stocks.Write(t.Context(), []duijiesync.Record[Stock]{{Key: "S-1", Value: Stock{Number: "S-1"}}})
	require.NoError(t, err)
	require.NotContains(t, out[0].Message, "not sent", "its service does not check either")
}

type gradedCustomer struct {
	Customer
	Grade string `json:"F_XYZ_Grade"`
}

type pointedCustomer struct {
	*Customer
	Grade string `json:"F_XYZ_Grade"`
}

type gradedLine struct {
	VoucherLine
	Project string `json:"F_XYZ_Project"`
}

type gradedVoucher struct {
	FBillNo string
	FEntity []gradedLine
}

// A struct that embeds a model is encoded by it alone: its own members must not
// be lost without a word, wherever it stands and whoever encoded it.
func TestMembersBesideAnEmbeddedModelAreNotLost(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	customer := newCustomer("C-1", "甲")
	for _, model := range []any{
		gradedCustomer{customer, "A"}, &gradedCustomer{customer, "A"}, pointedCustomer{&customer, "A"},
		gradedVoucher{"V1", []gradedLine{{VoucherLine{Explanation: "x"}, "P1"}}},
	} {
		_, err := c.Save(t.Context(), SaveRequest{FormID: "BD_Customer", Model: model})
		require.ErrorIs(t, err, duijie.ErrInvalid, "%T", model)
		require.ErrorContains(t, err, "Extra", "%T", model)
	}
	sink, err := NewSaveSink(c, SaveSinkConfig[gradedCustomer]{Form: FormCustomer})
	require.NoError(t, err)
	value := gradedCustomer{customer, "A"}
	raw, err := value.MarshalJSON()
	require.NoError(t, err)
	out, err := sink.Write(t.Context(), []duijiesync.Record[gradedCustomer]{{Key: "C-1", Value: value, Raw: raw}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Zero(t, s.Count(""))

	_, err = c.Save(t.Context(), SaveRequest{FormID: "BD_Customer", Model: gradedCustomer{customer, ""}})
	require.NoError(t, err, "nothing is lost of it")
}

// Without Org a lookup takes the organisation the model names: the record of the
// same number in another one is not overwritten.
func TestSinkKeepsToTheModelsOrganisation(t *testing.T) {
	t.Parallel()
	for _, compare := range [][]string{nil, {"FName"}} {
		c := mocked(t, SignHeaders, answerText(200, `[[200001,"C-1","A","甲","100"]]`))
		if compare == nil {
			c = mocked(t, SignHeaders, answerText(200, `[[200001,"C-1","A","100","100","甲"]]`))
		}
		sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) { cfg.Compare = compare })
		other := newCustomer("C-1", "甲")
		other.CreateOrg, other.UseOrg = Number("200"), Number("200")
		_, found := located(t, sink, record(other))
		require.Equal(t, duijiesync.Absent, found[0].Match, "compare %v", compare)
	}
	twice := mocked(t, SignHeaders, answerText(200, `[[1,"A","C","甲","100"],[2,"A","C","甲","200"]]`))
	sink := customerSink(t, twice, func(cfg *SaveSinkConfig[Customer]) { cfg.Compare = []string{"FName"} })
	_, found := located(t, sink, record(Customer{Number: "A", Name: "甲", UseOrg: Number("200")}))
	require.NoError(t, found[0].Err)
	require.Equal(t, "2", found[0].TargetID)
}

// A text that looks like a number is no number to the server.
func TestIDsAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{"007": `"007"`, "+5": `"+5"`, "100": "100", "-0": `"-0"`} {
		raw, err := keyedModel(FormCustomer, id, "A", []byte(`{"FNumber":"A"}`))
		require.NoError(t, err)
		require.JSONEq(t, `{"FCUSTID":`+want+`,"FNumber":"A"}`, string(raw))
		text, err := keyText(id)
		require.NoError(t, err)
		if id == "100" {
			require.Equal(t, "100", text)
		} else {
			require.Equal(t, "'"+id+"'", text)
		}
	}
}

// Nor is a bill taken back for a change that is never sent.
func TestBillSinkLeavesAuditedWhatItCanNotSend(t *testing.T) {
	t.Parallel()
	for _, until := range []BillStage{BillSubmitted, BillAudited} {
		c, s := orderServer(t)
		sink := orderSink(t, c, func(cfg *BillSinkConfig[json.RawMessage]) { cfg.TakeBack, cfg.Until = true, until })
		state := duijiesync.NewMemoryState()
		_, letters := sendOrder(t, sink, state, orderModel("XS1", 5, 7))
		require.Empty(t, letters)
		_, letters = sendOrder(t, sink, state, orderModel("XS1", 5, 8))
		require.Len(t, letters, 1)
		require.Contains(t, letters[0].Message, "without FEntryID")
		require.Zero(t, s.Count("UnAudit")+s.Count("CancelAssign"))
		rec, _ := s.Record(FormSaleOrder.ID, "XS1")
		require.Equal(t, map[BillStage]string{BillSubmitted: "B", BillAudited: "C"}[until], rec.Status)
		_, letters = sendOrder(t, sink, state, orderModel("XS1", 5, 7))
		require.Empty(t, letters, "what is stored is right again")
	}
}

// A proxy that knows no such path refuses no record.
func TestAMissingServiceRefusesNoRecord(t *testing.T) {
	t.Parallel()
	ids := []string{"1", "2"}
	missing := &duijie.APIError{Class: duijie.ClassNotFound, StatusCode: 404, Code: "404"}
	_, err := stepOutcomes(ids, nil, missing)
	require.NotErrorIs(t, err, duijie.ErrNotFound)
	require.ErrorIs(t, err, duijie.ErrUnavailable)
	_, err = stepOutcomes(ids, nil, &duijie.APIError{Class: duijie.ClassNotFound, StatusCode: 200, Code: "9"})
	require.ErrorIs(t, err, duijie.ErrNotFound, "a record that is not there is one")

	c, _ := answering(t, map[string][]string{"ExecuteBillQuery": {`[[200001,"C"]]`}})
	sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) { cfg.UnAudit = true })
	rec := record(newCustomer("C-0001", "甲"))
	rec.Target.ID = "200001"
	_, err = sink.Write(t.Context(), []duijiesync.Record[Customer]{rec})
	require.ErrorIs(t, err, duijie.ErrNotFound, "the run stops")
}

// Lines that are added come once, though the answer is lost.
func TestSinkAddsLinesOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []kingdeetest.FaultKind{"", kingdeetest.Cut, kingdeetest.CutAfter} {
		for _, until := range []BillStage{BillSaved, BillAudited} {
			c, s := orderServer(t)
			sink := orderSink(t, c, func(cfg *BillSinkConfig[json.RawMessage]) { cfg.Until, cfg.Lines, cfg.TakeBack = until, AddLines, true })
			state := duijiesync.NewMemoryState()
			_, letters := sendOrder(t, sink, state, orderModel("XS1", 5))
			require.Empty(t, letters)
			if kind != "" {
				s.Inject(kingdeetest.Fault{Op: "BatchSave", Kind: kind})
			}
			_, letters = sendOrder(t, sink, state, orderModel("XS1", 8))
			require.Empty(t, letters)
			require.Equal(t, []string{"5", "8"}, quantities(t, s, "XS1"), "%s %d", kind, until)
		}
	}
	c, _ := orderServer(t)
	for _, cfg := range []SaveSinkConfig[json.RawMessage]{
		{Form: FormSaleOrder, Lines: AddLines}, {Form: FormSaleOrder, Lines: AddLines, Compare: []string{"FDate"}},
		{Form: FormSaleOrder, Lines: AddLines, CompareLines: map[string][]string{"FSaleOrderEntry": {"FQty"}}},
	} {
		_, err := NewSaveSink(c, cfg)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	sink := orderSink(t, c, func(cfg *BillSinkConfig[json.RawMessage]) {
		cfg.Until, cfg.Lines, cfg.CompareLines = BillSaved, AddLines, map[string][]string{"FSaleOrderPlan": {"FRecAdvanceAmount"}}
	})
	rec := duijiesync.Record[json.RawMessage]{Key: "XS1", Value: orderModel("XS1", 5), Target: duijiesync.Target{ID: "1"}}
	out, err := sink.Write(t.Context(), []duijiesync.Record[json.RawMessage]{rec})
	require.NoError(t, err)
	require.Contains(t, out[0].Message, "CompareLines")
}
