package kingdeetest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPushMakesTheFollowUpBillOnce(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 3, 7, 4, 0, 0, 0, time.UTC)
	c := start(t, WithClock(func() time.Time { return at }))
	seedX1(c.s)
	entry := func(qty string) obj {
		return obj{"FMaterialId": ref("X1"), "FUnitId": ref("Pcs"), "FQty": qty, "FPriceUnitId": ref("Pcs"), "FTaxPrice": "2.5", "F_Note": "n" + qty}
	}
	c.raise("PUR_PurchaseOrder", "PO-1", func(m obj) {
		m["FPOOrderEntry"] = list{entry("10"), entry("4")}
		m["F_PAEZ_Src"] = "web"
	})
	data := obj{"Numbers": list{"PO-1"}, "IsEnableDefaultRule": "true", "TargetFormId": "STK_InStock"}
	r := c.envelope("Push", "PUR_PurchaseOrder", data)
	require.True(t, r.ok(), r.firstError())
	require.True(t, r.Result.ConvertResponseStatus.IsSuccess)
	require.Equal(t, "PO-1", r.Result.ConvertResponseStatus.SuccessEntitys[0].Number)
	number := r.numbers()[0]
	in, ok := c.s.Record("STK_InStock", number)
	require.True(t, ok)
	require.Equal(t, "A", in.Status)
	require.Equal(t, []string{"100", "X1", "RKD01_SYS", "web", "2025-03-07T00:00:00", "PRE001"}, []string{
		in.Text("FStockOrgId"), in.Text("FSupplierId"), in.Text("FBillTypeID"), in.Text("F_PAEZ_Src"), in.Text("FDate"), in.Text("FInStockFin.FSettleCurrId"),
	})
	lines := in.Lines("FInStockEntry")
	require.Len(t, lines, 2)
	require.Equal(t, []string{"10", "X1", "2.5", "n10", "X1"}, []string{
		lines[0].Text("FRealQty"), lines[0].Text("FMaterialId"), lines[0].Text("FTaxPrice"), lines[0].Text("F_Note"), lines[0].Text("FStockId"),
	})
	require.Equal(t, 1, c.s.Effects("STK_InStock", number, Created))
	require.Equal(t, []Record{in}, c.s.FollowUps("PUR_PurchaseOrder", "PO-1"))

	again := c.envelope("Push", "PUR_PurchaseOrder", data)
	require.False(t, again.ok())
	require.Empty(t, again.Result.ResponseStatus.Errors, "the reasons stand in the conversion's status")
	require.False(t, again.Result.ConvertResponseStatus.IsSuccess)
	require.Contains(t, again.Result.ConvertResponseStatus.Errors[0].Message, "没有可以下推的分录")
	require.Len(t, c.s.Records("STK_InStock"), 1)
	require.Contains(t, c.envelope("UnAudit", "PUR_PurchaseOrder", obj{"Numbers": list{"PO-1"}}).firstError(), "已有下游单据")

	// The target takes less: the rest can be pushed, and the order shows what was received.
	less := obj{"FID": in.ID, "FInStockEntry": list{obj{"FEntryID": lines[0]["FEntryID"], "FRealQty": "3"}}}
	require.True(t, c.envelope("Save", "STK_InStock", obj{"Model": less}).ok())
	c.envelope("Submit", "STK_InStock", obj{"Numbers": list{number}})
	require.True(t, c.envelope("Audit", "STK_InStock", obj{"Numbers": list{number}}).ok())
	received := obj{"FormId": "PUR_PurchaseOrder", "FieldKeys": "FQty,FReceiveQty,FStockInQty", "OrderString": "FPOOrderEntry_FEntryID"}
	n := func(s string) json.Number { return json.Number(s) }
	require.Equal(t, [][]any{{n("10"), n("3"), n("3")}, {n("4"), n("0"), n("0")}}, c.query(received))
	require.Equal(t, "3", c.s.OnHand("X1", "X1"))
	r = c.envelope("Push", "PUR_PurchaseOrder", data)
	require.True(t, r.ok(), r.firstError())
	rest, _ := c.s.Record("STK_InStock", r.numbers()[0])
	require.Equal(t, "7", rest.Lines("FInStockEntry")[0].Text("FRealQty"))
	require.Equal(t, "4", rest.Lines("FInStockEntry")[1].Text("FRealQty"))
	require.Equal(t, [][]any{{n("10"), n("10"), n("3")}, {n("4"), n("4"), n("0")}}, c.query(received))
	require.True(t, c.envelope("Delete", "STK_InStock", obj{"Numbers": r.numbers()}).ok())
	require.Equal(t, [][]any{{n("10"), n("3"), n("3")}, {n("4"), n("0"), n("0")}}, c.query(received))
}

