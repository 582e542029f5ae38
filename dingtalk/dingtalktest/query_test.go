package dingtalktest

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bare is a rig without rows of the demo in the plain form.
func bare(t *testing.T, opts ...Option) *rig {
	t.Helper()
	r := start(t, opts...)
	for _, in := range r.s.Instances(DemoPlainForm) {
		r.s.Remove(DemoPlainForm, in.ID)
	}
	return r
}

func TestSearchByObject(t *testing.T) {
	t.Parallel()
	r := bare(t)
	r.s.Seed(DemoPlainForm,
		Row{"textField_sku": "A-1", "numberField_qty": 5, "dateField_due": 1000, "radioField_kind": "metal", "checkboxField_tags": arr{"new", "sale"},
			"employeeField_keeper": arr{DemoUser, "user100"}, "departmentSelectField_dept": arr{"483524872"}, "cascadeSelectField_place": arr{"A", "A1"},
			"cascadeDateField_span": arr{"100", "200"}, "tableField_lines": arr{obj{"textField_colour": "深红"}}},
		Row{"textField_sku": "A-12", "numberField_qty": 50, "dateField_due": 2000, "radioField_kind": "paper", "checkboxField_tags": arr{"new"}, "employeeField_keeper": arr{"user100", DemoUser}})
	for search, want := range map[string][]string{
		`{"textField_sku":"A-1"}`:                           {"A-1", "A-12"},
		`{"textField_sku":"A-1","radioField_kind":"metal"}`: {"A-1"},
		`{"numberField_qty":["5","49"]}`:                    {"A-1"},
		`{"numberField_qty":["50","50"]}`:                   {"A-12"},
		`{"dateField_due":[1500,2000]}`:                     {"A-12"},
		`{"checkboxField_tags":["sale"]}`:                   {"A-1"},
		`{"employeeField_keeper":["user100","manager123"]}`: {"A-12"},
		`{"departmentSelectField_dept":"483524872"}`:        {"A-1"},
		`{"departmentSelectField_dept":483524872}`:          {"A-1"},
		`{"cascadeSelectField_place":["A","A1"]}`:           {"A-1"},
		`{"cascadeSelectField_place":["A"]}`:                nil,
		`{"cascadeDateField_span":[[100,150],[200,200]]}`:   {"A-1"},
		`{"tableField_lines":"红"}`:                          {"A-1"},
		`{"textField_colour":"红"}`:                          {"A-1"},
	} {
		require.ElementsMatch(t, want, r.skus(search, nil), search)
	}
	for search, code := range map[string]string{
		`{}`: codeNoValues, `{"textField_sku":""}`: codeNoValues, `{"textField_none":"x"}`: codeSearch, `{"numberField_qty":5}`: codeSearch, `{`: codeSearch, `5`: codeSearch,
		`{"editorField_text":"x"}`: codeSearch, `{"employeeField_keeper":"manager123"}`: codeSearch,
	} {
		r.denied(code, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "searchFieldJson": search})
	}
}

func cond(key, value, kind, operator, component string) string {
	return `[{"key":"` + key + `","value":` + value + `,"type":"` + kind + `","operator":"` + operator + `","componentName":"` + component + `"}]`
}

