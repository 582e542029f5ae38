// Package sqlstoretest runs the tests of package sqlstore on the servers it is for:
// PostgreSQL and MySQL or MariaDB. It is a module of its own, so that the drivers
// stay out of the main one, and has nothing but tests. Each test makes tables with a
// prefix of its own and drops them.
package sqlstoretest
