// Package partition splits a pipeline into independent parts: by tenant, by
// entity, by window of time, by shard. Each part has its own lease and checkpoint,
// so that it can run anywhere: on goroutines of one program ([Registry.RunAll]), in
// several processes, on a distributed engine ([Registry.RunSlice]).
//
// # Overview
//
// A [Partition] names a part. A [Registry] knows, for each pipeline by name, how to
// make one for a partition ([Factory]) and which partitions there are now
// ([Planner]). A slice is one run of one partition within a [Budget]; it ends
// cleanly and says whether there is more to do.
//
// # What separates ledgers and what does not
//
// The ledger tells which records are in the target. So partitions share it exactly
// if they write to the same target:
//
//	Tenant, Entity   another target. Keys may be equal and mean different records:
//	                 the ledgers are apart.  pipeline "orders@acme/invoices"
//	From, To, Shard  another part of the same target's records. Keys that turn
//	                 up in two of them are one record: the ledger is one.
//
// [Partition.Scope] makes both from a partition, [Bind] gives them to a pipeline,
// and RunSlice refuses a runner that has others. Partitions that share a ledger may
// run at the same time and meet in a key: the State lets one of them write it and
// the other wait (duijiesync.ErrKeyOpen), and then see what was written.
//
// # What is promised
//
// Whoever runs partitions, in how many processes: each record has its effect
// once, as with any pipeline. At most one runner has a partition at a time, by its
// lease; when a process dies, another takes over after the lease and settles what
// was left open.
//
// # Windows
//
// A window's times are part of what its checkpoint is kept under. So plan
// windows with fixed bounds ([Calendar]), and leave what is newer than the last full
// one to a partition without a window: a window that ends now is a new partition
// each time.
//
// # Errors
//
//   - [ErrPermanent]: repeating can not help; a person must act.
//   - [ErrPartition], [ErrScope], [ErrUnknown]: partition or registry are not right.
//   - [ErrStalled]: the budget is too short to get anywhere.
//   - [Error]: names the partition a failure belongs to.
//
// A partition that another runner has, and a platform's limit, are no errors: see
// [Outcome].
package partition
