package kingdeetest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

func Example() {
	s := kingdeetest.NewServer()
	defer s.Close()
	s.Seed("BD_Customer", map[string]any{"FCUSTID": 100061, "FNumber": "C-0001", "FName": "上海测试", "FCreateOrgId": "100"})
	s.Inject(kingdeetest.Fault{Op: "ExecuteBillQuery", Call: 2, Kind: kingdeetest.Throttle})

	call := dial(s)
	a := s.Account()
	call("Kingdee.BOS.WebApi.ServicesStub.AuthService.ValidateUser",
		fmt.Sprintf(`{"acctID":%q,"username":%q,"password":%q,"lcid":2052}`, a.AcctID, a.Username, a.Password))
	query := `{"data":{"FormId":"BD_Customer","FieldKeys":"FCUSTID,FNumber,FCreateOrgId.FNumber","FilterString":"FNumber like 'C-%'"}}`
	const service = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.ExecuteBillQuery"
	fmt.Println(call(service, query))
	fmt.Println(strings.Contains(call(service, query), `"MsgCode":14`))
	fmt.Println(s.Logins(), s.Count("ExecuteBillQuery"))
	// Output:
	// [[100061,"C-0001","100"]]
	// true
	// 1 2
}

// dial returns a function that calls a service as a program would, and keeps the
// session.
func dial(s *kingdeetest.Server) func(service, body string) string {
	session := ""
	return func(service, body string) string {
		req, _ := http.NewRequest(http.MethodPost, s.URL()+service+".common.kdsvc", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("kdservice-sessionid", session)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		for _, cookie := range resp.Cookies() {
			if cookie.Name == "kdservice-sessionid" {
				session = cookie.Value
			}
		}
		text, _ := io.ReadAll(resp.Body)
		return string(text)
	}
}

// A bill is saved, audited and pushed into the follow-up bill; the answer to the
// push is lost, and the server tells that it was made once.
func Example_bills() {
	s := kingdeetest.NewServer()
	defer s.Close()
	s.SeedSupplier("V1", "乙公司")
	s.SeedMaterial("M1", "螺丝", "FSpecification", "M8")
	s.SeedStock("W1", "总仓")
	s.Inject(kingdeetest.Fault{Op: "Push", Kind: kingdeetest.CutAfter})

	call := dial(s)
	a := s.Account()
	call("Kingdee.BOS.WebApi.ServicesStub.AuthService.ValidateUser",
		fmt.Sprintf(`{"acctID":%q,"username":%q,"password":%q,"lcid":2052}`, a.AcctID, a.Username, a.Password))
	const service = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."
	call(service+"Save", `{"formid":"PUR_PurchaseOrder","data":{"IsAutoSubmitAndAudit":true,"Model":{"FBillNo":"PO-1",
		"FBillTypeID":{"FNUMBER":"CGDD01_SYS"},"FDate":"2025-03-07","FPurchaseOrgId":{"FNumber":"100"},"FSupplierId":{"FNumber":"V1"},
		"FPOOrderFinance":{"FSettleCurrId":{"FNumber":"PRE001"}},
		"FPOOrderEntry":[{"FMaterialId":{"FNumber":"M1"},"FUnitId":{"FNumber":"Pcs"},"FQty":"12.50","FPriceUnitId":{"FNumber":"Pcs"},"FTaxPrice":"2.00"}]}}}`)
	push := `{"formid":"PUR_PurchaseOrder","data":{"Numbers":["PO-1"],"IsEnableDefaultRule":true,"TargetFormId":"STK_InStock"}}`
	call(service+"Push", push)
	fmt.Println(strings.Contains(call(service+"Push", push), "没有可以下推的分录"))

	for _, in := range s.FollowUps("PUR_PurchaseOrder", "PO-1") {
		line := in.Lines("FInStockEntry")[0]
		fmt.Println(in.Status, line.Text("FMaterialId"), line.Text("FRealQty"), line.Text("FStockId"))
		fmt.Println(s.Effects("STK_InStock", in.Number, kingdeetest.Created))
	}
	// Output:
	// true
	// A M1 12.5 W1
	// 1
}

// A form of one's own, with custom fields that have types.
func ExampleWithForms() {
	s := kingdeetest.New(kingdeetest.WithForms(kingdeetest.Form{
		ID: "PAEZ_Rent", Title: "租赁单", Key: "FID", Number: "FBillNo", Rule: "ZL",
		Fields: []string{
			"F_PAEZ_Customer{BD_Customer}*:承租人", "F_PAEZ_From@*:起租日", "F_PAEZ_State=1",
			"F_PAEZ_Lines[]:设备", "F_PAEZ_Lines[].F_PAEZ_Machine*:机器", "F_PAEZ_Lines[].F_PAEZ_Rate#:租金",
		},
		Operations: []kingdeetest.Operation{{Number: "ToStart", Field: "F_PAEZ_State", From: "1", To: "4", States: "C"}},
	}))
	s.Seed("PAEZ_Rent", map[string]any{"FBillNo": "ZL-1", "F_PAEZ_Lines": []any{map[string]any{"F_PAEZ_Machine": "挖机", "F_PAEZ_Rate": "880.50"}}})
	rec, _ := s.Record("PAEZ_Rent", "ZL-1")
	fmt.Println(rec.Status, rec.Lines("F_PAEZ_Lines")[0].Text("F_PAEZ_Rate"))
	// Output: C 880.50
}
