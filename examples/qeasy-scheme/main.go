// Command qeasy-scheme runs an integration scheme (集成方案) of 轻易云 from its two
// metadata documents, as 源码视图 shows them:
//
//	qeasy-scheme [flags] SOURCE.json TARGET.json
//
// With -check it says of every member and field whether it runs, runs with a note, or
// can not, and why, and runs nothing. Otherwise it reads the source half, maps each
// record and writes the target half, once, through lost answers, throttling and
// crashes; what the target refuses waits in the dead letters.
//
// Records of other schemes that _findCollection and _mongoQuery ask for come from files:
// -lookup UUID=RECORDS.json. Mapping tables do too: -table ID=TABLE.csv. A scheme that hands
// its records to another (callBackStrategy) gets that one by -callback, and runs both.
//
// Without arguments the program runs a scheme of its own, shops of 旺店通 that become
// customers of 金蝶云星空. Without settings the platforms are fakes inside this
// process; with the environment variables of the platforms a scheme names, it runs
// against the real hosts.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/sync/qeasy"
)

const (
	name     = "qeasy-scheme"
	synopsis = "[SOURCE.json TARGET.json]"
)

//go:embed schemes/shops.source.json
var demoSource []byte

//go:embed schemes/customers.target.json
var demoTarget []byte

// pace is how patient the program is; tests make it quicker.
var pace = struct {
	lease, settle time.Duration // settle 0: as the target's sink says
	client        []duijie.Option
}{lease: 15 * time.Second}

// settings are the flags of this program.
type settings struct {
	check, oldWay   bool
	allow, id       string
	lookups, tables binding
	callbacks       binding
}

func (s *settings) flags(f *flag.FlagSet) {
	s.lookups, s.tables, s.callbacks = binding{}, binding{}, binding{}
	f.BoolVar(&s.check, "check", false, "say of each member whether it runs, and run nothing")
	f.BoolVar(&s.oldWay, "follow-idcheck", false, "as 轻易云 does: with idCheck a record whose key is known is dropped, though it changed")
	f.StringVar(&s.allow, "allow", "", "names of unknown members to ignore, with commas between")
	f.StringVar(&keyComponent, "key", "", "field, component or column of the target that holds a record's key, where no field of the scheme is it: Yida, fxiaoke, Banniu")
	f.StringVar(&s.id, "id", "", "path or template of a record's key, where the source half has no id")
	f.Var(s.lookups, "lookup", "UUID=FILE: records of another scheme, a JSON array or one object after the other; repeatable. "+
		"The product groups of an OKKI source are there as okki-groups")
	f.Var(s.callbacks, "callback", "STRATEGY=SOURCE.json,TARGET.json: the scheme that callBackStrategy hands records to; repeatable")
	f.Var(s.tables, "table", "ID=FILE.csv: a mapping table with the columns a_value and b_value; repeatable")
}

func main() {
	var s settings
	cli.MainArgs(name, synopsis, s.run, s.flags)
}

// documents are the two halves as they were given.
type documents struct {
	label          string
	source, target []byte
}

func read(args []string) (documents, error) {
	switch len(args) {
	case 0:
		return documents{"shops-to-customers", demoSource, demoTarget}, nil
	case 2:
		source, errSource := readFile(args[0])
		target, errTarget := readFile(args[1])
		label := strings.TrimSuffix(filepath.Base(args[0]), ".json") + "+" + strings.TrimSuffix(filepath.Base(args[1]), ".json")
		return documents{label, source, target}, errors.Join(errSource, errTarget)
	}
	return documents{}, fmt.Errorf("want the files of two halves, SOURCE.json TARGET.json, and found %d", len(args))
}

func (s *settings) run(ctx context.Context, env *cli.Env) (int, error) {
	docs, err := read(env.Args)
	if err != nil {
		return cli.ExitUsage, err
	}
	cfg, err := s.config(env)
	if err != nil {
		return cli.ExitUsage, err
	}
	options := s.options()
	source, errSource := qeasy.Parse(qeasy.SideSource, docs.source, options...)
	target, errTarget := qeasy.Parse(qeasy.SideTarget, docs.target, options...)
	callbacks, err := s.receivers(options)
	if err != nil {
		return cli.ExitUsage, err
	}
	broken := errors.Join(errSource, errTarget)
	if broken != nil && !s.check {
		return cli.ExitUsage, broken
	}
	from, errFrom := ofHalf(source, qeasy.SideSource)
	to, errTo := ofHalf(target, qeasy.SideTarget)
	if err := errors.Join(errFrom, errTo); err != nil {
		return cli.ExitFailed, err
	}
	if err := checkKey(to, target); err != nil {
		return cli.ExitUsage, err
	}
	some := []platform{from, to}
	for _, r := range callbacks {
		some = append(some, r.from, r.to)
	}
	hosts := configured(some...)
	ends, closeAll, err := open(hosts, some, append([]duijie.Option{duijie.WithLogger(env.Logger())}, pace.client...)...)
	if err != nil {
		return cli.ExitUsage, err
	}
	defer closeAll()
	cfg.Source, cfg.Target = ends[from.name].connector, ends[to.name].connector
	for id, l := range ends[from.name].lookups {
		if cfg.Lookups[id] == nil {
			cfg.Lookups[id] = l
		}
	}
	if !hosts {
		cfg = demoTimes(cfg, ends[from.name])
	}
	if err := bind(&cfg, callbacks, ends); err != nil {
		return cli.ExitUsage, err
	}
	if s.check {
		return report(env, qeasy.Check(docs.source, docs.target, cfg, options...))
	}
	scheme, err := qeasy.Compile(source, target, cfg)
	if err != nil {
		return cli.ExitUsage, err
	}
	if !hosts {
		env.Printf("no settings of the platforms: running %s against fakes\n", docs.label)
	}
	pipelines := names{own: name + "/" + docs.label}
	for _, r := range callbacks {
		if target.CallBack != nil && target.CallBack.Strategy == r.strategy {
			pipelines.receiver = name + "/" + r.label
		}
	}
	return s.sync(ctx, env, scheme, pipelines, hosts)
}

