package okkitest

import (
	"bytes"
	"encoding/json"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// addMetaRoutes adds the calls that are no list, info, push or remove of a record.
func addMetaRoutes(out map[string]route) {
	product, company := []string{"product"}, []string{"company"}
	get := func(path string, scopes []string, f func(*call) (any, *refusal)) {
		out["GET "+path] = route{scopes: scopes, serve: f}
	}
	post := func(path string, scopes []string, f func(*call) (any, *refusal)) {
		out["POST "+path] = route{scopes: scopes, reads: true, serve: f}
	}
	get("product/groups", product, (*call).productGroups)
	post("product/push-groups", product, (*call).pushGroup)
	out["POST product/remove-groups"] = route{scopes: product, serve: (*call).removeGroup}
	get("product/sku-attribute-list", product, func(c *call) (any, *refusal) { return rowsOf(c.s.attributes), nil })
	post("product/push-sku-attribute", product, (*call).pushAttribute)
	post("product/append-sku-attributes-value", product, (*call).appendAttribute)
	get("product/inventory-list", product, (*call).inventory)
	out["POST product/push-inventory"] = route{scopes: product, serve: (*call).pushInventory}
	get("company/query", company, (*call).queryCompanies)
	out["POST company/removeCompanyAndCustomers"] = route{scopes: company, serve: (*call).removeCompany}
	post("company/moveToPublic", company, (*call).moveToPublic)
	get("user/list", []string{"user"}, (*call).userList)
	get("user/info", []string{"user"}, (*call).userInfo)
	get("user/departmentList", []string{"user"}, (*call).departments)
	for path, scopes := range map[string][]string{
		"company/companyEnums": company, "company/fields": company, "company/fields/selector": company, "product/fields": product,
		"product/productEnums": product, "lead/fields": {"lead"}, "opportunity/fields": {"opportunity"},
		"opportunity/fields/selector": {"opportunity"}, "invoices/order/orderEnums": {"invoices"}, "invoices/order/fields": {"invoices"},
		"invoices/quotation/fields": {"invoices"}, "invoices/quotation/fields/selector": {"invoices"}, "invoices/receipt/fields": {"invoices"},
		"invoices/receipt/types": {"invoices"}, "invoices/receiptRegistration/fields": {"invoices"}, "invoices/outbound/fields": stockScopes,
		"invoices/purchaseInbound/fields": stockScopes, "invoices/purchaseReturn/fields": stockScopes,
		"purchaseOrder/fields": {"purchaseOrder"}, "purchaseOrder/fields/selector": {"purchaseOrder"}, "supplier/fields": stockScopes,
		"costInvoice/fields": {"costInvoice"}, "costInvoice/items": {"costInvoice"}, "paymentInvoice/fields": {"paymentInvoice"},
		"supplierProduct/supplierProductRelationList": stockScopes,
	} {
		get(path, scopes, func(c *call) (any, *refusal) { return c.fixed(path) })
	}
}

// SetAnswer sets the data of a call that answers the tenant's own settings: enums,
// fields, selectors, relation lists. A key may carry the query that chooses among them:
// "company/fields?type=customer", "product/productEnums?field=unit_list".
func (s *Server) SetAnswer(key string, data any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[key] = data
}

func (c *call) fixed(path string) (any, *refusal) {
	for _, name := range []string{"type", "field"} {
		if v := c.query.Get(name); v != "" {
			if data, ok := c.s.answers[path+"?"+name+"="+v]; ok {
				return cloneValue(data), nil
			}
		}
	}
	if data, ok := c.s.answers[path]; ok {
		return cloneValue(data), nil
	}
	return []any{}, nil
}

func (s *Server) orderStatuses() []string {
	var out []string
	if enums, ok := s.answers["invoices/order/orderEnums"].(map[string]any); ok {
		for _, e := range objects(enums["order_status_list"]) {
			out = append(out, text(e["code"]))
		}
	}
	return out
}

func rowsOf(rows []Row) []any {
	out := []any{}
	for _, r := range rows {
		out = append(out, map[string]any(cloneRow(r)))
	}
	return out
}

// AddGroup adds a product group under a parent (0 = at the top) and returns its id.
func (s *Server) AddGroup(name string, parent int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addGroup(name, parent)
}

// RenameGroup changes the name of a product group.
func (s *Server) RenameGroup(id int64, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.group(id); g != nil {
		g["name"] = name
	}
}

func (s *Server) addGroup(name string, parent int64) int64 {
	id, layer, prefix := s.newID(), 1, "0-"
	if up := s.group(parent); up != nil {
		n, _ := strconv.Atoi(text(up["layer"]))
		layer, prefix = n+1, text(up["prefix"])+strconv.FormatInt(parent, 10)+"-"
	}
	s.groups = append(s.groups, Row{
		"id": id, "name": name, "parent_id": parent, "layer": layer, "prefix": prefix, "description": "", "order_rank": "0",
		"create_time": s.now(), "update_time": s.now(),
	})
	return id
}

func (s *Server) group(id int64) Row {
	i := slices.IndexFunc(s.groups, func(g Row) bool { return number(g["id"]) == id })
	if i < 0 {
		return nil
	}
	return s.groups[i]
}

func (s *Server) groupName(id int64) string { return text(s.group(id)["name"]) }

func (c *call) productGroups() (any, *refusal) {
	id, name := number(c.query.Get("group_id")), c.query.Get("group_name")
	rows := keep(c.s.groups, func(g Row) bool {
		return (id == 0 || number(g["id"]) == id) && (name == "" || text(g["name"]) == name)
	})
	return c.s.shown(rowsOf(rows)), nil
}

func (c *call) pushGroup() (any, *refusal) {
	name, parent := text(c.body["name"]), number(c.body["parent_id"])
	switch {
	case name == "":
		return nil, refuse(404, "'name' cannot be empty")
	case parent != 0 && c.s.group(parent) == nil:
		return nil, refuse(500, "父级节点不存在")
	}
	if id := number(c.body["group_id"]); id != 0 {
		g := c.s.group(id)
		if g == nil {
			return nil, refuse(404, "Not Found Resource")
		}
		g["name"], g["update_time"] = name, c.s.now()
		return map[string]any(cloneRow(g)), nil
	}
	return map[string]any(cloneRow(c.s.group(c.s.addGroup(name, parent)))), nil
}

// removeGroup reads its multipart form.
func (c *call) removeGroup() (any, *refusal) {
	if err := c.r.ParseMultipartForm(maxBody); err != nil {
		return nil, refuse(400, "Invalid data json")
	}
	id := number(c.r.FormValue("group_id"))
	if c.s.group(id) == nil {
		return nil, refuse(404, "Not Found Resource")
	}
	if slices.ContainsFunc(c.s.groups, func(g Row) bool { return number(g["parent_id"]) == id }) {
		return nil, refuse(404, "System group cannot be deleted")
	}
	c.s.groups = keep(c.s.groups, func(g Row) bool { return number(g["id"]) != id })
	return map[string]any{"group_id": strconv.FormatInt(id, 10)}, nil
}

func (c *call) pushAttribute() (any, *refusal) {
	nodes := objects(c.body["node"])
	if text(c.body["item_name"]) == "" || len(nodes) == 0 {
		return nil, refuse(404, "'item_name' cannot be empty")
	}
	id := number(c.body["item_id"])
	row := Row{"item_name": c.body["item_name"], "parent_id": "0"}
	if id == 0 {
		id = c.s.newID()
		c.s.attributes = append(c.s.attributes, Row{"item_id": strconv.FormatInt(id, 10)})
	}
	at := slices.IndexFunc(c.s.attributes, func(a Row) bool { return number(a["item_id"]) == id })
	if at < 0 {
		return nil, refuse(404, "The specifications don't exist")
	}
	row["item_id"], row["node"] = strconv.FormatInt(id, 10), c.attributeValues(id, nodes)
	c.s.attributes[at] = row
	return map[string]any(cloneRow(row)), nil
}

func (c *call) attributeValues(parent int64, nodes []Row) []any {
	var out []any
	for _, n := range nodes {
		id := number(n["item_id"])
		if id == 0 {
			id = c.s.newID()
		}
		out = append(out, map[string]any{
			"item_id": strconv.FormatInt(id, 10), "item_name": n["item_name"], "parent_id": strconv.FormatInt(parent, 10),
		})
	}
	return out
}

func (c *call) appendAttribute() (any, *refusal) {
	id := number(c.body["item_id"])
	at := slices.IndexFunc(c.s.attributes, func(a Row) bool { return number(a["item_id"]) == id })
	if at < 0 {
		return nil, refuse(404, "The specifications don't exist")
	}
	names, _ := c.body["attributes"].([]any)
	row := c.s.attributes[at]
	have, _ := row["node"].([]any)
	for _, name := range names {
		if !slices.ContainsFunc(objects(have), func(n Row) bool { return text(n["item_name"]) == text(name) }) {
			have = append(have, c.attributeValues(id, []Row{{"item_name": text(name)}})...)
		}
	}
	row["node"] = have
	return map[string]any(cloneRow(row)), nil
}

// SetStock sets the display stock of a SKU in a warehouse.
func (s *Server) SetStock(sku, warehouse int64, enable, physical string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setStock(sku, warehouse, enable, physical)
}

func (s *Server) setStock(sku, warehouse int64, enable, physical string) {
	row := Row{"sku_id": sku, "warehouse_id": warehouse, "unit": "", "disable_flag": 0}
	for _, rec := range s.records["product"] {
		for _, item := range objects(rec.row["sku_items"]) {
			if number(item["sku_id"]) == sku {
				row["sku_code"], row["product_id"], row["product_no"] = item["sku_code"], rec.id, rec.row["product_no"]
			}
		}
	}
	at := slices.IndexFunc(s.stock, func(r Row) bool { return number(r["sku_id"]) == sku && number(r["warehouse_id"]) == warehouse })
	if at < 0 {
		s.stock = append(s.stock, row)
		at = len(s.stock) - 1
	}
	s.stock[at]["enable_count"], s.stock[at]["real_count"] = tenPlaces(enable), tenPlaces(physical)
}

// tenPlaces writes an amount as inventory answers do.
func tenPlaces(v string) string {
	r, ok := new(big.Rat).SetString(v)
	if !ok {
		return v
	}
	return r.FloatString(10)
}

// inStock tells whether a line takes no more than the stock that was set for its SKU;
// without stock set, everything is there.
func (s *Server) inStock(line Row) bool {
	sum, known := new(big.Rat), false
	for _, row := range s.stock {
		if number(row["sku_id"]) == number(line["sku_id"]) {
			n, _ := new(big.Rat).SetString(text(row["enable_count"]))
			sum, known = sum.Add(sum, n), true
		}
	}
	want, ok := new(big.Rat).SetString(text(line["outbound_count"]))
	return ok && (!known || want.Cmp(sum) <= 0)
}

func (c *call) inventory() (any, *refusal) {
	n, per, ref := c.page(20)
	if ref != nil {
		return nil, ref
	}
	rows := c.s.stock
	if skus := c.query.Get("sku_id"); skus != "" {
		rows = keep(rows, func(r Row) bool { return slices.Contains(split(skus), text(r["sku_id"])) })
	}
	return map[string]any{"count": len(rows), "list": c.s.shown(rowsOf(cut(rows, n, per)))}, nil
}

// pushInventory reads its JSON array.
func (c *call) pushInventory() (any, *refusal) {
	dec := json.NewDecoder(bytes.NewReader(c.raw))
	dec.UseNumber()
	var lines []any
	if err := dec.Decode(&lines); err != nil {
		return nil, refuse(400, "Invalid data json")
	}
	for _, line := range objects(lines) {
		if number(line["sku_id"]) == 0 || empty(line["enable_count"]) {
			return nil, refuse(404, "'sku_id' cannot be empty")
		}
	}
	for _, line := range objects(lines) {
		sku, warehouse, enable := number(line["sku_id"]), number(line["warehouse_id"]), text(line["enable_count"])
		if text(line["inventory_type"]) == "2" {
			enable = c.plusStock(sku, warehouse, enable)
		}
		physical := text(line["real_count"])
		if physical == "" {
			physical = enable
		}
		c.s.setStock(sku, warehouse, enable, physical)
	}
	return "success", nil
}

func (c *call) plusStock(sku, warehouse int64, more string) string {
	sum, _ := new(big.Rat).SetString(more)
	for _, row := range c.s.stock {
		if number(row["sku_id"]) == sku && number(row["warehouse_id"]) == warehouse {
			if old, ok := new(big.Rat).SetString(text(row["enable_count"])); ok && sum != nil {
				sum.Add(sum, old)
			}
		}
	}
	if sum == nil {
		return more
	}
	return sum.FloatString(10)
}

// queryCompanies is the duplicate check.
func (c *call) queryCompanies() (any, *refusal) {
	word := c.query.Get("word")
	if word == "" {
		return nil, refuse(404, "'word' cannot be empty")
	}
	n, per, ref := c.page(20)
	if ref != nil {
		return nil, ref
	}
	field := c.query.Get("search_field")
	var rows []any
	for _, rec := range c.s.records["company"] {
		if !rec.removed && rec.seen() && companyMatches(rec.row, field, word) {
			rows = append(rows, map[string]any{
				"company_id": rec.id, "serial_id": rec.row["serial_id"], "is_public": 0, "name": rec.row["name"], "short_name": rec.row["short_name"],
			})
		}
	}
	return map[string]any{"list": append([]any{}, cut(rows, n, per)...), "totalItem": len(rows)}, nil
}

func companyMatches(row Row, field, word string) bool {
	contact, isContact := strings.CutPrefix(field, "customer_list.")
	if !isContact {
		if field != "" {
			return strings.EqualFold(text(row[field]), word)
		}
		return strings.Contains(text(row["name"]), word) || text(row["serial_id"]) == word
	}
	return slices.ContainsFunc(objects(row["customers"]), func(p Row) bool {
		if contact == "email.domain" {
			return strings.HasSuffix(text(p["email"]), "@"+word)
		}
		return text(p[contact]) == word
	})
}

func (c *call) removeCompany() (any, *refusal) {
	l := listNamed("company")
	rec := c.s.find(l, form(c.r, c.raw).Get("company_id"), "")
	if rec == nil {
		return nil, refuse(404, "Not Found Resource")
	}
	if text(rec.row["is_public"]) != "1" {
		return nil, refuse(404, "No Privilege")
	}
	c.s.note(l, Deleted, rec)
	c.s.drop(rec)
	return map[string]any{"company_id": strconv.FormatInt(rec.id, 10)}, nil
}

func (c *call) moveToPublic() (any, *refusal) {
	l := listNamed("company")
	rec := c.s.find(l, text(c.body["company_id"]), "")
	if rec == nil {
		return nil, refuse(http.StatusNotFound, "Not Found Resource")
	}
	rows := 0
	if text(rec.row["is_public"]) != "1" {
		rec.row["is_public"], rec.row["update_time"], rows = 1, c.s.now(), 1
		c.s.note(l, Updated, rec)
	}
	return map[string]any{"company_id": strconv.FormatInt(rec.id, 10), "affected_rows": rows}, nil
}

// AddUser adds a user; enable_flag is 1 unless row says otherwise.
func (s *Server) AddUser(row Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row = cloneRow(row)
	if row["enable_flag"] == nil {
		row["enable_flag"] = "1"
	}
	s.users = append(s.users, row)
}

// AddDepartment adds a department.
func (s *Server) AddDepartment(row Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.depts = append(s.depts, cloneRow(row))
}

func (c *call) userList() (any, *refusal) {
	flag := c.query.Get("enable_flag")
	if flag == "" {
		flag = "1"
	}
	return rowsOf(keep(c.s.users, func(u Row) bool { return text(u["enable_flag"]) == flag })), nil
}

func (c *call) userInfo() (any, *refusal) {
	for _, name := range []string{"user_id", "email", "nickname", "full_name"} {
		v := c.query.Get(name)
		if v == "" {
			continue
		}
		for _, u := range c.s.users {
			if text(u[name]) == v {
				row := cloneRow(u)
				row["is_admin"] = false
				return map[string]any(row), nil
			}
		}
		return nil, refuse(404, "Not Found Resource")
	}
	return nil, refuse(400, "Invalid query")
}

func (c *call) departments() (any, *refusal) {
	return map[string]any{"list": rowsOf(c.s.depts), "count": len(c.s.depts)}, nil
}
