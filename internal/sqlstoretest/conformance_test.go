package sqlstoretest

import (
	"testing"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// ways are connections as people make them: pgx behind a pooler, servers that are not
// strict, settings that change what statements mean or return, character sets that
// can not hold what is stored.
var ways = []server{
	postgres(""),
	postgres("/pooled", "default_query_exec_mode=exec", "default_transaction_isolation=serializable"),
	postgres("/simple", "default_query_exec_mode=simple_protocol"),
	mariadb(""),
	mariadb("/lax", "sql_mode=''", "charset=latin1"),
	mariadb("/ansi", "sql_mode='ANSI,TRADITIONAL,NO_BACKSLASH_ESCAPES'", "interpolateParams=true", "charset=utf8",
		"clientFoundRows=true", "time_zone='%2B05:30'"),
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, s := range ways {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			prefixes := map[string]string{} // by folder: the same one opens the same state again
			pipelinetest.TestDurableState(t, func(t *testing.T, dir string) duijiesync.State {
				prefix := prefixOf(t, s, dir, prefixes)
				return s.store(t, prefix)
			})
		})
	}
}

func TestTokenConformance(t *testing.T) {
	t.Parallel()
	for _, s := range ways {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestTokenStore(t, func(t *testing.T) func() duijie.TokenStore {
				prefix := s.newPrefix(t)
				return func() duijie.TokenStore { return tokensOf(t, s.store(t, prefix)) }
			})
		})
	}
}
