package jdytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestUsersAndFields(t *testing.T) {
	t.Parallel()
	r := login(t)
	user := rows(r.get("sys/user_list"))[0]
	shown, err := r.s.Decrypt(user["phone"].(string))
	require.NoError(t, err)
	require.Equal(t, "13800000000", shown)
	me := r.get("sys/current_user_info")
	require.Equal(t, user["uid"], me["uid"])
	require.Equal(t, true, me["is_admin"])
	r.s.SetCustomFields("bd_customer", Row{"number": "custom_field__2__4kw", "display_name": "等级", "custom_type": "head", "field_type": "2", "precision": 2})
	custom := rows(r.get("sys/custom_mult_field", "entity_number", "bd_customer"))
	require.Equal(t, "等级", custom[0]["display_name"])
	require.Equal(t, json.Number("2"), custom[0]["precision"])
	require.Empty(t, rows(r.get("sys/custom_mult_field", "entity_number", "bd_store")))
	status, _ := r.send("GET", businessRoot+"sys/custom_mult_field", nil, nil)
	require.Equal(t, 400, status)

	plain := login(t, WithClearPrivacy())
	require.Equal(t, "13800000000", rows(plain.get("sys/user_list"))[0]["phone"])
}

func TestPrivateFields(t *testing.T) {
	t.Parallel()
	for _, encrypted := range []bool{false, true} {
		var opts []Option
		if encrypted {
			opts = []Option{WithEncryptedSaves()}
		}
		r := login(t, opts...)
		secret := func(s string) string {
			if encrypted {
				return r.s.Encrypt(s)
			}
			return s
		}
		id := savedID(r.post("bd/customer", obj{"number": "C1", "name": "甲", "addr": secret("示例路1号"), "contact_persons": arr{obj{"contact_person": "乙", "mobile": secret("13900000000")}}}))
		rec, _ := r.s.Record("bd/customer", "C1")
		require.Equal(t, "示例路1号", rec["addr"])
		detail := r.get("bd/customer_detail", "id", id)
		require.Equal(t, r.s.Encrypt("示例路1号"), detail["addr"])
		contact := detail["bomentity"].(arr)[0].(obj)
		require.Equal(t, r.s.Encrypt("13900000000"), contact["mobile"])
		require.Equal(t, "乙", contact["contact_person"])
		require.Empty(t, contact["phone"], "an empty private field stays empty")
		require.Equal(t, "C1", detail["settle_customer_number"])
	}
}

func TestLocks(t *testing.T) {
	t.Parallel()
	r := login(t)
	id := r.s.Seed("bd/customer", Row{"number": "C1", "name": "甲"})[0]
	r.s.Lock("bd/customer", "C1", "周岚")
	lock := rows(r.get("sys/mutex_list", "ids", id))[0]
	require.Equal(t, "周岚", lock["user_name"])
	require.Contains(t, r.refused(codeSupplyChain, "POST", "bd/customer", nil, obj{"id": id, "number": "C1", "name": "乙"}), "网络控制")
	r.refused(codeSupplyChain, "POST", "sys/common_operate", nil, obj{"entity_number": "bd_customer", "operate_type": "invalid", "ids": arr{id}})
	r.s.Unlock("bd/customer", "C1")
	require.Empty(t, rows(r.get("sys/mutex_list")))
	r.post("sys/common_operate", obj{"entity_number": "bd_customer", "operate_type": "invalid", "ids": arr{id}})
	require.Empty(t, rows(r.get("bd/customer", "enable", "1")))
	require.Len(t, rows(r.get("bd/customer", "enable", "-1")), 1)
	r.refused(400, "POST", "sys/common_operate", nil, obj{"entity_number": "bd_customer", "operate_type": "burn", "ids": arr{id}})
	r.refused(400, "POST", "sys/common_operate", nil, obj{"entity_number": "bd_nothing", "operate_type": "delete", "ids": arr{id}})
	r.refused(codeMissing, "POST", "sys/common_operate", nil, obj{"entity_number": "bd_customer", "operate_type": "delete", "ids": arr{"5"}})
	r.refused(codeEmpty, "POST", "sys/common_operate", nil, obj{"entity_number": "bd_customer", "operate_type": "delete"})
	r.post("sys/common_operate", obj{"entity_number": "bd_customer", "operate_type": "delete", "numbers": arr{"C1"}, "ids": arr{id}})
	require.Empty(t, r.s.Records("bd/customer"))
}

