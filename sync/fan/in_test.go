package fan_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/fan"
)

func part(name string, src duijiesync.Source[order]) fan.Part[order] {
	return fan.Part[order]{Name: name, Source: src}
}

func copyAll(src duijiesync.Source[order], sink duijiesync.Sink[order], state duijiesync.State) *duijiesync.Pipeline[order, order] {
	return &duijiesync.Pipeline[order, order]{Name: "all", Source: src, Transform: duijiesync.Same[order], Sink: sink, State: state}
}

// keys reads a source to its end and returns the keys batch by batch.
func keys(t *testing.T, src duijiesync.Source[order], after duijiesync.Checkpoint) (batches []string, last duijiesync.Checkpoint, err error) {
	t.Helper()
	for batch, err := range src.Read(t.Context(), after) {
		if err != nil {
			return batches, last, err
		}
		var texts []string
		for _, r := range batch.Records {
			texts = append(texts, r.Key)
		}
		batches = append(batches, strings.Join(texts, ","))
		if batch.Checkpoint != "" {
			last = batch.Checkpoint
		}
	}
	return batches, last, nil
}

func TestPartsInOrderAndInTurn(t *testing.T) {
	t.Parallel()
	in := &fan.In[order]{
		Parts: []fan.Part[order]{part("a", newLog(orders(1, 5), 2)), part("b", newLog(orders(1, 2), 1))},
		Keys:  fan.KeysPrefixed,
	}
	got, end, err := keys(t, in, "")
	require.NoError(t, err)
	require.Equal(t, []string{"a/O0001,a/O0002", "a/O0003,a/O0004", "a/O0005", "b/O0001", "b/O0002"}, got)
	require.EqualValues(t, `{"v":1,"parts":{"a":"5","b":"2"}}`, end)

	in.InTurn = true
	got, end2, err := keys(t, in, "")
	require.NoError(t, err)
	require.Equal(t, []string{"a/O0001,a/O0002", "b/O0001", "a/O0003,a/O0004", "b/O0002", "a/O0005"}, got)
	require.Equal(t, end, end2)
	got, _, err = keys(t, in, `{"v":1,"parts":{"a":"4"}}`)
	require.NoError(t, err)
	require.Equal(t, []string{"a/O0005", "b/O0001", "b/O0002"}, got, "a new part begins at the beginning")
}

func TestPartTakenOutKeepsItsPlace(t *testing.T) {
	t.Parallel()
	a, b := newLog(orders(1, 20), 10), newLog(orders(101, 120), 10)
	to, state := newTarget(), duijiesync.NewMemoryState()
	run := func(parts ...fan.Part[order]) *duijiesync.Report {
		rep, err := copyAll(&fan.In[order]{Parts: parts, Keys: fan.KeysShared}, to, state).Run(t.Context())
		require.NoError(t, err)
		return rep
	}
	require.EqualValues(t, 40, run(part("a", a), part("b", b)).Created)
	a.add(orders(21, 30))
	b.add(orders(121, 130))
	require.EqualValues(t, 10, run(part("a", a)).Read)
	a.add(orders(31, 35))
	require.EqualValues(t, 15, run(part("b", b), part("a", a)).Read, "also in another order")
	to.check(t, append(orders(1, 35), orders(101, 130)...), "")
}

