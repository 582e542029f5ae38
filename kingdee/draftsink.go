package kingdee

import (
	"context"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// drafts stores records with Draft, one call each.
func (s *SaveSink[T]) drafts(
	ctx context.Context, records []duijiesync.Record[T], sendable []int, out []duijiesync.Outcome, request func(i int) SaveRequest,
) ([]duijiesync.Outcome, error) {
	status, err := s.auditStatus(ctx, records, sendable)
	if err != nil {
		return nil, err
	}
	for n, i := range sendable {
		target := records[i].Target.ID
		if st, there := status[target]; target != "" && there && string(st) != StatusDraft {
			out[i] = duijiesync.Outcome{
				Kind: duijiesync.OutcomeRefused, TargetID: target, Code: "status", Field: statusField,
				Message: "the record is no draft any more (status " + string(st) + "), and a draft would take it back",
			}
			continue
		}
		res, err := s.c.Draft(ctx, request(i))
		if err != nil {
			err = s.failed(out, []int{i}, len(records), err)
		} else {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: res.ID}
			if target != "" {
				out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: target}
			}
		}
		switch {
		case err != nil && n == 0 && len(sendable) == len(records):
			return nil, err
		case err != nil: // it does not speak for what is written; the engine meets the reason again
			saving{sent: sendable[n:]}.retry(out, err)
			return out, nil
		}
	}
	return out, nil
}
