package dingtalktest

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadingFormDiffersFromWritingForm(t *testing.T) {
	t.Parallel()
	r := start(t)
	vendor := arr{obj{"appType": r.s.AppType(), "formUuid": DemoPlainForm, "formType": "receipt", "instanceId": "FINST-1", "title": "供应商甲", "subTitle": ""}}
	address := obj{"address": "示例路1号", "regionIds": arr{330000, 330100}, "regionText": arr{obj{"zh_CN": "浙江省", "en_US": "Zhejiang"}, obj{"zh_CN": "杭州市", "en_US": "Hangzhou"}}}
	photo := arr{obj{"name": "a.png", "url": "/ossFileHandle?a=1&b=2", "downloadUrl": "/d", "previewUrl": "/p", "size": 3}}
	id := r.saveStock(obj{
		"textField_sku": "A & B", "numberField_qty": json.Number("12.50"), "rateField_grade": 4, "radioField_kind": "metal", "selectField_unit": "other",
		"checkboxField_tags": arr{"new", "x"}, "cascadeSelectField_place": arr{"A", "A1"}, "dateField_due": json.Number("1767225600000"),
		"cascadeDateField_span": arr{"1514736000000", ""}, "employeeField_keeper": arr{DemoUser, "user100"}, "departmentSelectField_dept": arr{"483524872"},
		"countrySelectField_from": arr{obj{"value": "CN"}}, "addressField_at": address, "imageField_photo": photo, "associationFormField_vendor": vendor,
		"digitalSignatureField_sign": "https://s", "linkField_site": arr{obj{"link": "https://x", "text": "x"}},
		"tableField_lines": arr{obj{"textField_colour": "红", "numberField_pieces": 3}, obj{"textField_colour": ""}},
	})
	require.True(t, strings.HasPrefix(id, "FINST-"))
	got := r.stock(id)
	serial := got["serialNumberField_no"]
	require.NotEmpty(t, serial)
	quoted := got["associationFormField_vendor_id"].(string)
	var once string
	require.NoError(t, json.Unmarshal([]byte(quoted), &once))
	require.JSONEq(t, formJSON(vendor), once, "encoded twice")
	require.JSONEq(t, formJSON(photo), got["imageField_photo"].(string))
	require.Contains(t, got["imageField_photo"], "a=1&b=2")
	require.JSONEq(t, formJSON(address), got["addressField_at"].(string))
	for _, k := range []string{"associationFormField_vendor_id", "imageField_photo", "addressField_at", "serialNumberField_no", "linkField_site"} {
		delete(got, k)
	}
	require.Equal(t, obj{
		"textField_sku": "A & B", "textareaField_note": "", "numberField_qty": json.Number("12.5"), "numberField_qty_value": "12.5",
		"rateField_grade": json.Number("4"), "rateField_grade_value": "4", "radioField_kind": "五金", "radioField_kind_id": "metal",
		"selectField_unit": "other", "selectField_unit_id": "other", "checkboxField_tags": arr{"新品", "x"}, "checkboxField_tags_id": arr{"new", "x"},
		"cascadeSelectField_place": arr{"A", "A1"}, "cascadeSelectField_place_id": arr{"A", "A1"}, "dateField_due": json.Number("1767225600000"),
		"cascadeDateField_span": arr{"1514736000000", ""}, "employeeField_keeper": arr{"周岚", "吴桐"}, "employeeField_keeper_id": arr{DemoUser, "user100"},
		"departmentSelectField_dept": arr{"市场部"}, "departmentSelectField_dept_id": arr{"483524872"}, "countrySelectField_from": arr{"中国"},
		"countrySelectField_from_id": arr{"CN"}, "addressField_at_id": `"浙江省杭州市示例路1号"`, "digitalSignatureField_sign": "https://s", "editorField_text": "",
		"tableField_lines": arr{
			obj{"textField_colour": "红", "numberField_pieces": json.Number("3"), "numberField_pieces_value": "3"},
			obj{"textField_colour": "", "numberField_pieces_value": ""},
		},
	}, got)

	aliased := r.get("/v2.0/yida/forms/instances/"+id, obj{"useAlias": true, "formUuid": DemoPlainForm, "language": "en_US"})["formData"].(obj)
	require.Equal(t, json.Number("12.5"), aliased["Qty"])
	require.Equal(t, "12.5", aliased["numberField_qty_value"], "companions keep the raw id")
	require.Equal(t, "Hardware", aliased["Kind"])
	require.NotContains(t, aliased, "textField_sku")
	require.Equal(t, "红", aliased["Lines"].(arr)[0].(obj)["Colour"])
	require.Equal(t, 1, r.s.Created(DemoPlainForm, "textField_sku", "A & B"))
}

