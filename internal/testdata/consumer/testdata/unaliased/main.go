// Command unaliased does not compile: both packages want the name sync.
package main

import (
	"sync"

	"github.com/duijie-go/duijie/sync"
)

func main() {
	var mu sync.Mutex
	mu.Lock()
	_ = sync.NewMemoryState()
}
