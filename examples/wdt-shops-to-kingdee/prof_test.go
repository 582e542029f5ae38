//go:build unix

package main

import (
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func BenchmarkProf(b *testing.B) {
	a := fakes(b, 4000)
	for b.Loop() {
		b.ReportMetric(measure(b, 4000, func() error { return runPipeline(b, a, 4000, duijiesync.NewMemoryState()) }).allocs, "allocs/record")
	}
}
