// Package pipelinetest checks implementations of the interfaces of package
// sync. It is imported by tests only, and uses nothing but the standard library
// and the packages it checks.
//
// # Sources and sinks
//
// [TestSource] holds a duijiesync.Source to every clause of its contract,
// [TestSink] a duijiesync.Sink with its Finder and Limits. Both want more of a
// test than the part itself: a world to read or to write to, mostly a fake
// server, in which requests can be counted, answers lost, rows moved and services
// taken down. What a platform can not do has its reason in Lacks, and the tests
// that need it are skipped with that reason.
//
//	func TestMySource(t *testing.T) {
//		pipelinetest.TestSource(t, pipelinetest.SourceSuite[Shop]{
//			Records: 23,
//			Open: func(t *testing.T) pipelinetest.SourceCase[Shop] {
//				server, client := newFake(t)
//				return pipelinetest.SourceCase[Shop]{
//					Source:   client.Shops.Source(),
//					Again:    func() duijiesync.Source[Shop] { return client.Shops.Source() },
//					Requests: server.Count,
//					Down:     server.SetDown,
//					Move:     func(round int) { server.Rename(round) },
//				}
//			},
//		})
//	}
//
// The suites themselves are tested with sources, sinks and stores broken on purpose:
// each must make the test fail that is named for what it breaks.
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
// [TestLeaseStore] does for a duijiesync.LeaseStore that is no whole State.
//
// # Token stores
//
// [TestTokenStore] holds a duijie.TokenStore, which may be a duijie.QuotaStore
// too, to its contract, with several stores on one place as several processes have.
//
// Run them with -race: a good part of the suites calls from many goroutines.
package pipelinetest
