package banniutest_test

import (
	"fmt"

	"github.com/duijie-go/duijie/banniu/banniutest"
)

// A sheet with one task, whose second update will be answered by a lost connection
// after it took effect.
func Example() {
	fake := banniutest.NewServer()
	defer fake.Close()
	fake.AddProject(banniutest.Project{ID: "359", AppID: "41", Name: "售后", Columns: []banniutest.Column{
		{ID: 601, Name: "单号"},
		{ID: 602, Name: "方式", Behavior: banniutest.Multiple, Options: []banniutest.Choice{{ID: 643, Title: "补发"}}},
	}})
	id := fake.Add("359", banniutest.Cells{"601": "A-1", "602": "643"})
	fake.Inject(banniutest.Fault{Method: "task.update", Call: 2, Kind: banniutest.CutAfter})

	cells, _ := fake.Task("359", id)
	fmt.Println(cells["601"], fake.Updated("359", id))
	// Output: A-1 0
}
