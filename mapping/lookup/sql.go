package lookup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
)

// SQLConfig says where the records of an [SQL] lookup are.
type SQLConfig struct {
	// Table is the table or view, maybe with its schema: letters, digits, underscores
	// and points.
	Table string
	// Columns gives the column of each path a query may name: {"content.goodsNo":
	// "goods_no"}. A path that is not in here is no column: the lookup fails, it does
	// not guess.
	Columns map[string]string
	// Dollar writes $1, $2 … for arguments, as PostgreSQL wants them; else it is ?.
	Dollar bool
	// Quote is the character around names: ` for MySQL, the default " for the others.
	Quote string
	// MaxArgs is how many arguments one statement may have; more questions become
	// several statements. Default 500.
	MaxArgs int
	// Zone is the zone times are given in as text; nil is China. Dates, and times the
	// database keeps without a zone, are given as they stand.
	Zone *time.Location
}

// SQL looks values up in a table through a database handed in; it imports no driver
// and needs the right to SELECT alone. All questions of a page go into one
// statement. It takes questions for equality: one comparison, or several joined by
// And, each OpEqual or OpIn.
//
// Answers compare exactly, also where the database's collation does not, and a number is not
// found by a text that only begins with it. A value the column's type does not know, as a
// text for a column of numbers, finds nothing; the other questions of the page are answered. A
// column of floating point numbers is an error: a barcode in it has lost its digits already.
type SQL struct {
	db  *sql.DB
	cfg SQLConfig
}

var sqlName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)?$`)

// NewSQL checks the configuration; all mistakes are in one error.
func NewSQL(db *sql.DB, cfg SQLConfig) (*SQL, error) {
	var wrong []error
	if db == nil {
		wrong = append(wrong, errors.New("the database is missing"))
	}
	if !sqlName.MatchString(cfg.Table) {
		wrong = append(wrong, fmt.Errorf("%q is no name of a table", cfg.Table))
	}
	if len(cfg.Columns) == 0 {
		wrong = append(wrong, errors.New("no column is given in Columns"))
	}
	for path, column := range cfg.Columns {
		if !sqlName.MatchString(column) || strings.Contains(column, ".") {
			wrong = append(wrong, fmt.Errorf("%q is no name of a column, for %q", column, path))
		}
	}
	switch cfg.Quote {
	case "":
		cfg.Quote = `"`
	case `"`, "`":
	default:
		wrong = append(wrong, fmt.Errorf("%q can not stand around names", cfg.Quote))
	}
	if cfg.MaxArgs == 0 {
		cfg.MaxArgs = 500
	}
	if cfg.MaxArgs < 0 {
		wrong = append(wrong, errors.New("a negative MaxArgs"))
	}
	if cfg.Zone == nil {
		cfg.Zone = duijie.China
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("duijie/mapping/lookup: SQL lookup: %w", errors.Join(wrong...))
	}
	return &SQL{db: db, cfg: cfg}, nil
}

// question is a query as equalities.
type question struct {
	at    int // in what was asked
	want  string
	tests []mapping.Filter
}

// Find reads what is asked for. Questions about the same columns share a statement. An
// error matches [ErrFilter] where a query can not be asked of a table.
func (s *SQL) Find(ctx context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
	out := make([]mapping.Answer, len(queries))
	groups := map[string][]question{}
	var order []string
	for i, q := range queries {
		question, shape, err := s.question(i, q)
		if err != nil {
			return nil, err
		}
		if groups[shape] == nil {
			order = append(order, shape)
		}
		groups[shape] = append(groups[shape], question)
	}
	for _, shape := range order {
		for len(groups[shape]) > 0 {
			n, args := 0, 0
			for _, q := range groups[shape] {
				size := 0
				for _, t := range q.tests {
					size += len(t.Values)
				}
				if n > 0 && args+size > s.cfg.MaxArgs {
					break
				}
				n, args = n+1, args+size
			}
			if err := s.read(ctx, groups[shape][:n], out); err != nil {
				return nil, err
			}
			groups[shape] = groups[shape][n:]
		}
	}
	return out, nil
}

func (s *SQL) question(i int, q mapping.Query) (question, string, error) {
	out := question{at: i, want: q.Want}
	shape := []string{q.Want}
	if _, ok := s.cfg.Columns[q.Want]; !ok {
		return out, "", fmt.Errorf("%w: table %s has no column for %q", ErrFilter, s.cfg.Table, q.Want)
	}
	var collect func(f mapping.Filter) error
	collect = func(f mapping.Filter) error {
		switch {
		case len(f.And) > 0:
			for _, part := range f.And {
				if err := collect(part); err != nil {
					return err
				}
			}
			return nil
		case len(f.Or) > 0, f.Op != "" && f.Op != mapping.OpEqual && f.Op != mapping.OpIn:
			return fmt.Errorf("%w: a table is asked for equality alone, joined by And", ErrFilter)
		case s.cfg.Columns[f.Path] == "":
			return fmt.Errorf("%w: table %s has no column for %q", ErrFilter, s.cfg.Table, f.Path)
		case f.Op != mapping.OpIn && len(f.Values) != 1:
			return fmt.Errorf("%w: equality of %q takes one value, not %d", ErrFilter, f.Path, len(f.Values))
		}
		out.tests, shape = append(out.tests, f), append(shape, f.Path)
		return nil
	}
	err := collect(q.Where)
	return out, strings.Join(shape, "\x00"), err
}

