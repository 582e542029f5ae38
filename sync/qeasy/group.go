package qeasy

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie/mapping/rows"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Why a row of a grouped scheme is left out.
const (
	// SkipBilled: the row is part of a bill that is written, or that waits to be.
	SkipBilled = "billed"
)

// ErrBilled is matched by what makes rows of grouped schemes dead letters: a row changed
// after its bill was made.
var ErrBilled = errors.New("duijie/sync/qeasy: the row belongs to a bill")

// GroupedRows is what follows a pipeline's name in the name under which a state keeps
// which bill each row belongs to, and the bills that are made and not yet written.
const GroupedRows = "/rows"

// groupMemory is about how many bytes of rows are held in memory at each step.
const groupMemory = 8 << 20

// grouped gathers all rows of a pull into bills (groupCalculate). A bill and which rows
// belong to it are stored in one transaction, before the bill is written: a row that is read
// again, as windows overlap, runs are cut short and a second pass reads it too, is never
// billed twice, and a bill that was made is written whatever becomes of its rows.
//
// Rows are sorted on disk. In memory are about three times groupMemory, and the rows of
// the largest head.
type grouped struct {
	*rowSource
	group    rows.Grouping
	memory   int        // groupMemory, less in tests
	dropping sync.Mutex // one lease at a time
}

// groupRow is one flat row.
type groupRow struct {
	Key  string
	JSON json.RawMessage
	Bad  string // why it can not be grouped
}

func (r *groupRow) sum() duijiesync.Fingerprint {
	sum := sha256.Sum256(r.JSON)
	return duijiesync.Fingerprint(sum[:16])
}

func (r *groupRow) spilled(to *spill, key string) error {
	var raw []byte
	for _, text := range []string{r.Key, r.Bad} {
		raw = append(binary.AppendVarint(raw, int64(len(text))), text...)
	}
	return to.add(key, append(raw, r.JSON...))
}

func unspilled(v *spilled) (*groupRow, error) {
	r := &groupRow{}
	raw := v.value
	for _, text := range []*string{&r.Key, &r.Bad} {
		n, width := binary.Varint(raw)
		if width <= 0 || n < 0 || n > int64(len(raw)-width) {
			return nil, errors.New("duijie/sync/qeasy: a temporary file is damaged")
		}
		*text, raw = string(raw[width:int64(width)+n]), raw[int64(width)+n:]
	}
	r.JSON = raw
	return r, nil
}

// Paging implements duijiesync.Pager.
func (g *grouped) Paging() string { return g.rowSource.Paging() + "; all rows are gathered into bills" }

// stopped ends a read whose reader wants no more.
var errStopped = errors.New("stopped")

// Read implements duijiesync.Source. Its one resume point comes last.
func (g *grouped) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[Row], error] {
	return func(yield func(duijiesync.Batch[Row], error) bool) {
		memory := g.memory
		if memory == 0 {
			memory = groupMemory
		}
		sorter := func() *spill { return &spill{dir: g.s.cfg.TempDir, limit: memory} }
		read, fresh, aside := sorter(), sorter(), sorter()
		give := func(b duijiesync.Batch[Row]) error {
			if !yield(b, nil) {
				return errStopped
			}
			return nil
		}
		last, err := g.gather(ctx, after, read, give)
		if err == nil {
			err = g.sort(ctx, read, fresh, give)
		}
		if err == nil && duijiesync.IsPlan(ctx) {
			err = g.planned(fresh, aside, give)
		} else if err == nil {
			err = g.begin(ctx, fresh, aside)
		}
		if err == nil {
			err = g.leftOut(aside, give)
		}
		if err == nil {
			err = g.begun(ctx, give)
		}
		if err == nil {
			err = give(duijiesync.Batch[Row]{Checkpoint: last})
		}
		closed := errors.Join(read.close(), fresh.close(), aside.close())
		if err == nil && closed != nil {
			err = closed
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(duijiesync.Batch[Row]{}, err)
		}
	}
}

type giveBatch func(duijiesync.Batch[Row]) error

// gather sorts the rows of the pull by key.
func (g *grouped) gather(ctx context.Context, after duijiesync.Checkpoint, read *spill, give giveBatch) (last duijiesync.Checkpoint, err error) {
	for b, err := range g.rowSource.Read(ctx, after) {
		if err != nil {
			return last, err
		}
		if b.Checkpoint != "" {
			last = b.Checkpoint
		}
		var aside []duijiesync.Record[Row]
		for _, rec := range b.Records {
			if rec.Err != nil || rec.Value.Skip != "" {
				aside = append(aside, rec)
				continue
			}
			r := &groupRow{Key: rec.Key, JSON: rec.Value.JSON}
			if err := r.spilled(read, rec.Key); err != nil {
				return last, err
			}
		}
		if err := give(duijiesync.Batch[Row]{Records: aside, Settled: b.Settled}); err != nil {
			return last, err
		}
	}
	return last, nil
}

