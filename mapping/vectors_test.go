package mapping

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vector is one case of the language's golden vectors.
type vector struct {
	ID     string          `json:"id"`
	Kind   string          `json:"kind"`
	Value  string          `json:"value"`
	Type   Type            `json:"type"`
	Field  json.RawMessage `json:"field"`
	Record json.RawMessage `json:"record"`
	Row    *struct {
		Array string `json:"array"`
		Index int    `json:"index"`
	} `json:"row"`
	Collections map[string][]json.RawMessage `json:"collections"`
	Expect      struct {
		JSON         json.RawMessage              `json:"json"`
		Text         *string                      `json:"text"`
		AcceptWithin string                       `json:"accept_within"`
		Omitted      bool                         `json:"omitted"`
		Report       string                       `json:"report"`
		Error        *struct{ Code string }       `json:"error"`
		CompileError *struct{ Code, Path string } `json:"compile_error"`
	} `json:"expect"`
}

func vectors(t *testing.T, kinds ...string) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/qeasy.json")
	require.NoError(t, err)
	var all struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(b, &all))
	var out []vector
	for _, v := range all.Vectors {
		if slices.Contains(kinds, v.Kind) {
			out = append(out, v)
		}
	}
	require.NotEmpty(t, out)
	return out
}

var vectorEnv = &Env{Now: time.Unix(1710406800, 0), Vars: map[string]string{"LAST_SYNC_TIME": "1710403200"}}

// schemeField is a field object of a scheme, as far as these vectors use it.
type schemeField struct {
	Field    string        `json:"field"`
	Type     Type          `json:"type"`
	Value    string        `json:"value"`
	Parser   *Parser       `json:"parser"`
	Children []schemeField `json:"children"`
}

// spec translates the parts of a scheme these vectors use.
func (s schemeField) spec() Field {
	f := Field{Target: s.Field, Type: s.Type}
	if s.Parser != nil {
		f.Parsers = []Parser{*s.Parser}
	}
	for _, c := range s.Children {
		f.Children = append(f.Children, c.spec())
	}
	expr, isExpr := strings.CutPrefix(s.Value, "_function ")
	switch {
	case s.Type == TypeArray && len(s.Children) > 0:
		f.Each = s.Value
	case s.Type == TypeObject:
	case isExpr:
		f.Expr = expr
	default:
		f.Template = s.Value
	}
	return f
}

// mapVector maps the vector's record. What is expected of a value in a line is found in
// that line of the target.
func mapVector(t *testing.T, v *vector, f Field) (out Value, notes []Note, err error) {
	t.Helper()
	if v.Row != nil {
		f = Field{Target: "rows", Each: v.Row.Array, Children: []Field{f}}
	}
	m, err := Compile(Spec{Fields: []Field{f}})
	if err != nil {
		return Value{}, nil, err
	}
	r, err := m.MapJSON(t.Context(), vectorEnv, v.Record)
	if err != nil {
		return Value{}, nil, err
	}
	require.True(t, json.Valid(r.JSON), "%s", r.JSON)
	out, err = ParseValue(r.JSON)
	require.NoError(t, err)
	if v.Row != nil {
		rows := slices.Collect(out.Get("rows").Elements())
		require.Greater(t, len(rows), v.Row.Index)
		out = rows[v.Row.Index]
	}
	return out, r.Notes, nil
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "template", "field", "function") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			f := schemeField{Field: "x", Type: v.Type, Value: v.Value}
			if v.Kind == "field" {
				f = schemeField{}
				require.NoError(t, json.Unmarshal(v.Field, &f))
			}
			out, _, err := mapVector(t, &v, f.spec())
			var bad *SpecErrors
			var refused *RecordError
			switch want := v.Expect; {
			case want.CompileError != nil:
				require.ErrorAs(t, err, &bad)
				assert.Equal(t, want.CompileError.Code, bad.Errors[0].Code)
				if v.ID == "function-unknown" {
					assert.Contains(t, bad.Errors[0].Message, "SLEEP")
				}
			case want.Error != nil:
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, want.Error.Code, refused.Code, "%v", err)
			case want.Omitted:
				require.NoError(t, err)
				assert.Equal(t, "{}", string(out.JSON()))
			case want.Text != nil:
				require.NoError(t, err)
				if want.AcceptWithin == "" {
					assert.Equal(t, *want.Text, out.Get("x").Text())
				}
			case v.Kind == "field":
				require.NoError(t, err)
				assert.JSONEq(t, string(want.JSON), string(out.JSON()))
			default:
				require.NoError(t, err)
				assert.JSONEq(t, string(want.JSON), string(out.Get("x").JSON()))
			}
		})
	}
}
