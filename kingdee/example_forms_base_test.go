package kingdee_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
)

// Custom fields (自定义字段) are written through Extra, in heads, sub-heads and
// lines alike.
func ExampleCustomer() {
	org := kingdee.Number("100")
	customer := kingdee.Customer{
		CreateOrg: org, UseOrg: org, Number: "C-0003", Name: "广州测试",
		Currency: kingdee.Number(kingdee.CurrencyCNY),
		Contacts: []kingdee.CustomerContact{{Name: "仓库", Address: "天河路 1 号", DefaultConsignee: new(true)}},
		Extra:    []kingdee.Field{{Key: "F_XYZ_Grade", Value: "A"}, {Key: "F_XYZ_Credit", Value: duijie.MustDecimal("50000.00")}},
	}
	raw, err := json.Marshal(customer)
	fmt.Println(string(raw), err)
	// Output:
	// {"FCreateOrgId":{"FNumber":"100"},"FUseOrgId":{"FNumber":"100"},"FNumber":"C-0003","FName":"广州测试","FTRADINGCURRID":{"FNumber":"PRE001"},"F_XYZ_Grade":"A","F_XYZ_Credit":50000.00,"FT_BD_CUSTCONTACT":[{"FNAME1":"仓库","FADDRESS1":"天河路 1 号","FIsDefaultConsignee":true}]} <nil>
}

// An update sends its primary key and what shall change. What is not set keeps
// its stored value; a blank, false or 0 is sent only on purpose.
func ExampleCustomer_update() {
	change := kingdee.Customer{
		ID: 100061, Tel: "020-12345678",
		Group: kingdee.Number(""),                                          // clears the reference
		Extra: []kingdee.Field{{Key: "FADDRESS", Value: ""}},               // clears the text
		Banks: []kingdee.CustomerBank{{EntryID: 300012, Bank: "工商银行广州分行"}}, // changes one line
	}
	raw, err := json.Marshal(change)
	fmt.Println(string(raw), err)
	// Output: {"FCUSTID":100061,"FTEL":"020-12345678","FGroup":{"FNumber":""},"FADDRESS":"","FT_BD_CUSTBANK":[{"FENTRYID":300012,"FOPENBANKNAME":"工商银行广州分行"}]} <nil>
}

// Custom fields are read by embedding the row type in a struct of your own.
func ExampleNewFormReader() {
	client, stop := fake()
	defer stop()
	type customer struct {
		kingdee.CustomerRow
		Grade string `kingdee:"F_XYZ_Grade"`
	}
	org := kingdee.Number("100")
	_, err := client.Customers.Save(context.Background(), kingdee.Customer{
		CreateOrg: org, UseOrg: org, Number: "C-0003", Name: "广州测试", Extra: []kingdee.Field{{Key: "F_XYZ_Grade", Value: "A"}},
	}, kingdee.SaveOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := kingdee.NewFormReader[customer](client, kingdee.FormCustomer).Get(context.Background(), "C-0003")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found.Number, found.Name, found.Grade)
	// Output: C-0003 广州测试 A
}

// A model names all that it lacks before anything is sent.
func ExampleFormService_Save_check() {
	client, stop := fake()
	defer stop()
	_, err := client.Customers.Save(context.Background(), kingdee.Customer{Number: "C-0003"}, kingdee.SaveOptions{})
	fmt.Println(err)
	// Output: kingdee: BD_Customer: not sent: FCreateOrgId (创建组织) is required (必录); FUseOrgId (使用组织) is required (必录); FName (客户名称) is required (必录)
}