func TestSearchByConditions(t *testing.T) {
	t.Parallel()
	r := bare(t)
	address := obj{"address": "示例路1号", "regionIds": arr{330000, 330100}, "regionText": arr{}}
	r.s.Seed(DemoPlainForm, Row{
		"textField_sku": "A", "numberField_qty": 5, "dateField_due": 1000, "radioField_kind": "metal", "checkboxField_tags": arr{"new", "sale"}, "addressField_at": address,
		"employeeField_keeper": arr{DemoUser}, "departmentSelectField_dept": arr{"483524872"}, "countrySelectField_from": arr{obj{"value": "CN"}},
		"imageField_photo": arr{obj{"name": "photo.png", "url": "/u"}}, "tableField_lines": arr{obj{"textField_colour": "红", "numberField_pieces": 3}}, "cascadeSelectField_place": arr{"P"},
	})
	r.s.SeedInstance(DemoPlainForm, Instance{Created: noon.Add(-2 * time.Hour), Modified: noon.Add(-time.Hour), Creator: "user100", Values: Row{"textField_sku": "AB", "numberField_qty": 9}})
	inner := `[{"key":"textField_colour","value":"红","type":"TEXT","operator":"eq","componentName":"TextField","parentId":"tableField_lines"}]`
	ms := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	for search, want := range map[string][]string{
		`[]`:                     {"A", "AB"},
		eq("textField_sku", "A"): {"A"},
		cond("textField_sku", `"A"`, "TEXT", "like", "TextField"):                                          {"A", "AB"},
		cond("numberField_qty", "5", "DOUBLE", "gt", "NumberField"):                                        {"AB"},
		cond("numberField_qty", "5", "DOUBLE", "le", "NumberField"):                                        {"A"},
		cond("numberField_qty", "[5,5]", "DOUBLE", "between", "NumberField"):                               {"A"},
		cond("radioField_kind", `"metal"`, "ARRAY", "eq", "RadioField"):                                    {"A"},
		cond("radioField_kind", `["metal","x"]`, "ARRAY", "contains", "RadioField"):                        {"A"},
		cond("checkboxField_tags", `["new","sale"]`, "ARRAY", "eq", "CheckboxField"):                       {"A"},
		cond("checkboxField_tags", `["sale"]`, "ARRAY", "contains", "CheckboxField"):                       {"A"},
		cond("employeeField_keeper", `"manager123"`, "STRING", "eq", "EmployeeField"):                      {"A"},
		cond("employeeField_keeper", `"[\"manager123\"]"`, "STRING", "contains", "EmployeeField"):          {"A"},
		cond("departmentSelectField_dept", `"483524872"`, "ARRAY", "eq", "DepartmentSelectField"):          {"A"},
		cond("countrySelectField_from", `["CN"]`, "ARRAY", "contains", "CountrySelectField"):               {"A"},
		cond("imageField_photo", `"photo"`, "TEXT", "like", "ImageField"):                                  {"A"},
		cond("addressField_at", `{"regionIds":["330000"],"address":"1号"}`, "TEXT", "like", "AddressField"): {"A"},
		cond("cascadeSelectField_place", `["P"]`, "STRING", "eq", "CascadeSelectField"):                    {"A"},
		cond("tableField_lines", `"红"`, "TEXT", "contains", "TableField"):                                  {"A"},
		inner: {"A"},
		cond("originator", `"user100"`, "STRING", "eq", "EmployeeField"):                                      {"AB"},
		cond("createTime", ms(noon.Add(-time.Hour)), "DOUBLE", "lt", "DateField"):                             {"AB"},
		cond("modifiedTime", "["+ms(noon.Add(-time.Hour))+","+ms(noon)+"]", "DOUBLE", "between", "DateField"): {"A", "AB"},
	} {
		require.ElementsMatch(t, want, r.skus(search, nil), search)
	}
	serial := text(r.s.Instances(DemoPlainForm)[0].Values["serialNumberField_no"])
	require.Equal(t, []string{"A"}, r.skus(cond("serialNo", `"`+serial+`"`, "TEXT", "eq", "TextField"), nil))
	for _, search := range []string{
		cond("textField_none", `"A"`, "TEXT", "eq", "TextField"), cond("textField_sku", `"A"`, "STRING", "eq", "TextField"), cond("textField_sku", `"A"`, "TEXT", "gt", "TextField"),
		cond("textField_sku", `"A"`, "TEXT", "eq", "TextareaField"), cond("numberField_qty", "5", "DOUBLE", "eq", "NumberField"), cond("numberField_qty", `"5"`, "DOUBLE", "gt", "NumberField"),
		cond("textField_colour", `"红"`, "TEXT", "eq", "TextField"), cond("associationFormField_vendor", `"x"`, "TEXT", "eq", "AssociationFormField"),
		cond("employeeField_keeper", `["manager123"]`, "STRING", "contains", "EmployeeField"), `[5]`, `[{}]`,
	} {
		r.denied(codeSearch, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "searchFieldJson": search})
	}
	r.denied(codeNoValues, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "searchFieldJson": eq("textField_sku", "")})

	two := `[{"key":"textField_sku","value":"A","type":"TEXT","operator":"eq","componentName":"TextField"},{"key":"textField_sku","value":"AB","type":"TEXT","operator":"eq","componentName":"TextField"}]`
	require.Empty(t, r.skus(two, nil))
	require.Len(t, r.skus(two, obj{"logicOperator": "or"}), 2)
	v2 := r.post("/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "searchFieldJson": two, "logicOperator": "or"})
	require.Equal(t, json.Number("0"), v2["totalCount"], "version 1.0 has it alone")
	aliased := r.post("/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "searchFieldJson": eq("Sku", "A"), "useAlias": true})
	require.Equal(t, json.Number("1"), aliased["totalCount"])

	edge := cond("modifiedTime", "["+ms(noon.Add(-time.Hour))+","+ms(noon.Add(-time.Minute))+"]", "DOUBLE", "between", "DateField")
	require.Equal(t, []string{"AB"}, r.skus(edge, nil))
	open := bare(t, WithExclusiveBetween())
	open.s.SeedInstance(DemoPlainForm, Instance{Created: noon.Add(-time.Hour), Values: Row{"textField_sku": "AB"}})
	require.Empty(t, open.skus(edge, nil))
}

func TestPagesAndTheirEnds(t *testing.T) {
	t.Parallel()
	r := bare(t)
	for i := range 25 {
		r.s.SeedInstance(DemoPlainForm, Instance{Created: noon.Add(time.Duration(i) * time.Minute), Values: Row{"textField_sku": strconv.Itoa(i)}})
	}
	byTime := `{"gmt_create":"+","pid":"+"}`
	page := r.post("/v2.0/yida/forms/instances/advances/queryAll", obj{"formUuid": DemoPlainForm, "pageNumber": 3, "pageSize": 10, "orderConfigJson": byTime})
	require.Equal(t, []any{json.Number("3"), json.Number("25")}, []any{page["pageNumber"], page["totalCount"]})
	require.Len(t, page["data"], 5)
	require.Empty(t, r.post("/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "currentPage": 4, "pageSize": 10})["data"])
	require.Len(t, r.post("/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm})["data"], 10, "10 by default")
	// search does not know pageNumber, queryAll does not know currentPage: both stay on page 1.
	one := ids(r.post("/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "pageNumber": 2}))
	require.Equal(t, ids(r.post("/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm})), one)

	path := "/v2.0/yida/forms/instances/ids/" + r.s.AppType() + "/" + DemoPlainForm
	body := r.yida(obj{"appType": nil})
	status, answer := r.send("POST", path, values(obj{"pageNumber": 2, "pageSize": 20}), body)
	require.Len(t, r.fine(status, answer)["data"], 5)
	status, answer = r.send("POST", path, values(obj{"pageNumber": 0}), body)
	r.refused(400, codeRange, status, answer)
	require.Contains(t, r.denied(codeRange, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "pageSize": 101}), "pageSize")
	require.Contains(t, r.denied(codeRange, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "pageSize": "10"}), "pageSize")
	r.denied(codeCursor, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "currentPage": 51, "pageSize": 100})
	r.denied(codeCursor, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "currentPage": int64(1) << 62, "pageSize": 100})
	r.post("/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "currentPage": 50, "pageSize": 100})
	deep := bare(t, WithDeepPagingCap(30_000))
	deep.post("/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "currentPage": 300, "pageSize": 100})
	deep.denied(codeCursor, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "currentPage": 301, "pageSize": 100})
}

func TestTimeMembers(t *testing.T) {
	t.Parallel()
	r := bare(t)
	seed := func(sku, at string) {
		when, err := time.ParseInLocation("2006-01-02 15:04:05", at, china)
		require.NoError(t, err)
		r.s.SeedInstance(DemoPlainForm, Instance{Created: when, Values: Row{"textField_sku": sku}})
	}
	seed("a", "2026-01-01 00:00:00")
	seed("b", "2026-01-01 07:59:59")
	seed("c", "2026-01-02 00:00:01")
	for _, c := range []struct {
		from, to string
		want     []string
	}{
		{"2026-01-01", "2026-01-02", []string{"a", "b"}}, {"2026-01-01 00:00:01", "2026-01-02 00:00:01", []string{"b", "c"}},
		{"", "2026-01-01 00:00:00", []string{"a"}}, {"2026-01-03", "", nil},
	} {
		window := obj{}
		if c.from != "" {
			window["createFromTimeGMT"], window["modifiedFromTimeGMT"] = c.from, c.from
		}
		if c.to != "" {
			window["createToTimeGMT"], window["modifiedToTimeGMT"] = c.to, c.to
		}
		require.ElementsMatch(t, c.want, r.skus("[]", window))
	}
	r.denied(codeRange, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "createFromTimeGMT": "2026-01-01T00:00:00Z"})
	require.Len(t, r.skus("[]", obj{"originatorId": DemoUser}), 3)
	require.Empty(t, r.skus("[]", obj{"originatorId": "user100"}))
}

func TestSorting(t *testing.T) {
	t.Parallel()
	r := bare(t)
	for i, sku := range []string{"b", "a", "c"} {
		r.s.SeedInstance(DemoPlainForm, Instance{
			Created: noon.Add(time.Duration(i) * time.Minute), Modified: noon.Add(time.Duration(9-i) * time.Minute), Values: Row{"textField_sku": sku, "numberField_qty": 9 + i%2},
		})
	}
	for order, want := range map[string][]string{
		`{"textField_sku":"+"}`: {"a", "b", "c"}, `{"gmt_create":"-"}`: {"c", "a", "b"}, `{"gmt_modified":"+","pid":"+"}`: {"c", "a", "b"},
		`{"numberField_qty":"-","textField_sku":"-"}`: {"a", "c", "b"}, `{"serial_no":"+"}`: {"b", "a", "c"}, `{}`: {"b", "a", "c"},
	} {
		require.Equal(t, want, r.skus("[]", obj{"dynamicOrder": order}), order)
	}
	for _, order := range []string{`[]`, `{"nothing":"+"}`, `{"pid":"asc"}`, `{"guid":"+"}`, `{"pid"`} {
		r.denied(codeSearch, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "dynamicOrder": order})
	}
	old := bare(t, WithOldMetadata())
	old.skus("[]", obj{"dynamicOrder": `{"guid":"+","yida_serial_no":"-"}`})
	old.denied(codeSearch, "/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "dynamicOrder": `{"pid":"+"}`})
}

func TestNamesDifferBetweenOperations(t *testing.T) {
	t.Parallel()
	r := start(t, WithPlainTimes())
	query := r.post("/v2.0/yida/forms/instances/advances/queryAll", obj{"formUuid": DemoPlainForm, "pageSize": 1})["data"].(arr)[0].(obj)
	search := r.post("/v2.0/yida/forms/instances/search", obj{"formUuid": DemoPlainForm, "pageSize": 1})["data"].(arr)[0].(obj)
	for _, pair := range [][2]string{{"createTimeGMT", "createdTimeGMT"}, {"serialNumber", "serialNo"}, {"id", "dataId"}, {"modifier", "modifierUserId"}} {
		require.Contains(t, query, pair[0])
		require.NotContains(t, query, pair[1])
		require.NotContains(t, search, pair[0])
		require.Equal(t, query[pair[0]], search[pair[1]])
	}
	require.Equal(t, query["originator"].(obj)["name"].(obj)["nameInChinese"], search["originator"].(obj)["userName"].(obj)["nameInChinese"])
	require.Regexp(t, `^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`, search["createdTimeGMT"])
}

func TestOperationLogs(t *testing.T) {
	t.Parallel()
	r := start(t)
	id := r.saveStock(obj{"textField_sku": "G"})
	r.put("/v1.0/yida/forms/instances", obj{"formInstanceId": id, "updateFormDataJson": `{"textField_sku":"H"}`})
	logs := r.post("/v1.0/yida/forms/operationsLogs/query", obj{"formUuid": DemoPlainForm, "formInstanceIdList": arr{id}})["operationLogMap"].(obj)
	require.Equal(t, arr{
		obj{"operationType": "CREATE", "gmtModified": "2026-09-16 12:00:30", "componentName": "", "currentText": "1", "operator": obj{"displayName": "周岚"}},
		obj{"operationType": "UPDATE", "gmtModified": "2026-09-16 12:00:30", "componentName": "textField_sku", "currentText": "H", "operator": obj{"displayName": "周岚"}},
	}, logs[id])
	require.Len(t, r.post("/v1.0/yida/forms/operationsLogs/query", obj{"formUuid": DemoPlainForm})["operationLogMap"], 31)
}
