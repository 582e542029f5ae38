package fxiaoke

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Accounts go from one enterprise to another through lost answers, throttling, expired
// tokens and one that is refused: each arrives once, and a second run has nothing to do.
func TestPipeline(t *testing.T) {
	t.Parallel()
	source := newStub(t)
	from := clientOf(t, source.config(), source.time())
	to, target := newPair(t)
	for i := range 60 {
		source.seed("AccountObj", row{"name": fmt.Sprintf("客户 %02d", i), "rate__c": "1.10"})
	}
	src, err := NewSource(from, Query{Object: "AccountObj", PageSize: 20}, SourceConfig[account]{Key: func(a account) string { return a.Name }, SettleDelay: -1})
	require.NoError(t, err)
	sink, err := NewSink(to, SinkConfig[account]{
		Object: "AccountObj", KeyField: "erp_no__c", SettleDelay: time.Millisecond, Owner: []string{testUser},
		Model: func(rec duijiesync.Record[account]) (any, error) {
			return map[string]any{"name": rec.Value.Name, "rate__c": rec.Value.Rate}, nil
		},
	})
	require.NoError(t, err)
	target.refused["客户 13"] = "客户已停用"
	for call, kind := range map[int]string{3: "cutAfter", 7: "cut", 15: "502After", 22: "30004", 31: "20016", 40: "50009", 45: "-2", 50: "html"} {
		target.inject(fault{path: "create", call: call, kind: kind})
	}
	source.inject(fault{path: "query", call: 2, kind: "502"})
	state := duijiesync.NewMemoryState()
	run := func() *duijiesync.Report {
		source.mu.Lock()
		source.tick() // a window ends before now
		source.mu.Unlock()
		p := &duijiesync.Pipeline[account, account]{Name: "accounts", Source: src, Sink: sink, State: state, Transform: duijiesync.Same[account]}
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		return report
	}
	report := run()
	require.EqualValues(t, 59, report.Created)
	require.EqualValues(t, 1, report.Refused)
	for i := range 60 {
		want := 1
		if i == 13 {
			want = 0
		}
		require.Len(t, target.find("AccountObj", "erp_no__c", fmt.Sprintf("客户 %02d", i)), want, i)
	}
	require.Contains(t, report.Paging, "keyset")
	before := target.count("create") + target.count("update")
	source.change("AccountObj", "name", "客户 05", row{"rate__c": "2.50"})
	report = run()
	require.EqualValues(t, 1, report.Updated)
	require.Zero(t, report.Created)
	require.Equal(t, before+1, target.count("create")+target.count("update"))
	require.Equal(t, "2.50", target.find("AccountObj", "erp_no__c", "客户 05")[0]["rate__c"])
}

// Flow 4: the metadata of a low-code platform, read into nothing but a ledger.
func TestFlow4(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for i := range 45 {
		s.seed(warehouseObject, row{"name": fmt.Sprintf("W-%02d", i)})
	}
	s.seed("AccountObj", row{"name": "another object"})
	m, err := ParseMetadata([]byte(`{"dataObjectApiName":"object_inventory_report__c","search_query_info":{"offset":"0","limit":"20",
		"filters":{"条件1":{"field_name":"last_modified_time","field_values":["{LAST_SYNC_TIME}000"],"operator":"GTE"}}}}`))
	require.NoError(t, err)
	q, since := m.Incremental()
	require.True(t, since)
	src, err := NewSource(c, q, SourceConfig[duijie.Record]{Key: func(r duijie.Record) string { return r.Text("name") }})
	require.NoError(t, err)
	p := &duijiesync.Pipeline[duijie.Record, map[string]string]{
		Name: "warehouses", Source: src, Sink: duijiesync.Discard[map[string]string]{}, State: duijiesync.NewMemoryState(),
		Transform: func(_ context.Context, r duijie.Record) (map[string]string, error) {
			return map[string]string{"id": r.Text("_id"), "name": r.Text("name")}, nil
		},
	}
	for _, want := range []int64{45, 0} {
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, report.Created)
	}
	_, body := s.last()
	require.Contains(t, string(body["data"]), `"operator":"LTE"`)
}

