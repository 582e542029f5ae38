package sqlstoretest

import (
	"bytes"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

// cutter stands between a store and its server and cuts the connection at a message
// of the store's: before the server has it, or after the server did it and before its
// answer arrives.
type cutter struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	armed bool
	only  bool // commits count
	in    int  // messages until the cut
	after bool
	again bool // cut at every in-th message
	left  int
	cuts  int
	sent  int    // messages since it was armed
	last  []byte // the message at which it cut
}

// cut returns the server as it is reached through a new cutter.
func (s server) cut(t testing.TB) (server, *cutter) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cutter{listener: listener}
	through := s
	dsn := s.dsn(t)
	if s.driver == "pgx" {
		address, err := url.Parse(dsn)
		require.NoError(t, err)
		c.to = address.Host
		through.dsn = func(testing.TB) string { return strings.Replace(dsn, address.Host, listener.Addr().String(), 1) }
	} else {
		config, err := mysql.ParseDSN(dsn)
		require.NoError(t, err)
		c.to = config.Addr
		through.dsn = func(testing.TB) string { return strings.Replace(dsn, config.Addr, listener.Addr().String(), 1) }
	}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { c.serve(conn) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		group.Wait()
	})
	return through, c
}

// arm has the in-th message from now cut its connection.
func (c *cutter) arm(in int, after, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.only = false
	c.armed, c.in, c.left, c.after, c.again, c.sent, c.last = true, in, in, after, again, 0, nil
}

func (c *cutter) disarm() (sent int, last string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = false
	return c.sent, string(c.last)
}

// armCommits has each in-th commit from now cut its connection.
func (c *cutter) armCommits(in int, after bool) {
	c.arm(in, after, true)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.only = true
}

// isCommit tells a commit from what says READ COMMITTED.
func isCommit(message []byte) bool {
	text := bytes.ToLower(message)
	return bytes.Contains(text, []byte("commit")) && !bytes.Contains(text, []byte("committed"))
}

// judge says what becomes of a message.
func (c *cutter) judge(message []byte) (cut, after bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.armed || c.only && !isCommit(message) {
		return false, false
	}
	c.sent++
	c.left--
	if c.left != 0 {
		return false, false
	}
	if c.again {
		c.left, c.after = c.in, !c.after
	}
	c.cuts++
	c.last = bytes.Clone(message)
	return true, c.after
}

// serve is one connection. A message is what arrives at once: drivers write each
// command in one piece.
func (c *cutter) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer server.Close()
	var muted sync.Mutex // while the answer to a message is being swallowed
	answered := make(chan struct{}, 1)
	swallow := false
	var group sync.WaitGroup
	defer group.Wait()
	defer server.Close()
	defer client.Close()
	group.Go(func() {
		buffer := make([]byte, 1<<16)
		for {
			n, err := server.Read(buffer)
			muted.Lock()
			gone := swallow
			muted.Unlock()
			if gone {
				answered <- struct{}{}
				return
			}
			if n > 0 {
				if _, err := client.Write(buffer[:n]); err != nil {
					return
				}
			}
			if err != nil {
				client.Close()
				return
			}
		}
	})
	buffer := make([]byte, 1<<20)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		cut, after := c.judge(buffer[:n])
		if cut && !after {
			return
		}
		if cut {
			muted.Lock()
			swallow = true
			muted.Unlock()
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
		if cut {
			<-answered
			return
		}
	}
}
