package kingdee

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// lexed is a piece of a filter as a reader of the platform's SQL takes it apart:
// a text, with its quotes taken off, or a word, number or sign as it stands.
type lexed struct {
	text   string
	quoted bool
}

// lexFilter is written after SQL's rules, not after the builder: a quotation mark
// in a text is doubled, everything else in it stands for itself.
func lexFilter(s string) ([]lexed, error) {
	var out []lexed
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ':
			i++
		case c == '\'':
			var b strings.Builder
			for i++; ; i++ {
				if i >= len(s) {
					return nil, fmt.Errorf("a text does not end")
				}
				if s[i] == '\'' {
					if i+1 >= len(s) || s[i+1] != '\'' {
						break
					}
					i++
				}
				b.WriteByte(s[i])
			}
			i++
			out = append(out, lexed{b.String(), true})
		case strings.IndexByte("(),", c) >= 0:
			out = append(out, lexed{string(c), false})
			i++
		case strings.IndexByte("<>=", c) >= 0:
			n := i
			for i < len(s) && strings.IndexByte("<>=", s[i]) >= 0 {
				i++
			}
			out = append(out, lexed{s[n:i], false})
		default:
			n := i
			for i < len(s) && strings.IndexByte(" '(),<>=", s[i]) < 0 {
				i++
			}
			out = append(out, lexed{s[n:i], false})
		}
	}
	return out, nil
}

// node is a condition: a leaf with field, sign and values, or and, or, not of
// others.
type node struct {
	word   string // "and", "or", "not", or the sign of a leaf
	field  string
	values []lexed
	kids   []*node
}

func (n *node) String() string {
	if n.kids == nil {
		return fmt.Sprint(n.field, n.word, n.values)
	}
	texts := make([]string, len(n.kids))
	for i, k := range n.kids {
		texts[i] = k.String()
	}
	return n.word + "(" + strings.Join(texts, "; ") + ")"
}

// flat joins nested nodes of the same word, and takes single ones out.
func (n *node) flat() *node {
	if n.kids == nil {
		return n
	}
	out := &node{word: n.word}
	for _, k := range n.kids {
		k = k.flat()
		if k.word == n.word && k.kids != nil && n.word != "not" {
			out.kids = append(out.kids, k.kids...)
		} else {
			out.kids = append(out.kids, k)
		}
	}
	if len(out.kids) == 1 && n.word != "not" {
		return out.kids[0]
	}
	return out
}

// filterReader parses: or binds less than and, and that less than not.
type filterReader struct {
	toks []lexed
	err  error
}

func (r *filterReader) next() lexed {
	if len(r.toks) == 0 {
		r.fail("ended early")
		return lexed{}
	}
	t := r.toks[0]
	r.toks = r.toks[1:]
	return t
}

func (r *filterReader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%s at %v", what, r.toks)
	}
}

func (r *filterReader) take(word string) bool {
	if len(r.toks) > 0 && !r.toks[0].quoted && strings.EqualFold(r.toks[0].text, word) {
		r.toks = r.toks[1:]
		return true
	}
	return false
}

func (r *filterReader) joined(word string, part func() *node) *node {
	n := &node{word: word, kids: []*node{part()}}
	for r.err == nil && r.take(word) {
		n.kids = append(n.kids, part())
	}
	return n
}

func (r *filterReader) or() *node  { return r.joined("or", r.and) }
func (r *filterReader) and() *node { return r.joined("and", r.unary) }

func (r *filterReader) unary() *node {
	if r.take("not") {
		return &node{word: "not", kids: []*node{r.unary()}}
	}
	if r.take("(") {
		n := r.or()
		if !r.take(")") {
			r.fail("want )")
		}
		return n
	}
	field := r.next()
	if field.quoted {
		r.fail("a text for a field")
	}
	n := &node{field: field.text, word: strings.ToLower(r.next().text)}
	if n.word != "in" {
		n.values = []lexed{r.next()}
		return n
	}
	if !r.take("(") {
		r.fail("want (")
	}
	for r.err == nil {
		n.values = append(n.values, r.next())
		if r.take(")") {
			break
		}
		if !r.take(",") {
			r.fail("want ,")
		}
	}
	return n
}

func readFilter(text string) (*node, error) {
	toks, err := lexFilter(text)
	if err != nil {
		return nil, err
	}
	r := &filterReader{toks: toks}
	n := r.or()
	if r.err == nil && len(r.toks) > 0 {
		r.fail("more than a condition")
	}
	return n.flat(), r.err
}

// nasty are the pieces values are put together from.
var nasty = []string{"'", "''", "\\", "%", "_", "[", "]", " or 1=1 ", "--", "/*", "*/", ";", "(", ")", ",", "=", "<", ">", " and ", "not", "\n", "\t", "\u2019", "\uff07", "😀", "汉", "A", "1", `"`}

