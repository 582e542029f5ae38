package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/banniu/banniutest"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
)

// Products start approvals, found again by the component of -key.
func TestProductsToYida(t *testing.T) {
	source := file(t, "products.json", `{"api":"/v1/product/list","effect":"QUERY","method":"GET","number":"product_no","request":[
		{"field":"start_index","type":"string","value":"1"},{"field":"count","type":"string","value":"20"},
		{"field":"start_time","type":"string","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '00:30:01')"},
		{"field":"end_time","type":"string","value":"{{CURRENT_TIME|datetime}}"}]}`)
	target := file(t, "approvals.json", `{"api":"v1.0/yida/processes/instances/start","effect":"EXECUTE","method":"POST","idCheck":true,"request":[
		{"field":"textField_lq0sj9h9","type":"string","value":"{name}"},{"field":"textField_lq23ags2","type":"string","value":"{product_no}"},
		{"field":"textField_lq0sj9h3","type":"string","value":"_findCollection find top_name from okki-groups where id={group_id}"},
		{"field":"textField_lqdd2tui","type":"string","value":"{group_id}"}],"otherRequest":[{"field":"language","type":"string","value":""}]}`)
	r := program(t, nil, "-json", "-id", "product_no", "-key", "textField_lq23ags2", "-state", filepath.Join(t.TempDir(), "state.db"), source, target)
	require.Equal(t, cli.ExitSettled, r.code, "%s%s", r.out, r.logs)
	require.EqualValues(t, 130, r.report(t)["created"])
	keyComponent = ""
}

// The warehouse archive is read and goes nowhere.
func TestWarehouses(t *testing.T) {
	source := file(t, "warehouses.json", `{"api":"/cgi/crm/custom/v2/data/query","effect":"QUERY","method":"POST","number":"name","id":"_id","request":[
		{"field":"search_query_info","type":"object","children":[{"field":"offset","type":"string","value":"0"},{"field":"limit","type":"string","value":"20"},
			{"field":"filters","type":"object","children":[{"field":"条件1","type":"object","children":[
				{"field":"field_name","type":"string","value":"last_modified_time"},
				{"field":"field_values","type":"string","value":"{LAST_SYNC_TIME}000","parser":{"name":"StringToArray","params":","}},
				{"field":"operator","type":"string","value":"GTE"}]}]}]},
		{"field":"dataObjectApiName","type":"string","value":"object_inventory_report__c"}]}`)
	target := file(t, "nothing.json", `{"api":"写入空操作","effect":"EXECUTE","idCheck":true,"request":[{"field":"id","type":"string","value":"{{_id}}"}]}`)
	r := program(t, nil, "-json", "-state", filepath.Join(t.TempDir(), "state.db"), source, target)
	require.Equal(t, cli.ExitSettled, r.code, "%s%s", r.out, r.logs)
	require.EqualValues(t, fxiaoketest.DemoRecords, r.report(t)["read"])
}

// Barcodes of another scheme's records, from a file, go into the tasks of one day.
func TestBarcodes(t *testing.T) {
	var records []map[string]string
	for no, barcode := range banniutest.DemoGoods() {
		records = append(records, map[string]string{"goodsNo": no, "skuBarcode": barcode})
	}
	raw, err := json.Marshal(records)
	require.NoError(t, err)
	source := file(t, "tasks.json", fmt.Sprintf(`{"api":"task.list","effect":"QUERY","method":"GET","number":"-1","id":"-1","idCheck":true,"request":[
		{"field":"project_id","type":"string","value":%q},{"field":"star_created","type":"string","value":"2024-09-06 00:00:00"},
		{"field":"end_created","type":"string","value":"2024-09-06 23:59:59"}]}`, banniutest.DemoProject))
	target := file(t, "update.json", `{"api":"task.update","effect":"EXECUTE","method":"POST","idCheck":true,"request":[
		{"field":"contents","type":"object","children":[{"field":"101297","type":"string",
			"value":"_mongoQuery a97d423e-52f5-3d6f-9f94-39a9f43f2bd5 findField=content.skuBarcode where={\"content.goodsNo\":{\"$eq\":\"{{27963}}\"}}"}]},
		{"field":"task_id","type":"int","value":"{{-1}}"}]}`)
	r := program(t, nil, "-json", "-lookup", "a97d423e-52f5-3d6f-9f94-39a9f43f2bd5="+file(t, "goods.json", string(raw)),
		"-state", filepath.Join(t.TempDir(), "state.db"), source, target)
	require.Contains(t, []int{cli.ExitSettled, cli.ExitParked}, r.code, "%s%s", r.out, r.logs)
	report := r.report(t)
	require.Positive(t, report["updated"])
	r = program(t, nil, "-check", source, target)
	require.Equal(t, cli.ExitFailed, r.code)
	require.Contains(t, r.out, "lookup_unknown_scheme")
}
