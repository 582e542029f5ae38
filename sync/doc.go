// Package sync copies records from a source to a target so that everything in
// the source arrives in the target exactly once, and you can see it: through
// lost answers, crashes, throttling, moving pages, poison rows and restarts.
//
// The package shares its name with the standard library's, so import it as
//
//	import duijiesync "github.com/duijie-go/duijie/sync"
//
// # Overview
//
// A [Pipeline] joins a [Source], a [Transform] and a [Sink], with a [State] that
// remembers what is done. Run makes one pass and returns a [Report]; scheduling
// belongs to the program that embeds it.
//
// # The promise
//
// Before a batch is sent, one durable row (an open batch) notes its keys and
// fingerprints. After the answer, ledger, dead letters and checkpoint change
// in one transaction guarded by the lease's fence. A write whose answer is lost
// is unknown, never failed: its keys are looked up in the target before anything is
// sent again. A run that finds open batches of a crashed one settles them
// first. Records the ledger knows unchanged are not sent.
//
// A sink that can look its records up ([Finder]) or whose writes are
// idempotent ([Limits]) gets the whole promise. For any other sink an unknown
// outcome is held and reported, never guessed.
//
// # Order, lanes, memory
//
// A sink that says it has lanes ([Limits]) is called that often at the same time,
// and that many batches are under way; never two with the same key, so the states
// of a record arrive in order. The checkpoint follows the oldest batch that is not
// settled. What is in memory is bounded by the batches under way and read ahead,
// whatever the size of the source.
//
// # Records that do not get through
//
// A refused record becomes a dead letter alone: rows the target names are parted
// at once, a refusal that names none is bisected. A transform that answers
// [ErrWait] parks its record until what it refers to is there. Letters are listed
// with DeadLetters, sent again with Replay, by key or reason, edited if need be, on
// the same exactly-once path, and closed by hand with MarkDone and MarkUnsent.
//
// # Watching
//
// [Report] says all that a run did; an [Observer] is told while it does it, and
// [LogObserver] writes that to a slog.Logger.
//
// # Rooms
//
// Further abilities are packages of their own below this one, which use only what
// is exported here:
//
//   - paging: sources of lists whose pages move, from a function that fetches one;
//   - window: incremental reading by modification time, backfills, gap insurance;
//   - fan: one source to several sinks, several sources to one sink;
//   - partition: a pipeline in parts that run anywhere;
//   - refs: records that wait for what they refer to, created where it is missing;
//   - workflow: documents that are saved, submitted and audited;
//   - mirror: deletions, behind guards;
//   - reconcile: compares both sides and mends what differs;
//   - sqlstore: the state in SQL;
//   - pipelinetest: what a source, a sink or a state must keep, as tests.
//
// # A source and a sink of your own
//
// A source is one function ([SourceFunc]), a sink one method ([Sink]); the
// example of [Pipeline] has both. [Slice], [Seq], [Channel], [SinkFunc], [Func],
// [ToChannel], [Collect] and [Discard] make simple ones. What more a part can do, it says with a further
// method: [Finder], [Limited], [Pager], [Closer]. Stores that outlive the process
// are in package github.com/duijie-go/duijie/sync/sqlstore and the ones below it.
//
// # Errors
//
// A record the target refuses becomes a dead letter and the run goes on;
// a run stops, and can be started again, on errors that concern no single
// record: credentials, an unreachable platform, [ErrLeaseLost],
// [ErrTooManyRefused].
package sync
