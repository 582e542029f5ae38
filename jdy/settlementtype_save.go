package jdy

import (
	"github.com/duijie-go/duijie"
)

// SettlementTypeSave is what a save of ways to pay sends (结算方式保存, POST /jdy/v2/bd/settlement_type).
type SettlementTypeSave struct {
	// Required.
	Name string `json:"name" jdy:"need"`

	// What is not set is not sent.
	Enable *int64 `json:"enable,omitempty"`

	IsDefault *bool `json:"is_default,omitempty"` // 默认

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SettlementTypeSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }
