// Command okki-products-to-yida starts an approval in 钉钉 宜搭 for every product of
// 小满 OKKI (小满-宜搭产品同步), each once.
//
// Every run reads the products that changed since the last one, with an overlap of 30
// minutes and 1 second; the ledger drops what comes twice. The names of a product's
// top group and of its own group come from the tree of groups, which is read once and
// again when it is old or lacks a group. An approval has no idempotency key: when the
// answer to a start is lost, the form is searched for the product's number, after its
// index had time, before anything is sent again.
//
// An approval that was started stays as it is when its product changes; -update sets
// its values. DINGTALK_YIDA_VERSION chooses between v1.0 and v2.0, which applications
// created after 2024-11-01 need.
//
// Without settings the program runs against fakes inside this process; with the
// environment variables of both platforms it runs against the real hosts.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/okki"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const (
	name    = "okki-products-to-yida"
	overlap = 30*time.Minute + time.Second
)

// The components of the form; yours have other ids: 宜搭 > 表单设计 > 组件标识.
const (
	componentName   = "textField_lq0sj9h9"     // 产品名称
	componentNo     = "textField_lq23ags2"     // 产品编码, by which an approval is known
	componentTop    = "textField_lq0sj9h3"     // 一级分类
	componentGroup  = "textField_lqdd2tui"     // 二级分类
	componentType   = "textField_lstsv908"     // 产品规格
	componentRemark = "textareaField_lq23ags6" // 产品备注
)

// update is the flag -update.
var update bool

func flags(f *flag.FlagSet) {
	f.BoolVar(&update, "update", false, "set the values of approvals that were started when their products change")
}

func main() { cli.Main(name, run, flags) }

func run(ctx context.Context, env *cli.Env) (int, error) {
	if !configured() {
		return demo(ctx, env)
	}
	return live(ctx, env, nil, nil)
}

// live runs against the hosts of the environment, with further options of the clients.
func live(ctx context.Context, env *cli.Env, okkiOptions, dingtalkOptions []duijie.Option) (int, error) {
	from, errFrom := okki.ConfigFromEnv()
	to, errTo := dingtalk.ConfigFromEnv()
	if err := errors.Join(errFrom, errTo); err != nil {
		return cli.ExitUsage, err
	}
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()
	tokens, err := state.Tokens(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	common := []duijie.Option{duijie.WithLogger(env.Logger()), duijie.WithTokenStore(tokens)}
	source, err := okki.NewClient(from, slices.Concat(common, okkiOptions)...)
	if err != nil {
		return cli.ExitUsage, err
	}
	defer source.CloseIdleConnections()
	target, err := dingtalk.NewClient(to, slices.Concat(common, dingtalkOptions)...)
	if err != nil {
		return cli.ExitUsage, err
	}
	defer target.CloseIdleConnections()
	p, err := pipeline(source, target, state, tuning{start: env.Since})
	if err != nil {
		return cli.ExitUsage, err
	}
	p.Observer, p.Logger = env.Progress(), env.Logger()
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	report, code, err := env.Do(ctx, p)
	return code, errors.Join(err, env.PrintJSON(report))
}

// tuning is where the first window begins, how long to wait for either platform, and
// the rows of a page; zero leaves it to the packages.
type tuning struct {
	start                     time.Time
	sourceSettle, indexSettle time.Duration
	page                      int
}

// pipeline is the whole flow.
func pipeline(from *okki.Client, to *dingtalk.Client, state duijiesync.State, t tuning) (*duijiesync.Pipeline[okki.ProductRow, dingtalk.FormData], error) {
	source, err := okki.NewListSource(from.Products, okki.Query{PageSize: t.page}, okki.SourceConfig[okki.ProductRow]{
		Start: t.start, Overlap: overlap, SettleDelay: t.sourceSettle,
		Key: func(p okki.ProductRow) string { return p.ProductNo },
	})
	if err != nil {
		return nil, err
	}
	sink, err := dingtalk.NewProcessSink(to.Yida(), dingtalk.ProcessSinkConfig[dingtalk.FormData]{
		Key: componentNo, Update: update, SettleDelay: t.indexSettle,
	})
	if err != nil {
		return nil, err
	}
	groups := &groupNames{client: from}
	return &duijiesync.Pipeline[okki.ProductRow, dingtalk.FormData]{
		Name: name, Source: source, Sink: sink, State: state,
		Transform: func(ctx context.Context, p okki.ProductRow) (dingtalk.FormData, error) { return form(ctx, groups, p) },
		// A killed run's lease ends soon, and the next run waits for that.
		LeaseTTL: 15 * time.Second, LeaseWait: 30 * time.Second,
	}, nil
}

// form makes the values of a product's approval. Products that were deleted are left
// out; one without a number can't be known again and becomes a dead letter.
func form(ctx context.Context, groups *groupNames, p okki.ProductRow) (dingtalk.FormData, error) {
	switch {
	case !p.Enabled:
		return nil, duijiesync.ErrSkip
	case p.ProductNo == "":
		return nil, errors.New("the product has no number (产品编号)")
	}
	top, own, err := groups.of(ctx, p.GroupID)
	if err != nil {
		// That says nothing about the product: stop, and go on with the next run.
		return nil, fmt.Errorf("group of product %s: %w: %w", p.ProductNo, err, duijiesync.ErrStop)
	}
	values := dingtalk.FormData{
		componentName: p.Name, componentNo: p.ProductNo, componentTop: top, componentGroup: own, componentRemark: p.Remark,
	}
	if p.ProductType != 0 {
		values[componentType] = strconv.FormatInt(p.ProductType, 10)
	}
	return values, nil
}

// configured tells whether the real hosts are asked for: any setting of the platforms
// is, so that a forgotten one is an error and not a demo.
func configured() bool {
	return slices.ContainsFunc(os.Environ(), func(setting string) bool {
		name, value, _ := strings.Cut(setting, "=")
		return value != "" && (strings.HasPrefix(name, "OKKI_") || strings.HasPrefix(name, "DINGTALK_"))
	})
}
