package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// crashing is a state that fails to settle, as a process that dies between a write and
// its bookkeeping.
type crashing struct {
	duijiesync.State
	after int // settlements that go well
}

var errCrash = errors.New("crashed")

func (c *crashing) Settle(ctx context.Context, lease duijiesync.Lease, s duijiesync.Settlement) error {
	if c.after--; c.after < 0 {
		return errCrash
	}
	return c.State.Settle(ctx, lease, s)
}

// crashAndResume runs a pipeline until it crashes with its first batch written, and another
// one with the same state to its end.
func crashAndResume(t *testing.T, fresh func() *duijiesync.Pipeline[qeasy.Row, qeasy.Write]) *duijiesync.Report {
	t.Helper()
	first := fresh()
	state := first.State
	first.State = &crashing{State: state}
	_, err := first.Run(t.Context())
	require.ErrorIs(t, err, errCrash)
	next := fresh()
	next.State = state
	report, err := next.Run(t.Context())
	require.NoError(t, err)
	return report
}

func customerHalf(api, more string) string {
	return `{"api":"` + api + `","effect":"EXECUTE","operation":{"rowsKey":"array","rows":20,"method":"batchArraySave"},` + more + `"request":[
	{"field":"FName","type":"string","value":"{name}"},{"field":"FNumber","type":"string","value":"{id}"},
	{"field":"FCreateOrgId","type":"string","value":"100","parser":{"name":"ConvertObjectParser","params":"FNumber"}},
	{"field":"FUseOrgId","type":"string","value":"100","parser":{"name":"ConvertObjectParser","params":"FNumber"}}],
	"otherRequest":[{"field":"FormId","value":"BD_Customer"},{"field":"IsAutoSubmitAndAudit","type":"bool","value":"%s"}]}`
}

func customers(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`{"id":"C%d","name":"客户%d"}`, i+1, i+1))
	}
	return out
}

// After a crash a record whose number is its key is found by it, though nothing else is
// known, and not written again; where the number is another text it is written once
// more, and never created twice.
func TestKingdeeAfterCrash(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ number, writes string }{{"{id}", "known"}, {"N{id}", "asked"}} {
		client, server := newBooks(t)
		target := fmt.Sprintf(bill(one.number), "true")
		var shared duijiesync.State
		report := crashAndResume(t, func() *duijiesync.Pipeline[qeasy.Row, qeasy.Write] {
			p := pipelineTo(t, Kingdee(client, KingdeeConfig{}), target, row("1"), row("2"), row("3"))
			if shared == nil {
				shared = p.State
			}
			p.State = shared
			return p
		})
		require.EqualValues(t, 3, report.Unchanged, "%s: %+v", one.writes, report)
		require.Equal(t, 1, server.Count("BatchSave"), one.writes)
		for _, rec := range server.Records("STK_MISCELLANEOUS") {
			require.Equal(t, "C", rec.Status)
			require.Len(t, rec.Lines("FEntity"), 1)
		}
		require.Len(t, server.Records("STK_MISCELLANEOUS"), 3)
	}
}

// By its key alone a record is asked for where the number is the key.
func TestKingdeeFindsByKey(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	server.SeedCustomer("C1", "甲")
	finder := func(doc string) duijiesync.Finder[qeasy.Write] {
		sink, _, err := Kingdee(client, KingdeeConfig{}).Sink(sinkSpec(t, doc))
		require.NoError(t, err)
		return sink.(duijiesync.Finder[qeasy.Write])
	}
	keys := []duijiesync.Record[qeasy.Write]{{Key: "C1", Target: duijiesync.Target{KeyOnly: true}}, {Key: "C2", Target: duijiesync.Target{KeyOnly: true}}}
	found, err := finder(fmt.Sprintf(customerHalf("batchSave", ""), "false")).Find(t.Context(), keys)
	require.NoError(t, err)
	require.Equal(t, duijiesync.Exists, found[0].Match)
	require.NotEmpty(t, found[0].TargetID)
	require.Equal(t, duijiesync.Absent, found[1].Match)

	calls := len(server.Calls())
	perRecord := `{"api":"batchSave","effect":"EXECUTE","request":[{"field":"FNumber","value":"{id}"},{"field":"FUseOrgId","value":"{org}","parser":{"name":"ConvertObjectParser","params":"FNumber"}}],
		"otherRequest":[{"field":"FormId","value":"BD_Customer"}]}`
	found, err = finder(perRecord).Find(t.Context(), keys)
	require.NoError(t, err)
	require.Equal(t, make([]duijiesync.Found, 2), found, "the organisation is not known")
	require.Len(t, server.Calls(), calls)
}

