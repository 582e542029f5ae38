package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Lookup finds barcodes by goods numbers, those of a page in one call. Goods without
// a barcode are absent; an error means that none was looked up.
type Lookup interface {
	Barcodes(ctx context.Context, goodsNos []string) (map[string]string, error)
}

// Memory is a lookup in a map.
type Memory map[string]string

// Barcodes implements Lookup.
func (m Memory) Barcodes(_ context.Context, goodsNos []string) (map[string]string, error) {
	found := map[string]string{}
	for _, no := range goodsNos {
		if barcode := m[no]; barcode != "" {
			found[no] = barcode
		}
	}
	return found, nil
}

// readCSV reads lines "goods number,barcode". A line that contradicts an earlier one
// is an error: nobody could say which barcode is right.
func readCSV(path string) (Memory, error) {
	file, err := os.Open(path) //nolint:gosec // the path is a setting of this program
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	r := csv.NewReader(file)
	r.FieldsPerRecord, r.TrimLeadingSpace = 2, true
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	goods := Memory{}
	for i, line := range lines {
		no, barcode := strings.TrimPrefix(strings.TrimSpace(line[0]), "\ufeff"), strings.TrimSpace(line[1])
		switch old, twice := goods[no]; {
		case no == "" || barcode == "":
			return nil, fmt.Errorf("%s: line %d has no goods number or no barcode", path, i+1)
		case twice && old != barcode:
			return nil, fmt.Errorf("%s: goods %s have the barcodes %s and %s", path, no, old, barcode)
		}
		goods[no] = barcode
	}
	return goods, nil
}

// SQL is a lookup in a database.
type SQL struct {
	DB *sql.DB
	// Query selects goods number and barcode; %s stands for the numbers' placeholders.
	// Both are texts or whole numbers. What a number has lost is an error: a floating-point
	// one the last digits of long codes, a barcode shorter than barcodes are its zeros.
	Query string
	// Placeholder is the n-th placeholder, from 1; nil = "?".
	Placeholder func(n int) string
}

// Barcodes implements Lookup.
func (s SQL) Barcodes(ctx context.Context, goodsNos []string) (map[string]string, error) {
	if len(goodsNos) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(goodsNos)), make([]any, len(goodsNos))
	for i, no := range goodsNos {
		marks[i], args[i] = "?", no
		if s.Placeholder != nil {
			marks[i] = s.Placeholder(i + 1)
		}
	}
	rows, err := s.DB.QueryContext(ctx, fmt.Sprintf(s.Query, strings.Join(marks, ", ")), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	found := map[string]string{}
	for rows.Next() {
		var cells [2]any
		if err := rows.Scan(&cells[0], &cells[1]); err != nil {
			return nil, err
		}
		no, err := exact(cells[0])
		if err != nil {
			return nil, fmt.Errorf("a goods number %w", err)
		}
		barcode, err := exact(cells[1])
		if err != nil {
			return nil, fmt.Errorf("the barcode of goods %s %w", no, err)
		}
		if _, number := cells[1].(int64); number && !slices.Contains(barcodeLengths, len(barcode)) {
			return nil, fmt.Errorf("the barcode of goods %s is the number %s, which may have lost leading zeros: make its column TEXT and fill it anew", no, barcode)
		}
		switch old, twice := found[no]; {
		case barcode == "":
		case twice && old != barcode:
			return nil, fmt.Errorf("goods %s have the barcodes %s and %s", no, old, barcode)
		default:
			found[no] = barcode
		}
	}
	return found, rows.Err()
}

// barcodeLengths are the digits of EAN-8, UPC-A, EAN-13 and GTIN-14.
var barcodeLengths = []int{8, 12, 13, 14}

// exact is a column as the text it holds, "" for NULL.
func exact(cell any) (string, error) {
	switch v := cell.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return "", fmt.Errorf("is the floating-point number %v, which may have lost digits: make its column TEXT and fill it anew", v)
	}
	return "", fmt.Errorf("is a %T: make its column TEXT", cell)
}

// Ledger is a lookup in the ledger of a pipeline whose keys are goods numbers and
// whose target ids are barcodes, such as one into duijiesync.Discard with its ID.
type Ledger struct {
	State    duijiesync.State
	Pipeline string
}

// Barcodes implements Lookup.
func (l Ledger) Barcodes(ctx context.Context, goodsNos []string) (map[string]string, error) {
	if l.Pipeline == "" {
		return nil, errors.New("the lookup names no pipeline")
	}
	entries, err := l.State.Ledger(ctx, l.Pipeline, goodsNos)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for no, e := range entries {
		if e.State == duijiesync.EntryDone && e.TargetID != "" {
			found[no] = e.TargetID
		}
	}
	return found, nil
}