// built is a filter and what it must mean.
func built(r *rand.Rand, depth int) (Filter, *node) {
	text := func() string {
		var b strings.Builder
		for range r.IntN(5) {
			b.WriteString(nasty[r.IntN(len(nasty))])
		}
		return b.String()
	}
	field := []string{"FNumber", "FName", "FCustId.FNumber", "F_XYZ_Or", "FOr", "FNot"}[r.IntN(6)]
	quoted := func(s string) lexed { return lexed{s, true} }
	kind := r.IntN(9)
	if depth == 0 {
		kind = r.IntN(6)
	}
	switch kind {
	case 0, 1:
		v := text()
		i := r.IntN(6)
		sign := []string{"=", "<>", ">", ">=", "<", "<="}[i]
		return []func(string, any) Filter{Eq, Ne, Gt, Ge, Lt, Le}[i](field, v), &node{word: sign, field: field, values: []lexed{quoted(v)}}
	case 2:
		n := r.Int64() - 1<<62
		return Eq(field, n), &node{word: "=", field: field, values: []lexed{{fmt.Sprint(n), false}}}
	case 3:
		list, n := []string{}, &node{word: "in", field: field}
		for range 1 + r.IntN(4) {
			list = append(list, text())
			n.values = append(n.values, quoted(list[len(list)-1]))
		}
		return In(field, list...), n
	case 4:
		v := text()
		i := r.IntN(3)
		pattern := strings.NewReplacer("%", "[%]", "_", "[_]", "[", "[[]").Replace(v)
		pattern = []string{"%" + pattern + "%", pattern + "%", "%" + pattern}[i]
		return []func(string, string) Filter{Contains, StartsWith, EndsWith}[i](field, v), &node{word: "like", field: field, values: []lexed{quoted(pattern)}}
	case 5:
		a, b := text(), text()
		return Between(field, a, b), &node{word: "and", kids: []*node{
			{word: ">=", field: field, values: []lexed{quoted(a)}}, {word: "<=", field: field, values: []lexed{quoted(b)}},
		}}
	case 6:
		f, n := built(r, depth-1)
		return Not(f), &node{word: "not", kids: []*node{n}}
	}
	var filters []Filter
	n := &node{word: []string{"and", "or"}[kind-7]}
	for range 1 + r.IntN(3) {
		f, kid := built(r, depth-1)
		filters, n.kids = append(filters, f, And()), append(n.kids, kid)
	}
	return []func(...Filter) Filter{And, Or}[kind-7](filters...), n
}

// Whatever is put together, and whatever stands in the values, the text means
// what was built and nothing else.
func TestFiltersMeanWhatWasBuilt(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3000) {
		f, want := built(rand.New(rand.NewPCG(seed, 1)), 4)
		text, err := f.Text()
		require.NoError(t, err, "seed %d", seed)
		got, err := readFilter(text)
		require.NoError(t, err, "seed %d: %s", seed, text)
		require.Equal(t, want.flat().String(), got.String(), "seed %d: %s", seed, text)
	}
}

func FuzzFilterCanNotBeBrokenOutOf(f *testing.F) {
	for _, s := range nasty {
		f.Add("FNumber", s, s+"'")
	}
	f.Add("FNumber=1 or FA", "'", "' or '1'='1")
	f.Fuzz(func(t *testing.T, field, a, b string) {
		filter := And(Eq(field, a), Or(Not(In(field, a, b)), Contains(field, b)), Within(field, testDay, testDay.AddDate(0, 0, 1)))
		text, err := filter.Text()
		if err != nil {
			if filter.String() != "1=0" {
				t.Fatal("a broken filter is wide")
			}
			return
		}
		got, err := readFilter(text)
		if err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		pattern := "%" + strings.NewReplacer("%", "[%]", "_", "[_]", "[", "[[]").Replace(b) + "%"
		want := &node{word: "and", kids: []*node{
			{word: "=", field: field, values: []lexed{{a, true}}},
			{word: "or", kids: []*node{
				{word: "not", kids: []*node{{word: "in", field: field, values: []lexed{{a, true}, {b, true}}}}},
				{word: "like", field: field, values: []lexed{{pattern, true}}},
			}},
			{word: ">=", field: field, values: []lexed{{"2025-03-07 08:09:10", true}}},
			{word: "<", field: field, values: []lexed{{"2025-03-08 08:09:10", true}}},
		}}
		if got.String() != want.String() {
			t.Fatalf("%q means %v, want %v", text, got, want)
		}
		if !utf8.ValidString(text) || !validName(field) {
			t.Fatalf("%q", text)
		}
	})
}

func TestFilterMistakes(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]Filter{
		"a number for a field": Eq("1", 1), "a word for a field": Eq("Not", 1), "not of nothing": Not(And()), "not of a mistake": Not(Eq("", 1)),
		"unset decimal": Eq("FA", duijie.Decimal{}), "unset time": Ge("FA", duijie.Time{}), "unset end": Between("FA", 1, duijie.Time{}),
		"like a control": StartsWith("FA", "\x01"), "ends": EndsWith("F A", "x"), "float": Eq("FA", float32(1)), "chunk": InChunks("F A", 0, 1)[0],
	} {
		require.ErrorIs(t, f.Err(), duijie.ErrInvalid, name)
		require.Equal(t, "1=0", f.String(), name)
		_, err := f.Conditions()
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
}

