package mapping

import (
	"strings"

	"github.com/duijie-go/duijie/internal/spell"
)

// template is a compiled text with placeholders.
type template struct {
	parts []part
	whole bool // one placeholder and nothing else
}

// part is a literal, or a placeholder where ref is set.
type part struct {
	literal string
	ref     *ref
	pipes   []pipe
	offset  int // of the placeholder in the source
}

// templateMistake is a mistake, or a warning, in a template.
type templateMistake struct {
	code, message, nearest string
	offset                 int
	warning                bool
}

// rawHole is a placeholder as it is written.
type rawHole struct {
	ref    string
	pipes  []string
	offset int
}

// rawPart is a literal or a placeholder.
type rawPart struct {
	literal string
	hole    *rawHole
}

// splitTemplate cuts a template into literals and placeholders. A single pair of
// braces is a placeholder only if its content is a plain reference, so that JSON
// text survives.
func splitTemplate(s string) ([]rawPart, []templateMistake) {
	var parts []rawPart
	var bad []templateMistake
	var lit strings.Builder
	var open []int // offsets of literal braces
	hole := func(content string, offset int) {
		if lit.Len() > 0 {
			parts = append(parts, rawPart{literal: lit.String()})
			lit.Reset()
		}
		h, mistakes := splitHole(content, offset)
		bad = append(bad, mistakes...)
		parts = append(parts, rawPart{hole: h})
	}
	unbalanced := func(offset int, message string) []templateMistake {
		return append(bad, templateMistake{code: "unbalanced_braces", message: message, offset: offset})
	}
	for i := 0; i < len(s); {
		next := strings.IndexAny(s[i:], "{}")
		if next < 0 {
			lit.WriteString(s[i:])
			break
		}
		lit.WriteString(s[i : i+next])
		i += next
		switch {
		case s[i] == '}':
			if len(open) == 0 {
				return nil, unbalanced(i, "a closing brace without an opening one")
			}
			open = open[:len(open)-1]
			lit.WriteByte('}')
			i++
		case strings.HasPrefix(s[i:], "{{"):
			content, n, problem := doubleBraces(s[i:])
			if problem != "" {
				return nil, unbalanced(i, problem)
			}
			hole(content, i)
			i += n
		default:
			end := strings.IndexAny(s[i+1:], "{}")
			if end >= 0 && s[i+1+end] == '}' && isPlainRef(s[i+1:i+1+end]) {
				hole(s[i+1:i+1+end], i)
				i += end + 2
				continue
			}
			open = append(open, i)
			lit.WriteByte('{')
			i++
		}
	}
	if len(open) > 0 {
		return nil, unbalanced(open[0], "a brace that is not closed")
	}
	if lit.Len() > 0 {
		parts = append(parts, rawPart{literal: lit.String()})
	}
	return parts, bad
}

// doubleBraces returns the content of the double braces s begins with, and how
// long they are.
func doubleBraces(s string) (content string, n int, problem string) {
	if strings.HasPrefix(s, "{{{") {
		return "", 0, "three opening braces"
	}
	end := strings.IndexAny(s[2:], "{}")
	if end < 0 || !strings.HasPrefix(s[2+end:], "}}") {
		return "", 0, "double braces that are not closed by two braces"
	}
	if strings.TrimSpace(s[2:2+end]) == "" {
		return "", 0, "braces without a name"
	}
	return s[2 : 2+end], end + 4, ""
}

// isPlainRef tells whether the content of single braces is a reference.
func isPlainRef(content string) bool {
	return content != "" && !strings.ContainsAny(content, "\"'`:\\ \t\r\n")
}

