package oracle

import (
	"context"
	"database/sql"
	"encoding/json"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of PostgreSQL
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver of SQLite

	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
)

// goods is a table with a column of each kind that is asked for.
const goodsTable = "duijie_lookup_goods"

func goods(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	ctx := t.Context()
	drop := func() { _, _ = db.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+goodsTable) }
	drop()
	t.Cleanup(func() { drop(); _ = db.Close() })
	for _, s := range []string{
		"CREATE TABLE " + goodsTable + " (id BIGINT PRIMARY KEY, no " + text + ", day DATE, at TIMESTAMP NULL, amount DECIMAL(20,4), small SMALLINT)",
		"INSERT INTO " + goodsTable + " VALUES (12, 'G12', '2024-03-14', '2024-03-14 16:00:00', 12.5, 1), (9007199254740993, '12', '2024-03-15', NULL, 0.1, 2)," +
			" (9007199254740992, '012', NULL, NULL, NULL, 3), (0, 'a', '2024-02-29', NULL, 100, 4), (7, 'A ', NULL, NULL, 12, 5)",
	} {
		_, err := db.ExecContext(ctx, s)
		require.NoError(t, err)
	}
}

// TestLookupsOfOddValues asks three databases for values their columns do not know, among
// those they do: each question has its own answer.
func TestLookupsOfOddValues(t *testing.T) {
	t.Parallel()
	columns := map[string]string{"id": "id", "no": "no", "day": "day", "amount": "amount", "small": "small"}
	for _, d := range []struct {
		name, driver string
		dsn          func(testing.TB) string
		text         string
		config       lookup.SQLConfig
	}{
		{"postgres", "pgx", testutil.PostgresDSN, "TEXT", lookup.SQLConfig{Dollar: true}},
		{"mysql", "mysql", testutil.MySQLDSN, "VARCHAR(20)", lookup.SQLConfig{Quote: "`"}},
		{"sqlite", "sqlite", func(t testing.TB) string { return t.TempDir() + "/goods.db" }, "TEXT", lookup.SQLConfig{}},
	} {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			db, err := sql.Open(d.driver, d.dsn(t))
			require.NoError(t, err)
			goods(t, db, d.text)
			d.config.Table, d.config.Columns = goodsTable, columns
			l, err := lookup.NewSQL(db, d.config)
			require.NoError(t, err)
			var queries []mapping.Query
			var want [][]json.RawMessage
			ask := func(path, value, found string) {
				queries = append(queries, mapping.Query{Want: "small", Where: mapping.Filter{Path: path, Values: []string{value}}})
				want = append(want, nil)
				if found != "" {
					want[len(want)-1] = []json.RawMessage{json.RawMessage(found)}
				}
			}
			ask("id", "12", "1")
			for _, odd := range []string{"12abc", "abc", "", " 12", "12 ", "012", "+12", "12.0", "1.2e1", "0x0C", "99999999999999999999", "-9223372036854775809", "NaN", "中文", "12\x00", "\x00", "'; DROP TABLE x; --", "true"} {
				ask("id", odd, "")
			}
			ask("id", "9007199254740993", "2")
			ask("id", "9007199254740992", "3")
			ask("id", "0", "4")
			ask("no", "G12", "1")
			ask("no", "g12", "")
			ask("no", "12", "2")
			ask("no", "012", "3")
			ask("no", "12\x00", "")
			ask("no", "😀", "")
			ask("no", "A", "")
			ask("no", "A ", "5")
			ask("small", "2", "2")
			ask("small", "70000", "")
			ask("small", "x", "")
			if d.name != "sqlite" { // which has neither dates nor decimals
				for _, odd := range []string{"abc", "2024-02-30", "2024-03-14 00:00:00", "20240314", "", "0000-00-00", "infinity"} {
					ask("day", odd, "")
				}
				ask("day", "2024-03-14", "1")
				ask("amount", "12.5000", "1")
				ask("amount", "12.5", "") // texts compare
				ask("amount", "x", "")
				ask("amount", "1e400", "")
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			answers, err := l.Find(ctx, queries)
			require.NoError(t, err)
			for i, a := range answers {
				require.Equal(t, want[i], a.Values, "%+v", queries[i].Where)
			}
			for i, q := range queries { // and each alone
				answers, err := l.Find(ctx, []mapping.Query{q})
				require.NoError(t, err, "%+v", q)
				require.Equal(t, want[i], answers[0].Values, "%+v", q.Where)
			}
			both := mapping.Filter{And: []mapping.Filter{{Path: "id", Op: mapping.OpIn, Values: []string{"x", "12", "7"}}, {Path: "no", Op: mapping.OpIn, Values: []string{"y\x00", "G12"}}}}
			answers, err = l.Find(ctx, []mapping.Query{{Want: "small", Where: both}})
			require.NoError(t, err)
			require.Equal(t, []json.RawMessage{json.RawMessage("1")}, answers[0].Values)

			lost, err := lookup.NewSQL(db, lookup.SQLConfig{Table: goodsTable + "x", Columns: columns, Dollar: d.config.Dollar, Quote: d.config.Quote})
			require.NoError(t, err)
			_, err = lost.Find(ctx, queries[:2])
			require.ErrorContains(t, err, goodsTable+"x")
		})
	}
}
