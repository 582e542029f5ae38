package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/mapping/rows"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// jdyOverlap is how far windows overlap: the platform was seen to show rows late.
const jdyOverlap = 10 * time.Minute

// jdyRead is a source half as it was understood.
type jdyRead struct {
	findings
	j      *jdyConnector
	spec   *qeasy.SourceSpec
	op     jdy.Operation
	size   int
	strip  []string // fields that page
	enable bool     // the request says which rows it means
}

// Source reads a list; the request is its parameters.
func (j *jdyConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	r := &jdyRead{j: j, spec: spec, size: min(spec.PageSize, jdy.MaxPageSize)}
	for i := range spec.Other {
		if f := &spec.Other[i]; !blank(f) {
			r.badField(f, qeasy.CodeUnknownMember, "the platform has no second set of parameters")
		} else {
			r.note(f.Path, f.Name, "it has no value and is left out")
		}
	}
	if spec.API == JDYAuthorize {
		return r.authorizations()
	}
	if list, asked := jdyPosts[spec.API]; asked {
		return r.posts(list)
	}
	r.op, _ = jdyList(spec.API)
	for i := range spec.Fields {
		r.field(&spec.Fields[i])
	}
	if err := r.err(); err != nil {
		return nil, nil, err
	}
	if r.op.HasEnable && !r.enable {
		r.note("/request", "enable", "disabled rows are read too (enable = -1), so that a row that is disabled is seen to change; give enable to narrow it")
	}
	r.note("/api", "", "private fields come decrypted")
	src, err := r.source()
	if err != nil {
		return nil, nil, err
	}
	return src, r.notes, nil
}

func (r *jdyRead) field(f *qeasy.Field) {
	text, fixed := f.Constant()
	switch f.Name {
	case "page":
		if n, err := strconv.Atoi(text); fixed && !blank(f) && (err != nil || n > 1) {
			r.badField(f, qeasy.CodeUnsupportedMember, "all pages are read, so it can not begin at %q", text)
		}
		r.note(f.Path, f.Name, "left out: the client pages, and reads again what moved")
		r.strip = append(r.strip, f.Name)
	case "page_size":
		r.strip = append(r.strip, f.Name)
		if !fixed || blank(f) {
			return
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			r.badField(f, qeasy.CodeUnsupportedMember, "a page size is a whole number")
		} else if n > jdy.MaxPageSize {
			r.note(f.Path, f.Name, "%d rows are asked for at a time: the platform cuts larger pages without a word", jdy.MaxPageSize)
		}
		r.size = min(max(n, 0), jdy.MaxPageSize)
	case "un_page":
		if !blank(f) && text != "0" {
			r.badField(f, qeasy.CodeUnsupportedMember, "the list is read by pages, which stay right while rows move")
		}
		r.strip = append(r.strip, f.Name)
	case "enable":
		r.enable = !blank(f)
	default:
		if f.Type == "object" && !blank(f) {
			r.badField(f, qeasy.CodeUnsupportedMember, "a parameter of a list is a scalar or a list of scalars")
		}
	}
}

// config tells rows apart by the scheme's id where that is a member of the row.
func (r *jdyRead) config(full bool) jdy.SourceConfig[json.RawMessage] {
	cfg := jdy.SourceConfig[json.RawMessage]{Full: full}
	if id := r.spec.ID; id != "" && !strings.Contains(id, "{") {
		cfg.Key = func(row json.RawMessage) string {
			text, _ := rows.Text(row, id)
			return text
		}
	}
	return cfg
}

