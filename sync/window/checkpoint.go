package window

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// checkpointVersion is the form of the checkpoints written. A newer one is
// refused, not guessed.
const checkpointVersion = 1

// Kinds of checkpoints. They are stored.
const (
	liveKind     = "window"
	backfillKind = "backfill"
)

// head says whose checkpoint it is.
type head struct {
	V    int    `json:"v"`
	Kind string `json:"kind"`
	List string `json:"list,omitempty"`
}

// liveCheckpoint is the resume point of a [Source].
type liveCheckpoint struct {
	head
	Start time.Time `json:"start"` // of the first run: nothing older is read
	Done  time.Time `json:"done"`  // everything before was read
	// Open is the window under way. It is read to its own end before the next one
	// begins: its first slices are as old as that, and only the overlap behind it
	// makes up for what they could not show yet.
	Open    *progress     `json:"open,omitempty"`
	Overlap time.Duration `json:"overlap_ns,omitempty"` // as gap insurance widened it
	Runs    int           `json:"runs,omitempty"`       // since the last gap pass
	GapAt   *time.Time    `json:"gap_at,omitempty"`     // the next gap pass ends here
	GapRun  *time.Time    `json:"gap_run,omitempty"`    // when the last one was
}

// progress is how far a part of time is read.
type progress struct {
	At time.Time `json:"at"` // everything before was read
	To time.Time `json:"to"`
	// SliceTo and Inner are set inside a slice: it ends at SliceTo, and its source
	// goes on at Inner.
	SliceTo *time.Time `json:"slice_to,omitempty"`
	Inner   string     `json:"inner,omitempty"`
}

// backfillCheckpoint is the resume point of a [Backfill].
type backfillCheckpoint struct {
	head
	From time.Time `json:"from"`
	progress
}

// check tells what is wrong with a progress, "" for nothing.
func (p *progress) check() string {
	switch {
	case p.To.Before(p.At):
		return "it ends before it begins"
	case !sane(p.At) || !sane(p.To):
		return "it holds no time of this world"
	case (p.SliceTo == nil) != (p.Inner == ""):
		return "it is half inside a slice"
	case p.SliceTo != nil && (p.SliceTo.After(p.To) || !p.SliceTo.After(p.At)):
		return "its slice lies outside"
	}
	return ""
}

// sane tells that a time is one to reckon with.
func sane(t time.Time) bool { return t.Year() > 1 && t.Year() < 9990 }

// inside notes that the source of the slice that ends at to has come as far as
// inner. One that JSON can not hold is left out: then the slice is read again.
func (p *progress) inside(to time.Time, inner duijiesync.Checkpoint) bool {
	if inner == "" || !utf8.ValidString(string(inner)) {
		return false
	}
	p.SliceTo, p.Inner = &to, string(inner)
	return true
}

// outside notes that everything before at was read.
func (p *progress) outside(at time.Time) { p.At, p.SliceTo, p.Inner = at, nil, "" }

// wrongCheckpoint is the error of a checkpoint that is not this source's.
func wrongCheckpoint[T any](s *Source[T], kind, format string, args ...any) error {
	return s.errorf("%s: %w: %s; restore the source or name this pipeline had, or give the pipeline (or its partition) a new name to begin anew",
		kind, ErrCheckpoint, fmt.Sprintf(format, args...))
}

// parse decodes a checkpoint and checks whose it is.
func parse[T any](s *Source[T], kind string, text duijiesync.Checkpoint, into any, h *head) error {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return wrongCheckpoint(s, kind, "%v", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return wrongCheckpoint(s, kind, "text behind its end")
	}
	switch {
	case h.V != checkpointVersion:
		return wrongCheckpoint(s, kind, "its version is %d, this one reads %d", h.V, checkpointVersion)
	case h.Kind != kind:
		return wrongCheckpoint(s, kind, "it is of kind %q", h.Kind)
	case h.List != s.Name:
		return wrongCheckpoint(s, kind, "it is of the list %q", h.List)
	}
	if again, err := encode(into); err != nil || again != text {
		return wrongCheckpoint(s, kind, "it is not as it was written")
	}
	return nil
}

// parseLive reads a checkpoint of the live source; "" is the first run.
func (c *setup[T]) parseLive(text duijiesync.Checkpoint) (*liveCheckpoint, error) {
	cp := &liveCheckpoint{}
	if text == "" {
		if c.Start.IsZero() {
			return nil, c.errorf("%w: set Start to the modification time from which rows are wanted, for example the day the pipeline goes into service", ErrNoStart)
		}
		start := c.grid.floor(c.Start)
		cp.head = head{checkpointVersion, liveKind, c.Name}
		cp.Start, cp.Done = start, start
		return cp, nil
	}
	if err := parse(c.Source, liveKind, text, cp, &cp.head); err != nil {
		return nil, err
	}
	wrong := ""
	switch {
	case !sane(cp.Start) || !sane(cp.Done) || cp.GapAt != nil && !sane(*cp.GapAt) || cp.GapRun != nil && !sane(*cp.GapRun):
		wrong = "it holds no time of this world"
	case cp.Done.Before(cp.Start):
		wrong = "it ends before it begins"
	case cp.Overlap < 0 || cp.Runs < 0:
		wrong = "it holds a negative number"
	case cp.Open != nil && cp.Open.At.Before(cp.Start):
		wrong = "its window begins before its start"
	case cp.Open != nil:
		wrong = cp.Open.check()
	}
	if wrong != "" {
		return nil, wrongCheckpoint(c.Source, liveKind, "%s", wrong)
	}
	return cp, nil
}

// encode is a checkpoint as a pipeline keeps it.
func encode(cp any) (duijiesync.Checkpoint, error) {
	b, err := json.Marshal(cp)
	if err != nil {
		return "", fmt.Errorf("duijie/sync/window: checkpoint: %w", err)
	}
	return duijiesync.Checkpoint(b), nil
}
