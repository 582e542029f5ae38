package qeasy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

func halves(t *testing.T, source, target string) (*qeasy.Half, *qeasy.Half) {
	t.Helper()
	s, err := qeasy.Parse(qeasy.SideSource, []byte(source))
	require.NoError(t, err)
	d, err := qeasy.Parse(qeasy.SideTarget, []byte(target))
	require.NoError(t, err)
	return s, d
}

const plainSource = `{"api":"list","id":"id"}`

// TestWhatIsMissing: all that a scheme lacks is said at once, with its place.
func TestWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ source, target, want string }{
		"lookup": {plainSource, `{"api":"save","request":[{"field":"a","value":"_findCollection find x from shop where y={z}"}]}`,
			"lookup_unknown_scheme /request/0/value"},
		"lookup in an expression": {plainSource, `{"api":"save","request":[{"field":"a","value":"_function 1+_findCollection find x from shop where y={z} _endFind"}]}`,
			"lookup_unknown_scheme /request/0/value"},
		"table":           {plainSource, `{"api":"save","request":[{"field":"a","value":"{b}","mapping":{"target":"t1"}}]}`, "lookup_unknown_scheme /request/0/mapping"},
		"apis":            {`{"api":"lst","id":"id"}`, `{"api":"delete"}`, "api_unsupported /api, api_unsupported /api"},
		"id":              {`{"api":"list"}`, `{"api":"save"}`, "id_missing /id"},
		"start":           {`{"api":"list","id":"id","request":[{"field":"s","value":"{{LAST_SYNC_TIME}}"}]}`, `{"api":"save"}`, "unsupported_member /request/0"},
		"organisations":   {plainSource, `{"api":"save","distributionOrg":"1,2"}`, "unsupported_member /distributionOrg"},
		"audit":           {plainSource, `{"api":"save","autoCheck":true}`, "unsupported_member /autoCheck"},
		"answer switches": {plainSource, `{"api":"save","otherResponse":[{"field":"listkey","value":"a"}]}`, "unsupported_member /otherResponse/0"},
		"detail": {`{"api":"list","id":"id","otherRequest":[{"field":"detailApi","type":"object","children":[{"field":"api","value":"x"}]}]}`,
			`{"api":"save"}`, "unsupported_member /otherRequest/0"},
		"callback":  {plainSource, `{"api":"save","callBackStrategy":{"strategyId":"s"}}`, "lookup_unknown_scheme /callBackStrategy/strategyId"},
		"writeback": {plainSource, `{"api":"save","response":[{"field":"primaryWriteback","children":[{"field":"id","value":"{{Id}}"}]}]}`, "unsupported_member /response/0/children/0/value"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, d := halves(t, c.source, c.target)
			w := newWorld()
			_, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: w, Lookups: map[string]mapping.Lookup{"shops": shops(t)}})
			require.Equal(t, c.want, verdict(nil, err), "%v", err)
			report := qeasy.Check([]byte(c.source), []byte(c.target), qeasy.Config{Source: w, Target: w, Lookups: map[string]mapping.Lookup{"shops": shops(t)}})
			require.False(t, report.OK())
			all, _ := errors.AsType[*qeasy.Errors](err)
			require.Equal(t, len(all.Problems), report.Count(qeasy.Cannot), "%s", report)
		})
	}
	s, d := halves(t, plainSource, `{"api":"save"}`)
	_, err := qeasy.Compile(d, s, qeasy.Config{})
	require.Equal(t, "wrong_side , wrong_side ", verdict(nil, err))
	_, err = qeasy.Compile(s, d, qeasy.Config{})
	require.Equal(t, "api_unsupported /api, api_unsupported /api", verdict(nil, err))
}

// build runs one record through a target half.
func build(t *testing.T, target string, record string, change func(*qeasy.Config)) (qeasy.Write, *qeasy.Scheme, error) {
	t.Helper()
	s, d := halves(t, plainSource, target)
	w := newWorld()
	cfg := qeasy.Config{Source: w, Target: w, Since: time.Unix(1710403200, 0), Now: func() time.Time { return time.Unix(1710406800, 0) }}
	if change != nil {
		change(&cfg)
	}
	scheme, err := qeasy.Compile(s, d, cfg)
	require.NoError(t, err)
	out, err := scheme.Pipeline("p", duijiesync.NewMemoryState()).Transform(t.Context(), qeasy.Row{JSON: json.RawMessage(record)})
	return out, scheme, err
}

