package dingtalk

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

var noon = time.UnixMilli(1767225600000)

// TestEncodeForm: each component as the platform wants it.
func TestEncodeForm(t *testing.T) {
	t.Parallel()
	type row struct {
		Colour string         `json:"textField_c"`
		Count  duijie.Decimal `json:"numberField_n"`
	}
	got, err := EncodeForm(FormData{
		"textField_a": "SKU & <1>\u2028", "textareaField_b": "a\nb", "numberField_c": duijie.MustDecimal("12.50"), "rateField_d": 4,
		"radioField_e": "五金", "selectField_f": "五金", "checkboxField_g": Texts{"a", "b"}, "multiSelectField_h": []string{"a"},
		"cascadeSelectField_i": Texts{"part", "part_b"}, "dateField_j": NewDate(noon), "cascadeDateField_k": DateRange{From: noon},
		"employeeField_l": Texts{"manager123"}, "departmentSelectField_m": Texts{"483524872"}, "countrySelectField_n": Countries{"CN"},
		"addressField_o":         Address{Address: "x", RegionIDs: []int64{110000}, RegionText: []RegionText{{"Beijing", "北京"}}},
		"attachmentField_p":      Attachments{{Name: "a.pdf", URL: "/f?a=1&b=2", Ext: "pdf", Size: "12"}},
		"associationFormField_q": Associations{{AppType: "APP_1", FormUUID: "F", FormType: "receipt", InstanceID: "FINST-1", Title: "甲"}},
		"tableField_r":           []row{{"红", duijie.MustDecimal("9007199254740992")}}, "linkField_s": []Link{{"https://x", "x"}},
		"nothing": nil, "alias": "as it is", "textField_digits": json.Number("00123"[2:]), "numberField_text": "7.10", "imageField_t": Attachments(nil),
	})
	require.NoError(t, err)
	requireSameJSON(t, `{"textField_a":"SKU & <1>\u2028","textareaField_b":"a\nb","numberField_c":12.50,"rateField_d":4,
		"radioField_e":"五金","selectField_f":"五金","checkboxField_g":["a","b"],"multiSelectField_h":["a"],
		"cascadeSelectField_i":["part","part_b"],"dateField_j":1767225600000,"cascadeDateField_k":["1767225600000",""],
		"employeeField_l":["manager123"],"departmentSelectField_m":["483524872"],"countrySelectField_n":[{"value":"CN"}],
		"addressField_o":{"address":"x","regionIds":[110000],"regionText":[{"en_US":"Beijing","zh_CN":"北京"}]},
		"attachmentField_p":[{"name":"a.pdf","url":"/f?a=1&b=2","ext":"pdf","size":12}],
		"associationFormField_q":[{"appType":"APP_1","formUuid":"F","formType":"receipt","instanceId":"FINST-1","title":"甲","subTitle":""}],
		"tableField_r":[{"textField_c":"红","numberField_n":9007199254740992}],"linkField_s":[{"link":"https://x","text":"x"}],
		"alias":"as it is","textField_digits":"123","numberField_text":7.10,"imageField_t":[]}`, got, "form data")
}

func TestEncodeFormRefuses(t *testing.T) {
	t.Parallel()
	var rows []FormData
	for range MaxTableRows + 1 {
		rows = append(rows, FormData{"textField_a": "x"})
	}
	for name, data := range map[string]any{
		"no object": []string{"a"}, "text": "a", "employeeField_a": FormData{"employeeField_a": "manager123"}, "numberField_b": FormData{"numberField_b": "many"},
		"cascadeDateField_c": FormData{"cascadeDateField_c": 1}, "employeeField_d_id": FormData{"employeeField_d_id": Texts{"u"}},
		"numberField_e_value": FormData{"numberField_e_value": "1"}, "serialNumberField_f": FormData{"serialNumberField_f": "1"},
		"textField_g": FormData{"textField_g": Texts{"a"}}, "tableField_h": FormData{"tableField_h": "x"}, "500": FormData{"tableField_i": rows},
		"row 1: numberField_j": FormData{"tableField_k": []FormData{{"numberField_j": "x"}}}, "title": FormData{"associationFormField_l": Associations{{InstanceID: "F"}}},
		"numberField_m": FormData{"numberField_m": true}, "addressField_n": FormData{"addressField_n": "x"}, "numberField_o": FormData{"numberField_o": duijie.MustDecimal("1").Mul(must("x"))},
	} {
		_, err := EncodeForm(data)
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
		if !strings.HasPrefix(name, "no") && name != "text" && name != "500" && name != "numberField_o" {
			require.ErrorContains(t, err, name)
		}
	}
}

