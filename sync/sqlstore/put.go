package sqlstore

import (
	"fmt"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// putEntries writes entries in order of their keys, the last of each.
func (t *transaction) putEntries(pipeline string, entries []duijiesync.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	last := lastByKey(entries, func(e *duijiesync.Entry) string { return e.Key })
	for _, entry := range last {
		if entry.State < duijiesync.EntryDone || entry.State > duijiesync.EntryGone {
			return fmt.Errorf("entry %s: there is no state %d", quote(entry.Key), entry.State)
		}
	}
	sizes := t.store.dialect.putSizes()
	put := newEntryArgs(pipeline, min(len(last), sizes[0]))
	for i, size := range sizes {
		if len(last) < size {
			continue
		}
		stmt := t.store.puts[i].in(t.ctx, t.tx)
		for ; len(last) >= size; last = last[size:] {
			if _, err := stmt.ExecContext(t.ctx, put.of(last[:size])...); err != nil {
				return fmt.Errorf("entries %s to %s: %w", quote(last[0].Key), quote(last[size-1].Key), err)
			}
		}
	}
	return nil
}

// entryArgs makes the arguments of the statements that put ledger rows. What
// rows have in common is made once, for each argument is an allocation.
type entryArgs struct {
	pipeline string
	args     []any
	name     any
	none     any // an empty column
	updated  any
	millis   int64
	sum      rowSum
	bytes    []byte // keys and target ids, one after the other
}

func newEntryArgs(pipeline string, rows int) *entryArgs {
	return &entryArgs{pipeline: pipeline, args: make([]any, 0, rows*entryColumns), name: []byte(pipeline), none: []byte{}}
}

// entryColumns is how many arguments a row takes.
const entryColumns = 10

// of returns the arguments for these rows. They hold until it is called again.
func (p *entryArgs) of(entries []*duijiesync.Entry) []any {
	p.args, p.bytes = p.args[:0], p.bytes[:0]
	for _, e := range entries {
		if updated := toMillis(e.Updated); p.updated == nil || updated != p.millis {
			p.updated, p.millis = updated, updated
		}
		var rkey, fullkey any
		if plainKey(e.Key) {
			rkey, fullkey = p.column(e.Key), p.none
		} else {
			key := storeKey(e.Key)
			rkey, fullkey = key.rkey, key.fullkey
		}
		sum := entrySum(&p.sum, p.pipeline, e, p.millis).sum()
		p.args = append(p.args, p.name, rkey, fullkey, e.Fingerprint[:], p.column(e.TargetID),
			int64(e.State), e.Version, p.updated, p.column(e.Step), sum)
	}
	return p.args
}

// column is a text as a column holds it.
func (p *entryArgs) column(text string) any {
	if text == "" {
		return p.none
	}
	start := len(p.bytes)
	p.bytes = append(p.bytes, text...)
	return p.bytes[start:len(p.bytes):len(p.bytes)]
}
