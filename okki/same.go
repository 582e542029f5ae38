package okki

import (
	"encoding/json"
	"strings"

	"github.com/duijie-go/duijie/internal/same"
)

// numeric are the members that hold numbers, which the platform sends as numbers or as
// texts with 2 to 10 places, by endpoint: they are equal by value. Whatever else is a
// text on both sides is equal to the letter: 007 is not 7, nor 1.10 a model 1.1.
var numeric = setOf(
	"amount amount_rmb amount_usd product_total_amount product_total_count addition_cost_amount payment_amount payment_wait_amount",
	"exchange_rate exchange_rate_usd real_amount bank_charge rate percent_amount cost cost_with_tax",
	"count unit_price cost_amount other_cost purchase_price inbound_count outbound_count sale_price",
	"price price_min price_max fob_price quantity minimum_order_quantity enable_count real_count count_per_package",
	"package_volume package_gross_weight package_size_length package_size_weight package_size_height",
	"product_size_length product_size_weight product_size_width product_size_height",
)

func setOf(lists ...string) map[string]bool {
	out := map[string]bool{}
	for _, list := range lists {
		for name := range strings.FieldsSeq(list) {
			out[name] = true
		}
	}
	return out
}

// isDate tells members that hold days, which come back with a time part in places.
func isDate(name string) bool {
	return strings.HasSuffix(name, "_date") || name == "warehouse_invoice_time" || name == "birth"
}

// sameValue tells whether a stored member says what a pushed one does. null and "" both
// mean none, and so does the first day of 1970 in a date.
func sameValue(name string, stored, pushed json.RawMessage) bool {
	if same.Scalar(stored, pushed) || nothing(stored) && nothing(pushed) {
		return true
	}
	a, b := scalar(stored), scalar(pushed)
	switch {
	case numeric[name]:
		return same.Number(a, b)
	case isDate(name):
		return day(a) == day(b)
	}
	return false
}

// day is a date without the midnight the platform puts behind it, "" for none.
func day(text string) string {
	text = strings.TrimSuffix(text, " 00:00:00")
	if text == "1970-01-01" {
		return ""
	}
	return text
}
