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
// # What it answers
//
// ExecuteBillQuery and BillQuery with FilterString (text or array), OrderString,
// StartRow, Limit (2000, at most 10000) and TopRowCount; View; Save, Draft and
// BatchSave, at once or as a task asked for by QueryAsyncResult; Submit, Audit,
// UnAudit, CancelAssign, Delete; ExcuteOperation, also spelt ExecuteOperation,
// with Forbid and Enable; QueryBusinessInfo, GetDataCenterList, SwitchOrg and
// Logout. Other services are unknown: HTTP 404.
//
// Save takes no number twice, wants the primary key for an update, refuses
// audited records, unknown keys and references that are not objects. A reference
// to a form the server holds (organisations, currencies, customers, materials,
// suppliers, stocks) must name a record that exists, else the field becomes
// empty, or an error with IsVerifyBaseDataField. BatchSave works row by row.
// Keys and form ids are compared without regard to case; texts in filters are
// compared exactly. Dates are the data centre's, UTC+8.
//
// # Forms and records
//
// BD_Customer, BD_MATERIAL, BD_Supplier, BD_STOCK, ORG_Organizations (with 100),
// BD_Currency (with PRE001, CNY) and SAL_SaleOrder are known from the start;
// [WithForms] adds others. [Server.Seed] puts records in, [Server.Records] and
// [Server.Record] show what is stored, and Record.Saves tells how often a save
// changed a record, which shows writes that were sent twice.
//
// # Faults
//
// [Server.Inject] spoils chosen calls, [Server.CommitLate] loses an answer whose
// effect shows up later, [Server.Refuse] and [Server.RefuseUnnamed] reject
// chosen numbers, and [Server.OnCall] runs a function before each call, to move
// rows between two pages.
package kingdeetest
