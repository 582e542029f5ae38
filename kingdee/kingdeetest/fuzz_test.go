package kingdeetest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzServices sends any data to any service of a server that holds some
// records: whatever it is, the answer is JSON, or a text with its own status.
func FuzzServices(f *testing.F) {
	var names []string
	for name := range services {
		if !strings.HasPrefix(name, authService) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i := range names {
		f.Add(uint8(i), "SAL_SaleOrder", `{"Model":{"FSaleOrderFinance":{},"FSaleOrderEntry":[{"FEntryID":0,"FQty":"1e5"}]}}`)
		f.Add(uint8(i), "PUR_PurchaseOrder", `{"Numbers":["A"],"IsEnableDefaultRule":true,"TargetFormId":"STK_InStock","opNumber":"Freeze"}`)
		f.Add(uint8(i), "BD_Customer", `{"PkIds":"7","TOrgIds":"1,2","Ids":"7","FormId":"BD_Customer","FieldKeys":"FGroup.FName","GroupPkIds":[7]}`)
		f.Add(uint8(i), "GL_VOUCHER", `{"Model":[{"FEntity":[{"FDEBIT":1,"FDetailID":{"A__B":{}}},{"FCREDIT":"1"}],"FDate":"2025-03-07"}]}`)
	}
	f.Fuzz(func(t *testing.T, which uint8, form, data string) {
		name := names[int(which)%len(names)]
		s := New(WithClock(func() time.Time { return time.Date(2025, 3, 7, 0, 0, 0, 0, time.UTC) }), WithStockCheck())
		s.SeedCustomer("C1", "甲", "FCUSTID", 7)
		s.Seed("PUR_PurchaseOrder", obj{"FBillNo": "A", "FPOOrderEntry": list{obj{"FQty": 1, "FMaterialId": "M"}}})
		s.SeedStock("W1", "仓")
		for _, body := range []string{
			`{"formid":` + string(encode(form)) + `,"opNumber":"Freeze","data":` + data + `,"queryInfo":` + data + `}`,
			string(encode(obj{"formid": form, "opNumber": "Forbid", "data": data})),
		} {
			r := post(t, "/k3cloud/"+name+suffix, body)
			signRequest(r, s.Account(), s.now())
			w := direct(s, r)
			text := w.Body.Bytes()
			require.NotContains(t, string(text), "response_error:", "an answer that can not be encoded")
			require.True(t, w.Code != 200 || json.Valid(text), "%s", text)
		}
		for _, t2 := range s.tables {
			for _, rec := range s.Records(t2.ID) {
				require.Equal(t, t2.ID, rec.Form)
			}
		}
	})
}
