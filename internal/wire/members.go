package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// Member is one member of a JSON object, in the object's own order.
type Member struct {
	Key   []byte          // decoded; both share the object's memory where they can
	Value json.RawMessage // as it stands
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
		for m := range Walk(object) {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// Walk is Members for an object that was checked before, as a whole or as part
// of something larger. It yields nothing of what is no object.
func Walk(valid []byte) iter.Seq[Member] {
	return func(yield func(Member) bool) {
		s := splitter{text: valid}
		if s.blank() != '{' {
			return
		}
		s.at++
		for s.blank() == '"' {
			key := s.value()
			if s.blank() != ':' {
				return
			}
			s.at++
			s.blank()
			if !yield(Member{Key: memberKey(key), Value: s.value()}) {
				return
			}
			if s.blank() == ',' {
				s.at++
			}
		}
	}
}

// Elements yields the elements of a JSON array that was checked before. It
// yields nothing of what is no array.
func Elements(valid []byte) iter.Seq[json.RawMessage] {
	return func(yield func(json.RawMessage) bool) {
		s := splitter{text: valid}
		if s.blank() != '[' {
			return
		}
		s.at++
		for c := s.blank(); c != ']' && c != 0; c = s.blank() {
			if !yield(s.value()) {
				return
			}
			if s.blank() == ',' {
				s.at++
			}
		}
	}
}

// memberKey decodes a key; one without escapes needs no decoder.
func memberKey(quoted []byte) []byte {
	if plainText(quoted) {
		return quoted[1 : len(quoted)-1]
	}
	var key string
	if json.Unmarshal(quoted, &key) != nil {
		return nil
	}
	return []byte(key)
}

// splitter walks over valid JSON. On other text it yields nonsense, but ends.
type splitter struct {
	text []byte
	at   int
}

// blank skips white space and returns the byte after it, 0 at the end.
func (s *splitter) blank() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// value returns the value that starts here and moves behind it.
func (s *splitter) value() json.RawMessage {
	start, depth := s.at, 0
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '"':
			s.skipText()
			if depth == 0 {
				return json.RawMessage(s.text[start:s.at])
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 { // the end of what holds a number or word
				return json.RawMessage(s.text[start:s.at])
			}
			if depth--; depth == 0 {
				s.at++
				return json.RawMessage(s.text[start:s.at])
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				if s.at == start {
					s.at++ // no value begins like that: move on all the same
				}
				return json.RawMessage(s.text[start:s.at])
			}
		}
		s.at++
	}
	return json.RawMessage(s.text[start:])
}

// skipText moves behind the text that starts here.
func (s *splitter) skipText() {
	for s.at++; s.at < len(s.text); {
		n := bytes.IndexByte(s.text[s.at:], '"')
		if n < 0 {
			s.at = len(s.text)
			return
		}
		end := s.at + n
		slashes := 0
		for end-slashes > s.at && s.text[end-slashes-1] == '\\' {
			slashes++
		}
		s.at = end + 1
		if slashes%2 == 0 {
			return
		}
	}
}

// FirstValue returns the JSON value b begins with. It is not checked beyond its
// brackets.
func FirstValue(b []byte) json.RawMessage {
	s := splitter{text: b}
	s.blank()
	return s.value()
}
