package lookup

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/duijie-go/duijie/mapping"
)

// One value that a column's type does not know, a text where the column has numbers, must not
// cost the others of its page their answers. PostgreSQL refuses the whole statement then, and
// MySQL does for dates.

// read asks questions of one shape, in one statement where no value is refused.
func (s *SQL) read(ctx context.Context, some []question, out []mapping.Answer) error {
	err := s.ask(ctx, some, out)
	switch {
	case err == nil || !refusesValue(err) || ctx.Err() != nil:
		return err
	case len(some) == 1:
		return s.readWithout(ctx, some[0], out, err)
	}
	half := len(some) / 2
	if err := s.read(ctx, some[:half], out); err != nil {
		return err
	}
	return s.read(ctx, some[half:], out)
}

// readWithout asks a question that was refused again, without the values that are no values
// of their columns: nothing equals them. Where all are, the refusal was about the table.
func (s *SQL) readWithout(ctx context.Context, q question, out []mapping.Answer, refusal error) error {
	refused := false
	known := question{at: q.at, want: q.want}
	for _, test := range q.tests {
		values := test.Values
		test.Values = nil
		for _, v := range values {
			switch ok, err := s.knows(ctx, test, v); {
			case err != nil:
				return err
			case ok:
				test.Values = append(test.Values, v)
			default:
				refused = true
			}
		}
		known.tests = append(known.tests, test)
	}
	if !refused {
		return refusal
	}
	return s.ask(ctx, []question{known}, out)
}

// knows tells whether a value can be compared with a column at all. No row is read.
func (s *SQL) knows(ctx context.Context, test mapping.Filter, v string) (bool, error) {
	test.Values = []string{v}
	statement, args := s.statement([]string{test.Path}, []question{{tests: []mapping.Filter{test}}})
	rows, err := s.db.QueryContext(ctx, statement+" AND 1 = 0", args...)
	if err == nil {
		_ = rows.Next() // an error may come with the first row
		err = errors.Join(rows.Err(), rows.Close())
	}
	if err != nil && refusesValue(err) && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, s.failed(err)
}

// Refusals of a value: SQLSTATE of PostgreSQL, error numbers of MySQL and MariaDB.
var (
	valueStates = []string{
		"22P02", // no text of that type
		"22003", // a number out of range
		"22007", // no date
		"22008", // a date out of range
		"22021", // not in the character set
		"22P05", // the same
	}
	valueNumbers = []uint64{
		1264, // a number out of range
		1267, // characters the column can not hold
		1271, // the same
		1292, // no value of that type
		1366, // the same
		1411, // no date
		1525, // no date
		3854, // characters the column can not hold
	}
)

// refusesValue tells whether a database refused a statement for a value in it. No driver is
// imported: they are told by what their errors have in common.
func refusesValue(err error) bool {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return slices.Contains(valueStates, state.SQLState())
	}
	for ; err != nil; err = errors.Unwrap(err) {
		v := reflect.Indirect(reflect.ValueOf(err))
		if v.Kind() != reflect.Struct {
			continue
		}
		if n := v.FieldByName("Number"); n.IsValid() && n.CanUint() && slices.Contains(valueNumbers, n.Uint()) {
			return true
		}
	}
	return false
}
