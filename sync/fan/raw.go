package fan

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// rawJSON is a raw item and the part of an In that can decode it.
type rawJSON struct {
	Part  *string         `json:"fan_part"`
	Raw   json.RawMessage `json:"raw,omitempty"`
	Bytes []byte          `json:"bytes,omitempty"` // instead of Raw where it is no JSON
}

// wrapRaw notes with a raw item which part read it. The item stays as it is,
// byte for byte.
func wrapRaw(part string, raw json.RawMessage) json.RawMessage {
	name, err := json.Marshal(part)
	if err != nil {
		return raw
	}
	body, member := []byte(raw), "raw"
	if !json.Valid(raw) {
		member = "bytes"
		if body, err = json.Marshal(body); err != nil {
			return raw
		}
	}
	wrapped := make([]byte, 0, len(name)+len(body)+24)
	wrapped = append(append(wrapped, `{"fan_part":`...), name...)
	wrapped = append(append(wrapped, `,"`+member+`":`...), body...)
	return append(wrapped, '}')
}

// WrapRaw is the opposite of [UnwrapRaw], for the Edit of a replay.
func WrapRaw(part string, raw json.RawMessage) json.RawMessage {
	if part == "" {
		return raw
	}
	return wrapRaw(part, raw)
}

// UnwrapRaw takes a dead letter's raw item of an [In] apart: where the source
// of a part decodes raw items itself (duijiesync.RawDecoder), the In keeps the
// part's name with them, so that a replay finds the decoder again. part is "" for
// an item that is the JSON of its value, and raw is unchanged then.
func UnwrapRaw(raw json.RawMessage) (part string, own json.RawMessage) {
	var doc rawJSON
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil || doc.Part == nil || *doc.Part == "" || (doc.Raw == nil) == (doc.Bytes == nil) {
		return "", raw
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return "", raw
	}
	if doc.Bytes != nil {
		return *doc.Part, doc.Bytes
	}
	return *doc.Part, doc.Raw
}
