package qeasy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// world is a platform in memory: bills that change, and what was written.
type world struct {
	mu      sync.Mutex
	bills   []worldBill
	written map[string][]qeasy.Write // by FBillNo, each effect
	calls   int                      // of writes
	loseAt  map[int]string           // call → "before" or "after" the effect
	asked   []string                 // requests of the source
	refuse  string
	specs   []*qeasy.SourceSpec
	sink    *qeasy.SinkSpec
}

type worldBill struct {
	at  time.Time
	row string
}

func (w *world) APIs() []string                      { return []string{"list", "save"} }
func (w *world) Match(_ qeasy.Side, api string) bool { return slices.Contains(w.APIs(), api) }

func (w *world) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	w.specs = append(w.specs, spec)
	src, notes := spec.Reading(qeasy.ReadConfig{}, func(at qeasy.At, closed bool) duijiesync.Source[json.RawMessage] {
		l := paging.List[json.RawMessage]{Name: spec.API, Size: 2, Fetch: func(ctx context.Context, p paging.At) (paging.Page[json.RawMessage], error) {
			request, _, err := spec.Build(ctx, at)
			if err != nil {
				return paging.Page[json.RawMessage]{}, err
			}
			return w.page(string(request), p)
		}}
		if closed {
			return l.ClosedWindow()
		}
		return l.DoublePass()
	})
	return src, notes, nil
}

func (w *world) page(request string, p paging.At) (paging.Page[json.RawMessage], error) {
	var ask struct{ Start, End string }
	if err := json.Unmarshal([]byte(request), &ask); err != nil {
		return paging.Page[json.RawMessage]{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, request)
	start, _ := time.ParseInLocation(time.DateTime, ask.Start, duijie.China)
	end, err := time.ParseInLocation(time.DateTime, ask.End, duijie.China)
	if err != nil {
		end = time.Now().Add(time.Hour)
	}
	var found []string
	for _, b := range w.bills {
		if !b.at.Before(start) && !b.at.After(end) {
			found = append(found, b.row)
		}
	}
	page := paging.Page[json.RawMessage]{Total: int64(len(found))}
	for i := int(p.Offset); i < len(found) && i < int(p.Offset)+p.Size; i++ {
		page.Records = append(page.Records, duijiesync.Record[json.RawMessage]{Value: json.RawMessage(found[i])})
	}
	return page, nil
}

func (w *world) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	w.sink = spec
	return duijiesync.Func(duijiesync.FuncConfig[qeasy.Write]{Write: w.write, Find: w.find, SettleDelay: time.Second}), nil, nil
}

func number(wr qeasy.Write) string {
	var r struct{ FBillNo string }
	_ = json.Unmarshal(wr.Request, &r)
	return r.FBillNo
}

func (w *world) write(_ context.Context, r duijiesync.Record[qeasy.Write]) (duijiesync.Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	lost := w.loseAt[w.calls]
	if lost == "before" {
		return duijiesync.Outcome{}, fmt.Errorf("%w: %w", duijie.ErrOutcomeUnknown, io.ErrUnexpectedEOF)
	}
	no := number(r.Value)
	if w.refuse != "" && no == w.refuse {
		return duijiesync.Outcome{}, fmt.Errorf("the customer is closed: %w", duijie.ErrRefused)
	}
	w.written[no] = append(w.written[no], r.Value)
	if lost == "after" {
		return duijiesync.Outcome{}, fmt.Errorf("%w: %w", duijie.ErrOutcomeUnknown, io.ErrUnexpectedEOF)
	}
	return duijiesync.Outcome{TargetID: "T" + no}, nil
}

func (w *world) find(_ context.Context, r duijiesync.Record[qeasy.Write]) (duijiesync.Found, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Target.KeyOnly {
		return duijiesync.Found{Err: errors.New("bills are found by number")}, nil
	}
	all := w.written[number(r.Value)]
	switch {
	case len(all) == 0:
		return duijiesync.Found{}, nil
	case string(all[len(all)-1].Request) == string(r.Value.Request):
		return duijiesync.Found{Match: duijiesync.Identical, TargetID: "T" + number(r.Value)}, nil
	}
	return duijiesync.Found{Match: duijiesync.Different, TargetID: "T" + number(r.Value)}, nil
}

