// Command mapbench compares package mapping with the mapping languages a Go
// developer would reach for instead: bloblang, expr, gojq and goja, and with the
// code one writes by hand. All map the same records to the same result: the customer
// of the shop flow, eight members, and two amounts. It prints a table of ratios:
//
//	cd internal/mapbench && go run .
//
// It is a module of its own, outside the workspace: the others' dependencies, and the
// Go version they ask for, are nothing an importer of duijie should meet.
package main
