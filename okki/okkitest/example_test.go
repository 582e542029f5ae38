package okkitest_test

import (
	"fmt"

	"github.com/duijie-go/duijie/okki/okkitest"
)

// A tenant with one product, whose next push will take effect while its answer is lost.
func Example() {
	fake := okkitest.NewServer()
	defer fake.Close()
	lamps := fake.AddGroup("灯具", 0)
	id := fake.Add("product", okkitest.Row{"product_no": "SP-1", "name": "吊灯", "product_type": 1, "group_id": lamps})
	fake.Inject(okkitest.Fault{Op: "POST product/push", Kind: okkitest.CutAfter})

	row, _ := fake.Record("product", id)
	fmt.Println(row["product_no"], fake.Created("product", "SP-1"))
	// Output: SP-1 0
}
