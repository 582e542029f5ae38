package qeasy

type place struct{}
type translated struct{}
type build struct{}
