package platforms

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// kingdeeWindow is a filter that asks for what happened since LAST_SYNC_TIME, taken
// apart.
type kingdeeWindow struct {
	field string // the time, as the half spells it
	rest  string // the filter without the conditions on it, byte for byte
}

// Times that the server sets by its clock, and never back: what happens after a
// window ended comes into a later one.
var kingdeeTimes = []string{kingdeeModified, "FApproveDate", "FCreateDate"}

var (
	sinceCondition = regexp.MustCompile(`^\s*(\w+)\s*>=?\s*'\{\{?LAST_SYNC_TIME\|date[tT]ime\}\}?'\s*$`)
	untilCondition = regexp.MustCompile(`^\s*(\w+)\s*<=?\s*'\{\{?CURRENT_TIME\|date[tT]ime\}\}?'\s*$`)
)

// recognise tells whether the window of a filter can be taken over: conditions joined by
// "and", one of them on a time from LAST_SYNC_TIME on, and nothing else that changes from
// pull to pull.
func (r *kingdeeRead) recognise(f *qeasy.Field) bool {
	if len(f.Parsers) > 0 || f.Table != nil || len(f.Default) > 0 || !r.spec.Incremental() || r.query.Top != 0 || strings.HasPrefix(f.Value, "_") {
		return false
	}
	parts, ok := conjuncts(f.Value)
	if !ok {
		return false
	}
	w := kingdeeWindow{}
	var rest []string
	until := ""
	for _, part := range parts {
		since := sinceCondition.FindStringSubmatch(part.text)
		end := untilCondition.FindStringSubmatch(part.text)
		switch {
		case since != nil && w.field == "":
			w.field = since[1]
		case end != nil && until == "":
			until = end[1]
		case strings.ContainsAny(part.text, "{}"):
			return false
		default:
			if len(rest) > 0 {
				rest = append(rest, part.before)
			}
			rest = append(rest, part.text)
		}
	}
	known := false
	for _, t := range kingdeeTimes {
		known = known || strings.EqualFold(t, w.field)
	}
	if !known || until != "" && !strings.EqualFold(until, w.field) {
		return false
	}
	w.rest = strings.Join(rest, "")
	if strings.TrimSpace(w.rest) == "" {
		w.rest = ""
	}
	r.window = &w
	r.note(f.Path, f.Name, "the condition on %s is taken over: closed windows of that time, overlapping by %s and ending a minute before now; the rest is sent as it is written: %q",
		w.field, pullOverlap, w.rest)
	return true
}

// conjunct is a part of a filter, with the word before it.
type conjunct struct{ before, text string }

// conjuncts parts a filter at its "and"s outside of brackets and quotes. ok is false
// where an "or" stands beside them, or the text does not end well. The and of a between
// stays inside.
func conjuncts(filter string) (out []conjunct, ok bool) {
	depth, begin, before, between := 0, 0, "", false
	for i := 0; i < len(filter); i++ {
		c := filter[i]
		if c == '\'' {
			end := strings.IndexByte(filter[i+1:], '\'')
			if end < 0 {
				return nil, false
			}
			i += end + 1
			continue
		}
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return nil, false
			}
		}
		if depth > 0 || !wordChar(c) || i > 0 && wordChar(filter[i-1]) {
			continue
		}
		end := i
		for end < len(filter) && wordChar(filter[end]) {
			end++
		}
		switch word := strings.ToLower(filter[i:end]); {
		case word == "or":
			return nil, false
		case word == "between":
			between = true
		case word == "and" && between:
			between = false
		case word == "and":
			out = append(out, conjunct{before, filter[begin:i]})
			before, begin = filter[i:end], end
		}
		i = end - 1
	}
	return append(out, conjunct{before, filter[begin:]}), depth == 0
}

func wordChar(c byte) bool {
	return c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// changes reads what happened since the last run.
func (r *kingdeeRead) changes() (duijiesync.Source[json.RawMessage], error) {
	q := r.query
	q.Filter = r.window.rest
	src, err := kingdee.NewModifiedSource(r.k.client, q, kingdee.ModifiedConfig[duijie.Record]{
		SourceConfig: r.config(), Field: r.window.field, Start: r.spec.Since, Overlap: pullOverlap, Zone: r.spec.Zone,
		Clock: func(context.Context) (time.Time, error) { return r.spec.Now(), nil },
	})
	if err != nil {
		return nil, err
	}
	return r.records(src), nil
}
