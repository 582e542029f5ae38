package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
)

// shops are records of the source: the members a shop list sends, of which the map
// reads nine.
func shops(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, `{"platform_id":%d,"shop_id":"%d","shop_no":"S%04d","shop_name":"旗舰店 %d","account_id":"acc%d",`+
			`"account_nick":"nick %d","province":"浙江省","city":"杭州市","district":"余杭区","address":"文一西路 %d 号","contact":"张三",`+
			`"telno":"0571-8%06d","mobile":"138%08d","remark":"","is_disabled":false,"modified":"2024-03-14 16:05:%02d",`+
			`"paid":"%d.%02d","qty":"%d","tax":"0.13"}`,
			i%9, 100000+i, i, i, i, i, i%999, i, i, i%60, 100+i, i%100, 1+i%7)
	}
	return out
}

type number struct {
	FNumber string
}

// customer is what the target wants.
type customer struct {
	FName        string
	FNumber      string
	FCreateOrgID number `json:"FCreateOrgId"`
	FUseOrgID    number `json:"FUseOrgId"`
	FDescription string
	FContact     string
	FTel         string
	FAddress     string
	FTax         string // paid × tax, exactly
	FTaxPrice    string // paid ÷ qty, scale of paid + 4, half away from zero
}

// want computes one result by the slowest and plainest way.
func want(in []byte) (customer, error) {
	var s struct {
		No      string `json:"shop_no"`
		Name    string `json:"shop_name"`
		City    string `json:"city"`
		Address string `json:"address"`
		Contact string `json:"contact"`
		Mobile  string `json:"mobile"`
		Paid    string `json:"paid"`
		Qty     string `json:"qty"`
		Tax     string `json:"tax"`
	}
	if err := json.Unmarshal(in, &s); err != nil {
		return customer{}, err
	}
	paid, _ := new(big.Rat).SetString(s.Paid)
	qty, _ := new(big.Rat).SetString(s.Qty)
	tax, _ := new(big.Rat).SetString(s.Tax)
	return customer{
		FName: s.Name, FNumber: s.No, FCreateOrgID: number{"100"}, FUseOrgID: number{"100"},
		FDescription: s.No + " " + s.City, FContact: s.Contact, FTel: s.Mobile, FAddress: s.City + s.Address,
		FTax:      new(big.Rat).Mul(paid, tax).FloatString(4),
		FTaxPrice: new(big.Rat).Quo(paid, qty).FloatString(6),
	}, nil
}

// judge tells whether a result is right, and whether its amounts are exact or only
// within a millionth: what computes in binary floating point can not do better.
func judge(in, out []byte) (exact bool, err error) {
	w, err := want(in)
	if err != nil {
		return false, err
	}
	var plain map[string]any
	if err := json.Unmarshal(out, &plain); err != nil {
		return false, fmt.Errorf("%s: %w", out, err)
	}
	tax, price := text(plain["FTax"]), text(plain["FTaxPrice"])
	exact = tax == w.FTax && price == w.FTaxPrice
	if !near(tax, w.FTax) || !near(price, w.FTaxPrice) {
		return false, fmt.Errorf("amounts %s and %s, wanted %s and %s", tax, price, w.FTax, w.FTaxPrice)
	}
	plain["FTax"], plain["FTaxPrice"] = w.FTax, w.FTaxPrice
	got, err := json.Marshal(plain)
	if err != nil {
		return false, err
	}
	var has customer
	if err := json.Unmarshal(got, &has); err != nil {
		return false, err
	}
	if has != w {
		return false, fmt.Errorf("%+v, wanted %+v", has, w)
	}
	return exact, nil
}

func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

func near(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x-y < 1e-6 && y-x < 1e-6
}
