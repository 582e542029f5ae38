package redisstore_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

// server is a Redis server of a test's own, for what can not be done to one that
// tests share: restarts, failovers, users, full memory.
type server struct {
	t    *testing.T
	addr string
	args []string
	cmd  *exec.Cmd
	log  string
}

// binary finds redis-server, or ends the test.
func binary(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err == nil {
		return path
	}
	if required := os.Getenv(testutil.RequireEnv); required != "" && required != "0" {
		t.Fatalf("redis-server is not in PATH, and %s=%s forbids to skip", testutil.RequireEnv, required)
	}
	t.Skip("redis-server is not in PATH: this test needs a server of its own")
	return ""
}

// freePort is a TCP port nobody listens at.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

// startServer starts a server with its settings after the usual ones, and waits for it.
func startServer(t *testing.T, settings ...string) *server {
	t.Helper()
	dir, port := t.TempDir(), freePort(t)
	s := &server{t: t, addr: "127.0.0.1:" + port, log: filepath.Join(dir, "log")}
	s.args = append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", dir, "--logfile", s.log,
		"--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"}, settings...)
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *server) start() {
	s.t.Helper()
	// Not the test's context: servers are ended in the order of their cleanups.
	s.cmd = exec.CommandContext(context.WithoutCancel(s.t.Context()), binary(s.t), s.args...)
	endWithParent(s.cmd)
	require.NoError(s.t, s.cmd.Start())
	client := redis.NewClient(&redis.Options{Addr: s.addr, MaxRetries: -1})
	defer func() { require.NoError(s.t, client.Close()) }()
	eventually(s.t, "an answer of the server at "+s.addr, func() bool {
		err := client.Ping(s.t.Context()).Err()
		return err == nil || strings.HasPrefix(err.Error(), "NOAUTH")
	})
}

// kill ends the server at once. What it kept in memory is gone.
func (s *server) kill() {
	if s.cmd.Process.Kill() == nil {
		_ = s.cmd.Wait() // it says that the process was killed
	}
}

// connect returns a client that is closed at the end of the test.
func (s *server) connect() *redis.Client { return connect(s.t, &redis.Options{Addr: s.addr}) }

// logText is what the server wrote to its log.
func (s *server) logText() string {
	text, err := os.ReadFile(s.log)
	require.NoError(s.t, err)
	return string(text)
}

// startCluster starts a cluster of three masters.
func startCluster(t *testing.T) []*server {
	t.Helper()
	var nodes []*server
	for range 3 {
		nodes = append(nodes, startServer(t, "--cluster-enabled", "yes", "--cluster-port", freePort(t), "--cluster-node-timeout", "5000"))
	}
	first := nodes[0].connect()
	for i, n := range nodes {
		client := n.connect()
		slots := []any{"cluster", "addslotsrange", i * 16384 / 3, (i+1)*16384/3 - 1}
		require.NoError(t, client.Do(t.Context(), slots...).Err())
		if i > 0 {
			_, port, err := net.SplitHostPort(n.addr)
			require.NoError(t, err)
			bus := n.args[len(n.args)-3]
			require.NoError(t, first.Do(t.Context(), "cluster", "meet", "127.0.0.1", port, bus).Err())
		}
	}
	for _, n := range nodes {
		client := n.connect()
		eventually(t, "a whole cluster", func() bool {
			info := client.ClusterInfo(t.Context()).Val()
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:3")
		})
	}
	return nodes
}

func connectCluster(t testing.TB, nodes []*server, o *redis.ClusterOptions) *redis.ClusterClient {
	t.Helper()
	for _, n := range nodes {
		o.Addrs = append(o.Addrs, n.addr)
	}
	o.ContextTimeoutEnabled = true
	client := redis.NewClusterClient(o)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// startSentinel watches a master.
func startSentinel(t *testing.T, master *server) *server {
	t.Helper()
	host, port, err := net.SplitHostPort(master.addr)
	require.NoError(t, err)
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor main %s %s 1\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 2000\n", host, port)
	require.NoError(t, os.WriteFile(conf, []byte(text), 0o600))
	s := &server{t: t, addr: "127.0.0.1:" + freePort(t), log: filepath.Join(t.TempDir(), "log")}
	_, sentinelPort, err := net.SplitHostPort(s.addr)
	require.NoError(t, err)
	s.args = []string{conf, "--sentinel", "--port", sentinelPort, "--bind", "127.0.0.1", "--logfile", s.log}
	s.start()
	t.Cleanup(s.kill)
	return s
}
