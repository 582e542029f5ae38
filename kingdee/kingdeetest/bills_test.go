package kingdeetest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sample is a Model of a form that has everything the form wants, with its
// sub-heads before its lines.
func sample(s *Server, form, number string) json.RawMessage {
	t := s.tables[strings.ToLower(form)]
	value := func(f *field) any {
		switch f.kind {
		case kindRef:
			switch f.target {
			case "org_organizations":
				return ref("100")
			case "bd_currency":
				return ref("PRE001")
			}
			return ref("X1")
		case kindDate:
			return "2025-03-07"
		case kindDecimal:
			return "2.5"
		}
		return "甲"
	}
	var kv list
	for _, f := range t.head {
		if f.must {
			kv = append(kv, f.key, value(f))
		}
	}
	if t.Number != "" {
		kv = append(kv, t.Number, number)
	}
	for _, lines := range []bool{false, true} {
		for _, p := range t.parts {
			fields := obj{}
			for _, f := range p.fields {
				if f.must {
					fields[f.key] = value(f)
				}
			}
			if p.lines != lines || len(fields) == 0 {
				continue
			}
			if !lines {
				kv = append(kv, p.key, fields)
				continue
			}
			if strings.EqualFold(form, "GL_VOUCHER") {
				credit := obj{"FCREDIT": "7.10"}
				for k, v := range fields {
					credit[k] = v
				}
				fields["FDEBIT"] = "7.10"
				kv = append(kv, p.key, list{fields, credit})
				continue
			}
			kv = append(kv, p.key, list{fields})
		}
	}
	return ordered(kv...)
}

func seedX1(s *Server) {
	s.SeedCustomer("X1", "甲公司")
	s.SeedSupplier("X1", "乙公司")
	s.SeedMaterial("X1", "螺丝", "FSpecification", "M8")
	s.SeedStock("X1", "总仓")
}

// TestEveryFormLivesItsLife saves each form, finds it by query and View, and
// takes it through its states.
func TestEveryFormLivesItsLife(t *testing.T) {
	t.Parallel()
	for _, f := range defaultForms() {
		t.Run(f.ID, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			seedX1(c.s)
			r := c.envelope("Save", f.ID, obj{"Model": sample(c.s, f.ID, "T-1"), "IsVerifyBaseDataField": true})
			if f.ReadOnly {
				require.Equal(t, codeNotOperable, r.code())
				return
			}
			require.True(t, r.Result.ResponseStatus.IsSuccess, r.firstError())
			require.Equal(t, "T-1", r.Result.Number)
			again := c.envelope("Save", f.ID, obj{"Model": sample(c.s, f.ID, "T-1")})
			require.Equal(t, codeInvalid, again.code())
			require.Equal(t, f.Number, *again.Result.ResponseStatus.Errors[0].FieldName)

			before := c.query(obj{"FormId": f.ID, "FieldKeys": f.Key + "," + f.Number + ",FDocumentStatus,FModifyDate,FCreatorId.FName", "FilterString": f.Number + "='T-1'"})
			require.Equal(t, list{r.Result.Id, "T-1", "A", before[0][3], "demo"}, before[0])
			c.s.Advance(time.Minute)
			for _, op := range []string{"Submit", "CancelAssign", "Submit", "Audit"} {
				on := c.envelope(op, f.ID, obj{"Numbers": list{"T-1"}})
				require.True(t, on.Result.ResponseStatus.IsSuccess, "%s: %s", op, on.firstError())
			}
			after := c.query(obj{"FormId": f.ID, "FieldKeys": "FModifyDate,FApproverId.FUserAccount"})
			require.Greater(t, after[len(after)-1][0], before[0][3])
			require.Equal(t, "demo", after[len(after)-1][1])
			view := c.envelope("View", f.ID, obj{"Number": "T-1"}).Result.Result
			require.Equal(t, "C", view["DocumentStatus"])
			require.Equal(t, r.Result.Id, view["Id"])
			for _, op := range []string{"UnAudit", "Delete"} {
				require.True(t, c.envelope(op, f.ID, obj{"Ids": plainText(r.Result.Id)}).Result.ResponseStatus.IsSuccess, op)
			}
			_, ok := c.s.Record(f.ID, "T-1")
			require.False(t, ok)
			require.Equal(t, 1, c.s.Effects(f.ID, "T-1", Created))
			require.Equal(t, 1, c.s.Effects(f.ID, "T-1", Deleted))
			require.Len(t, c.s.History(f.ID, "T-1"), 7)
		})
	}
}

