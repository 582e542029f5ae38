package kingdee_test

import (
	"context"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Sales orders saved, submitted and audited, with the answer of the audit lost.
func ExampleNewBillSink() {
	client, server := shop()
	defer server.Close()
	server.Inject(kingdeetest.Fault{Op: "Audit", Kind: kingdeetest.CutAfter})
	sink, err := kingdee.NewBillSink(client, kingdee.BillSinkConfig[kingdee.SaleOrder]{
		SaveSinkConfig: kingdee.SaveSinkConfig[kingdee.SaleOrder]{
			Form: kingdee.FormSaleOrder, Options: kingdee.SaveOptions{AllowUnknownReferences: true},
			// What tells that a stored bill is as it should be.
			Compare:      []string{"FDate", "FCustId.FNumber"},
			CompareLines: map[string][]string{"FSaleOrderEntry": {"FMaterialId.FNumber", "FQty"}},
			Lines:        kingdee.ReplaceLines,  // of a bill whose lines changed
			SettleDelay:  20 * time.Millisecond, // leave it out for a real server
		},
		Until:    kingdee.BillAudited,
		TakeBack: true, // un-audit what changed
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	orders := []kingdee.SaleOrder{shopOrder("XS-0001", "4"), shopOrder("XS-0002", "1")} // the first is there, with 3 pieces
	p := &duijiesync.Pipeline[kingdee.SaleOrder, kingdee.SaleOrder]{
		Name: "orders", Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[kingdee.SaleOrder],
		Source: duijiesync.Slice(orders, func(o kingdee.SaleOrder) string { return o.Number }),
	}
	report, err := p.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("created", report.Created, "updated", report.Updated, "refused", report.Refused)
	for _, number := range []string{"XS-0001", "XS-0002"} {
		bill, _ := server.Record("SAL_SaleOrder", number)
		fmt.Println(number, bill.Status, "saves", bill.Saves)
	}
	// Output:
	// created 1 updated 1 refused 0
	// XS-0001 C saves 2
	// XS-0002 C saves 1
}

// What was created or changed since the run before, any form.
func ExampleNewModifiedSource() {
	client, stop := fake()
	defer stop()
	source, err := kingdee.NewModifiedSource(client, kingdee.Query{FormID: "BD_Customer", Filter: kingdee.Eq("FUseOrgId.FNumber", "100").String()},
		kingdee.ModifiedConfig[kingdee.CustomerRow]{
			SourceConfig: kingdee.SourceConfig[kingdee.CustomerRow]{Key: func(c kingdee.CustomerRow) string { return c.Number }},
			Start:        time.Now().Add(-time.Hour), // of the first run
			// The next two are for this example, whose records were made just now.
			SettleDelay: -1,
			Clock:       func(context.Context) (time.Time, error) { return time.Now().Add(time.Minute), nil },
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	seen := duijiesync.Collect[kingdee.CustomerRow]()
	p := &duijiesync.Pipeline[kingdee.CustomerRow, kingdee.CustomerRow]{
		Name: "changed customers", Source: source, Sink: seen, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[kingdee.CustomerRow],
	}
	for range 2 {
		report, err := p.Run(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("created", report.Created)
	}
	// Output:
	// created 2
	// created 0
}

// A query of any form as a source, by primary key.
func ExampleNewSource() {
	client, stop := fake()
	defer stop()
	source, err := kingdee.NewSource(client, kingdee.Query{FormID: "BD_Customer", Fields: []string{"FNumber", "FName"}},
		kingdee.SourceConfig[duijie.Record]{
			Key:    func(r duijie.Record) string { return r.Text("FNumber") },
			Rescan: true, // each run reads all; the ledger passes what changed
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range source.Read(context.Background(), "") {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, rec := range batch.Records {
			fmt.Println(rec.Key, rec.Value.Text("FName"))
		}
	}
	// Output:
	// C-0001 上海测试
	// C-0002 北京测试
}
