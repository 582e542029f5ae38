package qeasy

import (
	"encoding/json"

	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/rows"
)

// Half is one half of a scheme as its document says, read by [Parse].
type Half struct {
	Side   Side
	API    string // method name or path of the platform, verbatim
	Method string // GET, POST, PUT or DELETE

	ID      string // path, template or "{random}" of the key of a record; "" for none
	Number  string // path of the display code; ID where the document has none
	IDCheck bool   // true where the document does not say
	Name    string // display text

	Request []Field // body or parameters
	Other   []Field // otherRequest: the second set, whose meaning is the connector's

	Operation Operation
	PageSize  int // pagination.pageSize; 0 for none

	Condition  json.RawMessage   // as written; nil for none
	Derive     []rows.Derivation // formatResponse
	Flatten    []string          // beatFlat
	Remedy     *Remedy           // omissionRemedy
	Group      *rows.Grouping    // groupCalculate
	Writeback  []Field           // response → primaryWriteback: paths into the target's answer
	CallBack   *CallBack         // callBackStrategy
	OrgIDs     string            // distributionOrg: internal ids, comma-separated
	AutoCheck  json.RawMessage   // as written; nil for none
	OtherReply []Field           // otherResponse: switches of the adapter
	Adapter    string            // class of the vendor's adapter

	ignored  []string // members that were left out, with a warning or by WithMembers
	present  []string // all top-level members, in the document's order
	warnings []*Problem
	places   map[string]int // offsets in the document, by JSON Pointer
}

// Warnings are what [Parse] found odd without refusing it.
func (h *Half) Warnings() []*Problem { return h.warnings }

// Field is one field object.
type Field struct {
	Name     string           // key in the request; any text
	Label    string           // display text
	Type     string           // string, int, float, bool, date, datetime, object or array; never empty
	Value    string           // the value string, verbatim
	HasValue bool             // false for null and absent
	Required bool             // is_required; documentation on the source half
	Parsers  []mapping.Parser // applied after the conversion to Type
	Table    *Table           // mapping: a table of pairs
	Default  json.RawMessage  // taken where the value is absent; nil for none
	Children []Field          // of an object or array
	Path     string           // JSON Pointer into the document
}

// Table names a mapping table.
type Table struct {
	ID      string // mapping.target
	Reverse bool   // direction negative: from b_value back to a_value
}

// Operation is how records are taken together.
type Operation struct {
	Method   string // "none", "batchArraySave" or, on the source, "splitArray"
	Rows     int    // records per call of batchArraySave
	ArrayKey string // array by which splitArray splits
}

// Remedy is a second scheduled pass with other parameters (补漏).
type Remedy struct {
	Cron    string  // five fields
	Adapter string  // class of the vendor's adapter
	Request []Field // replace the fields of the same name in the request
}

// CallBack hands a written record to another scheme.
type CallBack struct {
	Strategy string  // the scheme's id
	Fields   []Field // templates; {{primaryWriteback.x}} is readable
}
