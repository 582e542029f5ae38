package jdy

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is stored is compared by what is written: a changed code is a change even
// where both codes read as one number.
func TestSameMember(t *testing.T) {
	t.Parallel()
	sink, err := customersOf(mocked(t, answer(200, `{"errcode":0}`))).Sink(SinkConfig[customerModel]{})
	require.NoError(t, err)
	for _, c := range []struct {
		stored, wanted string
		same           bool
	}{
		{`"1.50"`, `1.5`, true}, {`1.50`, `1.5`, true}, {`"1"`, `true`, true}, {`1`, `true`, true}, {`null`, `""`, true}, {`" a "`, `"a"`, true},
		{`"1.10"`, `"1.1"`, false}, {`"1E2"`, `100`, false}, {`"100"`, `"1E2"`, false}, {`"007"`, `7`, false}, {`"1"`, `"true"`, false}, {`"0"`, `""`, false},
	} {
		require.Equal(t, c.same, sink.sameMember(json.RawMessage(c.stored), json.RawMessage(c.wanted)), "%s and %s", c.stored, c.wanted)
	}
}
