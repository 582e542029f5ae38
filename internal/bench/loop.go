package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
)

// loop is a hand-written loop: net/http and encoding/json, the same structs and
// bodies as the pipeline, nothing remembered. It is as good as such loops get.
type loop struct {
	base    string
	http    *http.Client
	page    int
	lookup  bool // look a page up before it is written
	retries int  // repeat a write that failed so often, as many loops do
	// oneByOne writes the rows of a refused write again, each alone.
	oneByOne bool

	mu      sync.Mutex
	refused int
}

func newLoop(base string) *loop {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 16
	return &loop{base: base, http: &http.Client{Transport: t}, page: pageRows}
}

// serial reads a page, writes it, and so on.
func (l *loop) serial(ctx context.Context) error {
	return l.pages(ctx, func(orders []Order) error { return l.writePage(ctx, orders) })
}

// prefetching reads the next page while one is written.
func (l *loop) prefetching(ctx context.Context) error {
	return l.fed(ctx, 1, func(orders []Order, write func([]Order) error) error { return write(orders) },
		func(orders []Order) error { return l.writePage(ctx, orders) })
}

// parallel reads ahead while so many workers write.
func (l *loop) parallel(ctx context.Context, workers int) error {
	split := func(orders []Order, hand func([]Order) error) error {
		if l.lookup {
			if err := l.find(ctx, orders); err != nil {
				return err
			}
		}
		for chunk := range slices.Chunk(orders, writeRows) {
			if err := hand(chunk); err != nil {
				return err
			}
		}
		return nil
	}
	return l.fed(ctx, workers, split, func(orders []Order) error { return l.write(ctx, orders) })
}

// fed hands what split makes of the pages to workers.
func (l *loop) fed(ctx context.Context, workers int, split func([]Order, func([]Order) error) error, work func([]Order) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan []Order, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for job := range jobs {
				if err := work(job); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	hand := func(orders []Order) error {
		select {
		case jobs <- orders:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	err := l.pages(ctx, func(orders []Order) error { return split(orders, hand) })
	close(jobs)
	wg.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

func (l *loop) pages(ctx context.Context, each func([]Order) error) error {
	for after := ""; ; {
		var page envelope[orderPage]
		if err := l.post(ctx, "/orders/list", listRequest{after, l.page}, &page); err != nil {
			return err
		}
		if err := each(page.Data.Items); err != nil {
			return err
		}
		if page.Data.Next == "" {
			return nil
		}
		after = page.Data.Next
	}
}

func (l *loop) writePage(ctx context.Context, orders []Order) error {
	if l.lookup {
		if err := l.find(ctx, orders); err != nil {
			return err
		}
	}
	for chunk := range slices.Chunk(orders, writeRows) {
		if err := l.write(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (l *loop) find(ctx context.Context, orders []Order) error {
	req := findRequest{Nos: make([]string, len(orders))}
	for i := range orders {
		req.Nos[i] = orders[i].No
	}
	var answer envelope[rowList]
	return l.post(ctx, "/docs/find", req, &answer)
}

func (l *loop) write(ctx context.Context, orders []Order) error {
	req := saveRequest{Rows: make([]saveRow, len(orders))}
	for i := range orders {
		req.Rows[i].Doc = toDoc(orders[i])
	}
	var answer envelope[rowList]
	err := l.post(ctx, "/docs/save", req, &answer)
	for n := 0; err != nil && n < l.retries && answer.Code == codeOK; n++ {
		answer = envelope[rowList]{}
		err = l.post(ctx, "/docs/save", req, &answer)
	}
	switch {
	case answer.Code == codeRefused && l.oneByOne:
		if len(orders) == 1 {
			l.refuse(1)
			return nil
		}
		for i := range orders {
			if err := l.write(ctx, orders[i:i+1]); err != nil {
				return err
			}
		}
		return nil
	case err != nil:
		return err
	}
	for i := range answer.Data.Rows {
		if !answer.Data.Rows[i].OK {
			l.refuse(1)
		}
	}
	return nil
}

func (l *loop) refuse(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused += n
}

// coded is an answer with its own code.
type coded interface{ problem() error }

func (e *envelope[T]) problem() error {
	if e.Code != codeOK {
		return fmt.Errorf("code %d: %s", e.Code, e.Message)
	}
	return nil
}

func (l *loop) post(ctx context.Context, path string, in any, out coded) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return err
	}
	return out.problem()
}
