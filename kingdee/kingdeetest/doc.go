// Package kingdeetest is a fake 金蝶云星空 (Kingdee Cloud Galaxy, K3Cloud WebAPI)
// server for tests: it checks requests as the platform does, keeps a store of
// base data and bills, answers queries over it and fails on demand. It needs no
// account and no network, and it imports no client code, so a client tested
// against it is tested against the protocol and not against itself.
//
// # What it checks
//
// POST to /k3cloud/{service}.common.kdsvc over HTTP/1.1. Bodies with named
// parameters, with {"parameters":[...]}, with that array as a text, and with the
// full envelope; a bare array is refused. Either nine signing headers on each
// call (X-Kd-* and X-Api-*, the path as received, at most 5 minutes off), or a
// login (ValidateUser, ValidateUser2, ValidateUserByOrgNumber,
// ValidateUserEnDeCode, LoginByAppSecret, LoginBySign) whose session comes back
// as cookie or header kdservice-sessionid and is lost after 20 idle minutes. A
// stale session named beside a right signature is lost too. [WithGateway] adds
// the public gateway in front, with its HTTP 519 answers.
//
// # Reading
//
// ExecuteBillQuery and BillQuery with FilterString (text or array), OrderString,
// StartRow, Limit (2000, at most 10000) and TopRowCount, over fields of the head,
// of sub-heads and of lines, and what references point to; View in entity shape;
// QueryBusinessInfo (元数据); QueryGroupInfo; GetSysReportData over what
// [Server.SeedReport] holds; GetInventoryData; GetDataCenterList.
//
// # Writing
//
// Save, Draft and BatchSave, at once or as a task asked for by QueryAsyncResult.
// Save takes no number twice, wants the primary key for an update, refuses
// audited records, unknown keys and references that are not objects. The Model is
// worked through in the order of its keys: a bill whose lines come before a
// sub-head is refused, and a material behind the prices of its line loses them,
// unless IsAutoAdjustField is set. Lines are kept by FEntryID, and dropped with
// IsDeleteEntry. BatchSave works row by row.
//
// A reference to organisations, currencies, customers, materials, suppliers or
// warehouses must name a record that exists, else the field becomes empty, or an
// error with IsVerifyBaseDataField; references to other forms are checked once
// the server holds a record of that form. Customers, suppliers and materials are
// usable only in the organisation that created them and where Allocate (分配) put
// them. Keys and form ids are compared without regard to case; texts in filters
// exactly. Dates are the data centre's, UTC+8. [Server.Advance] moves the clock.
//
// Submit, Audit, UnAudit, CancelAssign, Delete and WorkflowAudit move the status;
// ExcuteOperation, also spelt ExecuteOperation ([WithOperationService] leaves one),
// moves the other states, of bills or of single lines. Push (下推) makes the
// follow-up bill by a [PushRule] for what its lines were not pushed for yet, so
// that a second Push of the same bill is refused; [Server.FollowUps] lists them,
// and while they are there the source can not be un-audited. Auditing stock bills
// moves STK_Inventory ([Server.OnHand]). GroupSave and GroupDelete keep groups,
// Allocate and CancelAllocate copies in other organisations, SwitchOrg the
// organisation of the session, SendMsg [Server.Messages], AttachmentUpload,
// UploadFile and AttachmentDownLoad [Server.Files].
//
// Where the protocol's account leaves something open, this server makes a choice:
// RowCount of a report counts all its rows; a Push whose conversion made nothing
// fails in both states, with the reasons in ConvertResponseStatus only; the
// answers of GetInventoryData and QueryGroupInfo are plain lists; UploadFile takes
// what AttachmentUpload takes. FlexSave and Disassembly are unknown services, as
// is any other: HTTP 404.
//
// # Forms and records
//
// BD_Customer, BD_Supplier, BD_MATERIAL, BD_STOCK, BD_Department, BD_Empinfo,
// BD_UNIT, ORG_Organizations (with 100), BD_Currency (with PRE001, CNY), SEC_User
// (with the integration user), BD_Account, BD_AccountBook, BD_VoucherGroup,
// BD_TaxRate, BD_SETTLETYPE, BD_RecCondition, BD_PaymentCondition,
// BD_StockStatus, BD_BatchMainFile; SAL_SaleOrder, SAL_DELIVERYNOTICE,
// SAL_OUTSTOCK, SAL_RETURNSTOCK, PUR_PurchaseOrder, STK_InStock, PUR_MRB,
// STK_TransferDirect, STK_MISCELLANEOUS, STK_MisDelivery, STK_Inventory,
// AR_receivable, AP_Payable, AR_RECEIVEBILL, AP_PAYBILL and GL_VOUCHER (both sides
// equal, numbered by book, period and group) are known from the start. [WithForms]
// adds others or replaces these; a [Form] is a list of keys with marks.
//
// [Server.SeedCustomer], [Server.SeedMaterial] and their kin put the usual records
// in, [Server.Seed] any record; groups are the form "BD_Customer.FGroup".
// [Server.Record] and [Server.Records] show what is stored, with its lines.
// [Server.History] tells every effect of a call and [Server.Effects] counts them,
// so that a test can say "created once" however often a write was sent.
//
// # Faults
//
// [Server.Inject] spoils chosen calls, [Server.CommitLate] loses an answer whose
// effect shows up later, [Server.Refuse] and [Server.RefuseUnnamed] reject
// chosen numbers, [Server.Lock] makes a record one that somebody else works on.
// [Server.OnCall] and [Server.Before] run a function before a call, to
// [Server.Remove] or [Server.Touch] rows between two pages. [WithoutMsgCode] and
// [WithOldestAnswers] are old servers, [WithStockCheck] asks back before stock
// gets negative, [WithTaskPolls] lets tasks take their time; [WithDecimalScale],
// [WithTextBooleans], [WithUnknownKeysIgnored], [WithSingleSession],
// [WithFirewall] and [WithClosedBooks] are ways in which servers differ.
package kingdeetest
