package main

import (
	"bytes"
	"os"
	"runtime/metrics"
	"strconv"
	"time"
)

// residentPeak is the high-water mark of this process's resident memory in
// bytes, 0 where the system does not tell.
func residentPeak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if value, is := bytes.CutPrefix(line, []byte("VmHWM:")); is {
			kib, err := strconv.ParseInt(string(bytes.Fields(value)[0]), 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}

// watchHeap looks at the heap in use fifty times a second until peak is called,
// which returns the most it saw.
func watchHeap() (peak func() int64) {
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"},
	}
	var most int64
	look := func() {
		metrics.Read(samples)
		most = max(most, int64(samples[0].Value.Uint64()+samples[1].Value.Uint64())) //nolint:gosec // far below 2^63
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			look()
			select {
			case <-tick.C:
			case <-quit:
				look()
				return
			}
		}
	}()
	return func() int64 {
		close(quit)
		<-done
		return most
	}
}
