package fxiaoke

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// fakeOf is a client of a fake platform, with the fake's clock unless opts say otherwise.
func fakeOf(t *testing.T, s *fxiaoketest.Server, opts ...duijie.Option) *Client {
	t.Helper()
	t.Cleanup(s.Close)
	return clientOf(t, Config{
		BaseURL: s.URL(), AppID: s.AppID(), AppSecret: duijie.NewSecret(s.AppSecret()), PermanentCode: duijie.NewSecret(s.PermanentCode()), OpenUserID: s.OpenUserID(),
	}, opts...)
}

// A clock ahead of the platform's closes no window before its time: rows that come into it
// later are read by the next run.
func TestClockAhead(t *testing.T) {
	t.Parallel()
	var ms atomic.Int64
	ms.Store(testDay.UnixMilli())
	clock := func() time.Time { return time.UnixMilli(ms.Load()) }
	s := fxiaoketest.NewServer(fxiaoketest.WithClock(clock), fxiaoketest.WithRate(0))
	ahead := func() time.Time { return clock().Add(40 * time.Minute) }
	c := fakeOf(t, s, duijie.WithClock(ahead))
	src, err := NewSource(c, Query{Object: "AccountObj"}, SourceConfig[account]{})
	require.NoError(t, err)
	seen := map[string]int{}
	var at duijiesync.Checkpoint
	read := func() {
		for batch, err := range src.Read(t.Context(), at) {
			require.NoError(t, err)
			for _, rec := range batch.Records {
				seen[rec.Value.Name]++
			}
			if batch.Checkpoint != "" {
				at = batch.Checkpoint
			}
		}
	}
	s.Add("AccountObj", fxiaoketest.Row{"name": "early"})
	ms.Add(10 * 60_000)
	read()
	require.Equal(t, 1, seen["early"])
	ms.Add(60_000)
	s.Add("AccountObj", fxiaoketest.Row{"name": "late"})
	for range 3 {
		ms.Add(20 * 60_000)
		read()
	}
	require.Positive(t, seen["late"])
}

// Accounts go from one fake to another through every fault there is; each arrives once.
func TestPipelineOnFakes(t *testing.T) {
	t.Parallel()
	from, to := fxiaoketest.NewServer(fxiaoketest.WithRate(0)), fxiaoketest.NewServer(fxiaoketest.WithRate(0), fxiaoketest.WithTokenRate(0))
	source := fakeOf(t, from, duijie.WithAttemptTimeout(300*time.Millisecond))
	target := fakeOf(t, to, duijie.WithAttemptTimeout(300*time.Millisecond))
	const n = 60
	for i := range n {
		from.Add("AccountObj", fxiaoketest.Row{"name": fmt.Sprintf("客户 %02d", i), "tel": "1"})
	}
	src, err := NewSource(source, Query{Object: "AccountObj", PageSize: 20}, SourceConfig[Account]{
		Key: func(a Account) string { return a.Name }, SettleDelay: -1, Full: true,
	})
	require.NoError(t, err)
	sink, err := NewSink(target, SinkConfig[Account]{
		Object: "AccountObj", KeyField: "erp_no__c", SettleDelay: 50 * time.Millisecond, Owner: []string{to.OpenUserID()},
		Model: func(rec duijiesync.Record[Account]) (any, error) {
			return map[string]any{"name": rec.Value.Name, "tel": rec.Value.Tel}, nil
		},
	})
	require.NoError(t, err)
	const create = "/cgi/crm/v2/data/create AccountObj"
	for i, kind := range []fxiaoketest.FaultKind{
		fxiaoketest.CutAfter, fxiaoketest.Cut, fxiaoketest.UnavailableAfter, fxiaoketest.PerSecond, fxiaoketest.TokenExpired, fxiaoketest.ServiceAfter,
		fxiaoketest.SystemAfter, fxiaoketest.SystemBusy, fxiaoketest.HTML, fxiaoketest.StallAfter, fxiaoketest.TruncateAfter, fxiaoketest.GarbageAfter,
		fxiaoketest.InternalAfter, fxiaoketest.NoCode, fxiaoketest.Overloaded,
	} {
		to.Inject(fxiaoketest.Fault{Op: create, Call: 1 + 3*i, Kind: kind})
	}
	to.CommitLate(create, 50, 20*time.Millisecond)
	from.Inject(fxiaoketest.Fault{Op: "/cgi/crm/v2/data/query AccountObj", Call: 2, Kind: fxiaoketest.TruncateAfter})
	p := &duijiesync.Pipeline[Account, Account]{Name: "accounts", Source: src, Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[Account]}
	for range 2 {
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		require.Zero(t, report.Refused)
		for i := range n {
			require.Equal(t, 1, to.Created("AccountObj", "erp_no__c", fmt.Sprintf("客户 %02d", i)), i)
		}
	}
	id := from.Add("AccountObj", fxiaoketest.Row{"name": "客户 99", "tel": "1"})
	_, err = p.Run(t.Context())
	require.NoError(t, err)
	from.Set("AccountObj", id, fxiaoketest.Row{"tel": "2"})
	to.Inject(fxiaoketest.Fault{Op: "/cgi/crm/v2/data/update AccountObj", Kind: fxiaoketest.CutAfter})
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Updated)
}

