package kingdee

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

const okEmpty = `{"Result":{"ResponseStatus":{"IsSuccess":true,"Errors":[],"SuccessEntitys":[],"SuccessMessages":[],"MsgCode":0}}}`

// Each service sends the members the platform describes, in a body of its own
// parameter list.
func TestServiceBodies(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for _, c := range []struct {
		name   string
		answer string
		call   func(*Client) error
		op     string
		body   string
	}{
		{"operate lines", okStatus, func(c *Client) error {
			_, err := c.Operate(ctx, "MRPClose", StatusRequest{FormID: "PUR_PurchaseOrder", Lines: []BillLines{{"100007", []string{"100012", "100013"}}}})
			return err
		}, "ExcuteOperation", `{"formid":"PUR_PurchaseOrder","opNumber":"MRPClose","data":{"CreateOrgId":0,"Numbers":[],"Ids":"","PkEntryIds":[{"Id":"100007","EntryIds":"100012,100013"}],"NetworkCtrl":false,"IgnoreInterationFlag":true}}`},
		{"push by default rule", okStatus, func(c *Client) error {
			_, err := c.Push(ctx, PushRequest{FormID: "SAL_SaleOrder", Numbers: []string{"XS1"}, TargetFormID: "SAL_OUTSTOCK"})
			return err
		}, "Push", `{"formid":"SAL_SaleOrder","data":{"Ids":"","Numbers":["XS1"],"EntryIds":"","RuleId":"","TargetBillTypeId":"","TargetOrgId":0,"TargetFormId":"SAL_OUTSTOCK","IsEnableDefaultRule":true,"IsDraftWhenSaveFail":false}}`},
		{"push lines by rule", okStatus, func(c *Client) error {
			_, err := c.Push(ctx, PushRequest{
				FormID: "SAL_SaleOrder", EntryIDs: []string{"7", "8"}, RuleID: "SaleOrder-OutStock", TargetOrgID: 5, TargetBillTypeID: "T",
				DraftWhenSaveFails: true, CustomParams: NewModel().Set("b", 1).Set("a", 2),
			})
			return err
		}, "Push", `{"formid":"SAL_SaleOrder","data":{"Ids":"","Numbers":[],"EntryIds":"7,8","RuleId":"SaleOrder-OutStock","TargetBillTypeId":"T","TargetOrgId":5,"TargetFormId":"","IsEnableDefaultRule":false,"IsDraftWhenSaveFail":true,"CustomParams":{"b":1,"a":2}}}`},
		{"allocate", okStatus, func(c *Client) error {
			_, err := c.Allocate(ctx, AllocateRequest{FormID: "BD_MATERIAL", IDs: []string{"207159"}, OrgIDs: []int64{1, 100001}})
			return err
		}, "Allocate", `{"formid":"BD_MATERIAL","data":{"PkIds":"207159","TOrgIds":"1,100001","IsAutoSubmitAndAudit":"false"}}`},
		{"cancel allocate", okStatus, func(c *Client) error {
			_, err := c.CancelAllocate(ctx, AllocateRequest{FormID: "BD_MATERIAL", IDs: []string{"207159"}, OrgIDs: []int64{1}, SubmitAndAudit: true})
			return err
		}, "CancelAllocate", `{"formid":"BD_MATERIAL","data":{"PkIds":"207159","TOrgIds":"1","IsAutoSubmitAndAudit":"true"}}`},
		{"group save", okStatus, func(c *Client) error {
			id, err := c.GroupSave(ctx, "BD_MATERIAL", "FMaterialGroup", Group{ParentID: 3, Number: "G1", Name: "原料"})
			require.Equal(t, "1", id)
			return err
		}, "GroupSave", `{"formid":"BD_MATERIAL","data":{"GroupFieldKey":"FMaterialGroup","GroupPkId":0,"FParentId":3,"FNumber":"G1","FName":"原料","FDescription":""}}`},
		{"group delete", okStatus, func(c *Client) error {
			_, err := c.GroupDelete(ctx, "BD_MATERIAL", "FMaterialGroup", []string{"1", "2"})
			return err
		}, "GroupDelete", `{"data":{"FormId":"BD_MATERIAL","GroupFieldKey":"FMaterialGroup","GroupPkIds":"1,2"}}`},
		{"group info", okEmpty, func(c *Client) error {
			info, err := c.QueryGroupInfo(ctx, GroupQuery{FormID: "BD_MATERIAL", GroupIDs: []string{"1"}})
			require.JSONEq(t, okEmpty, string(info.Raw))
			var out duijie.Record
			require.NoError(t, info.Decode(&out))
			return err
		}, "QueryGroupInfo", `{"data":{"FormId":"BD_MATERIAL","GroupFieldKey":"","GroupPkIds":"1","Ids":""}}`},
		{"approve", `{"Result":{"ResponseStatus":{"IsSuccess":true,"SuccessEntitys":[{"Id":1,"Number":"X"}]},"OperationResults":{"a":1}}}`, func(c *Client) error {
			res, err := c.WorkflowAudit(ctx, ApprovalRequest{FormID: "SAL_SaleOrder", Numbers: []string{"X"}, UserName: "demo", Approval: Approve})
			require.JSONEq(t, `{"a":1}`, string(res.OperationResults))
			require.Empty(t, res.Missing)
			return err
		}, "WorkflowAudit", `{"data":{"FormId":"SAL_SaleOrder","Ids":[],"Numbers":["X"],"UserId":0,"UserName":"demo","ApprovalType":1,"ActionResultId":"","PostId":0,"PostNumber":"","Disposition":""}}`},
		{"message", okEmpty, func(c *Client) error {
			return c.SendMsg(ctx, []Message{{Title: "单据", Content: "完成", Receivers: "demo"}})
		}, "SendMsg", `{"data":{"Model":[{"FTitle":"单据","FContent":"完成","FReceivers":"demo","FType":"1"}]}}`},
		{"bill query", `[{"fnumber":"A","FCreateOrgId.FNumber":"100"},{"FNumber":"B"}]`, func(c *Client) error {
			rows, err := c.BillQuery(ctx, Query{FormID: "BD_Customer", Fields: []string{"FNumber", "FCreateOrgId.FNumber"}})
			require.Equal(t, []duijie.Record{{"FNumber": "A", "FCreateOrgId.FNumber": "100"}, {"FNumber": "B", "FCreateOrgId.FNumber": nil}}, rows)
			return err
		}, "BillQuery", `{"data":{"FormId":"BD_Customer","FieldKeys":"FNumber,FCreateOrgId.FNumber","FilterString":"","OrderString":"","TopRowCount":0,"StartRow":0,"Limit":2000,"SubSystemId":""}}`},
		{"data centres", `[{"Id":"5f","Number":"001","Name":"测试","Version":"9","GDCID":"","AuthenticationMethods":[{"AuthenticationMethodType":"1","Name":"x"}]}]`, func(c *Client) error {
			list, err := c.GetDataCenterList(ctx)
			require.Equal(t, []DataCenter{{ID: "5f", Number: "001", Name: "测试", Version: "9"}}, list)
			return err
		}, "GetDataCenterList", `{}`},
		{"stock", `{"success":true,"data":[{"qty":1.10}]}`, func(c *Client) error {
			page, err := c.GetInventoryData(ctx, InventoryQuery{StockNumbers: []string{"CK001", "CK002"}, ShowAuxProp: true})
			require.JSONEq(t, `{"success":true,"data":[{"qty":1.10}]}`, string(page.Raw))
			return err
		}, "GetInventoryData", `{"parameters":["{\"fstocknumbers\":\"CK001,CK002\",\"fmaterialnumbers\":\"\",\"isshowauxprop\":true,\"isshowstockloc\":false,\"pageindex\":1,\"pagerows\":100}"]}`},
	} {
		client, s := script(t, c.answer)
		require.NoError(t, c.call(client), c.name)
		require.Equal(t, c.op, s.last().Op, c.name)
		require.JSONEq(t, c.body, s.last().Body, c.name)
		require.Equal(t, 1, s.count(), c.name)
	}
}

