package fan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
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

// position is where the branches of an Out stand: the checkpoint of the source
// that most have reached, and those of branches that failed or are new.
type position struct {
	at       duijiesync.Checkpoint
	branches []string // all that were ever fed and not taken out, sorted
	behind   map[string]duijiesync.Checkpoint
}

// of is where one branch stands.
func (p position) of(name string) duijiesync.Checkpoint {
	if at, ok := p.behind[name]; ok {
		return at
	}
	return p.at
}

// join makes the position one of the branches that are there now. Those taken
// out are forgotten; new ones begin at the beginning.
func (p position) join(names []string) position {
	joined := position{at: p.at, branches: slices.Sorted(slices.Values(names)), behind: map[string]duijiesync.Checkpoint{}}
	for _, name := range names {
		if at := p.of(name); !slices.Contains(p.branches, name) {
			joined.behind[name] = ""
		} else if at != p.at {
			joined.behind[name] = at
		}
	}
	if len(joined.behind) == len(names) { // nobody is at the front
		joined.at = joined.behind[names[0]]
	}
	return joined.tidy()
}

// tidy drops what is behind no longer.
func (p position) tidy() position {
	maps.DeleteFunc(p.behind, func(_ string, at duijiesync.Checkpoint) bool { return at == p.at })
	return p
}

// stragglers groups the branches that are behind by where they stand.
func (p position) stragglers() map[duijiesync.Checkpoint][]string {
	groups := map[duijiesync.Checkpoint][]string{}
	for _, name := range p.branches {
		if at, ok := p.behind[name]; ok {
			groups[at] = append(groups[at], name)
		}
	}
	return groups
}

type positionJSON struct {
	V        int               `json:"v"`
	At       opaque            `json:"at"`
	Branches []string          `json:"branches"`
	Behind   map[string]opaque `json:"behind,omitempty"`
}

func (p position) encode() (duijiesync.Checkpoint, error) {
	doc := positionJSON{V: formatVersion, At: opaque(p.at), Branches: p.branches, Behind: map[string]opaque{}}
	for name, at := range p.behind {
		if at != p.at {
			doc.Behind[name] = opaque(at)
		}
	}
	text, err := json.Marshal(doc)
	return duijiesync.Checkpoint(text), err
}

func decodePosition(text duijiesync.Checkpoint) (position, error) {
	p := position{behind: map[string]duijiesync.Checkpoint{}}
	if text == "" {
		return p, nil
	}
	var doc positionJSON
	if err := strictJSON(text, &doc, func() int { return doc.V }); err != nil {
		return p, err
	}
	p.at, p.branches = duijiesync.Checkpoint(doc.At), slices.Compact(slices.Sorted(slices.Values(doc.Branches)))
	for name, at := range doc.Behind {
		if !slices.Contains(p.branches, name) {
			return p, fmt.Errorf("%w: %q is behind but no branch: %q", ErrCheckpoint, name, text)
		}
		p.behind[name] = duijiesync.Checkpoint(at)
	}
	return p.tidy(), nil
}

// position reads where the branches stand. Where nothing is stored yet, they all
// begin.
func (o *Out[T]) position(ctx context.Context) (position, error) {
	text, err := o.State.Checkpoint(ctx, o.scope())
	if err != nil {
		return position{}, err
	}
	p, err := decodePosition(text)
	if err != nil {
		return p, fmt.Errorf("fan %q: %w", o.Name, err)
	}
	if text == "" {
		p.branches = o.names()
	}
	return p.join(o.names()), nil
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
