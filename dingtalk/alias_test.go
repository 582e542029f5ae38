package dingtalk

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
)

// What is read by alias is written back by id or by alias, with nothing lost: options and
// people by their ids, numbers exactly, files and associations out of their texts, cells of
// sub-tables too.
func TestAliasesBothWays(t *testing.T) {
	t.Parallel()
	srv := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0))
	t.Cleanup(srv.Close)
	y := fakeYida(t, srv, false)
	const form = dingtalktest.DemoPlainForm
	id := srv.Seed(form, dingtalktest.Row{
		"textField_sku": "A-1", "textareaField_note": "a\nb", "numberField_qty": json.Number("0.1"), "rateField_grade": 4, "radioField_kind": "metal",
		"editorField_text": "<b>x</b>", "selectField_unit": "pcs", "checkboxField_tags": []string{"new"}, "dateField_due": 1767225600000, "employeeField_keeper": []string{srv.UserID()},
		"cascadeDateField_span": []string{"1514736000000", ""}, "countrySelectField_from": []dingtalktest.Row{{"value": "CN"}},
		"attachmentField_docs":        []dingtalktest.Row{{"name": "a.pdf", "url": "/f?a=1&b=2"}},
		"associationFormField_vendor": []dingtalktest.Row{{"appType": "APP_1", "formUuid": "F", "formType": "receipt", "instanceId": "I", "title": "甲"}},
		"tableField_lines":            []dingtalktest.Row{{"textField_colour": "红", "numberField_pieces": json.Number("1.5")}},
	})[0]
	aliases, err := y.Aliases(t.Context(), form)
	require.NoError(t, err)
	read := func(alias bool) Values {
		for i, err := range y.Forms(FormQuery{FormUUID: form, UseAlias: alias}).All(t.Context()) {
			require.NoError(t, err)
			if i.ID == id {
				return i.Data
			}
		}
		t.Fatal("it is not listed")
		return nil
	}
	byAlias, byID := read(true), read(false)
	require.Equal(t, "五金", byAlias.Option("Kind"), "an alias has the display text only")
	_, err = byAlias.FormData()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "Kind")

	back, err := byAlias.ByID(aliases)
	require.NoError(t, err)
	require.Equal(t, jsonText(t, byID), jsonText(t, back))
	again, err := back.ByAlias(aliases)
	require.NoError(t, err)
	require.Equal(t, jsonText(t, byAlias), jsonText(t, again))

	data, err := back.FormData()
	require.NoError(t, err)
	require.Equal(t, "metal", data["radioField_kind"])
	before := values(t, srv, form, id)
	require.NoError(t, y.UpdateForm(t.Context(), UpdateFormRequest{InstanceID: id, Data: data}))
	require.Equal(t, before, values(t, srv, form, id))

	named, err := data.ByAlias(aliases)
	require.NoError(t, err)
	for _, name := range []string{"Sku", "Note", "Qty", "Kind", "Due", "Keeper", "Vendor", "Lines", "selectField_unit"} {
		require.Contains(t, named, name)
	}
	require.NoError(t, y.UpdateForm(t.Context(), UpdateFormRequest{InstanceID: id, FormUUID: form, Data: named, UseAlias: true}))
	require.Equal(t, before, values(t, srv, form, id))
	unnamed, err := named.ByID(aliases)
	require.NoError(t, err)
	want, err := EncodeForm(data)
	require.NoError(t, err)
	got, err := EncodeForm(unnamed)
	require.NoError(t, err)
	requireSameJSON(t, want, got, "by id again")

	_, err = FormData{"Qty": duijie.MustDecimal("9007199254740993")}.ByID(aliases)
	require.ErrorContains(t, err, "numberField_qty", "by id its digits are checked")
	exact, err := FormData{"numberField_qty": duijie.MustDecimal("1.10")}.ByAlias(aliases)
	require.NoError(t, err)
	text, err := EncodeForm(exact)
	require.NoError(t, err)
	require.Equal(t, `{"Qty":1.10}`, text, "a number, not a text")
}

// values are what the fake keeps of an instance.
func values(t *testing.T, srv *dingtalktest.Server, form, id string) string {
	t.Helper()
	i, ok := srv.Instance(form, id)
	require.True(t, ok)
	delete(i.Values["associationFormField_vendor"].([]any)[0].(map[string]any), "subTitle") // the client writes an empty one
	return jsonText(t, i.Values)
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestAliasesThatAreNotOneToOne(t *testing.T) {
	t.Parallel()
	v := Values{"A": json.RawMessage(`"x"`), "textField_a": json.RawMessage(`"y"`)}
	for name, aliases := range map[string]map[string]string{
		"twice": {"textField_b": "A", "textField_c": "A"}, "an id": {"textField_b": "textField_c", "textField_c": "C"}, "two values": {"textField_a": "A"},
	} {
		_, err := v.ByID(aliases)
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
}

// Components of old forms and of kinds that are not known.
func TestFormDataOfOtherKinds(t *testing.T) {
	t.Parallel()
	data, err := Values{
		"departmentField_a": json.RawMessage(`["部"]`), "departmentField_a_id": json.RawMessage(`["1"]`),
		"cascadeDate_b": json.RawMessage(`["1",""]`), "locationField_c": json.RawMessage(`{"x":1}`),
	}.FormData()
	require.NoError(t, err)
	text, err := EncodeForm(data)
	require.NoError(t, err)
	require.JSONEq(t, `{"departmentField_a":["1"],"cascadeDate_b":["1",""],"locationField_c":{"x":1}}`, text)
	_, err = Values{"unknownField_a": json.RawMessage(`"名"`), "unknownField_a_id": json.RawMessage(`"1"`)}.FormData()
	require.ErrorIs(t, err, duijie.ErrInvalid)
}
