// Package house has no code: its tests are the rules of this repository that no compiler checks. Who may import whom,
// how large a room may grow, what every analyzer must bring along, what must not be written anywhere.
package house
