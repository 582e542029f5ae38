package sqlexpr

// The leaves of the tree: literals, holes and spans.
var (
	opLiteral = &operation{
		name: "literal",
		fix:  func(_ *machine, n *node) attr { return n.attr },
		eval: func(_ *machine, n *node) *value { return &n.val },
	}
	opHole = &operation{
		name: "hole",
		fix:  func(m *machine, n *node) attr { return m.fixOperand(n, m.holes[n.hole], false) },
		eval: func(m *machine, n *node) *value { return m.slot(n) },
	}
	opSpan = &operation{
		name: "lookup",
		fix: func(m *machine, n *node) attr {
			if m.err != nil {
				return attr{}
			}
			o, err := m.ops.Span(n.hole)
			if err != nil {
				m.operandError(n.off, err)
			}
			return m.fixOperand(n, o, true)
		},
		eval: func(m *machine, n *node) *value { return m.slot(n) },
	}
	opTextParts = &operation{
		name: "text",
		fix:  func(*machine, *node) attr { return attr{k: Text, dec: notFixed} },
		eval: evalTextParts,
	}
	opNumberParts = &operation{
		name: "number",
		fix:  fixNumberParts,
		eval: func(m *machine, n *node) *value { return m.slot(n) },
	}
)

// fixOperand puts the value of a hole outside quotes, or of a span, into the
// slot of its node.
func (m *machine) fixOperand(n *node, o Operand, text bool) attr {
	v := m.slot(n)
	switch {
	case m.err != nil || o.kind == operandNull:
		v.setNull()
		return attr{}
	case o.kind == operandBool:
		v.setBool(o.text == "true")
		return attr{k: Int, ip: 1}
	case o.kind == operandText && text:
		v.setText(o.text)
		return attr{k: Text, dec: notFixed}
	case o.kind == operandOther:
		m.fail(n, CodeNotNumeric, "an array or object is not a number", nil)
		return attr{}
	}
	return m.fixNumber(n, o.text)
}

func (m *machine) fixNumber(n *node, s string) attr {
	v, a, ok := parseNumber(s)
	if !ok {
		m.fail(n, CodeNotNumeric, `"`+excerpt(s)+`" is not a number`, nil)
		return attr{}
	}
	*m.slot(n) = v
	return a
}

// fixNumberParts joins digits and holes that touch each other.
func fixNumberParts(m *machine, n *node) attr {
	if m.err != nil {
		return attr{}
	}
	buf := m.buf[:0]
	for _, p := range n.parts {
		if p.hole < 0 {
			buf = append(buf, p.text...)
			continue
		}
		o := m.holes[p.hole]
		if o.kind != operandText && o.kind != operandNumber {
			m.fail(n, CodeNotNumeric, "a value joined to digits is not a number", nil)
			return attr{}
		}
		buf = append(buf, o.text...)
	}
	m.buf = buf
	return m.fixNumber(n, string(buf))
}

// evalTextParts joins texts and holes. What comes from a hole is data: its
// quotes and backslashes have no meaning.
func evalTextParts(m *machine, n *node) *value {
	if len(n.parts) == 1 {
		return m.slot(n).setText(m.holes[n.parts[0].hole].text)
	}
	size := 0
	for _, p := range n.parts {
		size += len(p.text)
		if p.hole >= 0 {
			size += len(m.holes[p.hole].text)
		}
	}
	if !m.room(n, size) {
		return m.slot(n).setNull()
	}
	buf := m.buf[:0]
	for _, p := range n.parts {
		if p.hole >= 0 {
			buf = append(buf, m.holes[p.hole].text...)
		} else {
			buf = append(buf, p.text...)
		}
	}
	m.buf = buf
	return m.slot(n).setText(string(buf))
}

// spend counts the work an evaluation does, and fails beyond the limit.
func (m *machine) spend(n *node, work int) bool {
	if work > workLimit || m.work+work > workLimit {
		m.work = workLimit // nothing more is done
		m.fail(n, CodeSQL, errWork.Error(), errWork)
		return false
	}
	m.work += work
	return true
}

// room counts the bytes an evaluation builds, and fails beyond the limit.
func (m *machine) room(n *node, size int) bool {
	if size > resultLimit || m.built+size > totalLimit {
		m.fail(n, CodeSQL, errLimit.Error(), errLimit)
		return false
	}
	m.built += size
	return true
}
