package sync

// weakness takes a protection away, for the simulation to prove that it would
// notice. The zero value takes none, and only tests can set another.
type weakness uint8

const (
	weakOrder weakness = 1 << iota // batches with the same key run side by side
	weakMoved                      // what another partition wrote meanwhile is not looked at
)

func (w weakness) is(one weakness) bool { return w&one != 0 }
