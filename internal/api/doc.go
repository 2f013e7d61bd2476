// Package api is the one table of what known functions do: the synchronisation
// vocabulary of the standard library, of the x/sync modules and of conclint's
// own runtime. Transfer functions of the engine match on effects, never on names.
//
// The standard library is described here and never by facts, so that it need
// not be analysed (its units run without the engine under go vet).
//
// A test resolves every row by type-checking the real package, so a row cannot
// rot; rows of third-party packages are resolved in a nested test module.
package api