// must is a Decimal that carries an error.
func must(s string) duijie.Decimal {
	d, err := duijie.ParseDecimal(s)
	if err == nil {
		panic("it parses")
	}
	return d.Add(duijie.NewDecimal(1, 1<<30))
}

// TestReadAndWriteBack: what the platform answers, in its own shapes, is written
// back as it wants it.
func TestReadAndWriteBack(t *testing.T) {
	t.Parallel()
	var v Values
	require.NoError(t, json.Unmarshal([]byte(`{
		"textField_a":"SKU-1","numberField_b":0.1,"numberField_b_value":"0.10","numberField_c_value":"",
		"selectField_d":"Hardware","selectField_d_id":"五金","multiSelectField_e":["A","B"],"multiSelectField_e_id":["a","b"],
		"dateField_f":1767225600000,"cascadeDateField_g":["1514736000000",""],"employeeField_h":["张三"],"employeeField_h_id":["u1"],
		"departmentSelectField_i":["部"],"departmentSelectField_i_id":["483524872"],"countrySelectField_j":["中国"],"countrySelectField_j_id":["CN"],
		"attachmentField_k":"[{\"name\":\"a.pdf\",\"fileUuid\":\"z\",\"size\":284505}]","addressField_l":"{\"address\":\"x\",\"regionIds\":[110000],\"regionText\":[]}","addressField_l_id":"\"北京x\"",
		"associationFormField_m_id":"\"[{\\\"appType\\\":\\\"APP_1\\\",\\\"formUuid\\\":\\\"F\\\",\\\"formType\\\":\\\"process\\\",\\\"instanceId\\\":\\\"I\\\",\\\"title\\\":\\\"甲\\\",\\\"subTitle\\\":\\\"\\\",\\\"new\\\":1}]\"",
		"tableField_n":[{"textField_o":"红","numberField_p":3,"numberField_p_value":"3"}],"serialNumberField_q":"S1","Alias":"x"}`), &v))
	date, err := v.Date("dateField_f")
	require.NoError(t, err)
	require.True(t, date.Equal(noon))
	span, err := v.DateRange("cascadeDateField_g")
	require.NoError(t, err)
	require.EqualValues(t, 1514736000000, span.From.UnixMilli())
	require.True(t, span.To.IsZero())
	require.Equal(t, Texts{"张三"}, v.Names("employeeField_h"))
	require.Equal(t, "五金", v.Option("selectField_d"))
	require.True(t, v.Has("associationFormField_m"))
	require.False(t, v.Has("textField_z"))
	address, err := v.Address("addressField_l")
	require.NoError(t, err)
	require.Equal(t, []int64{110000}, address.RegionIDs)
	n, err := v.Number("numberField_b")
	require.NoError(t, err)
	require.Equal(t, "0.10", n.String(), "the twin is exact")

	var s struct {
		Code    string         `json:"textField_a"`
		Price   duijie.Decimal `json:"numberField_b_value"`
		Owner   Texts          `json:"employeeField_h_id"`
		Files   Attachments    `json:"attachmentField_k"`
		Links   Associations   `json:"associationFormField_m_id"`
		Day     Date           `json:"dateField_f"`
		Missing Date           `json:"dateField_zz"`
	}
	require.NoError(t, v.Decode(&s))
	require.Equal(t, "0.10", s.Price.String())
	require.Equal(t, Texts{"u1"}, s.Owner)
	require.Equal(t, "甲", s.Links[0].Title)
	require.True(t, s.Day.Equal(noon))

	_, err = v.FormData()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "Alias", "what it stands for is not known")
	v, err = v.ByID(map[string]string{"textField_r": "Alias"})
	require.NoError(t, err)
	data, err := v.FormData()
	require.NoError(t, err)
	back, err := EncodeForm(data)
	require.NoError(t, err)
	requireSameJSON(t, `{"textField_a":"SKU-1","numberField_b":0.10,"selectField_d":"五金","multiSelectField_e":["a","b"],"dateField_f":1767225600000,
		"cascadeDateField_g":["1514736000000",""],"employeeField_h":["u1"],"departmentSelectField_i":["483524872"],"countrySelectField_j":[{"value":"CN"}],
		"attachmentField_k":[{"name":"a.pdf","fileUuid":"z","size":284505}],"addressField_l":{"address":"x","regionIds":[110000],"regionText":[]},
		"associationFormField_m":[{"appType":"APP_1","formUuid":"F","formType":"process","instanceId":"I","title":"甲","subTitle":"","new":1}],
		"tableField_n":[{"textField_o":"红","numberField_p":3}],"textField_r":"x"}`, back, "round trip")
}

