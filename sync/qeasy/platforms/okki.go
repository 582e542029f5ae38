package platforms

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/okki"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// OKKI joins 小满 OKKI to schemes, by the paths of the platform's documentation.
//
// Sources are every list, and the details (…/info) of the kinds that have a list: the list is
// read and each record by its id, a call for each, so that rows are whole records with their
// lines. Targets are the pushes of the kinds of records that are found by a number, without
// which a lost answer could not be settled: the request is one record.
//
// Names of groups are looked up with [OKKIGroups].
func OKKI(c *okki.Client) qeasy.Connector {
	o := &okkiConnector{client: c, pushes: map[string]okkiKind{}, infos: okkiInfos(c)}
	for _, k := range okkiKinds(c) {
		path := k.kind.PushPath
		if path == "" {
			path = k.kind.Path + "/push"
		}
		if k.kind.Number != "" {
			o.pushes[path] = k
		}
	}
	return o
}

type okkiConnector struct {
	client *okki.Client
	pushes map[string]okkiKind // by the path of their push
	infos  map[string]okkiInfo // by the path of their details
}

// okkiInfo reads whole records of a kind by their ids, as the platform sends them.
type okkiInfo struct {
	kind okki.RecordKind
	get  func(ctx context.Context, id int64) (json.RawMessage, error)
}

func okkiInfoOf[Row, Detail any](r *okki.Reader[Row, Detail]) okkiInfo {
	return okkiInfo{r.Kind(), func(ctx context.Context, id int64) (json.RawMessage, error) {
		d, err := r.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return wire.Marshal(d)
	}}
}

// okkiInfos are the kinds of records that are read whole.
func okkiInfos(c *okki.Client) map[string]okkiInfo {
	out := map[string]okkiInfo{}
	for _, i := range []okkiInfo{
		okkiInfoOf(&c.Products.Reader), okkiInfoOf(&c.Companies.Reader), okkiInfoOf(&c.Leads.Reader), okkiInfoOf(&c.Opportunities.Reader),
		okkiInfoOf(&c.Orders.Reader), okkiInfoOf(&c.Quotations.Reader), okkiInfoOf(&c.PurchaseOrders.Reader), okkiInfoOf(&c.Suppliers.Reader),
		okkiInfoOf(&c.Outbounds.Reader), okkiInfoOf(&c.Inbounds.Reader), okkiInfoOf(&c.PurchaseReturns.Reader), okkiInfoOf(&c.Receipts.Reader),
		okkiInfoOf(&c.ReceiptRegistrations.Reader), okkiInfoOf(c.Payments), okkiInfoOf(c.Costs),
	} {
		out[i.kind.Path+"/info"] = i
	}
	return out
}

// okkiKind is a kind of record and the type of what is pushed of it.
type okkiKind struct {
	kind  okki.RecordKind
	model reflect.Type
}

func okkiKindOf[Row, Detail, Model any](r *okki.Records[Row, Detail, Model]) okkiKind {
	return okkiKind{r.Kind(), reflect.TypeFor[Model]()}
}

// okkiKinds are the kinds of records the client pushes.
func okkiKinds(c *okki.Client) []okkiKind {
	return []okkiKind{
		okkiKindOf(c.Products.Records), okkiKindOf(c.Companies.Records), okkiKindOf(c.Leads), okkiKindOf(c.Opportunities), okkiKindOf(c.Orders.Records),
		okkiKindOf(c.Quotations), okkiKindOf(c.PurchaseOrders), okkiKindOf(c.Suppliers.Records), okkiKindOf(c.Outbounds), okkiKindOf(c.Inbounds),
		okkiKindOf(c.PurchaseReturns), okkiKindOf(c.Receipts.Records), okkiKindOf(c.ReceiptRegistrations),
	}
}

// Why the platform's other operations are not run.
const (
	okkiRemoves  = "it deletes records, and a scheme writes them; package mirror of sync deletes what a source has lost"
	okkiNoNumber = "the platform finds no record of this kind by a number, so a push whose answer is lost could never be settled, and a repeat would make a second one"
	okkiSetting  = "it changes settings that records refer to, not records"
	okkiEnums    = "it tells of fields and choices, not of records"
	okkiOne      = "it reads of one person or of totals, whom the scheme would have to name: no list of them is in it"
	okkiHooks    = "it is about the address events are sent to, not about records"
	okkiStep     = "it is a step with an effect that a repeat may have twice, and nothing tells whether it was done"
)

