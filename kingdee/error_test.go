package kingdee

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/transport"
)

func judged(s shape, status int, body string) transport.Verdict {
	r := &reading{shape: s, records: 2}
	return r.judge(&transport.Answer{Status: status, Body: []byte(body)})
}

func refusedBody(code, message string) string {
	return `{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[{"FieldName":null,"Message":"` + message + `","DIndex":0}],"SuccessEntitys":[],"MsgCode":` + code + `}}}`
}

func TestMsgCodes(t *testing.T) {
	t.Parallel()
	want := map[string]transport.Verdict{
		"1":  {Class: duijie.ClassUnauthenticated, Renew: true, NoEffect: true},
		"2":  {Class: duijie.ClassPermission},
		"3":  {Class: duijie.ClassInvalid},
		"4":  {Class: duijie.ClassUnavailable},
		"5":  {Class: duijie.ClassInvalid},
		"6":  {Class: duijie.ClassUnavailable},
		"7":  {Class: duijie.ClassPermission},
		"8":  {Class: duijie.ClassInvalid},
		"9":  {Class: duijie.ClassNotFound},
		"10": {Class: duijie.ClassNotFound},
		"11": {Class: duijie.ClassRefused},
		"12": {Class: duijie.ClassRefused},
		"13": {Class: duijie.ClassUnavailable, NoEffect: true},
		"14": {Class: duijie.ClassThrottled},
		"15": {Class: duijie.ClassUnauthenticated},
		"0":  {Class: duijie.ClassRefused},
		"99": {Class: duijie.ClassRefused},
	}
	for code, w := range want {
		for _, body := range []string{refusedBody(code, "x"), refusedBody(`"`+code+`"`, "x"), "[[" + refusedBody(code, "x") + "]]", "[" + refusedBody(code, "x") + "]"} {
			for _, s := range []shape{anyShape, statusShape, mixedShape, rowsShape, objectsShape, viewShape, reportShape} {
				v := judged(s, 200, body)
				require.Equal(t, w.Class, v.Class, "%s %s", code, body)
				require.Equal(t, [3]bool{w.Renew, w.NoEffect, false}, [3]bool{v.Renew, v.NoEffect, v.Ambiguous}, code)
				require.Equal(t, code, v.Code)
				require.Equal(t, "x", v.Message)
			}
		}
	}
	// MsgCode 1 beside a success is a lost session all the same.
	require.True(t, judged(statusShape, 200, `{"Result":{"ResponseStatus":{"IsSuccess":true,"MsgCode":1}}}`).Renew)
}

func TestGatewayCodes(t *testing.T) {
	t.Parallel()
	want := map[int]duijie.Class{
		4012: duijie.ClassPermission, 5000: duijie.ClassUnavailable, 5001: duijie.ClassInvalid, 5002: duijie.ClassInvalid,
		5003: duijie.ClassUnavailable, 5004: duijie.ClassUnavailable, 5005: duijie.ClassUnavailable,
		5006: duijie.ClassThrottled, 5007: duijie.ClassThrottled, 5999: duijie.ClassRefused,
	}
	for code := 4001; code <= 4011; code++ {
		want[code] = duijie.ClassUnauthenticated
	}
	for code, class := range want {
		v := judged(rowsShape, 519, fmt.Sprintf(`{"errcode":%d,"description":"en","description_cn":"中"}`, code))
		require.Equal(t, class, v.Class, code)
		require.Equal(t, fmt.Sprint(code), v.Code)
		require.Equal(t, "中", v.Message)
		require.Equal(t, code == 4006, v.Skew)
		require.Equal(t, code == 5999, v.Ambiguous, "a code nobody knows leaves a write in doubt")
	}
}

