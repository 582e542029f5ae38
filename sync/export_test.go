package sync

// The weaknesses a test can give a pipeline.
const (
	WeakOrder = weakOrder
	WeakMoved = weakMoved
)

// Weakness is for the tests of package sync_test.
type Weakness = weakness

// Weaken takes a protection of the engine away.
func Weaken[In, Out any](p *Pipeline[In, Out], w weakness) { p.weak = w }
