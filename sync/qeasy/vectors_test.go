package qeasy

import (
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
	duijiesync "github.com/duijie-go/duijie/sync"
)

type vector struct {
	ID     string
	Kind   string
	As     Side
	Value  string
	Type   string
	Field  json.RawMessage
	Record json.RawMessage
	Row    *struct {
		Array string
		Index int
	}
	Collections    map[string][]json.RawMessage
	Condition      json.RawMessage
	GroupCalculate json.RawMessage
	Metadata       json.RawMessage
	Rows           []json.RawMessage `json:"records"`
	Expect         struct {
		Text         *string
		AcceptWithin string          `json:"accept_within"`
		AsFloat      json.RawMessage `json:"as_float"`
		AsInt        json.RawMessage `json:"as_int"`
		AsBool       json.RawMessage `json:"as_bool"`
		JSON         json.RawMessage
		JSONText     *string `json:"json_text"`
		Omitted      bool
		Report       string
		Warnings     []string
		Error        *struct{ Code string }
		CompileError *struct {
			Code, Detail string
			Path         *string
		} `json:"compile_error"`
		Compiles  bool
		BatchSize int `json:"batch_size"`
		Keep      json.RawMessage
		Drop      bool
		Bills     []json.RawMessage `json:"records"`
	}
}

func vectors(t *testing.T) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(b, &file))
	require.Greater(t, len(file.Vectors), 100)
	return file.Vectors
}

// plainConnector runs every api and reads and writes nothing.
type plainConnector struct{}

func (plainConnector) APIs() []string          { return []string{"x", "batchSave"} }
func (plainConnector) Match(Side, string) bool { return true }
func (plainConnector) Source(*SourceSpec) (duijiesync.Source[json.RawMessage], []Note, error) {
	return duijiesync.Slice([]json.RawMessage{}, func(json.RawMessage) string { return "" }), nil, nil
}
func (plainConnector) Sink(*SinkSpec) (duijiesync.Sink[Write], []Note, error) {
	return duijiesync.Discard[Write]{}, nil, nil
}

func vectorConfig() Config {
	return Config{
		Source: plainConnector{}, Target: plainConnector{}, Since: time.Unix(1710403200, 0),
		Now: func() time.Time { return time.Unix(1710406800, 0) },
	}
}

func document(t *testing.T, head string, members map[string]json.RawMessage) []byte {
	t.Helper()
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(head), &m))
	for k, v := range members {
		m[k] = v
	}
	b, err := json.Marshal(m)
	require.NoError(t, err)
	return b
}

const sourceHead = `{"api":"x","effect":"QUERY","id":"id","request":[]}`

// target makes a target half of one field, in the rows of its line where it stands in one.
func (v vector) target(t *testing.T, typ string) []byte {
	t.Helper()
	field := v.Field
	if field == nil {
		b, err := json.Marshal(map[string]string{"field": "v", "type": typ, "value": v.Value})
		require.NoError(t, err)
		field = b
	}
	if v.Row != nil {
		b, err := json.Marshal(map[string]any{"field": "L", "type": "array", "value": v.Row.Array, "children": []json.RawMessage{field}})
		require.NoError(t, err)
		field = b
	}
	return document(t, `{"api":"x","effect":"EXECUTE"}`, map[string]json.RawMessage{"request": slices.Concat([]byte("["), field, []byte("]"))})
}

func (v vector) scheme(t *testing.T, typ string) (*Scheme, *Half, error) {
	t.Helper()
	source, err := Parse(SideSource, []byte(sourceHead))
	require.NoError(t, err)
	target, err := Parse("", v.target(t, typ))
	if err != nil {
		return nil, nil, err
	}
	cfg := vectorConfig()
	cfg.Lookups = map[string]mapping.Lookup{}
	for name, records := range v.Collections {
		c, err := lookup.NewCollection(records...)
		require.NoError(t, err)
		cfg.Lookups[name] = c
	}
	s, err := Compile(source, target, cfg)
	return s, target, err
}

// value gives what the field became; nil where it was left out.
func (v vector) value(t *testing.T, typ string) (json.RawMessage, *Scheme, error) {
	t.Helper()
	s, _, err := v.scheme(t, typ)
	require.NoError(t, err)
	out, err := s.transform(t.Context(), &rowSource{s: s}, Row{JSON: v.Record})
	if err != nil {
		if v.Row == nil {
			return nil, s, err
		}
		// a line other than the one that is asked for may fail
		for _, one := range flat(err) {
			if e, ok := errors.AsType[*RecordError](one); ok && slices.Contains(e.Rows, v.Row.Index) {
				return nil, s, err
			}
		}
		v.Record = v.alone(t)
		v.Row.Index = 0
		return v.value(t, typ)
	}
	var request map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(out.Request, &request))
	if v.Row != nil {
		var rows []map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(request["L"], &rows))
		request = rows[v.Row.Index]
	}
	if v.Field != nil {
		b, err := json.Marshal(request)
		require.NoError(t, err)
		return b, s, nil
	}
	return request["v"], s, nil
}

