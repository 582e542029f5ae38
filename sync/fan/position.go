package fan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// ErrCheckpoint means that a stored checkpoint is not one of a fan, or is corrupt.
// Restore it, or give the fan a new name and let it start anew; nothing is reset
// silently.
var ErrCheckpoint = errors.New("duijie/sync/fan: checkpoint not readable")

// formatVersion is the version of both checkpoint formats.
const formatVersion = 1

// position is where the branches of an Out stand: the front, and one place at
// which all that are behind go on. Every branch, at the front or behind, has
// settled all up to from; those at the front all up to at. Which of two checkpoints
// is further only the source knows, so nothing here depends on it.
type position struct {
	at       duijiesync.Checkpoint
	branches []string // all that were ever fed and not taken out, sorted
	behind   []string // of them
	from     duijiesync.Checkpoint
}

// of is where one branch stands.
func (p position) of(name string) duijiesync.Checkpoint {
	if slices.Contains(p.behind, name) {
		return p.from
	}
	return p.at
}

// join makes the position one of the branches that are there now. Those taken
// out are forgotten; those that are new begin at the beginning.
func (p position) join(names []string) (joined position, added []string) {
	joined = position{at: p.at, from: p.from, branches: slices.Sorted(slices.Values(names))}
	for _, name := range joined.branches {
		switch {
		case !slices.Contains(p.branches, name):
			added = append(added, name)
			joined.behind, joined.from = append(joined.behind, name), ""
		case slices.Contains(p.behind, name):
			joined.behind = append(joined.behind, name)
		}
	}
	if len(joined.behind) == len(names) { // nobody is at the front
		joined.at = joined.from
	}
	return joined.tidy(), added
}

// drop puts a branch behind the others: where those stand that are behind, or
// else at the place given.
func (p position) drop(name string, at duijiesync.Checkpoint) position {
	if len(p.behind) == 0 {
		p.from = at
	}
	if !slices.Contains(p.behind, name) {
		p.behind = append(slices.Clone(p.behind), name)
		slices.Sort(p.behind)
	}
	return p
}

// tidy has nobody behind where that makes no difference.
func (p position) tidy() position {
	if len(p.behind) == 0 || p.from == p.at {
		p.behind, p.from = nil, ""
	}
	return p
}

type positionJSON struct {
	V        int      `json:"v"`
	At       opaque   `json:"at"`
	Branches []string `json:"branches"`
	Behind   []string `json:"behind,omitempty"`
	From     opaque   `json:"from"`
}

func (p position) encode() (duijiesync.Checkpoint, error) {
	p = p.tidy()
	text, err := json.Marshal(positionJSON{V: formatVersion, At: opaque(p.at), Branches: p.branches, Behind: p.behind, From: opaque(p.from)})
	return duijiesync.Checkpoint(text), err
}

func decodePosition(text duijiesync.Checkpoint) (position, error) {
	if text == "" {
		return position{}, nil
	}
	var doc positionJSON
	if err := strictJSON(text, &doc, func() int { return doc.V }); err != nil {
		return position{}, err
	}
	p := position{
		at: duijiesync.Checkpoint(doc.At), branches: slices.Compact(slices.Sorted(slices.Values(doc.Branches))),
		behind: slices.Compact(slices.Sorted(slices.Values(doc.Behind))), from: duijiesync.Checkpoint(doc.From),
	}
	for _, name := range p.behind {
		if !slices.Contains(p.branches, name) {
			return p, fmt.Errorf("%w: %q is behind but no branch: %q", ErrCheckpoint, name, text)
		}
	}
	return p.tidy(), nil
}

// position reads where the branches stand, and which of them are new. Where
// nothing is stored yet, they all begin.
func (o *Out[T]) position(ctx context.Context) (p position, stored duijiesync.Checkpoint, added []string, err error) {
	if stored, err = o.State.Checkpoint(ctx, o.scope()); err != nil {
		return p, "", nil, err
	}
	if p, err = decodePosition(stored); err != nil {
		return p, "", nil, fmt.Errorf("fan %q: %w", o.Name, err)
	}
	if stored == "" {
		p.branches = o.names()
	}
	p, added = p.join(o.names())
	return p, stored, added, nil
}

// opaque is a checkpoint of a source inside JSON. Any bytes come back as they
// were.
type opaque duijiesync.Checkpoint

// MarshalJSON makes a string of text, and an object of other bytes.
func (o opaque) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(o)) {
		return json.Marshal(string(o))
	}
	return json.Marshal(map[string][]byte{"bytes": []byte(o)})
}

// UnmarshalJSON reads both.
func (o *opaque) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '{' {
		var doc map[string][]byte
		if err := json.Unmarshal(raw, &doc); err != nil {
			return err
		}
		body, ok := doc["bytes"]
		if !ok || len(doc) != 1 {
			return errors.New("neither a text nor bytes")
		}
		*o = opaque(body)
		return nil
	}
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	if text == nil {
		return errors.New("null is no checkpoint")
	}
	*o = opaque(*text)
	return nil
}

// strictJSON decodes a checkpoint whole and of the version this package writes.
func strictJSON(text duijiesync.Checkpoint, into any, version func() int) error {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil && version() != formatVersion {
		err = fmt.Errorf("version %d, this program knows %d", version(), formatVersion)
	}
	if _, more := dec.Token(); err == nil && !errors.Is(more, io.EOF) {
		err = errors.New("something follows it")
	}
	if err != nil {
		return fmt.Errorf("%w: %w: %q", ErrCheckpoint, err, text)
	}
	return nil
}