// Two records that come to one number do not overwrite each other, in whatever calls.
func TestNumbersOfTwoRecords(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	half := `{"api":"save","effect":"EXECUTE","request":[{"field":"FNumber","value":"{no}"},{"field":"FName","value":"{name}"},
		{"field":"FCreateOrgId","value":"100","parser":{"name":"ConvertObjectParser","params":"FNumber"}},
		{"field":"FUseOrgId","value":"100","parser":{"name":"ConvertObjectParser","params":"FNumber"}}],"otherRequest":[{"field":"FormId","value":"BD_Customer"}]}`
	p := pipelineTo(t, Kingdee(client, KingdeeConfig{}), half,
		`{"id":"1","no":"N1","name":"甲"}`, `{"id":"2","no":"n1","name":"乙"}`, `{"id":"3","no":"N2","name":"丙"}`)
	p.Lanes = 1 // else either may be first
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Created, "%+v", report)
	letters := deadLetters(t, p)
	require.Len(t, letters, 1)
	require.Equal(t, "2", letters[0].Key)
	require.Contains(t, letters[0].Message, "the record 1 has the same number")
	rec, _ := server.Record("BD_Customer", "N1")
	require.JSONEq(t, `"甲"`, string(rec.Fields["FName"]))
}

// Claims are few, and a number that a record gives up is free.
func TestClaims(t *testing.T) {
	t.Parallel()
	c := newClaims(3)
	require.NoError(t, c.take("N1", "a"))
	require.Error(t, c.take("N1", "b"))
	require.NoError(t, c.take("N2", "a"))
	require.NoError(t, c.take("N1", "b"), "a has another number now")
	c.release("N1", "b")
	c.note("N1", "c")
	c.note("N1", "d")
	require.ErrorContains(t, c.take("N1", "d"), "record c")
	for i := range 100 {
		require.NoError(t, c.take(fmt.Sprint("M", i), fmt.Sprint("k", i)))
	}
	require.LessOrEqual(t, len(c.owner), 3)
	require.LessOrEqual(t, len(c.number), 3)
	require.Len(t, c.order, 3)
	var none *claims
	require.NoError(t, none.take("N1", "x"))
	none.note("N1", "x")
	none.release("N1", "x")
}

