package jdytest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
)

// adminID is the id of the user every account set has.
const adminID = "400000002"

const (
	maxAttachment        = 10 << 20
	maxVoucherAttachment = 5 << 20
)

func init() {
	special = map[string]func(*call) (any, *Error){
		"GET scm/inventory_stock":      inventoryStock,
		"GET inv/inv_synchronous":      invSynchronous,
		"POST sys/common_operate":      commonOperate,
		"POST sys/bill_push":           billPush,
		"POST fi/voucher":              saveVouchers,
		"POST fi/voucher_reverse":      reverseVouchers,
		"POST scm/sal_out_bound_batch": saveBatch,
		"GET sys/custom_mult_field":    customFields,
		"POST basedata/image_upload":   imageUpload,
		"POST cust/save":               custSave,
		"POST cust/list":               custList,
		"POST cust/detail":             custDetail,
		"POST cust/operate":            custOperate,
	}
}

// saveBatch answers scm/sal_out_bound_batch: a row for each bill, failed ones
// among them.
func saveBatch(c *call) (any, *Error) {
	l := c.list("scm/sal_out_bound")
	items, _ := c.body["data"].([]any)
	if len(items) > maxEntries {
		return nil, refuse(codeTooMany, "单次最多保存%d张单据", maxEntries)
	}
	if err := c.refusesWhole(l, rowsOf(c.body["data"])); err != nil {
		return nil, err
	}
	one := operations()["POST scm/sal_out_bound"]
	out := []any{}
	for i, x := range items {
		var rec *record
		item, ok := x.(map[string]any)
		err := unexpected(x)
		if ok {
			single := &call{s: c.s, Book: c.Book, op: one, body: item}
			if err = single.checkBody(); err == nil {
				rec, err = c.save(l, item)
			}
		}
		row := Row{"index": itoa(i), "id": "", "number": "", "success": "false", "errors": []any{}}
		if err != nil {
			row["errors"] = []any{Row{"id": "", "type": "", "message": err.Description}}
		} else {
			row["id"], row["number"], row["success"] = rec.id, text(rec.row["bill_no"]), "true"
		}
		out = append(out, row)
	}
	return Row{"rows": out}, nil
}

// SetCustomFields sets what sys/custom_mult_field tells of an entity such as
// "bd_customer": rows with number (the key, such as custom_field__2__4kw79ho2t0he),
// display_name, custom_type ("head" or an entry's name), field_type and so on.
func (b *Book) SetCustomFields(entity string, rows ...Row) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	b.customs[entity] = nil
	for _, r := range rows {
		b.customs[entity] = append(b.customs[entity], normal(r))
	}
}

func customFields(c *call) (any, *Error) {
	f, _ := rowsField(c.op)
	name, _ := listed(f.kind)
	sh := shaper{b: c.Book, l: c.list("sys/custom_mult_field"), types: c.op.told}
	out := []any{}
	for _, r := range c.customs[c.query.Get("entity_number")] {
		row := cloneRow(r)
		if row["base_entity_number"] == nil {
			row["base_entity_number"] = c.query.Get("entity_number")
		}
		out = append(out, sh.object(c.op.told[name], row))
	}
	return Row{"rows": out}, nil
}

// Lock lets a user hold a record, as one who has it open on the screen does:
// mutex_list shows it, and saves and operations on it are refused.
func (b *Book) Lock(list, number, user string) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	l := b.mustList(list)
	rec := l.find(number, number)
	if rec == nil {
		panic(fmt.Sprintf("jdytest: no %s in %s", number, list))
	}
	b.insert(b.list("sys/mutex_list"), Row{
		"object_id": rec.id, "entity_key_id": l.entity, "entity": l.entity, "client": "web", "operation_key": "modify", "user_id": adminID,
		"user_name": user, "itself": false,
	})
}

// Unlock lets a record go again.
func (b *Book) Unlock(list, number string) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	rec := b.mustList(list).find(number, number)
	locks := b.list("sys/mutex_list")
	for _, lock := range slices.Clone(locks.rows) {
		if rec != nil && text(lock.row["object_id"]) == rec.id {
			locks.remove(lock)
		}
	}
}

// locked refuses a change of a record somebody holds.
func (b *Book) locked(rec *record) *Error {
	for _, lock := range b.list("sys/mutex_list").rows {
		if text(lock.row["object_id"]) == rec.id {
			return refuse(codeSupplyChain, "网络控制冲突：数据正被%s编辑，请稍后再试", text(lock.row["user_name"]))
		}
	}
	return nil
}

