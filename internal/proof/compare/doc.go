// Package compare puts conclint beside other tools on the same code: who reports what, per family of pitfalls, on public
// modules at pinned versions; which of the bugs in the project's own test data another tool
// reports too. What only one side reports is read and judged, and the judgements are printed with the tables.
package compare
