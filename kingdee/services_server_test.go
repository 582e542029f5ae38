package kingdee

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

// auditedOrder puts a sales order in and brings it to status C.
func auditedOrder(t *testing.T, c *Client, number string, quantities ...int) (id string) {
	t.Helper()
	res, err := c.Save(t.Context(), SaveRequest{FormID: FormSaleOrder.ID, Model: orderModel(number, quantities...), SaveOptions: SaveOptions{AllowUnknownReferences: true}})
	require.NoError(t, err)
	for _, step := range []statusCall{c.Submit, c.Audit} {
		_, err = step(t.Context(), StatusRequest{FormID: FormSaleOrder.ID, IDs: []string{res.ID}})
		require.NoError(t, err)
	}
	return res.ID
}

// A sales order is pushed once, wholly or line by line, and a lost answer is
// settled by looking for the bills that were made.
func TestPushOnServer(t *testing.T) {
	t.Parallel()
	c, s := orderServer(t)
	id := auditedOrder(t, c, "XS1", 5, 7)
	rows, err := c.Query(t.Context(), Query{FormID: FormSaleOrder.ID, Fields: []string{"FSaleOrderEntry_FEntryID"}, Filter: Eq("FBillNo", "XS1").String(), Order: "FSaleOrderEntry_FEntryID ASC"})
	require.NoError(t, err)
	line := rows[0][0].Text()
	res, err := c.Push(t.Context(), PushRequest{FormID: FormSaleOrder.ID, EntryIDs: []string{line}, TargetFormID: FormOutStock.ID, DraftWhenSaveFails: true})
	require.NoError(t, err)
	require.Len(t, res.Created, 1)
	require.Len(t, s.FollowUps(FormSaleOrder.ID, "XS1"), 1)

	s.Inject(kingdeetest.Fault{Op: "Push", Kind: kingdeetest.CutAfter})
	_, err = c.Push(t.Context(), PushRequest{FormID: FormSaleOrder.ID, IDs: []string{id}, RuleID: "SaleOrder-OutStock", DraftWhenSaveFails: true})
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Len(t, s.FollowUps(FormSaleOrder.ID, "XS1"), 2)
	_, err = c.Push(t.Context(), PushRequest{FormID: FormSaleOrder.ID, IDs: []string{id}, RuleID: "SaleOrder-OutStock", DraftWhenSaveFails: true})
	require.ErrorIs(t, err, duijie.ErrRefused, "there is nothing left to push")
	require.Len(t, s.FollowUps(FormSaleOrder.ID, "XS1"), 2)
	_, err = c.Push(t.Context(), PushRequest{FormID: FormSaleOrder.ID, Numbers: []string{"XS1"}, RuleID: "no rule"})
	require.Error(t, err)
}

func TestLineOperationsOnServer(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"ExcuteOperation", "ExecuteOperation"} {
		c, s := newPair(t, SignHeaders, kingdeetest.WithOperationService(spelling))
		s.SeedCustomer("C1", "甲")
		s.SeedMaterial("M1", "螺丝")
		id := auditedOrder(t, c, "XS1", 5)
		rows, err := c.Query(t.Context(), Query{FormID: FormSaleOrder.ID, Fields: []string{"FSaleOrderEntry_FEntryID"}, Order: "FID ASC"})
		require.NoError(t, err)
		_, err = c.Operate(t.Context(), "YLMRPClose", StatusRequest{FormID: FormSaleOrder.ID, Lines: []BillLines{{id, []string{rows[0][0].Text()}}}})
		require.NoError(t, err)
		_, err = c.Operate(t.Context(), "Forbid", StatusRequest{FormID: customers, Numbers: []string{"C1"}})
		require.NoError(t, err)
		require.Equal(t, 1, s.Effects(customers, "C1", kingdeetest.Operated))
	}
}

func TestAllocateOnServer(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	org := s.SeedOrganization("200", "分公司")
	id := fmt.Sprint(s.SeedMaterial("M1", "螺丝"))
	req := AllocateRequest{FormID: FormMaterial.ID, IDs: []string{id}, OrgIDs: []int64{org}}
	_, err := c.Allocate(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, s.Records(FormMaterial.ID), 2)
	_, err = c.CancelAllocate(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, s.Records(FormMaterial.ID), 1)
	_, err = c.Allocate(t.Context(), AllocateRequest{FormID: FormMaterial.ID, IDs: []string{"1"}, OrgIDs: []int64{org}})
	require.Error(t, err)
}

func TestGroupsOnServer(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, ValidateUser)
	top, err := c.GroupSave(t.Context(), customers, "FGroup", Group{Number: "G1", Name: "国内"})
	require.NoError(t, err)
	require.NotEmpty(t, top)
	var parent int64
	_, err = fmt.Sscan(top, &parent)
	require.NoError(t, err)
	below, err := c.GroupSave(t.Context(), customers, "", Group{ParentID: parent, Number: "G2", Name: "华东"})
	require.NoError(t, err)
	info, err := c.QueryGroupInfo(t.Context(), GroupQuery{FormID: customers, FieldKey: "FGroup"})
	require.NoError(t, err)
	require.Contains(t, string(info.Raw), "华东")
	_, err = c.GroupSave(t.Context(), customers, "FGroup", Group{ID: parent, Number: "G1", Name: "国内客户"})
	require.NoError(t, err)
	_, err = c.GroupDelete(t.Context(), customers, "FGroup", []string{below})
	require.NoError(t, err)
	require.Len(t, s.Records(customers+".FGroup"), 1)
}