func TestPushOfEveryDefaultRule(t *testing.T) {
	t.Parallel()
	for _, rule := range defaultRules() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			seedX1(c.s)
			source := c.raise(rule.From, "S-1", func(m obj) {
				if rule.FromQty != "FALLAMOUNTFOR_D" && rule.From != "SAL_SaleOrder" && rule.From != "SAL_DELIVERYNOTICE" {
					return
				}
				line := obj{"FQty": 3, "FPriceQty": 3, "FTaxPrice": 2, "FMaterialID": ref("X1"), "FUnitID": ref("Pcs")}
				p := c.s.table(rule.From).lines()
				if old, ok := m[p.key].(list); ok {
					for k, v := range old[0].(obj) {
						line[k] = v
					}
				}
				for k := range line {
					if p.byKey[strings.ToLower(k)] == nil {
						delete(line, k)
					}
				}
				m[p.key] = list{line}
			})
			r := c.envelope("Push", rule.From, obj{"Ids": plainText(source.Result.Id), "RuleId": rule.ID})
			require.True(t, r.ok(), r.firstError())
			require.Len(t, c.s.Records(rule.To), 1)
			require.False(t, c.envelope("Push", rule.From, obj{"Ids": plainText(source.Result.Id), "RuleId": rule.ID}).ok())
		})
	}
}

func TestPushRefusals(t *testing.T) {
	t.Parallel()
	c := start(t, WithPushRules(PushRule{ID: "Mine", From: "SAL_SaleOrder", To: "SAL_OUTSTOCK", FromQty: "FQty", ToQty: "FRealQty",
		Head: map[string]string{"FCustomerID": "FCustId", "FStockOrgId": "FSaleOrgId", "FSettleOrgID": "FSaleOrgId"}}))
	c.s.SeedCustomer("X1", "甲")
	c.s.SeedMaterial("X1", "螺丝")
	qty := func(m obj) { m["FSaleOrderEntry"].(list)[0].(obj)["FQty"] = 2 }
	c.raise("SAL_SaleOrder", "A", qty)
	entry := c.query(obj{"FormId": "SAL_SaleOrder", "FieldKeys": "FSaleOrderEntry_FEntryID"})[0][0]
	push := func(data obj) reply { return c.envelope("Push", "SAL_SaleOrder", data) }
	for want, data := range map[int]obj{
		codeParameter: {"Numbers": list{"A"}, "TargetFormId": "SAL_OUTSTOCK"},
		codeNotFound:  {"Numbers": list{"A"}, "RuleId": "None"},
	} {
		require.Equal(t, want, push(data).code())
	}
	require.Equal(t, codeNotFound, push(obj{"EntryIds": "5", "RuleId": "Mine"}).code())
	require.Equal(t, codeNoSuchField, push(obj{"Numbers": list{"none"}, "RuleId": "Mine"}).code())

	r := push(obj{"Numbers": list{"A"}, "RuleId": "Mine"})
	require.False(t, r.ok(), "no warehouse is known")
	require.True(t, r.Result.ConvertResponseStatus.IsSuccess)
	require.Contains(t, r.firstError(), "【仓库】字段必录")
	require.Empty(t, c.s.Records("SAL_OUTSTOCK"))
	r = push(obj{"EntryIds": plainText(entry), "RuleId": "Mine", "IsDraftWhenSaveFail": true, "TargetBillTypeId": "XSCKD99"})
	require.True(t, r.ok(), r.firstError())
	out := c.s.Records("SAL_OUTSTOCK")[0]
	require.Equal(t, "Z", out.Status)
	require.Equal(t, "XSCKD99", out.Text("FBillTypeID"))

	model, _ := modelOf(sample(c.s, "SAL_SaleOrder", "B"))
	require.True(t, c.envelope("Save", "SAL_SaleOrder", obj{"Model": inOrder(model)}).ok())
	r = push(obj{"Numbers": list{"A", "B"}, "RuleId": "Mine"})
	require.Len(t, r.Result.ConvertResponseStatus.Errors, 2)
	require.Contains(t, r.Result.ConvertResponseStatus.Errors[1].Message, "只有已审核的单据才能下推")

	c.raise("SAL_SaleOrder", "C", qty)
	require.True(t, c.operate("SAL_SaleOrder", "YLTerminate", obj{"Numbers": list{"C"}}).ok())
	require.False(t, push(obj{"Numbers": list{"C"}, "RuleId": "Mine"}).ok(), "its line was stopped")
	require.True(t, c.operate("SAL_SaleOrder", "YLUnTerminate", obj{"Numbers": list{"C"}}).ok())
	require.True(t, c.operate("SAL_SaleOrder", "YLBillClose", obj{"Numbers": list{"C"}}).ok())
	require.Contains(t, push(obj{"Numbers": list{"C"}, "RuleId": "Mine"}).Result.ConvertResponseStatus.Errors[0].Message, "已经关闭")
}

// inOrder keeps the order of a Model when it is sent.
func inOrder(m members) json.RawMessage {
	var kv list
	for _, x := range m {
		kv = append(kv, x.key, plainValue(x.value))
	}
	return ordered(kv...)
}