func (r *rig) uploadFile(path, part, name string, size int) obj {
	r.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, err := w.CreateFormFile(part, name)
	require.NoError(r, err)
	_, err = f.Write(bytes.Repeat([]byte("x"), size))
	require.NoError(r, err)
	require.NoError(r, w.Close())
	req := r.request("POST", businessRoot+path, "", b.String())
	req.Header.Set("Content-Type", w.FormDataContentType())
	status, answer := r.do(req)
	require.Equal(r, 200, status)
	require.NotContains(r, answer, "errcode", "uploads have an envelope of their own")
	return answer
}

func TestUploads(t *testing.T) {
	t.Parallel()
	r := login(t)
	answer := r.uploadFile("sys/attachment_upload", "file1", "合同.pdf", 100)
	require.Equal(t, "success", answer["errorCode"])
	file := r.s.Files()[0]
	require.Equal(t, "合同.pdf", file.Name)
	require.Len(t, file.Data, 100)
	require.Equal(t, file.URL, answer["data"].(obj)["file1"])
	require.Equal(t, false, r.uploadFile("sys/attachment_upload", "file", "a.pdf", 1)["success"])
	require.Equal(t, false, r.uploadFile("sys/attachment_upload", "file1", "a.pdf", maxAttachment+1)["success"])
	require.Equal(t, false, r.uploadFile("fi/voucher_attachment_upload", "file1", "合同.pdf", 1)["success"])
	require.Equal(t, "a1.pdf", r.uploadFile("fi/voucher_attachment_upload", "file1", "a1.pdf", 1)["data"].(obj)["filename"])
	require.Len(t, r.s.Files(), 2)
}

func TestEveryDocumentedOperationAnswers(t *testing.T) {
	t.Parallel()
	r := login(t)
	require.Len(t, operations(), 375+len(extraOperations))
	for key, op := range operations() {
		verb, path, _ := strings.Cut(key, " ")
		q := url.Values{}
		for _, f := range op.query {
			if f.required {
				q.Set(f.name, "1")
			}
		}
		if op.upload {
			continue
		}
		_, answer := r.send(verb, businessRoot+path, q, nil)
		require.Contains(t, answer, "errcode", key)
		code := answer["errcode"].(json.Number).String()
		require.Contains(t, []string{"0", "400", "1030002000", "1030002003"}, code, "%s: %v", key, answer)
		if rowsIn, ok := rowsField(op); ok && verb == "GET" && code == "0" {
			require.Contains(t, answer["data"], rowsIn.name, key)
		}
	}
}

