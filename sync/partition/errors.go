package partition

import (
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Errors of a slice.
var (
	// ErrPermanent: repeating can not help: a credential, a right, a setting or the
	// wiring is wrong, too much was refused, or the state is corrupt. A factory may
	// wrap errors of its own in it.
	ErrPermanent = errors.New("duijie/sync/partition: repeating can not help")
	// ErrStalled: several slices in a row got nowhere. Raise the budget above what
	// one page of the source and one batch take.
	ErrStalled = errors.New("duijie/sync/partition: the budget is too short to get anywhere")
)

// errGone is the error of a slice that never returned.
var errGone = errors.New("its code ended the goroutine (runtime.Goexit, or FailNow of a test)")

// errBudget is the cause of a context whose slice is over.
var errBudget = errors.New("duijie/sync/partition: the slice's budget is used up")

// Error is a failure of one partition.
type Error struct {
	Pipeline  string // its name in the registry
	Partition Partition
	Err       error
}

// Error names pipeline and partition.
func (e *Error) Error() string {
	return fmt.Sprintf("duijie/sync/partition: %s [%s]: %v", e.Pipeline, e.Partition, e.Err)
}

// Unwrap returns what it failed with.
func (e *Error) Unwrap() error { return e.Err }

// Is tells errors that repeating can not help with.
func (e *Error) Is(target error) bool { return target == ErrPermanent && permanent(e.Err) }

// permanent tells whether a person must act before it can work.
func permanent(err error) bool {
	for _, kind := range []error{
		ErrPermanent, ErrPartition, ErrScope, ErrUnknown,
		duijie.ErrInvalid, duijie.ErrUnauthenticated, duijie.ErrPermission, duijie.ErrRedirected,
		duijiesync.ErrPipeline, duijiesync.ErrStateCorrupt, duijiesync.ErrTooManyRefused,
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// panicError is a panic of the caller's code.
type panicError struct {
	who   string
	value any
}

func (e *panicError) Error() string { return fmt.Sprintf("the %s panicked: %v", e.who, e.value) }
