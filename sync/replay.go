package sync

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/duijie-go/duijie/internal/wire"
)

// ReplayQuery selects the dead letters that are sent again; the zero value
// selects all of the pipeline's partition.
type ReplayQuery struct {
	Keys   []string   // only these; empty = all
	Reason DeadReason // only this one; 0 = all
	// AllPartitions takes letters of every partition of the pipeline, one
	// partition after the other, each under its own lease.
	AllPartitions bool
	// Edit changes the raw item of a letter before it is decoded and transformed.
	// An error leaves the letter as it is and ends the replay. What is written
	// stands for the source's item as it was refused: the source's next reading
	// leaves it alone until the item changes.
	Edit func(DeadLetter) (json.RawMessage, error)
}

// Replay sends dead letters again through the same path: transformed anew,
// looked up, written at most once. Letters that reach the target are removed;
// the others stay with one more attempt.
func (p *Pipeline[In, Out]) Replay(ctx context.Context, q ReplayQuery) (*Report, error) {
	if !q.AllPartitions {
		return p.replayOwn(ctx, q)
	}
	parts, err := p.letterPartitions(ctx, q)
	if err != nil {
		now := time.Now()
		return &Report{Pipeline: p.Name, Partition: p.Partition, Started: now, Ended: now}, err
	}
	if len(parts) == 0 {
		return p.replayOwn(ctx, ReplayQuery{Keys: q.Keys, Reason: q.Reason, Edit: q.Edit})
	}
	// A run of a partition may be writing what its letters are about: only its
	// lease keeps the two apart.
	var all *Report
	var errs []error
	for _, part := range parts {
		own := *p
		own.Partition = part
		rep, err := own.replayOwn(ctx, q)
		if err != nil {
			errs = append(errs, fmt.Errorf("duijie/sync: replay partition %q: %w", part, err))
		}
		if all == nil {
			all = rep
			all.Partition = p.Partition
		} else {
			all.Add(rep)
			all.DeadLetters = rep.DeadLetters // counted over all partitions
		}
	}
	return all, errors.Join(errs...)
}

// letterPartitions are the partitions that have such letters, in order.
func (p *Pipeline[In, Out]) letterPartitions(ctx context.Context, q ReplayQuery) ([]string, error) {
	if _, err := p.settings(); err != nil {
		return nil, err
	}
	found := map[string]bool{}
	list := DeadLetterQuery{Keys: q.Keys, Reason: q.Reason, Limit: 100}
	for {
		letters, err := p.State.DeadLetters(ctx, p.Name, list)
		if err != nil {
			return nil, err
		}
		for i := range letters {
			found[letters[i].Partition] = true
		}
		if len(letters) < list.Limit {
			return slices.Sorted(maps.Keys(found)), nil
		}
		list.After = letters[len(letters)-1].Key
	}
}

// replayOwn sends letters of the pipeline's own partition.
func (p *Pipeline[In, Out]) replayOwn(ctx context.Context, q ReplayQuery) (*Report, error) {
	return p.run(ctx, func(r *run[In, Out]) error {
		if err := r.recover(); err != nil {
			return err
		}
		r.replays = true
		list := DeadLetterQuery{Keys: q.Keys, Reason: q.Reason, Limit: 100, Partition: &p.Partition}
		if r.observer != nil {
			r.emit(RunStarted{Of: r.of()})
		}
		_, err := r.replay(ctx, list, nil, func(f *flight[In, Out], letter *DeadLetter) error {
			if q.Edit == nil || len(letter.Raw) == 0 {
				return nil
			}
			edited, err := q.Edit(*letter)
			if err != nil {
				return fmt.Errorf("duijie/sync: edit dead letter %q: %w", letter.Key, err)
			}
			if !json.Valid(edited) {
				return fmt.Errorf("duijie/sync: edit dead letter %q: the result is not JSON", letter.Key)
			}
			if bytes.Equal(edited, letter.Raw) {
				return nil
			}
			letter.Raw = edited
			if letter.Fingerprint != (Fingerprint{}) {
				f.original[letter.Key] = letter.Fingerprint
			}
			return nil
		})
		return err
	})
}

