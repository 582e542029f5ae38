package kingdee

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func customerSink(t *testing.T, c *Client, change func(*SaveSinkConfig[Customer])) *SaveSink[Customer] {
	t.Helper()
	cfg := SaveSinkConfig[Customer]{Form: FormCustomer}
	if change != nil {
		change(&cfg)
	}
	sink, err := NewSaveSink(c, cfg)
	require.NoError(t, err)
	return sink
}

func record(c Customer) duijiesync.Record[Customer] {
	return duijiesync.Record[Customer]{Key: c.Number, Value: c}
}

// located fills in Target as the engine does.
func located(t *testing.T, s *SaveSink[Customer], records ...duijiesync.Record[Customer]) ([]duijiesync.Record[Customer], []duijiesync.Found) {
	t.Helper()
	found, err := s.Find(t.Context(), records)
	require.NoError(t, err)
	require.Len(t, found, len(records))
	for i, f := range found {
		records[i].Target.ID, records[i].Target.Note = f.TargetID, f.Note
	}
	return records, found
}

func TestSinkCreatesUpdatesAndFinds(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) {
		cfg.Org, cfg.UnAudit, cfg.Options.AutoSubmitAndAudit = "100", true, true
	})
	seedCustomers(s, 2)
	same, changed, fresh := newCustomer("C-0001", "客户1"), newCustomer("C-0002", "改名"), newCustomer("N-1", "新客户")
	same.Description, same.Extra = "", []Field{{"FADDRESS", ""}}
	records, found := located(t, sink, record(same), record(changed), record(fresh))
	require.Equal(t, 1, s.Count("ExecuteBillQuery"), "one query for all")
	require.Equal(t, duijiesync.Identical, found[0].Match)
	require.Equal(t, "200001", found[0].TargetID)
	require.Equal(t, duijiesync.Different, found[1].Match)
	require.Equal(t, []duijiesync.Change{{Field: "FName", Old: "客户2", New: "改名"}}, found[1].Changes)
	require.Equal(t, duijiesync.Found{}, found[2])

	out, err := sink.Write(t.Context(), records[1:])
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeUpdated, out[0].Kind)
	require.Equal(t, duijiesync.OutcomeCreated, out[1].Kind)
	require.Equal(t, 1, s.Count("UnAudit"))
	require.Equal(t, 1, s.Count("ExecuteBillQuery"), "the status came with the lookup")
	rec, _ := s.Record("BD_Customer", "C-0002")
	require.Equal(t, "C", rec.Status)
	require.JSONEq(t, `"改名"`, string(rec.Fields["FName"]))
	_, found = located(t, sink, record(changed), record(fresh), duijiesync.Record[Customer]{Key: "C-0001", Target: duijiesync.Target{KeyOnly: true}},
		duijiesync.Record[Customer]{Key: "gone", Target: duijiesync.Target{KeyOnly: true}})
	require.Equal(t, []duijiesync.Match{duijiesync.Identical, duijiesync.Identical, duijiesync.Exists, duijiesync.Absent},
		[]duijiesync.Match{found[0].Match, found[1].Match, found[2].Match, found[3].Match})

	l := sink.Limits()
	require.Equal(t, duijiesync.Limits{Rows: 20, FindRows: 100, Lanes: 4}, l)
}

