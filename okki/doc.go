// Package okki is a client for 小满 OKKI CRM (Xiaoman, open.xiaoman.cn), and makes its
// lists sources and its records sinks of the sync package.
package okki