// splitHole parts a placeholder's content into reference and pipes.
func splitHole(content string, offset int) (*rawHole, []templateMistake) {
	var bad []templateMistake
	words := strings.Split(content, "|")
	h := &rawHole{ref: strings.TrimSpace(words[0]), offset: offset}
	if h.ref != words[0] {
		bad = append(bad, templateMistake{code: "extra_space", message: "spaces around a name are left out", offset: offset, warning: true})
	}
	if message := checkPath(h.ref); message != "" {
		bad = append(bad, templateMistake{code: "path_syntax", message: message, offset: offset})
	}
	for i, w := range words[1:] {
		w = strings.TrimSpace(w)
		switch _, known := pipes[w]; {
		case w == "":
			message := "an empty pipe does nothing"
			if i < len(words)-2 {
				message = "an empty pipe between others does nothing"
			}
			bad = append(bad, templateMistake{code: "empty_pipe", message: message, offset: offset, warning: true})
		case known:
			h.pipes = append(h.pipes, w)
		default:
			bad = append(bad, templateMistake{code: "unknown_pipe", message: "there is no pipe " + excerpt(w), nearest: spell.Nearest(w, pipeNames), offset: offset})
		}
	}
	return h, bad
}

// compileTemplate makes a template of s, its paths resolved at a place.
func compileTemplate(s string, at *location) (*template, []templateMistake) {
	raw, bad := splitTemplate(s)
	t := &template{whole: len(raw) == 1 && raw[0].hole != nil}
	for _, p := range raw {
		if p.hole == nil {
			t.parts = append(t.parts, part{literal: p.literal})
			continue
		}
		if checkPath(p.hole.ref) != "" {
			continue
		}
		r, warning := at.resolve(p.hole.ref)
		if warning != "" {
			bad = append(bad, templateMistake{code: "unknown_variable", message: warning, nearest: spell.Nearest(p.hole.ref, at.vars.names()), offset: p.hole.offset, warning: true})
		}
		c := part{ref: r, offset: p.hole.offset}
		for _, name := range p.hole.pipes {
			c.pipes = append(c.pipes, pipes[name])
		}
		t.parts = append(t.parts, c)
	}
	return t, bad
}

// constant tells whether t has no placeholders, and its text.
func (t *template) constant() (string, bool) {
	switch {
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].ref == nil:
		return t.parts[0].literal, true
	}
	return "", false
}

// eval gives the value of t in the current frames.
func (t *template) eval(e *evaluation) (Value, error) {
	if t.whole {
		p := &t.parts[0]
		return p.value(e)
	}
	if text, ok := t.constant(); ok {
		return TextValue(text), nil
	}
	mark := len(e.scratch)
	for i := range t.parts {
		p := &t.parts[i]
		if p.ref == nil {
			e.scratch = append(e.scratch, p.literal...)
			continue
		}
		v, err := p.value(e)
		if err != nil {
			e.scratch = e.scratch[:mark]
			return Value{}, err
		}
		switch v.kind {
		case KindArray:
			e.scratch = e.scratch[:mark]
			return Value{}, failAt(CodeArrayInScalar, p.offset, "%s is an array inside a text", p.ref.path)
		case KindObject:
			e.scratch = e.scratch[:mark]
			return Value{}, failAt(CodeTypeConversion, p.offset, "%s is an object inside a text", p.ref.path)
		}
		e.scratch = append(e.scratch, v.Text()...)
		if len(e.scratch)-mark > e.m.limits.Output {
			e.scratch = e.scratch[:mark]
			return Value{}, e.tooLarge()
		}
	}
	text := string(e.scratch[mark:])
	e.scratch = e.scratch[:mark]
	return TextValue(text), nil
}

// value gives the value of a placeholder, through its pipes.
func (p *part) value(e *evaluation) (Value, error) {
	v, err := e.value(p.ref, p.offset)
	if err != nil {
		return Value{}, err
	}
	for _, pipe := range p.pipes {
		if v, err = e.pipe(pipe, v); err != nil {
			return Value{}, &failure{code: CodeTypeConversion, offset: p.offset, err: err}
		}
	}
	return v, nil
}
