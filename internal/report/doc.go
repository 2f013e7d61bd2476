// Package report is the one way a finding leaves an analyzer.
//
// It holds the registry of codes ([Lookup], [Codes]), the [Reporter] that turns
// an analyzer's [Diagnostic] values into those of go/analysis, the grammar in
// which a witness travels as related information ([EncodeStep], [DecodeStep]),
// and the suppression comments of the user's source.
//
// An analyzer's run function ends in
//
//	r := report.NewReporter(pass, opts)
//	for _, f := range findings {
//		r.Add(report.Diagnostic{Code: "relock/lock", Pos: f.Pos, Message: …})
//	}
//	r.Flush()
//
// and the reporter does the rest: order, duplicates, tiers, generated files,
// suppressions, fixes that cannot be applied.
package report
