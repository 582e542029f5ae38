package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOrders: every order has the size the table speaks of, comes through the
// structs unchanged, and can be told by its number.
func TestOrders(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 999, 20_000, 1_000_000, 1_000_001} {
		raw := appendOrder(nil, n, n%2 == 1)
		require.Len(t, string(raw), orderSize)
		var o Order
		require.NoError(t, json.Unmarshal(raw, &o))
		back, err := json.Marshal(o)
		require.NoError(t, err)
		require.Equal(t, string(raw), string(back))
		require.Equal(t, n, indexOf(o.No))
		require.Equal(t, amount(n), o.Amount.String())
	}
	require.Zero(t, indexOf("SO1"))
	require.Zero(t, indexOf("XX9e3779b97f4a7c15"))
}
