package jdy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// records are records for the customer sink.
func records(keys ...string) []duijiesync.Record[customerModel] {
	var out []duijiesync.Record[customerModel]
	for _, key := range keys {
		out = append(out, duijiesync.Record[customerModel]{Key: key, Value: customerModel{Name: "客户 " + key}})
	}
	return out
}

func customerSink(t *testing.T, c *Client, cfg SinkConfig[customerModel]) *Sink[customerModel] {
	t.Helper()
	cfg.SettleDelay = time.Millisecond
	sink, err := NewSink(c, customersOf(c).Kind(), cfg)
	require.NoError(t, err)
	return sink
}

func TestSinkIsChecked(t *testing.T) {
	t.Parallel()
	c, _ := newPair(t)
	_, err := NewSink(c, RecordKind{}, SinkConfig[int]{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = NewSink(c, customerKind, SinkConfig[int]{Rows: 501})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = NewSink(c, RecordKind{Path: "/x"}, SinkConfig[int]{Audit: true})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	sink, err := NewSink(c, customersOf(c).Kind(), SinkConfig[customerModel]{})
	require.NoError(t, err)
	require.Equal(t, 30*time.Second, sink.Limits().SettleDelay, "as long as the platform may work on a call")
}

// Find tells fields apart as the platform mixes them, private ones in clear text.
func TestSinkFindCompares(t *testing.T) {
	t.Parallel()
	stored := `{"id":"9","number":"C-1","name":"甲","enable":1,"rate":"13.0000","phone":"%s","code":"007","is_free":"false","remark":"","lines":[]}`
	var c *Client
	find := func(model map[string]any, compare ...string) duijiesync.Found {
		c = mocked(t, answer(200, `{"errcode":0,"data":`+fmt.Sprintf(stored, c.Encrypt("13800000000"))+`}`))
		sink, err := NewSink(c, customerKind, SinkConfig[map[string]any]{Compare: compare})
		require.NoError(t, err)
		found, err := sink.Find(t.Context(), []duijiesync.Record[map[string]any]{{Key: "C-1", Value: model}})
		require.NoError(t, err)
		require.Equal(t, "9", found[0].TargetID)
		return found[0]
	}
	c = mocked(t, answer(200, "{}"))
	same := map[string]any{"name": "甲", "enable": "1", "rate": 13, "phone": "13800000000", "code": "007", "is_free": false, "remark": nil, "number": "C-1", "ignore_warn": true}
	require.Equal(t, duijiesync.Identical, find(same).Match)
	for member, other := range map[string]any{"name": "乙", "enable": 0, "rate": "13.5", "phone": "13800000001", "code": "7", "is_free": true, "remark": "x"} {
		found := find(map[string]any{member: other})
		require.Equal(t, duijiesync.Different, found.Match, member)
		require.Equal(t, member, found.Changes[0].Field)
	}
	require.Equal(t, duijiesync.Exists, find(map[string]any{"name": "甲", "lines": []any{}}).Match, "lines are not compared")
	require.Equal(t, duijiesync.Exists, find(map[string]any{"unheard": "x"}).Match)
	require.Equal(t, duijiesync.Identical, find(map[string]any{"name": "甲", "lines": []any{}}, "name").Match)
}

// A bill list that ignores the filter, or has two bills of a number, is not
// guessed about.
func TestSinkFindIsSure(t *testing.T) {
	t.Parallel()
	for data, wrong := range map[string]string{
		`{"count":3,"total_page":2,"rows":[{"id":"1","bill_no":"X"}]}`:                              "ignores the filter",
		`{"count":2,"total_page":1,"rows":[{"id":"1","bill_no":"B-1"},{"id":"2","bill_no":"B-1"}]}`: "2 records",
	} {
		c := mocked(t, answer(200, `{"errcode":0,"data":`+data+`}`))
		sink, err := NewSink(c, purOrderKind, SinkConfig[order]{})
		require.NoError(t, err)
		found, err := sink.Find(t.Context(), []duijiesync.Record[order]{{Key: "B-1"}})
		require.NoError(t, err)
		require.ErrorContains(t, found[0].Err, wrong)
	}
	c := mocked(t, answer(200, `{"errcode":0,"data":{"id":"1","number":"other"}}`))
	found, err := customerSink(t, c, SinkConfig[customerModel]{}).Find(t.Context(), records("C-1"))
	require.NoError(t, err)
	require.ErrorContains(t, found[0].Err, "other")
	c = mocked(t, answer(200, `{"errcode":0,"data":{"id":"","number":""}}`))
	found, err = customerSink(t, c, SinkConfig[customerModel]{}).Find(t.Context(), records("C-1"))
	require.NoError(t, err)
	require.Equal(t, duijiesync.Absent, found[0].Match)
}

// An outage in the middle leaves the rest for later, and one at the beginning
// stops the run.
func TestSinkOutageMidway(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	sink := customerSink(t, c, SinkConfig[customerModel]{})
	s.Inject(jdytest.Fault{Op: "POST bd/customer", Call: 2, Times: -1, Kind: jdytest.Overload})
	out, err := sink.Write(t.Context(), records("A", "B", "C"))
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeCreated, out[0].Kind)
	require.Equal(t, duijiesync.OutcomeRetryable, out[1].Kind)
	require.Equal(t, duijiesync.OutcomeRetryable, out[2].Kind)
	_, err = sink.Write(t.Context(), records("B"))
	require.ErrorIs(t, err, duijie.ErrRateLimited)
	require.Zero(t, s.Created("bd/customer", "B"))
}

// A model that can not be sent is its own record's fault.
func TestSinkModelErrors(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	sink := customerSink(t, c, SinkConfig[customerModel]{Model: func(rec duijiesync.Record[customerModel]) (any, error) {
		switch rec.Key {
		case "bad":
			return nil, errors.New("no name")
		case "list":
			return []int{1}, nil
		case "id":
			return map[string]any{"id": "5", "name": "n"}, nil
		}
		return rec.Value, nil
	}})
	out, err := sink.Write(t.Context(), records("bad", "list", "id", " blank", "", "a\nb", strings.Repeat("x", 300), "good"))
	require.NoError(t, err)
	for i, o := range out[:7] {
		require.Equal(t, duijiesync.OutcomeRefused, o.Kind, i)
		require.Equal(t, "model", o.Code)
	}
	require.Equal(t, duijiesync.OutcomeCreated, out[7].Kind)
	require.Equal(t, 1, s.Count("POST bd/customer"))
}

// An audited bill whose update is refused is audited again.
func TestSinkAuditsAgain(t *testing.T) {
	t.Parallel()
	x, s := billSink(t, purOrderKind, true)
	out, err := x.Sink.Write(t.Context(), []duijiesync.Record[order]{{Key: "P-1", Value: order{"甲"}}})
	require.NoError(t, err)
	id := out[0].TargetID
	s.Refuse("scm/pur_order", "P-1", "供应商已停用")
	out, err = x.Sink.Write(t.Context(), []duijiesync.Record[order]{{Key: "P-1", Value: order{"乙"}, Target: duijiesync.Target{ID: id}}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	r, _ := s.Record("scm/pur_order", "P-1")
	require.Equal(t, "C", r["bill_status"])
	require.Equal(t, "甲", r["remark"])

	// And where that fails too, the reason says so.
	s.Inject(jdytest.Fault{Op: "POST sys/common_operate", Call: 2, Times: -1, Kind: jdytest.Overload})
	out, err = x.Sink.Write(t.Context(), []duijiesync.Record[order]{{Key: "P-1", Value: order{"丙"}, Target: duijiesync.Target{ID: id}}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Contains(t, out[0].Message, "could not be audited again")
}

// A bulk save refused as a whole, beside updates, is parted by the sink.
func TestSinkPartsABulkRefusal(t *testing.T) {
	t.Parallel()
	x, s := billSink(t, salOutKind, false)
	out, err := x.Sink.Write(t.Context(), []duijiesync.Record[order]{{Key: "A", Value: order{"1"}}})
	require.NoError(t, err)
	s.Handle("POST scm/sal_out_bound_batch", func(jdytest.Request) (any, error) {
		return nil, &jdytest.Error{Code: 1030002001, Description: "proto: invalid value"}
	})
	out, err = x.Sink.Write(t.Context(), []duijiesync.Record[order]{
		{Key: "A", Value: order{"2"}, Target: duijiesync.Target{ID: out[0].TargetID}}, {Key: "B", Value: order{"1"}}, {Key: "C", Value: order{"1"}},
	})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeUpdated, out[0].Kind)
	require.Equal(t, duijiesync.OutcomeCreated, out[1].Kind)
	require.Equal(t, duijiesync.OutcomeCreated, out[2].Kind)
	_, err = x.Sink.Write(t.Context(), []duijiesync.Record[order]{{Key: "D", Value: order{"1"}}, {Key: "E", Value: order{"1"}}})
	require.ErrorIs(t, err, duijie.ErrInvalid, "alone it is the engine that parts it")
}
