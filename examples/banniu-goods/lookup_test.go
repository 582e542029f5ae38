package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func barcodes() map[string]string { return map[string]string{"G1": "690001", "G2": "690002"} }

// Every lookup gives what it has, and leaves out what it has not.
func TestLookups(t *testing.T) {
	t.Parallel()
	for name, lookup := range map[string]Lookup{
		"memory": Memory(barcodes()), "sql": sqlLookup(t), "sql, numbered": numbered(sqlLookup(t)), "ledger": ledgerLookup(t),
	} {
		found, err := lookup.Barcodes(t.Context(), []string{"G2", "G9", "", "G1", "' OR 1=1 --"})
		require.NoError(t, err, name)
		require.Equal(t, barcodes(), found, name)
		found, err = lookup.Barcodes(t.Context(), nil)
		require.NoError(t, err, name)
		require.Empty(t, found, name)
	}
	_, err := Ledger{State: duijiesync.NewMemoryState()}.Barcodes(t.Context(), []string{"G1"})
	require.Error(t, err)
}

func sqlLookup(t *testing.T) SQL {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "goods.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(t.Context(), "CREATE TABLE goods (goods_no TEXT, barcode TEXT)")
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "INSERT INTO goods VALUES ('G1', '690001'), ('G2', '690002'), ('G2', '690002'), ('G9', NULL), ('G8', '1'), ('G8', '2')")
	require.NoError(t, err)
	return SQL{DB: db, Query: "SELECT goods_no, barcode FROM goods WHERE goods_no IN (%s)"}
}

func numbered(s SQL) SQL {
	s.Placeholder = func(n int) string { return "?" + string(rune('0'+n)) }
	return s
}

func ledgerLookup(t *testing.T) Ledger {
	t.Helper()
	state := duijiesync.NewMemoryState()
	type item struct{ No, Barcode string }
	goods := duijiesync.Pipeline[item, item]{
		Name: "goods", State: state, Transform: duijiesync.Same[item], Sink: duijiesync.Discard[item]{ID: func(i item) string { return i.Barcode }},
		Source: duijiesync.Slice([]item{{"G1", "690001"}, {"G2", "690002"}}, func(i item) string { return i.No }),
	}
	_, err := goods.Run(t.Context())
	require.NoError(t, err)
	return Ledger{State: state, Pipeline: "goods"}
}

// Two barcodes of one goods number are not chosen from.
func TestLookupsThatContradict(t *testing.T) {
	t.Parallel()
	_, err := sqlLookup(t).Barcodes(t.Context(), []string{"G8"})
	require.ErrorContains(t, err, "G8")
	for text, ok := range map[string]bool{
		"\ufeffG1,690001\nG2, 690002\n": true, "G1,1\nG1,1\n": true, "G1,1\nG1,2\n": false, "G1\n": false, "G1,\n": false, ",1\n": false, "": true,
	} {
		path := filepath.Join(t.TempDir(), "goods.csv")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		goods, err := readCSV(path)
		require.Equal(t, ok, err == nil, "%q: %v", text, err)
		if ok && len(goods) == 2 {
			require.Equal(t, Memory(barcodes()), goods)
		}
	}
}

// A barcode that went through a floating-point number is refused, not written, as is one
// that lost its zeros; other whole numbers are read exactly.
func TestBarcodesThatAreNumbers(t *testing.T) {
	t.Parallel()
	const whole, zeros = "6941234567890", "'0012345678905'"
	for _, tt := range []struct{ columns, barcode, found, err string }{
		{"goods_no TEXT, barcode TEXT", whole, "6941234567890", ""},
		{"goods_no TEXT, barcode TEXT", zeros, "0012345678905", ""},
		{"goods_no TEXT, barcode BLOB", zeros, "0012345678905", ""},
		{"goods_no TEXT, barcode", whole, "6941234567890", ""},
		{"goods_no INTEGER, barcode INTEGER", whole, "6941234567890", ""},
		{"goods_no TEXT, barcode INTEGER", zeros, "", "leading zeros"},
		{"goods_no TEXT, barcode NUMERIC", zeros, "", "leading zeros"},
		{"goods_no TEXT, barcode REAL", whole, "", "floating-point"},
		{"goods_no TEXT, barcode REAL", zeros, "", "floating-point"},
		{"goods_no TEXT, barcode DOUBLE", whole, "", "floating-point"},
		{"goods_no REAL, barcode TEXT", whole, "", "floating-point"},
	} {
		db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "goods.db"))
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() })
		for _, line := range []string{"CREATE TABLE goods (" + tt.columns + ")", "INSERT INTO goods VALUES ('1001', " + tt.barcode + ")"} {
			_, err = db.ExecContext(t.Context(), line)
			require.NoError(t, err)
		}
		found, err := SQL{DB: db, Query: "SELECT goods_no, barcode FROM goods WHERE goods_no IN (%s)"}.Barcodes(t.Context(), []string{"1001"})
		if tt.err != "" {
			require.ErrorContains(t, err, tt.err, tt)
			require.Empty(t, found, tt)
			continue
		}
		require.NoError(t, err, tt)
		require.Equal(t, map[string]string{"1001": tt.found}, found, tt)
	}
}

// counting counts the calls of a lookup, and fails while it is told to.
type counting struct {
	Lookup
	calls, numbers atomic.Int64
	down           atomic.Bool
}

func (c *counting) Barcodes(ctx context.Context, goodsNos []string) (map[string]string, error) {
	c.calls.Add(1)
	c.numbers.Add(int64(len(goodsNos)))
	if c.down.Load() {
		return nil, errors.New("the goods are out of reach")
	}
	return c.Lookup.Barcodes(ctx, goodsNos)
}

// A page is one call, and no goods number is asked for twice; while the lookup is down
// the run stops, and nothing is lost or refused.
func TestLookupIsBatchedAndCached(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	lookup := &counting{Lookup: w.goods}
	p, err := w.flow(t.Context(), w.client(t), duijiesync.NewMemoryState())
	require.NoError(t, err)
	build, err := pipeline(t.Context(), w.client(t).Project("", ""), p.State, lookup, reading())
	require.NoError(t, err)
	lookup.down.Store(true)
	report, err := build.Run(t.Context())
	require.ErrorContains(t, err, "out of reach")
	require.Zero(t, report.Refused+report.Waiting+report.DeadLetters)
	lookup.down.Store(false)
	lookup.calls.Store(0)
	lookup.numbers.Store(0)
	_, err = build.Run(t.Context())
	require.NoError(t, err)
	w.check(t)
	require.LessOrEqual(t, lookup.calls.Load(), int64(3+2), "three pages, and the task that waits again")
	require.LessOrEqual(t, lookup.numbers.Load(), int64(31+1+2), "31 goods of 60 tasks, and the unknown ones again")
}
