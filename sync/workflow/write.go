package workflow

import (
	"cmp"
	"context"
	"fmt"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// row is one document on its way through a Write.
type row[T any] struct {
	rec    *duijiesync.Record[T]
	note   note
	id     string
	status string
	save   bool            // its contents are to be written
	saved  bool            // they were, in this Write
	holds  bool            // the target has these contents
	left   map[string]bool // statuses it has surely left since its last save
	undone bool            // taken back for the save
	step   string          // the last one known to be done, "" when none was in this Write
	acted  bool            // something took effect
	kind   duijiesync.OutcomeKind
	calls  int // of steps
	busy   int
	lost   int
	// fixed is a refusal that stands while the document is brought back.
	fixed *duijiesync.Outcome
	out   *duijiesync.Outcome // its end
}

// writing is one Write.
type writing[T any] struct {
	s    *Sink[T]
	ctx  context.Context
	rows []*row[T]
	// wrote: a save or a step forward took effect, or may have. An error then
	// would not be the truth about all rows.
	wrote bool
}

// Write brings documents to their final status: it reads where each stands,
// takes back what has to change, saves, and makes the steps that are left.
func (s *Sink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	if len(records) == 0 || ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	w := &writing[T]{s: s, ctx: ctx, rows: make([]*row[T], len(records))}
	for i := range records {
		rec := &records[i]
		r := &row[T]{rec: rec, id: rec.Target.ID, kind: duijiesync.OutcomeUnchanged, left: map[string]bool{}}
		var ours bool
		if r.note, ours = rec.Target.Note.(note); !ours {
			r.note = note{match: duijiesync.Exists, inner: rec.Target.Note}
		}
		switch r.note.match {
		case duijiesync.Identical:
			r.holds = true
		case duijiesync.Exists:
			sum := contentsOf(rec.Target.Step)
			r.holds = sum != "" && !rec.Force && sum == hash(rec)
		}
		r.holds = r.holds && r.id != ""
		r.save = !r.holds
		w.rows[i] = r
	}
	for _, phase := range []func() error{w.locate, w.undo, w.save, w.see, w.advance} {
		if err := phase(); err != nil {
			if !w.wrote {
				return nil, err
			}
			w.abandon(err)
			break
		}
	}
	return w.outcomes(), nil
}

// alive are the rows that have not come to an end and fulfil a condition.
func (w *writing[T]) alive(is func(*row[T]) bool) (some []*row[T]) {
	for _, r := range w.rows {
		if r.out == nil && is(r) {
			some = append(some, r)
		}
	}
	return some
}

// abandon leaves the rows that are under way to the engine, which looks them up
// and writes them again: what then fails before anything was done ends the run.
func (w *writing[T]) abandon(err error) {
	for _, r := range w.alive(func(*row[T]) bool { return true }) {
		w.doubt(r, err.Error())
	}
}

// locate reads where the documents stand that are there already.
func (w *writing[T]) locate() error {
	rows := w.alive(func(r *row[T]) bool { return r.id != "" })
	return w.await(rows, 0, func(_ *row[T], _ string, there bool) bool { return there }, w.stands)
}

// stands notes the status a document really has.
func (w *writing[T]) stands(r *row[T], status string, there bool) {
	if !there {
		w.refuse(r, CodeGone, fmt.Sprintf("document %s was deleted while it was on its way", r.id))
		return
	}
	r.status = status
	if name := w.s.table.doneBy[status]; name != "" {
		r.step = name
	} else if r.step == "" && w.s.table.editable[status] {
		r.step = StepSaved
	}
	switch w.s.table.place(status) {
	case unknown:
		w.refuse(r, CodeUnknownStatus, fmt.Sprintf("document %s has status %q, which the workflow does not know; nothing was done", r.id, status))
	case stuck:
		w.refuse(r, CodeStopped, fmt.Sprintf("document %s has status %q: %s", r.id, status, w.s.c.Stopped[status]))
	case arrived:
		if !r.save {
			w.end(r)
		}
	}
}

// undo takes back documents that change until they can be saved.
func (w *writing[T]) undo() error {
	edit := func(r *row[T]) bool { return r.save && r.id != "" && !w.s.table.editable[r.status] }
	if check := w.s.c.Check; check != nil {
		for _, r := range w.alive(edit) {
			rec := *r.rec
			rec.Target.ID = r.id
			if err := check(rec); err != nil {
				w.refuse(r, CodeUnfit, err.Error())
			}
		}
	}
	if err := w.march(w.s.c.Undo, w.s.table.back, edit); err != nil {
		return err
	}
	for _, r := range w.alive(edit) {
		w.refuse(r, CodeNotEditable, fmt.Sprintf("document %s changed, and nothing leads back from its status %q", r.id, r.status))
	}
	return nil
}

// save writes the contents.
func (w *writing[T]) save() error {
	rows := w.alive(func(r *row[T]) bool { return r.save })
	if len(rows) == 0 {
		return nil
	}
	call := func(some []*row[T]) ([]duijiesync.Outcome, error) {
		records := make([]duijiesync.Record[T], len(some))
		for i, r := range some {
			records[i] = *r.rec
			records[i].Target = duijiesync.Target{ID: r.id, Note: r.note.inner, Step: r.rec.Target.Step}
		}
		return w.s.c.Save.Write(w.ctx, records)
	}
	return bisect(rows, call, w.tookSave)
}

func (w *writing[T]) tookSave(r *row[T], o duijiesync.Outcome) {
	switch o.Kind {
	case duijiesync.OutcomeCreated, duijiesync.OutcomeUpdated, duijiesync.OutcomeUnchanged:
		w.wrote = true
		r.save, r.saved, r.holds, r.step, r.kind, r.acted = false, true, true, StepSaved, o.Kind, o.Kind != duijiesync.OutcomeUnchanged
		r.id = cmp.Or(o.TargetID, r.id)
		return
	case duijiesync.OutcomeUnknown:
		w.wrote = true
	case duijiesync.OutcomeRefused:
		if r.undone && w.s.c.RestoreRefused {
			r.save, r.fixed = false, &o
			clear(r.left)
			return
		}
		if r.undone {
			o.Message += fmt.Sprintf("; the document is left in status %q", r.status)
		}
	}
	w.finish(r, o)
}

// see reads where the saved documents stand now.
func (w *writing[T]) see() error {
	saved := func(r *row[T]) bool { return r.saved }
	if err := w.name(w.alive(func(r *row[T]) bool { return saved(r) && r.id == "" })); err != nil {
		return err
	}
	// A status the undoing led away from is the answer of a replica that lags.
	settled := func(r *row[T], status string, there bool) bool { return there && !r.left[status] }
	return w.await(w.alive(saved), 0, settled, func(r *row[T], status string, there bool) {
		clear(r.left)
		w.stands(r, status, there)
	})
}

// name finds the ids of documents whose save did not tell them.
func (w *writing[T]) name(rows []*row[T]) error {
	if len(rows) == 0 {
		return nil
	}
	records := make([]duijiesync.Record[T], len(rows))
	for i, r := range rows {
		records[i] = duijiesync.Record[T]{Key: r.rec.Key, Target: duijiesync.Target{KeyOnly: true}}
	}
	found, err := w.s.c.Save.Find(w.ctx, records)
	if err != nil {
		return plain("look up what was saved", err)
	}
	for i, r := range rows {
		if i >= len(found) || found[i].Match == duijiesync.Absent {
			w.doubt(r, "it was saved and is not to be found yet")
			continue
		}
		r.id = cmp.Or(found[i].TargetID, r.rec.Key)
	}
	return nil
}

// advance makes the steps that are left.
func (w *writing[T]) advance() error {
	return w.march(w.s.c.Steps, w.s.table.forward, func(r *row[T]) bool { return true })
}

// end is the good one.
func (w *writing[T]) end(r *row[T]) {
	o := duijiesync.Outcome{Kind: r.kind}
	if r.acted && o.Kind == duijiesync.OutcomeUnchanged {
		o.Kind = duijiesync.OutcomeUpdated
	}
	w.finish(r, o)
}

func (w *writing[T]) refuse(r *row[T], code, message string) {
	w.finish(r, duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: code, Message: message})
}

func (w *writing[T]) doubt(r *row[T], message string) {
	w.finish(r, duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, Message: message})
}

// finish settles a row. A change that was refused stays refused, whatever
// became of bringing the document back.
func (w *writing[T]) finish(r *row[T], o duijiesync.Outcome) {
	if r.fixed != nil {
		end := *r.fixed
		end.Message += fmt.Sprintf("; the document is back in status %q", r.status)
		if o.Kind == duijiesync.OutcomeRefused || o.Kind == duijiesync.OutcomeUnknown {
			end.Message = fmt.Sprintf("%s; and it could not be brought back from status %q: %s", r.fixed.Message, r.status, o.Message)
		}
		o = end
	}
	o.TargetID = cmp.Or(r.id, o.TargetID)
	if o.Step = r.step; r.step != "" && r.holds {
		if sum := hash(r.rec); sum != "" {
			o.Step += "#" + sum
		}
	}
	r.out = &o
}

func (w *writing[T]) outcomes() []duijiesync.Outcome {
	out := make([]duijiesync.Outcome, len(w.rows))
	for i, r := range w.rows {
		if r.out == nil { // arrived by the steps
			w.end(r)
		}
		out[i] = *r.out
	}
	return out
}
