package sqlstoretest

import "errors"

const childModeEnv = "DUIJIE_TEST_CHILD_MODE"

func child(string) error { return errors.New("no child yet") }