// TestOptions: what the configuration changes.
func TestOptions(t *testing.T) {
	t.Parallel()
	table := mapping.NewTable(map[string]string{"a": "b"})
	const doc = `{"api":"save","request":[
		{"field":"t","value":"{v}","mapping":{"target":"t1","direction":"positive"}},{"field":"e","value":""},
		{"field":"l","value":"_findCollection find FNumber from shops where name={s}"},
		{"field":"c","value":"_function case when 'A'='a' then 1 else 2 end"},{"field":"r","value":"","is_required":false,"default":"d"}],
		"otherRequest":[{"field":"key","value":"{v}"}]}`
	with := func(change func(*qeasy.Config)) func(*qeasy.Config) {
		return func(c *qeasy.Config) {
			c.Tables = map[string]mapping.Table{"t1": table}
			c.Lookups = map[string]mapping.Lookup{"shops": shops(t)}
			if change != nil {
				change(c)
			}
		}
	}
	out, s, err := build(t, doc, `{"v":"a","s":"none"}`, with(nil))
	require.NoError(t, err)
	require.JSONEq(t, `{"t":"b","c":"1","r":"d"}`, string(out.Request))
	require.JSONEq(t, `{"key":"a"}`, string(out.Other), "an otherRequest that reads the record goes with it")
	require.Nil(t, s.Target().Fixed)
	require.EqualValues(t, 1, s.Counts()["lookup_not_found"])

	out, _, err = build(t, doc, `{"v":"x","s":"S1"}`, with(func(c *qeasy.Config) { c.KeepUnmapped, c.SendEmpty, c.ExactText = true, true, true }))
	require.NoError(t, err)
	require.JSONEq(t, `{"t":"x","e":"","l":"02","c":"2","r":"d"}`, string(out.Request))

	_, _, err = build(t, doc, `{"v":"x","s":"none"}`, with(func(c *qeasy.Config) { c.RequireLookups = true }))
	require.ErrorContains(t, err, "/request/0/mapping t: mapping_not_found")
	require.ErrorContains(t, err, "/request/2/value l: lookup_required")
}

// TestLookupsThatFail stop the run and make no dead letters.
func TestLookupsThatFail(t *testing.T) {
	t.Parallel()
	down := mapping.LookupFunc(func(context.Context, []mapping.Query) ([]mapping.Answer, error) { return nil, errors.New("down") })
	_, _, err := build(t, `{"api":"save","request":[{"field":"a","value":"_findCollection find x from shops where y={z}"}]}`, `{"z":"1"}`,
		func(c *qeasy.Config) { c.Lookups = map[string]mapping.Lookup{"shops": down} })
	require.ErrorIs(t, err, duijiesync.ErrStop)
}

// TestKeyAndCode: id and number of a lookup are the stored record's where its content has
// none.
func TestKeyAndCode(t *testing.T) {
	t.Parallel()
	records, err := lookup.NewCollection(
		json.RawMessage(`{"id":"7","number":"N7","content":{"name":"one"}}`), json.RawMessage(`{"id":"8","number":"N8","content":{"name":"two","id":"own"}}`))
	require.NoError(t, err)
	out, _, err := build(t, `{"api":"save","request":[
		{"field":"a","value":"_findCollection find id from c where name=one"},{"field":"b","value":"_findCollection find id from c where name=two"},
		{"field":"d","value":"_findCollection find name from c where number=N7"}]}`, `{}`,
		func(c *qeasy.Config) { c.Lookups = map[string]mapping.Lookup{"c": records} })
	require.NoError(t, err)
	require.JSONEq(t, `{"a":"7","b":"own","d":"one"}`, string(out.Request))
}

// TestLedger: a lookup in what another pipeline wrote.
func TestLedger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := w.scheme(t, true, "", nil)
		state := duijiesync.NewMemoryState()
		w.bill(1, "1.00")
		time.Sleep(2 * time.Minute)
		_, err := s.Pipeline("bills", state).Run(t.Context())
		require.NoError(t, err)
		const doc = `{"api":"save","request":[{"field":"a","value":"_mongoQuery x findField=response.Id where={\"id\":\"{no}\"}"},
			{"field":"b","value":"_findCollection find FNumber from x where name={no}"}]}`
		ledger := func(c *qeasy.Config) {
			c.Lookups = map[string]mapping.Lookup{"x": qeasy.Ledger(state, "bills", []string{"id", "content.name"}, []string{"response.Id", "content.FNumber"})}
		}
		out, _, err := build(t, doc, `{"no":1}`, ledger)
		require.NoError(t, err)
		require.JSONEq(t, `{"a":"TB1","b":"TB1"}`, string(out.Request))
		out, _, err = build(t, doc, `{"no":2}`, ledger)
		require.NoError(t, err)
		require.JSONEq(t, `{}`, string(out.Request))
		_, _, err = build(t, `{"api":"save","request":[{"field":"a","value":"_findCollection find FName from x where name={no}"}]}`, `{"no":1}`, ledger)
		require.ErrorIs(t, err, duijiesync.ErrStop)
	})
}

