// Package jdytest is a fake 金蝶云星辰 V2 gateway for tests.
package jdytest