// TestRequiredFieldsOfEveryForm leaves out one starred field after another.
func TestRequiredFieldsOfEveryForm(t *testing.T) {
	t.Parallel()
	for _, f := range defaultForms() {
		if f.ReadOnly {
			continue
		}
		c := start(t)
		seedX1(c.s)
		t2 := c.s.tables[strings.ToLower(f.ID)]
		for _, want := range t2.head {
			if !want.must {
				continue
			}
			model, _ := modelOf(sample(c.s, f.ID, "T-1"))
			cut := model[:0]
			for _, m := range model {
				if m.key != want.key {
					cut = append(cut, m)
				}
			}
			r := c.envelope("Save", f.ID, obj{"Model": cut.plain(), "IsAutoAdjustField": true})
			require.False(t, r.Result.ResponseStatus.IsSuccess, "%s without %s", f.ID, want.key)
			require.Equal(t, want.key, *r.Result.ResponseStatus.Errors[0].FieldName)
			require.Equal(t, codeInvalid, r.code())
		}
	}
}

func TestOrderOfKeys(t *testing.T) {
	t.Parallel()
	c := start(t)
	seedX1(c.s)
	head := list{
		"FBillTypeID", ref("CGDD01_SYS"), "FDate", "2025-03-07", "FPurchaseOrgId", ref("100"), "FSupplierId", ref("X1"),
	}
	line := ordered("FMaterialId", ref("X1"), "FUnitId", ref("Pcs"), "FQty", "3", "FPriceUnitId", ref("Pcs"), "FTaxPrice", "1.13", "FEntryTaxRate", 13)
	finance := list{"FPOOrderFinance", obj{"FSettleCurrId": ref("PRE001")}}
	entry := list{"FPOOrderEntry", list{line}}
	first := append(append(append(list{}, head...), entry...), finance...)
	r := c.envelope("Save", "PUR_PurchaseOrder", obj{"Model": ordered(first...)})
	require.Equal(t, codeInvalid, r.code())
	require.Contains(t, r.firstError(), "含税单价必须大于0")
	r = c.envelope("Save", "PUR_PurchaseOrder", obj{"Model": ordered(first...), "IsAutoAdjustField": "true"})
	require.True(t, r.Result.ResponseStatus.IsSuccess, r.firstError())
	right := append(append(append(list{}, head...), finance...), entry...)
	r = c.envelope("Save", "PUR_PurchaseOrder", obj{"Model": ordered(right...)})
	require.True(t, r.Result.ResponseStatus.IsSuccess, r.firstError())
	amounts := obj{"FormId": "PUR_PurchaseOrder", "FieldKeys": "FAmount,FTaxAmount,FAllAmount", "FilterString": "FID=" + plainText(r.Result.Id)}
	require.Equal(t, [][]any{{json.Number("3.00"), json.Number("0.39"), json.Number("3.39")}}, c.query(amounts))

	late := ordered("FTaxPrice", "1.13", "FMaterialId", ref("X1"), "FUnitId", ref("Pcs"), "FQty", "3", "FPriceUnitId", ref("Pcs"))
	right[len(right)-1] = list{late}
	r = c.envelope("Save", "PUR_PurchaseOrder", obj{"Model": ordered(right...)})
	require.True(t, r.Result.ResponseStatus.IsSuccess, r.firstError())
	rec, _ := c.s.Record("PUR_PurchaseOrder", r.Result.Number.(string))
	require.Empty(t, rec.Lines("FPOOrderEntry")[0].Text("FTaxPrice"), "the material drew the price anew")
}

func TestOrganisations(t *testing.T) {
	t.Parallel()
	c := start(t)
	other := c.s.SeedOrganization("101", "分公司")
	seedX1(c.s)
	model := customer("C1", "甲")
	model["FUseOrgId"] = ref("101")
	r := c.envelope("Save", "BD_Customer", obj{"Model": model})
	require.Equal(t, "FUseOrgId", *r.Result.ResponseStatus.Errors[0].FieldName)

	abroad, _ := modelOf(sample(c.s, "SAL_DELIVERYNOTICE", "N-1"))
	m := abroad.plain()
	m["FSaleOrgId"] = ref("101")
	r = c.envelope("Save", "SAL_DELIVERYNOTICE", obj{"Model": m})
	require.Equal(t, "字段“客户”是必填项", r.firstError(), "the customer is not usable in 101, so the field becomes empty")
	c.s.Seed("BD_Customer", obj{"FNumber": "X2", "FName": "甲", "FCreateOrgId": "101", "FUseOrgId": "101"})
	m["FCustomerID"] = ref("X2")
	r = c.envelope("Save", "SAL_DELIVERYNOTICE", obj{"Model": m})
	require.True(t, r.Result.ResponseStatus.IsSuccess, r.firstError())

	own := customer("X1", "同号")
	own["FCreateOrgId"], own["FUseOrgId"] = ref("101"), ref("101")
	r = c.envelope("Save", "BD_Customer", obj{"Model": own})
	require.True(t, r.Result.ResponseStatus.IsSuccess, "the number is free in 101: %s", r.firstError())
	r = c.envelope("Submit", "BD_Customer", obj{"Numbers": list{"X1"}, "CreateOrgId": other})
	require.Equal(t, []string{"X1"}, r.numbers())
	require.NotEqual(t, c.s.Records("BD_Customer")[0].ID, r.Result.ResponseStatus.SuccessEntitys[0].Id)
}

