package reconcile_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/reconcile"
)

// Two slices, compared by price and date. The sides write both in their own ways.
func ExampleComparison() {
	ours := []reconcile.Row{
		{Key: "A1", Fields: []reconcile.Value{reconcile.Number(duijie.MustDecimal("1.10")), reconcile.Text("2026-05-01 08:00:00")}},
		{Key: "A2", Fields: []reconcile.Value{reconcile.Number(duijie.MustDecimal("25")), reconcile.Text("2026-05-02 08:00:00")}},
		{Key: "A3", Fields: []reconcile.Value{reconcile.Number(duijie.MustDecimal("3")), reconcile.Text("2026-05-03 08:00:00")}},
	}
	theirs := []reconcile.Row{
		{Key: "A4"},
		{Key: "A2", Fields: []reconcile.Value{reconcile.Text("24.5"), reconcile.Text("2026-05-02T00:00:00Z")}},
		{Key: "A1", Fields: []reconcile.Value{reconcile.Text("1.1"), reconcile.Text("2026-05-01T00:00:00Z")}},
	}
	c := reconcile.Comparison{
		Fields: []reconcile.Field{{Name: "price"}, {Name: "date", As: reconcile.AsTime, Granularity: time.Second}},
		Source: reconcile.Side{Rows: reconcile.RowsOf(ours...)},
		Target: reconcile.Side{Rows: reconcile.RowsOf(theirs...)},
	}
	var sum reconcile.Summary
	for d, err := range c.Differences(context.Background(), &sum) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(d.Kind, d.Key)
		for _, change := range d.Changes {
			fmt.Println("  ", change.Field, change.Old, "→", change.New)
		}
	}
	fmt.Println("equal:", sum.Equal)
	// Output:
	// different A2
	//    price 24.5 → 25
	// missing A3
	// extra A4
	// equal: 1
}

// Any number of reports are written in one pass.
func ExampleWrite() {
	c := reconcile.Comparison{
		Fields: []reconcile.Field{{Name: "remark", Trim: true, EmptyIsNull: true, AbsentIsNull: true}},
		Source: reconcile.Side{Rows: reconcile.RowsOf(
			reconcile.Row{Key: "A1", ID: "17", Fields: []reconcile.Value{reconcile.Text("=1+1")}}, reconcile.Row{Key: "A2"})},
		Target: reconcile.Side{Rows: reconcile.RowsOf(
			reconcile.Row{Key: "A1", ID: "501", Fields: []reconcile.Value{reconcile.Null()}}, reconcile.Row{Key: "A2", Fields: []reconcile.Value{reconcile.Text(" ")}})},
	}
	var sum reconcile.Summary
	var table, lines bytes.Buffer // files, mostly
	err := reconcile.Write(c.Differences(context.Background(), &sum), &sum,
		reconcile.CSVReport(&table), reconcile.TextReport(&lines))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range strings.Split(table.String()+lines.String(), "\n") {
		if strings.HasPrefix(line, "different") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	fmt.Println("different:", sum.Different, "equal:", sum.Equal)
	// Output:
	// different,,A1,remark,,null,'=1+1,text,17,501,,,,,,,
	// different    A1                       source 17, target 501; remark: null → "=1+1"
	// different: 1 equal: 1
}

// product is what both ends of the example of Repair hold.
type product struct {
	No, Name string
}

// shelf is a target: writing a product twice leaves it as if written once.
type shelf map[string]product

func (s shelf) Write(_ context.Context, records []duijiesync.Record[product]) ([]duijiesync.Outcome, error) {
	outcomes := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		s[r.Key] = r.Value
		outcomes[i].Kind = duijiesync.OutcomeUpdated
	}
	return outcomes, nil
}

func (s shelf) Limits() duijiesync.Limits { return duijiesync.Limits{Idempotent: true} }

// Someone removed a product from the target. The pipeline's ledger does not know;
// a repair, run under the pipeline's name, sends it again.
func ExampleRepair() {
	ctx := context.Background()
	catalogue := duijiesync.SourceFunc[product](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[product], error] {
		return func(yield func(duijiesync.Batch[product], error) bool) {
			yield(duijiesync.Batch[product]{Records: []duijiesync.Record[product]{
				{Key: "A1", Value: product{"A1", "茶杯"}}, {Key: "A2", Value: product{"A2", "茶壶"}},
			}}, nil)
		}
	})
	target := shelf{}
	p := duijiesync.Pipeline[product, product]{
		Name: "products", Source: catalogue, Transform: duijiesync.Same[product], Sink: target, State: duijiesync.NewMemoryState(),
	}
	if _, err := p.Run(ctx); err != nil {
		fmt.Println(err)
		return
	}
	delete(target, "A2")

	row := func(no, name string) reconcile.Row {
		return reconcile.Row{Key: no, Fields: []reconcile.Value{reconcile.Text(name)}}
	}
	c := &reconcile.Comparison{
		Fields:  []reconcile.Field{{Name: "name"}},
		KeepRaw: true,
		Source: reconcile.Side{Rows: reconcile.FromSource(catalogue, "", func(rec duijiesync.Record[product]) (reconcile.Row, error) {
			return row(rec.Key, rec.Value.Name), nil
		})},
		Target: reconcile.Side{Rows: reconcile.Rows(func(yield func(reconcile.Row, error) bool) {
			for _, v := range target {
				if !yield(row(v.No, v.Name), nil) {
					return
				}
			}
		})},
	}
	repair := p // the same pipeline with another source
	repair.Source = &reconcile.Repair[product]{Comparison: c, Each: reconcile.TextReport(os.Stdout).Difference}
	if _, err := repair.Run(ctx); err != nil {
		fmt.Println(err)
		return
	}
	var sum reconcile.Summary
	for d, err := range c.Differences(ctx, &sum) {
		fmt.Println("still there:", d.Kind, d.Key, err)
	}
	fmt.Println("clean:", sum.Clean(), target["A2"].Name)
	// Output:
	// missing      A2
	// clean: true 茶壶
}
