package reconcile_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/sync/reconcile"
)

// BenchmarkComparison compares 100,000 rows a side, in memory and through the
// disk, with a hand-written comparison that holds one side in a map and compares the
// values one by one.
func BenchmarkComparison(b *testing.B) {
	const n = 100_000
	fields := []reconcile.Field{{Name: "amount"}, {Name: "customer"}, {Name: "at"}, {Name: "paid"}, {Name: "note"}}
	byHand := func() (different int) {
		source := map[string][]reconcile.Value{}
		for r, err := range orders(n, 7919, false) {
			require.NoError(b, err)
			source[r.Key] = r.Fields
		}
		for r, err := range orders(n, 104729, true) {
			require.NoError(b, err)
			s, ok := source[r.Key]
			if !ok {
				different++
				continue
			}
			for i := range fields {
				if !fields[i].Agrees(s[i], r.Fields[i]) {
					different++
					break
				}
			}
			delete(source, r.Key)
		}
		return different + len(source)
	}
	for name, memory := range map[string]int64{"memory": 1 << 30, "disk": 2 << 20} {
		b.Run(name, func(b *testing.B) {
			var ours, theirs time.Duration
			for b.Loop() {
				start := time.Now()
				require.Equal(b, 3*n/1000, byHand())
				theirs += time.Since(start)
				start = time.Now()
				c := reconcile.Comparison{
					Fields: fields, Memory: memory, TempDir: b.TempDir(),
					Source: reconcile.Side{Rows: reconcile.Rows(orders(n, 7919, false))},
					Target: reconcile.Side{Rows: reconcile.Rows(orders(n, 104729, true))},
				}
				found, err := last(b.Context(), &c, nil)
				require.NoError(b, err)
				require.Equal(b, 3*n/1000, found)
				ours += time.Since(start)
			}
			b.ReportMetric(float64(ours)/float64(theirs), "x-by-hand")
		})
	}
}
