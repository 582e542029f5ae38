package kingdee

// OrganizationRow is an organisation (组织机构) as lists give it. Organisations
// are read only here: they are set up in the product.
type OrganizationRow struct {
	ID     int64  `kingdee:"FOrgID,key"`
	Number string `kingdee:"FNumber"`
	Name   string `kingdee:"FName"`
	BaseState
}

// CurrencyRow is a currency (币别) as lists give it; read only.
type CurrencyRow struct {
	ID     int64  `kingdee:"FCURRENCYID,key"`
	Number string `kingdee:"FNumber"` // "PRE001" is CNY
	Name   string `kingdee:"FName"`
	Code   string `kingdee:"FCODE"` // "CNY"
	BaseState
}
