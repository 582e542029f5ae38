package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// fxiaokeListing is a list that comes in one answer, or the pages of one.
type fxiaokeListing struct {
	takes map[string]string // parameters and their kinds: text, number, bool or page
	needs []string          // those that must have a value
	rows  string            // member of the answer that has the rows, in any case; "" for the answer itself
	key   string            // member of a row that is its key
	data  bool              // rows stand inside data
}

var fxiaokeListings = map[string]fxiaokeListing{
	fxGet:         {takes: map[string]string{"dataObjectApiName": "text", "objectDataId": "text", "data": "object"}, needs: []string{"dataObjectApiName", "objectDataId"}, key: "_id"},
	fxGetCustom:   {takes: map[string]string{"dataObjectApiName": "text", "objectDataId": "text", "data": "object"}, needs: []string{"dataObjectApiName", "objectDataId"}, key: "_id"},
	fxObjects:     {takes: map[string]string{"includeNull": "bool"}, rows: "objects", data: true, key: "describeApiName"},
	fxDescribe:    {takes: map[string]string{"apiName": "text", "includeDetail": "bool", "data": "object"}, needs: []string{"apiName"}, rows: "describe", data: true, key: "api_name"},
	fxUsers:       {takes: map[string]string{"departmentId": "number", "fetchChild": "bool", "showDepartmentIdsDetail": "bool"}, needs: []string{"departmentId"}, rows: "userList", key: "openUserId"},
	fxUserNames:   {takes: map[string]string{"departmentId": "number", "fetchChild": "bool"}, needs: []string{"departmentId"}, rows: "userList", key: "openUserId"},
	fxUser:        {takes: map[string]string{"openUserId": "text", "showDepartmentIdsDetail": "bool"}, needs: []string{"openUserId"}, key: "openUserId"},
	fxMobile:      {takes: map[string]string{"mobile": "text"}, needs: []string{"mobile"}, rows: "empList", key: "openUserId"},
	fxModified:    {takes: map[string]string{"startTime": "number", "endTime": "number", "showDepartmentIdsDetail": "bool", "pageSize": "page", "pageNumber": "page"}, rows: "employees", key: "openUserId"},
	fxDepartments: {rows: "departments", key: "id"},
	fxDepartment:  {takes: map[string]string{"departmentId": "number"}, needs: []string{"departmentId"}, rows: "department", key: "id"},
}

// list reads a list whole at each pull.
func (x *fxiaokeConnector) list(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	var f findings
	l := fxiaokeListings[spec.API]
	f.known(slices.Concat(spec.Fields, spec.Other), append(slices.Collect(maps.Keys(l.takes)), "currentOpenUserId")...)
	for _, field := range slices.Concat(spec.Fields, spec.Other) {
		if l.takes[field.Name] == "page" {
			f.note(field.Path, field.Name, "taken over: the client reads all pages")
		}
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	_, user, err := l.parameters(context.Background(), spec, probe(spec))
	if err != nil {
		f.bad("/request", "", qeasy.CodeUnsupportedMember, "%v", err)
		return nil, nil, f.err()
	}
	client, err := x.as(user)
	if err != nil {
		return nil, nil, err
	}
	how := "it comes in one answer"
	switch spec.API {
	case fxModified:
		how = "its pages are read until two passes agree"
		f.note("/api", "", "the platform calls it retired: query PersonnelObj where the acting employee may")
	case fxDescribe:
		f.note("/api", "", "its rows are the fields of the object")
	}
	f.note("/request", "", "each pull reads the whole list; the ledger passes what is new or changed")
	return &pull{spec: spec, overlap: pullOverlap, how: how, open: func(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
		body, _, err := l.parameters(ctx, spec, at)
		if err != nil {
			return nil, err
		}
		if spec.API == fxModified {
			return l.pages(client, body), nil
		}
		return seqSource(l.records(ctx, client, spec.API, body)), nil
	}}, f.notes, nil
}

// parameters are those of a moment as the platform takes them, and who asks.
func (l fxiaokeListing) parameters(ctx context.Context, spec *qeasy.SourceSpec, at qeasy.At) (body map[string]any, user string, err error) {
	whole, err := wholeRequest(ctx, spec, at)
	if err != nil {
		return nil, "", err
	}
	body = map[string]any{}
	if err := l.take(body, whole, &user); err != nil {
		return nil, "", err
	}
	if inner, ok := member(whole, "data"); ok {
		if err := l.take(body, inner, nil); err != nil {
			return nil, "", fmt.Errorf("data: %w", err)
		}
	}
	for _, name := range l.needs {
		if body[name] == nil {
			return nil, "", fmt.Errorf("%s has no value", name)
		}
	}
	return body, user, nil
}

func (l fxiaokeListing) take(body map[string]any, from json.RawMessage, user *string) error {
	for m := range wire.Walk(from) {
		name := string(m.Key)
		text, ok := scalar(m.Value)
		kind := l.takes[name]
		switch {
		case kind == "object" && user != nil, kind == "page", slices.Contains(fxiaokeOwn, name):
			continue
		case name == "currentOpenUserId" && user != nil:
			*user = text
			continue
		case kind == "" || kind == "object":
			return fmt.Errorf("nothing is known of %s", name)
		case !ok || text == "":
			continue
		case kind == "number" && strings.Trim(text, "0123456789") != "":
			return fmt.Errorf("%s is a whole number, not %s", name, wire.Excerpt(m.Value))
		case kind == "bool" && text != "true" && text != "false" && text != "1" && text != "0":
			return fmt.Errorf("%s is true or false, not %s", name, wire.Excerpt(m.Value))
		}
		switch kind {
		case "number":
			body[name] = json.Number(text)
		case "bool":
			body[name] = text == "true" || text == "1"
		default:
			body[name] = text
		}
	}
	return nil
}

// records asks once.
func (l fxiaokeListing) records(ctx context.Context, client *fxiaoke.Client, api string, body map[string]any) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
	return func(yield func(duijiesync.Record[json.RawMessage], error) bool) {
		rows, err := l.ask(ctx, client, api, body)
		if err != nil {
			yield(duijiesync.Record[json.RawMessage]{}, err)
			return
		}
		for _, row := range rows {
			if !yield(l.record(row), nil) {
				return
			}
		}
	}
}

