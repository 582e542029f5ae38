package mapping

import "encoding/json"

// Spec says how a record of the source becomes a record of the target. It is a
// plain value: write it in Go, or read it from JSON with [ParseSpec]. [Compile]
// checks all of it before anything runs.
type Spec struct {
	// Name appears in errors and reports. It may be empty.
	Name string `json:"name,omitempty"`
	// Fields are the members of the target object, in its order.
	Fields []Field `json:"fields"`
	// Rules are checked on every record, after its fields are built.
	Rules []Rule `json:"rules,omitempty"`
	// Zone is the zone of times without one, and of times that are written: an
	// IANA name. Empty means Asia/Shanghai.
	Zone string `json:"zone,omitempty"`
}

// Field is one member of a target object and where its value comes from. It has
// exactly one source (Template, Const, Expr, Lookup or Func), or Children.
type Field struct {
	// Target is the member's name, taken literally: dots do not nest. Children do.
	Target string `json:"target"`

	// Template is text with placeholders: "{a}", "{{a.b}}", "{{lines.x|date}}",
	// "{{platform}}-{{shop}}". One placeholder and nothing else keeps the JSON
	// kind of its value until Type converts it. A text without placeholder is a
	// constant. A field whose whole value is absent or null is left out; inside a
	// text it is empty.
	//
	// The pipes datetime, date, time and timestamp read a time: a number is Unix seconds
	// (up to 11 digits) or milliseconds (12 to 14), a text is that or
	// "2024-03-14 16:00:00" and its like. A number such as 20240314 is a second of 1970, as
	// the scheme language has it, and leaves a [Note]; a text of these digits is an error. For
	// dates written so use Expr: STR_TO_DATE('{t}','%Y%m%d').
	Template string `json:"template,omitempty"`
	// Const is a constant of any JSON kind.
	Const json.RawMessage `json:"const,omitempty"`
	// Expr is an expression of MySQL's language whose operands are placeholders,
	// computed with exact decimals; see package sqlexpr. A NULL or an evaluation
	// that fails is an error on the record, never a value.
	Expr string `json:"expr,omitempty"`
	// Spans are the parts of Expr that are lookups.
	Spans []ExprLookup `json:"spans,omitempty"`
	// Lookup takes the value from other records.
	Lookup *LookupCall `json:"lookup,omitempty"`
	// Func names a Go function given with [WithFunc].
	Func string `json:"func,omitempty"`

	// Type is what the value is converted to. Empty means object where there are
	// Children, array where there is Each, any for Const and Func, and string otherwise.
	Type Type `json:"type,omitempty"`
	// Table sends the text of the value through a table of pairs, before Type.
	Table *TableCall `json:"table,omitempty"`
	// Parsers reshape the converted value, one after the other.
	Parsers []Parser `json:"parsers,omitempty"`
	// Required makes a missing value an error on the record. Without it the
	// member is left out.
	Required bool `json:"required,omitempty"`
	// Default is a JSON value taken where the value is missing, converted like it.
	Default json.RawMessage `json:"default,omitempty"`

	// Each is the path of a source array; the target gets one element per row,
	// built from Children. Inside, "{{array.x}}" is member x of the current row
	// and every other path is read from the record's head.
	Each string `json:"each,omitempty"`
	// Children are the members of an object or of each element of an array. An
	// array with Children and no Each has exactly one element, built from the head.
	Children []Field `json:"children,omitempty"`
}

// Type is the kind of value a field has in the target.
type Type string

// The types of fields.
const (
	TypeAuto     Type = ""         // string, or what Children and Each ask for
	TypeString   Type = "string"   // text; numbers keep their digits; whole arrays and objects stay JSON
	TypeInt      Type = "int"      // 64-bit whole number; 12.0000 is 12, 12.5 is an error
	TypeFloat    Type = "float"    // JSON number with the digits of the source
	TypeBool     Type = "bool"     // true, 1, "true"; false, 0, "false", ""; anything else is an error
	TypeDate     Type = "date"     // text; a Unix number becomes 2024-03-14
	TypeDateTime Type = "datetime" // text; a Unix number becomes 2024-03-14 16:00:00
	TypeObject   Type = "object"   // from Children, or an object as it stands
	TypeArray    Type = "array"    // from Each and Children, or an array as it stands
	TypeAny      Type = "any"      // the value as it stands, whatever its JSON kind
)

// ExprLookup is a part of an expression whose value comes from other records.
type ExprLookup struct {
	// Start and End are the byte offsets in Expr the lookup takes the place of.
	Start int `json:"start"`
	End   int `json:"end"` // see Start; exclusive
	// Lookup is asked for the operand: text, number or true and false stay what
	// they are, nothing found is NULL.
	Lookup LookupCall `json:"lookup"`
}

// LookupCall asks other records for a value.
type LookupCall struct {
	// Name is the name the lookup was given to [WithLookup] under.
	Name string `json:"name"`
	// Want is the path of the wanted value in the records searched.
	Want string `json:"want"`
	// Where says which records match. Its values are templates.
	Where Filter `json:"where"`
	// Required makes "nothing found" an error on the record instead of a missing
	// value with a note.
	Required bool `json:"required,omitempty"`
	// First takes the first of several different values found. Without it they
	// are an error on the record.
	First bool `json:"first,omitempty"`
}

// TableCall names a table of pairs given with [WithTable].
type TableCall struct {
	// Name is the table's name.
	Name string `json:"name"`
	// Reverse looks the right column up and gives the left one.
	Reverse bool `json:"reverse,omitempty"`
	// Keep lets a value pass that the table does not hold. Without it that is
	// an error on the record.
	Keep bool `json:"keep,omitempty"`
}

// Parser reshapes a value. Names and parameters are those of the scheme language
// of 轻易云; see the constants.
type Parser struct {
	// Name is one of the Parser constants.
	Name string `json:"name"`
	// Params is the member name, key or separator the parser works with.
	Params string `json:"params,omitempty"`
	// Params1 and Params2 are the outer and inner name of a two-stage object.
	Params1 string `json:"params1,omitempty"`
	Params2 string `json:"params2,omitempty"` // see Params1
	// View, Edit and FieldID are put as they are into a workflow field.
	View    json.RawMessage `json:"view,omitempty"`
	Edit    json.RawMessage `json:"edit,omitempty"`    // see View
	FieldID json.RawMessage `json:"fieldId,omitempty"` // see View
}

// The parsers. v is the value that goes in; a missing value stays missing.
const (
	ParserObject        = "ConvertObjectParser"         // {params: v}
	ParserTwoStage      = "ConvertTwoStageObjectParser" // {params1: {params2: v}}
	ParserStringToArray = "StringToArray"               // text split at params; blank text is []
	ParserArrayToString = "ArrayToString"               // elements joined with params; text passes
	ParserPairs         = "ConvertJson"                 // object to [{"Key": k, "Value": v}, …], keys of digits as numbers
	ParserKeyValue      = "K3WiseHeiHuCustomParser"     // [{"keyName": params, "keyValue": v}]
	ParserWorkflow      = "workflowRequestTableFields"  // {"fieldName": target, "fieldValue": v, "view": …, "edit": …, "fieldId": …}
)