// failed says which table could not be read.
func (s *SQL) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("duijie/mapping/lookup: read table %s: %w", s.cfg.Table, err)
}

// ask asks questions of one shape in one statement.
func (s *SQL) ask(ctx context.Context, some []question, out []mapping.Answer) error {
	columns := []string{some[0].want}
	for _, t := range some[0].tests {
		columns = append(columns, t.Path)
	}
	statement, args := s.statement(columns, some)
	if len(args) == 0 {
		return nil // OpIn of nothing finds nothing
	}
	rows, err := s.db.QueryContext(ctx, statement, args...)
	if err != nil {
		return s.failed(err)
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return s.failed(err)
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return s.failed(err)
		}
		row := make([]json.RawMessage, len(columns))
		for i, v := range values {
			if row[i], err = s.encode(v, types[i].DatabaseTypeName()); err != nil {
				return fmt.Errorf("duijie/mapping/lookup: column %s of table %s: %w", s.cfg.Columns[columns[i]], s.cfg.Table, err)
			}
		}
		for _, q := range some {
			if q.matches(row[1:]) {
				out[q.at].Values = distinct(out[q.at].Values, row[0])
			}
		}
	}
	if err := rows.Err(); err != nil {
		return s.failed(err)
	}
	return nil
}

// matches compares again, exactly: the collation may have been lenient, and numbers
// and texts may have been compared as numbers.
func (q question) matches(row []json.RawMessage) bool {
	for i, t := range q.tests {
		has, ok := text(row[i])
		if !ok || !slices.Contains(t.Values, has) {
			return false
		}
	}
	return true
}

func (s *SQL) statement(columns []string, some []question) (string, []any) {
	var b strings.Builder
	var args []any
	b.WriteString("SELECT ") // not DISTINCT, which under a lenient collation drops rows that differ
	for i, path := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s.quoted(s.cfg.Columns[path]))
	}
	b.WriteString(" FROM ")
	for i, part := range strings.Split(s.cfg.Table, ".") {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.quoted(part))
	}
	b.WriteString(" WHERE ")
	written := 0
	for _, q := range some {
		if slices.ContainsFunc(q.tests, func(t mapping.Filter) bool { return len(t.Values) == 0 }) {
			continue
		}
		if written > 0 {
			b.WriteString(" OR ")
		}
		written++
		b.WriteByte('(')
		for i, t := range q.tests {
			if i > 0 {
				b.WriteString(" AND ")
			}
			b.WriteString(s.quoted(s.cfg.Columns[t.Path]))
			b.WriteString(" IN (")
			for n, v := range t.Values {
				if n > 0 {
					b.WriteString(", ")
				}
				args = append(args, v)
				b.WriteString(s.placeholder(len(args)))
			}
			b.WriteByte(')')
		}
		b.WriteByte(')')
	}
	return b.String(), args
}

func (s *SQL) quoted(name string) string { return s.cfg.Quote + name + s.cfg.Quote }

func (s *SQL) placeholder(n int) string {
	if s.cfg.Dollar {
		return "$" + strconv.Itoa(n)
	}
	return "?"
}

// encode makes JSON of a column's value without losing a digit. typ is the database's name
// of the column's type, "" where the driver does not tell.
func (s *SQL) encode(v any, typ string) (json.RawMessage, error) {
	typ = strings.ToUpper(typ)
	switch v := v.(type) {
	case nil:
		return json.RawMessage("null"), nil
	case string:
		return encodeText(v, typ)
	case []byte:
		return encodeText(string(v), typ)
	case int64:
		return strconv.AppendInt(nil, v, 10), nil
	case uint64:
		return strconv.AppendUint(nil, v, 10), nil
	case bool:
		return strconv.AppendBool(nil, v), nil
	case time.Time:
		return wire.AppendText(nil, s.clock(v, typ))
	case float64, float32:
		return nil, errFloat
	}
	return nil, fmt.Errorf("its values come as %T", v)
}

var errFloat = errors.New("it holds floating point numbers, which have lost digits: give it a text, integer or decimal type, or use a view that casts it")

// encodeText makes JSON of what a driver hands over as text: exact numbers come so too.
func encodeText(v, typ string) (json.RawMessage, error) {
	switch {
	case strings.HasPrefix(typ, "FLOAT"), strings.HasPrefix(typ, "DOUBLE"), typ == "REAL":
		return nil, errFloat
	case typ == "DECIMAL", typ == "NUMERIC", strings.HasSuffix(typ, "INT"):
		if c := wire.First([]byte(v)); c != '-' && (c < '0' || c > '9') || !json.Valid([]byte(v)) {
			return nil, fmt.Errorf("a value of type %s is no number", typ)
		}
		return json.RawMessage(v), nil
	case typ == "BIT", !utf8.ValidString(v):
		return nil, errors.New("it holds bytes that are no text")
	}
	return wire.AppendText(nil, v)
}

// clock writes a time. A date, and a time the database keeps without a zone, stay what
// they are: a driver labels them UTC, and another zone would move them to another day.
func (s *SQL) clock(t time.Time, typ string) string {
	switch {
	case typ == "DATE":
		return t.Format(time.DateOnly)
	case typ == "TIME", typ == "TIMETZ":
		return t.Format(time.TimeOnly)
	case strings.HasPrefix(typ, "DATETIME") && typ != "DATETIMEOFFSET", typ == "SMALLDATETIME", typ == "TIMESTAMP" && s.cfg.Dollar:
		return t.Format(time.DateTime)
	}
	return t.In(s.cfg.Zone).Format(time.DateTime)
}