// replay reads dead letters page by page and processes them like batches of
// the source, without moving the checkpoint. It returns how many left the dead
// letters.
func (r *run[In, Out]) replay(ctx context.Context, q DeadLetterQuery, again *recount, each func(*flight[In, Out], *DeadLetter) error) (gone int, err error) {
	for {
		if ctx.Err() != nil {
			return gone, context.Cause(ctx)
		}
		letters, err := r.p.State.DeadLetters(r.ctx, r.p.Name, q)
		if err != nil || len(letters) == 0 {
			return gone, err
		}
		fleet := r.newFleet("")
		f := &flight[In, Out]{
			r: r, fleet: fleet, replays: true, original: map[string]Fingerprint{}, recount: again,
		}
		for i := 0; each != nil && i < len(letters); i++ {
			if err := each(f, &letters[i]); err != nil {
				return gone, err
			}
		}
		f.batch = r.decodeLetters(letters)
		fleet.add(f)
		err = f.process()
		gone += f.gone
		if err != nil {
			return gone, err
		}
		q.After = letters[len(letters)-1].Key
	}
}

// retryWaiting tries the records again that wait for something they refer to,
// as long as that sets some of them free: one may have waited for another.
func (r *run[In, Out]) retryWaiting(ctx context.Context) error {
	r.replays = true
	q := DeadLetterQuery{Reason: DeadWaiting, Partition: &r.p.Partition, Limit: 100}
	again := &recount{parked: r.rep.snapshot().Waiting}
	for {
		gone, err := r.replay(ctx, q, again, nil)
		if err != nil || gone == 0 {
			return err
		}
		again.again = true
	}
}

// expire forgets what was written long ago.
func (r *run[In, Out]) expire() error {
	if r.p.LedgerExpiry <= 0 {
		return nil
	}
	n, err := r.p.State.Expire(r.ctx, r.lease, time.Now().Add(-r.p.LedgerExpiry))
	if err != nil {
		return fmt.Errorf("duijie/sync: expire the ledger: %w", err)
	}
	r.rep.update(func(rep *Report) { rep.Expired = n })
	return nil
}

// checkRefusals stops a run that is refused too much. A replay sends what was
// refused before, so it has no limit.
func (r *run[In, Out]) checkRefusals() error {
	if r.replays {
		return nil
	}
	var refused, read int64
	r.rep.update(func(rep *Report) { refused, read = r.refusedNow, rep.Read })
	if r.p.MaxRefused > 0 && refused > r.p.MaxRefused {
		return fmt.Errorf("%w: %d, the limit is %d", ErrTooManyRefused, refused, r.p.MaxRefused)
	}
	if read >= 20 && float64(refused) > r.cfg.maxShare*float64(read) {
		return fmt.Errorf("%w: %d of %d", ErrTooManyRefused, refused, read)
	}
	return nil
}

// decodeLetters makes a batch of letters. One that can not be decoded is refused
// again, alone.
func (r *run[In, Out]) decodeLetters(letters []DeadLetter) Batch[In] {
	var batch Batch[In]
	for _, letter := range letters {
		if len(letter.Raw) == 0 {
			// Held by a crash before its item was kept; the source yields it again.
			r.cfg.log.Warn("dead letter has no item to replay yet", "pipeline", r.p.Name, "key", letter.Key)
			continue
		}
		value, err := r.decode(letter.Key, letter.Raw)
		batch.Records = append(batch.Records, Record[In]{
			Key: letter.Key, Value: value, Version: letter.Version, Raw: letter.Raw, Err: err,
		})
	}
	return batch
}

func (r *run[In, Out]) decode(key string, raw json.RawMessage) (value In, err error) {
	defer r.caught("decoding of the item", key, &err)
	if r.p.Decode != nil {
		return r.p.Decode(raw)
	}
	if d, ok := r.p.Source.(RawDecoder[In]); ok {
		return d.DecodeRaw(raw)
	}
	err = wire.Unmarshal(raw, &value)
	return value, err
}
