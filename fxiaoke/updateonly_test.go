package fxiaoke

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// A sink that only updates changes what is there, by its _id or another field, through lost
// answers, and makes nothing.
func TestUpdateOnly(t *testing.T) {
	t.Parallel()
	const update = "/cgi/crm/v2/data/update"
	for _, field := range []string{"_id", "account_no"} {
		s := fxiaoketest.NewServer()
		t.Cleanup(s.Close)
		type change struct{ Key, ID, Fax string }
		var changes []change
		for _, no := range []string{"A1", "A2", "A3", "A4"} {
			id := s.Add("AccountObj", fxiaoketest.Row{"name": no, "account_no": no, "fax": "old"})
			key := id
			if field == "account_no" {
				key = no
			}
			changes = append(changes, change{key, id, "new"})
		}
		changes = append(changes, change{"0123456789abcdef01234567", "", "new"})
		changes[3].ID = changes[0].ID // a model of another record than its key
		s.Inject(fxiaoketest.Fault{Op: update, Call: 1, Kind: fxiaoketest.CutAfter})
		s.Inject(fxiaoketest.Fault{Op: update, Call: 2, Kind: fxiaoketest.Cut})
		sink, err := NewSink(fakeOf(t, s), SinkConfig[change]{
			Object: "AccountObj", KeyField: field, UpdateOnly: true, SettleDelay: time.Millisecond,
			Model: func(r duijiesync.Record[change]) (any, error) {
				return map[string]any{"_id": r.Value.ID, "fax": r.Value.Fax}, nil
			},
		})
		require.NoError(t, err)
		p := &duijiesync.Pipeline[change, change]{
			Name: "changes", Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[change],
			Source: duijiesync.Slice(changes, func(c change) string { return c.Key }),
		}
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, report.Updated, field)
		require.EqualValues(t, 2, report.DeadLetters, field)
		require.Len(t, s.Records("AccountObj"), 4)
		changed := 0
		for _, r := range s.Records("AccountObj") {
			if r["fax"] == "new" {
				changed++
			}
		}
		require.Equal(t, 3, changed)
		found, err := sink.Find(t.Context(), []duijiesync.Record[change]{{Key: changes[0].Key, Target: duijiesync.Target{KeyOnly: true}}, {Key: changes[1].Key, Value: changes[1]}})
		require.NoError(t, err)
		require.Equal(t, duijiesync.Absent, found[0].Match, "its contents decide")
		require.Equal(t, duijiesync.Identical, found[1].Match)
	}
	for _, cfg := range []SinkConfig[string]{
		{Object: "A", KeyField: "_id"}, {Object: "A", KeyField: "name", UpdateOnly: true, Owner: []string{"1"}},
		{Object: "A", KeyField: "name", UpdateOnly: true, Rules: &OptionInfo{}},
	} {
		_, err := NewSink(fakeOf(t, fxiaoketest.NewServer()), cfg)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}
