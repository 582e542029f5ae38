package main

import "testing"

// All engines map the same records to the same customers; ours and the typed code
// written by hand give the amounts exactly.
func TestEnginesAgree(t *testing.T) {
	engines, err := all()
	if err != nil {
		t.Fatal(err)
	}
	records := shops(500)
	for _, e := range engines {
		exact, err := correct(e, records)
		if err != nil {
			t.Error(err)
		}
		if e.name == "duijie/mapping" && !exact {
			t.Error("amounts of duijie/mapping are not exact")
		}
	}
}

func BenchmarkEngines(b *testing.B) {
	engines, err := all()
	if err != nil {
		b.Fatal(err)
	}
	records := shops(1000)
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			b.ReportAllocs()
			for n := range b.N {
				if _, err := e.run(records[n%len(records)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