func TestPartThatFails(t *testing.T) {
	t.Parallel()
	for _, goOn := range []bool{false, true} {
		for _, inTurn := range []bool{false, true} {
			for _, panics := range []bool{false, true} {
				a, b, c := newLog(orders(1, 30), 10), newLog(orders(101, 130), 10), newLog(orders(201, 230), 10)
				b.fail = func(row int) error {
					switch {
					case row < 10:
						return nil
					case panics:
						panic("boom")
					}
					return errDown
				}
				to, state := newTarget(), duijiesync.NewMemoryState()
				in := &fan.In[order]{
					Parts: []fan.Part[order]{part("a", a), part("b", b), part("c", c)}, Keys: fan.KeysShared, GoOn: goOn, InTurn: inTurn,
				}
				_, err := copyAll(in, to, state).Run(t.Context())
				var failed *fan.PartError
				require.ErrorAs(t, err, &failed)
				require.Equal(t, "b", failed.Part)
				if panics {
					require.ErrorContains(t, err, "boom")
					require.Contains(t, string(failed.Stack), "in_test.go", "the stack of the part, not of the reader")
				} else {
					require.ErrorIs(t, err, duijie.ErrUnavailable)
				}
				if goOn {
					require.Len(t, to.rows, 70, "the others are read to their end")
				} else {
					require.Less(t, len(to.rows), 70)
				}
				b.fail = nil
				_, err = copyAll(in, to, state).Run(t.Context())
				require.NoError(t, err)
				for _, l := range []*log{a, b, c} {
					_, most := l.reads()
					require.Equal(t, 1, most, "nothing is read twice")
				}
				to.check(t, append(append(orders(1, 30), orders(101, 130)...), orders(201, 230)...), "")
			}
		}
	}
}

func TestCrashAtEachBatchOfParts(t *testing.T) {
	t.Parallel()
	for _, inTurn := range []bool{false, true} {
		steps := 0
		for at := 1; steps == 0; at++ {
			synctest.Test(t, func(t *testing.T) {
				a, b := newLog(orders(1, 30), 10), newLog(orders(101, 120), 5)
				in := &fan.In[order]{Parts: []fan.Part[order]{part("a", a), part("b", b)}, Keys: fan.KeysShared, InTurn: inTurn}
				to, memory := newTarget(), duijiesync.NewMemoryState()
				c := &crashing{State: memory, at: at, after: at%2 == 0}
				if _, err := copyAll(in, crashingTarget{to, c}, c).Run(t.Context()); err == nil {
					steps = at
					return
				}
				time.Sleep(2 * time.Minute) // virtual
				_, err := copyAll(in, to, memory).Run(t.Context())
				require.NoError(t, err)
				to.check(t, append(orders(1, 30), orders(101, 120)...), "")
			})
		}
		require.Greater(t, steps, 10)
	}
}

func TestEqualKeysOfTwoParts(t *testing.T) {
	t.Parallel()
	versioned := func(version int64, name string) duijiesync.Source[order] {
		return duijiesync.SourceFunc[order](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
			return func(yield func(duijiesync.Batch[order], error) bool) {
				yield(duijiesync.Batch[order]{Records: []duijiesync.Record[order]{{Key: "1", Value: order{"1", name}, Version: version}}}, nil)
			}
		})
	}
	parts := []fan.Part[order]{part("east", versioned(9, "newer")), part("west", versioned(5, "older"))}
	run := func(in *fan.In[order]) map[string][]string {
		to := newTarget()
		_, err := copyAll(in, to, duijiesync.NewMemoryState()).Run(t.Context())
		require.NoError(t, err)
		return to.rows
	}
	require.Equal(t, map[string][]string{"1": {"newer"}}, run(&fan.In[order]{Parts: parts, Keys: fan.KeysShared}))
	require.Equal(t, map[string][]string{"east/1": {"newer"}, "west/1": {"older"}}, run(&fan.In[order]{Parts: parts, Keys: fan.KeysPrefixed}))
	require.Equal(t, map[string][]string{"E-1": {"newer"}, "W-1": {"older"}}, run(&fan.In[order]{
		Parts: parts, Keys: fan.KeysMade, Key: func(part, key string) string { return strings.ToUpper(part[:1]) + "-" + key },
	}))
}

