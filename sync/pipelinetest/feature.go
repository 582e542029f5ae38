package pipelinetest

import "testing"

// Feature is something that not every source, sink or fake has. A suite wants
// each of them; one that is not there has its reason in Lacks, and the tests that
// need it are skipped with that reason. So nothing is left out by oversight.
type Feature string

// The features of sources.
const (
	Resume   Feature = "Resume"   // checkpoints before the end, from which a later Read goes on
	Again    Feature = "Again"    // SourceCase.Again
	Move     Feature = "Move"     // SourceCase.Move
	Parallel Feature = "Parallel" // several Reads at the same time
	Paging   Feature = "Paging"   // the source is a duijiesync.Pager
	Versions Feature = "Versions" // records have a version
)

// The features of sinks.
const (
	Find          Feature = "Find"          // the sink is a duijiesync.Finder
	Compare       Feature = "Compare"       // Find tells Identical from Different
	Update        Feature = "Update"        // writing with Target.ID changes the record it names
	Conflict      Feature = "Conflict"      // a create of a key that is there is refused as a conflict
	LoseBefore    Feature = "LoseBefore"    // SinkCase.LoseBefore
	LoseAfter     Feature = "LoseAfter"     // SinkCase.LoseAfter
	Refuse        Feature = "Refuse"        // SinkCase.Refuse
	RefuseUnnamed Feature = "RefuseUnnamed" // SinkCase.RefuseUnnamed
	Throttle      Feature = "Throttle"      // SinkCase.Throttle
	Remove        Feature = "Remove"        // SinkCase.Remove
)

// The features of both.
const (
	Requests Feature = "Requests" // the Requests of a case
	Down     Feature = "Down"     // the Down of a case
)

// lacks are the reasons a suite was given.
type lacks map[Feature]string

// lack tells whether a feature is missing, and why. A feature that is missing
// without a reason, or there with one, ends the test.
func (l lacks) lack(t *testing.T, f Feature, there bool) (reason string, missing bool) {
	t.Helper()
	reason, told := l[f]
	switch {
	case there && told:
		t.Fatalf("%s is in Lacks (%s), but it is there: take it out", f, reason)
	case !there && reason == "":
		t.Fatalf("%s is missing: provide it, or say in Lacks[%s] why there is none", f, f)
	}
	return reason, !there
}

// need skips a test that can't be made without a feature.
func (l lacks) need(t *testing.T, f Feature, there bool) {
	t.Helper()
	if reason, missing := l.lack(t, f, there); missing {
		t.Skipf("without %s: %s", f, reason)
	}
}

// known ends a test whose suite gives reasons for features that do not exist.
func (l lacks) known(t *testing.T, features ...Feature) {
	t.Helper()
	names := map[Feature]bool{}
	for _, f := range features {
		names[f] = true
	}
	for f := range l {
		if !names[f] {
			t.Fatalf("Lacks names %q, which is no feature of this suite", f)
		}
	}
}
