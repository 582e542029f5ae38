package jdytest

import "net/http"

type stockKey struct{ material, store string }
type stockRow struct{}

func (b *Book) checkLinks(*list, Row) *Error { return nil }
func (b *Book) relink(*record)               {}
func (b *Book) audit(l *list, rec *record)   {}
func (b *Book) unaudit(l *list, rec *record) {}
func (b *Book) audited(l *list, rec *record) {}
func (b *Book) deriveVoucher(rec *record)    {}
func (c *call) extras(l *list, row, out Row) {}
func (c *call) upload(r *http.Request) reply { return reply{} }
func (s *Server) seedDemo()                  {}
