package banniu

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu/banniutest"
)

func TestCreateAndUpdate(t *testing.T) {
	t.Parallel()
	for _, form := range []banniutest.CreateAnswer{
		banniutest.CreateAnswersTaskID, banniutest.CreateAnswersMinus1, banniutest.CreateAnswersZero, banniutest.CreateAnswersBare,
		banniutest.CreateAnswersNumber, banniutest.CreateAnswersNull,
	} {
		p, s := sheetPair(t, banniutest.WithCreateAnswer(form))
		made, err := p.Create(t.Context(), Contents{"501": "A-1", "502": "甲 & <乙>"}, CreateOptions{})
		require.NoError(t, err)
		ids := s.TaskIDs("100")
		require.Len(t, ids, 1)
		want := fmt.Sprint(ids[0])
		if form == banniutest.CreateAnswersNull {
			require.Empty(t, made.TaskID)
		} else {
			require.Equal(t, want, made.TaskID, form)
		}
		bare := []banniutest.CreateAnswer{banniutest.CreateAnswersBare, banniutest.CreateAnswersNumber, banniutest.CreateAnswersNull}
		require.Equal(t, !slices.Contains(bare, form), made.Named, form)
		require.NoError(t, p.Update(t.Context(), want, Contents{"502": ""}, UpdateOptions{}))
		cells, _ := s.Task("100", ids[0])
		require.Equal(t, "A-1", cells["501"])
		require.Empty(t, cells["502"], "an empty text clears")
		require.ErrorIs(t, p.Update(t.Context(), want, Contents{"504": "好"}, UpdateOptions{}), duijie.ErrInvalid, "a title is no option")
		require.ErrorIs(t, p.Update(t.Context(), "999999", Contents{"502": "x"}, UpdateOptions{}), duijie.ErrRefused)
	}
}

// The bodies are those of the clients in use.
func TestBodies(t *testing.T) {
	t.Parallel()
	c, saw := answering(t, says(200, result(`{"task_id":"5"}`)))
	p := c.Project("37728", "41339")
	_, err := p.Create(t.Context(), Contents{"37761": "text", "37762": "501,502"}, CreateOptions{})
	require.NoError(t, err)
	require.NoError(t, p.Update(t.Context(), "6690538", Contents{"101297": "6901234567890"}, UpdateOptions{}))
	require.NoError(t, p.Update(t.Context(), "6690538", Contents{"101297": "x"}, UpdateOptions{UserID: "9"}))
	numeric := c.cfg
	numeric.NumericIDs = true
	require.NoError(t, clientOf(t, numeric).Project("37728", "41339").Update(t.Context(), "6690538", Contents{"101297": "x"}, UpdateOptions{}))
	for i, want := range []string{
		`{"project_id":"37728","app_id":"41339","user_id":null,"contents":{"37761":"text","37762":"501,502"},"header":null}`,
		`{"project_id":"37728","app_id":"41339","task_id":"6690538","contents":{"101297":"6901234567890"},"header":null}`,
		`{"project_id":"37728","app_id":"41339","task_id":"6690538","user_id":"9","contents":{"101297":"x"},"header":null}`,
		`{"project_id":37728,"app_id":41339,"task_id":6690538,"contents":{"101297":"x"},"header":null}`,
	} {
		require.Equal(t, want, saw()[i].body)
	}
}

func TestWritesThatAreRefusedHere(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t)
	for _, c := range []Contents{nil, {"名称": "x"}, {"-1": "x"}, {"0": "x"}} {
		_, err := p.Create(t.Context(), c, CreateOptions{})
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	require.ErrorIs(t, p.Update(t.Context(), "", Contents{"502": "x"}, UpdateOptions{}), duijie.ErrInvalid)
	many := make([]TaskUpdate, 201)
	for i := range many {
		many[i] = TaskUpdate{TaskID: fmt.Sprint(i + 1), Contents: Contents{"502": "x"}}
	}
	_, err := p.BatchUpdate(t.Context(), many)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = p.BatchUpdate(t.Context(), []TaskUpdate{many[0], many[0]})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.Zero(t, s.Count(""))
}

