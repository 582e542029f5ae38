package kingdeetest

// likePart is one position of a LIKE pattern: any run (%), any one character (_),
// a character, or a set in brackets.
type likePart struct {
	run, one bool
	char     rune
	set      []rune // pairs: from, to
	negated  bool
}

func (p likePart) matches(r rune) bool {
	switch {
	case p.one:
		return true
	case p.set == nil:
		return p.char == r
	}
	for i := 0; i < len(p.set); i += 2 {
		if p.set[i] <= r && r <= p.set[i+1] {
			return !p.negated
		}
	}
	return p.negated
}

// like matches a text against a SQL LIKE pattern with %, _ and [..].
func like(text, pattern string) bool {
	t, p := []rune(text), likeParts([]rune(pattern))
	ti, pi := 0, 0
	backT, backP := 0, -1 // where to go on after the last %
	for ti < len(t) {
		switch {
		case pi < len(p) && p[pi].run:
			backT, backP = ti, pi
			pi++
		case pi < len(p) && p[pi].matches(t[ti]):
			ti++
			pi++
		case backP >= 0:
			backT++
			ti, pi = backT, backP+1
		default:
			return false
		}
	}
	for pi < len(p) && p[pi].run {
		pi++
	}
	return pi == len(p)
}

func likeParts(pattern []rune) []likePart {
	var out []likePart
	for i := 0; i < len(pattern); i++ {
		switch r := pattern[i]; r {
		case '%':
			out = append(out, likePart{run: true})
		case '_':
			out = append(out, likePart{one: true})
		case '[':
			part, n := likeSet(pattern[i+1:])
			if n == 0 {
				part, n = likePart{char: r}, 0
			}
			out = append(out, part)
			i += n
		default:
			out = append(out, likePart{char: r})
		}
	}
	return out
}

// likeSet reads a set after its opening bracket and tells how many runes it
// took; 0 when it never closes.
func likeSet(p []rune) (likePart, int) {
	part := likePart{set: []rune{}}
	i := 0
	if i < len(p) && p[i] == '^' {
		part.negated = true
		i++
	}
	for first := true; i < len(p); first = false {
		if p[i] == ']' && !first {
			return part, i + 1
		}
		from, to := p[i], p[i]
		if i+2 < len(p) && p[i+1] == '-' && p[i+2] != ']' {
			to = p[i+2]
			i += 2
		}
		part.set = append(part.set, from, to)
		i++
	}
	return likePart{}, 0
}
