package jdy

import (
	"encoding/json"
)

// StoreService reads and saves warehouses (仓库).
//
// Parameters for Filter of the [Query]: groupid.
type StoreService = Records[StoreRow, Store, StoreSave]

// storeRecords says where warehouses are.
var storeRecords = RecordKind{Name: "warehouse", Path: "/jdy/v2/bd/store", Entity: "bd_store"}

// StoreRow is a row of the list of warehouses (仓库列表, GET /jdy/v2/bd/store).
type StoreRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	GroupID     string `json:"group_id"` // 分类
	GroupNumber string `json:"group_number"`
	GroupName   string `json:"group_name"`

	IsAllowNeg string `json:"is_allow_neg"` // stock may go below 0; "true" or "false"

	IsAllowFreight bool `json:"is_allow_freight"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v StoreRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Store is a whole record of warehouses (仓库详情, GET /jdy/v2/bd/store_detail).
type Store struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	CityName          string `json:"city_name"`
	CountryName       string `json:"country_name"`
	DistrictName      string `json:"district_name"`
	GroupID           string `json:"group_id"` // 分类
	ProvinceName      string `json:"province_name"`
	StorekeeperID     string `json:"storekeeper_id"`
	StorekeeperNumber string `json:"storekeeper_number"`
	StorekeeperName   string `json:"storekeeper_name"`

	Address       string `json:"address"`
	AllowNegative string `json:"allow_negative"`
	Mobile        string `json:"mobile" jdy:"private"` // private: decrypted when read

	IsAllowFreight bool `json:"is_allow_freight"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Store) MarshalJSON() ([]byte, error) { return encodeObject(v) }
