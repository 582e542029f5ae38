package fan

import (
	"encoding/json"
	"fmt"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// placesJSON is the checkpoint of an In: that of each part by name.
type placesJSON struct {
	V     int               `json:"v"`
	Parts map[string]opaque `json:"parts"`
}

func encodePlaces(places map[string]duijiesync.Checkpoint) (duijiesync.Checkpoint, error) {
	doc := placesJSON{V: formatVersion, Parts: make(map[string]opaque, len(places))}
	for name, at := range places {
		doc.Parts[name] = opaque(at)
	}
	text, err := json.Marshal(doc)
	return duijiesync.Checkpoint(text), err
}

func decodePlaces(text duijiesync.Checkpoint) (map[string]duijiesync.Checkpoint, error) {
	places := map[string]duijiesync.Checkpoint{}
	if text == "" {
		return places, nil
	}
	var doc placesJSON
	if err := strictJSON(text, &doc, func() int { return doc.V }); err != nil {
		return nil, err
	}
	for name, at := range doc.Parts {
		if !goodPartName(name) {
			return nil, fmt.Errorf("%w: part name %q: %q", ErrCheckpoint, name, text)
		}
		places[name] = duijiesync.Checkpoint(at)
	}
	return places, nil
}