func TestMistakesOfIn(t *testing.T) {
	t.Parallel()
	in := &fan.In[order]{Parts: []fan.Part[order]{{}, part("a/b", newLog(nil, 1)), part("c", nil), part("c", newLog(nil, 1))}}
	_, _, err := keys(t, in, "")
	require.ErrorIs(t, err, fan.ErrFan)
	for _, text := range []string{"Keys must say", "part 1 (): Source", `name ""`, `"a/b"`, `"c" is taken`} {
		require.ErrorContains(t, err, text)
	}
	_, _, err = keys(t, &fan.In[order]{Keys: fan.KeysMade}, "")
	require.ErrorContains(t, err, "Parts are missing")
	require.ErrorContains(t, err, "Key is missing")
	good := &fan.In[order]{Parts: []fan.Part[order]{part("c", newLog(nil, 1))}, Keys: fan.KeysShared}
	for _, after := range []duijiesync.Checkpoint{"x", `{"v":2,"parts":{}}`, `{"v":1,"parts":{"a/b":""}}`, `{"v":1,"parts":{"a":7}}`, `{"v":1,"parts":{}} {}`, `{"v":1,"part":{}}`} {
		_, _, err = keys(t, good, after)
		require.ErrorIs(t, err, fan.ErrCheckpoint, after)
		require.ErrorContains(t, err, fmt.Sprintf("%q", string(after)))
	}
}

func TestCancelledReading(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	defer cancel(nil)
	in := &fan.In[order]{Parts: []fan.Part[order]{part("a", newLog(orders(1, 30), 10)), part("b", newLog(orders(1, 30), 10))}, Keys: fan.KeysPrefixed, GoOn: true}
	n := 0
	var last error
	for _, err := range in.Read(ctx, "") {
		n++
		last = err
		cancel(why)
	}
	require.Equal(t, 2, n)
	require.ErrorIs(t, last, why)
}

// rows is a source whose raw items are arrays, not the JSON of its values.
type rows struct {
	*log
	sep string
}

func (s rows) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
	return func(yield func(duijiesync.Batch[order], error) bool) {
		for batch, err := range s.log.Read(ctx, after) {
			for i, r := range batch.Records {
				batch.Records[i].Raw = fmt.Appendf(nil, `["%s%s",  "<%s>"]`, s.sep, r.Value.No, r.Value.Name)
			}
			if !yield(batch, err) {
				return
			}
		}
	}
}

func (s rows) DecodeRaw(raw json.RawMessage) (order, error) {
	var fields [2]string
	err := json.Unmarshal(raw, &fields)
	return order{strings.TrimPrefix(fields[0], s.sep), strings.Trim(fields[1], "<>")}, err
}

func (s rows) Close(context.Context) error { return errors.New("closing " + s.sep) }

