package sqlstore

import (
	"context"
	"database/sql"
	"slices"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// keptRuns is how many runs of a scope are kept.
const keptRuns = 1000

// Runs returns the latest runs of a scope, newest start first, at most limit
// (100 when limit is not positive). The latest 1000 are kept.
func (s *Store) Runs(ctx context.Context, scope duijiesync.Scope, limit int) (runs []duijiesync.RunRecord, err error) {
	op := "list runs of " + scopeText(scope)
	if err := checkScope(scope); err != nil {
		return nil, s.fail(ctx, op, err)
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	err = s.attempt(ctx, func() error {
		runs = nil
		args := []any{[]byte(scope.Pipeline), []byte(scope.Partition), limit}
		return s.query(ctx, s.read(queryRuns), args, func(rows *sql.Rows) error {
			run, err := s.scanRun(rows, scope)
			runs = append(runs, run)
			return err
		})
	})
	if err != nil {
		return nil, s.fail(ctx, op, err)
	}
	return runs, nil
}

// scanRun reads one run.
func (s *Store) scanRun(rows *sql.Rows, scope duijiesync.Scope) (run duijiesync.RunRecord, err error) {
	var (
		id, report     sql.RawBytes
		started, ended int64
		stored         sql.NullInt64
	)
	if err := rows.Scan(&id, &started, &ended, &report, &run.Error, &stored); err != nil {
		return run, s.unread(rows, "run", "pipeline "+quote(scope.Pipeline)+", run "+quote(string(id)), err)
	}
	run.ID = string(id)
	run.Started, run.Ended = fromMillis(started), fromMillis(ended)
	if len(report) > 0 {
		run.Report = slices.Clone([]byte(report))
	}
	if err := runSum(scope, &run).check(stored); err != nil {
		return duijiesync.RunRecord{}, s.corrupt("run", "pipeline "+quote(scope.Pipeline)+", run "+quote(run.ID), err.Error())
	}
	return run, nil
}

// putRun writes a run's row, or writes it anew, and drops the oldest.
func (t *transaction) putRun(scope duijiesync.Scope, given *duijiesync.RunRecord) error {
	run := *given
	if err := checkName("run ID", run.ID, 1, maxRunID); err != nil {
		return err
	}
	run.Error = cleanText(run.Error)
	pipeline, part := []byte(scope.Pipeline), []byte(scope.Partition)
	_, err := t.exec(queryPutRun, pipeline, part, []byte(run.ID), toMillis(run.Started), toMillis(run.Ended),
		notNil(run.Report), run.Error, runSum(scope, &run).sum())
	if err != nil {
		return err
	}
	_, err = t.exec(queryPruneRuns, pipeline, part, keptRuns-1)
	return err
}

func runSum(scope duijiesync.Scope, run *duijiesync.RunRecord) *rowSum {
	return new(rowSum).string(scope.Pipeline).string(scope.Partition).string(run.ID).number(toMillis(run.Started)).
		number(toMillis(run.Ended)).bytes(run.Report).string(run.Error)
}
