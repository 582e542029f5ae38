package dingtalktest

import (
	"net/url"
	"slices"
	"strings"
)

func metaOps() []operation {
	const base = "appType* systemToken* userId* "
	return []operation{
		{verb: "GET", path: "yida/forms", versions: "1", scope: formRead, query: base + "formTypes pageNumber:n pageSize:n", serve: (*call).formList},
		{verb: "GET", path: "yida/forms/formFields", versions: "1", scope: formRead, query: base + "formUuid*", serve: (*call).formFields},
		{verb: "GET", path: "yida/forms/definitions/{appType}/{formUuid}", versions: "1", scope: formRead, query: "systemToken* userId* language version", serve: (*call).definitions},
		{verb: "GET", path: "yida/forms/component/alias/{appType}/{formUuid}", versions: "2", scope: formRead, query: "systemToken* userId*", serve: (*call).aliasList},
		{verb: "GET", path: "yida/apps/temporaryUrls/{appType}", versions: "1", scope: fileRead, query: "systemToken* userId* language fileUrl* timeout:n", serve: (*call).temporaryURL},
	}
}

// formList lists the forms of an application (获取表单列表).
func (c *call) formList() (any, *Error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	page, size := c.num("pageNumber", 1), c.num("pageSize", 100)
	if page < 1 || size < 1 || size > 100 {
		return nil, refuse(codeRange, "参数校验失败pageSize")
	}
	kinds := strings.Split(c.str("formTypes"), ",")
	all := []any{}
	for _, f := range c.s.formOrder {
		if f.App != c.str("appType") || c.str("formTypes") != "" && !slices.Contains(kinds, string(f.Kind)) {
			continue
		}
		english := f.EnglishName
		if english == "" {
			english = f.Title
		}
		all = append(all, Row{
			"formUuid": f.UUID, "formType": string(f.Kind), "creator": DemoUser, "gmtCreate": c.s.gmt(f.created),
			"title": Row{"zhCN": f.Title, "enUS": english},
		})
	}
	return Row{"success": true, "result": Row{"totalCount": len(all), "currentPage": page, "data": cut(all, page, size)}}, nil
}

// formFields lists components in the designer's form; label, props and children
// come as strings for every second component, as objects for the others.
func (c *call) formFields() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	return Row{"success": true, "result": fields(f.Components)}, nil
}

func fields(list []Component) []any {
	out := []any{}
	for i, p := range list {
		var label, props, children any = Row{"type": "i18n", "zh_CN": p.Label, "en_US": p.Label}, Row{"fieldId": p.ID, "required": p.Required}, fields(p.Children)
		if i%2 == 0 {
			label, props, children = encodeText(label), encodeText(props), encodeText(children)
		}
		out = append(out, Row{
			"componentName": p.Name, "fieldId": p.ID, "behavior": "NORMAL", "label": label, "props": props, "children": children,
		})
	}
	return out
}

// definitions lists all components, those in tables after their table.
func (c *call) definitions() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	out := []any{}
	var walk func(list []Component, parent string)
	walk = func(list []Component, parent string) {
		for _, p := range list {
			one := Row{"fieldId": p.ID, "componentName": p.Name, "label": p.Label}
			if parent != "" {
				one["parentId"] = parent
			}
			out = append(out, one)
			walk(p.Children, p.ID)
		}
	}
	walk(f.Components, "")
	return result(out)
}

func (c *call) aliasList() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	aliases := Row{}
	for alias, id := range f.aliases {
		aliases[id] = alias
	}
	out := []any{}
	for _, id := range sortedKeys(aliases) {
		out = append(out, Row{"fieldId": id, "alias": aliases[id]})
	}
	return result(out)
}

const (
	fileHost       = "https://www.aliwork.com"
	maxFileTimeout = 86_400_000
)

// temporaryURL gives a link to a stored file that needs no login (免登下载链接).
func (c *call) temporaryURL() (any, *Error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	ms := c.num("timeout", 60_000)
	file, parsed := url.Parse(c.str("fileUrl"))
	switch {
	case ms < 1 || ms > maxFileTimeout:
		return nil, refuse(codeRange, "参数校验失败timeout")
	case parsed != nil || !strings.HasPrefix(c.str("fileUrl"), fileHost+"/"):
		return nil, refuse(codeParameter, "参数错误：fileUrl")
	}
	until := c.s.clock().UnixMilli() + ms
	q := file.Query()
	q.Set("expires", itoa(until))
	q.Set("signature", randomHex(8))
	return result("https://files.example.com" + file.Path + "?" + q.Encode())
}
