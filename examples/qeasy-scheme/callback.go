package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie/examples/internal/cli"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// receiver is a scheme that callBackStrategy hands records to, as -callback names it.
type receiver struct {
	strategy       string
	label          string
	source, target *qeasy.Half
	from, to       platform
}

// receivers reads the schemes of -callback.
func (s *settings) receivers(options []qeasy.Option) ([]receiver, error) {
	var out []receiver
	var wrong []error
	for strategy, files := range s.callbacks {
		first, second, both := strings.Cut(files, ",")
		if !both {
			wrong = append(wrong, fmt.Errorf("-callback %s: want SOURCE.json,TARGET.json of the scheme that gets the records, and found %q", strategy, files))
			continue
		}
		docs, err := read([]string{first, second})
		if err != nil {
			wrong = append(wrong, fmt.Errorf("-callback %s: %w", strategy, err))
			continue
		}
		r := receiver{strategy: strategy, label: docs.label}
		var errs [4]error
		r.source, errs[0] = qeasy.Parse(qeasy.SideSource, docs.source, options...)
		r.target, errs[1] = qeasy.Parse(qeasy.SideTarget, docs.target, options...)
		r.from, errs[2] = ofHalf(r.source, qeasy.SideSource)
		r.to, errs[3] = ofHalf(r.target, qeasy.SideTarget)
		if err := errors.Join(errs[:]...); err != nil {
			wrong = append(wrong, fmt.Errorf("-callback %s: %w", strategy, err))
		}
		out = append(out, r)
	}
	return out, errors.Join(wrong...)
}

// bind compiles the schemes that get records into the settings of the one that hands
// them on.
func bind(cfg *qeasy.Config, list []receiver, ends map[string]endpoint) error {
	cfg.CallBacks = map[string]*qeasy.Scheme{}
	for _, r := range list {
		own := *cfg
		own.CallBacks, own.ID = nil, ""
		own.Source, own.Target = ends[r.from.name].connector, ends[r.to.name].connector
		scheme, err := qeasy.Compile(r.source, r.target, own)
		if err != nil {
			return fmt.Errorf("-callback %s: %w", r.strategy, err)
		}
		cfg.CallBacks[r.strategy] = scheme
	}
	return nil
}

// handOn has records that were written go to the other scheme, and returns the worse of
// the two outcomes.
func handOn(ctx context.Context, env *cli.Env, p *duijiesync.Pipeline[qeasy.Row, qeasy.Write], code int) (int, error) {
	p.LeaseTTL, p.LeaseWait = pace.lease, 2*pace.lease
	p.Settle.Delay = pace.settle
	p.Observer, p.Logger = env.Progress(), env.Logger()
	env.Printf("handing records on to %s\n", p.Name)
	_, handed, err := env.Do(ctx, p)
	if handed != cli.ExitSettled {
		code = handed
	}
	return code, err
}
