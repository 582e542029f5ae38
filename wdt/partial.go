package wdt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// PartialError is the cause of an error of a write that the platform answered
// with status 0 although rows of it failed. Rows that are not named were written.
//
//	if p, ok := errors.AsType[*wdt.PartialError](err); ok { log.Print(p.Rows) }
type PartialError struct {
	Rows []RowError
	// Saved: the one document of the call was saved, what failed came after it,
	// such as its approval. Sending it again would be refused as a duplicate.
	Saved bool
	// Data is the data member of the answer, for counts such as new_count.
	Data json.RawMessage

	unclear bool // the status is none the platform documents: the call may have been done
}

// RowError is one failed row of a write.
type RowError struct {
	No      string // the document, order or goods it concerns, "" when the platform does not name it
	Code    string // error code, where it has one
	Message string // the platform's words
}

// Error counts the failed rows; their words are in Rows and in the message of
// the APIError around it.
func (e *PartialError) Error() string {
	if e.Saved {
		return "the document was saved, a step after it failed"
	}
	return fmt.Sprintf("failed rows: %d", len(e.Rows))
}

// message gives the platform's words about the first rows.
func (e *PartialError) message() string {
	const shown = 3
	var texts []string
	for _, r := range e.Rows[:min(len(e.Rows), shown)] {
		texts = append(texts, strings.TrimPrefix(r.No+": "+r.Message, ": "))
	}
	if more := len(e.Rows) - shown; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}

// savedNotApproved is the data.status of a document that was saved, but not approved.
const savedNotApproved = "20"

// hiddenFailure looks for failures under status 0 in the answer to a write. In
// methods that are not listed a list of texts is data like any other.
func hiddenFailure(data json.RawMessage, known *Method) (transport.Verdict, bool) {
	p, code := findFailure(data, known)
	if p == nil {
		return transport.Verdict{}, false
	}
	p.Data = data
	v := transport.Verdict{Class: duijie.ClassRefused, Code: code, Message: p.message(), Cause: p, Ambiguous: p.unclear}
	if code != "" && !p.Saved && len(p.Rows) == 1 {
		// One document, one reason. A class that says "nothing was done, send it
		// again" is never concluded from it.
		switch c := classify(fromWDT, "", "", p.Rows[0].Message).class; c {
		case duijie.ClassConflict, duijie.ClassNotFound, duijie.ClassPermission, duijie.ClassInvalid:
			v.Class = c
		}
	}
	return v, true
}

// findFailure returns nil when nothing failed, and the code beside the failure
// of a single document.
func findFailure(data json.RawMessage, known *Method) (p *PartialError, code string) {
	if wire.First(data) == '[' {
		list := rowList{texts: known != nil}
		if known != nil {
			list.all, list.name = known.Write.FailedRows, known.Write.RowName
		}
		return partialOf(list.failed(data)), ""
	}
	every := rowList{texts: true}
	if known != nil {
		every.name = known.Write.RowName
	}
	if string(data) == "false" && known != nil {
		p := onlyRow(RowError{}, false)
		p.unclear = true
		return p, ""
	}
	m := members(data)
	message, hasMessage := m["message"]
	// A method that is not listed may answer a row that has a status or a code of its
	// own; with words beside it, it is a failure there too.
	speaks := known != nil || hasMessage
	one := RowError{No: firstOf(rawText(m["outer_no"]), rawText(m["order_no"])), Message: rawText(message)}
	if one.Code = notDone(m["status"]); one.Code != "" && speaks && (known == nil || !known.Write.StatusIsData) {
		p := onlyRow(one, one.Code == savedNotApproved)
		_, isNumber := loose(one.Code).number()
		p.unclear = !isNumber
		return p, one.Code
	}
	one.Code = failureCode(m["code"])
	if known != nil && known.Name == cancelByTypeMethod {
		one.Code = notDone(m["code"])
	}
	if failureCode(m["error_count"]) != "" || one.Code != "" && speaks {
		// The message may be a list of failed rows, as text.
		if p := partialOf(every.failed(json.RawMessage(one.Message))); p != nil {
			return p, one.Code
		}
		return onlyRow(one, false), one.Code
	}
	// What stands in a list of errors is one, in whatever form.
	every.all = true
	var rows []RowError
	for _, name := range []string{"error_list", "error_info", "error_data"} {
		rows = append(rows, every.errors(m[name])...)
	}
	return partialOf(rows), ""
}

// onlyRow is the failure of the one document of a call.
func onlyRow(row RowError, saved bool) *PartialError {
	row.Message = firstOf(row.Message, noReason)
	return &PartialError{Rows: []RowError{row}, Saved: saved}
}

