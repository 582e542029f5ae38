package lookup_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
)

func eq(path, value string) mapping.Filter {
	return mapping.Filter{Path: path, Values: []string{value}}
}

func and(parts ...mapping.Filter) mapping.Filter { return mapping.Filter{And: parts} }

func values(t *testing.T, l mapping.Lookup, want string, where mapping.Filter) []string {
	t.Helper()
	answers, err := l.Find(t.Context(), []mapping.Query{{Want: want, Where: where}})
	require.NoError(t, err)
	require.Len(t, answers, 1)
	out := []string{}
	for _, v := range answers[0].Values {
		out = append(out, string(v))
	}
	return out
}

func TestMatch(t *testing.T) {
	t.Parallel()
	c, err := lookup.NewCollection(json.RawMessage(`{"n":1.10,"s":"a","z":null,"o":{"p":"x"},"big":12345678901234567890}`))
	require.NoError(t, err)
	for _, test := range []struct {
		f     mapping.Filter
		match bool
	}{
		{eq("n", "1.10"), true},
		{eq("n", "1.1"), false},
		{eq("s", "A"), false},
		{eq("o.p", "x"), true},
		{eq("z", ""), false},
		{eq("big", "12345678901234567890"), true},
		{mapping.Filter{Path: "n", Op: mapping.OpGreater, Values: []string{"1.09"}}, true},
		{mapping.Filter{Path: "n", Op: mapping.OpGreaterEqual, Values: []string{"1.1"}}, true},
		{mapping.Filter{Path: "n", Op: mapping.OpLess, Values: []string{"10"}}, true},
		{mapping.Filter{Path: "n", Op: mapping.OpLessEqual, Values: []string{"1"}}, false},
		{mapping.Filter{Path: "s", Op: mapping.OpNotEqual, Values: []string{"b"}}, true},
		{mapping.Filter{Path: "none", Op: mapping.OpNotEqual, Values: []string{"b"}}, true},
		{mapping.Filter{Path: "s", Op: mapping.OpIn, Values: []string{"b", "a"}}, true},
		{mapping.Filter{Path: "s", Op: mapping.OpNotIn, Values: []string{"b", "a"}}, false},
		{mapping.Filter{Path: "s", Op: mapping.OpIn}, false},
		{mapping.Filter{Path: "z", Op: mapping.OpExists, Values: []string{"false"}}, true},
		{mapping.Filter{Path: "n", Op: mapping.OpExists, Values: []string{"true"}}, true},
		{mapping.Filter{Path: "s", Op: mapping.OpRegexp, Values: []string{"^[a-c]$"}}, true},
		{and(eq("s", "a"), eq("n", "2")), false},
		{mapping.Filter{Or: []mapping.Filter{eq("s", "b"), eq("n", "1.10")}}, true},
	} {
		require.Equal(t, test.match, len(values(t, c, "s", test.f)) == 1, "%+v", test.f)
	}
	for _, bad := range []mapping.Filter{
		{}, {Path: "s", Op: "near", Values: []string{"a"}}, {Path: "s"}, {Path: "s", Values: []string{"a", "b"}},
		{Path: "s", Op: mapping.OpRegexp, Values: []string{"("}}, {Path: "s", Op: mapping.OpRegexp, Values: []string{strings.Repeat("a", 2000)}},
		{Path: "s", Op: mapping.OpExists, Values: []string{"yes"}}, {And: []mapping.Filter{{}}},
	} {
		_, err := c.Find(t.Context(), []mapping.Query{{Want: "s", Where: bad}})
		require.ErrorIs(t, err, lookup.ErrFilter, "%+v", bad)
	}
}

func TestCollection(t *testing.T) {
	t.Parallel()
	c, err := lookup.NewCollection()
	require.NoError(t, err)
	require.Empty(t, values(t, c, "id", eq("sku", "A")))
	put := func(key, record string) { require.NoError(t, c.Put(key, json.RawMessage(record))) }
	put("1", `{"sku":"A","id":70001}`)
	put("2", `{"sku":"A","id":70002}`)
	put("3", `{"sku":"B","id":70001}`)
	require.Equal(t, []string{"70001", "70002"}, values(t, c, "id", eq("sku", "A")))
	put("1", `{"sku":"B","id":70001}`)
	require.Equal(t, []string{"70002"}, values(t, c, "id", eq("sku", "A")))
	require.Equal(t, []string{"70001"}, values(t, c, "id", eq("sku", "B")), "equal values are one")
	c.Delete("2")
	c.Delete("none")
	require.Empty(t, values(t, c, "id", eq("sku", "A")))
	require.Equal(t, 2, c.Len())
	require.Error(t, c.Put("4", json.RawMessage(`[1]`)))
	require.Error(t, c.Put("1", json.RawMessage(`{"a":`)))
	require.Equal(t, 2, c.Len())
	_, err = lookup.NewCollection(json.RawMessage(`1`))
	require.Error(t, err)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 50 {
				_ = c.Put(fmt.Sprint(i, n), json.RawMessage(fmt.Sprintf(`{"sku":"S%d","id":%d}`, n, i)))
				_, _ = c.Find(t.Context(), []mapping.Query{{Want: "id", Where: eq("sku", "S1")}, {Want: "sku", Where: eq("id", "3")}})
			}
		})
	}
	wg.Wait()
	require.Len(t, values(t, c, "id", eq("sku", "S7")), 8)
}

