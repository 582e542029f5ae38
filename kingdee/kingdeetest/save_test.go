package kingdeetest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSaveCreatesAndUpdatesByPrimaryKeyOnly(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 3, 7, 0, 9, 10, 120e6, time.UTC)
	c := start(t, WithClock(func() time.Time { return at }))
	model := customer("C1", "上海<测试> & 公司")
	model["F_PAEZ_Rate"] = json.RawMessage("12.3400")
	r := c.envelope("Save", "BD_Customer", obj{"Model": model, "NeedReturnFields": list{"FName", "FNumber"}})
	require.True(t, r.Result.ResponseStatus.IsSuccess, r.firstError())
	require.Zero(t, r.code())
	require.Equal(t, "C1", r.Result.Number)
	require.Equal(t, list{obj{"FName": "上海<测试> & 公司", "FNumber": "C1"}}, r.Result.NeedReturnData)

	again := c.envelope("Save", "BD_Customer", obj{"Model": customer("C1", "乙")})
	require.Equal(t, codeInvalid, again.code())
	require.Equal(t, "违反字段唯一性要求：编码唯一。[C1]在当前系统中已经被使用。", again.firstError())
	require.Equal(t, "FNumber", *again.Result.ResponseStatus.Errors[0].FieldName)

	update := c.envelope("Save", "BD_Customer", obj{"Model": obj{"FCUSTID": r.Result.Id, "FName": "乙", "FNumber": "C1"}})
	require.True(t, update.Result.ResponseStatus.IsSuccess, update.firstError())
	require.Equal(t, r.Result.Id, update.Result.Id)
	gone := c.envelope("Save", "BD_Customer", obj{"Model": obj{"FCUSTID": 1, "FName": "乙"}})
	require.Equal(t, codeNotFound, gone.code())

	require.Len(t, c.s.Records("BD_Customer"), 1)
	got, ok := c.s.Record("bd_customer", "C1")
	require.True(t, ok)
	require.Equal(t, 2, got.Saves)
	require.Equal(t, "A", got.Status)
	require.Equal(t, `"乙"`, string(got.Fields["FName"]))
	require.Equal(t, "12.3400", string(got.Fields["F_PAEZ_Rate"]), "fields that were not sent stay")
	require.Equal(t, `"2025-03-07T08:09:10.12"`, string(got.Fields["FModifyDate"]))
	require.JSONEq(t, `{"FNumber":"100"}`, string(got.Fields["FCreateOrgId"]))
}

func TestSaveRefusals(t *testing.T) {
	t.Parallel()
	c := start(t)
	with := func(key string, v any) obj { m := customer("C1", "甲"); m[key] = v; return m }
	for name, x := range map[string]struct {
		model obj
		code  int
		field string
		text  string
	}{
		"no name":           {with("FName", " "), codeInvalid, "FName", "字段“名称”是必填项"},
		"wrong org":         {with("FUseOrgId", ref("999")), codeInvalid, "FUseOrgId", "是必填项"},
		"plain reference":   {with("FGroup", "G1"), codeInvalid, "FGroup", "对象形式"},
		"FID":               {with("FID", 0), codeNoSuchField, "", "元数据中标识为FID的字段不存在"},
		"FSaleOrgId":        {with("FSaleOrgId", ref("100")), codeNoSuchField, "", "FSaleOrgId"},
		"FContact":          {with("FContact", "x"), codeNoSuchField, "", "FContact"},
		"FPhone":            {with("FPhone", "x"), codeNoSuchField, "", "FPhone"},
		"key not a number":  {with("FCUSTID", "abc"), codeInvalid, "FCUSTID", "内码"},
		"key is an object":  {with("FCUSTID", obj{}), codeInvalid, "FCUSTID", "内码"},
		"lines as object":   {with("FT_BD_CUSTBANK", obj{}), codeInvalid, "FT_BD_CUSTBANK", "数组"},
		"line not object":   {with("FT_BD_CUSTBANK", list{1}), codeInvalid, "FT_BD_CUSTBANK", "对象"},
		"line unknown":      {with("FT_BD_CUSTBANK", list{obj{"FEntryID": 5}}), codeNotFound, "FEntryID", "不存在"},
		"text is an object": {with("FTEL", obj{"a": 1}), codeInvalid, "FTEL", "值不正确"},
	} {
		r := c.envelope("Save", "BD_Customer", obj{"Model": x.model})
		require.False(t, r.Result.ResponseStatus.IsSuccess, name)
		require.Equal(t, 500, r.Result.ResponseStatus.ErrorCode, name)
		require.Equal(t, x.code, r.code(), name)
		require.Contains(t, r.firstError(), x.text, name)
		got := ""
		if f := r.Result.ResponseStatus.Errors[0].FieldName; f != nil {
			got = *f
		}
		require.Equal(t, x.field, got, name)
	}
	require.Empty(t, c.s.Records("BD_Customer"))

	verify := obj{"Model": with("FTRADINGCURRID", ref("PRE999")), "IsVerifyBaseDataField": "true"}
	require.Contains(t, c.envelope("Save", "BD_Customer", verify).firstError(), "PRE999")
	verify["IsVerifyBaseDataField"] = false
	require.True(t, c.envelope("Save", "BD_Customer", verify).Result.ResponseStatus.IsSuccess, "the field becomes empty")
	require.Equal(t, [][]any{{json.Number("0")}}, c.query(obj{"FormId": "BD_Customer", "FieldKeys": "FTRADINGCURRID"}))
	loose := obj{"Model": obj{"FNumber": "C2"}, "ValidateFlag": "false"}
	require.True(t, c.envelope("Save", "BD_Customer", loose).Result.ResponseStatus.IsSuccess)
}

