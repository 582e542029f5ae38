// Package sharedsession shows programs that share one session of a platform, so
// that they do not end each other's and do not log in more often than they may.
package sharedsession