// An invalidation whose answer was lost is no refusal, though the repeat meets what it did.
func TestInvalidAfterALostAnswer(t *testing.T) {
	t.Parallel()
	s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
	c := fakeOf(t, s)
	id := s.Add("AccountObj", fxiaoketest.Row{"name": "甲"})
	s.Inject(fxiaoketest.Fault{Op: "/cgi/crm/v2/data/invalid AccountObj", Kind: fxiaoketest.CutAfter})
	err := c.Invalid(t.Context(), "AccountObj", id)
	rec, _ := s.Record("AccountObj", id)
	require.Equal(t, "invalid", rec["life_status"])
	if err != nil {
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	}
}

// A row that comes without the field it was looked up by does not tell that its key is
// absent: the acting employee may not see the field.
func TestKeyFieldOutOfSight(t *testing.T) {
	t.Parallel()
	c := canned(t, 200, `{"errorCode":0,"data":{"dataList":[{"_id":"a1","life_status":"normal"}],"limit":100}}`)
	sink, err := NewSink(c, SinkConfig[account]{Object: "AccountObj", KeyField: "erp__c"})
	require.NoError(t, err)
	_, err = sink.Find(t.Context(), []duijiesync.Record[account]{{Key: "E-1"}})
	require.ErrorContains(t, err, "erp__c")
	require.ErrorIs(t, err, duijie.ErrPermission)
	_, err = c.Upsert(t.Context(), UpsertRequest{KeyField: "erp__c", Create: CreateRequest{Object: "AccountObj", Data: row{"erp__c": "E-1"}}})
	require.ErrorIs(t, err, duijie.ErrPermission)
}

// An upsert takes no key that its next lookup may not find again.
func TestUpsertKeys(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for field, key := range map[string]string{"erp__c": "E-1 ", "name": "a\tb", "_id": "5f0a"} {
		_, err := c.Upsert(t.Context(), UpsertRequest{KeyField: field, Create: CreateRequest{Object: "AccountObj", Data: row{field: key}}})
		require.ErrorIs(t, err, duijie.ErrInvalid, field)
	}
	require.Zero(t, s.count("create"))
}

// Fields of a struct that are not set stay, whatever the struct embeds.
func TestUpdateKeepsWhatIsNotSet(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	type own struct {
		Name string         `json:"name"`
		Tel  string         `json:"tel"`
		Rate duijie.Decimal `json:"rate__c"`
		When Time           `json:"when__c"`
		Tags []string       `json:"tags__c"`
		None *string        `json:"none__c"`
		Fax  *string        `json:"fax"`
		ERP  string         `json:"erp__c"`
	}
	id := s.seed("AccountObj", row{"name": "甲", "tel": "021", "rate__c": "1.10", "tags__c": []string{"a"}, "when__c": 5, "fax": "5", "erp__c": "E-1"})
	blank := ""
	for _, data := range []any{own{Name: "乙", Fax: &blank}, &own{Name: "乙", Fax: &blank}} {
		require.NoError(t, c.Update(t.Context(), UpdateRequest{Object: "AccountObj", ID: id, Data: data}))
		_, body := s.last()
		require.JSONEq(t, `{"object_data":{"_id":"`+id+`","dataObjectApiName":"AccountObj","name":"乙","fax":""}}`, string(body["data"]))
	}
	_, err := c.Upsert(t.Context(), UpsertRequest{KeyField: "erp__c", Create: CreateRequest{Object: "AccountObj", Data: own{ERP: "E-1", Name: "丙"}}})
	require.NoError(t, err)
	require.Equal(t, "021", s.find("AccountObj", "erp__c", "E-1")[0]["tel"])
}

// A place for a time is filled in or refused, never sent as it stands.
func TestUnfilledPlace(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	m, err := ParseMetadata([]byte(`{"dataObjectApiName":"AccountObj","search_query_info":{"filters":{
		"1":{"field_name":"last_modified_time","field_values":["{LAST_SYNC_TIME}000"],"operator":"GTE"},
		"2":{"field_name":"create_time","field_values":["{{LAST_SYNC_TIME}}000"],"operator":"GTE"}}}}`))
	require.NoError(t, err)
	q, _ := m.Incremental()
	_, err = NewSource(c, q, SourceConfig[account]{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = QueryPage[account](t.Context(), c, m.Query)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.Zero(t, s.count(""))
}
