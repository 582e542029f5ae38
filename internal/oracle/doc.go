// Package oracle compares duijie with independent implementations. It is a
// module of its own so that what it compares with is no dependency of duijie.
package oracle