func TestAnEmptyRowShowsWhatThePlatformShows(t *testing.T) {
	t.Parallel()
	r := start(t)
	got := r.stock(r.saveStock(obj{"textField_sku": "E", "numberField_qty": "", "employeeField_keeper": arr{}}))
	delete(got, "serialNumberField_no")
	require.Equal(t, obj{"textField_sku": "E", "textareaField_note": "", "editorField_text": "", "numberField_qty_value": "", "rateField_grade_value": ""}, got)
}

func TestBigNumbersLoseDigits(t *testing.T) {
	t.Parallel()
	r := start(t)
	got := r.stock(r.saveStock(obj{"textField_sku": "E", "numberField_qty": json.Number("179997318850453161")}))
	require.Equal(t, "179997318850453150", got["numberField_qty_value"])
	r.denied(codeDigits, "/v2.0/yida/forms/instances", obj{"formUuid": DemoPlainForm, "formDataJson": `{"textField_sku":"E","numberField_qty":1e999}`})
}

func TestIDsHoldTheTimeOfCreation(t *testing.T) {
	t.Parallel()
	r := start(t)
	id := r.saveStock(obj{"textField_sku": "E"})
	stamp := []byte(id[len(id)-11 : len(id)-3])
	for i, j := 0, len(stamp)-1; i < j; i, j = i+1, j-1 {
		stamp[i], stamp[j] = stamp[j], stamp[i]
	}
	ms, err := strconv.ParseInt(strings.ToLower(string(stamp)), 36, 64)
	require.NoError(t, err)
	require.Equal(t, noon.UnixMilli(), ms)
	page := r.post("/v2.0/yida/forms/instances/advances/queryAll", obj{"formUuid": DemoPlainForm, "searchCondition": eq("textField_sku", "E")})
	row := page["data"].(arr)[0].(obj)
	require.Equal(t, "2026-09-16T12:00Z", row["createTimeGMT"], "Beijing time with a false Z, to the minute")
}

