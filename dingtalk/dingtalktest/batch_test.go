package dingtalktest

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func stockList(n int, bad ...int) arr {
	out := arr{}
	for i := range n {
		out = append(out, formJSON(obj{"textField_sku": "B-" + strconv.Itoa(i)}))
	}
	for _, i := range bad {
		out[i] = formJSON(obj{"textareaField_note": "no code"})
	}
	return out
}

func TestBatchSave(t *testing.T) {
	t.Parallel()
	const path = "/v1.0/yida/forms/instances/batchSave"
	batch := func(list arr, more obj) obj {
		out := obj{"formUuid": DemoPlainForm, "formDataJsonList": list, "noExecuteExpression": false, "keepRunningAfterException": false, "asynchronousExecution": false}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	r := start(t)
	require.Len(t, r.post(path, batch(stockList(50), nil))["result"], 50)
	r.denied(codeTooMany, path, batch(stockList(51), nil))
	require.Len(t, r.post(path, batch(stockList(100), obj{"noExecuteExpression": true}))["result"], 100)
	r.denied(codeTooMany, path, batch(stockList(101), obj{"noExecuteExpression": true}))
	r.denied(codeTooMany, path, batch(stockList(101), obj{"asynchronousExecution": true}))
	r.denied(codeEmpty, path, batch(arr{}, nil))
	r.denied(codeFormat, path, batch(arr{obj{"textField_sku": "x"}}, nil))
	r.denied(codeFormat, path, batch(nil, obj{"formDataJsonList": "x"}))
	r.denied(codeProcess, path, batch(stockList(1), obj{"formUuid": DemoForm}))

	large := start(t, WithLargeBatches())
	require.Len(t, large.post(path, batch(stockList(500), obj{"noExecuteExpression": true}))["result"], 500)
	require.Len(t, large.post(path, batch(stockList(200), obj{"asynchronousExecution": true}))["result"], 200)

	for _, c := range []struct {
		opts []Option
		want int
	}{{nil, 3}, {[]Option{WithAtomicBatches()}, 0}} {
		r := start(t, c.opts...)
		r.denied(codeRules, path, batch(stockList(5, 3), nil))
		require.Equal(t, c.want, r.s.Created(DemoPlainForm, "", ""))
		require.Len(t, r.post(path, batch(stockList(5, 3), obj{"keepRunningAfterException": true}))["result"], 4, "ids can't be matched by position")
		require.Len(t, r.post(path, batch(stockList(5, 3), obj{"noExecuteExpression": true}))["result"], 5, "rules off")
		wrong := append(stockList(1), `{"numberField_qty":"5"}`)
		r.denied(codeNotNumber, path, batch(wrong, obj{"noExecuteExpression": true, "keepRunningAfterException": true}))
	}
}

func TestPoison(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.s.Refuse(DemoPlainForm, "textField_sku", "B-1", "invalidState.form.invalidFormData")
	r.denied(codeBadData, "/v2.0/yida/forms/instances", obj{"formUuid": DemoPlainForm, "formDataJson": `{"textField_sku":"B-1"}`})
	r.denied(codeBadData, "/v1.0/yida/forms/instances/batchSave", obj{"formUuid": DemoPlainForm, "formDataJsonList": stockList(3), "noExecuteExpression": true})
	require.Equal(t, 1, r.s.Created(DemoPlainForm, "", ""))
	r.s.Refuse(DemoPlainForm, "textField_sku", "B-1", "")
	r.saveStock(obj{"textField_sku": "B-1"})
}

func TestBatchUpdateAndRemove(t *testing.T) {
	t.Parallel()
	r := start(t)
	a, b := r.saveStock(obj{"textField_sku": "A", "textareaField_note": "x"}), r.saveStock(obj{"textField_sku": "B", "textareaField_note": "x"})
	same := obj{"formUuid": DemoPlainForm, "formInstanceIdList": arr{a, b}, "updateFormDataJson": `{"numberField_qty":5,"textareaField_note":""}`, "ignoreEmpty": true}
	require.Equal(t, arr{a, b}, r.put("/v1.0/yida/forms/instances/components", same)["result"])
	require.Equal(t, []any{"5", "x"}, []any{r.stock(b)["numberField_qty_value"], r.stock(b)["textareaField_note"]})
	own := obj{"formUuid": DemoPlainForm, "updateFormDataJsonMap": obj{a: `{"numberField_qty":6}`, b: `{"numberField_qty":7}`}}
	require.ElementsMatch(t, arr{a, b}, r.put("/v1.0/yida/forms/instances/datas", own)["result"])
	require.Equal(t, []any{"6", "7"}, []any{r.stock(a)["numberField_qty_value"], r.stock(b)["numberField_qty_value"]})

	put := func(code, path string, body obj) {
		t.Helper()
		status, answer := r.send("PUT", path, nil, r.yida(body))
		r.refused(400, code, status, answer)
	}
	own["updateFormDataJsonMap"] = obj{a: obj{"numberField_qty": 6}}
	put(codeFormat, "/v1.0/yida/forms/instances/datas", own)
	own["updateFormDataJsonMap"] = obj{}
	put(codeEmpty, "/v1.0/yida/forms/instances/datas", own)
	same["formInstanceIdList"] = arr{a, "FINST-NONE"}
	put(codeNoRow, "/v1.0/yida/forms/instances/components", same)
	many := arr{}
	for range 51 {
		many = append(many, a)
	}
	same["formInstanceIdList"] = many
	put(codeTooMany, "/v1.0/yida/forms/instances/components", same)
	same["noExecuteExpression"] = true
	r.put("/v1.0/yida/forms/instances/components", same)

	remove := obj{"formUuid": DemoPlainForm, "formInstanceIdList": arr{a, b, "FINST-NONE"}}
	r.post("/v1.0/yida/forms/instances/batchRemove", remove)
	require.Empty(t, r.post("/v1.0/yida/forms/instances/ids/query", obj{"formUuid": DemoPlainForm, "formInstanceIdList": arr{a, b}})["result"])
	remove["formInstanceIdList"], remove["executeExpression"] = many, true
	r.denied(codeTooMany, "/v1.0/yida/forms/instances/batchRemove", remove)
	remove["formUuid"] = DemoForm
	r.denied(codeParameter, "/v1.0/yida/forms/instances/batchRemove", remove)
}