// Drafts are stored once, though an answer is lost, and those somebody saved since are
// left alone; without a number of their own the lost one is held.
func TestKingdeeDrafts(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	server.Inject(kingdeetest.Fault{Op: "Draft", Call: 2, Kind: kingdeetest.CutAfter})
	c := Kingdee(client, KingdeeConfig{})
	p := pipelineTo(t, c, fmt.Sprintf(customerHalf("Draft", ""), "false"), customers(3)...)
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Created, "%+v", report)
	for _, rec := range server.Records("BD_Customer") {
		require.Equal(t, "Z", rec.Status)
		require.Equal(t, 1, server.Effects("BD_Customer", rec.Number, kingdeetest.Created))
	}
	require.Zero(t, server.Count("BatchSave"))
	_, err = client.Save(t.Context(), kingdee.SaveRequest{FormID: "BD_Customer", Model: json.RawMessage(
		`{"FCUSTID":` + strconv.FormatInt(idOf(t, client, "C2", ""), 10) + `,"FNumber":"C2","FName":"客户2","FCreateOrgId":{"FNumber":"100"},"FUseOrgId":{"FNumber":"100"}}`)})
	require.NoError(t, err)
	p = pipelineTo(t, c, fmt.Sprintf(customerHalf("draft", ""), "false"), `{"id":"C1","name":"改名"}`, `{"id":"C2","name":"改名"}`)
	report, err = p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Updated, "%+v", report)
	letters := deadLetters(t, p)
	require.Len(t, letters, 1)
	require.Contains(t, letters[0].Message, "no draft any more")

	got := problems(t, parse(t, qeasy.SideSource, anySource), parse(t, qeasy.SideTarget, fmt.Sprintf(customerHalf("draft", `"distributionOrg":"100001",`), "true")),
		qeasy.Config{Source: plainSource{}, Target: c})
	require.Equal(t, map[string]string{"target/distributionOrg": qeasy.CodeUnsupportedMember}, got)
	got = problems(t, parse(t, qeasy.SideSource, anySource), parse(t, qeasy.SideTarget, fmt.Sprintf(customerHalf("draft", ""), "true")),
		qeasy.Config{Source: plainSource{}, Target: c})
	require.Equal(t, map[string]string{"target/otherRequest/1": qeasy.CodeUnsupportedMember}, got)

	books, drawn := newBooks(t)
	drawn.Inject(kingdeetest.Fault{Op: "Draft", Call: 2, Kind: kingdeetest.CutAfter})
	numberless := fmt.Sprintf(bill(""), "false")
	numberless = `{"api":"draft"` + numberless[len(`{"api":"batchSave"`):]
	p = pipelineTo(t, Kingdee(books, KingdeeConfig{}), numberless, row("1"), row("2"), row("3"))
	report, err = p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Held, "%+v", report)
	require.Len(t, drawn.Records("STK_MISCELLANEOUS"), 3)

	// Saved by somebody, it is no draft any more.
	half := `{"api":"draft","effect":"EXECUTE","request":[{"field":"FName","value":"{name}"}],"otherRequest":[{"field":"FormId","value":"BD_Customer"}]}`
	sink, _, err := c.Sink(sinkSpec(t, half))
	require.NoError(t, err)
	for number, want := range map[string]duijiesync.OutcomeKind{"C3": duijiesync.OutcomeUpdated, "C2": duijiesync.OutcomeRefused} {
		out, err := sink.Write(t.Context(), []duijiesync.Record[qeasy.Write]{{
			Key: number, Value: qeasy.Write{Request: json.RawMessage(`{"FName":"又改"}`)}, Target: duijiesync.Target{ID: strconv.FormatInt(idOf(t, client, number, ""), 10)},
		}})
		require.NoError(t, err)
		require.Equal(t, want, out[0].Kind, "%s: %+v", number, out)
	}
}

// idOf is the primary key of a customer in an organisation, "" for any.
func idOf(t *testing.T, c *kingdee.Client, number, org string) int64 {
	t.Helper()
	filter := kingdee.Eq("FNumber", number)
	if org != "" {
		filter = kingdee.And(filter, kingdee.Eq("FUseOrgId.FNumber", org))
	}
	rows, err := c.Query(t.Context(), kingdee.Query{FormID: "BD_Customer", Fields: []string{"FCUSTID"}, Filter: filter.String(), Order: "FCUSTID ASC"})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	id, err := strconv.ParseInt(rows[0][0].Text(), 10, 64)
	require.NoError(t, err)
	return id
}

