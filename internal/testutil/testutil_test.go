package testutil

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// recorder is a testing.TB that notes how a helper ended the test instead of
// ending it.
type recorder struct {
	testing.TB

	skipped, failed string
}

func (r *recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// run calls f as a test of its own would: f may end its goroutine.
func run(t *testing.T, f func(testing.TB) string) (got string, r *recorder) {
	t.Helper()
	r = &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		got = f(r)
	}()
	<-done
	return got, r
}

var lookups = []struct {
	env string
	get func(testing.TB) string
}{
	{ContractsEnv, Contracts},
	{ContractsEnv, func(t testing.TB) string { return string(Sample(t, "kingdee", "ok.json")) }},
	{ContractsEnv, func(t testing.TB) string { return string(Vectors(t, "kingdee")) }},
	{PostgresEnv, PostgresDSN},
	{MySQLEnv, MySQLDSN},
	{RedisEnv, RedisAddr},
}

func TestUnsetSkipsAndSaysWhy(t *testing.T) {
	for _, required := range []string{"", "0"} {
		t.Setenv(RequireEnv, required)
		for _, l := range lookups {
			t.Setenv(l.env, "")
			_, r := run(t, l.get)
			if !strings.HasPrefix(r.skipped, l.env+" is not set: ") || r.failed != "" {
				t.Errorf("%s unset, %s=%q: skipped %q, failed %q", l.env, RequireEnv, required, r.skipped, r.failed)
			}
		}
	}
}

func TestUnsetFailsWhereRequired(t *testing.T) {
	t.Setenv(RequireEnv, "1")
	for _, l := range lookups {
		t.Setenv(l.env, "")
		_, r := run(t, l.get)
		if !strings.HasPrefix(r.failed, l.env+" is not set ") || r.skipped != "" {
			t.Errorf("%s unset, required: skipped %q, failed %q", l.env, r.skipped, r.failed)
		}
	}
}

func TestSetIsReturned(t *testing.T) {
	t.Setenv(RequireEnv, "1")
	for _, l := range lookups {
		if l.env == ContractsEnv {
			continue
		}
		t.Setenv(l.env, "value of "+l.env)
		if got, r := run(t, l.get); got != "value of "+l.env || r.skipped != "" || r.failed != "" {
			t.Errorf("%s: got %q, skipped %q, failed %q", l.env, got, r.skipped, r.failed)
		}
	}
}

func TestContractsFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "samples", "kingdee", "ok.json"), `{"ok":true}`)
	write(t, filepath.Join(dir, "vectors", "kingdee.json"), `{"sign":[]}`)
	t.Setenv(ContractsEnv, dir)

	for want, get := range map[string]func(testing.TB) string{
		dir:           Contracts,
		`{"ok":true}`: func(t testing.TB) string { return string(Sample(t, "kingdee", "ok.json")) },
		`{"sign":[]}`: func(t testing.TB) string { return string(Vectors(t, "kingdee")) },
	} {
		if got, r := run(t, get); got != want || r.skipped != "" || r.failed != "" {
			t.Errorf("got %q, want %q; skipped %q, failed %q", got, want, r.skipped, r.failed)
		}
	}
	for _, name := range []string{"missing.json", "../../../secret"} {
		_, r := run(t, func(t testing.TB) string { return string(Sample(t, "kingdee", name)) })
		if r.failed == "" {
			t.Errorf("sample %q did not fail", name)
		}
	}
}

func TestWrongContractsPathFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	for _, path := range []string{"contracts", filepath.Join(t.TempDir(), "missing"), file} {
		t.Setenv(ContractsEnv, path)
		if _, r := run(t, Contracts); r.failed == "" || r.skipped != "" {
			t.Errorf("%s=%s: skipped %q, failed %q; want a failure", ContractsEnv, path, r.skipped, r.failed)
		}
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
