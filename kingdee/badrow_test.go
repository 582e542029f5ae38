package kingdee

import (
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestRowThatDoesNotFitHurtsItselfOnly: one record whose number is no number
// becomes a dead letter, and the rest of the page arrives.
func TestRowThatDoesNotFitHurtsItselfOnly(t *testing.T) {
	t.Parallel()
	type numbered struct {
		Name   string `kingdee:"FName"`
		Number int    `kingdee:"FNumber"`
	}
	c, s := newPair(t, SignHeaders)
	for _, number := range []string{"1", "2", "drei", "4"} {
		s.Seed("BD_Customer", map[string]any{"FNumber": number, "FName": "客户" + number, "FCreateOrgId": "100", "FUseOrgId": "100"})
	}
	src, err := NewSource(c, Query{FormID: "BD_Customer"}, SourceConfig[numbered]{Key: func(n numbered) string { return n.Name }, Rescan: true})
	require.NoError(t, err)
	sink := duijiesync.Collect[numbered]()
	p := duijiesync.Pipeline[numbered, numbered]{
		Name: "numbers", Source: src, Transform: duijiesync.Same[numbered], Sink: sink, State: duijiesync.NewMemoryState(),
	}
	for range 2 { // the same row is the same letter
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 4, report.Read)
		require.EqualValues(t, 1, report.Refused)
		require.EqualValues(t, 1, report.DeadLetters)
	}
	require.Equal(t, 3, sink.Len())
	letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	require.Equal(t, "decode", letters[0].Code)
	require.Contains(t, letters[0].Message, "FNumber")
	require.Contains(t, string(letters[0].Raw), "drei")
}