func flat(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		return all.Unwrap()
	}
	return []error{err}
}

// alone is the record with the line that is asked for alone.
func (v vector) alone(t *testing.T) json.RawMessage {
	t.Helper()
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(v.Record, &m))
	var rows []json.RawMessage
	require.NoError(t, json.Unmarshal(m[v.Row.Array], &rows))
	m[v.Row.Array] = slices.Concat([]byte("["), rows[v.Row.Index], []byte("]"))
	b, err := json.Marshal(m)
	require.NoError(t, err)
	return b
}

func requireCode(t *testing.T, err error, code string) {
	t.Helper()
	e, ok := errors.AsType[*RecordError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, e.Code, "%v", err)
	require.NotEmpty(t, e.Path)
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.Kind+"/"+v.ID, func(t *testing.T) {
			t.Parallel()
			switch v.Kind {
			case "function", "template", "lookup", "field":
				v.testValue(t)
			case "condition":
				v.testRow(t, map[string]json.RawMessage{"condition": v.Condition})
			case "beat_flat":
				var m map[string]json.RawMessage
				require.NoError(t, json.Unmarshal(v.Metadata, &m))
				v.testRow(t, m)
			case "group":
				v.testGroup(t)
			case "document":
				v.testDocument(t)
			default:
				t.Fatalf("unknown kind %s", v.Kind)
			}
		})
	}
}

func (v vector) testValue(t *testing.T) {
	typ := v.Type
	if typ == "" {
		typ = "string"
	}
	if want := v.Expect.CompileError; want != nil {
		_, _, err := v.scheme(t, typ)
		p, ok := errors.AsType[*Problem](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, want.Code, p.Code, "%v", err)
		require.Contains(t, err.Error(), want.Detail)
		if want.Path != nil {
			require.Equal(t, "/request/0"+*want.Path, p.Path)
		} else {
			require.Equal(t, map[bool]string{false: "/request/0/value", true: "/request/0/children/0/value"}[v.Row != nil], p.Path)
		}
		return
	}
	got, s, err := v.value(t, typ)
	if want := v.Expect.Error; want != nil {
		requireCode(t, err, want.Code)
		return
	}
	require.NoError(t, err)
	if v.Expect.Report != "" {
		require.Positive(t, s.Counts()[v.Expect.Report])
	}
	switch {
	case v.Expect.Omitted:
		require.Nil(t, got)
	case v.Expect.JSONText != nil:
		require.Equal(t, *v.Expect.JSONText, string(got))
	case v.Expect.JSON != nil:
		require.JSONEq(t, string(v.Expect.JSON), string(got))
	default:
		v.testText(t, got)
	}
	for typ, want := range map[string]json.RawMessage{"float": v.Expect.AsFloat, "int": v.Expect.AsInt, "bool": v.Expect.AsBool} {
		if want != nil {
			got, _, err := v.value(t, typ)
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(got), typ)
		}
	}
}

func (v vector) testText(t *testing.T, got json.RawMessage) {
	t.Helper()
	require.NotNil(t, v.Expect.Text)
	var text string
	require.NoError(t, json.Unmarshal(got, &text))
	if v.Expect.AcceptWithin == "" {
		require.Equal(t, *v.Expect.Text, text)
		return
	}
	a, _ := new(big.Rat).SetString(text)
	b, _ := new(big.Rat).SetString(*v.Expect.Text)
	within, _ := new(big.Rat).SetString(v.Expect.AcceptWithin)
	require.LessOrEqual(t, new(big.Rat).Abs(a.Sub(a, b)).Cmp(within), 0, text)
}

// testRow runs one record through a source half.
func (v vector) testRow(t *testing.T, members map[string]json.RawMessage) {
	t.Helper()
	h, err := Parse(SideSource, document(t, sourceHead, members))
	require.NoError(t, err)
	target, err := Parse(SideTarget, []byte(`{"api":"x"}`))
	require.NoError(t, err)
	cfg := vectorConfig()
	record := v.Record
	if members["condition"] != nil {
		h.ID = "/" // conditions are looked at before the key is
	}
	s, err := Compile(h, target, cfg)
	require.NoError(t, err)
	src := &rowSource{s: s}
	if members["condition"] != nil {
		kept, keep, err := s.condition.Apply(record)
		require.NoError(t, err)
		require.Equal(t, !v.Expect.Drop, keep)
		if keep {
			require.JSONEq(t, string(v.Expect.Keep), string(kept))
		}
		return
	}
	got := src.row(t.Context(), &duijiesync.Record[json.RawMessage]{Value: record})
	require.Len(t, got, len(v.Expect.Bills))
	for i, raw := range v.Expect.Bills {
		var want struct {
			ID      string
			Content json.RawMessage
		}
		require.NoError(t, json.Unmarshal(raw, &want))
		require.NoError(t, got[i].Err)
		require.Equal(t, want.ID, got[i].Key)
		require.JSONEq(t, string(want.Content), string(got[i].Value.JSON))
	}
}

