package duijie_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
)

func ExampleTime() {
	var order struct {
		Paid    duijie.Time `json:"paid"`
		Shipped duijie.Time `json:"shipped"`
		Changed duijie.Time `json:"changed"`
	}
	payload := `{"paid":"2024-05-01 09:30:00","shipped":"0000-00-00 00:00:00","changed":1714527000000}`
	_ = json.Unmarshal([]byte(payload), &order)
	fmt.Println(order.Paid.Time.UTC().Format(time.RFC3339), order.Shipped.IsZero())
	fmt.Println(order.Paid.Equal(order.Changed))

	out, _ := json.Marshal(order)
	fmt.Println(string(out) == payload)

	out, _ = json.Marshal(duijie.NewTime(order.Paid.Time.Add(time.Hour)).As(duijie.FormMillis))
	fmt.Println(string(out))
	// Output:
	// 2024-05-01T01:30:00Z true
	// true
	// true
	// 1714530600000
}
