package qeasy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Verdict says whether a member of a document runs.
type Verdict string

// The verdicts.
const (
	Runs     Verdict = "runs"
	RunsNote Verdict = "runs with a note"
	Cannot   Verdict = "cannot"
)

// Line is one member or field of a document.
type Line struct {
	Side    Side    `json:"side"`
	Path    string  `json:"path"`           // JSON Pointer into the document; "" is the document
	Member  string  `json:"member"`         // the member, or the readable path of the field
	Verdict Verdict `json:"verdict"`        // see the constants
	Code    string  `json:"code,omitempty"` // of a mistake or warning
	Why     string  `json:"why,omitempty"`  // one sentence; always there but for Runs
}

// Report says of each member and field of a scheme whether it runs.
type Report struct {
	Lines []Line `json:"lines"`
}

// OK tells that nothing is in the way of running.
func (r Report) OK() bool {
	return !slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Verdict == Cannot })
}

// Count is how many lines have a verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, l := range r.Lines {
		if l.Verdict == v {
			n++
		}
	}
	return n
}

// verdictWords are how the text shows verdicts.
var verdictWords = map[Verdict]string{Runs: "runs", RunsNote: "note", Cannot: "CANNOT"}

// String gives the report as text: by half, a line for each member, and at the end once more
// what is in the way of running.
func (r Report) String() string {
	width := 0
	for _, l := range r.Lines {
		width = max(width, min(utf8.RuneCountInString(l.Member), 40))
	}
	var b strings.Builder
	line := func(l Line) {
		fmt.Fprintf(&b, "  %-6s  %s", verdictWords[l.Verdict], l.Member)
		if l.Why != "" {
			b.WriteString(strings.Repeat(" ", max(width-utf8.RuneCountInString(l.Member), 0)) + "  " + l.Why)
		}
		if l.Code != "" {
			b.WriteString(" [" + l.Code + "]")
		}
		b.WriteByte('\n')
	}
	for i, l := range r.Lines {
		if i == 0 || l.Side != r.Lines[i-1].Side {
			fmt.Fprintf(&b, "%s\n", cmp.Or(string(l.Side), "document"))
		}
		line(l)
	}
	if !r.OK() {
		b.WriteString("in the way\n")
		width += len(SideSource) + 1
		for _, l := range r.Lines {
			if l.Verdict == Cannot {
				line(Line{Member: strings.TrimSpace(string(l.Side) + " " + l.Member), Verdict: l.Verdict, Code: l.Code, Why: l.Why})
			}
		}
	}
	fmt.Fprintf(&b, "%d run, %d run with a note, %d cannot\n", r.Count(Runs), r.Count(RunsNote), r.Count(Cannot))
	return b.String()
}

// Check says what of two documents runs and what does not, and why. It reads as much
// of documents with mistakes as can be read.
func Check(source, target []byte, cfg Config, opts ...Option) Report {
	sh, problems := parse(SideSource, source, opts)
	th, more := parse(SideTarget, target, opts)
	problems = append(problems, more...)
	var notes []Note
	if sh != nil && th != nil && sh.Side == SideSource && th.Side == SideTarget {
		s, bad := compile(sh, th, cfg)
		problems, notes = append(problems, unsaid(problems, bad)...), s.notes
	}
	return report([]*Half{sh, th}, problems, notes)
}

// unsaid are the mistakes that compiling found in places where reading found none.
func unsaid(said, found []*Problem) (more []*Problem) {
	for _, p := range found {
		if !slices.ContainsFunc(said, func(q *Problem) bool {
			return q.Side == p.Side && (q.Path == p.Path || strings.HasPrefix(p.Path, q.Path+"/") || strings.HasPrefix(q.Path, p.Path+"/"))
		}) {
			more = append(more, p)
		}
	}
	return more
}

// Report says of each member and field whether it runs as the document has it.
func (s *Scheme) Report() Report { return report([]*Half{s.source, s.target}, nil, s.notes) }

// memberNotes are differences that hold for every scheme.
var memberNotes = map[string]string{
	"adapter":          "names a class of the vendor's platform; the connector is chosen by the api",
	"autoFillResponse": "is for the vendor's editor",
	"name":             "is display text",
	"response":         "is for the vendor's editor",
}

