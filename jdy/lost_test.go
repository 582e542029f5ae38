package jdy

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
)

// A further member that can not be encoded stops the save: it is not left out.
func TestExtraIsNotDropped(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for _, bad := range []any{math.NaN(), func() {}} {
		_, err := c.Materials.Save(t.Context(), MaterialSave{Name: "n", BaseUnitID: "1", Extra: duijie.Record{"custom_field": bad}}, SaveOptions{})
		require.Error(t, err)
	}
	require.Zero(t, s.Count("POST bd/material"))
}

// A page size given by its name on the platform is one whole number.
func TestPageSizeByName(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for i := range 12 {
		s.Seed("bd/material", jdytest.Row{"number": "M" + itoa(i)})
	}
	for _, size := range []any{nil, (*string)(nil), "5.0", "+5", []string{"5", "6"}} {
		n := 0
		for _, err := range QueryAs[duijie.Record](t.Context(), c, "/jdy/v2/bd/material", Query{Filter: Filter{"page_size": size}}) {
			if err != nil {
				require.ErrorIs(t, err, duijie.ErrInvalid, "%v", size)
				n = 12
				break
			}
			n++
		}
		require.Equal(t, 12, n, "%v", size)
	}
}
