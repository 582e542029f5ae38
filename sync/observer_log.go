package sync

import (
	"context"
	"log/slog"
)

// LogObserver writes events to a logger: the start and end of runs at Info (an
// end with an error at Error), what slows a run down or makes it settle something
// at Warn, batches, calls and dead letters at Debug, events of other packages at
// Info. Nothing of a record but its key and the target's words is logged.
func LogObserver(l *slog.Logger) Observer { return logObserver{l} }

type logObserver struct{ log *slog.Logger }

func (o logObserver) Observe(ctx context.Context, e Event) {
	if level := levelOf(e); o.log.Enabled(ctx, level) {
		o.log.LogAttrs(ctx, level, e.EventName(), describe(e)...)
	}
}

func levelOf(e Event) slog.Level {
	switch e := e.(type) {
	case RunEnded:
		if e.Err != nil {
			return slog.LevelError
		}
	case LeaseLost:
		return slog.LevelError
	case OutcomesUnknown, RowsRetried, BatchRecovered:
		return slog.LevelWarn
	case BatchRead, BatchSettled, CallDone, DeadLettered:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

func describe(e Event) []slog.Attr {
	switch e := e.(type) {
	case RunStarted:
		return append(e.attrs(), slog.String("checkpoint", string(e.Checkpoint)), slog.String("paging", e.Paging))
	case RunEnded:
		attrs := append(e.attrs(), e.Report.attrs()...)
		if e.Err != nil {
			return append(attrs, slog.String("error", e.Err.Error()))
		}
		return attrs
	case BatchRead:
		return append(e.attrs(), slog.Int("records", e.Records))
	case BatchSettled:
		return append(e.attrs(), slog.Int("records", e.Records), slog.Any("result", e.Result), slog.Duration("duration", e.Duration))
	case CallDone:
		return append(e.attrs(), callAttrs(e)...)
	case DeadLettered:
		l := e.Letter
		return append(e.attrs(), slog.String("key", l.Key), slog.String("reason", l.Reason.String()),
			slog.String("code", l.Code), slog.String("field", l.Field), slog.String("message", l.Message))
	case OutcomesUnknown:
		return append(e.attrs(), slog.Int("records", e.Records), slog.String("message", e.Message))
	case RowsRetried:
		return append(e.attrs(), slog.Int("records", e.Records), slog.Int("attempt", e.Attempt),
			slog.Duration("wait", e.Wait), slog.String("message", e.Message))
	case BatchRecovered:
		return append(e.attrs(), slog.Int("records", e.Records), slog.Int("found", e.Found))
	case LeaseLost:
		return append(e.attrs(), slog.String("error", e.Err.Error()))
	}
	return []slog.Attr{slog.Any("event", e)}
}

func callAttrs(e CallDone) []slog.Attr {
	c := e.Call
	attrs := []slog.Attr{
		slog.String("platform", c.Platform), slog.String("op", c.Op), slog.Int("attempt", c.Attempt),
		slog.Int("status", c.Status), slog.String("class", c.Class.String()), slog.String("code", c.Code),
		slog.String("request_id", c.RequestID), slog.Duration("wait", c.Wait), slog.Duration("duration", c.Duration),
		slog.Int64("bytes_out", c.BytesOut), slog.Int64("bytes_in", c.BytesIn),
	}
	if c.Err != nil {
		attrs = append(attrs, slog.String("error", c.Err.Error()))
	}
	return attrs
}

func (o Of) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("pipeline", o.Pipeline), slog.String("run", o.Run)}
	if o.Partition != "" {
		attrs = append(attrs, slog.String("partition", o.Partition))
	}
	return attrs
}

func (r *Report) attrs() []slog.Attr {
	return []slog.Attr{
		slog.Int64("read", r.Read), slog.Int64("created", r.Created), slog.Int64("updated", r.Updated),
		slog.Int64("unchanged", r.Unchanged), slog.Int64("skipped", r.Skipped), slog.Int64("refused", r.Refused),
		slog.Int64("held", r.Held), slog.Int64("waiting", r.Waiting), slog.Int64("dead_letters", r.DeadLetters),
		slog.Int64("throttled", r.Throttled), slog.Int64("retries", r.Retries), slog.Int64("row_retries", r.RowRetries),
		slog.Duration("duration", r.Ended.Sub(r.Started)),
	}
}

// observers passes events on to several.
type observers []Observer

func (all observers) Observe(ctx context.Context, e Event) {
	for _, o := range all {
		o.Observe(ctx, e)
	}
}
