package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
)

func main() {
	if err := run(os.Stdout, 3); err != nil {
		fmt.Fprintln(os.Stderr, "mapbench:", err)
		os.Exit(1)
	}
}

// run measures every engine on the same records, in turns, and prints the best of the
// rounds: the machine's noise only ever adds.
func run(w io.Writer, rounds int) error {
	engines, err := all()
	if err != nil {
		return err
	}
	records := shops(1000)
	type figure struct{ ns, bytes, allocs int64 }
	best, exact := make([]figure, len(engines)), make([]bool, len(engines))
	for i, e := range engines {
		if exact[i], err = correct(e, records); err != nil {
			return err
		}
	}
	for range rounds {
		for i, e := range engines {
			r := testing.Benchmark(func(b *testing.B) {
				b.ReportAllocs()
				for n := range b.N {
					if _, err := e.run(records[n%len(records)]); err != nil {
						b.Fatal(err)
					}
				}
			})
			if f := (figure{r.NsPerOp(), r.AllocedBytesPerOp(), r.AllocsPerOp()}); best[i].ns == 0 || f.ns < best[i].ns {
				best[i] = f
			}
		}
	}
	fmt.Fprintf(w, "| engine | ns per record | ratio to %s | bytes | allocations | amounts |\n|---|---|---|---|---|---|\n", engines[0].name)
	for i, e := range engines {
		amounts := "binary floating point"
		if exact[i] {
			amounts = "exact"
		}
		fmt.Fprintf(w, "| %s | %d | %.2f | %d | %d | %s |\n", e.name, best[i].ns, float64(best[i].ns)/float64(best[0].ns), best[i].bytes, best[i].allocs, amounts)
	}
	return nil
}

// correct maps every record and checks what comes out.
func correct(e engine, records [][]byte) (exact bool, err error) {
	exact = true
	for _, in := range records {
		out, err := e.run(in)
		if err != nil {
			return false, fmt.Errorf("%s: %w", e.name, err)
		}
		same, err := judge(in, out)
		if err != nil {
			return false, fmt.Errorf("%s: %w", e.name, err)
		}
		exact = exact && same
	}
	return exact, nil
}

// all are all engines: what is written by hand first, then ours.
func all() ([]engine, error) {
	out, err := theirs()
	if err != nil {
		return nil, err
	}
	mine, err := ours()
	return slices.Insert(out, 2, mine), err
}