func TestTextsAndStatuses(t *testing.T) {
	t.Parallel()
	noCode := func(message string) string {
		return `{"Result":{"ResponseStatus":{"IsSuccess":"false","Errors":[{"Message":"` + message + `"}]}}}`
	}
	for _, c := range []struct {
		name   string
		status int
		body   string
		class  duijie.Class
	}{
		{"old session lost", 200, noCode("会话信息已丢失，请重新登录"), duijie.ClassUnauthenticated},
		{"old session over", 200, noCode("会话超时"), duijie.ClassUnauthenticated},
		{"old duplicate", 200, noCode("违反字段唯一性要求：编码唯一。[X]在当前系统中已经被使用。"), duijie.ClassConflict},
		{"old form", 200, noCode("业务对象不存在"), duijie.ClassNotFound},
		{"old number", 200, noCode(`编码值[\"X\"]不存在`), duijie.ClassNotFound},
		{"old permission", 200, noCode("您没有客户的查看权限，请联系系统管理员"), duijie.ClassPermission},
		{"new form", 200, refusedBody("9", "业务对象不存在"), duijie.ClassNotFound},
		{"new duplicate", 200, refusedBody("11", "编码唯一"), duijie.ClassConflict},
		{"words in a text of a business error", 200, refusedBody("11", "会话信息已丢失 is a product name"), duijie.ClassRefused},
		{"exception", 200, `response_error:{"Message":"x"}`, duijie.ClassUnavailable},
		{"n001", 200, "ByRspRetStatusCode -- N001: Unexpectable request", duijie.ClassUnauthenticated},
		{"401", 401, "", duijie.ClassUnauthenticated},
		{"403", 403, "<html>", duijie.ClassPermission},
		{"404", 404, "Service not found", duijie.ClassNotFound},
		{"405", 405, "no", duijie.ClassInvalid},
		{"408", 408, "", duijie.ClassUnavailable},
		{"429", 429, "", duijie.ClassThrottled},
		{"503", 503, "<html>", duijie.ClassThrottled},
		{"500", 500, "boom", duijie.ClassUnavailable},
		{"bare array", 500, "Additional text found in JSON string", duijie.ClassInvalid},
		{"500 with a verdict", 500, refusedBody("2", "x"), duijie.ClassPermission},
		{"html", 200, "<!DOCTYPE html>", duijie.ClassUnavailable},
		{"empty", 200, "", duijie.ClassUnavailable},
		{"cut", 200, `[[1,2],[3`, duijie.ClassUnavailable},
		{"rows of objects", 200, `{"a":1}`, duijie.ClassUnavailable},
		{"rows", 200, `[[1,"会话信息已丢失"],[2,null]]`, duijie.ClassOK},
		{"no rows", 200, ` [] `, duijie.ClassOK},
	} {
		require.Equal(t, c.class, judged(rowsShape, c.status, c.body).Class, c.name)
	}
	require.True(t, judged(rowsShape, 200, "<html>").Malformed)
	require.Equal(t, duijie.ClassUnavailable, judged(statusShape, 200, `{}`).Class, "a write without a verdict is in doubt")
	require.Equal(t, duijie.ClassUnavailable, judged(statusShape, 200, `[]`).Class)
	require.Equal(t, duijie.ClassRefused, judged(viewShape, 200, `{}`).Class)
	require.Equal(t, duijie.ClassNotFound, judged(viewShape, 200, `{"Result":{"ResponseStatus":{"IsSuccess":true},"Result":{}}}`).Class)
	require.Equal(t, duijie.ClassRefused, judged(anyShape, 200, `{"Result":{"ResponseStatus":{"IsSuccess":true},"ConvertResponseStatus":{"IsSuccess":false,"MsgCode":11}}}`).Class)
	mixed := judged(statusShape, 200, `{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[{"Message":"x","DIndex":1}],"SuccessEntitys":[{"Id":1,"DIndex":0}],"MsgCode":11}}}`)
	require.True(t, mixed.Ambiguous, "half a success is no refusal")
	for kind, ok := range map[string]bool{
		`1,"IsSuccessByAPI":true`: true, `0`: false, `-1`: false, `-2`: false, `-2,"IsSuccessByAPI":true`: true, `-3,"IsSuccessByAPI":true`: false,
		`-4,"IsSuccessByAPI":true`: true, `-5`: false, `-5,"KDSVCSessionId":"x"`: true, `-6`: false, `-7`: false, `42`: false,
	} {
		v := judged(loginShape, 200, `{"Message":"m","LoginResultType":`+kind+`}`)
		require.Equal(t, ok, v.Class == duijie.ClassOK, kind)
		require.Equal(t, !ok, v.Class == duijie.ClassUnauthenticated, kind)
	}
}

