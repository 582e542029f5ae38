package qeasy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/sync/qeasy"
)

func TestPrintSamples(t *testing.T) {
	dir := filepath.Join(testutil.Contracts(t), "samples", "qeasy")
	names, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	for _, name := range names {
		b, _ := os.ReadFile(name)
		var s struct{ Metadata json.RawMessage }
		json.Unmarshal(b, &s)
		for _, side := range []qeasy.Side{"", qeasy.SideSource, qeasy.SideTarget} {
			base := filepath.Base(name)
			if side == qeasy.SideSource && base[:3] != "src" || side == qeasy.SideTarget && base[:3] == "src" {
				continue
			}
			h, err := qeasy.Parse(side, s.Metadata)
			fmt.Println("=====", base, side)
			if err != nil {
				fmt.Println(err)
				continue
			}
			for _, w := range h.Warnings() {
				fmt.Println("   W", w)
			}
		}
	}
}
