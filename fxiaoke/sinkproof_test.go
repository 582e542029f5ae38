package fxiaoke

import (
	"fmt"
	stdsync "sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// accounts is a fake whose customers have a key and a telephone number.
func accounts() *fxiaoketest.Server {
	s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
	s.AddObject(fxiaoketest.Object{Name: "AccountObj", Fields: []fxiaoketest.Field{{Name: "erp_no__c", Type: "text", Unique: true}, {Name: "tel", Type: "text"}}})
	return s
}

// refuseWith lets creates for which it holds be refused.
func refuseWith(s *fxiaoketest.Server, code int, words string, when func(n int, data fxiaoketest.Row) bool) {
	n := 0
	var mu stdsync.Mutex
	refused := func(object fxiaoketest.Row) bool {
		mu.Lock()
		defer mu.Unlock()
		n++
		return when(n, object)
	}
	s.Handle("/cgi/crm/v2/data/create", func(r fxiaoketest.Request) (map[string]any, error) {
		data, _ := r.Body["data"].(map[string]any)
		object, _ := data["object_data"].(map[string]any)
		if refused(object) {
			return nil, &fxiaoketest.Error{Code: code, Message: words}
		}
		id := s.Add("AccountObj", object)
		return map[string]any{"dataId": id}, nil
	})
}

// Records that write a field which is not there are no proof's business of records that do
// not: the run stops, and none becomes a dead letter.
func TestProofIsOfTheFieldsThatWereWritten(t *testing.T) {
	t.Parallel()
	s := accounts()
	p := toFake(t, s, 100, func(cfg *SinkConfig[row]) {
		cfg.Model = func(rec duijiesync.Record[row]) (any, error) {
			m := row{"name": rec.Key}
			if rec.Key[len(rec.Key)-1] >= '7' { // three of ten, as omitempty has it
				m["gone__c"] = "1"
			}
			return m, nil
		}
	})
	refuseWith(s, 32000, "parameter error", func(_ int, r fxiaoketest.Row) bool { return r["gone__c"] != nil })
	report, err := p.Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrStop)
	require.ErrorContains(t, err, "no field gone__c")
	require.Zero(t, report.DeadLetters)
}

// A right that is taken away while a run is under way stops it soon, whatever was written
// before.
func TestProofWearsOff(t *testing.T) {
	t.Parallel()
	s := accounts()
	p := toFake(t, s, 300, func(cfg *SinkConfig[row]) { cfg.Rows = 10 })
	refuseWith(s, 320001404, "没有客户新建权限", func(n int, _ fxiaoketest.Row) bool { return n > 150 })
	p.Lanes = 1
	report, err := p.Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrStop)
	require.ErrorContains(t, err, "lacks a right")
	require.EqualValues(t, 150, report.Created)
	require.LessOrEqual(t, report.DeadLetters, int64(30))
}

// One bad record does not stop runs for ever because the platform tells less of the object
// than there is.
func TestTheObjectIsThereThoughLittleIsToldOfIt(t *testing.T) {
	t.Parallel()
	const list, describe = "/cgi/crm/v2/object/list", "/cgi/crm/v2/object/describe"
	answer := func(path string, data any) func(*fxiaoketest.Server) {
		return func(s *fxiaoketest.Server) {
			s.Handle(path, func(fxiaoketest.Request) (map[string]any, error) { return map[string]any{"data": data}, nil })
		}
	}
	for name, c := range map[string]struct {
		wrong func(*fxiaoketest.Server)
		code  int
		words string
	}{
		"list without it":         {answer(list, row{"objects": []any{row{"describeApiName": "OtherObj", "isActive": true}}}), 32000, "parameter error"},
		"list of nothing":         {answer(list, row{}), 32000, "parameter error"},
		"description of nothing":  {answer(describe, row{}), 32000, "parameter error"},
		"description of no use":   {answer(describe, row{"describe": row{"fields": row{"tel": row{"type": row{"a": 1}, "decimal_places": "two"}}}}), 32000, "parameter error"},
		"owner that is no id":     {nil, 11008, "openUserId not legal"},
		"department that is none": {nil, 11009, "departmentId not legal"},
		"words of a value":        {nil, 320099999, "字段【无线设备权限】的值不正确"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := accounts()
			p := toFake(t, s, 1, nil)
			if c.wrong != nil {
				c.wrong(s)
			}
			refuseWith(s, c.code, c.words, func(int, fxiaoketest.Row) bool { return true })
			report, err := p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 1, report.Refused)
			require.EqualValues(t, 1, report.DeadLetters)
			require.Zero(t, report.RowRetries)
			require.Equal(t, 1, s.Count(createAccount))
		})
	}
}

// What a description is good for is no reason to stop where it can not be read.
func TestSamenessWithoutADescription(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]any{
		"nothing": row{}, "no object": row{"describe": "AccountObj"}, "odd members": row{"describe": row{"fields": row{"amount__c": row{"type": "currency", "decimal_places": "two"}}}},
	} {
		s := accounts()
		p := toFake(t, s, 3, func(cfg *SinkConfig[row]) {
			cfg.Model = func(rec duijiesync.Record[row]) (any, error) { return row{"name": rec.Key, "tel": "1.10"}, nil }
		})
		for i := range 3 {
			s.Add("AccountObj", fxiaoketest.Row{"name": fmt.Sprintf("客户 %02d", i), "erp_no__c": fmt.Sprintf("客户 %02d", i), "tel": "1.1"})
		}
		s.Handle("/cgi/crm/v2/object/describe", func(fxiaoketest.Request) (map[string]any, error) { return map[string]any{"data": data}, nil })
		report, err := p.Run(t.Context())
		require.NoError(t, err, name)
		require.EqualValues(t, 3, report.Updated, name)
	}
}

// What is switched off takes no record, as what is not there.
func TestSwitchedOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path string
		data row
	}{
		"object": {"/cgi/crm/v2/object/list", row{"objects": []any{row{"describeApiName": "AccountObj", "isActive": false}}}},
		"field": {"/cgi/crm/v2/object/describe", row{"describe": row{"fields": row{
			"name": row{"type": "text"}, "erp_no__c": row{"type": "text"}, "tel": row{"type": "text", "is_active": false},
		}}}},
	} {
		s := accounts()
		p := toFake(t, s, 60, nil)
		s.Handle(c.path, func(fxiaoketest.Request) (map[string]any, error) { return map[string]any{"data": c.data}, nil })
		refuseWith(s, 32000, "parameter error", func(int, fxiaoketest.Row) bool { return true })
		report, err := p.Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrStop, name)
		require.ErrorContains(t, err, "switched off", name)
		require.Zero(t, report.DeadLetters, name)
	}
}
