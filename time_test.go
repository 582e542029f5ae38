package duijie_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestTimeReads(t *testing.T) {
	t.Parallel()
	noon := time.Date(2024, 2, 29, 12, 30, 45, 0, duijie.China)
	midnight := time.Date(2024, 2, 29, 0, 0, 0, 0, duijie.China)
	tests := []struct {
		token string
		want  time.Time
		form  duijie.TimeForm
	}{
		{`"2024-02-29 12:30:45"`, noon, duijie.FormDateTime},
		{`"2024-02-29 12:30:45.0"`, noon, duijie.FormDateTime},
		{`"2024-02-29 12:30:45.123"`, noon.Add(123 * time.Millisecond), duijie.FormDateTime},
		{`"2024-02-29 12:30:45.123456789"`, noon.Add(123456789), duijie.FormDateTime},
		{`"2024-02-29"`, midnight, duijie.FormDate},
		{`"2024-02-29T12:30:45"`, noon, duijie.FormISOLocal},
		{`"2024-02-29T12:30:45.000"`, noon, duijie.FormISOLocal},
		{`"2024-02-29T04:30:45Z"`, noon, duijie.FormISO},
		{`"2024-02-29T04:30:45+00:00"`, noon, duijie.FormISO},
		{`"2024-02-29T12:30:45+08:00"`, noon, duijie.FormISO},
		{`"2024-02-29T04:30:45.000+0000"`, noon, duijie.FormISO},
		{`"2024-02-28T23:00:45.5-05:30"`, noon.Add(500 * time.Millisecond), duijie.FormISO},
		{`"2024/2/29 12:30:45"`, noon, duijie.FormSlash},
		{`"2024/02/29 12:30:45"`, noon, duijie.FormSlash},
		{`"2024\/2\/29 12:30:45"`, noon, duijie.FormSlash},
		{`"2024/2/29 9:30:45"`, noon.Add(-3 * time.Hour), duijie.FormSlash},
		{`"2024/2/29"`, midnight, duijie.FormSlashDate},
		{`1709181045000`, noon, duijie.FormMillis},
		{`"1709181045000"`, noon, duijie.FormMillisText},
		{`1709181045`, noon, duijie.FormSeconds},
		{`"1709181045"`, noon, duijie.FormSecondsText},
		{`-1709181045`, time.Unix(-1709181045, 0), duijie.FormSeconds},
		{`100000000`, time.Unix(100000000, 0), duijie.FormSeconds},
		{`10000000000`, time.UnixMilli(10000000000), duijie.FormMillis},
		{`" 2024-02-29 "`, midnight, duijie.FormDate},
		{`null`, time.Time{}, duijie.FormDateTime},
		{`""`, time.Time{}, duijie.FormDateTime},
		{`" "`, time.Time{}, duijie.FormDateTime},
		{`0`, time.Time{}, duijie.FormMillis},
		{`"0"`, time.Time{}, duijie.FormMillisText},
		{`"0000-00-00"`, time.Time{}, duijie.FormDate},
		{`"0000-00-00 00:00:00"`, time.Time{}, duijie.FormDateTime},
	}
	for _, tt := range tests {
		t.Run(tt.token, func(t *testing.T) {
			t.Parallel()
			var got duijie.Time
			require.NoError(t, json.Unmarshal([]byte(tt.token), &got))
			require.True(t, got.Time.Equal(tt.want), "%s", got.Time)
			require.Equal(t, tt.want.IsZero(), got.IsZero())
			require.Equal(t, tt.form, got.Form())
			out, err := json.Marshal(got)
			require.NoError(t, err)
			require.Equal(t, tt.token, string(out))
			if !strings.Contains(tt.token, `\`) && tt.token != "null" {
				require.Equal(t, strings.TrimSpace(strings.Trim(tt.token, `"`)), got.String())
			}
			text, err := got.MarshalText()
			require.NoError(t, err)
			var back duijie.Time
			require.NoError(t, back.UnmarshalText(text))
			require.True(t, back.Equal(got))
			require.Equal(t, string(text), back.String())

			// A new instant in the field is never written as the old literal.
			got.Time = noon.Add(48 * time.Hour)
			out, err = json.Marshal(got)
			require.NoError(t, err)
			require.NotEqual(t, tt.token, string(out))
		})
	}
}

func TestTimeRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		`"2023-02-29"`, `"2024-13-01"`, `"2024-00-10"`, `"2024-01-00"`, `"2024-01-01 24:00:00"`, `"2024-01-01 00:60:00"`,
		`"2024-01-01 00:00:60"`, `"2024-01-01 00:00"`, `"2024-1-1"`, `"2024-01-01 00:00:00."`,
		`"2024-01-01 00:00:00.1234567890"`, `"2024-01-01 00:00:00Z"`, `"2024-01-01T00:00:00z"`, `"2024-01-01T00:00:00+24:00"`,
		`"2024-01-01T00:00:00+08"`, `"2024/1/1 00:00"`, `"2024/001/1"`, `"2024-01-01x"`, `"20240101"`, `20240101`,
		`"20240101120000"`, `1`, `12345678`, `12345678901234`, `1700000000000000`, `1.7e12`, `1700000000.5`, `"+1700000000"`,
		`"0001700000000"`, `-0`, `true`, `{}`, `[]`, `"yesterday"`, `"null"`, `"  "` + "x", `"2024"`, `"２０２４-01-01"`,
	} {
		got := duijie.NewTime(time.Unix(0, 0))
		err := got.UnmarshalJSON([]byte(s))
		require.ErrorContains(t, err, "duijie: ", s)
		require.True(t, got.Equal(duijie.NewTime(time.Unix(0, 0))), "an error leaves the value alone")
	}
	_, err := duijie.ParseTime(strings.Repeat("x", 99))
	require.ErrorContains(t, err, `"`+strings.Repeat("x", 40)+`…"`)
	require.ErrorContains(t, err, "RFC 3339")
}

func TestTimeForms(t *testing.T) {
	t.Parallel()
	at := duijie.NewTime(time.Date(2024, 2, 3, 20, 4, 5, 678900000, time.UTC))
	tests := map[duijie.TimeForm]string{
		duijie.FormDateTime:    `"2024-02-04 04:04:05"`,
		duijie.FormDate:        `"2024-02-04"`,
		duijie.FormISO:         `"2024-02-04T04:04:05.6789+08:00"`,
		duijie.FormISOLocal:    `"2024-02-04T04:04:05"`,
		duijie.FormSlash:       `"2024/2/4 04:04:05"`,
		duijie.FormSlashDate:   `"2024/2/4"`,
		duijie.FormMillis:      `1706990645678`,
		duijie.FormSeconds:     `1706990645`,
		duijie.FormMillisText:  `"1706990645678"`,
		duijie.FormSecondsText: `"1706990645"`,
	}
	for form, want := range tests {
		out, err := json.Marshal(at.As(form))
		require.NoError(t, err)
		require.Equal(t, want, string(out))
		require.Equal(t, strings.Trim(want, `"`), at.As(form).String())
		var back duijie.Time
		require.NoError(t, json.Unmarshal(out, &back))
		require.Equal(t, form, back.Form())
		require.Less(t, at.Time.Sub(back.Time).Abs(), 24*time.Hour)
	}
	out, err := json.Marshal(at)
	require.NoError(t, err)
	require.Equal(t, `"2024-02-04 04:04:05"`, string(out))
	require.Equal(t, "2024-02-03 20:04:05", at.In(time.UTC).String())
	require.Equal(t, "2024-02-04 04:04:05", at.In(time.UTC).In(nil).String())
	_, err = json.Marshal(at.As(99))
	require.ErrorContains(t, err, "unknown time form 99")
	_, err = at.As(99).MarshalText()
	require.Error(t, err)
	require.NotEmpty(t, at.As(99).String())
	_, err = json.Marshal(duijie.NewTime(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)))
	require.ErrorContains(t, err, "year 10000")
	odd := time.FixedZone("LMT", 8*3600+343)
	require.Equal(t, "2024-02-03T20:04:05.6789Z", at.In(odd).As(duijie.FormISO).String())
}

