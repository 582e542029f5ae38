package sync

import (
	"errors"
	"math"
	stdsync "sync"
)

// ErrTargetBusy says that the target could not take so many rows just now
// (locked, busy) that the run stopped, instead of waiting for each of them. Nothing
// is lost and nothing became a dead letter for it: run again later.
var ErrTargetBusy = errors.New("duijie/sync: the target is too busy")

// retryBudget bounds how many rows one run may write again: some to begin with,
// and a share of what the target takes.
type retryBudget struct {
	mu    stdsync.Mutex
	left  int
	limit int // 0: none
}

// retryShare is how many rows must be written for one more to be retried.
const retryShare = 4

// retryCost is what one retry takes, so that writes need not be counted in parts.
const retryCost = retryShare

func newRetryBudget(rows int) retryBudget {
	rows = min(rows, math.MaxInt/(2*retryCost)) // more would overflow, and is never used up
	return retryBudget{left: rows * retryCost, limit: rows * retryCost}
}

func (b *retryBudget) take(rows int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit == 0 {
		return true
	}
	b.left -= rows * retryCost
	return b.left >= 0
}

func (b *retryBudget) give(rows int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+rows, b.limit)
}
