package paging_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

// BenchmarkDoublePass reads a list of 200,000 rows twice; bytes/row is the memory
// that stays allocated while it is read, whatever the size of a row.
func BenchmarkDoublePass(b *testing.B) {
	const rows = 200_000
	raw := json.RawMessage(`{"no":"XSD20260301000001","qty":"12.50","remark":"` + fmt.Sprintf("%0400d", 7) + `"}`)
	fetch := func(_ context.Context, at paging.At) (paging.Page[row], error) {
		page := paging.Page[row]{Total: rows, Records: make([]duijiesync.Record[row], 0, at.Size)}
		for i := at.Page * at.Size; i < min((at.Page+1)*at.Size, rows); i++ {
			page.Records = append(page.Records, duijiesync.Record[row]{Key: fmt.Sprintf("XSD%012d", i), Version: 1, Raw: raw})
		}
		return page, nil
	}
	src := paging.List[row]{Size: 1000, Fetch: fetch}.DoublePass()
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	for b.Loop() {
		before, read, kept := heap(), 0, 0.0
		for batch, err := range src.Read(b.Context(), "") {
			if err != nil {
				b.Fatal(err)
			}
			if read += len(batch.Records); read == rows && kept == 0 {
				batch.Records = nil
				kept = heap() - before
			}
		}
		if read != rows {
			b.Fatalf("%d rows", read)
		}
		b.ReportMetric(kept/rows, "bytes/row")
	}
}