func TestBatchSaveIsRowByRow(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.Seed("BD_Customer", obj{"FNumber": "C3", "FName": "旧"})
	c.s.Refuse("BD_Customer", "C4", "FName", "名称不合规")
	model := list{customer("C1", "甲"), customer("C2", ""), customer("C3", "丙"), customer("C4", "丁"), customer("C5", "戊"), customer("C1", "重")}
	r := c.envelope("BatchSave", "BD_Customer", obj{"Model": model, "IsAutoSubmitAndAudit": true})
	st := r.Result.ResponseStatus
	require.False(t, st.IsSuccess)
	require.Equal(t, codeInvalid, r.code())
	require.Nil(t, r.Result.Id)
	require.Equal(t, []string{"C1", "C5"}, r.numbers())
	require.Equal(t, 4, *st.SuccessEntitys[1].DIndex)
	var failed []int
	for _, e := range st.Errors {
		failed = append(failed, *e.DIndex)
	}
	require.Equal(t, []int{1, 2, 3, 5}, failed)
	require.Equal(t, "名称不合规", st.Errors[2].Message)
	require.Equal(t, list{obj{}, obj{}}, r.Result.NeedReturnData)
	got, _ := c.s.Record("BD_Customer", "C5")
	require.Equal(t, "C", got.Status)
	require.Equal(t, 1, got.Saves)

	c.s.Refuse("BD_Customer", "C4", "", "")
	c.s.RefuseUnnamed("BD_Customer", "C6")
	r = c.envelope("BatchSave", "BD_Customer", obj{"Model": list{customer("C4", "丁"), customer("C6", "己")}})
	require.False(t, r.Result.ResponseStatus.IsSuccess)
	require.Len(t, r.Result.ResponseStatus.Errors, 1)
	require.Nil(t, r.Result.ResponseStatus.Errors[0].DIndex)
	require.Empty(t, r.Result.ResponseStatus.SuccessEntitys)
	_, stored := c.s.Record("BD_Customer", "C4")
	require.False(t, stored)
	require.False(t, c.envelope("Save", "BD_Customer", obj{"Model": customer("C6", "己")}).Result.ResponseStatus.IsSuccess)
	require.True(t, c.envelope("Save", "BD_Customer", obj{"Model": customer("C4", "丁")}).Result.ResponseStatus.IsSuccess)
}

