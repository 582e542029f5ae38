package fan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// In is a source that is made of several: the records of all of them, one
// part after the other or in turn.
//
// Its checkpoint holds the checkpoints of all parts by name. So a part keeps its
// place when others are added, moved or taken out, also when it is put back later;
// a part that is new begins at the beginning. Renaming a part makes it new.
type In[T any] struct {
	// Parts are read in this order.
	Parts []Part[T]
	// Keys says what equal keys of two parts mean. There is no default: with the
	// wrong answer records overwrite each other.
	Keys Keys
	// Key makes the key of a record, for [KeysMade].
	Key func(part, key string) string
	// InTurn takes a batch from each part in turn, so that a long part does not
	// keep the others waiting. Parts are read one at a time either way.
	InTurn bool
	// GoOn has the other parts read to their end when one fails; the error comes
	// after them. Without it a part that fails ends the reading at once. Either way
	// what was read stays read, and the part goes on where it stood.
	GoOn bool
}

// Part is one source of an [In].
type Part[T any] struct {
	// Name is what the checkpoint keeps the part's place by, and what [KeysPrefixed]
	// puts before its keys: 1 to 64 bytes of UTF-8 without "/" and control characters.
	Name   string
	Source duijiesync.Source[T]
}

// Keys says what equal keys of different parts mean.
type Keys uint8

// The answers.
const (
	// KeysShared: equal keys are the same record, wherever it was read. The higher
	// Version decides; without versions what is read later overwrites, so that parts
	// which disagree about a record change it back and forth. Also right where keys
	// never meet, because each part has its own range of numbers.
	KeysShared Keys = iota + 1
	// KeysPrefixed: equal keys are different records. A record's key becomes
	// part/key. The sink sees this key too: where it looks records up by key,
	// the target must have it.
	KeysPrefixed
	// KeysMade: the key is what [In].Key makes of the part and its key. Equal
	// results are the same record.
	KeysMade
)

// PartError is the failure of one part of an [In].
type PartError struct {
	Part  string
	Err   error
	Stack []byte // where it panicked; nil when it did not
}

// Error names the part.
func (e *PartError) Error() string {
	return fmt.Sprintf("duijie/sync/fan: part %q: %v", e.Part, e.Err)
}

// Unwrap returns what the part failed with.
func (e *PartError) Unwrap() error { return e.Err }

func (in *In[T]) key(part, key string) string {
	switch in.Keys {
	case KeysPrefixed:
		return part + "/" + key
	case KeysMade:
		return in.Key(part, key)
	}
	return key
}

// check finds all mistakes at once.
func (in *In[T]) check() error {
	var missing []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			missing = append(missing, fmt.Errorf(format, args...))
		}
	}
	need(len(in.Parts) > 0, "Parts are missing")
	need(in.Keys >= KeysShared && in.Keys <= KeysMade, "Keys must say what equal keys of two parts mean: KeysShared, KeysPrefixed or KeysMade")
	need(in.Keys != KeysMade || in.Key != nil, "Key is missing: KeysMade needs it")
	seen := map[string]bool{}
	for i, p := range in.Parts {
		need(p.Source != nil, "part %d (%s): Source is missing", i+1, p.Name)
		need(goodPartName(p.Name), "part %d: the name %q must be 1 to 64 bytes of UTF-8 without / and control characters", i+1, p.Name)
		need(!seen[p.Name], "part %d: the name %q is taken", i+1, p.Name)
		seen[p.Name] = true
	}
	if missing != nil {
		return fmt.Errorf("%w: %w", ErrFan, errors.Join(missing...))
	}
	return nil
}

func goodPartName(name string) bool {
	return name != "" && len(name) <= 64 && utf8.ValidString(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return r == '/' || r < ' ' || r == 0x7f })
}

// Paging joins what the parts say.
func (in *In[T]) Paging() string {
	var texts []string
	for _, p := range in.Parts {
		if pager, ok := p.Source.(duijiesync.Pager); ok {
			if text := pager.Paging(); text != "" {
				texts = append(texts, p.Name+": "+text)
			}
		}
	}
	return strings.Join(texts, "; ")
}

// Close closes the parts that hold something.
func (in *In[T]) Close(ctx context.Context) error {
	var errs []error
	for _, p := range in.Parts {
		if c, ok := p.Source.(duijiesync.Closer); ok {
			if err := c.Close(ctx); err != nil {
				errs = append(errs, &PartError{Part: p.Name, Err: err})
			}
		}
	}
	return errors.Join(errs...)
}

// DecodeRaw has the part decode what it read; see [UnwrapRaw].
func (in *In[T]) DecodeRaw(raw json.RawMessage) (value T, err error) {
	name, own := UnwrapRaw(raw)
	if name == "" {
		err = json.Unmarshal(own, &value)
		return value, err
	}
	for _, p := range in.Parts {
		if d, ok := p.Source.(duijiesync.RawDecoder[T]); ok && p.Name == name {
			return d.DecodeRaw(own)
		}
	}
	return value, &PartError{Part: name, Err: errors.New("the item is from this part, and no part of the name decodes: put it back to replay the item")}
}