func TestEmployeesHaveTwoNumberKeys(t *testing.T) {
	t.Parallel()
	c := start(t)
	for i, key := range []string{"FStaffNumber", "FNumber"} {
		model := customer("", "张三")
		delete(model, "FNumber")
		model[key] = "E1"
		r := c.envelope("Save", "BD_Empinfo", obj{"Model": model})
		require.Equal(t, i == 0, r.Result.ResponseStatus.IsSuccess, r.firstError())
	}
	require.Equal(t, [][]any{{"E1", "E1"}}, c.query(obj{"FormId": "BD_Empinfo", "FieldKeys": "FStaffNumber,FNumber", "FilterString": "FNumber='E1'"}))
	c.s.Seed("BD_STOCK", obj{"FNumber": "W1", "FName": "仓", "FPrincipal": obj{"FSTAFFNUMBER": "E1"}})
	require.Equal(t, [][]any{{"张三"}}, c.query(obj{"FormId": "BD_STOCK", "FieldKeys": "FPrincipal.FName"}))
}

func TestVouchers(t *testing.T) {
	t.Parallel()
	c := start(t)
	line := func(side, amount, dim string) obj {
		return obj{
			"FEXPLANATION": "货款", "FACCOUNTID": ref("1122"), "FCURRENCYID": ref("PRE001"), "FEXCHANGERATETYPE": ref("HLTX01_SYS"),
			"FDetailID": obj{"FDETAILID__FFLEX6": ref(dim)}, side: amount,
		}
	}
	voucher := func(day string, lines ...any) obj {
		return obj{"FAccountBookID": ref("001"), "FDate": day, "FVOUCHERGROUPID": ref("PRE001"), "FEntity": lines}
	}
	save := func(model obj) reply { return c.envelope("Save", "GL_VOUCHER", obj{"Model": model}) }
	r := save(voucher("2025-03-07", line("FDEBIT", "100.10", "C1"), line("FCREDIT", "100.1", "C1")))
	require.True(t, r.Result.ResponseStatus.IsSuccess, r.firstError())
	require.True(t, save(voucher("2025-03-31", line("FDEBIT", "1", "C1"), line("FCREDIT", "1", "C2"))).Result.ResponseStatus.IsSuccess)
	require.True(t, save(voucher("2025-04-01", line("FDEBIT", "-1", "C1"), line("FCREDIT", "-1", "C2"))).Result.ResponseStatus.IsSuccess)
	rows := c.query(obj{"FormId": "GL_VOUCHER", "FieldKeys": "FYEAR,FPERIOD,FVOUCHERGROUPNO,FDetailID.FFLEX6.FNumber", "OrderString": "FVOUCHERID,FEntity_FEntryID"})
	require.Equal(t, [][]any{
		{json.Number("2025"), json.Number("3"), json.Number("1"), "C1"}, {json.Number("2025"), json.Number("3"), json.Number("1"), "C1"},
		{json.Number("2025"), json.Number("3"), json.Number("2"), "C1"}, {json.Number("2025"), json.Number("3"), json.Number("2"), "C2"},
		{json.Number("2025"), json.Number("4"), json.Number("1"), "C1"}, {json.Number("2025"), json.Number("4"), json.Number("1"), "C2"},
	}, rows)
	require.Contains(t, c.call(dynamicForm+"ExecuteBillQuery", obj{"data": obj{"FormId": "GL_VOUCHER", "FieldKeys": "FDetailID"}}), `"MsgCode":9`)

	used := voucher("2025-03-01", line("FDEBIT", "1", "C1"), line("FCREDIT", "1", "C1"))
	used["FVOUCHERGROUPNO"] = "2"
	require.Equal(t, "FVOUCHERGROUPNO", *save(used).Result.ResponseStatus.Errors[0].FieldName)
	require.Contains(t, save(voucher("2025-03-07", line("FDEBIT", "1.01", "C1"), line("FCREDIT", "1", "C1"))).firstError(), "借贷不平衡")
	require.Contains(t, save(voucher("2025-03-07", line("FDEBIT", "0", "C1"), line("FCREDIT", "1", "C1"))).firstError(), "第1行")
	require.Contains(t, save(voucher("2025-03-07")).firstError(), "没有分录")
	bad := voucher("2025-03-07", line("FDEBIT", "1", "C1"), line("FCREDIT", "1", "C1"))
	bad["FEntity"].(list)[0].(obj)["FDetailID"] = obj{"FFLEX6": ref("C1")}
	require.Equal(t, codeNoSuchField, save(bad).code())
}

