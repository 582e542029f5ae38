package jdytest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func voucherItem(source string, debit, credit string) obj {
	entry := func(account, dc, d, c string) obj {
		return obj{"account_number": account, "dc": dc, "debit_amount": d, "credit_amount": c, "amount_for": "0", "currency_id": "1", "explanation": "收款"}
	}
	return obj{"date": "2026-08-31", "group_number": "001", "source_bill_no": source, "entry_list": arr{
		entry("1002", "1", debit, "0"), entry("1122", "-1", "0", credit),
	}}
}

func TestVouchers(t *testing.T) {
	t.Parallel()
	r := login(t)
	wrongSide, noAccount, noText := voucherItem("", "1", "1"), voucherItem("", "1", "1"), voucherItem("", "1", "1")
	wrongSide["entry_list"].(arr)[0].(obj)["dc"] = "-1"
	noAccount["entry_list"].(arr)[0].(obj)["account_number"] = "9999"
	delete(noText["entry_list"].(arr)[0].(obj), "explanation")
	data := r.post("fi/voucher", obj{"items": arr{
		voucherItem("S-1", "0.3", "0.30"), voucherItem("S-2", "0.3", "0.31"), voucherItem("S-1", "1", "1"), wrongSide, noAccount, noText, voucherItem("S-3", "7", "7"),
	}})
	require.Len(t, data["ids"], 2)
	texts := data["errors"].(arr)
	require.Len(t, texts, 5)
	for i, words := range []string{"第2张凭证：借贷不平衡", "source_bill_no[S-1]已存在", "借贷方向", "参数number[9999]不存在", "参数[explanation]"} {
		require.Contains(t, texts[i], words)
	}
	id := data["ids"].(arr)[0].(string)
	row := rows(r.get("fi/voucher", "source_bill_no", "S-1"))[0]
	require.Equal(t, []any{"A", "0.3", "0.3", "202608", "1", "记"}, []any{row["bill_status"], row["debit_total"], row["credit_total"], row["period"], row["number"], row["group_name"]})
	detail := r.get("fi/voucher_detail", "id", id)
	require.Equal(t, "银行存款", detail["entry_list"].(arr)[0].(obj)["account_name"])
	require.Equal(t, "2", rows(r.get("fi/voucher", "source_bill_no", "S-3"))[0]["number"], "numbers count within the period")
	require.Empty(t, rows(r.get("fi/voucher", "start_period", "202609")))
	require.Len(t, rows(r.get("fi/voucher", "end_period", "202608")), 2)
	require.Equal(t, 1, r.s.CreatedWith("fi/voucher", "source_bill_no", "S-1"))

	september := voucherItem("S-4", "1", "1")
	september["date"] = "2026-09-01"
	id4 := savedID(r.post("fi/voucher", obj{"items": arr{september}}))
	require.Equal(t, "记-1", r.get("fi/voucher_detail", "id", id4)["voucher_no"], "each period counts anew")

	r.refused(400, "POST", "fi/voucher", nil, obj{"items": arr{obj{"date": 20260831}}})
	r.refused(codeEmpty, "POST", "fi/voucher", nil, obj{})

	item := voucherItem("S-1", "5", "5")
	item["id"] = id
	require.Equal(t, arr{id}, r.post("fi/voucher", obj{"items": arr{item}})["ids"])
	r.post("sys/common_operate", obj{"entity_number": "gl_voucher", "operate_type": "audit", "ids": arr{id}})
	require.Contains(t, r.post("fi/voucher", obj{"items": arr{item}})["errors"].(arr)[0], "已审核")
	reversed := rows(r.post("fi/voucher_reverse", obj{"ids": arr{id}}))[0]
	require.NotEmpty(t, reversed["reverse_voucher_id"])
	require.Equal(t, true, r.get("fi/voucher_detail", "id", id)["have_reverse"])
	require.Equal(t, "-5", r.get("fi/voucher_detail", "id", reversed["reverse_voucher_id"].(string))["debit_total"])
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	r := login(t)
	data := r.get("fi/account")
	require.Equal(t, json.Number("8"), data["total_count"], "no paging")
	require.Len(t, rows(data), 8)
	require.Equal(t, json.Number("-1"), rows(data)[4]["dc"])
	require.Len(t, rows(r.get("fi/account", "search", "现金")), 1)
	saved := r.post("fi/account", obj{"items": arr{obj{"number": "100201", "name": "基本户", "account_type_id": "1", "dc": "1", "level": "2"}}})
	require.Len(t, rows(saved)[0]["ids"], 1)
	require.Equal(t, "基本户", r.get("fi/account_detail", "number", "100201")["name"])
}
