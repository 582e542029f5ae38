package mapping

import (
	"errors"
	"iter"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// expression is a compiled Expr with its holes resolved.
type expression struct {
	expr    *sqlexpr.Expr
	holes   []hole
	lookups []*lookupCall
}

// hole is a place in an expression where a value goes.
type hole struct {
	part
	quoted bool
}

// expression compiles an Expr.
func (c *compiler) expression(f *field, spec *Field) *expression {
	x := &expression{}
	options := sqlexpr.Options{Holes: true, Exact: c.o.exact, MaxLength: c.o.limits.Text}
	for i := range spec.Spans {
		s := &spec.Spans[i]
		options.Spans = append(options.Spans, sqlexpr.Span{Start: s.Start, End: s.End})
		x.lookups = append(x.lookups, c.lookupCall(f, &s.Lookup, "/spans/"+strconv.Itoa(i)+"/lookup"))
	}
	if c.exprs += len(spec.Expr); c.exprs > maxExprBytes {
		c.mistake(f.pointer+"/expr", f.path, "too_large", "the expressions of the spec are too long together")
		return x
	}
	compiled, err := sqlexpr.Compile(spec.Expr, options)
	var all sqlexpr.Errors
	switch {
	case errors.As(err, &all):
		for _, bad := range all {
			e := c.report(f.pointer+"/expr", f.path, bad.Code, bad.Message)
			e.Offset, e.Nearest = bad.Offset, bad.Nearest
		}
		return x
	case err != nil:
		c.mistake(f.pointer+"/expr", f.path, sqlexpr.CodeSyntax, err.Error())
		return x
	}
	x.expr = compiled
	for _, h := range compiled.Holes() {
		content := strings.Join(append([]string{h.Ref}, h.Pipes...), "|")
		raw, mistakes := splitHole(content, h.Offset)
		out := hole{part: part{offset: h.Offset}, quoted: h.Quoted}
		if checkPath(raw.ref) == "" {
			if h.Aggregate {
				out.ref = f.at.aggregate(raw.ref)
			} else {
				var warning string
				if out.ref, warning = f.at.resolve(raw.ref); warning != "" {
					mistakes = append(mistakes, templateMistake{code: "unknown_variable", message: warning, offset: h.Offset, warning: true})
				}
			}
		}
		for _, name := range raw.pipes {
			out.pipes = append(out.pipes, pipes[name])
		}
		c.use(f, out.ref, "/expr", h.Offset)
		c.templateMistakes(f, mistakes, "/expr")
		x.holes = append(x.holes, out)
	}
	return x
}

// eval computes the expression for the record. NULL is a failure.
func (x *expression) eval(e *evaluation, f *field) (Value, error) {
	e.operands = operands{e: e, x: x, f: f}
	v, err := x.expr.Eval(&e.operands, &e.sql)
	if err != nil {
		return Value{}, evalFailure(err)
	}
	switch {
	case v.IsNull():
		return Value{}, failAt(CodeNullResult, -1, "the expression gives NULL")
	case v.Kind() == sqlexpr.Int || v.Kind() == sqlexpr.Decimal || v.Kind() == sqlexpr.Double:
		if isNumber(v.Text()) {
			return numberValue(v.Text()), nil
		}
	}
	return TextValue(v.Text()), nil
}

// evalFailure keeps the code of what failed: an operand's own, else the
// expression's.
func evalFailure(err error) error {
	var bad *sqlexpr.EvalError
	if !errors.As(err, &bad) {
		return &failure{code: CodeSQLError, offset: -1, err: err}
	}
	var own *failure
	if errors.As(bad.Err, &own) {
		return &failure{code: own.code, offset: bad.Offset, err: own.err}
	}
	return &failure{code: bad.Code, offset: bad.Offset, err: errors.New(bad.Message)}
}

// operands hands an expression the values of a record.
type operands struct {
	e *evaluation
	x *expression
	f *field
}

// Hole implements sqlexpr.Operands.
func (o *operands) Hole(i int) (sqlexpr.Operand, error) {
	v, err := o.x.holes[i].value(o.e)
	if err != nil {
		return sqlexpr.Operand{}, err
	}
	return operand(v), nil
}

// sumsPerValue is how often the aggregates of a record may take each of the values it may
// have.
const sumsPerValue = 8

// Rows implements sqlexpr.Operands.
func (o *operands) Rows(i int) iter.Seq2[sqlexpr.Operand, error] {
	return func(yield func(sqlexpr.Operand, error) bool) {
		h := &o.x.holes[i]
		o.e.all(h.ref, func(v Value) bool {
			if o.e.summed++; o.e.summed > sumsPerValue*o.e.m.limits.Values {
				yield(sqlexpr.Operand{}, failAt(CodeTooLarge, h.offset, "aggregates take more than %d values", sumsPerValue*o.e.m.limits.Values))
				return false
			}
			for _, p := range h.pipes {
				var err error
				if v, err = o.e.pipe(p, v); err != nil {
					yield(sqlexpr.Operand{}, &failure{code: CodeTypeConversion, offset: h.offset, err: err})
					return false
				}
			}
			return yield(operand(v), nil)
		})
	}
}

// Kept implements sqlexpr.Keeper. An aggregate inside lines is over all of them, and the
// same for each.
func (o *operands) Kept(i int) *sqlexpr.Aggregated {
	if len(o.e.index) == 0 {
		return nil
	}
	h := &o.x.holes[i]
	kept := o.e.kept[h]
	if kept == nil {
		if o.e.kept == nil {
			o.e.kept = map[*hole]*sqlexpr.Aggregated{}
		}
		kept = &sqlexpr.Aggregated{}
		o.e.kept[h] = kept
	}
	return kept
}

// Span implements sqlexpr.Operands.
func (o *operands) Span(i int) (sqlexpr.Operand, error) {
	v, err := o.e.lookup(o.f, o.x.lookups[i])
	if err != nil {
		return sqlexpr.Operand{}, err
	}
	return operand(v), nil
}

// operand is a value as an expression sees it.
func operand(v Value) sqlexpr.Operand {
	switch v.kind {
	case KindNumber:
		return sqlexpr.NumberOperand(v.s)
	case KindText:
		return sqlexpr.TextOperand(v.Text())
	case KindBool:
		return sqlexpr.BoolOperand(v.s == "true")
	case KindArray, KindObject:
		return sqlexpr.OtherOperand(v.s)
	}
	return sqlexpr.NullOperand()
}
