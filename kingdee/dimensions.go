package kingdee

import (
	"encoding/json"
	"fmt"

	"github.com/duijie-go/duijie"
)

// Dimension is one accounting dimension (核算维度) of a voucher line: a
// department, a customer, an employee. Which Flex stands for which is a setting of
// your installation: look at a stored voucher.
type Dimension struct {
	Flex  string    // "FFLEX6", or "FF100002" for one of your own
	Value Reference // Number("C-0001")
}

// Dimensions are the accounting dimensions an account asks for, written as
// {"FDETAILID__FFLEX6":{"FNumber":"C-0001"}}.
type Dimensions []Dimension

const dimensionPrefix = "FDETAILID__"

// MarshalJSON writes them in order; one that comes twice is an error.
func (d Dimensions) MarshalJSON() ([]byte, error) {
	m := NewModel()
	for _, one := range d {
		if one.Flex == "" {
			return nil, fmt.Errorf("kingdee: a dimension has no Flex: %w", duijie.ErrInvalid)
		}
		m.Set(dimensionPrefix+one.Flex, one.Value)
	}
	return m.MarshalJSON()
}

// UnmarshalJSON reads them back.
func (d *Dimensions) UnmarshalJSON(raw []byte) error {
	*d = nil
	fields, err := members(raw)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if len(f.Key) <= len(dimensionPrefix) || f.Key[:len(dimensionPrefix)] != dimensionPrefix {
			return fmt.Errorf("kingdee: %q is no dimension, want %sFFLEX6 and its like: %w", cut(f.Key), dimensionPrefix, duijie.ErrInvalid)
		}
		one := Dimension{Flex: f.Key[len(dimensionPrefix):]}
		if err := one.Value.UnmarshalJSON(f.Value.(json.RawMessage)); err != nil {
			return err
		}
		*d = append(*d, one)
	}
	return nil
}
