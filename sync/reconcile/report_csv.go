package reconcile

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
)

var csvHeader = []string{
	"kind", "side", "key", "field", "old", "old_type", "new", "new_type",
	"source_id", "target_id", "target_key", "count", "keys", "ids", "ambiguous", "error", "key_base64",
}

// CSVReport writes a table in the form of RFC 4180, UTF-8, with a header: one row per
// difference, a Different one has a row per field. Rows of kind "summary" at the
// end have the counts, their names in the column field and the counts in new; a
// report without them is cut off. Lists of keys and ids are JSON.
//
// No cell can start a formula in a spreadsheet: one that begins with = + - @, their
// full-width forms, a tab or the end of a line is given a ' in front. Numbers, which
// are harmless, stay as they are, the negative ones too.
func CSVReport(w io.Writer) Reporter { return &csvReport{w: w} }

// CSVReportForExcel is [CSVReport] with the mark in front that has Excel read it as UTF-8.
func CSVReportForExcel(w io.Writer) Reporter { return &csvReport{w: w, mark: "\ufeff"} }

type csvReport struct {
	w     io.Writer
	buf   []byte
	mark  string
	begun bool
}

func (r *csvReport) begin() {
	if !r.begun {
		r.begun = true
		r.buf = append(r.buf, r.mark...)
		r.row(csvHeader)
	}
}

func (r *csvReport) row(cells []string) {
	for i, c := range cells {
		if i > 0 {
			r.buf = append(r.buf, ',')
		}
		if !strings.ContainsAny(c, "\",\r\n") && strings.TrimSpace(c) == c {
			r.buf = append(r.buf, c...)
			continue
		}
		r.buf = append(r.buf, '"')
		r.buf = append(r.buf, strings.ReplaceAll(c, `"`, `""`)...)
		r.buf = append(r.buf, '"')
	}
	r.buf = append(r.buf, '\r', '\n')
}

func (r *csvReport) flush() error {
	_, err := r.w.Write(r.buf)
	r.buf = r.buf[:0]
	return err
}

// cell is a text that no spreadsheet takes for a formula.
func cell(s string) string {
	s, _ = legible(s)
	if s == "" {
		return ""
	}
	for _, bad := range [...]string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, bad) {
			return "'" + s
		}
	}
	return s
}

func valueCell(v Value) string {
	if v.typ == TypeNumber && !strings.HasPrefix(v.text, "+") {
		return v.text // digits, a sign, a point and an exponent, as they were read
	}
	return cell(v.String())
}

func (r *csvReport) Difference(d *Difference) error {
	r.begin()
	key, exact := legible(d.Key)
	cells := make([]string, len(csvHeader))
	set := func(column, value string) { cells[slices.Index(csvHeader, column)] = value }
	set("kind", d.Kind.String())
	set("side", d.Side.String())
	set("key", cell(key))
	set("source_id", cell(d.SourceID))
	set("target_id", cell(d.TargetID))
	set("target_key", cell(d.TargetKey))
	if d.Count > 0 {
		set("count", strconv.FormatInt(d.Count, 10))
	}
	for column, list := range map[string][]string{"keys": d.Keys, "ids": d.IDs} {
		if list == nil {
			continue
		}
		text, err := json.Marshal(legibles(list))
		if err != nil {
			return err
		}
		set(column, string(text)) // begins with a bracket
	}
	if d.Ambiguous {
		set("ambiguous", "true")
	}
	set("error", cell(d.Err))
	set("key_base64", cell(exact))
	if len(d.Changes) == 0 {
		r.row(cells)
	}
	for _, c := range d.Changes {
		set("field", cell(c.Field))
		set("old", valueCell(c.Old))
		set("old_type", c.Old.typ.String())
		set("new", valueCell(c.New))
		set("new_type", c.New.typ.String())
		r.row(cells)
	}
	return r.flush()
}

func (r *csvReport) End(s *Summary) error {
	r.begin()
	for _, line := range s.lines() {
		cells := make([]string, len(csvHeader))
		cells[0], cells[3], cells[6], cells[7] = "summary", cell(line.name), line.text, "text"
		if line.number {
			cells[7] = "number"
		} else {
			cells[6] = cell(line.text)
		}
		r.row(cells)
	}
	return r.flush()
}
