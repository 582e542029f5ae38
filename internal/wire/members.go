package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// Member is one member of a JSON object, in the object's own order.
type Member struct {
	Key   []byte // decoded; both share the object's memory where they can
	Value json.RawMessage
}

var errNotObject = errors.New("not a JSON object")

// Members yields the members of a JSON object one by one without decoding
// them. It checks the whole text first, so what it yields is valid JSON; an
// error is the only pair.
func Members(object []byte) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		if First(object) != '{' {
			yield(Member{}, fmt.Errorf("%w: %s", errNotObject, Excerpt(object)))
			return
		}
		if !json.Valid(object) {
			yield(Member{}, fmt.Errorf("malformed JSON: %s", Excerpt(object)))
			return
		}
		s := splitter{text: object}
		s.skipTo('{')
		for s.blank() != '}' {
			key := s.value()
			s.skipTo(':')
			s.blank()
			m := Member{Value: s.value()}
			var err error
			if m.Key, err = memberKey(key); err != nil {
				yield(Member{}, err)
				return
			}
			if !yield(m, nil) {
				return
			}
			if s.blank() == ',' {
				s.at++
			}
		}
	}
}

// memberKey decodes a key; one without escapes needs no decoder.
func memberKey(quoted []byte) ([]byte, error) {
	if plainText(quoted) {
		return quoted[1 : len(quoted)-1], nil
	}
	var key string
	err := json.Unmarshal(quoted, &key)
	return []byte(key), err
}

// splitter walks over valid JSON.
type splitter struct {
	text []byte
	at   int
}

// blank skips white space and returns the byte after it.
func (s *splitter) blank() byte {
	for {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return c
		}
	}
}

func (s *splitter) skipTo(c byte) {
	for s.text[s.at] != c {
		s.at++
	}
	s.at++
}

// value returns the value that starts here and moves behind it.
func (s *splitter) value() []byte {
	start, depth := s.at, 0
	for ; ; s.at++ {
		switch c := s.text[s.at]; c {
		case '"':
			s.skipString()
			if depth == 0 {
				return s.text[start:s.at]
			}
			s.at-- // the loop moves on by one
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 { // the end of the object, after a number or word
				return s.text[start:s.at]
			}
			if depth--; depth == 0 {
				s.at++
				return s.text[start:s.at]
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return s.text[start:s.at]
			}
		}
	}
}

// skipString moves behind the text that starts here.
func (s *splitter) skipString() {
	for s.at++; s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] == '\\' {
			s.at++
		}
	}
	s.at++
}

// FirstValue returns the JSON value b begins with, nil when b ends before it
// does. It is not checked beyond its brackets.
func FirstValue(b []byte) json.RawMessage {
	depth, inText := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return json.RawMessage(b[:i+1])
			}
		}
	}
	return nil
}
