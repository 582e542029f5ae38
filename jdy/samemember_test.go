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
	sink, err := NewSink(mocked(t, answer(200, `{"errcode":0}`)), customerKind, SinkConfig[customerModel]{})
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

// Vouchers of two periods have one number: a source keyed by it would take the
// second for a new state of the first.
func TestPlainVoucherSourceKeysByID(t *testing.T) {
	t.Parallel()
	page := `{"errcode":0,"data":{"rows":[{"id":"11","number":"1","voucher_no":"记-1","year":"2024","period":"1"},` +
		`{"id":"12","number":"1","voucher_no":"记-1","year":"2024","period":"2"}],"page":1,"page_size":50,"total_page":1,"count":2}}`
	src, err := NewSource(mocked(t, answer(200, page)), "/jdy/v2/fi/voucher", Query{}, SourceConfig[VoucherRow]{Full: true})
	require.NoError(t, err)
	keys := map[string]bool{}
	for batch, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, rec := range batch.Records {
			keys[rec.Key] = true
		}
	}
	require.Equal(t, map[string]bool{"11": true, "12": true}, keys)
}
