package sqlexpr_test

import (
	"errors"
	"fmt"
	"iter"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// invoice is one record and its lines.
type invoice struct {
	holes []sqlexpr.Hole
	head  map[string]string
	lines map[string][]string
}

func (r invoice) Hole(i int) (sqlexpr.Operand, error) {
	text, ok := r.head[r.holes[i].Ref]
	if !ok {
		return sqlexpr.NullOperand(), nil
	}
	return sqlexpr.TextOperand(text), nil
}

func (r invoice) Rows(i int) iter.Seq2[sqlexpr.Operand, error] {
	return func(yield func(sqlexpr.Operand, error) bool) {
		for _, text := range r.lines[r.holes[i].Ref] {
			if !yield(sqlexpr.TextOperand(text), nil) {
				return
			}
		}
	}
}

func (r invoice) Span(int) (sqlexpr.Operand, error) { return sqlexpr.NullOperand(), nil }

func Example() {
	record := invoice{
		head:  map[string]string{"rate": "0.13", "shop": "004", "name": "O'Neil"},
		lines: map[string][]string{"lines.amount": {"59.80", "100.00", "0.20"}},
	}
	for _, src := range []string{
		"ROUND(sum({{lines.amount}}) * {{rate}}, 2)",
		"case '{{shop}}' when '004' then '104' else '103' end",
		"CONCAT('收货人: ', '{{name}}')",
		"{{rate}} / 0",
	} {
		e, err := sqlexpr.Compile(src, sqlexpr.Options{Holes: true})
		if err != nil {
			fmt.Println(err)
			continue
		}
		record.holes = e.Holes()
		v, err := e.Eval(record, nil)
		fmt.Println(v.Kind(), v.Text(), err)
	}
	// Output:
	// DECIMAL 20.80 <nil>
	// CHAR 104 <nil>
	// CHAR 收货人: O'Neil <nil>
	// NULL  <nil>
}

func ExampleCompile_mistake() {
	_, err := sqlexpr.Compile("SUBSTRNG('{{code}}', 1, 2)", sqlexpr.Options{Holes: true})
	var mistake *sqlexpr.Error
	if errors.As(err, &mistake) {
		fmt.Println(mistake.Code, mistake.Offset, mistake.Nearest)
	}
	// Output:
	// sql_function_unsupported 0 SUBSTRING
}
