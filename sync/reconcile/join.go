package reconcile

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// joiner walks both sides in order of key.
type joiner struct {
	c              *Comparison
	ctx            context.Context
	sum            *Summary
	source, target feed
	again          *rechecker
	streaming      bool      // a side is read while it is compared
	loaded         time.Time // when the others had been read
	key            []byte
}

func (j *joiner) join() error {
	for _, f := range [...]*feed{&j.source, &j.target} {
		if err := f.advance(); err != nil {
			return err
		}
	}
	for j.source.more || j.target.more {
		if err := context.Cause(j.ctx); err != nil {
			return fmt.Errorf("duijie/sync/reconcile: compare: %w", err)
		}
		if err := j.step(); err != nil {
			return err
		}
	}
	return j.again.flush()
}

// step takes the smallest key from both sides and judges it.
func (j *joiner) step() error {
	first := &j.source
	if !first.more || j.target.more && bytes.Compare(j.target.head.key, first.head.key) < 0 {
		first = &j.target
	}
	j.key = append(j.key[:0], first.head.key...)
	src, err := j.source.take(j.key)
	if err != nil {
		return err
	}
	tgt, err := j.target.take(j.key)
	if err != nil {
		return err
	}
	if len(j.key) == 0 {
		return nil // rows without a key, which were reported
	}
	j.sum.Keys++
	if src.rows == 0 && src.bad || tgt.rows == 0 && tgt.bad {
		j.sum.Unjudged++
		return nil
	}
	d, err := j.judge(src.standing(), tgt.standing())
	if err != nil {
		return err
	}
	if d.Kind == 0 {
		j.sum.Equal++
		return nil
	}
	d.Ambiguous = src.collision || tgt.collision
	return j.again.doubt(d, src, tgt)
}

// standing is the row that stands for the key, nil when there is none.
func (g *group) standing() *view {
	if g.rows == 0 {
		return nil
	}
	return &g.v
}

// judge compares the two sides' rows of a key, at least one of which is there.
// Kind is 0 when they agree.
func (j *joiner) judge(src, tgt *view) (Difference, error) {
	var d Difference
	switch {
	case src == nil:
		return Difference{Kind: Extra, Key: string(tgt.own()), TargetID: string(tgt.id)}, nil
	case tgt == nil:
		d.Kind = Missing
	default:
		changes, err := j.changes(src.fields, tgt.fields)
		if len(changes) == 0 {
			return d, err
		}
		d.Kind, d.Changes, d.TargetID = Different, changes, string(tgt.id)
		if !bytes.Equal(src.own(), tgt.own()) {
			d.TargetKey = string(tgt.own())
		}
	}
	d.Key, d.SourceID, d.Version, d.Raw = string(src.own()), string(src.id), src.version, bytes.Clone(src.raw)
	return d, nil
}

// changes compares stored fields. What is the same byte for byte is not decoded.
func (j *joiner) changes(source, target []byte) (changes []Change, err error) {
	if bytes.Equal(source, target) {
		return nil, nil
	}
	for i := range j.c.Fields {
		s, sRest, okS := cutValue(source)
		t, tRest, okT := cutValue(target)
		if !okS || !okT {
			return nil, fmt.Errorf("%w: fields do not decode", ErrSpillCorrupt)
		}
		source, target = sRest, tRest
		if bytes.Equal(s, t) {
			continue
		}
		old, err := decodeValue(t)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSpillCorrupt, err)
		}
		now, err := decodeValue(s)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSpillCorrupt, err)
		}
		if f := &j.c.Fields[i]; !f.Agrees(now, old) {
			changes = append(changes, Change{Field: f.Name, Old: old, New: now})
		}
	}
	return changes, nil
}
