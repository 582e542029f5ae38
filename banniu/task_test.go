package banniu

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu/banniutest"
	"github.com/duijie-go/duijie/internal/testutil"
)

func day(n int) time.Time { return banniutest.DemoDay().AddDate(0, 0, n) }

// A stretch of days is cut into windows, and a task comes once.
func TestAllReadsDays(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for i := range 5 {
		at := day(i + 1).Add(time.Duration(i) * time.Hour).Format(time.DateTime)
		s.Add(banniutest.DemoProject, banniutest.Cells{"3": at, "27963": "later"})
	}
	p := c.Project("", "")
	rows := collect(t, p.All(t.Context(), TaskQuery{CreatedFrom: day(0), CreatedTo: day(5).Add(12 * time.Hour)}))
	require.Len(t, rows, banniutest.DemoTasks+5)
	ids := map[string]bool{}
	for _, r := range rows {
		ids[r.ID()] = true
	}
	require.Len(t, ids, len(rows))
	// One day alone, as the flow asks for it.
	rows = collect(t, p.All(t.Context(), TaskQuery{CreatedFrom: day(0), CreatedTo: day(0).Add(24*time.Hour - time.Second)}))
	require.Len(t, rows, banniutest.DemoTasks)
	for _, call := range s.Calls() {
		require.Empty(t, call.Query.Get("start_created"))
		require.NotEmpty(t, call.Query.Get("star_created"))
	}
	// No window at all is one reading of all there are.
	require.Len(t, collect(t, p.All(t.Context(), TaskQuery{Status: StatusDone})), banniutest.DemoTasks/3+1)
	require.Len(t, collect(t, p.Scan(t.Context())), banniutest.DemoTasks+5)
}

// The parts of a long stretch leave no second out, whether or not their ends belong
// to them.
func TestDaysCoverTheirStretch(t *testing.T) {
	t.Parallel()
	q := TaskQuery{CreatedFrom: day(0), CreatedTo: day(4).Add(5 * time.Second)}
	parts := q.days(day(9))
	require.Equal(t, q.CreatedFrom, parts[0].CreatedFrom)
	require.Equal(t, q.CreatedTo, parts[len(parts)-1].CreatedTo)
	for i, part := range parts {
		require.LessOrEqual(t, part.CreatedTo.Sub(part.CreatedFrom), maxWindow)
		if i > 0 {
			require.True(t, part.CreatedFrom.Before(parts[i-1].CreatedTo), "part %d begins before the one before ends", i)
		}
	}
	q.CreatedTo = time.Time{}
	parts = q.days(day(3))
	require.Equal(t, day(3), parts[len(parts)-1].CreatedTo, "without an end it is now")
}

// Rows that move while a list is read are met all the same; a plain loop over the
// pages loses some on the same sheet.
func TestRowsThatMove(t *testing.T) {
	t.Parallel()
	reading := func(read func(*Project) int) (met int) {
		c, s := newPair(t, banniutest.WithNewestFirst())
		ids := s.TaskIDs(banniutest.DemoProject)
		s.OnCall(func(method string, n int) {
			if strings.HasPrefix(method, "task.list") && n == 3 { // the last one goes to the first page
				s.Set(banniutest.DemoProject, ids[0], banniutest.Cells{"27964": "moved", "4": time.Now().In(duijie.China).Format(time.DateTime)})
			}
		})
		return read(c.Project("", ""))
	}
	require.Equal(t, banniutest.DemoTasks, reading(func(p *Project) int {
		return len(collect(t, p.All(t.Context(), TaskQuery{CreatedFrom: day(0), CreatedTo: day(1)})))
	}))
	require.Less(t, reading(func(p *Project) int {
		ids := map[string]bool{}
		q := TaskQuery{CreatedFrom: day(0), CreatedTo: day(1)}
		for {
			page, err := p.List(t.Context(), q)
			require.NoError(t, err)
			for _, r := range page.Items {
				ids[r.ID()] = true
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				return len(ids)
			}
		}
	}), banniutest.DemoTasks)
}

func TestQueriesThatAreRefused(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	p := c.Project("", "")
	for _, q := range []TaskQuery{
		{PageSize: 101}, {PageSize: -1}, {Cursor: "x"}, {Cursor: "0"}, {CreatedFrom: day(0), CreatedTo: day(1).Add(time.Second)},
		{Conditions: []Condition{{Column: "名称", Value: "x"}}},
	} {
		_, err := p.List(t.Context(), q)
		require.ErrorIs(t, err, duijie.ErrInvalid, "%+v", q)
	}
	_, err := p.Get(t.Context(), "5&x=1")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = clientOf(t, func() Config { cfg := c.cfg; cfg.ProjectID, cfg.AppID = "", ""; return cfg }()).Project("", "").BatchUpdate(t.Context(), nil)
	require.ErrorContains(t, err, "BANNIU_PROJECT_ID")
	require.ErrorContains(t, err, "BANNIU_APP_ID")
	for _, bad := range []string{"task.get", "GET miniAPI task.get", "DELETE /x y", "a b"} {
		require.ErrorIs(t, c.Call(t.Context(), bad, nil, nil, nil), duijie.ErrInvalid, bad)
	}
	for _, name := range systemParams {
		require.ErrorIs(t, c.Call(t.Context(), "project.list", Params{name: "x"}, nil, nil), duijie.ErrInvalid, name)
	}
	require.ErrorIs(t, c.Call(t.Context(), "project.list", nil, map[string]any{}, nil), duijie.ErrInvalid)
	require.Zero(t, s.Count(""))
}

