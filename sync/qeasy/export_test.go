package qeasy

// GroupInMemory sets how many bytes of rows the source of a grouped scheme holds in memory.
func GroupInMemory(source any, bytes int) { source.(*grouped).memory = bytes }
