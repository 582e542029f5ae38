package dingtalktest

import (
	"fmt"
	"time"
)

// Forms of [WithDemo].
const (
	// DemoForm is an approval form of products (产品信息审批) with the components
	// of the product flow: textField_lq0sj9h9 名称, textField_lq23ags2 编码,
	// textField_lq0sj9h3 and textField_lqdd2tui the groups, textField_lstsv908
	// 规格, textareaField_lq23ags6 备注.
	DemoForm = "FORM-FAKEPRODUCTAPPROVAL00000000000001"
	// DemoProcess is the processCode of DemoForm.
	DemoProcess = "TPROC--FAKEPRODUCTAPPROVAL00000001"
	// DemoPlainForm is a plain form of stock items (库存台账) that has a component
	// of almost every kind, most of them with an alias.
	DemoPlainForm = "FORM-FAKESTOCKITEMS0000000000000002"
)

// ProductForm is the approval form of the product flow.
func ProductForm() Form {
	return Form{
		UUID: DemoForm, Title: "产品信息审批", Kind: Process, ProcessCode: DemoProcess, Version: 3, Components: []Component{
			{ID: "textField_lq0sj9h9", Label: "产品名称", Required: true},
			{ID: "textField_lq23ags2", Label: "产品编码", Required: true},
			{ID: "textField_lq0sj9h3", Label: "一级分类"},
			{ID: "textField_lqdd2tui", Label: "二级分类"},
			{ID: "textField_lstsv908", Label: "产品规格"},
			{ID: "textareaField_lq23ags6", Label: "产品备注"},
		},
	}
}

// StockForm is a plain form with a component of almost every kind.
func StockForm() Form {
	return Form{
		UUID: DemoPlainForm, Title: "库存台账", EnglishName: "Stock items", Version: 7, Components: []Component{
			{ID: "textField_sku", Label: "编码", Alias: "Sku", Required: true},
			{ID: "textareaField_note", Label: "备注", Alias: "Note"},
			{ID: "numberField_qty", Label: "数量", Alias: "Qty"},
			{ID: "rateField_grade", Label: "评分"},
			{ID: "radioField_kind", Label: "类别", Alias: "Kind", Options: []Choice{{Value: "metal", Text: "五金", English: "Hardware"}, {Value: "paper", Text: "纸品", English: "Paper"}}},
			{ID: "selectField_unit", Label: "单位", Options: []Choice{{Value: "pcs", Text: "个"}, {Value: "box", Text: "箱"}}},
			{ID: "checkboxField_tags", Label: "标签", Options: []Choice{{Value: "new", Text: "新品"}, {Value: "sale", Text: "促销"}}},
			{ID: "multiSelectField_areas", Label: "区域"},
			{ID: "cascadeSelectField_place", Label: "库位"},
			{ID: "dateField_due", Label: "到期", Alias: "Due"},
			{ID: "cascadeDateField_span", Label: "有效期"},
			{ID: "employeeField_keeper", Label: "保管员", Alias: "Keeper"},
			{ID: "departmentSelectField_dept", Label: "部门"},
			{ID: "countrySelectField_from", Label: "产地"},
			{ID: "addressField_at", Label: "地址"},
			{ID: "citySelectField_city", Label: "城市"},
			{ID: "editorField_text", Label: "说明"},
			{ID: "linkField_site", Label: "链接"},
			{ID: "imageField_photo", Label: "图片"},
			{ID: "attachmentField_docs", Label: "附件"},
			{ID: "associationFormField_vendor", Label: "供应商", Alias: "Vendor"},
			{ID: "digitalSignatureField_sign", Label: "签名"},
			{ID: "serialNumberField_no", Label: "流水号"},
			{ID: "tableField_lines", Label: "明细", Alias: "Lines", Children: []Component{
				{ID: "textField_colour", Label: "颜色", Alias: "Colour"}, {ID: "numberField_pieces", Label: "件数", Alias: "Pieces"},
			}},
		},
	}
}

// seedDemo writes the records of WithDemo. Everything follows from counters.
func (s *Server) seedDemo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	product, stock := s.addForm(ProductForm()), s.addForm(StockForm())
	now := s.clock()
	for i := range 4 {
		at := now.Add(-time.Duration(40-i) * time.Hour)
		s.seed(product, Instance{
			Created: at, Modified: at.Add(time.Hour), Status: "COMPLETED", Result: "agree",
			Values: Row{"textField_lq0sj9h9": fmt.Sprintf("旧款水杯 %d", i+1), "textField_lq23ags2": fmt.Sprintf("OLD-%03d", i+1), "textField_lq0sj9h3": "家居"},
		})
	}
	for i := range 30 {
		at := now.Add(-time.Duration(300-5*i) * time.Hour)
		s.seed(stock, Instance{Created: at, Modified: at.Add(90 * time.Minute), Values: Row{
			"textField_sku": fmt.Sprintf("KC-%04d", i+1), "numberField_qty": 10 + i, "radioField_kind": []string{"metal", "paper"}[i%2],
			"dateField_due": now.AddDate(0, i, 0).UnixMilli(), "employeeField_keeper": []string{DemoUser},
			"tableField_lines": []Row{{"textField_colour": "红", "numberField_pieces": i}, {"textField_colour": "蓝", "numberField_pieces": 1.5}},
		}})
	}
}