// A settle delay keeps tasks away that are not complete yet.
func TestSettleDelay(t *testing.T) {
	t.Parallel()
	now := day(0).Add(12 * time.Hour)
	_, s := newPair(t, banniutest.WithClock(func() time.Time { return now }))
	c := clientOf(t, configOf(s), duijie.WithClock(func() time.Time { return now }))
	rows := collect(t, c.Project("", "").All(t.Context(), TaskQuery{CreatedFrom: day(0), SettleDelay: 6 * time.Hour}))
	require.NotEmpty(t, rows)
	for _, r := range rows {
		require.False(t, r.Created().Time.After(now.Add(-6*time.Hour)))
	}
	require.Less(t, len(rows), banniutest.DemoTasks/3)
}

// The forms an answer may have are all read.
func TestAnswersInEveryForm(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]banniutest.Option{
		"plain": nil, "array": {banniutest.WithTaskAsArray()}, "numbers": {banniutest.WithNumberCells()}, "null": {banniutest.WithNullCells()},
		"exclusive end": {banniutest.WithExclusiveEnd()}, "missing is empty": {banniutest.WithMissingTaskEmpty()}, "top level": {banniutest.WithTopLevelErrors()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s := newPair(t, opts...)
			p := c.Project("", "")
			id := fmt.Sprint(s.TaskIDs(banniutest.DemoProject)[1])
			row, err := p.Get(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, id, row.ID())
			require.Equal(t, "G0001", row.Text("27963"))
			amount, err := row.Decimal("27972")
			require.NoError(t, err)
			require.Equal(t, "11.01", amount.String())
			require.Equal(t, "1001", row.Creator())
			require.Equal(t, StatusDone, row.Status())
			require.Equal(t, []string{"645", "643"}, row.OptionIDs("27971"))
			require.False(t, row.Created().IsZero())
			sub, err := row.SubRows("27973")
			require.NoError(t, err)
			require.Equal(t, "2", sub[0].Text("1913"))
			_, err = p.Get(t.Context(), "999999999")
			require.Error(t, err)
			if strings.HasPrefix(name, "missing") {
				require.ErrorIs(t, err, duijie.ErrNotFound)
			}
			columns, err := p.Columns(t.Context())
			require.NoError(t, err)
			require.Equal(t, "27963", NewForm(columns).ID("货品编号"))
			require.Len(t, collect(t, p.All(t.Context(), TaskQuery{CreatedFrom: day(0), CreatedTo: day(1)})), banniutest.DemoTasks)
		})
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for i := range 150 {
		s.AddUser(banniutest.User{ID: int64(2000 + i), Nick: fmt.Sprint("user ", i)})
	}
	users := collect(t, c.Users(t.Context()))
	require.Len(t, users, 153)
	require.Equal(t, "韩梅梅", users[2].Nick)
	page, err := c.ListUsers(t.Context(), 2)
	require.NoError(t, err)
	require.Len(t, page.Items, 53)
	require.Empty(t, page.Next)
	shops, err := c.Shops(t.Context())
	require.NoError(t, err)
	require.Equal(t, Shop{ID: "501", Title: "示例旗舰店", Raw: shops[0].Raw}, shops[0])
	projects, err := c.Projects(t.Context())
	require.NoError(t, err)
	require.Equal(t, "货品", projects[0].Name)
	require.Equal(t, banniutest.DemoApp, projects[0].AppID)
	files, err := c.UploadFiles(t.Context(), []FileLink{{URL: "https://example.com/a.jpg", Name: "a.jpg"}})
	require.NoError(t, err)
	require.Equal(t, s.Files()[0].ID, files[0].ID)
	id := s.TaskIDs(banniutest.DemoProject)[0]
	s.Delete(banniutest.DemoProject, id)
	gone := collect(t, c.Project("", "").Deleted(t.Context()))
	require.Len(t, gone, 1)
	require.Equal(t, fmt.Sprint(id), gone[0].ID())
	// What the package does not know is reached too.
	var answer Answer
	require.NoError(t, c.Call(t.Context(), "task.list.new", Params{"project_id": banniutest.DemoProject, "page_size": 200}, nil, &answer))
	require.EqualValues(t, 2, answer.TotalPages)
	err = c.Call(t.Context(), "GET /gateway/api/miniAPI task.get", nil, nil, nil)
	require.ErrorIs(t, err, duijie.ErrRefused)
}

// The one answer that was captured.
func TestUploadSample(t *testing.T) {
	t.Parallel()
	sample := testutil.Sample(t, platform, "POST_file_url_upload.json")
	c, saw := answering(t, says(200, string(sample)))
	files, err := c.UploadFiles(t.Context(), []FileLink{{URL: "https://example.com/a", Name: "bytenew1.jpg"}})
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Equal(t, "WxU5cVKahMjzONrUONr6Gg==", files[0].ID)
	require.Equal(t, ".jpg", files[0].Suffix)
	require.Contains(t, files[0].URL, "https://example.com/")
	require.JSONEq(t, `{"contents":[{"url":"https://example.com/a","name":"bytenew1.jpg","type":"jpg","signUrl":"1"}]}`, saw()[0].body)
	_, err = c.UploadFiles(t.Context(), []FileLink{{URL: "https://example.com/a", Name: "a"}, {URL: "https://example.com/b", Name: "b"}})
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, "fewer files than were asked for")
}

// Two calls a second, one at a time.
func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		rt := stub(func(w http.ResponseWriter, r *http.Request) { n++; says(200, result("[]"))(w, r) })
		c, err := NewClient(stubbed(t, rt).cfg, duijie.WithHTTPClient(&http.Client{Transport: rt}))
		require.NoError(t, err)
		begin := time.Now()
		for range 21 {
			_, err := c.Projects(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, 21, n)
		require.InDelta(t, 9.5, time.Since(begin).Seconds(), 0.6)
	})
}
