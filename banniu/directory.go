package banniu

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// User is a user of the tenant.
type User struct {
	ID   string          // what user columns hold
	Nick string          // name
	Raw  json.RawMessage // the row as the platform sent it; further fields are not published
}

// ListUsers reads one page of users, from 1. Method user.list (用户列表). Next of the
// page is the number of the one behind it, by the total and the page size of the answer;
// Users moves on by itself. Effect: read. Limit: 100 rows a page.
func (c *Client) ListUsers(ctx context.Context, page int, opts ...duijie.CallOption) (*duijie.Page[User], error) {
	size := c.cfg.listSize()
	l, err := c.userPage(ctx, page, size, opts)
	if err != nil {
		return nil, err
	}
	raw := l.raw()
	out := &duijie.Page[User]{Next: raw.Next, Total: raw.Total}
	for _, row := range l.rows {
		out.Items = append(out.Items, readUser(row))
	}
	return out, nil
}

func readUser(row json.RawMessage) User {
	m := members(row)
	return User{ID: firstScalar(m, "id", "user_id"), Nick: firstScalar(m, "nick", "name"), Raw: row}
}

func (c *Client) userPage(ctx context.Context, page, size int, opts []duijie.CallOption) (listed, error) {
	const method = "user.list"
	if page < 1 {
		return listed{}, invalid(method, "pages count from 1")
	}
	e, err := c.send(ctx, known(method), nil, pageBody(page, size), opts)
	if err != nil {
		return listed{}, err
	}
	l, err := readListed(method, e, page, false, size)
	l.counted, l.pages = l.total >= 0, -1 // of pages nothing is documented
	if told := e.number("page_size"); told > 0 && told < int64(size) {
		l.size = int(told) // it gives fewer than were asked for
	}
	return l, err
}

// pageBody are the page parameters of the lists that take a body: texts.
func pageBody(page, size int) map[string]string {
	return map[string]string{"pageSize": fmt.Sprint(size), "pageNum": fmt.Sprint(page)}
}

// Shop is a shop of the tenant.
type Shop struct {
	ID    string          // what shop columns hold
	Title string          // name
	Raw   json.RawMessage // the row as the platform sent it
}

// Shops lists the shops. Method common.getSeller (店铺列表), one answer. Effect: read.
func (c *Client) Shops(ctx context.Context, opts ...duijie.CallOption) ([]Shop, error) {
	e, err := c.send(ctx, known("common.getSeller"), nil, nil, opts)
	if err != nil {
		return nil, err
	}
	var out []Shop
	for row := range wire.Elements(e.result) {
		m := members(row)
		out = append(out, Shop{ID: scalar(m["id"]), Title: firstScalar(m, "title", "name"), Raw: row})
	}
	return out, nil
}

// FileLink is a file for the platform to fetch.
type FileLink struct {
	URL  string // where the platform fetches it
	Name string // file name with its extension
	Type string // extension without the dot; "" = that of Name
	// Unsigned leaves signUrl out, with which the platform is asked for an address of
	// its own.
	Unsigned bool
}

// File is a file the platform has.
type File struct {
	ID     string `json:"id"`       // what attachment columns hold
	Name   string `json:"fileName"` // as given
	Suffix string `json:"suffix"`   // with its dot
	URL    string `json:"url"`      // where the platform serves or found it
}

// UploadFiles has the platform fetch files, for attachment columns. Method
// file.url.upload. Effect: write; a repeat only fetches them again, under other ids.
// An answer without as many files as were asked for is an error.
func (c *Client) UploadFiles(ctx context.Context, links []FileLink, opts ...duijie.CallOption) ([]File, error) {
	const method = "file.url.upload"
	if len(links) == 0 {
		return nil, nil
	}
	entries := make([]map[string]string, len(links))
	for i, l := range links {
		if l.URL == "" || l.Name == "" {
			return nil, invalid(method, fmt.Sprintf("file %d has no URL or no name", i))
		}
		entries[i] = map[string]string{"url": l.URL, "name": l.Name, "type": firstOf(l.Type, strings.TrimPrefix(path.Ext(l.Name), "."))}
		if !l.Unsigned {
			entries[i]["signUrl"] = "1"
		}
	}
	e, err := c.send(ctx, known(method), nil, map[string]any{"contents": entries}, opts)
	if err != nil {
		return nil, err
	}
	files, what := readFiles(e.result)
	if what == "" && len(files) != len(links) {
		what = fmt.Sprintf("%d files were asked for, the answer has %d", len(links), len(files))
	}
	if what != "" {
		return files, &duijie.APIError{
			Platform: platform, Op: method, Class: duijie.ClassUnavailable, StatusCode: 200, Code: e.code, Message: what,
			Attempts: 1, OutcomeUnknown: true, Err: duijie.ErrMalformedAnswer,
		}
	}
	return files, nil
}

// readFiles reads the files of an answer, and says what is wrong with one.
func readFiles(result json.RawMessage) (out []File, wrong string) {
	for row := range wire.Elements(result) {
		m := members(row)
		f := File{ID: scalar(m["id"]), Name: scalar(m["fileName"]), Suffix: scalar(m["suffix"]), URL: scalar(m["url"])}
		if f.ID == "" {
			return out, "a file without an id: " + wire.Excerpt(row)
		}
		out = append(out, f)
	}
	return out, ""
}
