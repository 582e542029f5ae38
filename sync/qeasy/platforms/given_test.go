package platforms

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// given is a source of rows that are at hand, whose id is no.
type given struct{ rows []string }

const givenSource = `{"api":"given","effect":"QUERY","method":"POST","id":"no","number":"no","idCheck":false,"request":[]}`

func (given) APIs() []string { return []string{"given"} }

func (given) Match(side qeasy.Side, api string) bool {
	return side == qeasy.SideSource && api == "given"
}

func (g given) Source(*qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	return seqSource(func(yield func(duijiesync.Record[json.RawMessage], error) bool) {
		for _, row := range g.rows {
			if !yield(duijiesync.Record[json.RawMessage]{Raw: json.RawMessage(row)}, nil) {
				return
			}
		}
	}), nil, nil
}

func (given) Sink(*qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	return nil, nil, fmt.Errorf("given writes nothing")
}

// written is a pipeline of rows at hand into a target half, which settles at once.
func written(t *testing.T, to qeasy.Connector, target string, state duijiesync.State, rows ...string) *duijiesync.Pipeline[qeasy.Row, qeasy.Write] {
	t.Helper()
	s, err := qeasy.Compile(parse(t, qeasy.SideSource, givenSource), parse(t, qeasy.SideTarget, target), qeasy.Config{Source: given{rows}, Target: to})
	require.NoError(t, err)
	p := s.Pipeline("written", state)
	p.Settle = duijiesync.SettlePolicy{Delay: 5 * time.Millisecond}
	return p
}

func ran(t *testing.T, p *duijiesync.Pipeline[qeasy.Row, qeasy.Write]) *duijiesync.Report {
	t.Helper()
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	return report
}

// codesOf are the codes of what a target half is refused for, by their paths.
func codesOf(t *testing.T, to qeasy.Connector, target string) map[string]string {
	t.Helper()
	return problems(t, parse(t, qeasy.SideSource, givenSource), parse(t, qeasy.SideTarget, target), qeasy.Config{Source: given{}, Target: to})
}

// compiles is a source half with a target that writes nothing.
func compiles(t *testing.T, from qeasy.Connector, source string) (*qeasy.Scheme, error) {
	t.Helper()
	return qeasy.Compile(parse(t, qeasy.SideSource, source), parse(t, qeasy.SideTarget, nothingTarget),
		qeasy.Config{Source: from, Since: time.Now().AddDate(0, 0, -2)})
}

// readBy are the rows a source half reads.
func readBy(t *testing.T, from qeasy.Connector, source string) (rows []json.RawMessage) {
	t.Helper()
	s, err := compiles(t, from, source)
	require.NoError(t, err)
	src, _, err := from.Source(s.Source())
	require.NoError(t, err)
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, rec := range b.Records {
			require.NoError(t, rec.Err)
			rows = append(rows, rec.Value)
		}
	}
	return rows
}

// texts are a member of all rows.
func texts(rows []json.RawMessage, name string) (out []string) {
	for _, row := range rows {
		out = append(out, textOf(row, name))
	}
	return out
}

// requireOperations holds a connector's table to what a client knows: each operation runs on
// one side or has a reason, and nothing stands in it that the client does not know.
func requireOperations(t *testing.T, c qeasy.Connector, table operations, known []string) {
	t.Helper()
	for _, api := range known {
		one, there := table.find(api)
		require.True(t, there, "nothing is said of %s", api)
		require.Equal(t, one.side == "", one.why != "", api)
		require.True(t, c.Match(qeasy.SideSource, api) && c.Match(qeasy.SideTarget, api), api)
		require.Equal(t, one.side != "", slices.Contains(c.APIs(), api), api)
		for _, side := range []qeasy.Side{qeasy.SideSource, qeasy.SideTarget} {
			var all *qeasy.Errors
			if err := table.refusal(side, api); side == one.side {
				require.NoError(t, err)
			} else {
				require.ErrorAs(t, err, &all, api)
				require.Equal(t, qeasy.CodeAPIUnsupported, all.Problems[0].Code)
			}
		}
	}
	for _, one := range table {
		require.Contains(t, known, one.api)
	}
	require.False(t, c.Match(qeasy.SideSource, "nobody.knows"))
	require.Error(t, table.refusal(qeasy.SideSource, "nobody.knows"))
}
