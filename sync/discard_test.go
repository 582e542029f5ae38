package sync_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// A pipeline into nothing fills its ledger, and what the ledger knows does not
// come again.
func TestDiscardWithLedger(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(250), page: 100}
	p := pipe(src, duijiesync.Discard[doc]{}, duijiesync.NewMemoryState())
	require.EqualValues(t, 250, mustRun(t, p).Created)
	src.items = renamed(src.items, "D0007")
	p.Source = rereading{src}
	rep := mustRun(t, p)
	require.EqualValues(t, 249, rep.Unchanged)
	require.EqualValues(t, 1, rep.Updated)
}

func TestDiscardChecksIDs(t *testing.T) {
	t.Parallel()
	items := []doc{{"a", "1"}, {"b", ""}, {"c", "2"}, {"d", "1"}, {"e", "1"}}
	sink := duijiesync.Discard[doc]{ID: func(d doc) string { return d.Name }}
	p := pipe(duijiesync.Slice(items, docNo), sink, duijiesync.NewMemoryState())
	rep := mustRun(t, p)
	require.EqualValues(t, 2, rep.Created)
	require.EqualValues(t, 3, rep.Refused)
	letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	codes := map[string]string{}
	for _, l := range letters {
		codes[l.Key] = l.Code
	}
	require.Equal(t, map[string]string{"b": duijiesync.CodeIDMissing, "d": duijiesync.CodeIDRepeated, "e": duijiesync.CodeIDRepeated}, codes)
	require.Contains(t, letters[1].Message, `"a"`, "the message names the record that has the id")
}

// A fingerprint of the id alone makes a known id unchanged for ever, as 轻易云's
// idCheck does.
func TestDiscardAsIDCheck(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(10), page: 5}
	p := pipe(rereading{src}, duijiesync.Discard[doc]{}, duijiesync.NewMemoryState())
	p.Fingerprint = func(d doc) ([]byte, error) { return []byte(d.No), nil }
	require.EqualValues(t, 10, mustRun(t, p).Created)
	src.items = append(renamed(src.items, "D0001"), doc{"new", "one"})
	rep := mustRun(t, p)
	require.EqualValues(t, 10, rep.Unchanged)
	require.EqualValues(t, 1, rep.Created)
}
