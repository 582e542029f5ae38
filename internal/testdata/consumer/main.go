// Command consumer is a program of somebody else, in a module of its own: it
// uses what the library exports and nothing more. When a change breaks it, the
// change breaks users.
package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
	"github.com/duijie-go/duijie/wdt"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, explain(err))
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	wdtConfig, wdtErr := wdt.ConfigFromEnv()
	kingdeeConfig, kingdeeErr := kingdee.ConfigFromEnv()
	if err := errors.Join(wdtErr, kingdeeErr); err != nil {
		return err
	}
	var calls counter
	options := []duijie.Option{duijie.WithLogger(slog.Default()), duijie.WithCallObserver(calls.observe)}
	warehouses, err := wdt.NewClient(wdtConfig, options...)
	if err != nil {
		return err
	}
	erp, err := kingdee.NewClient(kingdeeConfig, options...)
	if err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, "consumer.db", sqlstore.WithTablePrefix("consumer_"))
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	p, err := pipeline(warehouses, erp, store)
	if err != nil {
		return err
	}
	report, err := p.Run(ctx)
	fmt.Println(report.Read, "read,", report.Created, "created,", calls.count(), "calls")
	return err
}

// stock is the part of a Kingdee warehouse (仓库) this program cares for.
type stock struct {
	CreateOrg kingdee.Reference `json:"FCreateOrgId"`
	UseOrg    kingdee.Reference `json:"FUseOrgId"`
	Number    string            `json:"FNumber"`
	Name      string            `json:"FName"`
}

func pipeline(from *wdt.Client, to *kingdee.Client, state duijiesync.State) (*duijiesync.Pipeline[wdt.Warehouse, stock], error) {
	sink, err := kingdee.NewSaveSink(to, kingdee.SaveSinkConfig[stock]{Form: kingdee.FormStock, SettleDelay: 50 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	org := kingdee.Number("100")
	return &duijiesync.Pipeline[wdt.Warehouse, stock]{
		Name:   "warehouses",
		Source: source(from),
		Transform: func(_ context.Context, w wdt.Warehouse) (stock, error) {
			if w.Name == "" {
				return stock{}, duijiesync.ErrSkip
			}
			return stock{CreateOrg: org, UseOrg: org, Number: w.No, Name: w.Name}, nil
		},
		Sink:  sink,
		State: state,
	}, nil
}

// source is one of this program's own: the typed list, page by page.
func source(from *wdt.Client) duijiesync.SourceFunc[wdt.Warehouse] {
	return func(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[wdt.Warehouse], error] {
		return func(yield func(duijiesync.Batch[wdt.Warehouse], error) bool) {
			for page, err := range from.Warehouses.Pages(ctx, wdt.WarehouseQuery{}) {
				var batch duijiesync.Batch[wdt.Warehouse]
				if err == nil {
					for _, w := range page.Items {
						batch.Records = append(batch.Records, duijiesync.Record[wdt.Warehouse]{Key: w.No, Value: w})
					}
				}
				if !yield(batch, err) || err != nil {
					return
				}
			}
		}
	}
}

// explain turns an error into advice.
func explain(err error) string {
	switch {
	case errors.Is(err, duijie.ErrOutcomeUnknown):
		return "look it up before sending it again: " + err.Error()
	case errors.Is(err, duijiesync.ErrLeaseHeld):
		return "another run is under way"
	}
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		return fmt.Sprintf("%s refused %s with %s: %s", e.Platform, e.Op, e.Code, e.Message)
	}
	return err.Error()
}

// counter needs the standard sync beside duijiesync.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) observe(duijie.CallEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
