package sqlstore

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
)

// A key is stored as it is up to maxKey bytes. A longer one is found by
// hashMark and its SHA-256, and kept whole beside it; so is a key that begins
// with hashMark, which therefore always means a hash.
const (
	maxKey   = 512
	hashMark = "\x00h"
)

// storedKey is a key as the columns rkey and fullkey hold it.
type storedKey struct {
	rkey    []byte
	fullkey []byte // empty where rkey is the key
}

// plainKey tells whether a key is stored as it is.
func plainKey(key string) bool { return len(key) <= maxKey && !strings.HasPrefix(key, hashMark) }

// storeKey returns the columns of key.
func storeKey(key string) storedKey {
	if plainKey(key) {
		return storedKey{rkey: []byte(key), fullkey: []byte{}}
	}
	full := []byte(key)
	hash := sha256.Sum256(full)
	return storedKey{rkey: append([]byte(hashMark), hash[:]...), fullkey: full}
}

// orderKey is what the column okey holds: together with fullkey it orders keys
// by their bytes.
func orderKey(key string) []byte { return []byte(key[:min(len(key), maxKey)]) }

// loadKey returns the key of the columns rkey and fullkey.
func loadKey(rkey, fullkey []byte) (string, error) {
	if !strings.HasPrefix(string(rkey), hashMark) {
		if len(fullkey) != 0 {
			return "", errors.New("a full key beside a key that is no hash")
		}
		return string(rkey), nil
	}
	hash := sha256.Sum256(fullkey)
	if string(rkey[len(hashMark):]) != string(hash[:]) {
		return "", errors.New("the full key does not match its hash")
	}
	return string(fullkey), nil
}

// notAsked is what a damaged tree shows: it finds another row than that of the
// key.
const notAsked = "it was found under the key of another row"

// asked tells whether a key is among those of a lookup, in order.
func asked(keys []string, key string) bool {
	_, found := slices.BinarySearch(keys, key)
	return found
}

// sortedKeys returns keys in order of their bytes, each once.
func sortedKeys(keys []string) []string {
	sorted := slices.Clone(keys)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// lastByKey returns items in order of their keys; of those with the same key
// the last one.
func lastByKey[T any](items []T, key func(*T) string) []*T {
	last := make([]*T, len(items))
	for i := range items {
		last[i] = &items[i]
	}
	slices.SortStableFunc(last, func(a, b *T) int { return strings.Compare(key(a), key(b)) })
	kept := last[:0]
	for i, item := range last {
		if i+1 < len(last) && key(last[i+1]) == key(item) {
			continue
		}
		kept = append(kept, item)
	}
	return kept
}
