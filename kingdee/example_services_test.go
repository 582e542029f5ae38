package kingdee_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

// shop starts a server with a customer, a material and a warehouse, and an
// audited sales order XS-0001 of three pieces.
func shop() (*kingdee.Client, *kingdeetest.Server) {
	s := kingdeetest.NewServer()
	s.SeedCustomer("C-0001", "上海测试")
	s.SeedMaterial("M-0001", "螺丝")
	s.SeedStock("CK001", "主仓")
	client, err := connect(s)
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	if _, err = client.SaleOrders.Save(ctx, shopOrder("XS-0001", "3"), kingdee.SaveOptions{AllowUnknownReferences: true}); err != nil {
		panic(err)
	}
	if _, err = client.SaleOrders.Submit(ctx, kingdee.ByNumber("XS-0001")); err != nil {
		panic(err)
	}
	if _, err = client.SaleOrders.Audit(ctx, kingdee.ByNumber("XS-0001")); err != nil {
		panic(err)
	}
	return client, s
}

func shopOrder(number, qty string) kingdee.SaleOrder {
	org := kingdee.Number("100")
	return kingdee.SaleOrder{
		BillType: kingdee.Number(kingdee.BillTypeSaleOrder), Number: number, Date: march7, SaleOrg: org,
		Customer: kingdee.Number("C-0001"), Salesman: kingdee.Number("E-007"),
		Finance: kingdee.SaleOrderFinance{Currency: kingdee.Number(kingdee.CurrencyCNY)},
		Lines: []kingdee.SaleOrderLine{{
			Material: kingdee.Number("M-0001"), Unit: kingdee.Number("Pcs"), SettleOrg: org, DeliveryDate: march7, Qty: duijie.MustDecimal(qty),
		}},
	}
}

