package wdt

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
)

// Method is what the platform's public list says about a method. A method that
// is not listed can be called all the same.
type Method struct {
	Name      string // direct spelling, such as "setting.Shop.queryShop"; the Qimen name where there is no other
	QimenName string // Qimen spelling; what the naming rule gives where OnQimen is false
	OnQimen   bool   // known to exist on Qimen
	QimenOnly bool   // exists on Qimen only
	// Enterprise: a script of the enterprise edition (企业版), "trade_query.php". It
	// exists on that gateway only, and no other method does.
	Enterprise bool
	What       string // what it is about
	Effect     duijie.Effect
	Paged      bool         // needs page number and size
	List       string       // member of data the rows stand in; "[]" when data itself is the list, "" when unknown
	Times      []TimeFilter // the pairs of times it filters by
	// Window is the widest span of times it takes, 0 where none is documented. Where
	// WindowNeeds names a member, that holds for filters that have it; others get
	// WindowElse.
	Window      time.Duration
	WindowNeeds string
	WindowElse  time.Duration
	// PageSize is the size used when the caller gives none: 100 for the order
	// family, 200 for the rest. MaxPageSize is what the platform documents, or
	// 1000, the largest its users are known to ask for.
	PageSize    int
	MaxPageSize int
	// Filters are the documented members of the filter, nil where they are not known.
	Filters []string
	// Lifts are members, or pairs as "a+b", that make the times unnecessary.
	Lifts []string
	// HiddenOnDirect: the direct gateway leaves rows of the Taobao family,
	// Pinduoduo and system supply out, without a word. Use Qimen for them;
	// Pinduoduo's must be taken from Pinduoduo itself.
	HiddenOnDirect bool
	// Write is what to do about a lost answer of a write.
	Write Write
	// Fields are the names of the arguments on Qimen, in the order of the direct
	// arguments; nil where they are not known.
	Fields []string
}

// TimeFilter names the two members of a filter that bound a time.
type TimeFilter struct {
	From, To string
	Kind     TimeKind
	// Member, when not "", must hold Value for From and To to mean that time.
	Member string
	Value  int
}

// TimeKind is the time of a row that a filter bounds.
type TimeKind string

// The times rows are filtered by.
const (
	TimeModified  TimeKind = "modified" // the platform's default
	TimeCreated   TimeKind = "created"
	TimeShipped   TimeKind = "shipped"   // stock went out
	TimeStockedIn TimeKind = "stockedin" // stock came in
	TimeSettled   TimeKind = "settled"
	TimeAgreed    TimeKind = "agreed"   // of a refund
	TimeRefunded  TimeKind = "refunded" // asked for a refund
)

// timesOf finds the pair for a kind of time; "" is the modification time or, where
// a method has none, its first pair.
func (m *Method) timesOf(kind TimeKind) (TimeFilter, bool) {
	for _, t := range m.Times {
		if t.Kind == cmp.Or(kind, TimeModified) {
			return t, true
		}
	}
	if kind == "" && len(m.Times) > 0 {
		return m.Times[0], true
	}
	return TimeFilter{}, false
}

// span is the widest window for a filter, 0 where none is documented.
func (m *Method) span(params filter) time.Duration {
	if m.WindowNeeds != "" && !params.has(m.WindowNeeds) {
		return m.WindowElse
	}
	return m.Window
}

// lifted tells whether a filter has a number that makes times unnecessary.
func (m *Method) lifted(params filter) bool {
	for _, names := range m.Lifts {
		all := true
		for name := range strings.SplitSeq(names, "+") {
			all = all && params.has(name)
		}
		if all {
			return true
		}
	}
	return false
}

const (
	orderPageSize = 100
	pageSize      = 200
	maxPageSize   = 1000
)

// catalogue is the list by direct and by Qimen name. It never changes.
type catalogue struct {
	byName  map[string]*Method
	byQimen map[string]*Method
}

var methods = sync.OnceValue(func() *catalogue {
	c := &catalogue{byName: map[string]*Method{}, byQimen: map[string]*Method{}}
	for _, q := range queries {
		c.add(q.method())
	}
	for _, w := range writes {
		c.add(w.method())
	}
	for _, name := range qimenReads {
		paged := qimenFields[name] == nil
		c.add(&Method{Name: name, Effect: duijie.EffectRead, OnQimen: true, QimenOnly: true, Paged: paged})
	}
	for _, s := range scripts {
		m := s.method()
		c.byName[m.Name] = m
	}
	return c
})

