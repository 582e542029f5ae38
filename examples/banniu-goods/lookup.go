package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
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
		var no string
		var barcode sql.NullString
		if err := rows.Scan(&no, &barcode); err != nil {
			return nil, err
		}
		switch old, twice := found[no]; {
		case barcode.String == "":
		case twice && old != barcode.String:
			return nil, fmt.Errorf("goods %s have the barcodes %s and %s", no, old, barcode.String)
		default:
			found[no] = barcode.String
		}
	}
	return found, rows.Err()
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