// Base data is allocated behind its save: an allocation whose answer was lost is looked up,
// one that was refused is a dead letter with the platform's words, and the save is
// never doubted.
func TestKingdeeDistributes(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	a, b := server.SeedOrganization("101", "分公司"), server.SeedOrganization("102", "二分公司")
	connector := Kingdee(client, KingdeeConfig{})
	connector.(*kingdeeConnector).settle.Delay = 5 * time.Millisecond
	half := fmt.Sprintf(customerHalf("batchSave", fmt.Sprintf(`"distributionOrg":"%d, %d",`, a, b)), "true")
	server.Inject(kingdeetest.Fault{Op: "Allocate", Call: 1, Kind: kingdeetest.CutAfter})
	server.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 1, Kind: kingdeetest.CutAfter})
	p := pipelineTo(t, connector, half, customers(30)...)
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 30, report.Created+report.Updated, "%+v", report)
	require.Zero(t, report.Held+report.Refused)
	for i := 1; i <= 30; i++ {
		no := fmt.Sprintf("C%d", i)
		require.Equal(t, 3, server.Effects("BD_Customer", no, kingdeetest.Created), "%s and one for each organisation", no)
		require.Positive(t, idOf(t, client, no, "101"))
		require.Positive(t, idOf(t, client, no, "102"))
	}
	for _, rec := range server.Records("BD_Customer") {
		require.Equal(t, "C", rec.Status, rec.Number)
	}

	// What an organisation lost is allocated again, without another save; what it has is not.
	lost := idOf(t, client, "C7", "102")
	_, err = client.UnAudit(t.Context(), kingdee.StatusRequest{FormID: "BD_Customer", IDs: []string{strconv.FormatInt(lost, 10)}})
	require.NoError(t, err)
	_, err = client.Delete(t.Context(), kingdee.StatusRequest{FormID: "BD_Customer", IDs: []string{strconv.FormatInt(lost, 10)}})
	require.NoError(t, err)
	saves, allocations := server.Count("BatchSave"), server.Count("Allocate")
	again := pipelineTo(t, connector, half, customers(30)...)
	report, err = again.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 29, report.Unchanged, "%+v", report)
	require.Equal(t, saves, server.Count("BatchSave"))
	require.Equal(t, allocations+1, server.Count("Allocate"))
	require.Positive(t, idOf(t, client, "C7", "102"))

	// A refusal names the step, and the customer is there.
	server.Inject(kingdeetest.Fault{Op: "Allocate", Call: 1, Times: -1, Kind: kingdeetest.Refused, Code: 11, Message: "不允许分配"})
	p = pipelineTo(t, connector, half, `{"id":"X1","name":"新"}`)
	report, err = p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Refused, "%+v", report)
	require.Contains(t, deadLetters(t, p)[0].Message, "不允许分配")
	rec, there := server.Record("BD_Customer", "X1")
	require.True(t, there)
	require.Equal(t, 1, rec.Saves)
	server.ClearFaults()
	_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.Empty(t, deadLetters(t, p))
	require.Positive(t, idOf(t, client, "X1", "101"))
}

// After a crash behind the save the allocation is made good.
func TestKingdeeDistributesAfterCrash(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	org := server.SeedOrganization("101", "分公司")
	half := fmt.Sprintf(customerHalf("batchSave", fmt.Sprintf(`"distributionOrg":"%d",`, org)), "true")
	server.Inject(kingdeetest.Fault{Op: "Allocate", Call: 1, Kind: kingdeetest.Cut})
	state := duijiesync.NewMemoryState()
	report := crashAndResume(t, func() *duijiesync.Pipeline[qeasy.Row, qeasy.Write] {
		connector := Kingdee(client, KingdeeConfig{})
		connector.(*kingdeeConnector).settle.Delay = time.Millisecond
		p := pipelineTo(t, connector, half, customers(5)...)
		p.State = state
		return p
	})
	require.Zero(t, report.Held+report.Refused, "%+v", report)
	for i := 1; i <= 5; i++ {
		require.Equal(t, 2, server.Effects("BD_Customer", fmt.Sprintf("C%d", i), kingdeetest.Created))
		require.Positive(t, idOf(t, client, fmt.Sprintf("C%d", i), "101"))
	}
}

// What is no organisation, and what can not be allocated, is refused before anything runs.
func TestKingdeeDistributionRefused(t *testing.T) {
	t.Parallel()
	client, _ := newKingdee(t)
	for _, doc := range []string{
		fmt.Sprintf(customerHalf("batchSave", `"distributionOrg":"1,ABC",`), "true"),
		`{"distributionOrg":"1",` + fmt.Sprintf(bill("{no}"), "false")[1:],
		`{"api":"save","effect":"EXECUTE","distributionOrg":"1","request":[{"field":"FNumber","value":"{id}"},{"field":"FormId","value":"BD_Customer"}]}`,
	} {
		got := problems(t, parse(t, qeasy.SideSource, anySource), parse(t, qeasy.SideTarget, doc), qeasy.Config{Source: plainSource{}, Target: Kingdee(client, KingdeeConfig{})})
		require.Equal(t, map[string]string{"target/distributionOrg": qeasy.CodeUnsupportedMember}, got, doc)
	}
}

