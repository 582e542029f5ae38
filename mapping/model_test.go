package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/wire"
)

// model maps records slowly and plainly, with maps: what a Mapper must come to.
type model struct {
	tables map[string]map[string]string
	zone   *time.Location
}

// modelRow is a row of an array the model is in.
type modelRow struct {
	name string
	row  any
}

var (
	errModel      = errors.New("the record is refused")
	modelNumber   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	modelTemplate = regexp.MustCompile(`\{\{?([^{}|]+)(\|[a-z]+)?\}\}?`)
)

// at finds a path from v; nothing where an object on the way lacks it.
func (m *model) at(v any, path string) (any, bool, error) {
	if _, isArray := v.([]any); isArray {
		return nil, false, errModel
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, false, nil
	}
	if x, ok := object[path]; ok {
		return x, true, nil
	}
	head, rest, nested := strings.Cut(path, ".")
	if x, ok := object[head]; nested && ok {
		return m.at(x, rest)
	}
	return nil, false, nil
}

// read finds a path as a template names it, from the innermost row it belongs to.
func (m *model) read(path string, rows []modelRow) (any, error) {
	for i := len(rows) - 1; i > 0; i-- {
		if rest, ok := strings.CutPrefix(path, rows[i].name+"."); ok {
			v, _, err := m.at(rows[i].row, rest)
			return v, err
		}
	}
	v, _, err := m.at(rows[0].row, path)
	return v, err
}

func (m *model) text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v) // string, bool, json.Number
}

func isTree(v any) bool {
	_, object := v.(map[string]any)
	_, array := v.([]any)
	return object || array
}