// TestReport: every member and field has its line, and what differs its reason.
func TestReport(t *testing.T) {
	t.Parallel()
	w := newWorld()
	cfg := qeasy.Config{Source: qeasy.Connectors(w), Target: qeasy.Connectors(w), Since: time.Unix(1, 0)}
	report := qeasy.Check([]byte(`{"api":"list","effect":"QUERY","id":"id","idCheck":true,"delay":5,"adapter":"\\A\\B","request":[
		{"field":"start","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}','00:30:01')"},{"field":"end","value":"{{CURRENT_TIME|datetime}}"},{"field":"x","value":""}]}`),
		[]byte(`{"api":"save","effect":"EXECUTE","request":[{"field":"l","type":"array","value":"lines","children":[{"field":"a","value":"{{lines.a}}"},
		{"field":"t","value":"{{CURRENT_TIME|date}}"}]},{"field":"n","value":"","is_required":true}]}`), cfg)
	require.True(t, report.OK(), "%s", report)
	text := report.String()
	for _, line := range []string{
		"windows on LAST_SYNC_TIME -30m1s in start, which overlap by 30m1s and end at CURRENT_TIME in end",
		"a known record is written again when it has changed", "delay is left out", "is chosen by the api", "has no value and is left out",
		"has another value in each run", "every record will be refused",
	} {
		require.Contains(t, text, line)
	}
	members := map[string]bool{}
	for _, l := range report.Lines {
		members[string(l.Side)+" "+l.Member] = true
		require.True(t, l.Verdict == qeasy.Runs || l.Why != "", "%v", l)
	}
	for _, m := range []string{"source api", "source id", "source start", "source end", "source x", "target l", "target l.a", "target l.t", "target n", "target request"} {
		require.True(t, members[m], m)
	}
	b, err := json.Marshal(report)
	require.NoError(t, err)
	require.Contains(t, string(b), `"verdict":"runs with a note"`)

	bad := qeasy.Check([]byte(`{`), []byte(`{"api":"save","request":[{"field":"a","value":"{{b|money}}"},{"field":"c","value":"1"}]}`), cfg)
	require.False(t, bad.OK())
	require.Contains(t, bad.String(), "there is no pipe money (line 1, column 47) [unknown_pipe]")
	require.Contains(t, bad.String(), "[invalid_json]")
	require.Positive(t, bad.Count(qeasy.Runs), "what can be read is told too")
}

// TestRandomID: a row that is read again is not written again.
func TestRandomID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s, d := halves(t, `{"api":"list","id":"{random}","number":"{random}","idCheck":true}`,
			`{"api":"save","request":[{"field":"FBillNo","value":"{no}"},{"field":"FNote","value":"{day}"}]}`)
		scheme, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: w})
		require.NoError(t, err)
		w.bill(1, "1.00")
		state := duijiesync.NewMemoryState()
		for range 2 {
			_, err = scheme.Pipeline("bills", state).Run(t.Context())
			require.NoError(t, err)
		}
		require.Len(t, w.written["B1"], 1)
	})
}

