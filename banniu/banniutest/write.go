package banniutest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

const maxBatch = 200

// sheetOf finds the project an entry of a write is about.
func (c *call) sheetOf(entry map[string]any) (*project, *refusal) {
	for _, name := range []string{"project_id", "app_id"} {
		if text(entry[name]) == "" {
			return nil, refuse(c.s.codes.Parameter, "缺少参数%s", name)
		}
	}
	p := c.s.project(text(entry["project_id"]))
	switch {
	case p == nil:
		return nil, refuse(c.s.codes.Parameter, "项目%s不存在", text(entry["project_id"]))
	case p.AppID != text(entry["app_id"]):
		return nil, refuse(c.s.codes.Parameter, "项目%s不属于应用%s", p.ID, text(entry["app_id"]))
	}
	return p, nil
}

// contentsOf checks the cells of an entry.
func (c *call) contentsOf(p *project, entry map[string]any) (Cells, *refusal) {
	contents, ok := entry["contents"].(map[string]any)
	if !ok {
		return nil, refuse(c.s.codes.Parameter, "缺少参数contents")
	}
	cells := Cells{}
	for id, v := range contents {
		col := p.column(id)
		if col == nil {
			return nil, refuse(c.s.codes.Value, "列%s不存在", id)
		}
		switch v.(type) {
		case string, json.Number:
		default:
			return nil, refuse(c.s.codes.Value, "列%s的值格式错误", id)
		}
		value := text(v)
		if value != "" && !col.takes(value) {
			return nil, refuse(c.s.codes.Value, "列[%s]的值[%s]不在选项中或格式错误", col.Name, value)
		}
		cells[id] = value
	}
	return cells, nil
}

// takes tells whether a cell of the column can hold a value.
func (col *Column) takes(value string) bool {
	switch {
	case len(col.Options) > 0 || len(col.Related) > 0:
		for one := range strings.SplitSeq(value, ",") {
			if !slices.ContainsFunc(append(slices.Clone(col.Options), col.Related...), func(ch Choice) bool {
				return strconv.FormatInt(ch.ID, 10) == one
			}) {
				return false
			}
		}
	case len(col.Sons) > 0:
		var rows []map[string]any
		if json.Unmarshal([]byte(value), &rows) != nil {
			return false
		}
		for _, row := range rows {
			for id := range row {
				if !slices.ContainsFunc(col.Sons, func(son Column) bool { return strconv.FormatInt(son.ID, 10) == id }) {
					return false
				}
			}
		}
	case col.Behavior == Attachment:
		var ids []string
		return json.Unmarshal([]byte(value), &ids) == nil
	}
	return true
}

func (c *call) createTask() (any, *refusal) {
	p, ref := c.sheetOf(c.body)
	if ref != nil {
		return nil, ref
	}
	cells, ref := c.contentsOf(p, c.body)
	if ref != nil {
		return nil, ref
	}
	if user := text(c.body["user_id"]); user != "" {
		cells["1"] = user
	}
	t := p.add(c.s, cells, c.s.clock())
	if c.late > 0 {
		t.shows = time.Now().Add(c.late)
	}
	c.s.note(p, Created, t, cells)
	id := strconv.FormatInt(t.id, 10)
	switch c.s.create {
	case CreateAnswersMinus1:
		return map[string]any{"-1": id}, nil
	case CreateAnswersZero:
		return map[string]any{"0": t.id}, nil
	case CreateAnswersBare:
		return id, nil
	case CreateAnswersNumber:
		return t.id, nil
	case CreateAnswersNull:
		return nil, nil
	}
	return map[string]any{"task_id": id}, nil
}

// update changes one task; changed is false when it had all the values.
func (c *call) update(entry map[string]any) (id int64, changed bool, ref *refusal) {
	p, ref := c.sheetOf(entry)
	if ref != nil {
		return 0, false, ref
	}
	id, err := strconv.ParseInt(text(entry["task_id"]), 10, 64)
	if err != nil {
		return 0, false, refuse(c.s.codes.Parameter, "缺少参数task_id")
	}
	t := p.task(id)
	if t == nil {
		return id, false, refuse(c.s.codes.NoSuchTask, "工单%d不存在", id)
	}
	cells, ref := c.contentsOf(p, entry)
	if ref != nil {
		return id, false, ref
	}
	for k, v := range cells {
		changed = changed || t.cells[k] != v
	}
	if !changed {
		return id, false, nil
	}
	t.set(cells)
	t.cells["4"] = c.s.clock().In(China).Format(layout)
	c.s.note(p, Updated, t, cells)
	return id, true, nil
}

func (c *call) updateTask() (any, *refusal) {
	_, _, ref := c.update(c.body)
	return nil, ref
}

// batchUpdate answers one text per entry; code 0 says nothing about the entries.
func (c *call) batchUpdate() (any, *refusal) {
	list, ok := c.body["data"].([]any)
	if !ok || len(list) == 0 {
		return nil, refuse(c.s.codes.Parameter, "缺少参数data")
	}
	if len(list) > maxBatch {
		return nil, refuse(c.s.codes.Parameter, "批量更新最多%d条", maxBatch)
	}
	texts := []any{}
	for _, v := range list {
		entry, _ := v.(map[string]any)
		id, changed, ref := c.update(entry)
		switch {
		case ref != nil && c.s.failuresUnsaid:
		case ref != nil && id == 0:
			texts = append(texts, "更新失败: "+ref.msg)
		case ref != nil:
			texts = append(texts, fmt.Sprintf("工单id:%d更新失败: %s", id, ref.msg))
		case changed:
			texts = append(texts, fmt.Sprintf("工单id:%d更新成功, 但是没有数据", id))
		default:
			texts = append(texts, fmt.Sprintf("工单id:%d没有发现需要更新的数据", id))
		}
	}
	return texts, nil
}

func (c *call) upload() (any, *refusal) {
	list, ok := c.body["contents"].([]any)
	if !ok || len(list) == 0 {
		return nil, refuse(c.s.codes.Parameter, "缺少参数contents")
	}
	rows := []any{}
	var files []File
	for i, v := range list {
		entry, _ := v.(map[string]any)
		link, name := text(entry["url"]), text(entry["name"])
		if link == "" || name == "" {
			return nil, refuse(c.s.codes.Parameter, "文件缺少url或name")
		}
		var id [16]byte
		binary.BigEndian.PutUint64(id[:], 0x5b1fe000+uint64(len(c.s.files)+i))
		f := File{ID: base64.StdEncoding.EncodeToString(id[:]), Name: name, Suffix: path.Ext(name), URL: link}
		files = append(files, f)
		rows = append(rows, map[string]any{"fileName": f.Name, "id": f.ID, "suffix": f.Suffix, "url": f.URL})
	}
	c.s.files = append(c.s.files, files...)
	return rows, nil
}
