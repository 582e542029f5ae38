package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Codes of refusals that come from the workflow itself and not from the target.
const (
	// CodeUnknownStatus: the document has a status the workflow does not know.
	// Nothing was done to it; add the status to the table.
	CodeUnknownStatus = "workflow.unknown_status"
	// CodeStopped: the document is in a status of Config.Stopped: rejected, void.
	CodeStopped = "workflow.stopped"
	// CodeGone: the document was deleted while it was on its way. Replay writes it
	// anew.
	CodeGone = "workflow.gone"
	// CodeNotEditable: its contents changed, and no step leads back from its status
	// to one in which it can be saved.
	CodeNotEditable = "workflow.not_editable"
	// CodeUnfit: Config.Check refuses the change. The document was not taken back for it.
	CodeUnfit = "workflow.unfit"
	// CodeMovedBack: somebody moved the document back while it was on its way.
	// Replay goes on from where it is.
	CodeMovedBack = "workflow.moved_back"
	// CodeNoProgress: the steps were made and the status does not come to Final.
	CodeNoProgress = "workflow.no_progress"
)

// StepName is the name of a step as the ledger keeps it: there a hash of the
// contents the document was saved with stands behind it, so that a sink that can
// not compare contents need not save them again.
func StepName(ledger string) string {
	name, _, _ := strings.Cut(ledger, "#")
	return name
}

// contentsOf is the hash behind a step's name, "" where there is none.
func contentsOf(ledger string) string {
	_, sum, _ := strings.Cut(ledger, "#")
	return sum
}

// hash stands for the contents of a record.
func hash[T any](rec *duijiesync.Record[T]) string {
	raw := []byte(rec.Raw)
	if raw == nil {
		var err error
		if raw, err = json.Marshal(rec.Value); err != nil {
			return "" // never equal, see Write
		}
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// StepCalled is an event: one call of one step was answered, or its answer was
// lost. Observers of the pipeline receive it.
type StepCalled struct {
	Step                         string
	Done, Refused, Busy, Unknown int // documents
}

// EventName names the event for logs and metrics.
func (StepCalled) EventName() string { return "workflow_step_called" }
