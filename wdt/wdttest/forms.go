package wdttest

import "encoding/json"

// reply is data that the fake's own methods answer with something beside it.
type reply struct {
	status int // 0 is success
	data   any
	total  *int
}

const textHidden = "未知错误"

// Failure is one row that failed under status 0.
type Failure struct {
	No    string // the row's number, such as outer_no, order_no or tid
	Error string // the platform's words
}

// The functions below give data in the forms the platform hides failures in
// under status 0, for functions given to [Server.Handle].

// ApprovalFailed is data of a document that was saved but whose approval failed:
// {"status":20,"message":text}, with the number where the method tells it.
func ApprovalFailed(text, outerNo string) any {
	data := map[string]any{"status": 20, "message": text}
	if outerNo != "" {
		data["outer_no"] = outerNo
	}
	return data
}

// CodeFailed is the form of purchase.PurchaseOrder.cancelByType:
// {"code":1,"error_count":n,"message":"[{\"error\":...}]"}, the message being JSON
// in a text. Without texts it is full success.
func CodeFailed(texts ...string) any {
	rows := []map[string]string{}
	for _, text := range texts {
		rows = append(rows, map[string]string{"error": text})
	}
	data := map[string]any{"code": 0, "message": "", "error_count": len(rows)}
	if len(rows) > 0 {
		message, _ := json.Marshal(rows)
		data["code"], data["message"] = 1, string(message)
	}
	return data
}

// ErrorList is {"error_list":[{"no":...,"error":...}]}, the form of source orders.
func ErrorList(failures ...Failure) any { return listed("error_list", "no", "error", failures) }

// ErrorInfo is {"error_info":[{"order_no":...,"message":...}]}.
func ErrorInfo(failures ...Failure) any {
	return listed("error_info", "order_no", "message", failures)
}

// ErrorData is {"error_data":[{"order_no":...,"err_msg":...}]}.
func ErrorData(failures ...Failure) any {
	return listed("error_data", "order_no", "err_msg", failures)
}

// ErrorTexts is {"error_list":["..."]}, the form of supplier goods.
func ErrorTexts(texts ...string) any {
	return map[string]any{"error_list": append([]string{}, texts...)}
}

// FailedTexts is data that is a list of texts, one for each failed row, the form
// of sales.LogisticsSync.update.
func FailedTexts(texts ...string) any { return append([]string{}, texts...) }

// FailedRows is data that is a list of {order_no,error,error_code}, with a total
// beside it, the form of cancel calls; without failures an empty list alone.
func FailedRows(failures ...Failure) any {
	rows := []any{}
	for i, f := range failures {
		rows = append(rows, map[string]any{"order_id": 1001 + i, "order_no": f.No, "error": f.Error, "error_code": 0})
	}
	if len(rows) == 0 {
		return rows
	}
	total := len(rows)
	return reply{data: rows, total: &total}
}

func listed(name, no, text string, failures []Failure) any {
	rows := []map[string]string{}
	for _, f := range failures {
		rows = append(rows, map[string]string{no: f.No, text: f.Error})
	}
	return map[string]any{name: rows}
}
