package dingtalk

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// Yida works on one Yida application (宜搭应用): its forms, its approval processes
// and their definitions. [Client.Yida] makes it.
type Yida struct {
	client *Client
	app    YidaApp
	err    error // what the application lacks
}

// Yida is the application of Config.Yida. Where its settings are missing, every
// call says so with duijie.ErrInvalid.
func (c *Client) Yida() *Yida { return c.YidaApp(c.cfg.Yida) }

// YidaApp works on another application of the same organisation.
func (c *Client) YidaApp(app YidaApp) *Yida {
	y := &Yida{client: c, app: app}
	if p := app.problems(); len(p) > 0 {
		y.err = settingsError("config", p, func(field string) string { return field })
	}
	return y
}

// version is the path prefix of operations that have both versions.
func (y *Yida) version() string { return "/" + string(cmpOr(y.app.Version, YidaV2)) }

func cmpOr[T ~string](a, b T) T {
	if a == "" {
		return b
	}
	return a
}

// Zone is the zone of times Yida writes: China, unless YidaApp.Zone says otherwise.
func (y *Yida) zone() *time.Location {
	if y.app.Zone == nil {
		return duijie.China
	}
	return y.app.Zone
}

// form is the form a call is for.
func (y *Yida) form(uuid, op string) (string, error) {
	if uuid = firstOf(uuid, y.app.FormUUID); uuid == "" {
		return "", invalid(op, "FormUUID is missing")
	}
	return uuid, nil
}

// common are the members every call carries, and those of them that only some take.
func (y *Yida) common(path string, more map[string]any) map[string]any {
	m := map[string]any{"systemToken": y.app.SystemToken.Reveal(), "userId": y.app.UserID}
	if !strings.Contains(path, "/"+escapePath(y.app.AppType)) {
		m["appType"] = y.app.AppType // else it stands in the path
	}
	if !contains(withoutLanguage, path) {
		m["language"] = firstOf(y.app.Language, "zh_CN")
	}
	if y.app.Env != "" && contains(withEnv, path) {
		m["env"] = y.app.Env
	}
	maps.Copy(m, more)
	return m
}

// withoutLanguage are the operations whose documentation has no language, withEnv
// those that have env.
var (
	withoutLanguage = []string{
		"/batchSave", "/components", "/datas", "/batchRemove", "/ids/query", "/insertOrUpdate", "/advances/", "/innerTables/",
		"/yida/forms?", "/component/alias/", "/operationsLogs/", "/formFields?",
	}
	withEnv = []string{"/batchSave", "/components", "/insertOrUpdate", "/operationRecords"}
)

func contains(parts []string, path string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(path+"?", part) })
}

// post, put, get and remove call with the common members; path begins behind the
// version.
func (y *Yida) post(ctx context.Context, path string, query Query, body map[string]any, out any, opts ...duijie.CallOption) error {
	return y.send(ctx, http.MethodPost, path, query, y.common(path, body), out, opts)
}

func (y *Yida) put(ctx context.Context, path string, body map[string]any, out any, opts ...duijie.CallOption) error {
	return y.send(ctx, http.MethodPut, path, nil, y.common(path, body), out, opts)
}

func (y *Yida) query(ctx context.Context, method, path string, query Query, out any, opts ...duijie.CallOption) error {
	q := Query{}
	for k, v := range y.common(path, nil) {
		q[k], _ = v.(string)
	}
	maps.Copy(q, query)
	return y.send(ctx, method, path, q, nil, out, opts)
}

func (y *Yida) send(ctx context.Context, method, path string, query Query, body map[string]any, out any, opts []duijie.CallOption) error {
	if y.err != nil {
		return y.err
	}
	var b any
	if body != nil {
		b = body
	}
	r, err := newRequest(y.client.api, method+" "+path, query, b)
	if err != nil {
		return err
	}
	r.secrets = []duijie.Secret{y.app.SystemToken}
	return y.client.do(ctx, r, out, opts...)
}

// result is the member result of an answer.
type result[T any] struct {
	Result T `json:"result"`
}

func escapePath(s string) string { return url.PathEscape(s) }

// yidaTime reads a time of an answer. Yida writes its wall clock and puts a Z behind
// it, which is wrong: 2025-12-16T11:34Z is 11:34 in China.
func yidaTime(text string, zone *time.Location) (time.Time, bool) {
	text = strings.TrimSuffix(strings.TrimSpace(text), "Z")
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// needs is the error of a call that lacks something.
func needs(op string, fields map[string]string) error {
	for name, value := range fields {
		if value == "" {
			return invalid(op, name+" is missing")
		}
	}
	return nil
}

// rawText is a JSON text, or a JSON value as text.
func rawText(raw json.RawMessage) string {
	if text := scalar(raw); text != "" {
		return text
	}
	if len(raw) > 0 && raw[0] == '"' || string(raw) == "null" {
		return ""
	}
	return string(raw)
}
