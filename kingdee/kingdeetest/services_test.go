package kingdeetest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOperationsOfBills(t *testing.T) {
	t.Parallel()
	c := start(t)
	seedX1(c.s)
	for _, x := range []struct {
		form, do, undo, field string
		draft                 bool
	}{
		{"STK_InStock", "Cancel", "UnCancel", "FCancelStatus", true},
		{"PUR_PurchaseOrder", "Cancel", "Uncancel", "FCancelStatus", true},
		{"PUR_PurchaseOrder", "BillClose", "BillUnClose", "FCloseStatus", false},
		{"PUR_PurchaseOrder", "Terminate", "UnTerminate", "FMRPTerminateStatus", false},
		{"PUR_PurchaseOrder", "Freeze", "UnFreeze", "FMRPFreezeStatus", false},
		{"PUR_PurchaseOrder", "MRPClose", "UnMRPClose", "FMRPCloseStatus", false},
		{"SAL_SaleOrder", "YLBillClose", "YLUnBillClose", "FCloseStatus", false},
		{"SAL_SaleOrder", "YLMRPClose", "YLUnMRPClose", "FMRPCloseStatus", false},
	} {
		number := x.form + x.do
		if x.draft {
			model, _ := modelOf(sample(c.s, x.form, number))
			require.True(t, c.envelope("Save", x.form, obj{"Model": inOrder(model)}).ok())
		} else {
			c.raise(x.form, number, nil)
		}
		state := func() any {
			return c.query(obj{"FormId": x.form, "FieldKeys": x.field, "FilterString": "FBillNo='" + number + "'"})[0][0]
		}
		names := obj{"Numbers": list{number}}
		require.Equal(t, "A", state(), number)
		require.False(t, c.operate(x.form, x.undo, names).ok(), number)
		require.True(t, c.operate(x.form, x.do, names).ok(), number)
		require.Equal(t, "B", state(), number)
		again := c.operate(x.form, x.do, names)
		require.Equal(t, codeInvalid, again.code(), number)
		if x.do == "Cancel" {
			require.Contains(t, c.envelope("Submit", x.form, names).firstError(), "已经作废")
		}
		require.True(t, c.operate(x.form, x.undo, names).ok(), number)
		require.Equal(t, "A", state(), number)
		require.Equal(t, 2, c.s.Effects(x.form, number, Operated))
	}
	require.Equal(t, codeNoSuchField, c.operate("STK_InStock", "Uncancel", obj{"Numbers": list{"x"}}).code(), "the case is the form's own")
	require.Equal(t, codeNoSuchField, c.operate("SAL_SaleOrder", "BillClose", obj{"Numbers": list{"x"}}).code())
	require.Equal(t, codeNoSuchField, c.operate("SAL_SaleOrder", "Forbid", obj{"Numbers": list{"x"}}).code(), "bills are not forbidden")
}

