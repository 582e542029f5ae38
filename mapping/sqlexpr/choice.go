package sqlexpr

import "slices"

var (
	opAnd     = &operation{name: "AND", fix: fixBool, eval: evalAnd}
	opOr      = &operation{name: "OR", fix: fixBool, eval: evalOr}
	opXor     = &operation{name: "XOR", fix: fixBool, eval: evalXor}
	opNot     = &operation{name: "NOT", fix: fixBool, eval: evalNot}
	opIsNull  = &operation{name: "ISNULL", min: 1, max: 1, fix: fixBool, eval: evalIsNull}
	opIsTrue  = &operation{name: "IS TRUE", fix: fixBool, eval: evalIsTrue}
	opIsFalse = &operation{name: "IS FALSE", fix: fixBool, eval: evalIsFalse}
	opCase    = &operation{name: "CASE", fix: func(m *machine, n *node) attr {
		return m.caseAttr(n, 0)
	}, eval: evalCase}
	opCaseOf = &operation{name: "CASE", fix: func(m *machine, n *node) attr {
		return m.caseAttr(n, 1)
	}, eval: evalCaseOf}
	opIf = &operation{name: "IF", min: 3, max: 3, fix: func(m *machine, n *node) attr {
		r := m.mix(n.args[1:])
		if m.e.o.MariaDB && r.k == Null {
			return attr{k: Text, dec: notFixed}
		}
		return r
	}, eval: evalIf}
	opCoalesce = &operation{name: "COALESCE", min: 1, max: -1, fix: func(m *machine, n *node) attr {
		r := m.mix(n.args)
		r.loose = false
		return m.signedNull(r, slices.ContainsFunc(n.args, func(a *node) bool { return m.attr(a).k == Null }))
	}, eval: evalCoalesce}
	opIfNull = &operation{name: "IFNULL", min: 2, max: 2, fix: opCoalesce.fix, eval: evalCoalesce}
	opNullIf = &operation{name: "NULLIF", min: 2, max: 2, fix: func(m *machine, n *node) attr {
		return m.attr(n.args[0])
	}, eval: evalNullIf}
)

// mix returns the attributes that values of all the nodes have in common: the
// type of CASE, IF, COALESCE and the like.
func (m *machine) mix(nodes []*node) attr {
	var r attr
	for _, n := range nodes {
		r = mixTwo(r, m.attr(n))
	}
	return plain(r)
}

// signedNull is mix with the attributes r so far of an operation in which
// MariaDB takes a NULL for signed, so that an unsigned BIGINT beside it makes
// a DECIMAL.
func (m *machine) signedNull(r attr, null bool) attr {
	if null && m.e.o.MariaDB && r.k == Int && r.unsigned {
		r.k = Decimal
	}
	return r
}

// plain forgets how many decimals a text has in arithmetic.
func plain(a attr) attr {
	if a.k == Text {
		a.dec = notFixed
	}
	return a
}

func mixTwo(a, b attr) attr {
	switch {
	case a.k == Null:
		return b
	case b.k == Null:
		return a
	case a.k == Text || b.k == Text:
		return attr{k: Text, dec: notFixed}
	case a.k.temporal() != b.k.temporal():
		return attr{k: Text, dec: notFixed}
	case a.k.temporal():
		r := attr{k: a.k, dec: max(a.dec, b.dec)}
		if a.k != b.k {
			r.k = DateTime
		}
		return r
	}
	r := attr{k: max(a.k, b.k), dec: max(a.dec, b.dec), ip: max(a.ip, b.ip), unsigned: a.unsigned && b.unsigned}
	switch {
	case r.k == Int && a.unsigned != b.unsigned:
		r.k = Decimal
	case r.k == Int:
		r.narrow = (a.narrow || a.ip < 10) && (b.narrow || b.ip < 10)
	}
	return r
}

// as sets n to v, the value of its argument from, in the type n has.
func (m *machine) as(n, from *node, v *value) *value {
	k := m.attr(n).k
	switch {
	case v.null():
		return m.slot(n).setNull()
	case v.k == k && k != Text && k != Int:
		out := m.slot(n)
		if k.temporal() {
			return m.toTemporal(n, from, v)
		}
		*out = *v
		return out
	}
	switch k {
	case Int:
		out := m.slot(n)
		*out = *v
		return out
	case Decimal:
		d, _ := m.toDec(v)
		return m.slot(n).setDec(d)
	case Double:
		return m.slot(n).setReal(m.toFloat(v))
	case Text:
		return m.slot(n).setText(m.textOf(from, v))
	case Null:
		return m.slot(n).setNull()
	default:
		return m.toTemporal(n, from, v)
	}
}

