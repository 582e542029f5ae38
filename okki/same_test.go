package okki

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Numbers and days are equal by what they say, all other texts to the letter: a changed
// model number, size or phone is a change.
func TestSameValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, stored, pushed string
		want                 bool
	}{
		{"amount", `"977.0000000000"`, `977`, true},
		{"amount", `"977.0000000000"`, `"977.00"`, true},
		{"exchange_rate", `725`, `"725.00"`, true},
		{"unit_price", `"2.50"`, `2.51`, false},
		{"model", `"1.10"`, `"1.1"`, false},
		{"order_no", `"007"`, `"7"`, false},
		{"tel", `"1"`, `"true"`, false},
		{"tel", `"010"`, `10`, false},
		{"remark", `"2026-05-01 00:00:00"`, `"2026-05-01"`, false},
		{"account_date", `"2026-05-01 00:00:00"`, `"2026-05-01"`, true},
		{"account_date", `"2026-05-01 08:00:00"`, `"2026-05-01"`, false},
		{"account_date", `"1970-01-01 00:00:00"`, `""`, true},
		{"warehouse_invoice_time", `"2026-05-01 00:00:00"`, `"2026-05-01"`, true},
		{"remark", `null`, `""`, true},
		{"remark", `""`, `"x"`, false},
		{"company_id", `"56657420945678"`, `56657420945678`, true},
		{"company_id", `56657420945678`, `56657420945679`, false},
		{"disable_flag", `1`, `true`, true},
		{"disable_flag", `"0"`, `0`, true},
		{"1101060384", `"1.10"`, `"1.1"`, false},
	} {
		require.Equal(t, c.want, sameValue(c.name, json.RawMessage(c.stored), json.RawMessage(c.pushed)), "%s: %s and %s", c.name, c.stored, c.pushed)
	}
}

// A text that changed from one spelling of a number to another is found, and written.
func TestChangedTextIsFound(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	s.Add("product", map[string]any{"product_no": "P-1", "model": "1.10", "cost": "3.5000", "remark": "1"})
	sink, err := NewSink(c, productKind, SinkConfig[json.RawMessage]{})
	require.NoError(t, err)
	for model, want := range map[string]duijiesync.Match{
		`{"model":"1.10","cost":"3.5"}`: duijiesync.Identical,
		`{"model":"1.1","cost":"3.5"}`:  duijiesync.Different,
		`{"model":"1.10","cost":"3.6"}`: duijiesync.Different,
	} {
		found, err := sink.Find(t.Context(), []duijiesync.Record[json.RawMessage]{{Key: "P-1", Value: json.RawMessage(model)}})
		require.NoError(t, err)
		require.Equal(t, want, found[0].Match, model)
	}
}
