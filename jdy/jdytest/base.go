package jdytest

// seedBase puts in what every account set has from its first day.
func (b *Book) seedBase() {
	b.seed("bd/currency", Row{"id": "1", "number": "RMB", "name": "人民币"})
	b.seed("bd/measure_unit",
		Row{"id": "1", "number": "个", "name": "个", "precision": "0"},
		Row{"id": "2", "number": "箱", "name": "箱", "precision": "0"},
		Row{"id": "3", "number": "支", "name": "支", "precision": "0"},
		Row{"id": "4", "number": "kg", "name": "千克", "precision": "3"},
	)
	b.seed("bd/store", Row{"number": "CK001", "name": "主仓", "is_allow_neg": "false", "is_allow_freight": false})
	b.seed("bd/settlement_type", Row{"id": "1", "number": "JSFS01", "name": "现金", "enable": 1}, Row{"id": "2", "number": "JSFS02", "name": "银行转账", "enable": 1})
	b.seed("bd/settlement_account", Row{"number": "ZH001", "name": "基本户", "account": "6222000000000001", "account_name": "对接演示有限公司", "enable": 1, "is_default": true})
	b.seed("sys/user_list", Row{"id": adminID, "uid": "141861382", "name": "管理员", "number": "admin", "phone": "13800000000"})
	b.seed("sys/current_user_info", Row{
		"id": adminID, "uid": "141861382", "eid": "1", "name": "管理员", "number": "admin", "phone": "13800000000", "enable": "1", "status": "C",
		"is_admin": true, "department": nil, "employee": nil,
	})
	b.seed("fi/voucher_type", Row{"id": "1", "number": "001", "name": "记"})
	for _, a := range [][3]string{
		{"1001", "库存现金", "1"}, {"1002", "银行存款", "1"}, {"1122", "应收账款", "1"}, {"1405", "库存商品", "1"},
		{"2202", "应付账款", "-1"}, {"2221", "应交税费", "-1"}, {"6001", "主营业务收入", "-1"}, {"6401", "主营业务成本", "1"},
	} {
		b.seed("fi/account", Row{"number": a[0], "name": a[1], "full_name": a[1], "dc": a[2], "level": 1, "is_leaf": 1, "enable": 1})
	}
}
