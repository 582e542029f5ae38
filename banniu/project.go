package banniu

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// ProjectInfo is a work sheet (工作表) in the list of all. The names of its fields
// are not published, so Raw is kept.
type ProjectInfo struct {
	ID    string          // project id, for [Client.Project]
	Name  string          // title of the sheet
	AppID string          // the app that holds it, "" where the row does not tell
	Raw   json.RawMessage // the row as the platform sent it
}

// Projects lists the work sheets. Method project.list (工作表列表), one answer.
// Effect: read.
func (c *Client) Projects(ctx context.Context, opts ...duijie.CallOption) ([]ProjectInfo, error) {
	e, err := c.send(ctx, known("project.list"), nil, nil, opts)
	if err != nil {
		return nil, err
	}
	var out []ProjectInfo
	for row := range wire.Elements(e.result) {
		m := members(row)
		out = append(out, ProjectInfo{
			ID:    firstScalar(m, "project_id", "projectId", "id"),
			Name:  firstScalar(m, "name", "title", "project_name", "projectName"),
			AppID: firstScalar(m, "app_id", "appId"),
			Raw:   row,
		})
	}
	return out, nil
}

func firstScalar(m map[string]json.RawMessage, names ...string) string {
	for _, name := range names {
		if text := scalar(m[name]); text != "" {
			return text
		}
	}
	return ""
}

// Project is one work sheet (工作表) and its tasks (工单).
type Project struct {
	client    *Client
	id, appID string
}

// Project is a sheet by its id and the id of its app, which only writes and the
// recycle list need. "" takes that of the Config. Nothing is sent.
func (c *Client) Project(projectID, appID string) *Project {
	return &Project{client: c, id: firstOf(projectID, c.cfg.ProjectID), appID: firstOf(appID, c.cfg.AppID)}
}

// ID is the project id.
func (p *Project) ID() string { return p.id }

// AppID is the id of the app that holds the sheet.
func (p *Project) AppID() string { return p.appID }

// check tells what the sheet lacks for a call.
func (p *Project) check(method string, app bool) error {
	var missing []string
	if !isID(p.id) {
		missing = append(missing, "the project id (BANNIU_PROJECT_ID)")
	}
	if app && !isID(p.appID) {
		missing = append(missing, "the app id (BANNIU_APP_ID)")
	}
	if missing != nil {
		return invalid(method, strings.Join(missing, " and ")+" is missing or no number")
	}
	return nil
}

// id is an id as it is sent in bodies.
func (c Config) id(text string) any {
	if c.NumericIDs {
		return json.Number(text)
	}
	return text
}

// Column is one column (列) of a sheet.
type Column struct {
	ID       string // column id, the key of cells
	Name     string // title; not unique within a sheet
	Type     string // type as the platform calls it, not interpreted
	Kind     string // column_type, not interpreted
	Behavior string // behavior_type, the number conditions speak of
	Inside   string // is_inside: whether the platform made it, not interpreted
	// Options are what a choice column takes; nil for others.
	Options []Option
	// Related are the choices of a linked (cascading) column.
	Related []Option
	// Sons are the columns of a sub-table.
	Sons []Column
	Raw  json.RawMessage // the column as the platform sent it
}

// Option is one choice of a column.
type Option struct {
	ID    string `json:"id"`    // what cells hold
	Title string `json:"title"` // what people see
}

// Columns lists the columns of the sheet. Method column.list (工作表的列), one answer;
// keep it for a while, [Project.Form] makes it a [Form]. Effect: read.
func (p *Project) Columns(ctx context.Context, opts ...duijie.CallOption) ([]Column, error) {
	if err := p.check("column.list", false); err != nil {
		return nil, err
	}
	e, err := p.client.send(ctx, known("column.list"), Params{"project_id": p.id}, nil, opts)
	if err != nil {
		return nil, err
	}
	return readColumns(e.result)
}

func readColumns(list json.RawMessage) ([]Column, error) {
	var out []Column
	for raw := range wire.Elements(list) {
		m := members(raw)
		col := Column{
			ID: firstScalar(m, "column_id", "columnId", "id"), Name: scalar(m["name"]), Type: scalar(m["type"]), Kind: scalar(m["column_type"]),
			Behavior: scalar(m["behavior_type"]), Inside: scalar(m["is_inside"]),
			Options: readOptions(m["options"]), Related: readOptions(m["relation_options"]), Raw: raw,
		}
		if col.ID == "" {
			return nil, &duijie.APIError{
				Platform: platform, Op: "column.list", Class: duijie.ClassUnavailable,
				Err: errors.Join(duijie.ErrMalformedAnswer, errors.New("a column without an id: "+wire.Excerpt(raw))),
			}
		}
		var err error
		if col.Sons, err = readColumns(m["son_column_bos"]); err != nil {
			return nil, err
		}
		out = append(out, col)
	}
	return out, nil
}

func readOptions(list json.RawMessage) []Option {
	var out []Option
	for raw := range wire.Elements(list) {
		m := members(raw)
		out = append(out, Option{ID: scalar(m["id"]), Title: firstScalar(m, "title", "name")})
	}
	return out
}
