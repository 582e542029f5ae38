package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
)

// maxFile is how large a file of this program may be.
const maxFile = 256 << 20

// binding is a flag that gives an id its file: -lookup ID=FILE, as often as needed.
type binding map[string]string

func (b binding) String() string { return "" }

func (b binding) Set(s string) error {
	id, file, ok := strings.Cut(s, "=")
	if !ok || id == "" || file == "" {
		return errors.New("want ID=FILE")
	}
	if _, twice := b[id]; twice {
		return fmt.Errorf("%s has a file already", id)
	}
	b[id] = file
	return nil
}

// readFile reads a file that is not larger than it may be.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d MB", path, maxFile>>20)
	}
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return nil, fmt.Errorf("%s: an Excel or zip file; save it as CSV UTF-8, or take the JSON out of it", path)
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return nil, fmt.Errorf("%s: UTF-16; save it as UTF-8", path)
	case !utf8.Valid(b):
		return nil, fmt.Errorf("%s: not UTF-8, maybe GBK; save it as UTF-8", path)
	}
	return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), nil
}

// readCollection reads the stored records of another scheme: a JSON array, or one
// JSON object after the other. A record is {"id":…,"number":…,"content":{…}}, as the
// vendor exports it; an object without content is taken for the content itself.
func readCollection(path string) (*lookup.Collection, error) {
	b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	var records []json.RawMessage
	if first := bytes.TrimSpace(b); len(first) > 0 && first[0] == '[' {
		if err := json.Unmarshal(b, &records); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	} else {
		for dec := json.NewDecoder(bytes.NewReader(b)); ; {
			var record json.RawMessage
			if err := dec.Decode(&record); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("%s: record %d: %w", path, len(records)+1, err)
			}
			records = append(records, record)
		}
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("%s: holds no record", path)
	}
	c := &lookup.Collection{}
	for i, record := range records {
		if record, err = stored(record); err == nil {
			err = c.Put(fmt.Sprint(i), record)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: record %d: %w", path, i+1, err)
		}
	}
	return c, nil
}

// stored is a record with its content.
func stored(record json.RawMessage) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(record, &members); err != nil {
		return nil, err
	}
	if members["content"] != nil {
		return record, nil
	}
	wrapped := map[string]json.RawMessage{"content": record}
	for _, name := range []string{"id", "number"} {
		if v := members[name]; v != nil {
			wrapped[name] = v
		}
	}
	return json.Marshal(wrapped)
}

// readTable reads a mapping table: CSV with the columns a_value and b_value, others
// are labels. Two rows with one a_value are an error: nobody knows which one counts.
func readTable(path string) (mapping.Table, error) {
	b, err := readFile(path)
	if err != nil {
		return mapping.Table{}, err
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return mapping.Table{}, fmt.Errorf("%s: %w", path, err)
	}
	a, z := column(head, "a_value"), column(head, "b_value")
	if a < 0 || z < 0 {
		return mapping.Table{}, fmt.Errorf("%s: the first line names the columns, a_value and b_value among them", path)
	}
	pairs := map[string]string{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			if len(pairs) == 0 {
				return mapping.Table{}, fmt.Errorf("%s: holds no pair", path)
			}
			return mapping.NewTable(pairs), nil
		}
		if err != nil {
			return mapping.Table{}, fmt.Errorf("%s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		if len(row) <= max(a, z) {
			return mapping.Table{}, fmt.Errorf("%s: line %d is too short", path, line)
		}
		if row[a] == "" {
			return mapping.Table{}, fmt.Errorf("%s: line %d has no a_value", path, line)
		}
		if before, twice := pairs[row[a]]; twice && before != row[z] {
			return mapping.Table{}, fmt.Errorf("%s: line %d gives a_value %q a second b_value", path, line, row[a])
		}
		pairs[row[a]] = row[z]
	}
}

func column(head []string, name string) int {
	for i, h := range head {
		if strings.TrimSpace(h) == name {
			return i
		}
	}
	return -1
}
