package wdt

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// reservedFields can not name an argument on Qimen: the call itself uses them.
var reservedFields = map[string]bool{
	"method": true, "app_key": true, "target_app_key": true, "timestamp": true, "v": true, "format": true,
	"sign_method": true, "session": true, "partner_id": true, "sign": true, "pager": true, "datetime": true,
	"wdt_appkey": true, "wdt_salt": true, "wdt3_customer_id": true, "wdt_sign": true,
}

// prepareQimen gives every argument its form field.
func (c *Client) prepareQimen(r *request, args []encoded) error {
	r.name = qimenName(r.op)
	r.fields = map[string]string{}
	if r.page != nil {
		// Qimen counts pages from 1.
		r.fields["pager"] = fmt.Sprintf(`{"page_no":%d,"page_size":%d}`, r.page.no+1, r.page.size)
	}
	for i, a := range args {
		name, err := r.fieldName(a.name, i, len(args))
		if err != nil {
			return err
		}
		if _, twice := r.fields[name]; twice || reservedFields[name] {
			return invalid(r.op, "argument %d can not be named %q", i+1, name)
		}
		value, err := fieldText(a.raw)
		if err != nil {
			return invalid(r.op, "argument %s: %s", name, err)
		}
		if value != "" {
			r.fields[name] = value
		}
	}
	for _, value := range []string{c.cfg.SID, c.cfg.AppKey, c.salt.Reveal()} {
		if strings.HasPrefix(value, "@") {
			return invalid(r.op, "SID, AppKey and salt must not begin with @ on Qimen")
		}
	}
	return nil
}

// fieldName is the name given, the documented one, or params for the filter of
// a method that is not listed.
func (r *request) fieldName(given string, i, n int) (string, error) {
	if given != "" {
		return given, nil
	}
	var fields []string
	if r.known != nil {
		fields = r.known.Fields
	}
	if n == 1 && len(fields) > 1 {
		return "", invalid(r.op, "it takes %s on Qimen: give them as Args", strings.Join(fields, ", "))
	}
	if i < len(fields) {
		return fields[i], nil
	}
	if n == 1 {
		return "params", nil
	}
	return "", invalid(r.op, "argument %d needs a name on Qimen", i+1)
}

// fieldText is the form text of an argument, "" for one that is left out: null
// and the empty text. It is the same for every signer: without nulls, and with
// decimals as texts.
func fieldText(raw json.RawMessage) (string, error) {
	var v any
	if err := wire.Unmarshal(raw, &v); err != nil {
		return "", err
	}
	switch x := v.(type) {
	case nil:
		return "", nil
	case string:
		if strings.HasPrefix(x, "@") {
			return "", fmt.Errorf("a text that begins with @ means a file to the gateway")
		}
		return x, nil
	case map[string]any, []any:
		clean, changed, err := unambiguous(x)
		if err != nil || !changed {
			return string(raw), err
		}
		b, err := wire.Marshal(clean)
		return string(b), err
	}
	clean, _, err := unambiguous(v)
	return fmt.Sprint(clean), err
}

// unambiguous rewrites what the platform's own signers sign differently: null
// members go, and numbers with a fraction or exponent become texts.
func unambiguous(v any) (clean any, changed bool, err error) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if member == nil {
				delete(v, name)
				changed = true
				continue
			}
			c, did, err := unambiguous(member)
			if err != nil {
				return nil, false, err
			}
			v[name], changed = c, changed || did
		}
	case []any:
		for i, item := range v {
			if item == nil {
				return nil, false, fmt.Errorf("a list holds null, which the gateway can not sign")
			}
			c, did, err := unambiguous(item)
			if err != nil {
				return nil, false, err
			}
			v[i], changed = c, changed || did
		}
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return v, false, nil
		}
		d, err := duijie.ParseDecimal(v.String())
		if err != nil {
			return nil, false, err
		}
		if strings.ContainsAny(v.String(), "eE") {
			return d.Canonical(), true, nil
		}
		return v.String(), true, nil
	}
	return v, changed, nil
}

// qimenRequest builds and signs one attempt on Qimen: TOP parameters in the
// query, business parameters as a form.
func (c *Client) qimenRequest(ctx context.Context, r *request, now time.Time) (*http.Request, error) {
	system, form := c.qimenParams(r, now)
	u := *c.base
	u.RawQuery = encodeForm(system)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(encodeForm(form)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	return req, nil
}

// qimenParams are the TOP parameters, sign included, and the business
// parameters, wdt_sign included. Both carry the same instant.
func (c *Client) qimenParams(r *request, now time.Time) (system, form map[string]string) {
	form = maps.Clone(r.fields)
	form["datetime"] = chinaTime(now)
	form["wdt_appkey"] = c.cfg.AppKey
	form["wdt_salt"] = c.salt.Reveal()
	form["wdt_sign"] = wdtSign(c.secret.Reveal(), r.name, form)
	form["wdt3_customer_id"] = c.cfg.SID

	method := r.name
	if c.cfg.ScenePrefix {
		method = scene + "." + r.name
	}
	system = map[string]string{
		"method":         method,
		"app_key":        c.cfg.QimenAppKey,
		"target_app_key": c.cfg.QimenTargetAppKey,
		"timestamp":      chinaTime(now),
		"v":              "2.0",
		"format":         "json",
		"sign_method":    c.cfg.SignMethod,
	}
	if session := c.cfg.QimenSession.Reveal(); session != "" {
		system["session"] = session
	}
	all := maps.Clone(system)
	maps.Copy(all, form)
	system["sign"] = topSign(c.cfg.SignMethod, c.cfg.QimenAppSecret.Reveal(), all)
	return system, form
}
