// Package pipelinetest checks implementations of the interfaces of package
// sync. It is imported by tests only and uses the standard library alone.
//
// # States
//
// [TestState] holds a duijiesync.State to every clause of its contract.
// [TestDurableState] does so too and then opens the state again and again, to
// see what outlives a process.
//
//	func TestMyState(t *testing.T) {
//		pipelinetest.TestDurableState(t, func(t *testing.T, dir string) duijiesync.State {
//			state, err := mystate.Open(filepath.Join(dir, "state"))
//			if err != nil {
//				t.Fatal(err)
//			}
//			return state
//		})
//	}
//
// Run it with -race: a good part of the suite calls from many goroutines.
package pipelinetest
