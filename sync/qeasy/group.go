package qeasy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie/mapping/rows"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Why a row of a grouped scheme is left out.
const (
	// SkipBilled: the row is part of a bill that is written, or that waits as a dead letter.
	SkipBilled = "billed"
)

// ErrBilled is matched by what makes rows of grouped schemes dead letters: a row changed
// after its bill was written, or a bill can not be made again because rows of it are gone.
var ErrBilled = errors.New("duijie/sync/qeasy: the row belongs to a bill")

// GroupedRows is what follows a pipeline's name in the name of the ledger that says
// which bill each row belongs to.
const GroupedRows = "/rows"

// grouped gathers all rows of a pull into bills (groupCalculate). Which bill a row belongs
// to is stored before the bill is written, so that a row that is read again, as windows
// overlap and runs are cut short, is never billed twice: bills not written yet are
// made again of the same rows.
type grouped struct {
	*rowSource
	group rows.Grouping
	limit int
}

// row is one flat row.
type groupRow struct {
	key  string
	json json.RawMessage
	sum  duijiesync.Fingerprint
	bill string // it belongs to; "" for none yet
}

// Paging implements duijiesync.Pager.
func (g *grouped) Paging() string { return g.rowSource.Paging() + "; all rows are gathered into bills" }

// Read implements duijiesync.Source. Its one resume point comes last.
func (g *grouped) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[Row], error] {
	return func(yield func(duijiesync.Batch[Row], error) bool) {
		fail := func(err error) { yield(duijiesync.Batch[Row]{}, err) }
		var all []*groupRow
		at := map[string]*groupRow{}
		var last duijiesync.Checkpoint
		for b, err := range g.rowSource.Read(ctx, after) {
			if err != nil {
				fail(err)
				return
			}
			last = orText(b.Checkpoint, last)
			var aside []duijiesync.Record[Row]
			for _, rec := range b.Records {
				if rec.Err != nil || rec.Value.Skip != "" {
					aside = append(aside, rec)
					continue
				}
				sum := sha256.Sum256(rec.Value.JSON)
				r := &groupRow{key: rec.Key, json: rec.Value.JSON, sum: duijiesync.Fingerprint(sum[:16])}
				if known := at[r.key]; known != nil { // read twice: the later state counts
					*known = *r
					continue
				}
				at[r.key] = r
				all = append(all, r)
			}
			if len(all) > g.limit {
				fail(fmt.Errorf("duijie/sync/qeasy: more than %d rows to be grouped in one pull; pull a shorter time", g.limit))
				return
			}
			if !yield(duijiesync.Batch[Row]{Records: aside, Settled: b.Settled}, nil) {
				return
			}
		}
		records, err := g.bills(ctx, all)
		if err != nil {
			fail(err)
			return
		}
		for some := range slices.Chunk(records, 100) {
			if !yield(duijiesync.Batch[Row]{Records: some}, nil) {
				return
			}
		}
		yield(duijiesync.Batch[Row]{Checkpoint: last}, nil)
	}
}

func orText(a, b duijiesync.Checkpoint) duijiesync.Checkpoint {
	if a != "" {
		return a
	}
	return b
}

// bills makes bills of rows: of those that belong to one already, and of the new ones.
func (g *grouped) bills(ctx context.Context, all []*groupRow) (records []duijiesync.Record[Row], err error) {
	scope := duijiesync.Scope{Pipeline: g.scope.Pipeline + GroupedRows}
	options := duijiesync.LeaseOptions{Wait: time.Minute}
	err = duijiesync.WithLease(ctx, g.state, scope, options, func(ctx context.Context, lease duijiesync.Lease) error {
		old, fresh, known, err := g.sort(ctx, scope.Pipeline, all)
		if err != nil {
			return err
		}
		records, err = g.again(ctx, old, known)
		if err != nil {
			return err
		}
		made, bad := g.make(fresh)
		records = append(records, bad...)
		var entries []duijiesync.Entry
		now := time.Now()
		for _, m := range made {
			for _, r := range m.rows {
				entries = append(entries, duijiesync.Entry{Key: r.key, Fingerprint: r.sum, TargetID: m.key, State: duijiesync.EntryDone, Updated: now})
			}
			records = append(records, duijiesync.Record[Row]{Key: m.key, Value: Row{JSON: m.json}})
		}
		for some := range slices.Chunk(entries, 1000) {
			if err := g.state.Settle(ctx, lease, duijiesync.Settlement{Entries: some}); err != nil {
				return err
			}
		}
		return nil
	})
	return records, err
}