func TestBatchCountCountsInShares(t *testing.T) {
	t.Parallel()
	c := start(t)
	var model list
	for i := range 5 {
		model = append(model, customer(fmt.Sprint("C", i), "甲"))
	}
	r := c.envelope("BatchSave", "BD_Customer", obj{"Model": model, "BatchCount": 2})
	var index []int
	for _, e := range r.Result.ResponseStatus.SuccessEntitys {
		index = append(index, *e.DIndex)
	}
	require.Equal(t, []int{0, 1, 2, 0, 1}, index)
}

func order(number string, lines ...any) json.RawMessage {
	return orderOf("2025-03-07", number, lines...)
}

func orderOf(day, number string, lines ...any) json.RawMessage {
	return ordered(
		"FBillTypeID", obj{"FNUMBER": "XSDD01_SYS"}, "FDate", day, "FSaleOrgId", ref("100"), "FCustId", ref("C1"),
		"FSalerId", ref("S1"), "FBillNo", number, "FSaleOrderFinance", obj{"FSettleCurrId": ref("PRE001")},
		"FSaleOrderEntry", lines,
	)
}

func line(material, qty string) obj {
	return obj{
		"FMaterialId": ref(material), "FUnitID": ref("Pcs"), "FQty": qty, "FDeliveryDate": "2025-03-08 09:00:00",
		"FSettleOrgIds": ref("100"),
	}
}

func TestLinesOfBills(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.Seed("BD_Customer", obj{"FNumber": "C1", "FName": "甲", "FCreateOrgId": "100"})
	c.s.Seed("BD_MATERIAL", obj{"FNumber": "M1", "FName": "螺丝"}, obj{"FNumber": "M2", "FName": "螺母", "FSpecification": "M8"})
	bad := c.envelope("Save", "SAL_SaleOrder", obj{"Model": order("", line("M9", "1"), obj{})})
	require.Contains(t, bad.firstError(), "单据体实体【明细信息】第【1】行分录，【物料编码】字段必录")
	require.Equal(t, codeInvalid, c.envelope("Save", "SAL_SaleOrder", obj{"Model": order("", line("M1", "many"))}).code())
	badDate := orderOf("soon", "")
	require.Contains(t, c.envelope("Save", "SAL_SaleOrder", obj{"Model": badDate}).firstError(), "日期格式")

	r := c.envelope("Save", "SAL_SaleOrder", obj{
		"Model":            order("", line("M1", "100.0000000000"), line("M2", "2.50")),
		"NeedReturnFields": list{"FBillNo", "FSaleOrderEntry.FEntryID", "FSaleOrderEntry.FQty"},
	})
	require.True(t, r.Result.ResponseStatus.IsSuccess, r.firstError())
	number := r.Result.Number.(string)
	require.Equal(t, "SALE000001", number)
	back := r.Result.NeedReturnData.(list)[0].(obj)
	require.Equal(t, number, back["FBillNo"])
	require.Len(t, back["FSaleOrderEntry"], 2)

	read := func() [][]any {
		return c.query(obj{
			"FormId":      "SAL_SaleOrder",
			"FieldKeys":   "FBillNo,FCustId.FName,FSaleOrderEntry_FEntryID,FMaterialId.FNumber,FMaterialId.FSpecification,FQty,FDate,FSettleCurrId.FNumber,FPrice",
			"OrderString": "FSaleOrderEntry_FEntryID DESC",
		})
	}
	rows := read()
	require.Len(t, rows, 2)
	require.Equal(t, list{number, "甲", rows[0][2], "M2", "M8", json.Number("2.50"), "2025-03-07T00:00:00", "PRE001", json.Number("0")}, rows[0])
	require.Equal(t, json.Number("100.0000000000"), rows[1][5])
	kept, dropped := rows[0][2], rows[1][2]

	changed := obj{"FEntryID": kept, "FQty": "7"}
	update := obj{"Model": obj{"FID": r.Result.Id, "FSaleOrderEntry": list{changed, line("M1", "1")}}, "IsDeleteEntry": "false"}
	require.True(t, c.envelope("Save", "SAL_SaleOrder", update).Result.ResponseStatus.IsSuccess)
	require.Len(t, read(), 3)
	update["IsDeleteEntry"] = true
	update["NeedUpDateFields"] = list{"FSaleOrderEntry", "FQty"}
	update["Model"] = obj{"FID": r.Result.Id, "FNote": "ignored", "FSaleOrderEntry": list{obj{"FEntryID": kept, "FQty": 8, "FPrice": 9}}}
	require.True(t, c.envelope("Save", "SAL_SaleOrder", update).Result.ResponseStatus.IsSuccess)
	rows = read()
	require.Len(t, rows, 1)
	require.Equal(t, kept, rows[0][2])
	require.NotEqual(t, dropped, rows[0][2])
	require.Equal(t, list{json.Number("8"), json.Number("0")}, list{rows[0][5], rows[0][8]})
	require.Equal(t, [][]any{{" ", nil}}, c.query(obj{"FormId": "SAL_SaleOrder", "FieldKeys": "FNote,F_Unheard"}))
}