// testGroup runs rows through a grouped scheme.
func (v vector) testGroup(t *testing.T) {
	t.Helper()
	h, err := Parse(SideTarget, document(t, `{"api":"x"}`, map[string]json.RawMessage{"groupCalculate": v.GroupCalculate}))
	require.NoError(t, err)
	source, err := Parse(SideSource, []byte(sourceHead))
	require.NoError(t, err)
	s, err := Compile(source, h, vectorConfig())
	require.NoError(t, err)
	var list []*groupRow
	for i, r := range v.Rows {
		list = append(list, &groupRow{Key: strconv.Itoa(i), JSON: r})
	}
	bad := &spill{limit: 1 << 20}
	made, err := (&grouped{group: *s.target.Group}).make(list, bad)
	require.NoError(t, err)
	require.Empty(t, bad.held)
	require.Len(t, made, len(v.Expect.Bills))
	for i, want := range v.Expect.Bills {
		require.JSONEq(t, string(want), string(made[i].json))
	}
}

func (v vector) testDocument(t *testing.T) {
	t.Helper()
	h, err := Parse(v.As, v.Metadata)
	if want := v.Expect.CompileError; want != nil {
		p, ok := errors.AsType[*Problem](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, want.Code, p.Code)
		require.Equal(t, *want.Path, p.Path)
		return
	}
	require.NoError(t, err)
	require.True(t, v.Expect.Compiles)
	var codes []string
	for _, w := range h.Warnings() {
		codes = append(codes, w.Code)
	}
	require.ElementsMatch(t, v.Expect.Warnings, codes)
	again, err := Parse("", h.Canonical())
	require.NoError(t, err)
	require.Equal(t, string(h.Canonical()), string(again.Canonical()))
	if v.Expect.BatchSize > 0 {
		source, err := Parse(SideSource, []byte(sourceHead))
		require.NoError(t, err)
		s, err := Compile(source, h, vectorConfig())
		require.NoError(t, err)
		require.Equal(t, v.Expect.BatchSize, s.Target().Rows)
		require.True(t, s.Target().Batch)
	}
}

// TestKeys: a part of a key that is missing is an error, or two records would share one.
func TestKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ id, row, want string }{
		{"no", `{"no":17}`, "17"},
		{"a.b", `{"a":{"b":"x"}}`, "x"},
		{"-1", `{"-1":9007199254740993}`, "9007199254740993"},
		{"{{no}}-{{line}}", `{"no":"N","line":2}`, "N-2"},
		{"{{no}}-{{line}}", `{"no":"N"}`, ""},
		{"no", `{"no":""}`, ""},
		{"no", `{"no":null}`, ""},
		{"no", `{"no":[1]}`, ""},
	} {
		source, err := json.Marshal(map[string]any{"api": "x", "id": c.id})
		require.NoError(t, err)
		h, err := Parse(SideSource, source)
		require.NoError(t, err)
		target, err := Parse(SideTarget, []byte(`{"api":"x"}`))
		require.NoError(t, err)
		s, err := Compile(h, target, vectorConfig())
		require.NoError(t, err)
		key, err := s.key.key(t.Context(), []byte(c.row))
		if c.want == "" {
			requireCode(t, err, CodeIDMissingInRecord)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, key)
	}
}

// TestRemedyKeepsNoCheckpoint, whatever the connector's source yields, and begins anew.
func TestRemedyKeepsNoCheckpoint(t *testing.T) {
	t.Parallel()
	h, err := Parse(SideSource, []byte(sourceHead))
	require.NoError(t, err)
	target, err := Parse(SideTarget, []byte(`{"api":"x"}`))
	require.NoError(t, err)
	s, err := Compile(h, target, vectorConfig())
	require.NoError(t, err)
	from := duijiesync.Slice([]json.RawMessage{json.RawMessage(`{"id":1}`)}, func(json.RawMessage) string { return "" })
	var live duijiesync.Checkpoint
	for b, err := range (&rowSource{s: s, from: from}).Read(t.Context(), "") {
		require.NoError(t, err)
		live = b.Checkpoint
	}
	require.NotEmpty(t, live)
	n := 0
	for b, err := range (&rowSource{s: s, from: from, again: true}).Read(t.Context(), live) {
		require.NoError(t, err)
		require.Empty(t, b.Checkpoint)
		n += len(b.Records)
	}
	require.Equal(t, 1, n)
}
