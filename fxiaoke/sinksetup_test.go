package fxiaoke

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const (
	createAccount = "/cgi/crm/v2/data/create AccountObj"
	updateAccount = "/cgi/crm/v2/data/update AccountObj"
)

// toFake is a pipeline of n rows into the customers of a fake.
func toFake(t *testing.T, s *fxiaoketest.Server, n int, change func(*SinkConfig[row])) *duijiesync.Pipeline[row, row] {
	t.Helper()
	rows := make([]row, n)
	for i := range rows {
		rows[i] = row{"name": fmt.Sprintf("客户 %02d", i), "tel": "1"}
	}
	cfg := SinkConfig[row]{Object: "AccountObj", KeyField: "erp_no__c", SettleDelay: time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	sink, err := NewSink(fakeOf(t, s), cfg)
	require.NoError(t, err)
	return &duijiesync.Pipeline[row, row]{
		Name: "accounts", Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[row],
		Source: duijiesync.Slice(rows, func(r row) string { return r["name"].(string) }),
	}
}

// A refusal that lies in no record ends the run: no record becomes a dead letter for it, and
// the next run, with the setup put right, writes each.
func TestSetupFaultStopsTheRun(t *testing.T) {
	t.Parallel()
	refuseAll := func(code int, words string) func(*fxiaoketest.Server) {
		return func(s *fxiaoketest.Server) {
			s.Handle("/cgi/crm/v2/data/create", func(fxiaoketest.Request) (map[string]any, error) {
				return nil, &fxiaoketest.Error{Code: code, Message: words}
			})
		}
	}
	fault := func(kind fxiaoketest.FaultKind) func(*fxiaoketest.Server) {
		return func(s *fxiaoketest.Server) { s.Inject(fxiaoketest.Fault{Op: createAccount, Times: -1, Kind: kind}) }
	}
	for name, c := range map[string]struct {
		wrong func(*fxiaoketest.Server)
		sink  func(*SinkConfig[row])
		says  string
		most  int // creates that were tried
	}{
		"no right to create":     {fault(fxiaoketest.ModuleRefusal), nil, "lacks a right", 40},
		"no right on the object": {refuseAll(320009999, "没有客户新建权限"), nil, "没有客户新建权限", 40},
		"application has none":   {refuseAll(15003, "app has no access right"), nil, "15003", 4},
		"application disabled":   {refuseAll(20021, "app is disabled"), nil, "20021", 4},
		"no quota bought":        {fault(fxiaoketest.NoPack), nil, "30003", 4},
		"path unknown":           {refuseAll(10006, "not exists"), nil, "10006", 4},
		"owner unknown": {
			refuseAll(20012, "openUserId not found"), func(cfg *SinkConfig[row]) { cfg.Owner = []string{"FSUID_X"} },
			"SinkConfig.Owner", 40,
		},
		"field unknown": {
			refuseAll(32000, "parameter error"),
			func(cfg *SinkConfig[row]) {
				cfg.Model = func(rec duijiesync.Record[row]) (any, error) { return row{"name": rec.Key, "gone__c": "1"}, nil }
			},
			"no field gone__c", 40,
		},
		"object unknown": {nil, func(cfg *SinkConfig[row]) { cfg.Object = "object_none__c" }, "object_none__c", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
			s.AddObject(fxiaoketest.Object{Name: "AccountObj", Fields: []fxiaoketest.Field{{Name: "erp_no__c", Type: "text", Unique: true}, {Name: "tel", Type: "text"}}})
			p := toFake(t, s, 60, c.sink)
			if c.wrong != nil {
				c.wrong(s)
			}
			report, err := p.Run(t.Context())
			require.ErrorIs(t, err, duijiesync.ErrStop)
			require.ErrorContains(t, err, c.says)
			require.Zero(t, report.DeadLetters)
			require.Zero(t, report.Refused)
			require.LessOrEqual(t, s.Count(createAccount), c.most)
			if c.wrong == nil {
				return
			}
			s.ClearFaults()
			s.Handle("/cgi/crm/v2/data/create", nil)
			report, err = p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 60, report.Created)
		})
	}
}

