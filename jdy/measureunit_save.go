package jdy

import (
	"github.com/duijie-go/duijie"
)

// MeasureUnitSave is what a save of units of measure sends (计量单位保存, POST /jdy/v2/bd/measure_unit).
type MeasureUnitSave struct {
	// Required.
	Name      string `json:"name" jdy:"need"`
	Precision string `json:"precision" jdy:"need"` // decimals

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v MeasureUnitSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }
