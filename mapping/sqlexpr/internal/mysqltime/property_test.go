package mysqltime

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomTime returns a time of the years 1 to 9999 in a zone.
func randomTime(r *rand.Rand, zone *time.Location) time.Time {
	return time.Date(1+r.IntN(9999), time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1e6)*1000, zone)
}

func newRand(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func at(t *testing.T, x time.Time) Value {
	v, ok := At(x, 6)
	require.True(t, ok)
	return v
}

func TestPackageTimeAgrees(t *testing.T) {
	t.Parallel()
	r := newRand(t)
	const layout = "2006-01-02 15:04:05.000000"
	for range 4000 {
		x, y := randomTime(r, shanghai), randomTime(r, shanghai)
		v, w := at(t, x), at(t, y)
		require.Equal(t, x.Format(layout), v.String())
		parsed, ok := ParseDateTime(v.String())
		require.True(t, ok)
		require.Equal(t, v, parsed)

		wd, _ := v.DayOfWeek()
		require.Equal(t, int(x.Weekday())+1, wd, v)
		yd, _ := v.YearDay()
		require.Equal(t, x.YearDay(), yd, v)
		week, year, _ := v.Week(3)
		isoYear, isoWeek := x.ISOWeek()
		require.Equal(t, [2]int{isoYear, isoWeek}, [2]int{year, week}, v)
		last, _ := v.LastDay()
		require.Equal(t, time.Date(x.Year(), x.Month()+1, 0, 0, 0, 0, 0, shanghai).Format(time.DateOnly), last.String())

		require.Equal(t, x.Compare(y), v.Compare(w))
		micros, _ := TimestampDiff(Microsecond, v, w)
		require.Equal(t, y.UnixMicro()-x.UnixMicro(), micros)
		days, _ := DateDiff(w, v)
		midnight := func(z time.Time) int64 { return time.Date(z.Year(), z.Month(), z.Day(), 0, 0, 0, 0, time.UTC).Unix() }
		require.Equal(t, (midnight(y)-midnight(x))/86400, int64(days))
		if back, ok := v.Add(NewInterval(micros, Microsecond), false); ok {
			require.Equal(t, w, back)
		}
	}
}

func TestIntervalsAgreeWithPackageTime(t *testing.T) {
	t.Parallel()
	r := newRand(t)
	for range 4000 {
		x := randomTime(r, shanghai)
		v := at(t, x)
		n := r.IntN(2_000_000) - 1_000_000
		for u, want := range map[Unit]time.Time{
			Microsecond: x.Add(time.Duration(n) * time.Microsecond),
			Second:      x.Add(time.Duration(n) * time.Second),
			Minute:      x.Add(time.Duration(n) * time.Minute),
			Hour:        x.Add(time.Duration(n) * time.Hour),
			Day:         x.AddDate(0, 0, n),
			Week:        x.AddDate(0, 0, 7*n),
			Month:       x.AddDate(0, n, 0), // the day is at most 28
			Year:        x.AddDate(n, 0, 0),
		} {
			got, ok := v.Add(NewInterval(int64(n), u), false)
			sub, okSub := v.Add(NewInterval(int64(-n), u), true)
			require.Equal(t, ok, okSub)
			require.Equal(t, got, sub)
			inside := want.Year() >= 1 && want.Year() <= 9999
			if inside {
				require.Equal(t, at(t, want), got, "%s + %d %s", v, n, u)
			} else if u != Month && u != Year {
				require.False(t, ok, "%s + %d %s", v, n, u)
			}
		}
	}
}

func TestUnixRoundTrip(t *testing.T) {
	t.Parallel()
	r := newRand(t)
	for range 4000 {
		n := r.Int64N(maxUnix + 1)
		v, ok := FromUnix(n, 0, false, 0, shanghai)
		require.True(t, ok)
		require.Equal(t, time.Unix(n, 0).In(shanghai).Format(time.DateTime), v.String())
		back, ok := v.Unix(shanghai)
		require.True(t, ok)
		require.Equal(t, n, back)
	}
	_, ok := FromUnix(maxUnix+1, 0, false, 0, shanghai)
	assert.False(t, ok)
	_, ok = FromUnix(1710403200123, 0, false, 0, shanghai)
	assert.False(t, ok, "milliseconds")
	_, ok = FromUnix(0, 1, true, 6, shanghai)
	assert.False(t, ok)
}

func TestFormatAndParseAgree(t *testing.T) {
	t.Parallel()
	r := newRand(t)
	layouts := []string{
		"%Y-%m-%d %H:%i:%s.%f", "%Y年%c月%e日 %r %f", "%b %d %Y %T.%f", "%W %M %D %Y %k:%i:%S %f", "%Y %j %H %i %s %f",
		"%X %V %w %T %f", "%x %v %a %T %f", "%f %s %i %h %p %d/%m/%Y",
	}
	for range 4000 {
		v := at(t, randomTime(r, shanghai))
		if v.Year < 100 {
			continue // texts of one or two digits are years of this century
		}
		layout := layouts[r.IntN(len(layouts))]
		b, ok := v.AppendFormat(nil, layout)
		require.True(t, ok)
		got, ok := Parse(string(b), layout)
		if _, year, _ := v.Week(3); year > 9999 {
			continue
		}
		require.True(t, ok, "%s by %s", b, layout)
		require.Equal(t, v, got, "%s by %s", b, layout)
	}
}

func TestTimesAdd(t *testing.T) {
	t.Parallel()
	r := newRand(t)
	for range 4000 {
		x, y := r.Int64N(2*maxTime)-maxTime, r.Int64N(2*maxTime)-maxTime
		v, w := timeOf(x, 6), timeOf(y, 6)
		require.Equal(t, x, v.micros())
		parsed, ok := ParseTime(v.String())
		require.True(t, ok)
		require.Equal(t, v, parsed)
		span, ok := w.Span()
		require.True(t, ok)
		sum, ok := AddTime(v, span, false)
		require.True(t, ok)
		require.Equal(t, max(-maxTime, min(maxTime, x+y)), sum.micros())
		diff, ok := TimeDiff(v, w)
		require.True(t, ok)
		require.Equal(t, max(-maxTime, min(maxTime, x-y)), diff.micros())
	}
}

func TestTimeOnDate(t *testing.T) {
	t.Parallel()
	today := NewDate(2024, 3, 14)
	for in, want := range map[string]string{
		"17:00:00": "2024-03-14 17:00:00", "30:00:00": "2024-03-15 06:00:00", "-1:00:00.5": "2024-03-13 22:59:59.5",
	} {
		v, ok := ParseTime(in)
		require.True(t, ok)
		got, ok := v.OnDate(today)
		require.True(t, ok)
		assert.Equal(t, want, got.String())
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"2024-03-05": 20240305, "2024-03-05 08:09:07.5": 20240305080907} {
		v, ok := ParseDateTime(in)
		require.True(t, ok)
		whole, _, neg := v.Number()
		assert.Equal(t, want, whole)
		assert.False(t, neg)
	}
	v, ok := ParseTime("-8:09:07.25")
	require.True(t, ok)
	whole, micro, neg := v.Number()
	assert.Equal(t, []any{int64(80907), 250000, true}, []any{whole, micro, neg})
}
