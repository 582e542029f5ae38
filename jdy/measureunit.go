package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// MeasureUnitService reads and saves units of measure (计量单位).
//
// Their ids differ between account sets, and bills want the id.
type MeasureUnitService = Records[MeasureUnitRow, MeasureUnit, MeasureUnitSave]

// measureUnitRecords says where units of measure are.
var measureUnitRecords = RecordKind{Name: "unit of measure", Path: "/jdy/v2/bd/measure_unit", Entity: "bd_measureunits_new"}

// MeasureUnitRow is a row of the list of units of measure (计量单位列表, GET /jdy/v2/bd/measure_unit).
type MeasureUnitRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	Precision string `json:"precision"` // decimals

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MeasureUnitRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MeasureUnit is a whole record of units of measure (计量单位详情, GET /jdy/v2/bd/measure_unit_detail).
type MeasureUnit struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	CreatorID  string `json:"creator_id"`
	LongNumber string `json:"long_number"`
	ModifierID string `json:"modifier_id"`

	Level            int64 `json:"level"`     // from 1
	Precision        int64 `json:"precision"` // decimals
	PrecisionAccount int64 `json:"precision_account"`

	ConversionType duijie.Decimal `json:"conversion_type"`

	CreateTime duijie.Time `json:"create_time"` // China time
	ModifyTime duijie.Time `json:"modify_time"` // China time

	IsLeaf bool `json:"is_leaf"` // has nothing below it

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MeasureUnit) MarshalJSON() ([]byte, error) { return encodeObject(v) }
