package kingdee

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestFilters(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Filter{
		"FNumber='O''Neil'":                     Eq("FNumber", "O'Neil"),
		"FCreateOrgId.FNumber in ('100','200')": In("FCreateOrgId.FNumber", "100", "200"),
		"FID in (1,2)":                          In("FID", 1, 2),
		"1=0":                                   In[string]("FID"),
		"FQty>=1.5":                             Ge("FQty", duijie.MustDecimal("1.50")),
		"FModifyDate>'2025-03-07 08:09:10'":     Gt("FModifyDate", testDay.UTC()),
		"FModifyDate<='2025-03-07 08:09:10'":    Le("FModifyDate", duijie.NewTime(testDay)),
		"FFlag='1'":                             Eq("FFlag", true),
		"FName like '%5[%][_][[]''%'":           Contains("FName", "5%_['"),
		"FA=1 and (FB<2 or FC<>3)":              And(Eq("FA", 1), Raw(" "), Or(Lt("FB", int64(2)), Ne("FC", int32(3)))),
		"(FA=1 or FB=2) and FC=3":               And(Raw("FA=1 or FB=2"), Eq("FC", 3)),
		"FA=1":                                  Or(And(), Eq("FA", 1)),
		"":                                      And(),
	} {
		text, err := f.Text()
		require.NoError(t, err)
		require.Equal(t, want, text)
	}
	for name, f := range map[string]Filter{
		"field": Eq("FA=1 or 1", 1), "empty": Eq("", 1), "type": Eq("FA", 1.5), "control": Eq("FA", "a\x00b"),
		"in": In("F A", 1), "in value": In("FA", struct{}{}), "joined": And(Eq("FA", 1), Eq("F-B", 1)), "like": Contains("F(", ""), "utf8": Eq("FA", "\xff"),
	} {
		require.ErrorIs(t, f.Err(), duijie.ErrInvalid, name)
		require.Equal(t, "1=0", f.String(), "a broken filter never becomes a wider one")
	}
	text, err := Quote("a'b")
	require.NoError(t, err)
	require.Equal(t, "'a''b'", text)
}

// A value never ends its own quotes.
func FuzzQuote(f *testing.F) {
	f.Add("FNumber", "O'Neil'; drop")
	f.Add("F.N'", "''")
	f.Fuzz(func(t *testing.T, field, value string) {
		for _, filter := range []Filter{Eq(field, value), In(field, value, value), Contains(field, value)} {
			text, err := filter.Text()
			if err != nil {
				if filter.String() != "1=0" {
					t.Fatal("a broken filter is wide")
				}
				continue
			}
			if !validName(field) || !strings.HasPrefix(text, field) {
				t.Fatalf("field %q in %q", field, text)
			}
			// Outside of quotes there is nothing but the filter's own words.
			outside := ""
			for i, part := range strings.Split(strings.ReplaceAll(text[len(field):], "''", ""), "'") {
				if i%2 == 0 {
					outside += part
				}
			}
			if strings.Trim(outside, "=(), inlke") != "" {
				t.Fatalf("%q breaks out: %q", text, outside)
			}
		}
	})
}