func ExampleSupplier() {
	org := kingdee.Number("100")
	supplier := kingdee.Supplier{
		CreateOrg: org, UseOrg: org, Number: "S-0001", Name: "宁波测试五金",
		Finance:  kingdee.SupplierFinance{Currency: kingdee.Number(kingdee.CurrencyCNY)},
		Contacts: []kingdee.Line{{Extra: []kingdee.Field{{Key: "FContact", Value: "王"}}}}, // members as the form's WebAPI page has them
	}
	raw, err := json.Marshal(supplier)
	fmt.Println(string(raw), err)
	// Output: {"FCreateOrgId":{"FNumber":"100"},"FUseOrgId":{"FNumber":"100"},"FNumber":"S-0001","FName":"宁波测试五金","FFinanceInfo":{"FPayCurrencyId":{"FNumber":"PRE001"}},"FSupplierContact":[{"FContact":"王"}]} <nil>
}

func ExampleMaterial() {
	org := kingdee.Number("100")
	material := kingdee.Material{
		CreateOrg: org, UseOrg: org, Number: "M-0001", Name: "螺丝", Specification: "M8×30",
		Base:  kingdee.MaterialBase{Kind: kingdee.MaterialBought, BaseUnit: kingdee.Number("Pcs"), Sold: new(true), Purchased: new(false)},
		Stock: kingdee.MaterialStock{ByLot: new(true)},
	}
	raw, err := json.Marshal(material)
	fmt.Println(string(raw), err)
	// Output: {"FCreateOrgId":{"FNumber":"100"},"FUseOrgId":{"FNumber":"100"},"FNumber":"M-0001","FName":"螺丝","FSpecification":"M8×30","SubHeadEntity":{"FErpClsID":"1","FBaseUnitId":{"FNumber":"Pcs"},"FIsPurchase":false,"FIsSale":true},"SubHeadEntity1":{"FIsBatchManage":true}} <nil>
}

func ExampleStock() {
	org := kingdee.Number("100")
	raw, err := json.Marshal(kingdee.Stock{CreateOrg: org, UseOrg: org, Number: "CK01", Name: "成品仓", Address: "一号楼"})
	fmt.Println(string(raw), err)
	// Output: {"FCreateOrgId":{"FNumber":"100"},"FUseOrgId":{"FNumber":"100"},"FNumber":"CK01","FName":"成品仓","FAddress":"一号楼"} <nil>
}

func ExampleUnit() {
	raw, err := json.Marshal(kingdee.Unit{Number: "Xiang", Name: "箱", Group: kingdee.Number("001")})
	fmt.Println(string(raw), err)
	// Output: {"FNumber":"Xiang","FName":"箱","FUnitGroupId":{"FNumber":"001"}} <nil>
}

func ExampleDepartment() {
	org := kingdee.Number("100")
	department := kingdee.Department{
		CreateOrg: org, UseOrg: org, Number: "BM01", Name: "销售部", Parent: kingdee.Number("BM"),
		Effective: duijie.NewTime(time.Date(2025, 1, 1, 0, 0, 0, 0, duijie.China)),
	}
	raw, err := json.Marshal(department)
	fmt.Println(string(raw), err)
	// Output: {"FCreateOrgId":{"FNumber":"100"},"FUseOrgId":{"FNumber":"100"},"FNumber":"BM01","FName":"销售部","FParentID":{"FNumber":"BM"},"FEffectDate":"2025-01-01 00:00:00"} <nil>
}

func ExampleEmployee() {
	org := kingdee.Number("100")
	raw, err := json.Marshal(kingdee.Employee{CreateOrg: org, UseOrg: org, StaffNumber: "E-007", Name: "李四", Mobile: "13800000000"})
	fmt.Println(string(raw), err)
	// Output: {"FCreateOrgId":{"FNumber":"100"},"FUseOrgId":{"FNumber":"100"},"FStaffNumber":"E-007","FName":"李四","FMobile":"13800000000"} <nil>
}

func ExampleOrganizationRow() {
	client, stop := fake()
	defer stop()
	for org, err := range client.Organizations.All(context.Background(), kingdee.FormQuery{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(org.Number, org.ID)
	}
	// Output: 100 1
}

func ExampleCurrencyRow() {
	client, stop := fake()
	defer stop()
	currency, err := client.Currencies.Get(context.Background(), kingdee.CurrencyCNY)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(currency.Code, currency.Name)
	// Output: CNY 人民币
}
