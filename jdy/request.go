package jdy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// request is one call, ready to be sent as often as needed.
type request struct {
	op          *Operation
	query       []pair
	body        []byte // nil: none
	contentType string // "" = JSON
	before      func(context.Context) error
}

// newRequest prepares a call of a user.
func newRequest(operation string, query, body any) (*request, error) {
	method, path, spaced := strings.Cut(strings.TrimSpace(operation), " ")
	if !spaced {
		method, path = http.MethodGet, method
		if body != nil {
			method = http.MethodPost
		}
	}
	path = strings.TrimSpace(path)
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# ") {
		return nil, invalid(path, "an operation is its method and path, such as POST /jdy/v2/scm/sal_order, without a query")
	}
	r := &request{op: operationOf(strings.ToUpper(method), path)}
	pairs, err := queryPairs(query)
	if err != nil {
		return nil, invalid(path, err.Error())
	}
	r.query = pairs
	switch b := body.(type) {
	case nil:
		if r.op.Method != http.MethodGet {
			r.body = []byte("{}")
		}
	case *File:
		if r.body, r.contentType, err = b.form(); err != nil {
			return nil, invalid(path, err.Error())
		}
	default:
		if r.body, err = marshal(body); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// effect is the effect of the call: an update of absolute values may be repeated.
func (r *request) effect() duijie.Effect {
	if r.op.Effect == duijie.EffectWrite && r.op.Kind == KindSave && updates(r.body) {
		return duijie.EffectIdempotent
	}
	return r.op.Effect
}

// updates tells that a save sets absolute values of one record that is there:
// it has an id, no step such as an audit follows, and every line has an id too. A
// line without one would be added once more by a repeat.
func updates(body []byte) bool {
	if wire.First(body) != '{' || !json.Valid(body) {
		return false
	}
	m := members(body)
	for _, step := range []string{"operation_key", "operate_type"} {
		if scalar(m[step]) != "" {
			return false
		}
	}
	if noID(scalar(m["id"])) {
		return false
	}
	for _, v := range m {
		if !linesHaveIDs(v) {
			return false
		}
	}
	return true
}

// noID: the platform writes "0" where there is no record too.
func noID(id string) bool { return id == "" || id == "0" }

func linesHaveIDs(v json.RawMessage) bool {
	switch wire.First(v) {
	case '[':
		for item := range wire.Elements(v) {
			if wire.First(item) == '{' && noID(memberText(item, "id")) || !linesHaveIDs(item) {
				return false
			}
		}
	case '{':
		for m := range wire.Walk(v) {
			if !linesHaveIDs(m.Value) {
				return false
			}
		}
	}
	return true
}

// Filter holds the parameters of a GET by their names on the platform. A value is
// a text, a number, a bool, a time.Time (sent as Unix milliseconds), a
// duijie.Time or duijie.Decimal (sent as it is written), or a list of these, which
// repeats the name. nil values are left out; "" is sent as it is.
type Filter map[string]any

// queryPairs are the parameters in the order of their names.
func queryPairs(query any) ([]pair, error) {
	switch q := query.(type) {
	case nil:
		return nil, nil
	case Filter:
		return q.pairs()
	case map[string]any:
		return Filter(q).pairs()
	case *Query:
		if q == nil {
			return nil, nil
		}
		return q.pairs()
	case Query:
		return q.pairs()
	}
	return nil, fmt.Errorf("the query is a %T: give a Filter or a *Query", query)
}

func (f Filter) pairs() ([]pair, error) {
	var out []pair
	for _, name := range sortedKeys(f) {
		values, err := queryTexts(f[name])
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		for _, v := range values {
			out = append(out, pair{name, v})
		}
	}
	return out, nil
}

func sortedKeys(f Filter) []string {
	keys := make([]string, 0, len(f))
	for k := range f {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// queryTexts is a value as the texts that are sent.
func queryTexts(v any) ([]string, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{x}, nil
	case time.Time:
		return []string{strconv.FormatInt(x.UnixMilli(), 10)}, nil
	case duijie.Decimal:
		if err := x.Err(); err != nil {
			return nil, err
		}
		return []string{x.String()}, nil
	case fmt.Stringer:
		return []string{x.String()}, nil
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Slice, reflect.Array:
		var out []string
		for i := range rv.Len() {
			one, err := queryTexts(rv.Index(i).Interface())
			if err != nil {
				return nil, err
			}
			out = append(out, one...)
		}
		return out, nil
	case reflect.String:
		return []string{rv.String()}, nil
	case reflect.Bool:
		return []string{strconv.FormatBool(rv.Bool())}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return []string{strconv.FormatInt(rv.Int(), 10)}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return []string{strconv.FormatUint(rv.Uint(), 10)}, nil
	case reflect.Pointer:
		if rv.IsNil() {
			return nil, nil
		}
		return queryTexts(rv.Elem().Interface())
	}
	return nil, fmt.Errorf("a %T can not be sent as a parameter", v)
}

// File is an upload: the one part of a multipart body. Give a *File as body of
// [Client.Call].
type File struct {
	Name    string // file name; letters and digits for voucher attachments
	Type    string // media type; "" = application/octet-stream
	Content []byte // at most 10 MB, 5 MB for voucher attachments
	// Fields are further parts, where the operation has some.
	Fields map[string]string
}

var quoteName = strings.NewReplacer("\\", "\\\\", `"`, "\\\"", "\r", "", "\n", "")

// form encodes the file as part file1.
func (f *File) form() (body []byte, contentType string, err error) {
	if f.Name == "" {
		return nil, "", fmt.Errorf("File.Name is missing")
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", `form-data; name="file1"; filename="`+quoteName.Replace(f.Name)+`"`)
	h.Set("Content-Type", firstOf(f.Type, "application/octet-stream"))
	part, err := w.CreatePart(h)
	if err == nil {
		_, err = part.Write(f.Content)
	}
	for name, value := range f.Fields {
		if err == nil {
			err = w.WriteField(name, value)
		}
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), w.FormDataContentType(), err
}
