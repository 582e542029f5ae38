package reconcile

import (
	"encoding/base64"
	"errors"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reporter writes differences as they come and the summary at the end:
// [TextReport], [CSVReport], [JSONReport] and [JSONLinesReport] have the same content. The methods are
// called by one goroutine at a time; Difference may keep nothing.
type Reporter interface {
	Difference(d *Difference) error
	// End is called once, also for a comparison that ended early: see Complete and
	// Error of the summary.
	End(s *Summary) error
}

// Write hands all differences to the reporters, one after the other and with
// bounded memory, and ends the reports with sum, which is the one given to
// [Comparison.Differences]. It returns the comparison's error, or the first of a
// reporter, which ends the comparison.
func Write(diffs iter.Seq2[Difference, error], sum *Summary, to ...Reporter) error {
	var failed error
	for d, err := range diffs {
		if err == nil {
			err = Tee(to...).Difference(&d)
		}
		if err != nil {
			failed = err
			break
		}
	}
	if failed != nil && sum.Error == "" {
		s := *sum
		s.Error = failed.Error()
		sum = &s
	}
	return errors.Join(failed, Tee(to...).End(sum))
}

// Tee is a reporter that writes to several.
func Tee(to ...Reporter) Reporter { return tee(to) }

type tee []Reporter

func (t tee) Difference(d *Difference) error {
	for _, r := range t {
		if err := r.Difference(d); err != nil {
			return err
		}
	}
	return nil
}

func (t tee) End(s *Summary) error {
	var errs []error
	for _, r := range t {
		errs = append(errs, r.End(s))
	}
	return errors.Join(errs...)
}

// legible returns s with bytes that are no UTF-8 written as \xNN, which text
// formats can not hold, and the Base64 of the whole where there are some.
func legible(s string) (text, exact string) {
	if utf8.ValidString(s) {
		return s, ""
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b.WriteString(`\x`)
			b.WriteString(strconv.FormatUint(uint64(s[i])|0x100, 16)[1:])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String(), base64.StdEncoding.EncodeToString([]byte(s))
}

// legibles is legible for lists; the exact bytes are left out.
func legibles(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i], _ = legible(s)
	}
	return out
}
