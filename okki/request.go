package okki

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// Params holds the parameters of a call's query by their names on the platform. A
// value is a text, a number, a bool (sent as 1 or 0), a time.Time (sent as
// "2006-01-02 15:04:05" in the client's zone), a duijie.Time or duijie.Decimal (sent
// as it is written), or a list of these, which is joined with commas. nil values are
// left out; "" is sent as it is.
type Params map[string]any

// request is one call, ready to be sent as often as needed.
type request struct {
	op          *Operation
	query       url.Values
	body        []byte // nil: none
	contentType string
}

// newRequest prepares a call.
func (c *Client) newRequest(operation string, params Params, body any) (*request, error) {
	method, path, spaced := strings.Cut(strings.TrimSpace(operation), " ")
	if !spaced {
		method, path = http.MethodGet, method
		if body != nil {
			method = http.MethodPost
		}
	}
	path = strings.TrimSpace(path)
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# \r\n\\%") || strings.Contains(path, "/..") {
		return nil, invalid(path, "an operation is its method and path, such as GET /v1/product/list, without a query")
	}
	r := &request{op: operationOf(strings.ToUpper(method), path)}
	var err error
	if r.query, err = c.values(params); err != nil {
		return nil, invalid(path, err.Error())
	}
	if r.op.Body == BodyNone && body != nil {
		return nil, invalid(path, "the operation takes no body: give its parameters")
	}
	if err := r.encode(body); err != nil {
		return nil, fmt.Errorf("okki: %s: %w", path, err)
	}
	return r, nil
}

// encode encodes the body as the operation wants it.
func (r *request) encode(body any) (err error) {
	if body == nil {
		return nil
	}
	model, err := marshalModel(body)
	if err != nil {
		return err
	}
	switch r.op.Body {
	case BodyForm, BodyMultipart:
		form, err := formOf(model)
		if err != nil {
			return err
		}
		if r.op.Body == BodyForm {
			r.body, r.contentType = []byte(form.Encode()), "application/x-www-form-urlencoded"
			return nil
		}
		r.body, r.contentType, err = multipartOf(form)
		return err
	}
	r.body, r.contentType = model, "application/json"
	return nil
}

// formOf is a flat JSON object as form fields.
func formOf(model json.RawMessage) (url.Values, error) {
	form := url.Values{}
	for m, err := range wire.Members(model) {
		if err != nil || !isScalar(m.Value) {
			return nil, fmt.Errorf("the operation takes a form: give an object of texts and numbers: %w", duijie.ErrInvalid)
		}
		form.Set(string(m.Key), scalar(m.Value))
	}
	return form, nil
}

func multipartOf(form url.Values) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if err == nil {
			err = w.WriteField(name, form.Get(name))
		}
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), w.FormDataContentType(), err
}

// values are the parameters as texts.
func (c *Client) values(params Params) (url.Values, error) {
	out := url.Values{}
	for name, v := range params {
		text, there, err := c.paramText(v)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		if there {
			out.Set(name, text)
		}
	}
	return out, nil
}

// paramText is a value as the text that is sent; there is false for nil.
func (c *Client) paramText(v any) (text string, there bool, err error) {
	switch x := v.(type) {
	case nil:
		return "", false, nil
	case string:
		return x, true, nil
	case time.Time:
		return c.timeText(x), true, nil
	case duijie.Decimal:
		return x.String(), true, x.Err()
	case fmt.Stringer:
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
			return "", false, nil
		}
		return x.String(), true, nil
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Slice, reflect.Array:
		if rv.Len() == 0 {
			return "", false, nil
		}
		texts := make([]string, rv.Len())
		for i := range texts {
			if texts[i], _, err = c.paramText(rv.Index(i).Interface()); err != nil {
				return "", false, err
			}
		}
		return strings.Join(texts, ","), true, nil
	case reflect.String:
		return rv.String(), true, nil
	case reflect.Bool:
		if rv.Bool() {
			return "1", true, nil
		}
		return "0", true, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(rv.Int(), 10), true, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(rv.Uint(), 10), true, nil
	case reflect.Pointer:
		if rv.IsNil() {
			return "", false, nil
		}
		return c.paramText(rv.Elem().Interface())
	}
	return "", false, fmt.Errorf("a %T can not be sent as a parameter", v)
}

// timeText is a time as parameters carry it: always with its clock, because nobody
// says what a bare end date means.
func (c *Client) timeText(t time.Time) string { return t.In(c.cfg.zone()).Format(time.DateTime) }

// build makes the request of one attempt.
func (c *Client) build(ctx context.Context, r *request, a transport.Attempt) (*http.Request, error) {
	target := c.base + r.op.Path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	var body io.Reader
	switch {
	case r.body != nil:
		body = bytes.NewReader(r.body)
	case r.op.Effect != duijie.EffectRead && r.op.Method == http.MethodGet:
		// net/http sends a GET again by itself when a kept connection turns out to be
		// closed, unless it has a body it can not begin anew. product/remove must not be.
		body = io.NopCloser(strings.NewReader(""))
	}
	req, err := http.NewRequestWithContext(ctx, r.op.Method, target, body)
	if err != nil {
		return nil, fmt.Errorf("okki: %w", err)
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	req.Header.Set("Accept", "application/json")
	if !r.op.noToken {
		s, err := readSession(a.Token)
		if err != nil {
			return nil, err
		}
		value := "Bearer " + s.Access
		if c.cfg.BareToken {
			value = s.Access
		}
		req.Header.Set("Authorization", value)
	}
	return req, nil
}

func invalid(op, what string) error {
	return fmt.Errorf("okki: %s: %s: %w", op, what, duijie.ErrInvalid)
}
