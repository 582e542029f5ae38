package pipelinetest_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// mutant is a source, sink or store broken on purpose, and the test of the suite that
// must notice.
type mutant struct {
	name   string
	caught string
	run    func(t *testing.T)
}

func mutants() []mutant {
	return slices.Concat(sourceMutants(), sinkMutants(), tokenMutants(), leaseMutants())
}

const mutantEnv = "PIPELINETEST_MUTANT"

// TestMutant runs a suite over the mutant the environment names.
func TestMutant(t *testing.T) {
	name := os.Getenv(mutantEnv)
	if name == "" {
		t.Skip("it is run by TestSuitesCatchMutants")
	}
	pipelinetest.SetPatience(300 * time.Millisecond)
	for _, m := range mutants() {
		if m.name == name {
			m.run(t)
			return
		}
	}
	t.Skip("no such mutant")
}

// TestSuitesCatchMutants: a suite that can not fail is void. Each mutant runs in a
// process of its own, because a suite ends its test.
func TestSuitesCatchMutants(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, m := range mutants() {
		require.False(t, names[m.name], "two mutants are named %s", m.name)
		names[m.name] = true
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestMutant$", "-test.timeout=90s")
			cmd.Env = append(os.Environ(), mutantEnv+"="+m.name)
			out, err := cmd.CombinedOutput()
			require.Error(t, err, "the suite passes it")
			if !strings.Contains(string(out), failed(m.caught)) { // the whole output would be long
				t.Error(failures(string(out)))
			}
		})
	}
}

// failed is the line of a test of the suite, or of the suite itself.
func failed(test string) string {
	if test == "" {
		return "--- FAIL: TestMutant ("
	}
	return "--- FAIL: TestMutant/" + test + " ("
}

// failures are the lines that name what failed.
func failures(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if strings.Contains(line, "--- FAIL") || strings.Contains(line, "panic") || strings.Contains(line, ".go:") {
			lines = append(lines, line)
		}
	}
	return "only these fail:\n" + strings.Join(lines[:min(len(lines), 30)], "")
}
