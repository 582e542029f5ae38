// Command lean imports the two clients and the pipelines and nothing else. What
// it is linked with is the least every user pays for.
package main

import (
	"fmt"

	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
)

func main() {
	_, kingdeeErr := kingdee.NewClient(kingdee.Config{})
	_, wdtErr := wdt.NewClient(wdt.Config{})
	p := duijiesync.Pipeline[wdt.Shop, kingdee.Customer]{State: duijiesync.NewMemoryState()}
	fmt.Println(p.Name, kingdeeErr, wdtErr)
}
