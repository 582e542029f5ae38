package wdttest

import (
	_ "embed"
	"strings"
	"sync"
)

// shapesText is the list of documented members; its head explains it.
//
//go:embed shapes.txt
var shapesText string

// shape is what the rows of one list look like.
type shape struct {
	fields []field
	known  map[string]bool
	lists  map[string]*sublist
	params map[string]string // type of every filter member; top shapes only
}

// field is one member of a row.
type field struct {
	name   string
	kind   byte   // s text, i integer, d decimal, b bool, t text time, m milliseconds
	form   string // "str" or "num" where the direct gateway has another JSON type
	seeded bool   // answered only when seeded
}

// sublist is a member that holds rows of its own, or one object.
type sublist struct {
	shape
	object bool
	seeded bool
}

// shapeOf gives the documented shape of a method's rows; nil when there is none.
func shapeOf(method string) *shape { return shapes()[method] }

var shapes = sync.OnceValue(func() map[string]*shape { return parseShapes(shapesText) })

func newShape() shape {
	return shape{known: map[string]bool{}, lists: map[string]*sublist{}}
}

func parseShapes(text string) map[string]*shape {
	all := map[string]*shape{}
	var top *shape
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case line[0] != ' ':
			sh := newShape()
			sh.params = map[string]string{}
			top = &sh
			all[words[0]] = top
		case words[0] == "params":
			for _, name := range words[2:] {
				top.params[name] = words[1]
			}
		default:
			top.add(words[0], words[1], words[2:])
		}
	}
	return all
}

// add takes one line of the list in.
func (sh *shape) add(path, kind string, names []string) {
	if kind == "list" || kind == "object" {
		parent, name := sh, path
		if i := strings.LastIndexByte(path, '.'); i >= 0 {
			parent, name = sh.at(path[:i]), path[i+1:]
		}
		parent.known[name] = true
		parent.lists[name] = &sublist{shape: newShape(), object: kind == "object", seeded: len(names) > 0}
		return
	}
	target := sh.at(path)
	for _, name := range names {
		f := field{name: name, kind: kind[0], seeded: strings.HasSuffix(kind, "?")}
		if _, form, found := strings.Cut(kind, "~"); found {
			f.form = form
		}
		target.fields = append(target.fields, f)
		target.known[name] = true
	}
}

// at finds the shape under a path of list members.
func (sh *shape) at(path string) *shape {
	if path == "." {
		return sh
	}
	for name := range strings.SplitSeq(path, ".") {
		sh = &sh.lists[name].shape
	}
	return sh
}