func TestOperationsOfLines(t *testing.T) {
	t.Parallel()
	c := start(t)
	seedX1(c.s)
	r := c.raise("SAL_SaleOrder", "A", func(m obj) {
		one := m["FSaleOrderEntry"].(list)[0]
		m["FSaleOrderEntry"] = list{one, one, one}
	})
	id := plainText(r.Result.Id)
	rows := func() [][]any {
		return c.query(obj{"FormId": "SAL_SaleOrder", "FieldKeys": "FSaleOrderEntry_FEntryID,FMRPCloseStatus", "OrderString": "FSaleOrderEntry_FEntryID"})
	}
	second := plainText(rows()[1][0])
	entries := list{obj{"Id": id, "EntryIds": second}}
	r = c.operate("SAL_SaleOrder", "YLMRPClose", obj{"PkEntryIds": entries})
	require.Equal(t, []string{"A"}, r.numbers())
	require.Equal(t, list{"A", "B", "A"}, list{rows()[0][1], rows()[1][1], rows()[2][1]})
	require.False(t, c.operate("SAL_SaleOrder", "YLMRPClose", obj{"PkEntryIds": entries}).ok())
	require.True(t, c.operate("SAL_SaleOrder", "YLMRPClose", obj{"Ids": id}).ok(), "the others")
	require.Equal(t, list{"B", "B", "B"}, list{rows()[0][1], rows()[1][1], rows()[2][1]})
	require.Contains(t, c.operate("SAL_SaleOrder", "YLUnMRPClose", obj{"PkEntryIds": list{obj{"Id": id, "EntryIds": "1"}}}).firstError(), "分录内码不存在")
	require.Equal(t, codeNotFound, c.operate("SAL_SaleOrder", "YLUnMRPClose", obj{"PkEntryIds": list{obj{"Id": "1", "EntryIds": "1"}}}).code())
	require.Equal(t, codeParameter, c.operate("SAL_SaleOrder", "YLUnMRPClose", obj{"PkEntryIds": "1"}).code())
	require.Equal(t, codeParameter, c.operate("SAL_SaleOrder", "YLUnMRPClose", obj{"PkEntryIds": list{1}}).code())
}

func TestOneSpellingOfTheOperationService(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]string{"ExcuteOperation": "ExecuteOperation", "ExecuteOperation": "ExcuteOperation"} {
		c := start(t, WithOperationService(name))
		c.s.SeedCustomer("C1", "甲")
		body := obj{"formid": "BD_Customer", "opNumber": "Forbid", "data": obj{"Numbers": list{"C1"}}}
		h, text, err := c.try(dynamicForm+other, body)
		require.NoError(t, err)
		require.Equal(t, 404, h.status)
		require.Contains(t, text, "Service not found")
		require.Contains(t, c.call(dynamicForm+name, body), `"IsSuccess":true`)
	}
}

func TestAllocation(t *testing.T) {
	t.Parallel()
	c := start(t)
	branch := c.s.SeedOrganization("101", "分公司")
	id := c.s.SeedCustomer("C1", "甲")
	draft := c.s.SeedCustomer("C2", "乙", "FDocumentStatus", "A")
	data := func(pk int64, orgs any) obj { return obj{"PkIds": plainText(pk), "TOrgIds": orgs} }
	require.Equal(t, codeNotFound, c.envelope("Allocate", "BD_Customer", data(id, "999")).code())
	require.Equal(t, codeNotFound, c.envelope("Allocate", "BD_Customer", data(9, "1")).code())
	require.Equal(t, codeParameter, c.envelope("Allocate", "BD_Customer", data(id, "")).code())
	require.Equal(t, codeNotOperable, c.envelope("Allocate", "BD_UNIT", data(id, "1")).code())
	require.Contains(t, c.envelope("Allocate", "BD_Customer", data(draft, plainText(branch))).firstError(), "只有已审核")
	r := c.envelope("Allocate", "BD_Customer", obj{"PkIds": plainText(id), "TOrgIds": "1," + plainText(branch), "IsAutoSubmitAndAudit": "true"})
	require.False(t, r.ok(), "it is in organisation 1 already")
	require.Equal(t, []string{"C1"}, r.numbers())
	copied := plainText(r.Result.ResponseStatus.SuccessEntitys[0].Id)
	require.NotEqual(t, plainText(id), copied)

	view := c.envelope("View", "BD_Customer", obj{"Id": copied}).Result.Result
	require.Equal(t, json.Number(plainText(id)), view["msterID"])
	require.Equal(t, "101", view["UseOrgId"].(obj)["Number"])
	require.Equal(t, "100", view["CreateOrgId"].(obj)["Number"])
	require.Equal(t, "C", view["DocumentStatus"])
	require.Equal(t, [][]any{{"C1"}}, c.query(obj{"FormId": "BD_Customer", "FieldKeys": "FNumber", "FilterString": "FUseOrgId.FNumber='101'"}))

	notice := func(org string) obj {
		model, _ := modelOf(sample(c.s, "SAL_DELIVERYNOTICE", "N"+org))
		m := model.plain()
		m["FSaleOrgId"], m["FCustomerID"] = ref(org), ref("C1")
		return m
	}
	require.True(t, c.envelope("Save", "SAL_DELIVERYNOTICE", obj{"Model": notice("101")}).ok())
	require.Equal(t, [][]any{{json.Number(copied)}}, c.query(obj{"FormId": "SAL_DELIVERYNOTICE", "FieldKeys": "FCustomerID"}))
	require.Contains(t, c.envelope("CancelAllocate", "BD_Customer", data(id, plainText(branch))).firstError(), "已经被使用")
	require.True(t, c.envelope("Delete", "SAL_DELIVERYNOTICE", obj{"Numbers": list{"N101"}}).ok())
	require.True(t, c.envelope("CancelAllocate", "BD_Customer", data(id, plainText(branch))).ok())
	require.False(t, c.envelope("CancelAllocate", "BD_Customer", data(id, plainText(branch))).ok())
	require.False(t, c.envelope("Save", "SAL_DELIVERYNOTICE", obj{"Model": notice("101")}).ok(), "not usable there any more")
}

