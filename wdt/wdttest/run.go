package wdttest

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"
)

// request is a call that its gateway has let through.
type request struct {
	method method
	qimen  bool // came through the Qimen gateway
	hidden bool // to fail under status 0
	args   []json.RawMessage
	paging bool // page number and size were sent
	page   Page
}

// outcome is the platform's answer to a request, before it gets its envelope.
type outcome struct {
	status int  // 0 is success
	data   any  // nil leaves data out
	total  *int // total beside data, for methods whose data is the list
}

// run does what both gateways do alike, in the platform's order.
func (s *Server) run(req request, t twist) (outcome, *BusinessError) {
	m := req.method
	if s.notGranted[m.name] || (m.fn == nil && m.serve == nil) {
		return outcome{}, &BusinessError{100, "权限不足"}
	}
	if e := req.checkPage(); e != nil {
		return outcome{}, e
	}
	if m.query != nil {
		if e := m.query.check(req.args); e != nil {
			return outcome{}, e
		}
	}
	if s.callsPerMinute > 0 && !s.limit.allow(s.clock(), s.callsPerMinute) {
		return outcome{}, errThrottle
	}
	if s.concurrency > 0 && s.inFlight.Load() > int64(s.concurrency) {
		return outcome{}, &BusinessError{100, textConcurrency}
	}
	if s.pageRows > 0 {
		req.page.Size = min(req.page.Size, s.pageRows)
	}
	req.hidden = t.hidden
	result, err := m.answer(req)
	if err != nil {
		return outcome{}, failure(err)
	}
	return s.render(result, req.page, t), nil
}

func (r *request) checkPage() *BusinessError {
	if !r.method.paged {
		r.page = Page{}
		return nil
	}
	if !r.paging {
		return &BusinessError{100, "此方法仅支持分页查询"}
	}
	if r.page.No < 0 {
		return &BusinessError{100, "page_no 不合法"}
	}
	if r.page.Size < 1 {
		return &BusinessError{100, "page_size 不合法"}
	}
	if q := r.method.query; q != nil && q.max > 0 && r.page.Size > q.max {
		return &BusinessError{100, "page_size 不能大于" + strconv.Itoa(q.max)}
	}
	return nil
}

// render turns the result of a method into data.
func (s *Server) render(result any, page Page, t twist) outcome {
	switch result := result.(type) {
	case List:
		return s.renderList(result, page, t)
	case reply:
		return outcome(result)
	case shaped:
		return outcome{data: result.render()}
	}
	return outcome{data: result}
}

func (s *Server) renderList(list List, page Page, t twist) outcome {
	rows := make([]any, 0, len(list.Rows))
	for i, r := range list.Rows {
		if seeded, ok := r.(shaped); ok {
			if s.mixedTypes {
				seeded.variant = i % 4
			}
			r = seeded.render()
		}
		rows = append(rows, r)
	}
	if t.emptyPage {
		rows = rows[:0]
	}
	if s.zeroTotals {
		list.Total = 0
	}
	if list.Key == "" {
		if !page.Total {
			return outcome{data: rows}
		}
		return outcome{data: rows, total: &list.Total}
	}
	data := map[string]any{list.Key: rows}
	if page.Total {
		data["total_count"] = list.Total
	}
	return outcome{data: data}
}

// limiter lets a number of calls through in any 60 seconds.
type limiter struct {
	mu   sync.Mutex
	past []time.Time
}

func (l *limiter) allow(now time.Time, perMinute int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	recent := l.past[:0]
	for _, t := range l.past {
		if now.Sub(t) < time.Minute {
			recent = append(recent, t)
		}
	}
	l.past = recent
	if len(l.past) >= perMinute {
		return false
	}
	l.past = append(l.past, now)
	return true
}
