package sqlexpr

// temporal is a value of one of the time kinds.
type temporal struct{ k Kind }

func (t *temporal) kind() Kind                   { return t.k }
func (t *temporal) toDec() dec                   { return dec{intg: 1} }
func (t *temporal) appendText(dst []byte) []byte { return dst }

func (m *machine) compareTimes(a, b *value, k Kind) (int, bool) { return 0, false }
func (m *machine) toTemporal(n *node, v *value, a attr) *value  { return m.slot(n).setNull() }
