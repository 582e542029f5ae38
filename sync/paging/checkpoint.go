package paging

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// checkpointVersion is the form of the checkpoints written. A newer one is
// refused, not guessed.
const checkpointVersion = 1

// checkpoint is a resume point as JSON. It names its builder and list, so that
// one of another source is not taken for its own.
type checkpoint struct {
	V       int             `json:"v"`
	Builder string          `json:"builder"`
	List    string          `json:"list,omitempty"`
	At      json.RawMessage `json:"at,omitempty"`       // keyset: the last position read
	Rest    int64           `json:"rest,omitempty"`     // backward: so many rows from the start are still to be read
	Total   int64           `json:"total,omitempty"`    // ... of so many that were counted before, -1: not told
	Met     int64           `json:"met,omitempty"`      // ... and so many were met
	Anew    bool            `json:"anew,omitempty"`     // the list did not add up: all of it is to be read
	Ended   *time.Time      `json:"finished,omitempty"` // the reading came to its end; the next one begins anew
}

// text is the checkpoint as a pipeline keeps it.
func (s *Source[T]) text(c checkpoint) (duijiesync.Checkpoint, error) {
	c.V, c.Builder, c.List = checkpointVersion, s.builder, s.list
	b, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("duijie/sync/paging: %s: checkpoint: %w", title(s.builder, s.list), err)
	}
	return duijiesync.Checkpoint(b), nil
}

// finished is the checkpoint of a reading that came to its end.
func (s *Source[T]) finished() (duijiesync.Checkpoint, error) {
	now := time.Now().UTC().Truncate(time.Second)
	return s.text(checkpoint{Ended: &now})
}

// parse reads a checkpoint this source made; "" is the beginning.
func (s *Source[T]) parse(text duijiesync.Checkpoint) (checkpoint, error) {
	var c checkpoint
	if text == "" {
		return c, nil
	}
	wrong := func(format string, args ...any) (checkpoint, error) {
		return checkpoint{}, fmt.Errorf("duijie/sync/paging: %s: %w: %s; restore the source or name this pipeline had, or give the pipeline a new name to begin anew",
			title(s.builder, s.list), ErrCheckpoint, fmt.Sprintf(format, args...))
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return wrong("%v", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return wrong("text behind its end")
	}
	switch {
	case c.V != checkpointVersion:
		return wrong("its version is %d, this one reads %d", c.V, checkpointVersion)
	case c.Builder != s.builder:
		return wrong("it was made by %q", c.Builder)
	case c.List != s.list:
		return wrong("it is of the list %q", c.List)
	}
	if again, err := s.text(c); err != nil || again != text {
		return wrong("it is not as it was written")
	}
	// It says that all is to be read, or names one place to go on at: anything
	// else would begin anew without a word.
	onlyOf := c
	onlyOf.V, onlyOf.Builder, onlyOf.List = 0, "", ""
	switch {
	case c.Anew || c.Ended != nil:
		onlyOf.Anew, onlyOf.Ended = false, nil
		if !onlyOf.zero() || c.Anew == (c.Ended != nil) {
			return wrong("it says two things")
		}
		return checkpoint{}, nil
	case s.builder == keysetName && c.At != nil:
		onlyOf.At = nil
	case (s.builder == backwardName || s.builder == closedName) && c.Rest > 0 && c.Met >= 0 && c.Total >= -1:
		onlyOf.Rest, onlyOf.Met, onlyOf.Total = 0, 0, 0
	default:
		return wrong("it does not say where to go on")
	}
	if !onlyOf.zero() {
		return wrong("it says two things")
	}
	return c, nil
}

// zero tells that nothing is set.
func (c checkpoint) zero() bool {
	return c.V == 0 && c.Builder == "" && c.List == "" && c.At == nil && c.Rest == 0 && c.Total == 0 && c.Met == 0 && !c.Anew && c.Ended == nil
}