// cancelByTypeMethod tells in data.code what others tell in data.status.
const cancelByTypeMethod = "purchase.PurchaseOrder.cancelByType"

// noReason stands for the words of a failure that has none.
const noReason = "the platform gives no reason"

func partialOf(rows []RowError) *PartialError {
	if len(rows) == 0 {
		return nil
	}
	return &PartialError{Rows: rows}
}

// notDone is a status that does not say "all done", which is 0 or not
// there at all.
func notDone(raw json.RawMessage) string {
	switch wire.First(raw) {
	case 0:
		return ""
	case '{', '[':
		return "-"
	}
	text := loose(rawText(raw))
	if n, ok := text.number(); ok && n == 0 {
		return ""
	}
	return string(text)
}

// failureCode is a code member that is a number other than 0.
func failureCode(raw json.RawMessage) string {
	text := loose(rawText(raw))
	if n, ok := text.number(); ok && n != 0 {
		return string(text)
	}
	return ""
}

// rowList is how a list of failed rows is read: texts, or objects that name an
// error.
type rowList struct {
	texts bool   // a text is a failed row, else data
	all   bool   // so is everything else
	name  string // member that names a row, "" where it is not known
}

// errors reads a member that is there for errors alone: a list of them, one object, or
// either as text. Anything in it is an error.
func (l rowList) errors(member json.RawMessage) []RowError {
	text := rawText(member)
	switch wire.First(member) {
	case '"':
		if first := wire.First([]byte(text)); (first == '[' || first == '{') && json.Valid([]byte(text)) {
			return l.errors(json.RawMessage(text))
		}
	case '[':
		return l.failed(member)
	case '{':
		if len(members(member)) == 0 {
			return nil
		}
		row, _ := l.row(member)
		if row == (RowError{Message: noReason}) {
			row.Message = unread(member)
		}
		return []RowError{row}
	}
	if text == "" || text == "0" || text == "false" {
		return nil
	}
	return []RowError{{Message: text}}
}

func (l rowList) failed(list json.RawMessage) []RowError {
	var items []json.RawMessage
	if wire.First(list) != '[' || wire.Unmarshal(list, &items) != nil {
		return nil
	}
	var rows []RowError
	for _, item := range items {
		row, failed := l.row(item)
		if wire.First(item) == '"' {
			row, failed = RowError{Message: rawText(item)}, l.texts
		}
		if l.all && row == (RowError{Message: noReason}) {
			row.Message = unread(item)
		}
		if failed || l.all {
			rows = append(rows, row)
		}
	}
	return rows
}

func (l rowList) row(item json.RawMessage) (row RowError, failed bool) {
	m := members(item)
	get := func(names ...string) string {
		for _, name := range names {
			if t := rawText(m[name]); name != "" && t != "" {
				return t
			}
		}
		return ""
	}
	row = RowError{
		No:      get(l.name, "no", "order_no", "outer_no", "tid", "spec_no", "goods_no", "rec_id", "sync_id"),
		Code:    get("error_code"),
		Message: get("error", "err_msg", "error_msg", "message"),
	}
	failed = row.Message != "" || failureCode(m["error_code"]) != ""
	if row.Message == "" {
		row.Message = noReason
	}
	return row, failed
}

// unread shows an entry in a form nobody knows, cut to a length that fits a message.
func unread(item json.RawMessage) string {
	const shown = 200
	text := []rune(string(item))
	if len(text) > shown {
		return string(text[:shown]) + "…"
	}
	return firstOf(strings.TrimSpace(string(text)), noReason)
}

// clean blanks secrets out of what the platform said.
func (e *PartialError) clean(clean func(string) string) {
	for i := range e.Rows {
		r := &e.Rows[i]
		r.No, r.Code, r.Message = clean(r.No), clean(r.Code), clean(r.Message)
	}
	// A secret may be written with escapes, so the decoded texts are looked at.
	d := json.NewDecoder(bytes.NewReader(e.Data))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		e.Data = nil
		return
	}
	if cleaned, changed := cleanValue(v, clean); changed {
		e.Data, _ = wire.Marshal(cleaned)
	}
}

// cleanValue cleans the names, texts and numbers of a decoded value.
func cleanValue(v any, clean func(string) string) (cleaned any, changed bool) {
	switch v := v.(type) {
	case string:
		text := clean(v)
		return text, text != v
	case json.Number:
		if text := clean(v.String()); text != v.String() {
			return text, true
		}
	case []any:
		for i, item := range v {
			c, is := cleanValue(item, clean)
			v[i], changed = c, changed || is
		}
		return v, changed
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			c, is := cleanValue(item, clean)
			key := clean(name)
			out[key], changed = c, changed || is || key != name
		}
		return out, changed
	}
	return v, false
}
