package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// endpoint is one of the operations that list instances: they differ in the names
// of their members and in where these stand.
type endpoint struct {
	path    func(y *Yida, form string) string
	where   string // member of the conditions
	order   string // member of the order; "" = none
	page    string // member of the page number
	inQuery bool   // page and size stand in the query
	noForm  bool   // form and application stand in the path
	noAlias bool
}

var (
	queryAll = endpoint{
		path:  func(y *Yida, _ string) string { return y.version() + "/yida/forms/instances/advances/queryAll" },
		where: "searchCondition", order: "orderConfigJson", page: "pageNumber",
	}
	queryNoTables = endpoint{
		path:  func(*Yida, string) string { return "/v1.0/yida/forms/instances/advances/query" },
		where: "searchCondition", order: "orderConfigJson", page: "pageNumber", noAlias: true,
	}
	searchForms = endpoint{
		path:  func(y *Yida, _ string) string { return y.version() + "/yida/forms/instances/search" },
		where: "searchFieldJson", order: "dynamicOrder", page: "currentPage",
	}
	formIDs = endpoint{
		path: func(y *Yida, form string) string {
			return y.version() + "/yida/forms/instances/ids/" + escapePath(y.app.AppType) + "/" + escapePath(form)
		},
		where: "searchFieldJson", page: "pageNumber", inQuery: true, noForm: true,
	}
	processes = endpoint{
		path:  func(y *Yida, _ string) string { return y.version() + "/yida/processes/instances" },
		where: "searchFieldJson", order: "orderConfigJson", page: "pageNumber", inQuery: true,
	}
	processIDs = endpoint{
		path:  func(y *Yida, _ string) string { return y.version() + "/yida/processes/instanceIds" },
		where: "searchFieldJson", page: "pageNumber", inQuery: true,
	}
)

// rows fetches one page, from 1.
func (y *Yida) rows(ctx context.Context, e endpoint, q FormQuery, page int) (rows []json.RawMessage, total int64, err error) {
	form, err := y.form(q.FormUUID, "list")
	if err != nil {
		return nil, -1, err
	}
	path := e.path(y, form)
	if q.size() < 1 || q.size() > MaxPageSize {
		return nil, -1, invalid(path, fmt.Sprintf("PageSize %d: the platform takes 1 to %d", q.PageSize, MaxPageSize))
	}
	if q.UseAlias && (e.noAlias || y.app.Version == YidaV1) {
		return nil, -1, invalid(path, "there are no aliases in v1.0")
	}
	body := y.common(path, nil)
	where, err := conditionText(q.conditions())
	if err != nil {
		return nil, -1, fmt.Errorf("dingtalk: %s: condition: %w: %w", path, err, duijie.ErrInvalid)
	}
	order := q.OrderBy
	if order == nil {
		order = byModification
		if y.app.OldMetadata {
			order = []Order{{Key: "gmt_modified"}, {Key: "guid"}}
		}
	}
	orderBy, err := orderText(order)
	if err != nil {
		return nil, -1, fmt.Errorf("dingtalk: %s: order: %w: %w", path, err, duijie.ErrInvalid)
	}
	setText(body, e.where, where)
	setText(body, e.order, orderBy)
	setText(body, "originatorId", q.Originator)
	if q.UseAlias {
		body["useAlias"] = true
	}
	if body["formUuid"] = form; e.noForm {
		delete(body, "formUuid")
		delete(body, "appType")
	}
	var query Query
	if e.inQuery {
		query = Query{e.page: strconv.Itoa(page), "pageSize": strconv.Itoa(q.size())}
	} else {
		body[e.page], body["pageSize"] = page, q.size()
	}
	var out struct {
		Data  []json.RawMessage `json:"data"`
		Total *wire.Int         `json:"totalCount"`
	}
	if err := y.send(ctx, "POST", path, query, body, &out, nil); err != nil {
		return nil, -1, err
	}
	total = -1
	if out.Total != nil {
		total = int64(*out.Total)
	}
	return out.Data, total, nil
}

// setText sets a member that is not empty, of an operation that has it.
func setText(body map[string]any, name, value string) {
	if name != "" && value != "" {
		body[name] = value
	}
}