// A list is as long as databases take; longer ones are several, in one query or
// in many.
func TestLongLists(t *testing.T) {
	t.Parallel()
	ids := make([]int, 2*InMost+1)
	for i := range ids {
		ids[i] = i
	}
	text, err := And(In("FID", ids...), Eq("FA", 1)).Text()
	require.NoError(t, err)
	n, err := readFilter(text)
	require.NoError(t, err)
	require.Equal(t, "and", n.word)
	require.Len(t, n.kids[0].kids, 3)
	seen := 0
	for _, kid := range n.kids[0].kids {
		require.Equal(t, "in", kid.word)
		require.LessOrEqual(t, len(kid.values), InMost)
		for _, v := range kid.values {
			require.Equal(t, fmt.Sprint(seen), v.text)
			seen++
		}
	}
	require.Equal(t, len(ids), seen)
	text, err = Not(In("FID", ids...)).Text()
	require.NoError(t, err)
	n, err = readFilter(text)
	require.NoError(t, err)
	require.Equal(t, "or", n.kids[0].word)

	require.Len(t, InChunks("FID", 0, ids...), 3)
	require.Equal(t, "FID in (2)", InChunks("FID", 2, 0, 1, 2)[1].String())
	require.Empty(t, InChunks[int]("FID", 2))
}

func TestConditions(t *testing.T) {
	t.Parallel()
	list, err := And(Ge("FDate", testDay), Eq("FA", 1), And(Eq("FB", "x"))).Conditions()
	require.NoError(t, err)
	require.Equal(t, []Condition{
		{FieldName: "FDate", Compare: ">=", Value: "2025-03-07 08:09:10", Logic: "0"},
		{FieldName: "FA", Compare: "=", Value: "1", Logic: "0"}, {FieldName: "FB", Compare: "=", Value: "x", Logic: "0"},
	}, list)
	require.NoError(t, checkConditions(list))
	list, err = Or(In("FA", 1, 2), Eq("FB", 3)).Conditions()
	require.NoError(t, err)
	require.Len(t, list, 3)
	for _, c := range list {
		require.Equal(t, "1", c.Logic)
	}
	list, err = And().Conditions()
	require.NoError(t, err)
	require.Empty(t, list)
	for name, f := range map[string]Filter{
		"mixed": And(Eq("FA", 1), In("FB", 1, 2)), "not": Not(Eq("FA", 1)), "raw": Raw("FA=1"), "quote": Eq("FA", "O'Neil"), "quote in list": In("FA", "a'", "b"),
		"pattern": And(Eq("FA", 1), Contains("FB", "x")), "nothing": In[int]("FA"), "long": In("FA", make([]int, InMost+1)...),
	} {
		_, err := f.Conditions()
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
	for name, c := range map[string]Condition{
		"bracket": {Left: "(", FieldName: "A", Compare: "=", Logic: "0"}, "closing": {FieldName: "A", Compare: "=", Right: ")", Logic: "0"},
		"logic": {FieldName: "A", Compare: "="}, "field": {FieldName: "A B", Compare: "=", Logic: "0"}, "left": {Left: "x", FieldName: "A", Compare: "=", Right: ")", Logic: "0"},
		"quote": {FieldName: "A", Compare: "=", Value: "'", Logic: "0"},
	} {
		require.ErrorIs(t, checkConditions([]Condition{c}), duijie.ErrInvalid, name)
	}
}

// The array form asks for the same records, page by page.
func TestConditionsOnServer(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 9)
	conditions, err := And(Ge("FNumber", "C-0003"), Le("FNumber", "C-0008")).Conditions()
	require.NoError(t, err)
	for _, objects := range []bool{false, true} {
		var got []string
		for rec, err := range c.QueryAll(t.Context(), Query{FormID: customers, Fields: []string{"FNumber"}, Conditions: conditions, Limit: 2, Objects: objects}) {
			require.NoError(t, err)
			got = append(got, rec.Text("FNumber"))
		}
		require.Equal(t, []string{"C-0003", "C-0004", "C-0005", "C-0006", "C-0007", "C-0008"}, got)
	}
	either, err := In("FNumber", "C-0001", "C-0009", "X").Conditions()
	require.NoError(t, err)
	rows, err := c.Query(t.Context(), Query{FormID: customers, Fields: []string{"FNumber"}, Conditions: either, Order: "FCUSTID ASC"})
	require.NoError(t, err)
	require.Len(t, rows, 2)
	_, err = c.Query(t.Context(), Query{FormID: customers, Fields: []string{"FNumber"}, Conditions: either, Filter: "FA=1"})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, err := range c.QueryAll(t.Context(), Query{FormID: customers, Fields: []string{"FNumber"}, Conditions: either, Limit: 1}) {
		if err != nil {
			require.ErrorIs(t, err, duijie.ErrInvalid, "an or can not be paged by key")
		}
	}
}
