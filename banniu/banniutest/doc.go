// Package banniutest is a fake 班牛 (bytenew.com) open gateway to test programs
// against, over real HTTP and with the standard library alone.
//
//	fake := banniutest.NewServer(banniutest.WithDemo())
//	defer fake.Close()
//	// base URL fake.URL(), application fake.AppKey(), fake.AppSecret(), fake.AccessToken()
//
// It checks what the gateway checks (application, token, timestamp, signature over
// every query parameter, verb and path of each method, day windows, batch sizes,
// option values) and answers in the gateway's shapes: "data" for user.list,
// "response" for the rest, refusals with HTTP 200, texts for task.batchUpdate.
//
// # State
//
// [Server.AddProject] makes a work sheet, [Server.Add] a task, [Server.Set] changes
// cells, [Server.Delete] moves a task to the recycle bin. [Server.Effects] lists what
// calls did, [Server.Created] counts how often a task with some value was made.
//
// # Faults
//
// [Server.Inject] spoils a chosen call of a method: throttled, token refused, HTTP
// errors, connection cut before or after the effect, slow and broken answers, rows
// that move between pages. [Server.CommitLate] loses the answer of a create whose
// task is seen only later.
//
// # What nobody knows
//
// The gateway's error numbers, the form of some answers and the handling of missing
// tasks are not published. The fake's choice is the default; options play the others.
package banniutest