func TestSinkOutcomes(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	sink := customerSink(t, c, nil)
	seedCustomers(s, 1)
	s.Refuse("BD_Customer", "BAD", "FName", "名称不合规")
	audit := record(newCustomer("C-0001", "改"))
	audit.Target.ID = "200001"
	out, err := sink.Write(t.Context(), []duijiesync.Record[Customer]{record(newCustomer("N-1", "一")), record(newCustomer("BAD", "二")), record(newCustomer("C-0001", "三")), audit})
	require.NoError(t, err)
	require.Equal(t, []duijiesync.OutcomeKind{duijiesync.OutcomeCreated, duijiesync.OutcomeRefused, duijiesync.OutcomeConflict, duijiesync.OutcomeRefused},
		[]duijiesync.OutcomeKind{out[0].Kind, out[1].Kind, out[2].Kind, out[3].Kind})
	require.Equal(t, "11", out[1].Code)
	require.Equal(t, "FName", out[1].Field)
	require.Equal(t, "名称不合规", out[1].Message, "the platform's own words; the field has a place of its own")
	require.Equal(t, "200001", out[3].TargetID)

	s.Inject(kingdeetest.Fault{Op: "BatchSave", Kind: kingdeetest.CutAfter})
	_, err = sink.Write(t.Context(), []duijiesync.Record[Customer]{record(newCustomer("N-2", "二"))})
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	rec, _ := s.Record("BD_Customer", "N-2")
	require.Equal(t, 1, rec.Saves)

	s.Inject(kingdeetest.Fault{Op: "BatchSave", Kind: kingdeetest.Locked, Times: -1})
	out, err = sink.Write(t.Context(), []duijiesync.Record[Customer]{record(newCustomer("N-3", "三"))})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRetryable, out[0].Kind, "a lock passes")
	s.ClearFaults()

	s.RefuseUnnamed("BD_Customer", "POISON")
	_, err = sink.Write(t.Context(), []duijiesync.Record[Customer]{record(newCustomer("N-4", "四")), record(newCustomer("POISON", "五"))})
	require.ErrorIs(t, err, duijie.ErrRefused, "the engine bisects")
	s.Inject(kingdeetest.Fault{Op: "BatchSave", Kind: kingdeetest.WAF})
	_, err = sink.Write(t.Context(), []duijiesync.Record[Customer]{record(newCustomer("N-5", "<script>"))})
	require.ErrorIs(t, err, duijie.ErrInvalid)

	broken := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) {
		cfg.Model = func(r duijiesync.Record[Customer]) (any, error) {
			if r.Key == "X" {
				return nil, errors.New("no model")
			}
			return r.Value, nil
		}
	})
	out, err = broken.Write(t.Context(), []duijiesync.Record[Customer]{record(newCustomer("X", "")), record(newCustomer("N-6", "六"))})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Equal(t, duijiesync.OutcomeCreated, out[1].Kind)
	maps, err := NewSaveSink(c, SaveSinkConfig[map[string]any]{Form: FormCustomer})
	require.NoError(t, err)
	refused, err := maps.Write(t.Context(), []duijiesync.Record[map[string]any]{{Key: "M", Value: map[string]any{"FName": "x"}}})
	require.NoError(t, err)
	require.Contains(t, refused[0].Message, "order")
}

func TestSinkSettlesUnAudit(t *testing.T) {
	t.Parallel()
	for kind, want := range map[kingdeetest.FaultKind]duijiesync.OutcomeKind{
		"":                             duijiesync.OutcomeUpdated,
		kingdeetest.CutAfter:           duijiesync.OutcomeUpdated,   // done, its answer lost
		kingdeetest.Cut:                duijiesync.OutcomeRetryable, // not done
		kingdeetest.ResponseErrorAfter: duijiesync.OutcomeUpdated,
		kingdeetest.UnavailableAfter:   duijiesync.OutcomeUpdated,
		kingdeetest.ResponseError:      duijiesync.OutcomeRetryable,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			c, s := newPair(t, SignHeaders)
			sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) { cfg.UnAudit, cfg.SettleDelay = true, time.Second })
			require.Equal(t, time.Second, sink.Limits().SettleDelay)
			seedCustomers(s, 2)
			if kind != "" {
				s.Inject(kingdeetest.Fault{Op: "UnAudit", Kind: kind})
			}
			records := []duijiesync.Record[Customer]{record(newCustomer("C-0001", "改")), record(newCustomer("N-1", "新"))}
			records[0].Target.ID = "200001" // no note: the status is read first
			out, err := sink.Write(t.Context(), records)
			require.NoError(t, err)
			require.Equal(t, want, out[0].Kind, "%+v", out)
			require.Equal(t, duijiesync.OutcomeCreated, out[1].Kind)
		})
	}
}

func TestSinkLooksUpExactly(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	s.Seed("BD_Customer", map[string]any{"FNumber": "O'Neil", "FName": "x", "FCreateOrgId": "100", "FUseOrgId": "100"})
	sink := customerSink(t, c, nil)
	_, found := located(t, sink, record(newCustomer("O'Neil", "x")))
	require.Equal(t, duijiesync.Identical, found[0].Match)
	twice := mocked(t, SignHeaders, answerText(200, `[[1,"A","C"],[2,"A","C"]]`))
	dup := customerSink(t, twice, nil)
	found, err := dup.Find(t.Context(), []duijiesync.Record[Customer]{{Key: "A", Target: duijiesync.Target{KeyOnly: true}}})
	require.NoError(t, err, "it is that record's trouble alone")
	require.ErrorContains(t, found[0].Err, "Org")
	require.ErrorIs(t, found[0].Err, duijie.ErrInvalid)
	for _, bad := range []SaveSinkConfig[Customer]{{}, {Form: Form{ID: "X", Key: "a b", Number: "F"}}, {Form: FormSaleOrder, Org: "100"}, {Form: FormCustomer, Compare: []string{"a,b"}}} {
		_, err := NewSaveSink(c, bad)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

func TestSameValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stored, wanted string
		same           bool
	}{
		{`" "`, `""`, true}, {`null`, `""`, true}, {`"a"`, `""`, false}, {`100.0000`, `"100"`, true}, {`1.5`, `1.50`, true}, {`1.5`, `1.51`, false},
		{`"007"`, `"7"`, false}, {`"1"`, `true`, true}, {`false`, `"0"`, true}, {`"2025-03-07T00:00:00"`, `"2025-03-07"`, true},
		{`"2025-03-07T00:00:00"`, `"2025-03-08"`, false}, {`"a"`, `1`, false}, {`9007199254740993`, `9007199254740992`, false},
	} {
		require.Equal(t, c.same, sameValue(Cell(c.stored), Cell(c.wanted)), fmt.Sprint(c))
	}
}