// The same words of a record whose neighbours are written are its own refusal.
func TestRefusalOfOneRecordIsItsOwn(t *testing.T) {
	t.Parallel()
	for code, words := range map[int]string{
		320001403: "无此操作的数据权限", 320001404: "没有客户新建权限", 32000: "参数错误", 20012: "负责人不存在", 320099999: "自定义函数执行失败",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
			p := toFake(t, s, 60, nil)
			own := func(fxiaoketest.Request) (map[string]any, error) {
				return nil, &fxiaoketest.Error{Code: code, Message: words}
			}
			s.OnCall(func(op string, n int) {
				s.Handle("/cgi/crm/v2/data/create", nil)
				if op == createAccount && n == 1 { // the very first: nothing is proved yet
					s.Handle("/cgi/crm/v2/data/create", own)
				}
			})
			p.Lanes = 1
			report, err := p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 59, report.Created)
			require.EqualValues(t, 1, report.Refused)
		})
	}
}

// A record of which the acting employee has no right is no fault of the setup; the right to
// change any is.
func TestRightsOfUpdates(t *testing.T) {
	t.Parallel()
	for words, stops := range map[string]bool{"无此操作的数据权限": false, "没有客户编辑权限": true} {
		s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
		sink, err := NewSink(fakeOf(t, s), SinkConfig[row]{Object: "AccountObj", KeyField: "erp_no__c"})
		require.NoError(t, err)
		id := s.Add("AccountObj", fxiaoketest.Row{"erp_no__c": "E-1"})
		s.Handle("/cgi/crm/v2/data/update", func(fxiaoketest.Request) (map[string]any, error) {
			return nil, &fxiaoketest.Error{Code: 320001403, Message: words}
		})
		out, err := sink.Write(t.Context(), []duijiesync.Record[row]{{Key: "E-1", Value: row{"tel": "2"}, Target: duijiesync.Target{ID: id}}})
		if stops {
			require.ErrorIs(t, err, duijiesync.ErrStop)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
		require.Equal(t, 1, s.Count(updateAccount))
	}
}

// What was done beside a fault of the setup is not taken back: the rest is met again.
func TestSetupFaultBesideAnUpdate(t *testing.T) {
	t.Parallel()
	s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
	sink, err := NewSink(fakeOf(t, s), SinkConfig[row]{Object: "AccountObj", KeyField: "erp_no__c"})
	require.NoError(t, err)
	id := s.Add("AccountObj", fxiaoketest.Row{"erp_no__c": "E-1"})
	s.Inject(fxiaoketest.Fault{Op: createAccount, Times: -1, Kind: fxiaoketest.ModuleRefusal})
	recs := []duijiesync.Record[row]{
		{Key: "E-0", Value: row{"tel": "2"}}, {Key: "E-1", Value: row{"tel": "2"}, Target: duijiesync.Target{ID: id}}, {Key: "E-2", Value: row{"tel": "2"}},
	}
	out, err := sink.Write(t.Context(), recs)
	require.NoError(t, err)
	require.Equal(t, []duijiesync.OutcomeKind{duijiesync.OutcomeRetryable, duijiesync.OutcomeUpdated, duijiesync.OutcomeRetryable},
		[]duijiesync.OutcomeKind{out[0].Kind, out[1].Kind, out[2].Kind})
	_, err = sink.Write(t.Context(), []duijiesync.Record[row]{recs[0], recs[2]})
	require.ErrorIs(t, err, duijiesync.ErrStop)
}

// A record too large for a proxy is refused alone, and a lookup of too many keys is parted.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
	const most = 1000
	proxy := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.ContentLength > most && strings.Contains(r.URL.Path, "/data/") {
			return &http.Response{StatusCode: 413, Header: http.Header{}, Body: readerOf("<html>413 Request Entity Too Large</html>"), Request: r}, nil
		}
		return http.DefaultTransport.RoundTrip(r)
	})}
	p := toFake(t, s, 100, func(cfg *SinkConfig[row]) {
		cfg.Model = func(rec duijiesync.Record[row]) (any, error) {
			if rec.Key == "客户 13" {
				return row{"name": rec.Key, "remark": strings.Repeat("长", most)}, nil
			}
			return row{"name": rec.Key}, nil
		}
	})
	sink := p.Sink.(*Sink[row])
	sink.client = fakeOf(t, s, duijie.WithHTTPClient(proxy))
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 99, report.Created)
	require.EqualValues(t, 1, report.Refused)
	require.EqualValues(t, 1, report.DeadLetters)

	var recs []duijiesync.Record[row]
	for i := range 50 {
		recs = append(recs, duijiesync.Record[row]{Key: fmt.Sprintf("客户 %02d", i), Target: duijiesync.Target{KeyOnly: true}})
	}
	before := s.Count("/cgi/crm/v2/data/query AccountObj")
	found, err := sink.Find(t.Context(), recs)
	require.NoError(t, err)
	for i, f := range found {
		require.Equal(t, i == 13, f.Match == duijiesync.Absent, i)
	}
	require.Greater(t, s.Count("/cgi/crm/v2/data/query AccountObj"), before+1)
	recs[0].Key = strings.Repeat("长", 200)
	const least = 900 // of a lookup of one key
	require.Greater(t, len(recs[0].Key)+least, most)
	_, err = sink.Find(t.Context(), recs[:1])
	require.ErrorIs(t, err, duijiesync.ErrStop, "one key can not be parted")
}

