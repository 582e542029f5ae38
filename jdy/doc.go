// Package jdy is a client for 金蝶云星辰 V2 (Kingdee Cloud Stellar, JDY).
package jdy
