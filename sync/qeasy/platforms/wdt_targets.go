package platforms

import (
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// WDTWrites says how target halves write to 旺店通.
type WDTWrites struct{}

// WDTTargets are the write methods that can be targets.
func WDTTargets() []string { return nil }

func wdtTarget(string) any { return nil }

func (w *wdtConnector) Sink(*qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	return nil, nil, nil
}
