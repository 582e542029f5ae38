// Command aliased is unaliased with the import as the documentation writes it.
package main

import (
	"sync"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func main() {
	var mu sync.Mutex
	mu.Lock()
	_ = duijiesync.NewMemoryState()
}
