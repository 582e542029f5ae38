package wdt

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/duijie-go/duijie/internal/wire"
)

// reservedEnterprise are the fields the call itself uses.
var reservedEnterprise = map[string]bool{
	"sid": true, "appkey": true, "timestamp": true, "sign": true, "page_no": true, "page_size": true,
}

// enterpriseName is the script a method name means: "trade_query" is
// trade_query.php. Names of the flagship edition are told apart.
func enterpriseName(method string) (string, error) {
	name := strings.TrimSuffix(method, ".php")
	if m := methods().find(method); m != nil && !m.Enterprise || strings.Contains(name, ".") || name != strings.ToLower(name) {
		return "", invalid(method, "the enterprise edition (企业版) has no such method, only the flagship edition (旗舰版): its scripts are named like trade_query.php")
	}
	return name + ".php", nil
}

// notEnterprise refuses a script on the gateways of the flagship edition.
func notEnterprise(known *Method, method string) error {
	if strings.HasSuffix(method, ".php") || known != nil && known.Enterprise {
		return invalid(method, "it is a script of the enterprise edition (企业版): set Gateway to Enterprise, with an account of that edition")
	}
	return nil
}

// prepareEnterprise gives every member of the filter, or every named argument,
// its form field.
func (c *Client) prepareEnterprise(r *request, args []encoded) error {
	r.fields = map[string]string{}
	if len(args) == 1 && args[0].name == "" {
		if wire.First(args[0].raw) != '{' {
			return invalid(r.op, "the argument is no object: the enterprise edition takes fields by name")
		}
		whole := args[0].raw
		args = nil
		for m := range wire.Walk(whole) {
			args = append(args, encoded{string(m.Key), m.Value})
		}
	}
	for i, a := range args {
		if a.name == "" {
			return invalid(r.op, "argument %d needs a name", i+1)
		}
		if _, twice := r.fields[a.name]; twice || reservedEnterprise[a.name] {
			return invalid(r.op, "a field can not be named %q; pages are asked for with a Query", a.name)
		}
		text, err := enterpriseText(a.raw)
		if err != nil {
			return invalid(r.op, "field %s: %s", a.name, err)
		}
		if text != "" {
			r.fields[a.name] = text
		}
	}
	if r.page != nil {
		r.fields["page_no"] = strconv.Itoa(r.page.no)
		r.fields["page_size"] = strconv.Itoa(r.page.size)
	}
	return nil
}

// enterpriseText is the text of a form field, "" for one that is left out: null
// and the empty text. Objects and lists are JSON without \u escapes.
func enterpriseText(raw json.RawMessage) (string, error) {
	switch wire.First(raw) {
	case 'n', 0:
		return "", nil
	case 't', 'f':
		return "", fmt.Errorf("nobody says how this edition takes a bool: give 1 or 0, or a text")
	case '"':
		var text string
		err := wire.Unmarshal(raw, &text)
		return text, err
	case '{', '[':
		if !strings.Contains(string(raw), `\u`) {
			return string(raw), nil
		}
		var v any
		if err := wire.Unmarshal(raw, &v); err != nil {
			return "", err
		}
		b, err := wire.Marshal(v)
		return string(b), err
	}
	return string(raw), nil
}

// enterpriseRequest builds and signs one attempt: everything in the form.
func (c *Client) enterpriseRequest(ctx context.Context, r *request, now time.Time) (*http.Request, error) {
	u := c.base.JoinPath(r.name)
	form := encodeForm(c.enterpriseForm(r, now))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(form))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	return req, nil
}

func (c *Client) enterpriseForm(r *request, now time.Time) map[string]string {
	form := map[string]string{"sid": c.cfg.SID, "appkey": c.cfg.AppKey, "timestamp": strconv.FormatInt(now.Unix(), 10)}
	for name, value := range r.fields {
		form[name] = value
	}
	form["sign"] = enterpriseSign(c.secret.Reveal(), form)
	return form
}

// readEnterprise reads the flat answer of the enterprise edition: the list and
// the total stand beside the code, so all of it is data.
func readEnterprise(body []byte) (r reply, ok bool) {
	if !utf8.Valid(body) || wire.First(body) != '{' || !json.Valid(body) {
		return reply{}, false
	}
	e := readEnvelope(body)
	if e.Code == "" && e.Message != "" {
		return reply{layer: fromEnterprise, message: string(e.Message)}, true
	}
	code, isNumber := e.Code.number()
	if !isNumber {
		return reply{}, false
	}
	return reply{
		layer: fromEnterprise, ok: code == 0, code: strconv.FormatInt(code, 10), message: string(e.Message),
		requestID: string(e.RequestID), data: body,
	}, true
}
