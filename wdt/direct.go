package wdt

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie/internal/wire"
)

// prepareDirect puts the arguments in their positions. Nulls stay: the signature
// covers the text as it is, and a position can not be left out.
func (r *request) prepareDirect(args []encoded) error {
	if strings.HasPrefix(r.name, "wdt.") {
		if r.known != nil && !r.known.QimenOnly {
			return invalid(r.name, "the direct gateway calls it %s", r.known.Name)
		}
		return invalid(r.name, "this is a Qimen name; the direct gateway has none for it")
	}
	if r.known != nil && r.known.QimenOnly {
		return invalid(r.op, "this method is on Qimen only")
	}
	r.args = make([]json.RawMessage, len(args))
	for i, a := range args {
		r.args[i] = a.raw
	}
	return nil
}

// directRequest builds and signs one attempt on the direct gateway: parameters
// in the query, arguments as one JSON list in the body.
func (c *Client) directRequest(ctx context.Context, r *request, now time.Time) (*http.Request, error) {
	body, err := wire.Marshal(r.args)
	if err != nil {
		return nil, err
	}
	u := *c.base
	u.RawQuery = encodeForm(c.directQuery(r, string(body), now))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

// directQuery is every query parameter, sign included.
func (c *Client) directQuery(r *request, body string, now time.Time) map[string]string {
	query := map[string]string{
		"sid":       c.cfg.SID,
		"key":       c.cfg.AppKey,
		"salt":      c.salt.Reveal(),
		"method":    r.name,
		"timestamp": directTimestamp(now),
		"v":         "1.0",
	}
	if r.page != nil {
		query["page_no"] = strconv.Itoa(r.page.no)
		query["page_size"] = strconv.Itoa(r.page.size)
		query["calc_total"] = "0"
		if r.page.total {
			query["calc_total"] = "1"
		}
	}
	query["sign"] = directSign(c.secret.Reveal(), query, body)
	return query
}

func encodeForm(params map[string]string) string {
	values := make(url.Values, len(params))
	for name, value := range params {
		values.Set(name, value)
	}
	return values.Encode()
}
