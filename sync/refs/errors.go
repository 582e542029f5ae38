package refs

import (
	"errors"
	"fmt"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// What a [Resolver] answers when it has no value.
var (
	// ErrMissing: what a record refers to is not in the target. It comes as a
	// [MissingError], which also matches duijiesync.ErrWait unless the resolver
	// refuses.
	ErrMissing = errors.New("duijie/sync/refs: the referenced record is missing")
	// ErrLookup: whether it is there could not be found out. It comes as a
	// [LookupError], and the record waits.
	ErrLookup = errors.New("duijie/sync/refs: the reference could not be looked up")
	// ErrEmptyKey: the record names nothing to refer to. Answer it in the transform,
	// before Resolve is called, where that is allowed.
	ErrEmptyKey = errors.New("duijie/sync/refs: the reference is empty")
	// ErrOptions: a resolver, a creation or a chain is put together wrongly. The error says how.
	ErrOptions = errors.New("duijie/sync/refs: not complete")
)

// MissingError says which reference is missing. It matches [ErrMissing], and
// duijiesync.ErrWait when the record may wait for it.
type MissingError struct {
	Reference string // the resolver's name
	Key       string // what it was asked for
	Reason    string // why it was not created, "" when that was not tried
	Refused   bool   // the resolver refuses instead of waiting

	waits bool // its creation waits
}

// Error names the reference and says what becomes of the record.
func (e *MissingError) Error() string {
	text := fmt.Sprintf("duijie/sync/refs: %s %q is not in the target yet", e.Reference, e.Key)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	if e.Refused {
		return text + "; bring it there and replay"
	}
	return text + "; the record waits for it"
}

// Is matches ErrMissing, and duijiesync.ErrWait when the record may wait.
func (e *MissingError) Is(target error) bool {
	return target == ErrMissing || target == duijiesync.ErrWait && !e.Refused
}

// LookupError says that a lookup or a creation failed for a reason that lies
// with no single record. It matches [ErrLookup] and the cause, and
// duijiesync.ErrWait: the record is tried again at the end of every run.
type LookupError struct {
	Reference string // the resolver's name
	Key       string // what it was asked for
	Backend   string // where it was looked for
	Err       error  // the cause
}

// Error names the reference and the cause.
func (e *LookupError) Error() string {
	return fmt.Sprintf("duijie/sync/refs: look %s %q up in %s: %v; the record waits", e.Reference, e.Key, e.Backend, e.Err)
}

// Is matches ErrLookup and duijiesync.ErrWait.
func (e *LookupError) Is(target error) bool {
	return target == ErrLookup || target == duijiesync.ErrWait
}

// Unwrap returns the cause.
func (e *LookupError) Unwrap() error { return e.Err }
