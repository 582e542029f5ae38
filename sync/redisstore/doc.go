// Package redisstore shares tokens, quotas and leases between processes on Redis.
package redisstore