// sort parts new rows, by the head of their bill and in the order they came, from those that
// belong to a bill.
func (g *grouped) sort(ctx context.Context, read, fresh *spill, give giveBatch) error {
	var some []*groupRow
	var order []string
	flush := func() error {
		known, err := g.billOf(ctx, some)
		if err != nil {
			return err
		}
		var out []duijiesync.Record[Row]
		for i, r := range some {
			if e, billed := known[r.Key]; billed {
				out = append(out, g.billed(r, e))
				continue
			}
			head, err := g.group.Head(r.JSON)
			if err != nil {
				out = append(out, refusedRow(r, err))
				continue
			}
			if err := r.spilled(fresh, head+order[i]); err != nil {
				return err
			}
		}
		some, order = nil, nil
		return give(duijiesync.Batch[Row]{Records: out})
	}
	for v, err := range read.all() {
		if err != nil {
			return err
		}
		r, err := unspilled(v)
		if err != nil {
			return err
		}
		if n := len(some); n > 0 && some[n-1].Key == r.Key { // read twice: the later state counts
			some[n-1] = r
			continue
		}
		if len(some) == 500 {
			if err := flush(); err != nil {
				return err
			}
		}
		some, order = append(some, r), append(order, fmt.Sprintf("%020d", v.seq))
	}
	return flush()
}