// Mistakes of the caller are found before anything is sent.
func TestServicesRefuseBadInput(t *testing.T) {
	t.Parallel()
	c, s := script(t, okStatus)
	ctx := t.Context()
	ids, none := []string{"1"}, []string(nil)
	for name, call := range map[string]func() error{
		"lines of submit": func() error {
			_, err := c.Submit(ctx, StatusRequest{FormID: "X", Lines: []BillLines{{"1", ids}}})
			return err
		},
		"lines and ids": func() error {
			_, err := c.Operate(ctx, "Cancel", StatusRequest{FormID: "X", IDs: ids, Lines: []BillLines{{"1", ids}}})
			return err
		},
		"line without entries": func() error {
			_, err := c.Operate(ctx, "Cancel", StatusRequest{FormID: "X", Lines: []BillLines{{"1", none}}})
			return err
		},
		"line with a comma": func() error {
			_, err := c.Operate(ctx, "Cancel", StatusRequest{FormID: "X", Lines: []BillLines{{"1", []string{"1,2"}}}})
			return err
		},
		"operation":    func() error { _, err := c.Operate(ctx, "a b", StatusRequest{FormID: "X", IDs: ids}); return err },
		"push form":    func() error { _, err := c.Push(ctx, PushRequest{IDs: ids, RuleID: "R"}); return err },
		"push nothing": func() error { _, err := c.Push(ctx, PushRequest{FormID: "X", RuleID: "R"}); return err },
		"push two ways": func() error {
			_, err := c.Push(ctx, PushRequest{FormID: "X", IDs: ids, EntryIDs: ids, RuleID: "R"})
			return err
		},
		"push no rule": func() error { _, err := c.Push(ctx, PushRequest{FormID: "X", IDs: ids}); return err },
		"push empty": func() error {
			_, err := c.Push(ctx, PushRequest{FormID: "X", Numbers: []string{""}, RuleID: "R"})
			return err
		},
		"push comma": func() error {
			_, err := c.Push(ctx, PushRequest{FormID: "X", IDs: []string{"1,2"}, RuleID: "R"})
			return err
		},
		"push map": func() error {
			_, err := c.Push(ctx, PushRequest{FormID: "X", IDs: ids, RuleID: "R", CustomParams: map[string]int{"a": 1, "b": 2}})
			return err
		},
		"allocate form": func() error { _, err := c.Allocate(ctx, AllocateRequest{IDs: ids, OrgIDs: []int64{1}}); return err },
		"allocate ids":  func() error { _, err := c.Allocate(ctx, AllocateRequest{FormID: "X", OrgIDs: []int64{1}}); return err },
		"allocate orgs": func() error {
			_, err := c.CancelAllocate(ctx, AllocateRequest{FormID: "X", IDs: ids, OrgIDs: []int64{0}})
			return err
		},
		"group name":     func() error { _, err := c.GroupSave(ctx, "X", "", Group{Number: "1"}); return err },
		"group form":     func() error { _, err := c.GroupSave(ctx, "", "", Group{Number: "1", Name: "x"}); return err },
		"group field":    func() error { _, err := c.GroupSave(ctx, "X", "a b", Group{Number: "1", Name: "x"}); return err },
		"group ids":      func() error { _, err := c.GroupDelete(ctx, "X", "", none); return err },
		"group info ids": func() error { _, err := c.QueryGroupInfo(ctx, GroupQuery{FormID: "X", IDs: []string{""}}); return err },
		"approve nobody": func() error {
			_, err := c.WorkflowAudit(ctx, ApprovalRequest{FormID: "X", IDs: ids, Approval: Approve})
			return err
		},
		"approve zero": func() error {
			_, err := c.WorkflowAudit(ctx, ApprovalRequest{FormID: "X", IDs: ids, UserID: 1})
			return err
		},
		"approve both": func() error {
			_, err := c.WorkflowAudit(ctx, ApprovalRequest{FormID: "X", IDs: ids, Numbers: ids, UserID: 1, Approval: 2})
			return err
		},
		"no message":    func() error { return c.SendMsg(ctx, nil) },
		"no receiver":   func() error { return c.SendMsg(ctx, []Message{{Title: "x"}}) },
		"report fields": func() error { _, err := c.GetSysReportData(ctx, ReportQuery{ReportID: "X"}); return err },
		"report limit": func() error {
			_, err := c.GetSysReportData(ctx, ReportQuery{ReportID: "X", Fields: ids, Limit: 10001})
			return err
		},
		"report filter": func() error {
			_, err := c.GetSysReportData(ctx, ReportQuery{ReportID: "X", Fields: ids, Filter: []Condition{{FieldName: "A", Compare: "=; drop", Logic: "0"}}})
			return err
		},
		"metadata": func() error { _, err := c.QueryBusinessInfo(ctx, ""); return err },
		"stock comma": func() error {
			_, err := c.GetInventoryData(ctx, InventoryQuery{StockNumbers: []string{"a,b"}})
			return err
		},
		"stock page":    func() error { _, err := c.GetInventoryData(ctx, InventoryQuery{Page: -1}); return err },
		"switch signed": func() error { _, err := c.SwitchOrg(ctx, "102"); return err },
		"upload no file": func() error {
			_, err := c.AttachmentUpload(ctx, Upload{FileName: "a", FormID: "X", ID: "1"}, nil)
			return err
		},
		"upload no id": func() error { _, err := c.AttachmentUpload(ctx, Upload{FileName: "a", FormID: "X"}, nil); return err },
		"upload entry": func() error {
			_, err := c.AttachmentUpload(ctx, Upload{FileName: "a", FormID: "X", ID: "1", EntryID: "2"}, nil)
			return err
		},
		"file no name":    func() error { _, err := c.UploadFile(ctx, "", "", nil); return err },
		"download no id":  func() error { _, err := c.AttachmentDownload(ctx, Download{}, nil); return err },
		"begin no models": func() error { _, err := c.BatchSaveAsync(ctx, BatchSaveRequest{FormID: "X"}); return err },
		"task":            func() error { _, err := c.BatchSaveResult(ctx, SaveTask{ID: "1"}); return err },
	} {
		t.Log(name)
		notSent(t, s, call())
	}
}

