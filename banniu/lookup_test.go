package banniu

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// otherRows answers lists with rows nobody asked for, cut to 50 a page, and refuses
// to show one task alone.
func otherRows(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("method") == "task.getTask" {
		says(200, refusal("7777", "系统内部错误"))(w, r)
		return
	}
	rows := make([]string, 50)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"-1":"%s%02d","501":"other"}`, q.Get("page_num"), i+1)
	}
	says(200, result("["+strings.Join(rows, ",")+"]"))(w, r)
}

// Where the filter does nothing and pages are cut, no task is called absent: it
// would be made twice.
func TestNoTaskIsAbsentByAFilterThatDoesNothing(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, otherRows)
	create, err := NewCreateSink(c.Project("100", "7"), CreateConfig[sheetTask]{KeyColumn: "501"})
	require.NoError(t, err)
	found, err := create.Find(t.Context(), []duijiesync.Record[sheetTask]{{Key: "A"}})
	require.NoError(t, err)
	require.ErrorContains(t, found[0].Err, "brings other tasks")
	_, err = c.Project("100", "7").taskByID(t.Context(), "6690538")
	require.ErrorIs(t, err, duijie.ErrRefused)
	require.ErrorContains(t, err, "ignored")
}

// A filter that takes more for equal than we do brings rows beside the one meant.
func TestAFilterMayBeLoose(t *testing.T) {
	t.Parallel()
	c, saw := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page_num") == "1" {
			says(200, result(`[{"-1":"5","501":"a"}]`))(w, r)
			return
		}
		says(200, result("[]"))(w, r)
	})
	row, err := c.Project("", "").taskByKey(t.Context(), Column{ID: "501"}, "A")
	require.NoError(t, err)
	require.Nil(t, row)
	require.Len(t, saw(), 2, "an empty page ends the list")
}