// File is one upload the fake received.
type File struct {
	Name string // file name as sent
	URL  string // what the reply told
	Data []byte // contents
}

// Files returns the uploads so far, in order.
func (b *Book) Files() []File {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	return slices.Clone(b.files)
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9]+(\.[A-Za-z0-9]+)?$`)

// upload answers the two attachment uploads, which have an envelope of their own.
func (c *call) upload(r *http.Request) reply {
	voucher := c.op.path == "fi/voucher_attachment_upload"
	limit := int64(maxAttachment)
	if voucher {
		limit = maxVoucherAttachment
	}
	failed := func(format string, args ...any) reply {
		return reply{http.StatusOK, Row{"success": false, "errorCode": "fail", "message": fmt.Sprintf(format, args...), "data": nil}}
	}
	file, header, err := r.FormFile("file1")
	if err != nil {
		return failed("参数[file1]不能为空")
	}
	defer func() { _ = file.Close() }()
	if header.Size > limit {
		return failed("文件不能超过%dMB", limit>>20)
	}
	if voucher && !plainName.MatchString(header.Filename) {
		return failed("文件名只能是字母和数字")
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return failed("文件读取失败")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	f := File{Name: header.Filename, URL: c.account.Domain + "/ierp/tempfile/download.do?configKey=" + randomHex(8), Data: data}
	c.files = append(c.files, f)
	answer := Row{"file1": f.URL}
	if voucher {
		answer = Row{
			"id": c.newID(), "filename": f.Name, "fileType": header.Header.Get("Content-Type"), "filesize": itoa(len(data)),
			"period": periodOf(c.s.clock().In(china).Format(dateLayout)), "filepaththumbnail": "", "filepath": f.URL,
		}
	}
	return reply{http.StatusOK, Row{"success": true, "errorCode": "success", "message": "", "data": answer}}
}

func imageUpload(c *call) (any, *Error) {
	url := c.account.Domain + "/ierp/image/" + randomHex(8)
	c.files = append(c.files, File{Name: text(c.body["filename"]), URL: url, Data: []byte(text(c.body["base_string"]))})
	return Row{"rows": []any{Row{"url": url}}}, nil
}

// The customer-defined bills (自定义接口): records of "cust/" and the biz_type.

func custSave(c *call) (any, *Error) {
	l := c.list("cust/" + text(c.body["biz_type"]))
	data, _ := c.body["data"].(map[string]any)
	rec, err := c.save(l, data)
	if err != nil {
		return nil, err
	}
	return saved(l, rec), nil
}

func custList(c *call) (any, *Error) {
	l := c.list("cust/" + text(c.body["biz_type"]))
	want, _ := c.body["data"].(map[string]any)
	c.query = map[string][]string{"page": {text(c.body["page_no"])}, "page_size": {text(c.body["page_size"])}}
	p, err := c.page()
	if err != nil {
		return nil, err
	}
	var found []any
	for _, rec := range l.rows {
		ok := true
		for k, v := range want {
			ok = ok && text(rec.row[k]) == text(v)
		}
		if ok {
			found = append(found, c.shown(rec))
		}
	}
	from := min((p.n-1)*p.asked, len(found))
	rows := append([]any{}, found[from:min(from+p.size, len(found))]...)
	return Row{
		"rows": rows, "count": json.Number(itoa(len(found))), "page": p.n, "page_size": p.asked, "current_page_size": len(rows),
		"total_page": (len(found) + p.asked - 1) / p.asked,
	}, nil
}

func custDetail(c *call) (any, *Error) {
	l := c.list("cust/" + text(c.body["biz_type"]))
	want, _ := c.body["data"].(map[string]any)
	rec := l.find(text(want["id"]), text(want["number"]))
	if rec == nil {
		return nil, refuse(codeMissing, "对象不存在")
	}
	return c.shown(rec), nil
}

func custOperate(c *call) (any, *Error) {
	l := c.list("cust/" + text(c.body["entity_number"]))
	kind, ok := operateKinds[text(c.body["operate_type"])]
	if !ok {
		return nil, badRequest("operate_type[%s]不支持", text(c.body["operate_type"]))
	}
	recs, err := c.named(l, c.body["id"], nil)
	if err != nil {
		return nil, err
	}
	return c.operate(l, kind, recs)
}
