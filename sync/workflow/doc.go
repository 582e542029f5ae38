// Package workflow writes documents that need steps: save, submit, audit. A
// bill of Kingdee is of no use to its readers before it is audited, an OA form
// before it is submitted.
//
// # Overview
//
// [New] makes a sink from small functions: a sink that saves, a function that
// reads statuses, and the [Step]s with the statuses they lead from and to.
//
//	sink, err := workflow.New(workflow.Config[Bill]{
//		Save: bills, Status: readStatus,
//		Steps: []workflow.Step{
//			{Name: "submit", From: []string{"A", "D"}, To: "B", Do: submit},
//			{Name: "audit", From: []string{"B"}, To: "C", Do: audit},
//		},
//		Undo: []workflow.Step{
//			{Name: "unaudit", From: []string{"C"}, To: "D", Do: unaudit},
//			{Name: "cancel", From: []string{"B"}, To: "A", Do: cancel},
//		},
//		Editable: []string{"A", "D"}, Final: "C",
//		Stopped: map[string]string{"V": "voided"},
//	})
//
// It is the Sink of a pipeline, and a Finder: a document whose contents are right
// and whose status is short of Final is Different, and Write makes the steps that are
// left. The example of [New] plugs a whole platform in, the one of [Config]
// package kingdee.
//
// # What holds
//
//   - The real status is read before anything is done to a document that is
//     there, and after every step that did not simply succeed. The ledger's Step is a
//     note for people, never the ground for a step.
//   - A document is saved once: after a crash, a lost answer or a refused step, what
//     is there with the right contents is not saved again. Where the save sink can not
//     compare contents, a hash behind the step's name in the ledger ([StepName]) tells;
//     after a crash the document is updated once more, and there is never a second.
//   - A step whose answer was lost is made again only while the status, after the
//     settle delay, still is the one before it. The platform refuses a
//     transition that does not fit the status, so none takes effect twice.
//   - A refused step is a dead letter with the platform's words, the target id and
//     the last step done. Replay makes the steps that are left.
//   - A call refused without naming documents is bisected: at most 2·p·log2(n)+p
//     further calls for p bad ones among n.
//
// # When people are at work too
//
// A document moved on by a person counts as moved. Beyond Final is fine while the
// contents are right. What is rejected or void ([Config.Stopped]), has a status the
// table does not know, was deleted or moved back in the middle of a Write, is
// refused with one of the Code constants and left as it is. One that was deleted
// before is created anew by the next record for its key, as with any sink.
//
// A change of contents takes an audited document back first, with [Config.Undo].
// When the change is refused then, the document stays taken back, or is
// brought to Final again: [Config.RestoreRefused].
//
// # Errors
//
// Outages and throttling are waited for a little ([Config.StepRetries]); then, as on
// missing rights, the run stops with the platform's error, and the next run goes on
// from the real status. [ErrConfig] tells what is wrong with a Config.
//
// A document that nothing changed in the source since it was written is not looked
// at: that somebody rejects it later is for a reconciliation to find.
package workflow