// Push has two verdicts, and each can refuse.
func TestPushJudgesBothVerdicts(t *testing.T) {
	t.Parallel()
	const made = `"SuccessEntitys":[{"Id":7,"Number":"CK1","DIndex":0}]`
	refused := func(text string) string {
		return `{"IsSuccess":false,"Errors":[{"FieldName":"FQty","Message":"` + text + `","DIndex":0}],"SuccessEntitys":[],"MsgCode":11}`
	}
	yes, bare := `{"IsSuccess":true,"Errors":[],`+made+`,"MsgCode":0}`, `{"IsSuccess":true,"Errors":[],"SuccessEntitys":[],"MsgCode":0}`
	for name, c := range map[string]struct {
		convert, save string
		kind          error
		unknown       bool
		reasons       int // in the result, or in the Refusal
	}{
		"both":               {bare, yes, nil, false, 0},
		"old server":         {`null`, yes, nil, false, 0},
		"conversion refused": {refused("无可下推数量"), `null`, duijie.ErrRefused, false, 1},
		"both refused":       {refused("a"), refused("b"), duijie.ErrRefused, false, 2},
		"save refused":       {bare, refused("必填"), duijie.ErrRefused, false, 1},
		"some lines":         {refused("第2行"), yes, nil, false, 1},
		"some bills":         {bare, `{"IsSuccess":false,"Errors":[{"Message":"x","DIndex":1}],` + made + `,"MsgCode":11}`, nil, false, 1},
		"save not told":      {bare, `null`, duijie.ErrOutcomeUnknown, true, 0},
		"session lost":       {`{"IsSuccess":false,"Errors":[],"MsgCode":0}`, `{"IsSuccess":false,"Errors":[{"Message":"会话"}],"MsgCode":1}`, duijie.ErrUnauthenticated, false, 0},
		"server error":       {bare, `{"IsSuccess":false,"Errors":[{"Message":"x"}],"MsgCode":4}`, duijie.ErrOutcomeUnknown, true, 0},
	} {
		client, _ := script(t, `{"Result":{"ConvertResponseStatus":`+c.convert+`,"ResponseStatus":`+c.save+`}}`)
		res, err := client.Push(t.Context(), PushRequest{FormID: "SAL_SaleOrder", IDs: []string{"1"}, RuleID: "R"})
		require.ErrorIs(t, err, c.kind, name)
		require.Equal(t, c.unknown, errors.Is(err, duijie.ErrOutcomeUnknown), name)
		if err == nil {
			require.Equal(t, []Entity{{"7", "CK1"}}, res.Created, name)
			require.Len(t, res.Errors, c.reasons, name)
			require.Equal(t, c.reasons > 0, res.Code == "11", name)
		} else if refusal, ok := errors.AsType[*Refusal](err); ok || c.reasons > 0 {
			require.Len(t, refusal.Errors, c.reasons, name)
		}
	}
}