func TestApprovalAndMessagesOnServer(t *testing.T) {
	t.Parallel()
	c, s := orderServer(t)
	_, err := c.Save(t.Context(), SaveRequest{FormID: FormSaleOrder.ID, Model: orderModel("XS1", 5), SaveOptions: SaveOptions{AllowUnknownReferences: true}})
	require.NoError(t, err)
	_, err = c.Submit(t.Context(), StatusRequest{FormID: FormSaleOrder.ID, Numbers: []string{"XS1"}})
	require.NoError(t, err)
	res, err := c.WorkflowAudit(t.Context(), ApprovalRequest{FormID: FormSaleOrder.ID, Numbers: []string{"XS1"}, UserName: s.Account().Username, Approval: Approve})
	require.NoError(t, err)
	require.Len(t, res.Succeeded, 1)
	rec, _ := s.Record(FormSaleOrder.ID, "XS1")
	require.Equal(t, "C", rec.Status)
	require.NoError(t, c.SendMsg(t.Context(), []Message{{Title: "单据", Content: "完成", Receivers: s.Account().Username}}))
	require.Len(t, s.Messages(), 1)
}

// Files of several parts in both directions, and a lost part.
func TestAttachmentsOnServer(t *testing.T) {
	t.Parallel()
	for _, positional := range []bool{false, true} {
		c, s := orderServer(t)
		c.positional = positional
		id := auditedOrder(t, c, "XS1", 5)
		file := aFile(filePart + 77)
		upload := Upload{FileName: "合同.pdf", FormID: FormSaleOrder.ID, ID: id, BillNo: "XS1"}
		got, err := c.AttachmentUpload(t.Context(), upload, bytes.NewReader(file))
		require.NoError(t, err)
		require.NotEmpty(t, got.AttachmentID)
		stored, ok := s.File(got.FileID)
		require.True(t, ok)
		sum := sha256.Sum256(file)
		require.Equal(t, [3]any{true, int64(len(file)), hex.EncodeToString(sum[:])}, [3]any{stored.Done, stored.Size, stored.SHA256})

		var back bytes.Buffer
		info, err := c.AttachmentDownload(t.Context(), Download{FileID: got.FileID}, &back)
		require.NoError(t, err)
		require.Equal(t, DownloadedFile{FileName: "合同.pdf", Size: int64(len(file)), Written: int64(len(file))}, *info)
		require.True(t, bytes.Equal(file, back.Bytes()))

		s.Inject(kingdeetest.Fault{Op: "AttachmentUpload", Kind: kingdeetest.CutAfter})
		_, err = c.AttachmentUpload(t.Context(), upload, bytes.NewReader(file))
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
		done := 0
		for _, f := range s.Files() {
			if f.Done {
				done++
			}
		}
		require.Equal(t, 1, done, "what was cut short is bound to nothing")

		plain, err := c.UploadFile(t.Context(), "a.txt", "", bytes.NewReader(file[:9]))
		require.NoError(t, err)
		stored, _ = s.File(plain.FileID)
		require.Equal(t, file[:9], stored.Data)
		_, err = c.AttachmentDownload(t.Context(), Download{FileID: "none"}, &back)
		require.Error(t, err)
	}
}

func TestReportsOnServer(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	rows := [][]any{}
	for i := range 7 {
		rows = append(rows, []any{fmt.Sprint(1000 + i), json.Number("12345.67")})
	}
	s.SeedReport("GL_RPT_X", kingdeetest.Report{Fields: []string{"FNO", "FAMOUNT"}, Rows: rows, Sum: true})
	q := ReportQuery{ReportID: "GL_RPT_X", Fields: []string{"FNO", "FAMOUNT"}, Limit: 3, Model: NewModel().Set("FYEAR", "2026")}
	total, told := duijie.DecimalFromInt(0), ""
	for page, err := range c.ReportPages(t.Context(), q) {
		require.NoError(t, err)
		for _, row := range page.Rows {
			amount, err := row.Decimal(1)
			require.NoError(t, err)
			if row.Sum {
				told = amount.String()
				continue
			}
			total = total.Add(amount)
		}
	}
	require.Equal(t, told, total.String(), "sum lines are told apart")
	require.Equal(t, "86419.69", told)
}

// Stock, metadata and objects as the server gives them.
func TestReadingServicesOnServer(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	s.SeedMaterial("M1", "螺丝")
	s.SeedStock("CK1", "主仓")
	s.SeedInventory("M1", "CK1", "12.5")
	page, err := c.GetInventoryData(t.Context(), InventoryQuery{StockNumbers: []string{"CK1"}})
	require.NoError(t, err)
	require.Contains(t, string(page.Raw), "12.5")

	info, err := c.QueryBusinessInfo(t.Context(), FormSaleOrder.ID)
	require.NoError(t, err)
	require.Equal(t, HeadEntry, info.Entries[0].Key)
	entry, field := info.Field("FQty")
	require.Equal(t, "FSaleOrderEntry", entry.Key)
	require.NotNil(t, field)
	require.NotEmpty(t, info.Operations)

	records, err := c.BillQuery(t.Context(), Query{FormID: FormMaterial.ID, Fields: []string{"FNumber", "FCreateOrgId.FNumber"}})
	require.NoError(t, err)
	require.Equal(t, []duijie.Record{{"FNumber": "M1", "FCreateOrgId.FNumber": "100"}}, records)
	_, err = c.BillQuery(t.Context(), Query{FormID: FormMaterial.ID, Fields: []string{"FNope"}})
	require.ErrorIs(t, err, duijie.ErrNotFound)
}
