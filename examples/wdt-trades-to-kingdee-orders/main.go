// Command wdt-trades-to-kingdee-orders brings the orders (系统订单) of
// 旺店通旗舰版 into 金蝶云星空 as sales orders (销售订单): submitted and audited,
// each once, their lines adding up to what the buyer owes, to the cent.
//
// The material, the customer and the warehouse of an order are looked up in
// Kingdee by their WDT numbers, and created where they are missing: the shop is
// the customer. A run reads what changed since the last one, the first run the
// last day. An order that changes is taken back, saved and audited again.
//
// What a machine must not decide waits in the dead letters for a person, which
// tell the order and what to do:
//
//   - an order that was cancelled, or went back to review, after it was written:
//     void it (作废) in Kingdee, or do not deliver it yet. A letter of the latter kind
//     goes when WDT approves the order again;
//   - a change that Kingdee refuses, as that of an order that was delivered there: its
//     un-audit is refused, and the order stays as it was, audited;
//   - an order in another currency than CNY, one with lines that were shipped in
//     part, or one whose amounts no price leads to;
//   - an order whose shop, SKU or warehouse WDT does not show or Kingdee refuses to
//     create: it is tried again in each run, and -replay has Kingdee asked again.
//
// Orders that WDT merges or splits are orders that change, that end, and that are
// new, and come as such: what is owed in all stays right, and the ended one is a
// letter if it was written. Refunds after shipping (退换单) change no order, and are
// not brought: they are return bills, a flow of their own. One tax rate is for all
// lines, and WDT's amounts contain the tax.
//
// The number of an order is its trade_no. An order in Kingdee of the same number
// is taken for the one of WDT and changed to it, also after the state was lost: keep
// such numbers out of Kingdee's own numbering, and one seller account to an organisation.
//
// Without settings it runs against fakes of both platforms, inside this
// process; with the environment variables of both platforms it runs against
// the real hosts. Copy it and change it: this file and refs.go wire, order.go
// is what a company decides, the rest is library.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
	"github.com/duijie-go/duijie/wdt"
)

const name = "wdt-trades-to-kingdee-orders"

func main() { cli.Main(name, run) }

func run(ctx context.Context, env *cli.Env) (int, error) {
	if !configured() {
		return demo(ctx, env)
	}
	return live(ctx, env)
}

