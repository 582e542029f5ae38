package reconcile

import (
	"bytes"
	"encoding/json"
	"io"
)

// JSONLinesReport writes one JSON object per line: the differences, then the summary
// as {"summary":{...}}. A report without that line is cut off.
//
// Numbers have all their digits. Bytes of keys and ids that are no UTF-8 are
// written as \xNN; key_base64 then has the key exactly. A field that is absent
// has no "old" or "new".
func JSONLinesReport(w io.Writer) Reporter { return &jsonLines{w: w} }

// JSONReport writes one document, {"differences":[...],"summary":{...}}, as it comes:
// the differences are those of [JSONLinesReport].
func JSONReport(w io.Writer) Reporter { return &jsonDocument{jsonLines: jsonLines{w: w}} }

type jsonLines struct {
	w   io.Writer
	buf bytes.Buffer
}

type jsonDifference struct {
	Kind      string       `json:"kind"`
	Side      string       `json:"side,omitempty"`
	Key       string       `json:"key"`
	KeyBase64 string       `json:"key_base64,omitempty"`
	TargetKey string       `json:"target_key,omitempty"`
	SourceID  string       `json:"source_id,omitempty"`
	TargetID  string       `json:"target_id,omitempty"`
	Changes   []jsonChange `json:"changes,omitempty"`
	Count     int64        `json:"count,omitempty"`
	Keys      []string     `json:"keys,omitempty"`
	IDs       []string     `json:"ids,omitempty"`
	Error     string       `json:"error,omitempty"`
	Ambiguous bool         `json:"ambiguous,omitempty"`
}

type jsonChange struct {
	Field   string `json:"field"`
	Old     Value  `json:"old,omitzero"`
	OldType string `json:"old_type"`
	New     Value  `json:"new,omitzero"`
	NewType string `json:"new_type"`
}

func (r *jsonLines) encode(v any) error {
	enc := json.NewEncoder(&r.buf)
	enc.SetEscapeHTML(false)
	return enc.Encode(v) // with a newline
}

func (r *jsonLines) flush() error {
	_, err := r.w.Write(r.buf.Bytes())
	r.buf.Reset()
	return err
}

func (r *jsonLines) encodeDifference(d *Difference) error {
	j := jsonDifference{
		Kind: d.Kind.String(), Side: d.Side.String(), Count: d.Count,
		Keys: legibles(d.Keys), IDs: legibles(d.IDs), Ambiguous: d.Ambiguous,
	}
	j.Key, j.KeyBase64 = legible(d.Key)
	j.TargetKey, _ = legible(d.TargetKey)
	j.SourceID, _ = legible(d.SourceID)
	j.TargetID, _ = legible(d.TargetID)
	j.Error, _ = legible(d.Err)
	for _, c := range d.Changes {
		j.Changes = append(j.Changes, jsonChange{
			Field: c.Field, Old: c.Old.legible(), OldType: c.Old.typ.String(), New: c.New.legible(), NewType: c.New.typ.String(),
		})
	}
	return r.encode(j)
}

func (v Value) legible() Value {
	v.text, _ = legible(v.text)
	return v
}

func (r *jsonLines) Difference(d *Difference) error {
	if err := r.encodeDifference(d); err != nil {
		return err
	}
	return r.flush()
}

func (r *jsonLines) End(s *Summary) error {
	if err := r.encode(map[string]*Summary{"summary": s}); err != nil {
		return err
	}
	return r.flush()
}

type jsonDocument struct {
	jsonLines
	begun bool
}

func (r *jsonDocument) Difference(d *Difference) error {
	r.begin()
	if err := r.encodeDifference(d); err != nil {
		return err
	}
	r.buf.Truncate(r.buf.Len() - 1)
	return r.flush()
}

func (r *jsonDocument) begin() {
	if r.begun {
		r.buf.WriteString(",\n")
		return
	}
	r.begun = true
	r.buf.WriteString("{\"differences\":[\n")
}

func (r *jsonDocument) End(s *Summary) error {
	if !r.begun {
		r.begin()
	}
	r.buf.WriteString("\n],\n\"summary\":")
	if err := r.encode(s); err != nil {
		return err
	}
	r.buf.Truncate(r.buf.Len() - 1)
	r.buf.WriteString("}\n")
	return r.flush()
}
