package sqlexpr

import "strings"

var aggregateNames = []string{"sum", "avg", "max", "min", "count"}

// opAggregate computes over all rows when types are fixed: the scale of the
// column is the largest of its values'.
var opAggregate = &operation{
	name: aggregateName,
	fix:  fixAggregate,
	eval: func(m *machine, n *node) *value { return m.slot(n) },
}

// parseAggregate reads AGG({{array.column}}) behind the parenthesis.
func parseAggregate(p *parser, t token) *node {
	name := strings.ToUpper(t.text)
	arg := p.tok
	if arg.kind != tokNumber || len(arg.parts) != 1 || arg.parts[0].hole < 0 {
		p.stop(CodeSyntax, arg.off, "%s takes one column of an array, as in %s({{lines.amount}})", name, name)
		return nil
	}
	p.advance()
	p.expectOp(")")
	n := p.node(opAggregate, t.off)
	n.hole, n.extra = arg.parts[0].hole, t.text
	p.holes[n.hole].Aggregate = true
	return n
}

// aggregate is the state of one run over the rows.
type aggregate struct {
	rows, count int64
	attr        attr // of the column so far
	sum         dec  // of exact numbers
	real        float64
	best        value // for MAX and MIN
}

// fixAggregate computes the aggregate, or takes the result that is kept.
func fixAggregate(m *machine, n *node) attr {
	keeper, ok := m.ops.(Keeper)
	if !ok || m.err != nil {
		return m.aggregate(n)
	}
	kept := keeper.Kept(n.hole)
	switch {
	case kept == nil:
		return m.aggregate(n)
	case !kept.done:
		a := m.aggregate(n)
		*kept = Aggregated{done: true, err: m.err, attr: a, val: *m.slot(n)}
		return a
	}
	m.err = kept.err
	*m.slot(n) = kept.val
	return kept.attr
}

func (m *machine) aggregate(n *node) attr {
	var agg aggregate
	name, _ := n.extra.(string)
	out := m.slot(n).setNull()
	if m.err != nil {
		return attr{}
	}
	agg.sum.setZero()
	rows := m.ops.Rows(n.hole)
	if rows == nil {
		rows = func(func(Operand, error) bool) {}
	}
	for o, err := range rows {
		if err != nil {
			m.operandError(n.off, err)
			return attr{}
		}
		if o.kind == operandNull {
			continue
		}
		agg.rows++
		if name == "count" {
			continue
		}
		a := m.fixOperand(n, o, false)
		if m.err != nil {
			return attr{}
		}
		agg.add(m, n, a, name)
		if m.err != nil {
			return attr{}
		}
	}
	if name == "count" {
		out.setInt(agg.rows)
		return attr{k: Int, ip: 19}
	}
	return agg.result(m, n, name)
}

func (g *aggregate) add(m *machine, n *node, a attr, name string) {
	v := *m.slot(n)
	g.attr = mixTwo(g.attr, a)
	switch name {
	case "max", "min":
		if g.count == 0 {
			g.best = v
		} else if c, _ := m.compare(n, &v, &g.best, comparisonKind(v.k, g.best.k)); c > 0 == (name == "max") && c != 0 {
			g.best = v
		}
	default:
		g.real += m.toFloat(&v)
		if v.k != Double {
			d, _ := m.toDec(&v)
			sum, status := decAdd(&g.sum, &d)
			if status == decOverflow {
				m.outOfRange(n, "DECIMAL")
			}
			g.sum = sum
		}
	}
	g.count++
}

func (g *aggregate) result(m *machine, n *node, name string) attr {
	out := m.slot(n).setNull()
	a := g.attr
	switch {
	case g.count == 0:
		switch name {
		case "sum":
			return attr{k: Decimal}
		case "avg":
			return attr{k: Decimal, dec: divIncrement}
		}
		return a
	case name == "max" || name == "min":
		*out = g.best
		switch a.k {
		case Double:
			out.setReal(m.toFloat(&g.best))
		case Decimal:
			d, _ := m.toDec(&g.best)
			out.setDec(d)
		}
		return a
	case a.k == Double:
		if name == "avg" {
			g.real /= float64(g.count)
		}
		m.real(n, g.real)
		return attr{k: Double, dec: notFixed}
	}
	a.k = Decimal
	a.ip = maxPrecision - a.dec
	if name == "avg" {
		count := decFromInt(g.count)
		g.sum.frac = max(g.sum.frac, a.dec)
		g.sum, _ = decDiv(&g.sum, &count, divIncrement)
		a.dec = m.clampScale(a.dec + divIncrement)
	}
	out.setDec(g.sum)
	return a
}
