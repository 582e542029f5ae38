package mirror

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// notesSuffix makes of a pipeline's name the one the mirror's runs and notes are
// kept under: a pipeline of their own, for nothing of the engine must take them
// for its.
const notesSuffix = "/mirror"

// closingGrace is how long the State may take for what is known already when the
// context has ended.
const closingGrace = 10 * time.Second

// run is one pass of a mirror.
type run struct {
	m       *Mirror
	cfg     settings
	checker Checker // nil when the Deleter can not look rows up
	rep     Report
	id      string
	plan    bool
	lease   duijiesync.Lease // of the pipeline; of its first partition
	notes   duijiesync.Lease // of the mirror's own scope
	sample  []string
	missing *keySet // keys
	shared  *keySet // target ids of missing keys that others have too
}

func (m *Mirror) newRun(plan bool) (*run, error) {
	cfg, err := m.settings(plan)
	r := &run{m: m, cfg: cfg, id: rand.Text(), plan: plan, rep: Report{Pipeline: m.Name, Started: time.Now()}}
	r.checker, _ = m.Deleter.(Checker)
	return r, err
}

func (r *run) of() duijiesync.Of { return duijiesync.Of{Pipeline: r.m.Name, Run: r.id} }

// NotesScope is where the State keeps the runs of a pipeline's mirror: their
// reports are listed with State.Runs.
func NotesScope(pipeline string) duijiesync.Scope {
	return duijiesync.Scope{Pipeline: pipeline + notesSuffix}
}

// Run makes one pass: it scans the source's keys, walks the ledger for rows whose
// keys are missing, looks at the guards, scans again, and deletes or forbids what
// still is missing, batch by batch. It holds the leases of the pipeline meanwhile, so
// that no run of it writes.
//
// The report is never nil. A run that ends early can be started again: what was
// done is stored, and what was under way is done again.
func (m *Mirror) Run(ctx context.Context) (*Report, error) {
	r, err := m.newRun(false)
	if err == nil {
		err = duijiesync.WithLease(ctx, m.State, NotesScope(m.Name), m.Lease, func(ctx context.Context, lease duijiesync.Lease) error {
			r.notes = lease
			return r.record(ctx, r.withLeases(ctx, r.cfg.partitions, r.pass))
		})
	}
	r.rep.Ended = time.Now()
	emit(ctx, func() duijiesync.Event { return Ended{r.of(), r.rep, err} })
	return &r.rep, err
}

// withLeases does something under the leases of all partitions. Its context ends
// with the first that is lost.
func (r *run) withLeases(ctx context.Context, partitions []string, do func(ctx context.Context) error) error {
	scope := duijiesync.Scope{Pipeline: r.m.Name, Partition: partitions[0]}
	return duijiesync.WithLease(ctx, r.m.State, scope, r.m.Lease, func(ctx context.Context, lease duijiesync.Lease) error {
		if err := r.settledScope(ctx, lease); err != nil {
			return err
		}
		r.lease = lease
		if len(partitions) == 1 {
			return do(ctx)
		}
		return r.withLeases(ctx, partitions[1:], do)
	})
}

// settledScope refuses a scope whose last run left batches open, and a pipeline
// that has more partitions than it should.
func (r *run) settledScope(ctx context.Context, lease duijiesync.Lease) error {
	open, err := r.m.State.OpenBatches(ctx, lease.Scope)
	if err != nil {
		return err
	}
	const probe = 1 // only opening a batch tells whether there are others; an empty one leaves nothing in doubt
	s := duijiesync.Settlement{Close: []int64{probe}}
	for i := range open {
		if len(open[i].Intents) > 0 {
			return fmt.Errorf("%w: number %d of %q, partition %q: run the pipeline first",
				ErrOpenBatches, open[i].Seq, r.m.Name, lease.Scope.Partition)
		}
		s.Close = append(s.Close, open[i].Seq)
	}
	if len(r.cfg.partitions) > 1 {
		return nil
	}
	if len(open) > 0 { // of a mirror that died just here
		if err := r.m.State.Settle(ctx, lease, s); err != nil {
			return err
		}
	}
	shared, err := r.m.State.Open(ctx, lease, duijiesync.OpenBatch{Seq: probe, Started: time.Now()})
	if err != nil {
		return err
	}
	if err := r.m.State.Settle(ctx, lease, s); err != nil {
		return err
	}
	if shared {
		return fmt.Errorf("%w than %q: list them all in Partitions", ErrPartitions, lease.Scope.Partition)
	}
	return nil
}

// pass is the run under its leases.
func (r *run) pass(ctx context.Context) error {
	if err := r.survey(ctx); err != nil {
		return err
	}
	if err := r.dropNotes(ctx); err != nil {
		return err
	}
	return r.eachBatch(ctx, func(entries []duijiesync.Entry) error { return r.takeOut(ctx, entries) })
}

// eachBatch walks the ledger for the rows that are to go, as many at a time as
// the Deleter takes.
func (r *run) eachBatch(ctx context.Context, do func([]duijiesync.Entry) error) error {
	if r.missing.size() == 0 {
		return nil
	}
	var batch []duijiesync.Entry
	err := walk(ctx, r.m.State, r.m.Name, func(e duijiesync.Entry) error {
		if e.State != duijiesync.EntryDone && e.State != duijiesync.EntryDoubt || !r.missing.has(hashOf(e.Key)) {
			return nil
		}
		if r.shared.has(hashOf(e.TargetID)) {
			r.rep.Left++
			return nil
		}
		batch = append(batch, e)
		if len(batch) < r.cfg.rows {
			return nil
		}
		full := batch
		batch = nil
		return do(full)
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return do(batch)
}

// record keeps the run's report in the State.
func (r *run) record(ctx context.Context, err error) error {
	r.rep.Ended = time.Now()
	body, jsonErr := json.Marshal(r.rep)
	if jsonErr != nil {
		return errors.Join(err, jsonErr)
	}
	record := duijiesync.RunRecord{ID: r.id, Started: r.rep.Started, Ended: r.rep.Ended, Report: body}
	if err != nil {
		record.Error = err.Error()
	}
	return errors.Join(err, r.store(ctx, r.notes, duijiesync.Settlement{RecordedRun: &record}))
}

// store settles what is known already, also when the context has ended.
func (r *run) store(ctx context.Context, lease duijiesync.Lease, s duijiesync.Settlement) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingGrace)
	defer cancel()
	if err := r.m.State.Settle(ctx, lease, s); err != nil {
		return fmt.Errorf("duijie/sync/mirror: settle: %w", err)
	}
	return nil
}
