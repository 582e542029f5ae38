package okki

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func leadOf(number, name, email string) LeadPush {
	return LeadPush{Name: name, SerialID: number, Customers: []ContactPush{{Name: "Ann", Email: email, Main: new(true)}}}
}

func addLead(s *okkitest.Server, number, name, email string, more okkitest.Row) int64 {
	r := okkitest.Row{
		"serial_id": number, "name": name, "create_time": "2020-01-01 00:00:00", "update_time": "2020-01-01 00:00:00",
		"customers": []any{map[string]any{"email": email}},
	}
	for k, v := range more {
		r[k] = v
	}
	return s.Add("lead", r)
}

// A lead whose e-mail another one has is not pushed: the platform would edit that one
// and call it a success.
func TestLeadWithAnothersEmail(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]okkitest.Row{"open": nil, "archived": {"archive": 1}, "converted": {"archive": 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s := fakePair(t)
			id := addLead(s, "L-1", "first", "Ann@example.com", more)
			made, err := c.Leads.Create(t.Context(), leadOf("L-2", "second", "ann@example.com "), 0)
			require.ErrorIs(t, err, duijie.ErrConflict)
			require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
			require.ErrorContains(t, err, "L-1")
			require.Zero(t, made.ID)

			sink, err := NewSink(c, c.Leads.Kind(), SinkConfig[LeadPush]{SettleDelay: time.Millisecond})
			require.NoError(t, err)
			p := pipelineOf(t, sink, []LeadPush{leadOf("L-2", "second", "ann@example.com"), leadOf("L-3", "third", "bob@example.com")},
				func(l LeadPush) string { return l.SerialID })
			report, err := p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 1, report.Refused)
			require.EqualValues(t, 1, report.Created)
			letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
			require.NoError(t, err)
			require.Len(t, letters, 1)
			require.Equal(t, "other_record", letters[0].Code)
			require.Contains(t, letters[0].Message, "ann@example.com")
			stored, _ := s.Record("lead", id)
			require.Equal(t, "first", stored["name"])
			require.Equal(t, "L-1", stored["serial_id"])
			require.Zero(t, s.Updated("lead", ""))
		})
	}
}

// A lead no list shows is edited all the same: that is seen by its age, with the answer
// at hand and after a lost one, and never taken for the new lead.
func TestLeadThatNoListShows(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]okkitest.FaultKind{"answered": "", "answer lost": okkitest.CutAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hidden := func() (*Client, *okkitest.Server) {
				c, s := fakePair(t)
				s.OnCall(func(op string, n int) {
					if op == "POST lead/push" && n == 1 {
						addLead(s, "L-1", "first", "ann@example.com", nil) // nobody could see it before
					}
				})
				if fault != "" {
					s.Inject(okkitest.Fault{Op: "POST lead/push", Kind: fault})
				}
				return c, s
			}
			c, _ := hidden()
			_, err := c.Leads.Create(t.Context(), leadOf("L-2", "second", "ann@example.com"), time.Millisecond)
			require.ErrorIs(t, err, duijie.ErrConflict)
			require.ErrorContains(t, err, "was there since 2020-01-01")

			c, s := hidden()
			sink, err := NewSink(c, c.Leads.Kind(), SinkConfig[LeadPush]{SettleDelay: time.Millisecond})
			require.NoError(t, err)
			p := pipelineOf(t, sink, []LeadPush{leadOf("L-2", "second", "ann@example.com")}, func(l LeadPush) string { return l.SerialID })
			report, err := p.Run(t.Context())
			require.NoError(t, err)
			require.Zero(t, report.Created+report.Updated)
			require.EqualValues(t, 1, report.Refused+report.Held)
			require.Equal(t, 1, s.Count("POST lead/push"))
		})
	}
}

// A new lead is created, also where its answer is lost, and its own update is one.
func TestLeadIsCreated(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	addLead(s, "L-1", "first", "ann@example.com", nil)
	made, err := c.Leads.Create(t.Context(), leadOf("L-2", "second", "bob@example.com"), time.Millisecond)
	require.NoError(t, err)
	require.False(t, made.Settled)
	s.Inject(okkitest.Fault{Op: "POST lead/push", Kind: okkitest.CutAfter})
	_, err = c.Leads.Create(t.Context(), leadOf("L-3", "third", "carl@example.com"), time.Millisecond)
	require.NoError(t, err)
	require.Equal(t, 2, s.Created("lead", ""))
	sink, err := NewSink(c, c.Leads.Kind(), SinkConfig[LeadPush]{})
	require.NoError(t, err)
	out, err := sink.Write(t.Context(), []duijiesync.Record[LeadPush]{{
		Key: "L-2", Value: leadOf("L-2", "renamed", "bob@example.com"), Target: duijiesync.Target{ID: jsonInt(made.ID)},
	}})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeUpdated, out[0].Kind)

	// A list that ignores the filter tells nothing about an e-mail.
	for range claimRows {
		addLead(s, "", "more", "other@example.com", nil)
	}
	s.Handle("GET lead/list", func(okkitest.Request) (any, error) {
		return row{"totalItem": len(s.Records("lead")), "list": s.Records("lead")[:1]}, nil
	})
	_, err = c.Leads.Create(t.Context(), leadOf("L-9", "ninth", "new@example.com"), 0)
	require.ErrorContains(t, err, "does not tell whose it is")
	require.Equal(t, 2, s.Created("lead", ""))
}

// A push that edits another record than the one it names is no success.
func TestPushEditsAnother(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	s.Handle("POST lead/push", func(okkitest.Request) (any, error) { return row{"lead_id": 6}, nil })
	_, err := c.Leads.Push(t.Context(), LeadPush{Name: "x", LeadID: 5})
	require.ErrorIs(t, err, duijie.ErrConflict)
	require.ErrorContains(t, err, "it edited 6")
}