func TestReplayFindsTheDecoderOfThePart(t *testing.T) {
	t.Parallel()
	a, b := rows{newLog(orders(1, 3), 2), "!"}, rows{newLog(orders(1, 3), 2), "?"}
	in := &fan.In[order]{Parts: []fan.Part[order]{part("a", a), part("b", b), part("c", newLog(orders(1, 3), 2))}, Keys: fan.KeysPrefixed}
	to := newTarget()
	for _, p := range []string{"a", "b", "c"} {
		to.refuse[p+"/O0002"] = true
	}
	state := duijiesync.NewMemoryState()
	rep, err := copyAll(in, to, state).Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, rep.Refused)
	letters, err := state.DeadLetters(t.Context(), "all", duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	require.Equal(t, `{"fan_part":"b","raw":["?O0002",  "<name 2>"]}`, string(letters[1].Raw), "still to be read by people")
	name, own := fan.UnwrapRaw(letters[1].Raw)
	require.Equal(t, "b", name)
	require.Equal(t, `["?O0002",  "<name 2>"]`, string(own), "as it was, byte for byte")
	require.Equal(t, string(letters[1].Raw), string(fan.WrapRaw(name, own)))
	name, own = fan.UnwrapRaw(letters[2].Raw)
	require.Empty(t, name)
	require.Equal(t, letters[2].Raw, own)

	clear(to.refuse)
	in.Parts = in.Parts[1:]
	rep, err = copyAll(in, to, state).Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.EqualValues(t, 2, rep.Created)
	letters, err = state.DeadLetters(t.Context(), "all", duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Contains(t, letters[0].Message, `part "a"`)
	require.Equal(t, []string{"name 2"}, to.rows["b/O0002"])
	require.ErrorContains(t, in.Close(t.Context()), "closing ?")
}

func FuzzRaw(f *testing.F) {
	f.Add("a", []byte(`{"x":1}`))
	f.Add("", []byte("null"))
	f.Add("shop <1>", []byte("<html>\xff"))
	f.Fuzz(func(t *testing.T, part string, raw []byte) {
		wrapped := fan.WrapRaw(part, raw)
		name, own := fan.UnwrapRaw(wrapped)
		switch inner, _ := fan.UnwrapRaw(raw); {
		case part == "" && inner != "": // was wrapped before
		case part == "":
			require.Equal(t, raw, []byte(wrapped))
		case !utf8.ValidString(part) || len(raw) == 0: // In has neither
		default:
			require.True(t, json.Valid(wrapped))
			require.Equal(t, part, name)
			require.Equal(t, strings.Trim(string(raw), " \t\r\n"), strings.Trim(string(own), " \t\r\n"))
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	for _, s := range []string{"", `{"v":1,"parts":{"a":"1"}}`, `{"v":1,"parts":{"a":{"bytes":"/w=="}}}`, `{"v":1,"parts":{"a":"1","a":"2"}}`, "x"} {
		f.Add(s, "a", "\xff")
	}
	f.Fuzz(func(t *testing.T, text, name, at string) {
		in := &fan.In[order]{Keys: fan.KeysShared, Parts: []fan.Part[order]{part("fuzz", stub{at: duijiesync.Checkpoint(at)})}}
		if at == "" {
			at = "1"
		}
		var first duijiesync.Checkpoint
		for batch, err := range in.Read(t.Context(), duijiesync.Checkpoint(text)) {
			if err != nil {
				require.ErrorIs(t, err, fan.ErrCheckpoint)
				return
			}
			first = batch.Checkpoint
		}
		// Read again from there: the part is told its own place, and all else is kept.
		var told duijiesync.Checkpoint
		in.Parts[0].Source = stub{at: "next", told: &told}
		var second duijiesync.Checkpoint
		for batch, err := range in.Read(t.Context(), first) {
			require.NoError(t, err)
			second = batch.Checkpoint
		}
		require.Equal(t, at, string(told))
		in.Parts[0].Source = stub{at: duijiesync.Checkpoint(at)}
		for batch, err := range in.Read(t.Context(), second) {
			require.NoError(t, err)
			require.Equal(t, first, batch.Checkpoint)
		}
		// A part of another name has its own place, whatever the name.
		other := &fan.In[order]{Keys: fan.KeysShared, Parts: []fan.Part[order]{part(name, stub{at: "other"}), part("fuzz", stub{told: &told})}}
		for _, err := range other.Read(t.Context(), first) {
			if err != nil {
				require.ErrorIs(t, err, fan.ErrFan)
				return
			}
		}
		require.Equal(t, at, string(told))
	})
}

// stub yields one batch with a checkpoint, and notes what it is told.
type stub struct {
	at   duijiesync.Checkpoint
	told *duijiesync.Checkpoint
}

func (s stub) Read(_ context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
	return func(yield func(duijiesync.Batch[order], error) bool) {
		if s.told != nil {
			*s.told = after
		}
		at := s.at
		if at == "" {
			at = "1"
		}
		yield(duijiesync.Batch[order]{Checkpoint: at}, nil)
	}
}

func FuzzPosition(f *testing.F) {
	f.Add(`{"v":1,"at":"1","branches":["a","b"],"behind":["b"],"from":"0"}`)
	f.Add(`{"v":1,"at":{"bytes":"/w=="},"branches":[]}`)
	f.Add("2026-01-01")
	f.Fuzz(func(t *testing.T, text string) {
		again, ok := fan.Reencode(duijiesync.Checkpoint(text))
		if !ok {
			return
		}
		twice, ok := fan.Reencode(again)
		require.True(t, ok)
		require.Equal(t, again, twice)
	})
}