// TestWorkedExample is the one of the contract, chapter 13.
func TestWorkedExample(t *testing.T) {
	t.Parallel()
	const record = `{"stockout_id":"88","order_no":"CK88","consign_time":"2024-03-14 16:05:09","shop_no":"004","details_list":[
		{"spec_no":"A","goods_count":"2.0000","paid":"59.8000"},{"spec_no":"B","goods_count":"0.0000","paid":"0.0000"}]}`
	const target = `{"api":"save","effect":"EXECUTE","method":"POST","idCheck":true,"operation":{"rowsKey":"array","rows":20,"method":"batchArraySave"},
 "request":[{"field":"FBillTypeID","type":"string","value":"XSCKD01_SYS","parser":{"name":"ConvertObjectParser","params":"FNUMBER"}},
  {"field":"FBillNo","type":"string","value":"{order_no}"},{"field":"FDate","type":"string","value":"{{consign_time|date}}"},
  {"field":"FSaleOrgId","type":"string","value":"_function case '{{shop_no}}' when '004' then '104' else '103' end","parser":{"name":"ConvertObjectParser","params":"FNumber"}},
  {"field":"FEntity","type":"array","value":"details_list","children":[
   {"field":"FMaterialID","type":"string","value":"{{details_list.spec_no}}","parser":{"name":"ConvertObjectParser","params":"FNumber"}},
   {"field":"FRealQty","type":"string","value":"{{details_list.goods_count}}"},
   {"field":"FTaxPrice","type":"string","value":"_function {{details_list.paid}}/{{details_list.goods_count}}"}]}],
 "otherRequest":[{"field":"FormId","type":"string","value":"SAL_OUTSTOCK"},{"field":"IsAutoSubmitAndAudit","type":"bool","value":"true"}]}`
	for _, filtered := range []bool{true, false} {
		condition := ""
		if filtered {
			condition = `,"condition":[[{"field":"details_list.goods_count","logic":"gt","value":"0"}]]`
		}
		s, d := halves(t, `{"api":"list","effect":"QUERY","method":"POST","number":"order_no","id":"stockout_id","idCheck":true,
 "request":[{"field":"start_time","type":"datetime","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '00:30:00')"},
            {"field":"end_time","type":"datetime","value":"{{CURRENT_TIME|datetime}}"},{"field":"status","type":"string","value":"95,110"}]`+condition+`}`, target)
		w := newWorld()
		scheme, err := qeasy.Compile(s, d, qeasy.Config{
			Source: w, Target: w, Since: time.Unix(1710403200, 0), Now: func() time.Time { return time.Unix(1710406800, 0) },
		})
		require.NoError(t, err)
		spec := scheme.Source()
		request, _, err := spec.Build(t.Context(), qeasy.At{LastSync: spec.Since, Now: spec.Now()})
		require.NoError(t, err)
		require.JSONEq(t, `{"start_time":"2024-03-14 15:30:00","end_time":"2024-03-14 17:00:00","status":"95,110"}`, string(request))

		w.bills = []worldBill{{time.Unix(1710404000, 0), record}}
		p := scheme.Pipeline("outstock", duijiesync.NewMemoryState())
		rep, err := p.Run(t.Context())
		require.NoError(t, err)
		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		if !filtered {
			require.Len(t, letters, 1)
			require.Equal(t, "88", letters[0].Key)
			require.Contains(t, letters[0].Message, "/request/4/children/2/value FEntity.FTaxPrice (line 2): null_result")
			continue
		}
		require.Empty(t, letters)
		require.EqualValues(t, 1, rep.Created)
		require.JSONEq(t, `{"FBillTypeID":{"FNUMBER":"XSCKD01_SYS"},"FBillNo":"CK88","FDate":"2024-03-14","FSaleOrgId":{"FNumber":"104"},
 "FEntity":[{"FMaterialID":{"FNumber":"A"},"FRealQty":"2.0000","FTaxPrice":"29.90000000"}]}`, string(w.written["CK88"][0].Request))
		require.Equal(t, 20, w.sink.Rows)
		require.JSONEq(t, `{"FormId":"SAL_OUTSTOCK","IsAutoSubmitAndAudit":true}`, string(w.sink.Fixed))
	}
}

// TestLastSyncTimeOfTargets is the start of the last run that finished.
func TestLastSyncTimeOfTargets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s, d := halves(t, plainSource, `{"api":"save","request":[{"field":"FBillNo","value":"{no}"},{"field":"since","value":"{LAST_SYNC_TIME}"}]}`)
		since := time.Now().Add(-time.Hour)
		scheme, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: w, Since: since})
		require.NoError(t, err)
		state := duijiesync.NewMemoryState()
		w.bill(1, "1")
		_, err = scheme.Pipeline("p", state).Run(t.Context())
		require.NoError(t, err)
		require.Contains(t, string(w.written["B1"][0].Request), fmt.Sprint(since.Unix()))
		first := time.Now()
		time.Sleep(time.Hour)
		w.bill(2, "1")
		_, err = scheme.Pipeline("p", state).Run(t.Context())
		require.NoError(t, err)
		require.Contains(t, string(w.written["B2"][0].Request), fmt.Sprint(first.Unix()))
	})
}

// TestChangedHalves: fields that were changed by hand are checked like those that were
// read.
func TestChangedHalves(t *testing.T) {
	t.Parallel()
	s, d := halves(t, `{"api":"list","id":"id","request":[{"field":"a","value":"1"}]}`, `{"api":"save","request":[{"field":"a","value":"{b}"}]}`)
	s.Request[0].Value, d.Request[0].Value = "{b}", "_findCollection find x"
	w := newWorld()
	_, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: w})
	require.Equal(t, "no_record /request/0/value, lookup_syntax /request/0/value", verdict(nil, err))
}

// TestCheckSaysAll: mistakes of a document do not hide what else is missing to run it.
func TestCheckSaysAll(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := qeasy.Check([]byte(`{"api":"elsewhere","effect":"QUERY","id":"id","writeMode":1}`), []byte(`{"api":"save","effect":"EXECUTE","request":[
		{"field":"a","value":"{{b|money}}"},{"field":"c","value":"_findCollection find x from shop where y={z}"}]}`), qeasy.Config{Source: w, Target: w})
	text := r.String()
	for _, word := range []string{qeasy.CodeAPIUnsupported, qeasy.CodeUnsupportedMember, qeasy.CodeUnknownPipe, qeasy.CodeLookupUnknownScheme} {
		require.Equal(t, 2, strings.Count(text, word), "%s once in its place and once at the end:\n%s", word, text)
	}
	require.Equal(t, 4, r.Count(qeasy.Cannot))
}
