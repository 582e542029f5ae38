// Package qeasy reads the metadata of 轻易云 (qeasy) integration schemes and runs
// them as pipelines.
//
// [Parse] reads one half, a JSON document as the vendor's 源码视图 shows it, and says
// all that is wrong with it at once, with place and code. [Compile] joins a source and
// a target half to connectors, lookups and mapping tables and makes a [Scheme], whose
// [Scheme.Pipeline] runs under package sync: nothing is lost and nothing is written
// twice, also where the vendor's platform would. [Scheme.Report] tells for each member
// whether it runs, runs with a difference, or can not.
//
// What a target answers (primaryWriteback) is kept before its write counts, for [Answers];
// records that are written go to another scheme (callBackStrategy) with [Scheme.CallBack];
// rows that are gathered into bills (groupCalculate) are each in one bill, also where
// [Scheme.Remedy] reads them a second time.
//
// Nothing is guessed: a member or a form that is not known is an error, as it may
// change what the scheme does.
package qeasy
