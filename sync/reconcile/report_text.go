package reconcile

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TextReport writes lines for people, aligned for a terminal with fixed-width
// characters, Chinese ones counted as two:
//
//	missing      A-001                    source 17
//	different    A-002                    source 18, target 501; price: 1.10 → 1.20; name: "壶" → null
//
// Keys and ids are bare where they are plain, else in quotes; characters that
// steer a terminal or turn the direction of text (control, bidirectional, invisible
// ones) are always written as escapes.
func TextReport(w io.Writer) Reporter { return &textReport{w: w} }

type textReport struct{ w io.Writer }

const (
	kindWidth = 12
	keyWidth  = 24
)

func (r *textReport) Difference(d *Difference) error {
	var b strings.Builder
	pad(&b, d.Kind.String(), kindWidth)
	key := plain(d.Key)
	if d.Key == "" {
		key = "(no key)"
	}
	pad(&b, key, keyWidth)
	var ids, parts []string
	if d.Side != 0 {
		ids = append(ids, "on the "+d.Side.String())
	}
	if d.SourceID != "" {
		ids = append(ids, "source "+plain(d.SourceID))
	}
	if d.TargetID != "" {
		ids = append(ids, "target "+plain(d.TargetID))
	}
	if d.TargetKey != "" {
		ids = append(ids, "key there "+plain(d.TargetKey))
	}
	if ids != nil {
		parts = append(parts, strings.Join(ids, ", "))
	}
	for _, c := range d.Changes {
		parts = append(parts, plain(c.Field)+": "+c.Old.shown()+" → "+c.New.shown())
	}
	if d.Count > 0 {
		parts = append(parts, fmt.Sprintf("%d rows", d.Count))
	}
	if d.Keys != nil {
		parts = append(parts, "keys "+plains(d.Keys))
	}
	if d.IDs != nil {
		parts = append(parts, "ids "+plains(d.IDs))
	}
	if d.Ambiguous {
		parts = append(parts, "ambiguous")
	}
	if d.Err != "" {
		parts = append(parts, strconv.Quote(d.Err))
	}
	b.WriteString(strings.Join(parts, "; "))
	_, err := io.WriteString(r.w, strings.TrimRight(b.String(), " ")+"\n")
	return err
}

func (r *textReport) End(s *Summary) error {
	var b strings.Builder
	b.WriteString("\n")
	for _, line := range s.lines() {
		text := line.text
		if !line.number {
			text = plain(text)
		}
		b.WriteString("  ")
		pad(&b, plain(line.name), keyWidth)
		b.WriteString(text + "\n")
	}
	_, err := io.WriteString(r.w, b.String())
	return err
}

type summaryLine struct {
	name, text string
	number     bool
}

// lines is the summary for people and tables, in the names of its JSON.
func (s *Summary) lines() []summaryLine {
	var lines []summaryLine
	number := func(name string, n int64) {
		lines = append(lines, summaryLine{name, strconv.FormatInt(n, 10), true})
	}
	text := func(name, text string) { lines = append(lines, summaryLine{name, text, false}) }
	for _, side := range [...]Which{OnSource, OnTarget} {
		c, name := s.side(side), side.String()
		number(name+".rows", c.Rows)
		number(name+".keys", c.Keys)
		number(name+".repeated", c.Repeated)
		number(name+".duplicates", c.Duplicates)
		number(name+".collisions", c.Collisions)
		number(name+".undecodable", c.Undecodable)
	}
	number("keys", s.Keys)
	number("equal", s.Equal)
	number("missing", s.Missing)
	number("extra", s.Extra)
	number("different", s.Different)
	number("settled", s.Settled)
	number("unjudged", s.Unjudged)
	for _, field := range slices.Sorted(maps.Keys(s.Fields)) {
		number("fields."+field, s.Fields[field])
	}
	number("temp_bytes", s.TempBytes)
	number("temp_runs", s.TempRuns)
	text("started", s.Started.Format(time.RFC3339Nano))
	text("ended", s.Ended.Format(time.RFC3339Nano))
	text("complete", strconv.FormatBool(s.Complete))
	if s.Error != "" {
		text("error", s.Error)
	}
	return lines
}

// shown is a value for people: what it is can be seen.
func (v Value) shown() string {
	switch v.typ {
	case TypeAbsent, TypeNull:
		return v.typ.String()
	case TypeText:
		return strconv.Quote(v.text)
	}
	return v.String()
}

// plain is a word as it is, if nothing in it needs quotes.
func plain(s string) string {
	q := strconv.Quote(s)
	if s == "" || q[1:len(q)-1] != s || strings.ContainsAny(s, " ,;") {
		return q
	}
	return s
}

func plains(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = plain(s)
	}
	return strings.Join(quoted, ", ")
}

// pad writes s and blanks up to width columns, at least one.
func pad(b *strings.Builder, s string, width int) {
	b.WriteString(s)
	for _, r := range s {
		width--
		if wide(r) {
			width--
		}
	}
	b.WriteString(strings.Repeat(" ", max(width, 0)+1))
}

// wide tells the characters terminals show in two columns: those of East Asia,
// full-width forms, emoji.
func wide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0x303e || r >= 0x3041 && r <= 0xa4cf ||
		r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f ||
		r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff || r >= 0x20000 && r <= 0x3fffd)
}