// A batch tells of each entry, whatever the code says.
func TestBatchTellsOfEachEntry(t *testing.T) {
	t.Parallel()
	p, s := sheetPair(t)
	a, b := s.Add("100", banniutest.Cells{"502": "old"}), s.Add("100", banniutest.Cells{"502": "same"})
	results, err := p.BatchUpdate(t.Context(), []TaskUpdate{
		{TaskID: "999999", Contents: Contents{"502": "x"}}, {TaskID: fmt.Sprint(b), Contents: Contents{"502": "same"}},
		{TaskID: fmt.Sprint(a), Contents: Contents{"502": "new"}},
	})
	require.ErrorIs(t, err, duijie.ErrRefused)
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	failed, ok := errors.AsType[*BatchError](err)
	require.True(t, ok)
	require.Len(t, failed.Entries, 1)
	require.Contains(t, failed.Entries[0].Text, "999999")
	require.False(t, results[0].Done)
	require.True(t, results[1].Done)
	require.True(t, results[2].Done)
	cells, _ := s.Task("100", a)
	require.Equal(t, "new", cells["502"])
	results, err = p.BatchUpdate(t.Context(), []TaskUpdate{{TaskID: fmt.Sprint(a), Contents: Contents{"502": "newer"}}})
	require.NoError(t, err)
	require.True(t, results[0].Done)
}

func TestEntryTexts(t *testing.T) {
	t.Parallel()
	for text, done := range map[string]bool{
		"工单id:5更新成功, 但是没有数据": true, "工单id:5没有发现需要更新的数据": true, "工单id:5更新成功": true, "工单id：5 成功": true, "工单 ID : 5 成功": true,
		"工单id:5更新失败": false, "工单id:5更新不成功": false, "工单id:5未成功": false, "工单id:5更新": false, "更新成功": false, "工单id:51更新成功": false, "": false,
		"工单id:5更新成功;工单id:6更新失败": false, // one text for two speaks well of neither
	} {
		body, err := json.Marshal([]string{text})
		require.NoError(t, err)
		c, _ := answering(t, says(200, result(string(body))))
		results, err := c.Project("", "").BatchUpdate(t.Context(), []TaskUpdate{{TaskID: "5", Contents: Contents{"10": "x"}}})
		require.Equal(t, done, err == nil, text)
		require.Equal(t, done, results[0].Done, text)
		require.Equal(t, strings.Contains(text, "5更") || strings.Contains(text, "5没") || strings.Contains(text, "5 ") || strings.Contains(text, "5未"), results[0].Text != "", text)
	}
	c, _ := answering(t, says(200, result(`["工单id:5 ok"]`)))
	cfg := c.cfg
	cfg.EntryDone = func(text string) bool { return strings.Contains(text, "ok") }
	_, err := clientOf(t, cfg).Project("", "").BatchUpdate(t.Context(), []TaskUpdate{{TaskID: "5", Contents: Contents{"10": "x"}}})
	require.NoError(t, err)
	c, _ = answering(t, says(200, result(`["工单id:5更新失败","工单id:5更新成功"]`)))
	results, err := c.Project("", "").BatchUpdate(t.Context(), []TaskUpdate{{TaskID: "5", Contents: Contents{"10": "x"}}})
	require.ErrorIs(t, err, duijie.ErrRefused, "of two texts both must say so")
	require.Equal(t, "工单id:5更新失败; 工单id:5更新成功", results[0].Text)
	for _, odd := range []string{`null`, `{}`, `"工单id:5成功"`, `[{"id":"工单id:5成功"}]`, `[5]`} {
		c, _ := answering(t, says(200, result(odd)))
		results, err := c.Project("", "").BatchUpdate(t.Context(), []TaskUpdate{{TaskID: "6", Contents: Contents{"10": "x"}}})
		require.Error(t, err, odd)
		require.False(t, results[0].Done)
	}
}

// A lost create is never sent again, a lost update is.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, kind := range []banniutest.FaultKind{
		banniutest.CutAfter, banniutest.UnavailableAfter, banniutest.TruncateAfter, banniutest.GarbageAfter, banniutest.InternalAfter,
		banniutest.Cut, banniutest.Unavailable, banniutest.HTML, banniutest.Overloaded, banniutest.NoMap,
	} {
		p, s := sheetPair(t)
		s.Inject(banniutest.Fault{Method: "task.create", Kind: kind})
		_, err := p.Create(t.Context(), Contents{"501": "A"}, CreateOptions{})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, kind)
		require.Equal(t, 1, s.Count("task.create"), kind)
		id := s.Add("100", banniutest.Cells{"501": "B"})
		s.Inject(banniutest.Fault{Method: "task.update", Kind: kind})
		require.NoError(t, p.Update(t.Context(), fmt.Sprint(id), Contents{"502": "x"}, UpdateOptions{}), kind)
		require.Equal(t, 2, s.Count("task.update"), kind)
	}
}
