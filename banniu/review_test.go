package banniu

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// A count that the rows contradict ends no reading.
func TestCountsThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, counts := range map[string]string{
		"no pages": `"total_page_num":0`, "rows of the page": `"total":2`, "both": `"total":2,"total_page_num":2`,
	} {
		c, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
			rows := map[string]string{"1": `[{"-1":"1"},{"-1":"2"}]`, "2": `[{"-1":"3"},{"-1":"4"}]`}[r.URL.Query().Get("page_num")]
			if rows == "" {
				rows = "[]"
			}
			says(200, `{"response":{"code":0,"map":{"result":`+rows+`,`+counts+`}}}`)(w, r)
		})
		require.Len(t, collect(t, c.Project("", "").Scan(t.Context())), 4, name)
		require.Len(t, collect(t, c.Project("", "").All(t.Context(), TaskQuery{})), 4, name)
	}
	// task.list is not known to count its pages.
	c, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
		row := map[string]string{"1": `{"-1":"1"}`, "2": `{"-1":"2"}`}[r.URL.Query().Get("page_num")]
		says(200, `{"response":{"code":0,"map":{"result":[`+row+`],"total_page_num":1}}}`)(w, r)
	})
	require.Len(t, collect(t, c.Project("", "").All(t.Context(), TaskQuery{})), 2)
	page, err := c.Project("", "").List(t.Context(), TaskQuery{})
	require.NoError(t, err)
	require.Equal(t, "2", page.Next)
}

// A number that is no id as the platform writes it stops no other record.
func TestIDsAreWrittenPlainly(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t)
	s.Add("100", nil)
	sink, err := NewUpdateSink(p, UpdateConfig[sheetTask]{})
	require.NoError(t, err)
	_, err = sink.Find(t.Context(), []duijiesync.Record[sheetTask]{{Key: "090001"}})
	require.NoError(t, err)
}

// A title that several options have is not guessed about.
func TestTitlesThatAreNotClear(t *testing.T) {
	t.Parallel()
	f := NewForm([]Column{{ID: "5", Name: "类", Options: []Option{{"1", "甲,乙"}, {"2", "甲"}, {"3", "乙"}, {"4", "其他"}}, Related: []Option{{"9", "其他"}, {"2", "甲"}}}})
	for _, title := range []string{"其他", "甲,乙"} {
		_, err := f.Contents(map[string]any{"类": title})
		require.ErrorIs(t, err, duijie.ErrInvalid, title)
	}
	c, err := f.Contents(map[string]any{"类": "甲"})
	require.NoError(t, err)
	require.Equal(t, Contents{"5": "2"}, c)
}

// A text that does not say clearly what became of its entry is no refusal: the entry is
// written alone, whose answer tells.
func TestTextsThatAreNotClear(t *testing.T) {
	t.Parallel()
	require.False(t, EntryDone("工单id:5没有更新成功"))
	require.False(t, EntryDone("工单id:5未能更新成功"))
	require.True(t, EntryDone("工单id:5更新成功, 但是没有数据"))
	require.True(t, EntryDone("工单id:5更新成功: 列[失败原因]"))
	require.False(t, EntryDone("工单id:5: 列[成功率]的值[没有发现需要更新的数据]不在选项中"))
	require.False(t, EntryResult{TaskID: "5", Text: "工单id:5更新: 列[失败原因]"}.clear())
	require.True(t, EntryResult{TaskID: "5", Text: "工单id:5更新失败: 列[成功率]不存在"}.clear())
	c, saw := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("method") == "task.batchUpdate" {
			says(200, result(`["工单id:1更新成功, 关联工单id:2","工单id:3 ok","工单id:4更新成功: 列[失败原因]"]`))(w, r)
			return
		}
		says(200, result("null"))(w, r)
	})
	sink, err := NewUpdateSink(c.Project("", ""), UpdateConfig[sheetTask]{})
	require.NoError(t, err)
	var records []duijiesync.Record[sheetTask]
	for _, id := range []string{"1", "2", "3", "4"} {
		records = append(records, duijiesync.Record[sheetTask]{Key: id, Value: sheetTask{Name: "x"}})
	}
	out, err := sink.Write(t.Context(), records)
	require.NoError(t, err)
	for _, o := range out {
		require.Equal(t, duijiesync.OutcomeUpdated, o.Kind)
	}
	require.Len(t, saw(), 4, "a batch, and three alone")
}
