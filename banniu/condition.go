package banniu

import (
	"encoding/json"
	"strconv"

	"github.com/duijie-go/duijie/internal/wire"
)

// Behavior is the kind of a column, as conditions name it (behaviorType).
type Behavior int

// The kinds of columns.
const (
	BehaviorText       Behavior = 1
	BehaviorNumber     Behavior = 2
	BehaviorSingle     Behavior = 3  // 单选
	BehaviorDropdown   Behavior = 4  // 下拉
	BehaviorMultiple   Behavior = 5  // 多选
	BehaviorCascade    Behavior = 6  // 级联
	BehaviorDateTime   Behavior = 7  // date and time
	BehaviorDateRange  Behavior = 8  // two dates
	BehaviorRating     Behavior = 9  // 评分
	BehaviorAttachment Behavior = 10 // 附件
	BehaviorRichText   Behavior = 11 // 富文本
	BehaviorTags       Behavior = 12 // 标签
)

// Search is how a condition compares (searchType).
type Search string

// The ways to compare.
const (
	SearchEqual       Search = "1"
	SearchNotEqual    Search = "2"
	SearchContains    Search = "3"
	SearchNotContains Search = "4"
	SearchAnyOf       Search = "5" // the cell contains any of the values, a list
)

// Condition filters tasks by one column; several are combined with AND.
// [Form.Where] makes one by the column's name. All of this is known from one client:
// where it matters, look at the rows too.
type Condition struct {
	Column   string   // column id; "0" is the task id
	Behavior Behavior // kind of the column; 0 = text
	Search   Search   // "" = equal
	// Value is a text, a number, or a list for SearchAnyOf; options go as ids.
	Value any
}

// TasksByID is the condition that a task is one of these, for one id or many.
func TasksByID(ids ...string) Condition {
	if len(ids) == 1 {
		return Condition{Column: ColumnTaskNumber, Behavior: BehaviorNumber, Search: SearchEqual, Value: ids[0]}
	}
	return Condition{Column: ColumnTaskNumber, Behavior: BehaviorNumber, Search: SearchAnyOf, Value: ids}
}

// MarshalJSON writes the condition as the platform takes it.
func (c Condition) MarshalJSON() ([]byte, error) {
	if c.Behavior == 0 {
		c.Behavior = BehaviorText
	}
	if _, err := strconv.ParseInt(c.Column, 10, 64); err != nil {
		return nil, invalid("condition", "column "+strconv.Quote(c.Column)+" is no id: Form.Where takes names")
	}
	return wire.Marshal(struct {
		ID       json.Number `json:"id"`
		Behavior Behavior    `json:"behaviorType"`
		Search   Search      `json:"searchType"`
		Value    any         `json:"value"`
	}{json.Number(c.Column), c.Behavior, Search(firstOf(string(c.Search), string(SearchEqual))), c.Value})
}