const worldSource = `{
 "api": "list", "effect": "QUERY", "id": "id", "number": "no", "idCheck": %t,
 "request": [
  {"field": "start", "value": "_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '00:30:01')"},
  {"field": "end", "value": "{{CURRENT_TIME|datetime}}"}],
 "formatResponse": [{"old": "day", "new": "day_new", "format": "date"}],
 "condition": [[{"field": "lines.qty", "logic": "gt", "value": "0"}]]%s}`

const worldTarget = `{
 "api": "save", "effect": "EXECUTE", "operation": {"rowsKey": "array", "rows": 1, "method": "batchArraySave"},
 "request": [
  {"field": "FBillNo", "value": "{no}"},
  {"field": "FDate", "value": "{{day_new}}"},
  {"field": "FShop", "value": "_findCollection find FNumber from shops where name={shop}", "parser": {"name": "ConvertObjectParser", "params": "FNumber"}},
  {"field": "FEntity", "type": "array", "value": "lines", "children": [
   {"field": "FItem", "value": "{{lines.item}}"},
   {"field": "FPrice", "value": "_function {{lines.paid}}/{{lines.qty}}"}]}],
 "otherRequest": [{"field": "FormId", "value": "SAL_OUTSTOCK"}, {"field": "IsAutoSubmitAndAudit", "type": "bool", "value": "true"}]}`

func newWorld() *world { return &world{written: map[string][]qeasy.Write{}, loseAt: map[int]string{}} }

// bill adds or changes a bill.
func (w *world) bill(i int, paid string) {
	row := fmt.Sprintf(`{"id":%d,"no":"B%d","day":"2000-01-01 08:00:00","shop":"S%d","lines":[{"item":"A","qty":"2","paid":"%s"},{"item":"gift","qty":"0","paid":"0"}]}`,
		i, i, i%3, paid)
	w.bills = slices.DeleteFunc(w.bills, func(b worldBill) bool { return strings.Contains(b.row, fmt.Sprintf(`"id":%d,`, i)) })
	w.bills = append(w.bills, worldBill{time.Now(), row})
}

func shops(t *testing.T) mapping.Lookup {
	t.Helper()
	c, err := lookup.NewCollection(
		json.RawMessage(`{"id":"1","content":{"name":"S0","FNumber":"01"}}`),
		json.RawMessage(`{"id":"2","content":{"name":"S1","FNumber":"02"}}`))
	require.NoError(t, err)
	return c
}

func (w *world) scheme(t *testing.T, idCheck bool, more string, change func(*qeasy.Config)) *qeasy.Scheme {
	t.Helper()
	source, err := qeasy.Parse(qeasy.SideSource, fmt.Appendf(nil, worldSource, idCheck, more))
	require.NoError(t, err)
	target, err := qeasy.Parse(qeasy.SideTarget, []byte(worldTarget))
	require.NoError(t, err)
	cfg := qeasy.Config{Source: w, Target: w, Since: time.Now(), Lookups: map[string]mapping.Lookup{"shops": shops(t)}}
	if change != nil {
		change(&cfg)
	}
	s, err := qeasy.Compile(source, target, cfg)
	require.NoError(t, err)
	return s
}

// TestPipeline: a scheme runs under the engine; answers that get lost, before and after
// their effect, make no bill twice and lose none; changed bills are written again.
func TestPipeline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := w.scheme(t, true, "", nil)
		state := duijiesync.NewMemoryState()
		for i := range 20 {
			w.bill(i, "59.80")
		}
		w.loseAt = map[int]string{2: "after", 5: "before", 6: "after", 11: "before"}
		time.Sleep(2 * time.Minute)
		rep, err := s.Pipeline("bills", state).Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 20, rep.Created)
		require.Len(t, w.written, 20)
		for no, all := range w.written {
			require.Len(t, all, 1, no)
		}
		require.JSONEq(t, `{"FBillNo":"B0","FDate":"2000-01-01","FShop":{"FNumber":"01"},"FEntity":[{"FItem":"A","FPrice":"29.900000"}]}`,
			string(w.written["B0"][0].Request))
		require.JSONEq(t, `{"FormId":"SAL_OUTSTOCK","IsAutoSubmitAndAudit":true}`, string(w.sink.Fixed))
		require.Nil(t, w.written["B0"][0].Other)
		require.EqualValues(t, 6, s.Counts()["lookup_not_found"], "shop S2 is in no collection")

		w.bill(7, "100")
		w.bill(20, "1")
		time.Sleep(2 * time.Minute)
		rep, err = s.Pipeline("bills", state).Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		require.EqualValues(t, 1, rep.Updated, "the vendor's platform would have lost the change")
		require.Contains(t, string(w.written["B7"][1].Request), `"50.0000"`)
		require.Contains(t, rep.Paging, "window")
	})
}

