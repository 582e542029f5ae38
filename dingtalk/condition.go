package dingtalk

import (
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Condition is one condition of a search. All of a search must hold. Number
// components have no equality: [NumberIs] asks for a range of one.
type Condition struct {
	Key           string `json:"key"`
	Value         any    `json:"value"`
	Type          string `json:"type"`               // TEXT, DOUBLE, ARRAY or STRING
	Operator      string `json:"operator,omitempty"` // eq, like, gt, ge, lt, le, between, contains, in
	ComponentName string `json:"componentName"`      // TextField and so on
	ParentID      string `json:"parentId,omitempty"` // sub-table of the component
}

// In makes a condition one on a component inside a sub-table.
func (c Condition) In(table string) Condition {
	c.ParentID = table
	return c
}

// componentName of an id: TextField of textField_a, or def of an alias.
func componentName(id, def string) string {
	kind, _ := kindOf(id)
	switch kind {
	case "":
		return def
	case "departmentField":
		return "DepartmentSelectField"
	case "cascadeDate":
		return "CascadeDateField"
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}

// TextIs finds the exact text in a text component (单行文本, 多行文本).
func TextIs(id, text string) Condition {
	return Condition{Key: id, Value: text, Type: "TEXT", Operator: "eq", ComponentName: componentName(id, "TextField")}
}

// TextLike finds a part of the text.
func TextLike(id, text string) Condition {
	return Condition{Key: id, Value: text, Type: "TEXT", Operator: "like", ComponentName: componentName(id, "TextField")}
}

// NumberBetween finds numbers from low to high, both included.
func NumberBetween(id string, low, high duijie.Decimal) Condition {
	return Condition{
		Key: id, Value: []duijie.Decimal{low.Unquoted(), high.Unquoted()}, Type: "DOUBLE", Operator: "between",
		ComponentName: componentName(id, "NumberField"),
	}
}

// NumberIs finds a number.
func NumberIs(id string, n duijie.Decimal) Condition { return NumberBetween(id, n, n) }

// DateBetween finds dates from from to to.
func DateBetween(id string, from, to time.Time) Condition {
	return Condition{
		Key: id, Value: []int64{from.UnixMilli(), to.UnixMilli()}, Type: "DOUBLE", Operator: "between", ComponentName: componentName(id, "DateField"),
	}
}

// ModifiedBetween finds instances by modification time (modifiedTime, to the
// millisecond). Whether the ends belong to it is not known: let windows overlap.
func ModifiedBetween(from, to time.Time) Condition { return DateBetween("modifiedTime", from, to) }

// CreatedBetween finds instances by creation time.
func CreatedBetween(from, to time.Time) Condition { return DateBetween("createTime", from, to) }

// OptionIs finds the option of a radio or select component.
func OptionIs(id, option string) Condition {
	return Condition{Key: id, Value: option, Type: "ARRAY", Operator: "eq", ComponentName: componentName(id, "SelectField")}
}

// OptionIn finds any of the options; for checkboxes and multiple choices too.
func OptionIn(id string, options ...string) Condition {
	return Condition{Key: id, Value: Texts(options), Type: "ARRAY", Operator: "contains", ComponentName: componentName(id, "SelectField")}
}

// CascadeIs finds the path of a cascade (级联选择).
func CascadeIs(id string, levels ...string) Condition {
	return Condition{Key: id, Value: Texts(levels), Type: "STRING", Operator: "eq", ComponentName: componentName(id, "CascadeSelectField")}
}

// EmployeeIs finds an employee component by userId.
func EmployeeIs(id, userID string) Condition {
	return Condition{Key: id, Value: userID, Type: "STRING", Operator: "eq", ComponentName: componentName(id, "EmployeeField")}
}

// EmployeeIn finds an employee component with any of the users.
func EmployeeIn(id string, userIDs ...string) Condition {
	list, _ := wire.Marshal(Texts(userIDs)) // of texts: it can not fail
	return Condition{Key: id, Value: string(list), Type: "STRING", Operator: "contains", ComponentName: componentName(id, "EmployeeField")}
}

// DepartmentIs finds a department component by department id.
func DepartmentIs(id, department string) Condition {
	return Condition{Key: id, Value: department, Type: "ARRAY", Operator: "eq", ComponentName: componentName(id, "DepartmentSelectField")}
}

// OriginatorIs finds what a user submitted.
func OriginatorIs(userID string) Condition {
	return Condition{Key: "originator", Value: userID, Type: "STRING", Operator: "eq", ComponentName: "EmployeeField"}
}

// SerialNumberIs finds an instance by its serial number (流水号).
func SerialNumberIs(number string) Condition {
	return Condition{Key: "serialNo", Value: number, Type: "TEXT", Operator: "eq", ComponentName: "TextField"}
}

// StatusIn finds processes by status: RUNNING, NEW, PAUSED, TERMINATED, COMPLETED,
// ERROR, CANCELED.
func StatusIn(statuses ...string) Condition {
	return Condition{Key: "processInstanceStatus", Value: Texts(statuses), Type: "ARRAY", Operator: "in", ComponentName: "SelectField"}
}

// ResultIn finds finished processes by result: agree, disagree.
func ResultIn(results ...string) Condition {
	return Condition{Key: "processApprovedResult", Value: Texts(results), Type: "ARRAY", Operator: "in", ComponentName: "SelectField"}
}

// conditionText is what is sent: a text that holds the list; "" for none.
func conditionText(conditions []Condition) (string, error) {
	if len(conditions) == 0 {
		return "", nil
	}
	b, err := wire.Marshal(conditions)
	return string(b), err
}

// Order is one key of a sort order: a component id, or a built-in one such as
// gmt_create, gmt_modified, creator, title, serial_no, pid.
type Order struct {
	Key  string
	Desc bool
}

// byModification is the order windows are read in; the instance id makes it one.
var byModification = []Order{{Key: "gmt_modified"}, {Key: "pid"}}

// orderText is an object whose members are in order, as a text.
func orderText(order []Order) (string, error) {
	if len(order) == 0 {
		return "", nil
	}
	b := []byte{'{'}
	for i, o := range order {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := wire.Marshal(o.Key)
		if err != nil {
			return "", err
		}
		sign := `:"+"`
		if o.Desc {
			sign = `:"-"`
		}
		b = append(append(b, key...), sign...)
	}
	return string(append(b, '}')), nil
}
