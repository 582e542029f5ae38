package fan

import duijiesync "github.com/duijie-go/duijie/sync"

// Reencode decodes the checkpoint of an Out and encodes it again.
func Reencode(text duijiesync.Checkpoint) (duijiesync.Checkpoint, bool) {
	p, err := decodePosition(text)
	if err != nil {
		return "", false
	}
	again, err := p.encode()
	return again, err == nil
}
