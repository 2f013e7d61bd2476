package good

import "strings"

func f() string {
	old() // want `old is called`
	return strings.ToUpper("x")
}

func g() {
	/* a remark // want `old is called` */ old()
	// want +1 "old is called"
	old()
	fresh()
}

func old()   {}
func fresh() {}
