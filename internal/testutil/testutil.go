// Package testutil finds what tests need from outside the repository: the
// written contracts of the platforms with their recorded samples and golden
// vectors, and running database servers. It is imported by tests only and by
// no package of the library.
//
// On a machine that has none of it the tests that need it are skipped and say
// why. Where [RequireEnv] is set, as in CI, the same absence is a failure, so
// that a green run never rests on skipped tests.
package testutil

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing"
)

// Names of the environment variables that say where the outside is.
const (
	// ContractsEnv holds the absolute path of the folder with the platforms'
	// contracts: <platform>.md, samples/<platform>/ and vectors/<platform>.json.
	ContractsEnv = "DUIJIE_CONTRACTS"
	// PostgresEnv holds a PostgreSQL URL, postgres://user@host:port/database.
	PostgresEnv = "DUIJIE_TEST_POSTGRES_DSN"
	// MySQLEnv holds a DSN of the Go MySQL driver, user@tcp(host:port)/database;
	// the server may be MySQL or MariaDB.
	MySQLEnv = "DUIJIE_TEST_MYSQL_DSN"
	// RedisEnv holds the host:port of a Redis server.
	RedisEnv = "DUIJIE_TEST_REDIS_ADDR"
	// RequireEnv, set to anything but 0, turns every skip of this package into a
	// failure.
	RequireEnv = "DUIJIE_REQUIRE_SERVICES"
)

// Contracts returns the folder with the platforms' contracts. A path that is
// set but is no absolute path of a folder is a failure, never a skip.
func Contracts(t testing.TB) string {
	t.Helper()
	dir := lookup(t, ContractsEnv, "the folder with the platforms' contracts")
	if !filepath.IsAbs(dir) {
		t.Fatalf("%s=%s: the path must be absolute, tests run in their packages' folders", ContractsEnv, dir)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Fatalf("%s=%s: no such folder", ContractsEnv, dir)
	}
	return dir
}

// Sample returns one recorded answer of a platform, samples/<platform>/<name>
// of the contracts.
func Sample(t testing.TB, platform, name string) []byte {
	t.Helper()
	return contractFile(t, path.Join("samples", platform, name))
}

// Vectors returns the golden vectors of a platform, vectors/<platform>.json of
// the contracts.
func Vectors(t testing.TB, platform string) []byte {
	t.Helper()
	return contractFile(t, path.Join("vectors", platform+".json"))
}

// PostgresDSN returns the URL of a PostgreSQL server for tests.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	return lookup(t, PostgresEnv, "a PostgreSQL server for tests, postgres://user@host:port/database")
}

// MySQLDSN returns the DSN of a MySQL or MariaDB server for tests.
func MySQLDSN(t testing.TB) string {
	t.Helper()
	return lookup(t, MySQLEnv, "a MySQL or MariaDB server for tests, user@tcp(host:port)/database")
}

// RedisAddr returns the host:port of a Redis server for tests.
func RedisAddr(t testing.TB) string {
	t.Helper()
	return lookup(t, RedisEnv, "a Redis server for tests, host:port")
}

// contractFile reads one file of the contracts folder and nothing outside it.
func contractFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(os.DirFS(Contracts(t)), name)
	if err != nil {
		t.Fatalf("contracts: %v", err)
	}
	return data
}

// lookup returns the value of an environment variable, or ends the test.
func lookup(t testing.TB, name, what string) string {
	t.Helper()
	value := os.Getenv(name)
	if value != "" {
		return value
	}
	if required := os.Getenv(RequireEnv); required != "" && required != "0" {
		t.Fatalf("%s is not set (%s), and %s=%s forbids to skip", name, what, RequireEnv, required)
	}
	t.Skipf("%s is not set: it names %s", name, what)
	return ""
}