func (m *model) clock(v any, layout string) (any, error) {
	s := strings.TrimSpace(m.text(v))
	if whole, fraction, dotted := strings.Cut(s, "."); dotted && strings.Trim(fraction, "0") == "" {
		s = whole // as a decimal column writes it
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch digits := len(strings.TrimPrefix(s, "-")); {
	case err == nil && digits <= 11:
		return time.Unix(n, 0).In(m.zone).Format(layout), nil
	case err == nil && digits <= 14:
		return time.UnixMilli(n).In(m.zone).Format(layout), nil
	}
	t, err := time.ParseInLocation(time.DateTime, s, m.zone)
	if err != nil {
		return nil, errModel
	}
	return t.Format(layout), nil
}

func (m *model) template(text string, rows []modelRow) (any, error) {
	holes := modelTemplate.FindAllStringSubmatchIndex(text, -1)
	value := func(h []int) (any, error) {
		v, err := m.read(text[h[2]:h[3]], rows)
		if err == nil && h[4] >= 0 {
			switch b, isBool := v.(bool); {
			case isTree(v), isBool && (b || !b):
				return nil, errModel
			case strings.TrimSpace(m.text(v)) == "":
				return nil, nil
			}
			return m.clock(v, map[string]string{"|date": time.DateOnly, "|datetime": time.DateTime}[text[h[4]:h[5]]])
		}
		return v, err
	}
	if len(holes) == 1 && holes[0][0] == 0 && holes[0][1] == len(text) {
		return value(holes[0])
	}
	var b strings.Builder
	from := 0
	for _, h := range holes {
		v, err := value(h)
		if err != nil || isTree(v) {
			return nil, errModel
		}
		b.WriteString(text[from:h[0]] + m.text(v))
		from = h[1]
	}
	return b.String() + text[from:], nil
}

func (m *model) convert(v any, t Type) (any, error) {
	_, isNumber := v.(json.Number)
	isText := false
	if _, ok := v.(string); ok {
		isText = true
	}
	s := strings.TrimSpace(m.text(v))
	if digits := strings.TrimLeft(s, "0"); isText && (t == TypeInt || t == TypeFloat) && modelNumber.MatchString(digits) && digits[0] != '.' {
		s = digits // 007 is 7
	}
	switch t {
	case TypeString, TypeAuto:
		if isTree(v) {
			return v, nil
		}
		return m.text(v), nil
	case TypeInt:
		r, ok := new(big.Rat), (isNumber || isText) && modelNumber.MatchString(s)
		if ok {
			r.SetString(s)
		}
		if !ok || !r.IsInt() || !r.Num().IsInt64() {
			return nil, errModel
		}
		return json.Number(r.Num().String()), nil
	case TypeFloat:
		if (isNumber || isText) && modelNumber.MatchString(s) {
			return json.Number(s), nil
		}
		return nil, errModel
	case TypeBool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		if isNumber {
			r, _ := new(big.Rat).SetString(s)
			if r.Sign() == 0 || r.Cmp(big.NewRat(1, 1)) == 0 {
				return r.Sign() != 0, nil
			}
		}
		if isText && slices.Contains([]string{"1", "true", "", "0", "false"}, strings.ToLower(s)) {
			return s == "1" || strings.EqualFold(s, "true"), nil
		}
		return nil, errModel
	case TypeDate, TypeDateTime:
		unix := isNumber || isText && (len(s) == 10 || len(s) == 13) && strings.Trim(s, "0123456789") == ""
		switch {
		case unix:
			return m.clock(v, map[Type]string{TypeDate: time.DateOnly, TypeDateTime: time.DateTime}[t])
		case isText:
			return v, nil
		}
		return nil, errModel
	case TypeObject, TypeArray:
		_, isArray := v.([]any)
		if !isTree(v) || isArray != (t == TypeArray) {
			return nil, errModel
		}
	}
	return v, nil
}

// member makes the value of a field; false for none.
func (m *model) member(f Field, rows []modelRow) (v any, ok bool, err error) {
	switch {
	case f.Each != "":
		source, err := m.read(f.Each, rows)
		if err != nil {
			return nil, false, err
		}
		array, isArray := source.([]any)
		if source == nil && len(f.Default) > 0 {
			break
		}
		if !isArray {
			return nil, false, errModel
		}
		out := []any{}
		for _, row := range array {
			if _, isObject := row.(map[string]any); !isObject {
				return nil, false, errModel
			}
			made, err := m.object(f.Children, append(slices.Clone(rows), modelRow{f.Each, row}))
			if err != nil {
				return nil, false, err
			}
			out = append(out, made)
		}
		v = out
	case len(f.Children) > 0:
		made, err := m.object(f.Children, rows)
		if err != nil {
			return nil, false, err
		}
		switch {
		case f.Type == TypeArray:
			v = []any{made}
		case len(made) > 0:
			v = made
		}
	default:
		if v, err = m.template(f.Template, rows); err != nil {
			return nil, false, err
		}
		if f.Table != nil && v != nil {
			to, known := m.tables[f.Table.Name][m.text(v)]
			switch {
			case isTree(v) || !known && !f.Table.Keep:
				return nil, false, errModel
			case known:
				v = to
			}
		}
		if v != nil {
			if v, err = m.convert(v, f.Type); err != nil {
				return nil, false, err
			}
		}
	}
	if v == nil && len(f.Default) > 0 {
		v = decoded(f.Default)
	}
	if v == nil {
		if f.Required {
			return nil, false, errModel
		}
		return nil, false, nil
	}
	for _, p := range f.Parsers {
		switch p.Name {
		case ParserObject:
			v = map[string]any{p.Params: v}
		case ParserKeyValue:
			v = []any{map[string]any{"keyName": p.Params, "keyValue": v}}
		}
	}
	return v, true, nil
}

func (m *model) object(fields []Field, rows []modelRow) (map[string]any, error) {
	out := map[string]any{}
	last := map[string]int{}
	for i, f := range fields {
		last[f.Target] = i
	}
	for i, f := range fields {
		if last[f.Target] != i {
			continue
		}
		v, ok, err := m.member(f, rows)
		if err != nil {
			return nil, err
		}
		if ok {
			out[f.Target] = v
		}
	}
	return out, nil
}

func decoded(b []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// chance makes random specs and records of few names, so that they meet.
type chance struct{ *rand.Rand }

func (c chance) of(words ...string) string { return words[c.IntN(len(words))] }

func (c chance) scalar() string {
	return c.of(`null`, `true`, `false`, `0`, `-0`, `1`, `1.0`, `1.10`, `12.0000`, `-7`, `1e2`, `1E+2`, `5e-1`, `9007199254740993`, `9223372036854775808`, `-9223372036854775808`,
		`1710403200`, `1710403200000`, `12345678901234567890.1234567890123`, `""`, `" "`, `"1"`, `" 7 "`, `"0.10"`, `"12.0000"`, `"TRUE"`, `"false"`, `"abc"`, `"007"`, `"1,5"`,
		`"{b}"`, `"{{c}}|date"`, `"a\"b\\\/\n\u4e2d"`, `"中\u2028😀\ud83d\ude00"`, `"2024-03-14 16:05:09"`, `"1710403200"`, `"1710403200123"`, `"9223372036854775807"`, `"k1"`, `"k2"`)
}

var modelNames = []string{"a", "b", "c", "a.b", "b.c", "l", "m", "l.m", "é\\n"}

func (c chance) value(depth int) string {
	switch n := c.IntN(10); {
	case depth == 0 || n < 6:
		return c.scalar()
	case n < 8:
		return c.object(depth - 1)
	}
	var parts []string
	for range c.IntN(3) {
		if c.IntN(8) == 0 {
			parts = append(parts, c.scalar())
		} else {
			parts = append(parts, c.object(depth-1))
		}
	}
	return "[" + strings.Join(parts, c.of(",", " , ")) + "]"
}

func (c chance) object(depth int) string {
	var parts []string
	for range c.IntN(6) {
		name, _ := json.Marshal(c.of(modelNames...))
		parts = append(parts, string(name)+c.of(":", " : ")+c.value(depth))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// record has arrays where the specs look for them, mostly.
func (c chance) record() string {
	lines := func(depth int) string {
		var rows []string
		for range c.IntN(4) {
			row := c.object(1)
			if depth > 0 {
				inner := []string{c.object(1), c.object(1)}
				row = strings.TrimSuffix(row, "}") + map[bool]string{true: "", false: ","}[row == "{}"] + `"m":[` + strings.Join(inner[:c.IntN(3)], ",") + "]}"
			}
			rows = append(rows, row)
		}
		return "[" + strings.Join(rows, ",") + "]"
	}
	head := c.object(2)
	if c.IntN(8) == 0 {
		return head
	}
	head = strings.TrimSuffix(head, "}") + map[bool]string{true: "", false: ","}[head == "{}"]
	return head + `"l":` + lines(1) + `,"o":{"l":` + lines(0) + `}}`
}

func (c chance) fields(depth int, arrays []string) []Field {
	out := make([]Field, 1+c.IntN(4))
	for i := range out {
		f := Field{Target: c.of("x", "y", "z", "x.y", `"q\`), Required: c.IntN(12) == 0}
		switch n := c.IntN(10); {
		case n < 2 && depth > 0:
			f.Each = c.of("l", "l", "l", "o.l", "a")
			if slices.Contains(arrays, "l") && c.IntN(2) == 0 {
				f.Each = "l.m"
			}
			f.Children = c.fields(depth-1, append(slices.Clone(arrays), f.Each))
		case n < 3 && depth > 0:
			f.Children = c.fields(depth-1, arrays)
			f.Type = Type(c.of("", "object", "array"))
		default:
			f.Template = c.template(arrays)
			f.Type = Type(c.of("", "", "string", "int", "float", "bool", "date", "datetime", "object", "array", "any", "any", "any"))
			if c.IntN(10) == 0 {
				f.Table = &TableCall{Name: "t", Keep: c.IntN(2) == 0}
			}
		}
		if c.IntN(6) == 0 {
			f.Default = json.RawMessage(map[Type]string{TypeInt: "3", TypeFloat: "1.50", TypeBool: "true", TypeObject: `{"d":1.0}`, TypeArray: "[]"}[f.Type])
			if len(f.Default) == 0 && (len(f.Children) == 0 || f.Each != "") {
				f.Default = json.RawMessage(`"std"`)
			}
			if f.Each != "" {
				f.Default = json.RawMessage(`[{"std":1}]`)
			}
		}
		if f.Type != TypeArray && f.Type != TypeObject {
			for range c.IntN(8) / 6 {
				f.Parsers = append(f.Parsers, Parser{Name: c.of(ParserObject, ParserKeyValue), Params: c.of("FNumber", `F"`)})
			}
		}
		out[i] = f
	}
	return out
}

func (c chance) template(arrays []string) string {
	path := func() string {
		p := c.of("a", "b", "c", "a.b", "b.c", "a.b.c", "o.l", "l", "é\\n")
		if len(arrays) > 0 && c.IntN(3) > 0 {
			p = c.of(arrays...) + "." + c.of("a", "b", "c", "a.b", "b.c", "m")
		}
		return "{{" + p + c.of("", "", "", "|date", "|datetime") + "}}"
	}
	if c.IntN(3) > 0 {
		return path()
	}
	return c.of("", "n-", "中") + path() + c.of("", "/") + path() + c.of("", "!")
}

// Whatever the spec and the record, a Mapper comes to what the model comes to: digit by
// digit, in valid JSON, or not at all.
func TestMapJSONIsTheModel(t *testing.T) {
	t.Parallel()
	m := &model{tables: map[string]map[string]string{"t": {"k1": "v1", "1": "v{b}", "": "e"}}, zone: time.FixedZone("", 8*3600)}
	mapped, refused := 0, 0
	for seed := range uint64(800) {
		c := chance{rand.New(rand.NewPCG(seed, 7))}
		fields := c.fields(3, nil)
		mapper, err := Compile(Spec{Fields: fields}, WithTable("t", NewTable(m.tables["t"])))
		if err != nil {
			continue // refused before it could harm
		}
		for range 8 {
			record := c.record()
			want, wantErr := m.object(fields, []modelRow{{"", decoded([]byte(record))}})
			got, err := mapper.MapJSON(t.Context(), nil, []byte(record))
			what := func() string {
				spec, _ := json.Marshal(fields)
				return fmt.Sprintf("seed %d\nspec %s\nrecord %s\ngot %s, %v", seed, spec, record, got.JSON, err)
			}
			require.Equal(t, wantErr != nil, err != nil, "%v", lazy(what))
			if err != nil {
				refused++
				continue
			}
			mapped++
			require.True(t, json.Valid(got.JSON), "%v", lazy(what))
			require.True(t, maps.EqualFunc(want, decoded(got.JSON).(map[string]any), sameJSON), "want %v\n%v", want, lazy(what))
		}
	}
	require.Greater(t, mapped, 500)
	require.Greater(t, refused, 500)
}

// modelStruct is a record of the model as Go has it.
type modelStruct struct {
	A  any              `json:"a"`
	B  json.RawMessage  `json:"b,omitempty"`
	C  *json.RawMessage `json:"c,omitempty"`
	AB *any             `json:"a.b,omitempty"`
	BC any              `json:"b.c,omitempty"`
	L  []*modelLine     `json:"l"`
	O  *struct {
		L []map[string]any `json:"l"`
	} `json:"o,omitempty"`
}

type modelLine struct {
	A  json.RawMessage  `json:"a,omitempty"`
	B  any              `json:"b,omitempty"`
	C  any              `json:"c,omitempty"`
	AB any              `json:"a.b,omitempty"`
	M  []map[string]any `json:"m"`
}

// Go values are mapped as their JSON is, whatever the spec.
func TestTransformIsMapJSON(t *testing.T) {
	t.Parallel()
	typed, mapped := 0, 0
	for seed := range uint64(800) {
		c := chance{rand.New(rand.NewPCG(seed, 11))}
		fields := c.fields(2, nil)
		m, err := Compile(Spec{Fields: fields}, WithTable("t", NewTable(map[string]string{"1": "one", "k1": "v1"})))
		if err != nil {
			continue
		}
		fromStruct, structErr := Transform[modelStruct, json.RawMessage](m, nil)
		fromMap, err := Transform[map[string]any, map[string]any](m, nil)
		require.NoError(t, err)
		same := func(in, got any, err error) {
			doc, marshalErr := wire.Marshal(in)
			require.NoError(t, marshalErr)
			want, wantErr := m.MapJSON(t.Context(), nil, doc)
			spec, _ := json.Marshal(fields)
			require.Equal(t, wantErr == nil, err == nil, "seed %d\nspec %s\nrecord %s\nas JSON %s %v\nas Go %v", seed, spec, doc, want.JSON, wantErr, err)
			if err == nil {
				mapped++
				require.True(t, sameJSON(decoded(want.JSON), got), "seed %d\nspec %s\nrecord %s\nas JSON %s\nas Go %v", seed, spec, doc, want.JSON, got)
			}
		}
		for range 8 {
			record := c.record()
			in, ok := decoded([]byte(record)).(map[string]any)
			require.True(t, ok)
			got, err := fromMap(t.Context(), in)
			same(in, any(got), err)
			var s modelStruct
			if structErr != nil || wire.Unmarshal([]byte(record), &s) != nil {
				continue
			}
			raw, err := fromStruct(t.Context(), s)
			if typed++; err != nil {
				same(s, nil, err)
			} else {
				same(s, decoded(raw), nil)
			}
		}
	}
	require.Greater(t, typed, 100)
	require.Greater(t, mapped, 500)
}

// lazy is a text that is made only if it is read.
type lazy func() string

func (l lazy) String() string { return l() }

func sameJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}
