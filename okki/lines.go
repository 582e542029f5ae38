package okki

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
)

// documentLines are the members that hold the lines of documents.
var documentLines = []string{"product_list", "record_list"}

// LostLinesError says that a document was pushed and is there, without all of its
// lines: the platform drops those that name no product and SKU of its library, and
// merges those of one SKU, and calls that a success. It matches duijie.ErrRefused.
//
// Do not push the document again as a new one: correct the lines and push an edit of
// Pushed.ID, or remove it.
type LostLinesError struct {
	Op     string     // operation of the push, "/v1/invoices/order/push"
	Pushed Pushed     // the document, which exists
	Member string     // member of the lines, "product_list"
	Sent   int        // lines that were to be there
	Lines  []LostLine // those that are not, in the order they were sent
}

// LostLine is a line that was sent and is not there.
type LostLine struct {
	Index int             // in the list that was sent, from 0
	Line  json.RawMessage // the line as it was sent
}

// Error names the document and the lines.
func (e *LostLinesError) Error() string {
	const most = 10
	var b strings.Builder
	fmt.Fprintf(&b, "okki: %s: the document exists as %d", e.Op, e.Pushed.ID)
	if e.Pushed.Number != "" {
		fmt.Fprintf(&b, " (%.60s)", e.Pushed.Number)
	}
	fmt.Fprintf(&b, ", but %d of its %d lines are not there: ", len(e.Lines), e.Sent)
	for i, l := range e.Lines[:min(len(e.Lines), most)] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s[%d]", e.Member, l.Index)
		for _, name := range []string{"product_id", "sku_id", "product_name"} {
			if v := memberText(l.Line, name); v != "" {
				fmt.Fprintf(&b, " %s %.60s", name, v)
			}
		}
	}
	if len(e.Lines) > most {
		b.WriteString(" and more")
	}
	b.WriteString("; lines need product_id and sku_id of the product library, and an id of their own where two are of one SKU")
	return b.String()
}

// Unwrap is duijie.ErrRefused.
func (e *LostLinesError) Unwrap() error { return duijie.ErrRefused }

// checkLines sees that a document that was pushed has the lines that were sent. Where
// the answer does not show them all, the document is read; what can not be read leaves
// the outcome unknown.
func (k RecordKind) checkLines(ctx context.Context, c *Client, model json.RawMessage, p Pushed) error {
	err := k.lost(model, p, p.Raw, true)
	if err == nil {
		return nil
	}
	stored, failed := k.fetch(ctx, c, k.ID, strconv.FormatInt(p.ID, 10), nil)
	if failed != nil {
		return k.unread(ctx, p, "whether it has all its lines", failed)
	}
	if err := k.lost(model, p, stored, false); err != nil {
		return err
	}
	return nil
}

// unread is the error of a push that was answered, where the record can not be read to
// see what became of it.
func (k RecordKind) unread(ctx context.Context, p Pushed, what string, failed error) error {
	if ctx.Err() == nil { // its class is the lookup's, and says nothing about the push
		failed = fmt.Errorf("%w: %v", duijie.ErrUnavailable, failed) //nolint:errorlint // on purpose, see above
	}
	return &duijie.APIError{
		Platform: platform, Op: k.push().Path, Class: duijie.ClassUnavailable, OutcomeUnknown: true, Err: failed,
		Message: fmt.Sprintf("%s %d was pushed, but %s could not be read", k.Name, p.ID, what),
	}
}

// lost compares the lines of a model with a record, nil where all are there. strict: a
// record without any list of lines has lost them all, else only where the platform
// documents the list.
func (k RecordKind) lost(model json.RawMessage, p Pushed, record json.RawMessage, strict bool) error {
	for _, name := range documentLines {
		sent := sentLines(member(model, name))
		lines, documented := k.lines(name)
		if lines.Loose || len(sent) == 0 {
			continue
		}
		stored := member(record, name)
		if stored == nil && !strict && !documented {
			continue
		}
		if gone := lostLines(lines.ID, sent, stored); len(gone) > 0 {
			return &LostLinesError{Op: k.push().Path, Pushed: p, Member: name, Sent: len(sent), Lines: gone}
		}
	}
	return nil
}

// sentLine is a line that must be there after a push.
type sentLine struct {
	index   int
	members map[string]json.RawMessage
}

// sentLines are the lines of a push, without those it removes.
func sentLines(list json.RawMessage) []sentLine {
	var out []sentLine
	if !isList(list) {
		return nil
	}
	for i, m := range lineMembers(list) {
		if gone := scalar(m["remove"]); gone != "1" && gone != "true" {
			out = append(out, sentLine{i, m})
		}
	}
	return out
}

// lostLines are the sent lines without a stored one of their own: with their id, else
// with their product and SKU. Lines that name both choose first. id may be "".
func lostLines(id string, sent []sentLine, stored json.RawMessage) []LostLine {
	var have []map[string]json.RawMessage
	if isList(stored) {
		have = lineMembers(stored)
	}
	ways := []func(line, s map[string]json.RawMessage) bool{
		func(line, s map[string]json.RawMessage) bool {
			return id != "" && idText(line[id]) != "" && idText(line[id]) == idText(s[id])
		},
		func(line, s map[string]json.RawMessage) bool { return namesBoth(line) && standsFor(line, s) },
		standsFor,
	}
	for _, fits := range ways {
		sent = slices.DeleteFunc(sent, func(l sentLine) bool {
			at := slices.IndexFunc(have, func(s map[string]json.RawMessage) bool { return fits(l.members, s) })
			if at >= 0 {
				have = slices.Delete(have, at, at+1)
			}
			return at >= 0
		})
	}
	var out []LostLine
	for _, l := range sent {
		line, err := withMembers(nil, l.members)
		if err != nil {
			line = json.RawMessage("{}")
		}
		out = append(out, LostLine{l.index, line})
	}
	return out
}

func namesBoth(line map[string]json.RawMessage) bool {
	return idText(line["product_id"]) != "" && idText(line["sku_id"]) != ""
}

// standsFor tells whether a stored line is of the product and SKU a sent one names. A
// line that names none stands for none that has one.
func standsFor(line, stored map[string]json.RawMessage) bool {
	named := false
	for _, name := range []string{"product_id", "sku_id"} {
		want, has := idText(line[name]), idText(stored[name])
		if want != "" && want != has {
			return false
		}
		named = named || want != ""
	}
	return named || idText(stored["product_id"]) == "" && idText(stored["sku_id"]) == ""
}