// okkiRefused are documented operations that are not run, and why.
var okkiRefused = map[string]string{
	"company/moveToPublic": okkiStep, "company/push/customer": okkiNoNumber, "dynamic/trail/push": okkiNoNumber, "supplier/push": okkiNoNumber,
	"product/edit-parts-list": okkiStep, "product/push-inventory": okkiStep, "invoices/receiptRegistration/allocate": okkiStep,
	"company/pushGroup": okkiSetting, "company/pushTag": okkiSetting, "company/pushTrail": okkiSetting, "product/push-groups": okkiSetting,
	"product/push-sku-attribute": okkiSetting, "product/append-sku-attributes-value": okkiSetting,
	"user/info": okkiOne, "user/departmentInfo": okkiOne, "report/info": okkiOne,
	"company/companyEnums": okkiEnums, "invoices/order/orderEnums": okkiEnums, "product/productEnums": okkiEnums, "invoices/receipt/types": okkiEnums,
}

// known finds a documented operation by its path.
func (o *okkiConnector) known(api string) (op okki.Operation, ok bool) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if op, ok = okki.LookupOperation(method, api); ok {
			return op, true
		}
	}
	return op, false
}

// refusal tells why a documented operation is not run on a side; "" where it is, or where
// nothing is known of it.
func (o *okkiConnector) refusal(side qeasy.Side, api string) string {
	op, documented := o.known(api)
	if !documented || o.runs(side, api) {
		return ""
	}
	path := strings.TrimPrefix(api, "/v1/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch {
	case o.runs(qeasy.SideSource, api):
		return "it reads: it is an api of a source"
	case o.runs(qeasy.SideTarget, api):
		return "it writes: it is an api of a target"
	case okkiRefused[path] != "":
		return okkiRefused[path]
	case strings.HasPrefix(path, "subscribe") || strings.HasPrefix(path, "webhook"):
		return okkiHooks
	case strings.HasPrefix(strings.ToLower(last), "remove"):
		return okkiRemoves
	case last == "fields" || last == "selector":
		return okkiEnums
	}
	return "no scheme runs " + op.Method + " " + api
}

// list finds a list.
func (o *okkiConnector) list(api string) (okki.Operation, bool) {
	op, known := okki.LookupOperation(http.MethodGet, api)
	return op, known && op.Kind == okki.KindList && !strings.HasPrefix(api, "/v1/subscribe")
}

func (o *okkiConnector) runs(side qeasy.Side, api string) bool {
	if side == qeasy.SideTarget {
		_, known := o.pushes[api]
		return known
	}
	_, list := o.list(api)
	_, info := o.infos[api]
	return list || info
}

// APIs lists the paths it reads and, behind them, those it pushes to.
func (o *okkiConnector) APIs() (out []string) {
	for _, side := range []qeasy.Side{qeasy.SideSource, qeasy.SideTarget} {
		for _, op := range okki.Operations() {
			if o.runs(side, op.Path) && (op.Method == http.MethodGet) == (side == qeasy.SideSource) {
				out = append(out, op.Path)
			}
		}
	}
	return out
}

// Match knows what is run, and what is refused with a reason. Paths are compared exactly.
func (o *okkiConnector) Match(side qeasy.Side, api string) bool {
	return o.runs(side, api) || o.refusal(side, api) != ""
}

// Handles tells that autoCheck is understood: Sink says what becomes of it.
func (o *okkiConnector) Handles(side qeasy.Side, _, member string) bool {
	return side == qeasy.SideTarget && member == "autoCheck"
}

// refused is the error of an api that is not run.
func (o *okkiConnector) refused(side qeasy.Side, api string) error {
	if why := o.refusal(side, api); why != "" {
		return &qeasy.Problem{Side: side, Path: "/api", Code: qeasy.CodeAPIUnsupported, Offset: -1, Message: why}
	}
	return nil
}
