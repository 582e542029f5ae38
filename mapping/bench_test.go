package mapping

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/duijie-go/duijie"
)

// shopIn is a shop as 旺店通 answers it, with two amounts.
type shopIn struct {
	ShopID        int64          `json:"shop_id"`
	ShopNo        string         `json:"shop_no"`
	ShopName      string         `json:"shop_name"`
	PlatformID    int            `json:"platform_id"`
	SubPlatformID int            `json:"sub_platform_id"`
	AccountID     string         `json:"account_id"`
	AccountNick   string         `json:"account_nick"`
	Province      int            `json:"province"`
	City          int            `json:"city"`
	District      int            `json:"district"`
	Address       string         `json:"address"`
	Contact       string         `json:"contact"`
	Zip           string         `json:"zip"`
	Mobile        string         `json:"mobile"`
	Telno         string         `json:"telno"`
	Remark        string         `json:"remark"`
	Website       string         `json:"website"`
	GroupID       int            `json:"group_id"`
	IsDisabled    bool           `json:"is_disabled"`
	Modified      string         `json:"modified"`
	Created       string         `json:"created"`
	Receivable    duijie.Decimal `json:"receivable"`
	TaxRate       duijie.Decimal `json:"tax_rate"`
}

type shopNumber struct {
	FNumber string `json:"FNumber"`
}

// shopOut is a customer as 金蝶云星空 takes it.
type shopOut struct {
	FName        string         `json:"FName"`
	FNumber      string         `json:"FNumber"`
	FCreateOrgID shopNumber     `json:"FCreateOrgId"`
	FUseOrgID    shopNumber     `json:"FUseOrgId"`
	FDescription string         `json:"FDescription,omitempty"`
	FAddress     string         `json:"FADDRESS"`
	FTel         string         `json:"FTEL"`
	FDate        string         `json:"FModifyDate"`
	FAmount      duijie.Decimal `json:"FAmount"`
	FTax         duijie.Decimal `json:"FTaxAmount"`
}

const shopRecord = `{"shop_id":188,"shop_no":"SH0188","shop_name":"杭州旗舰店","platform_id":39,"sub_platform_id":0,"account_id":"2200754321","account_nick":"hangzhou旗舰","province":330000,"city":330100,"district":330106,"address":"西湖区文三路 90 号 3 幢","contact":"张三","zip":"310012","mobile":"13800000000","telno":"0571-88880000","remark":"","website":"https://shop188.example.com","group_id":7,"is_disabled":false,"modified":"2024-03-14 16:05:09","created":"2021-11-02 09:30:00","receivable":"1284.50","tax_rate":0.13}`

// shopSpec is the map of flow 1 to eight fields, and two amounts.
func shopSpec(amounts bool) Spec {
	s := Spec{Name: "shops", Fields: []Field{
		{Target: "FName", Template: "{shop_name}"},
		{Target: "FNumber", Template: "{shop_no}"},
		{Target: "FCreateOrgId", Template: "100", Parsers: []Parser{{Name: ParserObject, Params: "FNumber"}}},
		{Target: "FUseOrgId", Template: "100", Parsers: []Parser{{Name: ParserObject, Params: "FNumber"}}},
		{Target: "FDescription", Template: "{remark}"},
		{Target: "FADDRESS", Template: "{address}"},
		{Target: "FTEL", Template: "{telno}"},
		{Target: "FModifyDate", Template: "{{modified|date}}"},
	}}
	if amounts {
		s.Fields = append(s.Fields,
			Field{Target: "FAmount", Template: "{receivable}", Type: TypeFloat},
			Field{Target: "FTaxAmount", Expr: "ROUND({{receivable}}*{{tax_rate}},2)", Type: TypeFloat})
	}
	return s
}

// shopByHand is the same map as Go code.
func shopByHand(in *shopIn, out *shopOut) error {
	t, err := time.ParseInLocation(time.DateTime, in.Modified, duijie.China)
	if err != nil {
		return err
	}
	out.FName, out.FNumber = in.ShopName, in.ShopNo
	out.FCreateOrgID.FNumber, out.FUseOrgID.FNumber = "100", "100"
	out.FDescription, out.FAddress, out.FTel = in.Remark, in.Address, in.Telno
	out.FDate = t.Format(time.DateOnly)
	out.FAmount = in.Receivable.Unquoted()
	out.FTax = in.Receivable.Mul(in.TaxRate).Round(2, duijie.RoundHalfUp).Unquoted()
	return out.FTax.Err()
}