func TestTimeUnset(t *testing.T) {
	t.Parallel()
	var unset duijie.Time
	require.True(t, unset.IsZero())
	require.Empty(t, unset.String())
	for _, u := range []duijie.Time{unset, duijie.NewTime(time.Time{}), unset.As(duijie.FormMillis), unset.In(time.UTC)} {
		out, err := json.Marshal(u)
		require.NoError(t, err)
		require.Equal(t, "null", string(out))
	}
	out, err := json.Marshal(struct {
		T duijie.Time `json:"t,omitzero"`
	}{})
	require.NoError(t, err)
	require.Equal(t, "{}", string(out))
}

func TestParseTimeIn(t *testing.T) {
	t.Parallel()
	tokyo := time.FixedZone("Tokyo", 9*3600)
	got, err := duijie.ParseTimeIn("2024-02-29 12:00:00.5", tokyo)
	require.NoError(t, err)
	require.True(t, got.Time.Equal(time.Date(2024, 2, 29, 3, 0, 0, 500_000_000, time.UTC)))
	require.Equal(t, "2024-02-29 12:00:00.5", got.String())
	require.Equal(t, "2024-02-29T12:00:00.5+09:00", got.As(duijie.FormISO).String())
	got, err = duijie.ParseTimeIn("1709181045", tokyo)
	require.NoError(t, err)
	require.Equal(t, 13, got.Time.Hour())
	got, err = duijie.ParseTimeIn("2024-02-29", nil)
	require.NoError(t, err)
	require.Equal(t, duijie.China, got.Time.Location())
	got.Time = got.Time.UTC()
	require.Equal(t, "2024-02-29", got.String(), "the same instant in another zone keeps the literal")
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{
		`"2024-02-29 12:30:45"`, `"2024-02-29 12:30:45.123"`, `"2024-02-29"`, `"2024-02-29T12:30:45"`, `"2024/2/29"`,
		`"2024-02-29T12:30:45.5-05:30"`, `"2024-02-29T12:30:45+0800"`, `"2024\/2\/29 9:30:45"`, `1709181045`, `"1709181045000"`,
		`-1709181045`, `0`, `null`, `""`, `" "`, `"0000-00-00 00:00:00"`, `"0001-01-01T00:00:00Z"`, `" 2024-02-29"`, `{}`,
		`2024-02-29 12:30:45`, `"0000-01-01T00:00:00+23:59"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := duijie.ParseTime(s); err == nil {
			require.Equal(t, s, p.String())
			var back duijie.Time
			out, err := json.Marshal(p)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(out, &back))
			require.True(t, p.Equal(back))
			require.Equal(t, p.Form(), back.Form())
		}
		if !json.Valid([]byte(s)) || s != strings.TrimSpace(s) {
			return
		}
		var j duijie.Time
		if json.Unmarshal([]byte(s), &j) != nil {
			return
		}
		out, err := json.Marshal(j)
		require.NoError(t, err)
		require.Equal(t, s, string(out))
		iso := j.As(duijie.FormISO)
		if out, err = json.Marshal(iso); err == nil && !j.IsZero() {
			require.NoError(t, json.Unmarshal(out, &j))
			require.True(t, j.Equal(iso))
		}
	})
}

func BenchmarkTimeUnmarshalJSON(b *testing.B) {
	in := []byte(`"2024-02-29 12:30:45"`)
	var t duijie.Time
	b.ReportAllocs()
	for b.Loop() {
		_ = t.UnmarshalJSON(in)
	}
}

func BenchmarkTimeMarshalJSON(b *testing.B) {
	t := duijie.NewTime(time.Date(2024, 2, 29, 12, 30, 45, 0, time.UTC))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = t.MarshalJSON()
	}
}
