package sqlstore

const (
	selectEntries = `SELECT rkey, fullkey, fingerprint, target_id, state, source_ver, updated, step, {sum} FROM {ledger}`
	selectDead    = `SELECT rkey, fullkey, okey, part, reason, code, field, message, raw, fingerprint, source_ver,
		attempts, first_at, last_at, {sum} FROM {dead}`
)

// commonQueries are the statements as most databases understand them. Where one
// says it another way, or needs a lock that SQLite's only writer does not, its own
// table stands before this one.
//
// Every transaction begins with a write or a lock of the row it is about, so that
// what it reads afterwards is the latest, at any isolation.
var commonQueries = [queryCount]string{ //nolint:gosec // G101: the table of tokens is no token
	// Locks the row, new or old.
	queryEnsurePartition: `INSERT INTO {partition}
		(pipeline, part, cur, {sum}, owner, fence, lease_until, rev, updated)
		VALUES (?, ?, {empty}, ?, {empty}, 0, 0, 0, ?) ON CONFLICT (pipeline, part) DO UPDATE SET rev = {partition}.rev + 1`,
	queryAcquire: `UPDATE {partition} SET owner = ?, lease_until = ?, updated = ?, fence = fence + 1, rev = rev + 1
		WHERE pipeline = ? AND part = ? AND (owner = {empty} OR lease_until <= ?)`,
	queryLease: `SELECT owner, fence, lease_until FROM {partition} WHERE pipeline = ? AND part = ?`,
	queryRenew: `UPDATE {partition} SET lease_until = ?, updated = ?, rev = rev + 1
		WHERE pipeline = ? AND part = ? AND owner = ? AND fence = ?`,
	queryRelease: `UPDATE {partition} SET owner = {empty}, lease_until = 0, updated = ?, rev = rev + 1
		WHERE pipeline = ? AND part = ? AND owner = ? AND fence = ?`,
	// rev makes it a change, also within a millisecond: MySQL counts no others.
	queryGuard: `UPDATE {partition} SET updated = ?, rev = rev + 1
		WHERE pipeline = ? AND part = ? AND owner = ? AND fence = ?`,

	queryCheckpoint:    `SELECT cur, {sum} FROM {partition} WHERE pipeline = ? AND part = ?`,
	queryPutCheckpoint: `UPDATE {partition} SET cur = ?, {sum} = ? WHERE pipeline = ? AND part = ?`,

	queryOpenBatches: `SELECT part, seq, started, body FROM {openbatch} WHERE pipeline = ? AND part = ? ORDER BY seq`,
	queryOpen: `INSERT INTO {openbatch} (pipeline, part, seq, fence, started, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (pipeline, part, seq) DO NOTHING`,
	queryOthers:     `SELECT EXISTS (SELECT 1 FROM {partition} WHERE pipeline = ? AND part <> ? AND fence > 0)`,
	queryOthersOpen: `SELECT part, seq, started, body FROM {openbatch} WHERE pipeline = ? AND part <> ? ORDER BY part, seq`,
	queryClose:      `DELETE FROM {openbatch} WHERE pipeline = ? AND part = ? AND seq = ?`,

	queryListEntries: selectEntries + ` WHERE pipeline = ? AND rkey >= ? ORDER BY rkey LIMIT ?`,
	queryExpire:      `DELETE FROM {ledger} WHERE pipeline = ? AND state = ? AND updated < ?`,
	queryForgetEntry: `DELETE FROM {ledger} WHERE pipeline = ? AND rkey = ?`,

	queryOldDead: `SELECT raw, attempts, first_at FROM {dead} WHERE pipeline = ? AND rkey = ?`,
	queryPutDead: `INSERT INTO {dead}
		(pipeline, rkey, fullkey, okey, part, reason, code, field, message, raw, fingerprint, source_ver,
		attempts, first_at, last_at, {sum})
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (pipeline, rkey) DO UPDATE SET fullkey = excluded.fullkey, okey = excluded.okey,
		part = excluded.part, reason = excluded.reason, code = excluded.code, field = excluded.field,
		message = excluded.message, raw = excluded.raw, fingerprint = excluded.fingerprint,
		source_ver = excluded.source_ver, attempts = excluded.attempts, first_at = excluded.first_at,
		last_at = excluded.last_at, {sum} = excluded.{sum}`,
	queryResolveDead: `DELETE FROM {dead} WHERE pipeline = ? AND rkey = ?`,
	// The index gives this order. Keys with the same okey are ordered by the reader:
	// MySQL would compare no more than the first 1024 bytes of them.
	queryListDead: selectDead + ` WHERE pipeline = ? AND okey >= ? AND (? OR okey > ? OR fullkey > ?)
		AND (? = 0 OR reason = ?) AND (? OR part = ?) ORDER BY okey LIMIT ?`,
	queryCountDead: `SELECT count(*) FROM {dead} WHERE pipeline = ?`,

	queryPutRun: `INSERT INTO {run} (pipeline, part, id, started, ended, report, error, {sum})
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (pipeline, part, id) DO UPDATE SET started = excluded.started, ended = excluded.ended,
		report = excluded.report, error = excluded.error, {sum} = excluded.{sum}`,
	queryRuns: `SELECT id, started, ended, report, error, {sum} FROM {run} WHERE pipeline = ? AND part = ?
		ORDER BY started DESC, id DESC LIMIT ?`,

	queryToken:     `SELECT gen, sealed, expires, fence, {sum} FROM {token} WHERE scope = ?`,
	queryLockToken: `SELECT fence FROM {token} WHERE scope = ? FOR UPDATE`,
	queryTakeToken: `UPDATE {token} SET owner = ?, fence = fence + 1, lease_until = ?
		WHERE scope = ? AND gen = ? AND (owner = {empty} OR lease_until <= ?)`,
	queryFirstToken: `INSERT INTO {token} (scope, gen, sealed, expires, {sum}, owner, fence, lease_until, renewed)
		VALUES (?, 0, {empty}, 0, ?, ?, 1, ?, 0) ON CONFLICT (scope) DO NOTHING`,
	queryGuardToken: `UPDATE {token} SET owner = {empty}, lease_until = 0, renewed = ?
		WHERE scope = ? AND owner = ? AND fence = ?`,
	queryCommitToken: `UPDATE {token} SET gen = ?, sealed = ?, expires = ?, {sum} = ? WHERE scope = ?`,
	queryReleaseToken: `UPDATE {token} SET owner = {empty}, lease_until = 0
		WHERE scope = ? AND owner = ? AND fence = ?`,

	// Locks the row, new or old.
	queryLockQuota: `INSERT INTO {quota} (scope, booked, {sum}, updated) VALUES (?, {empty}, ?, ?)
		ON CONFLICT (scope) DO UPDATE SET updated = excluded.updated`,
	queryQuota:    `SELECT booked, {sum} FROM {quota} WHERE scope = ?`,
	queryPutQuota: `UPDATE {quota} SET booked = ?, {sum} = ?, updated = ? WHERE scope = ?`,
}
