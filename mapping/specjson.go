package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/internal/spell"
)

// Limits of a spec's document.
const (
	maxSpecBytes = 2 << 20
	maxSpecDepth = 256
	maxSpecItems = 15_000
	maxMistakes  = 200
)

// ParseSpec reads a spec from JSON, strictly: unknown members, members that come
// twice and values of the wrong kind are mistakes. Its error is a [*SpecErrors] with
// all of them, each with line and column.
func ParseSpec(doc []byte) (Spec, error) {
	p := specParser{text: string(doc)}
	var spec Spec
	if len(doc) > maxSpecBytes {
		p.mistake("", 0, "too_large", fmt.Sprintf("the document is longer than %d bytes", maxSpecBytes))
		return Spec{}, &SpecErrors{Errors: p.errs}
	}
	s := scanner{s: p.text, maxDepth: maxSpecDepth}
	v, err := s.document()
	var bad *syntaxError
	if errors.As(err, &bad) {
		code := CodeInvalidJSON
		if bad.tooLarge {
			code = "too_deep"
		}
		p.mistake("", bad.offset, code, bad.message)
		return Spec{}, &SpecErrors{Errors: p.errs}
	}
	p.object(v, strings.Index(p.text, v.s), reflect.ValueOf(&spec).Elem(), "")
	if len(p.errs) > 0 {
		return Spec{}, &SpecErrors{Errors: p.errs}
	}
	return spec, nil
}

// CompileJSON reads a spec from JSON and compiles it: [ParseSpec] and [Compile], whose
// mistakes then have line and column too.
func CompileJSON(doc []byte, opts ...Option) (*Mapper, error) {
	spec, err := ParseSpec(doc)
	if err != nil {
		return nil, err
	}
	m, err := Compile(spec, opts...)
	var bad *SpecErrors
	if errors.As(err, &bad) {
		locate(string(doc), bad.Errors)
		return nil, err
	}
	locate(string(doc), m.warnings)
	return m, nil
}

// locate gives mistakes line and column of what their pointers lead to, or, for a
// member that is missing, of what it is missing in.
func locate(doc string, mistakes []*SpecError) {
	s := scanner{s: doc, maxDepth: maxSpecDepth}
	root, err := s.document()
	if err != nil {
		return
	}
	places := map[string]int{} // offsets by pointer, -1 for not found
	for _, e := range mistakes {
		for p := e.Path; ; p = p[:strings.LastIndexByte(p, '/')] {
			if places[p] = -1; p == "" {
				break
			}
		}
	}
	find(root, strings.Index(doc, root.s), "", places)
	for _, e := range mistakes {
		p := e.Path
		for places[p] < 0 && p != "" {
			p = p[:strings.LastIndexByte(p, '/')]
		}
		e.Line, e.Column = position(doc, places[p])
	}
}

// find notes where the values at the wanted pointers stand.
func find(v Value, at int, pointer string, places map[string]int) {
	if _, wanted := places[pointer]; !wanted {
		return
	}
	places[pointer] = at
	i := 0
	v.elements(func(from int, e Value) bool {
		find(e, at+from, pointer+"/"+strconv.Itoa(i), places)
		i++
		return true
	})
	v.members(func(name string, from int, m Value) bool {
		find(m, at+from, pointer+"/"+escapePointer(name), places)
		return true
	})
}

func escapePointer(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// specParser fills a Spec from checked JSON by the json tags of its types.
type specParser struct {
	text  string
	errs  []*SpecError
	items int
}

func (p *specParser) mistake(pointer string, offset int, code, message string) {
	_ = p.report(pointer, offset, code, message)
}

func (p *specParser) report(pointer string, offset int, code, message string) *SpecError {
	e := &SpecError{Path: pointer, Code: code, Offset: -1, Message: message}
	if p.full() {
		return e
	}
	e.Line, e.Column = position(p.text, offset)
	p.errs = append(p.errs, e)
	return e
}

// full tells that nobody reads more mistakes than there are already.
func (p *specParser) full() bool { return len(p.errs) >= maxMistakes }

var rawMessage = reflect.TypeFor[json.RawMessage]()

// object fills the struct to.
func (p *specParser) object(v Value, at int, to reflect.Value, pointer string) {
	if v.kind == KindNull {
		return
	}
	if v.kind != KindObject {
		p.mistake(pointer, at, "wrong_kind", fmt.Sprintf("want an object, found %s", v.kind))
		return
	}
	known := map[string]int{}
	for i := range to.NumField() {
		name, _, _ := strings.Cut(to.Type().Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			known[name] = i
		}
	}
	seen := map[string]bool{}
	v.members(func(name string, from int, m Value) bool {
		member := pointer + "/" + escapePointer(name)
		i, ok := known[name]
		switch {
		case !ok:
			e := p.report(member, at+from, "unknown_member", "there is no member "+strconv.Quote(excerpt(name))+" here")
			e.Nearest = spell.Nearest(name, keysOf(known))
		case seen[name]:
			p.mistake(member, at+from, "duplicate_member", "the member "+strconv.Quote(name)+" comes twice")
		default:
			seen[name] = true
			p.fill(m, at+from, to.Field(i), member)
		}
		return !p.full()
	})
}

// fill sets to by the value.
func (p *specParser) fill(v Value, at int, to reflect.Value, pointer string) {
	t := to.Type()
	wrong := func(want string) {
		p.mistake(pointer, at, "wrong_kind", fmt.Sprintf("want %s, found %s", want, v.kind))
	}
	switch {
	case t == rawMessage:
		to.SetBytes(v.JSON())
	case v.kind == KindNull:
	case t.Kind() == reflect.Pointer:
		to.Set(reflect.New(t.Elem()))
		p.fill(v, at, to.Elem(), pointer)
	case t.Kind() == reflect.Struct:
		p.object(v, at, to, pointer)
	case t.Kind() == reflect.Slice:
		if v.kind != KindArray {
			wrong("an array")
			return
		}
		i := 0
		v.elements(func(from int, e Value) bool {
			if p.full() {
				return false
			}
			if p.items++; p.items > maxSpecItems {
				if p.items == maxSpecItems+1 {
					p.mistake(pointer, at+from, "too_large", fmt.Sprintf("the spec has more than %d items", maxSpecItems))
				}
				return false
			}
			item := reflect.New(t.Elem()).Elem()
			p.fill(e, at+from, item, pointer+"/"+strconv.Itoa(i))
			to.Set(reflect.Append(to, item))
			i++
			return true
		})
	case t.Kind() == reflect.String:
		if v.kind != KindText {
			wrong("a text")
			return
		}
		to.SetString(v.Text())
	case t.Kind() == reflect.Bool:
		if v.kind != KindBool {
			wrong("true or false")
			return
		}
		to.SetBool(v.s == "true")
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		n, err := strconv.ParseInt(v.s, 10, 64)
		if v.kind != KindNumber || err != nil {
			wrong("a whole number")
			return
		}
		to.SetInt(n)
	default:
		if err := json.Unmarshal(v.JSON(), to.Addr().Interface()); err != nil {
			wrong(t.String())
		}
	}
}
