package reconcile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
)

// feed hands out the rows of one side in order of key.
type feed struct {
	j     *joiner
	side  *Side
	which Which
	stats *SideSummary
	enc   encoder
	rows  blocks
	stop  func() // of a sorted side
	head  view   // the next row, taken apart
	block []byte
	more  bool
	group group
}

// sort reads the whole side.
func (f *feed) sort(ctx context.Context, d *disk, budget int64) error {
	s := newSorter(d, int(budget))
	for row, err := range f.side.Rows(ctx) {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return f.readError(err)
		}
		f.told(ctx)
		if err := s.add(f.enc.encode(&row)); err != nil {
			return err
		}
	}
	if err := context.Cause(ctx); err != nil { // a side may end quietly when told to stop
		return f.readError(err)
	}
	f.tell(ctx, true)
	var err error
	f.rows, err = s.sorted(func() error { return context.Cause(ctx) })
	return err
}

func (f *feed) readError(err error) error {
	return fmt.Errorf("duijie/sync/reconcile: read the %s: %w", f.which, err)
}

// pull reads a sorted side row by row, as it is compared.
func (f *feed) pull(ctx context.Context) {
	p := &pulled{f: f, ctx: ctx}
	p.row, f.stop = iter.Pull2(f.side.Rows(ctx))
	f.rows = p
}

type pulled struct {
	f    *feed
	ctx  context.Context
	row  func() (Row, error, bool)
	last []byte
}

func (p *pulled) next() ([]byte, error) {
	row, err, ok := p.row()
	if err == nil {
		err = context.Cause(p.ctx)
	}
	switch {
	case err != nil:
		return nil, p.f.readError(err)
	case !ok:
		p.f.tell(p.ctx, true)
		return nil, io.EOF
	}
	p.f.told(p.ctx)
	block := p.f.enc.encode(&row)
	key := keyOf(block)
	if len(key) == 0 {
		return block, nil // can not be in order; reported at once
	}
	if bytes.Compare(key, p.last) < 0 {
		return nil, fmt.Errorf("%w: the %s has key %q after %q", ErrOrder, p.f.which, key, p.last)
	}
	p.last = append(p.last[:0], key...)
	return block, nil
}

// close ends the reading of a sorted side.
func (f *feed) close() {
	if f.stop != nil {
		f.stop()
	}
}

// advance makes the next row the head.
func (f *feed) advance() error {
	var err error
	f.block, err = f.rows.next()
	if errors.Is(err, io.EOF) {
		f.more, f.head = false, view{}
		return nil
	}
	if err != nil {
		return err
	}
	f.more = true
	if f.head, err = parse(f.block); err != nil {
		return fmt.Errorf("%w: %w", ErrSpillCorrupt, err)
	}
	return nil
}

// maxListed is how many keys or ids of one group are listed.
const maxListed = 16

// group is what a side has of one key.
type group struct {
	block     []byte // the row that stands for the key
	v         view
	rows      int64 // that could be decoded
	bad       bool  // some could not
	duplicate bool
	collision bool
	keys, ids []string
}

// take collects the rows of key, which the head has if any. Rows that can not be
// decoded are reported as they come.
func (f *feed) take(key []byte) (*group, error) {
	g := &f.group
	*g = group{block: g.block, keys: g.keys[:0], ids: g.ids[:0]}
	for f.more && bytes.Equal(f.head.key, key) {
		if f.head.bad() {
			g.bad = true
			if err := f.j.again.pass(f.undecodable(&f.head)); err != nil {
				return nil, err
			}
		} else if err := f.add(g); err != nil {
			return nil, err
		}
		if err := f.advance(); err != nil {
			return nil, err
		}
	}
	if len(key) > 0 && (g.rows > 0 || g.bad) {
		f.stats.Keys++
	}
	return g, f.reportGroup(g)
}

// add adds the head to its group.
func (f *feed) add(g *group) error {
	own, id := f.head.own(), f.head.id
	if g.rows++; g.rows > 1 {
		sameKey, sameID := has(g.keys, own), has(g.ids, id)
		switch {
		case !sameKey:
			g.collision = true
		case f.side.Repeats && sameID:
			f.stats.Repeated++
		default:
			g.duplicate = true
		}
		if !sameKey && len(g.keys) < maxListed {
			g.keys = append(g.keys, string(own))
		}
		if !sameID && len(g.ids) < maxListed {
			g.ids = append(g.ids, string(id))
		}
		if f.head.version != 0 && f.head.version < g.v.version {
			return nil
		}
	} else {
		g.keys, g.ids = append(g.keys, string(own)), append(g.ids, string(id))
	}
	g.block = append(g.block[:0], f.block...)
	var err error
	g.v, err = parse(g.block)
	return err
}

func has(list []string, b []byte) bool {
	for _, s := range list {
		if s == string(b) {
			return true
		}
	}
	return false
}

func (f *feed) reportGroup(g *group) error {
	for _, kind := range [...]Kind{Collision, Duplicate} {
		if kind == Collision && !g.collision || kind == Duplicate && !g.duplicate {
			continue
		}
		d := Difference{Kind: kind, Side: f.which, Key: string(g.v.own()), Count: g.rows}
		for _, id := range g.ids {
			if id != "" {
				d.IDs = append(d.IDs, id)
			}
		}
		if kind == Collision {
			d.Keys = slices.Sorted(slices.Values(g.keys))
		}
		if err := f.j.again.pass(d); err != nil {
			return err
		}
	}
	return nil
}

func (f *feed) undecodable(v *view) Difference {
	d := Difference{Kind: Undecodable, Side: f.which, Key: string(v.own()), Err: string(v.err)}
	if f.which == OnSource {
		d.SourceID, d.Raw, d.Version = string(v.id), bytes.Clone(v.raw), v.version
	} else {
		d.TargetID = string(v.id)
	}
	return d
}
