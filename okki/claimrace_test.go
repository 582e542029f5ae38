package okki

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/okki/okkitest"
)

// Leads of one e-mail that are pushed side by side: one is created, the others are
// refused, and none is called created that edited another.
func TestLeadsOfOneEmailAtOnce(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t, okkitest.WithLatency(5*time.Millisecond))
	sink, err := NewSink(c, c.Leads.Kind(), SinkConfig[LeadPush]{SettleDelay: time.Millisecond, Rows: 1})
	require.NoError(t, err)
	var leads []LeadPush
	for i := range 4 {
		leads = append(leads, leadOf(fmt.Sprint("L-", i), "x", []string{"ann@example.com", "Ann@example.com"}[i%2]))
	}
	p := pipelineOf(t, sink, leads, func(l LeadPush) string { return l.SerialID })
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Created)
	require.EqualValues(t, 3, report.Refused)
	require.Equal(t, 1, s.Created("lead", ""), "the e-mail is one, however it is written")
	require.Zero(t, s.Updated("lead", ""))
}

// An e-mail of more leads than a page shows may belong to one that is not on it.
func TestEmailOfMoreThanAPage(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	addLead(s, "L-1", "first", "ann@example.com", nil)
	for _, total := range []any{2, nil} {
		other := addLead(s, "", "x", "other@example.com", nil)
		s.Handle("GET lead/list", func(r okkitest.Request) (any, error) {
			rows := []any{}
			for range claimRows {
				rows = append(rows, row{"lead_id": other})
			}
			if total != nil {
				rows = rows[:1]
			}
			return row{"totalItem": total, "list": rows}, nil
		})
		_, err := c.Leads.Create(t.Context(), leadOf("L-9", "ninth", "ann@example.com"), 0)
		require.ErrorContains(t, err, "does not tell whose it is")
		require.Zero(t, s.Count("POST lead/push"))
	}
}
