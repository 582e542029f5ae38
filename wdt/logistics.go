package wdt

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

const logisticsMethod = "setting.Logistics.queryLogistics"

// Logistics is a logistics company the seller uses (物流公司).
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type Logistics struct {
	ID   int64         `json:"logistics_id"`
	No   string        `json:"logistics_no"` // the key: code of the company (物流编号)
	Name string        `json:"logistics_name"`
	Use  LogisticsUse  `json:"type"`
	Type LogisticsType `json:"logistics_type"`

	SendType                int64 `json:"send_type"`
	VolumeWeightRatioSwitch int64 `json:"volume_weight_ratio_switch"`
	VolumeType              int64 `json:"volume_type"`
	COD                     bool  `json:"is_support_cod"` // takes cash on delivery
	PresetNo                bool  `json:"is_preset_no"`   // tracking numbers are known before
	Disabled                bool  `json:"is_disabled"`    // true = disabled

	Contact string `json:"contact"`
	Telno   string `json:"telno"`
	Mobile  string `json:"mobile"`

	MonthCard string `json:"month_card"` // monthly account
	MainName  string `json:"main_logistics_name"`
	EbillAPI  int64  `json:"ebill_api"`

	MaxWeight                duijie.Decimal `json:"max_weight"` // kg
	VolumeWeightRatio        duijie.Decimal `json:"volume_weight_ratio"`
	VolumeThreshold          duijie.Decimal `json:"volume_threshold"`
	VolumeWeightRatioSpecial duijie.Decimal `json:"volume_weight_ratio_special"`

	Modified duijie.Time `json:"modified"` // last change
	Created  duijie.Time `json:"created"`

	Address  string `json:"address"`
	Remark   string `json:"remark"`
	Quantity string `json:"quantity"` // waybills left, with Quantity in the query

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (l *Logistics) UnmarshalJSON(b []byte) error { return decodeRow(b, l) }

// MarshalJSON writes the logistics company with the members only Raw has.
func (l Logistics) MarshalJSON() ([]byte, error) { return encodeRow(l) }

// Key is logistics_no; one without is known as "logistics_id:" and its number.
func (l Logistics) Key() string { return keyOr(l.No, "logistics_id", l.ID) }

func (l Logistics) version() int64 { return unixMilli(l.Modified) }

// LogisticsQuery selects logistics companies. The zero value selects all that are enabled.
type LogisticsQuery struct {
	No           string // logistics_no
	Name         string // logistics_name
	HideDisabled *bool  // hide_delete; nil: yes. new(false) returns disabled ones too
	Quantity     bool   // need_quantity, asks for the waybills left
	PageSize     int    // rows per call; 0 takes 200, at most 1000
	Cursor       string // Next of a page List gave
}

func (q LogisticsQuery) list() selection {
	f := filter{}
	f.text("logistics_no", q.No).text("logistics_name", q.Name).flag("hide_delete", q.HideDisabled)
	if q.Quantity {
		f["need_quantity"] = true
	}
	return selection{method: logisticsMethod, params: f, size: q.PageSize, cursor: q.Cursor}
}

// LogisticsService reads logistics companies (物流公司; 查询物流公司,
// setting.Logistics.queryLogistics). The list has no time window.
type LogisticsService = ListService[Logistics, LogisticsQuery]
