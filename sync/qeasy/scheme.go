package qeasy

import (
	"context"
	"errors"
	"fmt"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// RemedyPartition is the partition of a scheme's second pass.
const RemedyPartition = "omission_remedy"

// Pipeline makes the pipeline of the scheme. What name and state do not say may be changed
// before it runs, but for its Fingerprint with callBackStrategy. name has at most 120 bytes,
// as what belongs to it is kept under names of its own. Rows that condition drops or
// beatFlat finds no line in are skipped, and counted by [Scheme.Counts].
//
// With groupCalculate a record is a bill over many rows, whose key is made of its head
// and its rows; the ledger name + [GroupedRows] says which bill a row belongs to. Rows are
// sorted in temporary files ([Config].TempDir).
//
// LAST_SYNC_TIME is the source's resume point in state, and [Config].Since before the first.
func (s *Scheme) Pipeline(name string, state duijiesync.State) *duijiesync.Pipeline[Row, Write] {
	src := &rowSource{s: s, from: s.from, state: state, scope: duijiesync.Scope{Pipeline: name}}
	return s.pipeline(name, state, src)
}

// Remedy makes the pipeline of omissionRemedy, to be run on its schedule (five fields of
// cron). It shares name, and so the ledger, with [Scheme.Pipeline], and has a lease of its
// own: what is in the target unchanged is not written again. It keeps no checkpoint and
// never moves LAST_SYNC_TIME. Without omissionRemedy it is nil.
func (s *Scheme) Remedy(name string, state duijiesync.State) (p *duijiesync.Pipeline[Row, Write], cron string) {
	if s.gap == nil {
		return nil, ""
	}
	scope := duijiesync.Scope{Pipeline: name, Partition: RemedyPartition}
	p = s.pipeline(name, state, &rowSource{s: s, from: s.gap, state: state, scope: scope, again: true})
	p.Partition = RemedyPartition
	return p, s.source.Remedy.Cron
}

func (s *Scheme) pipeline(name string, state duijiesync.State, src *rowSource) *duijiesync.Pipeline[Row, Write] {
	p := &duijiesync.Pipeline[Row, Write]{
		Name: name, State: state, Source: src, Sink: s.answering(name, state),
		Transform: func(ctx context.Context, in Row) (Write, error) { return s.transform(ctx, src, in) },
	}
	if g := s.target.Group; g != nil {
		p.Source = &grouped{rowSource: src, group: *g}
	}
	return p
}

// transform builds what is written for a record.
func (s *Scheme) transform(ctx context.Context, src *rowSource, in Row) (Write, error) {
	if in.Skip != "" {
		s.counts.add(in.Skip, 1)
		return Write{}, fmt.Errorf("%w: %s", duijiesync.ErrSkip, in.Skip)
	}
	env, err := src.now(ctx)
	if err != nil {
		return Write{}, duijiesync.Stop(err)
	}
	var out Write
	if s.target.CallBack != nil {
		out.row = in.JSON
	}
	var wrong []error
	build := func(b *build) []byte {
		v, notes, err := b.object(ctx, env, in.JSON)
		if err != nil {
			wrong = append(wrong, err)
		}
		for _, n := range notes {
			s.counts.add(n.Code, 1)
		}
		return v
	}
	out.Request = build(s.request)
	if s.sinkSpec.Fixed == nil && len(s.target.Other) > 0 {
		out.Other = build(s.other)
	}
	switch len(wrong) {
	case 0:
		return out, nil
	case 1:
		return Write{}, wrong[0]
	}
	return Write{}, errors.Join(wrong...)
}

// Source is the compiled source half, as its connector got it.
func (s *Scheme) Source() *SourceSpec { return s.spec }

// Target is the compiled target half, as its connector got it.
func (s *Scheme) Target() *SinkSpec { return s.sinkSpec }