func TestRecordedAnswers(t *testing.T) {
	t.Parallel()
	want := map[string]struct {
		shape shape
		class duijie.Class
	}{
		"attachment_download.json":       {statusShape, 0},
		"attachment_upload_success.json": {statusShape, 0},
		"audit_already_audited.json":     {mixedShape, duijie.ClassRefused},
		"audit_success.json":             {mixedShape, 0},
		"file_upload_success.json":       {statusShape, 0},
		"login_success.json":             {loginShape, 0},
		"number_not_exist.json":          {viewShape, duijie.ClassNotFound},
		"query_business_info_head.json":  {statusShape, 0},
		"query_unknown_field.json":       {rowsShape, duijie.ClassNotFound},
		"report_cash_daily.json":         {reportShape, 0}, "report_cashflow.json": {reportShape, 0}, "report_empty.json": {reportShape, 0},
		"report_production_execution.json": {reportShape, 0}, "report_sale_execution.json": {reportShape, 0},
		"save_duplicate_number.json": {statusShape, duijie.ClassConflict}, "save_failed_no_msgcode.json": {statusShape, duijie.ClassRefused},
		"save_failed_old_no_dindex.json": {statusShape, duijie.ClassRefused},
		"save_success.json":              {statusShape, 0}, "save_success_2.json": {statusShape, 0}, "save_success_minimal.json": {statusShape, 0},
		"save_success_oldest_shape.json": {statusShape, 0}, "session_lost.json": {statusShape, duijie.ClassUnauthenticated},
		"switchorg_success.json": {statusShape, 0}, "unaudit_two_success.json": {mixedShape, 0},
		"view_employee_success.json": {viewShape, 0}, "waf_blocked.json": {objectsShape, duijie.ClassInvalid},
		"gateway_api_not_found_519.json": {rowsShape, duijie.ClassInvalid}, "gateway_app_id_empty_519.json": {rowsShape, duijie.ClassUnauthenticated},
		"gateway_timestamp_invalid_519.json": {rowsShape, duijie.ClassUnauthenticated},
	}
	files, err := os.ReadDir(filepath.Join(testutil.Contracts(t), "samples", "kingdee"))
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".json") || f.Name() == "batchsave_errors_fragment.json" {
			continue
		}
		w, ok := want[f.Name()]
		require.True(t, ok, "a sample without an expectation: %s", f.Name())
		body := testutil.Sample(t, platform, f.Name())
		status := 200
		if strings.HasSuffix(f.Name(), "_519.json") {
			status = 519
		}
		r := &reading{shape: w.shape}
		v := r.judge(&transport.Answer{Status: status, Body: body})
		require.Equal(t, w.class, v.Class, f.Name())
		if w.class == 0 || r.result.ResponseStatus != nil {
			require.JSONEq(t, string(body), string(r.body), "nothing is lost on the way")
		}
		if w.class != 0 {
			require.NotEmpty(t, v.Message, f.Name())
		}
	}
	var fragment status
	require.NoError(t, json.Unmarshal(testutil.Sample(t, platform, "batchsave_errors_fragment.json"), &fragment))
	res := batchResult(&reading{result: result{ResponseStatus: &fragment}}, 3, func(int) string { return "" })
	require.Len(t, res.Rows[0].Errors, 4)
	require.Len(t, res.Rows[1].Errors, 4)
	require.Equal(t, []RowStatus{RowRefused, RowRefused, RowUnknown}, []RowStatus{res.Rows[0].Status, res.Rows[1].Status, res.Rows[2].Status})
	require.Equal(t, "FStockID", res.Rows[1].Errors[3].Field)
}

func TestRefusalNamesFields(t *testing.T) {
	t.Parallel()
	c := mocked(t, SignHeaders, answerText(200, `{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[{"FieldName":"FCustId","Message":"字段“客户”是必填项","DIndex":0}],"MsgCode":11}}}`))
	_, err := c.Save(t.Context(), SaveRequest{FormID: "SAL_SaleOrder", Model: NewModel()})
	require.ErrorIs(t, err, duijie.ErrRefused)
	refusal, ok := errors.AsType[*Refusal](err)
	require.True(t, ok)
	require.Equal(t, []RowError{{Index: 0, Field: "FCustId", Message: "字段“客户”是必填项"}}, refusal.Errors)
	require.EqualError(t, err, "kingdee: Save: refused (HTTP 200, code 11): 字段“客户”是必填项: field FCustId")

	c = mocked(t, SignHeaders, answerText(200, refusedBody("11", "单据编号为“A”的客户，单据已经审核！")))
	_, err = c.Audit(t.Context(), StatusRequest{FormID: "BD_Customer", Numbers: []string{"A"}})
	require.ErrorIs(t, err, ErrAlreadyAudited)
	for _, code := range []string{"4", "6"} {
		c = mocked(t, SignHeaders, answerText(200, refusedBody(code, "x")))
		_, err = c.Audit(t.Context(), StatusRequest{FormID: "BD_Customer", Numbers: []string{"A"}})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
		require.ErrorIs(t, err, duijie.ErrUnavailable)
	}
}