// A row that is modified while its window is read leaves it, and the next run has it.
func TestModifiedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	c := clientOf(t, s.config(), s.time())
	for i := range 20 {
		s.seed("AccountObj", row{"name": fmt.Sprintf("n%02d", i)})
	}
	src, err := NewSource(c, Query{Object: "AccountObj", PageSize: 5}, SourceConfig[account]{SettleDelay: -1, Overlap: -1, Start: testDay})
	require.NoError(t, err)
	seen := map[string]int{}
	read := func(after duijiesync.Checkpoint, n int) (at duijiesync.Checkpoint) {
		for batch, err := range src.Read(t.Context(), after) {
			require.NoError(t, err)
			for _, rec := range batch.Records {
				seen[rec.Value.Name]++
				require.Positive(t, rec.Version)
			}
			if batch.Checkpoint != "" {
				at = batch.Checkpoint
			}
			if n--; n == 0 {
				for name := range 20 { // all of them, read or not
					s.change("AccountObj", "name", fmt.Sprintf("n%02d", name), nil)
				}
			}
		}
		return at
	}
	at := read("", 1)
	require.Less(t, len(seen), 20, "the rows left the window")
	s.seed("AccountObj", row{"name": "later"})
	read(at, 0)
	require.GreaterOrEqual(t, len(seen), 20)
	for i := range 20 {
		require.Positive(t, seen[fmt.Sprintf("n%02d", i)], i)
	}
}

func TestSourceIsChecked(t *testing.T) {
	t.Parallel()
	c, _ := newPair(t)
	for _, q := range []Query{{}, {Object: "A", Orders: []Order{{Field: "name"}}}, {Object: "A", Filters: []Filter{Where("last_modified_time", OpAtLeast, 1)}}, {Object: "A", PageSize: 500}} {
		_, err := NewSource(c, q, SourceConfig[account]{})
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	for _, cfg := range []SinkConfig[account]{{KeyField: "name"}, {Object: "A"}, {Object: "A", KeyField: "_id"}, {Object: "A", KeyField: "name", Rows: -1}} {
		_, err := NewSink(c, cfg)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

// A row that does not fit its struct is one dead letter, with its raw item.
func TestSourceBadRow(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	s.seed("AccountObj", row{"name": "good", "n": 5, "_id": "a"})
	s.seed("AccountObj", row{"name": "bad", "n": "many", "_id": "b"})
	type numbered struct {
		Name string `json:"name"`
		N    int    `json:"n"`
	}
	src, err := NewSource(c, Query{Object: "AccountObj"}, SourceConfig[numbered]{Full: true, IncludeRemoved: true})
	require.NoError(t, err)
	for batch, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		require.Len(t, batch.Records, 2)
		require.NoError(t, batch.Records[0].Err)
		require.Error(t, batch.Records[1].Err)
		require.Equal(t, "b", batch.Records[1].Key)
		require.Contains(t, string(batch.Records[1].Raw), "many")
	}
}

// Documents are created with their lines, which an update can not change.
func TestSinkDetails(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	cfg := SinkConfig[account]{
		Object: "SalesOrderObj", KeyField: "name", SettleDelay: time.Millisecond,
		Details: func(duijiesync.Record[account]) (map[string]any, error) {
			return map[string]any{"SalesOrderProductObj": []row{{"quantity": "2"}}}, nil
		},
	}
	sink, err := NewSink(c, cfg)
	require.NoError(t, err)
	rec := duijiesync.Record[account]{Key: "SO-1", Value: account{Rate: duijie.NewDecimal(5, 0)}}
	out, err := sink.Write(t.Context(), []duijiesync.Record[account]{rec})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeCreated, out[0].Kind)
	_, body := s.last()
	require.Contains(t, string(body["data"]), `"SalesOrderProductObj":[{"quantity":"2"}]`)
	found, err := sink.Find(t.Context(), []duijiesync.Record[account]{rec})
	require.NoError(t, err)
	require.Equal(t, duijiesync.Exists, found[0].Match, "lines are not compared")

	rec.Target.ID = out[0].TargetID
	out, err = sink.Write(t.Context(), []duijiesync.Record[account]{rec})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Contains(t, out[0].Message, "lines")
	cfg.KeepDetails = true
	sink, err = NewSink(c, cfg)
	require.NoError(t, err)
	out, err = sink.Write(t.Context(), []duijiesync.Record[account]{rec})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeUpdated, out[0].Kind)
}