// sort parts rows by the bill they belong to.
func (g *grouped) sort(ctx context.Context, ledger string, all []*groupRow) (
	old map[string][]*groupRow, fresh []*groupRow, known map[string]duijiesync.Entry, err error,
) {
	old, known = map[string][]*groupRow{}, map[string]duijiesync.Entry{}
	for some := range slices.Chunk(all, 1000) {
		keys := make([]string, len(some))
		for i, r := range some {
			keys[i] = r.key
		}
		entries, err := g.state.Ledger(ctx, ledger, keys)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, r := range some {
			e, billed := entries[r.key]
			if !billed {
				fresh = append(fresh, r)
				continue
			}
			known[r.key] = e
			r.bill = e.TargetID
			old[r.bill] = append(old[r.bill], r)
		}
	}
	return old, fresh, known, nil
}

// again looks at rows that belong to bills: of bills that are not written yet all rows
// must be there.
func (g *grouped) again(ctx context.Context, old map[string][]*groupRow, known map[string]duijiesync.Entry) (records []duijiesync.Record[Row], err error) {
	names := make([]string, 0, len(old))
	for name := range old {
		names = append(names, name)
	}
	slices.Sort(names)
	for some := range slices.Chunk(names, 1000) {
		bills, err := g.state.Ledger(ctx, g.scope.Pipeline, some)
		if err != nil {
			return nil, err
		}
		for _, name := range some {
			bill, sent := bills[name]
			members := old[name]
			if sent && bill.State == duijiesync.EntryDone {
				records = append(records, billed(members, known, name)...)
				continue
			}
			made, bad := g.make(members)
			if len(made) == 1 && made[0].key == name && len(bad) == 0 {
				records = append(records, duijiesync.Record[Row]{Key: name, Value: Row{JSON: made[0].json}})
				continue
			}
			for _, r := range members {
				if sent {
					records = append(records, duijiesync.Record[Row]{Key: r.key, Value: Row{JSON: r.json, Skip: SkipBilled}})
					continue
				}
				records = append(records, duijiesync.Record[Row]{Key: r.key, Raw: spoilt(r.json), Err: fmt.Errorf(
					"%w: %q was begun and can not be made again, as rows of it are gone, changed their head or fail", ErrBilled, name)})
			}
		}
	}
	return records, nil
}

// billed are rows of a bill that is written: one that changed since is an error, as
// the bill would have to be changed by hand.
func billed(members []*groupRow, known map[string]duijiesync.Entry, name string) (out []duijiesync.Record[Row]) {
	for _, r := range members {
		rec := duijiesync.Record[Row]{Key: r.key, Value: Row{JSON: r.json, Skip: SkipBilled}}
		if known[r.key].Fingerprint != r.sum {
			rec = duijiesync.Record[Row]{Key: r.key, Raw: spoilt(r.json), Err: fmt.Errorf("%w: %q was written with an earlier state of it; correct it in the target", ErrBilled, name)}
		}
		out = append(out, rec)
	}
	return out
}

// madeBill is a bill and its rows.
type madeBill struct {
	key  string
	json json.RawMessage
	rows []*groupRow
}

// make groups rows. Rows that can not be summed are dead letters, and the others go on.
func (g *grouped) make(list []*groupRow) (made []madeBill, bad []duijiesync.Record[Row]) {
	if len(list) == 0 {
		return nil, nil
	}
	raw := func(list []*groupRow) (out [][]byte) {
		for _, r := range list {
			out = append(out, r.json)
		}
		return out
	}
	bills, err := g.group.Group(raw(list))
	if err != nil {
		list = slices.DeleteFunc(slices.Clone(list), func(r *groupRow) bool {
			_, err := g.group.Group([][]byte{r.json})
			if err != nil {
				bad = append(bad, duijiesync.Record[Row]{Key: r.key, Raw: spoilt(r.json), Err: err})
			}
			return err != nil
		})
		if bills, err = g.group.Group(raw(list)); err != nil {
			for _, r := range list {
				bad = append(bad, duijiesync.Record[Row]{Key: r.key, Raw: spoilt(r.json), Err: err})
			}
			return nil, bad
		}
	}
	for _, b := range bills {
		m := madeBill{json: b.Record}
		for _, i := range b.Rows {
			m.rows = append(m.rows, list[i])
		}
		m.key = g.key(m.rows)
		made = append(made, m)
	}
	return made, bad
}

// key is the key of a bill: what its rows are, in any order.
func (g *grouped) key(members []*groupRow) string {
	keys := make([]string, len(members))
	for i, r := range members {
		keys[i] = r.key
	}
	slices.Sort(keys)
	sum := sha256.New()
	for _, k := range keys {
		fmt.Fprintf(sum, "%d:%s", len(k), k)
	}
	var head []string
	for _, f := range g.group.Header {
		text, _ := rows.Text(members[0].json, f)
		head = append(head, text)
	}
	return strings.Join(head, "/") + "#" + hex.EncodeToString(sum.Sum(nil)[:8])
}
