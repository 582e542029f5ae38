package platforms

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/jdy"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// jdyPost is a list that is asked for with a body.
type jdyPost struct {
	needs      []string // members the platform requires
	page, size string   // members of the body, from 1; "" where all rows come in one answer
	rows       string   // member of the answer
	total      string   // number of rows in the whole list; see rows
	pages      string   // number of pages of the asked size; see rows
}

// jdyPosts are the lists of POST, by their paths.
var jdyPosts = map[string]jdyPost{
	// Bills of the customer's own (自定义单据). How its data is built inside is not documented: it
	// is read as lists are elsewhere, and an answer without rows is an error.
	"/jdy/v2/cust/list": {
		needs: []string{"biz_type", "data"}, page: "page_no", size: "page_size", rows: "rows", total: "count", pages: "total_page",
	},
	// What products are made of (材料分录联动查询), for those that the request names.
	"/jdy/v2/pm/bom_material": {needs: []string{"bill_type", "material_entity"}, rows: "rows"},
	// 核算项目明细账. It answers the last page again behind the end.
	"/jdy/v2/fi/assistdetail_report": {
		needs: []string{"assist_list", "start_period", "end_period"}, page: "page", size: "page_size", rows: "items", total: "total_count", pages: "page_count",
	},
}

// posts reads a list of POST; the request is its body.
func (r *jdyRead) posts(list jdyPost) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	for _, name := range list.needs {
		if f := qeasy.Find(r.spec.Fields, name); f == nil || blank(f) {
			r.bad("/request", name, qeasy.CodeUnsupportedMember, "the list needs %s", name)
		}
	}
	for i := range r.spec.Fields {
		if f := &r.spec.Fields[i]; list.page != "" && (f.Name == list.page || f.Name == list.size) {
			r.strip = append(r.strip, f.Name)
			r.postPage(f, f.Name == list.page)
		}
	}
	if err := r.err(); err != nil {
		return nil, nil, err
	}
	r.size = cmp.Or(r.size, jdy.MaxPageSize)
	r.note("/api", "", "each pull reads the whole list again; the ledger passes what is new or changed. Private fields come decrypted")
	how := "all in one answer"
	if list.page != "" {
		how = "read again until two passes agree"
	}
	return &pull{spec: r.spec, how: how, open: func(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
		request, _, err := r.spec.Build(ctx, at)
		if err != nil {
			return nil, err
		}
		body, err := without(request, r.strip)
		if err != nil {
			return nil, err
		}
		l := paging.List[json.RawMessage]{
			Name: r.spec.API, Size: r.size,
			Fetch: func(ctx context.Context, at paging.At) (paging.Page[json.RawMessage], error) {
				return r.post(ctx, list, body, at)
			},
		}
		if list.page == "" {
			l.Size = jdyOneAnswer
		}
		return l.DoublePass(), nil
	}}, r.notes, nil
}

// jdyOneAnswer is more rows than an answer without pages can hold.
const jdyOneAnswer = 1_000_000

// postPage reads a member that pages.
func (r *jdyRead) postPage(f *qeasy.Field, number bool) {
	text, fixed := f.Constant()
	n, err := strconv.Atoi(text)
	switch {
	case !fixed || blank(f):
	case number && (err != nil || n > 1):
		r.badField(f, qeasy.CodeUnsupportedMember, "all pages are read, so it can not begin at %q", text)
	case number:
	case err != nil || n < 1:
		r.badField(f, qeasy.CodeUnsupportedMember, "a page size is a whole number")
	default:
		if n > jdy.MaxPageSize {
			r.note(f.Path, f.Name, "%d rows are asked for at a time: the platform cuts larger pages without a word", jdy.MaxPageSize)
		}
		r.size = min(n, jdy.MaxPageSize)
	}
	if number {
		r.note(f.Path, f.Name, "left out: the connector pages, and reads again what moved")
	}
}

// post fetches a page.
func (r *jdyRead) post(ctx context.Context, list jdyPost, body json.RawMessage, at paging.At) (out paging.Page[json.RawMessage], err error) {
	body = slices.Clone(body[:len(body)-1])
	if list.page != "" {
		for _, one := range []struct {
			name string
			n    int
		}{{list.page, at.Page + 1}, {list.size, r.size}} {
			if body, err = appendMember(body, one.name, json.RawMessage(strconv.Quote(strconv.Itoa(one.n)))); err != nil {
				return out, err
			}
		}
	}
	body = append(body, '}')
	var data json.RawMessage
	if err := r.j.client.Call(ctx, http.MethodPost+" "+r.spec.API, nil, body, &data); err != nil {
		return out, err
	}
	rows, has := member(data, list.rows)
	if inner, nested := member(data, "data"); !has && nested {
		if data = inner; wire.First(data) == '[' {
			rows, has = data, true
		} else {
			rows, has = member(data, list.rows)
		}
	}
	if first := wire.First(rows); !has || first != '[' && first != 'n' {
		return out, fmt.Errorf("duijie/sync/qeasy/platforms: the answer of %s has no list %s: %w", r.spec.API, list.rows, duijie.ErrMalformedAnswer)
	}
	key := rowKey(r.spec)
	if wire.First(rows) == '[' {
		for row := range wire.Elements(rows) {
			rec := duijiesync.Record[json.RawMessage]{Raw: slices.Clone(row)}
			if key != nil {
				rec.Key = key(row)
			}
			if rec.Value, rec.Err = r.reveal(row); rec.Err == nil && wire.First(row) != '{' {
				rec.Err = fmt.Errorf("the row is no JSON object: %w", duijie.ErrMalformedAnswer)
			}
			out.Records = append(out.Records, rec)
		}
	}
	out.Total = -1
	if list.page == "" {
		out.More = paging.MoreNo
		return out, nil
	}
	if n, err := strconv.ParseInt(textOf(data, list.total), 10, 64); err == nil {
		out.Total = n
	}
	if n, err := strconv.Atoi(textOf(data, list.pages)); err == nil && (n > 0 || len(out.Records) == 0) {
		out.More = paging.MoreYes
		if at.Page+1 >= n {
			out.More = paging.MoreNo
		}
		if n > 0 && at.Page+1 > n {
			out.Records = nil // the last page again
		}
	}
	return out, nil
}
