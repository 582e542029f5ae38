package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unlimited is a rate limiter of this program's own: one method is all it takes.
type unlimited struct{}

func (unlimited) Wait(ctx context.Context) error { return ctx.Err() }

// goTool runs the go command in this module, by its own go.mod alone.
func goTool(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func TestItBuilds(t *testing.T) {
	t.Parallel()
	for _, pkg := range []string{".", "./lean", "./testdata/aliased"} {
		if out, err := goTool(t, "build", "-o", filepath.Join(t.TempDir(), "program"), pkg); err != nil {
			t.Errorf("%s: %v\n%s", pkg, err, out)
		}
	}
}

func TestUsersAreLinkedWithLittle(t *testing.T) {
	t.Parallel()
	out, err := goTool(t, "list", "-deps", "-f", "{{if .Standard}}std {{end}}{{.ImportPath}}", "./lean")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	packages := strings.Split(out, "\n")
	if !slices.Contains(packages, "github.com/duijie-go/duijie/internal/transport") {
		t.Fatalf("the list is not that of the program: %q", packages)
	}
	for _, p := range packages {
		if std, ok := strings.CutPrefix(p, "std "); ok {
			if std == "testing" || strings.HasPrefix(std, "testing/") || strings.HasSuffix(std, "httptest") || std == "database/sql" {
				t.Errorf("the program is linked with %s", std)
			}
			continue
		}
		if !allowed(p) {
			t.Errorf("the program is linked with %s", p)
		}
	}
}

// allowed are the packages outside the standard library a user pays for: no test
// library, no fake server, no driver.
func allowed(p string) bool {
	switch {
	case p == "example.com/consumer/lean", p == "golang.org/x/time/rate",
		p == "github.com/hashicorp/go-retryablehttp", p == "github.com/hashicorp/go-cleanhttp":
		return true
	case strings.HasSuffix(p, "test"), strings.HasSuffix(p, "testutil"), strings.HasSuffix(p, "fakeserver"):
		return false
	}
	return strings.HasPrefix(p, "github.com/duijie-go/duijie/") || p == "github.com/duijie-go/duijie"
}

func TestBothPackagesNamedSyncNeedTheAlias(t *testing.T) {
	t.Parallel()
	out, err := goTool(t, "build", "-o", os.DevNull, "./testdata/unaliased")
	if err == nil {
		t.Fatal("the program compiles without the alias: the documentation can stop asking for it")
	}
	if !strings.Contains(out, "sync redeclared in this block") {
		t.Fatalf("it does not compile for another reason:\n%s", out)
	}
}