// The other spelling is tried once, and remembered.
func TestSpellings(t *testing.T) {
	t.Parallel()
	c, s := script(t, "404", okStatus)
	for range 2 {
		_, err := c.Operate(t.Context(), "Forbid", StatusRequest{FormID: "BD_Customer", Numbers: []string{"A"}})
		require.NoError(t, err)
	}
	var ops []string
	for _, call := range s.calls {
		ops = append(ops, call.Op)
	}
	require.Equal(t, []string{"ExcuteOperation", "ExecuteOperation", "ExecuteOperation"}, ops)
	c, s = script(t, "404")
	_, err := c.Operate(t.Context(), "Forbid", StatusRequest{FormID: "BD_Customer", Numbers: []string{"A"}})
	require.ErrorIs(t, err, duijie.ErrNotFound)
	require.Equal(t, 2, s.count())
}

// A service that tells of a failure in its own way is believed, and what is not
// as described is no success.
func TestServicesDoubtAnswers(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for name, c := range map[string]struct {
		answer string
		call   func(*Client) error
		kind   error
	}{
		"stock refused":       {`{"success":false,"message":"没有权限"}`, func(c *Client) error { _, err := c.GetInventoryData(ctx, InventoryQuery{}); return err }, duijie.ErrRefused},
		"stock odd":           {`{"success":{}}`, func(c *Client) error { _, err := c.GetInventoryData(ctx, InventoryQuery{}); return err }, duijie.ErrRefused},
		"metadata of nothing": {okEmpty, func(c *Client) error { _, err := c.QueryBusinessInfo(ctx, "X"); return err }, duijie.ErrMalformedAnswer},
		"data centres":        {`{"a":1}`, func(c *Client) error { _, err := c.GetDataCenterList(ctx); return err }, duijie.ErrMalformedAnswer},
		"report short row": {`{"Result":{"IsSuccess":true,"RowCount":1,"Rows":[["a"]]}}`, func(c *Client) error {
			_, err := c.GetSysReportData(ctx, ReportQuery{ReportID: "X", Fields: []string{"A", "B"}})
			return err
		}, duijie.ErrMalformedAnswer},
		"report of exceptions": {`response_error:x`, func(c *Client) error {
			_, err := c.GetSysReportData(ctx, ReportQuery{ReportID: "X", Fields: []string{"A"}})
			return err
		}, duijie.ErrUnavailable},
		"object of nothing": {`[{"X":1}]`, func(c *Client) error {
			_, err := c.BillQuery(ctx, Query{FormID: "X", Fields: []string{"A"}})
			return err
		}, duijie.ErrMalformedAnswer},
		"nested failure": {`[[` + refusedBody("9", "字段不存在") + `]]`, func(c *Client) error {
			_, err := c.BillQuery(ctx, Query{FormID: "X", Fields: []string{"A"}})
			return err
		}, duijie.ErrNotFound},
		"flat failure": {`[` + refusedBody("9", "字段不存在") + `]`, func(c *Client) error {
			_, err := c.BillQuery(ctx, Query{FormID: "X", Fields: []string{"A"}})
			return err
		}, duijie.ErrNotFound},
		"message lost": {`cut`, func(c *Client) error { return c.SendMsg(ctx, []Message{{Title: "x", Receivers: "y"}}) }, duijie.ErrOutcomeUnknown},
		"group lost":   {`cut`, func(c *Client) error { _, err := c.GroupSave(ctx, "X", "", Group{Number: "1", Name: "x"}); return err }, duijie.ErrOutcomeUnknown},
		"push lost": {`cut`, func(c *Client) error {
			_, err := c.Push(ctx, PushRequest{FormID: "X", IDs: []string{"1"}, RuleID: "R"})
			return err
		}, duijie.ErrOutcomeUnknown},
		"allocate lost": {`cut`, func(c *Client) error {
			_, err := c.Allocate(ctx, AllocateRequest{FormID: "X", IDs: []string{"1"}, OrgIDs: []int64{1}})
			return err
		}, duijie.ErrOutcomeUnknown},
		"approval lost": {`cut`, func(c *Client) error {
			_, err := c.WorkflowAudit(ctx, ApprovalRequest{FormID: "X", IDs: []string{"1"}, UserID: 1, Approval: Reject})
			return err
		}, duijie.ErrOutcomeUnknown},
	} {
		client, s := script(t, c.answer)
		require.ErrorIs(t, c.call(client), c.kind, name)
		if errors.Is(c.kind, duijie.ErrOutcomeUnknown) {
			require.Equal(t, 1, s.count(), "a write is not sent twice: %s", name)
		}
	}
}
