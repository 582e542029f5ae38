package fxiaoketest_test

import (
	"fmt"

	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
)

// A tenant with a custom object, whose next create will take effect while its answer is
// lost.
func Example() {
	fake := fxiaoketest.NewServer()
	defer fake.Close()
	fake.AddObject(fxiaoketest.Object{Name: "warehouse__c", Label: "仓库", Fields: []fxiaoketest.Field{
		{Name: "code__c", Label: "编码", Type: "text", Unique: true},
	}})
	id := fake.Add("warehouse__c", fxiaoketest.Row{"name": "上海仓", "code__c": "SH"})
	fake.Inject(fxiaoketest.Fault{Op: "/cgi/crm/custom/v2/data/create warehouse__c", Kind: fxiaoketest.CutAfter})

	row, _ := fake.Record("warehouse__c", id)
	fmt.Println(row["code__c"], fake.Created("warehouse__c", "code__c", "SH"))
	// Output: SH 0
}
