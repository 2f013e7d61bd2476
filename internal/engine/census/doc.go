// Package census is the engine's wing for the map of goroutines: of each place
// that starts one, who waits for it, who can make it stop, and where its errors go.
//
// It answers for a reader, not for a judge: what it lists is there, what it does
// not list may be out of sight. Waits and stops are matched with signals and
// receives by access path, and by class where the channel, wait group or context is
// a field; functions of other packages do not count.
package census