// truth evaluates an argument as a condition.
func (m *machine) truth(n *node, i int) (isTrue, known bool) {
	v := m.arg(n, i)
	if v.null() {
		return false, false
	}
	return m.isTrue(m.number(n.args[i], v)), true
}

func evalAnd(m *machine, n *node) *value {
	a, known := m.truth(n, 0)
	if known && !a {
		return m.slot(n).setInt(0)
	}
	b, alsoKnown := m.truth(n, 1)
	switch {
	case alsoKnown && !b:
		return m.slot(n).setInt(0)
	case !known || !alsoKnown:
		return m.slot(n).setNull()
	default:
		return m.slot(n).setInt(1)
	}
}

func evalOr(m *machine, n *node) *value {
	a, known := m.truth(n, 0)
	if a {
		return m.slot(n).setInt(1)
	}
	b, alsoKnown := m.truth(n, 1)
	switch {
	case b:
		return m.slot(n).setInt(1)
	case !known || !alsoKnown:
		return m.slot(n).setNull()
	default:
		return m.slot(n).setInt(0)
	}
}

func evalXor(m *machine, n *node) *value {
	a, known := m.truth(n, 0)
	if !known {
		return m.slot(n).setNull()
	}
	b, known := m.truth(n, 1)
	if !known {
		return m.slot(n).setNull()
	}
	return m.slot(n).setBool(a != b)
}

func evalNot(m *machine, n *node) *value {
	a, known := m.truth(n, 0)
	if !known {
		return m.slot(n).setNull()
	}
	return m.slot(n).setBool(!a)
}

func evalIsNull(m *machine, n *node) *value { return m.slot(n).setBool(m.arg(n, 0).null()) }

func evalIsTrue(m *machine, n *node) *value {
	a, _ := m.truth(n, 0)
	return m.slot(n).setBool(a)
}

func evalIsFalse(m *machine, n *node) *value {
	a, known := m.truth(n, 0)
	return m.slot(n).setBool(known && !a)
}

// caseAttr looks at the results; first is the index of the first condition.
func (m *machine) caseAttr(n *node, first int) attr {
	var r attr
	null := false
	for i := first; i < len(n.args); i += 2 {
		a := m.attr(n.args[min(i+1, len(n.args)-1)]) // the last is ELSE's
		r, null = mixTwo(r, a), null || a.k == Null
	}
	r.loose = false
	return m.signedNull(plain(r), null)
}

func evalCase(m *machine, n *node) *value {
	i := 0
	for ; i+1 < len(n.args); i += 2 {
		if isTrue, _ := m.truth(n, i); isTrue {
			return m.choose(n, i+1)
		}
	}
	if i < len(n.args) {
		return m.choose(n, i)
	}
	return m.slot(n).setNull()
}

func evalCaseOf(m *machine, n *node) *value {
	a := m.arg(n, 0)
	i := 1
	for ; i+1 < len(n.args); i += 2 {
		if a.null() {
			continue
		}
		b := m.arg(n, i)
		if b.null() {
			continue
		}
		k := comparisonKind(a.k, b.k)
		x, y := a, b
		if !m.e.o.MariaDB {
			x, y = bare(n.args[0], a), bare(n.args[i], b)
		}
		if k != Text && !k.temporal() {
			x, y = m.number(n.args[0], a), m.number(n.args[i], b)
		}
		if c, ok := m.compare(n, x, y, k); ok && c == 0 {
			return m.choose(n, i+1)
		}
	}
	if i < len(n.args) {
		return m.choose(n, i)
	}
	return m.slot(n).setNull()
}

// choose gives n the value of its argument i.
func (m *machine) choose(n *node, i int) *value { return m.as(n, n.args[i], m.arg(n, i)) }

func evalIf(m *machine, n *node) *value {
	if isTrue, _ := m.truth(n, 0); isTrue {
		return m.choose(n, 1)
	}
	return m.choose(n, 2)
}

func evalCoalesce(m *machine, n *node) *value {
	for i, a := range n.args {
		if v := m.arg(n, i); !v.null() {
			return m.as(n, a, v)
		}
	}
	return m.slot(n).setNull()
}

func evalNullIf(m *machine, n *node) *value {
	a := m.arg(n, 0)
	if a.null() {
		return m.slot(n).setNull()
	}
	if b := m.arg(n, 1); !b.null() {
		if c, ok := m.compareArgs(n, 0, a, 1, b); ok && c == 0 {
			return m.slot(n).setNull()
		}
	}
	return m.as(n, n.args[0], a)
}
