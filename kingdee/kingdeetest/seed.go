package kingdeetest

import "maps"

// userID is the key of the integration user.
const userID = 100002

// seedDefaults puts in the organisation, the currency and the integration user,
// unless the forms were replaced by ones that can not hold them.
func (s *Server) seedDefaults() {
	if t := s.table("ORG_Organizations"); t.Key == "FOrgID" && t.Name == "FName" {
		s.Seed(t.ID, map[string]any{"FOrgID": 1, "FNumber": "100", "FName": "对接测试公司"})
	}
	if t := s.table("BD_Currency"); t.byKey["fcode"] != nil && t.Key == "FCURRENCYID" && t.Name == "FName" {
		s.Seed(t.ID, map[string]any{"FCURRENCYID": 1, "FNumber": "PRE001", "FName": "人民币", "FCODE": "CNY"})
	}
	if t := s.table("SEC_User"); t.Key == "FUserID" && t.Number == "FUserAccount" && t.Name == "FName" {
		s.Seed(t.ID, map[string]any{"FUserID": userID, "FUserAccount": s.account.Username, "FName": s.account.Username})
	}
}

// SeedCustomer puts an audited 客户 of organisation 100 in and returns its
// FCUSTID; more fields may follow, as pairs of key and value.
func (s *Server) SeedCustomer(number, name string, more ...any) int64 {
	return s.seedBase("BD_Customer", number, name, more)
}

// SeedSupplier puts an audited 供应商 of organisation 100 in and returns its FSupplierId.
func (s *Server) SeedSupplier(number, name string, more ...any) int64 {
	return s.seedBase("BD_Supplier", number, name, more)
}

// SeedMaterial puts an audited 物料 of organisation 100 in and returns its FMATERIALID.
func (s *Server) SeedMaterial(number, name string, more ...any) int64 {
	return s.seedBase("BD_MATERIAL", number, name, more)
}

// SeedStock puts an audited 仓库 of organisation 100 in and returns its FStockId.
func (s *Server) SeedStock(number, name string, more ...any) int64 {
	return s.seedBase("BD_STOCK", number, name, more)
}

// SeedDepartment puts an audited 部门 of organisation 100 in and returns its FDEPTID.
func (s *Server) SeedDepartment(number, name string, more ...any) int64 {
	return s.seedBase("BD_Department", number, name, more)
}

// SeedEmployee puts an audited 员工 of organisation 100 in and returns its FID;
// number is the FStaffNumber.
func (s *Server) SeedEmployee(number, name string, more ...any) int64 {
	return s.seedBase("BD_Empinfo", number, name, more)
}

// SeedUnit puts an audited 计量单位 in and returns its FUNITID. From then on
// references to units are checked.
func (s *Server) SeedUnit(number, name string) int64 {
	return s.Seed("BD_UNIT", map[string]any{"FNumber": number, "FName": name})[0]
}

// SeedOrganization puts a 组织 in and returns its FOrgID. Organisation 100 is
// there from the start, with FOrgID 1.
func (s *Server) SeedOrganization(number, name string) int64 {
	return s.Seed("ORG_Organizations", map[string]any{"FNumber": number, "FName": name})[0]
}

// SeedInventory puts stock on hand (即时库存) of organisation 100 in, on top of
// what is there; qty is a decimal as text, and may be negative.
func (s *Server) SeedInventory(material, stock, qty string) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	q := ratOf(qty)
	if q == nil {
		panic("kingdeetest: SeedInventory: not a quantity: " + qty)
	}
	s.addStock(stockPlace{material: material, stock: stock, org: "100"}, q, now, 0)
}

func (s *Server) seedBase(form, number, name string, more []any) int64 {
	fields := map[string]any{"FCreateOrgId": "100", "FUseOrgId": "100"}
	t := s.table(form)
	fields[t.Number], fields[t.Name] = number, name
	maps.Copy(fields, pairs(more))
	return s.Seed(form, fields)[0]
}

// pairs makes a map of key, value, key, value.
func pairs(more []any) map[string]any {
	if len(more)%2 != 0 {
		panic("kingdeetest: Seed: a key without a value")
	}
	out := map[string]any{}
	for i := 0; i < len(more); i += 2 {
		key, ok := more[i].(string)
		if !ok {
			panic("kingdeetest: Seed: a key that is no text")
		}
		out[key] = more[i+1]
	}
	return out
}
