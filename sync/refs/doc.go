// Package refs lets records refer to others: an order waits for its customer,
// a missing customer is created, pipelines run in the order of what they depend on.
//
// # Overview
//
// A [Resolver] turns business keys into target ids inside a Transform. It asks
// its backends in order: the ledger of the pipeline that writes what is referred to
// ([FromLedger]), the target itself ([FromFinder]), a map ([FromMap]). It remembers
// what it found, and for a shorter while what it did not find.
//
//	customers, err := refs.New(refs.Options[string]{
//		Name:     "customer",
//		Backends: []refs.Backend[string]{refs.FromLedger(state, "customers")},
//	})
//	orders.Transform = func(ctx context.Context, o Order) (Bill, error) {
//		id, err := customers.Resolve(ctx, o.Customer)
//		if err != nil {
//			return Bill{}, err // parks the order
//		}
//		return Bill{No: o.No, CustomerID: id}, nil
//	}
//
// What is missing gives an error that matches duijiesync.ErrWait: the record
// becomes a dead letter that waits, and every run of its pipeline tries it again at
// its end, as long as that sets records free. So records of one pipeline may refer
// to each other (a group to its parent) in any order.
//
// [PrefetchSource] looks the references of a whole page up at once. [NewChain]
// runs pipelines in order, and a second time for what still waits.
//
// # Create what is missing
//
// [CreateWith] brings a missing record into the target through a pipeline of
// its own: the lost answer of its creation is settled by lookup, a crash in the
// middle of it is finished, a refusal is a dead letter whose words stand in the
// error of all that wait for it. A plan creates nothing.
//
// # What holds
//
//   - Callers that want the same key at the same time share one lookup and one
//     creation. One that is cancelled leaves; the others get their answer.
//   - A failed lookup is never remembered as missing.
//   - A backend is asked once for a key as long as the answer is remembered
//     ([Options.KeepFor], [Backend.MissFor]); a ledger is asked again for what it did
//     not have.
//   - Memory is bounded by [Options.Size].
//
// # How long a record waits
//
// For ever, unless [RefuseWaiting] or [PipelineWithin] ends it. Look at
// Report.Waiting and the dead letters.
//
// # Errors
//
// [ErrMissing], [ErrLookup], [ErrEmptyKey]; of a chain [ErrCycle],
// [ErrUnknownNode], [ErrPrerequisite]; [ErrOptions] for what is put together
// wrongly.
package refs