// names are those of the pipelines of a scheme and of the one it hands records to, "" for none.
type names struct{ own, receiver string }

// sync runs the scheme.
func (s *settings) sync(ctx context.Context, env *cli.Env, scheme *qeasy.Scheme, pipelines names, hosts bool) (int, error) {
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()
	if !hosts { // the fakes are new each time, so the state of an earlier demo says nothing about them
		demo := fmt.Sprintf("-demo-%d-%d", os.Getpid(), time.Now().UnixNano())
		pipelines.own, pipelines.receiver = pipelines.own+demo, pipelines.receiver+demo
	}
	p := scheme.Pipeline(pipelines.own, state)
	// A killed run's lease ends soon, and the next run waits for that.
	p.LeaseTTL, p.LeaseWait = pace.lease, 2*pace.lease
	p.Settle.Delay = pace.settle
	p.Observer, p.Logger = env.Progress(), env.Logger()
	if !hosts {
		p.Settle.Delay = 300 * time.Millisecond
	}
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	rep, code, err := env.Do(ctx, p)
	if next := scheme.CallBack(pipelines.own, pipelines.receiver, state); next != nil && code != cli.ExitFailed {
		var failed error
		code, failed = handOn(ctx, env, next, code)
		err = errors.Join(err, failed)
	}
	for what, n := range scheme.Counts() {
		env.Printf("%s: %d\n", what, n)
	}
	return code, errors.Join(err, env.PrintJSON(rep))
}

// checkKey refuses a -key that the target would not use, or that names no field of it.
func checkKey(to platform, target *qeasy.Half) error {
	if keyComponent == "" || target == nil {
		return nil
	}
	switch to.name {
	case "banniu": // it may be a column outside of what is written
		return nil
	case "dingtalk", "fxiaoke":
	default:
		return fmt.Errorf("-key %s: the target %s does not need it, records are found there by a number of their own", keyComponent, target.API)
	}
	if !named(target.Request, keyComponent) {
		return fmt.Errorf("-key %s: the target half has no such field in its request", keyComponent)
	}
	return nil
}

// named tells whether a field has a name, at any depth.
func named(fields []qeasy.Field, name string) bool {
	return slices.ContainsFunc(fields, func(f qeasy.Field) bool { return f.Name == name || named(f.Children, name) })
}

// ofHalf is the platform of a half; none for one that could not be read, has no platform
// here, or writes nothing.
func ofHalf(h *qeasy.Half, side qeasy.Side) (platform, error) {
	if h == nil {
		return platform{}, nil
	}
	return platformOf(side, h.API)
}

// config reads the files of the flags.
func (s *settings) config(env *cli.Env) (qeasy.Config, error) {
	cfg := qeasy.Config{
		ID: s.id, Since: env.Since, FollowIDCheck: s.oldWay,
		Lookups: map[string]mapping.Lookup{}, Tables: map[string]mapping.Table{},
	}
	var wrong []error
	for id, file := range s.lookups {
		c, err := readCollection(file)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("-lookup %s: %w", id, err))
			continue
		}
		cfg.Lookups[id] = c
	}
	for id, file := range s.tables {
		t, err := readTable(file)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("-table %s: %w", id, err))
			continue
		}
		cfg.Tables[id] = t
	}
	return cfg, errors.Join(wrong...)
}

func (s *settings) options() []qeasy.Option {
	if s.allow == "" {
		return nil
	}
	return []qeasy.Option{qeasy.WithMembers(strings.Split(s.allow, ",")...)}
}

// report prints what runs and what does not.
func report(env *cli.Env, r qeasy.Report) (int, error) {
	env.Printf("%s", r)
	if err := env.PrintJSON(r); err != nil {
		return cli.ExitFailed, err
	}
	if !r.OK() {
		return cli.ExitFailed, errors.New("the scheme can not run as it is")
	}
	return cli.ExitSettled, nil
}

// demoTimes are the clock of the fake the source reads, and where its data begin.
func demoTimes(cfg qeasy.Config, source endpoint) qeasy.Config {
	if source.now != nil {
		cfg.Now = source.now
	}
	if cfg.Since.IsZero() {
		cfg.Since = source.since
	}
	if cfg.Since.IsZero() {
		cfg.Since = time.Now().AddDate(0, 0, -7)
	}
	return cfg
}
