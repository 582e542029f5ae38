package wdttest

import (
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

// Gateways as [Call] names them.
const (
	GatewayDirect = "direct" // 直连 openapi gateway
	GatewayQimen  = "qimen"  // 奇门 custom scene gateway

	GatewayEnterprise = "enterprise" // the enterprise edition 企业版, openapi2
)

// Call is one request the fake received.
type Call struct {
	Op       string    // direct method name on both gateways; a Qimen name the catalog does not know stays as it is; for the enterprise edition the script, such as trade_query.php
	Gateway  string    // GatewayDirect, GatewayQimen or GatewayEnterprise
	PageNo   int       // page number as sent: from 0 on direct, from 1 on Qimen; 0 when none was sent
	PageSize int       // rows per page; 0 when none was sent
	At       time.Time // when it arrived, by the fake's clock
	Fault    FaultKind // the fault injected into it, "" for none
}

// Calls returns the calls received so far, refused ones included, in order of arrival.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Count tells how many calls of op arrived on both gateways together; op ""
// counts all.
func (s *Server) Count(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if op == "" {
		return len(s.calls)
	}
	return s.counts[op]
}

// OnCall sets a function to run before each call is served, faulty ones too:
// op is the direct method name, n counts the calls of op from 1. It may seed,
// remove and inject; it runs without any lock held. nil takes it away.
func (s *Server) OnCall(fn func(op string, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onCall = fn
}

// arrive logs a call, runs the hook and returns the fault that fires for the call.
func (s *Server) arrive(c Call) fakeserver.Rule {
	c.At = s.clock()
	s.mu.Lock()
	s.counts[c.Op]++
	n, hook := s.counts[c.Op], s.onCall
	rule, hit := s.faults.Next(c.Op)
	if hit {
		c.Fault = FaultKind(rule.Kind)
	}
	s.calls = append(s.calls, c)
	s.mu.Unlock()
	if hook != nil {
		hook(c.Op, n)
	}
	return rule
}
