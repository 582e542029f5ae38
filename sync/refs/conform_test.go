package refs_test

import (
	"fmt"
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/sync/refs"
)

// TestPrefetchSourceConforms: a source that looks ahead is still the source.
func TestPrefetchSourceConforms(t *testing.T) {
	t.Parallel()
	var things []thing
	for i := range 23 {
		things = append(things, thing{No: fmt.Sprintf("T%02d", i), Ref: fmt.Sprint("C", i%7)})
	}
	pipelinetest.TestSource(t, pipelinetest.SourceSuite[thing]{
		Records: 23,
		Lacks: map[pipelinetest.Feature]string{
			pipelinetest.Requests: "items in memory", pipelinetest.Down: "items in memory", pipelinetest.Move: "items in memory",
		},
		Open: func(t *testing.T) pipelinetest.SourceCase[thing] {
			r := resolver(t, refs.Options[string]{Backends: []refs.Backend[string]{refs.FromMap("a map", map[string]string{"C1": "1"})}})
			open := func() duijiesync.Source[thing] {
				src := duijiesync.Slice(things, func(t thing) string { return t.No })
				src.Page, src.Version = 5, func(thing) int64 { return 1 }
				return refs.PrefetchSource(src, r, func(t thing) []string { return []string{t.Ref} })
			}
			return pipelinetest.SourceCase[thing]{Source: open(), Again: open}
		},
	})
}