// billOf asks which bills rows belong to.
func (g *grouped) billOf(ctx context.Context, some []*groupRow) (map[string]duijiesync.Entry, error) {
	keys := make([]string, len(some))
	for i, r := range some {
		keys[i] = r.Key
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return g.state.Ledger(ctx, g.scope.Pipeline+GroupedRows, keys)
}

// billed is a row of a bill that is made: one that changed since is an error, as the bill
// would have to be changed by hand.
func (g *grouped) billed(r *groupRow, e duijiesync.Entry) duijiesync.Record[Row] {
	switch {
	case e.Fingerprint == r.sum():
		return duijiesync.Record[Row]{Key: r.Key, Value: Row{JSON: r.JSON, Skip: SkipBilled}}
	case g.s.cfg.FollowIDCheck:
		return duijiesync.Record[Row]{Key: r.Key, Value: Row{JSON: r.JSON, Skip: SkipRepeated}}
	}
	return refusedRow(r, fmt.Errorf("%w: %q was written with an earlier state of it; correct it in the target", ErrBilled, e.TargetID))
}

func refusedRow(r *groupRow, err error) duijiesync.Record[Row] {
	return duijiesync.Record[Row]{Key: r.Key, Raw: spoilt(r.JSON), Err: err}
}

// begin makes bills of new rows and stores them with what belongs to them.
func (g *grouped) begin(ctx context.Context, fresh, aside *spill) error {
	scope := duijiesync.Scope{Pipeline: g.scope.Pipeline + GroupedRows}
	options := duijiesync.LeaseOptions{Wait: time.Minute}
	return duijiesync.WithLease(ctx, g.state, scope, options, func(ctx context.Context, lease duijiesync.Lease) error {
		for list, err := range heads(fresh) {
			if err != nil {
				return err
			}
			if list, err = g.stillNew(ctx, list, aside); err != nil {
				return err
			}
			made, err := g.make(list, aside)
			if err != nil {
				return err
			}
			now := time.Now()
			for _, m := range made {
				s := duijiesync.Settlement{Dead: []duijiesync.DeadLetter{{
					Key: m.key, Reason: duijiesync.DeadWaiting, Code: "bill", Raw: m.json, First: now, Last: now,
					Message: "made of its rows, and waits to be written",
				}}}
				for _, r := range m.rows {
					s.Entries = append(s.Entries, duijiesync.Entry{Key: r.Key, Fingerprint: r.sum(), TargetID: m.key, State: duijiesync.EntryDone, Updated: now})
				}
				if err := g.state.Settle(ctx, lease, s); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// heads yields the rows of one head after the other.
func heads(fresh *spill) iter.Seq2[[]*groupRow, error] {
	return func(yield func([]*groupRow, error) bool) {
		var list []*groupRow
		head := ""
		for v, err := range fresh.all() {
			var r *groupRow
			if err == nil {
				r, err = unspilled(v)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if own := v.key[:len(v.key)-20]; own != head && len(list) > 0 { // behind it is its place
				if !yield(list, nil) {
					return
				}
				list = nil
			}
			head = v.key[:len(v.key)-20]
			list = append(list, r)
		}
		if len(list) > 0 {
			yield(list, nil)
		}
	}
}

// stillNew leaves out rows that another pass has billed since they were looked at.
func (g *grouped) stillNew(ctx context.Context, list []*groupRow, aside *spill) (out []*groupRow, err error) {
	for some := range slices.Chunk(list, 500) {
		known, err := g.billOf(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, r := range some {
			if _, billed := known[r.Key]; !billed {
				out = append(out, r)
			} else if err := r.spilled(aside, r.Key); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// planned yields the bills that a run would make.
func (g *grouped) planned(fresh, aside *spill, give giveBatch) error {
	for list, err := range heads(fresh) {
		if err != nil {
			return err
		}
		made, err := g.make(list, aside)
		if err != nil {
			return err
		}
		var b duijiesync.Batch[Row]
		for _, m := range made {
			b.Records = append(b.Records, duijiesync.Record[Row]{Key: m.key, Value: Row{JSON: m.json}})
		}
		if err := give(b); err != nil {
			return err
		}
	}
	return nil
}

// leftOut yields the rows that could not be grouped, and those another pass has billed.
func (g *grouped) leftOut(aside *spill, give giveBatch) error {
	var b duijiesync.Batch[Row]
	for v, err := range aside.all() {
		if err != nil {
			return err
		}
		r, err := unspilled(v)
		if err != nil {
			return err
		}
		if r.Bad != "" {
			b.Records = append(b.Records, refusedRow(r, errors.New(r.Bad)))
		} else {
			b.Records = append(b.Records, duijiesync.Record[Row]{Key: r.Key, Value: Row{JSON: r.JSON, Skip: SkipBilled}})
		}
		if len(b.Records) == 500 {
			if err := give(b); err != nil {
				return err
			}
			b = duijiesync.Batch[Row]{}
		}
	}
	return give(b)
}

// begun yields the bills that are made and not yet settled, of this pull and earlier ones.
func (g *grouped) begun(ctx context.Context, give giveBatch) error {
	q := duijiesync.DeadLetterQuery{Limit: 100}
	for {
		letters, err := g.state.DeadLetters(ctx, g.scope.Pipeline+GroupedRows, q)
		if err != nil || len(letters) == 0 {
			return err
		}
		b := duijiesync.Batch[Row]{}
		var keys []string
		for i := range letters {
			keys = append(keys, letters[i].Key)
			b.Records = append(b.Records, duijiesync.Record[Row]{Key: letters[i].Key, Value: Row{JSON: letters[i].Raw}})
		}
		q.After = keys[len(keys)-1]
		b.Settled = func(duijiesync.BatchResult) { g.drop(keys) }
		if err := give(b); err != nil {
			return err
		}
	}
}

// drop takes bills out that are settled. What stays by a failure comes again, and the
// ledger knows it.
func (g *grouped) drop(keys []string) {
	g.dropping.Lock()
	defer g.dropping.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	scope := duijiesync.Scope{Pipeline: g.scope.Pipeline + GroupedRows, Partition: "written"}
	err := duijiesync.WithLease(ctx, g.state, scope, answerLease, func(ctx context.Context, lease duijiesync.Lease) error {
		return g.state.Settle(ctx, lease, duijiesync.Settlement{Resolved: keys})
	})
	if err != nil {
		g.s.counts.add("bills_again", int64(len(keys)))
	}
}

// madeBill is a bill and its rows.
type madeBill struct {
	key  string
	json json.RawMessage
	rows []*groupRow
}

// make groups rows of one head. Rows that can not be summed are put aside, and the others
// go on.
func (g *grouped) make(list []*groupRow, aside *spill) (made []madeBill, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	raw := func(list []*groupRow) (out [][]byte) {
		for _, r := range list {
			out = append(out, r.JSON)
		}
		return out
	}
	bad := func(r *groupRow, why error) error {
		r.Bad = why.Error()
		return r.spilled(aside, r.Key)
	}
	bills, err := g.group.Group(raw(list))
	if err != nil {
		var good []*groupRow
		for _, r := range list {
			if _, err := g.group.Group([][]byte{r.JSON}); err == nil {
				good = append(good, r)
			} else if err := bad(r, err); err != nil {
				return nil, err
			}
		}
		list = good
		if bills, err = g.group.Group(raw(list)); err != nil {
			for _, r := range list {
				if err := bad(r, err); err != nil {
					return nil, err
				}
			}
			return nil, nil
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
	return made, nil
}

// key is the key of a bill: what its rows are, in any order.
func (g *grouped) key(members []*groupRow) string {
	keys := make([]string, len(members))
	for i, r := range members {
		keys[i] = r.Key
	}
	slices.Sort(keys)
	sum := sha256.New()
	for _, k := range keys {
		fmt.Fprintf(sum, "%d:%s", len(k), k)
	}
	var head []string
	for _, f := range g.group.Header {
		text, _ := rows.Text(members[0].JSON, f)
		head = append(head, text)
	}
	return strings.Join(head, "/") + "#" + hex.EncodeToString(sum.Sum(nil)[:8])
}
