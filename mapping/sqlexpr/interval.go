package sqlexpr

func (p *parser) intervalFirst() *node { p.unexpected("an operand"); return nil }
func (p *parser) interval(left *node, sub bool, off int) *node {
	p.unexpected("an operand")
	return nil
}