// report puts the lines of halves together.
func report(halves []*Half, problems []*Problem, notes []Note) Report {
	r := &reporter{problems: slices.Clone(problems), notes: slices.Clone(notes)}
	for _, h := range halves {
		if h == nil {
			continue
		}
		r.half(h)
	}
	for _, p := range r.problems { // of documents that can not be read at all, and of members that are missing
		if p != nil {
			r.add(Line{p.Side, p.Path, memberName(p.Path, p.Field), Cannot, p.Code, sentence(p)})
		}
	}
	for _, n := range r.notes {
		if n.Text != "" {
			r.add(Line{Side: n.Side, Path: n.Path, Member: memberName(n.Path, n.Member), Verdict: RunsNote, Why: n.Text})
		}
	}
	rank := map[Side]int{SideSource: 0, SideTarget: 1}
	slices.SortStableFunc(r.out.Lines, func(a, b Line) int { return rank[a.Side] - rank[b.Side] })
	return r.out
}

// reporter gives each problem and note to the line it belongs to.
type reporter struct {
	problems []*Problem
	notes    []Note
	out      Report
}

func (r *reporter) add(l Line) { r.out.Lines = append(r.out.Lines, l) }

func memberName(path, field string) string {
	if field != "" {
		return field
	}
	if path == "" {
		return "document"
	}
	return strings.TrimPrefix(path, "/")
}

func sentence(p *Problem) string {
	s := p.Message
	if p.Nearest != "" {
		s += fmt.Sprintf("; did you mean %q?", p.Nearest)
	}
	if p.Line > 0 {
		s += fmt.Sprintf(" (line %d, column %d)", p.Line, p.Col)
	}
	return s
}

func (r *reporter) half(h *Half) {
	lists := map[string][]Field{"request": h.Request, "otherRequest": h.Other, "otherResponse": h.OtherReply}
	for _, name := range h.present {
		fields, isList := lists[name]
		path := "/" + pointer(name)
		if isList {
			r.line(h, path, name, "", false)
			outer := name
			if name == "request" {
				outer = ""
			}
			r.fields(h, fields, outer)
			continue
		}
		why := memberNotes[name]
		if slices.Contains(h.ignored, name) {
			why = "is left out"
		}
		if name == "response" && len(h.Writeback) > 0 {
			why = ""
		}
		if name == "idCheck" && h.Side == SideTarget {
			why = "does nothing on a target"
		}
		r.line(h, path, name, why, true)
	}
}

func (r *reporter) fields(h *Half, fields []Field, outer string) {
	for i := range fields {
		f := &fields[i]
		why := ""
		switch {
		case len(f.Children) > 0:
		case f.Value == "" && len(f.Default) == 0 && h.Side == SideTarget && f.Required:
			why = "is required and has no value: every record will be refused"
		case f.Value == "" && len(f.Default) == 0:
			why = "has no value and is left out"
		case h.Side == SideTarget && volatile(*f):
			why = "has another value in each run, so that records that did not change are written again"
		}
		name := joinField(outer, f.Name)
		r.line(h, f.Path, name, why, len(f.Children) == 0)
		r.fields(h, f.Children, name)
	}
}

// line writes a member with what is known of it, and of what is below it where deep.
func (r *reporter) line(h *Half, path, name, why string, deep bool) {
	mine := func(side Side, p string) bool {
		if side != h.Side || p != path && !strings.HasPrefix(p, path+"/") {
			return false
		}
		rest := strings.TrimPrefix(p, path)
		return deep || rest == "" || rest == "/value" || rest == "/type" || strings.HasPrefix(rest, "/parser") || strings.HasPrefix(rest, "/mapping") || rest == "/parent"
	}
	found := false
	for i, p := range r.problems {
		if p != nil && mine(p.Side, p.Path) {
			r.add(Line{h.Side, p.Path, name, Cannot, p.Code, sentence(p)})
			r.problems[i], found = nil, true
		}
	}
	if found {
		return
	}
	for _, p := range h.warnings {
		if mine(h.Side, p.Path) {
			r.add(Line{h.Side, p.Path, name, RunsNote, p.Code, sentence(p)})
			found = true
		}
	}
	for i, n := range r.notes {
		if n.Text != "" && mine(n.Side, n.Path) {
			r.add(Line{Side: h.Side, Path: n.Path, Member: name, Verdict: RunsNote, Why: n.Text})
			r.notes[i].Text, found = "", true
		}
	}
	switch {
	case why != "" && !found:
		r.add(Line{Side: h.Side, Path: path, Member: name, Verdict: RunsNote, Why: why})
	case !found:
		r.add(Line{Side: h.Side, Path: path, Member: name, Verdict: Runs})
	}
}