func TestValuesOfTheWrongType(t *testing.T) {
	t.Parallel()
	r := start(t)
	long := strings.Repeat("长", 256)
	tooMany := `[` + strings.TrimSuffix(strings.Repeat(`{},`, 501), ",") + `]`
	for data, code := range map[string]string{
		`{"textField_sku":5}`:                             codeBadData,
		`{"numberField_qty":"12"}`:                        codeNotNumber,
		`{"numberField_qty":true}`:                        codeNotNumber,
		`{"rateField_grade":1.5}`:                         codeBadData,
		`{"radioField_kind":["metal"]}`:                   codeBadData,
		`{"radioField_kind":"` + long + `"}`:              codeOption,
		`{"checkboxField_tags":"new"}`:                    codeNotObjects,
		`{"multiSelectField_areas":[1]}`:                  codeBadData,
		`{"cascadeSelectField_place":"A"}`:                codeNotObjects,
		`{"dateField_due":"2026-01-01"}`:                  codeNotNumber,
		`{"dateField_due":1.5}`:                           codeBadData,
		`{"cascadeDateField_span":[1514736000000,15]}`:    codeBadData,
		`{"cascadeDateField_span":["1"]}`:                 codeBadData,
		`{"cascadeDateField_span":["a","b"]}`:             codeBadData,
		`{"employeeField_keeper":"manager123"}`:           codeNotObjects,
		`{"employeeField_keeper":["周岚"]}`:                 codeNoUser,
		`{"departmentSelectField_dept":[483524872]}`:      codeBadData,
		`{"departmentSelectField_dept":["5"]}`:            codeBadData,
		`{"countrySelectField_from":["CN"]}`:              codeNotObjects,
		`{"addressField_at":"x"}`:                         codeBadData,
		`{"addressField_at":{"regionIds":["1"]}}`:         codeBadData,
		`{"addressField_at":{"regionIds":[1]}}`:           codeBadData,
		`{"citySelectField_city":[1]}`:                    codeBadData,
		`{"linkField_site":"x"}`:                          codeNotObjects,
		`{"imageField_photo":"[]"}`:                       codeNotObjects,
		`{"imageField_photo":[5]}`:                        codeBadData,
		`{"attachmentField_docs":[{"name":"a"}]}`:         codeBadData,
		`{"associationFormField_vendor":[{"title":"x"}]}`: codeBadData,
		`{"associationFormField_vendor":[{"appType":"A","formUuid":"F","formType":"form","instanceId":"I","title":"t"}]}`: codeBadData,
		`{"associationFormField_vendor":"x"}`:               codeNotObjects,
		`{"tableField_lines":"x"}`:                          codeNotObjects,
		`{"tableField_lines":["x"]}`:                        codeNotObjects,
		`{"tableField_lines":[5]}`:                          codeBadData,
		`{"tableField_lines":[{"textField_sku":"x"}]}`:      codeComponent,
		`{"tableField_lines":[{"numberField_pieces":"3"}]}`: codeNotNumber,
		`{"tableField_lines":` + tooMany + `}`:              codeArray,
		`{"serialNumberField_no":"1"}`:                      codeBadData,
		`{"textField_none":"x"}`:                            codeComponent,
		`{"Sku":"x"}`:                                       codeComponent,
		`{"textareaField_note":null}`:                       codeBadData,
		`{"textareaField_note":"no code"}`:                  codeRules,
		`{}`:                                                codeBlank,
		`[]`:                                                codeFormat,
		`{"textField_sku":"x"`:                              codeFormat,
		`{"textField_sku":"x"} {}`:                          codeFormat,
	} {
		status, answer := r.send("POST", "/v2.0/yida/forms/instances", nil, r.yida(obj{"formUuid": DemoPlainForm, "formDataJson": data}))
		require.Equal(t, code, answer["code"], "%s: %v", data, answer)
		require.Equal(t, 400, status)
	}
	status, answer := r.send("POST", "/v2.0/yida/forms/instances", nil, r.yida(obj{"formUuid": DemoPlainForm, "formDataJson": obj{"textField_sku": "x"}}))
	r.refused(400, codeFormat, status, answer)
	require.Empty(t, r.s.Effects())

	lenient := start(t, WithUnknownComponentsIgnored())
	require.Equal(t, "x", lenient.stock(lenient.saveStock(obj{"textField_sku": "x", "textField_none": "y"}))["textField_sku"])
}