func TestPushWhoseAnswerAndEffectComeLate(t *testing.T) {
	t.Parallel()
	c := start(t)
	seedX1(c.s)
	c.raise("PUR_PurchaseOrder", "PO-1", nil)
	body := obj{"formid": "PUR_PurchaseOrder", "data": obj{"Numbers": list{"PO-1"}, "IsEnableDefaultRule": true, "TargetFormId": "STK_InStock"}}
	c.s.CommitLate("Push", 1, time.Hour)
	_, _, err := c.try(dynamicForm+"Push", body)
	require.Error(t, err)
	require.Empty(t, c.s.FollowUps("PUR_PurchaseOrder", "PO-1"))
	require.Contains(t, c.call(dynamicForm+"Push", body), "没有可以下推的分录")
	c.s.elapse()
	require.Len(t, c.s.FollowUps("PUR_PurchaseOrder", "PO-1"), 1)
	require.Len(t, c.s.Records("STK_InStock"), 1)
	require.Nil(t, c.s.FollowUps("PUR_PurchaseOrder", "none"))
}

// TestEveryWriteCanLoseItsAnswer cuts the connection before and after each write
// and looks at what the history says.
func TestEveryWriteCanLoseItsAnswer(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		op     string
		params obj
		kind   ChangeKind
		before func(*caller)
	}{
		{"Save", obj{"formid": "BD_Customer", "data": obj{"Model": customer("C9", "甲")}}, Created, nil},
		{"Draft", obj{"formid": "BD_Customer", "data": obj{"Model": customer("C9", "甲")}}, Created, nil},
		{"BatchSave", obj{"formid": "BD_Customer", "data": obj{"Model": list{customer("C9", "甲")}}}, Created, nil},
		{"Submit", obj{"formid": "BD_Customer", "data": obj{"Numbers": list{"A"}}}, StatusChanged, nil},
		{"Audit", obj{"formid": "BD_Customer", "data": obj{"Numbers": list{"B"}}}, StatusChanged, nil},
		{"UnAudit", obj{"formid": "BD_Customer", "data": obj{"Numbers": list{"X1"}}}, StatusChanged, nil},
		{"CancelAssign", obj{"formid": "BD_Customer", "data": obj{"Numbers": list{"B"}}}, StatusChanged, nil},
		{"WorkflowAudit", obj{"data": obj{"FormId": "BD_Customer", "Numbers": list{"B"}, "UserName": "demo", "ApprovalType": 1}}, StatusChanged, nil},
		{"Delete", obj{"formid": "BD_Customer", "data": obj{"Numbers": list{"A"}}}, Deleted, nil},
		{"ExcuteOperation", obj{"formid": "BD_Customer", "opNumber": "Forbid", "data": obj{"Numbers": list{"X1"}}}, Operated, nil},
		{"Push", obj{"formid": "SAL_OUTSTOCK", "data": obj{"Numbers": list{"O1"}, "IsEnableDefaultRule": true, "TargetFormId": "AR_receivable"}}, Created,
			func(c *caller) { c.raise("SAL_OUTSTOCK", "O1", nil) }},
		{"GroupSave", obj{"formid": "BD_Customer", "data": obj{"FNumber": "G", "FName": "组"}}, Created, nil},
		{"GroupDelete", obj{"data": obj{"FormId": "BD_Customer", "GroupPkIds": "77"}}, Deleted,
			func(c *caller) { c.s.Seed("BD_Customer.FGroup", obj{"FID": 77, "FNumber": "G0", "FName": "组"}) }},
		{"Allocate", obj{"formid": "BD_Customer", "data": obj{"PkIds": "7", "TOrgIds": "88"}}, Created,
			func(c *caller) { c.s.Seed("ORG_Organizations", obj{"FOrgID": 88, "FNumber": "101", "FName": "分"}) }},
	} {
		for kind, want := range map[FaultKind]int{Cut: 0, CutAfter: 1} {
			t.Run(x.op+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				c := start(t)
				seedX1(c.s)
				c.s.SeedCustomer("A", "甲", "FDocumentStatus", "A")
				c.s.SeedCustomer("B", "乙", "FDocumentStatus", "B")
				c.s.SeedCustomer("C7", "丙", "FCUSTID", 7)
				if x.before != nil {
					x.before(c)
				}
				had := len(c.s.History("", ""))
				c.s.Inject(Fault{Op: x.op, Kind: kind})
				_, _, err := c.try(dynamicForm+x.op, x.params)
				require.Error(t, err)
				news := c.s.History("", "")[had:]
				require.Len(t, news, want)
				if want == 1 {
					require.Equal(t, x.kind, news[0].Kind)
				}
				require.Contains(t, c.call(dynamicForm+x.op, x.params), `"IsSuccess":`+map[bool]string{true: "true", false: "false"}[want == 0],
					"what was done can not be done again")
			})
		}
	}
}
