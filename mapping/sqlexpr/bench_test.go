package sqlexpr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// BenchmarkEval measures expressions of published schemes.
func BenchmarkEval(b *testing.B) {
	for _, c := range []struct {
		name, src string
		values    numbers
	}{
		{"price", "{{paid}}/{{qty}}", numbers{"59.8000", "2.0000"}},
		{"round", "ROUND({{amount}}/{{num}}*{{rate}},2)", numbers{"100.00", "3", "1.13"}},
		{"case", "case '{{shop}}' when '001' then '100' when '002' then '102' when '004' then '104' else '103' end", numbers{"004"}},
		{"concat", "CONCAT('SO-',{{no}},'-',LPAD('{{line}}',3,'0'))", numbers{"20240001", "7"}},
		{"date", "DATE_FORMAT(DATE_ADD('{{d}}', INTERVAL 1 DAY),'%Y%m%d')", numbers{"2024-02-28 10:00:00"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			e, err := sqlexpr.Compile(c.src, sqlexpr.Options{Holes: true})
			require.NoError(b, err)
			var ops sqlexpr.Operands = c.values
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(ops, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sqlexpr.Compile("ROUND({{amount}}/{{num}}*{{rate}},2)", sqlexpr.Options{Holes: true}); err != nil {
			b.Fatal(err)
		}
	}
}
