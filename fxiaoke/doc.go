// Package fxiaoke is a client for 纷享销客 (Fxiaoke, ShareCRM) and makes its objects
// sources and sinks of the sync package.
package fxiaoke
