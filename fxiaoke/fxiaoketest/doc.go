// Package fxiaoketest is a fake 纷享销客 (fxiaoke, ShareCRM) open API to test programs
// against, over real HTTP and with the standard library alone.
//
//	fake := fxiaoketest.NewServer(fxiaoketest.WithDemo())
//	defer fake.Close()
//	// base URL fake.URL(), application fake.AppID(), fake.AppSecret(), fake.PermanentCode(),
//	// acting employee fake.OpenUserID() or fake.EmployeeID()
//
// It takes both ways of passing credentials, checks what the platform checks (tokens and
// their pace, where members stand, the path family of an object, limits of pages and
// offsets) and answers as the platform does: HTTP 200 for everything, errorCode in the
// body.
//
// # State
//
// Preset objects such as AccountObj are there; [Server.AddObject] adds custom ones.
// [Server.Add] makes a record, [Server.Set] changes one, [Server.Remove] takes one away.
// [Server.Effects] lists what calls did; [Server.Created] counts how often a record with
// some value was made: nothing keeps a repeated create from making a second one.
//
// # Events
//
// [NewEvent] makes the signed and encrypted request of a CRM data event,
// [OpenReply] reads the encrypted answer, [NewAppMessage] makes the older message.
package fxiaoketest
