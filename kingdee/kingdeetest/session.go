package kingdeetest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const sessionName = "kdservice-sessionid"

// sessions holds the login sessions. The zero value is ready to use.
type sessions struct {
	mu     sync.Mutex
	last   map[string]time.Time // id to the time of the last call
	orgs   map[string]int64     // id to the organisation it was switched to
	signed string               // the session handed to callers in signing mode
	logins int
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// login opens a session; kick ends all others first.
func (s *sessions) login(now time.Time, kick bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins++
	if kick {
		s.last = nil
	}
	return s.open(now)
}

func (s *sessions) open(now time.Time) string {
	if s.last == nil {
		s.last = map[string]time.Time{}
	}
	id := newID()
	s.last[id] = now
	return id
}

// touch renews a session; false when it is unknown or was idle for too long.
func (s *sessions) touch(id string, now time.Time, idle time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.alive(id, now, idle)
}

func (s *sessions) alive(id string, now time.Time, idle time.Duration) bool {
	last, ok := s.last[id]
	if !ok {
		return false
	}
	if now.Sub(last) > idle {
		delete(s.last, id)
		return false
	}
	s.last[id] = now
	return true
}

// forSigned is the session the server opens by itself for signed calls.
func (s *sessions) forSigned(now time.Time, idle time.Duration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.alive(s.signed, now, idle) {
		s.signed = s.open(now)
	}
	return s.signed
}

// switchTo sets the organisation of a session.
func (s *sessions) switchTo(id string, org int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orgs == nil {
		s.orgs = map[string]int64{}
	}
	s.orgs[id] = org
}

// org is the organisation a session was switched to, 0 for none.
func (s *sessions) org(id string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orgs[id]
}

func (s *sessions) drop(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.last[id]
	delete(s.last, id)
	return ok
}

func (s *sessions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// sessionID is the session a request names: as header, as the Java SDK's header
// SID, or as cookie.
func sessionID(r *http.Request) string {
	for _, name := range []string{sessionName, "SID"} {
		if id := r.Header.Get(name); id != "" {
			return id
		}
	}
	if cookie, err := r.Cookie(sessionName); err == nil {
		return cookie.Value
	}
	return ""
}

// setCookies sends both cookies of a session.
func (c *call) setCookies(id string) {
	c.header.Add("Set-Cookie", sessionName+"="+id+"; path=/")
	c.header.Add("Set-Cookie", "ASP.NET_SessionId="+id[:8]+id[9:13]+"; path=/; HttpOnly")
}