// Texts are texts: 1.10 and 1.1 are one only where the field holds numbers.
func TestSinkComparesTextsAsTexts(t *testing.T) {
	t.Parallel()
	type typed struct {
		Amount duijie.Decimal `json:"amount__c"`
		Code   string         `json:"code__c"`
	}
	s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
	s.AddObject(fxiaoketest.Object{Name: "AccountObj", Fields: []fxiaoketest.Field{
		{Name: "erp_no__c", Type: "text"}, {Name: "code__c", Type: "text"}, {Name: "amount__c", Type: "currency"}, {Name: "codes__c", Type: "select_many"},
	}})
	c := fakeOf(t, s)
	s.Add("AccountObj", fxiaoketest.Row{"erp_no__c": "E-1", "code__c": "1.10", "amount__c": "1.10", "codes__c": []any{"1.10"}})
	find := func(sink *Sink[any], model any) duijiesync.Found {
		found, err := sink.Find(t.Context(), []duijiesync.Record[any]{{Key: "E-1", Value: model}})
		require.NoError(t, err)
		return found[0]
	}
	fresh := func() *Sink[any] {
		sink, err := NewSink(c, SinkConfig[any]{Object: "AccountObj", KeyField: "erp_no__c"})
		require.NoError(t, err)
		return sink
	}
	const describe = "/cgi/crm/v2/object/describe"
	sink := fresh()
	require.Equal(t, duijiesync.Identical, find(sink, row{"code__c": "1.10", "amount__c": "1.10"}).Match)
	require.Equal(t, duijiesync.Identical, find(sink, row{"amount__c": duijie.MustDecimal("1.1")}).Match)
	require.Equal(t, duijiesync.Identical, find(sink, typed{Amount: duijie.MustDecimal("1.1").Quoted(), Code: "1.10"}).Match)
	require.Zero(t, s.Count(describe), "the types of JSON and of the struct are enough")
	for range 2 {
		require.Equal(t, duijiesync.Identical, find(sink, row{"amount__c": "1.1"}).Match)
		for _, other := range []row{{"code__c": "1.1"}, {"codes__c": []string{"1.1"}}} {
			require.Equal(t, duijiesync.Different, find(sink, other).Match, other)
		}
		require.Equal(t, duijiesync.Different, find(sink, typed{Amount: duijie.MustDecimal("1.1"), Code: "1.1"}).Match)
	}
	require.Equal(t, 1, s.Count(describe), "what was told is kept")

	s.Inject(fxiaoketest.Fault{Op: describe, Kind: fxiaoketest.ModuleRefusal})
	require.Equal(t, duijiesync.Different, find(fresh(), row{"amount__c": "1.1"}).Match, "what may not be known is a change")
	s.Inject(fxiaoketest.Fault{Op: describe, Times: 9, Kind: fxiaoketest.Overloaded})
	_, err := fresh().Find(t.Context(), []duijiesync.Record[any]{{Key: "E-1", Value: row{"amount__c": "1.1"}}})
	require.ErrorIs(t, err, duijie.ErrUnavailable)
}
