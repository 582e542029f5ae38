package banniu

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// TaskUpdate is one entry of a batch.
type TaskUpdate struct {
	TaskID   string   // the task to change
	UserID   string   // who changes; "" = the user of the application
	Contents Contents // cells to set; the others stay
}

// EntryResult is what became of one entry of a batch.
type EntryResult struct {
	TaskID string
	Done   bool   // the task has the cells now
	Text   string // the platform's words; "" where it said nothing of the task
}

// BatchError is the cause of the error of a batch that the platform answered with
// code 0 although entries of it are not done. The others were written.
//
//	if b, ok := errors.AsType[*banniu.BatchError](err); ok { log.Print(b.Entries) }
type BatchError struct {
	Entries []EntryResult // those that are not done
}

// Error counts the entries.
func (e *BatchError) Error() string { return fmt.Sprintf("entries not done: %d", len(e.Entries)) }

// BatchUpdate sets cells of many tasks in one call, at most [Config.BatchSize]
// (200). Method task.batchUpdate (批量更新工单). Effect: idempotent.
//
// The platform answers code 0 and one text per entry, which tells whether the entry
// was done: see [EntryDone]. The results stand in the order of the entries, also
// beside the error of a batch in which some are not done: duijie.ErrRefused with a
// [BatchError] as its cause. An entry that no text speaks of counts as not done.
func (p *Project) BatchUpdate(ctx context.Context, updates []TaskUpdate, opts ...duijie.CallOption) ([]EntryResult, error) {
	const method = "task.batchUpdate"
	if err := p.check(method, true); err != nil {
		return nil, err
	}
	if len(updates) == 0 {
		return nil, nil
	}
	if most := p.client.cfg.batchSize(); len(updates) > most {
		return nil, invalid(method, fmt.Sprintf("%d entries, the platform takes %d", len(updates), most))
	}
	entries := make([]taskBody, len(updates))
	seen := map[string]bool{}
	for i, u := range updates {
		if !isID(u.TaskID) || seen[u.TaskID] {
			return nil, invalid(method, fmt.Sprintf("entry %d: task id %q is no number, or is there twice", i, u.TaskID))
		}
		seen[u.TaskID] = true
		if err := u.Contents.check(method); err != nil {
			return nil, err
		}
		entries[i] = p.body(u.TaskID, u.UserID, u.Contents)
	}
	e, err := p.client.send(ctx, known(method), nil, map[string]any{"data": entries}, opts)
	if err != nil {
		return nil, err
	}
	results := p.readBatch(updates, e.result)
	return results, batchError(method, results)
}

// readBatch gives each entry the texts that speak of it.
func (p *Project) readBatch(updates []TaskUpdate, result json.RawMessage) []EntryResult {
	texts, several := map[string][]string{}, map[string]bool{}
	for item := range wire.Elements(result) {
		text := p.client.http.Clean(scalar(item))
		if wire.First(item) == '{' {
			text = p.client.http.Clean(string(item))
		}
		here := map[string]bool{}
		for _, found := range entryID.FindAllStringSubmatch(text, -1) {
			here[found[1]] = true
		}
		for id := range here {
			texts[id] = append(texts[id], text)
			several[id] = several[id] || len(here) > 1 // it speaks surely of none of them
		}
	}
	results := make([]EntryResult, len(updates))
	for i, u := range updates {
		results[i] = EntryResult{TaskID: u.TaskID, Text: strings.Join(texts[u.TaskID], "; ")}
		results[i].Done = len(texts[u.TaskID]) > 0 && !several[u.TaskID]
		for _, text := range texts[u.TaskID] {
			results[i].Done = results[i].Done && p.client.cfg.EntryDone(text)
		}
	}
	return results
}

// entryID finds the task a text speaks of.
var entryID = regexp.MustCompile(`(?i)工单\s*id\s*[:：]\s*(\d+)`)

// EntryDone tells whether a text of task.batchUpdate says that an entry is done: it
// holds 没有发现需要更新的数据 (nothing to change), or 成功 and neither 失败 nor a negation as in
// 不成功 and 没有更新成功. What stands in brackets or quotes does not count, as in [Rule]; where
// it is not sure what does, as after a sign that is not closed, a failure counts.
func EntryDone(text string) bool {
	own, most := ownWords(text), mostWords(text)
	for _, words := range []string{own, most} {
		if strings.Contains(words, "失败") || notDone.MatchString(words) {
			return false
		}
	}
	return strings.Contains(own, "没有发现需要更新的数据") || strings.Contains(own, "成功")
}

// notDone finds 不成功, 未成功, 没有更新成功 and the like.
var notDone = regexp.MustCompile(`(不|未|没|无法)[^,，。;；:：]{0,6}成功|部分成功`)

// clear tells that the texts of an entry that is not done say so and nothing else.
func (r EntryResult) clear() bool {
	for _, m := range entryID.FindAllStringSubmatch(r.Text, -1) {
		if m[1] != r.TaskID {
			return false
		}
	}
	text := ownWords(r.Text)
	said := strings.Contains(text, "失败") || notDone.MatchString(text)
	return said && !strings.Contains(notDone.ReplaceAllString(text, ""), "成功")
}

func batchError(method string, results []EntryResult) error {
	b := &BatchError{}
	for _, r := range results {
		if !r.Done {
			b.Entries = append(b.Entries, r)
		}
	}
	if len(b.Entries) == 0 {
		return nil
	}
	const shown = 3
	var words []string
	for _, r := range b.Entries[:min(len(b.Entries), shown)] {
		words = append(words, firstOf(r.Text, "task "+r.TaskID+": no word of it"))
	}
	return &duijie.APIError{
		Platform: platform, Op: method, Class: duijie.ClassRefused, StatusCode: 200, Code: "0", Message: strings.Join(words, "; "),
		Hint: "the entries that are not named were written", Attempts: 1, Err: b,
	}
}
