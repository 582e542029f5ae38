package qeasy_test

import (
	"fmt"

	"github.com/duijie-go/duijie/sync/qeasy"
)

// A document is read with all its mistakes at once, each with its place.
func ExampleParse() {
	_, err := qeasy.Parse(qeasy.SideTarget, []byte(`{"api":"batchSave","effect":"EXECUTE",
 "request":[
  {"field":"FEntity","type":"array","value":"details_list","children":[
   {"field":"FTaxPrice","value":"_function {{details_list.paid}}/ROUNDED({{details_list.qty}})"}]},
  {"field":"FDate","value":"{{consign_time|dat}}"}]}`))
	fmt.Println(err)
	// Output:
	// duijie/sync/qeasy: 2 mistakes
	// 	target /request/0/children/0/value (line 4, column 33) FEntity.FTaxPrice at 32: sql_function_unsupported: there is no function ROUNDED; did you mean "ROUND"?
	// 	target /request/1/value (line 5, column 28) FDate at 0: unknown_pipe: there is no pipe dat; did you mean "date"?
}

// A report says of each member whether it runs as the vendor's platform runs it.
func ExampleCheck() {
	source := []byte(`{"api":"list","effect":"QUERY","id":"id","idCheck":true,"delay":5}`)
	target := []byte(`{"api":"写入空操作","effect":"EXECUTE"}`)
	fmt.Print(qeasy.Check(source, target, qeasy.Config{Source: newWorld()}))
	// Output:
	// source
	//   runs    api
	//   runs    effect
	//   runs    id
	//   note    idCheck  a known record is written again when it has changed; the vendor's platform drops it and loses the change
	//   note    delay    delay is left out: nothing says that it changes what is read or written (line 1, column 65) [ignored_member]
	//   note    request  the request has no beginning that moves with LAST_SYNC_TIME: every run reads all of it, and the ledger drops what is known
	// target
	//   note    api      nothing is written; the ledger remembers what was read
	//   runs    effect
	// 4 run, 4 run with a note, 0 cannot
}
