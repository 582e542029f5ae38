package platforms

import (
	"slices"
	"strings"

	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// KingdeeConfig says what documents leave open about 金蝶云星空. The zero value runs
// all forms that package kingdee knows.
type KingdeeConfig struct {
	// Forms are further business objects, by what schemes call FormId: ID and Key are
	// needed to read them, Number to write them. One replaces the form of the same ID
	// that package kingdee has.
	Forms []kingdee.Form
	// Org is the number of the organisation in which records are looked up before
	// they are written, for forms whose numbers exist once in each. "" is the one the
	// record names in the form's Org field.
	Org string
	// TakeBack takes audited bills back (反审核) to change them, and has them audited
	// again. Without it a changed bill that is audited already is refused and becomes a
	// dead letter. Base data whose scheme audits it (IsAutoSubmitAndAudit) is taken
	// back in any case.
	TakeBack bool
	// Lines says what an update does with the lines of a bill; see kingdee.LinePolicy.
	// A scheme with IsDeleteEntry true replaces them whatever is set here.
	Lines kingdee.LinePolicy
}

// Kingdee joins 金蝶云星空 to schemes. It runs executeBillQuery and billQuery as
// sources; batchSave, save and draft as targets, and submit, audit, unAudit, cancelAssign and
// delete of single records; their names in any case. autoCheck and IsAutoSubmitAndAudit audit
// what is saved, distributionOrg allocates base data (分配) to organisations behind its save.
//
// A source is paged by the form's primary key. A filter that asks for modification (or approval)
// times from LAST_SYNC_TIME on is read in closed windows of that time, beside the rest of
// the filter as it is written; any other is sent as it is written, for each pull anew.
// Without FieldKeys the records are listed and each is read by View, a call each.
//
// A target finds its records by the form's number before it
// writes them: what is there already as it should be is left alone, what differs is
// updated with its primary key, so that a number is never created twice. Where the scheme
// leaves the number to the server nothing can be looked up: a record whose answer was
// lost is held for a person. All its calls are writes, which are settled by such lookups, of
// a status operation by the status of the record, and of an allocation by the records of
// the organisations; none is repeated blindly.
func Kingdee(c *kingdee.Client, cfg KingdeeConfig) qeasy.Connector {
	k := &kingdeeConnector{client: c, cfg: cfg, forms: map[string]kingdee.Form{}}
	for _, f := range slices.Concat(kingdeeForms, cfg.Forms) {
		k.forms[strings.ToLower(f.ID)] = f
	}
	return k
}

type kingdeeConnector struct {
	client *kingdee.Client
	cfg    KingdeeConfig
	forms  map[string]kingdee.Form // by ID in lower case
	settle duijiesync.SettlePolicy // of allocations; zero is the default of workflows
}

// kingdeeForms are the forms package kingdee knows.
var kingdeeForms = []kingdee.Form{
	kingdee.FormCustomer, kingdee.FormSupplier, kingdee.FormMaterial, kingdee.FormStock, kingdee.FormDepartment, kingdee.FormEmployee,
	kingdee.FormUnit, kingdee.FormOrganization, kingdee.FormCurrency, kingdee.FormSaleOrder, kingdee.FormDeliveryNotice, kingdee.FormOutStock,
	kingdee.FormReturnStock, kingdee.FormPurchaseOrder, kingdee.FormInStock, kingdee.FormPurchaseReturn, kingdee.FormTransfer,
	kingdee.FormMiscellaneous, kingdee.FormMisDelivery, kingdee.FormInventory, kingdee.FormReceivable, kingdee.FormPayable,
	kingdee.FormReceiveBill, kingdee.FormPayBill, kingdee.FormVoucher,
}

var kingdeeAPIs = map[qeasy.Side][]string{
	qeasy.SideSource: {"executeBillQuery", "billQuery"},
	qeasy.SideTarget: {"batchSave", "save", kingdeeDraft, "submit", "audit", "unAudit", "cancelAssign", "delete"},
}

const kingdeeDraft = "draft" // the api that stores drafts

// APIs lists the services it runs.
func (k *kingdeeConnector) APIs() []string {
	return slices.Concat(kingdeeAPIs[qeasy.SideSource], kingdeeAPIs[qeasy.SideTarget])
}

// Match compares without regard to case: documents write executeBillQuery and
// ExecuteBillQuery.
func (k *kingdeeConnector) Match(side qeasy.Side, api string) bool {
	return slices.ContainsFunc(kingdeeAPIs[side], func(known string) bool { return strings.EqualFold(known, api) })
}

// Handles tells that saves run autoCheck and distributionOrg.
func (k *kingdeeConnector) Handles(side qeasy.Side, api, member string) bool {
	saves := strings.EqualFold(api, "batchSave") || strings.EqualFold(api, "save")
	return side == qeasy.SideTarget && saves && (member == "autoCheck" || member == "distributionOrg")
}

// AnswerPath tells that Id of an answer is the target's id of the record.
func (k *kingdeeConnector) AnswerPath(_, path string) qeasy.AnswerPath {
	if path == "Id" {
		return qeasy.AnswerID
	}
	return qeasy.AnswerUnknown
}

// isBill tells bills, which are saved, submitted and audited step by step, from base
// data.
func isBill(f kingdee.Form) bool { return strings.EqualFold(f.Number, "FBillNo") }
