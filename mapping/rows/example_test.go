package rows_test

import (
	"fmt"

	"github.com/duijie-go/duijie/mapping/rows"
)

// Only paid orders, and of those the lines with goods in them.
func ExampleParseCondition() {
	paid, err := rows.ParseCondition([]byte(`[[
		{"field": "status", "logic": "eq", "value": "paid"},
		{"field": "lines.qty", "logic": "gt", "value": "0"}
	]]`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	kept, keep, err := paid.Apply([]byte(`{"status":"paid","lines":[{"sku":"A","qty":"2.0"},{"sku":"B","qty":"0.0"}]}`))
	fmt.Println(string(kept), keep, err)
	// Output: {"status":"paid","lines":[{"sku":"A","qty":"2.0"}]} true <nil>
}

// Rows of many shops become one bill for each shop, with exact sums.
func ExampleGrouping_Group() {
	g := rows.Grouping{Header: []string{"shop"}, Body: []string{"sku"}, BodyName: "lines", Calculate: map[string]string{"qty": "$sum", "amount": "$sum"}}
	bills, err := g.Group([][]byte{
		[]byte(`{"shop":"S1","sku":"A","qty":1,"amount":"0.10"}`),
		[]byte(`{"shop":"S1","sku":"A","qty":2,"amount":"0.20"}`),
		[]byte(`{"shop":"S2","sku":"A","qty":5,"amount":"1.00"}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, bill := range bills {
		fmt.Println(string(bill.Record), "of rows", bill.Rows)
	}
	// Output:
	// {"shop":"S1","lines":[{"sku":"A","qty":3,"amount":"0.30"}]} of rows [0 1]
	// {"shop":"S2","lines":[{"sku":"A","qty":5,"amount":"1.00"}]} of rows [2]
}

// A bill with two lines becomes two rows with keys of their own.
func ExampleFlattening_Flatten() {
	flat, err := rows.Flattening{Arrays: []string{"lines"}, Key: "no"}.Flatten([]byte(`{"no":"OUT1","lines":[{"sku":"A"},{"sku":"B"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range flat {
		fmt.Println(string(row.Record))
	}
	// Output:
	// {"no":"OUT1-1","lines_sku":"A"}
	// {"no":"OUT1-2","lines_sku":"B"}
}
