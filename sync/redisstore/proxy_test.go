package redisstore_test

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy stands between a client and a server and loses what a test wants lost.
type proxy struct {
	addr   string
	server string
	// lose is how many answers to scripts get lost, with their connections, once pass
	// have come through.
	pass, lose atomic.Int64
	// frozen swallows everything the server says.
	frozen atomic.Bool

	mu    sync.Mutex
	conns []net.Conn
}

func startProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{addr: l.Addr().String(), server: server}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			group.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		p.mu.Lock()
		for _, c := range p.conns {
			c.Close()
		}
		p.mu.Unlock()
		group.Wait()
	})
	return p
}

func (p *proxy) serve(client net.Conn) {
	server, err := new(net.Dialer).Dial("tcp", p.server)
	if err != nil {
		client.Close()
		return
	}
	p.mu.Lock()
	p.conns = append(p.conns, client, server)
	p.mu.Unlock()
	var doomed atomic.Bool
	var group sync.WaitGroup
	group.Go(func() {
		pump(server, client, func(sent []byte) (carry, end bool) {
			if bytes.Contains(bytes.ToLower(sent), []byte("eval")) && p.pass.Add(-1) < 0 && p.lose.Add(-1) >= 0 {
				doomed.Store(true)
			}
			return true, false
		})
	})
	group.Go(func() {
		pump(client, server, func([]byte) (carry, end bool) { return !p.frozen.Load(), doomed.Load() })
	})
	group.Wait()
}

// pump carries what comes until one end is closed or judge ends it; then both are.
func pump(to, from net.Conn, judge func([]byte) (carry, end bool)) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		carry, end := judge(buffer[:n])
		if end {
			return
		}
		if !carry {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
