package fxiaoketest

import (
	"fmt"
	"slices"
	"strings"
)

// Field is a field of an object, as describe has it.
type Field struct {
	Name    string   // api_name
	Label   string   // display text
	Type    string   // "text", "number", "currency", "date_time", "select_one", "object_reference", "employee", "master_detail" …
	Unique  bool     // a create with a value that is taken is refused
	Must    bool     // is_required: a create without it is refused
	Target  string   // target_api_name of a reference
	Options []string // values of a select field, in the form value=label
}

// Object is a kind of record.
type Object struct {
	Name     string   // api name, ends in __c for a custom one
	Label    string   // display name
	Fields   []Field  // beyond those every record has
	Details  []string // detail objects, whose master_detail field points here
	Approval bool     // a write that triggers the approval flow leaves the record under review
}

type object struct {
	Object
	records []*record
}

// AddObject adds a custom object, or replaces what the fake knows of a preset one. It
// panics when the name ends neither in Obj nor in __c.
func (s *Server) AddObject(o Object) {
	if !strings.HasSuffix(o.Name, "__c") && !strings.HasSuffix(o.Name, "Obj") {
		panic(fmt.Sprintf("fxiaoketest: %q is no object name", o.Name))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.object(o.Name); old != nil {
		old.Object = o
		return
	}
	s.objects = append(s.objects, &object{Object: o})
}

func (s *Server) object(name string) *object {
	i := slices.IndexFunc(s.objects, func(o *object) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return s.objects[i]
}

func (s *Server) mustObject(name string) *object {
	o := s.object(name)
	if o == nil {
		panic(fmt.Sprintf("fxiaoketest: no object %q", name))
	}
	return o
}

func (o *object) custom() bool { return strings.HasSuffix(o.Name, "__c") }

func (o *object) field(name string) *Field {
	i := slices.IndexFunc(o.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &o.Fields[i]
}

// master is the field that points to a master object.
func (o *object) master(of string) string {
	for _, f := range o.Fields {
		if f.Type == "master_detail" && f.Target == of {
			return f.Name
		}
	}
	return ""
}

// everyField are the fields of every record.
var everyField = []Field{
	{Name: "_id", Type: "text"}, {Name: "name", Label: "名称", Type: "text"}, {Name: "owner", Label: "负责人", Type: "employee"},
	{Name: "created_by", Label: "创建人", Type: "employee"}, {Name: "last_modified_by", Label: "最后修改人", Type: "employee"},
	{Name: "create_time", Label: "创建时间", Type: "date_time"}, {Name: "last_modified_time", Label: "最后修改时间", Type: "date_time"},
	{
		Name: "life_status", Label: "生命状态", Type: "select_one",
		Options: []string{"ineffective=未生效", "under_review=审核中", "normal=正常", "in_change=变更中", "invalid=作废"},
	},
	{Name: "lock_status", Label: "锁定状态", Type: "select_one", Options: []string{"0=未锁定", "1=锁定"}},
	{Name: "record_type", Label: "业务类型", Type: "record_type"},
}

// preset makes a preset object from "name:type" or "name:type:target" fields.
func preset(name, label, fields string, details ...string) *object {
	o := &object{Object: Object{Name: name, Label: label, Details: details}}
	for _, f := range strings.Fields(fields) {
		parts := append(strings.Split(f, ":"), "", "")
		o.Fields = append(o.Fields, Field{Name: parts[0], Label: parts[0], Type: parts[1], Target: parts[2]})
	}
	return o
}

// presets are the preset objects with typed fields in the contract.
func presets() []*object {
	return []*object{
		preset("AccountObj", "客户", "account_no:text account_type:select_one account_level:select_one account_source:select_one industry_level1:select_one tel:phone_number fax:text email:email url:url address:text area_location:location remark:long_text"),
		preset("ContactObj", "联系人", "account_id:object_reference:AccountObj tel1:phone_number tel2:phone_number tel3:phone_number mobile1:phone_number email:email company:text"),
		preset("LeadsObj", "销售线索", "leads_pool_id:text company:text mobile:phone_number tel:phone_number email:email source:select_one biz_status:select_one leads_stage:select_one account_id:object_reference:AccountObj contact_id:object_reference:ContactObj assigned_time:date_time resale_count:number"),
		preset("ProductObj", "产品", "product_code:text price:currency unit:select_one product_spec:text product_status:select_one off_shelves_time:date_time barcode:text"),
		preset("SalesOrderObj", "销售订单", "account_id:object_reference:AccountObj order_time:date order_amount:currency discount:percentile delivery_date:date ship_to_id:object_reference:ContactObj ship_to_tel:phone_number ship_to_add:text quote_id:object_reference:QuoteObj price_book_id:object_reference:PriceBookObj remark:long_text", "SalesOrderProductObj"),
		preset("SalesOrderProductObj", "订单产品", "order_id:master_detail:SalesOrderObj product_id:object_reference:ProductObj quantity:number sales_price:currency product_price:currency discount:percentile subtotal:currency unit:select_one price_book_product_id:object_reference:PriceBookProductObj remark:long_text"),
		preset("PaymentObj", "回款", "account_id:object_reference:AccountObj payment_amount:currency payment_time:date payment_term:select_one submit_time:date_time notification_time:date_time order_id:text order_data_id:text", "OrderPaymentObj"),
		preset("OrderPaymentObj", "回款明细", "payment_id:master_detail:PaymentObj order_id:object_reference:SalesOrderObj payment_amount:currency payment_time:date payment_term:select_one"),
		preset("ReturnedGoodsInvoiceObj", "退货单", "account_id:object_reference:AccountObj order_id:object_reference:SalesOrderObj returned_goods_time:date returned_goods_inv_amount:currency", "ReturnedGoodsInvoiceProductObj"),
		preset("ReturnedGoodsInvoiceProductObj", "退货单产品", "returned_goods_inv_id:master_detail:ReturnedGoodsInvoiceObj product_id:object_reference:ProductObj quantity:number"),
		preset("WarehouseObj", "仓库", "number:text is_enable:select_one is_default:true_or_false address:text account_id:object_reference:AccountObj"),
		preset("StockObj", "库存", "product_id:object_reference:ProductObj warehouse_id:object_reference:WarehouseObj real_stock:number blocked_stock:number available_stock:number batch_id:object_reference:BatchObj"),
		preset("PriceBookObj", "价目表", "start_date:date end_date:date is_standard:true_or_false"),
		preset("PriceBookProductObj", "价目表明细", "pricebook_id:object_reference:PriceBookObj product_id:object_reference:ProductObj pricebook_sellingprice:currency discount:percentile"),
		preset("PersonnelObj", "人员", "full_name:text phone:phone_number user_id:text employee_number:text main_department:department position:text status:select_one"),
		preset("DepartmentObj", "部门", "parent_id:department status:select_one"),
		preset("SupplierObj", "供应商", "remark:long_text"),
	}
}

func (c *call) objectList() (map[string]any, *refusal) {
	list := []any{}
	for _, o := range c.s.objects {
		kind := "package"
		if o.custom() {
			kind = "custom"
		}
		list = append(list, map[string]any{
			"describeApiName": o.Name, "describeDisplayName": o.Label, "defineType": kind, "isActive": true, "iconPath": "",
			"iconIndex": 0, "hideButton": false, "publicObject": false,
		})
	}
	return map[string]any{"data": map[string]any{"objects": list}}, nil
}

func (c *call) describe() (map[string]any, *refusal) {
	name := text(row(c.body["data"])["apiName"])
	if name == "" {
		name = text(c.body["apiName"])
	}
	o := c.s.object(name)
	if o == nil {
		return nil, refuse(32000, "object %s is not exists", name)
	}
	data := map[string]any{"describe": describeOf(o)}
	if flag(c.body["includeDetail"]) || flag(row(c.body["data"])["includeDetail"]) {
		var details []any
		for _, d := range o.Details {
			if detail := c.s.object(d); detail != nil {
				details = append(details, map[string]any{"describe": describeOf(detail)})
			}
		}
		data["detailDescribeList"] = details
	}
	return map[string]any{"data": data}, nil
}

func describeOf(o *object) map[string]any {
	fields := map[string]any{}
	for i, f := range append(slices.Clone(everyField), o.Fields...) {
		kind := "package"
		if strings.HasSuffix(f.Name, "__c") {
			kind = "custom"
		}
		d := map[string]any{
			"api_name": f.Name, "describe_api_name": o.Name, "label": f.Label, "type": f.Type, "define_type": kind, "is_required": f.Must,
			"is_active": true, "is_unique": f.Unique, "is_index": true, "is_single": false, "index_name": fmt.Sprintf("s_%d", i),
		}
		if f.Target != "" {
			d["target_api_name"] = f.Target
		}
		if f.Type == "number" || f.Type == "currency" {
			d["decimal_places"], d["length"], d["round_mode"] = 2, 14, 4
		}
		if strings.HasPrefix(f.Type, "date") {
			d["time_zone"] = "GMT+8"
		}
		if len(f.Options) > 0 {
			var options []any
			for _, opt := range f.Options {
				value, label, _ := strings.Cut(opt, "=")
				options = append(options, map[string]any{"label": label, "value": value})
			}
			d["options"] = options
		}
		fields[f.Name] = d
	}
	return map[string]any{"api_name": o.Name, "display_name": o.Label, "icon_index": 0, "icon_path": "", "fields": fields}
}