// counting answers with the asked value, and counts.
type counting struct {
	calls, questions atomic.Int64
	gate             chan struct{}
	fail             atomic.Pointer[error]
}

func (c *counting) Find(ctx context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
	c.calls.Add(1)
	c.questions.Add(int64(len(queries)))
	if c.gate != nil {
		select {
		case <-c.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := c.fail.Load(); err != nil {
		return nil, *err
	}
	out := make([]mapping.Answer, len(queries))
	for i, q := range queries {
		if v := q.Where.Values[0]; v != "none" {
			out[i].Values = []json.RawMessage{json.RawMessage(`"` + v + `"`)}
		}
	}
	return out, nil
}

func TestCachedRemembers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner := &counting{}
		c := lookup.Cached(inner, lookup.CacheConfig{Size: 2, TTL: time.Minute, MissTTL: time.Second})
		ask := func(vs ...string) {
			var queries []mapping.Query
			for _, v := range vs {
				queries = append(queries, mapping.Query{Want: "x", Where: eq("k", v)})
			}
			answers, err := c.Find(t.Context(), queries)
			require.NoError(t, err)
			for i, v := range vs {
				require.Equal(t, v == "none", len(answers[i].Values) == 0)
				if v != "none" {
					require.Equal(t, `"`+v+`"`, string(answers[i].Values[0]))
				}
			}
		}
		ask("a", "b", "a")
		require.EqualValues(t, 1, inner.calls.Load())
		require.EqualValues(t, 2, inner.questions.Load())
		ask("a", "b")
		require.EqualValues(t, 1, inner.calls.Load())
		ask("a", "none") // b was not asked for longest
		require.EqualValues(t, 3, inner.questions.Load())
		ask("b")
		require.EqualValues(t, 4, inner.questions.Load())
		time.Sleep(2 * time.Second)
		ask("none")
		require.EqualValues(t, 5, inner.questions.Load())
		time.Sleep(2 * time.Minute)
		ask("b")
		require.EqualValues(t, 6, inner.questions.Load())
	})
}

// One question at a time, however many ask; who waits for somebody that is cut off
// asks for itself, and a failure is nobody's answer for long.
func TestCachedAsksOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner := &counting{gate: make(chan struct{})}
		c := lookup.Cached(inner, lookup.CacheConfig{})
		query := []mapping.Query{{Want: "x", Where: eq("k", "a")}}
		first, cutOff := context.WithCancel(t.Context())
		results := make(chan error, 8)
		go func() {
			_, err := c.Find(first, query)
			results <- err
		}()
		synctest.Wait()
		for range 7 {
			go func() {
				answers, err := c.Find(t.Context(), query)
				if err == nil && string(answers[0].Values[0]) != `"a"` {
					err = errors.New("wrong answer")
				}
				results <- err
			}()
		}
		synctest.Wait()
		require.EqualValues(t, 1, inner.calls.Load())
		cutOff()
		synctest.Wait()
		require.ErrorIs(t, <-results, context.Canceled)
		require.EqualValues(t, 2, inner.calls.Load())
		close(inner.gate)
		for range 7 {
			require.NoError(t, <-results)
		}
		require.EqualValues(t, 2, inner.calls.Load())

		down := errors.New("down")
		inner.fail.Store(&down)
		_, err := c.Find(t.Context(), []mapping.Query{{Want: "x", Where: eq("k", "b")}})
		require.ErrorIs(t, err, down)
		inner.fail.Store(nil)
		require.Equal(t, []string{`"b"`}, values(t, c, "x", eq("k", "b")))
	})
}

