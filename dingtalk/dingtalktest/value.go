package dingtalktest

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"
)

// Row is a JSON object: component ids (or aliases) and values.
type Row = map[string]any

// china is the platform's clock.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)

// decode reads exactly one JSON value, numbers as json.Number.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the value")
	}
	return v, nil
}

// encode writes JSON without HTML escapes.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // rows are plain JSON values, checked when they come in
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func encodeText(v any) string { return string(encode(v)) }

// normal turns Go values of a test into what JSON decoding gives.
func normal(v any) any {
	out, err := decode(encode(v))
	if err != nil {
		panic(err)
	}
	return out
}

func normalRow(r Row) Row {
	if r == nil {
		return Row{}
	}
	return normal(r).(Row)
}

// clone copies a JSON value as deep as it goes.
func clone(v any) any {
	switch v := v.(type) {
	case Row:
		return cloneRow(v)
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = clone(x)
		}
		return out
	}
	return v
}

func cloneRow(r Row) Row {
	out := maps.Clone(r)
	for k, v := range out {
		out[k] = clone(v)
	}
	return out
}

// text is a scalar as a word: numbers as written, "" for everything else.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// texts is a list of strings; ok is false when an element is something else.
func texts(v any) (out []string, ok bool) {
	items, ok := v.([]any)
	if !ok {
		return nil, false
	}
	out = []string{}
	for _, x := range items {
		s, isText := x.(string)
		if !isText {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

func anys[T any](items []T) []any {
	out := make([]any, len(items))
	for i, x := range items {
		out[i] = x
	}
	return out
}

// double keeps a number the way the platform does, as a DOUBLE: digits a double
// has not are lost.
func double(n json.Number) (json.Number, bool) {
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil {
		return "", false
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64)), true
}

func float(v any) (float64, bool) {
	s := text(v)
	if s == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func integer(v any) (int64, bool) {
	n, err := strconv.ParseInt(text(v), 10, 64)
	return n, err == nil
}

// gmt is a time as Yida answers it: Beijing time to the minute with a false Z.
func (s *Server) gmt(t time.Time) string {
	if s.plainTimes {
		return t.In(china).Format("2006-01-02 15:04:05")
	}
	return t.In(china).Format("2006-01-02T15:04Z")
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func uuid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// instanceID makes the id of a plain form's row; it ends, but for three
// characters, in the time of creation in milliseconds, in base 36 and reversed.
func instanceID(t time.Time, n int64) string {
	stamp := []byte(strings.ToUpper(strconv.FormatInt(t.UnixMilli(), 36)))
	for i, j := 0, len(stamp)-1; i < j; i, j = i+1, j-1 {
		stamp[i], stamp[j] = stamp[j], stamp[i]
	}
	count := strings.ToUpper(strconv.FormatInt(46656+n%1_000_000, 36))
	return "FINST-" + strings.ToUpper(randomHex(8)) + string(stamp) + count[len(count)-3:]
}

// cut is one page of a list.
func cut[T any](all []T, page, size int64) []T {
	n := int64(len(all))
	if page-1 > n/size {
		return all[n:]
	}
	from := min((page-1)*size, n)
	return all[from:min(from+size, n)]
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
