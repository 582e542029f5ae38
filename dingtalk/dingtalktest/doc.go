// Package dingtalktest is a fake of the DingTalk (钉钉) gateways with Yida (宜搭)
// behind them, for tests: an HTTP server that checks requests as strictly as the
// platform does, keeps forms, processes, people and messages, and fails on demand.
package dingtalktest