func TestSwitchingOrganisationsIsForTheSession(t *testing.T) {
	t.Parallel()
	c := start(t)
	branch := c.s.SeedOrganization("101", "分公司")
	id := c.s.SeedCustomer("C1", "甲")
	r := c.envelope("Allocate", "BD_Customer", obj{"PkIds": plainText(id), "TOrgIds": plainText(branch)})
	require.True(t, r.ok(), r.firstError())
	status := func() string { return c.s.Records("BD_Customer")[1].Status }
	require.Equal(t, "A", status())
	require.False(t, c.envelope("Submit", "BD_Customer", obj{"Numbers": list{"C1"}}).ok(), "the one of 100 is audited")
	require.True(t, c.onData("SwitchOrg", obj{"OrgNumber": "101"}).ok())
	require.True(t, c.envelope("Submit", "BD_Customer", obj{"Numbers": list{"C1"}}).ok())
	require.Equal(t, "B", status())
	c.login()
	require.False(t, c.envelope("Audit", "BD_Customer", obj{"Numbers": list{"C1"}}).ok(), "a new session begins in no organisation")
	signed := &caller{t: t, s: c.s, sign: true}
	require.True(t, signed.onData("SwitchOrg", obj{"OrgNumber": "101"}).ok())
	require.False(t, signed.envelope("Audit", "BD_Customer", obj{"Numbers": list{"C1"}}).ok(), "a signed call has no session")
}