func TestFormsWithTypedCustomFields(t *testing.T) {
	t.Parallel()
	c := start(t, WithForms(Form{
		ID: "PAEZ_Rent", Title: "租赁单", Key: "FID", Number: "FBillNo", Rule: "ZL",
		Fields:     keys("F_PAEZ_Customer{BD_Customer}*:承租人 F_PAEZ_From@* F_PAEZ_Paid? F_PAEZ_State=1 F_PAEZ_Lines[]:设备 F_PAEZ_Lines[].F_PAEZ_Machine*:机器 F_PAEZ_Lines[].F_PAEZ_Rate#"),
		Operations: []Operation{{Number: "ToStart", Field: "F_PAEZ_State", From: "1", To: "4", States: "C"}},
		Check: func(r Record) (string, string) {
			if len(r.Lines("F_PAEZ_Lines")) > 2 {
				return "F_PAEZ_Lines", "最多两台设备"
			}
			return "", ""
		},
	}))
	c.s.SeedCustomer("C1", "甲")
	model := func(machines ...string) obj {
		var lines list
		for _, m := range machines {
			lines = append(lines, obj{"F_PAEZ_Machine": m, "F_PAEZ_Rate": "1.250"})
		}
		return obj{"F_PAEZ_Customer": ref("C1"), "F_PAEZ_From": "2025-03-07", "F_PAEZ_Paid": "1", "F_PAEZ_State": "9", "F_PAEZ_Lines": lines}
	}
	save := func(m obj) reply { return c.envelope("Save", "PAEZ_Rent", obj{"Model": m}) }
	require.Equal(t, "最多两台设备", save(model("a", "b", "c")).firstError())
	require.Equal(t, "单据体实体【设备】第【2】行分录，【机器】字段必录", save(model("a", "")).firstError())
	wrong := model("a")
	wrong["F_PAEZ_Customer"] = ref("C9")
	require.Equal(t, "字段“承租人”是必填项", save(wrong).firstError())
	r := save(model("a", "b"))
	require.Equal(t, "ZL000001", r.Result.Number, r.firstError())
	rows := c.query(obj{"FormId": "PAEZ_Rent", "FieldKeys": "F_PAEZ_Customer.FName,F_PAEZ_Paid,F_PAEZ_State,F_PAEZ_Machine,F_PAEZ_Rate", "Limit": 1})
	require.Equal(t, [][]any{{"甲", true, "1", "a", json.Number("1.250")}}, rows)

	op := func(number string) reply {
		var out reply
		c.decode(c.call(dynamicForm+"ExcuteOperation", obj{"formid": "PAEZ_Rent", "opNumber": number, "data": obj{"Numbers": list{"ZL000001"}}}), &out)
		return out
	}
	require.Contains(t, op("ToStart").firstError(), "状态不允许")
	c.envelope("Submit", "PAEZ_Rent", obj{"Numbers": list{"ZL000001"}})
	c.envelope("Audit", "PAEZ_Rent", obj{"Numbers": list{"ZL000001"}})
	require.True(t, op("ToStart").Result.ResponseStatus.IsSuccess)
	require.False(t, op("ToStart").Result.ResponseStatus.IsSuccess)
	require.Equal(t, codeNoSuchField, op("tostart").code(), "the case counts")
	rec, _ := c.s.Record("PAEZ_Rent", "ZL000001")
	require.Equal(t, "4", rec.Text("F_PAEZ_State"))
	require.Equal(t, "C1", rec.Text("F_PAEZ_Customer"))

	for _, marks := range []string{"FX%", "FX{", "FX=", "F X", "*"} {
		require.Panics(t, func() { New(WithForms(Form{ID: "X", Key: "FID", Fields: []string{marks}})) }, marks)
	}
}
