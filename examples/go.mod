module github.com/duijie-go/duijie/examples

go 1.26.0

require (
	github.com/duijie-go/duijie v0.1.0
	github.com/duijie-go/duijie/sync/sqlstore/sqlite v0.1.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/time v0.16.0
)

replace (
	github.com/duijie-go/duijie => ..
	github.com/duijie-go/duijie/sync/sqlstore/sqlite => ../sync/sqlstore/sqlite
)