func TestAnyListCanBeSeeded(t *testing.T) {
	t.Parallel()
	r := login(t)
	r.s.Seed("scm/inv_pick", Row{"bill_no": "SCLL-1", "bill_status": "C", "remark": "领料"})
	require.Equal(t, "SCLL-1", rows(r.get("scm/inv_pick", "bill_no", "SCLL-1"))[0]["bill_no"])
	require.Equal(t, "领料", r.get("scm/inv_pick_detail", "number", "SCLL-1")["remark"])
	r.s.Seed("fi/balancesheet", Row{"name": "货币资金"})
	r.s.Seed("fi/account_balance_report", Row{"number": "1001"}, Row{"number": "1002"}, Row{"number": "1003"})
	q := []string{"page", "9", "page_size", "2"}
	for _, f := range operations()["GET fi/account_balance_report"].query {
		if f.required {
			q = append(q, f.name, "202608")
		}
	}
	data := r.get("fi/account_balance_report", q...)
	require.Len(t, rows(data), 1, "a page past the end is the last one again")
	_, isList := r.get("bd/income_categorization", "un_page", "1")["rows"].(arr)
	require.True(t, isList)
	require.Panics(t, func() { r.s.Seed("bd/nothing", Row{}) })

	r.s.Handle("GET /jdy/v2/fi/profit_report", func(q Request) (any, error) {
		if q.Query.Get("period") == "" {
			return nil, &Error{Code: 1030002000, Description: "period"}
		}
		if q.Query.Get("period") == "0" {
			return nil, errors.New("boom")
		}
		return obj{"rows": arr{obj{"name": q.Account}}}, nil
	})
	required := func(p string) url.Values {
		v := url.Values{"period": {p}}
		for _, f := range operations()["GET fi/profit_report"].query {
			if f.required && f.name != "period" {
				v.Set(f.name, "1")
			}
		}
		return v
	}
	r.refused(codeEmpty, "GET", "fi/profit_report", required(""), nil)
	r.refused(codeService, "GET", "fi/profit_report", required("0"), nil)
	_, answer := r.send("GET", businessRoot+"fi/profit_report", required("1"), nil)
	require.Equal(t, r.s.Account().ID, rows(answer["data"].(obj))[0]["name"])

	save := r.post("cust/save", obj{"biz_type": "kf_1", "data": obj{"number": "K1", "text": "值"}})
	list := r.post("cust/list", obj{"biz_type": "kf_1", "data": obj{"text": "值"}, "page_no": "1", "page_size": "10"})
	require.Equal(t, savedID(save), rows(list)[0]["id"])
	r.post("cust/operate", obj{"entity_number": "kf_1", "id": arr{savedID(save)}, "operate_type": "delete"})
	list = r.post("cust/list", obj{"biz_type": "kf_1", "data": obj{"text": "值"}, "page_no": "1", "page_size": "10"})
	require.Empty(t, rows(list))
}

func TestDemoHasPages(t *testing.T) {
	t.Parallel()
	clock := clockAt(noon)
	r := login(t, clock.option(), WithDemo())
	require.Equal(t, "4", r.get("bd/material", "page_size", "100", "enable", "-1")["total_page"].(json.Number).String())
	orders := r.get("scm/sal_order", "page_size", "100")
	require.Len(t, rows(orders), 100)
	require.Equal(t, json.Number("2"), orders["total_page"])
	newest := rows(orders)[0]
	require.Equal(t, "2026-09-11", newest["bill_date"], "newest first")
	entry := r.get("scm/sal_order_detail", "id", newest["id"].(string))["material_entity"].(arr)[0].(obj)
	require.NotEmpty(t, entry["material_name"])
	require.NotEmpty(t, entry["unit_name"])
	require.Positive(t, dec(entry["all_amount"]).Sign())
	require.NotEmpty(t, rows(r.get("fi/voucher")))
	require.NotEmpty(t, rows(r.get("scm/inventory")))
	require.Empty(t, r.s.Effects(), "seeding is no effect")
	other := New(clock.option(), WithDemo())
	require.Equal(t, r.s.Records("scm/sal_order"), other.Records("scm/sal_order"))
	r.get("bd/material", "modify_start_time", time.Now().Format("0"))
}

func TestMixedTypes(t *testing.T) {
	t.Parallel()
	r := login(t, WithDemo(), WithMixedTypes())
	kinds := map[string]map[string]bool{}
	for _, row := range rows(r.get("scm/pur_inbound", "page_size", "100")) {
		for k, v := range row {
			if kinds[k] == nil {
				kinds[k] = map[string]bool{}
			}
			kinds[k][shapeOf(v)] = true
		}
	}
	require.Len(t, kinds["total_amount"], 2, "text and number")
	require.Contains(t, kinds, "unheard_of")
	require.Contains(t, kinds["remark"], "null")
	require.Equal(t, map[string]bool{"string": true}, kinds["id"], "ids stay text")
}

func shapeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "bool"
	case arr:
		return "list"
	}
	return "object"
}
