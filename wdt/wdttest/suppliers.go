package wdttest

// Supplier is a supplier (供应商).
type Supplier struct {
	No, Name        string // provider_no (供应商编号), the key; provider_name
	Contact, Mobile string // contact, mobile
	Disabled        bool   // is_disabled (停用)
	More            Row    // other members by their names
}

// SeedSupplier adds suppliers to setting.PurchaseProvider.queryDetail, or
// replaces those of the same number.
func (s *Server) SeedSupplier(all ...Supplier) {
	for _, p := range all {
		s.Seed(supplier, with(Row{
			"provider_no": p.No, "provider_name": p.Name, "contact": p.Contact, "mobile": p.Mobile, "is_disabled": p.Disabled,
		}, p.More))
	}
}

// pushSupplier serves setting.PurchaseProvider.push: it creates or updates one
// supplier.
func pushSupplier(c *writeCall) (any, error) {
	r, err := c.object(0)
	if err != nil {
		return nil, err
	}
	no := r.text("provider_no")
	if no == "" || r.text("provider_name") == "" {
		return nil, refuse("provider_no、provider_name 不能为空")
	}
	if text, fails := c.fails(no); fails {
		return nil, refuse(text)
	}
	old := c.bin(supplier).byKey[no]
	for _, o := range c.bin(supplier).rows {
		if o != old && o.row.text("provider_name") == r.text("provider_name") {
			return nil, refuse("供应商名称不能重复")
		}
	}
	merged := Row{}
	if old != nil {
		merged = old.row.clone()
		delete(merged, "modified")
	}
	o := c.put(supplier, with(merged, r))
	c.note(no, old == nil)
	return o.id, nil
}

// mustSupplier finds the supplier a document names; nil while no supplier is
// known at all.
func (c *writeCall) mustSupplier(no string) (Row, error) {
	b := c.bin(supplier)
	if len(b.rows) == 0 && no != "" {
		return Row{}, nil
	}
	o := b.byKey[no]
	if o == nil || o.row.text("is_disabled") == "true" {
		return nil, refuse("供应商不存在")
	}
	return o.row, nil
}

// mustWarehouse finds the warehouse a document names; any while none is known.
func (c *writeCall) mustWarehouse(no, text string) (Row, error) {
	b := c.bin(warehouseMethod)
	if len(b.rows) == 0 && no != "" {
		return Row{}, nil
	}
	o := b.byKey[no]
	if o == nil || o.row.text("is_disabled") == "true" {
		return nil, refuse(text)
	}
	return o.row, nil
}

// mustShop finds the shop orders are pushed to; any while none is known.
func (c *writeCall) mustShop(no string) (Row, error) {
	b := c.bin(shopMethod)
	if len(b.rows) == 0 && no != "" {
		return Row{"platform_id": 127}, nil
	}
	o := b.byKey[no]
	if o == nil || o.row.text("is_disabled") == "true" {
		return nil, refuse("店铺编号不存在或已停用")
	}
	return o.row, nil
}

// mustSpecs checks the lines of a document: SKUs that exist (any while no goods
// are known) and quantities above 0.
func (c *writeCall) mustSpecs(lines []Row) error {
	if len(lines) == 0 {
		return refuse("单据明细不能为空")
	}
	known := len(c.bin(goods).rows) > 0
	for _, line := range lines {
		no := line.text("spec_no")
		if no == "" {
			return refuse("商家编码不能为空")
		}
		if _, spec := c.specOf(no); known && spec == nil {
			return refuse("商家编码:" + no + " 单品不存在")
		}
		if n, ok := parseAmount(line.text("num")); !ok || !n.positive() {
			return refuse("商家编码:" + no + " 数量不合法")
		}
	}
	return nil
}

// specMembers are what a line of a document shows of its SKU.
func (s *Server) specMembers(no string) Row {
	good, spec := s.specOf(no)
	r := Row{"spec_no": no}
	if spec == nil {
		return r
	}
	for _, name := range []string{"goods_no", "goods_name", "brand_name", "short_name", "goods_id"} {
		if v, there := good[name]; there {
			r[name] = v
		}
	}
	for _, name := range []string{"spec_name", "spec_code", "spec_id", "barcode"} {
		if v, there := spec[name]; there {
			r[name] = v
		}
	}
	for _, name := range []string{"unit_name", "base_unit_name", "goods_unit", "purchase_unit_name"} {
		r[name] = good.text("unit_name")
	}
	return r
}
