package jdytest

// Refuse makes every save of that number, bill_no or outside id fail in its row
// with these words and errcode 2016002099. An empty description ends it.
func (b *Book) Refuse(name, number, description string) {
	b.setRefusal(name, number, refusal{words: description})
}

// RefuseUnnamed makes every call that would save that number, bill_no or outside
// id fail as a whole: one error that names no row, and nothing is stored.
func (b *Book) RefuseUnnamed(name, number string) {
	b.setRefusal(name, number, refusal{words: "保存失败，数据不符合业务规则", whole: true})
}

// refusal is a record the fake was told not to take.
type refusal struct {
	words string
	whole bool // the whole call, without naming the row
}

func (b *Book) setRefusal(name, number string, r refusal) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	key := listName(name) + " " + number
	if r.words == "" {
		delete(b.refused, key)
		return
	}
	b.refused[key] = r
}

// refusing is the refusal a row meets.
func (b *Book) refusing(l *list, row Row) (refusal, bool) {
	for _, member := range []string{l.number, l.outside} {
		if r, ok := b.refused[l.name+" "+text(row[member])]; ok && member != "" {
			return r, true
		}
	}
	return refusal{}, false
}

// refusesWhole is the refusal of a whole bulk call for one of its rows.
func (b *Book) refusesWhole(l *list, items []Row) *Error {
	for _, item := range items {
		if r, ok := b.refusing(l, canonical(item)); ok && r.whole {
			return refuse(codeSupplyChain, "%s", r.words)
		}
	}
	return nil
}
