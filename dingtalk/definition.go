package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Component is one component of a form.
type Component struct {
	ID       string // textField_lq0sj9h9
	Kind     string // componentName: TextField
	Label    string // in Chinese, where it has languages
	ParentID string // sub-table it stands in; "" for none
}

// FormDefinitions are the components of a form (获取表单定义), the best call for a
// mapping: GET /v1.0/yida/forms/definitions/{appType}/{formUuid}.
//
// Effect: read.
func (y *Yida) FormDefinitions(ctx context.Context, formUUID string, opts ...duijie.CallOption) ([]Component, error) {
	const op = "/v1.0/yida/forms/definitions/"
	form, err := y.form(formUUID, op)
	if err != nil {
		return nil, err
	}
	var raw result[[]json.RawMessage]
	path := op + escapePath(y.app.AppType) + "/" + escapePath(form)
	if err := y.query(ctx, http.MethodGet, path, nil, &raw, opts...); err != nil {
		return nil, err
	}
	out := make([]Component, len(raw.Result))
	for i, r := range raw.Result {
		out[i] = Component{
			ID: scalar(member(r, "fieldId")), Kind: scalar(member(r, "componentName")), ParentID: scalar(member(r, "parentId")),
		}
		if label := member(r, "label"); label != nil {
			out[i].Label = titleText(label)
		}
	}
	return out, nil
}

// FormField is one component as the form's designer keeps it.
type FormField struct {
	ID       string          // textField_lq0sj9h9
	Kind     string          // componentName: TextField
	Label    string          // in Chinese, where it has languages
	Behavior string          // NORMAL, DISABLED, READONLY or HIDDEN
	Props    json.RawMessage // the designer's settings, an object
	Children []FormField     // what stands in it: the cells of a sub-table

	Raw json.RawMessage // the whole component as it came
}

// FormFields are the components of a form with the designer's settings
// (获取表单组件定义列表): GET /v1.0/yida/forms/formFields. Applications of Yida 2.0 do not have it:
// see [Yida.FormDefinitions].
//
// Effect: read.
func (y *Yida) FormFields(ctx context.Context, formUUID string, opts ...duijie.CallOption) ([]FormField, error) {
	const op = "/v1.0/yida/forms/formFields"
	form, err := y.form(formUUID, op)
	if err != nil {
		return nil, err
	}
	var raw result[json.RawMessage]
	if err := y.query(ctx, http.MethodGet, op, Query{"formUuid": form}, &raw, opts...); err != nil {
		return nil, err
	}
	return formFields(raw.Result), nil
}

// formFields reads components; what they hold may be wrapped in a text.
func formFields(list json.RawMessage) (out []FormField) {
	for r := range wire.Elements(unquote(list)) {
		f := FormField{
			ID: scalar(member(r, "fieldId")), Kind: scalar(member(r, "componentName")), Behavior: scalar(member(r, "behavior")),
			Props: unquote(member(r, "props")), Children: formFields(member(r, "children")), Raw: r,
		}
		if label := member(r, "label"); label != nil {
			f.Label = titleText(label)
		}
		out = append(out, f)
	}
	return out
}

// Aliases are the aliases of a form's components, by component id (获取组件别名):
// GET /v2.0/yida/forms/component/alias/{appType}/{formUuid}.
//
// Effect: read.
func (y *Yida) Aliases(ctx context.Context, formUUID string, opts ...duijie.CallOption) (map[string]string, error) {
	const op = "/v2.0/yida/forms/component/alias/"
	form, err := y.form(formUUID, op)
	if err != nil {
		return nil, err
	}
	var out result[[]struct {
		FieldID string `json:"fieldId"`
		Alias   string `json:"alias"`
	}]
	if err := y.query(ctx, http.MethodGet, op+escapePath(y.app.AppType)+"/"+escapePath(form), nil, &out, opts...); err != nil {
		return nil, err
	}
	aliases := map[string]string{}
	for _, a := range out.Result {
		if a.Alias != "" {
			aliases[a.FieldID] = a.Alias
		}
	}
	return aliases, nil
}

// FormInfo is one form of an application.
type FormInfo struct {
	UUID    string    // FORM-...
	Type    string    // "receipt", a plain form, or "process", an approval form
	Title   string    // in Chinese, where it has languages
	Creator string    // userId
	Created time.Time // in China
}

// FormInfos lists the forms of the application (获取应用下的表单列表):
// GET /v1.0/yida/forms. types are "receipt" and "process"; none is both.
//
// Effect: read. Limit: 100 forms a page.
func (y *Yida) FormInfos(types ...string) *List[FormInfo] {
	if len(types) == 0 {
		types = []string{"receipt", "process"}
	}
	return &List[FormInfo]{size: MaxPageSize, fetch: func(ctx context.Context, page int) (*duijie.Page[FormInfo], int, error) {
		var out result[struct {
			Data  []json.RawMessage `json:"data"`
			Total *wire.Int         `json:"totalCount"`
		}]
		err := y.query(ctx, http.MethodGet, "/v1.0/yida/forms", Query{
			"formTypes": strings.Join(types, ","), "pageNumber": strconv.Itoa(page), "pageSize": strconv.Itoa(MaxPageSize),
		}, &out)
		if err != nil {
			return nil, 0, err
		}
		p := &duijie.Page[FormInfo]{Total: -1}
		if out.Result.Total != nil {
			p.Total = int64(*out.Result.Total)
		}
		for _, r := range out.Result.Data {
			f := FormInfo{UUID: scalar(member(r, "formUuid")), Type: scalar(member(r, "formType")), Creator: scalar(member(r, "creator"))}
			if title := member(r, "title"); title != nil {
				f.Title = titleText(title)
			}
			if err := readTime(member(r, "gmtCreate"), y.zone(), &f.Created); err != nil {
				return nil, 0, err
			}
			p.Items = append(p.Items, f)
		}
		return p, len(out.Result.Data), nil
	}}
}

// TemporaryURL makes a link to a file that needs no login
// (获取宜搭附件临时免登地址): GET /v1.0/yida/apps/temporaryUrls/{appType}. fileURL is an
// Attachment's URL; a relative one belongs to https://www.aliwork.com. life is at most
// a day; 0 = a minute.
//
// Effect: read.
func (y *Yida) TemporaryURL(ctx context.Context, fileURL string, life time.Duration, opts ...duijie.CallOption) (string, error) {
	const op = "/v1.0/yida/apps/temporaryUrls/"
	if life == 0 {
		life = time.Minute
	}
	if life < 0 || life > 24*time.Hour {
		return "", invalid(op, fmt.Sprintf("a life of %v: the platform takes up to 24h", life))
	}
	if strings.HasPrefix(fileURL, "/") {
		fileURL = "https://www.aliwork.com" + fileURL
	}
	if err := needs(op, map[string]string{"file URL": fileURL}); err != nil {
		return "", err
	}
	var out result[string]
	err := y.query(ctx, http.MethodGet, op+escapePath(y.app.AppType), Query{
		"fileUrl": fileURL, "timeout": strconv.FormatInt(life.Milliseconds(), 10),
	}, &out, opts...)
	return out.Result, err
}