// Status operations are made once, looked up when their answer is lost, and refused with
// the platform's words.
func TestKingdeeStatusTargets(t *testing.T) {
	t.Parallel()
	half := func(api string) string {
		return `{"api":"` + api + `","effect":"EXECUTE","request":[{"field":"Numbers","type":"string","value":"{no}","parser":{"name":"StringToArray","params":","}}],
			"otherRequest":[{"field":"FormId","value":"STK_MISCELLANEOUS"},{"field":"NetworkCtrl","value":"false"}]}`
	}
	client, server := newBooks(t)
	c := Kingdee(client, KingdeeConfig{})
	rows := []string{row("1"), row("2"), row("3")}
	_, err := pipelineTo(t, c, fmt.Sprintf(bill("{no}"), "false"), rows...).Run(t.Context())
	require.NoError(t, err)
	rows = append(rows, row("missing"))
	for _, step := range []struct{ api, op, status string }{
		{"Submit", "Submit", "B"}, {"cancelAssign", "CancelAssign", "A"}, {"submit", "Submit", "B"}, {"AUDIT", "Audit", "C"}, {"unAudit", "UnAudit", "D"},
	} {
		server.Inject(kingdeetest.Fault{Op: step.op, Call: 2, Kind: kingdeetest.CutAfter})
		p := pipelineTo(t, c, half(step.api), rows...)
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, report.Updated, "%s: %+v", step.api, report)
		letters := deadLetters(t, p)
		require.Len(t, letters, 1, step.api)
		require.Equal(t, "missing", letters[0].Key)
		for _, rec := range server.Records("STK_MISCELLANEOUS") {
			require.Equal(t, step.status, rec.Status, step.api)
		}
		server.ClearFaults()
		calls := server.Count(step.op)
		report, err = pipelineTo(t, c, half(step.api), rows[:3]...).Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, report.Unchanged, "%s: what is so already is left alone", step.api)
		require.Equal(t, calls, server.Count(step.op))
	}
	// By primary keys.
	var ids []string
	for _, rec := range server.Records("STK_MISCELLANEOUS") {
		ids = append(ids, fmt.Sprintf(`{"id":%q,"key":%d}`, rec.Number, rec.ID))
	}
	byID := `{"api":"submit","effect":"EXECUTE","request":[{"field":"Ids","value":"{key}"}],"otherRequest":[{"field":"FormId","value":"STK_MISCELLANEOUS"}]}`
	server.Inject(kingdeetest.Fault{Op: "Submit", Call: 2, Kind: kingdeetest.CutAfter})
	submitted, err := pipelineTo(t, c, byID, ids...).Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, submitted.Updated, "%+v", submitted)
	_, err = pipelineTo(t, c, half("cancelAssign"), rows[:3]...).Run(t.Context())
	require.NoError(t, err)

	server.Inject(kingdeetest.Fault{Op: "Delete", Call: 1, Kind: kingdeetest.CutAfter})
	report, err := pipelineTo(t, c, half("delete"), rows...).Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Unchanged, "%+v", report)
	require.EqualValues(t, 3, report.Updated, "%+v", report)
	require.Empty(t, server.Records("STK_MISCELLANEOUS"))

	for doc, path := range map[string]string{
		`{"api":"audit","effect":"EXECUTE","request":[{"field":"FormId","value":"BD_Customer"}]}`:                                                                   "/request",
		`{"api":"audit","effect":"EXECUTE","request":[{"field":"FormId","value":"BD_Customer"},{"field":"Ids","value":"{id}"},{"field":"Numbers","value":"{id}"}]}`: "/request/2",
		`{"api":"audit","effect":"EXECUTE","request":[{"field":"FormId","value":"{form}"},{"field":"Ids","value":"{id}"}]}`:                                         "/request/0",
		`{"api":"audit","effect":"EXECUTE","request":[{"field":"FormId","value":"BD_Customer"},{"field":"Ids","value":"{id}"},{"field":"UseOrgId","value":"one"}]}`: "/request/2",
	} {
		got := problems(t, parse(t, qeasy.SideSource, anySource), parse(t, qeasy.SideTarget, doc), qeasy.Config{Source: plainSource{}, Target: c})
		require.Contains(t, got, "target"+path, doc)
	}
	sink, _, err := c.Sink(sinkSpec(t, half("audit")))
	require.NoError(t, err)
	out, err := sink.Write(t.Context(), []duijiesync.Record[qeasy.Write]{{Key: "1", Value: qeasy.Write{Request: json.RawMessage(`{"Numbers":["A","B"]}`)}}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Contains(t, out[0].Message, "names 2 records")
}