// One record with all its lines and references, under the names of its entity.
func ExampleClient_View() {
	client, server := shop()
	defer server.Close()
	var order struct {
		BillNo         string
		DocumentStatus string
	}
	view, err := client.View(context.Background(), "SAL_SaleOrder", kingdee.RecordKey{Number: "XS-0001"})
	if err == nil {
		err = view.Decode(&order)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(order.BillNo, order.DocumentStatus)
	// Output: XS-0001 C
}

// An audited record is un-audited, changed, submitted and audited again.
func ExampleClient_UnAudit() {
	client, stop := fake()
	defer stop()
	ctx := context.Background()
	record := kingdee.StatusRequest{FormID: "BD_Customer", IDs: []string{"100061"}}
	if _, err := client.UnAudit(ctx, record); err != nil {
		fmt.Println(err)
		return
	}
	_, err := client.Save(ctx, kingdee.SaveRequest{FormID: "BD_Customer", Model: kingdee.NewModel().Set("FCUSTID", 100061).Set("FName", "改名")})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Submit(ctx, record); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Audit(ctx, record); err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Audit(ctx, record) // twice is refused, and harmless
	fmt.Println(errors.Is(err, kingdee.ErrAlreadyAudited))
	// Output: true
}

// A service that has no method, with a body of your own.
func ExampleClient_Call() {
	client, stop := fake()
	defer stop()
	var rows [][]string
	err := client.Call(context.Background(), "ExecuteBillQuery", map[string]any{
		"data": map[string]any{"FormId": "BD_Customer", "FieldKeys": "FNumber", "Limit": 10},
	}, &rows)
	fmt.Println(rows, err)
	// Output: [[C-0001] [C-0002]] <nil>
}

// Create or update, whichever the number asks for.
func ExampleClient_Upsert() {
	client, stop := fake()
	defer stop()
	for _, name := range []string{"广州测试", "广州测试有限公司"} {
		res, err := client.Upsert(context.Background(), kingdee.FormCustomer, kingdee.Customer{
			CreateOrg: kingdee.Number("100"), UseOrg: kingdee.Number("100"), Number: "C-0003", Name: name,
		}, kingdee.UpsertOptions{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(res.Number, "created:", res.Created)
	}
	// Output:
	// C-0003 created: true
	// C-0003 created: false
}

// A large batch, with the task kept so that a restarted program can go on.
func ExampleClient_BatchSaveAsync() {
	client, stop := fake()
	defer stop()
	ctx := context.Background()
	org := kingdee.Number("100")
	models := []any{
		kingdee.Customer{CreateOrg: org, UseOrg: org, Number: "C-0003", Name: "广州测试"},
		kingdee.Customer{CreateOrg: org, UseOrg: org, Number: "C-0004", Name: "深圳测试"},
	}
	res, err := client.BatchSaveAsync(ctx, kingdee.BatchSaveRequest{FormID: "BD_Customer", Models: models})
	if e, ok := errors.AsType[*kingdee.TaskError](err); ok {
		kept, _ := json.Marshal(e.Task) // for client.BatchSaveResult, after a restart too
		fmt.Println("go on later with", string(kept))
		return
	}
	if err != nil {
		fmt.Println(err) // ErrOutcomeUnknown: look the numbers up before sending again
		return
	}
	for _, row := range res.Rows {
		fmt.Println(row.Number, row.Status)
	}
	// Output:
	// C-0003 saved
	// C-0004 saved
}

// An out-stock of a sales order, linked to it.
func ExampleClient_Push() {
	client, server := shop()
	defer server.Close()
	res, err := client.Push(context.Background(), kingdee.PushRequest{
		FormID: "SAL_SaleOrder", Numbers: []string{"XS-0001"}, TargetFormID: "SAL_OUTSTOCK",
		DraftWhenSaveFails: true, // the warehouse is filled in later
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("created", len(res.Created), "refused", len(res.Errors))
	fmt.Println("follow-ups", len(server.FollowUps("SAL_SaleOrder", "XS-0001")))
	// Output:
	// created 1 refused 0
	// follow-ups 1
}

// Other operations of a form, on records and on single lines.
func ExampleClient_Operate() {
	client, server := shop()
	defer server.Close()
	ctx := context.Background()
	if _, err := client.Operate(ctx, "Forbid", kingdee.StatusRequest{FormID: "BD_Customer", Numbers: []string{"C-0001"}}); err != nil {
		fmt.Println(err)
		return
	}
	lines, err := client.Query(ctx, kingdee.Query{FormID: "SAL_SaleOrder", Fields: []string{"FID", "FSaleOrderEntry_FEntryID"}, Order: "FID ASC"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Operate(ctx, "YLMRPClose", kingdee.StatusRequest{
		FormID: "SAL_SaleOrder",
		Lines:  []kingdee.BillLines{{ID: lines[0][0].Text(), EntryIDs: []string{lines[0][1].Text()}}},
	})
	fmt.Println(err)
	// Output: <nil>
}

// A customer for another organisation, and work in it with a session of its own.
func ExampleClient_Allocate() {
	server := kingdeetest.NewServer()
	defer server.Close()
	branch := server.SeedOrganization("200", "分公司")
	id := server.SeedCustomer("C-0001", "上海测试")
	client, err := connect(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Allocate(context.Background(), kingdee.AllocateRequest{
		FormID: "BD_Customer", IDs: []string{fmt.Sprint(id)}, OrgIDs: []int64{branch}, SubmitAndAudit: true,
	})
	fmt.Println(err, len(server.Records("BD_Customer")))
	// Output: <nil> 2
}

// Work in another organisation. The client it comes from stays where it is.
func ExampleClient_SwitchOrg() {
	server := kingdeetest.NewServer()
	defer server.Close()
	server.SeedOrganization("200", "分公司")
	a := server.Account()
	client, err := kingdee.NewClient(kingdee.Config{BaseURL: server.URL(), AcctID: a.AcctID, Username: a.Username, Password: duijie.NewSecret(a.Password)})
	if err != nil {
		fmt.Println(err)
		return
	}
	branch, err := client.SwitchOrg(context.Background(), "200")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = branch.Query(context.Background(), kingdee.Query{FormID: "BD_Customer", Fields: []string{"FNumber"}})
	fmt.Println(err)
	// Output: <nil>
}

// Which fields a form has, which are required, and what can be done with it.
func ExampleClient_QueryBusinessInfo() {
	client, server := shop()
	defer server.Close()
	cache := kingdee.NewBusinessInfoCache(client, 0) // it is slow: ask once an hour
	info, err := cache.Get(context.Background(), "SAL_SaleOrder")
	if err != nil {
		fmt.Println(err)
		return
	}
	entry, field := info.Field("FQty")
	fmt.Println(info.ID, entry.Key, field.Key)
	for _, o := range info.Operations {
		if strings.HasSuffix(o.Number, "BillClose") {
			fmt.Println(o.Number)
		}
	}
	// Output:
	// SAL_SaleOrder FSaleOrderEntry FQty
	// YLBillClose
	// YLUnBillClose
}

// Rows as objects.
func ExampleClient_BillQuery() {
	client, stop := fake()
	defer stop()
	records, err := client.BillQuery(context.Background(), kingdee.Query{
		FormID: "BD_Customer", Fields: []string{"FNumber", "FCreateOrgId.FNumber"}, Order: "FCUSTID ASC",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range records {
		fmt.Println(r.Text("FNumber"), r.Text("FCreateOrgId.FNumber"))
	}
	// Output:
	// C-0001 100
	// C-0002 100
}

// Groups of base data, one below the other.
func ExampleClient_GroupSave() {
	client, stop := fake()
	defer stop()
	ctx := context.Background()
	id, err := client.GroupSave(ctx, "BD_Customer", "FGroup", kingdee.Group{Number: "G1", Name: "国内"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.GroupDelete(ctx, "BD_Customer", "FGroup", []string{id})
	fmt.Println(err)
	// Output: <nil>
}

// Approve a bill that is in a workflow, and tell somebody.
func ExampleClient_WorkflowAudit() {
	client, server := shop()
	defer server.Close()
	ctx, user := context.Background(), server.Account().Username
	if _, err := client.SaleOrders.Save(ctx, shopOrder("XS-0002", "1"), kingdee.SaveOptions{AllowUnknownReferences: true}); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.SaleOrders.Submit(ctx, kingdee.ByNumber("XS-0002")); err != nil {
		fmt.Println(err)
		return
	}
	res, err := client.WorkflowAudit(ctx, kingdee.ApprovalRequest{
		FormID: "SAL_SaleOrder", Numbers: []string{"XS-0002"}, UserName: user, Approval: kingdee.Approve, Disposition: "同意",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("approved", len(res.Succeeded))
	err = client.SendMsg(ctx, []kingdee.Message{{Title: "XS-0002", Content: "已审批", Receivers: user}})
	fmt.Println(err)
	// Output:
	// approved 1
	// <nil>
}

// A file of any size goes out and comes back part by part.
func ExampleClient_AttachmentUpload() {
	client, server := shop()
	defer server.Close()
	ctx := context.Background()
	order, err := client.SaleOrders.Get(ctx, "XS-0001")
	if err != nil {
		fmt.Println(err)
		return
	}
	contract := strings.NewReader("the contract") // or an *os.File
	file, err := client.AttachmentUpload(ctx, kingdee.Upload{
		FileName: "contract.txt", FormID: "SAL_SaleOrder", ID: fmt.Sprint(order.ID), BillNo: "XS-0001",
	}, contract)
	if err != nil {
		fmt.Println(err) // a *kingdee.UploadError tells how to go on
		return
	}
	var back bytes.Buffer // or an *os.File
	info, err := client.AttachmentDownload(ctx, kingdee.Download{FileID: file.FileID}, &back)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.FileName, info.Size, back.String())
	// Output: contract.txt 12 the contract
}

// A report page by page; its sums are told apart from its rows.
func ExampleClient_ReportPages() {
	client, server := shop()
	defer server.Close()
	server.SeedReport("GL_RPT_X", kingdeetest.Report{
		Fields: []string{"FNO", "FAMOUNT"}, Sum: true,
		Rows: [][]any{{"1001", json.Number("34579.99")}, {"1002", json.Number("0.01")}},
	})
	query := kingdee.ReportQuery{
		ReportID: "GL_RPT_X", Fields: []string{"FNO", "FAMOUNT"},
		Model: kingdee.NewModel().Set("FSTARTYEAR", "2026").Set("FSTARTPERIOD", "1"),
	}
	for page, err := range client.ReportPages(context.Background(), query) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, row := range page.Rows {
			amount, err := row.Decimal(1)
			fmt.Println(row.Text(0), amount, row.Sum, err)
		}
	}
	// Output:
	// 1001 34579.99 false <nil>
	// 1002 0.01 false <nil>
	// 合计 34580 true <nil>
}

// The data centres of a server, before there are settings for a client.
func ExampleListDataCenters() {
	server := kingdeetest.NewServer()
	defer server.Close()
	list, err := kingdee.ListDataCenters(context.Background(), server.URL())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(list), list[0].ID == server.Account().AcctID)
	// Output: 1 true
}

// Stock on hand by the stock service.
func ExampleClient_GetInventoryData() {
	client, server := shop()
	defer server.Close()
	server.SeedInventory("M-0001", "CK001", "12.5")
	page, err := client.GetInventoryData(context.Background(), kingdee.InventoryQuery{StockNumbers: []string{"CK001"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bytes.Contains(page.Raw, []byte("12.5")))
	// Output: true
}

// Values can not break out of a filter.
func ExampleAnd() {
	filter := kingdee.And(
		kingdee.Eq("FName", "O'Neil' or '1'='1"),
		kingdee.Or(kingdee.In("FNumber", "C-0001", "C-0002"), kingdee.StartsWith("FNumber", "X_")),
		kingdee.Not(kingdee.Eq("FForbidStatus", "B")),
		kingdee.Within("FModifyDate", march7.Time, march7.Time.AddDate(0, 0, 1)),
	)
	text, err := filter.Text()
	fmt.Println(strings.ReplaceAll(text, " and ", "\nand "), err)
	// Output:
	// FName='O''Neil'' or ''1''=''1'
	// and (FNumber in ('C-0001','C-0002') or FNumber like 'X[_]%')
	// and not (FForbidStatus='B')
	// and FModifyDate>='2025-03-07 00:00:00'
	// and FModifyDate<'2025-03-08 00:00:00' <nil>
}

// The array form, where a request firewall stops the text.
func ExampleFilter_Conditions() {
	client, stop := fake()
	defer stop()
	conditions, err := kingdee.And(kingdee.Ge("FNumber", "C-0002"), kingdee.Eq("FForbidStatus", "A")).Conditions()
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, err := client.Query(context.Background(), kingdee.Query{FormID: "BD_Customer", Fields: []string{"FNumber"}, Conditions: conditions})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rows[0][0].Text(), len(rows))
	// Output: C-0002 1
}

// More values than one query should carry.
func ExampleInChunks() {
	client, stop := fake()
	defer stop()
	numbers := []string{"C-0001", "C-0002", "C-0003"}
	for _, filter := range kingdee.InChunks("FNumber", 2, numbers...) {
		rows, err := client.Query(context.Background(), kingdee.Query{FormID: "BD_Customer", Fields: []string{"FNumber"}, Filter: filter.String()})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(filter, len(rows))
	}
	// Output:
	// FNumber in ('C-0001','C-0002') 2
	// FNumber in ('C-0003') 0
}
