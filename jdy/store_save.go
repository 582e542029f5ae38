package jdy

import (
	"github.com/duijie-go/duijie"
)

// StoreSave is what a save of warehouses sends (仓库保存, POST /jdy/v2/bd/store).
type StoreSave struct {
	// Required.
	Name string `json:"name" jdy:"need"`

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码
	Enable Enable `json:"enable,omitempty"`

	CityID            string `json:"city_id,omitempty"`
	CountryID         string `json:"country_id,omitempty"`
	DistrictID        string `json:"district_id,omitempty"`
	GroupID           string `json:"group_id,omitempty"` // 分类
	GroupNumber       string `json:"group_number,omitempty"`
	GroupName         string `json:"group_name,omitempty"`
	ProvinceID        string `json:"province_id,omitempty"`
	StorekeeperID     string `json:"storekeeper_id,omitempty"`
	StorekeeperNumber string `json:"storekeeper_number,omitempty"`

	Address    string `json:"address,omitempty"`
	IsAllowNeg string `json:"is_allow_neg,omitempty"` // stock may go below 0; "true" or "false"
	Mobile     string `json:"mobile,omitempty"`       // private: sent in clear text
	Phone      string `json:"phone,omitempty"`        // private: sent in clear text
	Remark     string `json:"remark,omitempty"`       // 备注

	IsAllowFreight *bool `json:"is_allow_freight,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v StoreSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }
