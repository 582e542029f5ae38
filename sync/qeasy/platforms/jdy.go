package platforms

import (
	"net/http"
	"reflect"

	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// JDYAuthorize is the api of the authorisations of the application (获取授权信息).
const JDYAuthorize = "/jdyconnector/app_management/push_app_authorize"

// JDY joins 金蝶云星辰 V2 to schemes, by the paths of the platform's documentation:
// every list as a source (those that are asked for by POST are cust/list, pm/bom_material and
// fi/assistdetail_report), and as targets the saves of the kinds of records the client has
// services for.
//
// [JDYAuthorize] as a source refreshes the client's token, and its rows are the
// authorisations: outerInstanceId, accountId, accountName, agreementCompanyName,
// serviceId, appKey, domain, groupName, status and instanceExpiresTime as the platform
// names them, and of the account set the client works in tokenExpires, when its token
// ends (text, China time). The secret of the day and the token are in no row: the client
// keeps them.
//
// Rows come with private fields (phones, addresses, accounts) decrypted.
func JDY(c *jdy.Client) qeasy.Connector {
	j := &jdyConnector{client: c, kinds: map[string]jdyKind{}}
	for _, k := range jdyKinds(c) {
		path := k.kind.SavePath
		if path == "" {
			path = k.kind.Path
		}
		j.kinds[path] = k
		if k.kind.BatchPath != "" {
			j.kinds[k.kind.BatchPath] = k
			k.kind.BatchPath = ""
			j.kinds[path] = k // one by one, as the api says
		}
	}
	return j
}

type jdyConnector struct {
	client *jdy.Client
	kinds  map[string]jdyKind // by the path of their save
}

// jdyKind is a kind of record and the type of what is saved of it.
type jdyKind struct {
	kind  jdy.RecordKind
	model reflect.Type
}

func kindOf[Row, Detail, Model any](r *jdy.Records[Row, Detail, Model]) jdyKind {
	return jdyKind{r.Kind(), reflect.TypeFor[Model]()}
}

// jdyKinds are the kinds of records the client has services for.
func jdyKinds(c *jdy.Client) []jdyKind {
	return []jdyKind{
		kindOf(c.Materials), kindOf(c.MaterialGroups), kindOf(c.MeasureUnits), kindOf(c.Customers), kindOf(c.CustomerGroups),
		kindOf(c.Suppliers), kindOf(c.SupplierGroups), kindOf(c.Stores), kindOf(c.StoreGroups), kindOf(c.Employees), kindOf(c.Departments),
		kindOf(c.SettlementAccounts), kindOf(c.SettlementTypes), kindOf(c.LedgerAccounts), kindOf(c.SalesOrders), kindOf(c.SalesOuts),
		kindOf(c.SalesReturns), kindOf(c.PurchaseOrders), kindOf(c.PurchaseIns), kindOf(c.PurchaseReturns), kindOf(c.OtherStockIns),
		kindOf(c.OtherStockOuts), kindOf(c.StockMoves), kindOf(c.TransferIns), kindOf(c.TransferOuts), kindOf(c.Receipts), kindOf(c.Payments),
		kindOf(c.Vouchers.Records),
	}
}

// jdyList finds a list.
func jdyList(api string) (jdy.Operation, bool) {
	o, known := jdy.LookupOperation(http.MethodGet, api)
	return o, known && o.Kind == jdy.KindList
}

// APIs lists the paths it reads and, behind them, those it saves to.
func (j *jdyConnector) APIs() []string {
	out := []string{JDYAuthorize}
	for _, o := range jdy.Operations() {
		_, saved := j.kinds[o.Path]
		_, asked := jdyPosts[o.Path]
		if o.Method == http.MethodGet && o.Kind == jdy.KindList || (saved || asked) && o.Method == http.MethodPost {
			out = append(out, o.Path)
		}
	}
	return out
}

// Match compares paths exactly.
func (j *jdyConnector) Match(side qeasy.Side, api string) bool {
	if side == qeasy.SideTarget {
		_, known := j.kinds[api]
		return known
	}
	_, list := jdyList(api)
	_, asked := jdyPosts[api]
	return list || asked || api == JDYAuthorize
}

// Handles tells that autoCheck is run, for kinds that can be audited.
func (j *jdyConnector) Handles(side qeasy.Side, api, member string) bool {
	return side == qeasy.SideTarget && member == "autoCheck" && j.kinds[api].kind.Entity != ""
}
