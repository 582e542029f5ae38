package kingdee

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

const platform = "kingdee"

// Client calls one data centre of a 金蝶云星空 server. Make it with [NewClient]
// and share it: it is safe for concurrent use, and so are its services.
type Client struct {
	// Base data (基础资料). Here and below, services that say unchecked send a model without asking
	// its Validate, because its list of required fields is the word of one source;
	// see [FormService.Checked].
	Customers     *CustomerService                        // 客户, BD_Customer
	Suppliers     *FormService[SupplierRow, Supplier]     // 供应商, BD_Supplier
	Materials     *FormService[MaterialRow, Material]     // 物料, BD_MATERIAL
	Stocks        *FormService[StockRow, Stock]           // warehouses: 仓库, BD_STOCK; unchecked
	Units         *FormService[UnitRow, Unit]             // 计量单位, BD_UNIT; unchecked
	Departments   *FormService[DepartmentRow, Department] // 部门, BD_Department; unchecked
	Employees     *FormService[EmployeeRow, Employee]     // 员工, BD_Empinfo; unchecked
	Organizations *FormReader[OrganizationRow]            // 组织机构, ORG_Organizations
	Currencies    *FormReader[CurrencyRow]                // 币别, BD_Currency

	// Sales (销售).
	SaleOrders      *BillService[SaleOrderRow, SaleOrderLineRow, SaleOrder]                // 销售订单, SAL_SaleOrder
	DeliveryNotices *BillService[DeliveryNoticeRow, DeliveryNoticeLineRow, DeliveryNotice] // 发货通知单, SAL_DELIVERYNOTICE; unchecked
	OutStocks       *BillService[OutStockRow, OutStockLineRow, OutStock]                   // 销售出库单, SAL_OUTSTOCK
	ReturnStocks    *BillService[ReturnStockRow, ReturnStockLineRow, ReturnStock]          // 销售退货单, SAL_RETURNSTOCK

	// Purchases (采购).
	PurchaseOrders  *BillService[PurchaseOrderRow, PurchaseOrderLineRow, PurchaseOrder]    // 采购订单, PUR_PurchaseOrder
	InStocks        *BillService[InStockRow, InStockLineRow, InStock]                      // 采购入库单, STK_InStock
	PurchaseReturns *BillService[PurchaseReturnRow, PurchaseReturnLineRow, PurchaseReturn] // 采购退料单, PUR_MRB

	// Stock (库存).
	Inventory     *RowReader[InventoryRow]                                            // stock on hand: 即时库存, STK_Inventory
	Transfers     *BillService[TransferRow, TransferLineRow, Transfer]                // 直接调拨单, STK_TransferDirect
	Miscellaneous *BillService[MiscellaneousRow, MiscellaneousLineRow, Miscellaneous] // 其他入库单, STK_MISCELLANEOUS
	MisDeliveries *BillService[MisDeliveryRow, MisDeliveryLineRow, MisDelivery]       // 其他出库单, STK_MisDelivery

	// Money (应收应付, 总账).
	Receivables  *BillService[ReceivableRow, ReceivableLineRow, Receivable]    // 应收单, AR_receivable
	Payables     *BillService[PayableRow, PayableLineRow, Payable]             // 应付单, AP_Payable; unchecked
	ReceiveBills *BillService[ReceiveBillRow, ReceiveBillLineRow, ReceiveBill] // money received: 收款单, AR_RECEIVEBILL
	PayBills     *BillService[PayBillRow, PayBillLineRow, PayBill]             // money paid: 付款单, AP_PAYBILL; unchecked
	Vouchers     *BillService[VoucherRow, VoucherLineRow, Voucher]             // 凭证, GL_VOUCHER

	base       string // ends in /
	mode       AuthMode
	auth       credentials
	seconds    bool
	legacySHA1 bool
	positional bool
	http       *transport.Transport
	sessions   *sessions // nil in signing mode
	log        *slog.Logger
	nonce      func() string
	signer     *signer
	store      duijie.TokenStore // of sessions, nil for one of our own
	maxBody    int64             // the caller's cap of answers, 0 for none
	operate    spelling          // of ExcuteOperation
	upload     spelling          // of AttachmentUpload
}