// live runs against the hosts of the environment. The options are for both
// clients: a logger, other time limits.
func live(ctx context.Context, env *cli.Env, options ...duijie.Option) (int, error) {
	wdtConfig, wdtErr := wdt.ConfigFromEnv()
	kingdeeConfig, kingdeeErr := kingdee.ConfigFromEnv()
	company, choiceErr := choicesFromEnv(kingdeeConfig)
	if err := errors.Join(wdtErr, kingdeeErr, choiceErr); err != nil {
		return cli.ExitUsage, err
	}
	options = append([]duijie.Option{duijie.WithLogger(env.Logger())}, options...)
	seller, err := wdt.NewClient(wdtConfig, options...)
	if err != nil {
		return cli.ExitUsage, err
	}
	erp, err := kingdee.NewClient(kingdeeConfig, options...)
	if err != nil {
		return cli.ExitUsage, err
	}
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()

	f := flow{name: name, seller: seller, erp: erp, state: state, choices: company, window: wdt.WindowConfig{Start: env.Since}}
	p, err := f.pipeline()
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

// flow is what the pipeline is made of.
type flow struct {
	name    string
	seller  *wdt.Client
	erp     *kingdee.Client
	state   duijiesync.State
	choices choices
	window  wdt.WindowConfig // a zero Start is a day ago
	settle  duijiesync.SettlePolicy
	// settleSink is the sinks' SettleDelay; 0 for a real server.
	settleSink time.Duration
	// lease is how long a killed run is waited for, at most; 0 = 15 s.
	lease time.Duration
	// clock is the platform's time; nil = that of the client, set right by its answers.
	clock func(context.Context) (time.Time, error)
}

// orderFlow is a pipeline whose replay begins with what the orders refer to.
type orderFlow struct {
	*duijiesync.Pipeline[wdt.Trade, kingdee.SaleOrder]
	needs *references
}

// Replay sends dead letters again, and with them the customers, materials and
// warehouses that Kingdee refused.
func (o *orderFlow) Replay(ctx context.Context, q duijiesync.ReplayQuery) (*duijiesync.Report, error) {
	if err := o.needs.again(ctx); err != nil {
		return &duijiesync.Report{Pipeline: o.Name}, err
	}
	return o.Pipeline.Replay(ctx, q)
}

// pipeline is the whole flow.
func (f flow) pipeline() (*orderFlow, error) {
	if f.window.Start.IsZero() {
		f.window.Start = time.Now().Add(-24 * time.Hour)
	}
	if f.lease == 0 {
		f.lease = 15 * time.Second
	}
	source, err := wdt.NewListSource(f.seller.Trades, wdt.TradeQuery{}, f.window)
	if err != nil {
		return nil, err
	}
	if f.clock != nil {
		source.Clock = f.clock
	}
	sink, err := kingdee.NewBillSink(f.erp, kingdee.BillSinkConfig[kingdee.SaleOrder]{
		SaveSinkConfig: kingdee.SaveSinkConfig[kingdee.SaleOrder]{
			Form: kingdee.FormSaleOrder,
			// These fields tell that an order is as it should be: a change of one that is
			// not named here is not written.
			Compare:      []string{"FDate", "FCustId", "FSalerId", "FNote"},
			CompareLines: map[string][]string{"FSaleOrderEntry": f.choices.lineFields()},
			// Nothing is pushed from these orders yet when they change, so that their lines
			// can be replaced. Kingdee refuses the un-audit of an order that was delivered.
			Lines:       kingdee.ReplaceLines,
			SettleDelay: f.settleSink,
		},
		Until: kingdee.BillAudited, TakeBack: true, RestoreRefused: true,
	})
	if err != nil {
		return nil, err
	}
	needs, err := f.references()
	if err != nil {
		return nil, err
	}
	return &orderFlow{needs: needs, Pipeline: &duijiesync.Pipeline[wdt.Trade, kingdee.SaleOrder]{
		Name:      f.name,
		Source:    needs.prefetch(source),
		Transform: f.transform(needs),
		Sink:      sink,
		State:     f.state,
		Settle:    f.settle,
		// A killed run's lease ends soon, and the next run waits for that.
		LeaseTTL: f.lease, LeaseWait: 2 * f.lease,
	}}, nil
}

// transform makes orders of trades, once all they refer to is there.
func (f flow) transform(needs *references) duijiesync.Transform[wdt.Trade, kingdee.SaleOrder] {
	return func(ctx context.Context, t wdt.Trade) (kingdee.SaleOrder, error) {
		if err := wanted(t); err != nil {
			return kingdee.SaleOrder{}, needs.unwanted(ctx, t, err)
		}
		order, err := orderOf(t, f.choices)
		if err != nil {
			return kingdee.SaleOrder{}, err
		}
		return order, needs.resolve(ctx, t)
	}
}

// unwanted is err, but for an order that is in Kingdee already.
func (r *references) unwanted(ctx context.Context, t wdt.Trade, err error) error {
	r.orders.Forget(t.No)
	id, lookup := r.orders.Resolve(ctx, t.No)
	switch {
	case errors.Is(lookup, refs.ErrMissing):
		return err
	case lookup != nil:
		return lookup
	case t.Status == wdt.TradeCancelled || t.Status == wdt.TradeOfflineRefund:
		return fmt.Errorf("it is %s in WDT, and sales order %s in Kingdee: void that one (作废) by hand", t.Status, id)
	}
	return fmt.Errorf("it went back to %s in WDT, and is sales order %s in Kingdee: do not deliver that one before WDT approves the order again, which also ends this letter", t.Status, id)
}

// choicesFromEnv reads what a company decides, beside the platforms' settings.
func choicesFromEnv(c kingdee.Config) (choices, error) {
	out := choices{
		Org: orElse(c.OrgNum, "100"), Salesman: os.Getenv("KINGDEE_SALER"), Currency: orElse(os.Getenv("KINGDEE_CURRENCY"), "PRE001"),
		Unit: orElse(os.Getenv("KINGDEE_UNIT"), "Pcs"), Category: os.Getenv("KINGDEE_CATEGORY"), StockField: os.Getenv("KINGDEE_STOCK_FIELD"),
	}
	var missing []string
	if out.Salesman == "" {
		missing = append(missing, "KINGDEE_SALER is not set (number of the 销售员 of the orders)")
	}
	if out.Category == "" {
		missing = append(missing, "KINGDEE_CATEGORY is not set (number of the 存货类别 of materials that are created)")
	}
	rate, err := duijie.ParseDecimal(orElse(os.Getenv("KINGDEE_TAX_RATE"), "13"))
	if err != nil || rate.Cmp(duijie.DecimalFromInt(0)) < 0 || rate.Cmp(duijie.DecimalFromInt(100)) >= 0 {
		missing = append(missing, "KINGDEE_TAX_RATE is wrong (税率 in per cent, such as 13)")
	}
	out.TaxRate = rate
	if len(missing) > 0 {
		return out, fmt.Errorf("%s: %w", strings.Join(missing, "\n"), duijie.ErrInvalid)
	}
	return out, nil
}

func orElse(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// configured tells whether real hosts are asked for: any setting of either
// platform is, so that a forgotten one is an error and not a demo.
func configured() bool {
	return slices.ContainsFunc(os.Environ(), func(setting string) bool {
		name, value, _ := strings.Cut(setting, "=")
		return value != "" && (strings.HasPrefix(name, "WDT_") || strings.HasPrefix(name, "KINGDEE_"))
	})
}
