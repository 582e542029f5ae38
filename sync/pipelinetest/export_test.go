package pipelinetest

import "time"

// SetPatience shortens the waits for tests of parts that are broken on purpose.
func SetPatience(d time.Duration) { patience = d }
