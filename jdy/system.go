package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// CustomFieldRow is a row of the list of custom fields (自定义字段查询（支持多表体）, GET /jdy/v2/sys/custom_mult_field).
type CustomFieldRow struct {
	Number string `json:"number"` // 编码

	BaseEntityNumber string `json:"base_entity_number"`
	DisplayName      string `json:"display_name"` // name users see
	RefFieldNumber   string `json:"ref_field_number"`
	TypeID           string `json:"type_id"`

	CustomType   string `json:"custom_type"` // head, or the entry it belongs to
	DefValue     string `json:"def_value"`
	FieldType    string `json:"field_type"` // kind of field, a digit
	RefFieldType string `json:"ref_field_type"`

	Precision duijie.Decimal `json:"precision"` // decimals

	AuditLock bool `json:"audit_lock"`
	MustInput bool `json:"must_input"` // required

	Formula *CustomFieldRowFormula `json:"formula"`
	Items   []CustomFieldRowChoice `json:"items"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v CustomFieldRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// CustomFieldRowChoice is part of a [CustomFieldRow]: a value users choose from.
type CustomFieldRowChoice struct {
	Name string `json:"name"`

	Value string `json:"value"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v CustomFieldRowChoice) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// CustomFieldRowFormula is part of a [CustomFieldRow]: how the field is computed.
type CustomFieldRowFormula struct {
	Formula    string `json:"formula"`
	FormulaStr string `json:"formula_str"`

	FormulaParamKey []string `json:"formula_param_key"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v CustomFieldRowFormula) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// LockRow is a row of the list of locks (查询网络锁, GET /jdy/v2/sys/mutex_list).
type LockRow struct {
	ID string `json:"id"`

	EntityKeyID string `json:"entity_key_id"`
	ObjectID    string `json:"object_id"` // what is locked
	UserID      string `json:"user_id"`
	UserName    string `json:"user_name"`

	Client       string `json:"client"`
	OperationKey string `json:"operation_key"` // what it is locked for

	Itself bool `json:"itself"` // held by this caller

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v LockRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UserRow is a row of the list of users (用户信息列表, GET /jdy/v2/sys/user_list).
type UserRow struct {
	Name string `json:"name"`

	UID   string `json:"uid"`
	Phone string `json:"phone" jdy:"private"` // private: decrypted when read

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v UserRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// LedgerAccountTypeRow is a row of the list of types of accounts of the ledger (科目类别列表, GET /jdy/v2/fi/account_type).
type LedgerAccountTypeRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v LedgerAccountTypeRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }
