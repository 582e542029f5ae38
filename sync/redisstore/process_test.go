package redisstore_test

const childModeEnv = "DUIJIE_TEST_CHILD_MODE"

func child(string) error { return nil }