func TestWhoMayDoWhatWhere(t *testing.T) {
	t.Parallel()
	other := App{Type: "APP_OTHER", Token: "OTHERTOKEN"}
	r := start(t, WithApps(defaultConfig().apps[0], other))
	r.s.AddUser(User{ID: "poor", Name: "甲", NoYida: true})
	r.s.AddUser(User{ID: "barred", Name: "乙"})
	foreign := r.s.AddForm(Form{App: other.Type, Title: "外", Components: []Component{{ID: "textField_a"}}})
	barred := r.s.AddForm(Form{Title: "禁", Components: []Component{{ID: "textField_a"}}, Denied: []string{"barred"}})
	const path = "/v2.0/yida/forms/instances"
	row := func(more obj) obj {
		out := obj{"formUuid": barred, "formDataJson": `{"textField_a":"x"}`}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	for _, c := range []struct {
		code string
		more obj
	}{
		{codeEmpty, obj{"appType": nil}}, {codeEmpty, obj{"systemToken": ""}}, {codeEmpty, obj{"userId": nil}}, {codeEmpty, obj{"formUuid": ""}},
		{codeEmpty, obj{"formDataJson": ""}}, {codeNoApp, obj{"appType": "APP_NONE"}}, {codeAppToken, obj{"systemToken": "x"}},
		{codeAppToken, obj{"systemToken": other.Token}}, {codeNoUser, obj{"userId": "nobody"}}, {codeNoAccount, obj{"userId": "poor"}},
		{codeDenied, obj{"userId": "barred"}}, {codeNoForm, obj{"formUuid": "FORM-NONE"}}, {codeOtherForm, obj{"formUuid": foreign}},
		{codeFormat, obj{"language": 5}}, {codeFormat, obj{"useAlias": "true"}}, {codeProcess, obj{"formUuid": DemoForm}},
	} {
		r.denied(c.code, path, row(c.more))
	}
	status, answer := r.send("POST", path, nil, `{"appType":`)
	r.refused(400, codeFormat, status, answer)
	null := r.yida(row(nil))
	null["language"] = nil
	status, answer = r.send("POST", path, nil, null)
	r.refused(400, codeFormat, status, answer)
	r.post(path, row(nil))
	r.post(path, row(obj{"appType": other.Type, "systemToken": other.Token, "formUuid": foreign}))

	strict := start(t, WithStrictFields(), WithYidaStatus(500), WithAccessKeyNotMatch())
	status, answer = strict.send("POST", path, nil, strict.yida(obj{"userId": "nobody", "formUuid": DemoForm, "formDataJson": "{}"}))
	strict.refused(500, codeNoUser, status, answer)
	status, answer = strict.send("POST", path, nil, strict.yida(obj{"systemToken": "x", "formUuid": DemoForm, "formDataJson": "{}"}))
	strict.refused(400, codeKeyMatch, status, answer)
	strict.denied(codeFormat, path, obj{"formUuid": DemoPlainForm, "formDataJson": `{"textField_sku":"x"}`, "formDatajson": ""})
	strict.saveStock(obj{"textField_sku": "x"})
}

func TestUpdateAndDelete(t *testing.T) {
	t.Parallel()
	r := start(t)
	id := r.saveStock(obj{"textField_sku": "U", "textareaField_note": "n", "tableField_lines": arr{obj{"textField_colour": "红"}}})
	r.clock.move(time.Minute)
	void := r.put("/v2.0/yida/forms/instances", obj{"formInstanceId": id, "updateFormDataJson": `{"numberField_qty":2,"tableField_lines":[]}`})
	require.Nil(t, void, "an empty body")
	void = r.put("/v2.0/yida/forms/instances", obj{"formInstanceId": id, "updateFormDataJson": `{"Qty":3}`, "useAlias": true, "formUuid": DemoPlainForm, "useLatestVersion": true})
	require.Equal(t, obj{}, void, "or an empty object")
	answer := r.get("/v1.0/yida/forms/instances/"+id, nil)
	require.Equal(t, id, answer["formInstId"])
	require.Equal(t, "2026-09-16T12:01Z", answer["modifiedTimeGMT"])
	require.Equal(t, "对接演示有限公司", answer["originator"].(obj)["departmentName"])
	got := answer["formData"].(obj)
	require.Equal(t, []any{"n", "3"}, []any{got["textareaField_note"], got["numberField_qty_value"]}, "absent members are not touched")
	require.NotContains(t, got, "tableField_lines", "a table is replaced as a whole")

	status, refusal := r.send("PUT", "/v2.0/yida/forms/instances", nil, r.yida(obj{"formInstanceId": id, "updateFormDataJson": `{"Qty":3}`, "useAlias": true}))
	r.refused(400, codeEmpty, status, refusal)
	status, refusal = r.send("PUT", "/v2.0/yida/forms/instances", nil, r.yida(obj{"formInstanceId": id, "updateFormDataJson": `{"textField_sku":""}`}))
	r.refused(400, codeRules, status, refusal)
	status, refusal = r.send("PUT", "/v2.0/yida/forms/instances", nil, r.yida(obj{"formInstanceId": "FINST-X", "updateFormDataJson": `{"numberField_qty":2}`}))
	r.refused(400, codeNoRow, status, refusal)

	status, _ = r.send("DELETE", "/v1.0/yida/forms/instances", values(r.yida(obj{"formInstanceId": id})), nil)
	require.Equal(t, 200, status)
	status, refusal = r.send("DELETE", "/v1.0/yida/forms/instances", values(r.yida(obj{"formInstanceId": id})), nil)
	r.refused(400, codeNoRow, status, refusal)
	status, refusal = r.send("GET", "/v2.0/yida/forms/instances/"+id, values(r.yida(nil)), nil)
	r.refused(400, codeNoRow, status, refusal)
	kinds := []EffectKind{}
	for _, e := range r.s.Effects() {
		require.Equal(t, id, e.ID)
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []EffectKind{Created, Updated, Updated, Deleted}, kinds)
}

func TestInsertOrUpdate(t *testing.T) {
	t.Parallel()
	r := start(t)
	up := func(sku string, note any) arr {
		return r.post("/v2.0/yida/forms/instances/insertOrUpdate", obj{
			"formUuid": DemoPlainForm, "searchCondition": eq("textField_sku", sku), "formDataJson": formJSON(obj{"textField_sku": sku, "textareaField_note": note}), "env": "vpc",
		})["result"].(arr)
	}
	first := up("I-1", "a")
	require.Equal(t, first, up("I-1", "b"))
	require.Len(t, up("KC-0001", "c"), 1)
	second := r.saveStock(obj{"textField_sku": "I-1"})
	require.Equal(t, arr{first[0], second}, up("I-1", "all"), "all matches are updated")
	require.Equal(t, "all", r.stock(second)["textareaField_note"])
	require.Equal(t, 2, r.s.Created(DemoPlainForm, "textField_sku", "I-1"))
	r.denied(codeSearch, "/v2.0/yida/forms/instances/insertOrUpdate", obj{"formUuid": DemoPlainForm, "searchCondition": `{"textField_sku":"x"}`, "formDataJson": `{"textField_sku":"x"}`})
	r.denied(codeParameter, "/v2.0/yida/forms/instances/insertOrUpdate", obj{"formUuid": DemoPlainForm, "searchCondition": eq("textField_sku", "x"), "formDataJson": `{"textField_sku":"x"}`, "env": "moon"})
	r.denied(codeProcess, "/v2.0/yida/forms/instances/insertOrUpdate", obj{"formUuid": DemoForm, "searchCondition": eq("textField_lq23ags2", "x"), "formDataJson": `{"textField_lq23ags2":"x"}`})
	r.post("/v2.0/yida/forms/instances/insertOrUpdate", obj{
		"formUuid": DemoPlainForm, "searchCondition": eq("Sku", "I-9"), "formDataJson": `{"Note":"no code"}`, "useAlias": true, "noExecuteExpression": true,
	})
}

func TestIndexLag(t *testing.T) {
	t.Parallel()
	r := start(t, WithIndexLag(3*time.Second))
	id := r.saveStock(obj{"textField_sku": "L-1", "numberField_qty": 1})
	require.Empty(t, r.found(eq("textField_sku", "L-1"), nil))
	require.Equal(t, "L-1", r.stock(id)["textField_sku"], "by id at once")
	r.clock.move(2999 * time.Millisecond)
	require.Empty(t, r.found(eq("textField_sku", "L-1"), nil))
	r.clock.move(time.Millisecond)
	require.Equal(t, []string{id}, r.found(eq("textField_sku", "L-1"), nil))
	r.put("/v2.0/yida/forms/instances", obj{"formInstanceId": id, "updateFormDataJson": `{"textField_sku":"L-2"}`})
	require.Equal(t, []string{id}, r.found(eq("textField_sku", "L-1"), nil), "the index still has the old row")
	r.s.FlushIndex()
	require.Empty(t, r.found(eq("textField_sku", "L-1"), nil))
	require.Equal(t, []string{id}, r.found(eq("textField_sku", "L-2"), nil))
	r.send("DELETE", "/v1.0/yida/forms/instances", values(r.yida(obj{"formInstanceId": id})), nil)
	require.Equal(t, []string{id}, r.found(eq("textField_sku", "L-2"), nil))
	r.clock.move(3 * time.Second)
	require.Empty(t, r.found(eq("textField_sku", "L-2"), nil))

	for _, c := range []struct {
		opts []Option
		want int
	}{{nil, 2}, {[]Option{WithExactUpsert()}, 1}} {
		r := start(t, append(c.opts, WithIndexLag(time.Second))...)
		for range 2 {
			r.post("/v2.0/yida/forms/instances/insertOrUpdate", obj{"formUuid": DemoPlainForm, "searchCondition": eq("textField_sku", "L"), "formDataJson": `{"textField_sku":"L"}`})
		}
		require.Equal(t, c.want, r.s.Created(DemoPlainForm, "textField_sku", "L"))
	}
}

func TestSubTables(t *testing.T) {
	t.Parallel()
	r := start(t)
	lines := arr{}
	for i := range 120 {
		lines = append(lines, obj{"textField_colour": strconv.Itoa(i)})
	}
	id := r.saveStock(obj{"textField_sku": "T", "tableField_lines": lines})
	path := "/v1.0/yida/forms/innerTables/" + id
	base := obj{"formUuid": DemoPlainForm, "tableFieldId": "tableField_lines"}
	page := func(number, size int) obj {
		base["pageNumber"], base["pageSize"], base["needRowId"] = number, size, true
		return r.get(path, base)
	}
	last := page(3, 50)
	require.Equal(t, json.Number("120"), last["totalCount"])
	require.Len(t, last["data"], 20)
	row := last["data"].(arr)[0].(obj)
	require.Equal(t, "100", row["textField_colour"])
	require.Empty(t, page(4, 50)["data"])
	base["pageSize"] = 51
	status, answer := r.send("GET", path, values(r.yida(base)), nil)
	r.refused(400, codeRange, status, answer)

	change := obj{"formInstanceId": id, "tableFieldId": "tableField_lines", "updateSubTableDataJson": formJSON(arr{obj{"rowId": row["rowId"], "numberField_pieces": 7}})}
	require.Equal(t, true, r.post("/v2.0/yida/forms/updateSubTableByRowId", change)["result"])
	row = page(3, 50)["data"].(arr)[0].(obj)
	require.Equal(t, []any{"100", "7"}, []any{row["textField_colour"], row["numberField_pieces_value"]})
	change["updateSubTableDataJson"] = `[{"rowId":"none","numberField_pieces":7}]`
	r.denied(codeParameter, "/v2.0/yida/forms/updateSubTableByRowId", change)
	change["tableFieldId"] = "textField_sku"
	r.denied(codeComponent, "/v2.0/yida/forms/updateSubTableByRowId", change)

	whole := obj{"formInstanceId": id, "tableFieldIds": "tableField_lines", "updateFormDataJson": `{"tableField_lines":[{"textField_colour":"新"}]}`}
	require.Equal(t, true, r.post("/v2.0/yida/forms/updateSubTable", whole)["result"])
	require.Len(t, r.stock(id)["tableField_lines"], 1)
	whole["updateFormDataJson"] = `{"textField_sku":"x"}`
	r.denied(codeParameter, "/v2.0/yida/forms/updateSubTable", whole)

	all := r.post("/v1.0/yida/forms/instances/advances/queryAll", obj{"formUuid": DemoPlainForm, "searchCondition": eq("textField_sku", "T")})["data"].(arr)[0].(obj)
	require.Contains(t, all["formData"], "tableField_lines")
	plain := r.post("/v1.0/yida/forms/instances/advances/query", obj{"formUuid": DemoPlainForm, "searchCondition": eq("textField_sku", "T")})["data"].(arr)[0].(obj)
	require.NotContains(t, plain["formData"], "tableField_lines")
	in, _ := r.s.Instance(DemoPlainForm, id)
	require.Equal(t, arr{obj{"textField_colour": "新"}}, in.Values["tableField_lines"])
}

func TestInstanceValue(t *testing.T) {
	t.Parallel()
	r := start(t)
	id := r.saveStock(obj{"textField_sku": "V", "numberField_qty": 1.75, "employeeField_keeper": arr{DemoUser}, "tableField_lines": arr{obj{"textField_colour": "红"}}})
	row := r.post("/v1.0/yida/forms/instances/ids/query", obj{"formUuid": DemoPlainForm, "formInstanceIdList": arr{id}, "needFormInstanceValue": true})["result"].(arr)[0].(obj)
	var cells []map[string]any
	require.NoError(t, json.Unmarshal([]byte(row["instanceValue"].(string)), &cells))
	by := obj{}
	for _, c := range cells {
		by[c["fieldId"].(string)] = c["fieldData"]
	}
	require.Equal(t, obj{"value": "1.75"}, by["numberField_qty"])
	require.Equal(t, obj{}, by["selectField_unit"])
	require.Equal(t, obj{"value": nil}, by["dateField_due"])
	require.Equal(t, DemoUser, by["employeeField_keeper"].(obj)["value"].(arr)[0].(obj)["key"])
	require.EqualValues(t, 1, by["tableField_lines"].(obj)["totalCount"])
	var title map[string]string
	require.NoError(t, json.Unmarshal([]byte(row["title"].(string)), &title))
	require.Equal(t, "周岚发起的库存台账", title["zh_CN"])
}