func TestDraftsAndOldServers(t *testing.T) {
	t.Parallel()
	c := start(t, WithoutMsgCode())
	r := c.envelope("Draft", "BD_Customer", obj{"Model": obj{"FName": "甲"}})
	require.True(t, r.Result.ResponseStatus.IsSuccess)
	require.Nil(t, r.Result.Number)
	require.Nil(t, r.Result.ResponseStatus.MsgCode)
	require.Nil(t, r.Result.ResponseStatus.SuccessEntitys[0].DIndex)
	require.Equal(t, "Z", c.s.Records("BD_Customer")[0].Status)
	bad := c.envelope("Save", "BD_Customer", obj{"Model": obj{"FCUSTID": r.Result.Id}})
	require.Equal(t, -1, bad.code())
	require.Empty(t, bad.Result.Id)
	require.NotNil(t, bad.Result.Id)
	require.Nil(t, bad.Result.ResponseStatus.Errors[0].DIndex)

	model := customer("C1", "甲")
	model["FCUSTID"] = r.Result.Id
	require.True(t, c.envelope("Save", "BD_Customer", obj{"Model": model}).Result.ResponseStatus.IsSuccess)
	require.Equal(t, "A", c.s.Records("BD_Customer")[0].Status)
	c.session = ""
	lost := c.envelope("Save", "BD_Customer", obj{"Model": model})
	require.Equal(t, "会话信息已丢失，请重新登录", lost.firstError())
	require.Equal(t, -1, lost.code())
}

func TestFormsOfTheTest(t *testing.T) {
	t.Parallel()
	c := start(t, WithForms(Form{
		ID: "PAEZ_Thing", Key: "FKey", Number: "FCode", Name: "FTitle", KeyText: true,
		Required: []string{"FTitle", "FOwner{}"}, Fields: []string{"FWeight#", "FInfo.*", "FRows[]"},
	}))
	model := obj{
		"FTitle": "甲", "FOwner": obj{"FUserID": "7"}, "FWeight": "1.50", "FCode": 12,
		"FInfo": obj{"F_a": 1, "FAnything": "x"}, "FRows": list{obj{"FNote": "n", "F_b": true}},
	}
	r := c.envelope("Save", "PAEZ_Thing", obj{"Model": model})
	require.True(t, r.Result.ResponseStatus.IsSuccess, r.firstError())
	id := r.Result.Id.(string)
	require.Equal(t, "12", r.Result.Number)
	rows := c.query(obj{"FormId": "PAEZ_Thing", "FieldKeys": "FKey,FWeight,F_a,FAnything,FNote,F_b,FOwner.FUserID,FRows_FEntryID"})
	require.Len(t, rows, 1)
	require.Equal(t, list{id, json.Number("1.50"), json.Number("1"), "x", "n", true, "7"}, rows[0][:7])
	require.Equal(t, []string{"12"}, c.envelope("Submit", "PAEZ_Thing", obj{"Ids": id}).numbers())
	require.Panics(t, func() { c.s.Seed("Nothing", obj{}) })
	require.Panics(t, func() { c.s.Seed("PAEZ_Thing", obj{"FNope": 1}) })
	require.Panics(t, func() { c.s.Seed("PAEZ_Thing", obj{"FTitle": func() {}}) })
}
