package duijie_test

import (
	"encoding/json"
	"fmt"

	"github.com/duijie-go/duijie"
)

func ExampleDecimal() {
	var line struct {
		Price duijie.Decimal `json:"price"`
		Qty   duijie.Decimal `json:"qty"`
		Tax   duijie.Decimal `json:"tax"`
	}
	_ = json.Unmarshal([]byte(`{"price":"19.90","qty":3.0000,"tax":null}`), &line)

	amount := line.Price.Mul(line.Qty).Round(2, duijie.RoundHalfUp)
	fmt.Println(amount, line.Tax.IsSet(), line.Price.Equal(duijie.MustDecimal("19.9")))

	out, _ := json.Marshal(line)
	fmt.Println(string(out))
	// Output:
	// 59.70 false true
	// {"price":"19.90","qty":3.0000,"tax":null}
}

func ExampleAllocate() {
	freight := duijie.MustDecimal("10.00")
	amounts := []duijie.Decimal{
		duijie.MustDecimal("30"), duijie.MustDecimal("30"), duijie.MustDecimal("30"),
	}
	parts, err := duijie.Allocate(freight, amounts, 2)
	fmt.Println(parts, err)
	// Output: [3.34 3.33 3.33] <nil>
}
