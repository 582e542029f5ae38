package jdytest

import "strings"

// resolveAll turns the references of a row and of its entries into ids. With
// strict, one that is not there is an error.
func (b *Book) resolveAll(l *list, row Row, strict bool) *Error {
	if err := b.resolve(l, row, strict, 0); err != nil {
		return err
	}
	for _, v := range row {
		for i, e := range rowsOf(v) {
			if err := b.resolve(l, e, strict, i+1); err != nil {
				return err
			}
			for _, inner := range e {
				for _, x := range rowsOf(inner) {
					if err := b.resolve(l, x, strict, i+1); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func (b *Book) resolve(l *list, row Row, strict bool, line int) *Error {
	for key := range row {
		x, isID := strings.CutSuffix(key, "_id")
		if !isID {
			var isNumber bool
			if x, isNumber = strings.CutSuffix(key, "_number"); !isNumber {
				continue
			}
		}
		target, ok := l.ref(x)
		if !ok {
			continue
		}
		id, number := text(row[x+"_id"]), text(row[x+"_number"])
		if id == "0" {
			id = ""
		}
		if id == "" && number == "" {
			continue
		}
		rec := b.list(target).find(id, "")
		if id == "" {
			rec = b.list(target).find("", number)
		}
		if rec != nil {
			row[x+"_id"] = rec.id
			delete(row, x+"_number")
			delete(row, x+"_name")
			continue
		}
		if strict && (strictRefs[target] || len(b.list(target).rows) > 0) {
			return missingRef(id, number, line)
		}
	}
	return nil
}

func missingRef(id, number string, line int) *Error {
	where := ""
	if line > 0 {
		where = "第" + itoa(line) + "行"
	}
	if id != "" {
		return refuse(codeMissing, "%s参数id[%s]不存在", where, id)
	}
	return refuse(codeMissing, "%s参数number[%s]不存在", where, number)
}

// target is the record a row's x_id names, nil when there is none.
func (b *Book) target(l *list, row Row, x string) *record {
	name, ok := l.ref(x)
	if !ok {
		return nil
	}
	id := text(row[x+"_id"])
	if id == "" {
		return nil
	}
	return b.list(name).find(id, "")
}

// lookup is what a row holds under a name of any table: its own member, or what
// the record behind a reference says, "customer_name" and "material_model" alike.
func (b *Book) lookup(l *list, row Row, name string) (any, bool) {
	name = canon(name)
	for _, end := range []string{"_name", "_number"} {
		x, ok := strings.CutSuffix(name, end)
		if !ok {
			continue
		}
		if rec := b.target(l, row, x); rec != nil {
			to := b.list(must(l.ref(x)))
			if end == "_number" {
				return rec.row[to.number], true
			}
			return rec.row["name"], true
		}
	}
	if v, ok := row[name]; ok {
		return v, true
	}
	for i := strings.LastIndexByte(name, '_'); i > 0; i = strings.LastIndexByte(name[:i], '_') {
		if rec := b.target(l, row, name[:i]); rec != nil {
			v, ok := rec.row[canon(name[i+1:])]
			return v, ok
		}
	}
	return nil, false
}

func must(s string, _ bool) string { return s }

// references tells whether any record of the account set names rec.
func (b *Book) references(l *list, rec *record) bool {
	for _, other := range b.lists {
		for _, r := range other.rows {
			if r == rec {
				continue
			}
			for _, row := range append([]Row{r.row}, b.entriesOf(r.row)...) {
				for key, v := range row {
					x, ok := strings.CutSuffix(key, "_id")
					if !ok || text(v) != rec.id {
						continue
					}
					if name, known := other.ref(x); known && name == l.name || x == "src_inter" || x == "src_bill" {
						return true
					}
				}
			}
		}
	}
	return false
}