func (r *jdyRead) source() (duijiesync.Source[json.RawMessage], error) {
	w := r.spec.Window
	if !r.takenOver() {
		switch {
		case w != nil:
			r.note("/request", "", "each pull asks for the times the request has then, and reads them again until nothing moved")
		default:
			r.note("/api", "", "each pull reads the whole list again; the ledger passes what is new or changed")
		}
		return &pull{spec: r.spec, overlap: jdyOverlap, open: r.open, how: "read again until two passes agree"}, nil
	}
	at := qeasy.At{LastSync: r.spec.Since, Now: r.spec.Now(), PageSize: r.size, Page: 1}
	filter, err := r.filter(context.Background(), at, r.op.Modified.From, r.op.Modified.To)
	if err != nil {
		return nil, err
	}
	cfg := r.config(false)
	cfg.Start, cfg.Overlap = r.spec.Since.Add(w.Start.Offset), max(r.spec.Lookback(), jdyOverlap)
	if w.End != nil && w.End.Offset < -time.Minute {
		cfg.SettleDelay = -w.End.Offset
	}
	r.note(w.Start.Path, last(w.Start), "taken over: closed windows of modification times, overlapping by %s", cfg.Overlap)
	if w.End != nil {
		r.note(w.End.Path, last(w.End), "taken over: windows end %s before now", max(cfg.SettleDelay, time.Minute))
	}
	src, err := jdy.NewSource(r.j.client, http.MethodGet+" "+r.op.Path, jdy.Query{Filter: filter, PageSize: r.size}, cfg)
	if err != nil {
		return nil, err
	}
	return rawSource[json.RawMessage]{from: src, row: r.reveal}, nil
}

// takenOver tells whether the window of the request is the one of the client's source,
// beside parameters that no run changes.
func (r *jdyRead) takenOver() bool {
	w := r.spec.Window
	if !r.spec.Incremental() || r.op.Modified == (jdy.Bounds{}) || last(w.Start) != r.op.Modified.From || !even(w.Start) || w.Start.Offset > 0 {
		return false
	}
	if w.End != nil && (last(w.End) != r.op.Modified.To || !even(w.End) || w.End.Variable != qeasy.CurrentTime) {
		return false
	}
	for i := range r.spec.Fields {
		f := &r.spec.Fields[i]
		if !slices.Contains(r.strip, f.Name) && f.Name != r.op.Modified.From && f.Name != r.op.Modified.To && !fixedValue(f) {
			return false
		}
	}
	return true
}

func even(b *qeasy.Bound) bool { return b.Form != qeasy.FormOther && b.Form != qeasy.FormEmbedded }

// filter builds the parameters of a moment, without those that page and others.
func (r *jdyRead) filter(ctx context.Context, at qeasy.At, without ...string) (jdy.Filter, error) {
	request, _, err := r.spec.Build(ctx, at)
	if err != nil {
		return nil, err
	}
	out := jdy.Filter{}
	for m := range wire.Walk(request) {
		name := string(m.Key)
		if slices.Contains(without, name) || slices.Contains(r.strip, name) {
			continue
		}
		if wire.First(m.Value) == '[' {
			var list []string
			for item := range wire.Elements(m.Value) {
				text, ok := scalar(item)
				if !ok {
					return nil, fmt.Errorf("duijie/sync/qeasy/platforms: the parameter %s holds more than scalars: %w", name, duijie.ErrInvalid)
				}
				list = append(list, text)
			}
			out[name] = list
			continue
		}
		if text, ok := scalar(m.Value); ok {
			out[name] = text
		}
	}
	return out, nil
}

// open makes the source of one pull.
func (r *jdyRead) open(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
	filter, err := r.filter(ctx, at)
	if err != nil {
		return nil, err
	}
	src, err := jdy.NewSource(r.j.client, http.MethodGet+" "+r.op.Path, jdy.Query{Filter: filter, PageSize: r.size}, r.config(true))
	if err != nil {
		return nil, err
	}
	return rawSource[json.RawMessage]{from: src, row: r.reveal}, nil
}