// TestRefusedRecords: what fails on a record names field and value string, and the
// others go on.
func TestRefusedRecords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := w.scheme(t, true, "", nil)
		state := duijiesync.NewMemoryState()
		w.bill(1, "1.00")
		w.bill(2, "sixty")
		w.bills = append(w.bills, worldBill{time.Now(), `{"no":"B9","day":"","lines":[{"qty":"1"}]}`}, worldBill{time.Now(), `{"id":5,"no":"B5","lines":[{"qty":"0"}]}`})
		time.Sleep(2 * time.Minute)
		p := s.Pipeline("bills", state)
		rep, err := p.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		require.EqualValues(t, 1, rep.Skipped)
		require.EqualValues(t, 1, s.Counts()[qeasy.SkipCondition])
		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 2)
		var all string
		for _, l := range letters {
			all += l.Message + "\n"
			require.NotContains(t, l.Message, "B2", "no more than the value at fault is shown")
		}
		require.Contains(t, all, "/request/3/children/1/value FEntity.FPrice (line 1): not_numeric")
		require.Contains(t, all, "source /id: id_missing_in_record")
	})
}

// TestIDCheck: on demand known ids are dropped and counted, or written again each time,
// as on the vendor's platform.
func TestIDCheck(t *testing.T) {
	t.Parallel()
	for _, idCheck := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			s := w.scheme(t, idCheck, "", func(c *qeasy.Config) { c.FollowIDCheck = true })
			state := duijiesync.NewMemoryState()
			w.bill(1, "1.00")
			w.bill(3, "1.00")
			time.Sleep(2 * time.Minute)
			_, err := s.Pipeline("bills", state).Run(t.Context())
			require.NoError(t, err)
			w.bill(1, "2.00")
			time.Sleep(2 * time.Minute)
			rep, err := s.Pipeline("bills", state).Run(t.Context())
			require.NoError(t, err)
			if idCheck {
				require.EqualValues(t, 2, rep.Skipped)
				require.EqualValues(t, 2, s.Counts()[qeasy.SkipRepeated])
				require.Len(t, w.written["B1"], 1)
				return
			}
			require.Len(t, w.written["B1"], 2)
			require.Zero(t, rep.Skipped)
		})
	}
}

// TestRemedy: the second pass asks for its own window, writes what was missed and moves no
// checkpoint.
func TestRemedy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.bills = append(w.bills, worldBill{time.Now().Add(-36 * time.Hour), `{"id":77,"no":"B77","day":"2000-01-01","shop":"S0","lines":[{"item":"A","qty":"1","paid":"1"}]}`})
		s := w.scheme(t, true, `, "omissionRemedy": {"crontab": "2 */2 * * *", "takeOverRequest": [
			{"field": "start", "value": "{{DAYS_AGO_2|datetime}}"}, {"field": "end", "value": "{{DAYS_AGO_1|datetime}}"}]}`, nil)
		state := duijiesync.NewMemoryState()
		w.bill(1, "1.00")
		time.Sleep(2 * time.Minute)
		_, err := s.Pipeline("bills", state).Run(t.Context())
		require.NoError(t, err)
		require.Len(t, w.written, 1)
		before, err := state.Checkpoint(t.Context(), duijiesync.Scope{Pipeline: "bills"})
		require.NoError(t, err)
		require.NotEmpty(t, before)

		p, cron := s.Remedy("bills", state)
		require.Equal(t, "2 */2 * * *", cron)
		for range 2 {
			_, err = p.Run(t.Context())
			require.NoError(t, err)
		}
		require.Len(t, w.written["B77"], 1)
		require.Len(t, w.written["B1"], 1)
		require.Contains(t, w.asked[len(w.asked)-1], time.Now().Add(-48*time.Hour).In(duijie.China).Format(time.DateTime))
		for _, scope := range []duijiesync.Scope{{Pipeline: "bills"}, {Pipeline: "bills", Partition: qeasy.RemedyPartition}} {
			after, err := state.Checkpoint(t.Context(), scope)
			require.NoError(t, err)
			if scope.Partition == "" {
				require.Equal(t, before, after)
			} else {
				require.Empty(t, after)
			}
		}
	})
}
