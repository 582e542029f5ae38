package banniu

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// The client knows nothing of pipelines: only the files that make sources and sinks do.
func TestTheClientKnowsNoPipelines(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	require.Greater(t, len(files), 20)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "source") || strings.HasPrefix(name, "sink") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range file.Imports {
			require.NotContains(t, spec.Path.Value, "duijie/sync", name)
		}
	}
}

// A window that ends before it begins, because the settle delay moved its end, holds
// nothing: no call asks for it, and none is refused for it.
func TestWindowsThatEndBeforeTheyBegin(t *testing.T) {
	t.Parallel()
	now := day(0).Add(12 * time.Hour)
	c, saw := answering(t, says(200, result("[]")), duijie.WithClock(func() time.Time { return now }))
	p := c.Project("", "")
	for name, q := range map[string]TaskQuery{
		"settle delay":          {CreatedFrom: now.Add(-time.Hour), SettleDelay: 6 * time.Hour},
		"settle delay, two end": {CreatedFrom: now.Add(-time.Hour), CreatedTo: now.AddDate(0, 0, 5), SettleDelay: 6 * time.Hour},
		"as given":              {CreatedFrom: now, CreatedTo: now.Add(-time.Second)},
	} {
		require.Empty(t, collect(t, p.All(t.Context(), q)), name)
		for _, err := range p.Pages(t.Context(), q) {
			require.Fail(t, "a page", "%s: %v", name, err)
		}
		page, err := p.List(t.Context(), q)
		require.NoError(t, err, name)
		require.Empty(t, page.Items, name)
		require.Empty(t, page.Next, name)
		require.Empty(t, saw(), name)
	}
	// One moment is a window, as its bounds may belong to it.
	collect(t, p.All(t.Context(), TaskQuery{CreatedFrom: now.Add(-time.Hour), SettleDelay: time.Hour}))
	require.Len(t, saw(), 1)
	require.Equal(t, saw()[0].request.URL.Query().Get("star_created"), saw()[0].request.URL.Query().Get("end_created"))
}

// userPages answers user.list with pages of so many rows, whatever is asked for, and
// what it says beside them.
func userPages(users, size int, beside string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Page int `json:"pageNum,string"`
		}
		_ = json.NewDecoder(r.Body).Decode(&asked)
		var rows []string
		for i := (asked.Page - 1) * size; i < min(asked.Page*size, users); i++ {
			rows = append(rows, fmt.Sprintf(`{"id":%d,"nick":"u"}`, i+1))
		}
		says(200, `{"data":{"map":{"result":[`+strings.Join(rows, ",")+`]`+beside+`}}}`)(w, r)
	}
}

// Whoever follows Next reads all users: of a total and pages that are smaller than was
// asked for, said or not, of no total, and of a total that means nothing.
func TestNextOfUsersLeadsToTheLast(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		users, size int
		beside      string
		calls       int
	}{
		"as documented":            {153, 100, `,"total":153,"page_num":1,"page_size":100`, 2},
		"full last page":           {200, 100, `,"total":200,"page_size":100`, 2},
		"smaller pages, said":      {153, 50, `,"total":153,"page_size":50`, 4},
		"smaller pages, unsaid":    {153, 50, `,"total":153`, 5},
		"smaller pages, denied":    {153, 50, `,"total":153,"page_size":100`, 5},
		"larger pages claimed":     {153, 100, `,"total":153,"page_size":1000`, 2},
		"no total":                 {153, 100, ``, 3},
		"no total, pages":          {153, 50, `,"total_page_num":2`, 5},
		"total 0 beside rows":      {153, 100, `,"total":0`, 3},
		"fewer users than counted": {120, 100, `,"total":153,"page_size":100`, 3},
		"nobody":                   {0, 100, `,"total":0`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, saw := answering(t, userPages(tt.users, tt.size, tt.beside))
			met := 0
			for next := "1"; next != ""; {
				n, err := strconv.Atoi(next)
				require.NoError(t, err)
				page, err := c.ListUsers(t.Context(), n)
				require.NoError(t, err)
				met += len(page.Items)
				next = page.Next
			}
			require.Equal(t, tt.users, met)
			require.Len(t, saw(), tt.calls)
		})
	}
}

// An empty page is asked for again while more are claimed, and a list that repeats itself
// or never comes to rest does not look complete.
func TestReadingsThatDoNotAddUp(t *testing.T) {
	t.Parallel()
	calls := 0
	c, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		page := r.URL.Query().Get("page_num")
		if page == "2" && calls%3 != 0 { // now and then
			says(200, `{"response":{"code":0,"map":{"result":[],"total_page_num":3}}}`)(w, r)
			return
		}
		says(200, `{"response":{"code":0,"map":{"result":[{"-1":"`+page+`"}],"total_page_num":3}}}`)(w, r)
	})
	require.Len(t, collect(t, c.Project("", "").Scan(t.Context())), 3)

	fails := func(answer func(http.ResponseWriter, *http.Request)) error {
		c, saw := answering(t, answer)
		for _, err := range c.Project("", "").Scan(t.Context()) {
			if err != nil {
				require.Less(t, len(saw()), 40)
				return err
			}
		}
		return nil
	}
	require.ErrorIs(t, fails(says(200, result(`[{"-1":"1"}]`))), duijie.ErrNoProgress, "it ignores the page number")
	require.ErrorIs(t, fails(says(200, `{"response":{"code":0,"map":{"result":[],"total_page_num":99}}}`)), duijie.ErrNoProgress, "empty pages without end")
	n := 0
	require.ErrorIs(t, fails(func(w http.ResponseWriter, r *http.Request) {
		n++
		if r.URL.Query().Get("page_num") == "3" {
			says(200, result("[]"))(w, r)
			return
		}
		says(200, result(fmt.Sprintf(`[{"-1":"%s","4":"%d"}]`, r.URL.Query().Get("page_num"), n)))(w, r)
	}), duijie.ErrNoProgress, "its rows change all the time")
	require.ErrorIs(t, fails(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("page_num") {
		case "1", "2":
			says(200, result(`[{"-1":"1"},{"-1":"2","x":"`+r.URL.Query().Get("page_num")+`"}]`))(w, r)
		default:
			says(200, result("[]"))(w, r)
		}
	}), duijie.ErrNoProgress, "a task is met twice in each reading")
}
