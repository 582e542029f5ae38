package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

// Order is an item of the source: 575 bytes of JSON.
type Order struct {
	ID           string         `json:"id"`
	No           string         `json:"no"`
	Status       string         `json:"status"`
	Created      duijie.Time    `json:"created"`
	Modified     duijie.Time    `json:"modified"`
	CustomerNo   string         `json:"customer_no"`
	CustomerName string         `json:"customer_name"`
	Address      Address        `json:"address"`
	Amount       duijie.Decimal `json:"amount"`
	Discount     duijie.Decimal `json:"discount"`
	Freight      duijie.Decimal `json:"freight"`
	Tax          duijie.Decimal `json:"tax"`
	Qty          int64          `json:"qty"`
	Remark       string         `json:"remark"`
}

// Address is where an order goes.
type Address struct {
	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Street   string `json:"street"`
	Zip      string `json:"zip"`
	Contact  string `json:"contact"`
	Mobile   string `json:"mobile"`
}

// Doc is an item of the target.
type Doc struct {
	No       string         `json:"no"`
	SourceID string         `json:"source_id"`
	Date     duijie.Time    `json:"date"`
	Customer Ref            `json:"customer"`
	Receiver Address        `json:"receiver"`
	Amount   duijie.Decimal `json:"amount"`
	Discount duijie.Decimal `json:"discount"`
	Freight  duijie.Decimal `json:"freight"`
	Tax      duijie.Decimal `json:"tax"`
	Qty      int64          `json:"qty"`
	Note     string         `json:"note"`
}

// Ref names a record of the target by its number.
type Ref struct {
	Number string `json:"number"`
}

// toDoc is the transform of the pipeline and of the hand-written loops alike.
func toDoc(o Order) Doc {
	return Doc{
		No: o.No, SourceID: o.ID, Date: o.Created, Customer: Ref{o.CustomerNo}, Receiver: o.Address,
		Amount: o.Amount, Discount: o.Discount, Freight: o.Freight, Tax: o.Tax, Qty: o.Qty, Note: o.Remark,
	}
}

func transform(_ context.Context, o Order) (Doc, error) { return toDoc(o), nil }

// orderSize is the size of an order's JSON.
const orderSize = 575

const remark = "请尽快发货,发票随货寄出。Leave the parcel with the gate keeper if nobody answers; call a person before delivery"

// appendOrder appends the n-th order.
func appendOrder(b []byte, n int, scattered bool) []byte {
	b = fmt.Appendf(b, `{"id":"%d","no":"%s","status":"audited",`, idBase+n, number(n, scattered))
	at := orderEpoch.Add(time.Duration(n) * time.Second).Format("2006-01-02 15:04:05")
	b = fmt.Appendf(b, `"created":"%s","modified":"%s","customer_no":"C%06d",`, at, at, n%1000)
	b = append(b, `"customer_name":"杭州西湖数码旗舰店","address":{"province":"浙江省","city":"杭州市","district":"西湖区",`...)
	b = fmt.Appendf(b, `"street":"文三路 %03d 号","zip":"310012","contact":"王小明","mobile":"138%08d"},`, n%1000, n)
	b = append(append(b, `"amount":`...), amount(n)...)
	b = fmt.Appendf(b, `,"discount":"12.00","freight":0.00,"tax":"%03d.31","qty":%d,"remark":"%s"}`, n%1000, 10+n%90, remark)
	return b
}

const idBase = 5_000_000_000

var orderEpoch = time.Date(2026, 1, 1, 8, 0, 0, 0, duijie.China)

// amount is the n-th order's amount as its JSON.
func amount(n int) string { return fmt.Sprintf("%d.50", 1000+n%9000) }

// golden spreads consecutive numbers over all 64 bits; unspread is its inverse.
const (
	golden   = 0x9E3779B97F4A7C15
	unspread = 0xF1DE83E19937733D
)

// number is the business key of the n-th order. Numbers grow from order to
// order, as those of most software do; scattered ones lie far apart, which is the
// worst case for the tree of a ledger.
func number(n int, scattered bool) string {
	if scattered {
		return fmt.Sprintf("SX%016x", uint64(n)*golden) //nolint:gosec // n is not negative
	}
	return fmt.Sprintf("SO%016x", n)
}

// indexOf is the inverse of number, 0 for what is none.
func indexOf(no string) int {
	if len(no) != 18 {
		return 0
	}
	v, err := strconv.ParseUint(no[2:], 16, 64)
	switch {
	case err != nil:
		return 0
	case no[:2] == "SX":
		v *= unspread
	case no[:2] != "SO":
		return 0
	}
	return int(v & (1<<62 - 1))
}

// saveRow is one row of a write: the id of an update, and the contents.
type saveRow struct {
	ID  string `json:"id,omitempty"`
	Doc Doc    `json:"doc"`
}

type saveRequest struct {
	Rows []saveRow `json:"rows"`
}

type listRequest struct {
	After string `json:"after"`
	Limit int    `json:"limit"`
}

type findRequest struct {
	Nos []string `json:"nos"`
}

// envelope stands around every answer; code 0 is success.
type envelope[T any] struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    T      `json:"data"`
}

type orderPage struct {
	Items []Order `json:"items"`
	Next  string  `json:"next"`
}

type rowList struct {
	Rows []rowAnswer `json:"rows"`
}

// rowAnswer is what the target says of one row, written or found.
type rowAnswer struct {
	No      string `json:"no"`
	ID      string `json:"id"`
	OK      bool   `json:"ok"`
	Created bool   `json:"created"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Codes of answers under HTTP 200.
const (
	codeOK        = 0
	codeThrottled = 429
	codeRefused   = 4001
)