// reveal decrypts the private fields of a row, wherever they stand.
func (r *jdyRead) reveal(raw json.RawMessage) (json.RawMessage, error) {
	switch wire.First(raw) {
	case '{':
		out := json.RawMessage{'{'}
		for m := range wire.Walk(raw) {
			v, err := r.reveal(m.Value)
			if err == nil {
				out, err = appendMember(out, string(m.Key), v)
			}
			if err != nil {
				return nil, err
			}
		}
		return append(out, '}'), nil
	case '[':
		out := json.RawMessage{'['}
		for item := range wire.Elements(raw) {
			v, err := r.reveal(item)
			if err != nil {
				return nil, err
			}
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(out, v...)
		}
		return append(out, ']'), nil
	case '"':
		text, _ := scalar(raw)
		if readable := r.j.client.Decrypt(text); readable != text {
			return wire.AppendText(nil, readable)
		}
	}
	return raw, nil
}

// authorizations reads who authorised the application, and refreshes the token.
func (r *jdyRead) authorizations() (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	for i := range r.spec.Fields {
		if f := &r.spec.Fields[i]; f.Name != "outerInstanceId" && !blank(f) {
			r.badField(f, qeasy.CodeUnknownMember, "the authorisations are asked for by outerInstanceId alone")
		}
	}
	if err := r.err(); err != nil {
		return nil, nil, err
	}
	r.note("/api", "", "the client's token is refreshed where it is due; rows hold neither the secret of the day nor the token")
	if f := qeasy.Find(r.spec.Fields, "outerInstanceId"); f != nil {
		r.note(f.Path, f.Name, "the client asks for its own instance; authorisations of another are left out")
	}
	return &pull{spec: r.spec, how: "all in one answer", open: func(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
		request, _, err := r.spec.Build(ctx, at)
		if err != nil {
			return nil, err
		}
		return jdyAccounts{r.j.client, textOf(request, "outerInstanceId")}, nil
	}}, r.notes, nil
}

// jdyAccounts is the source of the authorisations of an instance, "" for any.
type jdyAccounts struct {
	client   *jdy.Client
	instance string
}

// jdyAccount is a row. It must never get a member for a secret.
type jdyAccount struct {
	OuterInstanceID string `json:"outerInstanceId"`
	AccountID       string `json:"accountId"`
	AccountName     string `json:"accountName"`
	Company         string `json:"agreementCompanyName"`
	ServiceID       string `json:"serviceId"`
	AppKey          string `json:"appKey"`
	Domain          string `json:"domain"`
	Group           string `json:"groupName"`
	Status          int    `json:"status"`
	Expires         int64  `json:"instanceExpiresTime,omitempty"`
	TokenExpires    string `json:"tokenExpires,omitempty"`
}

func (a jdyAccounts) Read(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
	return func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
		batch, err := a.batch(ctx)
		yield(batch, err)
	}
}

func (a jdyAccounts) batch(ctx context.Context) (out duijiesync.Batch[json.RawMessage], err error) {
	token, err := a.client.Token(ctx)
	if err != nil {
		return out, err
	}
	accounts, err := a.client.Accounts(ctx)
	if err != nil {
		return out, err
	}
	for i := range accounts {
		one := &accounts[i]
		if a.instance != "" && one.OuterInstanceID != "" && one.OuterInstanceID != a.instance {
			continue
		}
		row := jdyAccount{
			one.OuterInstanceID, one.ID, one.Name, one.Company, one.ServiceID, one.AppKey, one.Domain, one.Group, 0, 0, "",
		}
		if one.Valid {
			row.Status = 1
		}
		if !one.Expires.IsZero() {
			row.Expires = one.Expires.UnixMilli()
		}
		if one.ID == token.AccountID {
			row.TokenExpires = token.Expires.In(duijie.China).Format(time.DateTime)
		}
		raw, err := wire.Marshal(row)
		if err != nil {
			return out, err
		}
		out.Records = append(out.Records, duijiesync.Record[json.RawMessage]{Value: raw, Raw: raw})
	}
	if len(out.Records) == 0 {
		return out, fmt.Errorf("duijie/sync/qeasy/platforms: no authorisation is of the instance %s: %w", a.instance, duijie.ErrNotFound)
	}
	return out, nil
}