func TestGroups(t *testing.T) {
	t.Parallel()
	c := start(t)
	save := func(data obj) reply { return c.envelope("GroupSave", "BD_Customer", data) }
	r := save(obj{"GroupFieldKey": "FGroup", "GroupPkId": 0, "FParentId": 0, "FNumber": "G1", "FName": "大客户"})
	require.True(t, r.ok(), r.firstError())
	g1 := plainText(r.Result.Id)
	r = save(obj{"GroupFieldKey": "FGroup", "FParentId": g1, "FNumber": "G2", "FName": "华东", "FDescription": "东"})
	require.True(t, r.ok(), r.firstError())
	g2 := plainText(r.Result.Id)
	require.Equal(t, codeInvalid, save(obj{"FNumber": "G1", "FName": "重"}).code())
	require.Equal(t, codeInvalid, save(obj{"FNumber": "", "FName": "无"}).code())
	require.Equal(t, codeNotFound, save(obj{"FParentId": 5, "FNumber": "G3", "FName": "无"}).code())
	require.Equal(t, codeNoSuchField, save(obj{"GroupFieldKey": "FNope"}).code())
	require.True(t, save(obj{"GroupPkId": g1, "FNumber": "G1", "FName": "重点客户"}).ok())

	var info struct {
		Result struct{ NeedReturnData []obj }
	}
	c.decode(c.call(dynamicForm+"QueryGroupInfo", obj{"data": obj{"FormId": "BD_Customer", "GroupFieldKey": "FGroup"}}), &info)
	require.Len(t, info.Result.NeedReturnData, 2)
	require.Equal(t, "重点客户", info.Result.NeedReturnData[0]["FName"])
	require.Equal(t, g1, plainText(info.Result.NeedReturnData[1]["FParentId"]))
	c.decode(c.call(dynamicForm+"QueryGroupInfo", obj{"data": obj{"FormId": "BD_Customer", "GroupPkIds": g2}}), &info)
	require.Len(t, info.Result.NeedReturnData, 1)

	model := customer("C1", "甲")
	model["FGroup"] = ref("G2")
	require.True(t, c.envelope("Save", "BD_Customer", obj{"Model": model, "IsVerifyBaseDataField": true}).ok())
	require.Equal(t, [][]any{{"华东", json.Number(g2)}}, c.query(obj{"FormId": "BD_Customer", "FieldKeys": "FGroup.FName,FGroup"}))
	model["FNumber"], model["FGroup"] = "C2", ref("G9")
	require.Contains(t, c.envelope("Save", "BD_Customer", obj{"Model": model, "IsVerifyBaseDataField": true}).firstError(), "G9")

	remove := func(ids string) reply {
		return c.onData("GroupDelete", obj{"FormId": "BD_Customer", "GroupFieldKey": "FGroup", "GroupPkIds": ids})
	}
	require.Contains(t, remove(g1).firstError(), "子分组")
	require.Contains(t, remove(g2).firstError(), "有资料")
	c.s.Remove("BD_Customer", "C1")
	require.True(t, remove(g2+","+g1).ok())
	require.Empty(t, c.s.Records("BD_Customer.FGroup"))
	require.Equal(t, codeNotFound, remove(g2).code())
	require.Equal(t, codeNoSuchField, c.onData("GroupDelete", obj{"FormId": "BD_Nothing"}).code())
}

