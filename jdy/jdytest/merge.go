package jdytest

// derived are the entry members the fake computes; an update that leaves them
// out has them computed anew.
var derived = []string{"amount", "all_amount", "tax_amount", "tax_price", "base_qty", "act_tax_price", "all_amount_for"}

// merge lays an update over a record: members that came replace, entries with an
// id change the entry, entries without are new.
func (b *Book) merge(old, update Row) (Row, *Error) {
	out := cloneRow(old)
	for key, v := range update {
		items, isList := v.([]any)
		if !isList || len(rowsOf(v)) != len(items) {
			out[key] = v
			continue
		}
		before := map[string]Row{}
		for _, e := range rowsOf(old[key]) {
			before[text(e["id"])] = e
		}
		merged := []any{}
		kept := map[string]bool{}
		for i, e := range rowsOf(v) {
			id := text(e["id"])
			if id == "" || id == "0" {
				e["id"] = b.newID()
				merged = append(merged, e)
				continue
			}
			was := before[id]
			if was == nil {
				return nil, refuse(codeMissing, "第%d行分录id[%s]不存在", i+1, id)
			}
			kept[id] = true
			merged = append(merged, mergeEntry(was, e))
		}
		if b.s.keepEntries {
			for _, e := range rowsOf(old[key]) {
				if !kept[text(e["id"])] {
					merged = append(merged, clone(e))
				}
			}
		}
		out[key] = merged
	}
	return out, nil
}

func mergeEntry(old, update Row) Row {
	out := cloneRow(old)
	for _, key := range derived {
		delete(out, key)
	}
	for k, v := range update {
		out[k] = v
	}
	return out
}
