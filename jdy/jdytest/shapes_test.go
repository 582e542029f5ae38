package jdytest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

// sample is one recorded answer. Only its shape is looked at.
type sample struct {
	Kind       string
	HTTPStatus int `json:"http_status"`
	Request    struct{ Method, Path string }
	Value      json.RawMessage
}

func readSample(t *testing.T, name string) (sample, any) {
	t.Helper()
	var s sample
	require.NoError(t, json.Unmarshal(testutil.Sample(t, "jdy", name), &s))
	v, err := decode(s.Value)
	require.NoError(t, err)
	return s, v
}

// drifts are members that are recorded otherwise than the field tables say. The
// fake follows the tables; WithMixedTypes drifts.
var drifts = map[string]bool{
	"bd/customer_detail.data.deduct: number recorded, bool given":                              true,
	"bd/supplier_detail.data.deduct: number recorded, bool given":                              true,
	"bd/department.data.rows[].is_leaf: number recorded, bool given":                           true,
	"scm/pur_order_detail.data.material_entity[].all_amount_for: null recorded, string given":  true,
	"scm/sal_order_detail.data.io_status: null recorded, string given":                         true,
	"scm/sal_order_detail.data.cus_bear_fee_entry[].total_amount: null recorded, string given": true,
	"scm/pur_inbound_detail.cost_fee_entity: null recorded, object given":                      true, // null unless seeded
	"scm/inv_pick.audit_time: not given":                                                       true, // fields the documentation lacks
	"scm/inv_pick.modify_time: not given":                                                      true,
	"scm/inv_pick.bill_type_id: not given":                                                     true,
	"scm/inv_pick.bill_type_name: not given":                                                   true,
	"scm/inv_pick.bill_type_number: not given":                                                 true,
	"scm/inv_pick.material_entity: not given":                                                  true,
	"scm/sal_out_bound_detail.material_entity[].entry_ivc_amount: not given":                   true,
	"scm/sal_out_bound_detail.material_entity[].entry_un_ivc_amount: not given":                true,
}

// alike collects the members of a recorded object that the fake's object does
// not have, or has in another JSON type.
func alike(path string, want, got any, bad *[]string) {
	if shapeOf(want) != shapeOf(got) {
		*bad = append(*bad, path+": "+shapeOf(want)+" recorded, "+shapeOf(got)+" given")
		return
	}
	switch w := want.(type) {
	case obj:
		if strings.Contains(path, "custom_") || strings.HasSuffix(path, "id_number_map") {
			return // free keys
		}
		for k, v := range w {
			g, ok := got.(obj)[k]
			if !ok {
				*bad = append(*bad, path+"."+k+": not given")
				continue
			}
			alike(path+"."+k, v, g, bad)
		}
	case arr:
		if g := got.(arr); len(w) > 0 && len(g) > 0 {
			alike(path+"[]", w[0], g[0], bad)
		}
	}
}

// full seeds a record for the samples' operations with everything filled in that
// the tables have, one entry in every list.
func full(fields []field, types map[string][]field, depth int) Row {
	out := Row{}
	for _, f := range fields {
		name, list := listed(f.kind)
		switch {
		case f.kind == "n" || f.kind == "i":
			out[f.name] = json.Number("1")
		case f.kind == "b":
			out[f.name] = true
		case f.kind == "s":
			out[f.name] = "1"
		case list && depth > 0:
			out[f.name] = []any{full(types[name], types, depth-1)}
		case types[f.kind] != nil && depth > 0:
			out[f.name] = full(types[f.kind], types, depth-1)
		}
	}
	return out
}

func TestAnswersHaveTheRecordedShapes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testutil.Contracts(t), "samples", "jdy")
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	compared := 0
	drifted := map[string]bool{}
	words := regexp.MustCompile(`[\w/]*\w`)
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".json") {
			continue
		}
		s, v := readSample(t, file.Name())
		path := strings.TrimPrefix(words.FindString(s.Request.Path), businessRoot)
		op := operations()[s.Request.Method+" "+path]
		if op == nil || op.upload || s.Request.Method != "GET" || op.key() == "GET fi/account" {
			continue
		}
		var bad []string
		switch s.Kind {
		case "full_body":
			alike(path, v, seededAnswer(t, op), &bad)
		case "row", "row_partial":
			alike(path, v, rows(seededAnswer(t, op)["data"].(obj))[0], &bad)
		case "data", "data_partial":
			alike(path, v, seededAnswer(t, op)["data"], &bad)
		case "row_and_detail":
			alike(path, v.(obj)["row"], rows(seededAnswer(t, op)["data"].(obj))[0], &bad)
			alike(path+"_detail", v.(obj)["detail"], seededAnswer(t, operations()["GET "+path+"_detail"])["data"], &bad)
		default:
			t.Errorf("%s: unknown kind %s", file.Name(), s.Kind)
		}
		for _, b := range bad {
			if !drifts[b] {
				t.Errorf("%s: %s", file.Name(), b)
			}
			drifted[b] = true
		}
		compared++
	}
	require.Greater(t, compared, 30)
	require.Len(t, drifted, len(drifts), "a drift that is gone leaves the list")
}

