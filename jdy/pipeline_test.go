package jdy

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Customers go from one account set to another through lost answers, throttling,
// expired tokens, a rotated secret, rows that move and one that is refused: each
// arrives once, and a second run has nothing to do.
func TestPipeline(t *testing.T) {
	t.Parallel()
	from, source := newPair(t, jdytest.WithMixedTypes())
	to, target := newPair(t)
	seedCustomers(source, 60, testDay.AddDate(-1, 0, 0))
	src, err := NewListSource(customersOf(from), Query{PageSize: 20}, SourceConfig[customerRow]{SettleDelay: -1})
	require.NoError(t, err)
	sink, err := NewSink(to, customersOf(to).Kind(), SinkConfig[customerModel]{IgnoreWarn: true, SettleDelay: 1})
	require.NoError(t, err)

	target.Refuse("bd/customer", "C-013", "客户已停用")
	save := "POST bd/customer"
	for call, kind := range map[int]jdytest.FaultKind{
		3: jdytest.CutAfter, 7: jdytest.Cut, 15: jdytest.GatewayTimeoutAfter, 22: jdytest.Throttle, 31: jdytest.TokenExpired, 40: jdytest.Timeout5004After,
	} {
		target.Inject(jdytest.Fault{Op: save, Call: call, Kind: kind})
	}
	source.Inject(jdytest.Fault{Op: opToken, Kind: jdytest.SecretRotated})
	source.Inject(jdytest.Fault{Op: "GET bd/customer", Call: 3, Kind: jdytest.Unavailable})

	state := duijiesync.NewMemoryState()
	run := func() *duijiesync.Report {
		p := &duijiesync.Pipeline[customerRow, customerModel]{
			Name: "customers", Source: src, Sink: sink, State: state,
			Transform: func(_ context.Context, c customerRow) (customerModel, error) { return customerModel{Name: c.Name}, nil },
		}
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		return report
	}
	report := run()
	require.EqualValues(t, 59, report.Created)
	require.EqualValues(t, 1, report.Refused)
	for i := range 60 {
		number := fmt.Sprintf("C-%03d", i)
		want := 1
		if i == 13 {
			want = 0
		}
		require.Equal(t, want, target.Created("bd/customer", number), number)
		require.Equal(t, want, count(target, "bd/customer", "number", number), number)
	}
	require.Contains(t, report.Paging, "closed window")
	before := target.Count(save)
	report = run()
	require.Zero(t, report.Created+report.Updated)
	require.Equal(t, before, target.Count(save))
}

// Flow 2: the token is refreshed, and materials are read page by page into
// nothing but a ledger, which knows them the second time.
func TestTokenFlow(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	seedMaterials(s, 45)
	status, err := c.Token(t.Context())
	require.NoError(t, err)
	require.False(t, status.Expires.IsZero())
	src, err := NewListSource(materialService(c), Query{PageSize: 20}, SourceConfig[materialRow]{Full: true})
	require.NoError(t, err)
	p := &duijiesync.Pipeline[materialRow, materialRow]{
		Name: "materials", Source: src, Sink: duijiesync.Discard[materialRow]{}, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[materialRow],
	}
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 45, report.Created)
	report, err = p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 45, report.Unchanged)
	require.Equal(t, 1, s.Count(opToken))
}