func TestCachedTellsQuestionsApart(t *testing.T) {
	t.Parallel()
	inner := &counting{}
	c := lookup.Cached(inner, lookup.CacheConfig{})
	for _, q := range []mapping.Query{
		{Want: "x", Where: eq("k", "a")},
		{Want: "y", Where: eq("k", "a")},
		{Want: "x", Where: eq("j", "a")},
		{Want: "x", Where: mapping.Filter{Path: "k", Op: mapping.OpNotEqual, Values: []string{"a"}}},
		{Want: "x", Where: mapping.Filter{Path: "k", Op: mapping.OpIn, Values: []string{"a", "b"}}},
		{Want: "x", Where: mapping.Filter{Path: "k", Op: mapping.OpIn, Values: []string{"a1:b"}}},
	} {
		_, err := c.Find(t.Context(), []mapping.Query{q})
		require.NoError(t, err)
	}
	require.EqualValues(t, 6, inner.questions.Load())
}

// table is a database that notes statements and answers with given rows.
type table struct {
	mu         sync.Mutex
	statements []string
	args       [][]driver.NamedValue
	columns    []string
	types      []string
	rows       [][]driver.Value
	fail       error
	refuse     func(statement string, args []driver.NamedValue) error
}

func (d *table) Connect(context.Context) (driver.Conn, error) { return tableConn{d}, nil }
func (d *table) Driver() driver.Driver                        { return nil }

type tableConn struct{ d *table }

