package pipelinetest_test

func sinkMutants() []mutant { return nil }