func (q query) method() *Method {
	m := &Method{
		Name: q.name, What: q.what, OnQimen: q.qimen, QimenOnly: q.qimenOnly, Effect: duijie.EffectRead,
		Paged: true, List: q.list, Window: q.window, MaxPageSize: q.max, WindowNeeds: q.needs,
	}
	m.HiddenOnDirect = hiddenOnDirect(q.name)
	m.Filters = strings.Fields(filterMembers[q.name])
	m.Lifts = strings.Fields(lifts[q.name])
	if q.needs != "" {
		m.WindowElse = hour
	}
	if q.orders {
		m.PageSize = orderPageSize
	}
	if q.times == "" {
		return m
	}
	for text := range strings.SplitSeq(q.times, ", ") {
		m.Times = append(m.Times, timeFilter(text))
	}
	return m
}

func (w write) method() *Method {
	m := &Method{
		Name: w.name, Effect: duijie.EffectWrite,
		Write: Write{
			Key: w.key, Repeat: w.repeat, Lookup: w.lookup, LookupBy: w.by, RowName: w.row, FailedRows: w.rows, StatusIsData: w.status, MaxRows: w.max,
		},
	}
	if w.repeat == RepeatUpdates {
		m.Effect = duijie.EffectIdempotent
	}
	return m
}

// FirstPage is the number the first page has on a gateway. Calls of this package
// count from 0 on all of them.
func (m *Method) FirstPage(g Gateway) int {
	if g == Qimen {
		return 1
	}
	return 0
}

// TotalAt is where an answer tells the number of rows on all pages:
// "data.total_count", "total" beside data, or "" where a method has no pages. The
// direct gateway tells it only when it is asked to (Query.Total), Qimen always.
func (m *Method) TotalAt() string {
	switch {
	case !m.Paged || m.List == "":
		return ""
	case m.List == "[]":
		return "total"
	}
	return "data.total_count"
}

// timeFilter reads "from/to", "from/to kind" or "from/to kind member=value".
func timeFilter(text string) TimeFilter {
	parts := strings.Fields(text)
	t := TimeFilter{Kind: TimeModified}
	t.From, t.To, _ = strings.Cut(parts[0], "/")
	if len(parts) > 1 {
		t.Kind = TimeKind(parts[1])
	}
	if len(parts) > 2 {
		member, value, _ := strings.Cut(parts[2], "=")
		t.Member, t.Value = member, int(value[0]-'0')
	}
	return t
}

func (c *catalogue) add(m *Method) {
	m.QimenName = qimenName(m.Name)
	m.Fields = qimenFields[m.QimenName]
	m.OnQimen = m.OnQimen || m.Fields != nil
	if m.Fields == nil && m.Effect == duijie.EffectRead {
		m.Fields = []string{"params"}
	}
	if m.Paged && m.PageSize == 0 {
		m.PageSize = pageSize
	}
	if m.Paged && m.MaxPageSize == 0 {
		m.MaxPageSize = maxPageSize
	}
	c.byName[m.Name] = m
	c.byQimen[m.QimenName] = m
}

// qimenName is the Qimen name of a direct method: the exceptions of the table,
// else "wdt." and the name in lower case.
func qimenName(direct string) string {
	if odd, ok := oddQimenNames[direct]; ok {
		return odd
	}
	if strings.HasPrefix(direct, "wdt.") {
		return direct
	}
	return "wdt." + strings.ToLower(direct)
}

// find looks a method up by either name; nil when the list does not have it.
func (c *catalogue) find(name string) *Method {
	if m := c.byName[name]; m != nil {
		return m
	}
	return c.byQimen[name]
}

// LookupMethod tells what the platform's public list says about a method, by
// its direct or its Qimen name, or the script of the enterprise edition.
func LookupMethod(name string) (Method, bool) {
	m := methods().find(name)
	if m == nil {
		return Method{}, false
	}
	return m.clone(), true
}

// Methods lists every method of the flagship edition's public list, by name.
func Methods() []Method {
	all := methods().byName
	list := make([]Method, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !all[name].Enterprise {
			list = append(list, all[name].clone())
		}
	}
	return list
}

func (m *Method) clone() Method {
	out := *m
	out.Times, out.Fields = slices.Clone(m.Times), slices.Clone(m.Fields)
	out.Filters, out.Lifts = slices.Clone(m.Filters), slices.Clone(m.Lifts)
	return out
}
