package mysqltime

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestServer compares with what MariaDB 10.11 printed, in the zone +08:00 and
// its default strict mode. Each line of the file is an operation, its
// arguments and the result, parted by tabs.
func TestServer(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/mariadb-10.11.tsv")
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	lines := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		parts := strings.Split(sc.Text(), "\t")
		n := len(parts) - 1
		op := serverOps[parts[0]]
		require.NotNil(t, op, "operation %s", parts[0])
		assert.Equal(t, parts[n], op(parts[1:n]), "%s", parts[:n])
		lines++
	}
	assert.Greater(t, lines, 700)
}

var shanghai = time.FixedZone("UTC+8", 8*3600)

func textOf(v Value, ok bool) string {
	if !ok {
		return "NULL"
	}
	return v.String()
}

func numberOf(n int64, ok bool) string {
	if !ok {
		return "NULL"
	}
	return strconv.FormatInt(n, 10)
}

// atoi is for arguments of the file.
func atoi(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// decimal takes a literal apart.
func decimal(s string) (whole int64, micro uint32, neg bool, decimals int) {
	s, neg = strings.TrimPrefix(s, "-"), strings.HasPrefix(s, "-")
	w, f, _ := strings.Cut(s, ".")
	decimals = min(len(f), 6)
	micro = uint32(atoi((f + "000000")[:6]))
	return atoi(w), micro, neg, decimals
}

func interval(amount, unit string) (Interval, bool) {
	u, ok := ParseUnit(unit)
	if !ok {
		panic(unit)
	}
	switch {
	case u.Composite():
		return ParseInterval(amount, u)
	case u == Second:
		w, m, neg, d := decimal(amount)
		return Seconds(uint64(w), m, neg, d), true
	default:
		return NewInterval(atoi(amount), u), true
	}
}

func add(v Value, ok bool, amount, unit string, subtract bool) string {
	iv, ok2 := interval(amount, unit)
	if !ok || !ok2 {
		return "NULL"
	}
	return textOf(v.Add(iv, subtract))
}

// dated makes an operation of a function of a date.
func dated(f func(v Value, rest []string) string) func(a []string) string {
	return func(a []string) string {
		v, ok := ParseDateTime(a[0])
		if !ok {
			return "NULL"
		}
		return f(v, a[1:])
	}
}

func addTime(a []string, subtract bool) string {
	v, ok := ParseEither(a[0])
	d, ok2 := ParseSpan(a[1])
	if !ok || !ok2 {
		return "NULL"
	}
	v, ok = AddTime(v, d, subtract)
	return textOf(v.Auto(), ok)
}

func number(f func(Value) (int, bool)) func(a []string) string {
	return dated(func(v Value, _ []string) string {
		n, ok := f(v)
		return numberOf(int64(n), ok)
	})
}

func fraction(n int64, micro uint32, decimals uint8) string {
	if decimals == 0 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%d.%06d", n, micro)[:len(strconv.FormatInt(n, 10))+1+int(decimals)]
}

var serverOps = map[string]func(a []string) string{
	"text to DATE": dated(func(v Value, _ []string) string { return v.AsDate().String() }),
	"text to DATETIME": dated(func(v Value, a []string) string {
		return v.AsDateTime().Cut(int(atoi(a[0]))).String()
	}),
	"text to TIME": func(a []string) string {
		v, ok := ParseTime(a[0])
		return textOf(v.Cut(int(atoi(a[1]))), ok)
	},
	"number to DATETIME": func(a []string) string {
		v, ok := NumberDateTime(decimal(a[0]))
		return textOf(v.AsDateTime().Cut(int(atoi(a[1]))), ok)
	},
	"number to TIME": func(a []string) string {
		v, ok := NumberTime(decimal(a[0]))
		return textOf(v.Cut(int(atoi(a[1]))), ok)
	},
	"TIME": func(a []string) string { return textOf(ParseTime(a[0])) },
	"text + INTERVAL": func(a []string) string {
		v, ok := ParseDateTime(a[0])
		return add(v, ok, a[1], a[2], false)
	},
	"number + INTERVAL": func(a []string) string {
		v, ok := NumberDateTime(decimal(a[0]))
		return add(v, ok, a[1], a[2], false)
	},
	"DATE + INTERVAL": func(a []string) string {
		v, ok := ParseDateTime(a[0])
		return add(v.AsDate(), ok, a[1], a[2], false)
	},
	"DATETIME(2) - INTERVAL": func(a []string) string {
		v, ok := ParseDateTime(a[0])
		return add(v.AsDateTime().Cut(2), ok, a[1], a[2], true)
	},
	"TIME(2) + INTERVAL": func(a []string) string {
		v, ok := ParseTime(a[0])
		return add(v.Cut(2), ok, a[1], a[2], false)
	},
	"ADDTIME": func(a []string) string { return addTime(a, false) },
	"SUBTIME": func(a []string) string { return addTime(a, true) },
	"TIMEDIFF": func(a []string) string {
		v, ok := ParseEither(a[0])
		w, ok2 := ParseEither(a[1])
		if !ok || !ok2 {
			return "NULL"
		}
		return textOf(TimeDiff(v, w))
	},
	"TIMESTAMPDIFF": func(a []string) string {
		u, _ := ParseUnit(a[0])
		v, ok := ParseDateTime(a[1])
		w, ok2 := ParseDateTime(a[2])
		n, ok3 := TimestampDiff(u, v, w)
		return numberOf(n, ok && ok2 && ok3)
	},
	"DATEDIFF": func(a []string) string {
		v, ok := ParseDateTime(a[0])
		w, ok2 := ParseDateTime(a[1])
		n, ok3 := DateDiff(v, w)
		return numberOf(int64(n), ok && ok2 && ok3)
	},
	"MAKEDATE":      func(a []string) string { return textOf(MakeDate(atoi(a[0]), atoi(a[1]))) },
	"SEC_TO_TIME":   func(a []string) string { return textOf(SecToTime(decimal(a[0]))) },
	"FROM_UNIXTIME": func(a []string) string { w, m, n, d := decimal(a[0]); return textOf(FromUnix(w, m, n, d, shanghai)) },
	"UNIX_TIMESTAMP": dated(func(v Value, _ []string) string {
		n, ok := v.Unix(shanghai)
		if !ok {
			return "NULL"
		}
		return fraction(n, v.Micro, v.Decimals)
	}),
	"TIME_TO_SEC": func(a []string) string {
		v, ok := ParseTime(a[0])
		if !ok {
			return "NULL"
		}
		n, micro, neg := TimeToSec(v)
		sign := ""
		if neg {
			sign = "-"
		}
		return sign + fraction(n, micro, v.Decimals)
	},
	"WEEK": dated(func(v Value, a []string) string {
		n, _, ok := v.Week(int(atoi(a[0])))
		return numberOf(int64(n), ok)
	}),
	"YEARWEEK": dated(func(v Value, a []string) string {
		n, y, ok := v.Week(int(atoi(a[0])) | 2)
		return numberOf(int64(y*100+n), ok)
	}),
	"WEEKDAY":     number(Value.Weekday),
	"DAYOFWEEK":   number(Value.DayOfWeek),
	"DAYOFYEAR":   number(Value.YearDay),
	"TO_DAYS":     number(Value.DayNumber),
	"QUARTER":     number(func(v Value) (int, bool) { return v.Quarter(), true }),
	"LAST_DAY":    dated(func(v Value, _ []string) string { return textOf(v.LastDay()) }),
	"DATE_FORMAT": dated(func(v Value, a []string) string { return formatted(v.AppendFormat(nil, a[0])) }),
	"TIME_FORMAT": func(a []string) string {
		v, ok := ParseEither(a[0])
		if !ok {
			return "NULL"
		}
		return formatted(v.AppendTimeFormat(nil, a[1]))
	},
	"STR_TO_DATE": func(a []string) string { return textOf(Parse(a[0], a[1])) },
}

func formatted(b []byte, ok bool) string {
	if !ok {
		return "NULL"
	}
	return string(b)
}
