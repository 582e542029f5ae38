package wdt

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRowThatDoesNotDecodeHurtsOnlyItself: a source hands such a row on with its
// key and its error; a list, which has no place for it, ends with the error.
func TestRowThatDoesNotDecodeHurtsOnlyItself(t *testing.T) {
	t.Parallel()
	c, _ := newMock(t, Direct, answers(200, `{"status":0,"data":{"total_count":3,"details":[
		{"shop_id":1,"shop_no":"S1","shop_name":"one"},
		{"platform_id":{"odd":1},"shop_id":2,"shop_no":"S2","shop_name":"two"},
		{"shop_id":3,"shop_no":"S3","shop_name":"three"}]}}`), fast...)
	errs := map[string]error{}
	for batch, err := range NewListScan(c.Shops, ShopQuery{}).Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range batch.Records {
			errs[r.Key] = r.Err
			require.NotEmpty(t, r.Raw)
		}
	}
	require.Len(t, errs, 3)
	require.NoError(t, errs["S1"])
	require.ErrorContains(t, errs["S2"], "platform_id")
	require.NoError(t, errs["S3"])
	var last error
	for _, err := range c.Shops.All(t.Context(), ShopQuery{}) {
		last = err
	}
	require.ErrorContains(t, last, "platform_id")
}