func TestCompareOnlyTheNamed(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 1)
	sink := customerSink(t, c, func(cfg *SaveSinkConfig[Customer]) { cfg.Compare = []string{"FTEL", "FUseOrgId"} })
	_, found := located(t, sink, record(newCustomer("C-0001", "other name")))
	require.Equal(t, duijiesync.Identical, found[0].Match)
}

func TestSourceResumes(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 10)
	cfg := SourceConfig[CustomerRow]{Key: customerNumber, Version: func(r CustomerRow) int64 { return r.Modified.Time.UnixMilli() }}
	src, err := NewSource(c, Query{FormID: "BD_Customer", Limit: 4}, cfg)
	require.NoError(t, err)
	require.Contains(t, src.Paging(), "FCUSTID")
	var _ duijiesync.Source[CustomerRow] = src
	var _ duijiesync.Pager = src
	read := func(after duijiesync.Checkpoint) (keys []string, checkpoints []duijiesync.Checkpoint) {
		for b, err := range src.Read(t.Context(), after) {
			require.NoError(t, err)
			for _, r := range b.Records {
				keys = append(keys, r.Key)
				require.Positive(t, r.Version)
				require.Contains(t, string(r.Raw), `"FCreateOrgId.FNumber":"100"`)
			}
			checkpoints = append(checkpoints, b.Checkpoint)
		}
		return keys, checkpoints
	}
	keys, points := read("")
	require.Equal(t, expected(10), keys)
	for i, p := range points {
		rest, _ := read(p)
		want := expected(10)[min((i+1)*3, 10):]
		require.Len(t, rest, len(want), "checkpoint %s", p)
	}
	s.Seed("BD_Customer", map[string]any{"FNumber": "C-0011", "FName": "new", "FCreateOrgId": "100"})
	rest, _ := read(points[len(points)-1])
	require.Equal(t, []string{"C-0011"}, rest)

	cfg.Rescan = true
	src, err = NewSource(c, Query{FormID: "BD_Customer"}, cfg)
	require.NoError(t, err)
	_, points = read("")
	keys, _ = read(points[len(points)-1])
	require.Equal(t, expected(11), keys)

	records, err := NewSource(c, Query{FormID: "BD_Customer", Fields: []string{"FNumber"}}, SourceConfig[duijie.Record]{Key: func(r duijie.Record) string { return r.Text("FNumber") }})
	require.NoError(t, err)
	for b, err := range records.Read(t.Context(), "") {
		require.NoError(t, err)
		require.Len(t, b.Records, 11)
		require.JSONEq(t, `{"FNumber":"C-0001"}`, string(b.Records[0].Raw))
	}
	_, err = NewSource(c, Query{FormID: "BD_Customer", Order: "FNumber"}, cfg)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = NewSource(c, Query{FormID: "BD_Customer"}, SourceConfig[CustomerRow]{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, err := range src.Read(t.Context(), "rubbish") {
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

// A number with white space at its ends would be saved without it: two records
// would become one, and a lookup would find neither.
func TestSinkRefusesNumbersTheServerTrims(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	sink := customerSink(t, c, nil)
	for _, number := range []string{" C-1", "\u3000C-1", "C-1\t", "C-1\u00a0", " ", "\t"} {
		records, found := located(t, sink, record(newCustomer(number, "甲")))
		require.Equal(t, duijiesync.Absent, found[0].Match)
		out, err := sink.Write(t.Context(), records)
		require.NoError(t, err)
		require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind, "%q", number)
		require.Contains(t, out[0].Message, "white space")
	}
	require.Zero(t, s.Count("BatchSave"))
	out, err := sink.Write(t.Context(), []duijiesync.Record[Customer]{record(newCustomer("C-1 ", "甲"))})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeCreated, out[0].Kind, "lookups do without blanks at the end")
}
