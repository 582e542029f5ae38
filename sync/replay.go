package sync

import (
	"context"
	"encoding/json"
)

// replay reads dead letters page by page and processes them like a batch of
// the source, without moving the checkpoint.
func (r *run[In, Out]) replay(ctx context.Context, keys []string) error {
	r.replays = true
	q := DeadLetterQuery{Keys: keys, Limit: 100}
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		letters, err := r.p.State.DeadLetters(r.ctx, r.p.Name, q)
		if err != nil {
			return err
		}
		if len(letters) == 0 {
			return nil
		}
		if err := r.process(r.decodeLetters(letters)); err != nil {
			return err
		}
		q.After = letters[len(letters)-1].Key
	}
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
		value, err := r.decode(letter.Raw)
		batch.Records = append(batch.Records, Record[In]{
			Key: letter.Key, Value: value, Version: letter.Version, Raw: letter.Raw, Err: err,
		})
	}
	return batch
}

func (r *run[In, Out]) decode(raw json.RawMessage) (In, error) {
	if r.p.Decode != nil {
		return r.p.Decode(raw)
	}
	if d, ok := r.p.Source.(RawDecoder[In]); ok {
		return d.DecodeRaw(raw)
	}
	var value In
	err := json.Unmarshal(raw, &value)
	return value, err
}