// mapByHand is the same map from map to map.
func mapByHand(in map[string]any) (map[string]any, error) {
	modified, ok := in["modified"].(string)
	if !ok {
		return nil, fmt.Errorf("modified is missing")
	}
	t, err := time.ParseInLocation(time.DateTime, modified, duijie.China)
	if err != nil {
		return nil, err
	}
	amount, err := duijie.ParseDecimal(fmt.Sprint(in["receivable"]))
	if err != nil {
		return nil, err
	}
	rate, err := duijie.ParseDecimal(fmt.Sprint(in["tax_rate"]))
	if err != nil {
		return nil, err
	}
	out := map[string]any{
		"FName": in["shop_name"], "FNumber": in["shop_no"],
		"FCreateOrgId": map[string]any{"FNumber": "100"}, "FUseOrgId": map[string]any{"FNumber": "100"},
		"FADDRESS": in["address"], "FTEL": in["telno"], "FModifyDate": t.Format(time.DateOnly),
		"FAmount": json.Number(amount.String()), "FTaxAmount": json.Number(amount.Mul(rate).Round(2, duijie.RoundHalfUp).String()),
	}
	if remark, _ := in["remark"].(string); remark != "" {
		out["FDescription"] = remark
	}
	return out, nil
}

// against runs two functions in turn and reports how long ours took by theirs.
func against(b *testing.B, ours, theirs func() error) {
	b.Helper()
	b.ReportAllocs()
	const batch = 64
	var our, their time.Duration
	for b.Loop() {
		for _, side := range []struct {
			f   func() error
			sum *time.Duration
		}{{ours, &our}, {theirs, &their}} {
			start := time.Now()
			for range batch {
				if err := side.f(); err != nil {
					b.Fatal(err)
				}
			}
			*side.sum += time.Since(start)
		}
	}
	b.ReportMetric(0, "ns/op") // of both sides together: means nothing
	b.ReportMetric(float64(our.Nanoseconds())/float64(b.N*batch), "ours-ns")
	b.ReportMetric(float64(their.Nanoseconds())/float64(b.N*batch), "theirs-ns")
	b.ReportMetric(float64(our)/float64(their), "ratio")
}

// BenchmarkBytes maps JSON to JSON beside decoding into a struct and encoding another;
// the ratio should not be above 1.2.
func BenchmarkBytes(b *testing.B) {
	for _, amounts := range []bool{false, true} {
		b.Run(fmt.Sprintf("amounts=%v", amounts), func(b *testing.B) {
			m, err := Compile(shopSpec(amounts))
			if err != nil {
				b.Fatal(err)
			}
			in := []byte(shopRecord)
			var buf []byte
			ctx := b.Context()
			env := &Env{Now: time.Unix(1710406800, 0)}
			against(b, func() (err error) {
				buf, err = m.AppendJSON(ctx, env, buf[:0], in)
				return err
			}, func() error {
				var from shopIn
				var to shopOut
				if err := json.Unmarshal(in, &from); err != nil {
					return err
				}
				if err := shopByHand(&from, &to); err != nil {
					return err
				}
				_, err := json.Marshal(&to)
				return err
			})
		})
	}
}

// BenchmarkStructs maps a struct to a struct beside a map to map by hand; the ratio
// should not be above 2.
func BenchmarkStructs(b *testing.B) {
	m, err := Compile(shopSpec(true))
	if err != nil {
		b.Fatal(err)
	}
	f, err := Transform[shopIn, shopOut](m, &Env{Now: time.Unix(1710406800, 0)})
	if err != nil {
		b.Fatal(err)
	}
	var in shopIn
	var members duijie.Record
	if err := json.Unmarshal([]byte(shopRecord), &in); err != nil {
		b.Fatal(err)
	}
	if err := json.Unmarshal([]byte(shopRecord), &members); err != nil {
		b.Fatal(err)
	}
	ctx := b.Context()
	against(b, func() error { _, err := f(ctx, in); return err }, func() error { _, err := mapByHand(members); return err })
}

// BenchmarkShares maps a bill of 2,000 lines each of which has its share of their sum,
// beside the same with a sum that is known; the ratio should not be above 2.
func BenchmarkShares(b *testing.B) {
	share := func(expr string) *Mapper {
		m, err := Compile(Spec{Fields: []Field{{Target: "L", Each: "l", Children: []Field{{Target: "x", Expr: expr, Type: TypeFloat}}}}})
		if err != nil {
			b.Fatal(err)
		}
		return m
	}
	in := manyLines(2_000)
	ctx, buf := b.Context(), []byte(nil)
	ours, theirs := share("{{l.amount}}/SUM({{l.amount}})"), share("{{l.amount}}/{{total}}")
	run := func(m *Mapper) func() error {
		return func() (err error) {
			buf, err = m.AppendJSON(ctx, nil, buf[:0], in)
			return err
		}
	}
	against(b, run(ours), run(theirs))
}
