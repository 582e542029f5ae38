package main

import (
	"encoding/json"

	"github.com/dop251/goja"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/itchyny/gojq"
	"github.com/redpanda-data/benthos/v4/public/bloblang"

	"github.com/duijie-go/duijie"
)

// engine maps one record, from JSON to JSON.
type engine struct {
	name string
	run  func(in []byte) ([]byte, error)
}

// theirs are the engines that are not ours; each was built once, as its users would.
func theirs() ([]engine, error) {
	var out []engine
	for _, build := range []func() (engine, error){structs, maps, byBloblang, byExpr, byGojq, byGoja} {
		e, err := build()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

type shop struct {
	No      string         `json:"shop_no"`
	Name    string         `json:"shop_name"`
	City    string         `json:"city"`
	Address string         `json:"address"`
	Contact string         `json:"contact"`
	Mobile  string         `json:"mobile"`
	Paid    duijie.Decimal `json:"paid"`
	Qty     duijie.Decimal `json:"qty"`
	Tax     duijie.Decimal `json:"tax"`
}

// structs is the hand-written way with types: the one to be measured against.
func structs() (engine, error) {
	return engine{"typed structs by hand", func(in []byte) ([]byte, error) {
		var s shop
		if err := json.Unmarshal(in, &s); err != nil {
			return nil, err
		}
		price, err := s.Paid.Quo(s.Qty, s.Paid.Scale()+4, duijie.RoundHalfUp)
		if err != nil {
			return nil, err
		}
		return json.Marshal(customer{
			FName: s.Name, FNumber: s.No, FCreateOrgID: number{"100"}, FUseOrgID: number{"100"},
			FDescription: s.No + " " + s.City, FContact: s.Contact, FTel: s.Mobile, FAddress: s.City + s.Address,
			FTax: s.Paid.Mul(s.Tax).String(), FTaxPrice: price.String(),
		})
	}}, nil
}

// maps is the hand-written way without types.
func maps() (engine, error) {
	return engine{"map[string]any by hand", func(in []byte) ([]byte, error) {
		var m map[string]any
		if err := json.Unmarshal(in, &m); err != nil {
			return nil, err
		}
		s := func(name string) string { t, _ := m[name].(string); return t }
		paid, err := duijie.ParseDecimal(s("paid"))
		if err != nil {
			return nil, err
		}
		qty, err := duijie.ParseDecimal(s("qty"))
		if err != nil {
			return nil, err
		}
		tax, err := duijie.ParseDecimal(s("tax"))
		if err != nil {
			return nil, err
		}
		price, err := paid.Quo(qty, paid.Scale()+4, duijie.RoundHalfUp)
		if err != nil {
			return nil, err
		}
		return json.Marshal(map[string]any{
			"FName": s("shop_name"), "FNumber": s("shop_no"),
			"FCreateOrgId": map[string]any{"FNumber": "100"}, "FUseOrgId": map[string]any{"FNumber": "100"},
			"FDescription": s("shop_no") + " " + s("city"), "FContact": s("contact"), "FTel": s("mobile"),
			"FAddress": s("city") + s("address"), "FTax": paid.Mul(tax).String(), "FTaxPrice": price.String(),
		})
	}}, nil
}

func byBloblang() (engine, error) {
	program, err := bloblang.Parse(`
root.FName = this.shop_name
root.FNumber = this.shop_no
root.FCreateOrgId.FNumber = "100"
root.FUseOrgId.FNumber = "100"
root.FDescription = this.shop_no + " " + this.city
root.FContact = this.contact
root.FTel = this.mobile
root.FAddress = this.city + this.address
root.FTax = this.paid.number() * this.tax.number()
root.FTaxPrice = this.paid.number() / this.qty.number()
`)
	return engine{"bloblang", func(in []byte) ([]byte, error) {
		var m any
		if err := json.Unmarshal(in, &m); err != nil {
			return nil, err
		}
		v, err := program.Query(m)
		if err != nil {
			return nil, err
		}
		return json.Marshal(v)
	}}, err
}

func byExpr() (engine, error) {
	program, err := expr.Compile(`{
"FName": shop_name, "FNumber": shop_no, "FCreateOrgId": {"FNumber": "100"}, "FUseOrgId": {"FNumber": "100"},
"FDescription": shop_no + " " + city, "FContact": contact, "FTel": mobile, "FAddress": city + address,
"FTax": float(paid) * float(tax), "FTaxPrice": float(paid) / float(qty)}`, expr.Env(map[string]any{
		"shop_name": "", "shop_no": "", "city": "", "address": "", "contact": "", "mobile": "", "paid": "", "tax": "", "qty": "",
	}))
	return engine{"expr", func(in []byte) ([]byte, error) {
		var m map[string]any
		if err := json.Unmarshal(in, &m); err != nil {
			return nil, err
		}
		v, err := vm.Run(program, m)
		if err != nil {
			return nil, err
		}
		return json.Marshal(v)
	}}, err
}

func byGojq() (engine, error) {
	query, err := gojq.Parse(`{FName: .shop_name, FNumber: .shop_no, FCreateOrgId: {FNumber: "100"}, FUseOrgId: {FNumber: "100"},
FDescription: (.shop_no + " " + .city), FContact: .contact, FTel: .mobile, FAddress: (.city + .address),
FTax: ((.paid|tonumber) * (.tax|tonumber)), FTaxPrice: ((.paid|tonumber) / (.qty|tonumber))}`)
	if err != nil {
		return engine{}, err
	}
	code, err := gojq.Compile(query)
	return engine{"gojq", func(in []byte) ([]byte, error) {
		var m any
		if err := json.Unmarshal(in, &m); err != nil {
			return nil, err
		}
		v, _ := code.Run(m).Next()
		if err, failed := v.(error); failed {
			return nil, err
		}
		return gojq.Marshal(v)
	}}, err
}

func byGoja() (engine, error) {
	js := goja.New()
	_, err := js.RunString(`function map(text) { const s = JSON.parse(text); return JSON.stringify({
FName: s.shop_name, FNumber: s.shop_no, FCreateOrgId: {FNumber: "100"}, FUseOrgId: {FNumber: "100"},
FDescription: s.shop_no + " " + s.city, FContact: s.contact, FTel: s.mobile, FAddress: s.city + s.address,
FTax: s.paid * s.tax, FTaxPrice: s.paid / s.qty}) }`)
	if err != nil {
		return engine{}, err
	}
	call, _ := goja.AssertFunction(js.Get("map"))
	return engine{"goja", func(in []byte) ([]byte, error) {
		v, err := call(goja.Undefined(), js.ToValue(string(in)))
		if err != nil {
			return nil, err
		}
		return []byte(v.String()), nil
	}}, nil
}
