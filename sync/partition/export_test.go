package partition

import duijiesync "github.com/duijie-go/duijie/sync"

// AddReport adds the counts of a report to a sum.
func AddReport(to, r *duijiesync.Report) { addReport(to, r) }
