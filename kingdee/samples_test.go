package kingdee

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

// sampleCall makes the call a recorded answer belongs to and returns what is
// kept of it, nil where the call has no place for it.
type sampleCall func(t *testing.T, c *Client) (kept any, err error)

func sampleSave(t *testing.T, c *Client) (any, error) {
	res, err := c.Save(t.Context(), SaveRequest{FormID: "X", Model: NewModel()})
	if err != nil {
		return nil, err
	}
	return res.Raw, nil
}

func sampleStatus(numbers ...string) sampleCall {
	return func(t *testing.T, c *Client) (any, error) {
		res, err := c.Audit(t.Context(), StatusRequest{FormID: "X", Numbers: append(numbers, "x")})
		if err != nil {
			return nil, err
		}
		require.NotEmpty(t, res.Succeeded)
		return res.Raw, nil
	}
}

func sampleQuery(t *testing.T, c *Client) (any, error) {
	_, err := c.Query(t.Context(), Query{FormID: "X", Fields: []string{"A"}})
	return nil, err
}

func sampleReport(columns int) sampleCall {
	return func(t *testing.T, c *Client) (any, error) {
		page, err := c.GetSysReportData(t.Context(), ReportQuery{ReportID: "X", Fields: slices.Repeat([]string{"A"}, columns)})
		if err != nil {
			return nil, err
		}
		rows := make([][]Cell, len(page.Rows))
		for i, row := range page.Rows {
			rows[i] = row.Cells
		}
		result := map[string]any{"IsSuccess": true, "RowCount": page.RowCount, "Rows": rows}
		if len(rows) == 0 {
			result["Rows"] = nil
		}
		return map[string]any{"Result": result}, nil
	}
}

// Every recorded answer goes through the whole client, and what the typed result
// keeps of it encodes to the very same answer.
func TestSamplesLoseNothing(t *testing.T) {
	t.Parallel()
	wholeView := func(t *testing.T, c *Client) (any, error) {
		v, err := c.View(t.Context(), "X", RecordKey{Number: "1"})
		if err != nil {
			return nil, err
		}
		rec, err := v.Record()
		return map[string]any{"Result": map[string]any{"ResponseStatus": nil, "Result": rec}}, err
	}
	calls := map[string]sampleCall{
		"attachment_download.json": func(t *testing.T, c *Client) (any, error) {
			got, err := c.AttachmentDownload(t.Context(), Download{FileID: "x"}, io.Discard)
			require.ErrorContains(t, err, "promised", "the sample holds no bytes of its file")
			require.Equal(t, [2]any{"1104.txt", int64(6378)}, [2]any{got.FileName, got.Size})
			return nil, nil
		},
		"attachment_upload_success.json": func(t *testing.T, c *Client) (any, error) {
			got, err := c.AttachmentUpload(t.Context(), invoice, strings.NewReader("x"))
			require.NotEmpty(t, got.FileID+got.AttachmentID)
			return nil, err
		},
		"file_upload_success.json": func(t *testing.T, c *Client) (any, error) {
			_, err := c.UploadFile(t.Context(), "x", "", strings.NewReader("x"))
			return nil, err
		},
		"audit_already_audited.json": sampleStatus(), "audit_success.json": sampleStatus(), "unaudit_two_success.json": sampleStatus(),
		"number_not_exist.json": wholeView, "view_employee_success.json": wholeView,
		"query_business_info_head.json": func(t *testing.T, c *Client) (any, error) {
			info, err := c.QueryBusinessInfo(t.Context(), "X")
			if err != nil {
				return nil, err
			}
			return map[string]any{"Result": map[string]any{"ResponseStatus": json.RawMessage(successStatus), "NeedReturnData": info.Raw}}, nil
		},
		"report_cash_daily.json": sampleReport(16), "report_cashflow.json": sampleReport(5), "report_empty.json": sampleReport(1),
		"report_production_execution.json": nil, "report_sale_execution.json": nil, // columns are counted below
		"query_unknown_field.json": sampleQuery, "gateway_api_not_found_519.json": sampleQuery, "gateway_app_id_empty_519.json": sampleQuery,
		"gateway_timestamp_invalid_519.json": sampleQuery, "waf_blocked.json": sampleQuery, "session_lost.json": sampleQuery,
		"save_duplicate_number.json": sampleSave, "save_failed_no_msgcode.json": sampleSave, "save_failed_old_no_dindex.json": sampleSave,
		"save_success.json": sampleSave, "save_success_2.json": sampleSave, "save_success_minimal.json": sampleSave, "save_success_oldest_shape.json": sampleSave,
	}
	elsewhere := []string{"batchsave_errors_fragment.json", "login_success.json", "switchorg_success.json"} // no whole call, and the two below
	files, err := os.ReadDir(filepath.Join(testutil.Contracts(t), "samples", "kingdee"))
	require.NoError(t, err)
	for _, f := range files {
		name := f.Name()
		if !strings.HasSuffix(name, ".json") || slices.Contains(elsewhere, name) {
			continue
		}
		body := testutil.Sample(t, platform, name)
		call, ok := calls[name]
		require.True(t, ok, "a sample without a call: %s", name)
		if call == nil {
			call = sampleReport(recordedColumns(t, body))
		}
		status := 200
		if strings.HasSuffix(name, "_519.json") {
			status = 519
		}
		refused := strings.Contains(string(body), `"IsSuccess": false`) || status != 200 || name == "waf_blocked.json"
		kept, err := call(t, mocked(t, SignHeaders, answerText(status, string(body))))
		require.Equal(t, refused, err != nil, "%s: %v", name, err)
		if kept != nil {
			again, err := marshal(kept)
			require.NoError(t, err)
			require.Equal(t, compact(t, body), compact(t, again), name)
		}
	}
	c, s := scriptMode(t, LoginBySign, string(testutil.Sample(t, platform, "login_success.json")), string(testutil.Sample(t, platform, "switchorg_success.json")), okStatus)
	c.auth.orgNum = "100"
	_, err = c.Submit(t.Context(), StatusRequest{FormID: "X", Numbers: []string{"A"}})
	require.NoError(t, err)
	require.Equal(t, 3, s.count())
}

const successStatus = `{"IsSuccess":true,"Errors":[],"SuccessEntitys":[],"SuccessMessages":[],"MsgCode":0}`

// compact decodes with exact numbers, so that both sides compare whatever their
// order of keys.
func compact(t *testing.T, raw []byte) any {
	t.Helper()
	var v duijie.Record
	require.NoError(t, (&ViewResult{Raw: raw}).Decode(&v))
	return v
}