// seededAnswer is the answer to a read whose list holds one full record.
func seededAnswer(t *testing.T, op *operation) obj {
	t.Helper()
	r := login(t)
	row := full(op.data, op.told, 3)
	if f, ok := rowsField(op); ok {
		name, _ := listed(f.kind)
		row = full(op.told[name], op.told, 3)
	}
	row["id"], row["enable"] = "1", "1"
	q := query(nil)
	for _, f := range op.query {
		if f.required || f.name == "id" {
			q.Set(f.name, "1")
		}
	}
	switch op.path {
	case "scm/inventory_stock":
		id := r.s.Seed("bd/material", Row{"number": "M", "name": "m", "base_unit_id": "1"})[0]
		r.s.SetStock("M", "CK001", "3")
		q.Set("material_id", id)
	case "sys/custom_mult_field":
		r.s.SetCustomFields("1", row)
	case "sys/user_list", "fi/account":
	default:
		r.s.mu.Lock()
		delete(r.s.lists, listName(op.path))
		r.s.mu.Unlock()
		r.s.Seed(op.path, row)
	}
	if hasField(op.query, "show_units") {
		q.Set("show_units", "true")
	}
	_, answer := r.send("GET", businessRoot+op.path, q, nil)
	require.Equal(t, json.Number("0"), answer["errcode"], "%s %v", op.path, answer)
	return answer
}

func TestRefusalsHaveTheRecordedShapes(t *testing.T) {
	t.Parallel()
	testutil.Contracts(t)
	r := login(t)
	compare := func(name string, status int, got obj) {
		t.Helper()
		s, want := readSample(t, name)
		var bad []string
		alike(name, want, got, &bad)
		require.Empty(t, bad)
		if s.HTTPStatus != 0 {
			require.Equal(t, s.HTTPStatus, status, name)
		}
		for _, member := range []string{"errcode", "description_cn"} {
			if w, ok := want.(obj)[member]; ok && member == "errcode" {
				require.Equal(t, w, got[member], name)
			}
		}
		for k := range got {
			require.Contains(t, want.(obj), k, name)
		}
	}
	list := businessRoot + "bd/material"
	bare := r.request("GET", list, "", "")
	bare.Header.Del("X-Api-ClientID")
	status, got := r.do(bare)
	compare("gateway_4002_app_id_empty.json", status, got)
	old := r.request("GET", list, "", "")
	r.sign(old, "1789120000", "1")
	status, got = r.do(old)
	compare("gateway_4006_timestamp.json", status, got)
	status, got = r.send("GET", "/", nil, nil)
	compare("gateway_5001_api_not_found.json", status, got)
	a := r.s.Account()
	status, got = r.send("GET", tokenPath, query([]string{"app_key", a.AppKey, "app_signature", "x"}), nil)
	compare("token_error_secret_rotated.json", status, got)
	r.s.ExpireTokens()
	status, got = r.send("GET", list, nil, nil)
	compare("business_error_token_expired.json", status, got)
}

func TestAuthorisationsHaveTheRecordedShapes(t *testing.T) {
	t.Parallel()
	testutil.Contracts(t)
	for name, opts := range map[string][]Option{"authorize_ok_code_form.json": nil, "authorize_ok_errcode_form.json": {WithErrcodeForm()}} {
		r := start(t, opts...)
		_, want := readSample(t, name)
		_, got := r.send("POST", authorizePath, nil, obj{})
		for _, row := range want.(obj)["data"].(arr) {
			delete(row.(obj), "accessToken") // text or null
			delete(row.(obj), "appToken")
		}
		var bad []string
		alike(name, want, got, &bad)
		require.Empty(t, bad)
	}
	for name, opts := range map[string][]Option{"token_ok_with_access_token.json": nil, "token_ok_short.json": {WithBareToken()}} {
		r := start(t, opts...)
		a := r.s.Account()
		_, want := readSample(t, name)
		_, got := r.send("GET", tokenPath, query([]string{"app_key", a.AppKey, "app_signature", sign(a.AppSecret, a.AppKey)}), nil)
		var bad []string
		alike(name, want, got, &bad)
		require.Empty(t, bad)
	}
}

func TestTablesAreTheContracts(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(testutil.Contracts(t), "jdy.endpoints.json"))
	require.NoError(t, err)
	var file struct {
		Endpoints []struct {
			Method, Path string
			Query, Body  [][]any
			Data         [][]any
			Asked        map[string][][]any `json:"request_types"`
			Told         map[string][][]any `json:"response_types"`
		}
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Endpoints, 376)
	kinds := map[string]string{
		"string": "s", "number": "n", "integer": "i", "boolean": "b", "array": "a", "file": "f", "object": "o", "map[string]": "m", "[string]": "[s]", "[integer]": "[i]",
	}
	same := func(where string, want [][]any, have []field) {
		t.Helper()
		for _, w := range want {
			kind := w[1].(string)
			if k, ok := kinds[kind]; ok {
				kind = k
			}
			require.Contains(t, have, field{w[0].(string), kind, len(w) > 2}, where)
		}
		require.Len(t, have, len(want), where)
	}
	for _, e := range file.Endpoints {
		key := e.Method + " " + strings.TrimPrefix(e.Path, businessRoot)
		if key == "POST bd/material_label" {
			continue // two pages
		}
		op := operations()[key]
		require.NotNil(t, op, key)
		same(key, e.Query, op.query)
		same(key, e.Body, op.body)
		same(key, e.Data, op.data)
		for name, fields := range e.Asked {
			same(key+" "+name, fields, op.asked[name])
		}
		for name, fields := range e.Told {
			same(key+" "+name, fields, op.told[name])
		}
	}
}