func (l fxiaokeListing) record(row json.RawMessage) duijiesync.Record[json.RawMessage] {
	return duijiesync.Record[json.RawMessage]{Key: textOf(row, l.key), Raw: row}
}

func (l fxiaokeListing) ask(ctx context.Context, client *fxiaoke.Client, api string, body map[string]any) ([]json.RawMessage, error) {
	switch api {
	case fxGet, fxGetCustom:
		object, _ := body["dataObjectApiName"].(string)
		id, _ := body["objectDataId"].(string)
		row, err := fxiaoke.GetAs[json.RawMessage](ctx, client, object, id)
		return []json.RawMessage{row}, err
	case fxDescribe:
		body = map[string]any{"apiName": body["apiName"], "includeDetail": true, "data": map[string]any{"apiName": body["apiName"], "includeDetail": true}}
	}
	var answer fxiaoke.Answer
	if err := client.Call(ctx, api, body, &answer); err != nil {
		return nil, err
	}
	return l.rowsOf(api, answer)
}

// rowsOf are the rows of an answer. A list that is left out has none; anything else that is
// no list is an error, and so is one record that is not there.
func (l fxiaokeListing) rowsOf(api string, answer fxiaoke.Answer) ([]json.RawMessage, error) {
	from := json.RawMessage(answer.Body)
	if l.data {
		from = answer.Data
	}
	if l.rows == "" { // the members of the envelope are no part of the record
		row, err := without(from, []string{"errorCode", "errorMessage", "errorDescription", "traceId"})
		return []json.RawMessage{row}, err
	}
	var found json.RawMessage
	for m := range wire.Walk(from) {
		if strings.EqualFold(string(m.Key), l.rows) {
			found = m.Value
		}
	}
	single := api == fxDepartment || api == fxDescribe
	switch c := wire.First(found); {
	case single && c == '{' && api == fxDescribe:
		fields, _ := member(found, "fields")
		var out []json.RawMessage
		for m := range wire.Walk(fields) {
			out = append(out, m.Value)
		}
		return out, nil
	case single && c == '{':
		return []json.RawMessage{found}, nil
	case single:
		return nil, fmt.Errorf("duijie/sync/qeasy/platforms: %s: the answer holds no %s: %w", api, l.rows, duijie.ErrNotFound)
	case c == '[':
		return slices.Collect(wire.Elements(found)), nil
	case c == 0 || c == 'n':
		return nil, nil
	}
	return nil, fmt.Errorf("duijie/sync/qeasy/platforms: %s: %s is no list: %w", api, l.rows, duijie.ErrMalformedAnswer)
}

// pages reads the pages of employees that were modified. Those who change meanwhile move
// between pages, so it is read until two passes agree.
func (l fxiaokeListing) pages(client *fxiaoke.Client, parameters map[string]any) duijiesync.Source[json.RawMessage] {
	const size = 1000
	return rawSource[json.RawMessage]{from: paging.List[json.RawMessage]{
		Name: fxModified, Size: size,
		Fetch: func(ctx context.Context, at paging.At) (paging.Page[json.RawMessage], error) {
			body := maps.Clone(parameters)
			body["pageSize"], body["pageNumber"] = size, at.Page+1
			var answer fxiaoke.Answer
			if err := client.Call(ctx, fxModified, body, &answer); err != nil {
				return paging.Page[json.RawMessage]{}, err
			}
			rows, err := l.rowsOf(fxModified, answer)
			if err != nil {
				return paging.Page[json.RawMessage]{}, err
			}
			page := paging.Page[json.RawMessage]{Total: -1}
			if d, err := duijie.ParseDecimal(textOf(answer.Body, "pageCount")); err == nil {
				page.More = paging.MoreNo
				if n, _ := d.Int64(); int64(at.Page+1) < n {
					page.More = paging.MoreYes
				}
			}
			for _, row := range rows {
				page.Records = append(page.Records, l.record(row))
			}
			return page, nil
		},
	}.DoublePass()}
}
