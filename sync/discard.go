package sync

import (
	"context"
	"fmt"
	"time"
)

// The codes of the records a [Discard] refuses.
const (
	CodeIDMissing  = "id_missing"  // the record has no id
	CodeIDRepeated = "id_repeated" // another record of the same write has the id
)

// Discard is a sink that accepts every record and writes nothing (轻易云's
// 写入空操作): for pipelines that only read, as those which fill a ledger, feed
// an observer, try a source and its transform, or show what a run would be like.
// It remembers nothing. What the ledger knows unchanged is not handed to it again,
// so a second run over the same records counts them as unchanged.
//
// With ID it checks, as the only thing it does, that each record has an id and
// that no two of one write have the same: a record without is refused with
// [CodeIDMissing], all but the first of several with [CodeIDRepeated]. Ids of
// different writes are not compared; for that, make the id the record's key.
//
// Who comes from 轻易云: there idCheck belongs to the source and has no effect
// on a target. With idCheck true, the default, a record whose id is known is
// dropped even when its contents changed; make the id the key and let
// [Pipeline].Fingerprint return the bytes of the id alone. With idCheck false each
// pull queues its records again; here a record comes again when its contents
// changed, which needs no setting.
type Discard[T any] struct {
	// ID is the id to check, nil to check nothing. It also is the TargetID.
	ID func(T) string
}

// Write accepts the records, but for those without an id or with one that came
// before.
func (d Discard[T]) Write(ctx context.Context, records []Record[T]) ([]Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([]Outcome, len(records))
	first := map[string]int{}
	for i := range records {
		out[i].Kind = OutcomeCreated
		if records[i].Target.ID != "" {
			out[i].Kind = OutcomeUpdated
		}
		if d.ID == nil {
			continue
		}
		id := d.ID(records[i].Value)
		j, twice := first[id]
		switch {
		case id == "":
			out[i] = Outcome{Kind: OutcomeRefused, Code: CodeIDMissing, Message: "the record has no id"}
		case twice:
			out[i] = Outcome{
				Kind: OutcomeRefused, Code: CodeIDRepeated,
				Message: fmt.Sprintf("record %q of the same write has the id %q too", records[j].Key, id),
			}
		default:
			first[id] = i
			out[i].TargetID = id
		}
	}
	return out, nil
}

// Limits tells that writing twice is as good as once, and that no write can come
// late, so that a run behind a crash does not wait for one.
func (Discard[T]) Limits() Limits {
	return Limits{Rows: 1000, Idempotent: true, SettleDelay: time.Millisecond}
}