func (tableConn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not prepared") }
func (tableConn) Close() error                        { return nil }
func (tableConn) Begin() (driver.Tx, error)           { return nil, errors.New("no transactions") }

func (c tableConn) QueryContext(_ context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	c.d.statements, c.d.args = append(c.d.statements, q), append(c.d.args, args)
	if c.d.fail != nil {
		return nil, c.d.fail
	}
	if c.d.refuse != nil {
		if err := c.d.refuse(q, args); err != nil {
			return nil, err
		}
	}
	return &tableRows{d: c.d}, nil
}

type tableRows struct {
	d *table
	n int
}

func (r *tableRows) Columns() []string { return r.d.columns }
func (r *tableRows) Close() error      { return nil }
func (r *tableRows) ColumnTypeDatabaseTypeName(i int) string {
	if i < len(r.d.types) {
		return r.d.types[i]
	}
	return ""
}
func (r *tableRows) Next(into []driver.Value) error {
	if r.n == len(r.d.rows) {
		return io.EOF
	}
	copy(into, r.d.rows[r.n])
	r.n++
	return nil
}

func TestSQL(t *testing.T) {
	t.Parallel()
	d := &table{columns: []string{"b", "g"}, rows: [][]driver.Value{{"6901", "G1"}, {[]byte("6902"), []byte("g1")}, {int64(9007199254740993), "G2"}, {nil, "G3"}}}
	db := sql.OpenDB(d)
	defer func() { _ = db.Close() }()
	l, err := lookup.NewSQL(db, lookup.SQLConfig{Table: "shop.goods", Columns: map[string]string{"content.barcode": "barcode", "content.no": "goods_no", "content.shop": "shop"}})
	require.NoError(t, err)
	q := func(no string) mapping.Query {
		return mapping.Query{Want: "content.barcode", Where: eq("content.no", no)}
	}
	answers, err := l.Find(t.Context(), []mapping.Query{q("G1"), q("G2"), q("G3"), q("G4")})
	require.NoError(t, err)
	require.Equal(t, []string{`SELECT "barcode", "goods_no" FROM "shop"."goods" WHERE ("goods_no" IN (?)) OR ("goods_no" IN (?)) OR ("goods_no" IN (?)) OR ("goods_no" IN (?))`}, d.statements)
	require.Equal(t, []json.RawMessage{json.RawMessage(`"6901"`)}, answers[0].Values, "g1 is another number")
	require.Equal(t, []json.RawMessage{json.RawMessage(`9007199254740993`)}, answers[1].Values)
	require.Empty(t, answers[2].Values)
	require.Empty(t, answers[3].Values)
	for _, bad := range []mapping.Query{
		{Want: "content.other", Where: eq("content.no", "1")}, {Want: "content.no", Where: eq("content.other", "1")},
		{Want: "content.no", Where: mapping.Filter{Path: "content.no", Op: mapping.OpGreater, Values: []string{"1"}}},
		{Want: "content.no", Where: mapping.Filter{Or: []mapping.Filter{eq("content.no", "1")}}}, {Want: "content.no"},
	} {
		_, err := l.Find(t.Context(), []mapping.Query{bad})
		require.ErrorIs(t, err, lookup.ErrFilter, "%+v", bad)
	}
	d.rows = [][]driver.Value{{6.94e12, "G1"}}
	_, err = l.Find(t.Context(), []mapping.Query{q("G1")})
	require.ErrorContains(t, err, "column barcode of table shop.goods: it holds floating point numbers")
	d.fail = errors.New("gone away")
	_, err = l.Find(t.Context(), []mapping.Query{q("G1")})
	require.ErrorIs(t, err, d.fail)
}

// Many questions are parted by arguments, and those of other columns have a statement of their own.
func TestSQLStatements(t *testing.T) {
	t.Parallel()
	d := &table{columns: []string{"a", "b", "c"}}
	db := sql.OpenDB(d)
	defer func() { _ = db.Close() }()
	l, err := lookup.NewSQL(db, lookup.SQLConfig{Table: "t", Columns: map[string]string{"a": "a", "b": "b", "c": "c"}, Dollar: true, Quote: "`", MaxArgs: 4})
	require.NoError(t, err)
	in := func(path string, vs ...string) mapping.Filter {
		return mapping.Filter{Path: path, Op: mapping.OpIn, Values: vs}
	}
	_, err = l.Find(t.Context(), []mapping.Query{
		{Want: "a", Where: and(eq("b", "1"), in("c", "2", "3"))}, {Want: "a", Where: and(eq("b", "4"), in("c", "5"))},
		{Want: "a", Where: and(eq("b", "6"), in("c", "7"))}, {Want: "a", Where: and(eq("b", "8"), in("c"))},
	})
	require.NoError(t, err)
	require.Equal(t, []string{
		"SELECT `a`, `b`, `c` FROM `t` WHERE (`b` IN ($1) AND `c` IN ($2, $3))",
		"SELECT `a`, `b`, `c` FROM `t` WHERE (`b` IN ($1) AND `c` IN ($2)) OR (`b` IN ($3) AND `c` IN ($4))",
	}, d.statements[:2])
	for _, args := range d.args {
		require.LessOrEqual(t, len(args), 4)
	}
	_, err = lookup.NewSQL(nil, lookup.SQLConfig{Table: "a;b", Columns: map[string]string{"x": "y z"}, Quote: "[", MaxArgs: -1})
	for _, words := range []string{"database is missing", `"a;b"`, `"y z"`, `"["`, "MaxArgs"} {
		require.ErrorContains(t, err, words)
	}
}

// What a driver hands over as text keeps the kind of its column: an amount in a text would be
// reckoned with as floating point by an expression, a date moved by a zone it does not have.
func TestSQLColumnsKeepTheirKind(t *testing.T) {
	t.Parallel()
	naive := time.Date(2024, 3, 14, 16, 5, 9, 0, time.UTC)
	day := time.Date(2024, 3, 14, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		dollar bool
		typ    string
		value  driver.Value
		want   string
	}{
		{false, "DECIMAL", []byte("12.50"), `12.50`},
		{true, "NUMERIC", "0.10", `0.10`},
		{true, "NUMERIC", "NaN", `!`},
		{false, "UNSIGNED BIGINT", []byte("18446744073709551615"), `18446744073709551615`},
		{false, "BIGINT", []byte("7"), `7`}, // statements whose arguments are written into them
		{false, "DOUBLE", []byte("0.1"), `!`},
		{false, "FLOAT", "0.1", `!`},
		{true, "FLOAT8", "0.1", `!`},
		{false, "VARCHAR", []byte("12.50"), `"12.50"`},
		{false, "", []byte("12.50"), `"12.50"`},
		{false, "BIT", []byte{1}, `!`},
		{false, "BLOB", []byte{0xff}, `!`},
		{true, "DATE", day, `"2024-03-14"`},
		{false, "DATE", day, `"2024-03-14"`},
		{false, "DATETIME", naive, `"2024-03-14 16:05:09"`},
		{true, "TIMESTAMP", naive, `"2024-03-14 16:05:09"`},
		{true, "TIMESTAMPTZ", naive, `"2024-03-15 00:05:09"`},
		{false, "TIMESTAMP", naive, `"2024-03-15 00:05:09"`},
		{false, "", naive, `"2024-03-15 00:05:09"`},
	} {
		d := &table{columns: []string{"v", "k"}, types: []string{c.typ, "VARCHAR"}, rows: [][]driver.Value{{c.value, "1"}}}
		db := sql.OpenDB(d)
		l, err := lookup.NewSQL(db, lookup.SQLConfig{Table: "t", Columns: map[string]string{"v": "v", "k": "k"}, Dollar: c.dollar})
		require.NoError(t, err)
		answers, err := l.Find(t.Context(), []mapping.Query{{Want: "v", Where: eq("k", "1")}})
		require.NoError(t, db.Close())
		if c.want == "!" {
			require.Error(t, err, c.typ)
			continue
		}
		require.NoError(t, err, c.typ)
		require.Equal(t, []json.RawMessage{json.RawMessage(c.want)}, answers[0].Values, c.typ)
	}
}