func TestWorkflow(t *testing.T) {
	t.Parallel()
	c := start(t)
	for kind, want := range map[int]string{1: "C", 2: "D", 3: "A"} {
		c.s.SeedCustomer("C1", "甲", "FDocumentStatus", "B")
		data := obj{"FormId": "BD_Customer", "Ids": list{}, "Numbers": list{"C1"}, "UserName": "demo", "ApprovalType": kind}
		raw := c.call(dynamicForm+"WorkflowAudit", obj{"data": data})
		require.Contains(t, raw, `"OperationResults":{}`)
		rec, _ := c.s.Record("BD_Customer", "C1")
		require.Equal(t, want, rec.Status)
		require.False(t, c.onData("WorkflowAudit", data).ok())
	}
	rec, _ := c.s.Record("BD_Customer", "C1")
	require.Contains(t, c.onData("WorkflowAudit", obj{"FormId": "BD_Customer", "Ids": list{rec.ID}, "UserId": 1, "ApprovalType": 1}).firstError(), "没有待审批")
	for _, data := range []any{obj{"ApprovalType": 4}, obj{"ApprovalType": 1}, "x"} {
		require.Equal(t, codeParameter, c.onData("WorkflowAudit", data).code())
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	c := start(t)
	r := c.onData("SendMsg", obj{"Model": list{
		obj{"FTitle": "到货", "FContent": "M1", "FReceivers": "demo", "FType": "1"},
		obj{"FTitle": "x", "FReceivers": "nobody"}, obj{"FReceivers": "demo"}, obj{"FTitle": "x"},
	}})
	require.Len(t, r.Result.ResponseStatus.SuccessEntitys, 1)
	require.Len(t, r.Result.ResponseStatus.Errors, 3)
	require.Contains(t, r.firstError(), "nobody")
	require.Equal(t, []Message{{"到货", "M1", "demo", "1"}}, c.s.Messages())
	for _, data := range []any{"x", obj{"Model": list{}}, obj{"Model": list{1}}} {
		require.Equal(t, codeParameter, c.onData("SendMsg", data).code())
	}
}

func TestNetworkControl(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.SeedCustomer("C1", "甲", "FDocumentStatus", "A")
	c.s.Lock("BD_Customer", "C1")
	data := obj{"Numbers": list{"C1"}, "NetworkCtrl": "true"}
	require.Equal(t, codeLocked, c.envelope("Submit", "BD_Customer", data).code())
	require.True(t, c.envelope("Submit", "BD_Customer", obj{"Numbers": list{"C1"}}).ok(), "without network control nobody looks")
	c.s.Unlock("BD_Customer", "C1")
	require.True(t, c.envelope("Audit", "BD_Customer", data).ok())
}

func TestRepeatedJSON(t *testing.T) {
	t.Parallel()
	c := start(t)
	data := obj{"Model": obj{"FName": "甲", "FCreateOrgId": ref("100"), "FUseOrgId": ref("100")}, "ValidateRepeatJson": "true"}
	require.True(t, c.envelope("Save", "BD_Customer", data).ok())
	r := c.envelope("Save", "BD_Customer", data)
	require.Equal(t, codeInvalid, r.code())
	require.Contains(t, r.firstError(), "相同的JSON")
	data["Model"].(obj)["FName"] = "乙"
	require.True(t, c.envelope("Save", "BD_Customer", data).ok())
	delete(data, "ValidateRepeatJson")
	require.True(t, c.envelope("Save", "BD_Customer", data).ok())
	require.Len(t, c.s.Records("BD_Customer"), 3)
	batch := obj{"Model": list{obj{"FName": "甲"}}, "ValidateRepeatJson": true}
	require.NotContains(t, c.envelope("BatchSave", "BD_Customer", batch).firstError(), "相同的JSON")
	require.NotContains(t, c.envelope("BatchSave", "BD_Customer", batch).firstError(), "相同的JSON", "it was never stored")
	batch["Model"] = list{customer("B1", "甲")}
	require.True(t, c.envelope("BatchSave", "BD_Customer", batch).ok())
	require.Contains(t, c.envelope("BatchSave", "BD_Customer", batch).firstError(), "相同的JSON")
}

func TestNumberSearch(t *testing.T) {
	t.Parallel()
	c := start(t)
	seedX1(c.s)
	id := c.s.SeedMaterial("M1", "螺母")
	save := func(material obj, search bool) reply {
		model := inOrder(members{
			{"FStockOrgId", ref("100")}, {"FBillTypeID", ref("QTRKD01_SYS")}, {"FDate", "2025-03-07"},
			{"FEntity", list{obj{"FMATERIALID": material, "FUnitID": ref("Pcs"), "FSTOCKID": obj{"FStockId": c.s.Records("BD_STOCK")[0].ID}, "FQty": 1}}},
		})
		if !search {
			model = inOrder(members{
				{"FStockOrgId", obj{"FOrgID": 1}}, {"FBillTypeID", ref("QTRKD01_SYS")}, {"FDate", "2025-03-07"},
				{"FEntity", list{obj{"FMATERIALID": material, "FUnitID": ref("Pcs"), "FSTOCKID": obj{"FStockId": c.s.Records("BD_STOCK")[0].ID}, "FQty": 1}}},
			})
		}
		return c.envelope("Save", "STK_MISCELLANEOUS", obj{"Model": model, "NumberSearch": search})
	}
	require.True(t, save(obj{"FNumber": "M1"}, true).ok())
	require.True(t, save(obj{"FMATERIALID": id}, false).ok())
	require.Contains(t, save(obj{"FNumber": "M1"}, false).firstError(), "【物料编码】字段必录")
	require.Equal(t, "M1", c.s.Records("STK_MISCELLANEOUS")[1].Lines("FEntity")[0].Text("FMATERIALID"), "the number is kept beside the key")
}