// Find compares as the platform writes: numbers as texts, nothing in three forms.
func TestSinkCompares(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	s.seed("AccountObj", row{"erp__c": "E-1", "name": "甲", "amount": "99.50", "time": 1767225600000, "tags": []string{"a", "b"}, "code": "007", "ok": true, "unit": "米", "unit__v": "3", "team": []row{{"x": 1}}})
	find := func(model row, compare ...string) duijiesync.Found {
		sink, err := NewSink(c, SinkConfig[row]{Object: "AccountObj", KeyField: "erp__c", Compare: compare})
		require.NoError(t, err)
		found, err := sink.Find(t.Context(), []duijiesync.Record[row]{{Key: "E-1", Value: model}})
		require.NoError(t, err)
		return found[0]
	}
	same := row{"name": "甲", "amount": 99.5, "time": "1767225600000", "tags": []string{"a", "b"}, "code": "007", "ok": "true", "remark": "", "list": []string{}, "gone": nil, "owner": []string{"x"}, "unit": "3"}
	require.Equal(t, duijiesync.Identical, find(same).Match)
	others := row{"name": "乙", "amount": "99.51", "tags": []string{"b", "a"}, "code": "7", "ok": false, "remark": "x", "time": 1, "unit": "4"}
	for member, other := range others {
		found := find(row{member: other})
		require.Equal(t, duijiesync.Different, found.Match, member)
		require.Equal(t, member, found.Changes[0].Field)
	}
	require.Equal(t, duijiesync.Exists, find(row{"name": "甲", "team": []row{{"x": 1}}}).Match)
	require.Equal(t, duijiesync.Identical, find(row{"name": "甲", "amount": "0"}, "name").Match)
}

// What can not be told is not guessed, and what is gone is absent.
func TestSinkIsSure(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	sink, err := NewSink(c, SinkConfig[account]{Object: "AccountObj", KeyField: "erp__c", SettleDelay: 1})
	require.NoError(t, err)
	s.seed("AccountObj", row{"erp__c": "twice"})
	s.seed("AccountObj", row{"erp__c": "twice"})
	s.seed("AccountObj", row{"erp__c": "gone", "life_status": "invalid"})
	found, err := sink.Find(t.Context(), []duijiesync.Record[account]{{Key: "twice"}, {Key: "gone"}, {Key: " odd"}})
	require.NoError(t, err)
	require.ErrorContains(t, found[0].Err, "2 records")
	require.Equal(t, duijiesync.Absent, found[1].Match)
	require.Equal(t, duijiesync.Absent, found[2].Match)

	// A unique field refuses a second record with words of its own: a conflict.
	s.refused["E-9"] = "编号已存在"
	s.seed("AccountObj", row{"erp__c": "E-9"})
	out, err := sink.Write(t.Context(), []duijiesync.Record[account]{{Key: "E-9", Value: account{Name: "甲"}}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeConflict, out[0].Kind)

	// A wrong setting is no record's fault.
	s.inject(fault{path: "create", kind: "20020"})
	_, err = sink.Write(t.Context(), []duijiesync.Record[account]{{Key: "E-10", Value: account{Name: "甲"}}})
	require.ErrorIs(t, err, duijie.ErrPermission)
	s.inject(fault{path: "create", kind: "10006"})
	_, err = sink.Write(t.Context(), []duijiesync.Record[account]{{Key: "E-10", Value: account{Name: "甲"}}})
	require.ErrorIs(t, err, duijiesync.ErrStop)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	s.inject(fault{path: "create", kind: "32000"})
	out, err = sink.Write(t.Context(), []duijiesync.Record[account]{{Key: "E-10", Value: account{Name: "甲"}}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)

	// An outage midway leaves the rest for later.
	s.inject(fault{path: "create", call: 2, times: -1, kind: "30003"})
	out, err = sink.Write(t.Context(), []duijiesync.Record[account]{{Key: "A", Value: account{Name: "a"}}, {Key: "B", Value: account{Name: "b"}}, {Key: "C", Value: account{Name: "c"}}})
	require.NoError(t, err)
	require.Equal(t, []duijiesync.OutcomeKind{duijiesync.OutcomeCreated, duijiesync.OutcomeRetryable, duijiesync.OutcomeRetryable}, []duijiesync.OutcomeKind{out[0].Kind, out[1].Kind, out[2].Kind})

	bad, err := NewSink(c, SinkConfig[account]{Object: "AccountObj", KeyField: "erp__c", Model: func(rec duijiesync.Record[account]) (any, error) {
		if rec.Key == "id" {
			return row{"_id": "5"}, nil
		}
		return nil, errors.New("no name")
	}})
	require.NoError(t, err)
	out, err = bad.Write(t.Context(), []duijiesync.Record[account]{{Key: "id"}, {Key: "x"}, {Key: ""}})
	require.NoError(t, err)
	for _, o := range out {
		require.Equal(t, duijiesync.OutcomeRefused, o.Kind)
		require.Equal(t, "model", o.Code)
	}
}
