package mapping

import "errors"

// expression is a compiled Expr.
type expression struct {
	lookups []*lookupCall
}

func (c *compiler) expression(f *field, spec *Field) *expression {
	c.mistake(f.pointer+"/expr", f.path, "unsupported", "expressions are not built yet")
	return &expression{}
}

func (x *expression) eval(e *evaluation) (Value, error) {
	return Value{}, errors.New("no expressions yet")
}