// NewClient makes a client. Its error names every setting that is missing or
// wrong and where in the product to find it; it matches [duijie.ErrInvalid].
// Nothing is sent yet.
func NewClient(cfg Config, opts ...duijie.Option) (*Client, error) {
	o, err := duijie.NewOptions(opts...)
	if o.BaseURL != "" {
		cfg.BaseURL = o.BaseURL
	}
	if p := cfg.problems(); len(p) > 0 {
		err = errors.Join(err, settingsError("config", p, func(field string) string { return field }))
	}
	if err != nil {
		return nil, err
	}
	c := &Client{
		base: strings.TrimSuffix(cfg.BaseURL, "/") + "/", mode: cfg.mode(), auth: cfg.credentials(),
		seconds: cfg.SecondsTimestamp, legacySHA1: cfg.LegacySHA1, positional: cfg.PositionalBody,
		log: o.Logger, nonce: newNonce, signer: newSigner(cfg.credentials()), store: o.TokenStore, maxBody: o.MaxBody,
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	settings := transport.Config{
		Platform: platform, Options: o, Limits: limits(), Retry: retryPolicy(), Secrets: cfg.secrets(),
	}
	if c.mode != SignHeaders {
		c.sessions = c.newSessions()
		settings.Tokens = sessionOfCall{}
	}
	c.http = transport.New(settings)
	c.addServices()
	return c, nil
}

// addServices makes the service of every form this package knows.
func (c *Client) addServices() {
	c.Customers = NewFormService[CustomerRow, Customer](c, FormCustomer)
	c.Suppliers = NewFormService[SupplierRow, Supplier](c, FormSupplier)
	c.Materials = NewFormService[MaterialRow, Material](c, FormMaterial)
	c.Stocks = NewFormService[StockRow, Stock](c, FormStock).Unchecked()
	c.Units = NewFormService[UnitRow, Unit](c, FormUnit).Unchecked()
	c.Departments = NewFormService[DepartmentRow, Department](c, FormDepartment).Unchecked()
	c.Employees = NewFormService[EmployeeRow, Employee](c, FormEmployee).Unchecked()
	c.Organizations = NewFormReader[OrganizationRow](c, FormOrganization)
	c.Currencies = NewFormReader[CurrencyRow](c, FormCurrency)
	c.SaleOrders = NewBillService[SaleOrderRow, SaleOrderLineRow, SaleOrder](c, FormSaleOrder)
	c.DeliveryNotices = NewBillService[DeliveryNoticeRow, DeliveryNoticeLineRow, DeliveryNotice](c, FormDeliveryNotice).Unchecked()
	c.OutStocks = NewBillService[OutStockRow, OutStockLineRow, OutStock](c, FormOutStock)
	c.ReturnStocks = NewBillService[ReturnStockRow, ReturnStockLineRow, ReturnStock](c, FormReturnStock)
	c.PurchaseOrders = NewBillService[PurchaseOrderRow, PurchaseOrderLineRow, PurchaseOrder](c, FormPurchaseOrder)
	c.InStocks = NewBillService[InStockRow, InStockLineRow, InStock](c, FormInStock)
	c.PurchaseReturns = NewBillService[PurchaseReturnRow, PurchaseReturnLineRow, PurchaseReturn](c, FormPurchaseReturn)
	c.Inventory = NewRowReader[InventoryRow](c, FormInventory)
	c.Transfers = NewBillService[TransferRow, TransferLineRow, Transfer](c, FormTransfer)
	c.Miscellaneous = NewBillService[MiscellaneousRow, MiscellaneousLineRow, Miscellaneous](c, FormMiscellaneous)
	c.MisDeliveries = NewBillService[MisDeliveryRow, MisDeliveryLineRow, MisDelivery](c, FormMisDelivery)
	c.Receivables = NewBillService[ReceivableRow, ReceivableLineRow, Receivable](c, FormReceivable)
	c.Payables = NewBillService[PayableRow, PayableLineRow, Payable](c, FormPayable).Unchecked()
	c.ReceiveBills = NewBillService[ReceiveBillRow, ReceiveBillLineRow, ReceiveBill](c, FormReceiveBill)
	c.PayBills = NewBillService[PayBillRow, PayBillLineRow, PayBill](c, FormPayBill).Unchecked()
	c.Vouchers = NewBillService[VoucherRow, VoucherLineRow, Voucher](c, FormVoucher)
}

// uncheckedForms are the forms whose services above are unchecked.
var uncheckedForms = []string{
	FormStock.ID, FormUnit.ID, FormDepartment.ID, FormEmployee.ID, FormDeliveryNotice.ID, FormPayable.ID, FormPayBill.ID,
}

func uncheckedForm(id string) bool {
	return slices.ContainsFunc(uncheckedForms, func(form string) bool { return strings.EqualFold(form, id) })
}

func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// String names the client without its credentials.
func (c *Client) String() string { return "kingdee.Client(" + c.base + ")" }

// CloseIdleConnections closes connections nobody uses. A transport given with
// duijie.WithHTTPClient is left alone.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// operation is one service with what is known of it.
type operation struct {
	service string // complete name
	effect  duijie.Effect
	shape   shape
	rows    int // records of a batch
	group   string
	noToken bool
	cookies string        // sent although there is noToken
	stream  *streamBody   // instead of a body
	into    *bytes.Buffer // holds the answer until the next call; nil: a buffer of its own
}

// known are the services whose answers are understood. Everything else is a
// write with any answer that tells of no failure.
var known = map[string]operation{
	"ExecuteBillQuery":   {effect: duijie.EffectRead, shape: rowsShape},
	"BillQuery":          {effect: duijie.EffectRead, shape: objectsShape},
	"View":               {effect: duijie.EffectRead, shape: viewShape},
	"QueryBusinessInfo":  {effect: duijie.EffectRead, shape: statusShape},
	"QueryGroupInfo":     {effect: duijie.EffectRead, shape: anyShape},
	"GetSysReportData":   {effect: duijie.EffectRead, shape: reportShape, group: reportGroup},
	"GetDataCenterList":  {effect: duijie.EffectRead, shape: anyShape},
	"AttachmentDownLoad": {effect: duijie.EffectRead, shape: statusShape},
	"QueryAsyncResult":   {effect: duijie.EffectRead, shape: anyShape},
	"GetInventoryData":   {effect: duijie.EffectRead, shape: stockShape},
	"SwitchOrg":          {effect: duijie.EffectIdempotent, shape: statusShape},
	"Push":               {effect: duijie.EffectWrite, shape: pushShape},
	"Allocate":           {effect: duijie.EffectWrite, shape: statusShape},
	"CancelAllocate":     {effect: duijie.EffectWrite, shape: statusShape},
	"GroupSave":          {effect: duijie.EffectWrite, shape: statusShape},
	"GroupDelete":        {effect: duijie.EffectWrite, shape: statusShape},
	"WorkflowAudit":      {effect: duijie.EffectWrite, shape: statusShape},
	"AttachmentUpload":   {effect: duijie.EffectWrite, shape: statusShape},
	"AttachmentUpLoad":   {effect: duijie.EffectWrite, shape: statusShape},
	"UploadFile":         {effect: duijie.EffectWrite, shape: statusShape},
	"Save":               {effect: duijie.EffectWrite, shape: statusShape},
	"Draft":              {effect: duijie.EffectWrite, shape: statusShape},
	"BatchSave":          {effect: duijie.EffectWrite, shape: statusShape},
	"Submit":             {effect: duijie.EffectWrite, shape: statusShape},
	"Audit":              {effect: duijie.EffectWrite, shape: statusShape},
	"UnAudit":            {effect: duijie.EffectWrite, shape: statusShape},
	"Delete":             {effect: duijie.EffectWrite, shape: statusShape},
	"CancelAssign":       {effect: duijie.EffectWrite, shape: statusShape},
	"ExcuteOperation":    {effect: duijie.EffectWrite, shape: statusShape},
	"ExecuteOperation":   {effect: duijie.EffectWrite, shape: statusShape},
	"SendMsg":            {effect: duijie.EffectWrite, shape: statusShape},
}

func knownOperation(service string) operation {
	op, ok := known[opName(service)]
	platforms := strings.HasPrefix(service, servicePrefix) || service == inventoryService || service == dataCenterService
	if !ok || !platforms { // a plug-in's View may do anything
		op = operation{effect: duijie.EffectWrite}
	}
	op.service = service
	return op
}

// Call runs any service with the same authentication, limits, retries and
// errors as the typed methods: "Save" is DynamicFormService.Save, a name with
// dots is complete, "Namespace.Class.Method,Assembly" is a custom service. in is
// the request body, encoded as it is ({"formid":..., "data":...}); out takes the
// whole answer and may be nil.
//
// Effect: read for the services known to read, write for all others; say
// otherwise with [duijie.WithEffect].
func (c *Client) Call(ctx context.Context, service string, in, out any, opts ...duijie.CallOption) error {
	name, err := serviceName(service)
	if err != nil {
		return err
	}
	if in == nil {
		in = struct{}{}
	}
	body, err := marshal(in)
	if err != nil {
		return err
	}
	op := knownOperation(name)
	r := &reading{shape: op.shape}
	answer, err := c.send(ctx, op, body, duijie.NewCallOptions(opts...), r)
	if err != nil || out == nil {
		return err
	}
	if err := wire.Unmarshal(answer.Body, out); err != nil {
		return fmt.Errorf("kingdee: %s: the answer does not fit %T: %w: %w", opName(name), out, err, duijie.ErrMalformedAnswer)
	}
	return nil
}

// form runs a DynamicFormService with typed parameters.
func (c *Client) form(ctx context.Context, op operation, opts []duijie.CallOption, params ...parameter) (*reading, error) {
	op.service = servicePrefix + op.service
	body, err := requestBody(c.positional, params...)
	if err != nil {
		return nil, err
	}
	return c.run(ctx, op, opts, body)
}

// run sends a body to the service op names completely.
func (c *Client) run(ctx context.Context, op operation, opts []duijie.CallOption, body []byte) (*reading, error) {
	r := &reading{shape: op.shape, records: op.rows}
	if _, err := c.send(ctx, op, body, duijie.NewCallOptions(opts...), r); err != nil {
		return nil, err
	}
	return r, nil
}

// send is the one way out. r keeps what was read of the last answer.
func (c *Client) send(ctx context.Context, op operation, body []byte, o duijie.CallOptions, r *reading) (*transport.Answer, error) {
	if o.Effect != duijie.EffectDefault {
		op.effect = o.Effect
	}
	if c.sessions != nil {
		ctx = context.WithValue(ctx, sessionOfCall{}, c.sessions)
	}
	var token duijie.Token
	call := &transport.Call{
		Op: opName(op.service), Group: op.group, Effect: op.effect, NoToken: op.noToken, Options: o, Into: op.into,
		Sign: func(ctx context.Context, a transport.Attempt) (*http.Request, error) {
			token = a.Token
			return c.request(ctx, op, body, a)
		},
		Judge: func(a *transport.Answer) transport.Verdict {
			v := c.withHints(r.judge(a), a)
			c.hide(&v, r, token.Value)
			if v.Renew && c.sessions != nil && !op.noToken {
				c.sessions.lost(token.Gen)
			}
			return v
		},
	}
	answer, err := c.http.Do(ctx, call)
	if e, ok := errors.AsType[*duijie.APIError](err); ok && e.Err == nil {
		// A lost session or a throttle speaks of no record, though it comes the same way.
		if reasons := r.reasons(); len(reasons) > 0 && (ofRecords(e.Class) || e.Class == duijie.ClassInvalid) {
			e.Err = &Refusal{Errors: reasons}
		}
	}
	return answer, err
}

// request builds one attempt.
func (c *Client) request(ctx context.Context, op operation, body []byte, a transport.Attempt) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+op.service+serviceSuffix, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("kingdee: %w", err)
	}
	if op.stream != nil {
		req.Body, req.ContentLength, req.GetBody = op.stream.open(), op.stream.length(), nil
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if !op.noToken {
		c.authorise(req, a)
	}
	if op.cookies != "" {
		req.Header.Set("Cookie", op.cookies)
	}
	return req, nil
}