// TestConditions: each condition as the platform's table says.
func TestConditions(t *testing.T) {
	t.Parallel()
	one, nine := duijie.MustDecimal("1.50"), duijie.MustDecimal("9")
	for want, c := range map[string]Condition{
		`{"key":"textField_a","value":"x","type":"TEXT","operator":"eq","componentName":"TextField"}`:                                     TextIs("textField_a", "x"),
		`{"key":"textareaField_a","value":"x","type":"TEXT","operator":"like","componentName":"TextareaField","parentId":"tableField_c"}`: TextLike("textareaField_a", "x").In("tableField_c"),
		`{"key":"numberField_a","value":[1.50,9],"type":"DOUBLE","operator":"between","componentName":"NumberField"}`:                     NumberBetween("numberField_a", one, nine),
		`{"key":"rateField_a","value":[9,9],"type":"DOUBLE","operator":"between","componentName":"RateField"}`:                            NumberIs("rateField_a", nine),
		`{"key":"dateField_a","value":[1767225600000,1767225600000],"type":"DOUBLE","operator":"between","componentName":"DateField"}`:    DateBetween("dateField_a", noon, noon),
		`{"key":"modifiedTime","value":[1767225600000,1767225600000],"type":"DOUBLE","operator":"between","componentName":"DateField"}`:   ModifiedBetween(noon, noon),
		`{"key":"createTime","value":[1767225600000,1767225600000],"type":"DOUBLE","operator":"between","componentName":"DateField"}`:     CreatedBetween(noon, noon),
		`{"key":"radioField_a","value":"x","type":"ARRAY","operator":"eq","componentName":"RadioField"}`:                                  OptionIs("radioField_a", "x"),
		`{"key":"checkboxField_a","value":["x","y"],"type":"ARRAY","operator":"contains","componentName":"CheckboxField"}`:                OptionIn("checkboxField_a", "x", "y"),
		`{"key":"cascadeSelectField_a","value":["x","y"],"type":"STRING","operator":"eq","componentName":"CascadeSelectField"}`:           CascadeIs("cascadeSelectField_a", "x", "y"),
		`{"key":"employeeField_a","value":"u","type":"STRING","operator":"eq","componentName":"EmployeeField"}`:                           EmployeeIs("employeeField_a", "u"),
		`{"key":"employeeField_a","value":"[\"u\",\"v\"]","type":"STRING","operator":"contains","componentName":"EmployeeField"}`:         EmployeeIn("employeeField_a", "u", "v"),
		`{"key":"departmentSelectField_a","value":"1","type":"ARRAY","operator":"eq","componentName":"DepartmentSelectField"}`:            DepartmentIs("departmentSelectField_a", "1"),
		`{"key":"originator","value":"u","type":"STRING","operator":"eq","componentName":"EmployeeField"}`:                                OriginatorIs("u"),
		`{"key":"serialNo","value":"S","type":"TEXT","operator":"eq","componentName":"TextField"}`:                                        SerialNumberIs("S"),
		`{"key":"processInstanceStatus","value":["RUNNING"],"type":"ARRAY","operator":"in","componentName":"SelectField"}`:                StatusIn("RUNNING"),
		`{"key":"processApprovedResult","value":["agree"],"type":"ARRAY","operator":"in","componentName":"SelectField"}`:                  ResultIn("agree"),
	} {
		got, err := conditionText([]Condition{c})
		require.NoError(t, err)
		require.Equal(t, "["+want+"]", got)
	}
	order, err := orderText([]Order{{Key: "z"}, {Key: "a", Desc: true}})
	require.NoError(t, err)
	require.Equal(t, `{"z":"+","a":"-"}`, order)
}

func FuzzValues(f *testing.F) {
	f.Add(`{"formInstanceId":"F","formData":{"associationFormField_a_id":"\"[]\"","numberField_b_value":"1e3","tableField_c":[{"dateField_d":"x"}]}}`)
	f.Add(`{"formData":"{\"addressField_a\":\"{}\"}","title":"{\"zh_CN\":1}","modifiedTimeGMT":"2025-12-16T11:34Z","actionExecutor":[1,{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var i Instance
		if i.UnmarshalJSON([]byte(text)) != nil {
			return
		}
		for id := range i.Data {
			_, _ = i.Data.Associations(id)
			_, _ = i.Data.Attachments(id)
			_, _ = i.Data.Address(id)
			_, _ = i.Data.DateRange(id)
		}
		if data, err := i.Data.FormData(); err == nil {
			if out, err := EncodeForm(data); err == nil && !json.Valid([]byte(out)) {
				t.Fatal("form data is no JSON:", out)
			}
		}
		if out, err := json.Marshal(i); err != nil || !json.Valid(out) {
			t.Fatal("an instance is not written as it came", err)
		}
	})
}
